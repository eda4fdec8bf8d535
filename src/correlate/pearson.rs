//! Columns of features → how closely each pair of them rises and falls together, −1 to 1.
//!
//! Pearson's product-moment correlation, as numpy's `corrcoef` gives it; undefined for a column that is constant.

use ndarray::ArrayView2;

use crate::base::math;
use crate::featurize::dataset::tame;

/// Correlation of each pair of columns of `rows`; `None` where one of the two is constant.
///
/// The matrix is symmetric to the bit; the diagonal is 1.
#[must_use]
pub fn pearson(rows: ArrayView2<'_, f64>) -> Vec<Vec<Option<f64>>> {
    let columns: Vec<Option<Vec<f64>>> = rows.columns().into_iter().map(standardized).collect();
    let correlation = |i: usize, j: usize| {
        let (a, b) = (columns[i].as_ref()?, columns[j].as_ref()?);
        if i == j {
            return Some(1.0);
        }
        let sum: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
        Some(sum.clamp(-1.0, 1.0))
    };
    (0..columns.len())
        .map(|i| (0..columns.len()).map(|j| correlation(i, j)).collect())
        .collect()
}

/// The column with mean 0 and Euclidean length 1; `None` when it is constant.
fn standardized(column: ndarray::ArrayView1<'_, f64>) -> Option<Vec<f64>> {
    // In units of the largest value, so that squares neither overflow nor vanish.
    let unit = column
        .iter()
        .fold(0.0_f64, |unit, value| unit.max(tame(*value).abs()));
    if unit == 0.0 {
        return None;
    }
    let mut values: Vec<f64> = column.iter().map(|value| tame(*value) / unit).collect();
    if values.iter().all(|value| *value == values[0]) {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter_mut().for_each(|value| *value -= mean);
    let length = math::sqrt(values.iter().map(|value| value * value).sum());
    if !(length > 0.0) {
        return None;
    }
    values.iter_mut().for_each(|value| *value /= length);
    Some(values)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn correlations_of_a_small_table() {
        let rows = array![
            [1.0, 2.0, -1.0, 7.0],
            [2.0, 4.0, -2.0, 7.0],
            [3.0, 6.0, -3.5, 7.0]
        ];
        let c = pearson(rows.view());
        assert!((c[0][1].unwrap() - 1.0).abs() < 1e-12);
        assert!((c[0][2].unwrap() + 0.993_399_267_798_783).abs() < 1e-12);
        assert_eq!((c[0][3], c[3][3]), (None, None));
        assert_eq!(c[2][0], c[0][2]);
        assert_eq!(c[2][2], Some(1.0));
    }

    #[test]
    fn too_few_rows_have_no_correlation() {
        assert_eq!(
            pearson(Array2::zeros((0, 2)).view()),
            vec![vec![None; 2]; 2]
        );
        assert_eq!(pearson(array![[1.0, 2.0]].view()), vec![vec![None; 2]; 2]);
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn correlations_lie_between_minus_1_and_1(
            values in proptest::collection::vec(proptest::prelude::any::<f64>(), 0..60),
        ) {
            let n_rows = values.len() / 3;
            let rows = Array2::from_shape_vec((n_rows, 3), values[..n_rows * 3].to_vec()).unwrap();
            for value in pearson(rows.view()).into_iter().flatten().flatten() {
                proptest::prop_assert!((-1.0..=1.0).contains(&value));
            }
        }
    }
}
