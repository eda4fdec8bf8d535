//! Columns of features → how closely the order of each pair of them agrees, −1 to 1.
//!
//! Pearson's correlation of the ranks, equal values sharing their mean rank: it sees any relation that only rises
//! or only falls, and one enormous value counts no more than a large one. As scipy's `spearmanr`; undefined for a
//! column that is constant.
//!
//! Spearman, "The proof and measurement of association between two things" (1904).

use ndarray::{Array2, ArrayView1, ArrayView2};

use super::pearson::pearson;
use crate::base::order::Arrange;
use crate::featurize::dataset::tame;

/// Rank correlation of each pair of columns of `rows`; `None` where one of the two is constant.
///
/// The matrix is symmetric to the bit; the diagonal is 1.
#[must_use]
pub fn spearman(rows: ArrayView2<'_, f64>) -> Vec<Vec<Option<f64>>> {
    let ranks: Vec<Vec<f64>> = rows.columns().into_iter().map(ranks).collect();
    pearson(Array2::from_shape_fn(rows.dim(), |(row, col)| ranks[col][row]).view())
}

/// Rank of each value, from 0.
fn ranks(column: ArrayView1<'_, f64>) -> Vec<f64> {
    // Adding 0 turns −0 into 0.
    let mut order: Vec<(f64, usize)> = column.iter().map(|x| tame(*x) + 0.0).zip(0..).collect();
    order.arrange_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = vec![0.0; order.len()];
    let mut first = 0;
    for equal in order.chunk_by(|a, b| a.0 == b.0) {
        let mean = first as f64 + (equal.len() - 1) as f64 / 2.0;
        for (_, idx) in equal {
            ranks[*idx] = mean;
        }
        first += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn only_the_order_counts() {
        let rows = array![
            [1.0, 1.0, 9.0, 7.0],
            [2.0, 4.0, 5.0, 7.0],
            [3.0, 1e300, 5.0, 7.0],
            [4.0, f64::INFINITY, -2.0, 7.0]
        ];
        let found = spearman(rows.view());
        assert_eq!(found[0][1], Some(1.0));
        assert!((found[0][2].unwrap() + 0.948_683_298_050_513_8).abs() < 1e-12);
        assert_eq!(found[0][3], None);
        assert_eq!(found[1][0], found[0][1]);
    }

    #[test]
    fn equal_values_share_their_mean_rank() {
        let column = array![3.0, 0.0, -0.0, 8.0, 3.0];
        assert_eq!(ranks(column.view()), [2.5, 0.5, 0.5, 4.0, 2.5]);
    }
}
