//! Time of day with its fraction, AM/PM, offset or zone name.

use super::names::{letters, zone_offset};
use crate::base::time::{HOUR, MINUTE, SECOND};

/// The byte at `at`, or 0 past the end.
#[inline]
pub(super) fn byte(line: &[u8], at: usize) -> u8 {
    line.get(at).copied().unwrap_or(0)
}

/// Value and length of the run of digits at `at`, at most `max` (up to 19) of them.
#[inline]
pub(super) fn number(line: &[u8], at: usize, max: usize) -> (i64, usize) {
    let (mut value, mut n) = (0_i64, 0);
    while n < max {
        let digit = byte(line, at + n).wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        // Nineteen digits may not fit; no time is that large.
        value = value.saturating_mul(10).saturating_add(i64::from(digit));
        n += 1;
    }
    (value, n)
}

/// Two digits in a row, as in almost every stamp: cheaper than [`number`].
#[inline]
pub(super) fn two(line: &[u8], at: usize) -> Option<i64> {
    let pair = line.get(at..at + 2)?;
    let (a, b) = (pair[0].wrapping_sub(b'0'), pair[1].wrapping_sub(b'0'));
    (a <= 9 && b <= 9).then(|| i64::from(a * 10 + b))
}

/// Whether a time of day stands where only a time can stand: after a date.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// After a date: loose spellings are fine.
    AfterDate,
    /// On its own: only `hh:mm:ss` with two digits each is a time.
    Alone,
}

/// Microseconds since midnight and the end of the time of day at `at`.
pub(super) fn time_of_day(line: &[u8], at: usize, place: Place) -> Option<(i64, usize)> {
    let (time, end, is_short) = match hh_mm_ss(line, at) {
        Some((time, end)) => (time, end, false),
        None if place == Place::Alone => return None,
        None => loose(line, at)?,
    };
    let (time, end) = if is_short {
        (time, end)
    } else {
        fraction(line, time, end)
    };
    // `10:15:30:42` or `10:15:30.1.2` is something else.
    if place == Place::Alone
        && matches!(byte(line, end), b':' | b'.')
        && byte(line, end + 1).is_ascii_digit()
    {
        return None;
    }
    Some(half_of_day(line, time, end))
}

fn in_micros(hour: i64, minute: i64, second: i64) -> Option<i64> {
    // A leap second is written as second 60.
    (hour < 24 && minute < 60 && second <= 60)
        .then_some(hour * HOUR + minute * MINUTE + second * SECOND)
}

#[inline]
fn hh_mm_ss(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let text = line.get(at..at + 8)?;
    if text[2] != b':' || text[5] != b':' || byte(line, at + 8).is_ascii_digit() {
        return None;
    }
    let time = in_micros(two(text, 0)?, two(text, 3)?, two(text, 6)?)?;
    Some((time, at + 8))
}

/// Single digits, compact digits, `-` or `.` between the parts, no seconds; says whether seconds are missing.
fn loose(line: &[u8], at: usize) -> Option<(i64, usize, bool)> {
    let (hour, n) = number(line, at, 7);
    if n == 5 || n == 6 {
        let time = in_micros(hour / 10_000, hour / 100 % 100, hour % 100)?;
        return Some((time, at + n, false));
    }
    if n == 4 && at > 0 && matches!(line[at - 1], b'T' | b't') {
        return Some((in_micros(hour / 100, hour % 100, 0)?, at + n, true));
    }
    if n == 0 || n > 2 {
        return None;
    }
    let between = byte(line, at + n);
    if !matches!(between, b':' | b'-' | b'.') {
        return None;
    }
    let minute_at = at + n + 1;
    let (minute, n) = number(line, minute_at, 3);
    if n == 0 || n > 2 {
        return None;
    }
    let minute_end = minute_at + n;
    let next = byte(line, minute_end);
    let (second, n) = number(line, minute_end + 1, 3);
    let has_second =
        (1..=2).contains(&n) && (next == between || (between == b':' && next == b'.' && n == 2));
    if has_second {
        return Some((in_micros(hour, minute, second)?, minute_end + 1 + n, false));
    }
    // Without seconds only `hh:mm` is a time: `2019-03-01 16-56` is a range or a version.
    let is_whole = between == b':' && minute_end - minute_at == 2 && !(next == b':' && n > 0);
    is_whole.then_some((in_micros(hour, minute, 0)?, minute_end, true))
}

