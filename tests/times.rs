//! What lines leave out of their times is filled in after reading: the zone that is assumed, and the year.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use logloupe::local::{Analysis, Layout, meta};
use logloupe::protocol::{DayMonthChoice, FileMeta, Options, Selection};
use logloupe::report::FileReport;
use proptest::prelude::*;
use std::fmt::Write;

type Files = Vec<(FileMeta, Vec<u8>)>;

const LAYOUTS: [Layout; 2] = [
    Layout {
        n_shards: 1,
        chunk_len: 1 << 20,
        block_len: 1 << 24,
    },
    Layout {
        n_shards: 3,
        chunk_len: 777,
        block_len: 3000,
    },
];

fn in_zone(zone: &str) -> Options {
    Options {
        timezone: zone.to_owned(),
        // Few trees and wide windows, because what they score does not matter here.
        n_trees: 10,
        window_seconds: Some(21_600),
        ..Options::default()
    }
}

fn run<'a>(files: &'a Files, options: &Options, layout: Layout) -> Analysis<'a> {
    let files: Vec<_> = files
        .iter()
        .map(|(meta, text)| (meta.clone(), text.as_slice()))
        .collect();
    Analysis::new(&files, options.clone(), layout).unwrap()
}

fn file(name: &str, text: &[u8], modified: &str) -> (FileMeta, Vec<u8>) {
    (meta(name, text, millis(modified)), text.to_vec())
}

fn millis(instant: &str) -> f64 {
    instant.parse::<jiff::Timestamp>().unwrap().as_millisecond() as f64
}

fn instant(millis: f64) -> String {
    jiff::Timestamp::from_millisecond(millis as i64)
        .unwrap()
        .to_string()
}

/// A line of a log: how it writes its time, seconds since the line before, what it says.
type Line = (u8, i64, u8);

fn lines() -> impl Strategy<Value = Vec<Line>> {
    // Half of all lines follow each other in seconds; hours and days lead over the days on which clocks change.
    let step = prop_oneof![4 => 0..90_i64, 2 => 0..5000_i64, 1 => -7200..86_400_i64];
    prop::collection::vec((0..8_u8, step, 0..12_u8), 20..300)
}

/// The lines as a log of this manner, from an instant in 2024 on: times with an offset, without one, or without a year.
fn written(lines: &[Line], manner: u8, from: i64) -> Vec<u8> {
    let mut text = String::new();
    let mut now = from;
    for &(how, step, what) in lines {
        now += step;
        let time = jiff::Timestamp::from_second(now).unwrap();
        let zoned = time.to_zoned(jiff::tz::TimeZone::UTC);
        let format = match (manner, how) {
            (0, _) | (3, 0..=3) => "%Y-%m-%d %H:%M:%S",
            (1, _) => "%Y-%m-%dT%H:%M:%SZ",
            (3, _) => "%Y-%m-%d %H:%M:%S+05:45",
            _ => "%b %e %H:%M:%S",
        };
        let stamp = zoned.strftime(format).to_string();
        let message = match what {
            0 => "ERROR store: connection refused by backend".to_owned(),
            1 => format!(
                "WARN auth: failed password for root from 10.0.0.{}",
                now % 9
            ),
            2 => "  at a place that has no time".to_owned(),
            n => format!("INFO web: request {} took {} ms", n % 4, now % 77),
        };
        let line = match what {
            2 => format!("{message}\n"),
            _ if manner == 2 => {
                format!("{stamp} host app[7]: {message} session=s{:04x}\n", now % 23)
            }
            _ => format!("{stamp} {message} session=s{:04x}\n", now % 23),
        };
        text.push_str(&line);
    }
    text.into_bytes()
}

const ZONES: [&str; 7] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "-11:00",
    "+14:00",
];

/// All that can be seen of a run: the report, every line, and the lines of the middle half of its time.
fn seen(analysis: &mut Analysis<'_>) -> (String, Vec<logloupe::protocol::RawLine>) {
    let report = serde_json::to_string(&analysis.report).unwrap();
    let totals = &analysis.report.totals;
    let mut shown = Vec::new();
    let (first, last) = (
        totals.first_ms.unwrap_or(0.0),
        totals.last_ms.unwrap_or(0.0),
    );
    let quarter = (last - first) / 4.0;
    for selection in [
        Selection::default(),
        Selection {
            from_ms: Some(first + quarter),
            to_ms: Some(last - quarter),
            ..Selection::default()
        },
    ] {
        analysis.find(&selection, 7).unwrap();
        shown.extend(analysis.lines(0, 5000));
    }
    (report, shown)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, max_shrink_iters: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn another_zone_gives_what_reading_with_it_gives(
        logs in prop::collection::vec((lines(), 0..4_u8, 0..6_i64), 1..4),
        zones in prop::sample::subsequence(&ZONES[..], 2),
    ) {
        // Four hours apart, around the nights on which the clocks of Europe change.
        let from = [1_711_756_800, 1_729_972_800];
        let files: Files = logs.iter().enumerate().map(|(idx, (lines, manner, hours))| {
            let text = written(lines, *manner, from[idx % 2] + hours * 4 * 3600);
            file(&format!("{idx}.log"), &text, "2024-12-24T00:00:00Z")
        }).collect();
        for layout in LAYOUTS {
            let mut changed = run(&files, &in_zone(zones[0]), layout);
            for zone in &zones[1..] {
                prop_assert!(changed.change(in_zone(zone), &[], false).unwrap(), "it was read again");
                let mut fresh = run(&files, &in_zone(zone), layout);
                let (changed, fresh) = (seen(&mut changed), seen(&mut fresh));
                prop_assert_eq!(changed.0, fresh.0);
                prop_assert_eq!(changed.1, fresh.1);
            }
        }
    }
}

