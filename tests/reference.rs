//! The science against scikit-learn and numpy on fixed inputs; `tests/reference/make.py` wrote their results.

use std::collections::BTreeMap;

use logloupe::cluster::Clusterer;
use logloupe::cluster::dbscan::DbscanParams;
use logloupe::cluster::hdbscan::HdbscanParams;
use logloupe::cluster::layout;
use logloupe::correlate::pearson::pearson;
use logloupe::correlate::spearman::spearman;
use logloupe::detect::autoencoder::{Adam, AutoencoderParams, Net};
use logloupe::detect::half_space_trees::HalfSpaceTreesParams;
use logloupe::detect::isolation_forest::IsolationForestParams;
use logloupe::featurize::dataset::{Dataset, Rows};
use logloupe::featurize::scale::{RobustScaler, StandardScaler};
use logloupe::featurize::sparse::Sparse;
use logloupe::featurize::tfidf::tfidf;
use logloupe::featurize::word2vec::Word2Vec;
use ndarray::{Array2, ArrayView2};
use serde::Deserialize;

macro_rules! cases {
    ($name:literal) => {
        serde_json::from_str(include_str!(concat!("reference/", $name, ".json"))).unwrap()
    };
}

fn dense(rows: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j])
}

fn sparse(rows: &[Vec<f64>]) -> Sparse {
    let mut sparse = Sparse::with_cols(rows[0].len() as u32);
    for row in rows {
        sparse.push_row(
            (0..)
                .zip(row.iter().copied())
                .filter(|entry| entry.1 != 0.0),
        );
    }
    sparse
}

#[track_caller]
fn assert_close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} is not {expected}"
    );
}

#[derive(Deserialize)]
struct TfIdfCase {
    texts: Vec<String>,
    weights: Vec<u32>,
    vocabulary: Vec<String>,
    idf: Vec<f64>,
    indptr: Vec<u32>,
    indices: Vec<u32>,
    values: Vec<f64>,
}

#[test]
fn tfidf_equals_scikit_learn() {
    let cases: Vec<TfIdfCase> = cases!("tfidf");
    for case in cases {
        let texts: Vec<&str> = case.texts.iter().map(String::as_str).collect();
        let found = tfidf(&texts, &case.weights);
        assert_eq!(found.vocabulary, case.vocabulary);
        assert_eq!(found.rows.indptr, case.indptr);
        assert_eq!(found.rows.indices, case.indices);
        let pairs = found
            .rows
            .values
            .iter()
            .chain(&found.idf)
            .zip(case.values.iter().chain(&case.idf));
        pairs.for_each(|(found, expected)| assert_close(*found, *expected, 1e-12));
    }
}

#[derive(Deserialize)]
struct ForestCase {
    rows: Vec<Vec<f64>>,
    weights: Vec<u32>,
    raw: Vec<f64>,
}

