//! Several files are one log: in whatever order they come, packed together or not, whole or cut short, with or without some
//! of them.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::io::Write as _;

use logloupe::local::{Analysis, Layout, analyze, meta};
use logloupe::protocol::{FileMeta, Options};
use logloupe::report::Report;
use logloupe::sample::{Sample, SampleParams};

type Files = Vec<(FileMeta, Vec<u8>)>;

const LAYOUTS: [(usize, usize, u64); 3] = [(1, 1 << 20, 1 << 24), (2, 333, 20_000), (4, 7, 5000)];

fn run(
    files: &[(FileMeta, Vec<u8>)],
    (n_shards, chunk_len, block_len): (usize, usize, u64),
) -> Analysis<'_> {
    let files: Vec<_> = files
        .iter()
        .map(|(meta, text)| (meta.clone(), text.as_slice()))
        .collect();
    let layout = Layout {
        n_shards,
        chunk_len,
        block_len,
    };
    Analysis::new(&files, Options::default(), layout).unwrap()
}

fn report(files: &[(FileMeta, Vec<u8>)]) -> Report {
    run(files, LAYOUTS[0]).report.clone()
}

fn file(name: &str, text: &[u8]) -> (FileMeta, Vec<u8>) {
    (meta(name, text, 1_772_460_000_000.0), text.to_vec())
}

/// The sample log in four parts, the first line of each beginning a record.
fn parts() -> Vec<Vec<u8>> {
    let mut text = Vec::new();
    let mut sample = Sample::new(&SampleParams::new(7, 4000));
    while sample.next_chunk(&mut text, 4096) {}
    let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    let mut parts: Vec<Vec<u8>> = vec![Vec::new()];
    for line in lines {
        let is_due = parts.last().unwrap().len() > text.len() / 4;
        if is_due && line.starts_with(b"2026") {
            parts.push(Vec::new());
        }
        parts.last_mut().unwrap().extend_from_slice(line);
    }
    parts
}

/// A rotated log: the latest part has no number.
fn rotated() -> Files {
    let parts = parts();
    let n = parts.len();
    let name = |idx: usize| match n - 1 - idx {
        0 => "app.log".to_owned(),
        age => format!("app.log.{age}"),
    };
    let named = parts.iter().enumerate();
    named.map(|(idx, text)| file(&name(idx), text)).collect()
}

fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in entries {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..107].copy_from_slice(b"0000644");
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        header[257..263].copy_from_slice(b"ustar\0");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        out.extend_from_slice(&header);
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// The report without what tells how the texts came.
fn content(mut report: Report) -> Report {
    report.notices.retain(|notice| notice.code != "container");
    // An archive is looked at as one text to tell what ties records together.
    report.sessions.clear();
    (report.totals.byte_len, report.totals.n_bytes_read) = (0.0, 0.0);
    for file in &mut report.files {
        file.container.clear();
        file.name = file.name.rsplit(" \u{203a} ").next().unwrap().to_owned();
        file.group.clear();
    }
    for incident in &mut report.incidents {
        incident.leading_edge.offset = 0.0;
    }
    for record in report
        .amounts
        .iter_mut()
        .flat_map(|amount| &mut amount.records)
    {
        record.offset = 0.0;
    }
    report
}

#[track_caller]
fn assert_same(left: &Report, right: &Report) {
    let (left, right) = (left.to_json(), right.to_json());
    let at = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let near = |json: &[u8]| {
        let around = at.saturating_sub(200)..(at + 100).min(json.len());
        String::from_utf8_lossy(&json[around]).into_owned()
    };
    assert!(left == right, "{}\n\n{}", near(&left), near(&right));
}

