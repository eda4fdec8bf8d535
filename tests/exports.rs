//! What is exported is what was counted, for any way of reading and any container.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::io::Write;

use logloupe::local::{Analysis, Layout, meta};
use logloupe::protocol::{Options, RecordChoice, RecordFormat, Selection, TextQuery};
use logloupe::report::export::page;
use logloupe::sample::{Sample, SampleParams};

const LAYOUT: Layout = Layout {
    n_shards: 2,
    chunk_len: 4096,
    block_len: 200_000,
};

fn sample() -> Vec<u8> {
    let mut text = Vec::new();
    Sample::new(&SampleParams::new(7, 12_000)).next_chunk(&mut text, u32::MAX);
    text
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn export(log: &Analysis<'_>, choice: RecordChoice, format: RecordFormat) -> (Vec<u8>, u64) {
    let mut out = Vec::new();
    let n = log.export(choice, format, false, |piece| {
        out.extend_from_slice(piece);
        Ok::<(), ()>(())
    });
    (out, n.unwrap())
}

fn rows(csv: &[u8]) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_reader(csv);
    reader.records().map(Result::unwrap).collect()
}

#[test]
fn exported_rows_are_counted_rows() {
    let text = sample();
    let packed = gzip(&text);
    let mut files = Vec::new();
    for (name, bytes) in [("app.log", &text), ("app.log.gz", &packed)] {
        let mut log = Analysis::new(
            &[(meta(name, bytes, 0.0), bytes)],
            Options::default(),
            LAYOUT,
        )
        .unwrap();
        let totals = log.report.totals.clone();
        assert!(totals.n_anomalous > 0 && log.report.n_incidents > 0);
        log.find(&Selection::default(), 100).unwrap();
        let (all, n_all) = export(&log, RecordChoice::All, RecordFormat::Csv);
        assert_eq!(n_all, u64::from(totals.n_records));
        let all = rows(&all);
        assert_eq!(all.len(), totals.n_records as usize);
        let (json, _) = export(&log, RecordChoice::All, RecordFormat::Ndjson);
        let json: Vec<serde_json::Value> = json
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        assert_eq!(json.len(), all.len());
        let n_lines: u64 = json
            .iter()
            .map(|record| record["lines"].as_u64().unwrap())
            .sum();
        assert_eq!(n_lines, u64::from(totals.n_record_lines));
        let physical: Vec<&str> = std::str::from_utf8(&text).unwrap().lines().collect();
        for record in &json {
            let line = record["line"].as_u64().unwrap() as usize;
            assert_eq!(
                record["text"].as_str().unwrap().lines().next().unwrap(),
                physical[line - 1]
            );
        }

        let (strange, n_strange) = export(&log, RecordChoice::Anomalous, RecordFormat::Csv);
        assert_eq!(n_strange, u64::from(totals.n_anomalous));
        assert!(rows(&strange).iter().all(|row| &row[8] == "true"));
        let (normal, n_normal) = export(&log, RecordChoice::Normal, RecordFormat::Text);
        assert_eq!(n_strange + n_normal, n_all);
        let normal_lines = memchr::memchr_iter(b'\n', &normal).count();
        let of_normal = json.iter().filter(|record| record["is_anomalous"] == false);
        let n_lines: u64 = of_normal
            .map(|record| record["lines"].as_u64().unwrap())
            .sum();
        assert_eq!(normal_lines as u64, n_lines);

        for incident in &log.report.incidents {
            let id = incident.id.to_string();
            let n = all.iter().filter(|row| row[9] == id).count();
            assert!(
                n == incident.n_records as usize || incident.messages.is_empty(),
                "incident {id}: {n} rows, {} records",
                incident.n_records
            );
        }
        files.push(all);
    }
    // The name is another, and nothing else.
    let cells = |rows: &[csv::StringRecord]| -> Vec<Vec<String>> {
        rows.iter()
            .map(|row| row.iter().skip(1).map(str::to_owned).collect())
            .collect()
    };
    assert_eq!(cells(&files[0]), cells(&files[1]));
}

#[test]
fn a_selection_is_exported_as_it_is_counted() {
    let text = sample();
    let mut log = Analysis::new(
        &[(meta("app.log", &text, 0.0), &text)],
        Options::default(),
        LAYOUT,
    )
    .unwrap();
    let selection = Selection {
        text: Some(TextQuery {
            pattern: "Failed password".to_owned(),
            ..TextQuery::default()
        }),
        ..Selection::default()
    };
    let n = log.find(&selection, 100).unwrap();
    let (json, n_written) = export(&log, RecordChoice::All, RecordFormat::Ndjson);
    assert!(n > 10 && n == n_written);
    let json = String::from_utf8(json).unwrap();
    assert!(json.lines().all(|line| line.contains("Failed password")));
}

#[test]
fn every_pattern_and_incident_has_a_row() {
    let text = sample();
    let mut log = Analysis::new(
        &[(meta("app.log", &text, 0.0), &text)],
        Options::default(),
        LAYOUT,
    )
    .unwrap();
    let patterns = rows(&log.patterns_csv(false));
    assert_eq!(patterns.len(), log.report.totals.n_templates as usize);
    let n: u32 = patterns
        .iter()
        .map(|row| row[3].parse::<u32>().unwrap())
        .sum();
    assert_eq!(n, log.report.totals.n_records);

    let csv = log.incidents_csv(false).unwrap();
    assert!(
        csv.starts_with(b"\"incident_id\",\"leading_edge\",\"timestamp\",\"related_logs\"\r\n")
    );
    let incidents = rows(&csv);
    assert_eq!(incidents.len(), log.report.incidents.len());
    let physical: Vec<&str> = std::str::from_utf8(&text).unwrap().lines().collect();
    let mut n_lines = 0;
    for (row, incident) in incidents.iter().zip(&log.report.incidents) {
        assert_eq!(row[0], incident.id.to_string());
        let edge = &incident.leading_edge;
        assert_eq!(&row[1], physical[edge.line as usize - 1]);
        n_lines += row[3].lines().count();
        assert!(
            row[3]
                .lines()
                .all(|line| line.starts_with("… and ") || physical.contains(&line))
        );
    }
    assert!(n_lines > incidents.len());
    let hidden = String::from_utf8(log.incidents_csv(true).unwrap()).unwrap();
    assert!(hidden.contains("⟨ip 1⟩") || hidden.contains("⟨user 1⟩"));
}

#[test]
fn the_page_to_attach_holds_no_markup_of_the_log() {
    let hostile = (0..400).map(|n| {
        let second = n % 60;
        format!(
            "2026-03-01T12:{:02}:{second:02}Z ERROR <img src=x onerror=p()> </style><script>p()</script> \u{202e}{n} \u{1b}[31m\n",
            n / 60
        )
    });
    let text: String = hostile.collect();
    let name = "<script>p()</script>.log";
    let log = Analysis::new(
        &[(meta(name, text.as_bytes(), 0.0), text.as_bytes())],
        Options::default(),
        LAYOUT,
    )
    .unwrap();
    let html = page::html(&log.report, &logloupe::plot::pictures(&log.report), false);
    assert!(html.contains("&lt;script&gt;p()&lt;/script&gt;.log"));
    assert!(
        !html.contains("<script")
            && !html.contains("<img")
            && html.matches("</style>").count() == 1
    );
    assert!(!html.contains(['\u{202e}', '\u{1b}']));
}
