//! Rows that are mostly zeros, as compressed sparse rows (CSR), and the cosine of two of them.

use crate::base::math;

/// A matrix of `n_rows()` × `n_cols` in compressed sparse rows. Indices ascend within a row; zeros are not stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sparse {
    /// Columns.
    pub n_cols: u32,
    /// Where each row begins in `indices` and `values`; one entry more than there are rows.
    pub indptr: Vec<u32>,
    /// Column of each entry.
    pub indices: Vec<u32>,
    /// Value of each entry.
    pub values: Vec<f64>,
}

/// One row: columns, ascending, and their values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SparseRow<'a> {
    /// Columns with an entry, ascending.
    pub indices: &'a [u32],
    /// The entries.
    pub values: &'a [f64],
}

impl Sparse {
    /// A matrix without rows.
    #[must_use]
    pub fn with_cols(n_cols: u32) -> Self {
        Self {
            n_cols,
            indptr: vec![0],
            indices: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Appends a row; `entries` ascend by column, which is below `n_cols`.
    pub fn push_row(&mut self, entries: impl IntoIterator<Item = (u32, f64)>) {
        for (col, value) in entries {
            debug_assert!(col < self.n_cols, "column {col} of {}", self.n_cols);
            self.indices.push(col);
            self.values.push(value);
        }
        self.indptr.push(self.indices.len() as u32);
    }

    /// Rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.indptr.len().saturating_sub(1)
    }

    /// Row `row_idx`.
    #[must_use]
    pub fn row(&self, row_idx: usize) -> SparseRow<'_> {
        let span = self.indptr[row_idx] as usize..self.indptr[row_idx + 1] as usize;
        SparseRow {
            indices: &self.indices[span.clone()],
            values: &self.values[span],
        }
    }

    /// All rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = SparseRow<'_>> {
        (0..self.n_rows()).map(|row_idx| self.row(row_idx))
    }

    /// The rows at `row_idxs`, in that order.
    #[must_use]
    pub fn select(&self, row_idxs: &[u32]) -> Self {
        let mut chosen = Self::with_cols(self.n_cols);
        for row_idx in row_idxs {
            chosen.push_row(self.row(*row_idx as usize).entries());
        }
        chosen
    }
}

impl<'a> SparseRow<'a> {
    /// (column, value) of each entry.
    pub fn entries(self) -> impl Iterator<Item = (u32, f64)> + 'a {
        self.indices
            .iter()
            .copied()
            .zip(self.values.iter().copied())
    }

    /// Value at `col`.
    #[must_use]
    pub fn get(self, col: u32) -> f64 {
        self.indices
            .binary_search(&col)
            .map_or(0.0, |at| self.values[at])
    }

    /// Inner product, summed in the order of columns.
    #[must_use]
    pub fn dot(self, other: Self) -> f64 {
        let (mut a, mut b, mut sum) = (0, 0, 0.0);
        while a < self.indices.len() && b < other.indices.len() {
            let (x, y) = (self.indices[a], other.indices[b]);
            if x == y {
                sum += self.values[a] * other.values[b];
            }
            a += usize::from(x <= y);
            b += usize::from(y <= x);
        }
        sum
    }

    /// Euclidean length.
    #[must_use]
    pub fn norm(self) -> f64 {
        math::sqrt(self.values.iter().map(|value| value * value).sum())
    }

    /// Cosine of the angle between two rows; 0 where one of them is empty.
    #[must_use]
    pub fn cosine(self, other: Self) -> f64 {
        let length = self.norm() * other.norm();
        if length > 0.0 {
            self.dot(other) / length
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_cosines_are_those_of_the_dense_matrix() {
        let mut m = Sparse::with_cols(4);
        m.push_row([(0, 3.0), (2, 4.0)]);
        m.push_row([]);
        m.push_row([(2, 2.0), (3, 1.0)]);
        assert_eq!(m.n_rows(), 3);
        assert_eq!(m.row(0).get(2), 4.0);
        assert_eq!(m.row(0).get(1), 0.0);
        assert_eq!(m.row(0).dot(m.row(2)), 8.0);
        assert_eq!(m.row(0).norm(), 5.0);
        assert_eq!(m.row(0).cosine(m.row(1)), 0.0);
        assert!((m.row(2).cosine(m.row(2)) - 1.0).abs() < 1e-15);
        assert_eq!(m.select(&[2, 0]).row(1), m.row(0));
    }
}