/// Adds `.123`, `,123456789` or `:123` after the seconds; digits past the microsecond are dropped.
#[inline]
fn fraction(line: &[u8], time: i64, end: usize) -> (i64, usize) {
    let mark = byte(line, end);
    if !matches!(mark, b'.' | b',' | b':') {
        return (time, end);
    }
    let rest = &line[end + 1..];
    let (mut value, mut n) = (0, 0);
    while let Some(digit) = rest
        .get(n)
        .map(|b| b.wrapping_sub(b'0'))
        .filter(|d| *d <= 9)
    {
        if n < 6 {
            value = value * 10 + i64::from(digit);
        }
        n += 1;
    }
    // A comma may also begin the next column, and a colon a line number: those need a usual number of digits.
    let is_fraction = match mark {
        b'.' => n > 0,
        b',' => matches!(n, 3 | 6..=9),
        _ => n == 3,
    };
    if !is_fraction {
        return (time, end);
    }
    for _ in n..6 {
        value *= 10;
    }
    (time + value, end + 1 + n)
}

/// Applies `AM` or `PM`, also `p.m.`, directly after the time or after one blank.
fn half_of_day(line: &[u8], time: i64, end: usize) -> (i64, usize) {
    let at = end + usize::from(byte(line, end) == b' ');
    let half = byte(line, at) | 32;
    if half != b'a' && half != b'p' {
        return (time, end);
    }
    let half_end = if byte(line, at + 1) | 32 == b'm' {
        at + 2
    } else if byte(line, at + 1) == b'.'
        && byte(line, at + 2) | 32 == b'm'
        && byte(line, at + 3) == b'.'
    {
        at + 4
    } else {
        return (time, end);
    };
    let hour = time / HOUR;
    if byte(line, half_end).is_ascii_alphanumeric() || !(1..=12).contains(&hour) {
        return (time, end);
    }
    let shift = match (half, hour) {
        (b'a', 12) => -12,
        (b'p', 1..=11) => 12,
        _ => 0,
    };
    (time + shift * HOUR, half_end)
}

/// Seconds east of UTC and end of the offset or zone name at `at` or after blanks.
#[inline]
pub(super) fn offset(line: &[u8], at: usize) -> Option<(i32, usize)> {
    let mut start = at;
    while start < at + 3 && matches!(byte(line, start), b' ' | b'\t') {
        start += 1;
    }
    match byte(line, start) {
        b'+' | b'-' | 0xe2 => numeric_offset(line, start, start > at),
        b'Z' | b'z' if !byte(line, start + 1).is_ascii_alphanumeric() => {
            // A lone small letter after a blank is not a zone.
            (start == at || line[start] == b'Z').then_some((0, start + 1))
        }
        first if first.is_ascii_alphabetic() => {
            let n = letters(line, start);
            let end = start + n;
            let seconds = zone_offset(&line[start..end])?;
            if n >= 2 && seconds == 0 && matches!(&line[start..end], b"GMT" | b"UTC") {
                // `GMT+0200`, `UTC-5`
                if let Some(found) =
                    numeric_offset(line, end, false).or_else(|| one_digit(line, end))
                {
                    return Some(found);
                }
            }
            Some((seconds, end))
        }
        _ => None,
    }
}

/// `-5` after `UTC`
fn one_digit(line: &[u8], at: usize) -> Option<(i32, usize)> {
    let sign = match byte(line, at) {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hour, n) = number(line, at + 1, 2);
    let is_whole = n == 1 && !byte(line, at + 2).is_ascii_alphanumeric();
    is_whole.then_some((sign * hour as i32 * 3600, at + 2))
}

/// `+0100`, `+01:00`, `+01`, with a hyphen or U+2212 for minus.
fn numeric_offset(line: &[u8], at: usize, is_apart: bool) -> Option<(i32, usize)> {
    let (sign, digits_at) = match byte(line, at) {
        b'+' => (1, at + 1),
        b'-' => (-1, at + 1),
        0xe2 if line[at..].starts_with("\u{2212}".as_bytes()) => (-1, at + 3),
        _ => return None,
    };
    let hour = two(line, digits_at)?;
    let mut end = digits_at + 2;
    let mut minute = 0;
    let next = byte(line, end);
    if next == b':' && byte(line, end + 1).is_ascii_digit() {
        minute = two(line, end + 1)?;
        end += 3;
    } else if next.is_ascii_digit() {
        minute = two(line, end)?;
        end += 2;
    } else if is_apart && (next == b'.' || next == b'%') {
        // `10:00:00 -12.5` is a value.
        return None;
    }
    let is_offset = hour <= 14 && minute < 60 && !byte(line, end).is_ascii_digit();
    is_offset.then(|| (sign * (hour * 3600 + minute * 60) as i32, end))
}
