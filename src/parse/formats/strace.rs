//! System calls as `strace` prints them, with any of its clocks (`-r`, `-t`, `-tt`, `-ttt`) and processes (`-f`).
//!
//! Source of the layout: `strace(1)`.

use super::super::timestamp::{self, Moment};
use super::{Context, Digits, Fields, Format, Sample, byte, digits_end, rest, skip_blanks};
use crate::base::time::SECOND;

/// See the module.
pub(super) struct Strace;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "15:04:22.123456 read(3, \"abc\", 4096) = 3 <0.000012>",
        timestamp: "2024-04-30T15:04:22.123456Z",
        level: None,
        source: "",
        message: "read(3, \"abc\", 4096) = 3 <0.000012>",
    },
    Sample {
        line: "1710169462.123456 openat(AT_FDCWD, \"/etc/hosts\", O_RDONLY) = -1 ENOENT (No such file or directory)",
        timestamp: "2024-03-11T15:04:22.123456Z",
        level: None,
        source: "",
        message: "openat(AT_FDCWD, \"/etc/hosts\", O_RDONLY) = -1 ENOENT (No such file or directory)",
    },
    Sample {
        line: "[pid  4711] 15:04:22 +++ exited with 0 +++",
        timestamp: "2024-04-30T15:04:22Z",
        level: None,
        source: "",
        message: "+++ exited with 0 +++",
    },
    Sample {
        line: "4711  15:04:22.123456 <... read resumed>\"x\", 128) = 1",
        timestamp: "2024-04-30T15:04:22.123456Z",
        level: None,
        source: "",
        message: "<... read resumed>\"x\", 128) = 1",
    },
    Sample {
        line: "[pid  4711] close(3) = 0",
        timestamp: "",
        level: None,
        source: "",
        message: "close(3) = 0",
    },
    Sample {
        line: "     0.000123 close(3) = 0",
        timestamp: "1970-01-01T00:00:00.000123Z",
        level: None,
        source: "",
        message: "close(3) = 0",
    },
];

impl Format for Strace {
    fn name(&self) -> &'static str {
        "strace"
    }

    fn title(&self) -> &'static str {
        "strace"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_digit() || matches!(first, b'[' | b' ')
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        matches!(lead, Digits::Run(_, b' ' | b':' | b'.'))
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let process_end = process(line);
        let at = process_end.unwrap_or(0);
        let (moment, call) = if let Some(found) = clock(line, at, ctx) {
            (Some(found.0), skip_blanks(line, found.1))
        } else {
            process_end?;
            (None, at)
        };
        if !is_call(line, call) {
            return None;
        }
        Some(Fields {
            timestamp: moment.map(|moment| ctx.clock.resolve(moment)),
            ..Fields::of_message(rest(line, call))
        })
    }
}

/// Where the line goes on after `[pid  4711] ` or `4711  `.
fn process(line: &[u8]) -> Option<usize> {
    if line.starts_with(b"[pid ") {
        let end = digits_end(line, skip_blanks(line, 5));
        return (byte(line, end) == b']' && byte(line, end + 1) == b' ')
            .then(|| skip_blanks(line, end + 1));
    }
    let end = digits_end(line, 0);
    ((1..=7).contains(&end) && byte(line, end) == b' ').then(|| skip_blanks(line, end))
}

/// A time of day, seconds since 1970, or seconds since the call before, which are taken for seconds since the start.
fn clock(line: &[u8], at: usize, ctx: &Context) -> Option<(Moment, usize)> {
    let start = skip_blanks(line, at);
    let whole_end = digits_end(line, start);
    match whole_end - start {
        2 if byte(line, whole_end) == b':' => {}
        10 if byte(line, whole_end) == b'.' => {}
        1..=5 if byte(line, whole_end) == b'.' => {
            let end = digits_end(line, whole_end + 1);
            if end != whole_end + 7 || byte(line, end) != b' ' {
                return None;
            }
            let number = |from: usize, to: usize| {
                line[from..to]
                    .iter()
                    .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
            };
            let micros = number(start, whole_end) * SECOND + number(whole_end + 1, end);
            return Some((Moment::SinceBoot(micros), end));
        }
        _ => return None,
    }
    let found = timestamp::at(line, start, ctx.clock.order, true)?;
    (byte(line, found.end) == b' ').then_some((found.moment, found.end))
}

/// `name(`, `+++ exited`, `--- SIGCHLD`, `<... read resumed>`.
fn is_call(line: &[u8], at: usize) -> bool {
    let Some(text) = line.get(at..) else {
        return false;
    };
    if text.starts_with(b"+++ ") || text.starts_with(b"--- SIG") || text.starts_with(b"<... ") {
        return true;
    }
    let name = text
        .iter()
        .take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || **byte == b'_')
        .count();
    // A call ends with its result; a function's name in a sentence does not.
    name > 1
        && text.get(name) == Some(&b'(')
        && (memchr::memmem::find(text, b" = ").is_some() || text.ends_with(b"<unfinished ...>"))
}
