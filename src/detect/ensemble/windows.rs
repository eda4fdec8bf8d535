//! Windows → one score each, with the features and the detectors that made it.

mod reasons;

use ndarray::Array2;

use self::reasons::Explained;
use crate::base::math;
use crate::detect::autoencoder::{AutoencoderValidParams, Training};
use crate::detect::centroid::CentroidParams;
use crate::detect::half_space_trees::HalfSpaceTreesParams;
use crate::detect::isolation_forest::IsolationForestValidParams;
use crate::detect::silence::{Silence, silences};
use crate::detect::usual_range::{Kind, UsualRangeParams};
use crate::detect::{ALARM, Detector, FitDetector};
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

/// The detectors that judge a window, in the order of [`WindowScore::opinions`].
pub const WINDOW_DETECTORS: [&str; 5] = [
    "usualRange",
    "isolationForest",
    "halfSpaceTrees",
    "autoencoder",
    "centroid",
];

/// How strange a window is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WindowScore {
    /// 0 to 100.
    pub score: f64,
    /// The features outside their usual range, strongest first.
    pub features: Vec<Unusual>,
    /// The silence the window is part of, where that is what makes its score.
    pub silence: Option<Silence>,
    /// What each of [`WINDOW_DETECTORS`] says of it, 0 to 100; `None` where it cannot tell.
    pub opinions: [Option<f64>; WINDOW_DETECTORS.len()],
}

/// A feature of a window outside its usual range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unusual {
    /// Which, as in [`feature`].
    pub col: usize,
    /// Share of the strangeness, 0 to 1; those of a window sum up to at most 1.
    pub share: f64,
    /// The window's value.
    pub value: f64,
    /// Of the windows in which it is usual, 5 % have less than this.
    pub low: f64,
    /// 5 % of them have more than this.
    pub high: f64,
    /// What is usual is that of the windows around, not of the whole log.
    pub is_around: bool,
}

impl WindowScore {
    /// Names of the detectors to which the window alone is an alarm.
    pub fn agreeing(&self) -> impl Iterator<Item = &'static str> + '_ {
        let silence = self.silence.map(|_| "silence");
        let opinions = WINDOW_DETECTORS.iter().zip(self.opinions);
        let agreeing = opinions.filter(|vote| vote.1.is_some_and(|score| score >= ALARM));
        silence.into_iter().chain(agreeing.map(|vote| *vote.0))
    }

    /// Whether the window is an alarm to which `col` (as in [`feature`]) adds noticeably by being higher than
    /// usual.
    #[must_use]
    pub fn is_alarm_by(&self, col: usize) -> bool {
        let mut features = self.features.iter();
        self.score >= ALARM
            && features.any(|c| c.col == col && c.share >= CAUSE_SHARE && c.value > c.high)
    }
}

/// Choices of the detectors that judge windows, checked.
#[derive(Debug, Clone, Copy)]
pub struct WindowParams {
    /// The isolation forest.
    pub forest: IsolationForestValidParams,
    /// The autoencoder.
    pub autoencoder: AutoencoderValidParams,
    /// The distance from the centroid.
    pub centroid: CentroidParams,
    /// Seed of the half-space trees.
    pub seed: u64,
}

/// Scores of all windows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WindowScores {
    /// One a window.
    pub scores: Vec<WindowScore>,
    /// How the autoencoder learned.
    pub training: Training,
    /// Detectors that gave no result, by name.
    pub skipped: Vec<(&'static str, FitError)>,
}

