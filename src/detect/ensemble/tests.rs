//! What is an alarm and what is not.

use super::*;
use crate::base::time::{SECOND, Timestamp};
use crate::detect::ALARM;
use crate::detect::autoencoder::AutoencoderParams;
use crate::detect::centroid::CentroidParams;
use crate::detect::isolation_forest::{IsolationForestParams, IsolationForestValidParams};
use crate::detect::severity::Rules;
use crate::featurize::manner::Manner;
use crate::featurize::tally::Tally;
use crate::featurize::tfidf::tfidf;
use crate::featurize::windows::{Windows, WindowsParams, feature};
use crate::parse::Level;

fn forest() -> IsolationForestValidParams {
    IsolationForestParams::default().check().unwrap()
}

/// A day with about 40 records a window of 5 minutes, from 20 addresses, with noise that repeats nowhere.
fn day(mut add: impl FnMut(&mut Tally, i64)) -> Tally {
    let mut tally = Tally::default();
    let mut state = 7_u64;
    for s in 0..86_400_i64 {
        state = crate::base::hash::combine(state, s as u64);
        if state % 15 < 2 {
            let ip = Some(state / 15 % 20);
            let level = if state.is_multiple_of(1000) {
                Level::Error
            } else {
                Level::Info
            };
            let is_failed = state % 500 == 1;
            tally.add(
                Timestamp(s * SECOND),
                Some(level),
                is_failed,
                ip,
                Some(state / 300 % 9),
            );
        }
        add(&mut tally, s);
    }
    tally
}

fn scored(tally: &Tally) -> (Windows, Vec<WindowScore>) {
    let windows = WindowsParams::default()
        .check()
        .unwrap()
        .windows(tally)
        .unwrap();
    let params = WindowParams {
        forest: forest(),
        autoencoder: AutoencoderParams::default().check().unwrap(),
        centroid: CentroidParams::default(),
        seed: 1,
    };
    let scores = score_windows(&windows, &params).unwrap().scores;
    (windows, scores)
}

fn alarms(scores: &[WindowScore]) -> Vec<usize> {
    (0..scores.len())
        .filter(|idx| scores[*idx].score >= ALARM)
        .collect()
}

#[test]
fn a_quiet_day_has_no_alarms() {
    let (_, scores) = scored(&day(|_, _| {}));
    assert_eq!(alarms(&scores), Vec::<usize>::new());
}

#[test]
fn a_brute_force_is_an_alarm_by_failed_logins() {
    let tally = day(|tally, s| {
        if (30_000..30_420).contains(&s) {
            let t = Timestamp(s * SECOND);
            tally.add(t, None, true, Some(99), Some(5));
        }
    });
    let (_, scores) = scored(&tally);
    assert_eq!(alarms(&scores), [100, 101]);
    assert!(scores[100].is_alarm_by(feature::FAILED_LOGINS));
    assert_eq!(scores[100].features[0].col, feature::FAILED_LOGINS);
    assert!(scores[100].features[0].high <= 2.0);
    let facts = MessageFacts {
        is_failed_login: true,
        manner: Manner::Event,
        ..Default::default()
    };
    let message = MessageScore {
        score: 40.0,
        ..Default::default()
    };
    assert_eq!(
        score_in_window(&message, &facts, &scores[100]),
        scores[100].score
    );
    assert_eq!(score_in_window(&message, &facts, &scores[50]), 40.0);
    assert_eq!(
        score_of_run(&message, &facts, 200, &scores[100]),
        scores[100].score
    );
    assert_eq!(score_of_run(&message, &facts, 3, &scores[100]), 40.0);
}

#[test]
fn a_burst_of_errors_is_an_alarm_by_errors() {
    let tally = day(|tally, s| {
        if (60_000..61_200).contains(&s) && s % 7 == 0 {
            tally.add(Timestamp(s * SECOND), Some(Level::Error), false, None, None);
        }
    });
    let (_, scores) = scored(&tally);
    assert_eq!(alarms(&scores), [200, 201, 202, 203]);
    assert!(scores[201].is_alarm_by(feature::ERRORS));
}

#[test]
fn a_silence_is_an_alarm() {
    let mut tally = Tally::default();
    (0..86_400_i64)
        .filter(|s| !(30_000..31_200).contains(s))
        .filter(|s| s * s % 11 < 2)
        .for_each(|s| tally.add(Timestamp(s * SECOND), None, false, None, None));
    let (_, scores) = scored(&tally);
    assert_eq!(alarms(&scores), [100, 101, 102, 103]);
    assert_eq!(scores[100].silence.unwrap().n_windows, 4);
}

#[test]
fn the_ragged_ends_of_a_log_are_no_alarm() {
    let mut tally = Tally::default();
    (290..86_410_i64)
        .filter(|s| s * s % 7 > 0)
        .for_each(|s| tally.add(Timestamp(s * SECOND), None, false, None, None));
    let (windows, scores) = scored(&tally);
    assert!(windows.rows[[0, feature::EVENTS]] < 10.0);
    assert_eq!(alarms(&scores), Vec::<usize>::new());
}

#[test]
fn messages_score_by_what_they_say_and_how_strange_they_are() {
    let table = [
        (
            "session opened for user <user>",
            Some(Level::Info),
            50_000,
            0.0..3.0,
        ),
        (
            "cache miss for key <key>",
            Some(Level::Warn),
            5_000,
            30.0..50.0,
        ),
        ("upstream timed out", Some(Level::Error), 900, 60.0..72.0),
        (
            "checksum of block <num> wrong",
            Some(Level::Error),
            1,
            70.0..99.0,
        ),
        ("rotated its keys", Some(Level::Info), 1, 20.0..45.1),
        (
            "out of memory: killed process <num>",
            Some(Level::Fatal),
            1,
            80.0..100.0,
        ),
        ("request served in <num> ms", None, 40_000, 0.0..3.0),
        ("connection refused by peer", None, 60, 40.0..62.0),
    ];
    let texts: Vec<&str> = table.iter().map(|row| row.0).collect();
    let counts: Vec<u32> = table.iter().map(|row| row.2).collect();
    let facts: Vec<MessageFacts> = table
        .iter()
        .map(|row| MessageFacts {
            level: row.1,
            n_records: row.2,
            is_failed_login: false,
            manner: Manner::Event,
        })
        .collect();
    let t = tfidf(&texts, &counts);
    let scored = score_messages(&t, &facts, &forest(), Rules::default());
    for (idx, (text, _, _, expected)) in table.iter().enumerate() {
        let score = scored.scores[idx];
        assert!(expected.contains(&score.score), "{text}: {score:?}");
    }
    assert_eq!(scored.reasons(&t, &facts, 2)[0].code(), "ERROR_level");
    assert_eq!(scored.reasons(&t, &facts, 4)[0].code(), "rare");
    assert_eq!(scored.reasons(&t, &facts, 0), []);
    assert_eq!(scored.skipped, []);
}

#[test]
fn one_message_is_no_ground_for_strangeness() {
    let t = tfidf(&["disk full"], &[3]);
    let facts = [MessageFacts {
        level: Some(Level::Error),
        n_records: 3,
        is_failed_login: false,
        manner: Manner::Event,
    }];
    let scored = score_messages(&t, &facts, &forest(), Rules::default());
    assert_eq!(scored.scores[0].score, 12.0);
    assert_eq!(scored.skipped.len(), 2);
    assert_eq!(
        score_messages(&tfidf(&[], &[]), &[], &forest(), Rules::default()).scores,
        []
    );
}
