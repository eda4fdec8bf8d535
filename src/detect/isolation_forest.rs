//! Rows → how few random cuts it takes to separate a row from the others: few for what is rare and different.
//!
//! It needs no distances and no distribution, works on windows and on words alike, and costs the same however many
//! lines the rows stand for, because each tree sees a small sample. A row of weight 1000 is 1000 equal points:
//! samples are drawn without replacement from the expanded rows, and the points in a leaf count with their
//! duplicates.
//!
//! Liu, Ting and Zhou, "Isolation forest" (ICDM 2008). As in scikit-learn, a cut is made in a column that varies
//! within its node, which matters in sparse rows, where nearly all columns are 0 in nearly all nodes.
//!
//! **From raw score to 0–100.** The raw score s = 2^(−E\[h\]/c(ψ)) is about 0.5 where nothing stands out, but how
//! far below depends on the data. So the weighted median of the raw scores becomes 0 (half of all points are never
//! strange), 0.6 becomes 50 and 0.8 becomes 100, linear between, clamped outside. A median above 0.55 (very small
//! samples) counts as 0.55.

use std::collections::BTreeSet;

use rand::RngExt;

use super::{Contribution, Detector, FitDetector, calibrate, check_points, ranked, typical_ranges};
use crate::base::{math, rng};
use crate::error::{FitError, ParamsError};
use crate::featurize::dataset::{Dataset, Distinct};

/// Raw score that becomes 50.
const RAW_ALARM: f64 = 0.6;
/// Raw score that becomes 100.
const RAW_SEVERE: f64 = 0.8;
/// Largest raw score that becomes 0.
const RAW_NORMAL: f64 = 0.55;
/// Marks a leaf.
const LEAF: u32 = u32::MAX;

/// Choices, unchecked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IsolationForestParams {
    /// Trees (10 to 1000).
    pub n_trees: u32,
    /// Points each tree sees (2 to 4096).
    pub sample_size: u32,
    /// Seed.
    pub seed: u64,
}

impl Default for IsolationForestParams {
    fn default() -> Self {
        Self {
            n_trees: 100,
            sample_size: 256,
            seed: 1,
        }
    }
}

/// Choices within their ranges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IsolationForestValidParams(IsolationForestParams);

impl IsolationForestParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// `nTrees` outside 10 to 1000, `sampleSize` outside 2 to 4096.
    pub fn check(self) -> Result<IsolationForestValidParams, ParamsError> {
        if !(10..=1000).contains(&self.n_trees) {
            return Err(ParamsError {
                option: "nTrees",
                expected: "10 to 1000 trees",
                actual: self.n_trees.to_string(),
            });
        }
        if !(2..=4096).contains(&self.sample_size) {
            return Err(ParamsError {
                option: "sampleSize",
                expected: "2 to 4096 rows",
                actual: self.sample_size.to_string(),
            });
        }
        Ok(IsolationForestValidParams(self))
    }
}

/// A node of a tree; `points` are those of the sample that reached it, with duplicates.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// Column of the cut, or [`LEAF`].
    col: u32,
    /// Values up to this go to the next node, larger ones to `right`. In a leaf: c(points).
    cut: f64,
    right: u32,
    points: u32,
}

/// A fitted forest.
#[derive(Debug, Clone)]
pub struct IsolationForest {
    /// All trees one after another; the left child of a node follows it.
    nodes: Vec<Node>,
    roots: Vec<u32>,
    n_cols: usize,
    /// c(ψ).
    usual_path: f64,
    /// Raw score that becomes 0.
    raw_normal: f64,
    typical: Vec<(f64, f64)>,
}

impl IsolationForestValidParams {
    /// Grows the forest.
    ///
    /// # Errors
    /// As [`FitDetector::fit`].
    pub fn fit_forest(&self, data: &Dataset<'_>) -> Result<IsolationForest, FitError> {
        Ok(self.fit_and_score(data)?.0)
    }

