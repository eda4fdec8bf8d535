//! A time as it stands in a line, which may leave out the zone, the year or the day → one number that can be kept and compared.
//!
//! Most logs do not say everything about their times. What they leave out is known late, once all of a text has been read, or it
//! is a guess that a person corrects. So records are counted and kept by what the line says, and a
//! [`Calendar`](super::calendar::Calendar) turns that into instants whenever one is asked for. Nothing has to be read again when
//! the zone changes.
//!
//! The kind of a time stands in the upper bits of the number, so that it costs no memory; an instant is the number itself.

use serde::{Deserialize, Serialize};

use super::time::{DAY, Timestamp, days_from_civil};

/// What a time in a line says and what it leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// An exact instant: with an offset or zone, or counted since 1970.
    Instant,
    /// Date and time without a zone.
    Local,
    /// Without year and zone.
    YearLess,
    /// Without a year, in UTC.
    YearLessUtc,
    /// A time of day without a zone.
    DayLess,
    /// A time of day in UTC.
    DayLessUtc,
}

/// Kinds of time that come round again: those without a year or a day.
pub const N_CYCLES: usize = 4;

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Instant,
        Self::Local,
        Self::YearLess,
        Self::YearLessUtc,
        Self::DayLess,
        Self::DayLessUtc,
    ];

    /// Whether the line leaves out the zone.
    #[must_use]
    pub fn is_local(self) -> bool {
        matches!(self, Self::Local | Self::YearLess | Self::DayLess)
    }

    /// Number among those that come round again, below [`N_CYCLES`]; `None` for those with a date.
    #[must_use]
    pub fn cycle_idx(self) -> Option<usize> {
        match self {
            Self::Instant | Self::Local => None,
            Self::YearLess => Some(0),
            Self::YearLessUtc => Some(1),
            Self::DayLess => Some(2),
            Self::DayLessUtc => Some(3),
        }
    }

    /// Microseconds by which a time must be earlier than the one before for a new year or day to have begun, and by which it
    /// must be later to be of the one before: lines that overtook others around midnight turn back the pages as well.
    ///
    /// No log jumps back by 300 days. Within a day it does by an hour, where the clocks are set back.
    fn turns(self) -> (i64, i64) {
        match self {
            Self::DayLess | Self::DayLessUtc => (DAY / 12, DAY - DAY / 12),
            _ => (300 * DAY, 300 * DAY),
        }
    }
}

/// A time as it stands in a line.
///
/// Times of one kind compare as they follow each other; those of different kinds compare by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Written(i64);

/// Bits of the number below the kind.
const KIND_SHIFT: u32 = 61;
/// No time is further from the epoch: 18,268 years, the bound of a tally as well.
const LIMIT: i64 = 1 << 59;
/// Microseconds from one cycle to the next in the number: more than a year, and a multiple of every width in which times are
/// counted, so that whole cycles can be added to what was counted.
pub(super) const CYCLE: i64 = 1000 * DAY;
/// Where a cycle begins within its part of the number, so that an offset may lead before it.
pub(super) const CYCLE_START: i64 = 100 * DAY;
/// Day of a leap year, from 0, that other years do not have.
pub(super) const LEAP_DAY: i64 = 59;

impl Written {
    /// An exact instant.
    #[inline]
    #[must_use]
    pub fn instant(time: Timestamp) -> Self {
        Self(time.0.clamp(-LIMIT, LIMIT))
    }

    /// Date and time in an unknown zone, as microseconds since 1970-01-01T00:00:00 there.
    #[inline]
    #[must_use]
    pub fn local(micros: i64) -> Self {
        Self::of(Kind::Local, micros)
    }

