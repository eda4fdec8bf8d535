//! Records of each source over time → a lane a source, so that it can be seen who was busy, loud or silent when.

use serde::{Deserialize, Serialize};

use super::build::saturate;
use super::findings::{Findings, SourceFindings};
use super::{limits, words};
use crate::base::order::Arrange;

/// The sources with most records, each over the whole time of the log.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Swimlanes {
    /// When the first slice begins.
    pub start_ms: f64,
    /// Width of a slice in milliseconds; 0 where nothing is shown.
    pub slice_ms: f64,
    /// Those with most records first; none where all lines are of one source.
    pub lanes: Vec<Swimlane>,
    /// Sources that are followed over time in all.
    pub n_sources: u32,
}

/// A source over time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Swimlane {
    /// The source, whole, as a selection names it.
    pub source: String,
    /// The same, cut for the screen.
    pub text: String,
    /// Records with a time.
    pub n_records: u32,
    /// Records in each slice.
    pub counts: Vec<u32>,
    /// Those of level ERROR or FATAL.
    pub errors: Vec<u32>,
}

pub(super) fn swimlanes(findings: &Findings) -> Swimlanes {
    if findings.span().is_none() || findings.sources.is_empty() {
        return Swimlanes::default();
    }
    let total =
        |source: &SourceFindings| -> u64 { source.counts.iter().map(|n| u64::from(*n)).sum() };
    let mut sources: Vec<&SourceFindings> = findings.sources.iter().collect();
    sources.arrange_by(|a, b| total(b).cmp(&total(a)).then(a.name.cmp(&b.name)));
    let lanes = sources.into_iter().take(limits::SWIMLANES);
    Swimlanes {
        start_ms: findings.slice_start(0).millis(),
        slice_ms: findings.slice_us() as f64 / 1000.0,
        lanes: lanes
            .map(|source| Swimlane {
                source: source.name.clone(),
                text: words::quoted(&source.name),
                n_records: saturate(total(source)),
                counts: source.counts.clone(),
                errors: source.errors.clone(),
            })
            .collect(),
        n_sources: saturate(findings.sources.len() as u64),
    }
}
