//! The times of a text's records, as they are written → what is counted over time, whatever zone and years turn out to be right.
//!
//! Records whose times leave something out are counted apart from the others, on the scale of what is written. Only when the
//! text has been read, and a zone is assumed, are they moved to where they belong. A gap between two records and a step back
//! count where both leave out the same: for others, which is earlier is a matter of the zone.

use serde::{Deserialize, Serialize};

use super::tally::{N_LEVELS, Tally};
use crate::base::calendar::Calendar;
use crate::base::time::{MINUTE, Timestamp};
use crate::base::written::{Kind, N_CYCLES, Written};
use crate::base::zone::{ClockChange, Zone};
use crate::parse::Level;

/// Microseconds by which a record must be earlier than the one before for the order to be worth a word: writers that share a
/// log are seconds apart every now and then.
pub const STEP_BACK: i64 = MINUTE;

/// Times that leave out the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Alike {
    kind: Kind,
    first: Written,
    last: Written,
    /// Year in which the first 29 February comes, counted from that in which the text begins.
    leap_year: Option<i64>,
    tally: Tally,
}

/// What is counted over the times of a text, or of a block of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Times {
    /// By kind.
    alike: Vec<Alike>,
    /// The kind of the last record.
    #[serde(skip)]
    current: usize,
    first: Option<Written>,
    last: Option<Written>,
    n_steps_back: u64,
}

impl Times {
    /// Counts one record, as [`Tally::add`] does; its time is in the year (or on the day) it is of.
    #[inline]
    pub fn add(
        &mut self,
        time: Written,
        level: Option<Level>,
        is_failed_login: bool,
        ip: Option<u64>,
        user: Option<u64>,
    ) {
        let kind = time.kind();
        if self
            .alike
            .get(self.current)
            .is_none_or(|alike| alike.kind != kind)
        {
            self.current = self.place(kind, time);
        }
        let alike = &mut self.alike[self.current];
        self.n_steps_back += u64::from(is_step_back(alike.last, time));
        alike.last = time;
        if kind == Kind::YearLess && alike.leap_year.is_none() && time.is_leap_day() {
            alike.leap_year = Some(time.cycle());
        }
        let on_scale = Timestamp(time.value());
        alike.tally.add(on_scale, level, is_failed_login, ip, user);
        self.first = self.first.or(Some(time));
        self.last = Some(time);
    }

    /// Adds what was counted over the block that follows. Answers by how many years (or days) its times are later than it says,
    /// because so many went by before it.
    pub fn merge(&mut self, later: Self) -> [i64; N_CYCLES] {
        let mut by = [0; N_CYCLES];
        self.n_steps_back += later.n_steps_back;
        for theirs in later.alike {
            let known = self.alike.iter().position(|mine| mine.kind == theirs.kind);
            let Some(known) = known else {
                let place = self.alike.partition_point(|mine| mine.kind < theirs.kind);
                self.alike.insert(place, theirs);
                continue;
            };
            let mine = &mut self.alike[known];
            let mut n = 0;
            if let Some(idx) = theirs.kind.cycle_idx() {
                n = mine.last.cycle() + mine.last.turns_to(theirs.first) - theirs.first.cycle();
                by[idx] = n;
            }
            let first = theirs.first.later(n);
            self.n_steps_back += u64::from(is_step_back(mine.last, first));
            mine.last = theirs.last.later(n);
            mine.leap_year = mine.leap_year.or(theirs.leap_year.map(|year| year + n));
            let by_us = first.value() - theirs.first.value();
            mine.tally.merge(theirs.tally.later(by_us));
        }
        self.first = self.first.or(later.first);
        let last = later.last.map(|last| last.later_by(&by));
        self.last = last.or(self.last);
        by
    }

    /// Brings the counts into the form in which they travel without being copied first.
    pub fn settle(&mut self) {
        for alike in &mut self.alike {
            alike.tally.settle();
        }
    }

    /// Time of the first record that has one, in the order of the text.
    #[must_use]
    pub fn first(&self) -> Option<Written> {
        self.first
    }

    /// Time of the last record that has one.
    #[must_use]
    pub fn last(&self) -> Option<Written> {
        self.last
    }