    /// Month (1 to 12), day and microseconds since midnight of an unknown year; `offset` in microseconds east of UTC.
    #[must_use]
    pub fn year_less(month: u8, day: u8, time: i64, offset: Option<i64>) -> Self {
        // Counted in a leap year, so that there is room for every day.
        let day_of_year =
            days_from_civil(1972, i64::from(month), i64::from(day)) - days_from_civil(1972, 1, 1);
        let micros = day_of_year * DAY + time;
        let Some(offset) = offset else {
            return Self::of(Kind::YearLess, CYCLE_START + micros);
        };
        let mut utc = micros - offset;
        if day_of_year > LEAP_DAY && utc < (LEAP_DAY + 1) * DAY {
            // Most years have 28 February before 1 March.
            utc -= DAY;
        }
        Self::of(Kind::YearLessUtc, CYCLE_START + utc)
    }

    /// Microseconds since midnight of an unknown day; `offset` in microseconds east of UTC.
    #[must_use]
    pub fn day_less(time: i64, offset: Option<i64>) -> Self {
        match offset {
            None => Self::of(Kind::DayLess, CYCLE_START + time),
            Some(offset) => Self::of(Kind::DayLessUtc, CYCLE_START + time - offset),
        }
    }

    /// A time of this kind with this [`Written::value`].
    #[inline]
    #[must_use]
    pub fn of(kind: Kind, value: i64) -> Self {
        let upper = match kind {
            Kind::Instant => 0,
            Kind::Local => 1,
            Kind::YearLess => 2,
            Kind::DayLess => 3,
            Kind::YearLessUtc => -2,
            Kind::DayLessUtc => -3,
        };
        Self((upper << KIND_SHIFT) + value.clamp(-LIMIT, LIMIT))
    }

    /// From its number, as [`Written::number`] gives it.
    #[must_use]
    pub fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The number that stands for it; never the smallest one there is.
    #[inline]
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }

    /// What it says and what it leaves out.
    #[inline]
    #[must_use]
    pub fn kind(self) -> Kind {
        match (self.0 + (1 << (KIND_SHIFT - 1))) >> KIND_SHIFT {
            1 => Kind::Local,
            2 => Kind::YearLess,
            3 => Kind::DayLess,
            -2 => Kind::YearLessUtc,
            -3 => Kind::DayLessUtc,
            _ => Kind::Instant,
        }
    }

    /// Microseconds on the scale of its kind: since 1970 where the line has a date, else a place in a year or day that is one of
    /// several.
    #[inline]
    #[must_use]
    pub fn value(self) -> i64 {
        self.0 - (((self.0 + (1 << (KIND_SHIFT - 1))) >> KIND_SHIFT) << KIND_SHIFT)
    }

    /// So many microseconds later.
    #[must_use]
    pub fn plus(self, micros: i64) -> Self {
        Self::of(self.kind(), self.value().saturating_add(micros))
    }

    /// So many years (or days, where it has none) later; the same where the line has a date.
    #[must_use]
    pub fn later(self, n: i64) -> Self {
        let kind = self.kind();
        match kind.cycle_idx() {
            Some(_) => Self::of(kind, self.value().saturating_add(n.saturating_mul(CYCLE))),
            None => self,
        }
    }

    /// The same by what a part of the text is later than its own lines say.
    #[must_use]
    pub fn later_by(self, by: &[i64; N_CYCLES]) -> Self {
        self.kind()
            .cycle_idx()
            .map_or(self, |idx| self.later(by[idx]))
    }

    /// The year or day it is of, counted from that in which the text begins; 0 where the line has a date.
    #[must_use]
    pub fn cycle(self) -> i64 {
        match self.kind().cycle_idx() {
            Some(_) => self.value().div_euclid(CYCLE),
            None => 0,
        }
    }

    /// Microseconds since the year or the day began in which it lies.
    pub(super) fn within_cycle(self) -> i64 {
        self.value().rem_euclid(CYCLE) - CYCLE_START
    }

    /// Whether it says that it is of 29 February, and leaves out the year.
    #[must_use]
    pub fn is_leap_day(self) -> bool {
        self.kind() == Kind::YearLess && self.within_cycle().div_euclid(DAY) == LEAP_DAY
    }

    /// Years (or days) that go by from this record to the next in the text, which is of the same kind: 1 where a new one begins,
    /// -1 where the next record is late and belongs to the one before.
    #[must_use]
    pub fn turns_to(self, next: Self) -> i64 {
        let (back, ahead) = self.kind().turns();
        let step = next.within_cycle() - self.within_cycle();
        i64::from(step < -back) - i64::from(step > ahead)
    }
}

