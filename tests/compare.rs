//! What differs between two sides: by the measure of scipy, found where it was planted, and not found where there is nothing.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::fmt::Write;

use logloupe::base::rng;
use logloupe::base::time::{HOUR, MINUTE, SECOND, Timestamp};
use logloupe::detect::contrast::Counts;
use logloupe::detect::significance::benjamini_hochberg;
use logloupe::error::Error;
use logloupe::local::{Analysis, Layout, meta};
use logloupe::protocol::{
    CompareBy, Comparison, Difference, DifferenceKind, Direction, Options, Selection, Side,
};
use logloupe::report::words::clock;
use rand::RngExt;
use serde::Deserialize;

const START: i64 = 1_772_438_400 * SECOND;

#[derive(Deserialize)]
struct Reference {
    rows: Vec<ReferenceRow>,
    families: Vec<Family>,
}

#[derive(Deserialize)]
struct ReferenceRow {
    n: [f64; 2],
    weights: [f64; 2],
    totals: [f64; 2],
    rate: f64,
    share: f64,
}

#[derive(Deserialize)]
struct Family {
    p: Vec<f64>,
    adjusted: Vec<f64>,
}

#[test]
fn probabilities_equal_those_of_scipy() {
    let reference: Reference =
        serde_json::from_str(include_str!("reference/contrast.json")).unwrap();
    // Beyond the smallest numbers scipy has fewer digits than it shows.
    let is_near = |found: f64, expected: f64| {
        (found - expected).abs() <= 1e-9 * expected || (found < 1e-290 && expected < 1e-290)
    };
    for row in &reference.rows {
        let rate = Counts {
            n: row.n,
            weights: row.weights,
            n_all: f64::INFINITY,
            dispersion: 1.0,
        };
        let share = Counts {
            weights: row.totals,
            n_all: row.totals[0] + row.totals[1],
            ..rate
        };
        for (found, expected) in [(rate.compare().p, row.rate), (share.compare().p, row.share)] {
            assert!(
                is_near(found, expected),
                "{found} is not {expected}: {rate:?}, {share:?}"
            );
        }
    }
    for family in &reference.families {
        let adjusted = benjamini_hochberg(&family.p, family.p.len());
        let pairs = adjusted.iter().zip(&family.adjusted);
        pairs.for_each(|(found, expected)| assert!((found - expected).abs() < 1e-12));
    }
}

/// What was said when, as a log.
fn log(mut said: Vec<(i64, String)>) -> Vec<u8> {
    said.sort();
    let mut text = String::new();
    for (at, said) in said {
        writeln!(text, "{} {said}", clock(Timestamp(START + at), true)).unwrap();
    }
    text.into_bytes()
}

/// An hour in which 30 things are said at random, some often and some seldom, each time `n_together` times within a second.
fn steady(seed: u64, n_lines: u32, n_together: i64) -> Vec<(i64, String)> {
    let mut rng = rng::for_stage(seed, "steady");
    let words = [
        "alpha", "bravo", "delta", "gamma", "kilo", "lima", "oscar", "tango", "zulu",
    ];
    (0..n_lines)
        .flat_map(|n| {
            let at = rng.random_range(0..HOUR);
            let rank: f64 = rng.random();
            let what = (rank * rank * rank * 30.0) as usize;
            let (a, b) = (words[what % 9], words[what / 9]);
            let level = if what.is_multiple_of(7) {
                "WARN"
            } else {
                "INFO"
            };
            let user = words[rng.random_range(0..9)];
            (0..n_together).map(move |copy| {
                let said = format!(
                    "{level} {a} {b} step for user={user}{} took {n} ms",
                    what % 4
                );
                (at + copy * SECOND / 10, said)
            })
        })
        .collect()
}

fn opened<'a>(files: &[(&str, &'a [u8])], layout: Layout) -> Analysis<'a> {
    let files: Vec<_> = (files.iter())
        .map(|(name, bytes)| (meta(name, bytes, 1_772_500_000_000.0), *bytes))
        .collect();
    Analysis::new(&files, Options::default(), layout).unwrap()
}

fn minutes(from: i64, to: i64) -> Side {
    let ms = |minutes: i64| Some(Timestamp(START + minutes * MINUTE).millis());
    Side {
        files: None,
        from_ms: ms(from),
        to_ms: ms(to),
    }
}

fn file(place: u32) -> Side {
    Side {
        files: Some(vec![place]),
        ..Side::default()
    }
}

/// The records that a row means on a side.
fn within(selection: &Selection, side: &Side) -> Selection {
    Selection {
        files: side.files.clone(),
        from_ms: side.from_ms,
        to_ms: side.to_ms,
        ..selection.clone()
    }
}

