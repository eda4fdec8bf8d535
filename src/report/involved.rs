//! The episodes of an incident → the sources they are of, the most frequent first.

use serde::{Deserialize, Serialize};

use super::build::saturate;
use super::findings::Findings;
use super::{limits, words};
use crate::base::order::Arrange;
use crate::correlate::incidents::Incident as Component;

/// Unusual records of an incident that are of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct IncidentSource {
    /// The source, by which its records can be selected; empty for records without one.
    pub name: String,
    /// The same, cut to [`limits::TEXT_CHARS`].
    pub text: String,
    /// Records.
    pub n_records: u32,
}

/// The sources of an incident, at most [`limits::INCIDENT_SOURCES`], and how many there are in all; none where records have no
/// source.
pub(super) fn sources(findings: &Findings, component: &Component) -> (Vec<IncidentSource>, u32) {
    let involved = &findings.involved;
    let mut found: Vec<(&str, u64)> = Vec::new();
    for idx in &component.episodes {
        let episode = &findings.episodes[*idx as usize];
        found.extend(involved.of(episode).filter_map(|entry| {
            let name = involved.names.get(entry.source as usize)?;
            Some((name.as_str(), u64::from(entry.n_records)))
        }));
    }
    found.arrange();
    found.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        kept.1 += if is_same { next.1 } else { 0 };
        is_same
    });
    if found.iter().all(|(name, _)| name.is_empty()) {
        return (Vec::new(), 0);
    }
    let n_sources = saturate(found.len() as u64);
    found.arrange_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let listed = found.into_iter().take(limits::INCIDENT_SOURCES);
    let source = |(name, n_records): (&str, u64)| IncidentSource {
        name: name.to_owned(),
        text: words::quoted(name),
        n_records: saturate(n_records),
    };
    (listed.map(source).collect(), n_sources)
}
