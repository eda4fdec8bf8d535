//! Durations and sizes far larger than usual → in words, with the records that hold them.

use serde::{Deserialize, Serialize};

use super::build::{saturate, score};
use super::findings::{AmountFindings, Findings};
use super::words;
use super::{IncidentChange, LineRef, limits};
use crate::base::time::Timestamp;
use crate::detect::amounts::FarValues;
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
    /// Score of the largest, 50 to 100.
    pub score: f64,
    /// Why, as a sentence.
    pub reason: String,
    /// Records with a value.
    pub n_records: u32,
    /// Records with one that is far larger than usual.
    pub n_far: u32,
    /// The largest of those, largest first; the text says the value.
    pub records: Vec<LineRef>,
}

pub(super) fn amounts(findings: &Findings) -> Vec<AmountReport> {
    let listed = findings.far_amounts.iter().take(limits::AMOUNTS);
    listed
        .map(|(amount, far)| AmountReport {
            template: amount.template.0,
            text: words::quoted(&findings.templates[amount.template.index()].text),
            score: score(far.score),
            reason: reason(amount, far),
            n_records: saturate(amount.spread.n_records()),
            n_far: saturate(far.n_far),
            records: (amount.spread.largest().iter())
                .take_while(|value| value.value >= far.fence)
                .map(|value| line_ref(amount, value))
                .collect(),
        })
        .collect()
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
pub(super) fn written(unit: Unit, value: f64) -> String {
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

fn line_ref(amount: &AmountFindings, value: &LargeValue) -> LineRef {
    LineRef {
        file: value.file.0,
        line: u32::try_from(value.line + 1).unwrap_or(u32::MAX),
        offset: value.offset as f64,
        ms: value.instant().map(Timestamp::millis),
        text: written(amount.unit, value.value),
        template: amount.template.0,
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
