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
        let first_varying = match self.rows {
            Rows::Dense(rows) => (0..self.n_cols()).find(|col| {
                let mut keys = rows.column(*col).into_iter().map(|value| key_of(*value));
                let first = keys.next();
                keys.any(|key| Some(key) != first)
            }),
            Rows::Sparse(_) => None,
        };
        let mut order: Vec<(u64, u32)> = (0..self.n_rows())
            .map(|row_idx| (self.first_key(row_idx, first_varying), row_idx as u32))
            .collect();
        // The row index as the last key makes the representative of equal rows the first of them.
        order.sort_unstable_by(|a, b| {
            let by_key = a.0.cmp(&b.0);
            by_key.then_with(|| self.compare(a.1 as usize, b.1 as usize).then(a.1.cmp(&b.1)))
        });
        let mut distinct = Distinct {
            rows: Vec::new(),
            weights: Vec::new(),
            group_of: vec![0; self.n_rows()],
        };
        for (_, row_idx) in order {
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

    /// What decides the order of most rows at once, as [`Self::compare`] would: the value in the first column that varies, or the
    /// first two columns with an entry.
    fn first_key(&self, row_idx: usize, first_varying: Option<usize>) -> u64 {
        match self.rows {
            Rows::Dense(rows) => first_varying.map_or(0, |col| key_of(rows[[row_idx, col]])),
            Rows::Sparse(rows) => {
                let indices = rows.row(row_idx).indices;
                // A row that ends comes before one that goes on.
                let place = |at: usize| indices.get(at).map_or(0, |col| u64::from(*col) + 1);
                (place(0) << 32) | place(1)
            }
        }
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

/// Orders as [`order_of`] does.
fn key_of(x: f64) -> u64 {
    let bits = (tame(x) + 0.0).to_bits();
    // Negative numbers grow the other way.
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | (1 << 63)
    }
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
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn equal_rows_are_one_with_the_sum_of_their_weights() {
        let rows = array![[1.0, 0.0], [0.0, 2.0], [1.0, -0.0], [f64::NAN, 2.0]];
        let distinct = Dataset::weighted(Rows::Dense(rows.view()), &[1, 2, 3, 4]).distinct();
        assert_eq!((distinct.rows, distinct.weights), (vec![1, 0], vec![6, 4]));
        assert_eq!(distinct.group_of, [1, 0, 1, 0]);
    }

    #[test]
    fn rows_are_ordered_by_all_they_hold() {
        let values = [-1e300, -2.0, -1.0, -0.0, 0.0, 1.0, 1.5, f64::INFINITY];
        let rows = Array2::from_shape_fn((200, 3), |(i, j)| match j {
            0 => 7.0,
            _ => values[i / (7 * j - 6) % 8],
        });
        let data = Dataset::new(Rows::Dense(rows.view()));
        let mut sparse = Sparse::with_cols(9);
        for i in 0..200_u32 {
            let cols = (0..9).filter(|col| i * i * 5 % (col + 7) < 2);
            sparse.push_row(cols.map(|col| (col, f64::from(i % 2 + 1))));
        }
        for data in [data, Dataset::new(Rows::Sparse(&sparse))] {
            let distinct = data.distinct().rows;
            assert!(distinct.len() > 10);
            for pair in distinct.windows(2) {
                let order = data.compare(pair[0] as usize, pair[1] as usize);
                assert_eq!(order, Ordering::Less);
            }
        }
    }

    #[test]
    fn values_are_finite() {
        let rows = array![[f64::INFINITY, f64::NAN]];
        let data = Dataset::new(Rows::Dense(rows.view()));
        assert_eq!((data.value(0, 0), data.value(0, 1)), (f64::MAX, 0.0));
    }
}
