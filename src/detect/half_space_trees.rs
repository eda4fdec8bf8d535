//! Rows in the order of time → how little of what came just before lies where a row does; scored first, then
//! learned from.
//!
//! Trees of random cuts divide the space of all features, before any row is seen, into cells within cells. Each
//! cell counts the rows of the present window of `window_size` rows; a row is scored by the counts of the window
//! before, so the method follows a log that changes, where the isolation forest compares with the whole of it.
//! Without an order ([`FitDetector`]) all rows are one window.
//!
//! Tan, Ting and Liu, "Fast anomaly detection for streaming data" (IJCAI 2011); cuts, masses and raw scores are
//! those of River's `HalfSpaceTrees`, which adds up the masses along the path and keeps cuts off the border of a
//! cell. Columns are brought to 0–1 by their smallest and largest value.
//!
//! **From raw score to 0–100.** The mass of a row along its paths is compared with the median of the rows learned
//! from: as much gives 0, a quarter 50, a thirty-second 100.

use rand::RngExt;

use super::{
    Contribution, Detector, FitDetector, calibrate, check_points, contributions, typical_ranges,
};
use crate::base::{math, rng};
use crate::error::{FitError, ParamsError};
use crate::featurize::dataset::Dataset;
use crate::featurize::scale::Limits;

/// Part of a cell at each border in which no cut is made.
const PADDING: f64 = 0.15;
/// Share of a window below which a cell is not looked into.
const FEW: f64 = 0.1;
/// Halvings of the usual mass that make an alarm, and that give 100.
const HALVINGS: [f64; 2] = [2.0, 5.0];

/// Choices, unchecked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfSpaceTreesParams {
    /// Trees (1 to 1000).
    pub n_trees: u32,
    /// Cuts from the root to a leaf (1 to 12).
    pub height: u32,
    /// Rows of a window (2 to 65536).
    pub window_size: u32,
    /// Seed.
    pub seed: u64,
}

impl Default for HalfSpaceTreesParams {
    fn default() -> Self {
        Self {
            n_trees: 25,
            height: 8,
            window_size: 250,
            seed: 1,
        }
    }
}

/// Choices within their ranges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfSpaceTreesValidParams(HalfSpaceTreesParams);

impl HalfSpaceTreesParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// `nTrees` outside 1 to 1000, `height` outside 1 to 12, `windowSize` outside 2 to 65536.
    pub fn check(self) -> Result<HalfSpaceTreesValidParams, ParamsError> {
        for (option, value, range, expected) in [
            ("nTrees", self.n_trees, 1..=1000, "1 to 1000 trees"),
            ("height", self.height, 1..=12, "1 to 12 cuts"),
            (
                "windowSize",
                self.window_size,
                2..=65_536,
                "2 to 65536 rows",
            ),
        ] {
            if !range.contains(&value) {
                return Err(ParamsError {
                    option,
                    expected,
                    actual: value.to_string(),
                });
            }
        }
        Ok(HalfSpaceTreesValidParams(self))
    }
}

/// How strange a row of a stream is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// 1 − the share of the largest mass possible; towards 1 for what is strange.
    pub raw: f64,
    /// 0 to 100.
    pub score: f64,
}

/// The cut through a cell; the root of a tree is cell 1, the halves of cell i are 2i and 2i + 1.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cut {
    at: f64,
    col: u32,
}

/// A cell that is cut no further.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Leaf {
    /// Mass of a row in it: weights of the window before in all cells around it, twice as much at each step down.
    mass: f64,
    /// Weight of the rows of the present window.
    present: f64,
}

/// Trees and what they have learned.
#[derive(Debug, Clone, PartialEq)]
pub struct HalfSpaceTrees {
    height: u32,
    /// All trees one after another, 2^`height` places each, of which the first is empty.
    cuts: Vec<Cut>,
    /// As many for each tree.
    leaves: Vec<Leaf>,
    /// Weight of the rows of the window before in each cell, twice as many for each tree: the leaves come last.
    known: Vec<f64>,
    limits: Limits,
    /// Weight of the rows of the window before.
    n_known: f64,
    /// Median of their masses.
    usual_mass: f64,
    typical: Vec<(f64, f64)>,
}

impl HalfSpaceTreesValidParams {
    /// Scores each row by the window before its own and then learns from it; `None` where there is no window
    /// before. A row of weight 0 is scored and not learned from.
    ///
    /// # Errors
    /// As [`FitDetector::fit`].
    pub fn stream(&self, data: &Dataset<'_>) -> Result<Vec<Option<Judgement>>, FitError> {
        let mut trees = self.plant(data)?;
        let size = f64::from(self.0.window_size);
        let (mut first, mut n_present) = (0, 0.0);
        let (mut row, mut judged) = (Vec::new(), Vec::with_capacity(data.n_rows()));
        for row_idx in 0..data.n_rows() {
            trees.bring(data, row_idx, &mut row);
            let weight = f64::from(data.weight(row_idx));
            let mass = trees.mass_and_learn(&row, weight);
            judged.push((trees.n_known > 0.0).then(|| trees.judge(mass)));
            n_present += weight;
            if n_present >= size {
                trees.turn(data, first..row_idx + 1, n_present);
                (first, n_present) = (row_idx + 1, 0.0);
            }
        }
        Ok(judged)
    }

