//! Writes the sample log with its planted incidents to a file, and what was planted to standard output.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool prints"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a command-line tool writes files"
)]

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use logloupe::base::time::Timestamp;
use logloupe::report::words::clock;
use logloupe::sample::{Sample, SampleFormat, SampleParams};

const USAGE: &str =
    "usage: sample [--format text|ndjson|csv|json-array] [--lines N] [--seed S] [--quiet] OUT";

fn main() -> ExitCode {
    let (params, out) = match arguments() {
        Ok(given) => given,
        Err(what) => {
            eprintln!("sample: {what}; {USAGE}");
            return ExitCode::from(2);
        }
    };
    match write(&params, &out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sample: {out} cannot be written: {error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Result<(SampleParams, String), String> {
    let mut params = SampleParams::new(1, 20_000);
    let mut out = None;
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        let mut value = || given.next().ok_or(format!("{argument} needs a value"));
        let number = |text: String| text.parse().map_err(|_| format!("{text} is not a number"));
        match argument.as_str() {
            "--format" => {
                params.format = match value()?.as_str() {
                    "text" => SampleFormat::Text,
                    "ndjson" => SampleFormat::Ndjson,
                    "csv" => SampleFormat::Csv,
                    "json-array" => SampleFormat::JsonArray,
                    other => return Err(format!("unknown format {other}")),
                };
            }
            "--lines" => params.n_lines = number(value()?)?,
            "--seed" => params.seed = u64::from(number(value()?)?),
            "--quiet" => params.kinds.clear(),
            _ if argument.starts_with("--") => return Err(format!("unknown option {argument}")),
            _ => out = Some(argument),
        }
    }
    Ok((params, out.ok_or("no file to write to given")?))
}

fn write(params: &SampleParams, out: &str) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(out)?);
    let mut sample = Sample::new(params);
    let mut text = Vec::new();
    loop {
        let is_more = sample.next_chunk(&mut text, 1 << 16);
        file.write_all(&text)?;
        text.clear();
        if !is_more {
            break;
        }
    }
    file.flush()?;
    let time = |time: Timestamp| clock(time, true);
    for planted in sample.truth() {
        let (start, end) = (time(planted.start), time(planted.end));
        println!(
            "{start} to {end}  {}: {}",
            planted.kind.name(),
            planted.description
        );
    }
    Ok(())
}
