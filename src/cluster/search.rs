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

    /// Calls `f` with each other row that was not removed and its distance, where that is at most `eps`; ends early
    /// when `f` breaks.
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

    /// Calls `f` with other rows and their distance, where that is below the limit, which is what `f` last answered, and `limit` at
    /// first; nearer ones tend to come first. Rows that are skipped are not looked at, nor groups of them that are.
    /// Sparse rows without a common column are never found.
    pub(super) fn visit_nearest(
        &mut self,
        row_idx: u32,
        limit: f64,
        skipped: Skipped<'_>,
        mut f: impl FnMut(u32, f64) -> f64,
    ) {
        let is_skipped = |other: u32| skipped.is_row(other);
        match self {
            Self::Dense(search) => search.visit_nearest(row_idx, limit, skipped, f),
            // Cosines above one are rounding.
            Self::Sparse(index) => index.visit_best(
                row_idx,
                1.0 - limit,
                |col| skipped.is_group(col),
                is_skipped,
                |other, cosine| 1.0 - f(other, (1.0 - cosine).max(0.0)),
            ),
        }
    }

    /// For each group of rows that are searched together what all of them have in common by `of_row`; [`MIXED`] where they differ.
    pub(super) fn common(&self, of_row: &[u32]) -> Vec<u32> {
        match self {
            Self::Dense(search) => search.common(of_row),
            Self::Sparse(index) => index.common(of_row, MIXED),
        }
    }

    /// All rows, near ones one after another where that is known: asking about them in this order finds in the cache what the one
    /// before has looked at.
    pub(super) fn order(&self, n_rows: usize) -> Vec<u32> {
        match self {
            Self::Dense(search) => search.order.clone(),
            Self::Sparse(_) => (0..n_rows as u32).collect(),
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

/// What the rows of a group have in common when that is nothing.
pub(super) const MIXED: u32 = u32::MAX;

/// Rows that are not looked for: those of one part.
#[derive(Clone, Copy, Default)]
pub(super) struct Skipped<'a> {
    /// The part of each row; none where no row is skipped.
    pub(super) part_of: &'a [u32],
    /// The part that all rows of a group are of, as [`Search::common`] tells.
    pub(super) common: &'a [u32],
    /// The part that is skipped.
    pub(super) part: u32,
}

impl Skipped<'_> {
    fn is_row(&self, row_idx: u32) -> bool {
        self.part_of.get(row_idx as usize) == Some(&self.part)
    }

    fn is_group(&self, group: u32) -> bool {
        self.common.get(group as usize) == Some(&self.part)
    }
}

/// A k-d tree over dense rows: boxes that lie too far away, or whose rows are all removed, are not looked into.
///
/// Bentley, "Multidimensional binary search trees used for associative searching" (1975).
pub(super) struct DenseSearch {
    n_cols: usize,
    values: Vec<f64>,
    /// Rows, so that those of each box stand together.
    order: Vec<u32>,
    /// Their values in that order.
    ordered: Vec<f64>,
    boxes: Vec<Area>,
    /// Lowest and highest value of each column in each box.
    bounds: Vec<(f64, f64)>,
    leaf_of: Vec<u32>,
    is_removed: Vec<bool>,
}

/// A part of the rows; the left child of a box that has children follows it.
struct Area {
    /// Span of `order`.
    from: u32,
    until: u32,
    /// Rows not removed.
    n_rows: u32,
    parent: Option<u32>,
    /// `None` for a leaf.
    right: Option<u32>,
}

/// Rows of a box that is not divided further.
const LEAF_ROWS: usize = 12;

impl DenseSearch {
    fn new(data: &Dataset<'_>) -> Self {
        let (n_rows, n_cols) = (data.n_rows(), data.n_cols());
        let values = (0..n_rows * n_cols)
            .map(|at| data.value(at / n_cols, at % n_cols))
            .collect();
        let mut search = Self {
            n_cols,
            values,
            order: (0..n_rows as u32).collect(),
            ordered: Vec::with_capacity(n_rows * n_cols),
            boxes: Vec::new(),
            bounds: Vec::new(),
            leaf_of: vec![0; n_rows],
            is_removed: vec![false; n_rows],
        };
        search.divide(0, n_rows, None);
        for row_idx in &search.order {
            let at = *row_idx as usize * n_cols;
            let row = &search.values[at..at + n_cols];
            search.ordered.extend_from_slice(row);
        }
        search
    }

