#!/usr/bin/env python3
"""Results of other libraries on fixed inputs, as JSON beside this script; tests/reference.rs compares with them.

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1 numpy==2.4.6 hdbscan==0.8.44 gensim==4.4.0 river==0.26.1 scipy==1.17.1
    venv/bin/python tests/reference/make.py [NAME...]
"""
import json
import pathlib
import random
import sys

import numpy as np
from gensim.models import Word2Vec
from hdbscan import HDBSCAN
from river.anomaly import HalfSpaceTrees
from scipy.stats import rankdata
from sklearn.cluster import DBSCAN
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import pairwise_distances, roc_auc_score
from sklearn.preprocessing import RobustScaler, StandardScaler

HERE = pathlib.Path(__file__).parent


def write(name, cases):
    text = ",\n".join(json.dumps(case, ensure_ascii=True, separators=(",", ":")) for case in cases)
    (HERE / f"{name}.json").write_text(f"[\n{text}\n]\n")


def rounded(matrix, digits=4):
    return np.round(np.asarray(matrix, dtype=float), digits)


def messages(seed, n):
    """Log-like masked messages, some nearly alike, with skewed counts."""
    rng = random.Random(seed)
    shapes = [
        "{a} opened for user <user> by (uid=<num>)",
        "Failed password for {b} from <ip> port <num> ssh2",
        "Connection {c} by <ip> [preauth]",
        "PacketResponder <num> for block {d} terminating",
        "Received block <*> of size <num> from {e}",
        "GET {f} returned <num> in <num> ms",
        "Exception in thread {g}: java.io.IOException: {c}",
        "{a} {b} {c} {d}",
    ]
    words = {
        "a": "session connection channel stream".split(),
        "b": "root admin guest oracle test invalid".split(),
        "c": "closed reset refused timed-out".split(),
        "d": "blk_1 blk_22 primary replica".split(),
        "e": "datanode namenode /10.0.0.1 client".split(),
        "f": "/index /login /api/v1/items /health".split(),
        "g": "main worker-1 worker-2 pool".split(),
    }
    texts = {}
    while len(texts) < n:
        shape = rng.choice(shapes)
        text = shape.format(**{key: rng.choice(choice) for key, choice in words.items()})
        texts.setdefault(text, int(rng.paretovariate(0.6)) if rng.random() < 0.8 else 1)
    return list(texts), [min(count, 400) for count in texts.values()]


def expanded(rows, weights):
    return [row for row, weight in zip(rows, weights) for _ in range(weight)]


def tfidf_cases():
    inputs = [messages(1, 12), messages(2, 30), messages(3, 60)]
    inputs.append((["", "a", "x y z", "!!!", "ab", "ab ab AB", "ab cd"], [3, 1, 2, 1, 5, 1, 1]))
    inputs.append((
        ["Größe überschritten: <num> MB", "ошибка чтения файла <path>", "ОШИБКА записи", "磁盘 已满", "naïve café_1 ÉTÉ", "İstanbul x²"],
        [1, 4, 2, 1, 1, 1],
    ))
    for texts, weights in inputs:
        vectorizer = TfidfVectorizer().fit(expanded(texts, weights))
        matrix = vectorizer.transform(texts).tocsr()
        matrix.sort_indices()
        yield {
            "texts": texts,
            "weights": weights,
            "vocabulary": list(map(str, vectorizer.get_feature_names_out())),
            "idf": vectorizer.idf_.tolist(),
            "indptr": matrix.indptr.tolist(),
            "indices": matrix.indices.tolist(),
            "values": matrix.data.tolist(),
        }


def dense_inputs():
    rng = np.random.default_rng(7)
    blobs = np.vstack([rng.normal(0, 1, (150, 4)), rng.normal(6, 0.5, (80, 4)), rng.uniform(-12, 12, (12, 4))])
    skewed = np.column_stack([
        rng.poisson(40, 260), rng.poisson(1.2, 260), rng.pareto(1.5, 260), rng.beta(2, 5, 260), np.zeros(260), rng.integers(0, 2, 260),
    ]).astype(float)
    skewed[100, :4] = [900, 60, 3, 0.99]
    skewed[101, :4] = [0, 0, 0, 0]
    angle = rng.uniform(0, np.pi, 200)
    moons = np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.06, (200, 2))
    moons[100:] = [1, 0.4] - moons[100:]
    grid = np.array([[x, y] for x in range(9) for y in range(7) if (x * y) % 4 != 3], dtype=float)
    return rounded(blobs), rounded(skewed), rounded(moons), grid


