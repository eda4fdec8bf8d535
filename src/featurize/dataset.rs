//! Rows of features, dense or sparse, with the number of equal points each stands for: what detectors and
//! clusterers take.

use std::cmp::Ordering;

use ndarray::ArrayView2;

use super::sparse::Sparse;

/// The features, one row a thing.
#[derive(Debug, Clone, Copy)]
pub enum Rows<'a> {
    /// All values stored: windows. Distances are Euclidean.
    Dense(ArrayView2<'a, f64>),
    /// Mostly zeros: messages. Distances are 1 − cosine; rows have length 1 or 0.
    Sparse(&'a Sparse),
}

/// Rows with weights: a row of weight 1000 is 1000 equal points.
///
/// Values that are not finite are read as the nearest finite number, NaN as 0.
#[derive(Debug, Clone, Copy)]
pub struct Dataset<'a> {
    rows: Rows<'a>,
    weights: Option<&'a [u32]>,
}

impl<'a> Dataset<'a> {
    /// Rows that count once each.
    #[must_use]
    pub fn new(rows: Rows<'a>) -> Self {
        Self {
            rows,
            weights: None,
        }
    }

    /// Rows with weights, one a row; a missing weight counts as 1. A row of weight 0 is scored but not learned
    /// from.
    #[must_use]
    pub fn weighted(rows: Rows<'a>, weights: &'a [u32]) -> Self {
        Self {
            rows,
            weights: Some(weights),
        }
    }

    /// The features.
    #[must_use]
    pub fn rows(&self) -> Rows<'a> {
        self.rows
    }

    /// Rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        match self.rows {
            Rows::Dense(rows) => rows.nrows(),
            Rows::Sparse(rows) => rows.n_rows(),
        }
    }

    /// Columns.
    #[must_use]
    pub fn n_cols(&self) -> usize {
        match self.rows {
            Rows::Dense(rows) => rows.ncols(),
            Rows::Sparse(rows) => rows.n_cols as usize,
        }
    }

    /// How many points row `row_idx` stands for.
    #[must_use]
    pub fn weight(&self, row_idx: usize) -> u32 {
        self.weights
            .map_or(1, |weights| weights.get(row_idx).copied().unwrap_or(1))
    }

    /// Points in all.
    #[must_use]
    pub fn total_weight(&self) -> u64 {
        (0..self.n_rows())
            .map(|row_idx| u64::from(self.weight(row_idx)))
            .sum()
    }

    /// Value at a place.
    #[must_use]
    pub fn value(&self, row_idx: usize, col: usize) -> f64 {
        tame(match self.rows {
            Rows::Dense(rows) => rows[[row_idx, col]],
            Rows::Sparse(rows) => rows.row(row_idx).get(col as u32),
        })
    }

    /// Calls `f` with (column, value) of every entry of a row that is not zero, by ascending column.
    pub fn for_each_entry(&self, row_idx: usize, mut f: impl FnMut(usize, f64)) {
        match self.rows {
            Rows::Dense(rows) => {
                for (col, value) in rows.row(row_idx).iter().enumerate() {
                    if *value != 0.0 {
                        f(col, tame(*value));
                    }
                }
            }
            Rows::Sparse(rows) => {
                for (col, value) in rows.row(row_idx).entries() {
                    if value != 0.0 {
                        f(col as usize, tame(value));
                    }
                }
            }
        }
    }

    /// The distinct rows, in an order that depends only on what they hold, with the weights of equal rows added up.
    ///
    /// What is learned from them does not change when rows are permuted, or when a row of weight 2 is given twice.
    #[must_use]
    pub fn distinct(&self) -> Distinct {
        let mut order: Vec<u32> = (0..self.n_rows() as u32).collect();
        // The row index as the last key makes the representative of equal rows the first of them.
        order.sort_unstable_by(|a, b| self.compare(*a as usize, *b as usize).then(a.cmp(b)));
        let mut distinct = Distinct {
            rows: Vec::new(),
            weights: Vec::new(),
            group_of: vec![0; self.n_rows()],
        };
        for row_idx in order {
            let weight = u64::from(self.weight(row_idx as usize));
            match (distinct.rows.last(), distinct.weights.last_mut()) {
                (Some(kept), Some(sum))
                    if self.compare(*kept as usize, row_idx as usize) == Ordering::Equal =>
                {
                    *sum += weight;
                }
                _ => {
                    distinct.rows.push(row_idx);
                    distinct.weights.push(weight);
                }
            }
            distinct.group_of[row_idx as usize] = distinct.rows.len() as u32 - 1;
        }
        distinct
    }

    fn compare(&self, a: usize, b: usize) -> Ordering {
        match self.rows {
            Rows::Dense(rows) => {
                let values = rows.row(a).into_iter().zip(rows.row(b));
                let mut orders = values.map(|(x, y)| order_of(*x, *y));
                orders
                    .find(|order| order.is_ne())
                    .unwrap_or(Ordering::Equal)
            }
            Rows::Sparse(rows) => {
                let (a, b) = (rows.row(a), rows.row(b));
                let values = a.values.iter().zip(b.values);
                let mut orders = values.map(|(x, y)| order_of(*x, *y));
                a.indices.cmp(b.indices).then_with(|| {
                    orders
                        .find(|order| order.is_ne())
                        .unwrap_or(Ordering::Equal)
                })
            }
        }
    }
}

/// Distinct rows of a dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct Distinct {
    /// The first row of each set of equal rows.
    pub rows: Vec<u32>,
    /// The weight of the whole set.
    pub weights: Vec<u64>,
    /// For each row of the dataset, its set: an index into `rows` and `weights`.
    pub group_of: Vec<u32>,
}

/// Adding 0 turns −0 into 0, so that the two compare equal.
fn order_of(x: f64, y: f64) -> Ordering {
    (tame(x) + 0.0).total_cmp(&(tame(y) + 0.0))
}

/// The nearest finite number; NaN gives 0.
#[must_use]
pub fn tame(x: f64) -> f64 {
    if x.is_nan() {
        0.0
    } else {
        x.clamp(f64::MIN, f64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn equal_rows_are_one_with_the_sum_of_their_weights() {
        let rows = array![[1.0, 0.0], [0.0, 2.0], [1.0, -0.0], [f64::NAN, 2.0]];
        let distinct = Dataset::weighted(Rows::Dense(rows.view()), &[1, 2, 3, 4]).distinct();
        assert_eq!((distinct.rows, distinct.weights), (vec![1, 0], vec![6, 4]));
        assert_eq!(distinct.group_of, [1, 0, 1, 0]);
    }

    #[test]
    fn values_are_finite() {
        let rows = array![[f64::INFINITY, f64::NAN]];
        let data = Dataset::new(Rows::Dense(rows.view()));
        assert_eq!((data.value(0, 0), data.value(0, 1)), (f64::MAX, 0.0));
    }
}
