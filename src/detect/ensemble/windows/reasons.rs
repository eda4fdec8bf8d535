//! What the detectors saw in a window → the features outside their usual range, each with what is usual.
//!
//! A feature is named when it lies outside its usual range, in the order of its part in the strangeness: how far outside it
//! lies, and less where it hardly shortened the paths of the isolation forest, as many windows then have such values. What is
//! usual is said of the windows in
//! which it is: a burst that lasts for a tenth of the log is no part of the range that it is compared with.

use super::{Unusual, WINDOW_COLUMNS, around};
use crate::base::math;
use crate::detect::isolation_forest::IsolationForest;
use crate::detect::usual_range::{Kind, UsualRange};
use crate::detect::{Contribution, Detector};
use crate::featurize::dataset::Dataset;
use crate::featurize::windows::{Windows, feature};

/// Part in the paths from which on a feature counts in full.
const ENOUGH_PATH: f64 = 0.1;
/// What is left of a feature that had no part in them.
const LEAST_PART: f64 = 0.1;

/// All that explains a window.
pub(super) struct Explained<'a> {
    pub(super) windows: &'a Windows,
    /// Records of each window.
    pub(super) events: &'a [f64],
    /// What was compared.
    pub(super) data: &'a Dataset<'a>,
    /// How far outside of what is usual it lies.
    pub(super) excess: &'a Dataset<'a>,
    pub(super) usual: &'a UsualRange,
    /// Grown on `excess`; `None` when everything is usual.
    pub(super) forest: Option<&'a IsolationForest>,
}

impl Explained<'_> {
    /// The unusual features of window `idx`, strongest first; each once.
    pub(super) fn features(&self, idx: usize) -> Vec<Unusual> {
        let paths = self
            .forest
            .map(|forest| forest.explain(self.excess, idx as u32));
        let of_paths = |col: u32| {
            let mut paths = paths.iter().flatten();
            paths.find(|path| path.col == col).map(|path| path.share)
        };
        let mut all = self.usual.explain(self.data, idx as u32);
        if paths.is_some() {
            for found in &mut all {
                let path = of_paths(found.col).unwrap_or(0.0);
                found.share *= (path / ENOUGH_PATH).clamp(LEAST_PART, 1.0);
            }
            let total: f64 = all.iter().map(|found| found.share).sum();
            all.iter_mut().for_each(|found| found.share /= total);
        }
        let mut named: Vec<Unusual> = Vec::new();
        for found in all {
            let unusual = self.shown(idx, &found);
            match named.iter_mut().find(|other| other.col == unusual.col) {
                // Records against the whole log and against the windows around are one feature.
                Some(other) if other.share >= unusual.share => {}
                Some(other) => *other = unusual,
                None => named.push(unusual),
            }
        }
        named.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.col.cmp(&b.col)));
        named
    }

    /// A contribution of a compared column as one of the feature that people see.
    fn shown(&self, idx: usize, found: &Contribution) -> Unusual {
        let column = WINDOW_COLUMNS.get(found.col as usize);
        let (col, low, high) = if let Some((col, _)) = column {
            (*col, found.low, found.high)
        } else {
            let (low, high) = self.around(idx);
            (feature::EVENTS, low, high)
        };
        Unusual {
            col,
            share: found.share,
            value: self.windows.rows[[idx, col]],
            low,
            high,
            is_around: column.is_none(),
        }
    }

    /// The 5 % and 95 % quantiles of the records of those windows around that are nearer to the median of them than to this one.
    fn around(&self, idx: usize) -> (f64, f64) {
        let scaled = |n: f64| Kind::Count.scaled(n);
        let mut others = around(self.events, idx);
        let median = math::weighted_quantile(&mut others, 0.5).unwrap_or(0.0);
        let apart = (scaled(self.events[idx]) - scaled(median)).abs();
        others.retain(|other| (scaled(other.0) - scaled(median)).abs() <= apart / 2.0);
        let mut quantile = |q| math::weighted_quantile(&mut others, q).unwrap_or(median);
        (quantile(0.05), quantile(0.95))
    }
}
