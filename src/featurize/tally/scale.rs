//! Counts on one scale of time → the same counts on another: other years, another zone.

use super::{Bin, Ends, Tally, width_us};
use crate::base::time::Timestamp;

impl Tally {
    /// All times later by so many microseconds: a multiple of the width of the widest bins.
    #[must_use]
    pub(crate) fn later(mut self, by: i64) -> Self {
        if by == 0 {
            return self;
        }
        self.flush();
        let n_bins = by / width_us(self.width_idx());
        for bin in &mut self.bins {
            bin.index += n_bins;
        }
        if let Some(ends) = &mut self.ends {
            *ends = Ends {
                first: ends.first + by,
                last: ends.last + by,
                min: ends.min + by,
                max: ends.max + by,
            };
        }
        self.index_bins();
        self
    }

    /// On the scale that `instant` turns times into.
    ///
    /// A bin goes where its beginning does. Bins of up to a quarter of an hour fall whole into others, because zones differ by
    /// quarters of an hour; logs that are counted in wider ones are years long.
    #[must_use]
    pub(crate) fn moved(&self, mut instant: impl FnMut(i64) -> Timestamp) -> Self {
        let mut before = self.clone();
        before.settle();
        let width = width_us(before.width_idx());
        let mut moved = Self {
            level: before.level,
            n_timed: before.n_timed,
            n_identities: before.n_identities,
            ..Self::default()
        };
        for bin in before.bins {
            let index = instant(bin.index * width).0.div_euclid(width);
            moved.put(Bin { index, ..bin });
        }
        moved.ends = before.ends.map(|ends| {
            let (min, max) = (instant(ends.min).0, instant(ends.max).0);
            Ends {
                first: instant(ends.first).0,
                last: instant(ends.last).0,
                min: min.min(max),
                max: max.max(min),
            }
        });
        moved
    }

    /// Adds what was counted of other records of the same text, which stand among these: no gap lies between the two.
    pub(crate) fn join(&mut self, other: Self) {
        let ends = self.ends;
        self.unite(other, false);
        if let (Some(mine), Some(all)) = (ends, &mut self.ends) {
            (all.first, all.last) = (mine.first.min(all.first), mine.last.max(all.last));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::{DAY, HOUR, SECOND};
    use crate::base::zone::Zone;

    fn tally(times: &[i64]) -> Tally {
        let mut tally = Tally::default();
        for (time, ip) in times.iter().zip([1, 2, 1].into_iter().cycle()) {
            tally.add(Timestamp(*time), None, false, Some(ip), None);
        }
        tally
    }

    fn bytes(tally: &Tally) -> Vec<u8> {
        postcard::to_stdvec(tally).unwrap()
    }

    #[test]
    fn moving_counts_is_counting_what_was_moved() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        // From two days before the clocks go forward to two days after, 20 minutes and 7 s apart.
        let from = 1_711_670_400 * SECOND;
        let times: Vec<i64> = (0..300).map(|n| from + n * 1207 * SECOND + n).collect();
        let utc: Vec<i64> = times.iter().map(|time| berlin.to_utc(*time).0).collect();
        let moved = tally(&times).moved(|time| berlin.to_utc(time));
        assert_eq!(moved.span(), tally(&utc).span());
        let counts = |tally: Tally| -> Vec<_> {
            let bins = tally.settled();
            let bin = |bin: &Bin| (bin.index, bin.by_level, bin.ips.clone());
            bins.bins().iter().map(bin).collect()
        };
        assert_eq!(counts(moved), counts(tally(&utc)));
    }

    #[test]
    fn whole_cycles_can_be_added() {
        let times = [5, 7 * HOUR, 7 * HOUR + 3, -DAY, 900 * DAY];
        let by = 3000 * DAY;
        let later: Vec<i64> = times.iter().map(|time| time + by).collect();
        assert_eq!(bytes(&tally(&times).later(by)), bytes(&tally(&later)));
    }
}