    /// Makes the box of `order[from..until]` and those within it.
    fn divide(&mut self, from: usize, until: usize, parent: Option<u32>) {
        let at = self.boxes.len();
        let n_rows = (until - from) as u32;
        self.boxes.push(Area {
            from: from as u32,
            until: until as u32,
            n_rows,
            parent,
            right: None,
        });
        for col in 0..self.n_cols {
            let values = self.order[from..until]
                .iter()
                .map(|row_idx| self.value(*row_idx, col));
            let bounds = values.fold((f64::MAX, f64::MIN), |(low, high), value| {
                (-larger(-low, -value), larger(high, value))
            });
            self.bounds.push(bounds);
        }
        let spread = |col: &usize| {
            let (low, high) = self.bounds[at * self.n_cols + col];
            high / 2.0 - low / 2.0
        };
        let widest = (0..self.n_cols).max_by(|a, b| spread(a).total_cmp(&spread(b)));
        if let Some(col) = widest.filter(|col| spread(col) > 0.0 && until - from > LEAF_ROWS) {
            let mut rows = std::mem::take(&mut self.order);
            // The row index as the last key makes the order the same whatever the selection algorithm is.
            rows[from..until].select_nth_unstable_by((until - from) / 2, |a, b| {
                self.value(*a, col)
                    .total_cmp(&self.value(*b, col))
                    .then(a.cmp(b))
            });
            self.order = rows;
            let middle = from + (until - from) / 2;
            self.divide(from, middle, Some(at as u32));
            self.boxes[at].right = Some(self.boxes.len() as u32);
            self.divide(middle, until, Some(at as u32));
        } else {
            self.order[from..until].sort_unstable();
            for row_idx in &self.order[from..until] {
                self.leaf_of[*row_idx as usize] = at as u32;
            }
        }
    }

    fn value(&self, row_idx: u32, col: usize) -> f64 {
        self.values[row_idx as usize * self.n_cols + col]
    }

    fn row(&self, row_idx: u32) -> &[f64] {
        let at = row_idx as usize * self.n_cols;
        &self.values[at..at + self.n_cols]
    }

    /// The rows of a box that is not divided, with their values.
    fn rows_of(&self, area: &Area) -> impl Iterator<Item = (u32, &[f64])> {
        let rows = area.from as usize..area.until as usize;
        rows.map(|place| {
            let at = place * self.n_cols;
            (self.order[place], &self.ordered[at..at + self.n_cols])
        })
    }

    /// Squared distance of a row to the nearest corner or side of a box; 0 inside.
    fn distance_to(&self, row: &[f64], at: u32) -> f64 {
        let from = at as usize * self.n_cols;
        let bounds = &self.bounds[from..from + self.n_cols];
        let outside = |(value, (low, high)): (&f64, &(f64, f64))| {
            let beyond = larger(larger(low - value, value - high), 0.0);
            beyond * beyond
        };
        row.iter().zip(bounds).map(outside).sum()
    }

    fn visit(&self, row_idx: u32, eps: f64, mut f: impl FnMut(u32, f64) -> ControlFlow<()>) {
        let row = self.row(row_idx);
        let limit = eps * eps * (1.0 + 1e-12);
        let mut open = vec![(0_u32, 0.0)];
        while let Some((at, nearest)) = open.pop() {
            let area = &self.boxes[at as usize];
            if area.n_rows == 0 || nearest > limit {
                continue;
            }
            if let Some(right) = area.right {
                let of_half = |half: u32| (half, self.distance_to(row, half));
                open.extend(nearer_last(of_half(at + 1), of_half(right)));
                continue;
            }
            for (other, values) in self.rows_of(area) {
                if other == row_idx || self.is_removed[other as usize] {
                    continue;
                }
                let distance = distance(row, values);
                if distance <= eps && f(other, distance).is_break() {
                    return;
                }
            }
        }
    }