    /// Grows the forest and scores the rows it was grown on, for less than the two cost apart.
    ///
    /// # Errors
    /// As [`FitDetector::fit`].
    pub fn fit_and_score(
        &self,
        data: &Dataset<'_>,
    ) -> Result<(IsolationForest, Vec<f64>), FitError> {
        check_points(data)?;
        let mut distinct = data.distinct();
        let is_counted: Vec<bool> = distinct.weights.iter().map(|weight| *weight > 0).collect();
        let mut counted = is_counted.iter();
        distinct
            .rows
            .retain(|_| *counted.next().expect("one flag a row"));
        distinct.weights.retain(|weight| *weight > 0);
        if distinct.rows.len() < 2 {
            return Err(FitError::NoVariance);
        }
        let sample_size = u64::from(self.0.sample_size).min(data.total_weight());
        let mut rng = rng::for_stage(self.0.seed, "detect/isolation_forest");
        let mut forest = IsolationForest {
            nodes: Vec::new(),
            roots: Vec::new(),
            n_cols: data.n_cols(),
            usual_path: mean_path(sample_size as u32),
            raw_normal: 0.0,
            typical: typical_ranges(data),
        };
        let sampler = Sampler::new(&distinct);
        let mut planter = Planter::new(data);
        for _ in 0..self.0.n_trees {
            let mut points = sampler.draw(sample_size, &mut rng);
            forest.roots.push(forest.nodes.len() as u32);
            let limit = (sample_size as u32 - 1).ilog2() + 1;
            planter.grow(&mut forest.nodes, &mut points, limit, &mut rng);
        }
        let raw = forest.raw_scores(data);
        let mut pairs: Vec<(f64, f64)> = raw
            .iter()
            .enumerate()
            .map(|(row_idx, raw)| (*raw, f64::from(data.weight(row_idx))))
            .collect();
        let median = math::weighted_quantile(&mut pairs, 0.5).unwrap_or(RAW_NORMAL);
        forest.raw_normal = median.min(RAW_NORMAL);
        let scores = raw.into_iter().map(|raw| forest.calibrated(raw)).collect();
        Ok((forest, scores))
    }
}

impl FitDetector for IsolationForestValidParams {
    fn name(&self) -> &'static str {
        "isolationForest"
    }

    fn fit(&self, data: &Dataset<'_>) -> Result<Box<dyn Detector>, FitError> {
        Ok(Box::new(self.fit_forest(data)?))
    }
}

impl IsolationForest {
    /// s = 2^(−E\[h\]/c(ψ)) of each row: towards 1 for what is isolated at once, below 0.5 for what is not.
    #[must_use]
    pub fn raw_scores(&self, data: &Dataset<'_>) -> Vec<f64> {
        let mut row = vec![0.0; self.n_cols];
        (0..data.n_rows())
            .map(|row_idx| {
                spread(data, row_idx, &mut row);
                let mut path = 0.0;
                for root in &self.roots {
                    let mut depth = 0.0;
                    let leaf = self.walk(*root, &row, |_, _| depth += 1.0);
                    path += depth + leaf.cut;
                }
                // Only what was written is cleared: a row of words has a dozen entries in tens of thousands of
                // columns.
                data.for_each_entry(row_idx, |col, _| {
                    if let Some(value) = row.get_mut(col) {
                        *value = 0.0;
                    }
                });
                math::exp2(-path / self.roots.len() as f64 / self.usual_path)
            })
            .collect()
    }

    /// Goes down one tree, calling `f` with each inner node and the child it leads to; returns the leaf.
    fn walk(&self, root: u32, row: &[f64], mut f: impl FnMut(&Node, &Node)) -> &Node {
        let mut at = root as usize;
        loop {
            let node = &self.nodes[at];
            if node.col == LEAF {
                return node;
            }
            at = if row[node.col as usize] <= node.cut {
                at + 1
            } else {
                node.right as usize
            };
            f(node, &self.nodes[at]);
        }
    }

    fn calibrated(&self, raw: f64) -> f64 {
        calibrate(raw, self.raw_normal, RAW_ALARM, RAW_SEVERE)
    }
}

/// Writes the entries of a row into a vector of zeros; columns it does not have are left out.
fn spread(data: &Dataset<'_>, row_idx: usize, row: &mut [f64]) {
    data.for_each_entry(row_idx, |col, value| {
        if let Some(place) = row.get_mut(col) {
            *place = value;
        }
    });
}

impl Detector for IsolationForest {
    fn score(&self, data: &Dataset<'_>) -> Vec<f64> {
        let raw = self.raw_scores(data).into_iter();
        raw.map(|raw| self.calibrated(raw)).collect()
    }

    /// Splits c(ψ) − E\[h\], the cuts the row was spared, among the columns that spared them.
    ///
    /// A cut that leads from n points to m shortens the path that is still expected from c(n) to 1 + c(m); the
    /// difference is credited to its column. Along a path these credits sum up to c(ψ) − h exactly.
    fn explain(&self, data: &Dataset<'_>, row_idx: u32) -> Vec<Contribution> {
        let mut row = vec![0.0; self.n_cols];
        spread(data, row_idx as usize, &mut row);
        let mut credit = vec![0.0; self.n_cols];
        for root in &self.roots {
            self.walk(*root, &row, |node, child| {
                credit[node.col as usize] += mean_path(node.points) - 1.0 - mean_path(child.points);
            });
        }
        let total: f64 = credit.iter().filter(|credit| **credit > 0.0).sum();
        let contribution = |(col, credit): (usize, f64)| Contribution {
            col: col as u32,
            share: credit / total,
            value: row[col],
            low: self.typical[col].0,
            high: self.typical[col].1,
        };
        ranked(
            credit
                .into_iter()
                .enumerate()
                .filter(|c| c.1 > 0.0)
                .map(contribution)
                .collect(),
        )
    }
}

