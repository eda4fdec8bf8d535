//! Incidents of whole logs: what happened, what changed with it, and what set it off.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

mod calm;

use std::fmt::Write;

use logloupe::base::time::{MINUTE, SECOND, Timestamp};
use logloupe::local::{Layout, analyze, meta};
use logloupe::protocol::Options;
use logloupe::report::words::clock;
use logloupe::report::{AmountReport, Incident, Report};
use logloupe::sample::{IncidentKind, Sample, SampleParams};

fn report(text: &str, layout: Layout) -> Report {
    let file = meta("a.log", text.as_bytes(), 1_772_500_000_000.0);
    analyze(&[(file, text.as_bytes())], Options::default(), layout).unwrap()
}

fn calm(n_lines: i64, extra: &[(i64, String)]) -> String {
    calm::log(n_lines, extra, &(0..0))
}

#[test]
fn a_burst_of_failed_logins_with_random_names_is_one_incident() {
    let burst: Vec<(i64, String)> = (0..500_i64)
        .map(|n| {
            let name: String = (0..7)
                .map(|i| (b'a' + ((n * n * 31 + n * 17 * i + i * i * 7) % 26) as u8) as char)
                .collect();
            let at = 25 * MINUTE + n * 10 * MINUTE / 500;
            (
                at,
                format!("WARN login failed for user {name}, wrong password"),
            )
        })
        .collect();
    let report = report(&calm(8000, &burst), Layout::default());
    assert_eq!(report.incidents.len(), 1, "{:#?}", titles(&report));
    let incident = &report.incidents[0];
    let change = &incident.changes[0];
    assert_eq!(change.reason, "first seen here, 500 in 10 min");
    assert!(incident.score >= 50.0, "{}", incident.score);
}

#[test]
fn a_warning_that_is_new_and_goes_on_is_an_incident_set_off_by_what_was_changed() {
    let mut extra = vec![(
        30 * MINUTE - 40 * SECOND,
        "INFO configuration reloaded, pool limit 40 -> 4".to_owned(),
    )];
    extra.extend((0..90_i64).map(|n| {
        (
            30 * MINUTE + n * 11 * SECOND,
            format!("WARN pool is exhausted, {} callers wait", n % 7),
        )
    }));
    let text = calm(3000, &extra);
    let report = report(&text, Layout::default());
    let incident = report
        .incidents
        .iter()
        .find(|incident| incident.title.contains("pool is exhausted"));
    let incident = incident.unwrap_or_else(|| panic!("{:#?}", titles(&report)));
    assert!(incident.leading_edge.text.starts_with("pool is exhausted"));
    let trigger = incident.trigger.as_ref().unwrap();
    assert!(
        trigger.text.starts_with("configuration reloaded"),
        "{trigger:?}"
    );
    assert_eq!(trigger.reason, "a change, 40 s before");
    let change = &incident.changes[0];
    assert_eq!(change.mark, "new");
    assert!(
        change.reason.starts_with("first seen here, 90 in 1"),
        "{change:?}"
    );
    // Whoever did the work.
    for n_shards in [2, 3] {
        let layout = Layout {
            n_shards,
            block_len: 20_000,
            ..Layout::default()
        };
        let again = self::report(&text, layout);
        assert_eq!(again.incidents, report.incidents);
        assert_eq!(again.changes, report.changes);
    }
}

