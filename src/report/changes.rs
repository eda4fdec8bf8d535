//! Changes of rate → what is new, what surged and what fell silent, in words.

use serde::{Deserialize, Serialize};

use super::build::saturate;
use super::findings::Findings;
use super::limits;
use super::words;
use crate::base::math::round_to;
use crate::base::order::Arrange;
use crate::base::time::{SECOND, Timestamp};
use crate::detect::rate_change::{ChangeKind, RateChange};
use crate::parse::Level;

/// Patterns that come much more or less often than usual; those of trouble first, then by how much.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// Never before in the log.
    pub new: Vec<ChangeReport>,
    /// More than usual.
    pub surging: Vec<ChangeReport>,
    /// Fewer than usual, or none.
    pub vanished: Vec<ChangeReport>,
    /// How many changes there are in all.
    pub n_all: u32,
    /// Sources with more errors than usual, then those that say more or less than usual, the silent ones first; none where all lines
    /// are of one.
    pub sources: Vec<SourceChange>,
}

/// A stretch of time in which a source says more or less than usual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SourceChange {
    /// As [`ChangeReport::kind`], or `errors`: a larger part of its lines than usual are errors.
    pub kind: String,
    /// The source, whole, as a selection names it.
    pub source: String,
    /// The same, cut for the screen.
    pub text: String,
    /// When it begins.
    pub start_ms: f64,
    /// When it ends.
    pub end_ms: f64,
    /// Records in it; errors, where those changed.
    pub n_records: u32,
    /// How it changes, as a sentence.
    pub reason: String,
}

/// A stretch of time in which a pattern comes more or less often than usual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ChangeReport {
    /// `new`, `surge`, `dip`, `vanished` (until the end) or `pause`.
    pub kind: String,
    /// The pattern.
    pub template: u32,
    /// Its text.
    pub text: String,
    /// Its most severe level; empty for none.
    pub level: String,
    /// When it begins.
    pub start_ms: f64,
    /// When it ends.
    pub end_ms: f64,
    /// Records in it.
    pub n_records: u32,
    /// Records that would be usual.
    pub expected: f64,
    /// Probability by chance, corrected for the number of patterns.
    pub p: f64,
    /// How it changes, as a sentence.
    pub reason: String,
}

pub(super) fn changes(findings: &Findings) -> Changes {
    let levels = levels(findings);
    let of_kinds = |kinds: &[ChangeKind]| {
        let found = findings.changes.iter();
        let mut found: Vec<&RateChange> = found.filter(|c| kinds.contains(&c.kind)).collect();
        found.arrange_by(|a, b| {
            let level = |change: &RateChange| levels[change.row as usize];
            // Trouble first, then what changed most.
            let is_bad = |change: &RateChange| level(change) >= Some(Level::Warn);
            is_bad(b)
                .cmp(&is_bad(a))
                .then(weight(b).total_cmp(&weight(a)))
                .then(a.row.cmp(&b.row))
                .then(a.first.cmp(&b.first))
        });
        let listed = found.into_iter().take(limits::CHANGES);
        listed
            .map(|change| report(findings, change, levels[change.row as usize]))
            .collect()
    };
    Changes {
        new: of_kinds(&[ChangeKind::New]),
        surging: of_kinds(&[ChangeKind::Surge]),
        vanished: of_kinds(&[ChangeKind::Dip, ChangeKind::Pause, ChangeKind::Vanished]),
        n_all: saturate(findings.changes.len() as u64),
        sources: of_sources(findings),
    }
}

/// What changed in what sources say: those with more errors first, then those that are silent, then what changed most.
fn of_sources(findings: &Findings) -> Vec<SourceChange> {
    let mut found: Vec<&RateChange> = findings.source_changes.iter().collect();
    found.arrange_by(|a, b| {
        let is_silent = |change: &RateChange| change.n_records == 0;
        (is_silent(b).cmp(&is_silent(a)))
            .then(weight(b).total_cmp(&weight(a)))
            .then((a.row, a.first).cmp(&(b.row, b.first)))
    });
    let mut errors: Vec<&RateChange> = findings.source_error_changes.iter().collect();
    errors.arrange_by(|a, b| {
        (weight(b).total_cmp(&weight(a))).then((a.row, a.first).cmp(&(b.row, b.first)))
    });
    let errors = errors.into_iter().map(|change| (change, true));
    let listed = errors.chain(found.into_iter().map(|change| (change, false)));
    let listed = listed.take(limits::CHANGES);
    listed
        .map(|(change, is_errors)| {
            let (start, end) = findings.source_change_span(change);
            let name = &findings.sources[change.row as usize].name;
            SourceChange {
                kind: if is_errors {
                    "errors"
                } else {
                    kind(change.kind)
                }
                .to_owned(),
                source: name.clone(),
                text: words::quoted(name),
                start_ms: start.millis(),
                end_ms: end.millis(),
                n_records: saturate(change.n_records),
                reason: if is_errors {
                    errors_sentence(findings, change, (start, end))
                } else {
                    sentence(change, (start, end))
                },
            }
        })
        .collect()
}

