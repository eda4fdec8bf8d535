//! Incidents → a graph of their patterns: which say alike things, and which fall together in time.

use petgraph::unionfind::UnionFind;

use serde::{Deserialize, Serialize};

use super::build::{saturate, score};
use super::findings::Findings;
use super::{limits, words};
use crate::base::ids::{MessageId, TemplateId};
use crate::base::math::round_to;
use crate::base::order::Arrange;
use crate::base::time::Timestamp;
use crate::correlate::force;
use crate::protocol::Options;

/// The patterns of incidents as a graph, laid out in two dimensions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// The patterns, by incident and time; one that is in two incidents is there twice.
    pub nodes: Vec<NetworkNode>,
    /// What links them.
    pub edges: Vec<NetworkEdge>,
    /// How many patterns there are in all, of which at most [`limits::NETWORK_NODES`] are shown.
    pub n_all: u32,
}

/// A pattern in an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct NetworkNode {
    /// First axis of the layout.
    pub x: f64,
    /// Second axis of the layout.
    pub y: f64,
    /// The incident, by its rank.
    pub incident: u32,
    /// The pattern.
    pub template: u32,
    /// Its text.
    pub text: String,
    /// Unusual records with it in the incident.
    pub n_records: u32,
    /// Score 0 to 100.
    pub score: f64,
}

/// What links two patterns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct NetworkEdge {
    /// Place of one in [`Network::nodes`].
    pub from: u32,
    /// Place of the other.
    pub to: u32,
    /// Cosine of the two, where they are alike.
    pub cosine: f64,
    /// They say alike things; otherwise they only fall together in time.
    pub is_alike: bool,
}

/// How much patterns that only fall together in time pull each other, beside those that are alike.
const TOGETHER: f64 = 0.4;

/// A pattern in an incident.
struct Node {
    incident: u32,
    template: TemplateId,
    /// The message that stands for it.
    message: MessageId,
    start: Timestamp,
    n_records: u64,
    score: f64,
}

/// The patterns of the listed incidents, the strangest of them, with a place for each.
pub(super) fn network(findings: &Findings, options: &Options) -> Network {
    let mut nodes = nodes(findings);
    let n_all = saturate(nodes.len() as u64);
    nodes.arrange_by(|a, b| {
        (b.score.total_cmp(&a.score)).then((a.incident, a.template).cmp(&(b.incident, b.template)))
    });
    nodes.truncate(limits::NETWORK_NODES);
    nodes.arrange_by_key(|node| (node.incident, node.start, node.template));
    let edges = edges(findings, &nodes, options.link_similarity);
    let pull = |edge: &NetworkEdge| if edge.is_alike { edge.cosine } else { TOGETHER };
    let links: Vec<(u32, u32, f64)> = (edges.iter())
        .map(|edge| (edge.from, edge.to, pull(edge)))
        .collect();
    let places = force::layout(nodes.len(), &links);
    let nodes = nodes.iter().zip(places);
    Network {
        nodes: nodes
            .map(|(node, [x, y])| NetworkNode {
                x: round_to(x, 4),
                y: round_to(y, 4),
                incident: node.incident,
                template: node.template.0,
                text: words::quoted(&findings.templates[node.template.index()].text),
                n_records: saturate(node.n_records),
                score: score(node.score),
            })
            .collect(),
        edges,
        n_all,
    }
}

fn nodes(findings: &Findings) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    let listed = findings.incidents.iter().take(limits::INCIDENTS);
    for (incident, component) in (1..).zip(listed) {
        let mut own: Vec<Node> = (component.episodes.iter())
            .map(|idx| &findings.episodes[*idx as usize])
            .map(|episode| Node {
                incident,
                template: findings.messages[episode.message.index()].template,
                message: episode.message,
                start: episode.start,
                n_records: u64::from(episode.n_records),
                score: findings.episode_score(episode),
            })
            .collect();
        // The strangest message of a pattern stands for it.
        own.arrange_by(|a, b| {
            (a.template.cmp(&b.template))
                .then(b.score.total_cmp(&a.score))
                .then((a.start, a.message).cmp(&(b.start, b.message)))
        });
        own.dedup_by(|next, kept| {
            let is_same = next.template == kept.template;
            if is_same {
                kept.n_records += next.n_records;
                kept.start = kept.start.min(next.start);
            }
            is_same
        });
        nodes.append(&mut own);
    }
    nodes
}

/// Links of patterns that are alike, wherever they are said, and within each incident of as many that fall together in time as it
/// takes to hold it together.
fn edges(findings: &Findings, nodes: &[Node], link_similarity: f64) -> Vec<NetworkEdge> {
    let rows = &findings.tfidf.rows;
    let mut edges = Vec::new();
    let mut union = UnionFind::<u32>::new(nodes.len());
    for (to, node) in (0..).zip(nodes) {
        for (from, other) in (0..to).zip(nodes) {
            let cosine = if node.template == other.template {
                1.0
            } else {
                let [a, b] = [node, other].map(|node| rows.row(node.message.index()));
                a.dot(b)
            };
            if cosine > link_similarity {
                union.union(from, to);
                edges.push(NetworkEdge {
                    from,
                    to,
                    cosine: round_to(cosine, 3),
                    is_alike: true,
                });
            }
        }
    }
    for to in 1..nodes.len() as u32 {
        let from = to - 1;
        // Nodes stand in the order of time within their incident.
        let is_together = nodes[from as usize].incident == nodes[to as usize].incident;
        if is_together && union.union(from, to) {
            edges.push(NetworkEdge {
                from,
                to,
                cosine: 0.0,
                is_alike: false,
            });
        }
    }
    edges
}
