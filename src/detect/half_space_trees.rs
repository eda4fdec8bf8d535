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

/// A cell and the cut through it; the children of cell i are 2i + 1 and 2i + 2.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell {
    col: u32,
    cut: f64,
    /// Weight of the rows of the window before.
    known: f64,
    /// Weight of the rows of the present window.
    present: f64,
}

/// Trees and what they have learned.
#[derive(Debug, Clone, PartialEq)]
pub struct HalfSpaceTrees {
    /// All trees one after another.
    cells: Vec<Cell>,
    cells_per_tree: usize,
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
            judged.push((trees.n_known > 0.0).then(|| trees.judge(trees.mass(&row))));
            let weight = f64::from(data.weight(row_idx));
            trees.learn(&row, weight);
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
        let height = self.0.height as usize;
        let cells_per_tree = (2 << height) - 1;
        let mut cells = Vec::with_capacity(cells_per_tree * self.0.n_trees as usize);
        let leaf = Cell {
            col: 0,
            cut: 0.0,
            known: 0.0,
            present: 0.0,
        };
        for _ in 0..self.0.n_trees {
            let from = cells.len();
            cells.resize(from + cells_per_tree, leaf);
            let mut space = vec![(0.0, 1.0); limits.n_varying()];
            cut(&mut cells[from..], 0, height, &mut space, &mut rng);
        }
        Ok(HalfSpaceTrees {
            cells,
            cells_per_tree,
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
            trees.learn(&row, f64::from(data.weight(row_idx)));
        }
        trees.turn(data, 0..data.n_rows(), data.total_weight() as f64);
        Ok(Box::new(trees))
    }
}

/// Cuts a cell and those within it. All columns are as likely at first, and less so the more they have been cut.
fn cut(cells: &mut [Cell], at: usize, height: usize, space: &mut [(f64, f64)], rng: &mut rng::Rng) {
    if height == 0 {
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
    cells[at].col = col as u32;
    cells[at].cut = cut_at;
    space[col] = (low, cut_at);
    cut(cells, 2 * at + 1, height - 1, space, rng);
    space[col] = (cut_at, high);
    cut(cells, 2 * at + 2, height - 1, space, rng);
    space[col] = (low, high);
}

impl HalfSpaceTrees {
    fn bring(&self, data: &Dataset<'_>, row_idx: usize, row: &mut Vec<f64>) {
        row.clear();
        self.limits.bring(data, row_idx, row);
    }

    fn next(&self, tree: usize, at: usize, row: &[f64]) -> usize {
        let cell = &self.cells[tree + at];
        2 * at + 1 + usize::from(row[cell.col as usize] >= cell.cut)
    }

    fn trees(&self) -> impl Iterator<Item = usize> + use<> {
        (0..self.cells.len()).step_by(self.cells_per_tree)
    }

    fn learn(&mut self, row: &[f64], weight: f64) {
        for tree in self.trees() {
            let mut at = 0;
            while at < self.cells_per_tree {
                self.cells[tree + at].present += weight;
                at = self.next(tree, at, row);
            }
        }
    }

    /// Begins the next window.
    fn turn(&mut self, data: &Dataset<'_>, rows: std::ops::Range<usize>, n_present: f64) {
        for cell in &mut self.cells {
            cell.known = cell.present;
            cell.present = 0.0;
        }
        self.n_known = n_present;
        let mut row = Vec::new();
        let mut masses: Vec<(f64, f64)> = rows
            .map(|row_idx| {
                self.bring(data, row_idx, &mut row);
                (self.mass(&row), f64::from(data.weight(row_idx)))
            })
            .collect();
        self.usual_mass = math::weighted_quantile(&mut masses, 0.5).unwrap_or(0.0);
    }

    /// Mass of a row in the window before: that of each cell on its paths, twice as much at each step down.
    fn mass(&self, row: &[f64]) -> f64 {
        let few = FEW * self.n_known;
        let mut mass = 0.0;
        for tree in self.trees() {
            let (mut at, mut unit) = (0, 1.0);
            while at < self.cells_per_tree {
                let known = self.cells[tree + at].known;
                mass += known * unit;
                if known < few {
                    break;
                }
                unit *= 2.0;
                at = self.next(tree, at, row);
            }
        }
        mass
    }

    fn judge(&self, mass: f64) -> Judgement {
        let largest = self.cells.len() as f64 * self.n_known;
        // Every row is in the roots, so no mass is 0.
        let halvings = math::log2(self.usual_mass / mass);
        Judgement {
            raw: 1.0 - mass / largest,
            score: calibrate(halvings, 0.0, HALVINGS[0], HALVINGS[1]),
        }
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
        for tree in self.trees() {
            let mut at = 0;
            while self.cells[tree + at].known >= FEW * self.n_known {
                let next = self.next(tree, at, &row);
                if next >= self.cells_per_tree {
                    break;
                }
                let (all, side) = (self.cells[tree + at].known, self.cells[tree + next].known);
                credit[self.cells[tree + at].col as usize] += (0.5 - side / all).max(0.0);
                at = next;
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
