//! What the lines of a text leave out of their times → instants for times as they are written.
//!
//! A calendar knows the zone that is assumed and in which year (or on which day) the text begins. It shifts times by stretches:
//! as long as neither the offset of the zone nor the year changes, an instant is the number of a written time plus a constant.

use super::time::{DAY, HOUR, Timestamp, civil_from_days, days_from_civil};
use super::written::{Extent, Kind, LEAP_DAY, N_CYCLES, Written};
use super::zone::{ClockChange, Zone};

/// Turns the written times of one text into instants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    zone: Zone,
    /// An instant at or after the last record, such as the date of the file.
    reference: Timestamp,
    /// Year (or day since 1970) in which the times of each kind that leaves it out begin; `None`: each time is the latest that
    /// is not after the reference.
    starts: [Option<i64>; N_CYCLES],
}

/// Numbers of written times that become instants by the same shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    /// First number.
    from: i64,
    /// First number after.
    until: i64,
    shift: i64,
}

impl Default for Calendar {
    fn default() -> Self {
        Self::new(&Zone::utc(), Timestamp(0))
    }
}

impl Calendar {
    /// `zone` is where times without one are from; `reference` an instant at or after the last line, such as the date of the
    /// file.
    #[must_use]
    pub fn new(zone: &Zone, reference: Timestamp) -> Self {
        Self {
            zone: zone.clone(),
            reference,
            starts: [None; N_CYCLES],
        }
    }

    /// With the years (or days) that [`Calendar::starts`] tells.
    #[must_use]
    pub fn starting(mut self, starts: [Option<i64>; N_CYCLES]) -> Self {
        self.starts = starts;
        self
    }

    /// In which year (or on which day since 1970) the times of each kind begin that leaves it out, as far as that is known.
    #[must_use]
    pub fn starts(&self) -> [Option<i64>; N_CYCLES] {
        self.starts
    }

    /// The same for a part of the text before which so many years (or days) went by.
    #[must_use]
    pub fn later(mut self, by: &[i64; N_CYCLES]) -> Self {
        for (start, by) in self.starts.iter_mut().zip(by) {
            *start = start.map(|start| start + by);
        }
        self
    }

    /// Learns the last of the times of a kind that leaves out the year or the day, and the year in which 29 February comes, if it
    /// does: the last is the latest that is not after the reference, by more than a day (an hour, where only the day is missing).
    /// Where the text has times with a date as well, `dated` is the last of them, and the nearest year (or day) is taken.
    pub fn anchor(&mut self, last: Written, leap_year: Option<i64>, dated: Option<Timestamp>) {
        if let Some(idx) = last.kind().cycle_idx() {
            self.starts[idx] = Some(self.start(last, leap_year, dated));
        }
    }

    /// The instant of a time.
    #[must_use]
    pub fn instant(&self, time: Written) -> Timestamp {
        Timestamp(time.number() + self.stretch(time).shift)
    }

    /// Whether the clocks of the zone are ever put forward or back.
    #[must_use]
    pub fn has_clock_changes(&self) -> bool {
        self.zone.has_clock_changes()
    }

    /// What the clocks of the zone did about a time that leaves the zone out, if they did not show it exactly once.
    #[must_use]
    pub fn clock_change(&self, time: Written) -> Option<ClockChange> {
        if !time.kind().is_local() {
            return None;
        }
        let begins = time.kind().cycle_idx().and_then(|idx| self.starts[idx]);
        let shift = match begins {
            Some(start) => Self::wall(time, start).shift,
            None if time.kind() == Kind::Local => whole(time).shift,
            None => return None,
        };
        self.zone.clock_change(time.number() + shift)
    }

