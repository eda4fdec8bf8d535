#!/usr/bin/env python3
"""The algorithms as WebAssembly against scikit-learn, hdbscan, River, gensim and networkx, on the same rows, one thread each.

    pip install scikit-learn hdbscan river gensim networkx        in a virtual environment
    tools/env is sourced, then: python3 benches/peers.py          what is not installed is left out

Prints a table in Markdown: seconds of CPU of each, and how many times as fast the WebAssembly (in Node, the engine of Chromium) is.
"""
import json
import os
import pathlib
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = "wasm32-unknown-unknown"


def unit(n):
    """As in peers.rs."""
    with np.errstate(over="ignore"):
        z = (np.asarray(n, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(float) / (1 << 53)


def rows(n_rows, n_cols):
    at = unit(np.arange(n_rows * n_cols)).reshape(n_rows, n_cols)
    place = np.arange(n_rows)[:, None] % 40 * n_cols + np.arange(n_cols)
    near = unit(place + (1 << 40)) + (at - 0.5) * 0.04
    return np.where((np.arange(n_rows) % 100 == 99)[:, None], at, near)


def texts(n_texts):
    def word(n, of):
        return (unit(n) * of).astype(int)

    sentences = word(np.arange(n_texts) + (1 << 41), 400.0)
    said = word(sentences[:, None] * 5 + np.arange(5) + (1 << 42), 900.0)
    others = word(np.arange(n_texts)[:, None] * 3 + np.arange(3), 3000.0)
    return [
        " ".join([f"w{w}" for w in a] + [f"v{v}" for v in b]) for a, b in zip(said, others)
    ]


def isolation_forest():
    from sklearn.ensemble import IsolationForest

    x = rows(100_000, 8)
    return lambda: IsolationForest(n_estimators=100, random_state=0, n_jobs=1).fit(x).score_samples(x)


def isolation_forest_of_texts():
    from sklearn.ensemble import IsolationForest

    said = texts(100_000)
    forest = IsolationForest(n_estimators=100, random_state=0, n_jobs=1)

    def run():
        x = tfidf(said)
        return forest.fit(x).score_samples(x)

    tfidf(said[:10])
    return run


def half_space_trees():
    from river.anomaly import HalfSpaceTrees

    points = [dict(enumerate(row)) for row in rows(20_000, 8).tolist()]

    def run():
        trees = HalfSpaceTrees(n_trees=25, height=8, window_size=250, seed=0)
        for point in points:
            trees.score_one(point)
            trees.learn_one(point)

    return run


def tfidf(said):
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer().fit_transform(said)


def tf_idf():
    said = texts(20_000)
    tfidf(said[:10])
    return lambda: tfidf(said)


def dbscan():
    from sklearn.cluster import DBSCAN

    x = tfidf(texts(20_000))
    return lambda: DBSCAN(eps=0.3, min_samples=5, metric="cosine", n_jobs=1).fit(x)


def hdbscan_dense():
    import hdbscan

    x = rows(50_000, 5)
    return lambda: hdbscan.HDBSCAN(min_cluster_size=5, min_samples=5, core_dist_n_jobs=1).fit(x)


def word2vec():
    from gensim.models import Word2Vec

    said = [text.split() for text in texts(20_000)]
    # As in word2vec.rs: 64 numbers a word, a million words read, frequent words passed over from 1/1000 on.
    epochs = 1_000_000 // sum(map(len, said))
    return lambda: Word2Vec(
        said, vector_size=64, window=5, min_count=1, workers=1, epochs=epochs, sg=1, negative=5, sample=1e-3
    )


def autoencoder():
    from sklearn.neural_network import MLPRegressor

    x = rows(2000, 8)
    return lambda: MLPRegressor(
        hidden_layer_sizes=(64,), batch_size=32, max_iter=20, n_iter_no_change=100, random_state=0
    ).fit(x, x)


def linking():
    import networkx

    n = 8000
    message = (unit(np.arange(n)) * 2000).astype(int)
    at = (unit(np.arange(n) + (1 << 43)) * 86_400).astype(int)
    vectors = tfidf(texts(2000))

    def run():
        x = vectors[message]
        graph = networkx.Graph()
        graph.add_nodes_from(range(n))
        for row in range(n):
            alike = (x @ x[row].T).toarray().ravel() > 0.8
            near = np.abs(at - at[row]) < 300
            graph.add_edges_from((row, int(other)) for other in np.flatnonzero(alike & near))
        return list(networkx.connected_components(graph))

    return run


PEERS = {
    "isolation forest, 100,000 rows of 8": ("scikit-learn", isolation_forest),
    "TF-IDF and isolation forest, 100,000 texts": ("scikit-learn", isolation_forest_of_texts),
    "half-space trees, 20,000 rows of 8": ("River", half_space_trees),
    "TF-IDF, 20,000 texts": ("scikit-learn", tf_idf),
    "DBSCAN by cosine, 20,000 texts": ("scikit-learn", dbscan),
    "HDBSCAN, 50,000 rows of 5": ("hdbscan", hdbscan_dense),
    "Word2Vec, 20,000 texts": ("gensim", word2vec),
    "autoencoder, 2,000 rows of 8, 20 epochs": ("scikit-learn", autoencoder),
    "linking 8,000 of them": ("networkx", linking),
}


def ours():
    runner = f"CARGO_TARGET_{TARGET.upper().replace('-', '_')}_RUNNER"
    environment = {**os.environ, runner: "wasm-bindgen-test-runner"}
    command = ["cargo", "test", "--release", "--locked", "--target", TARGET, "--bench", "peers", "--", "--nocapture"]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    lines = [line[line.index('{"name"') :] for line in run.stdout.splitlines() if '{"name"' in line]
    if not lines:
        sys.exit(run.stdout[-2000:] + run.stderr[-2000:])
    return {found["name"]: found["seconds"] for found in map(json.loads, lines)}


def main():
    print("| what | peer | peer, s | WebAssembly, s | times as fast |\n| --- | --- | --- | --- | --- |")
    for name, seconds in ours().items():
        peer, make = PEERS.get(name, ("", None))
        try:
            run = make()
            begun = time.process_time()
            run()
            of_peer = time.process_time() - begun
        except (ImportError, TypeError) as error:
            print(f"| {name} | {peer if make is None else f'{peer}: {error}'} | | {seconds:.2f} | |")
            continue
        print(f"| {name} | {peer} | {of_peer:.2f} | {seconds:.2f} | {of_peer / max(seconds, 0.001):.1f} |", flush=True)


if __name__ == "__main__":
    main()
