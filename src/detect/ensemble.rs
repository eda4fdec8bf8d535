//! All detectors together → one score for each window and each message, with the reasons that made it.
//!
//! **Windows.** The isolation forest says which windows are unlike the others, [`super::usual_range`] whether the
//! difference is large enough to matter; a window is as strange as the smaller of the two, so a quiet log stays
//! quiet and a log full of bursts is not flooded. The forest is fed with what lies outside the usual ranges, so
//! that ordinary noise is no reason to cut. Unusual silence counts on its own. Traffic is compared twice: with the
//! whole log, and with the two hours (or two dozen windows) around, as a lull at noon may be what every night looks
//! like. Half-space trees, which compare with the windows just before, have no say in the score: they tell, as the others
//! do, whether they agree. Time of day does not take part (within a log of hours it is only a clock), nor the share of errors (in a
//! window with two records one error is a half); both are shown.
//!
//! **Messages.** What a message says of itself (level, wording) counts in full; that it is rare or unlike the
//! others only up to 45, as most rare messages are harmless: `score = 100 − (100 − said) · (100 − 0.45 · strange) /
//! 100`, where `strange` is the mean of rarity and isolation forest. So an error is always an anomaly, a rare error
//! a worse one, a warning only when it is rare, and a harmless message never.

use ndarray::Array2;

use super::half_space_trees::HalfSpaceTreesParams;
use super::isolation_forest::{IsolationForest, IsolationForestValidParams};
use super::rarity::RarityParams;
use super::severity::Trouble;
use super::silence::{Silence, silences};
use super::usual_range::{Kind, UsualRangeParams};
use super::{ALARM, Contribution, Detector, FitDetector, severity};
use crate::base::math;
use crate::base::order::Arrange;
use crate::error::FitError;
use crate::featurize::dataset::{Dataset, Rows};
use crate::featurize::manner::Manner;
use crate::featurize::tfidf::TfIdf;
use crate::featurize::windows::{Windows, feature};
use crate::parse::Level;

/// What strangeness alone can make of a message; below the alarm threshold.
const STRANGE_LIMIT: f64 = 45.0;

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
/// [`FitError::TooFewRows`] below [`super::MIN_POINTS`] windows, [`FitError::NoVariance`] when all are alike.
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
    *contributions = super::ranked(merged);
}

/// What is known of a distinct message beside its text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MessageFacts {
    /// Most severe level it was logged with.
    pub level: Option<Level>,
    /// Records with this message.
    pub n_records: u32,
    /// Whether it reports a failed login.
    pub is_failed_login: bool,
    /// How it speaks.
    pub manner: Manner,
}

/// The parts of a message's score, each 0 to 100.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct MessageScore {
    /// The combined score.
    pub score: f64,
    /// By its level.
    pub level: f64,
    /// By its words, or by being a failed login.
    pub wording: f64,
    /// By how few records are as rare.
    pub rarity: f64,
    /// By the isolation forest over its words.
    pub unusual: f64,
}

/// Why a message scores as it does.
#[derive(Debug, Clone, PartialEq)]
pub enum MessageReason {
    /// Its level.
    Level(Level),
    /// It reports a failed login.
    FailedLogin,
    /// These words (columns of the TF-IDF) report trouble.
    Wording(Vec<u32>),
    /// Hardly any record is as rare as the `n_records` with this message.
    Rare {
        /// Records with this message.
        n_records: u32,
    },
    /// These words (columns of the TF-IDF) set it apart from the other messages.
    UnusualWords(Vec<u32>),
}

impl MessageReason {
    /// Stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Level(Level::Fatal) => "FATAL_level",
            Self::Level(Level::Error) => "ERROR_level",
            Self::Level(Level::Warn) => "WARN_level",
            Self::Level(_) => "level",
            Self::FailedLogin => "failed_login",
            Self::Wording(_) => "wording",
            Self::Rare { .. } => "rare",
            Self::UnusualWords(_) => "unusual_words",
        }
    }
}