/// c(n): mean path length of an unsuccessful search in a binary search tree of `n` points (Liu et al., equation 1).
fn mean_path(n: u32) -> f64 {
    const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;
    match n {
        0 | 1 => 0.0,
        2 => 1.0,
        _ => {
            let n = f64::from(n);
            2.0 * (math::ln(n - 1.0) + EULER_GAMMA) - 2.0 * (n - 1.0) / n
        }
    }
}

/// Draws samples of points from rows with weights.
struct Sampler<'a> {
    distinct: &'a Distinct,
    /// Points up to and including each row.
    until: Vec<u64>,
}

impl<'a> Sampler<'a> {
    fn new(distinct: &'a Distinct) -> Self {
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
    fn draw(&self, n: u64, rng: &mut rng::Rng) -> Vec<(u32, u32)> {
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
struct Planter<'a, 'd> {
    data: &'a Dataset<'d>,
    /// Per column: rows of the node with an entry, and the range of those entries.
    seen: Vec<(u32, f64, f64)>,
    touched: Vec<u32>,
}

impl<'a, 'd> Planter<'a, 'd> {
    fn new(data: &'a Dataset<'d>) -> Self {
        Self {
            data,
            seen: vec![(0, 0.0, 0.0); data.n_cols()],
            touched: Vec::new(),
        }
    }

    fn grow(
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
fn partition(points: &mut [(u32, u32)], is_left: impl Fn(u32) -> bool) -> usize {
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

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::featurize::dataset::Rows;
    use crate::featurize::tfidf::tfidf;

    fn params(n_trees: u32) -> IsolationForestValidParams {
        IsolationForestParams {
            n_trees,
            ..Default::default()
        }
        .check()
        .unwrap()
    }

    #[test]
    fn mean_paths_are_those_of_the_paper() {
        assert_eq!((mean_path(1), mean_path(2)), (0.0, 1.0));
        assert!((mean_path(256) - 10.244_770_920_119_7).abs() < 1e-9);
    }

    #[test]
    fn a_row_of_weight_n_is_n_rows() {
        let some = array![[0.0, 1.0], [1.0, 0.5], [9.0, 9.0]];
        let weights = [20, 15, 1];
        let expanded = Array2::from_shape_fn((36, 2), |(i, j)| {
            some[[usize::from(i >= 20) + usize::from(i >= 35), j]]
        });
        let weighted = Dataset::weighted(Rows::Dense(some.view()), &weights);
        let repeated = Dataset::new(Rows::Dense(expanded.view()));
        let a = params(50).fit_forest(&weighted).unwrap();
        let b = params(50).fit_forest(&repeated).unwrap();
        assert_eq!(a.raw_scores(&weighted), b.raw_scores(&weighted));
        assert_eq!(a.score(&weighted)[2], b.score(&repeated)[35]);
    }

    #[test]
    fn rare_words_are_strange_and_named() {
        let texts = [
            "user login ok",
            "user logout ok",
            "kernel panic in user code",
        ];
        let t = tfidf(&texts, &[120, 120, 2]);
        let data = Dataset::weighted(Rows::Sparse(&t.rows), &[120, 120, 2]);
        let forest = params(100).fit_forest(&data).unwrap();
        let scores = forest.score(&data);
        assert!(scores[2] > 90.0 && scores[0] < 25.0, "{scores:?}");
        let reasons = forest.explain(&data, 2);
        let present = reasons.iter().find(|reason| reason.value > 0.0).unwrap();
        let word = t.vocabulary[present.col as usize].as_str();
        assert!(["code", "in", "kernel", "panic"].contains(&word), "{word}");
        assert_eq!((present.low, present.high), (0.0, 0.0));
        assert!((reasons.iter().map(|r| r.share).sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn equal_rows_cannot_stand_out() {
        let rows = Array2::<f64>::ones((50, 3));
        let data = Dataset::new(Rows::Dense(rows.view()));
        assert_eq!(
            params(10).fit_forest(&data).unwrap_err(),
            FitError::NoVariance
        );
    }

    #[test]
    fn choices_out_of_range_name_their_option() {
        for (n_trees, sample_size, option) in [
            (9, 256, "nTrees"),
            (1001, 256, "nTrees"),
            (100, 1, "sampleSize"),
            (100, 5000, "sampleSize"),
        ] {
            let params = IsolationForestParams {
                n_trees,
                sample_size,
                seed: 1,
            };
            assert_eq!(params.check().unwrap_err().option, option);
        }
    }
}