/// Name, first and last time of each file, and records whose zone was assumed.
fn spans(analysis: &Analysis<'_>) -> Vec<(String, String, String)> {
    let span = |file: &FileReport| {
        let time = |ms: Option<f64>| ms.map_or_else(String::new, instant);
        (file.name.clone(), time(file.first_ms), time(file.last_ms))
    };
    analysis.report.files.iter().map(span).collect()
}

#[test]
fn the_order_of_files_changes_with_the_zone() {
    let local = "2024-05-01 10:00:00 INFO local up\n2024-05-01 10:00:09 INFO local down\n";
    let zoned = "2024-05-01T09:00:00Z INFO zoned up\n2024-05-01T09:00:09Z INFO zoned down\n";
    let files = vec![
        file("local.log", local.as_bytes(), "2024-05-02T00:00:00Z"),
        file("zoned.log", zoned.as_bytes(), "2024-05-02T00:00:00Z"),
    ];
    let mut analysis = run(&files, &in_zone("UTC"), LAYOUTS[0]);
    assert_eq!(spans(&analysis)[0].0, "zoned.log");
    assert!(
        analysis
            .change(in_zone("Europe/Berlin"), &[], false)
            .unwrap()
    );
    let spans = spans(&analysis);
    assert_eq!(spans[0].0, "local.log");
    assert_eq!(spans[0].1, "2024-05-01T08:00:00Z");
    assert_eq!(spans[1].1, "2024-05-01T09:00:00Z");
    assert_eq!(analysis.report.timezone, "Europe/Berlin");
}

/// First and last time of a log with these dates, each sixty lines a minute apart.
fn yearless(modified: &str, dates: &[&str]) -> (String, String) {
    let mut text = String::new();
    for date in dates {
        for n in 0..60 {
            writeln!(text, "{date} 10:{n:02}:{n:02} host app[7]: tick {n}")
                .expect("a string takes all");
        }
    }
    let files = vec![file("syslog", text.as_bytes(), modified)];
    let reports = LAYOUTS.map(|layout| run(&files, &in_zone("UTC"), layout).report);
    assert_eq!(reports[0], reports[1], "blocks matter");
    let file = &reports[0].files[0];
    let day = |ms: Option<f64>| instant(ms.unwrap())[..10].to_owned();
    (day(file.first_ms), day(file.last_ms))
}

#[test]
fn years_are_counted_from_the_end_of_the_log() {
    for (modified, dates, want) in [
        (
            "2024-02-10T00:00:00Z",
            &["Nov 30", "Dec 31", "Jan  1", "Feb  9"][..],
            ("2023-11-30", "2024-02-09"),
        ),
        // Copied months later.
        (
            "2024-12-24T00:00:00Z",
            &["Nov 30", "Dec 31", "Jan  1", "Feb  9"],
            ("2023-11-30", "2024-02-09"),
        ),
        // Three years in one file.
        (
            "2024-03-01T00:00:00Z",
            &["Aug 10", "Dec 31", "Jan  2", "Jul  1", "Dec  1", "Jan 31"],
            ("2022-08-10", "2024-01-31"),
        ),
        // The date of the file lies amid the log: no line jumps back by a year.
        (
            "2015-06-10T00:00:00Z",
            &["Jan  1", "May  1", "Jul  1", "Dec 30"],
            ("2014-01-01", "2014-12-30"),
        ),
        (
            "2023-05-01T00:00:00Z",
            &["Dec 30", "Feb 29", "Mar  1"],
            ("2019-12-30", "2020-03-01"),
        ),
        // Lines that were late around new year begin no year.
        (
            "2024-01-03T00:00:00Z",
            &["Dec 31", "Jan  1", "Dec 31", "Jan  1", "Dec 30", "Jan  2"],
            ("2023-12-30", "2024-01-02"),
        ),
        // Lines that have a year say which the others are of, however much later the file was copied.
        (
            "2026-11-01T00:00:00Z",
            &["2022-03-01", "Mar  2"],
            ("2022-03-01", "2022-03-02"),
        ),
        (
            "2026-11-01T00:00:00Z",
            &["2022-12-30", "Jan  2"],
            ("2022-12-30", "2023-01-02"),
        ),
        (
            "2026-11-01T00:00:00Z",
            &["Dec 30", "2023-01-02"],
            ("2022-12-30", "2023-01-02"),
        ),
    ] {
        let got = yearless(modified, dates);
        assert_eq!((got.0.as_str(), got.1.as_str()), want, "{dates:?}");
    }
}

