//! What a person knows to be normal makes no incident, is listed, and can be taken back, without reading anything again.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

mod calm;

use logloupe::base::time::{MINUTE, SECOND};
use logloupe::error::Error;
use logloupe::local::{Analysis, Layout, meta};
use logloupe::protocol::{NormalMark, Options};
use logloupe::report::{Incident, Report};

/// An hour and a half.
fn log(extra: &[(i64, String)], silence: std::ops::Range<i64>) -> Vec<u8> {
    calm::log(3800, extra, &silence).into_bytes()
}

fn often(from: i64, n: i64, step_s: i64, text: &str) -> Vec<(i64, String)> {
    let line = |n: i64| (from * MINUTE + n * step_s * SECOND, format!("{text} {n}"));
    (0..n).map(line).collect()
}

fn opened(text: &[u8], options: Options) -> Result<Analysis<'_>, Error> {
    let file = meta("a.log", text, 1_772_500_000_000.0);
    Analysis::new(&[(file, text)], options, Layout::default())
}

fn marked(normal: Vec<NormalMark>) -> Options {
    Options {
        normal,
        ..Options::default()
    }
}

fn patterns(incident: &Incident) -> Vec<NormalMark> {
    let keys = incident.keys.iter().cloned();
    keys.map(|key| NormalMark::Pattern { key }).collect()
}

fn about<'a>(report: &'a Report, word: &str) -> Option<&'a Incident> {
    (report.incidents.iter()).find(|incident| incident.title.contains(word))
}

#[test]
fn a_marked_pattern_makes_no_incident_until_the_mark_is_taken_back() {
    let mut extra = often(25, 40, 2, "ERROR disk quota exceeded on volume");
    extra.extend(often(
        60,
        40,
        2,
        "ERROR replica lost its primary after attempt",
    ));
    let text = log(&extra, 0..0);
    let mut analysis = opened(&text, Options::default()).unwrap();
    let before = analysis.report.clone();
    let (disk, replica) = (about(&before, "disk quota"), about(&before, "replica"));
    let (disk, replica) = (disk.unwrap().clone(), replica.unwrap().clone());
    assert!(before.suppressed.is_empty());

    let marks = marked(patterns(&disk));
    assert!(
        analysis.change(marks.clone(), &[], false).unwrap(),
        "nothing is read again"
    );
    let report = &analysis.report;
    assert!(
        about(report, "disk quota").is_none(),
        "{:#?}",
        report.incidents
    );
    assert_eq!(report.n_incidents, before.n_incidents - 1);
    let other = about(report, "replica").unwrap();
    assert_eq!(
        (other.start_ms, other.n_records, &other.messages),
        (replica.start_ms, replica.n_records, &replica.messages)
    );
    let left_out = &report.suppressed[0];
    assert_eq!(
        (left_out.by.as_str(), left_out.key == disk.keys[0]),
        ("normal", true)
    );
    assert_eq!((left_out.n_times, left_out.n_records), (1, 40));
    let template = |report: &Report| {
        let template = report
            .templates
            .iter()
            .find(|t| t.key == disk.keys[0])
            .unwrap();
        (template.is_normal, template.score, template.n_records)
    };
    assert_eq!(template(report), (true, 0.0, 40));
    assert!(template(&before).1 >= 50.0);
    assert_eq!(report.totals.n_anomalous, before.totals.n_anomalous - 40);
    assert_eq!(report.totals.n_records, before.totals.n_records);
    // A run that knows it from the start says the same.
    assert_eq!(*report, opened(&text, marks).unwrap().report);

    assert!(analysis.change(Options::default(), &[], false).unwrap());
    assert_eq!(analysis.report, before);
}

#[test]
fn a_new_warning_that_is_marked_is_listed_and_not_alarming() {
    let text = log(
        &often(30, 90, 11, "WARN pool is exhausted, callers wait:"),
        0..0,
    );
    let mut analysis = opened(&text, Options::default()).unwrap();
    let incident = about(&analysis.report, "pool is exhausted").unwrap();
    let marks = patterns(incident);
    assert!(!marks.is_empty());
    analysis.change(marked(marks), &[], false).unwrap();
    assert!(about(&analysis.report, "pool is exhausted").is_none());
    assert_eq!(analysis.report.suppressed[0].by, "normal");
}

