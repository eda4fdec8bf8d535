//! The logs whose reports are committed, and how a report is compared with its golden: natively and in the browser.

use std::io::Write;

use logloupe::local::{Layout, analyze, meta};
use logloupe::protocol::Options;
use logloupe::report::Report;
use logloupe::sample::{Sample, SampleFormat, SampleParams};

/// 2026-03-03T00:00:00Z: the day after the logs.
const MODIFIED_MS: f64 = 1_772_496_000_000.0;

/// A log with its committed report.
pub(crate) struct Golden {
    /// File name, and that of the report.
    pub(crate) name: &'static str,
    /// The log.
    pub(crate) bytes: Vec<u8>,
    /// The report as JSON.
    pub(crate) report: &'static str,
}

macro_rules! report {
    ($name:literal) => {
        include_str!(concat!("../logs/", $name, ".report.json"))
    };
}

fn sample(seed: u64, format: SampleFormat) -> Vec<u8> {
    Sample::bytes(&SampleParams::new(seed, 2000).format(format))
}

/// gzip in two members, as rotated and appended logs are.
pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    for part in [&text[..text.len() / 3], &text[text.len() / 3..]] {
        let mut encoder = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::fast());
        encoder.write_all(part).expect("memory can be written to");
        encoder.finish().expect("memory can be written to");
    }
    packed
}

/// Every golden log.
pub(crate) fn all() -> Vec<Golden> {
    let golden = |name, bytes, report| Golden {
        name,
        bytes,
        report,
    };
    vec![
        golden(
            "mixed.log",
            include_bytes!("../logs/mixed.log").to_vec(),
            report!("mixed.log"),
        ),
        golden(
            "plain.log",
            include_bytes!("../logs/plain.log").to_vec(),
            report!("plain.log"),
        ),
        golden(
            "sample.log",
            sample(1, SampleFormat::Text),
            report!("sample.log"),
        ),
        golden(
            "sample.log.gz",
            gzip(&sample(2, SampleFormat::Text)),
            report!("sample.log.gz"),
        ),
        golden(
            "sample.ndjson",
            sample(3, SampleFormat::Ndjson),
            report!("sample.ndjson"),
        ),
        golden(
            "sample.csv",
            sample(4, SampleFormat::Csv),
            report!("sample.csv"),
        ),
        golden(
            "sample.json",
            sample(5, SampleFormat::JsonArray),
            report!("sample.json"),
        ),
    ]
}

/// Analyses one log in memory.
pub(crate) fn run(name: &str, bytes: &[u8], layout: Layout) -> Report {
    let meta = meta(name, bytes, MODIFIED_MS);
    analyze(&[(meta, bytes)], Options::default(), layout).expect("the golden logs are logs")
}

/// The report as it is committed: indented, so that a change can be read.
pub(crate) fn committed(report: &Report) -> String {
    let value: serde_json::Value =
        serde_json::from_slice(&report.to_json()).expect("a report is JSON");
    indented(&value, 0) + "\n"
}

/// JSON with one member of each object a line, and arrays of plain values on one line.
fn indented(value: &serde_json::Value, depth: usize) -> String {
    use serde_json::Value;
    let pad = " ".repeat(depth + 1);
    let end = " ".repeat(depth);
    match value {
        Value::Object(members) if depth < 3 && !members.is_empty() => {
            let lines: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{pad}{key:?}: {}", indented(value, depth + 1)))
                .collect();
            format!("{{\n{}\n{end}}}", lines.join(",\n"))
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let lines: Vec<String> = items.iter().map(|item| format!("{pad}{item}")).collect();
            format!("[\n{}\n{end}]", lines.join(",\n"))
        }
        plain => plain.to_string(),
    }
}