/// Every count of a comparison is what a query for it finds.
fn assert_counted(analysis: &mut Analysis<'_>, found: &Comparison, sides: [&Side; 2]) {
    let all = [&found.before, &found.after];
    for (side, facts) in sides.into_iter().zip(all) {
        let n = analysis
            .find(&within(&Selection::default(), side), 1)
            .unwrap();
        assert_eq!(n, u64::from(facts.n_records));
    }
    for row in &found.rows {
        for (side, n) in sides.into_iter().zip([row.n_before, row.n_after]) {
            let found = analysis.find(&within(&row.selection, side), 1).unwrap();
            assert_eq!(found, u64::from(n), "{row:?}");
        }
    }
}

fn named<'a>(found: &'a Comparison, kind: DifferenceKind, part: &str) -> &'a Difference {
    let row = |row: &&Difference| row.kind == kind && row.name.contains(part);
    found.rows.iter().find(row).unwrap_or_else(|| {
        let names: Vec<_> = found.rows.iter().map(|row| (row.kind, &row.name)).collect();
        panic!("no {part} in {names:#?}")
    })
}

#[test]
fn what_was_planted_is_found_with_exact_counts_in_any_layout() {
    let mut said = steady(1, 4000, 1);
    let more = |from: i64, to: i64, step: i64, text: &str| -> Vec<(i64, String)> {
        let times = (from * MINUTE..to * MINUTE).step_by((step * SECOND) as usize);
        times.map(|at| (at, text.to_owned())).collect()
    };
    said.extend(more(40, 60, 20, "ERROR pool exhausted, giving up"));
    said.extend(more(0, 40, 20, "INFO heartbeat of the mirror"));
    said.extend(more(0, 40, 40, "INFO mirror db-east answers within limits"));
    said.extend(more(0, 40, 40, "INFO mirror db-west answers within limits"));
    said.extend(more(
        40,
        60,
        20,
        "INFO mirror db-west answers within limits",
    ));
    let text = log(said);
    let (before, after) = (minutes(0, 40), minutes(40, 60));
    let layouts = [(1, 1 << 24), (3, 20_000), (2, 5000)].map(|(n_shards, block_len)| Layout {
        n_shards,
        chunk_len: 4096,
        block_len,
    });
    let mut first: Option<Comparison> = None;
    for layout in layouts {
        let mut analysis = opened(&[("a.log", &text)], layout);
        let found = analysis.compare(&before, &after, CompareBy::Rate).unwrap();
        if let Some(first) = &first {
            assert_eq!(*first, found);
            continue;
        }
        assert_counted(&mut analysis, &found, [&before, &after]);
        let new = named(&found, DifferenceKind::Pattern, "pool exhausted");
        assert_eq!((new.n_before, new.n_after), (0, 60));
        assert_eq!((new.direction, new.ratio), (Direction::New, None));
        assert!((new.after - 180.0).abs() < 0.5, "{} an hour", new.after);
        let gone = named(&found, DifferenceKind::Pattern, "heartbeat");
        assert_eq!(gone.direction, Direction::Vanished);
        assert_eq!((gone.n_before, gone.ratio), (120, Some(0.0)));
        named(&found, DifferenceKind::Level, "ERROR");
        assert!(found.rows.iter().all(|row| row.p < 0.02));
        assert!(found.rows.is_sorted_by(|a, b| a.p <= b.p));
        assert_eq!(found.n_different as usize, found.rows.len());
        first = Some(found);
    }
}

#[test]
fn values_are_shares_of_their_own_pattern() {
    // Ten nodes answer in turn; then, four times as often, nearly always the same one.
    let nodes = [
        "ash", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak", "pine",
    ];
    let mut said = steady(2, 2000, 1);
    said.extend((0..600_i64).map(|n| {
        let at = n * 3 * SECOND + SECOND / 2;
        (
            at,
            format!("INFO node={} answered", nodes[(n % 10) as usize]),
        )
    }));
    said.extend((0..2400_i64).map(|n| {
        let at = 30 * MINUTE + n * 3 * SECOND / 4;
        let node = if n % 5 == 0 { n / 5 % 10 } else { 3 };
        (at, format!("INFO node={} answered", nodes[node as usize]))
    }));
    let text = log(said);
    let mut analysis = opened(&[("a.log", &text)], Layout::default());
    let (before, after) = (minutes(0, 30), minutes(30, 60));
    let found = analysis.compare(&before, &after, CompareBy::Rate).unwrap();
    assert_counted(&mut analysis, &found, [&before, &after]);
    let pattern = named(&found, DifferenceKind::Pattern, "answered");
    assert_eq!(pattern.ratio.map(f64::round), Some(4.0));
    let elm = named(&found, DifferenceKind::Value, "elm");
    assert_eq!((elm.before, elm.direction), (0.1, Direction::More));
    assert!((elm.after - 0.82).abs() < 1e-9);
    let place = elm.place.as_ref().unwrap();
    assert!(
        place.text.contains("answered") && place.slot == 0,
        "{place:?}"
    );
    assert_eq!(
        named(&found, DifferenceKind::Value, "oak").direction,
        Direction::Fewer
    );
}