#[test]
fn an_alarm_without_lines_is_marked_by_its_time() {
    let text = log(&[], 40..55);
    let mut analysis = opened(&text, Options::default()).unwrap();
    let before = analysis.report.clone();
    let silence = before.incidents.iter().find(|i| i.keys.is_empty()).unwrap();
    let mark = |shift: f64| NormalMark::Stretch {
        from_ms: silence.start_ms + shift,
        to_ms: silence.end_ms + shift,
    };
    analysis
        .change(marked(vec![mark(0.0)]), &[], false)
        .unwrap();
    assert_eq!(analysis.report.n_incidents, before.n_incidents - 1);
    let left_out = &analysis.report.suppressed[0];
    let times = (left_out.start_ms, left_out.end_ms);
    assert_eq!(times, (Some(silence.start_ms), Some(silence.end_ms)));
    analysis
        .change(marked(vec![mark(-3_600_000.0)]), &[], false)
        .unwrap();
    assert_eq!(analysis.report.incidents, before.incidents);
}

#[test]
fn incidents_below_the_least_score_are_left_out_and_counted() {
    let text = log(
        &often(25, 40, 2, "ERROR disk quota exceeded on volume"),
        0..0,
    );
    let mut analysis = opened(&text, Options::default()).unwrap();
    let n_incidents = analysis.report.n_incidents;
    let least = |min_score: f64| Options {
        min_score,
        ..Options::default()
    };
    assert!(n_incidents > 0);
    assert!(analysis.change(least(100.0), &[], false).unwrap());
    assert_eq!(analysis.report.n_incidents, 0);
    let left_out = analysis
        .report
        .suppressed
        .iter()
        .filter(|s| s.by == "minScore");
    assert_eq!(left_out.map(|s| s.n_times).sum::<u32>(), n_incidents);

    for refused in [least(-1.0), least(f64::NAN), least(101.0)] {
        let found = opened(&text, refused);
        assert!(matches!(found, Err(Error::Params(error)) if error.option == "minScore"));
    }
    let backwards = NormalMark::Stretch {
        from_ms: 2.0,
        to_ms: 1.0,
    };
    let found = opened(&text, marked(vec![backwards]));
    assert!(matches!(found, Err(Error::Params(error)) if error.option == "normal"));
}

#[test]
fn windows_that_are_unusual_by_what_is_marked_are_no_alarm() {
    // Now and then, and once in great numbers.
    let mut extra = often(0, 80, 60, "INFO export of report begins, part");
    let burst = (0..3000_i64).map(|n| {
        let at = 40 * MINUTE + n * SECOND / 25;
        (at, format!("INFO export of report begins, part {n}"))
    });
    extra.extend(burst);
    let text = log(&extra, 0..0);
    let mut analysis = opened(&text, Options::default()).unwrap();
    let before = analysis.report.clone();
    assert_eq!(before.incidents.len(), 1, "{:#?}", before.incidents);
    let incident = &before.incidents[0];
    assert!(incident.title.contains(" events in "), "{}", incident.title);
    assert_eq!(incident.keys.len(), 1, "{incident:#?}");
    assert!(before.n_anomalous_windows > 0);

    let marks = marked(patterns(incident));
    assert!(analysis.change(marks.clone(), &[], false).unwrap());
    let report = &analysis.report;
    assert_eq!(report.incidents, []);
    assert_eq!(report.n_anomalous_windows, 0);
    let left_out = &report.suppressed[0];
    assert_eq!((left_out.by.as_str(), left_out.n_times), ("normal", 1));
    assert!(left_out.n_records > 2500, "{left_out:?}");
    assert_eq!(*report, opened(&text, marks).unwrap().report);
    // A mark for something else leaves it.
    let other = before
        .templates
        .iter()
        .find(|t| t.text.contains("cache"))
        .unwrap();
    let other = NormalMark::Pattern {
        key: other.key.clone(),
    };
    assert!(analysis.change(marked(vec![other]), &[], false).unwrap());
    assert_eq!(analysis.report.incidents, before.incidents);
}
