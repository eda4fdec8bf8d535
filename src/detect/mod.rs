//! Rows of features → how strange each row is, on one scale, and why.
//!
//! The contract of every detector: one finite score a row, 0 to 100, larger is stranger, [`ALARM`] is the alarm
//! threshold; the same seed gives the same bits; permuting the rows permutes the scores; a row of weight 2 is the
//! same as two rows. A method that cannot work on the data says so ([`FitError`]) and the run goes on without it.
//!
//! [`severity`] and [`silence`] are rules rather than methods that learn, [`rate_change`] looks at one kind of message over
//! time; [`ensemble`] combines all into the answer that is shown.

use crate::base::math;
use crate::base::order::Arrange;
use crate::error::FitError;
use crate::featurize::dataset::{Dataset, Rows, tame};

pub mod amounts;
pub mod autoencoder;
pub mod centroid;
pub mod contrast;
pub mod ensemble;
pub mod half_space_trees;
pub mod isolation_forest;
pub mod level_shift;
pub mod presence;
pub mod rarity;
pub mod rate_change;
pub mod sessions;
pub mod severity;
pub mod significance;
pub mod silence;
pub mod usual_range;

/// Scores from here on are anomalies.
pub const ALARM: f64 = 50.0;

/// Borders between unremarkable, noticeable, anomalous and severe.
pub const BANDS: [f64; 3] = [25.0, ALARM, 75.0];

/// Points a detector needs to tell usual from unusual.
pub const MIN_POINTS: usize = 8;

/// Learns what is normal. Implemented by checked parameters.
pub trait FitDetector {
    /// Stable name, used on the wire and in golden tests.
    fn name(&self) -> &'static str;

    /// Learns from `data`.
    ///
    /// # Errors
    /// [`FitError::TooFewRows`] below [`MIN_POINTS`] points, [`FitError::NoVariance`] when nothing can stand out.
    fn fit(&self, data: &Dataset<'_>) -> Result<Box<dyn Detector>, FitError>;
}

/// What was learned: scores rows against it.
pub trait Detector {
    /// One finite score a row, 0 to 100; larger is stranger.
    fn score(&self, data: &Dataset<'_>) -> Vec<f64>;

    /// The features that make row `row_idx` strange, strongest first; may be empty.
    fn explain(&self, data: &Dataset<'_>, row_idx: u32) -> Vec<Contribution>;
}

/// How much one feature adds to the strangeness of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    /// Column of the feature.
    pub col: u32,
    /// Share of the strangeness, 0 to 1; those of a row sum up to at most 1.
    pub share: f64,
    /// The row's value.
    pub value: f64,
    /// 5 % of the rows (of the usual ones, to a detector that knows which are) have less than this.
    pub low: f64,
    /// 5 % of them have more than this.
    pub high: f64,
}

/// Every detector, with its default parameters.
#[must_use]
pub fn all(seed: u64) -> Vec<Box<dyn FitDetector>> {
    vec![
        Box::new(
            isolation_forest::IsolationForestParams {
                seed,
                ..Default::default()
            }
            .check()
            .expect("the defaults are within their ranges"),
        ),
        Box::new(
            half_space_trees::HalfSpaceTreesParams {
                seed,
                ..Default::default()
            }
            .check()
            .expect("the defaults are within their ranges"),
        ),
        Box::new(
            autoencoder::AutoencoderParams {
                seed,
                ..Default::default()
            }
            .check()
            .expect("the defaults are within their ranges"),
        ),
        Box::new(centroid::CentroidParams::default()),
        Box::new(usual_range::UsualRangeParams::default()),
        Box::new(rarity::RarityParams),
        Box::new(presence::PresenceParams),
    ]
}

/// The 5 % and 95 % quantiles of each column, zeros of sparse rows included.
fn typical_ranges(data: &Dataset<'_>) -> Vec<(f64, f64)> {
    let quantiles = |pairs: &mut [(f64, f64)]| {
        let low = math::counted_quantile(pairs, 0.05).unwrap_or(0.0);
        (low, math::counted_quantile(pairs, 0.95).unwrap_or(0.0))
    };
    columns(data)
        .iter_mut()
        .map(|pairs| quantiles(pairs))
        .collect()
}

/// (value, weight) of each column. Zeros of sparse rows stand in one entry, which is left out when there are none.
fn columns(data: &Dataset<'_>) -> Vec<Vec<(f64, f64)>> {
    let mut columns = vec![Vec::new(); data.n_cols()];
    let mut n_elsewhere = vec![data.total_weight(); data.n_cols()];
    for row_idx in 0..data.n_rows() {
        let weight = data.weight(row_idx);
        if weight > 0 {
            data.for_each_entry(row_idx, |col, value| {
                columns[col].push((value, f64::from(weight)));
                n_elsewhere[col] -= u64::from(weight);
            });
        }
    }
    for (column, n) in columns.iter_mut().zip(n_elsewhere) {
        if n > 0 {
            column.push((0.0, n as f64));
        }
    }
    columns
}

/// Sorts by share, strongest first; equal shares by column.
fn ranked(mut contributions: Vec<Contribution>) -> Vec<Contribution> {
    contributions.retain(|contribution| contribution.share > 0.0);
    contributions.arrange_by(|a, b| b.share.total_cmp(&a.share).then(a.col.cmp(&b.col)));
    contributions
}

/// The columns of a row by their (column, part) of its strangeness, the largest first. Parts of no column of `data` count
/// in the sum only; `typical` is what [`typical_ranges`] gives.
fn contributions(
    data: &Dataset<'_>,
    row_idx: u32,
    typical: &[(f64, f64)],
    parts: impl Iterator<Item = (usize, f64)>,
) -> Vec<Contribution> {
    let parts: Vec<(usize, f64)> = parts.filter(|(_, part)| *part > 0.0).collect();
    let total: f64 = parts.iter().map(|(_, part)| part).sum();
    let own = parts.into_iter().filter(|(col, _)| *col < data.n_cols());
    let contribution = |(col, part): (usize, f64)| Contribution {
        col: col as u32,
        share: part / total,
        value: data.value(row_idx as usize, col),
        low: typical[col].0,
        high: typical[col].1,
    };
    ranked(own.map(contribution).collect())
}

/// Refuses what no detector can learn from.
fn check_points(data: &Dataset<'_>) -> Result<(), FitError> {
    match usize::try_from(data.total_weight()).unwrap_or(usize::MAX) {
        actual if actual < MIN_POINTS => Err(FitError::TooFewRows {
            needed: MIN_POINTS,
            actual,
        }),
        _ => Ok(()),
    }
}

/// Linear between (`low`, 0), (`alarm`, 50) and (`high`, 100); monotone, finite, 0 to 100.
fn calibrate(raw: f64, low: f64, alarm: f64, high: f64) -> f64 {
    let score = if raw <= alarm {
        ALARM * (raw - low) / (alarm - low)
    } else {
        ALARM + (100.0 - ALARM) * (raw - alarm) / (high - alarm)
    };
    tame(score).clamp(0.0, 100.0)
}

/// Number of columns whose values lie in memory one after another, for detectors that treat the two kinds of rows
/// differently.
fn is_sparse(data: &Dataset<'_>) -> bool {
    matches!(data.rows(), Rows::Sparse(_))
}

#[cfg(test)]
mod contract;