#[test]
fn a_person_may_say_which_number_is_the_day() {
    let mut text = String::new();
    for n in 1..=9 {
        writeln!(text, "0{n}/05/2024 10:00:00 INFO tick {n}").expect("a string takes all");
    }
    let entry = tar_of("in.log", text.as_bytes());
    let files = vec![
        file("a.log", text.as_bytes(), "2024-12-24T00:00:00Z"),
        file("b.tar", &entry, "2024-12-24T00:00:00Z"),
    ];
    let mut analysis = run(&files, &in_zone("UTC"), LAYOUTS[0]);
    let names: Vec<String> = spans(&analysis).into_iter().map(|span| span.0).collect();
    for file in &analysis.report.files {
        assert_eq!(
            (file.is_day_first, file.is_day_first_assumed),
            (Some(false), true)
        );
        assert_eq!(file.n_zone_assumed, 9);
    }
    for (span, first, last) in spans(&analysis) {
        let want = ("2024-01-05T10:00:00Z", "2024-09-05T10:00:00Z");
        assert_eq!((first.as_str(), last.as_str()), want, "{span}");
    }
    for chosen in &names {
        let options = Options {
            day_month: vec![DayMonthChoice {
                file: chosen.clone(),
                is_day_first: true,
            }],
            ..in_zone("UTC")
        };
        // The dates of a day do not tell of which day the others are, so the file is read once more.
        assert!(!analysis.change(options.clone(), &[], false).unwrap());
        let again = run(&files, &options, LAYOUTS[1]);
        for file in &again.report.files {
            let is_it = file.name == *chosen;
            assert_eq!(
                (file.is_day_first, file.is_day_first_assumed),
                (Some(is_it), !is_it)
            );
            let want = if is_it {
                "2024-05-01T10:00:00Z"
            } else {
                "2024-01-05T10:00:00Z"
            };
            assert_eq!(instant(file.first_ms.unwrap()), want, "{}", file.name);
        }
    }
}

/// An archive of one file.
fn tar_of(name: &str, content: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 512];
    out[..name.len()].copy_from_slice(name.as_bytes());
    out[100..107].copy_from_slice(b"0000644");
    out[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    out[156] = b'0';
    out[257..263].copy_from_slice(b"ustar\0");
    out[148..156].fill(b' ');
    let sum: u32 = out.iter().map(|&byte| u32::from(byte)).sum();
    out[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    out.extend_from_slice(content);
    out.resize(out.len().next_multiple_of(512) + 1024, 0);
    out
}

#[test]
fn times_that_the_clocks_skipped_or_showed_twice_are_counted() {
    let minutes = |day: &str, hour: u32| -> String {
        (0..60).fold(String::new(), |mut text, minute| {
            writeln!(text, "2024-{day} {hour:02}:{minute:02}:00 INFO tick").unwrap();
            text
        })
    };
    let text = minutes("03-10", 1) + &minutes("03-10", 2) + &minutes("11-03", 1);
    let files = vec![file("a.log", text.as_bytes(), "2024-12-01T00:00:00Z")];
    for (zone, want) in [
        (
            "UTC",
            &["180 records without a time zone, taken to be UTC."][..],
        ),
        (
            "America/New_York",
            &[
                "180 records without a time zone, taken to be America/New_York.",
                "60 records with a time that does not exist in America/New_York",
                "60 records with a time that came twice in America/New_York",
            ],
        ),
        ("Asia/Kolkata", &["180 records without a time zone"]),
    ] {
        for layout in LAYOUTS {
            let mut read = run(&files, &in_zone("UTC"), layout);
            assert!(read.change(in_zone(zone), &[], false).unwrap());
            let about_zones = ["zoneAssumed", "skippedTimes", "repeatedTimes"];
            let said: Vec<_> = read
                .report
                .notices
                .iter()
                .filter(|notice| about_zones.contains(&notice.code.as_str()))
                .map(|notice| notice.message.as_str())
                .collect();
            assert_eq!(said.len(), want.len(), "{zone}: {said:?}");
            for (said, want) in said.iter().zip(want) {
                assert!(said.starts_with(want), "{zone}: {said}");
            }
        }
    }
}
