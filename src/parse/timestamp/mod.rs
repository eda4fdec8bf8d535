//! A line → the timestamp written in it, with what it leaves out left open.
//!
//! Logs write time in hundreds of spellings, but these are combinations of a few parts: a date with its separators, a time of
//! day, a fraction, an offset or zone name, and a year that may stand anywhere or nowhere. The scanner reads the parts by
//! hand instead of trying a list of patterns, so that a combination nobody listed is understood too and a line costs tens of
//! nanoseconds.

mod clock;
mod names;
mod shapes;

use serde::{Deserialize, Serialize};

use crate::base::time::{SECOND, Timestamp};
use crate::base::written::Written;

/// Which of two small numbers at the start of a date is the month; `7/4/2015` does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DayMonth {
    /// Month, then day, as in the United States; also what is assumed when nothing in the file decides.
    #[default]
    MonthFirst,
    /// Day, then month.
    DayFirst,
}

/// What a timestamp says, before the zone and the year it leaves out are filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// An exact instant: with an offset or zone, or counted since 1970.
    Instant(Timestamp),
    /// Date and time without a zone, as microseconds since 1970-01-01T00:00:00 local.
    Local(i64),
    /// Month, day and time, but no year.
    YearLess {
        /// Month, 1 to 12.
        month: u8,
        /// Day of the month.
        day: u8,
        /// Microseconds since midnight.
        time: i64,
        /// Seconds east of UTC if written.
        offset: Option<i32>,
    },
    /// A time of day and nothing else.
    TimeOnly {
        /// Microseconds since midnight.
        time: i64,
        /// Seconds east of UTC if written.
        offset: Option<i32>,
    },
    /// Microseconds since the machine or program started; stands on the time line as if that had been at 1970.
    SinceBoot(i64),
}

/// A timestamp and where it stands in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// First byte of the timestamp.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// What it says.
    pub moment: Moment,
    /// The two leading numbers of a date whose order is a matter of country.
    pub pair: Option<(u8, u8)>,
}

/// The timestamp that begins exactly at `at`; `is_lead` where only a header can stand, which lets epoch numbers and bare times
/// count.
#[inline]
#[must_use]
pub fn at(line: &[u8], at: usize, order: DayMonth, is_lead: bool) -> Option<Found> {
    match line.get(at)? {
        b'0'..=b'9' => shapes::numeric(line, at, order, is_lead),
        b'A'..=b'Z' | b'a'..=b'z' if shapes::may_be_named(line, at) => shapes::named(line, at),
        b'@' => shapes::tai64n(line, at),
        b'[' if is_lead => shapes::since_boot(line, at),
        _ => None,
    }
}

/// The first timestamp that begins at `from` or later but before `until`.
///
/// Numbers that only may be a time (epoch counts, bare times of day, seconds since boot) count as long as no word stands before
/// them, or directly after an opening bracket.
#[must_use]
pub fn find(line: &[u8], from: usize, until: usize, order: DayMonth) -> Option<Found> {
    let until = until.min(line.len());
    let mut pos = from;
    let mut is_lead = true;
    while pos < until {
        let byte = line[pos];
        let prev = if pos > 0 { line[pos - 1] } else { b' ' };
        let is_word_start = !prev.is_ascii_alphanumeric();
        match byte {
            b'0'..=b'9' => {
                if is_word_start && prev != b'.' {
                    let is_opened = matches!(prev, b'[' | b'(')
                        && (pos < 2 || !line[pos - 2].is_ascii_alphanumeric());
                    let is_lead = is_lead || is_opened;
                    if let Some(found) = shapes::numeric(line, pos, order, is_lead) {
                        return Some(found);
                    }
                }
                // Numbers joined by the marks of a date are one thing: no date begins inside `2023-13-05`.
                pos += 1;
                while pos < until
                    && (line[pos].is_ascii_digit()
                        || (matches!(line[pos], b'-' | b'/' | b'.')
                            && line.get(pos + 1).is_some_and(u8::is_ascii_digit)))
                {
                    is_lead &= !matches!(line[pos], b'-' | b'/');
                    pos += 1;
                }
            }
            b'A'..=b'Z' | b'a'..=b'z' => {
                if is_word_start
                    && shapes::may_be_named(line, pos)
                    && let Some(found) = shapes::named(line, pos)
                {
                    return Some(found);
                }
                let word_at = pos;
                while pos < until && line[pos].is_ascii_alphabetic() {
                    pos += 1;
                }
                // The `T` of `CT12:00` or the `x` of `0x…` is no word; a level is a word that belongs to the header.
                is_lead &= super::severity::from_word(&line[word_at..pos]).is_some();
            }
            b'@' => {
                if let Some(found) = shapes::tai64n(line, pos) {
                    return Some(found);
                }
                pos += 1;
            }
            b'[' => {
                if is_lead && let Some(found) = shapes::since_boot(line, pos) {
                    return Some(found);
                }
                pos += 1;
            }
            _ => pos += 1,
        }
    }
    None
}

/// Whether the name of a weekday stands at `at`, as in ctime and RFC 2822.
#[must_use]
pub fn begins_with_weekday(line: &[u8], at: usize) -> bool {
    names::weekday(line, at).is_some()
}

/// What all lines of a file have in common about their times: the order of day and month.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Day and month order of dates such as `7/4/2015`.
    pub order: DayMonth,
}

impl Clock {
    /// The time that `moment` says; what it leaves out stays open.
    #[inline]
    #[must_use]
    pub fn resolve(&self, moment: Moment) -> Written {
        let in_micros = |seconds: i32| i64::from(seconds) * SECOND;
        match moment {
            Moment::Instant(instant) => Written::instant(instant),
            Moment::Local(local) => Written::local(local),
            Moment::SinceBoot(micros) => Written::instant(Timestamp(micros)),
            Moment::YearLess {
                month,
                day,
                time,
                offset,
            } => Written::year_less(month, day, time, offset.map(in_micros)),
            Moment::TimeOnly { time, offset } => Written::day_less(time, offset.map(in_micros)),
        }
    }
}

#[cfg(test)]
mod tests;