    /// Cuts space.
    fn plant(&self, data: &Dataset<'_>) -> Result<HalfSpaceTrees, FitError> {
        check_points(data)?;
        let limits = Limits::of(data);
        if limits.n_varying() == 0 {
            return Err(FitError::NoVariance);
        }
        let mut rng = rng::for_stage(self.0.seed, "detect/half_space_trees");
        let n_cuts = 1 << self.0.height;
        let mut cuts = vec![Cut { at: 0.0, col: 0 }; n_cuts * self.0.n_trees as usize];
        for tree in cuts.chunks_exact_mut(n_cuts) {
            let mut space = vec![(0.0, 1.0); limits.n_varying()];
            cut(tree, 1, &mut space, &mut rng);
        }
        Ok(HalfSpaceTrees {
            height: self.0.height,
            leaves: vec![Leaf::default(); cuts.len()],
            known: vec![0.0; 2 * cuts.len()],
            cuts,
            limits,
            n_known: 0.0,
            usual_mass: 0.0,
            typical: typical_ranges(data),
        })
    }
}

impl FitDetector for HalfSpaceTreesValidParams {
    fn name(&self) -> &'static str {
        "halfSpaceTrees"
    }

    fn fit(&self, data: &Dataset<'_>) -> Result<Box<dyn Detector>, FitError> {
        let mut trees = self.plant(data)?;
        let mut row = Vec::new();
        for row_idx in 0..data.n_rows() {
            trees.bring(data, row_idx, &mut row);
            trees.mass_and_learn(&row, f64::from(data.weight(row_idx)));
        }
        trees.turn(data, 0..data.n_rows(), data.total_weight() as f64);
        Ok(Box::new(trees))
    }
}

/// Cuts a cell and those within it. All columns are as likely at first, and less so the more they have been cut.
fn cut(tree: &mut [Cut], cell: usize, space: &mut [(f64, f64)], rng: &mut rng::Rng) {
    if cell >= tree.len() {
        return;
    }
    let total: f64 = space.iter().map(|(low, high)| high - low).sum();
    let mut drawn = rng.random::<f64>() * total;
    let mut col = 0;
    for (idx, (low, high)) in space.iter().enumerate() {
        col = idx;
        drawn -= high - low;
        if drawn < 0.0 {
            break;
        }
    }
    let (low, high) = space[col];
    let place = PADDING + (1.0 - 2.0 * PADDING) * rng.random::<f64>();
    let cut_at = low + place * (high - low);
    tree[cell] = Cut {
        at: cut_at,
        col: col as u32,
    };
    space[col] = (low, cut_at);
    cut(tree, 2 * cell, space, rng);
    space[col] = (cut_at, high);
    cut(tree, 2 * cell + 1, space, rng);
    space[col] = (low, high);
}

impl Cut {
    /// The half of `cell` that a row is in.
    fn half(&self, cell: usize, row: &[f64]) -> usize {
        2 * cell + usize::from(row[self.col as usize] >= self.at)
    }
}

/// The leaf of a tree that a row is in.
fn leaf(tree: &[Cut], row: &[f64]) -> usize {
    let mut cell = 1;
    for _ in 0..tree.len().ilog2() {
        cell = tree[cell].half(cell, row);
    }
    cell - tree.len()
}

impl HalfSpaceTrees {
    fn bring(&self, data: &Dataset<'_>, row_idx: usize, row: &mut Vec<f64>) {
        row.clear();
        self.limits.bring(data, row_idx, row);
    }

    /// Mass of a row in the window before; the present window gains `weight`.
    fn mass_and_learn(&mut self, row: &[f64], weight: f64) -> f64 {
        let n_leaves = 1 << self.height;
        let trees = self.cuts.chunks_exact(n_leaves);
        let mut mass = 0.0;
        for (cuts, leaves) in trees.zip(self.leaves.chunks_exact_mut(n_leaves)) {
            let leaf = &mut leaves[leaf(cuts, row)];
            mass += leaf.mass;
            leaf.present += weight;
        }
        mass
    }

    /// Begins the next window.
    fn turn(&mut self, data: &Dataset<'_>, rows: std::ops::Range<usize>, n_present: f64) {
        self.n_known = n_present;
        let n_leaves = 1 << self.height;
        let known = self.known.chunks_exact_mut(2 * n_leaves);
        for (known, leaves) in known.zip(self.leaves.chunks_exact_mut(n_leaves)) {
            weigh(known, leaves, FEW * n_present);
        }
        let mut row = Vec::new();
        let mut masses: Vec<(f64, f64)> = rows
            .map(|row_idx| {
                self.bring(data, row_idx, &mut row);
                (self.mass(&row), f64::from(data.weight(row_idx)))
            })
            .collect();
        self.usual_mass = math::counted_quantile(&mut masses, 0.5).unwrap_or(0.0);
    }