#[test]
fn rates_and_shares_are_two_questions() {
    // In the second file everything comes three times as often, and one thing as often as before.
    let often = |n_times: i64| -> Vec<(i64, String)> {
        let beat = (0..360).map(|n| (n * 10 * SECOND, "INFO beat".to_owned()));
        let work = (0..1200 * n_times).map(|n| {
            let at = n * 3 * SECOND / n_times + n * n * 37 % 900_000;
            (at, format!("INFO page {n} was served"))
        });
        beat.chain(work).collect()
    };
    let (a, b) = (log(often(1)), log(often(3)));
    let mut analysis = opened(&[("a.log", &a), ("b.log", &b)], Layout::default());
    let (before, after) = (file(0), file(1));
    let by_rate = analysis.compare(&before, &after, CompareBy::Rate).unwrap();
    assert_counted(&mut analysis, &by_rate, [&before, &after]);
    assert_eq!(by_rate.by, CompareBy::Rate);
    let served = named(&by_rate, DifferenceKind::Pattern, "served");
    assert_eq!(served.direction, Direction::More);
    assert!((served.ratio.unwrap() - 3.0).abs() < 0.01);
    assert!(by_rate.rows.iter().all(|row| !row.name.contains("beat")));
    let by_share = analysis.compare(&before, &after, CompareBy::Share).unwrap();
    assert_eq!(by_share.by, CompareBy::Share);
    let beat = named(&by_share, DifferenceKind::Pattern, "beat");
    assert_eq!(beat.direction, Direction::Fewer);
    assert!((beat.before - 360.0 / 1560.0).abs() < 1e-6);
}

#[test]
fn sources_are_compared_and_files_without_times_by_share() {
    let said = |n_gateway: usize| -> Vec<u8> {
        let mut text = String::new();
        for n in 0..600 {
            let source = if n % 10 < n_gateway {
                "gateway"
            } else {
                "worker"
            };
            writeln!(
                text,
                r#"{{"level":"info","logger":"{source}","msg":"handled"}}"#
            )
            .unwrap();
        }
        text.into_bytes()
    };
    let (a, b) = (said(3), said(6));
    let mut analysis = opened(&[("a.json", &a), ("b.json", &b)], Layout::default());
    let (before, after) = (file(0), file(1));
    let found = analysis.compare(&before, &after, CompareBy::Rate).unwrap();
    assert_eq!(found.by, CompareBy::Share);
    assert_counted(&mut analysis, &found, [&before, &after]);
    let gateway = named(&found, DifferenceKind::Source, "gateway");
    assert_eq!((gateway.before, gateway.after), (0.3, 0.6));
    assert_eq!(gateway.ratio, Some(2.0));
}

#[test]
fn two_halves_of_a_steady_log_do_not_differ() {
    let n_seeds = 60;
    for (n_lines, n_together) in [(3000, 1), (600, 5)] {
        for by in [CompareBy::Rate, CompareBy::Share] {
            let mut n_false = 0;
            for seed in 0..n_seeds {
                let text = log(steady(seed, n_lines, n_together));
                let analysis = opened(&[("a.log", &text)], Layout::default());
                let found = analysis
                    .compare(&minutes(0, 30), &minutes(30, 60), by)
                    .unwrap();
                assert!(found.n_compared > 20, "{}", found.n_compared);
                n_false += u32::from(found.n_different > 0);
            }
            // 2 % of 60; five are one in a hundred by chance.
            assert!(
                n_false <= 4,
                "{n_false} of {n_seeds} by {by:?}, {n_together} together"
            );
        }
    }
}

#[test]
fn sides_that_hold_nothing_or_cannot_be_are_answered() {
    let text = log(steady(3, 500, 1));
    let analysis = opened(&[("a.log", &text)], Layout::default());
    let empty = analysis
        .compare(&minutes(0, 30), &minutes(90, 120), CompareBy::Rate)
        .unwrap();
    assert_eq!((empty.after.n_records, empty.n_different), (0, 0));
    let refused = analysis.compare(&minutes(30, 30), &minutes(0, 30), CompareBy::Rate);
    assert!(matches!(refused, Err(Error::Params(error)) if error.option == "before"));
    let whole = Side::default();
    let same = analysis.compare(&whole, &whole, CompareBy::Rate).unwrap();
    assert!(same.is_overlapping && same.n_different == 0);
    assert!(
        !analysis
            .compare(&minutes(0, 30), &minutes(30, 60), CompareBy::Share)
            .unwrap()
            .is_overlapping
    );
}
