//! Windows → the timeline, the list of unusual windows and the points of the window plot.

use serde::{Deserialize, Serialize};

use super::build::score;
use super::findings::Findings;
use super::limits;
use super::words;
use crate::base::math::round_to;
use crate::base::order::Arrange;
use crate::detect::ALARM;
use crate::detect::ensemble::{WINDOW_DETECTORS, WindowScore};
use crate::featurize::tally::N_LEVELS;
use crate::featurize::windows::feature;

/// Records per bin, stacked by level.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    /// Start of the first bin.
    pub start_ms: f64,
    /// Width of a bin: one window, or several where the log is long.
    pub bin_ms: f64,
    /// Number of bins, at most [`limits::TIMELINE_BINS`].
    pub n_bins: u32,
    /// One series a level that occurs, from FATAL to none.
    pub series: Vec<LevelSeries>,
    /// Bins that hold anomalous windows.
    pub marks: Vec<TimelineMark>,
}

/// Records of one level, bin by bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct LevelSeries {
    /// Level as in [`LevelCount`].
    pub level: String,
    /// Records in each bin.
    pub n_records: Vec<u32>,
}

/// An anomalous stretch of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct TimelineMark {
    /// Bin from 0.
    pub bin: u32,
    /// Highest window score within it.
    pub score: f64,
}

/// A window of time that is unlike the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct WindowReport {
    /// Start.
    pub start_ms: f64,
    /// End, exclusive.
    pub end_ms: f64,
    /// Score 0 to 100.
    pub score: f64,
    /// Why, as a sentence.
    pub reason: String,
    /// Detectors to which it is an alarm by themselves, and `silence` where a stretch without records makes the score.
    pub detectors: Vec<String>,
    /// What each of [`Report::detectors`] says of it, 0 to 100; `null` where it cannot tell.
    pub opinions: Vec<Option<f64>>,
    /// Value of each feature, in the order of [`Features::names`].
    pub values: Vec<f64>,
}

/// A method that judges windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct DetectorReport {
    /// Stable name.
    pub name: String,
    /// Windows that are an alarm to it alone.
    pub n_alarms: u32,
    /// Mean squared error of each time that the windows were gone through, for the autoencoder; empty for others.
    pub losses: Vec<f64>,
    /// Whether it learned no more before it had gone through them as often as it may.
    pub is_stopped_early: bool,
}

/// A window in feature space.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct WindowPoint {
    /// Start of the window.
    pub start_ms: f64,
    /// Failed logins in it.
    pub failed_logins: f64,
    /// Records in it.
    pub events: f64,
    /// Entropy of its addresses in bits.
    pub ip_entropy: f64,
    /// Score 0 to 100.
    pub score: f64,
    /// Cluster of windows; `null` is noise.
    pub cluster: Option<u32>,
}

/// Counts by level of each bin → a series for each level that occurs, the most severe first.
pub(crate) fn series(counts: &[[u32; N_LEVELS]]) -> Vec<LevelSeries> {
    let occurs = |level: &usize| counts.iter().any(|bin| bin[*level] > 0);
    let levels = (0..N_LEVELS).rev().filter(occurs);
    levels
        .map(|level| LevelSeries {
            level: words::level_name(level as u8).to_owned(),
            n_records: counts.iter().map(|bin| bin[level]).collect(),
        })
        .collect()
}

pub(super) fn timeline(findings: &Findings) -> Timeline {
    let Some(windows) = &findings.windows else {
        return Timeline::default();
    };
    let per_bin = (windows.n_windows() as usize)
        .div_ceil(limits::TIMELINE_BINS)
        .max(1);
    let n_bins = (windows.n_windows() as usize).div_ceil(per_bin);
    let mut counts = vec![[0u32; N_LEVELS]; n_bins];
    for (idx, by_level) in windows.by_level.iter().enumerate() {
        for (sum, n) in counts[idx / per_bin].iter_mut().zip(by_level) {
            *sum = sum.saturating_add(*n);
        }
    }
    let mut marks: Vec<TimelineMark> = Vec::new();
    for (idx, window) in findings.alarms() {
        let bin = idx / per_bin as u32;
        match marks.last_mut() {
            Some(mark) if mark.bin == bin => mark.score = mark.score.max(score(window.score)),
            _ => marks.push(TimelineMark {
                bin,
                score: score(window.score),
            }),
        }
    }
    Timeline {
        start_ms: windows.start.millis(),
        bin_ms: windows.width_us as f64 / 1000.0 * per_bin as f64,
        n_bins: n_bins as u32,
        series: series(&counts),
        marks,
    }
}