    /// Reads many times of which most are near the one before.
    #[must_use]
    pub fn reading(&self) -> Reading<'_> {
        let stretch = Stretch {
            from: 0,
            until: 0,
            shift: 0,
        };
        Reading {
            calendar: self,
            stretch,
        }
    }

    /// Earliest and latest of some times.
    #[must_use]
    pub fn span(&self, extent: Extent) -> Option<(Timestamp, Timestamp)> {
        let mut instants = extent.ends().map(|time| self.instant(time));
        let first = instants.next()?;
        Some(instants.fold((first, first), |span, instant| {
            (span.0.min(instant), span.1.max(instant))
        }))
    }

    /// Whether times of this kind are instants but for their number.
    #[must_use]
    pub fn is_same(&self, kind: Kind) -> bool {
        kind == Kind::Instant || (kind == Kind::Local && self.zone.is_utc())
    }

    /// The year or day in which times begin of which this is the last.
    fn start(&self, last: Written, leap_year: Option<i64>, dated: Option<Timestamp>) -> i64 {
        let day_of = |instant| self.zone.to_local(instant).div_euclid(DAY);
        let is_day = matches!(last.kind(), Kind::DayLess | Kind::DayLessUtc);
        let (slack, half) = if is_day {
            (HOUR, DAY / 2)
        } else {
            (DAY, 183 * DAY)
        };
        let nearest = dated.map_or(i64::MAX, |dated| dated.0.saturating_add(half - slack));
        let reference = Timestamp(self.reference.0.min(nearest));
        let latest = Timestamp(reference.0.saturating_add(slack));
        let newest = if is_day {
            day_of(reference)
        } else {
            civil_from_days(day_of(latest)).0
        };
        // Eight years go by between two leap years at most.
        let depth = if is_day { 1 } else { 10 };
        let fits = |cycle: &i64, leap_year: Option<i64>| {
            let start = cycle - last.cycle();
            self.shifted(last, start).0 <= latest
                && leap_year.is_none_or(|year| is_leap(start + year))
        };
        let cycles = || (newest - depth..=newest).rev();
        let found = cycles().find(|cycle| fits(cycle, leap_year));
        // A year that fits but for its 29 February is better than none.
        let found = found.or_else(|| cycles().find(|cycle| fits(cycle, None)));
        found.unwrap_or(newest - depth) - last.cycle()
    }

    fn stretch(&self, time: Written) -> Stretch {
        let Some(idx) = time.kind().cycle_idx() else {
            let Stretch { from, until, shift } = whole(time);
            return self.zoned(time, from, until, shift);
        };
        let leap_year = time.is_leap_day().then(|| time.cycle());
        match self.starts[idx] {
            Some(start) => self.shifted(time, start).1,
            None => Stretch {
                from: time.number(),
                until: time.number() + 1,
                ..self.shifted(time, self.start(time, leap_year, None)).1
            },
        }
    }

    /// The instant of a time of which the first year or day is known, and the times around it that are shifted alike.
    fn shifted(&self, time: Written, start: i64) -> (Timestamp, Stretch) {
        let Stretch { from, until, shift } = Self::wall(time, start);
        let stretch = self.zoned(time, from, until, shift);
        (Timestamp(time.number() + stretch.shift), stretch)
    }

    /// What shifts a time of which the first year or day is known to the date and time that clocks showed.
    fn wall(time: Written, start: i64) -> Stretch {
        let (number, within) = (time.number(), time.within_cycle());
        let cycle = start + time.cycle();
        let begins = number - within;
        // Within a cycle all numbers follow each other; those of the next are far away.
        let (mut from, mut until) = (begins - DAY, begins + 400 * DAY);
        let wall = if matches!(time.kind(), Kind::DayLess | Kind::DayLessUtc) {
            cycle * DAY
        } else {
            let is_late = within >= (LEAP_DAY + 1) * DAY;
            let border = begins + (LEAP_DAY + 1) * DAY;
            if is_late {
                from = border;
            } else {
                until = border;
            }
            (days_from_civil(cycle, 1, 1) - i64::from(is_late && !is_leap(cycle))) * DAY
        };
        let shift = wall - begins;
        Stretch { from, until, shift }
    }

    /// Takes the offset of the zone off times that are in it; `shift` makes them local.
    fn zoned(&self, time: Written, from: i64, until: i64, shift: i64) -> Stretch {
        // What no number may be is never asked for.
        let (from, until) = (from.min(time.number()), until.max(time.number() + 1));
        if !time.kind().is_local() {
            return Stretch { from, until, shift };
        }
        let (first, end, offset) = self.zone.stretch(time.number() + shift);
        Stretch {
            from: from.max(first.saturating_sub(shift)),
            until: until.min(end.saturating_sub(shift)),
            shift: shift - offset,
        }
    }
}

