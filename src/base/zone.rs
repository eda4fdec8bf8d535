//! Name of a time zone → offsets: turns the local times that logs carry into instants.
//!
//! The whole history of a zone is read once into a sorted table, so that a line costs a binary search over a few hundred
//! entries and the zone can be shared between threads; asking the zone database for every line is thirty times slower.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::time::{SECOND, Timestamp, days_from_civil};
use crate::error::ParamsError;

/// Years for which the table holds every transition; before and after, the nearest offset holds.
const FIRST_YEAR: i64 = 1900;
const LAST_YEAR: i64 = 2200;

/// Where local time stands against UTC, for all time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: Arc<str>,
    /// Offset before the first transition, in microseconds east of UTC.
    first_offset: i64,
    /// Sorted by both instants; empty for UTC and fixed offsets.
    transitions: Arc<[Transition]>,
}

/// What happens to local times when a zone's clocks are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockChange {
    /// The clocks were put forward past this time: it does not exist.
    Skipped,
    /// The clocks were put back before this time was over: it came twice.
    Repeated,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Transition {
    /// First instant with the new offset.
    utc: i64,
    /// First local time that is read with the new offset.
    local: i64,
    /// The new offset in microseconds east of UTC.
    offset: i64,
}

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self::fixed("UTC", 0)
    }

    fn fixed(name: &str, seconds: i64) -> Self {
        Self {
            name: name.into(),
            first_offset: seconds * SECOND,
            transitions: Arc::new([]),
        }
    }

    /// `UTC`, an offset such as `+05:30`, or a name of the IANA database such as `Europe/Berlin`, in any case.
    ///
    /// # Errors
    ///
    /// When `text` is none of these.
    pub fn parse(text: &str) -> Result<Self, ParamsError> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("utc") || text.eq_ignore_ascii_case("z") {
            return Ok(Self::utc());
        }
        if let Some(seconds) = fixed_offset(text) {
            let (sign, size) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
            let name = format!("{sign}{:02}:{:02}", size / 3600, size / 60 % 60);
            return Ok(Self::fixed(&name, seconds));
        }
        match jiff::tz::db().get(text) {
            Ok(zone) => Ok(Self::from_database(text, &zone)),
            Err(_) => Err(ParamsError {
                option: "timezone",
                expected: "UTC, an offset such as +05:30, or a name such as Europe/Berlin",
                actual: text.chars().take(80).collect(),
            }),
        }
    }

    fn from_database(text: &str, zone: &TimeZone) -> Self {
        let at = |year| {
            let seconds = days_from_civil(year, 1, 1) * 86_400;
            jiff::Timestamp::from_second(seconds).expect("these years are within jiff's range")
        };
        let micros = |seconds: i32| i64::from(seconds) * SECOND;
        let end = at(LAST_YEAR);
        let first_offset = micros(zone.to_offset(at(FIRST_YEAR)).seconds());
        let mut before = first_offset;
        let transitions = zone
            .following(at(FIRST_YEAR))
            .take_while(|transition| transition.timestamp() < end)
            .map(|transition| {
                let utc = transition.timestamp().as_microsecond();
                let offset = micros(transition.offset().seconds());
                // A local time that falls into the gap or the overlap keeps the offset from before the change.
                let local = utc + before.max(offset);
                before = offset;
                Transition { utc, local, offset }
            })
            .collect();
        Self {
            name: zone.iana_name().unwrap_or(text).into(),
            first_offset,
            transitions,
        }
    }

    /// The name people know it by: `UTC`, `+05:30`, `Europe/Berlin`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The instant of a local time given as microseconds since 1970-01-01T00:00:00 local.
    ///
    /// A time that the clocks skipped or showed twice is read with the offset in force before the change.
    #[must_use]
    pub fn to_utc(&self, local_micros: i64) -> Timestamp {
        let (_, _, offset) = self.stretch(local_micros);
        Timestamp(local_micros.saturating_sub(offset))
    }

    /// The local times around one (first, end) that are read with the same offset, and the offset in microseconds east of UTC.
    #[must_use]
    pub fn stretch(&self, local_micros: i64) -> (i64, i64, i64) {
        let n_past = self
            .transitions
            .partition_point(|t| t.local <= local_micros);
        let begins = n_past
            .checked_sub(1)
            .map_or(i64::MIN, |idx| self.transitions[idx].local);
        let ends = self
            .transitions
            .get(n_past)
            .map_or(i64::MAX, |next| next.local);
        (begins, ends, self.offset_after(n_past))
    }

    /// Whether its clocks are ever put forward or back.
    #[must_use]
    pub fn has_clock_changes(&self) -> bool {
        !self.transitions.is_empty()
    }

    /// What the clocks did about a local time, if they did not show it exactly once.
    #[must_use]
    pub fn clock_change(&self, local_micros: i64) -> Option<ClockChange> {
        let n_past = self
            .transitions
            .partition_point(|t| t.local <= local_micros);
        let next = self.transitions.get(n_past)?;
        let before = self.offset_after(n_past);
        let begins = next.utc + before.min(next.offset);
        (local_micros >= begins).then_some(if next.offset > before {
            ClockChange::Skipped
        } else {
            ClockChange::Repeated
        })
    }

    /// Whether it is UTC, by whatever name.
    #[must_use]
    pub fn is_utc(&self) -> bool {
        self.first_offset == 0 && self.transitions.is_empty()
    }

    /// What the clocks of this zone show at an instant, as microseconds since 1970-01-01T00:00:00 local.
    #[must_use]
    pub fn to_local(&self, instant: Timestamp) -> i64 {
        let n_past = self.transitions.partition_point(|t| t.utc <= instant.0);
        instant.0.saturating_add(self.offset_after(n_past))
    }

    fn offset_after(&self, n_past: usize) -> i64 {
        match n_past.checked_sub(1) {
            Some(idx) => self.transitions[idx].offset,
            None => self.first_offset,
        }
    }
}

