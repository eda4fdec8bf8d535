//! Scores against the paper and against what rows say.

use ndarray::{Array2, array};

use super::*;
use crate::detect::ALARM;
use crate::featurize::dataset::Rows;
use crate::featurize::tfidf::tfidf;

fn params(n_trees: u32) -> IsolationForestValidParams {
    IsolationForestParams {
        n_trees,
        ..Default::default()
    }
    .check()
    .unwrap()
}

#[test]
fn mean_paths_are_those_of_the_paper() {
    assert_eq!((mean_path(1), mean_path(2)), (0.0, 1.0));
    assert!((mean_path(256) - 10.244_770_920_119_7).abs() < 1e-9);
}

#[test]
fn a_row_of_weight_n_is_n_rows() {
    let some = array![[0.0, 1.0], [1.0, 0.5], [9.0, 9.0]];
    let weights = [20, 15, 1];
    let expanded = Array2::from_shape_fn((36, 2), |(i, j)| {
        some[[usize::from(i >= 20) + usize::from(i >= 35), j]]
    });
    let weighted = Dataset::weighted(Rows::Dense(some.view()), &weights);
    let repeated = Dataset::new(Rows::Dense(expanded.view()));
    let a = params(50).fit_forest(&weighted).unwrap();
    let b = params(50).fit_forest(&repeated).unwrap();
    assert_eq!(a.raw_scores(&weighted), b.raw_scores(&weighted));
    assert_eq!(a.score(&weighted)[2], b.score(&repeated)[35]);
}

#[test]
fn rare_words_are_strange_and_named() {
    let texts = [
        "user login ok",
        "user logout ok",
        "kernel panic in user code",
    ];
    let t = tfidf(&texts, &[120, 120, 2]);
    let data = Dataset::weighted(Rows::Sparse(&t.rows), &[120, 120, 2]);
    let forest = params(100).fit_forest(&data).unwrap();
    let scores = forest.score(&data);
    assert!(scores[2] > 90.0 && scores[0] < 25.0, "{scores:?}");
    let reasons = forest.explain(&data, 2);
    let present = reasons.iter().find(|reason| reason.value > 0.0).unwrap();
    let word = t.vocabulary[present.col as usize].as_str();
    assert!(["code", "in", "kernel", "panic"].contains(&word), "{word}");
    assert_eq!((present.low, present.high), (0.0, 0.0));
    assert!((reasons.iter().map(|r| r.share).sum::<f64>() - 1.0).abs() < 1e-9);
}

#[test]
fn equal_rows_cannot_stand_out() {
    let rows = Array2::<f64>::ones((50, 3));
    let data = Dataset::new(Rows::Dense(rows.view()));
    assert_eq!(
        params(10).fit_forest(&data).unwrap_err(),
        FitError::NoVariance
    );
}

#[test]
fn choices_out_of_range_name_their_option() {
    for (n_trees, sample_size, option) in [
        (9, 256, "nTrees"),
        (1001, 256, "nTrees"),
        (100, 1, "sampleSize"),
        (100, 5000, "sampleSize"),
    ] {
        let params = IsolationForestParams {
            n_trees,
            sample_size,
            ..IsolationForestParams::default()
        };
        assert_eq!(params.check().unwrap_err().option, option);
    }
}

#[test]
fn a_given_share_of_the_rows_are_alarms() {
    let rows = Array2::from_shape_fn((1000, 3), |(i, j)| ((i * (7 + j) + i * i) % 523) as f64);
    let data = Dataset::new(Rows::Dense(rows.view()));
    let n_alarms = |contamination| {
        let params = IsolationForestParams {
            contamination,
            ..IsolationForestParams::default()
        };
        let (_, scores) = params.check().unwrap().fit_and_score(&data).unwrap();
        assert!(scores.iter().all(|score| (0.0..=100.0).contains(score)));
        scores.iter().filter(|score| **score >= ALARM).count()
    };
    for share in [0.01, 0.05, 0.2, 0.5] {
        let n = n_alarms(Some(share)) as f64;
        assert!((n - share * 1000.0).abs() <= 2.0, "{share}: {n}");
    }
    assert!(n_alarms(None) < 50);
    for share in [0.0, 0.6, f64::NAN] {
        let params = IsolationForestParams {
            contamination: Some(share),
            ..IsolationForestParams::default()
        };
        assert_eq!(params.check().unwrap_err().option, "contamination");
    }
}

#[test]
fn many_rows_have_the_scores_that_each_has_alone() {
    for sample_size in [2, 100, 256, 700] {
        let rows = Array2::from_shape_fn((901, 5), |(i, j)| ((i * (7 + j) + i * i) % 97) as f64);
        let data = Dataset::new(Rows::Dense(rows.view()));
        let params = IsolationForestParams {
            sample_size,
            ..IsolationForestParams::default()
        };
        let (forest, scores) = params.check().unwrap().fit_and_score(&data).unwrap();
        let alone: Vec<u32> = (0..901).collect();
        assert_eq!(
            paths::of_rows(&forest, &data, &alone),
            forest.lengths(&data, &alone)
        );
        assert_eq!(forest.score(&data), scores);
    }
}