/// All times with a date that say as much as this one.
fn whole(time: Written) -> Stretch {
    let zero = Written::of(time.kind(), 0).number();
    Stretch {
        from: Written::of(time.kind(), i64::MIN).number(),
        until: Written::of(time.kind(), i64::MAX).number() + 1,
        shift: -zero,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// A calendar and where it was opened last.
#[derive(Debug, Clone)]
pub struct Reading<'a> {
    calendar: &'a Calendar,
    stretch: Stretch,
}

impl Reading<'_> {
    /// The instant of a time.
    #[inline]
    #[must_use]
    pub fn instant(&mut self, time: Written) -> Timestamp {
        let number = time.number();
        if number < self.stretch.from || number >= self.stretch.until {
            self.stretch = self.calendar.stretch(time);
        }
        Timestamp(number + self.stretch.shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::written::Cycles;

    fn at(text: &str) -> Timestamp {
        let text: jiff::Timestamp = text.parse().unwrap();
        Timestamp(text.as_microsecond())
    }

    fn civil(year: i64, month: i64, day: i64, hour: i64) -> i64 {
        days_from_civil(year, month, day) * DAY + hour * HOUR
    }

    #[test]
    fn a_zone_shifts_what_has_none() {
        let berlin = Calendar::new(&Zone::parse("Europe/Berlin").unwrap(), Timestamp(0));
        let mut reading = berlin.reading();
        for (time, want) in [
            (
                Written::local(civil(2024, 1, 5, 12)),
                "2024-01-05T11:00:00Z",
            ),
            (
                Written::local(civil(2024, 7, 5, 12)),
                "2024-07-05T10:00:00Z",
            ),
            (
                Written::local(civil(2024, 3, 31, 3)),
                "2024-03-31T01:00:00Z",
            ),
            (
                Written::local(civil(2024, 10, 27, 1)),
                "2024-10-26T23:00:00Z",
            ),
            (
                Written::instant(at("2024-07-05T12:00:00Z")),
                "2024-07-05T12:00:00Z",
            ),
        ] {
            assert_eq!(berlin.instant(time), at(want));
            assert_eq!(reading.instant(time), at(want));
        }
    }

    /// The dates of the lines of a file with this date.
    fn dated(modified: &str, zone: &str, days: &[(u8, u8)]) -> Vec<String> {
        let mut cycles = Cycles::default();
        let times = days
            .iter()
            .map(|&(month, day)| Written::year_less(month, day, 12 * HOUR, None));
        let times: Vec<Written> = times.map(|time| cycles.follow(time)).collect();
        let mut calendar = Calendar::new(&Zone::parse(zone).unwrap(), at(modified));
        let leap = times.iter().find(|time| time.is_leap_day());
        calendar.anchor(*times.last().unwrap(), leap.map(|time| time.cycle()), None);
        let mut reading = calendar.reading();
        let date = |&time: &Written| {
            assert_eq!(calendar.instant(time), reading.instant(time));
            let days = calendar
                .zone
                .to_local(calendar.instant(time))
                .div_euclid(DAY);
            let (year, month, day) = civil_from_days(days);
            format!("{year}-{month:02}-{day:02}")
        };
        times.iter().map(date).collect()
    }

    #[test]
    fn the_last_line_is_not_after_the_date_of_the_file() {
        for (modified, zone, days, want) in [
            (
                "2024-02-10T00:00:00Z",
                "UTC",
                &[(11, 30), (12, 31), (1, 1), (2, 9)][..],
                &["2023-11-30", "2023-12-31", "2024-01-01", "2024-02-09"][..],
            ),
            // Copied years later, and a date amid the log.
            (
                "2026-05-10T00:00:00Z",
                "UTC",
                &[(11, 30), (1, 1), (6, 1)],
                &["2024-11-30", "2025-01-01", "2025-06-01"],
            ),
            (
                "2015-06-10T00:00:00Z",
                "UTC",
                &[(1, 1), (7, 1), (12, 30)],
                &["2014-01-01", "2014-07-01", "2014-12-30"],
            ),
            // A day ahead is the zone of the machine; two are not.
            ("2024-01-01T00:00:00Z", "UTC", &[(1, 1)], &["2024-01-01"]),
            (
                "2024-01-01T04:00:00Z",
                "Asia/Tokyo",
                &[(1, 2)],
                &["2024-01-02"],
            ),
            ("2024-01-01T00:00:00Z", "UTC", &[(1, 3)], &["2023-01-03"]),
            // Only leap years have a 29 February, and what follows is counted from there.
            (
                "2023-05-01T00:00:00Z",
                "UTC",
                &[(2, 29), (3, 1)],
                &["2020-02-29", "2020-03-01"],
            ),
            (
                "2023-05-01T00:00:00Z",
                "UTC",
                &[(12, 31), (2, 28), (2, 29), (3, 1), (12, 9), (1, 1), (3, 1)],
                &[
                    "2019-12-31",
                    "2020-02-28",
                    "2020-02-29",
                    "2020-03-01",
                    "2020-12-09",
                    "2021-01-01",
                    "2021-03-01",
                ],
            ),
            (
                "2023-05-01T00:00:00Z",
                "UTC",
                &[(2, 28), (3, 1)],
                &["2023-02-28", "2023-03-01"],
            ),
            // Lines that were late around new year.
            (
                "2024-01-05T00:00:00Z",
                "UTC",
                &[(12, 31), (1, 1), (12, 31), (1, 2)],
                &["2023-12-31", "2024-01-01", "2023-12-31", "2024-01-02"],
            ),
        ] {
            assert_eq!(dated(modified, zone, days), want);
        }
    }

    #[test]
    fn days_go_by_at_midnight() {
        let zone = Zone::parse("+02:00").unwrap();
        let mut calendar = Calendar::new(&zone, at("2024-05-03T22:30:00Z"));
        let mut cycles = Cycles::default();
        let hours = [9, 8, 23, 0, 23, 1, 17, 9, 0];
        let times = hours.map(|hour| cycles.follow(Written::day_less(hour * HOUR, None)));
        calendar.anchor(times[8], None, None);
        let got = times.map(|time| (calendar.instant(time).0 + 2 * HOUR).div_euclid(HOUR));
        let first = civil(2024, 5, 1, 0) / HOUR;
        let days = [0, 0, 0, 1, 0, 1, 1, 2, 3];
        let want: Vec<i64> = (0..9).map(|i| first + days[i] * 24 + hours[i]).collect();
        assert_eq!(got.to_vec(), want);
    }
}
