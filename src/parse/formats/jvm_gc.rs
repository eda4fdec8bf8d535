//! Garbage collection of the Java virtual machine: the unified log (`-Xlog`) with any of its decorations, and the older lines of
//! `-XX:+PrintGCDetails`.
//!
//! Sources of the layouts: JEP 158 (unified logging), the `java` manual page.

use super::super::severity;
use super::super::timestamp::{self, Moment};
use super::{
    Context, Digits, Fields, Format, Level, Sample, Text, byte, digits_end, rest, skip_blanks,
};
use crate::base::time::SECOND;

/// See the module.
pub(super) struct JvmGc;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "[2024-03-11T15:04:22.123+0100][0.123s][info][gc] GC(0) Pause Young (Normal) 24M->4M(256M) 3.123ms",
        timestamp: "2024-03-11T14:04:22.123Z",
        level: Some(Level::Info),
        source: "gc",
        message: "GC(0) Pause Young (Normal) 24M->4M(256M) 3.123ms",
    },
    Sample {
        line: "[0.016s][warning][gc,heap   ] Heap region size: 1M",
        timestamp: "1970-01-01T00:00:00.016Z",
        level: Some(Level::Warn),
        source: "gc,heap",
        message: "Heap region size: 1M",
    },
    Sample {
        line: "2024-03-11T15:04:22.123+0000: 12.345: [GC (Allocation Failure) 65536K->10728K(251392K), 0.0098340 secs]",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: None,
        source: "",
        message: "[GC (Allocation Failure) 65536K->10728K(251392K), 0.0098340 secs]",
    },
    Sample {
        line: "12.345: [Full GC (Metadata GC Threshold) 10720K->8192K(76288K), 0.0098340 secs]",
        timestamp: "1970-01-01T00:00:12.345Z",
        level: None,
        source: "",
        message: "[Full GC (Metadata GC Threshold) 10720K->8192K(76288K), 0.0098340 secs]",
    },
];

impl Format for JvmGc {
    fn name(&self) -> &'static str {
        "jvmGc"
    }

    fn title(&self) -> &'static str {
        "Java garbage collection"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first == b'[' || first.is_ascii_digit()
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        matches!(lead, Digits::DateT | Digits::Run(_, b'.'))
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        if line[0] == b'[' {
            unified(line, ctx)
        } else {
            older(line, ctx)
        }
    }
}

/// `[time][uptime]…[level][tags] text`: groups without a blank between them.
fn unified(line: &[u8], ctx: &Context) -> Option<Fields> {
    let mut stamp = None;
    let mut pos = 0;
    for n_groups in 0..8 {
        if byte(line, pos) != b'[' {
            return None;
        }
        let close = memchr::memchr(b']', &line[pos..line.len().min(pos + 64)])? + pos;
        let group = &line[pos + 1..close];
        if let Some(level) = severity::from_word(group.trim_ascii_end()) {
            let tags = close + 2;
            if n_groups == 0 || byte(line, close + 1) != b'[' {
                return None;
            }
            let tags_end = memchr::memchr(b']', line.get(tags..line.len().min(tags + 80))?)? + tags;
            let name = line[tags..tags_end].trim_ascii_end();
            let is_tags = !name.is_empty()
                && name
                    .iter()
                    .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b',' | b'0'..=b'9'));
            return is_tags.then(|| Fields {
                timestamp: stamp,
                level: Some(level),
                source: Text::line(tags, tags + name.len()),
                ..Fields::of_message(rest(line, tags_end + 1))
            });
        }
        if !group.first()?.is_ascii_digit() {
            return None;
        }
        if stamp.is_none() {
            let found = timestamp::at(line, pos, ctx.clock.order, true)
                .or_else(|| timestamp::at(line, pos + 1, ctx.clock.order, true));
            stamp = found.map(|found| ctx.clock.resolve(found.moment));
        }
        pos = close + 1;
    }
    None
}

/// `[stamp: ]uptime: [GC …`
fn older(line: &[u8], ctx: &Context) -> Option<Fields> {
    let mut stamp = None;
    let mut pos = 0;
    if byte(line, 10) == b'T' {
        let window = &line[..line.len().min(32)];
        let end = memchr::memmem::find(window, b": ")?;
        if !byte(line, end + 2).is_ascii_digit() {
            return None;
        }
        let (found, found_end) = ctx.stamp_at(line, 0)?;
        if found_end != end {
            return None;
        }
        stamp = Some(found);
        pos = end + 2;
    }
    let point = digits_end(line, pos);
    let end = digits_end(line, point + 1);
    if !(1..=9).contains(&(point - pos)) || byte(line, point) != b'.' || end != point + 4 {
        return None;
    }
    let text = skip_blanks(line, end + 1);
    if byte(line, end) != b':' || byte(line, text) != b'[' {
        return None;
    }
    let number = |from: usize, to: usize| {
        line[from..to]
            .iter()
            .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
    };
    let uptime = Moment::SinceBoot(number(pos, point) * SECOND + number(point + 1, end) * 1000);
    Some(Fields {
        timestamp: stamp.or_else(|| Some(ctx.clock.resolve(uptime))),
        ..Fields::of_message(rest(line, text))
    })
}