def repeat(weights, x):
    w1, w2, b1, b2 = weights
    hidden = np.maximum(x @ w1 + b1, 0)
    return hidden, 1 / (1 + np.exp(-(hidden @ w2 + b2)))


def trained(weights, x, n_epochs, batch_size, rate, order=None):
    """Dense autoencoder (ReLU, sigmoid, mean squared error) trained with Adam; weights, loss of each epoch while training."""
    means, squares, steps, losses = [0 * w for w in weights], [0 * w for w in weights], 0, []
    for _ in range(n_epochs):
        rows = np.arange(len(x)) if order is None else order.permutation(len(x))
        total = 0
        for batch in np.split(rows, range(batch_size, len(x), batch_size)):
            given = x[batch]
            hidden, out = repeat(weights, given)
            total += ((out - given) ** 2).mean(axis=1).sum()
            slope = 2 * (out - given) * out * (1 - out) / given.size
            back = (slope @ weights[1].T) * (hidden > 0)
            steps += 1
            for k, g in enumerate([given.T @ back, hidden.T @ slope, back.sum(axis=0), slope.sum(axis=0)]):
                means[k] = .9 * means[k] + .1 * g
                squares[k] = .999 * squares[k] + .001 * g * g
                weights[k] = weights[k] - rate * (means[k] / (1 - .9 ** steps)) / (np.sqrt(squares[k] / (1 - .999 ** steps)) + 1e-8)
        losses.append(total / len(x))
    return weights, losses


def autoencoder_cases():
    for seed, (n_rows, n_cols, n_hidden, batch_size) in enumerate([(90, 3, 8, 32), (50, 5, 16, 10), (200, 2, 4, 32), (33, 7, 12, 33), (61, 4, 64, 32)]):
        rng = np.random.default_rng(seed)
        level = rng.random(n_rows)
        x = rounded(np.clip(np.outer(level, rng.random(n_cols)) + rng.normal(0, .05, (n_rows, n_cols)), 0, 1))
        glorot = np.sqrt(6 / (n_cols + n_hidden))
        weights = [rounded(rng.uniform(-glorot, glorot, shape), 6) for shape in [(n_cols, n_hidden), (n_hidden, n_cols), n_hidden, n_cols]]
        start = np.concatenate([weights[0].ravel(), weights[1].T.ravel(), weights[2], weights[3]])
        weights, losses = trained(weights, x, 40, batch_size, .01)
        yield {
            "rows": x.tolist(), "hidden": n_hidden, "batchSize": batch_size, "rate": .01, "weights": start.tolist(),
            "losses": losses, "errors": ((repeat(weights, x)[1] - x) ** 2).mean(axis=1).tolist(),
        }


def planted_cases():
    """Rows of five features that go together, and some in which they do not; how well errors after 100 epochs tell them apart."""
    for seed, n_rows in enumerate([300, 600, 1000, 400, 800]):
        rng = np.random.default_rng(100 + seed)
        load = rng.gamma(4, 25, n_rows)
        x = np.column_stack([load, load * .3, np.sqrt(load), 400 / (4 + load), rng.normal(50, 5, n_rows)])
        x += rng.normal(0, 1, x.shape) * x.std(axis=0) * .05
        strange = rng.random(n_rows) < .04
        for col in range(3):
            x[strange, col] = rng.permutation(x[:, col])[: strange.sum()]
        x = rounded(x)
        scaled = (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))
        aucs = []
        for run in range(5):
            rng = np.random.default_rng(run)
            he, glorot = np.sqrt(6 / 5), np.sqrt(6 / 69)
            weights = [rng.uniform(-he, he, (5, 64)), rng.uniform(-glorot, glorot, (64, 5)), np.zeros(64), np.zeros(5)]
            weights, _ = trained(weights, scaled, 100, 32, .001, rng)
            aucs.append(roc_auc_score(strange, ((repeat(weights, scaled)[1] - scaled) ** 2).mean(axis=1)))
        yield {"rows": x.tolist(), "strange": strange.tolist(), "auc": float(np.mean(aucs))}


