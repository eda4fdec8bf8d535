//! Durations and sizes that rise → in words.

use serde::{Deserialize, Serialize};

use super::amounts::written;
use super::build::saturate;
use super::findings::Findings;
use super::limits;
use super::words;
use crate::base::time::{DAY, Timestamp};

/// A duration or size in a pattern that rises over a long time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct TrendReport {
    /// The pattern.
    pub template: u32,
    /// Its text.
    pub text: String,
    /// What rises, as a sentence.
    pub reason: String,
    /// When it begins.
    pub start_ms: f64,
    /// When it ends.
    pub end_ms: f64,
    /// Records with a value.
    pub n_records: u32,
}

/// The steepest first.
pub(super) fn trends(findings: &Findings) -> Vec<TrendReport> {
    let listed = findings.rising.iter().take(limits::AMOUNTS);
    listed
        .map(|(amount, rise)| {
            let (start, mut end) = (Timestamp(rise.start), Timestamp(rise.end - 1000));
            if let Some((_, last)) = findings.tally.span() {
                end = end.min(last).max(start);
            }
            let with_date = start.0.div_euclid(DAY) != end.0.div_euclid(DAY);
            TrendReport {
                template: amount.template.0,
                text: words::quoted(&findings.templates[amount.template.index()].text),
                reason: format!(
                    "rose from {} to {} between {} and {} UTC",
                    written(amount.unit, rise.from),
                    written(amount.unit, rise.to),
                    words::clock(start, with_date),
                    words::clock(end, with_date),
                ),
                start_ms: start.millis(),
                end_ms: end.millis(),
                n_records: saturate(amount.spread.n_records()),
            }
        })
        .collect()
}
