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

mod grow;
mod paths;

use self::grow::{Planter, Sampler};
use super::{
    Contribution, Detector, FitDetector, calibrate, check_points, contributions, is_sparse,
    typical_ranges,
};
use crate::base::{math, rng};
use crate::error::{FitError, ParamsError};
use crate::featurize::dataset::Dataset;

/// Raw score that becomes 50.
const RAW_ALARM: f64 = 0.6;
/// Raw score that becomes 100.
const RAW_SEVERE: f64 = 0.8;
/// Largest raw score that becomes 0.
const RAW_NORMAL: f64 = 0.55;
/// Rows from which on it pays to lay the trees out for them.
const MANY_ROWS: usize = 64;
/// Marks a leaf.
const LEAF: u32 = u32::MAX;

/// Choices, unchecked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IsolationForestParams {
    /// Trees (10 to 1000).
    pub n_trees: u32,
    /// Points each tree sees (2 to 4096).
    pub sample_size: u32,
    /// Seed.
    pub seed: u64,
    /// Share of the rows (above 0, at most 0.5) that are to be alarms; `None`: those that are isolated as no ordinary row is.
    pub contamination: Option<f64>,
}

impl Default for IsolationForestParams {
    fn default() -> Self {
        Self {
            n_trees: 100,
            sample_size: 256,
            seed: 1,
            contamination: None,
        }
    }
}

/// Choices within their ranges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IsolationForestValidParams(IsolationForestParams);

impl IsolationForestParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// `nTrees` outside 10 to 1000, `sampleSize` outside 2 to 4096, `contamination` not above 0 or above 0.5.
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
        if let Some(share) = self.contamination
            && !(share > 0.0 && share <= 0.5)
        {
            return Err(ParamsError {
                option: "contamination",
                expected: "a share above 0, at most 0.5",
                actual: share.to_string(),
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
    /// Most cuts from a root to a leaf.
    height: u32,
    n_cols: usize,
    /// c(ψ).
    usual_path: f64,
    /// Raw score that becomes 0.
    raw_normal: f64,
    /// Raw score that becomes 50.
    raw_alarm: f64,
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
        let representatives = distinct.rows.clone();
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
        let height = (sample_size as u32 - 1).ilog2() + 1;
        let mut rng = rng::for_stage(self.0.seed, "detect/isolation_forest");
        let mut forest = IsolationForest {
            nodes: Vec::new(),
            roots: Vec::new(),
            height,
            n_cols: data.n_cols(),
            usual_path: mean_path(sample_size as u32),
            raw_normal: 0.0,
            raw_alarm: RAW_ALARM,
            typical: typical_ranges(data),
        };
        let sampler = Sampler::new(&distinct);
        let mut planter = Planter::new(data);
        for _ in 0..self.0.n_trees {
            let mut points = sampler.draw(sample_size, &mut rng);
            forest.roots.push(forest.nodes.len() as u32);
            planter.grow(&mut forest.nodes, &mut points, height, &mut rng);
        }
        // Equal rows have equal scores.
        let of_groups = forest.raw_scores_of(data, &representatives);
        let groups = distinct.group_of.iter();
        let raw: Vec<f64> = groups.map(|group| of_groups[*group as usize]).collect();
        let mut pairs: Vec<(f64, f64)> = raw
            .iter()
            .enumerate()
            .map(|(row_idx, raw)| (*raw, f64::from(data.weight(row_idx))))
            .collect();
        let median = math::counted_quantile(&mut pairs, 0.5).unwrap_or(RAW_NORMAL);
        forest.raw_normal = median.min(RAW_NORMAL);
        if let Some(share) = self.0.contamination {
            // That share of the rows is said to be strange, whatever their scores are.
            let usual = math::counted_quantile(&mut pairs, 1.0 - share).unwrap_or(RAW_ALARM);
            forest.raw_alarm = usual.next_up().max(forest.raw_normal.next_up());
        }
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
        let row_idxs: Vec<u32> = (0..data.n_rows() as u32).collect();
        self.raw_scores_of(data, &row_idxs)
    }

    fn raw_scores_of(&self, data: &Dataset<'_>, row_idxs: &[u32]) -> Vec<f64> {
        // Complete trees are not worth it for a handful of rows. Rows of words would be many columns to spread, nearly all 0.
        let mut lengths = if is_sparse(data) || row_idxs.len() < MANY_ROWS {
            self.lengths(data, row_idxs)
        } else {
            paths::of_rows(self, data, row_idxs)
        };
        for length in &mut lengths {
            *length = math::exp2(-*length / self.roots.len() as f64 / self.usual_path);
        }
        lengths
    }

    /// Sum of the lengths of the paths of each row.
    fn lengths(&self, data: &Dataset<'_>, row_idxs: &[u32]) -> Vec<f64> {
        let mut row = vec![0.0; self.n_cols];
        let length = |row_idx: &u32| {
            spread(data, *row_idx as usize, &mut row);
            let mut path = 0.0;
            for root in &self.roots {
                let mut depth = 0.0;
                let leaf = self.walk(*root, &row, |_, _| depth += 1.0);
                path += depth + leaf.cut;
            }
            // Only what was written is cleared: a row of words has a dozen entries in tens of thousands of columns.
            data.for_each_entry(*row_idx as usize, |col, _| {
                if let Some(value) = row.get_mut(col) {
                    *value = 0.0;
                }
            });
            path
        };
        row_idxs.iter().map(length).collect()
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
        let severe = RAW_SEVERE.max(self.raw_alarm + (RAW_SEVERE - RAW_ALARM));
        calibrate(raw, self.raw_normal, self.raw_alarm, severe)
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
        contributions(data, row_idx, &self.typical, credit.into_iter().enumerate())
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

#[cfg(test)]
mod tests;
