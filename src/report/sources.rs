//! What each source says over time → series for the screen.

use serde::{Deserialize, Serialize};

use super::findings::{Findings, SourceFindings};
use super::limits;
use crate::base::order::Arrange;

/// Records of a source over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SourceSeries {
    /// The source, whole, as a selection names it; empty for all others together.
    pub source: String,
    /// Records in [`limits::SPARKLINE`] equal slices of the log's time span.
    pub events: Vec<u32>,
    /// Those of level ERROR or FATAL.
    pub errors: Vec<u32>,
}

/// The sources with most records, by name, then the others together.
pub(super) fn sources(findings: &Findings) -> Vec<SourceSeries> {
    let n_records =
        |source: &SourceFindings| source.counts.iter().map(|n| u64::from(*n)).sum::<u64>();
    let mut order: Vec<usize> = (0..findings.sources.len()).collect();
    order.arrange_by(|&a, &b| {
        let of = |idx: usize| n_records(&findings.sources[idx]);
        of(b).cmp(&of(a)).then(a.cmp(&b))
    });
    let others = order.split_off(order.len().min(limits::SOURCES));
    // They stand in the order of their names.
    order.arrange();
    let fineness = findings.n_slices() / limits::SPARKLINE;
    let series = |name: &str, of: &[usize]| {
        let sums = |counts: fn(&SourceFindings) -> &[u32]| {
            let mut sums = vec![0_u32; limits::SPARKLINE];
            for idx in of {
                let slices = counts(&findings.sources[*idx]).chunks(fineness);
                for (sum, slices) in sums.iter_mut().zip(slices) {
                    *sum = slices.iter().fold(*sum, |sum, n| sum.saturating_add(*n));
                }
            }
            sums
        };
        SourceSeries {
            source: name.to_owned(),
            events: sums(|source| &source.counts),
            errors: sums(|source| &source.errors),
        }
    };
    let listed = order
        .iter()
        .map(|idx| series(&findings.sources[*idx].name, &[*idx]));
    let others = (!others.is_empty()).then(|| series("", &others));
    listed.chain(others).collect()
}