    /// Mass of a row in the window before.
    fn mass(&self, row: &[f64]) -> f64 {
        let n_leaves = 1 << self.height;
        let trees = self.cuts.chunks_exact(n_leaves);
        let mass = |(cuts, leaves): (&[Cut], &[Leaf])| leaves[leaf(cuts, row)].mass;
        trees
            .zip(self.leaves.chunks_exact(n_leaves))
            .map(mass)
            .sum()
    }

    fn judge(&self, mass: f64) -> Judgement {
        // The first place of each tree is empty.
        let n_cells = self.known.len() - (self.known.len() >> (self.height + 1));
        let largest = n_cells as f64 * self.n_known;
        // Every row is in the roots, so no mass is 0.
        let halvings = math::log2(self.usual_mass / mass);
        Judgement {
            raw: 1.0 - mass / largest,
            score: calibrate(halvings, 0.0, HALVINGS[0], HALVINGS[1]),
        }
    }
}

/// Turns the weights of the present window in the leaves of a tree into what is known; a cell that holds less than `few` is not
/// looked into.
fn weigh(known: &mut [f64], leaves: &mut [Leaf], few: f64) {
    let n_leaves = leaves.len();
    for (known, leaf) in known[n_leaves..].iter_mut().zip(leaves.iter_mut()) {
        *known = std::mem::take(&mut leaf.present);
    }
    for cell in (1..n_leaves).rev() {
        known[cell] = known[2 * cell] + known[2 * cell + 1];
    }
    for (place, leaf) in leaves.iter_mut().enumerate() {
        let (mut mass, mut unit) = (0.0, 1.0);
        for up in (0..=n_leaves.ilog2()).rev() {
            let held = known[(n_leaves + place) >> up];
            mass += held * unit;
            if held < few {
                break;
            }
            unit *= 2.0;
        }
        leaf.mass = mass;
    }
}

impl Detector for HalfSpaceTrees {
    fn score(&self, data: &Dataset<'_>) -> Vec<f64> {
        let mut row = Vec::new();
        let score = |row_idx| {
            self.bring(data, row_idx, &mut row);
            self.judge(self.mass(&row)).score
        };
        (0..data.n_rows()).map(score).collect()
    }

    /// A cut of which the row is on the side that holds less than half is credited to its column, by how much less.
    fn explain(&self, data: &Dataset<'_>, row_idx: u32) -> Vec<Contribution> {
        let mut row = Vec::new();
        self.bring(data, row_idx as usize, &mut row);
        let mut credit = vec![0.0; self.limits.n_varying()];
        let n_leaves = 1 << self.height;
        let trees = self.cuts.chunks_exact(n_leaves);
        for (cuts, known) in trees.zip(self.known.chunks_exact(2 * n_leaves)) {
            let mut cell = 1;
            while cell < cuts.len() && known[cell] >= FEW * self.n_known {
                let half = cuts[cell].half(cell, &row);
                let share = known[half] / known[cell];
                credit[cuts[cell].col as usize] += (0.5 - share).max(0.0);
                cell = half;
            }
        }
        let parts = self
            .limits
            .varying()
            .zip(credit)
            .map(|(col, credit)| (col as usize, credit));
        contributions(data, row_idx, &self.typical, parts)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::featurize::dataset::Rows;

    fn params(window_size: u32) -> HalfSpaceTreesValidParams {
        HalfSpaceTreesParams {
            window_size,
            ..HalfSpaceTreesParams::default()
        }
        .check()
        .unwrap()
    }

    #[test]
    fn a_new_level_is_strange_until_it_is_known() {
        let rows = Array2::from_shape_fn((300, 2), |(i, j)| {
            ((i * (3 + j)) % 7) as f64 + if i >= 150 { 40.0 } else { 0.0 }
        });
        let data = Dataset::new(Rows::Dense(rows.view()));
        let judged = params(50).stream(&data).unwrap();
        assert!(judged[..50].iter().all(Option::is_none));
        let score = |idx: usize| judged[idx].unwrap().score;
        assert!(score(120) < 50.0, "{}", score(120));
        assert!(score(150) > 90.0, "{}", score(150));
        assert!(score(290) < 50.0, "{}", score(290));
    }

    #[test]
    fn choices_out_of_range_name_their_option() {
        let with = |n_trees, height, window_size| HalfSpaceTreesParams {
            n_trees,
            height,
            window_size,
            seed: 1,
        };
        for (params, option) in [
            (with(0, 8, 250), "nTrees"),
            (with(25, 13, 250), "height"),
            (with(25, 8, 1), "windowSize"),
        ] {
            assert_eq!(params.check().unwrap_err().option, option);
        }
    }
}
