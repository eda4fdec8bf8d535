//! Windows → one score each, with the features and the detectors that made it.

use ndarray::Array2;

use crate::base::math;
use crate::detect::half_space_trees::HalfSpaceTreesParams;
use crate::detect::isolation_forest::IsolationForestValidParams;
use crate::detect::silence::{Silence, silences};
use crate::detect::usual_range::{Kind, UsualRangeParams};
use crate::detect::{ALARM, Contribution, Detector, FitDetector, ranked};
use crate::error::FitError;
use crate::featurize::dataset::{Dataset, Rows};
use crate::featurize::windows::{Windows, feature};

/// Share of a window's strangeness from which on a feature is a cause of it.
const CAUSE_SHARE: f64 = 0.15;

/// The window features that take part, with their kinds.
const WINDOW_COLUMNS: [(usize, Kind); 7] = [
    (feature::EVENTS, Kind::Count),
    (feature::USERS, Kind::Count),
    (feature::IPS, Kind::Count),
    (feature::BURSTINESS, Kind::Amount { step: 0.1 }),
    (feature::FAILED_LOGINS, Kind::Count),
    (feature::IP_ENTROPY, Kind::Amount { step: 0.5 }),
    (feature::ERRORS, Kind::Count),
];

/// Column after those: records against the median of the windows around, on the scale on which counts are compared.
const LOCAL_KIND: Kind = Kind::Amount { step: 1.0 };

/// Records a window needs for its burstiness to be more than chance.
const ENOUGH_EVENTS: f64 = 20.0;

/// Windows on each side of one that tell what is usual around it.
const AROUND: usize = 12;

/// How strange a window is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WindowScore {
    /// 0 to 100.
    pub score: f64,
    /// The features outside their usual range, strongest first; [`Contribution::col`] as in [`feature`].
    pub features: Vec<Contribution>,
    /// The silence the window is part of, where that is what makes its score.
    pub silence: Option<Silence>,
    /// Names of the detectors to which the window alone is an alarm.
    pub detectors: Vec<&'static str>,
}

impl WindowScore {
    /// Whether the window is an alarm to which `col` (as in [`feature`]) adds noticeably by being higher than
    /// usual.
    #[must_use]
    pub fn is_alarm_by(&self, col: usize) -> bool {
        let mut features = self.features.iter();
        self.score >= ALARM
            && features.any(|c| c.col as usize == col && c.share >= CAUSE_SHARE && c.value > c.high)
    }
}

/// Scores all windows; `seed` is for the half-space trees.
///
/// # Errors
/// [`FitError::TooFewRows`] below [`crate::detect::MIN_POINTS`] windows, [`FitError::NoVariance`] when all are alike.
pub fn score_windows(
    windows: &Windows,
    forest: &IsolationForestValidParams,
    seed: u64,
) -> Result<Vec<WindowScore>, FitError> {
    let events = windows.rows.column(feature::EVENTS).to_vec();
    let rows = compared(windows, &events);
    // Where most windows are empty, one that is not is nothing unusual: what is usual is learned from those with records.
    let n_empty = events.iter().filter(|n| **n == 0.0).count();
    let is_mostly_empty = n_empty * 2 > events.len();
    let weight = |n: &f64| u32::from(!is_mostly_empty || *n > 0.0);
    let weights: Vec<u32> = events.iter().map(weight).collect();
    let data = Dataset::weighted(Rows::Dense(rows.view()), &weights);
    let kinds = WINDOW_COLUMNS
        .iter()
        .map(|column| column.1)
        .chain([LOCAL_KIND])
        .collect();
    let usual = UsualRangeParams { kinds }.fit_range(&data)?;
    let far = usual.score(&data);
    let excess = usual.excess(&data);
    let excess = Dataset::weighted(Rows::Dense(excess.view()), &weights);
    let alone = match forest.fit_and_score(&excess) {
        Ok((_, scores)) => scores,
        // Every value of every window is usual.
        Err(FitError::NoVariance) => vec![0.0; data.n_rows()],
        Err(error) => return Err(error),
    };
    // A second opinion that knows only what came before; it needs a few windows to know anything.
    let trees = HalfSpaceTreesParams {
        window_size: (data.n_rows() as u32 / 4).clamp(8, 250),
        seed,
        ..HalfSpaceTreesParams::default()
    };
    let trees = trees.check().expect("all are within their ranges");
    let unlike_before: Vec<f64> = match trees.stream(&excess) {
        Ok(judged) => judged
            .into_iter()
            .map(|judged| judged.map_or(0.0, |judged| judged.score))
            .collect(),
        Err(_) => vec![0.0; data.n_rows()],
    };
    let mut scores: Vec<WindowScore> = far
        .iter()
        .zip(alone)
        .enumerate()
        .map(|(idx, (far, alone))| {
            let votes = [
                ("usualRange", *far),
                (forest.name(), alone),
                (trees.name(), unlike_before[idx]),
            ];
            let detectors = votes.into_iter().filter(|vote| vote.1 >= ALARM);
            let score = far.min(alone) * f64::from(weights[idx]);
            let mut features = if score > 0.0 {
                usual.explain(&data, idx as u32)
            } else {
                Vec::new()
            };
            for contribution in &mut features {
                *contribution = shown(windows, &events, idx, contribution);
            }
            merge_equal(&mut features);
            WindowScore {
                score,
                features,
                silence: None,
                detectors: detectors.map(|vote| vote.0).collect(),
            }
        })
        .collect();
    for silence in silences(&events) {
        let first = silence.first as usize;
        for window in &mut scores[first..first + silence.n_windows as usize] {
            if silence.score >= window.score {
                window.score = silence.score;
                window.silence = Some(silence);
                window.detectors = vec!["silence"];
            }
        }
    }
    Ok(scores)
}

