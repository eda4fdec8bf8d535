//! Durations and sizes far larger than usual → in words, with the records that hold them.

use serde::{Deserialize, Serialize};

use super::build::{saturate, score};
use super::findings::{AmountFindings, CourseFindings, Findings};
use super::words;
use super::{IncidentChange, LineRef, limits};
use crate::base::ids::TemplateId;
use crate::base::time::Timestamp;
use crate::detect::amounts::FarValues;
use crate::detect::level_shift::{Rise, Shift};
use crate::featurize::amounts::{LargeValue, Unit};

/// A duration or size in a pattern of which some values are far larger than usual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct AmountReport {
    /// The pattern.
    pub template: u32,
    /// Its text.
    pub text: String,
    /// Score, 50 to 100; of a rise 0, which is no alarm.
    pub score: f64,
    /// Why, as a sentence.
    pub reason: String,
    /// Records with a value.
    pub n_records: u32,
    /// `far` (single values far larger than usual), `shift` (all are, for a while) or `rise` (they become larger and larger).
    pub kind: String,
    /// When a shift or a rise begins.
    pub start_ms: Option<f64>,
    /// And ends.
    pub end_ms: Option<f64>,
    /// Records with a value far larger than usual; of a rise all there are while it lasts.
    pub n_far: u32,
    /// The largest of those, largest first, of a shift or rise that with which it begins and the largest; the text says the value.
    pub records: Vec<LineRef>,
}

pub(super) fn amounts(findings: &Findings) -> Vec<AmountReport> {
    let shifts = (0..findings.shifts.len()).map(|idx| {
        let found = &findings.shifts[idx];
        let shift = &found.what;
        AmountReport {
            score: score(shift.score),
            n_far: saturate(shift.n),
            ..moved(
                findings,
                found,
                "shift",
                (shift.start, shift.end),
                values_of(found),
            )
        }
    });
    let rises = findings.rises.iter().map(|found| {
        let rise = &found.what;
        let said = rise_in_words(found);
        AmountReport {
            n_far: saturate(rise.n),
            ..moved(findings, found, "rise", (rise.start, rise.end), said)
        }
    });
    let far = findings.far_amounts.iter();
    let far = far.map(|(amount, far)| AmountReport {
        kind: "far".to_owned(),
        start_ms: None,
        end_ms: None,
        template: amount.template.0,
        text: words::quoted(&findings.templates[amount.template.index()].text),
        score: score(far.score),
        reason: reason(amount, far),
        n_records: saturate(amount.spread.n_records()),
        n_far: saturate(far.n_far),
        records: (amount.spread.largest().iter())
            .take_while(|value| value.value >= far.fence)
            .map(|value| line_ref(amount.template.0, amount.unit, value))
            .collect(),
    });
    let listed = |amounts: Vec<AmountReport>| amounts.into_iter().take(limits::AMOUNTS);
    (listed(shifts.collect()).chain(listed(far.collect())))
        .chain(listed(rises.collect()))
        .collect()
}

fn moved<T>(
    findings: &Findings,
    found: &CourseFindings<T>,
    kind: &str,
    (start, end): (i64, i64),
    reason: String,
) -> AmountReport {
    let first = line_ref(found.template.0, found.unit, &found.first);
    let largest = line_ref(found.template.0, found.unit, &found.largest);
    let is_one = first.offset == largest.offset && first.file == largest.file;
    let records = if is_one {
        vec![first]
    } else {
        vec![first, largest]
    };
    AmountReport {
        template: found.template.0,
        text: words::quoted(&findings.templates[found.template.index()].text),
        score: 0.0,
        reason,
        kind: kind.to_owned(),
        start_ms: Some(Timestamp(start).millis()),
        end_ms: Some(Timestamp(end).millis()),
        n_records: saturate(found.n_records),
        n_far: 0,
        records,
    }
}

/// `“GET <*> in <*> ms”: about 1.4 s, usually 45 ms`.
pub(super) fn shift_in_words(findings: &Findings, idx: usize) -> String {
    let found = &findings.shifts[idx];
    let text = words::quoted(&findings.templates[found.template.index()].text);
    format!("“{text}”: {}", values_of(found))
}

/// `about 1.4 s, usually 45 ms`.
fn values_of(found: &CourseFindings<Shift>) -> String {
    let said = |value| written(found.unit, value);
    format!(
        "about {}, usually {}",
        said(found.what.value),
        said(found.what.usual)
    )
}

/// `rose from 710 MB to 3.9 GB in 9.5 h`.
fn rise_in_words(found: &CourseFindings<Rise>) -> String {
    let said = |value| written(found.unit, value);
    let rise = &found.what;
    let length = words::duration(rise.end.saturating_sub(rise.start));
    format!(
        "rose from {} to {} in {length}",
        said(rise.from),
        said(rise.to)
    )
}

