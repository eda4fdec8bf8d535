//! What was found so far → what only the shards can tell: where the anomalous records are, and what templates and sources say in
//! each slice of time; and what their answers mean.

use super::Findings;
use crate::base::time::Timestamp;
use crate::detect::ALARM;
use crate::detect::ensemble::{MessageFacts, MessageScore, WindowScore};
use crate::detect::rate_change::{ChangeKind, RateChange, Rates, rate_changes};
use crate::featurize::windows::{Windows, feature};
use crate::parse::Level;
use crate::report::limits;
use crate::shard::wire::Survey;

/// Counts of templates in slices of time that are kept at most, beyond [`limits::SPARKLINE`] of each.
const SLICE_CELLS: usize = 1_200_000;
/// Slices at most that one of a sparkline is divided into.
const MAX_FINENESS: usize = 10;

/// Windows times templates of which it is noted which was said in which.
const TEMPLATE_BITS: usize = 1 << 28;

/// First records of templates in unusual windows that are asked for.
const EDGES_CAP: usize = 1 << 20;

/// How many times the share of errors that a source has otherwise is unusual.
const MORE_ERRORS: f64 = 2.0;

/// A message is anomalous wherever it occurs.
const ALWAYS: u8 = 1;
/// A message is anomalous in windows with too many failed logins.
const IN_LOGIN_ALARMS: u8 = 2;
/// A message is anomalous in windows with too many errors.
const IN_ERROR_ALARMS: u8 = 4;
/// The first record of each template in a window is wanted.
const WANTS_EDGE: u8 = 8;

impl Findings {
    /// What only the shards can tell: where the anomalous records are, and when each template was seen.
    #[must_use]
    pub fn survey(&self) -> Survey {
        let interest = |(facts, scores): (&MessageFacts, &MessageScore)| {
            let is_error = facts.level.is_some_and(|level| level >= Level::Error);
            let mut bits = if scores.score >= ALARM { ALWAYS } else { 0 };
            bits |= if facts.is_failed_login {
                IN_LOGIN_ALARMS
            } else {
                0
            };
            bits | if is_error { IN_ERROR_ALARMS } else { 0 }
        };
        let alarm = |window: &WindowScore| {
            let logins = if window.is_alarm_by(feature::FAILED_LOGINS) {
                IN_LOGIN_ALARMS
            } else {
                0
            };
            logins
                | if window.is_alarm_by(feature::ERRORS) {
                    IN_ERROR_ALARMS
                } else {
                    0
                }
        };
        let windows = self.windows.as_ref();
        let mut alarms: Vec<u8> = self.window_scores.iter().map(alarm).collect();
        let mut n_edges = 0;
        for run in self.alarm_runs() {
            for window in run.first..=run.last + 1 {
                if let Some(alarm) = alarms.get_mut(window as usize) {
                    *alarm |= WANTS_EDGE;
                    n_edges += self.templates.len();
                }
            }
        }
        Survey {
            link_us: 0,
            names: Vec::new(),
            places: Vec::new(),
            timezone: String::new(),
            starts: Vec::new(),
            interest: self
                .facts
                .iter()
                .zip(&self.message_scores.scores)
                .map(interest)
                .collect(),
            always: ALWAYS,
            wants_edge: WANTS_EDGE,
            wants_one_edge: n_edges > EDGES_CAP,
            alarms,
            alarms_start: windows.map_or(Timestamp(0), |windows| windows.start),
            alarm_us: windows.map_or(1, |windows| windows.width_us),
            templates: self
                .messages
                .iter()
                .map(|message| message.template.0)
                .collect(),
            n_templates: self.templates.len() as u32,
            n_windows: self.n_counted_windows(),
            start: self.slice_start(0),
            slice_us: self.slice_us(),
            n_slices: self.n_slices() as u32,
            labels: Vec::new(),
            wants_labels: false,
        }
    }

    /// Windows in which templates are counted: all, or none where that would take too much memory.
    #[must_use]
    pub fn n_counted_windows(&self) -> u32 {
        let n_windows = self.windows.as_ref().map_or(0, Windows::n_windows);
        let is_affordable = n_windows as usize * self.templates.len() <= TEMPLATE_BITS;
        if is_affordable { n_windows } else { 0 }
    }