/// `errors: 40 of 60 lines in 5 min, usually 1 % of its lines`.
fn errors_sentence(
    findings: &Findings,
    change: &RateChange,
    (start, end): (Timestamp, Timestamp),
) -> String {
    let source = &findings.sources[change.row as usize];
    let within = change.first as usize..=change.last as usize;
    let sum = |counts: &[u32]| counts.iter().map(|n| u64::from(*n)).sum::<u64>();
    let n_here = sum(&source.counts[within.clone()]);
    let n_outside = sum(&source.counts) - n_here;
    let errors_outside = sum(&source.errors) - sum(&source.errors[within]);
    let share = 100.0 * errors_outside as f64 / n_outside.max(1) as f64;
    let usual = match share {
        _ if errors_outside == 0 => "otherwise none".to_owned(),
        ..1.0 => "otherwise less than 1 % of its lines".to_owned(),
        _ => format!("otherwise {share:.0} % of its lines"),
    };
    let length = (end.0.saturating_sub(start.0))
        .saturating_add(1000)
        .max(SECOND);
    format!(
        "errors: {} of {} in {}, {usual}",
        words::count(change.n_records),
        words::counted(n_here, "line"),
        words::duration(length),
    )
}

/// How much a change says: records too many or too few, by how unusual they are.
pub(super) fn weight(change: &RateChange) -> f64 {
    let difference = (change.n_records as f64 - change.expected).abs();
    difference.min(1e9) * change.ratio().min(1000.0)
}

/// Most severe level of each template.
fn levels(findings: &Findings) -> Vec<Option<Level>> {
    let mut levels = vec![None; findings.templates.len()];
    for (message, facts) in findings.messages.iter().zip(&findings.facts) {
        let level = &mut levels[message.template.index()];
        *level = facts.level.max(*level);
    }
    levels
}

fn report(findings: &Findings, change: &RateChange, level: Option<Level>) -> ChangeReport {
    let (start, end) = findings.change_span(change);
    ChangeReport {
        kind: kind(change.kind).to_owned(),
        template: change.row,
        text: words::quoted(&findings.templates[change.row as usize].text),
        level: words::level_of(level).to_owned(),
        start_ms: start.millis(),
        end_ms: end.millis(),
        n_records: saturate(change.n_records),
        expected: round_to(change.expected, 1),
        p: round_to(change.p, 6),
        reason: reason(findings, change),
    }
}

/// Stable name of what changed.
fn kind(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::New => "new",
        ChangeKind::Surge => "surge",
        ChangeKind::Dip => "dip",
        ChangeKind::Vanished => "vanished",
        ChangeKind::Pause => "pause",
    }
}

/// A change as a sentence: `214 in 5 min, usually 0 to 3`.
pub(super) fn reason(findings: &Findings, change: &RateChange) -> String {
    sentence(change, findings.change_span(change))
}

fn sentence(change: &RateChange, (start, end): (Timestamp, Timestamp)) -> String {
    // The last millisecond belongs to it.
    let length = words::duration(
        end.0
            .saturating_sub(start.0)
            .saturating_add(1000)
            .max(SECOND),
    );
    let n = match change.n_records {
        0 => "none".to_owned(),
        n => words::count(n),
    };
    let usual = match change.usual {
        Some((low, high)) if low == high => format!("usually {}", words::count(low)),
        Some((low, high)) => format!("usually {} to {}", words::count(low), words::count(high)),
        None => format!("about {} expected", words::count(change.expected as u64)),
    };
    match change.kind {
        ChangeKind::New => format!("first seen here, {n} in {length}"),
        ChangeKind::Vanished => format!("none in the last {length}, {usual}"),
        _ => format!("{n} in {length}, {usual}"),
    }
}