    /// A function of its own, as V8 replaces slow first code of a function only when it is called again.
    #[inline(never)]
    fn visit_nearest(
        &self,
        row_idx: u32,
        mut limit: f64,
        skipped: Skipped<'_>,
        mut f: impl FnMut(u32, f64) -> f64,
    ) {
        let row = self.row(row_idx);
        let mut open = vec![(0_u32, 0.0)];
        while let Some((at, nearest)) = open.pop() {
            let area = &self.boxes[at as usize];
            // Rounding must not lose a row that is a hair nearer than the limit.
            if nearest > limit * limit * (1.0 + 1e-12) {
                continue;
            }
            if let Some(right) = area.right {
                let of_half = |half: u32| {
                    let is_out = self.boxes[half as usize].n_rows == 0 || skipped.is_group(half);
                    (!is_out).then(|| (half, self.distance_to(row, half)))
                };
                match (of_half(at + 1), of_half(right)) {
                    (Some(left), Some(right)) => open.extend(nearer_last(left, right)),
                    (left, right) => open.extend(left.or(right)),
                }
                continue;
            }
            for (other, values) in self.rows_of(area) {
                let is_out = other == row_idx || self.is_removed[other as usize];
                if is_out || skipped.is_row(other) {
                    continue;
                }
                let distance = distance(row, values);
                if distance < limit {
                    limit = f(other, distance);
                }
            }
        }
    }

    fn common(&self, of_row: &[u32]) -> Vec<u32> {
        let mut common = vec![MIXED; self.boxes.len()];
        // The boxes within a box follow it.
        for (at, area) in self.boxes.iter().enumerate().rev() {
            common[at] = if let Some(right) = area.right {
                let (left, right) = (common[at + 1], common[right as usize]);
                if left == right { left } else { MIXED }
            } else {
                let rows = &self.order[area.from as usize..area.until as usize];
                let mut parts = rows.iter().map(|row_idx| of_row[*row_idx as usize]);
                let first = parts.next().unwrap_or(MIXED);
                if parts.all(|part| part == first) {
                    first
                } else {
                    MIXED
                }
            };
        }
        common
    }

    fn remove(&mut self, row_idx: u32) {
        if !std::mem::replace(&mut self.is_removed[row_idx as usize], true) {
            let mut at = Some(self.leaf_of[row_idx as usize]);
            while let Some(idx) = at {
                self.boxes[idx as usize].n_rows -= 1;
                at = self.boxes[idx as usize].parent;
            }
        }
    }
}

/// Two halves of a box with their least distances, the nearer one last: it is opened first, so that whoever only counts to five
/// is done sooner.
fn nearer_last(left: (u32, f64), right: (u32, f64)) -> [(u32, f64); 2] {
    if left.1 <= right.1 {
        [right, left]
    } else {
        [left, right]
    }
}

/// The larger of two numbers. `f64::max`, which also has an answer for NaN, is a call on WebAssembly.
pub(super) fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

pub(super) fn distance(a: &[f64], b: &[f64]) -> f64 {
    math::sqrt(a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum())
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn finds_what_comparing_all_rows_finds() {
        let rows = Array2::from_shape_fn((300, 3), |(i, j)| {
            ((i * i * (j + 3) + i * 7) % (31 + 20 * j)) as f64 / 10.0
        });
        let data = Dataset::new(Rows::Dense(rows.view()));
        let mut search = DenseSearch::new(&data);
        for round in 0..3 {
            for row_idx in 0..300 {
                for eps in [0.0, 0.4, 1.5, 100.0] {
                    let mut found = Vec::new();
                    search.visit(row_idx, eps, |other, _| {
                        found.push(other);
                        ControlFlow::Continue(())
                    });
                    found.sort_unstable();
                    let near = |other: &u32| {
                        *other != row_idx
                            && !search.is_removed[*other as usize]
                            && distance(search.row(row_idx), search.row(*other)) <= eps
                    };
                    assert_eq!(found, (0..300).filter(near).collect::<Vec<_>>());
                }
            }
            (round * 100..round * 100 + 90).for_each(|row_idx| search.remove(row_idx));
        }
    }
}
