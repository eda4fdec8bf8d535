//! What every clusterer of [`super::all`] promises.

use ndarray::Array2;

use super::*;
use crate::featurize::dataset::Rows;

/// Three blobs of 20 rows, in turn, and one row far from all.
fn blobs() -> Array2<f64> {
    Array2::from_shape_fn((61, 2), |(i, j)| {
        let center = [[0.0, 0.0], [6.0, 0.0], [0.0, 6.0]][i % 3][j];
        if i == 60 {
            40.0
        } else {
            center + ((i * 7 + j * 13) % 11) as f64 * 0.05
        }
    })
}

#[test]
fn blobs_are_clusters_and_the_far_row_is_noise() {
    let rows = blobs();
    for clusterer in all() {
        let found = clusterer
            .cluster(&Dataset::new(Rows::Dense(rows.view())))
            .unwrap();
        let expected: Vec<Option<u32>> = (0..61)
            .map(|i| if i == 60 { None } else { Some(i % 3) })
            .collect();
        assert_eq!(found.labels, expected, "{}", clusterer.name());
        assert_eq!(found.n_clusters, 3);
    }
}

#[test]
fn a_row_of_weight_2_is_two_rows() {
    let rows = blobs();
    let weights: Vec<u32> = (0..61).map(|i| 1 + i % 2).collect();
    let order: Vec<usize> = (0..61).flat_map(|i| vec![i; weights[i] as usize]).collect();
    let repeated = Array2::from_shape_fn((order.len(), 2), |(i, j)| rows[[order[i], j]]);
    for clusterer in all() {
        let once = clusterer.cluster(&Dataset::weighted(Rows::Dense(rows.view()), &weights));
        let twice = clusterer.cluster(&Dataset::new(Rows::Dense(repeated.view())));
        let once = once.unwrap().labels;
        let expected: Vec<_> = order.iter().map(|i| once[*i]).collect();
        assert_eq!(twice.unwrap().labels, expected, "{}", clusterer.name());
    }
}

#[test]
fn too_few_rows_are_refused() {
    for n_rows in 0..2 {
        let rows = Array2::<f64>::zeros((n_rows, 2));
        for clusterer in all() {
            let refused = clusterer.cluster(&Dataset::new(Rows::Dense(rows.view())));
            assert_eq!(
                refused,
                Err(FitError::TooFewRows {
                    needed: 2,
                    actual: n_rows
                })
            );
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use proptest::prelude::*;

    use super::*;
    use crate::featurize::sparse::Sparse;

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            6 => (-3..4_i8).prop_map(f64::from),
            1 => any::<f64>(),
            1 => proptest::sample::select(vec![f64::NAN, f64::INFINITY, 1e308, -1e308, 5e-324, -0.0]),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(1000)))]
        #[test]
        fn labels_count_from_0_by_first_appearance(
            (n_rows, n_cols, values) in (0..24_usize, 0..4_usize).prop_flat_map(|(n, m)| {
                (Just(n), Just(m), proptest::collection::vec(value(), n * m))
            }),
            weights in proptest::collection::vec(0..9_u32, 24),
        ) {
            let dense = Array2::from_shape_vec((n_rows, n_cols), values).unwrap();
            let mut sparse = Sparse::with_cols(n_cols as u32);
            for row in dense.rows() {
                sparse.push_row((0..).zip(row.iter().copied()).filter(|entry| entry.1 != 0.0));
            }
            for rows in [Rows::Dense(dense.view()), Rows::Sparse(&sparse)] {
                for clusterer in all() {
                    let Ok(found) = clusterer.cluster(&Dataset::weighted(rows, &weights)) else {
                        continue;
                    };
                    prop_assert_eq!(found.labels.len(), n_rows);
                    let mut next = 0;
                    for label in found.labels.iter().flatten() {
                        prop_assert!(*label <= next);
                        next = next.max(*label + 1);
                    }
                    prop_assert_eq!(next, found.n_clusters);
                    prop_assert!(found.eps.is_none_or(|eps| eps > 0.0 && eps.is_finite()));
                }
            }
        }
    }
}
