//! Sessions and labels from end to end: what ties records together is found, what fails stands out, and a table of labels that is
//! dropped with the log says so; wherever the log is cut.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::fmt::Write;

use logloupe::error::Error;
use logloupe::local::{Analysis, Layout, analyze, meta};
use logloupe::protocol::{FileMeta, Options, SessionChoice};
use logloupe::report::Report;

const N_ORDERS: usize = 900;
const N_OPEN: usize = 12;

/// Orders that are taken, checked, paid and sent, a dozen at a time; every 45th is not sent and every 150th is taken back.
fn log() -> (Vec<u8>, Vec<u8>) {
    let mut text = String::new();
    let mut labels = "OrderId,Label\n".to_owned();
    let mut open: Vec<(usize, usize)> = Vec::new();
    let (mut next, mut state, mut second) = (0, 7_u32, 0);
    while next < N_ORDERS || !open.is_empty() {
        while open.len() < N_OPEN && next < N_ORDERS {
            let kind = if is_strange(next) {
                "Anomaly"
            } else {
                "Normal"
            };
            writeln!(labels, "ord-{}x{next},{kind}", next * 7919 % 997).unwrap();
            open.push((next, 0));
            next += 1;
        }
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let at = (state >> 16) as usize % open.len();
        let (order, step) = open[at];
        let id = format!("ord-{}x{order}", order * 7919 % 997);
        let said = match step {
            0 => format!("INFO shop.Cart - taken {id} for {} EUR", state >> 24),
            1 => format!(
                "INFO shop.Stock - {id} is in stock on shelf {}",
                state >> 28
            ),
            2 if order % 150 == 149 => format!("INFO shop.Till - {id} taken back by customer"),
            2 => format!("INFO shop.Till - paid: {id}"),
            _ => format!("INFO shop.Post - sent {id} with parcel {}", state >> 8),
        };
        let (hour, minute) = (second / 3600, second / 60 % 60);
        writeln!(
            text,
            "2026-03-02 {hour:02}:{minute:02}:{:02} {said}",
            second % 60
        )
        .unwrap();
        second += 2;
        if step == 3 || (step == 2 && order % 45 == 44) {
            open.remove(at);
        } else {
            open[at].1 += 1;
        }
    }
    (text.into_bytes(), labels.into_bytes())
}

fn is_strange(order: usize) -> bool {
    order % 45 == 44 || order % 150 == 149
}

fn run(files: &[(&str, &[u8])], layout: Layout) -> Report {
    analyze(&named(files), Options::default(), layout).unwrap()
}

fn named<'a>(files: &[(&str, &'a [u8])]) -> Vec<(FileMeta, &'a [u8])> {
    let with_meta = |(name, bytes): &(&str, &'a [u8])| {
        let meta = meta(name, bytes, 1_772_496_000_000.0);
        (meta, *bytes)
    };
    files.iter().map(with_meta).collect()
}

fn tied_by(session: SessionChoice) -> Options {
    Options {
        session,
        ..Options::default()
    }
}

fn expression(regex: &str) -> SessionChoice {
    SessionChoice::Pattern {
        regex: regex.to_owned(),
    }
}

#[test]
fn an_expression_says_what_ties_records_together() {
    let (log, labels) = log();
    let files: [(&str, &[u8]); 2] = [("orders.log", &log), ("labels.csv", &labels)];
    let tied =
        |regex: &str, layout| analyze(&named(&files), tied_by(expression(regex)), layout).unwrap();
    // The same as is found without it.
    let (found, chosen) = (
        run(&files, Layout::default()),
        tied(r"(ord-\w+)", Layout::default()),
    );
    assert_eq!(chosen.sessions[0].identifier, r"(ord-\w+)");
    assert_eq!(chosen.sessions[0].n_sessions, found.sessions[0].n_sessions);
    assert_eq!(
        chosen.sessions[0].n_anomalous,
        found.sessions[0].n_anomalous
    );
    assert_eq!(
        chosen.evaluation.as_ref().unwrap().matched as usize,
        N_ORDERS
    );
    // One that nobody would find: the last digit of an order.
    let tens = tied(r"ord-\w*x\d*(\d)\b", Layout::default());
    assert_eq!((tens.sessions[0].n_sessions, tens.sessions.len()), (10, 1));
    let layout = Layout {
        n_shards: 3,
        chunk_len: 7,
        block_len: 20_011,
    };
    assert_eq!(tied(r"ord-\w*x\d*(\d)\b", layout), tens);
    assert!(
        tied("order=([a-z]+)", Layout::default())
            .sessions
            .is_empty()
    );
}

#[test]
fn sessions_can_be_left_alone_and_a_choice_of_them_reads_again() {
    let (log, _) = log();
    let files = named(&[("orders.log", &log)]);
    let off = tied_by(SessionChoice::Off);
    let report = analyze(&files, off.clone(), Layout::default()).unwrap();
    assert!(report.sessions.is_empty());
    let mut analysis = Analysis::new(&files, Options::default(), Layout::default()).unwrap();
    assert!(!analysis.change(off, &[], false).unwrap());
    assert_eq!(analysis.report.sessions.len(), 1);
}

#[test]
fn an_expression_that_names_no_session_is_refused() {
    let (log, _) = log();
    for regex in ["", "ord-", "(?:ord)", "(ord", r"(a)\1"] {
        let found = analyze(
            &named(&[("orders.log", &log)]),
            tied_by(expression(regex)),
            Layout::default(),
        );
        let Err(Error::Params(error)) = found else {
            panic!("{regex} was taken");
        };
        assert_eq!(error.option, "session", "{regex}");
    }
}

