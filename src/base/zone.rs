//! Name of a time zone → offsets: turns the local times that logs carry into instants.
//!
//! The whole history of a zone is read once into a sorted table, so that a line costs a binary search over a few hundred
//! entries and the zone can be shared between threads; asking the zone database for every line is thirty times slower.
//!
//! A browser has a zone database of its own, and a second one would be a fifth of all there is to load: where there is a
//! browser, the table is made by asking it ([`learn_from`], [`History::asked`]). Natively it comes from jiff.

use std::sync::{Arc, OnceLock};

use super::time::{SECOND, Timestamp, days_from_civil};
use crate::error::ParamsError;

/// Years for which the table holds every transition; before and after, the nearest offset holds. Logs are no older, and
/// databases differ in what they say of the time before.
const FIRST_YEAR: i64 = 1970;
const LAST_YEAR: i64 = 2100;

/// Seconds between two questions for an offset: no zone has changed its offset and back in less than a week since 1970.
const ASKED_EVERY: i64 = 5 * 86_400;

/// What the clocks of a zone have shown and will show, from 1970 to 2100.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// Its name as the database spells it.
    pub name: String,
    /// Seconds east of UTC at the beginning.
    pub first_offset: i32,
    /// Seconds since 1970 from which another offset holds, and that offset in seconds east of UTC; ascending.
    pub changes: Vec<(i64, i32)>,
}

impl History {
    /// Finds the changes by asking which offset (seconds east of UTC) holds at an instant (seconds since 1970).
    #[must_use]
    pub fn asked(name: String, mut offset_at: impl FnMut(i64) -> i32) -> Self {
        let (mut at, end) = (start_of(FIRST_YEAR), start_of(LAST_YEAR));
        let first_offset = offset_at(at);
        let mut offset = first_offset;
        let mut changes = Vec::new();
        while at < end {
            let next = (at + ASKED_EVERY).min(end);
            if offset_at(next) == offset {
                at = next;
                continue;
            }
            let mut changed = next;
            while changed - at > 1 {
                let middle = i64::midpoint(at, changed);
                if offset_at(middle) == offset {
                    at = middle;
                } else {
                    changed = middle;
                }
            }
            at = changed;
            offset = offset_at(at);
            if at < end {
                changes.push((at, offset));
            }
        }
        Self {
            name,
            first_offset,
            changes,
        }
    }
}

/// Looks a zone up by its name in any case; `None` when there is none of that name.
pub type Source = fn(&str) -> Option<History>;

static SOURCE: OnceLock<Source> = OnceLock::new();

/// Says who knows the zones; the first one to be named counts. Without one it is jiff natively and nobody in WebAssembly.
pub fn learn_from(source: Source) {
    let _ = SOURCE.set(source);
}

/// The first second of a year, since 1970.
fn start_of(year: i64) -> i64 {
    days_from_civil(year, 1, 1) * 86_400
}

#[cfg(target_arch = "wasm32")]
fn bundled(_: &str) -> Option<History> {
    None
}

#[cfg(not(target_arch = "wasm32"))]
fn bundled(text: &str) -> Option<History> {
    let zone = jiff::tz::db().get(text).ok()?;
    let at = |year| {
        jiff::Timestamp::from_second(start_of(year)).expect("these years are within jiff's range")
    };
    let end = at(LAST_YEAR);
    let first_offset = zone.to_offset(at(FIRST_YEAR)).seconds();
    let mut changes: Vec<(i64, i32)> = zone
        .following(at(FIRST_YEAR))
        .take_while(|change| change.timestamp() < end)
        .map(|change| (change.timestamp().as_second(), change.offset().seconds()))
        .collect();
    let mut before = first_offset;
    changes.retain(|change| std::mem::replace(&mut before, change.1) != change.1);
    Some(History {
        name: zone.iana_name().unwrap_or(text).to_owned(),
        first_offset,
        changes,
    })
}

/// Where local time stands against UTC, for all time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: Arc<str>,
    /// Offset before the first transition, in microseconds east of UTC.
    first_offset: i64,
    /// Sorted by both instants; empty for UTC and fixed offsets.
    transitions: Arc<[Transition]>,
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
        let source = SOURCE.get().copied().unwrap_or(bundled);
        match source(text) {
            Some(history) => Ok(Self::from_history(&history)),
            None => Err(ParamsError {
                option: "timezone",
                expected: "UTC, an offset such as +05:30, or a name such as Europe/Berlin",
                actual: text.chars().take(80).collect(),
            }),
        }
    }

    fn from_history(history: &History) -> Self {
        let micros = |seconds: i32| i64::from(seconds) * SECOND;
        let first_offset = micros(history.first_offset);
        let mut before = first_offset;
        let changes = history.changes.iter();
        let transitions = changes
            .map(|&(second, offset)| {
                let (utc, offset) = (second * SECOND, micros(offset));
                // A local time that falls into the gap or the overlap keeps the offset from before the change.
                let local = utc + before.max(offset);
                before = offset;
                Transition { utc, local, offset }
            })
            .collect();
        Self {
            name: history.name.as_str().into(),
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
    use jiff::tz::TimeZone;

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
            (local(2090, 7, 1, 0, 0), 2),
        ] {
            assert_eq!(berlin.to_utc(civil).0, civil - offset_hours * HOUR);
        }
    }

    #[test]
    fn asking_finds_every_change_of_every_zone() {
        let mut n_zones = 0;
        for name in jiff::tz::db().available() {
            let zone = jiff::tz::db().get(name.as_str()).unwrap();
            let asked = History::asked(name.as_str().to_owned(), |second| {
                let at = jiff::Timestamp::from_second(second).unwrap();
                zone.to_offset(at).seconds()
            });
            assert_eq!(Some(asked), bundled(name.as_str()));
            n_zones += 1;
        }
        assert!(n_zones > 400, "{n_zones} zones");
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