#[test]
fn isolation_forest_ranks_as_scikit_learn() {
    let cases: Vec<ForestCase> = cases!("isolation_forest");
    for (idx, case) in cases.iter().enumerate() {
        let (dense, sparse) = (dense(&case.rows), sparse(&case.rows));
        for rows in [Rows::Dense(dense.view()), Rows::Sparse(&sparse)] {
            let params = IsolationForestParams {
                n_trees: 300,
                sample_size: 256,
                seed: 1,
                ..IsolationForestParams::default()
            };
            let data = Dataset::weighted(rows, &case.weights);
            let found = params
                .check()
                .unwrap()
                .fit_forest(&data)
                .unwrap()
                .raw_scores(&data);
            let pairs = [&found, &case.raw];
            let pairs = Array2::from_shape_fn((found.len(), 2), |(i, j)| pairs[j][i]);
            let rho = spearman(pairs.view())[0][1].expect("no column is constant");
            let off = found
                .iter()
                .zip(&case.raw)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f64::max);
            println!("case {idx}: rank correlation {rho:.4}, largest difference {off:.4}");
            assert!(rho >= 0.95, "case {idx}: rank correlation {rho}");
            assert!(off <= 0.05, "case {idx}: raw scores differ by {off}");
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DbscanCase {
    metric: String,
    eps: f64,
    min_points: u32,
    rows: Vec<Vec<f64>>,
    weights: Vec<u32>,
    labels: Vec<i32>,
}

#[test]
fn dbscan_makes_the_partition_of_scikit_learn() {
    let cases: Vec<DbscanCase> = cases!("dbscan");
    for (idx, case) in cases.iter().enumerate() {
        let (dense, sparse) = (dense(&case.rows), sparse(&case.rows));
        let rows = match case.metric.as_str() {
            "cosine" => Rows::Sparse(&sparse),
            _ => Rows::Dense(dense.view()),
        };
        let params = DbscanParams {
            eps: Some(case.eps),
            min_points: case.min_points,
        };
        let data = Dataset::weighted(rows, &case.weights);
        let found = params.check().unwrap().cluster(&data).unwrap();
        // Clusters are numbered by their first row here and by their first core there: rename by first appearance.
        let mut names: Vec<i32> = Vec::new();
        let expected: Vec<Option<u32>> = case
            .labels
            .iter()
            .map(|label| {
                (*label >= 0).then(|| {
                    names
                        .iter()
                        .position(|name| name == label)
                        .unwrap_or_else(|| {
                            names.push(*label);
                            names.len() - 1
                        }) as u32
                })
            })
            .collect();
        println!("case {idx}: {} clusters", found.n_clusters);
        assert!(found.n_clusters >= 2, "case {idx} says little");
        assert_eq!(found.labels, expected, "case {idx}");
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HdbscanCase {
    metric: String,
    eps: f64,
    min_points: u32,
    min_cluster_size: u32,
    rows: Vec<Vec<f64>>,
    weights: Vec<u32>,
    labels: Vec<i32>,
}

#[test]
fn hdbscan_makes_the_clusters_of_hdbscan() {
    let cases: Vec<HdbscanCase> = cases!("hdbscan");
    for (idx, case) in cases.iter().enumerate() {
        let (dense, sparse) = (dense(&case.rows), sparse(&case.rows));
        let rows = match case.metric.as_str() {
            "cosine" => Rows::Sparse(&sparse),
            _ => Rows::Dense(dense.view()),
        };
        let params = HdbscanParams {
            min_points: case.min_points,
            min_cluster_size: case.min_cluster_size,
            eps: Some(case.eps),
        };
        let data = Dataset::weighted(rows, &case.weights);
        let found = params.check().unwrap().cluster(&data).unwrap();
        let labels: Vec<i32> = found
            .labels
            .iter()
            .map(|l| l.map_or(-1, |l| l as i32))
            .collect();
        let agreement = adjusted_rand(&labels, &case.labels);
        println!(
            "case {idx}: {} clusters, adjusted Rand index {agreement:.4}",
            found.n_clusters
        );
        assert!(
            agreement >= 0.95,
            "case {idx}: adjusted Rand index {agreement}"
        );
    }
}

/// Hubert and Arabie, "Comparing partitions" (1985); noise is a group like any other.
fn adjusted_rand(a: &[i32], b: &[i32]) -> f64 {
    let pairs = |mut keys: Vec<(i32, i32)>| -> f64 {
        keys.sort_unstable();
        let sizes = keys.chunk_by(|x, y| x == y).map(|run| run.len() as f64);
        sizes.map(|n| n * (n - 1.0) / 2.0).sum()
    };
    let both = pairs(a.iter().copied().zip(b.iter().copied()).collect());
    let (of_a, of_b) = (
        pairs(a.iter().map(|x| (*x, 0)).collect()),
        pairs(b.iter().map(|x| (*x, 0)).collect()),
    );
    let all = a.len() as f64 * (a.len() as f64 - 1.0) / 2.0;
    let expected = of_a * of_b / all;
    (both - expected) / (f64::midpoint(of_a, of_b) - expected)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HalfSpaceTreesCase {
    window_size: u32,
    rows: Vec<Vec<f64>>,
    strange: Vec<bool>,
    auc: f64,
}

#[test]
fn half_space_trees_rank_as_well_as_those_of_river() {
    let cases: Vec<HalfSpaceTreesCase> = cases!("half_space_trees");
    for (idx, case) in cases.iter().enumerate() {
        let rows = dense(&case.rows);
        let auc_of = |seed| {
            let params = HalfSpaceTreesParams {
                n_trees: 100,
                height: 8,
                window_size: case.window_size,
                seed,
            };
            let data = Dataset::new(Rows::Dense(rows.view()));
            let judged = params.check().unwrap().stream(&data).unwrap();
            let raw: Vec<f64> = judged.iter().map(|j| j.map_or(0.0, |j| j.raw)).collect();
            roc_auc(&raw, &case.strange)
        };
        let found = (0..5).map(auc_of).sum::<f64>() / 5.0;
        println!("case {idx}: {found:.4}, River {:.4}", case.auc);
        assert_close(found, case.auc, 0.01);
    }
}

/// Share of pairs of a strange and an ordinary row in which the strange one scores higher.
fn roc_auc(scores: &[f64], is_strange: &[bool]) -> f64 {
    let (mut above, mut n_pairs) = (0.0, 0.0);
    for (a, _) in scores.iter().zip(is_strange).filter(|row| *row.1) {
        for (b, _) in scores.iter().zip(is_strange).filter(|row| !*row.1) {
            above += f64::from(u8::from(a > b)) + f64::from(u8::from(a >= b));
            n_pairs += 2.0;
        }
    }
    above / n_pairs
}

#[derive(Deserialize)]
struct Word2VecCase {
    texts: Vec<String>,
    weights: Vec<u32>,
    nearest: BTreeMap<String, Vec<String>>,
}

#[test]
fn words_have_the_neighbours_of_gensim() {
    let cases: Vec<Word2VecCase> = cases!("word2vec");
    for (idx, case) in cases.iter().enumerate() {
        let texts: Vec<&str> = case.texts.iter().map(String::as_str).collect();
        let tfidf = tfidf(&texts, &case.weights);
        let words = Word2Vec::train(&texts, &case.weights, &tfidf, 1);
        let overlap = |(word, expected): (&String, &Vec<String>)| {
            let col = tfidf.vocabulary.binary_search(word).unwrap() as u32;
            let found = words.nearest_words(col, expected.len());
            let is_expected = |col: u32| expected.contains(&tfidf.vocabulary[col as usize]);
            let n = found.iter().filter(|(col, _)| is_expected(*col)).count();
            n as f64 / expected.len() as f64
        };
        let overlap = case.nearest.iter().map(overlap).sum::<f64>() / case.nearest.len() as f64;
        println!("case {idx}: overlap of the nearest words {overlap:.3}");
        assert!(overlap >= 0.5, "case {idx}: overlap {overlap}");
    }
}

#[derive(Deserialize)]
struct PearsonCase {
    rows: Vec<Vec<f64>>,
    correlation: Vec<Vec<Option<f64>>>,
}

fn check_correlation(
    cases: &[PearsonCase],
    f: impl Fn(ArrayView2<'_, f64>) -> Vec<Vec<Option<f64>>>,
) {
    for case in cases {
        let found = f(dense(&case.rows).view());
        let expected = case.correlation.iter().flatten();
        for (found, expected) in found.iter().flatten().zip(expected) {
            match (found, expected) {
                (Some(found), Some(expected)) => assert_close(*found, *expected, 1e-9),
                _ => assert_eq!(found, expected),
            }
        }
    }
}

#[test]
fn correlations_equal_numpy() {
    let cases: Vec<PearsonCase> = cases!("pearson");
    check_correlation(&cases, pearson);
}

#[test]
fn rank_correlations_equal_scipy() {
    let cases: Vec<PearsonCase> = cases!("spearman");
    check_correlation(&cases, spearman);
}

#[derive(Deserialize)]
struct ScaleCase {
    rows: Vec<Vec<f64>>,
    weights: Vec<u32>,
    scaled: Vec<Vec<f64>>,
}

#[test]
fn scaling_equals_scikit_learn() {
    let cases: Vec<ScaleCase> = cases!("scale");
    for case in cases {
        let rows = dense(&case.rows);
        let data = Dataset::weighted(Rows::Dense(rows.view()), &case.weights);
        let found = StandardScaler::fit(&data).transform(&data);
        let pairs = found.iter().zip(case.scaled.iter().flatten());
        pairs.for_each(|(found, expected)| assert_close(*found, *expected, 1e-9));
    }
}

#[test]
fn robust_scaling_equals_scikit_learn() {
    let cases: Vec<ScaleCase> = cases!("robust_scale");
    for case in cases {
        let rows = dense(&case.rows);
        let data = Dataset::weighted(Rows::Dense(rows.view()), &case.weights);
        let found = RobustScaler::fit(&data).transform(&data);
        let pairs = found.iter().zip(case.scaled.iter().flatten());
        pairs.for_each(|(found, expected)| {
            assert_close(*found, *expected, 1e-9 * expected.abs().max(1.0));
        });
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AutoencoderCase {
    rows: Vec<Vec<f64>>,
    hidden: usize,
    batch_size: usize,
    rate: f64,
    weights: Vec<f64>,
    losses: Vec<f64>,
    errors: Vec<f64>,
}

#[test]
fn training_goes_as_in_numpy() {
    let cases: Vec<AutoencoderCase> = cases!("autoencoder");
    for case in cases {
        let n_cols = case.rows[0].len();
        let mut net = Net::of(n_cols, case.hidden, case.weights).unwrap();
        let mut adam = Adam::new(&net, case.rate);
        let weights = vec![1.0; case.rows.len()];
        let order: Vec<u32> = (0..case.rows.len() as u32).collect();
        let values = case.rows.concat();
        for expected in case.losses {
            let loss = net.epoch(&mut adam, (&values, &weights), &order, case.batch_size);
            assert_close(loss, expected, 1e-9);
        }
        for (row, expected) in case.rows.iter().zip(case.errors) {
            assert_close(net.error(row), expected, 1e-9);
        }
    }
}

#[derive(Deserialize)]
struct PlantedCase {
    rows: Vec<Vec<f64>>,
    strange: Vec<bool>,
    auc: f64,
}

#[test]
fn autoencoder_tells_planted_rows_apart_as_well_as_one_in_numpy() {
    let cases: Vec<PlantedCase> = cases!("autoencoder_planted");
    for (idx, case) in cases.iter().enumerate() {
        let rows = dense(&case.rows);
        let data = Dataset::new(Rows::Dense(rows.view()));
        let auc_of = |seed| {
            let params = AutoencoderParams {
                seed,
                ..AutoencoderParams::default()
            };
            let model = params.check().unwrap().train(&data).unwrap();
            roc_auc(&model.errors(&data), &case.strange)
        };
        let found = (0..3).map(auc_of).sum::<f64>() / 3.0;
        println!("case {idx}: {found:.4}, numpy {:.4}", case.auc);
        assert_close(found, case.auc, 0.02);
    }
}

#[derive(Deserialize)]
struct PcaCase {
    texts: Vec<String>,
    places: Vec<[f64; 2]>,
}

#[test]
fn layout_equals_the_principal_components_of_scikit_learn() {
    let cases: Vec<PcaCase> = cases!("pca");
    for case in cases {
        let texts: Vec<&str> = case.texts.iter().map(String::as_str).collect();
        let found = layout::pca(&tfidf(&texts, &[]).rows).unwrap();
        for axis in 0..2 {
            // The sign of a component is free.
            let product: f64 = found
                .iter()
                .zip(&case.places)
                .map(|(a, b)| a[axis] * b[axis])
                .sum();
            for (found, expected) in found.iter().zip(&case.places) {
                assert_close(found[axis] * product.signum(), expected[axis], 1e-3);
            }
        }
    }
}
