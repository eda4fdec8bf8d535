//! Events → lines, as a file on disk would show them or wrapped the way collectors export them.

use std::cmp::Ordering;

use super::SampleFormat;
use crate::base::time::{DAY, HOUR, MINUTE, SECOND, civil_from_days};

/// Who wrote an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// The shop: `2026-03-02 10:15:42,318 INFO  [thread] com.acme.shop.Logger - message`.
    Service {
        level: &'static str,
        thread: String,
        logger: &'static str,
    },
    /// A daemon through syslog (RFC 3164): `Mar  2 10:15:42 host process[pid]: message`.
    System {
        host: &'static str,
        process: &'static str,
        pid: u32,
    },
}

/// One record before it is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) at: i64,
    /// Order among events of the same instant.
    pub(super) seq: u64,
    pub(super) origin: Origin,
    /// First line and, after line feeds, the lines of a stack trace.
    pub(super) message: String,
}

impl Event {
    pub(super) fn n_lines(&self) -> u32 {
        1 + self.message.bytes().filter(|byte| *byte == b'\n').count() as u32
    }

    fn level(&self) -> &'static str {
        match self.origin {
            Origin::Service { level, .. } => level,
            Origin::System { .. } => "",
        }
    }

    fn source(&self) -> &'static str {
        match self.origin {
            Origin::Service { logger, .. } => logger,
            Origin::System { process, .. } => process,
        }
    }

    /// The record as one line of text and its stack trace, no final line feed.
    fn write_text(&self, out: &mut Vec<u8>) {
        match &self.origin {
            Origin::Service {
                level,
                thread,
                logger,
            } => {
                write_date(out, self.at, b' ', b',');
                out.push(b' ');
                out.extend_from_slice(level.as_bytes());
                out.extend_from_slice(&b"      "[..6 - level.len()]);
                out.push(b'[');
                out.extend_from_slice(thread.as_bytes());
                out.extend_from_slice(b"] ");
                out.extend_from_slice(logger.as_bytes());
                out.extend_from_slice(b" - ");
            }
            Origin::System { host, process, pid } => {
                write_syslog_date(out, self.at);
                for part in [" ", host, " ", process] {
                    out.extend_from_slice(part.as_bytes());
                }
                if *pid > 0 {
                    out.push(b'[');
                    out.extend_from_slice(pid.to_string().as_bytes());
                    out.push(b']');
                }
                out.extend_from_slice(b": ");
            }
        }
        out.extend_from_slice(self.message.as_bytes());
    }

    /// Appends the record in `format`; `is_first` says that no record stands before it.
    pub(super) fn write(&self, out: &mut Vec<u8>, format: SampleFormat, is_first: bool) {
        match format {
            SampleFormat::Text => {
                self.write_text(out);
                out.push(b'\n');
            }
            SampleFormat::Ndjson => {
                out.extend_from_slice(b"{\"@timestamp\":\"");
                write_date(out, self.at, b'T', b'.');
                out.extend_from_slice(b"Z\"");
                if !self.level().is_empty() {
                    write_json_field(out, "level", self.level());
                }
                write_json_field(out, "source", self.source());
                write_json_field(out, "message", &self.message);
                out.extend_from_slice(b"}\n");
            }
            SampleFormat::Csv => {
                write_date(out, self.at, b'T', b'.');
                out.extend_from_slice(b"Z,");
                out.extend_from_slice(self.level().as_bytes());
                out.push(b',');
                out.extend_from_slice(self.source().as_bytes());
                out.push(b',');
                write_csv_field(out, &self.message);
                out.push(b'\n');
            }
            SampleFormat::JsonArray => {
                out.extend_from_slice(if is_first { b"\n" } else { b",\n" });
                let mut text = Vec::new();
                self.write_text(&mut text);
                write_json_string(out, &String::from_utf8_lossy(&text));
            }
        }
    }
}

/// The earliest event is the greatest: a binary heap hands out its greatest.
impl Ord for Event {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.seq).cmp(&(self.at, self.seq))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn write_digits(out: &mut Vec<u8>, value: i64, width: u32) {
    for place in (0..width).rev() {
        out.push(b'0' + (value / 10_i64.pow(place)).rem_euclid(10) as u8);
    }
}

fn write_clock(out: &mut Vec<u8>, at: i64) {
    write_digits(out, at.rem_euclid(DAY) / HOUR, 2);
    out.push(b':');
    write_digits(out, at.rem_euclid(HOUR) / MINUTE, 2);
    out.push(b':');
    write_digits(out, at.rem_euclid(MINUTE) / SECOND, 2);
}

fn write_date(out: &mut Vec<u8>, at: i64, before_clock: u8, before_millis: u8) {
    let (year, month, day) = civil_from_days(at.div_euclid(DAY));
    write_digits(out, year, 4);
    out.push(b'-');
    write_digits(out, month, 2);
    out.push(b'-');
    write_digits(out, day, 2);
    out.push(before_clock);
    write_clock(out, at);
    out.push(before_millis);
    write_digits(out, at.rem_euclid(SECOND) / 1000, 3);
}

fn write_syslog_date(out: &mut Vec<u8>, at: i64) {
    const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let (_, month, day) = civil_from_days(at.div_euclid(DAY));
    let month = (month - 1) as usize * 3;
    out.extend_from_slice(&MONTHS[month..month + 3]);
    out.push(b' ');
    if day < 10 {
        out.push(b' ');
        write_digits(out, day, 1);
    } else {
        write_digits(out, day, 2);
    }
    out.push(b' ');
    write_clock(out, at);
}

fn write_json_field(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    write_json_string(out, value);
}

/// The sample's text is printable ASCII with line feeds and tabs; that is all that is escaped.
fn write_json_string(out: &mut Vec<u8>, value: &str) {
    out.push(b'"');
    for byte in value.bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

fn write_csv_field(out: &mut Vec<u8>, value: &str) {
    if !value.contains([',', '"', '\n']) {
        out.extend_from_slice(value.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in value.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}