#[test]
fn files_are_one_log_in_the_order_of_time_however_they_come() {
    let files = rotated();
    let expected = report(&files);
    let names: Vec<_> = expected
        .files
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    assert_eq!(names, ["app.log.3", "app.log.2", "app.log.1", "app.log"]);
    assert!(expected.files.iter().all(|file| file.group == "app.log"));
    let mut turned = files.clone();
    turned.reverse();
    turned.swap(0, 2);
    for layout in [LAYOUTS[0], LAYOUTS[1]] {
        assert_same(
            &run(&turned, layout).report.clone(),
            &run(&files, layout).report.clone(),
        );
    }
    // And the same log as if it had never been cut up.
    let whole = report(&[file("app.log", &parts().concat())]);
    assert_eq!(whole.templates.len(), expected.templates.len());
    assert_eq!(
        (whole.timeline, whole.levels),
        (expected.timeline, expected.levels)
    );
    assert_eq!(whole.totals.n_anomalous, expected.totals.n_anomalous);
}

#[test]
fn a_file_that_is_left_out_might_as_well_never_have_been_there() {
    let mut n_changed = 0;
    for files in [rotated(), hourly()] {
        for layout in LAYOUTS {
            let mut all = run(&files, layout);
            let before = all.report.clone();
            for idx in 0..files.len() {
                let mut rest = files.clone();
                rest.remove(idx);
                let fresh = run(&rest, layout).report;
                if !all
                    .change(Options::default(), &[idx as u32], false)
                    .unwrap()
                {
                    // Other files may tell of other ties between records, for which all is read anew.
                    let ties = |report: &Report| -> Vec<String> {
                        let sessions = report.sessions.iter();
                        sessions.map(|ties| ties.identifier.clone()).collect()
                    };
                    assert_ne!(ties(&before), ties(&fresh));
                    continue;
                }
                n_changed += 1;
                assert_same(&all.report, &fresh);
                assert!(all.change(Options::default(), &[], true).unwrap());
                assert_same(&all.report, &before);
            }
        }
    }
    assert!(n_changed >= 3 * 4, "{n_changed}");
    let files = hourly();
    let mut all = run(&files, LAYOUTS[1]);
    assert!(all.change(Options::default(), &[3], false).unwrap());
    assert!(all.change(Options::default(), &[0, 1], false).unwrap());
    assert_same(&all.report, &run(&files[2..3], LAYOUTS[1]).report);
}

/// Lines of few words, an hour a file.
fn hourly() -> Files {
    let hour = |hour: u32| -> String {
        let line = |i: u32| {
            let what = ["up", "down", "late", "in order"][((i * i + hour) % 4) as usize];
            let (minute, second) = (i / 10, i % 10 * 6);
            format!("2026-03-02 {hour:02}:{minute:02}:{second:02} INFO the pump is {what}\n")
        };
        (0..400).map(line).collect::<Vec<_>>().concat()
    };
    let named = |idx: u32| file(&format!("pump.{idx}.log"), hour(idx).as_bytes());
    (0..4).map(named).collect()
}

#[test]
fn choices_that_do_not_touch_reading_need_none() {
    let files = rotated();
    let options = Options {
        window_seconds: Some(900),
        seed: 9,
        link_seconds: 60,
        eps: Some(0.4),
        ..Options::default()
    };
    let mut changed = run(&files, LAYOUTS[1]);
    assert!(changed.change(options.clone(), &[], false).unwrap());
    let borrowed: Vec<_> = files
        .iter()
        .map(|(meta, text)| (meta.clone(), text.as_slice()))
        .collect();
    let layout = Layout {
        block_len: LAYOUTS[1].2,
        ..Layout::default()
    };
    let fresh = analyze(&borrowed, options.clone(), layout).unwrap();
    assert_same(&changed.report.clone(), &fresh);
    let is_plain = Options {
        plain: true,
        ..options
    };
    assert!(!changed.change(is_plain, &[], false).unwrap());
    assert_same(&changed.report.clone(), &fresh);
}