def robust_cases():
    blobs, skewed, moons, grid = dense_inputs()
    extreme = np.array([[1e-6, 1e6], [2e-6, 3e6], [9e-6, 3e6], [4e-6, 8e9], [5e-6, 3e6]])
    for rows, weights in [
        (blobs[:60], [1 + i % 4 for i in range(60)]), (skewed[80:140], [1] * 60), (moons[:40], [1 + i % 3 for i in range(40)]),
        (grid[:20], [2] * 20), (extreme, [1, 2, 1, 1, 3]),
    ]:
        sample = np.array(expanded(rows, weights))
        yield {"rows": rows.tolist(), "weights": weights, "scaled": RobustScaler().fit(sample).transform(rows).tolist()}


def forest_cases():
    blobs, skewed, moons, _ = dense_inputs()
    # Counts that differ a lot: among messages of equal count two forests of scikit-learn itself agree to less than .95.
    texts, weights = messages(4, 60)
    words = TfidfVectorizer().fit(expanded(texts, weights)).transform(texts).toarray()
    for rows, weights in [
        (blobs, [1] * len(blobs)),
        (skewed, [1] * len(skewed)),
        (moons, [1 + i % 3 for i in range(len(moons))]),
        (rounded(words, 12), weights),
    ]:
        sample = np.array(expanded(rows, weights))
        scores = np.mean([
            -IsolationForest(n_estimators=300, max_samples=min(256, len(sample)), random_state=seed).fit(sample).score_samples(rows)
            for seed in range(10)
        ], axis=0)
        yield {"rows": rows.tolist(), "weights": list(map(int, weights)), "raw": np.round(scores, 6).tolist()}


def dbscan_cases():
    blobs, skewed, moons, grid = dense_inputs()
    rng = np.random.default_rng(11)
    scaled = rounded(StandardScaler().fit_transform(skewed), 6)
    texts, counts = messages(5, 150)
    words = TfidfVectorizer().fit(expanded(texts, counts)).transform(texts).toarray()
    for metric, rows, weights, eps, min_points in [
        ("euclidean", blobs, [1] * len(blobs), 1.4, 5),
        ("euclidean", moons, [1] * len(moons), 0.2, 4),
        ("euclidean", scaled, rng.integers(0, 4, len(scaled)).tolist(), 0.9, 6),
        ("euclidean", grid, rng.integers(1, 3, len(grid)).tolist(), 1.0, 7),
        ("cosine", rounded(words, 12), counts, 0.35, 5),
        ("cosine", rounded(words, 12), [1] * len(words), 0.5, 4),
    ]:
        found = DBSCAN(eps=eps, min_samples=min_points, metric=metric).fit(rows, sample_weight=weights)
        yield {
            "metric": metric, "eps": eps, "minPoints": min_points,
            "rows": rows.tolist(), "weights": list(map(int, weights)), "labels": found.labels_.tolist(),
        }


def pearson_cases():
    blobs, skewed, moons, grid = dense_inputs()
    rng = np.random.default_rng(13)
    offset = rounded(1e6 + rng.normal(0, 1, (50, 3)), 6)
    huge = rng.normal(0, 1, (40, 3)) * [1e150, 1e-150, 1]
    for rows in [blobs, skewed, moons, offset, huge]:
        yield {"rows": rows.tolist(), "correlation": correlation_of(rows)}


def correlation_of(rows):
    with np.errstate(all="ignore"):
        found = np.corrcoef(rows, rowvar=False)
    return [[None if np.isnan(x) else x for x in row] for row in found.tolist()]


def spearman_cases():
    # spearmanr itself gives NaN for a pair without saying which column is constant.
    for case in pearson_cases():
        yield {"rows": case["rows"], "correlation": correlation_of(rankdata(case["rows"], axis=0))}


def scale_cases():
    blobs, skewed, _, grid = dense_inputs()
    for rows in [blobs[::5], skewed[::5], grid]:
        weights = [1 + i % 4 for i in range(len(rows))]
        scaler = StandardScaler().fit(rows, sample_weight=weights)
        yield {"rows": rows.tolist(), "weights": weights, "scaled": scaler.transform(rows).tolist()}


def pca_cases():
    for seed, n in [(6, 40), (8, 90)]:
        texts, _ = messages(seed, n)
        words = TfidfVectorizer().fit_transform(texts).toarray()
        yield {"texts": texts, "places": PCA(2, svd_solver="full").fit_transform(words).tolist()}


