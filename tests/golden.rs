//! Golden logs: the report is the committed one, whatever the chunks and the number of shards.
//!
//! `UPDATE_GOLDEN=1 cargo test --test golden` rewrites the committed reports; read the diff before committing it.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::disallowed_methods, reason = "goldens are files")]

#[path = "golden/mod.rs"]
mod golden;

use golden::{committed, run};
use logloupe::local::Layout;

#[test]
fn reports_are_the_committed_ones() {
    for log in golden::all() {
        let found = committed(&run(log.name, &log.bytes, Layout::default()));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            let path = format!(
                "{}/tests/logs/{}.report.json",
                env!("CARGO_MANIFEST_DIR"),
                log.name
            );
            std::fs::write(path, &found).unwrap();
        } else {
            assert!(
                found == log.report,
                "{}: the report differs from the committed one",
                log.name
            );
        }
    }
}

#[test]
fn chunks_and_shards_do_not_matter() {
    for log in golden::all() {
        let layout = Layout {
            block_len: 30_000,
            ..Layout::default()
        };
        let expected = run(log.name, &log.bytes, layout).to_json();
        for chunk_len in [1, 7, 4096, usize::MAX] {
            for n_shards in [1, 2, 4] {
                let found = run(
                    log.name,
                    &log.bytes,
                    Layout {
                        n_shards,
                        chunk_len,
                        ..layout
                    },
                );
                let is_same = found.to_json() == expected;
                assert!(
                    is_same,
                    "{}: {n_shards} shards, chunks of {chunk_len}",
                    log.name
                );
            }
        }
    }
}

#[test]
fn blocks_do_not_matter_where_no_record_crosses_a_border() {
    for log in golden::all() {
        if !matches!(
            log.name,
            "plain.log" | "sample.ndjson" | "sample.csv" | "sample.json"
        ) {
            continue;
        }
        let whole = run(log.name, &log.bytes, Layout::default()).to_json();
        for block_len in [1000, 20_000, 100_000] {
            let found = run(
                log.name,
                &log.bytes,
                Layout {
                    block_len,
                    ..Layout::default()
                },
            );
            assert!(
                found.to_json() == whole,
                "{}: blocks of {block_len}",
                log.name
            );
        }
    }
}

#[test]
fn every_byte_and_every_line_is_accounted_for() {
    for log in golden::all() {
        for block_len in [1000, 30_000, 16 << 20] {
            let report = run(
                log.name,
                &log.bytes,
                Layout {
                    block_len,
                    ..Layout::default()
                },
            );
            let totals = &report.totals;
            if !log.name.contains(".gz") {
                assert_eq!(totals.text_len, log.bytes.len() as f64, "{}", log.name);
                let n_newlines = log.bytes.split(|&byte| byte == b'\n').count() - 1;
                let n_lines = n_newlines + usize::from(log.bytes.last() != Some(&b'\n'));
                assert_eq!(totals.n_lines as usize, n_lines, "{}", log.name);
            }
            let structure = match log.name {
                "sample.csv" => 1,
                "sample.json" => totals.n_structure_lines,
                _ => 0,
            };
            assert_eq!(totals.n_structure_lines, structure, "{}", log.name);
            let explained = totals.n_record_lines + totals.n_blank_lines + totals.n_structure_lines;
            assert_eq!(explained, totals.n_lines, "{}", log.name);
            let by_level: u32 = report.levels.iter().map(|level| level.n_records).sum();
            assert_eq!(by_level, totals.n_records, "{}", log.name);
        }
    }
}

#[test]
fn a_packed_log_says_the_same_as_the_plain_one() {
    let text = logloupe::sample::Sample::bytes(&logloupe::sample::SampleParams::new(2, 2000));
    let layout = Layout {
        block_len: 30_000,
        ..Layout::default()
    };
    let mut plain = run("sample.log", &text, layout);
    let mut packed = run("sample.log", &golden::gzip(&text), layout);
    assert_eq!(packed.files[0].container, "gzip");
    packed.files.clear();
    plain.files.clear();
    packed.totals.byte_len = plain.totals.byte_len;
    packed.totals.n_bytes_read = plain.totals.n_bytes_read;
    assert_eq!(packed, plain);
}