/// `+HH:MM`, `+HHMM` or `+HH`, as seconds east of UTC.
fn fixed_offset(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes() {
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    let (hours, minutes) = match *digits {
        [a, b] => (digit(a)? * 10 + digit(b)?, 0),
        [a, b, c, d] | [a, b, b':', c, d] => {
            (digit(a)? * 10 + digit(b)?, digit(c)? * 10 + digit(d)?)
        }
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::HOUR;

    fn local(y: i64, m: i64, d: i64, h: i64, min: i64) -> i64 {
        (days_from_civil(y, m, d) * 86_400 + h * 3600 + min * 60) * SECOND
    }

    #[test]
    fn names_are_accepted_in_every_spelling() {
        for (text, name) in [
            ("utc", "UTC"),
            ("Z", "UTC"),
            ("+0530", "+05:30"),
            ("-08", "-08:00"),
            ("+05:45", "+05:45"),
            ("europe/berlin", "Europe/Berlin"),
        ] {
            assert_eq!(Zone::parse(text).unwrap().name(), name);
        }
        for text in ["", "Middle/Earth", "+25:00", "+5:3", "0530"] {
            assert_eq!(Zone::parse(text).unwrap_err().option, "timezone");
        }
    }

    #[test]
    fn the_offset_before_the_change_holds_in_gap_and_overlap() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        for (civil, offset_hours) in [
            (local(2024, 3, 31, 1, 59), 1),
            (local(2024, 3, 31, 2, 30), 1),
            (local(2024, 3, 31, 3, 0), 2),
            (local(2024, 10, 27, 2, 30), 2),
            (local(2024, 10, 27, 3, 0), 1),
            (local(2150, 7, 1, 0, 0), 2),
        ] {
            assert_eq!(berlin.to_utc(civil).0, civil - offset_hours * HOUR);
        }
    }

    #[test]
    fn a_time_that_the_clocks_skipped_or_showed_twice_is_known() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        for (civil, change) in [
            (local(2024, 3, 31, 1, 59), None),
            (local(2024, 3, 31, 2, 0), Some(ClockChange::Skipped)),
            (local(2024, 3, 31, 2, 59), Some(ClockChange::Skipped)),
            (local(2024, 3, 31, 3, 0), None),
            (local(2024, 10, 27, 1, 59), None),
            (local(2024, 10, 27, 2, 0), Some(ClockChange::Repeated)),
            (local(2024, 10, 27, 2, 59), Some(ClockChange::Repeated)),
            (local(2024, 10, 27, 3, 0), None),
        ] {
            assert_eq!(berlin.clock_change(civil), change, "{civil}");
            assert_eq!(Zone::utc().clock_change(civil), None);
        }
    }

    #[test]
    fn offsets_agree_with_the_zone_database() {
        for name in ["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"] {
            let (ours, theirs) = (Zone::parse(name).unwrap(), TimeZone::get(name).unwrap());
            for step in 0..4000 {
                let instant = Timestamp(local(1970, 1, 1, 0, 0) + step * 171 * HOUR + 17);
                let civil = ours.to_local(instant);
                let at = jiff::Timestamp::from_microsecond(instant.0).unwrap();
                let offset = i64::from(theirs.to_offset(at).seconds()) * SECOND;
                assert_eq!(civil, instant.0 + offset, "{name} {instant:?}");
                let back = ours.to_utc(civil).0;
                assert!(
                    back == instant.0 || back == instant.0 - HOUR || back == instant.0 - HOUR / 2
                );
            }
        }
    }
}