/// Alarms in order of time, a stretch of silence as one: (first window, last window, score).
pub(super) fn alarms(findings: &Findings) -> Vec<(u32, u32, &WindowScore)> {
    let mut alarms: Vec<(u32, u32, &WindowScore)> = Vec::new();
    for (idx, window) in findings.alarms() {
        match alarms.last_mut() {
            Some((_, last, before))
                if *last + 1 == idx
                    && window.silence.is_some()
                    && before.silence == window.silence =>
            {
                *last = idx;
            }
            _ => alarms.push((idx, idx, window)),
        }
    }
    alarms
}

pub(super) fn windows(findings: &Findings) -> Vec<WindowReport> {
    let Some(windows) = &findings.windows else {
        return Vec::new();
    };
    let mut alarms = alarms(findings);
    alarms.arrange_by(|a, b| b.2.score.total_cmp(&a.2.score).then(a.0.cmp(&b.0)));
    alarms.truncate(limits::WINDOWS);
    alarms
        .into_iter()
        .map(|(first, last, window)| WindowReport {
            start_ms: windows.start_of(first).millis(),
            end_ms: windows.end_of(last).millis(),
            score: score(window.score),
            reason: words::window_reason(window, windows.width_us, windows.n_new(first..=last)),
            detectors: window.agreeing().map(str::to_owned).collect(),
            opinions: window.opinions.map(|said| said.map(score)).to_vec(),
            values: windows
                .rows
                .row(first as usize)
                .iter()
                .map(|&x| round_to(x, 4))
                .collect(),
        })
        .collect()
}

/// The detectors of windows, and how the one that is trained was.
pub(super) fn detectors(findings: &Findings) -> Vec<DetectorReport> {
    if findings.window_scores.is_empty() {
        return Vec::new();
    }
    let of_detector = |(idx, name): (usize, &&str)| {
        let is_alarm = |window: &&WindowScore| window.opinions[idx].is_some_and(|s| s >= ALARM);
        let training = (*name == "autoencoder").then_some(&findings.training);
        DetectorReport {
            name: (*name).to_owned(),
            n_alarms: findings.window_scores.iter().filter(is_alarm).count() as u32,
            losses: training.map_or_else(Vec::new, |training| {
                let losses = training.losses.iter();
                losses.map(|loss| round_to(*loss, 6)).collect()
            }),
            is_stopped_early: training.is_some_and(|training| training.is_stopped_early),
        }
    };
    WINDOW_DETECTORS
        .iter()
        .enumerate()
        .map(of_detector)
        .collect()
}

fn window_score(findings: &Findings, idx: usize) -> f64 {
    let window = findings.window_scores.get(idx);
    window.map_or(0.0, |window| window.score)
}

/// The windows that are drawn, in the order of time: the strangest, and of the others as many as there is room for.
fn drawn(findings: &Findings) -> Vec<usize> {
    let Some(windows) = &findings.windows else {
        return Vec::new();
    };
    let value = |idx| window_score(findings, idx);
    let mut order: Vec<usize> = (0..windows.n_windows() as usize).collect();
    if order.len() > limits::POINTS {
        order.arrange_by(|&a, &b| value(b).total_cmp(&value(a)).then(a.cmp(&b)));
        let step = order.len().div_ceil(limits::POINTS / 2);
        let mut rest = order.split_off(limits::POINTS / 2);
        rest.arrange();
        order.extend(rest.into_iter().step_by(step));
        order.arrange();
    }
    order
}

/// Feature by feature, its value in each window that is drawn.
pub(super) fn values(findings: &Findings) -> Vec<Vec<f64>> {
    let Some(windows) = &findings.windows else {
        return Vec::new();
    };
    let drawn = drawn(findings);
    let of_feature = |feature| {
        let value = |&idx: &usize| round_to(windows.rows.row(idx)[feature], 4);
        drawn.iter().map(value).collect()
    };
    (0..feature::NAMES.len()).map(of_feature).collect()
}

pub(super) fn space(findings: &Findings) -> Vec<WindowPoint> {
    let Some(windows) = &findings.windows else {
        return Vec::new();
    };
    drawn(findings)
        .into_iter()
        .map(|idx| {
            let row = windows.rows.row(idx);
            WindowPoint {
                start_ms: windows.start_of(idx as u32).millis(),
                failed_logins: row[feature::FAILED_LOGINS],
                events: row[feature::EVENTS],
                ip_entropy: round_to(row[feature::IP_ENTROPY], 3),
                score: score(window_score(findings, idx)),
                cluster: findings.window_clusters.get(idx).copied().flatten(),
            }
        })
        .collect()
}
