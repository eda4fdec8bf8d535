//! A place in a line → the timestamp written there, in any of the shapes in use.

use super::clock::{Place, byte, number, offset, time_of_day, two};
use super::names::{letters, month, weekday};
use super::{DayMonth, Found, Moment};
use crate::base::time::{DAY, SECOND, Timestamp, days_from_civil};

/// A calendar date and where it ends; year 0 stands for "not written".
#[derive(Clone, Copy)]
struct Date {
    year: i64,
    month: i64,
    day: i64,
    end: usize,
    /// The two leading numbers where their order is a matter of country.
    pair: Option<(u8, u8)>,
}

/// Seconds since the epoch that are taken for a timestamp: 1990 to 2100.
const EPOCH_SECONDS: std::ops::Range<i64> = 631_152_000..4_102_444_800;

fn is_year(year: i64) -> bool {
    (1900..2200).contains(&year)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year == 0 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn date(year: i64, month: i64, day: i64, end: usize) -> Option<Date> {
    let is_valid = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    is_valid.then_some(Date {
        year,
        month,
        day,
        end,
        pair: None,
    })
}

/// The timestamp that begins with the digits at `at`; `is_lead` where nothing but the header can stand, which lets epoch
/// numbers and bare times count.
pub(super) fn numeric(line: &[u8], at: usize, order: DayMonth, is_lead: bool) -> Option<Found> {
    // The one shape most lines have, without detours.
    if let Some(found) = iso(line, at) {
        return Some(found);
    }
    let (value, n) = number(line, at, 19);
    if byte(line, at + n).is_ascii_digit() {
        return None;
    }
    let date = match n {
        1 | 2 => {
            if byte(line, at + n) == b':' {
                return is_lead.then(|| bare_time(line, at)).flatten();
            }
            small_first(line, (value, n), at + n, order)
        }
        4 => year_first(line, value, at + 4),
        6 => {
            // Two-digit years: yymmdd.
            let date = date(
                century(value / 10_000),
                value / 100 % 100,
                value % 100,
                at + 6,
            );
            date.filter(|_| matches!(byte(line, at + 6), b' ' | b'-' | b'_' | b'T'))
        }
        // 2020307 lacks the zero of March.
        7 if is_year(value / 1000) => date(value / 1000, value / 100 % 10, value % 100, at + 7),
        8 if is_year(value / 10_000) => {
            date(value / 10_000, value / 100 % 100, value % 100, at + 8)
        }
        14 if is_year(value / 10_000_000_000) => return compact(line, at),
        17 if is_year(value / 10_000_000_000_000) => return compact_millis(line, at),
        10 | 13 | 16 | 19 => return epoch(line, at, value, n, is_lead),
        _ => None,
    }?;
    after_date(line, at, date)
}

/// `YYYY-MM-DD` and `hh:mm:ss` with one byte between them.
#[inline]
fn iso(line: &[u8], at: usize) -> Option<Found> {
    let text = line.get(at..at + 19)?;
    let mark = text[4];
    if mark != text[7] || !matches!(mark, b'-' | b'/') || !matches!(text[10], b' ' | b'T') {
        return None;
    }
    let year = two(text, 0)? * 100 + two(text, 2)?;
    let date = date(year, two(text, 5)?, two(text, 8)?, at + 10).filter(|_| is_year(year))?;
    if text[13] != b':' || text[16] != b':' {
        return None;
    }
    let (time, end) = time_of_day(line, at + 11, Place::AfterDate)?;
    Some(finish(line, at, date, time, end))
}

/// Years 70 to 99 are of the last century, as POSIX has it from 69 on.
fn century(two_digits: i64) -> i64 {
    if two_digits >= 70 {
        1900 + two_digits
    } else {
        2000 + two_digits
    }
}

/// `-01-31`, `/01/31`, `.01.31`, `-031` (day of the year), `-W05-2` (ISO week), ` Aug 31`, `-Aug-31` after a year.
fn year_first(line: &[u8], year: i64, end: usize) -> Option<Date> {
    if !is_year(year) {
        return None;
    }
    let mark = byte(line, end);
    if !matches!(mark, b'-' | b'/' | b'.' | b' ' | b'_') {
        return None;
    }
    if let Some((month, month_end)) = month(line, end + 1) {
        let (day, n) = number(line, month_end + 1, 3);
        let is_date = byte(line, month_end) == mark && (1..=2).contains(&n);
        return date(year, month, day, month_end + 1 + n).filter(|_| is_date);
    }
    if mark == b'-' && byte(line, end + 1) == b'W' {
        return iso_week(line, year, end + 2);
    }
    let (month, n) = number(line, end + 1, 4);
    if n == 3 && mark == b'-' && (1..=366).contains(&month) {
        return day_of_year(year, month, end + 4);
    }
    let month_end = end + 1 + n;
    if mark == b' ' || n == 0 || n > 2 || byte(line, month_end) != mark {
        return None;
    }
    let (day, n) = number(line, month_end + 1, 3);
    date(year, month, day, month_end + 1 + n).filter(|_| (1..=2).contains(&n))
}

fn day_of_year(year: i64, ordinal: i64, end: usize) -> Option<Date> {
    from_days(days_from_civil(year, 1, 1) + ordinal - 1, end).filter(|date| date.year == year)
}

/// `05-2` or `052`: week and weekday after `YYYY-W`; week 1 holds the year's first Thursday.
fn iso_week(line: &[u8], year: i64, at: usize) -> Option<Date> {
    let week = two(line, at)?;
    let day_at = at + 2 + usize::from(byte(line, at + 2) == b'-');
    let (day, n) = number(line, day_at, 2);
    if n != 1 || !(1..=7).contains(&day) || !(1..=53).contains(&week) {
        return None;
    }
    let fourth = days_from_civil(year, 1, 4);
    let monday = fourth - (fourth + 3).rem_euclid(7);
    from_days(monday + (week - 1) * 7 + day - 1, day_at + 1)
}

fn from_days(days: i64, end: usize) -> Option<Date> {
    let (year, month, day) = crate::base::time::civil_from_days(days);
    date(year, month, day, end)
}

/// Dates that begin with a day, a month or a two-digit year `first`, which ends at `end`.
fn small_first(
    line: &[u8],
    (first, n_first): (i64, usize),
    end: usize,
    order: DayMonth,
) -> Option<Date> {
    let mark = byte(line, end);
    if mark.is_ascii_uppercase() {
        // Minecraft Forge: `11Mar2024 15:04:22`.
        let (month, month_end) = month(line, end)?;
        let (year, n) = number(line, month_end, 5);
        return date(year, month, first, month_end + n).filter(|_| n == 4 && is_year(year));
    }
    if !matches!(mark, b'/' | b'-' | b'.' | b' ') {
        return None;
    }
    if let Some((month, month_end)) = month(line, end + 1) {
        return day_month_name(line, first, month, month_end);
    }
    let (second, n) = number(line, end + 1, 3);
    if mark == b' ' || n == 0 || n > 2 {
        return None;
    }
    // `24/03/11` has all its digits, `11/3/24` begins with a day or month.
    let may_be_year = n_first == 2 && n == 2;
    let second_end = end + 1 + n;
    if byte(line, second_end) != mark {
        // No year: `2/3 07:06:54`, `03-17 16:13:38.811`, `10.30 16:49:06`.
        // Snort: `03/11-15:04:22.123456`.
        let is_snort = mark == b'/'
            && byte(line, second_end) == b'-'
            && byte(line, second_end + 3) == b':'
            && byte(line, second_end + 6) == b':';
        if byte(line, second_end) != b' ' && !is_snort {
            return None;
        }
        return by_country(
            0,
            first,
            second,
            second_end,
            if mark == b'/' {
                order
            } else {
                DayMonth::MonthFirst
            },
        );
    }
    let (year, n) = number(line, second_end + 1, 5);
    let year_end = second_end + 1 + n;
    match n {
        4 if is_year(year) => {
            let order = if mark == b'.' {
                DayMonth::DayFirst
            } else {
                order
            };
            by_country(year, first, second, year_end, order)
        }
        // log4j's yy/MM/dd before m/d/yy; with dots d.m.yy.
        2 if mark == b'.' => date(century(year), second, first, year_end),
        // A year has both its digits.
        2 => date(century(first), second, year, year_end)
            .filter(|_| may_be_year)
            .or_else(|| by_country(century(year), first, second, year_end, order)),
        _ => None,
    }
}

/// Day and month in the order of the country, or in the only order that is a date.
fn by_country(year: i64, first: i64, second: i64, end: usize, order: DayMonth) -> Option<Date> {
    let (month, day) = match order {
        DayMonth::MonthFirst => (first, second),
        DayMonth::DayFirst => (second, first),
    };
    let pair = Some((first as u8, second as u8));
    let found = date(year, month, day, end).or_else(|| date(year, day, month, end))?;
    Some(Date { pair, ..found })
}

/// `17/May/2015`, `08-Feb-2023`, `1 Jul 2003`, `29 Aug`, with the year after the month's name if any.
fn day_month_name(line: &[u8], day: i64, month: i64, month_end: usize) -> Option<Date> {
    let mut at = month_end + usize::from(byte(line, month_end) == b'.');
    at += usize::from(byte(line, at) == b',');
    if matches!(byte(line, at), b'/' | b'-' | b' ') {
        let (year, n) = number(line, at + 1, 5);
        if n == 4 && is_year(year) && byte(line, at + 5) != b'.' {
            return date(year, month, day, at + 5);
        }
        // RFC 822: `11 Mar 24 15:04:22`; without the second pair of digits `24` would be the hour.
        let is_year =
            byte(line, at) != b' ' || (byte(line, at + 3) == b' ' && byte(line, at + 6) == b':');
        if n == 2 && is_year && byte(line, at + 3) != b':' {
            return date(century(year), month, day, at + 3);
        }
    }
    date(0, month, day, month_end)
}

/// Timestamps that begin with the letters at `at`: a weekday or a month's name.
pub(super) fn named(line: &[u8], at: usize) -> Option<Found> {
    let mut pos = at;
    if let Some(end) = weekday(line, at) {
        pos = end;
        while pos < end + 3 && matches!(byte(line, pos), b'.' | b',' | b' ' | b'\t') {
            pos += 1;
        }
        if pos == end {
            return None;
        }
        if byte(line, pos).is_ascii_digit() {
            let (day, n) = number(line, pos, 3);
            let mark = byte(line, pos + n);
            if n > 2 || !matches!(mark, b' ' | b'-' | b'/') {
                return None;
            }
            let (month, month_end) = month(line, pos + n + 1)?;
            let date = day_month_name(line, day, month, month_end)?;
            return after_date(line, at, date);
        }
    }
    let (month, month_end) = month(line, pos)?;
    let mut day_at = month_end;
    while day_at < month_end + 4
        && matches!(byte(line, day_at), b'.' | b',' | b' ' | b'\t' | b'-' | b'/')
    {
        day_at += 1;
    }
    let (day, n) = number(line, day_at, 3);
    if day_at == month_end || n == 0 || n > 2 {
        return None;
    }
    // `1st`, `22nd`
    let mut end = day_at + n;
    if matches!(line.get(end..end + 2), Some(b"st" | b"nd" | b"rd" | b"th")) {
        end += 2;
    }
    let mut year_at = end;
    while year_at < end + 3 && matches!(byte(line, year_at), b',' | b' ' | b'\t' | b'-' | b'/') {
        year_at += 1;
    }
    let (year, n) = number(line, year_at, 5);
    let date = if year_at > end && n == 4 && is_year(year) {
        date(year, month, day, year_at + 4)
    } else {
        date(0, month, day, end)
    }?;
    after_date(line, at, date)
}

/// The time after a date, with what may stand between them, then offset and, where the date had none, the year.
fn after_date(line: &[u8], start: usize, date: Date) -> Option<Found> {
    let mut at = date.end;
    match byte(line, at) {
        // Erlang writes `11-Mar-2024::15:04:22`.
        b':' if byte(line, at + 1) == b':' => at += 2,
        b'T' | b't' | b'_' | b'-' | b'+' | b':' | b'.' | b'@' | b'/' => at += 1,
        b' ' | b'\t' | b',' | b';' => {
            while at < date.end + 4 && matches!(byte(line, at), b' ' | b'\t' | b',' | b';') {
                at += 1;
            }
            if line[at..].starts_with(b"at ") {
                at += 3;
            } else if line[at..].starts_with(b"- ") {
                at += 2;
            } else if line[at..].starts_with(b"-- ") {
                // Suricata: `11/3/2024 -- 15:04:22`.
                at += 3;
            }
        }
        _ => return None,
    }
    let (time, end) = time_of_day(line, at, Place::AfterDate)?;
    if date.year == 0 && byte(line, end).is_ascii_alphanumeric() && offset(line, end).is_none() {
        return None;
    }
    Some(finish(line, start, date, time, end))
}

#[inline]
fn finish(line: &[u8], start: usize, mut date: Date, time: i64, mut end: usize) -> Found {
    let mut seconds = None;
    if let Some((found, found_end)) = offset(line, end) {
        (seconds, end) = (Some(found), zone_name_end(line, found, found_end));
    }
    if date.year == 0
        && let Some((year, year_end)) = trailing_year(line, end)
        && date.day <= days_in(year, date.month)
    {
        (date.year, end) = (year, year_end);
        if seconds.is_none()
            && let Some((found, found_end)) = offset(line, end)
        {
            (seconds, end) = (Some(found), found_end);
        }
    }
    let shift = i64::from(seconds.unwrap_or(0)) * SECOND;
    let moment = if date.year == 0 {
        let (month, day) = (date.month as u8, date.day as u8);
        Moment::YearLess {
            month,
            day,
            time,
            offset: seconds,
        }
    } else {
        let local = days_from_civil(date.year, date.month, date.day) * DAY + time;
        match seconds {
            Some(_) => Moment::Instant(Timestamp(local - shift)),
            None => Moment::Local(local),
        }
    };
    Found {
        start,
        end,
        moment,
        pair: date.pair,
    }
}

/// The end of a zone's name that repeats the offset: `+01:00[Europe/Berlin]` of Java, `-0500 EST` of Go.
#[inline]
fn zone_name_end(line: &[u8], seconds: i32, end: usize) -> usize {
    match byte(line, end) {
        b'[' => {
            let window = &line[end + 1..line.len().min(end + 40)];
            let Some(len) = memchr::memchr(b']', window) else {
                return end;
            };
            let name = &window[..len];
            let is_zone = matches!(name, b"Z" | b"UTC" | b"GMT")
                || (name.contains(&b'/') && name[0].is_ascii_uppercase());
            if is_zone { end + len + 2 } else { end }
        }
        b' ' if line[end - 1].is_ascii_digit() && byte(line, end + 1).is_ascii_uppercase() => {
            let n = letters(line, end + 1);
            let name = &line[end + 1..=end + n];
            let is_same = n >= 3 && super::names::zone_offset(name) == Some(seconds);
            if is_same { end + 1 + n } else { end }
        }
        _ => end,
    }
}

/// ` 2022` after the time or the zone, as ctime and `date` write it.
fn trailing_year(line: &[u8], end: usize) -> Option<(i64, usize)> {
    let mut at = end;
    while at < end + 3 && matches!(byte(line, at), b' ' | b'\t') {
        at += 1;
    }
    let (year, n) = number(line, at, 5);
    let next = (byte(line, at + 4), byte(line, at + 5));
    let goes_on = next.0.is_ascii_alphanumeric()
        || (matches!(next.0, b'-' | b'.' | b'/' | b':') && next.1.is_ascii_digit());
    (at > end && n == 4 && is_year(year) && !goes_on).then_some((year, at + 4))
}

/// `YYYYMMDDhhmmss` with an optional fraction.
fn compact(line: &[u8], at: usize) -> Option<Found> {
    let (value, _) = number(line, at, 8);
    let date = date(value / 10_000, value / 100 % 100, value % 100, at + 8)?;
    let (time, end) = time_of_day(line, at + 8, Place::AfterDate)?;
    Some(finish(line, at, date, time, end))
}

/// `YYYYMMDDhhmmssSSS`, as .NET and Java format strings without separators give it.
fn compact_millis(line: &[u8], at: usize) -> Option<Found> {
    let mut text = [0; 18];
    text[..14].copy_from_slice(line.get(at..at + 14)?);
    text[14] = b'.';
    text[15..].copy_from_slice(line.get(at + 14..at + 17)?);
    let found = compact(&text, 0)?;
    Some(Found {
        start: at,
        end: at + 17,
        ..found
    })
}

/// `hh:mm:ss` with nothing that says which day.
fn bare_time(line: &[u8], at: usize) -> Option<Found> {
    let (time, end) = time_of_day(line, at, Place::Alone)?;
    let (seconds, end) = match offset(line, end) {
        Some((seconds, end)) => (Some(seconds), end),
        None => (None, end),
    };
    if byte(line, end).is_ascii_alphanumeric() {
        return None;
    }
    let moment = Moment::TimeOnly {
        time,
        offset: seconds,
    };
    Some(Found {
        start: at,
        end,
        moment,
        pair: None,
    })
}

/// Seconds (with a fraction if any), milliseconds, microseconds or nanoseconds since 1970, told apart by their digits.
fn epoch(line: &[u8], at: usize, value: i64, n: usize, is_lead: bool) -> Option<Found> {
    let mut end = at + n;
    let micros = match n {
        10 => value * SECOND,
        13 => value * 1000,
        16 => value,
        _ => value / 1000,
    };
    if !EPOCH_SECONDS.contains(&(micros / SECOND)) {
        return None;
    }
    let mut part = 0;
    let (digits, n_digits) = number(line, end + 1, 9);
    let has_fraction = n == 10 && matches!(byte(line, end), b'.' | b',') && n_digits >= 3;
    if has_fraction {
        part = (n_digits..9).fold(digits, |part, _| part * 10) / 1000;
        end += 1 + n_digits;
    }
    // A long number with a fraction is a time anywhere; a bare one only where the header is.
    let is_whole = !byte(line, end).is_ascii_alphanumeric()
        && !matches!(byte(line, end), b'.' | b'_' | b'/' | b'-');
    ((is_lead || has_fraction) && is_whole).then_some(Found {
        start: at,
        end,
        moment: Moment::Instant(Timestamp(micros + part)),
        pair: None,
    })
}

/// Seconds since boot in brackets: `[    1.003000]` of the kernel, `[+2147.35s]` of display managers.
pub(super) fn since_boot(line: &[u8], at: usize) -> Option<Found> {
    let mut start = at + 1;
    while start < at + 12 && byte(line, start) == b' ' {
        start += 1;
    }
    start += usize::from(byte(line, start) == b'+');
    let (seconds, n) = number(line, start, 10);
    let (digits, n_digits) = number(line, start + n + 1, 9);
    let mut end = start + n + 1 + n_digits;
    if n == 0 || n == 10 || byte(line, start + n) != b'.' || !(2..=9).contains(&n_digits) {
        return None;
    }
    end += usize::from(byte(line, end) == b's');
    let part = (n_digits..9).fold(digits, |part, _| part * 10) / 1000;
    (byte(line, end) == b']').then_some(Found {
        start,
        end,
        moment: Moment::SinceBoot(seconds * SECOND + part),
        pair: None,
    })
}

/// `@400000004332258…`: TAI64N as daemontools write it (D. J. Bernstein); leap seconds since 1972 are taken off roughly, by the
/// fixed 10 s that the tools themselves use.
pub(super) fn tai64n(line: &[u8], at: usize) -> Option<Found> {
    let text = line.get(at + 1..at + 25)?;
    if byte(line, at + 25).is_ascii_alphanumeric() {
        return None;
    }
    let mut value = 0u128;
    for digit in text {
        value = value << 4 | u128::from((*digit as char).to_digit(16)?);
    }
    let seconds = ((value >> 32) as u64).checked_sub(1 << 62)?;
    let nanos = (value & 0xffff_ffff) as i64;
    let seconds = i64::try_from(seconds).ok()? - 10;
    (EPOCH_SECONDS.contains(&seconds) && nanos < 1_000_000_000).then(|| Found {
        start: at,
        end: at + 25,
        moment: Moment::Instant(Timestamp(seconds * SECOND + nanos / 1000)),
        pair: None,
    })
}

/// Whether a word that begins with these letters can begin a timestamp; rules out nearly all words before any table is asked.
#[inline]
pub(super) fn may_be_named(line: &[u8], at: usize) -> bool {
    let Some([a, b, c]) = line.get(at..at + 3) else {
        return false;
    };
    let key = [a | 32, b | 32, c | 32];
    matches!(
        &key,
        b"jan"
            | b"feb"
            | b"mar"
            | b"apr"
            | b"may"
            | b"jun"
            | b"jul"
            | b"aug"
            | b"sep"
            | b"oct"
            | b"nov"
            | b"dec"
            | b"mon"
            | b"tue"
            | b"wed"
            | b"thu"
            | b"fri"
            | b"sat"
            | b"sun"
    ) && letters(line, at) <= 9
}
