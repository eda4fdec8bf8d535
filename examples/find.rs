//! Counts and shows the records that say something, as the page's search does, and says how long it took.
//!
//! `find [--regex] [--ignore-case] [--level LEVEL] [--row N] PATTERN FILE...`; an empty pattern selects all records.

#![allow(
    clippy::disallowed_methods,
    reason = "examples read files and take times"
)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it talks to a terminal"
)]

use std::process::ExitCode;
use std::time::Instant;

use logloupe::local::{Analysis, Layout, meta};
use logloupe::protocol::{Options, Place, Selection, TextQuery};

const SHOWN: usize = 5;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("find: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let mut text = TextQuery {
        is_case_sensitive: true,
        ..TextQuery::default()
    };
    let (mut selection, mut row, mut names) = (Selection::default(), 0, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--regex" => text.is_regex = true,
            "--ignore-case" => text.is_case_sensitive = false,
            "--level" => selection.levels = Some(vec![arguments.next().ok_or("which level?")?]),
            "--row" => {
                let number = arguments.next().and_then(|number| number.parse().ok());
                row = number.ok_or("which row?")?;
            }
            _ => names.push(argument),
        }
    }
    if names.len() < 2 {
        return Err("wants a pattern and files".to_owned());
    }
    text.pattern = names.remove(0);
    selection.text = Some(text);
    let read = |name: &String| {
        let bytes = std::fs::read(name).map_err(|error| format!("{name}: {error}"))?;
        Ok((name.clone(), bytes))
    };
    let files: Vec<(String, Vec<u8>)> = names.iter().map(read).collect::<Result<_, String>>()?;
    let opened: Vec<_> = files
        .iter()
        .map(|(name, bytes)| (meta(name, bytes, 0.0), bytes.as_slice()))
        .collect();
    let timed = |what: &str, since: Instant| {
        println!("{:8.1} ms  {what}", since.elapsed().as_secs_f64() * 1000.0);
    };
    let begun = Instant::now();
    let mut analysis = Analysis::new(&opened, Options::default(), Layout::default())
        .map_err(|error| error.to_string())?;
    timed("analysed", begun);
    let begun = Instant::now();
    let total = analysis
        .find(&selection, 240)
        .map_err(|error| error.to_string())?;
    timed(&format!("{total} records found"), begun);
    let begun = Instant::now();
    let lines = analysis.lines(row, SHOWN);
    timed(&format!("{} records from row {row} on", lines.len()), begun);
    let begun = Instant::now();
    if let Some(line) = lines.first() {
        let (file, line) = (line.file, line.line);
        let row = analysis.seek(Place::Line { file, line });
        timed(&format!("line {line} is at row {row}"), begun);
    }
    for line in lines {
        println!("{}:{}: {}", names[line.file as usize], line.line, line.text);
    }
    println!(
        "{:.2} bytes of columns a line",
        analysis.table_len() as f64 / f64::from(analysis.report.totals.n_lines.max(1))
    );
    Ok(())
}