/// Scores of all distinct messages.
#[derive(Debug, Clone)]
pub struct MessageScores {
    /// One a message.
    pub scores: Vec<MessageScore>,
    /// Detectors that gave no result, by name.
    pub skipped: Vec<(&'static str, FitError)>,
    forest: Option<IsolationForest>,
}

/// Scores all distinct messages; `facts` has one entry a row of `messages`.
///
/// In the forest a message weighs 1 + log2 of its count. With the counts themselves a tree's sample of 256 out of a
/// million records would hold none of the rare messages, and a cut can only be made in words the sample has.
#[must_use]
pub fn score_messages(
    messages: &TfIdf,
    facts: &[MessageFacts],
    forest: &IsolationForestValidParams,
) -> MessageScores {
    let weights: Vec<u32> = facts.iter().map(|facts| facts.n_records).collect();
    let damped: Vec<u32> = weights
        .iter()
        .map(|n| n.checked_ilog2().map_or(0, |log| 1 + log))
        .collect();
    let data = Dataset::weighted(Rows::Sparse(&messages.rows), &damped);
    let n = messages.rows.n_rows();
    let mut skipped = Vec::new();
    let (forest, unusual) = match forest.fit_and_score(&data) {
        Ok((forest, scores)) => (Some(forest), Some(scores)),
        Err(error) => {
            skipped.push((forest.name(), error));
            (None, None)
        }
    };
    // By message rather than by bag of words: two messages that differ in their order of words are two messages.
    let rarity = RarityParams
        .fit_counts(&weights)
        .map_err(|error| skipped.push((RarityParams.name(), error)))
        .ok();

    let trouble: Vec<Trouble> = messages
        .vocabulary
        .iter()
        .map(|word| severity::trouble(word))
        .collect();
    let fact = |idx: usize| facts.get(idx).copied().unwrap_or_default();
    let wording: Vec<Trouble> = (0..n)
        .map(|idx| {
            let words = messages.rows.row(idx).indices.iter();
            let worst = words
                .map(|col| trouble[*col as usize])
                .max()
                .unwrap_or_default();
            if fact(idx).is_failed_login {
                worst.max(Trouble::Bad)
            } else {
                worst
            }
        })
        .collect();
    let total = weights.iter().map(|n| f64::from(*n)).sum::<f64>().max(1.0);
    let mut by_level = [0.0; 8];
    let mut n_bad = 0.0;
    for idx in 0..n {
        let n_records = f64::from(fact(idx).n_records);
        by_level[fact(idx).level.map_or(0, |level| level as usize)] += n_records;
        n_bad += if wording[idx] > Trouble::None {
            n_records
        } else {
            0.0
        };
    }
    let score = |idx: usize| {
        let MessageFacts {
            level,
            n_records,
            manner,
            ..
        } = fact(idx);
        let (of_level, of_wording) = severity::of_manner(manner);
        let share = by_level[level.map_or(0, |level| level as usize)] / total;
        let level_score = severity::of_level(level, share) * of_level;
        let wording = severity::of_wording(wording[idx], level, n_bad / total) * of_wording;
        let rarity = rarity
            .as_ref()
            .map(|rarity| rarity.score_of(u64::from(n_records)));
        let unusual = unusual.as_ref().map(|unusual| unusual[idx]);
        let strange = match (rarity, unusual) {
            (Some(a), Some(b)) => f64::midpoint(a, b),
            (a, b) => a.or(b).unwrap_or(0.0),
        };
        let said = level_score.max(wording);
        let score = 100.0 - (100.0 - said) * (100.0 - strange * STRANGE_LIMIT / 100.0) / 100.0;
        MessageScore {
            score: score.clamp(0.0, 100.0),
            level: level_score,
            wording,
            rarity: rarity.unwrap_or(0.0),
            unusual: unusual.unwrap_or(0.0),
        }
    };
    MessageScores {
        scores: (0..n).map(score).collect(),
        skipped,
        forest,
    }
}

impl MessageScores {
    /// Why message `idx` scores as it does, strongest first; empty for a message nothing speaks against.
    #[must_use]
    pub fn reasons(
        &self,
        messages: &TfIdf,
        facts: &[MessageFacts],
        idx: u32,
    ) -> Vec<MessageReason> {
        let (Some(parts), Some(facts)) = (self.scores.get(idx as usize), facts.get(idx as usize))
        else {
            return Vec::new();
        };
        let row = messages.rows.row(idx as usize);
        let mut reasons = Vec::new();
        if let Some(level) = facts.level
            && parts.level > 0.0
        {
            reasons.push((parts.level, MessageReason::Level(level)));
        }
        if parts.wording > 0.0 {
            let trouble = |col: &u32| severity::trouble(&messages.vocabulary[*col as usize]);
            let is_bad = |col: &u32| trouble(col) > Trouble::None;
            let words: Vec<u32> = row.indices.iter().copied().filter(is_bad).collect();
            let reason = if facts.is_failed_login {
                MessageReason::FailedLogin
            } else {
                MessageReason::Wording(words)
            };
            reasons.push((parts.wording, reason));
        }
        if parts.rarity > 0.0 {
            let reason = MessageReason::Rare {
                n_records: facts.n_records,
            };
            reasons.push((parts.rarity * STRANGE_LIMIT / 100.0, reason));
        }
        if let Some(forest) = &self.forest
            && parts.unusual > 0.0
        {
            let data = Dataset::new(Rows::Sparse(&messages.rows));
            let words = forest
                .explain(&data, idx)
                .into_iter()
                .filter(|c| c.value > 0.0);
            let words: Vec<u32> = words.take(3).map(|contribution| contribution.col).collect();
            if !words.is_empty() {
                let points = parts.unusual * STRANGE_LIMIT / 100.0;
                reasons.push((points, MessageReason::UnusualWords(words)));
            }
        }
        reasons.arrange_by(|a, b| b.0.total_cmp(&a.0));
        reasons.into_iter().map(|reason| reason.1).collect()
    }
}

/// Share of a window's failed logins (or errors) from which on a run of records is what its alarm is about.
const RUN_SHARE: f64 = 0.05;

/// Score of a record with a message within a window: a failed login in a window that is an alarm because of its failed logins is
/// what the alarm is about, and scores as high as the window. In a window with too many errors the level of a record counts in
/// full, even where it is the background of the rest of the log.
#[must_use]
pub fn score_in_window(message: &MessageScore, facts: &MessageFacts, window: &WindowScore) -> f64 {
    if facts.is_failed_login && window.is_alarm_by(feature::FAILED_LOGINS) {
        return message.score.max(window.score);
    }
    if is_error(*facts) && window.is_alarm_by(feature::ERRORS) {
        let said = severity::of_level(facts.level, 0.0) * severity::of_manner(facts.manner).0;
        return message.score.max(said);
    }
    message.score
}

/// Score of a run of `n_records` within a window. Errors in a window with too many of them score as high as the window, as
/// failed logins do; but a single failed login in an attack of hundreds is not the attack.
#[must_use]
pub fn score_of_run(
    message: &MessageScore,
    facts: &MessageFacts,
    n_records: u32,
    window: &WindowScore,
) -> f64 {
    let is_cause = |col: usize| {
        let mut features = window.features.iter();
        let value = features
            .find(|c| c.col as usize == col)
            .map_or(0.0, |c| c.value);
        window.is_alarm_by(col) && f64::from(n_records) >= RUN_SHARE * value
    };
    if (facts.is_failed_login && is_cause(feature::FAILED_LOGINS))
        || (is_error(*facts) && is_cause(feature::ERRORS))
    {
        message.score.max(window.score)
    } else {
        message.score
    }
}

fn is_error(facts: MessageFacts) -> bool {
    facts.level.is_some_and(|level| level >= Level::Error)
}

#[cfg(test)]
mod tests;