def hdbscan_cases():
    blobs, skewed, moons, grid = dense_inputs()
    rng = np.random.default_rng(17)
    uneven = rounded(np.vstack([rng.normal([0, 0], 0.1, (80, 2)), rng.normal([3, 0], 0.6, (90, 2)), rng.uniform(-3, 6, (25, 2))]))
    texts, counts = messages(7, 150)
    words = rounded(TfidfVectorizer().fit(expanded(texts, counts)).transform(texts).toarray(), 12)
    for metric, rows, weights, finest, min_points, min_cluster_size in [
        ("euclidean", blobs, [1] * len(blobs), 0.05, 5, 10),
        ("euclidean", moons, [1] * len(moons), 0.02, 5, 8),
        ("euclidean", uneven, rng.integers(1, 4, len(uneven)).tolist(), 0.05, 8, 12),
        ("cosine", words, counts, 0.25, 5, 5),
        ("cosine", words, [1] * len(words), 0.1, 3, 4),
    ]:
        # A row of weight w is w points; Campello counts the point itself among its neighbours, the package does not.
        points = [row for row, weight in enumerate(weights) for _ in range(weight)]
        between = np.maximum(pairwise_distances(rows, metric=metric), finest)[np.ix_(points, points)]
        np.fill_diagonal(between, 0)
        found = HDBSCAN(metric="precomputed", min_samples=min_points - 1, min_cluster_size=min_cluster_size).fit(between)
        labels = {}
        for row, label in zip(points, found.labels_):
            assert labels.setdefault(row, label) == label, "equal points, two clusters"
        yield {
            "metric": metric, "eps": finest, "minPoints": min_points, "minClusterSize": min_cluster_size,
            "rows": rows.tolist(), "weights": list(map(int, weights)), "labels": [int(labels[row]) for row in range(len(rows))],
        }


def half_space_trees_cases():
    for seed, shift in [(31, 0.25), (32, 0.3), (33, 0.35), (34, 0.2), (35, 0.4)]:
        rng = np.random.default_rng(seed)
        rows = rng.normal(0.4, 0.07, (600, 3)) + 0.1 * np.sin(np.arange(600) / 90)[:, None]
        is_strange = rng.random(600) < 0.05
        rows[is_strange] += rng.choice([-1, 1], (is_strange.sum(), 3)) * shift
        rows = rounded((rows - rows.min(axis=0)) / (rows.max(axis=0) - rows.min(axis=0)), 6)
        aucs = []
        for trial in range(5):
            trees = HalfSpaceTrees(n_trees=100, height=8, window_size=100, seed=trial)
            scores = []
            for row in rows:
                x = dict(enumerate(row.tolist()))
                scores.append(trees.score_one(x))
                trees.learn_one(x)
            aucs.append(roc_auc_score(is_strange, scores))
        yield {"windowSize": 100, "rows": rows.tolist(), "strange": is_strange.tolist(), "auc": np.mean(aucs)}


def word2vec_cases():
    for seed, n in [(21, 60), (22, 100), (23, 150), (24, 200), (25, 300)]:
        texts, weights = messages(seed, n)
        weights = [20 * weight for weight in weights]
        words_of = TfidfVectorizer().build_analyzer()
        sentences = expanded([words_of(text) for text in texts], weights)
        random.Random(seed).shuffle(sentences)
        model = Word2Vec(sentences, vector_size=64, window=5, negative=5, sg=1, min_count=1, epochs=20, workers=1, seed=seed)
        frequent = model.wv.index_to_key[:15]
        nearest = {word: [other for other, _ in model.wv.most_similar(word, topn=10)] for word in frequent}
        yield {"texts": texts, "weights": weights, "nearest": nearest}


CASES = {
    "tfidf": tfidf_cases,
    "isolation_forest": forest_cases,
    "dbscan": dbscan_cases,
    "hdbscan": hdbscan_cases,
    "word2vec": word2vec_cases,
    "half_space_trees": half_space_trees_cases,
    "pearson": pearson_cases,
    "spearman": spearman_cases,
    "scale": scale_cases,
    "robust_scale": robust_cases,
    "autoencoder": autoencoder_cases,
    "autoencoder_planted": planted_cases,
    "pca": pca_cases,
}
for name in sys.argv[1:] or CASES:
    write(name, CASES[name]())
