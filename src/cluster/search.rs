//! Rows of either kind → the rows within a distance of one of them, with rows taken out as they find their cluster.

use std::ops::ControlFlow;

use crate::base::math;
use crate::featurize::dataset::{Dataset, Rows};
use crate::featurize::neighbours::CosineIndex;

/// Looks neighbours up.
pub(super) enum Search<'a> {
    Dense(DenseSearch),
    Sparse(CosineIndex<'a>),
}

impl<'a> Search<'a> {
    pub(super) fn new(data: &Dataset<'a>) -> Self {
        match data.rows() {
            Rows::Dense(_) => Self::Dense(DenseSearch::new(data)),
            Rows::Sparse(rows) => Self::Sparse(CosineIndex::new(rows)),
        }
    }

    /// Calls `f` with each other row that was not removed and its distance, where that is at most `eps`; ends early when `f` breaks.
    pub(super) fn visit(
        &mut self,
        row_idx: u32,
        eps: f64,
        mut f: impl FnMut(u32, f64) -> ControlFlow<()>,
    ) {
        match self {
            Self::Dense(search) => search.visit(row_idx, eps, f),
            // The threshold is lowered a little, so that the comparison of distances decides.
            Self::Sparse(index) => index.visit(row_idx, 1.0 - eps - 1e-12, |other, cosine| {
                let distance = (1.0 - cosine).max(0.0);
                if distance <= eps {
                    f(other, distance)
                } else {
                    ControlFlow::Continue(())
                }
            }),
        }
    }

    /// Leaves a row out of later answers; it may still be asked about.
    pub(super) fn remove(&mut self, row_idx: u32) {
        match self {
            Self::Dense(search) => search.remove(row_idx),
            Self::Sparse(index) => index.remove(row_idx),
        }
    }
}

/// Dense rows sorted along their widest column: only rows that are near in that column are compared in full, nearest first.
pub(super) struct DenseSearch {
    n_cols: usize,
    values: Vec<f64>,
    /// Column the rows are sorted by.
    key: usize,
    /// Rows by ascending key; removed ones leave when they have become the majority.
    order: Vec<u32>,
    is_removed: Vec<bool>,
    n_removed: usize,
}

impl DenseSearch {
    fn new(data: &Dataset<'_>) -> Self {
        let (n_rows, n_cols) = (data.n_rows(), data.n_cols());
        let values: Vec<f64> = (0..n_rows * n_cols)
            .map(|at| data.value(at / n_cols, at % n_cols))
            .collect();
        let spread = |col: usize| {
            let column = values.iter().skip(col).step_by(n_cols);
            let (low, high) = column.fold((f64::MAX, f64::MIN), |(low, high), value| {
                (low.min(*value), high.max(*value))
            });
            high / 2.0 - low / 2.0
        };
        let key = (0..n_cols)
            .max_by(|a, b| spread(*a).total_cmp(&spread(*b)))
            .unwrap_or(0);
        let mut order: Vec<u32> = (0..n_rows as u32).collect();
        let key_of = |row_idx: u32| {
            values
                .get(row_idx as usize * n_cols + key)
                .copied()
                .unwrap_or(0.0)
        };
        order.sort_by(|a, b| key_of(*a).total_cmp(&key_of(*b)));
        Self {
            n_cols,
            key,
            order,
            is_removed: vec![false; n_rows],
            n_removed: 0,
            values,
        }
    }

    fn row(&self, row_idx: u32) -> &[f64] {
        let at = row_idx as usize * self.n_cols;
        &self.values[at..at + self.n_cols]
    }

    fn key_of(&self, row_idx: u32) -> f64 {
        self.row(row_idx).get(self.key).copied().unwrap_or(0.0)
    }

    fn visit(&self, row_idx: u32, eps: f64, mut f: impl FnMut(u32, f64) -> ControlFlow<()>) {
        let key = self.key_of(row_idx);
        let middle = self
            .order
            .partition_point(|other| self.key_of(*other) < key);
        let (mut left, mut right) = (middle, middle);
        let gap = |at: usize| {
            let gap = self
                .order
                .get(at)
                .map(|other| (self.key_of(*other) - key).abs());
            gap.filter(|gap| *gap <= eps)
        };
        loop {
            let other = match (left.checked_sub(1).and_then(gap), gap(right)) {
                (None, None) => return,
                (Some(below), above) if above.is_none_or(|above| below < above) => {
                    left -= 1;
                    self.order[left]
                }
                _ => {
                    right += 1;
                    self.order[right - 1]
                }
            };
            if other == row_idx || self.is_removed[other as usize] {
                continue;
            }
            let distance = distance(self.row(row_idx), self.row(other));
            if distance <= eps && f(other, distance).is_break() {
                return;
            }
        }
    }

    fn remove(&mut self, row_idx: u32) {
        let is_removed = &mut self.is_removed[row_idx as usize];
        self.n_removed += usize::from(!*is_removed);
        *is_removed = true;
        if self.n_removed * 2 > self.order.len() {
            self.order.retain(|other| !self.is_removed[*other as usize]);
            self.n_removed = 0;
        }
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    math::sqrt(a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum())
}