#[test]
fn the_leading_edge_is_the_first_line_that_has_to_do_with_it() {
    // Guesses begin three minutes into a window that begins with other things.
    let guesses: Vec<(i64, String)> = (0..400_i64)
        .map(|n| {
            let at = 33 * MINUTE + n * SECOND / 2;
            let said = format!(
                "INFO login failed for user root from 10.0.0.{}, wrong password",
                n % 3
            );
            (at, said)
        })
        .collect();
    // A surge of something harmless that the log says now and then.
    let calls = (0..50_i64)
        .map(|n| (n * MINUTE, 0))
        .chain((0..3000_i64).map(|n| (57 * MINUTE + n * SECOND / 20, 1)));
    let surge: Vec<(i64, String)> = calls
        .map(|(at, n)| {
            (
                at,
                format!("INFO export of report {} begins", at / SECOND + n),
            )
        })
        .collect();
    let options = Options {
        window_seconds: Some(300),
        ..Options::default()
    };
    for (extra, expected, minute, rank) in [
        (&guesses, "login failed for user", 33, 0),
        (&surge, "export of report", 57, 0),
    ] {
        let text = calm(6000, extra);
        let file = meta("a.log", text.as_bytes(), 1_772_500_000_000.0);
        let report = analyze(
            &[(file, text.as_bytes())],
            options.clone(),
            Layout::default(),
        )
        .unwrap();
        let incident = &report.incidents[rank];
        let edge = &incident.leading_edge;
        assert!(edge.text.starts_with(expected), "{incident:#?}");
        let at = edge.ms.unwrap() as i64 * 1000 - calm::START;
        assert_eq!(at / MINUTE, minute, "{incident:#?}");
        assert_eq!(incident.start_ms, edge.ms.unwrap());
        assert!(
            !incident.title.contains("this window"),
            "{}",
            incident.title
        );
    }
}

#[test]
fn what_falls_silent_is_listed_with_what_is_usual() {
    let beats: Vec<(i64, String)> = (0..2100_i64)
        .filter(|n| !(1000..1400).contains(n))
        .map(|n| (n * 2 * SECOND, format!("INFO heartbeat {n} of node 3")))
        .collect();
    let report = report(&calm(3000, &beats), Layout::default());
    let silent: Vec<_> = (report.changes.vanished.iter())
        .filter(|change| change.text.starts_with("heartbeat"))
        .collect();
    assert_eq!(silent.len(), 1, "{:#?}", report.changes);
    assert_eq!(silent[0].kind, "pause");
    assert_eq!(silent[0].n_records, 0);
    assert!(
        silent[0].reason.starts_with("none in 13 min"),
        "{}",
        silent[0].reason
    );
    assert!(report.changes.new.is_empty() && report.changes.surging.is_empty());
}

#[test]
fn a_source_that_falls_silent_is_listed() {
    let mut text = String::new();
    for n in 0..4000_i64 {
        let at = calm::START + n * 3 * SECOND;
        let unit = ["sshd", "cron", "ntpd"][(n * 7 % 11 % 3) as usize];
        let is_silent = unit == "ntpd" && (2000..2600).contains(&n);
        if !is_silent {
            let time = clock(Timestamp(at), true).replace(' ', "T");
            writeln!(
                text,
                "{time}Z gate-01 {unit}[77]: event {} of round {n}",
                n % 5
            )
            .unwrap();
        }
    }
    let report = report(&text, Layout::default());
    let found: Vec<_> = report
        .changes
        .sources
        .iter()
        .map(|c| (c.source.as_str(), c.kind.as_str()))
        .collect();
    assert_eq!(found, [("ntpd", "pause")]);
    let reason = &report.changes.sources[0].reason;
    assert!(
        reason.starts_with("none in 2") || reason.starts_with("none in 3"),
        "{reason}"
    );
    for n_shards in [2, 3] {
        let layout = Layout {
            n_shards,
            block_len: 20_000,
            ..Layout::default()
        };
        assert_eq!(self::report(&text, layout).changes, report.changes);
    }
}