/// What values do over time in a stretch (microseconds), shifts first, for the incident that it falls into.
pub(super) fn moves_within(
    findings: &Findings,
    (from, to): (i64, i64),
) -> impl Iterator<Item = IncidentChange> + '_ {
    let change = |mark: &str, template: TemplateId, reason| IncidentChange {
        mark: mark.to_owned(),
        template: template.0,
        text: words::quoted(&findings.templates[template.index()].text),
        reason,
    };
    let shifts = findings
        .shifts
        .iter()
        .filter(move |found| found.what.start <= to && found.what.end >= from);
    let shifts =
        shifts.map(move |found| change("far beyond usual", found.template, values_of(found)));
    // A rise that ends with an incident leads to it.
    let rises = findings
        .rises
        .iter()
        .filter(move |found| found.what.start <= to && (from..=to).contains(&found.what.end));
    shifts.chain(rises.map(move |found| change("rising", found.template, rise_in_words(found))))
}

/// What is far larger than usual in a stretch of time (microseconds), the farthest first, for the incident that it falls into.
pub(super) fn within(
    findings: &Findings,
    (from, to): (i64, i64),
) -> impl Iterator<Item = IncidentChange> + '_ {
    findings
        .far_amounts
        .iter()
        .filter_map(move |(amount, far)| {
            let mut largest = amount.spread.largest().iter();
            let value = largest.find(|value| {
                let is_within = value.instant().is_some_and(|t| (from..=to).contains(&t.0));
                is_within && value.value >= far.fence
            })?;
            Some(IncidentChange {
                mark: "far beyond usual".to_owned(),
                template: amount.template.0,
                text: words::quoted(&findings.templates[amount.template.index()].text),
                reason: sentence(amount, far, value.value),
            })
        })
}

/// `31 s, usually 12 to 340 ms; 2 records far beyond that`.
fn reason(amount: &AmountFindings, far: &FarValues) -> String {
    let largest = (amount.spread.largest().first()).map_or(0.0, |value| value.value);
    let said = sentence(amount, far, largest);
    match far.n_far {
        0 | 1 => said,
        n => format!("{said}; {} far beyond that", words::counted(n, "record")),
    }
}

/// `31 s, usually 12 to 340 ms`.
fn sentence(amount: &AmountFindings, far: &FarValues, value: f64) -> String {
    let said = |value| written(amount.unit, value);
    let (low, high) = (said(far.low), said(far.high));
    // `12 to 340 ms` rather than `12 ms to 340 ms`.
    let usual = match (low.split_once(' '), high.split_once(' ')) {
        _ if low == high => high,
        (Some((number, a)), Some((_, b))) if a == b => format!("{number} to {high}"),
        _ => format!("{low} to {high}"),
    };
    format!("{}, usually {usual}", said(value))
}

/// A value with its unit, to two digits or so.
fn written(unit: Unit, value: f64) -> String {
    let steps: &[(f64, &str)] = match unit {
        Unit::Micros => &[
            (3.6e9, " h"),
            (6e7, " min"),
            (1e6, " s"),
            (1e3, " ms"),
            (1.0, " µs"),
        ],
        Unit::Bytes => &[(1e9, " GB"), (1e6, " MB"), (1e3, " kB"), (1.0, " bytes")],
        Unit::Unsaid => &[(1.0, "")],
    };
    let smallest = steps[steps.len() - 1];
    let mut fitting = steps.iter().copied();
    let (size, name) = fitting.find(|step| value >= step.0).unwrap_or(smallest);
    let number = value / size;
    if number >= 9.95 || number == 0.0 {
        format!("{}{name}", words::count((number + 0.5) as u64))
    } else {
        format!("{number:.1}{name}")
    }
}

fn line_ref(template: u32, unit: Unit, value: &LargeValue) -> LineRef {
    LineRef {
        file: value.file.0,
        line: u32::try_from(value.line + 1).unwrap_or(u32::MAX),
        offset: value.offset as f64,
        ms: value.instant().map(Timestamp::millis),
        text: written(unit, value.value),
        template,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_for_people() {
        for (unit, value, text) in [
            (Unit::Micros, 31e6, "31 s"),
            (Unit::Micros, 1.5e3, "1.5 ms"),
            (Unit::Micros, 340.2e3, "340 ms"),
            (Unit::Micros, 0.25, "0.2 µs"),
            (Unit::Micros, 0.0, "0 µs"),
            (Unit::Bytes, 67_108_864.0, "67 MB"),
            (Unit::Unsaid, 4711.0, "4,711"),
        ] {
            assert_eq!(written(unit, value), text);
        }
    }
}
