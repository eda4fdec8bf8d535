//! A value of a JSON object → text, level or time.

use super::super::super::json_scan::{Value, unescape};
use super::super::super::severity;
use super::super::super::timestamp::{self, DayMonth};
use super::super::{Context, Level, Text, trimmed};
use super::keys::Ladder;
use crate::base::time::{SECOND, Timestamp};
use crate::base::written::Written;

/// The text of a value: in place, or unescaped into the scratch buffer.
pub(super) fn text(line: &[u8], value: Value, scratch: &mut Vec<u8>) -> Text {
    match value {
        Value::String(start, end, true) => {
            let from = scratch.len();
            unescape(&line[start..end], scratch);
            trimmed_scratch(scratch, from)
        }
        Value::String(start, end, false) | Value::Scalar(start, end) => trimmed(line, start, end),
        Value::Object(start, end) | Value::Array(start, end) => Text::line(start, end),
    }
}

fn trimmed_scratch(scratch: &[u8], from: usize) -> Text {
    match trimmed(scratch, from, scratch.len()) {
        Text::Line(start, end) | Text::Scratch(start, end) => Text::Scratch(start, end),
    }
}

pub(super) fn integer(line: &[u8], value: Value) -> Option<i64> {
    match value {
        Value::String(start, end, _) | Value::Scalar(start, end) => {
            std::str::from_utf8(&line[start..end]).ok()?.parse().ok()
        }
        Value::Object(..) | Value::Array(..) => None,
    }
}

pub(super) fn level(text: &[u8], ladder: Ladder) -> Option<Level> {
    let number = || std::str::from_utf8(text).ok()?.parse().ok();
    match ladder {
        Ladder::Usual => severity::from_value(text),
        Ladder::Syslog => number().map_or_else(
            || severity::from_value(text),
            |number: i64| u32::try_from(number).ok().map(severity::from_priority),
        ),
        Ladder::Otel => number().and_then(severity::from_otel),
        Ladder::Python => number().and_then(severity::from_python),
    }
}

/// A time as text in any shape, or as a number of seconds, milliseconds, microseconds or nanoseconds.
pub(super) fn time(line: &[u8], value: Value, order: DayMonth, ctx: &Context) -> Option<Written> {
    let (start, end) = match value {
        Value::String(start, end, _) | Value::Scalar(start, end) => (start, end),
        Value::Object(..) | Value::Array(..) => return None,
    };
    let text = &line[start..end];
    if matches!(value, Value::Scalar(..)) && text.contains(&b'e') | text.contains(&b'E') {
        // Some encoders write 1.68458533925e+09.
        let seconds: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
        return (6e8..4.2e9)
            .contains(&seconds)
            .then_some(Written::instant(Timestamp(
                (seconds * SECOND as f64) as i64,
            )));
    }
    if text.first()?.is_ascii_digit()
        && text
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b'.')
    {
        return epoch(text);
    }
    let found = timestamp::find(text, 0, text.len().min(64), order)?;
    Some(ctx.clock.resolve(found.moment))
}

/// Digits with an optional fraction; the unit is told by the size.
fn epoch(text: &[u8]) -> Option<Written> {
    let point = memchr::memchr(b'.', text).unwrap_or(text.len());
    let whole: i64 = std::str::from_utf8(&text[..point]).ok()?.parse().ok()?;
    let mut nanos = 0;
    for idx in 1..10 {
        let digit = text.get(point + idx).filter(|byte| byte.is_ascii_digit());
        nanos = nanos * 10 + digit.map_or(0, |digit| i64::from(digit - b'0'));
    }
    let micros = match point {
        9 | 10 => whole * SECOND + nanos / 1000,
        12 | 13 => whole * 1000 + nanos / 1_000_000,
        15 | 16 => whole,
        18 | 19 => whole / 1000,
        14 => {
            return timestamp::at(text, 0, DayMonth::MonthFirst, true).and_then(
                |found| match found.moment {
                    timestamp::Moment::Local(local) => Some(Written::local(local)),
                    _ => None,
                },
            );
        }
        _ => return None,
    };
    Some(Written::instant(Timestamp(micros)))
}
