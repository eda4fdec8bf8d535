//! What an incident says of itself is what a query for its lines finds: its sources, and its patterns in the network.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::fmt::Write;

use logloupe::local::{Analysis, Layout, meta};
use logloupe::protocol::{NormalMark, Options, Selection};
use logloupe::sample::{Sample, SampleParams};

fn sample() -> Vec<u8> {
    Sample::bytes(&SampleParams::new(5, 8000))
}

/// Two services lose the same store at once, each in its own words, and one of them reports it three times as often.
fn refused() -> Vec<u8> {
    let mut text = String::new();
    for n in 0..5400_i64 {
        let (hour, minute, second) = (n / 3600, n / 60 % 60, n % 60);
        let clock = format!("2026-03-02 {hour:02}:{minute:02}:{second:02}");
        let page = n % 40;
        writeln!(
            text,
            "{clock} INFO shop.Web - served page {page} in {} ms",
            n % 90
        )
        .unwrap();
        if (3000..3160).contains(&n) {
            let said = match n % 4 {
                0 => {
                    "shop.Stock - connection to the store of all open orders was refused by its host finally"
                }
                _ => {
                    "shop.Orders - connection to the store of all open orders was refused by its host"
                }
            };
            writeln!(text, "{clock} ERROR {said}").unwrap();
        }
    }
    text.into_bytes()
}

#[test]
fn patterns_that_say_alike_things_are_linked_and_their_sources_named() {
    let text = refused();
    let mut analysis = opened(&text, Layout::default());
    let incident = analysis.report.incidents[0].clone();
    let sources: Vec<(&str, u32)> = (incident.sources.iter())
        .map(|source| (source.name.as_str(), source.n_records))
        .collect();
    assert_eq!(sources, [("shop.Orders", 120), ("shop.Stock", 40)]);
    assert_eq!(incident.n_sources, 2);
    let selection = Selection {
        incident: Some(incident.id),
        sources: Some(vec!["shop.Stock".to_owned()]),
        ..Selection::default()
    };
    assert_eq!(analysis.find(&selection, 1).unwrap(), 40);
    let network = &analysis.report.network;
    assert_eq!((network.nodes.len(), network.edges.len()), (2, 1));
    assert!(network.edges[0].is_alike, "{:?}", network.edges);
    for (n_shards, block_len) in [(2, 20_000), (3, 7001)] {
        let layout = Layout {
            n_shards,
            chunk_len: 4096,
            block_len,
        };
        let other = opened(&text, layout).report;
        assert_eq!(other.incidents[0].sources, incident.sources);
        assert_eq!(other.network, *network);
    }
}

fn opened(text: &[u8], layout: Layout) -> Analysis<'_> {
    let file = meta("sample.log", text, 1_772_496_000_000.0);
    Analysis::new(&[(file, text)], Options::default(), layout).unwrap()
}

#[test]
fn sources_of_an_incident_are_those_of_its_lines() {
    let text = sample();
    let mut analysis = opened(&text, Layout::default());
    let incidents = analysis.report.incidents.clone();
    assert!(incidents.iter().any(|incident| incident.n_sources > 0));
    for incident in incidents.iter().filter(|i| !i.messages.is_empty()) {
        let count = |sources: Option<Vec<String>>, analysis: &mut Analysis<'_>| {
            let selection = Selection {
                incident: Some(incident.id),
                sources,
                ..Selection::default()
            };
            analysis.find(&selection, 1).unwrap() as u32
        };
        assert_eq!(count(None, &mut analysis), incident.n_records);
        let listed = &incident.sources;
        for source in listed {
            let n = count(Some(vec![source.name.clone()]), &mut analysis);
            assert_eq!(n, source.n_records, "{} of {}", source.name, incident.title);
        }
        assert!(listed.is_sorted_by(|a, b| a.n_records >= b.n_records));
        if listed.len() == incident.n_sources as usize && !listed.is_empty() {
            let n: u32 = listed.iter().map(|source| source.n_records).sum();
            assert_eq!(n, incident.n_records);
        }
    }
}

#[test]
fn the_network_holds_the_patterns_of_incidents_and_does_not_depend_on_blocks() {
    let text = sample();
    let mut analysis = opened(&text, Layout::default());
    let network = analysis.report.network.clone();
    assert!(network.nodes.len() > 3 && network.n_all as usize == network.nodes.len());
    for node in &network.nodes {
        let selection = Selection {
            templates: Some(vec![node.template]),
            incident: Some(node.incident),
            ..Selection::default()
        };
        let n = analysis.find(&selection, 1).unwrap();
        assert_eq!(n as u32, node.n_records, "{node:?}");
    }
    for edge in &network.edges {
        let [from, to] = [edge.from, edge.to].map(|end| &network.nodes[end as usize]);
        assert!(edge.from < edge.to);
        assert!(if edge.is_alike {
            edge.cosine > Options::default().link_similarity
        } else {
            from.incident == to.incident
        });
    }
    let layout = Layout {
        n_shards: 3,
        chunk_len: 7,
        block_len: 40_000,
    };
    assert_eq!(opened(&text, layout).report.network, network);

    // What is normal is no part of it.
    let key = analysis.report.incidents[0].keys[0].clone();
    let options = Options {
        normal: vec![NormalMark::Pattern { key }],
        ..Options::default()
    };
    let template = analysis.report.incidents[0].templates[0];
    assert!(analysis.change(options, &[], false).unwrap());
    let left = &analysis.report.network.nodes;
    assert!(left.iter().all(|node| node.template != template));
    assert!(left.len() < network.nodes.len());
}