/// Scores all windows.
///
/// # Errors
/// [`FitError::TooFewRows`] below [`crate::detect::MIN_POINTS`] windows, [`FitError::NoVariance`] when all are alike.
pub fn score_windows(windows: &Windows, params: &WindowParams) -> Result<WindowScores, FitError> {
    let events = windows.rows.column(feature::EVENTS).to_vec();
    let rows = compared(windows, &events);
    // Where most windows are empty, one that is not is nothing unusual: what is usual is learned from those with records.
    let n_empty = events.iter().filter(|n| **n == 0.0).count();
    let is_mostly_empty = n_empty * 2 > events.len();
    let weight = |n: &f64| u32::from(!is_mostly_empty || *n > 0.0);
    let weights: Vec<u32> = events.iter().map(weight).collect();
    let data = Dataset::weighted(Rows::Dense(rows.view()), &weights);
    let kinds = kinds();
    let usual = UsualRangeParams {
        kinds: kinds.clone(),
    }
    .fit_range(&data)?;
    let far = usual.score(&data);
    let excess = usual.excess(&data);
    let excess = Dataset::weighted(Rows::Dense(excess.view()), &weights);
    let mut found = WindowScores::default();
    let (forest, alone) = match params.forest.fit_and_score(&excess) {
        Ok((forest, scores)) => (Some(forest), scores),
        // Every value of every window is usual.
        Err(FitError::NoVariance) => (None, vec![0.0; data.n_rows()]),
        Err(error) => return Err(error),
    };
    let before = unlike_before(&excess, params.seed, &mut found.skipped);
    let level = Array2::from_shape_fn(rows.dim(), |(row_idx, col)| {
        kinds[col].scaled(rows[[row_idx, col]])
    });
    let level = Dataset::weighted(Rows::Dense(level.view()), &weights);
    let repeated = match params.autoencoder.train(&level) {
        Ok(model) => {
            let scores = model.score(&level).into_iter().map(Some).collect();
            found.training = model.training().clone();
            scores
        }
        Err(error) => {
            found.skipped.push((params.autoencoder.name(), error));
            vec![None; data.n_rows()]
        }
    };
    let centroid = match params.centroid.fit_centroid(&level) {
        Ok(model) => model.score(&level).into_iter().map(Some).collect(),
        Err(error) => {
            found.skipped.push((params.centroid.name(), error));
            vec![None; data.n_rows()]
        }
    };
    let explained = Explained {
        windows,
        events: &events,
        data: &data,
        excess: &excess,
        usual: &usual,
        forest: forest.as_ref(),
    };
    for idx in 0..data.n_rows() {
        let opinions = [
            Some(far[idx]),
            Some(alone[idx]),
            before[idx],
            repeated[idx],
            centroid[idx],
        ];
        let score = far[idx].min(agreed(&opinions[1..])) * f64::from(weights[idx]);
        let features = if score > 0.0 {
            explained.features(idx)
        } else {
            Vec::new()
        };
        found.scores.push(WindowScore {
            score,
            features,
            silence: None,
            opinions,
        });
    }
    for silence in silences(&events) {
        let first = silence.first as usize;
        for window in &mut found.scores[first..first + silence.n_windows as usize] {
            if silence.score >= window.score {
                window.score = silence.score;
                window.silence = Some(silence);
            }
        }
    }
    Ok(found)
}

/// What at least two say; what the only one says.
fn agreed(opinions: &[Option<f64>]) -> f64 {
    let mut scores: Vec<f64> = opinions.iter().copied().flatten().collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    let second = scores.get(1).or(scores.first());
    second.copied().unwrap_or(0.0)
}

/// How unlike each window is those just before, from which alone the half-space trees learn; `None` for the first.
fn unlike_before(
    excess: &Dataset<'_>,
    seed: u64,
    skipped: &mut Vec<(&'static str, FitError)>,
) -> Vec<Option<f64>> {
    let trees = HalfSpaceTreesParams {
        window_size: (excess.n_rows() as u32 / 4).clamp(8, 250),
        seed,
        ..HalfSpaceTreesParams::default()
    };
    let trees = trees.check().expect("all are within their ranges");
    match trees.stream(excess) {
        Ok(judged) => {
            let judged = judged.into_iter();
            judged.map(|judged| Some(judged?.score)).collect()
        }
        // Every value of every window is usual.
        Err(FitError::NoVariance) => vec![Some(0.0); excess.n_rows()],
        Err(error) => {
            skipped.push((trees.name(), error));
            vec![None; excess.n_rows()]
        }
    }
}

/// The kinds of the columns of [`compared`].
fn kinds() -> Vec<Kind> {
    let global = WINDOW_COLUMNS.iter().map(|column| column.1);
    global.chain([LOCAL_KIND]).collect()
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
