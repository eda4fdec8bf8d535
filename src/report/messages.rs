//! Messages → the list of templates, the points of the scatter and the cluster plot.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::build::{saturate, score};
use super::findings::Findings;
use super::limits;
use super::words;
use crate::base::ids::{MessageId, TemplateId};
use crate::base::math::round_to;
use crate::base::order::Arrange;
use crate::base::time::Timestamp;
use crate::detect::{ALARM, BANDS};
use crate::parse::Level;
use crate::protocol::Options;

/// Lines that say the same thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct TemplateReport {
    /// Id within this run.
    pub id: u32,
    /// Text with `<*>` for what varies.
    pub text: String,
    /// What each `<*>` is, in order: `<ip>`, `<uuid>`, `<hex>`, `<path>`, `<num>`, `<dur>`, `<url>`, `<time>`, `<id>`, `<word>`, or
    /// `<*>` where it is now one and now another.
    pub slots: Vec<String>,
    /// Its name in every run and every log: 16 hexadecimal digits, the hash of its whole text.
    pub key: String,
    /// A person marked it as normal: it alarms no more.
    pub is_normal: bool,
    /// Records.
    pub n_records: u32,
    /// Most severe level seen; empty for none.
    pub level: String,
    /// First time seen.
    pub first_ms: Option<f64>,
    /// Last time seen.
    pub last_ms: Option<f64>,
    /// Score 0 to 100 of its strangest message.
    pub score: f64,
    /// Why it scores as it does; empty below 25.
    pub reason: String,
    /// Records in [`limits::SPARKLINE`] equal slices of the log's time span; empty without times.
    pub sparkline: Vec<u32>,
}

/// An episode of a distinct message on the time × score scatter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct MessagePoint {
    /// When the episode began.
    pub ms: f64,
    /// Score 0 to 100.
    pub score: f64,
    /// Template of the message.
    pub template: u32,
    /// Message id.
    pub message: u32,
    /// Records of the episode.
    pub n_records: u32,
}

/// Distinct messages in two dimensions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Clusters {
    /// Method that made the groups: `dbscan`, `hdbscan`; empty where there are none.
    pub method: String,
    /// Neighbourhood radius used (cosine distance).
    pub eps: f64,
    /// Weight a neighbourhood needs to be dense.
    pub min_points: u32,
    /// The messages shown.
    pub points: Vec<ClusterPoint>,
    /// The clusters, largest first.
    pub groups: Vec<ClusterGroup>,
    /// Distinct messages in no cluster.
    pub n_noise: u32,
}

/// A distinct message on the cluster plot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ClusterPoint {
    /// First axis of the layout.
    pub x: f64,
    /// Second axis of the layout.
    pub y: f64,
    /// Cluster; `null` is noise.
    pub cluster: Option<u32>,
    /// Template of the message.
    pub template: u32,
    /// Message id.
    pub message: u32,
    /// Records with this message.
    pub n_records: u32,
    /// Score 0 to 100.
    pub score: f64,
}

/// Messages that resemble each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ClusterGroup {
    /// Cluster id, from 0 by first appearance.
    pub id: u32,
    /// Its most telling words.
    pub name: String,
    /// Distinct messages.
    pub n_messages: u32,
    /// Records.
    pub n_records: u32,
}

/// What a template's messages have in common.
#[derive(Debug, Clone, Copy, Default)]
struct TemplateSums {
    n_records: u64,
    level: Option<Level>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    score: f64,
    strangest: u32,
}

/// The templates to list: the strangest, and the most frequent of the others.
pub(super) fn templates(findings: &Findings) -> Vec<TemplateReport> {
    reported(findings, limits::TEMPLATES)
}

/// All templates, strangest first.
pub(super) fn all_templates(findings: &Findings) -> Vec<TemplateReport> {
    reported(findings, usize::MAX)
}