/// The features that take part, and the local one. A window of which the log covers only a part cannot be too
/// quiet: its counts are at least the median. The burstiness of a handful of records counts as usual.
fn compared(windows: &Windows, events: &[f64]) -> Array2<f64> {
    let n_windows = windows.rows.nrows();
    let n_global = WINDOW_COLUMNS.len();
    let compared = |row_idx: usize, col: usize| {
        if let Some((id, _)) = WINDOW_COLUMNS.get(col) {
            return windows.rows[[row_idx, *id]];
        }
        let mut around = around(events, row_idx);
        let usual = math::weighted_quantile(&mut around, 0.5).unwrap_or(events[row_idx]);
        Kind::Count.scaled(events[row_idx]) - Kind::Count.scaled(usual)
    };
    let mut rows = Array2::from_shape_fn((n_windows, n_global + 1), |(i, j)| compared(i, j));
    for col in 0..=n_global {
        let mut pairs: Vec<(f64, f64)> =
            rows.column(col).iter().map(|value| (*value, 1.0)).collect();
        let median = math::weighted_quantile(&mut pairs, 0.5).unwrap_or(0.0);
        let is_burstiness = WINDOW_COLUMNS
            .get(col)
            .is_some_and(|column| column.0 == feature::BURSTINESS);
        for (row_idx, n_events) in events.iter().enumerate() {
            let value = &mut rows[[row_idx, col]];
            let is_partial = windows.is_partial(row_idx as u32);
            if is_burstiness && (is_partial || *n_events < ENOUGH_EVENTS) {
                *value = median;
            } else if is_partial {
                *value = value.max(median);
            }
        }
    }
    rows
}

/// Values of the windows before and after `idx`, each with weight 1.
fn around(values: &[f64], idx: usize) -> Vec<(f64, f64)> {
    let from = idx.saturating_sub(AROUND);
    let until = (idx + 1 + AROUND).min(values.len());
    let others = values[from..idx].iter().chain(&values[idx + 1..until]);
    others.map(|value| (*value, 1.0)).collect()
}

/// A contribution of a compared column as one of the feature that people see.
fn shown(windows: &Windows, events: &[f64], idx: usize, compared: &Contribution) -> Contribution {
    let (col, low, high) = if let Some((col, _)) = WINDOW_COLUMNS.get(compared.col as usize) {
        (*col, compared.low, compared.high)
    } else {
        let mut around = around(events, idx);
        let mut quantile = |q| math::weighted_quantile(&mut around, q).unwrap_or(0.0);
        (feature::EVENTS, quantile(0.1), quantile(0.9))
    };
    let value = windows.rows[[idx, col]];
    Contribution {
        col: col as u32,
        share: compared.share,
        value,
        low,
        high,
    }
}

/// Keeps the strongest of the contributions of each column.
fn merge_equal(contributions: &mut Vec<Contribution>) {
    let mut merged: Vec<Contribution> = Vec::with_capacity(contributions.len());
    for contribution in contributions.drain(..) {
        match merged
            .iter_mut()
            .find(|other| other.col == contribution.col)
        {
            Some(other) => other.share = other.share.max(contribution.share),
            None => merged.push(contribution),
        }
    }
    *contributions = ranked(merged);
}
