//! Reading that is ended by hand gives what reading files gives that end there, and says what was left unread.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::collections::VecDeque;
use std::io::Write as _;

use logloupe::local::{Layout, analyze, meta};
use logloupe::protocol::{FileMeta, Options, SessionChoice};
use logloupe::report::Report;
use logloupe::sample::{Sample, SampleParams};
use logloupe::session::{Engine, Task};
use logloupe::shard::Shard;

const BLOCK_LEN: u64 = 10_000;
/// Blocks that were handed out and not begun when reading ends.
const IN_HAND: usize = 3;

fn sample() -> Vec<u8> {
    let mut text = Vec::new();
    let mut sample = Sample::new(&SampleParams::new(7, 2000));
    while sample.next_chunk(&mut text, 4096) {}
    text
}

fn file(name: &str, bytes: &[u8]) -> FileMeta {
    meta(name, bytes, 1_772_460_000_000.0)
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

/// Reads until so many tasks were given out, and then no further.
fn stopped(files: &[(FileMeta, Vec<u8>)], n_tasks: usize) -> Report {
    let mut engine = Engine::with_block_len(options(), BLOCK_LEN).unwrap();
    for (meta, bytes) in files {
        engine
            .open(meta.clone(), &bytes[..bytes.len().min(1 << 20)])
            .unwrap();
    }
    let mut shard = Shard::new(engine.setup());
    let mut in_hand = VecDeque::new();
    let mut n = 0;
    let mut is_stopped = false;
    loop {
        if n == n_tasks {
            engine.stop_reading();
            is_stopped = true;
        }
        n += 1;
        let task = engine.next_task();
        let is_done = task == Task::Done;
        match task {
            Task::Done => {}
            Task::Read {
                input,
                offset,
                byte_len,
            } => {
                assert!(!is_stopped, "what is read no further is asked for no more");
                let bytes = &files[input as usize].1[offset as usize..];
                // Less than asked for, so that there is something left to stop at.
                let byte_len = (byte_len as usize).min(bytes.len());
                engine.feed(input, &bytes[..byte_len]);
            }
            Task::Block {
                job,
                setup,
                input,
                bytes,
            } => in_hand.push_back((job, setup, input, bytes)),
        }
        while in_hand.len() > IN_HAND || (is_done && !in_hand.is_empty()) {
            let (job, setup, input, bytes) = in_hand.pop_front().unwrap();
            let all = &files[input as usize].1[..];
            let is_begun = !is_stopped || bytes.is_some();
            let text = match &bytes {
                Some(bytes) => &bytes[..],
                None if is_begun => &all[job.feed_from() as usize..],
                None => &[],
            };
            shard.begin(job.clone(), &setup);
            for chunk in text.chunks(1000) {
                if !shard.push(chunk) {
                    break;
                }
            }
            let summary = shard.end().unwrap();
            for naming in engine.merge(job.file, job.block, summary) {
                shard.name_messages(naming);
            }
        }
        if is_done {
            break;
        }
    }
    let survey = engine.analyze();
    let answer = shard.survey(survey);
    engine.conclude(vec![answer]).unwrap()
}

fn notice(report: &Report, code: &str) -> Option<String> {
    let notice = report.notices.iter().find(|notice| notice.code == code);
    notice.map(|notice| notice.message.clone())
}

/// What ties records together is told by more of a file than was read, so it is left out.
fn options() -> Options {
    Options {
        session: SessionChoice::Off,
        ..Options::default()
    }
}

/// What does not depend on how long the files were said to be.
fn answer(report: &Report) -> Report {
    let mut answer = report.clone();
    answer.totals.byte_len = 0.0;
    answer
        .notices
        .retain(|notice| !["stopped", "damaged"].contains(&notice.code.as_str()));
    answer
}

/// The parts of two reports that differ, by name: all of them would be thousands of lines.
fn differing(a: &Report, b: &Report) -> Vec<String> {
    let parts = |report: &Report| -> serde_json::Map<String, serde_json::Value> {
        serde_json::from_slice(&report.to_json()).unwrap()
    };
    let (a, b) = (parts(a), parts(b));
    let differ = a
        .into_iter()
        .filter(|(name, part)| b.get(name) != Some(part));
    differ.map(|(name, _)| name).collect()
}

fn read_whole(files: &[(FileMeta, Vec<u8>)]) -> Report {
    let files: Vec<_> = files
        .iter()
        .map(|(meta, bytes)| (meta.clone(), &bytes[..]))
        .collect();
    let layout = Layout {
        block_len: BLOCK_LEN,
        ..Layout::default()
    };
    analyze(&files, options(), layout).unwrap()
}

#[test]
fn stopping_is_reading_a_file_that_ends_there() {
    let text = sample();
    for n_tasks in [5, 9, 14] {
        let report = stopped(&[(file("a.log", &text), text.clone())], n_tasks);
        let n_read = report.totals.n_bytes_read as usize;
        assert!(n_read > 0 && n_read < text.len(), "{n_read}");
        assert_eq!(n_read, report.totals.text_len as usize);
        let said = notice(&report, "stopped").unwrap();
        let percent = 100 * n_read / text.len();
        assert!(said.contains(&format!("at {percent} %")), "{said}");
        let lines = text[..n_read].split_inclusive(|&byte| byte == b'\n').count();
        assert_eq!(report.totals.n_lines as usize, lines);
        assert_eq!(notice(&report, "changed"), None);
        assert_eq!(notice(&report, "conservation"), None);
        let cut = text[..n_read].to_vec();
        let cut = read_whole(&[(file("a.log", &cut), cut)]);
        let (report, cut) = (answer(&report), answer(&cut));
        assert_eq!(differing(&report, &cut), [""; 0]);
    }
}

#[test]
fn a_packed_file_ends_after_what_was_unpacked() {
    let text = sample();
    // Packed so that it is longer than what is read at once.
    let members: Vec<u8> = (0..60).flat_map(|_| gzip(&text)).collect();
    assert!(members.len() > 1 << 20);
    let report = stopped(&[(file("a.log.gz", &members), members.clone())], 20);
    assert_eq!(notice(&report, "damaged"), None);
    assert_eq!(notice(&report, "conservation"), None);
    let said = notice(&report, "stopped");
    let is_short = report.totals.n_bytes_read < members.len() as f64;
    assert_eq!(said.is_some(), is_short, "{said:?}");
    assert!(is_short);
    assert!(report.totals.n_records > 0);
}

#[test]
fn files_that_were_not_begun_are_counted_as_unread() {
    let text = sample();
    let half = text[..text.len() / 2].to_vec();
    let files: Vec<_> = ["a.log", "b.log", "c.log"]
        .map(|name| (file(name, &half), half.clone()))
        .into_iter()
        .collect();
    let report = stopped(&files, 14);
    let all = 3.0 * half.len() as f64;
    assert_eq!(report.totals.byte_len, all);
    assert!(report.totals.n_bytes_read < all / 2.0);
    assert!(notice(&report, "stopped").is_some());
    assert_eq!(notice(&report, "changed"), None);
    assert_eq!(notice(&report, "conservation"), None);
}

#[test]
fn stopped_when_all_was_read_it_says_nothing() {
    let text = sample();
    let report = stopped(&[(file("a.log", &text), text.clone())], usize::MAX);
    assert_eq!(notice(&report, "stopped"), None);
    let whole = read_whole(&[(file("a.log", &text), text)]);
    assert_eq!(differing(&report, &whole), [""; 0]);
}

#[test]
fn the_timeline_fills_with_what_was_merged() {
    let text = sample();
    let mut engine = Engine::with_block_len(options(), BLOCK_LEN).unwrap();
    engine.open(file("a.log", &text), &text).unwrap();
    let mut shard = Shard::new(engine.setup());
    // The first lines are there at once.
    assert!(engine.filling().n_bins > 0);
    let mut before = 0;
    while let Task::Block { job, setup, .. } = engine.next_task() {
        shard.begin(job.clone(), &setup);
        shard.push(&text[job.feed_from() as usize..]);
        let summary = shard.end().unwrap();
        engine.merge(job.file, job.block, summary);
        let timeline = engine.filling();
        assert!((1..=600).contains(&timeline.n_bins));
        let lens = timeline.series.iter().map(|level| level.n_records.len());
        assert!(lens.into_iter().all(|len| len == timeline.n_bins as usize));
        let n_records = |level: &logloupe::report::LevelSeries| level.n_records.iter().sum::<u32>();
        let n_timed: u32 = timeline.series.iter().map(n_records).sum();
        assert!(n_timed > before);
        before = n_timed;
    }
    let whole = read_whole(&[(file("a.log", &text), text)]);
    assert_eq!(before, whole.totals.n_records - whole.totals.n_untimed);
}
