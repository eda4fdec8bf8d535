//! What each stage costs natively, on the sample log or on a file of your own.
//!
//!     cargo bench                              the sample of 200,000 lines
//!     LOGLOUPE_BENCH=FILE cargo bench          the first 64 MB of a file
//!
//! Rates are bytes of that text a second; stages after the summaries are given times only.

#![allow(missing_docs, reason = "benchmarks are functions")]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a benchmark reads a file and may fail"
)]

use std::io::Read;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use logloupe::base::time::Timestamp;
use logloupe::base::written::Written;
use logloupe::cluster::Clusterer;
use logloupe::cluster::dbscan::DbscanParams;
use logloupe::detect::FitDetector;
use logloupe::detect::isolation_forest::IsolationForestParams;
use logloupe::featurize::dataset::{Dataset, Rows};
use logloupe::featurize::tally::Tally;
use logloupe::featurize::tfidf::tfidf;
use logloupe::ingest::split::{Boundary, Splitter};
use logloupe::local::{Layout, analyze, meta};
use logloupe::mine::messages::Messages;
use logloupe::parse::{Format, ParsePlan, Parser, formats};
use logloupe::protocol::Options;
use logloupe::sample::{Sample, SampleParams};

const FILE_CAP: u64 = 64 << 20;

static TEXT: LazyLock<Vec<u8>> = LazyLock::new(|| match std::env::var_os("LOGLOUPE_BENCH") {
    Some(path) => {
        let mut text = Vec::new();
        let file = std::fs::File::open(path).unwrap();
        file.take(FILE_CAP).read_to_end(&mut text).unwrap();
        text
    }
    None => Sample::bytes(&SampleParams::new(1, 200_000)),
});

static LINES: LazyLock<Vec<&[u8]>> = LazyLock::new(|| {
    TEXT.split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .collect()
});

/// Times and messages of the lines.
static RECORDS: LazyLock<Vec<(Option<Written>, &[u8])>> = LazyLock::new(|| {
    let (mut parser, mut scratch) = (parser(), Vec::new());
    LINES
        .iter()
        .map(|line| {
            let fields = parser.parse(line, &mut scratch).fields;
            (fields.timestamp, fields.message.get(line, &[]))
        })
        .collect()
});

fn parser() -> Parser {
    let plan = ParsePlan::probe(&TEXT[..TEXT.len().min(1 << 20)], false);
    Parser::new(&plan)
}

fn main() {
    divan::main();
}

#[divan::bench]
fn split(bencher: Bencher) {
    bencher.counter(BytesCount::of_slice(&**TEXT)).bench(|| {
        let (mut splitter, mut n) = (Splitter::new(Boundary::Line, 0, false), 0);
        let _ = splitter.push(black_box(&TEXT), |piece| {
            n += piece.byte_len;
            ControlFlow::Continue(())
        });
        n
    });
}

#[divan::bench]
fn parse(bencher: Bencher) {
    bencher.counter(BytesCount::of_slice(&**TEXT)).bench(|| {
        let (mut parser, mut scratch) = (parser(), Vec::new());
        let timed = LINES
            .iter()
            .filter(|line| parser.parse(line, &mut scratch).fields.timestamp.is_some());
        timed.count()
    });
}

/// Each family of formats on its own samples.
#[divan::bench(args = formats::all().iter().map(|format| format.name()))]
fn parse_format(bencher: Bencher, name: &str) {
    let format: &dyn Format = *formats::all().iter().find(|f| f.name() == name).unwrap();
    let lines: Vec<&str> = format.samples().iter().map(|sample| sample.line).collect();
    bencher.counter(ItemsCount::new(lines.len())).bench(|| {
        let (mut parser, mut scratch) = (parser(), Vec::new());
        for line in &lines {
            black_box(parser.parse(line.as_bytes(), &mut scratch));
        }
    });
}

#[divan::bench]
fn mask_and_intern(bencher: Bencher) {
    let n_bytes: usize = RECORDS.iter().map(|record| record.1.len()).sum();
    bencher.counter(BytesCount::new(n_bytes)).bench(|| {
        let mut messages = Messages::default();
        for (_, message) in RECORDS.iter() {
            messages.file(message, None);
        }
        messages.list().len()
    });
}

#[divan::bench]
fn tally(bencher: Bencher) {
    bencher.counter(ItemsCount::new(RECORDS.len())).bench(|| {
        let mut tally = Tally::default();
        for (idx, time) in RECORDS.iter().map(|record| record.0).enumerate() {
            if let Some(time) = time {
                tally.add(
                    Timestamp(time.value()),
                    None,
                    false,
                    Some(idx as u64 % 997),
                    None,
                );
            }
        }
        tally.n_timed()
    });
}

/// Distinct messages of two words each, as many as a busy log has.
fn texts() -> Vec<String> {
    let word = |i: usize| format!("w{}x", (i * 7919) % 601);
    (0..5_000)
        .map(|i| format!("{} {} {} failed", word(i), word(i * i), word(i / 7)))
        .collect()
}

#[divan::bench(sample_count = 10)]
fn dbscan_of_5000_messages(bencher: Bencher) {
    let texts = texts();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let vectors = tfidf(&texts, &[]);
    let dbscan = DbscanParams::default().check().unwrap();
    bencher.bench(|| dbscan.cluster(&Dataset::new(Rows::Sparse(&vectors.rows))));
}

#[divan::bench(sample_count = 10)]
fn isolation_forest_of_5000_messages(bencher: Bencher) {
    let texts = texts();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let vectors = tfidf(&texts, &[]);
    let forest = IsolationForestParams::default().check().unwrap();
    bencher.bench(|| {
        let data = Dataset::new(Rows::Sparse(&vectors.rows));
        forest.fit(&data).map(|detector| detector.score(&data))
    });
}

/// From bytes to the finished report, one worker.
#[divan::bench(sample_count = 10)]
fn everything(bencher: Bencher) {
    bencher.counter(BytesCount::of_slice(&**TEXT)).bench(|| {
        let file = meta("a.log", &TEXT, 1_772_496_000_000.0);
        analyze(&[(file, &TEXT)], Options::default(), Layout::default()).unwrap()
    });
}