fn reported(findings: &Findings, cap: usize) -> Vec<TemplateReport> {
    let mut sums = vec![
        TemplateSums {
            score: -1.0,
            ..TemplateSums::default()
        };
        findings.templates.len()
    ];
    for (idx, message) in findings.messages.iter().enumerate() {
        let sum = &mut sums[message.template.index()];
        sum.n_records += u64::from(findings.facts[idx].n_records);
        sum.level = sum.level.max(findings.facts[idx].level);
        sum.first = [sum.first, message.first].into_iter().flatten().min();
        sum.last = sum.last.max(message.last);
        let score = match findings.message_scores.scores.get(idx) {
            Some(scores) if !findings.is_normal(message.template) => scores.score,
            _ => 0.0,
        };
        if score > sum.score {
            (sum.score, sum.strangest) = (score, idx as u32);
        }
    }
    let n_slices = findings.n_slices();
    let mut order: Vec<usize> = (0..sums.len()).collect();
    order.arrange_by(|&a, &b| {
        sums[b]
            .score
            .total_cmp(&sums[a].score)
            .then(sums[b].n_records.cmp(&sums[a].n_records))
            .then(a.cmp(&b))
    });
    if order.len() > cap {
        // Half the places go to the strangest, half to the most frequent of the others.
        let mut rest = order.split_off(cap / 2);
        rest.arrange_by_key(|&idx| (std::cmp::Reverse(sums[idx].n_records), idx));
        order.extend(rest.into_iter().take(cap / 2));
    }
    order
        .into_iter()
        .map(|idx| {
            let (sum, template) = (&sums[idx], &findings.templates[idx]);
            let text = words::quoted(&template.text);
            let reason = if sum.score < BANDS[0] {
                String::new()
            } else {
                let reasons = findings.reasons(MessageId(sum.strangest));
                words::message_reason(&reasons, &findings.tfidf)
            };
            let slices = idx * n_slices..(idx + 1) * n_slices;
            TemplateReport {
                id: idx as u32,
                slots: template
                    .slots
                    .iter()
                    .take(text.matches("<*>").count())
                    .map(|kind| kind.text().to_owned())
                    .collect(),
                text,
                key: template.key(),
                is_normal: findings.is_normal(TemplateId::from_index(idx)),
                n_records: saturate(sum.n_records),
                level: words::level_of(sum.level).to_owned(),
                first_ms: sum.first.map(Timestamp::millis),
                last_ms: sum.last.map(Timestamp::millis),
                score: score(sum.score.max(0.0)),
                reason,
                sparkline: findings
                    .slices
                    .get(slices)
                    .map(|slices| {
                        let parts = slices.chunks_exact(n_slices / limits::SPARKLINE);
                        parts
                            .map(|part| part.iter().fold(0, |sum: u32, n| sum.saturating_add(*n)))
                            .collect()
                    })
                    .unwrap_or_default(),
            }
        })
        .collect()
}

/// Episodes of anomalous messages, strangest first, then the first sight of other messages, most frequent first.
pub(super) fn points(findings: &Findings) -> Vec<MessagePoint> {
    let point = |message: MessageId, time: Timestamp, value: f64, n_records: u32| MessagePoint {
        ms: time.millis(),
        score: score(value),
        template: findings.messages[message.index()].template.0,
        message: message.0,
        n_records,
    };
    let mut points: Vec<MessagePoint> = findings
        .episodes
        .iter()
        .map(|e| {
            point(
                e.message,
                e.start,
                findings.score(e.message, Some(e.start)),
                e.n_records,
            )
        })
        .collect();
    points.arrange_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(a.ms.total_cmp(&b.ms))
            .then(a.message.cmp(&b.message))
    });
    points.truncate(limits::POINTS * 2 / 3);
    let mut others: Vec<MessagePoint> = findings
        .messages
        .iter()
        .enumerate()
        .filter_map(|(idx, message)| {
            let id = MessageId::from_index(idx);
            let value = findings.score(id, None);
            let first = message.first.filter(|_| value < ALARM)?;
            Some(point(id, first, value, findings.facts[idx].n_records))
        })
        .collect();
    others.arrange_by_key(|point| (std::cmp::Reverse(point.n_records), point.message));
    others.truncate(limits::POINTS - points.len());
    points.append(&mut others);
    points
}

pub(super) fn clusters(findings: &Findings, options: &Options) -> Clusters {
    let found = &findings.clusters;
    let mut groups: BTreeMap<u32, ClusterGroup> = BTreeMap::new();
    let mut n_noise = 0;
    let mut points = Vec::new();
    for (i, (&message, &cluster)) in found.messages.iter().zip(&found.labels).enumerate() {
        let said = &findings.messages[message.index()];
        let n_records = findings.facts[message.index()].n_records;
        match cluster {
            None => n_noise += 1,
            Some(id) => {
                let name = found
                    .names
                    .get(id as usize)
                    .map(String::as_str)
                    .unwrap_or_default();
                let empty = ClusterGroup {
                    id,
                    name: words::quoted(name),
                    n_messages: 0,
                    n_records: 0,
                };
                let group = groups.entry(id).or_insert(empty);
                group.n_messages += 1;
                group.n_records = group.n_records.saturating_add(n_records);
            }
        }
        let place = found.layout.get(i).copied().unwrap_or_default();
        points.push(ClusterPoint {
            x: round_to(place[0], 4),
            y: round_to(place[1], 4),
            cluster,
            template: said.template.0,
            message: message.0,
            n_records,
            score: score(findings.score(message, None)),
        });
    }
    points.arrange_by_key(|point| (std::cmp::Reverse(point.n_records), point.message));
    points.truncate(limits::POINTS);
    let mut groups: Vec<ClusterGroup> = groups.into_values().collect();
    groups.arrange_by_key(|group| (std::cmp::Reverse(group.n_messages), group.id));
    groups.truncate(limits::GROUPS);
    Clusters {
        method: found.method.to_owned(),
        eps: round_to(found.eps, 4),
        min_points: options.min_points,
        points,
        groups,
        n_noise,
    }
}
