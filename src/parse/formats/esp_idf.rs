//! ESP-IDF, the framework of Espressif's microcontrollers: a letter, milliseconds since the start (or a clock) in brackets, a tag.
//!
//! Source of the layout: "Logging library" in the ESP-IDF Programming Guide.

use super::super::severity;
use super::super::timestamp::{self, Moment};
use super::{Context, Fields, Format, Level, Sample, Text, byte, digits_end, rest};

/// See the module.
pub(super) struct EspIdf;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "E (12345) wifi: connect failed -5",
        timestamp: "1970-01-01T00:00:12.345Z",
        level: Some(Level::Error),
        source: "wifi",
        message: "connect failed -5",
    },
    Sample {
        line: "I (15:04:22.123) cart_task: price read",
        timestamp: "2024-04-30T15:04:22.123Z",
        level: Some(Level::Info),
        source: "cart_task",
        message: "price read",
    },
];

/// Longest tag.
const TAG_CAP: usize = 64;

impl Format for EspIdf {
    fn name(&self) -> &'static str {
        "espIdf"
    }

    fn title(&self) -> &'static str {
        "ESP-IDF"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        matches!(first, b'E' | b'W' | b'I' | b'D' | b'V')
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        if line.get(1..3)? != b" (" {
            return None;
        }
        let level = severity::from_letter(line[0])?;
        let end = digits_end(line, 3);
        let (moment, close) = if byte(line, end) == b')' && (4..=15).contains(&end) {
            let digits = line[3..end].iter();
            let millis = digits.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
            (Moment::SinceBoot(millis * 1000), end)
        } else {
            let found = timestamp::at(line, 3, ctx.clock.order, true)?;
            (found.moment, found.end)
        };
        let tag = close + 2;
        let window = line.get(tag..line.len().min(tag + TAG_CAP))?;
        let colon = memchr::memchr(b':', window)? + tag;
        if !line[close..].starts_with(b") ") || !line[colon..].starts_with(b": ") {
            return None;
        }
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(moment)),
            level: Some(level),
            source: Text::line(tag, colon),
            ..Fields::of_message(rest(line, colon + 2))
        })
    }
}