#[test]
fn entries_of_an_archive_are_files_of_their_own() {
    let csv = b"time,level,message\n2026-03-02 06:00:01,INFO,from a table\n2026-03-02 06:00:02,INFO,from a table\n";
    let array = b"[\n{\"time\":\"2026-03-02T06:00:03Z\",\"message\":\"in an array\"},\n{\"message\":\"and one more\"}\n]\n";
    let parts = parts();
    let apart: Files = vec![
        file("a/one.log", &parts[0]),
        file("table.csv", csv),
        file("array.json", array),
        file("two.log", &parts[1]),
    ];
    let expected = content(report(&apart));
    let shapes: Vec<_> = expected
        .files
        .iter()
        .map(|file| file.shape.as_str())
        .collect();
    assert_eq!(shapes, ["csv", "lines", "jsonArray", "lines"]);
    let packed = gzip(&parts[1]);
    let entries: [(&str, &[u8]); 5] = [
        ("array.json", array),
        ("logo.png", b"\x89PNG\r\n\x1a\n"),
        ("two.log", &packed),
        ("table.csv", csv),
        ("a/one.log", &parts[0]),
    ];
    for archive in [tar(&entries[..2]), tar(&entries), gzip(&tar(&entries))] {
        for layout in LAYOUTS {
            let found = run(&[file("logs.tar", &archive)], layout).report.clone();
            assert_eq!(found.totals.n_bytes_read, archive.len() as f64);
            let left: Vec<_> = found
                .notices
                .iter()
                .filter(|n| n.message.contains("logo.png"))
                .collect();
            assert_eq!(left.len(), 1);
            assert!(
                found
                    .files
                    .iter()
                    .all(|file| file.name.starts_with("logs.tar \u{203a} "))
            );
            if found.files.len() > 1 {
                // Nested compression goes one level deep only.
                let has_two = found.files.len() == 4;
                let mut rest = apart.clone();
                if !has_two {
                    rest.retain(|(meta, _)| meta.name != "two.log");
                }
                let fresh = content(run(&rest, layout).report.clone());
                assert_same(&content(found), &fresh);
            }
        }
    }
}

#[test]
fn what_was_read_of_a_file_that_shrank_is_kept() {
    let text = parts().concat();
    for layout in LAYOUTS {
        for cut in [0, 1, 4999, 5000, 5001, text.len() / 2, text.len() - 1] {
            let files = [
                (
                    meta("app.log", &text, 1_772_460_000_000.0),
                    text[..cut].to_vec(),
                ),
                file("other.log", b"2026-03-02 06:00:00 INFO whole\n"),
            ];
            // Its beginning was still there when it was opened.
            let found = run_with_heads(&files, &text, layout);
            assert_eq!(
                found.totals.n_bytes_read,
                (cut + files[1].1.len()) as f64,
                "{cut}"
            );
            let codes: Vec<_> = found.notices.iter().map(|n| n.code.as_str()).collect();
            assert!(
                codes.contains(&"changed") && !codes.contains(&"conservation"),
                "{codes:?}"
            );
            let n_lines = memchr::memchr_iter(b'\n', &text[..cut]).count();
            let is_open = cut > 0 && text[cut - 1] != b'\n';
            assert_eq!(
                found.totals.n_lines as usize,
                n_lines + usize::from(is_open) + 1
            );
        }
    }
}

fn run_with_heads(
    files: &[(FileMeta, Vec<u8>)],
    head: &[u8],
    layout: (usize, usize, u64),
) -> Report {
    use logloupe::session::{Engine, Task};
    use logloupe::shard::Shard;
    let mut engine = Engine::with_block_len(Options::default(), layout.2).unwrap();
    engine.open(files[0].0.clone(), head).unwrap();
    engine.open(files[1].0.clone(), &files[1].1).unwrap();
    let mut shard = Shard::new(engine.setup());
    let mut late = Vec::new();
    while let Task::Block {
        job, setup, input, ..
    } = engine.next_task()
    {
        let all = &files[input as usize].1;
        shard.begin(job.clone(), &setup);
        for part in all[(job.feed_from() as usize).min(all.len())..].chunks(layout.1) {
            if !shard.push(part) {
                break;
            }
        }
        late.push((job, shard.end().unwrap()));
        // Answers come late and in any order.
        if late.len() > layout.0 {
            let (job, summary) = late.swap_remove(0);
            for naming in engine.merge(job.file, job.block, summary) {
                shard.name_messages(naming);
            }
        }
    }
    for (job, summary) in late {
        for naming in engine.merge(job.file, job.block, summary) {
            shard.name_messages(naming);
        }
    }
    let survey = engine.analyze();
    engine.conclude(vec![shard.survey(survey)]).unwrap()
}