/// Follows the times of one text, in which years and days pass that no line names.
#[derive(Debug, Clone, Default)]
pub struct Cycles {
    last: [Option<Written>; N_CYCLES],
}

impl Cycles {
    /// The time of the next record, in the year or day it is of, counted from that of the first.
    #[inline]
    pub fn follow(&mut self, time: Written) -> Written {
        match time.kind().cycle_idx() {
            None => time,
            Some(idx) => self.turn(idx, time),
        }
    }

    fn turn(&mut self, idx: usize, time: Written) -> Written {
        let n = self.last[idx].map_or(0, |last| last.cycle() + last.turns_to(time));
        let time = time.later(n);
        self.last[idx] = Some(time);
        time
    }
}

/// Earliest and latest of some times. Instants stand apart from times that leave something out: which of the two is earlier is
/// a matter of the zone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    instants: Option<(Written, Written)>,
    others: Option<(Written, Written)>,
}

impl Extent {
    /// Takes one more time.
    pub fn add(&mut self, time: Written) {
        let ends = match time.kind() {
            Kind::Instant => &mut self.instants,
            _ => &mut self.others,
        };
        *ends = joined(*ends, Some((time, time)));
    }

    /// Takes those of another.
    pub fn join(&mut self, other: Self) {
        self.instants = joined(self.instants, other.instants);
        self.others = joined(self.others, other.others);
    }

    /// The same, years or days later.
    #[must_use]
    pub fn later_by(mut self, by: &[i64; N_CYCLES]) -> Self {
        let later = |ends: (Written, Written)| (ends.0.later_by(by), ends.1.later_by(by));
        self.others = self.others.map(later);
        self
    }

    /// The ends, of instants first.
    pub fn ends(self) -> impl Iterator<Item = Written> {
        let both = self.instants.into_iter().chain(self.others);
        both.flat_map(|ends| [ends.0, ends.1])
    }
}

type Ends = Option<(Written, Written)>;

fn joined(a: Ends, b: Ends) -> Ends {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::{HOUR, SECOND};

    #[test]
    fn kind_and_value_come_back() {
        for kind in Kind::ALL {
            for value in [0, 1, -1, SECOND, -SECOND, LIMIT, -LIMIT] {
                let time = Written::of(kind, value);
                assert_eq!((time.kind(), time.value()), (kind, value));
                assert_eq!(Written::from_number(time.number()), time);
                assert_ne!(time.number(), i64::MIN);
            }
            assert!(Written::of(kind, 5) < Written::of(kind, 6));
        }
    }

    /// The year of each line, counted from the first.
    fn years(days: &[(u8, u8)]) -> Vec<i64> {
        let mut cycles = Cycles::default();
        let line = |&(month, day): &(u8, u8)| {
            cycles
                .follow(Written::year_less(month, day, 12 * HOUR, None))
                .cycle()
        };
        days.iter().map(line).collect()
    }

    #[test]
    fn a_year_begins_where_december_ends() {
        for (days, want) in [
            (&[(11, 30), (12, 31), (1, 1), (6, 1)][..], &[0, 0, 1, 1][..]),
            // Lines that were late, in both directions.
            (
                &[(12, 31), (1, 1), (12, 30), (1, 2), (12, 31), (1, 2)],
                &[0, 1, 0, 1, 0, 1],
            ),
            (&[(1, 1), (12, 31), (1, 1)], &[0, -1, 0]),
            // A jump back by less than 300 days is a clock that was set.
            (&[(10, 20), (1, 2), (10, 21)], &[0, 0, 0]),
            (
                &[(12, 1), (1, 2), (3, 1), (12, 1), (1, 1)],
                &[0, 1, 1, 1, 2],
            ),
        ] {
            assert_eq!(years(days), want, "{days:?}");
        }
    }
}
