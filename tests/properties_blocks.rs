//! Wherever the borders of blocks fall, every byte, line and record is counted once and keeps its line number.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use logloupe::local::{Analysis, Layout, analyze, meta};
use logloupe::protocol::Options;
use logloupe::report::Report;
use proptest::prelude::*;

fn run(text: &[u8], is_plain: bool, layout: Layout) -> Report {
    let options = Options {
        plain: is_plain,
        ..Options::default()
    };
    let files = [(meta("a.log", text, 1_772_460_000_000.0), text)];
    let report = analyze(&files, options, layout).expect("text is never an error");
    let said = |code: &str| report.notices.iter().find(|notice| notice.code == code);
    assert_eq!(said("conservation"), None);
    assert_eq!(report.totals.n_bytes_read, text.len() as f64);
    report
}

/// However it is cut: each record of an array within an object is one of its own and from where the object says, and all lines
/// and bytes add up.
#[test]
fn records_within_objects_are_counted_one_by_one() {
    let record = |n: u32| {
        format!(
            r#"{{"timeUnixNano":"17101694620000{n:05}","severityNumber":9,"body":{{"stringValue":"served {n}"}}}}"#
        )
    };
    let line = |from: u32| {
        let records: Vec<String> = (from..from + 7).map(record).collect();
        let records = records.join(",");
        let scope = format!(r#""scope":{{"name":"shop.part{}"}}"#, from % 3);
        format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{{scope},"logRecords":[{records}]}}]}}]}}"#)
    };
    let text: Vec<String> = (0..30).map(|idx| line(idx * 7)).collect();
    let text = text.join("\n") + "\n";
    for block_len in [300, 1000, 5000, 1 << 20] {
        for (n_shards, chunk_len) in [(1, 1 << 20), (3, 7)] {
            let layout = Layout {
                n_shards,
                chunk_len,
                block_len,
            };
            let report = run(text.as_bytes(), false, layout);
            assert_eq!(report.totals.n_records, 210, "blocks of {block_len}");
            assert_eq!(report.totals.n_lines, 30, "blocks of {block_len}");
            assert_eq!(report.totals.n_untimed, 0);
            let files = [(meta("a.log", text.as_bytes(), 0.0), text.as_bytes())];
            let analysis = Analysis::new(&files, Options::default(), layout).unwrap();
            let sources = analysis.sources();
            let sources: Vec<_> = sources.iter().map(|of| (&*of.name, of.n_records)).collect();
            let want = [("shop.part0", 70), ("shop.part1", 70), ("shop.part2", 70)];
            assert_eq!(sources, want, "blocks of {block_len}");
        }
    }
}

/// A record whose level and text stand on its second line keeps them wherever a block ends.
#[test]
fn levels_on_the_line_below_do_not_depend_on_blocks() {
    let record = |n: u32| {
        let (minute, second) = (n / 60 % 60, n % 60);
        let level = ["INFO", "WARNING", "SEVERE"][n as usize % 3];
        format!(
            "Mar 02, 2026 10:{minute:02}:{second:02} AM shop.cart.Service start\n{level}: step {n}\n"
        )
    };
    let text: String = (0..4000).map(record).collect();
    let levels = |block_len, n_shards| {
        let layout = Layout {
            n_shards,
            chunk_len: 4096,
            block_len,
        };
        let report = run(text.as_bytes(), false, layout);
        assert_eq!(report.totals.n_records, 4000, "blocks of {block_len}");
        assert_eq!(report.totals.n_untimed, 0);
        let levels = report.levels.iter();
        levels
            .map(|level| level.n_records)
            .filter(|n| *n > 0)
            .collect::<Vec<_>>()
    };
    let whole = levels(1 << 24, 1);
    // The worst level first.
    assert_eq!(whole, [1333, 1333, 1334]);
    for block_len in [30_000, 50_001, 100_000] {
        assert_eq!(levels(block_len, 2), whole, "blocks of {block_len}");
    }
}

/// A line of a log without its end: headers, continuations, blank and broken ones.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let text = |text: &'static str| Just(text.as_bytes().to_vec());
    let header = (0..86_400_u32, 0..6_usize, 0..40_usize).prop_map(|(second, idx, n)| {
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let what = [
            "started",
            "stopped",
            "failed with code 7",
            "é ü",
            "\"quoted\"",
            "job 42",
        ][idx];
        let filler = "x".repeat(n);
        format!("2026-03-02 {hour:02}:{minute:02}:{second:02} ERROR {what} {filler}").into_bytes()
    });
    prop_oneof![
        6 => header,
        1 => text("\tat com.example.Cart.total(Cart.java:42)"),
        1 => text("Caused by: gone"),
        1 => text("})"),
        1 => text(""),
        1 => text("  "),
        1 => text("no header here"),
        1 => text("\u{feff}2026-03-02 10:00:00 INFO marked"),
        1 => Just(vec![0xff, 0xfe, b'a', 0]),
        // No CR of its own: where those are usual they end lines, which `ingest::encoding` tests.
        1 => prop::collection::vec(prop_oneof![9 => 32..=255_u8, 1 => Just(0x1b)], 0..60),
    ]
}

