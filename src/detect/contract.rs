//! What every detector of [`super::all`] promises.

use ndarray::Array2;

use super::*;
use crate::featurize::sparse::Sparse;

/// 60 ordinary rows of weights 2 to 5 and, last, one that is different in every column and rare.
fn spiked() -> (Array2<f64>, Vec<u32>) {
    let mut rows = Array2::from_shape_fn((61, 3), |(i, j)| ((i * (7 + j) + i * i) % 23) as f64);
    rows.row_mut(60).fill(500.0);
    let mut weights: Vec<u32> = (0..61).map(|i| 2 + i * 3 % 4).collect();
    weights[60] = 1;
    (rows, weights)
}

fn sparse(rows: &Array2<f64>) -> Sparse {
    let mut sparse = Sparse::with_cols(rows.ncols() as u32);
    for row in rows.rows() {
        sparse.push_row(
            (0..)
                .zip(row.iter().copied())
                .filter(|entry| entry.1 != 0.0),
        );
    }
    sparse
}

fn check(data: &Dataset<'_>, mut expect: impl FnMut(&str, Vec<f64>, Box<dyn Detector>)) {
    for fit in all(1) {
        let detector = fit.fit(data).unwrap();
        expect(fit.name(), detector.score(data), detector);
    }
}

#[test]
fn a_spike_ranks_first_in_dense_and_sparse_rows() {
    let (rows, weights) = spiked();
    let sparse = sparse(&rows);
    for rows in [Rows::Dense(rows.view()), Rows::Sparse(&sparse)] {
        let data = Dataset::weighted(rows, &weights);
        check(&data, |name, scores, detector| {
            assert!(
                scores.iter().all(|score| (0.0..=100.0).contains(score)),
                "{name}"
            );
            assert!(scores[60] >= BANDS[0], "{name}: {}", scores[60]);
            assert!(
                scores[..60].iter().all(|score| *score < scores[60]),
                "{name}"
            );
            let reasons = detector.explain(&data, 60);
            assert!(reasons.iter().all(|reason| reason.value == 500.0), "{name}");
            assert!(reasons.iter().map(|reason| reason.share).sum::<f64>() < 1.0 + 1e-9);
            assert!(reasons.is_sorted_by(|a, b| a.share >= b.share), "{name}");
        });
    }
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    let (rows, weights) = spiked();
    let data = Dataset::weighted(Rows::Dense(rows.view()), &weights);
    let mut first = Vec::new();
    check(&data, |_, scores, _| first.push(scores));
    let mut first = first.into_iter();
    check(&data, |name, scores, _| {
        assert_eq!(Some(scores), first.next(), "{name}");
    });
}

#[test]
fn permuting_the_rows_permutes_the_scores() {
    let (rows, weights) = spiked();
    let order: Vec<usize> = (0..61).map(|i| i * 22 % 61).collect();
    let moved = Array2::from_shape_fn(rows.dim(), |(i, j)| rows[[order[i], j]]);
    let moved_weights: Vec<u32> = order.iter().map(|i| weights[*i]).collect();
    let mut expected = Vec::new();
    check(
        &Dataset::weighted(Rows::Dense(rows.view()), &weights),
        |_, scores, _| {
            expected.push(order.iter().map(|i| scores[*i]).collect::<Vec<_>>());
        },
    );
    let mut expected = expected.into_iter();
    check(
        &Dataset::weighted(Rows::Dense(moved.view()), &moved_weights),
        |name, scores, _| {
            assert_eq!(Some(scores), expected.next(), "{name}");
        },
    );
}

#[test]
fn a_row_of_weight_2_is_two_rows() {
    let (rows, _) = spiked();
    let weights: Vec<u32> = (0..61).map(|i| 1 + i % 2).collect();
    let order: Vec<usize> = (0..61).flat_map(|i| vec![i; weights[i] as usize]).collect();
    let repeated = Array2::from_shape_fn((order.len(), 3), |(i, j)| rows[[order[i], j]]);
    let mut expected = Vec::new();
    check(
        &Dataset::weighted(Rows::Dense(rows.view()), &weights),
        |_, scores, _| {
            expected.push(order.iter().map(|i| scores[*i]).collect::<Vec<_>>());
        },
    );
    let mut expected = expected.into_iter();
    check(
        &Dataset::new(Rows::Dense(repeated.view())),
        |name, scores, _| {
            assert_eq!(Some(scores), expected.next(), "{name}");
        },
    );
}

#[test]
fn too_little_is_refused() {
    for n_rows in [0, 1, MIN_POINTS - 1] {
        let rows = Array2::from_shape_fn((n_rows, 2), |(i, _)| i as f64);
        for fit in all(1) {
            let refused = fit.fit(&Dataset::new(Rows::Dense(rows.view()))).err();
            let expected = FitError::TooFewRows {
                needed: MIN_POINTS,
                actual: n_rows,
            };
            assert_eq!(refused, Some(expected), "{}", fit.name());
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            4 => (-3..4_i8).prop_map(f64::from),
            2 => any::<f64>(),
            1 => proptest::sample::select(vec![
                f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e308, -1e308, 5e-324, -5e-324, 0.0, -0.0,
            ]),
        ]
    }

    fn matrix() -> impl Strategy<Value = (Array2<f64>, Vec<u32>)> {
        (0..24_usize, 0..5_usize).prop_flat_map(|(n, m)| {
            let values = proptest::collection::vec(value(), n * m);
            let weights = proptest::collection::vec(prop_oneof![0..3_u32, any::<u32>()], n);
            (values, weights).prop_map(move |(values, weights)| {
                (Array2::from_shape_vec((n, m), values).unwrap(), weights)
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(1000)))]
        #[test]
        fn scores_are_finite_or_refused((rows, weights) in matrix()) {
            let sparse = sparse(&rows);
            for rows in [Rows::Dense(rows.view()), Rows::Sparse(&sparse)] {
                let data = Dataset::weighted(rows, &weights);
                for fit in all(3) {
                    let Ok(detector) = fit.fit(&data) else { continue };
                    let scores = detector.score(&data);
                    prop_assert_eq!(scores.len(), data.n_rows());
                    prop_assert!(scores.iter().all(|score| (0.0..=100.0).contains(score)), "{:?}", scores);
                    for row_idx in 0..data.n_rows() as u32 {
                        for reason in detector.explain(&data, row_idx) {
                            prop_assert!(reason.share.is_finite() && reason.value.is_finite());
                            prop_assert!(reason.low.is_finite() && reason.high.is_finite());
                        }
                    }
                }
            }
        }
    }
}