#[test]
fn what_was_planted_is_found_and_what_set_it_off() {
    for seed in 1..=3 {
        let params = SampleParams::new(seed, 20_000);
        let sample = Sample::new(&params);
        let text = String::from_utf8(Sample::bytes(&params)).unwrap();
        let report = report(&text, Layout::default());
        let mut is_planted = vec![false; report.incidents.len()];
        for planted in sample.truth() {
            let overlaps = |incident: &Incident| {
                incident.start_ms <= planted.end.millis() + 300_000.0
                    && incident.end_ms >= planted.start.millis() - 300_000.0
            };
            for (is_planted, incident) in is_planted.iter_mut().zip(&report.incidents) {
                *is_planted |= overlaps(incident);
            }
            let found = report.incidents.iter().take(5).find(|i| overlaps(i));
            let found = found.unwrap_or_else(|| panic!("seed {seed}: {planted:?}"));
            match planted.kind {
                IncidentKind::BadDeploy => {
                    let trigger = found.trigger.as_ref().unwrap();
                    assert!(trigger.text.starts_with("Deploying release"), "{trigger:?}");
                }
                // By its warnings, long before memory runs out.
                IncidentKind::Leak => {
                    assert!(found.end_ms - found.start_ms > 1_800_000.0, "{found:?}");
                    assert!(found.changes.iter().any(|change| change.mark == "new"));
                }
                IncidentKind::BruteForce | IncidentKind::Silence | IncidentKind::Slowdown => {}
            }
        }
        let n_false = (report.incidents.iter().zip(is_planted))
            .filter(|(incident, is_planted)| !is_planted && incident.score >= 50.0)
            .count();
        assert!(n_false <= 1, "seed {seed}: {:#?}", titles(&report));
    }
}

/// Three sources that say something in turn, with the parts of their lines (in percent) that are errors in the round `n`.
fn sources(n_lines: i64, percent: impl Fn(&str, i64) -> i64) -> String {
    let mut text = String::new();
    for n in 0..n_lines {
        let unit = ["sshd", "cron", "ntpd"][(n * 7 % 11 % 3) as usize];
        let is_error = n * 7919 % 100 < percent(unit, n);
        let level = if is_error { "ERROR" } else { "INFO" };
        let said = if is_error { "could not do" } else { "did" };
        let time = clock(Timestamp(calm::START + n * 2 * SECOND), true);
        writeln!(
            text,
            "{time} {level} {unit}: {said} event {} of round {n}",
            n % 5
        )
        .unwrap();
    }
    text
}

#[test]
fn a_source_with_more_errors_than_usual_is_listed_where_others_drown_them() {
    let errors = |report: &Report| -> Vec<(String, String)> {
        let of_errors = report.changes.sources.iter().filter(|c| c.kind == "errors");
        of_errors
            .map(|c| (c.source.clone(), c.reason.clone()))
            .collect()
    };
    let noisy = |unit: &str, n: i64| match unit {
        "cron" => 40,
        "ntpd" if (3000..3600).contains(&n) => 30,
        _ => 1,
    };
    let text = sources(6000, noisy);
    let found = report(&text, Layout::default());
    let listed = errors(&found);
    assert_eq!(listed.len(), 1, "{:#?}", found.changes.sources);
    assert_eq!(listed[0].0, "ntpd");
    assert!(listed[0].1.starts_with("errors: "), "{listed:?}");
    assert!(listed[0].1.ends_with("of its lines"), "{listed:?}");
    // Every record of a source is in its series.
    let n_events: u32 = found
        .swimlanes
        .lanes
        .iter()
        .flat_map(|lane| &lane.counts)
        .sum();
    assert_eq!((found.swimlanes.lanes.len(), n_events), (3, 6000));
    let n_errors: u32 = found
        .swimlanes
        .lanes
        .iter()
        .flat_map(|lane| &lane.errors)
        .sum();
    assert_eq!(n_errors as usize, text.matches(" ERROR ").count());
    for n_shards in [2, 3] {
        let layout = Layout {
            n_shards,
            block_len: 50_000,
            ..Layout::default()
        };
        assert_eq!(report(&text, layout).changes, found.changes);
        assert_eq!(report(&text, layout).swimlanes, found.swimlanes);
    }
    let alike = |unit: &str, _: i64| if unit == "cron" { 40 } else { 1 };
    assert_eq!(
        errors(&report(&sources(6000, alike), Layout::default())),
        []
    );
}