#[test]
fn what_ties_records_together_is_found_and_what_fails_stands_out() {
    let (log, _) = log();
    let report = run(&[("orders.log", &log)], Layout::default());
    assert_eq!(report.evaluation, None);
    let sessions = &report.sessions[0];
    assert_eq!(sessions.identifier, "ord-<id>");
    assert_eq!(sessions.n_sessions as usize, N_ORDERS);
    let n_strange = (0..N_ORDERS).filter(|order| is_strange(*order)).count();
    assert_eq!(sessions.n_anomalous as usize, n_strange);
    let said = |what: &str| sessions.list.iter().any(|s| s.reason.contains(what));
    assert!(
        said("lacks “sent") && said("has “<*> taken back"),
        "{:?}",
        sessions.list
    );
    for session in &sessions.list {
        let line = log
            .split(|byte| *byte == b'\n')
            .nth(session.first.line as usize - 1);
        let line = String::from_utf8_lossy(line.unwrap());
        assert!(
            line.contains("taken") && line.contains(&session.id),
            "{line}"
        );
        assert!(
            session.forest.is_some_and(|score| score > 0.0),
            "{session:?}"
        );
    }
}

#[test]
fn a_table_of_labels_is_measured_against_and_changes_nothing() {
    let (log, labels) = log();
    let alone = run(&[("orders.log", &log)], Layout::default());
    let files: [(&str, &[u8]); 2] = [("labels.csv", &labels), ("orders.log", &log)];
    let both = run(&files, Layout::default());
    let found = both.evaluation.as_ref().unwrap();
    assert_eq!(
        (found.labelled as usize, found.matched as usize),
        (N_ORDERS, N_ORDERS)
    );
    assert_eq!((found.f1, found.average_precision), (1.0, Some(1.0)));
    assert_eq!(found.kind, "sessions");
    assert_eq!(both.sessions[0].n_anomalous, alone.sessions[0].n_anomalous);
    // The table is no part of the log.
    assert_eq!(
        (both.n_files, both.files[0].name.as_str()),
        (1, "orders.log")
    );
    assert_eq!(both.totals.n_bytes_read as usize, log.len() + labels.len());
    assert_eq!(both.notices, alone.notices);
}

#[test]
fn lines_are_measured_by_their_numbers() {
    let (log, _) = log();
    let n_lines = memchr::memchr_iter(b'\n', &log).count();
    let mut labels = "line,anomaly\n".to_owned();
    for (idx, line) in log.split(|byte| *byte == b'\n').enumerate().take(n_lines) {
        let is_strange = line.windows(10).any(|part| part == b"taken back");
        writeln!(labels, "{},{}", idx + 1, u8::from(is_strange)).unwrap();
    }
    let files: [(&str, &[u8]); 2] = [("orders.log", &log), ("lines.csv", labels.as_bytes())];
    let expected = run(&files, Layout::default());
    let found = expected.evaluation.as_ref().unwrap();
    assert_eq!(
        (found.kind.as_str(), found.matched as usize),
        ("lines", n_lines)
    );
    assert_eq!(found.true_positives + found.false_negatives, 6);
    // The rarest message ranks before the others.
    assert_eq!(found.average_precision, Some(1.0));
}

#[test]
fn cuts_and_shards_do_not_matter() {
    let (log, labels) = log();
    let files: [(&str, &[u8]); 2] = [("orders.log", &log), ("labels.csv", &labels)];
    let expected = run(&files, Layout::default()).to_json();
    for (block_len, n_shards, chunk_len) in [(5000, 1, 4096), (20_011, 3, 7), (90_000, 2, 1 << 20)]
    {
        let layout = Layout {
            n_shards,
            chunk_len,
            block_len,
        };
        let found = run(&files, layout).to_json();
        assert!(
            found == expected,
            "blocks of {block_len}, {n_shards} shards"
        );
    }
}

#[test]
fn each_file_is_a_session_where_nothing_else_ties_lines_together() {
    let text = |n: usize| {
        let mut text = String::new();
        for step in 0..12 {
            let said = match step {
                0 => "INFO job begins",
                5 if n == 77 => "WARN disk is slow, will try again",
                11 if n == 31 => continue,
                11 => "INFO job is done",
                _ => "INFO still at work",
            };
            writeln!(
                text,
                "2026-03-02 {:02}:{:02}:{:02} {said}",
                n / 60,
                n % 60,
                step * 4
            )
            .unwrap();
        }
        text
    };
    let texts: Vec<String> = (0..120).map(text).collect();
    let files: Vec<(FileMeta, &[u8])> = (0..)
        .zip(&texts)
        .map(|(n, text)| {
            let name = format!("job_{n:03}.log");
            (
                meta(&name, text.as_bytes(), 1_772_500_000_000.0),
                text.as_bytes(),
            )
        })
        .collect();
    let report = analyze(&files, Options::default(), Layout::default()).unwrap();
    let found = &report.sessions[0];
    assert_eq!((found.identifier.as_str(), found.n_sessions), ("file", 120));
    let mut strange: Vec<&str> = found
        .list
        .iter()
        .map(|session| session.id.as_str())
        .collect();
    strange.sort_unstable();
    assert_eq!(strange, ["job_031.log", "job_077.log"]);
    let options = Options {
        session: SessionChoice::Off,
        ..Options::default()
    };
    assert_eq!(
        analyze(&files, options, Layout::default())
            .unwrap()
            .sessions,
        []
    );
    // Few files are no sessions.
    let few = analyze(&files[..3], Options::default(), Layout::default()).unwrap();
    assert_eq!(few.sessions, []);
}
