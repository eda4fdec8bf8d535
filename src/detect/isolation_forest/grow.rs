//! Samples of rows → trees of random cuts.

use std::collections::BTreeSet;

use rand::RngExt;

use super::{LEAF, Node, mean_path};
use crate::base::rng;
use crate::featurize::dataset::{Dataset, Distinct};

/// Draws samples of points from rows with weights.
pub(super) struct Sampler<'a> {
    distinct: &'a Distinct,
    /// Points up to and including each row.
    until: Vec<u64>,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(distinct: &'a Distinct) -> Self {
        let mut sum = 0;
        let until = distinct.weights.iter().map(|weight| {
            sum += weight;
            sum
        });
        Self {
            until: until.collect(),
            distinct,
        }
    }

    /// `n` different points, as (row, how many of its points).
    pub(super) fn draw(&self, n: u64, rng: &mut rng::Rng) -> Vec<(u32, u32)> {
        let total = self.until.last().copied().unwrap_or(0);
        // Robert Floyd's algorithm: n draws, whatever the total is.
        let mut points = BTreeSet::new();
        for last in total - n..total {
            let point = rng.random_range(0..=last);
            if !points.insert(point) {
                points.insert(last);
            }
        }
        let mut sample: Vec<(u32, u32)> = Vec::new();
        for point in points {
            let row_idx = self.distinct.rows[self.until.partition_point(|until| *until <= point)];
            match sample.last_mut() {
                Some((row, n)) if *row == row_idx => *n += 1,
                _ => sample.push((row_idx, 1)),
            }
        }
        sample
    }
}

/// Grows trees over the rows of one dataset, with buffers that are reused.
pub(super) struct Planter<'a, 'd> {
    data: &'a Dataset<'d>,
    /// Per column: rows of the node with an entry, and the range of those entries.
    seen: Vec<(u32, f64, f64)>,
    touched: Vec<u32>,
}

impl<'a, 'd> Planter<'a, 'd> {
    pub(super) fn new(data: &'a Dataset<'d>) -> Self {
        Self {
            data,
            seen: vec![(0, 0.0, 0.0); data.n_cols()],
            touched: Vec::new(),
        }
    }

    pub(super) fn grow(
        &mut self,
        nodes: &mut Vec<Node>,
        points: &mut [(u32, u32)],
        limit: u32,
        rng: &mut rng::Rng,
    ) {
        let at = nodes.len();
        let n_points = points.iter().map(|point| point.1).sum();
        nodes.push(Node {
            col: LEAF,
            cut: mean_path(n_points),
            right: 0,
            points: n_points,
        });
        if limit == 0 || points.len() < 2 {
            return;
        }
        let Some((col, cut)) = self.draw_cut(points, rng) else {
            return;
        };
        let n_left = partition(points, |row_idx| {
            self.data.value(row_idx as usize, col) <= cut
        });
        let (left, right) = points.split_at_mut(n_left);
        self.grow(nodes, left, limit - 1, rng);
        nodes[at] = Node {
            col: col as u32,
            cut,
            right: nodes.len() as u32,
            points: n_points,
        };
        self.grow(nodes, right, limit - 1, rng);
    }

    /// A random cut in a random column among those that vary; `None` when none does.
    fn draw_cut(&mut self, points: &[(u32, u32)], rng: &mut rng::Rng) -> Option<(usize, f64)> {
        self.touched.clear();
        for (row_idx, _) in points {
            self.data.for_each_entry(*row_idx as usize, |col, value| {
                let (n, low, high) = &mut self.seen[col];
                if *n == 0 {
                    self.touched.push(col as u32);
                    (*low, *high) = (value, value);
                }
                *n += 1;
                (*low, *high) = (low.min(value), high.max(value));
            });
        }
        // Rows without an entry have a 0 there.
        for col in &self.touched {
            let (n, low, high) = &mut self.seen[*col as usize];
            if (*n as usize) < points.len() {
                (*low, *high) = (low.min(0.0), high.max(0.0));
            }
            *n = 0;
        }
        self.touched.retain(|col| {
            let (_, low, high) = self.seen[*col as usize];
            low < high
        });
        if self.touched.is_empty() {
            return None;
        }
        let col = self.touched[rng.random_range(0..self.touched.len() as u32) as usize] as usize;
        let (_, low, high) = self.seen[col];
        // Weighted ends rather than low + share × (high − low): the difference of two huge values can overflow.
        let share: f64 = rng.random();
        let cut = (low * (1.0 - share) + high * share).max(low);
        Some((col, if cut < high { cut } else { low }))
    }
}

/// Moves the points for which `is_left` holds to the front, keeping the order of both parts; returns how many there
/// are.
pub(super) fn partition(points: &mut [(u32, u32)], is_left: impl Fn(u32) -> bool) -> usize {
    let mut right = Vec::new();
    let mut n_left = 0;
    for at in 0..points.len() {
        if is_left(points[at].0) {
            points[n_left] = points[at];
            n_left += 1;
        } else {
            right.push(points[at]);
        }
    }
    points[n_left..].copy_from_slice(&right);
    n_left
}