/// Lines with their ends, the last of which may be missing.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let ended = (line(), any::<bool>());
    (prop::collection::vec(ended, 1..40), any::<bool>()).prop_map(|(lines, is_closed)| {
        let mut out = b"2026-03-02 00:00:00 INFO begin\n".to_vec();
        let n = lines.len();
        for (idx, (line, is_crlf)) in lines.into_iter().enumerate() {
            out.extend_from_slice(&line);
            if idx + 1 < n || is_closed {
                out.extend_from_slice(if is_crlf { b"\r\n" } else { b"\n" });
            }
        }
        out
    })
}

fn layout() -> impl Strategy<Value = Layout> {
    let block_len = prop_oneof![1..30_u64, 30..400_u64, Just(1 << 24)];
    let chunk_len = prop_oneof![1..9_usize, Just(4096)];
    (1..4_usize, chunk_len, block_len).prop_map(|(n_shards, chunk_len, block_len)| Layout {
        n_shards,
        chunk_len,
        block_len,
    })
}

/// (number, text) of the lines as `wc` and `sed` see them.
fn physical(text: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

fn is_blank(line: &[u8]) -> bool {
    line.iter()
        .all(|byte| byte.is_ascii_whitespace() || *byte == 0)
}

/// What must hold wherever the borders are.
fn check_sums(text: &[u8], report: &Report) {
    let lines = physical(text);
    let totals = &report.totals;
    assert_eq!(totals.text_len, text.len() as f64);
    assert_eq!(totals.n_lines as usize, lines.len());
    let n_blank = lines.iter().filter(|line| is_blank(line)).count();
    assert_eq!(totals.n_blank_lines as usize, n_blank);
    assert_eq!(totals.n_record_lines as usize, lines.len() - n_blank);
    let by_level: u32 = report.levels.iter().map(|level| level.n_records).sum();
    assert_eq!(by_level, totals.n_records);
    let by_template: u32 = report.templates.iter().map(|t| t.n_records).sum();
    assert_eq!(by_template, totals.n_records);
}

proptest! {
    #[test]
    fn nothing_is_lost_or_counted_twice(text in text(), layout in layout()) {
        check_sums(&text, &run(&text, false, layout));
    }

    #[test]
    fn the_report_depends_on_blocks_alone(text in text(), layout in layout()) {
        let alone = Layout { n_shards: 1, chunk_len: 1 << 20, ..layout };
        prop_assert_eq!(
            run(&text, false, layout).to_json(),
            run(&text, false, alone).to_json()
        );
    }

    #[test]
    fn lines_that_stand_alone_are_found_alike_in_any_blocks(text in text(), layout in layout()) {
        let report = run(&text, true, layout);
        check_sums(&text, &report);
        let n_records = physical(&text).iter().filter(|line| !is_blank(line)).count();
        prop_assert_eq!(report.totals.n_records as usize, n_records);
        let whole = run(&text, true, Layout::default());
        prop_assert_eq!(report.to_json(), whole.to_json());
    }

    #[test]
    fn records_that_cross_a_border_within_reach_stay_whole(
        n_records in 200..600_usize,
        n_more in prop::collection::vec(0..4_usize, 7),
        block_len in 4096..9000_u64,
    ) {
        // Continuations of a record are shorter than the reach of 4096 / 256 bytes.
        let records: Vec<String> = (0..n_records)
            .map(|i| {
                let more = "\n\tat".repeat(n_more[i % n_more.len()]);
                format!("2026-03-02 10:{:02}:{:02} INFO step {i} done{more}\n", i / 60 % 60, i % 60)
            })
            .collect();
        let text = records.concat();
        let blocks = Layout { block_len, ..Layout::default() };
        let report = run(text.as_bytes(), false, blocks);
        prop_assert_eq!(report.totals.n_records as usize, n_records);
        let whole = run(text.as_bytes(), false, Layout::default());
        prop_assert_eq!(report.to_json(), whole.to_json());
    }

    #[test]
    fn records_of_csv_and_arrays_keep_their_lines_in_any_blocks(
        n_records in 1..60_usize,
        gap in prop::collection::vec(0..3_usize, 5),
        is_array in any::<bool>(),
        layout in layout(),
    ) {
        let messages: Vec<String> = (0..n_records)
            .map(|i| format!("step{}of a job", if is_array { " " } else { [" ", "\n", ", "][gap[i % 5]] }))
            .collect();
        let text = if is_array {
            let elements: Vec<String> = messages
                .iter()
                .enumerate()
                .map(|(i, said)| format!("{}{{\"message\": \"{said}\",\n \"level\": \"info\"}}", "\n".repeat(gap[i % 5])))
                .collect();
            format!("[{}]\n", elements.join(","))
        } else {
            let rows: Vec<String> = messages.iter().map(|said| format!("info,\"{said}\"\r\n")).collect();
            format!("level,message\r\n{}", rows.concat())
        };
        let text = text.as_bytes();
        // A block holds at least one record, as the cap on held text would cut it otherwise.
        let layout = Layout { block_len: layout.block_len.max(64), ..layout };
        let report = run(text, false, layout);
        let lines = physical(text).len();
        prop_assert_eq!(report.totals.text_len, text.len() as f64);
        prop_assert_eq!(report.totals.n_lines as usize, lines);
        prop_assert_eq!(report.totals.n_records as usize, n_records);
        let explained = report.totals.n_record_lines + report.totals.n_blank_lines + report.totals.n_structure_lines;
        prop_assert_eq!(explained as usize, lines);
        let whole = run(text, false, Layout::default());
        prop_assert_eq!(report.to_json(), whole.to_json());
    }
}