    /// Records that are more than [`STEP_BACK`] earlier than the one before.
    #[must_use]
    pub fn n_steps_back(&self) -> u64 {
        self.n_steps_back
    }

    /// Records whose time is of one of these kinds.
    #[must_use]
    pub fn n_timed(&self, is_counted: impl Fn(Kind) -> bool) -> u64 {
        let alike = self.alike.iter().filter(|alike| is_counted(alike.kind));
        alike.map(|alike| alike.tally.n_timed()).sum()
    }

    /// What the lines leave out, as far as the whole text tells: the years go by its order, and the last is no later than
    /// `reference`, the date of the file. Where the text is in reverse order, its first record is the last. Where a tenth of
    /// the times have a date, they say better than the file when the others are: one that was copied is younger than its lines.
    #[must_use]
    pub fn calendar(&self, zone: &Zone, reference: Timestamp) -> Calendar {
        let mut calendar = Calendar::new(zone, reference);
        let is_dated = |kind: Kind| kind.cycle_idx().is_none();
        let is_telling = self.n_timed(is_dated) >= self.n_timed(|_| true).div_ceil(10);
        let dated = self
            .alike
            .iter()
            .filter(|alike| is_telling && is_dated(alike.kind));
        let dated = dated.map(|alike| calendar.instant(alike.last)).max();
        for alike in &self.alike {
            calendar.anchor(alike.last.max(alike.first), alike.leap_year, dated);
        }
        calendar
    }

    /// Calls with an instant and the records by level around it, for all times; in no order.
    pub fn by_level(
        &self,
        calendar: &Calendar,
        mut counted: impl FnMut(Timestamp, &[u32; N_LEVELS]),
    ) {
        for alike in &self.alike {
            let mut reading = calendar.reading();
            for (first, _, by_level) in alike.tally.by_level() {
                counted(reading.instant(Written::of(alike.kind, first)), by_level);
            }
        }
    }

    /// The counts on the scale of instants.
    #[must_use]
    pub fn tally(&self, calendar: &Calendar) -> Tally {
        let mut sum = Tally::default();
        for alike in &self.alike {
            sum.join(if calendar.is_same(alike.kind) {
                alike.tally.clone()
            } else {
                let mut reading = calendar.reading();
                let instant = |value| reading.instant(Written::of(alike.kind, value));
                alike.tally.moved(instant)
            });
        }
        sum
    }

    /// Records whose local time the clocks of the zone did not show exactly once. Times are told apart by the quarter of an hour
    /// in a log that is counted in bins no wider than that; in a longer one, bins that lie in part outside are not counted.
    #[must_use]
    pub fn clock_changes(&self, calendar: &Calendar) -> ClockChanges {
        let mut changes = ClockChanges::default();
        if !calendar.has_clock_changes() {
            return changes;
        }
        for alike in self.alike.iter().filter(|alike| alike.kind.is_local()) {
            for (first, last, by_level) in alike.tally.by_level() {
                let change = |value| calendar.clock_change(Written::of(alike.kind, value));
                let counter = match change(first).filter(|&began| change(last) == Some(began)) {
                    Some(ClockChange::Skipped) => &mut changes.n_skipped,
                    Some(ClockChange::Repeated) => &mut changes.n_repeated,
                    None => continue,
                };
                *counter += by_level.iter().map(|&n| u64::from(n)).sum::<u64>();
            }
        }
        changes
    }

    #[cold]
    fn place(&mut self, kind: Kind, time: Written) -> usize {
        let place = self.alike.partition_point(|alike| alike.kind < kind);
        if self.alike.get(place).is_none_or(|alike| alike.kind != kind) {
            let alike = Alike {
                kind,
                first: time,
                last: time,
                leap_year: None,
                tally: Tally::default(),
            };
            self.alike.insert(place, alike);
        }
        place
    }
}

/// Records at local times that are no instant, or two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClockChanges {
    /// The clocks were put forward past the time.
    pub n_skipped: u64,
    /// The clocks were put back, and the time came twice.
    pub n_repeated: u64,
}

fn is_step_back(before: Written, time: Written) -> bool {
    time.number() + STEP_BACK < before.number()
}
