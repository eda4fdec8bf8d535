//! What the report says about logs that are small, odd or damaged.

#![cfg(not(target_arch = "wasm32"))]

use logloupe::local::{Layout, analyze, meta};
use logloupe::protocol::Options;
use logloupe::report::Report;
use logloupe::session::{Engine, Task};

fn report(text: &str) -> Report {
    let files = [(meta("a.log", text.as_bytes(), 1.8e12), text.as_bytes())];
    analyze(&files, Options::default(), Layout::default()).expect("text is never an error")
}

fn lines(n: u32) -> String {
    let line = |i: u32| format!("2026-03-01 10:{:02}:{:02} INFO tick\n", i / 60, i % 60);
    (0..n).map(line).collect()
}

#[test]
fn a_clock_that_was_reset_does_not_stretch_the_log() {
    let found = report(&format!(
        "{}1970-01-01 00:00:05 ERROR clock was reset\n",
        lines(600)
    ));
    assert!(found.sentence.contains("over 10 min"), "{}", found.sentence);
    assert_eq!(found.totals.first_ms, Some(5000.0));
    assert!(found.notices.iter().any(|n| n.code == "outlyingTimes"));
}

#[test]
fn a_line_alone_is_too_little_to_be_judged() {
    for text in ["2026-03-01 10:00:00 ERROR it broke\n", "it broke"] {
        let found = report(text).sentence;
        assert_eq!(
            found,
            "1 line, 1 pattern, too little to tell what is unusual."
        );
    }
    // Many lines that are all alike are no reason for doubt.
    assert!(report(&lines(3000)).sentence.contains("nothing stands out"));
}

#[test]
fn elements_of_an_array_on_one_line_are_counted_as_records() {
    let found = report(&format!("[{}]", vec!["\"tick\""; 50].join(",")));
    assert!(
        found.sentence.starts_with("50 records, "),
        "{}",
        found.sentence
    );
}

#[test]
fn files_that_are_left_out_are_named() {
    let mut engine = Engine::new(Options::default()).unwrap();
    let text = b"it broke\n";
    engine.open(meta("a.log", text, 0.0), text).unwrap();
    for idx in 0..13 {
        let refused = engine.open(meta(&format!("{idx}.log"), b"", 0.0), b"");
        engine.leave_out(refused.unwrap_err().to_string());
    }
    while let Task::Block { job, .. } = engine.next_task() {
        engine.merge(
            job.file,
            job.block,
            logloupe::shard::wire::Summary::default(),
        );
    }
    engine.analyze();
    let found = engine.conclude(Vec::new()).unwrap();
    let said: Vec<_> = found
        .notices
        .iter()
        .filter(|n| n.code == "leftOut")
        .collect();
    assert_eq!(said.len(), 11);
    assert_eq!(
        said[0].message,
        "Left out: 0.log is empty: there is nothing to analyse."
    );
    assert_eq!(
        said[10].message,
        "Left out: 3 more files that cannot be analysed."
    );
}

#[test]
fn a_file_that_must_be_unpacked_first_is_told_so_in_a_sentence() {
    let mut engine = Engine::new(Options::default()).unwrap();
    let refused = engine.open(meta("a.7z", b"", 0.0), b"7z\xbc\xaf\x27\x1crest");
    assert_eq!(
        refused.unwrap_err().to_string(),
        "a.7z cannot be read as a log: it is a 7-Zip archive; unpack it first"
    );
}

#[test]
fn objects_that_end_in_the_middle_are_counted() {
    let whole = r#"{"ts":"2024-02-29T00:00:00Z","msg":"whole"}"#;
    let cut = r#"{"ts":"2024-02-29T00:00:01Z","msg":"cut"#;
    let report = report(&format!("{whole}\n{cut}\n{whole}\n").repeat(30));
    let notice = |code: &str| report.notices.iter().find(|notice| notice.code == code);
    assert!(notice("brokenObjects").is_some_and(|notice| notice.message.contains("30 lines")));
}