#[test]
fn memory_that_leaks_is_listed_and_counters_are_not() {
    // Over four hours, from 120 to 900 MB, up and down on the way; beside it a total that only grows.
    let extra: Vec<(i64, String)> = (0..1400_i64)
        .flat_map(|n| {
            let at = n * 10 * SECOND;
            let heap = (120_000_000 + n * 560_000) / 100 * (80 + n * 37 % 41);
            let total = 5_000_000 + n * 70_000;
            [
                (at, format!("INFO heap size={heap} after collection {n}")),
                (at, format!("INFO sent bytes={total} in all")),
            ]
        })
        .collect();
    let text = calm(10_000, &extra);
    let found = report(&text, Layout::default());
    let rises = |report: Report| -> Vec<AmountReport> {
        let amounts = report.amounts.into_iter();
        amounts.filter(|amount| amount.kind == "rise").collect()
    };
    let found = rises(found);
    assert_eq!(found.len(), 1, "{found:#?}");
    let trend = &found[0];
    assert!(trend.text.starts_with("heap size="), "{}", trend.text);
    assert!(trend.reason.starts_with("rose from 1"), "{}", trend.reason);
    assert!(trend.reason.ends_with(" in 3.9 h"), "{}", trend.reason);
    assert_eq!(trend.n_records, 1400);
    for n_shards in [1, 3] {
        let layout = Layout {
            n_shards,
            block_len: 40_000,
            ..Layout::default()
        };
        assert_eq!(rises(report(&text, layout)), found);
    }
}

#[test]
fn refused_requests_are_failed_logins_in_structured_logs() {
    let request = |n: i64, status: i64| {
        let time = clock(Timestamp(calm::START + n * SECOND), true).replace(' ', "T");
        [
            format!(
                r#"{{"time":"{time}Z","level":"info","msg":"request","method":"GET","path":"/a","status":{status}}}"#
            ),
            format!(
                r#"{{"time":"{time}Z","level":"info","msg":"done","http":{{"response":{{"status_code":{status}}}}}}}"#
            ),
            format!(
                r#"time={time}Z level=info msg="handled request" method=GET path=/a status={status}"#
            ),
            format!("{time}Z INFO web: done method=GET path=/a status={status} took=12ms"),
            format!(
                r#"{{"time":"{time}Z","level":"info","msg":"job","exit":3,"status":{status}}}"#
            ),
        ]
    };
    for (kind, is_http) in [(0, true), (1, true), (2, true), (3, true), (4, false)] {
        let mut text = String::new();
        for n in 0..4000 {
            let status = if (2000..2300).contains(&n) { 401 } else { 200 };
            writeln!(text, "{}", request(n, status)[kind]).unwrap();
        }
        let report = report(&text, Layout::default());
        let reasons = report.windows.iter().map(|window| window.reason.as_str());
        let is_said = reasons
            .clone()
            .any(|reason| reason.contains("failed logins"));
        assert_eq!(
            is_said,
            is_http,
            "{kind}: {:?}",
            reasons.collect::<Vec<_>>()
        );
    }
}

#[test]
fn a_quiet_log_has_no_incident_and_hardly_a_change() {
    // In the large one, errors that come all day long are close enough to link.
    for (seed, n_lines) in [(1, 20_000), (2, 20_000), (3, 300_000)] {
        let params = SampleParams::new(seed, n_lines).quiet();
        let text = String::from_utf8(Sample::bytes(&params)).unwrap();
        let report = report(&text, Layout::default());
        assert_eq!(titles(&report), [""; 0]);
        assert!(report.changes.n_all <= 1, "{:#?}", report.changes);
        let of_errors = report.changes.sources.iter().filter(|c| c.kind == "errors");
        let moves = report.amounts.iter().filter(|a| a.kind != "far");
        assert_eq!(
            of_errors.count() + moves.count(),
            0,
            "{:#?}",
            report.amounts
        );
    }
}

fn titles(report: &Report) -> Vec<&str> {
    let incidents = report.incidents.iter();
    incidents.map(|incident| incident.title.as_str()).collect()
}