    /// Slices of time in which the records of each template are counted: a multiple of [`limits::SPARKLINE`], finer where there
    /// are few templates.
    #[must_use]
    pub fn n_slices(&self) -> usize {
        let affordable = SLICE_CELLS / (limits::SPARKLINE * self.templates.len().max(1));
        limits::SPARKLINE * affordable.clamp(1, MAX_FINENESS)
    }

    /// Width of a slice in microseconds.
    #[must_use]
    pub fn slice_us(&self) -> i64 {
        let (start, end) = self.span().unwrap_or((Timestamp(0), Timestamp(0)));
        (end.0.saturating_sub(start.0) / self.n_slices() as i64 + 1).max(1)
    }

    /// Where a slice begins.
    #[must_use]
    pub fn slice_start(&self, slice: u32) -> Timestamp {
        let (start, _) = self.span().unwrap_or((Timestamp(0), Timestamp(0)));
        let since = self.slice_us().saturating_mul(i64::from(slice));
        Timestamp(start.0.saturating_add(since))
    }

    /// First and last instant of a change.
    #[must_use]
    pub fn change_span(&self, change: &RateChange) -> (Timestamp, Timestamp) {
        let mut start = self.slice_start(change.first);
        let mut end = Timestamp(self.slice_start(change.last + 1).0 - 1000);
        if let Some((_, last)) = self.span() {
            end = end.min(last).max(start);
        }
        if change.kind == ChangeKind::New
            && let Some(Some(first)) = self.firsts.get(change.row as usize)
        {
            start = first.start.clamp(start, end);
        }
        (start, end)
    }

    /// First and last instant of a change of a source, to the width of a slice.
    #[must_use]
    pub fn source_change_span(&self, change: &RateChange) -> (Timestamp, Timestamp) {
        let (start, end) = (
            self.slice_start(change.first),
            self.slice_start(change.last + 1),
        );
        let last = self.span().map_or(end, |span| span.1);
        (start, Timestamp(end.0 - 1000).min(last).max(start))
    }

    /// Looks for changes of rate in what was counted.
    #[must_use]
    pub fn rate_changes(&self) -> Vec<RateChange> {
        // Without windows no record has a time, or they lie too far apart to be compared.
        if self.span().is_none() {
            return Vec::new();
        }
        rate_changes(&Rates {
            counts: &self.slices,
            n_slices: self.n_slices(),
            slice_us: self.slice_us(),
        })
    }

    /// Looks for stretches in which a larger part than usual of what a source says are errors.
    ///
    /// More errors than usual alone are no sign: a source that says twice as much has twice as many. So the share is compared as
    /// well, with that outside the stretch.
    #[must_use]
    pub fn error_changes_of_sources(&self) -> Vec<RateChange> {
        if self.span().is_none() || self.sources.is_empty() {
            return Vec::new();
        }
        let errors = self.sources.iter().flat_map(|source| &source.errors);
        let mut found = rate_changes(&Rates {
            counts: &errors.copied().collect::<Vec<u32>>(),
            n_slices: self.n_slices(),
            slice_us: self.slice_us(),
        });
        found.retain(|change| {
            let source = &self.sources[change.row as usize];
            let within = change.first as usize..=change.last as usize;
            let sum = |counts: &[u32]| counts.iter().map(|n| f64::from(*n)).sum::<f64>();
            let here =
                sum(&source.errors[within.clone()]) / sum(&source.counts[within.clone()]).max(1.0);
            let n_outside = sum(&source.counts) - sum(&source.counts[within.clone()]);
            let errors_outside = sum(&source.errors) - sum(&source.errors[within]);
            let is_more = matches!(change.kind, ChangeKind::New | ChangeKind::Surge);
            is_more && here >= MORE_ERRORS * errors_outside / n_outside.max(1.0)
        });
        found
    }

    /// Looks for changes in what each source says.
    #[must_use]
    pub fn rate_changes_of_sources(&self) -> Vec<RateChange> {
        if self.span().is_none() || self.sources.is_empty() {
            return Vec::new();
        }
        let counts = self.sources.iter().flat_map(|source| &source.counts);
        rate_changes(&Rates {
            counts: &counts.copied().collect::<Vec<u32>>(),
            n_slices: self.n_slices(),
            slice_us: self.slice_us(),
        })
    }
}
