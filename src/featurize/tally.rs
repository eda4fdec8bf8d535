//! Records of a block, one at a time → counts per bin of time, small and mergeable in block order.
//!
//! Bins are 1 s wide and sparse: only bins with a record exist, so one record in the year 2999 costs one bin.
//!
//! Addresses and users are kept exactly up to [`EXACT_IDENTITIES`] a bin, beyond that as a [`sketch`]. Memory is bounded by
//! [`LEVELS`], one list of ever coarser ways to count: first bins are widened to a quarter of a minute, then the sets that are
//! exact become smaller, then bins are widened again. A tally takes the first level at which it has at most [`MAX_BINS`] bins and
//! at most so many (bin, identity) pairs as that level may hold, where a bin counts no more pairs than a set may have. Both
//! numbers only grow with more records and only shrink with the level, and what part of a log needs, the whole needs as well:
//! so the level depends on the records alone and not on how they were cut into blocks. What became a sketch on the way has more
//! identities than the final limit, and would have become one at the end.
//!
//! An inter-arrival gap is the time from one record to the next in the order of the log; a clock that steps back
//! gives 0. It belongs to the bin of its later record. A gap whose ends lie in different bins is kept apart with
//! the narrowest width of the chain that would hold both ends: it begins to count when the bins (or windows) are at
//! least that wide. Everything is an integer and every operation a sum, a minimum or a maximum: merging is
//! associative to the bit.

use std::mem;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{SECOND, Timestamp};
use crate::parse::Level;
use bin::Recent;

pub(super) use bin::{Bin, Counts, Exact, Gaps, compact};
pub(super) use sketch::Sketch;

mod bin;
mod scale;
pub mod sketch;
mod wire;

/// Widths a bin can have, in seconds; each divides the next. Those above a day are for records scattered over
/// centuries.
pub const WIDTHS: [u32; 12] = [
    1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400, 864_000, 8_640_000, 86_400_000,
];

/// Non-empty bins a tally holds before they are widened.
pub const MAX_BINS: usize = 65_536;

/// Distinct addresses, or users, of a bin that are kept exactly, as long as all of them together do not take too much memory.
pub const EXACT_IDENTITIES: usize = 100_000;

/// A way to count.
struct Counting {
    /// Index into [`WIDTHS`].
    width_idx: usize,
    /// Distinct addresses, or users, that a bin keeps exactly.
    limit: usize,
    /// Pairs of (bin, address) and (bin, user) that it may hold.
    n_pairs: usize,
}

/// Pairs that are held before bins are widened for their sake.
const FEW_PAIRS: usize = 1 << 20;
/// Pairs that are held at all: 32 MiB, and as much again while blocks are merged.
const MANY_PAIRS: usize = 1 << 21;
/// A set of so many identities takes as much memory as its sketch.
const LEAST_EXACT: usize = 512;

const fn counting(width_idx: usize, limit: usize, n_pairs: usize) -> Counting {
    Counting {
        width_idx,
        limit,
        n_pairs,
    }
}

/// Ways to count, each coarser than the one before and allowed to hold at least as much. A log is short and crowded more often
/// than long and crowded, so windows stay narrow, and rather become estimates.
const LEVELS: [Counting; 17] = [
    counting(0, EXACT_IDENTITIES, FEW_PAIRS),
    counting(1, EXACT_IDENTITIES, FEW_PAIRS),
    counting(2, EXACT_IDENTITIES, MANY_PAIRS),
    counting(2, 32_768, MANY_PAIRS),
    counting(2, 8192, MANY_PAIRS),
    counting(2, 4096, MANY_PAIRS),
    counting(2, 2048, MANY_PAIRS),
    counting(2, LEAST_EXACT, MANY_PAIRS),
    counting(3, LEAST_EXACT, MANY_PAIRS),
    counting(4, LEAST_EXACT, MANY_PAIRS),
    counting(5, LEAST_EXACT, MANY_PAIRS),
    counting(6, LEAST_EXACT, MANY_PAIRS),
    counting(7, LEAST_EXACT, MANY_PAIRS),
    counting(8, LEAST_EXACT, MANY_PAIRS),
    counting(9, LEAST_EXACT, MANY_PAIRS),
    counting(10, LEAST_EXACT, MANY_PAIRS),
    counting(11, LEAST_EXACT, MANY_PAIRS),
];

/// Times are held within 18,268 years of the epoch, so that no difference overflows; no log format writes later
/// years.
const LIMIT_US: i64 = 1 << 59;

/// Number of level counters: none, then TRACE to FATAL.
pub const N_LEVELS: usize = 8;

/// Width of `WIDTHS[idx]` in microseconds.
pub(super) fn width_us(idx: usize) -> i64 {
    i64::from(WIDTHS[idx]) * SECOND
}

/// Extremes over all records that have a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Ends {
    /// Time of the first record in the order of the log.
    first: i64,
    /// Time of the last record in the order of the log.
    last: i64,
    min: i64,
    max: i64,
}

/// Counts per bin of time. See the module for what is kept and why it merges.
///
/// Serialised (postcard) in a canonical form: equal contents give equal bytes, whatever the order of merging was.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Index into [`LEVELS`].
    level: usize,
    /// In the order in which the bins were first seen.
    bins: Vec<Bin>,
    slots: FxHashMap<i64, u32>,
    ends: Option<Ends>,
    n_timed: u64,
    /// Identities in `bins`, with repetitions; at least the pairs as [`LEVELS`] counts them.
    n_identities: usize,
    /// The bin of the latest record: its slot and its first and one-past-last microsecond (empty before the first
    /// record).
    slot: usize,
    from: i64,
    until: i64,
    ips: Recent,
    users: Recent,
}

impl Tally {
    /// Counts one record with a time; times before −16299 or after 20237 are read as those. `ip` and `user` are
    /// identities ([`crate::base::hash::bytes`]), not texts.
    #[inline]
    pub fn add(
        &mut self,
        t: Timestamp,
        level: Option<Level>,
        is_failed_login: bool,
        ip: Option<u64>,
        user: Option<u64>,
    ) {
        let t = Timestamp(t.0.clamp(-LIMIT_US, LIMIT_US));
        let previous = self.ends.map(|ends| ends.last);
        if t.0 < self.from || t.0 >= self.until {
            self.enter(t.0);
        }
        let bin = &mut self.bins[self.slot];
        let counter = &mut bin.by_level[level.map_or(0, |level| level as usize)];
        *counter = counter.saturating_add(1);
        bin.n_failed_logins = bin
            .n_failed_logins
            .saturating_add(u32::from(is_failed_login));
        match previous {
            Some(before) if before >= self.from && before < self.until => {
                bin.gaps.add(gap_us(before, t.0));
            }
            Some(before) => {
                if let Some(width_idx) = shared_width(before, t.0) {
                    let mut gaps = Gaps::default();
                    gaps.add(gap_us(before, t.0));
                    bin.add_crossing(width_idx, gaps);
                }
            }
            None => {}
        }
        if let Some(identity) = ip {
            self.ips.add(identity);
        }
        if let Some(identity) = user {
            self.users.add(identity);
        }
        match &mut self.ends {
            Some(ends) => {
                ends.last = t.0;
                ends.min = ends.min.min(t.0);
                ends.max = ends.max.max(t.0);
            }
            None => {
                self.ends = Some(Ends {
                    first: t.0,
                    last: t.0,
                    min: t.0,
                    max: t.0,
                });
            }
        }
        self.n_timed += 1;
    }

    /// Adds what was counted over the records that follow this tally's in the log.
    pub fn merge(&mut self, later: Self) {
        self.unite(later, true);
    }

    /// Adds what was counted over other records; `is_after`: they follow these.
    fn unite(&mut self, mut later: Self, is_after: bool) {
        let Some(theirs) = later.ends else {
            return;
        };
        if self.ends.is_none() {
            later.flush();
            *self = later;
            return;
        }
        self.flush();
        later.flush();
        self.raise_to(later.level);
        later.raise_to(self.level);
        for bin in later.bins {
            self.put(bin);
        }
        self.n_identities += later.n_identities;
        self.n_timed += later.n_timed;
        self.ends = Some(match self.ends {
            None => theirs,
            Some(mine) => {
                if is_after {
                    self.bridge(mine.last, theirs.first);
                }
                Ends {
                    first: mine.first,
                    last: theirs.last,
                    min: mine.min.min(theirs.min),
                    max: mine.max.max(theirs.max),
                }
            }
        });
        self.raise_where_crowded(2);
    }

    /// Earliest and latest time; `None` before the first record.
    #[must_use]
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.ends
            .map(|ends| (Timestamp(ends.min), Timestamp(ends.max)))
    }

    /// Records counted.
    #[must_use]
    pub fn n_timed(&self) -> u64 {
        self.n_timed
    }

    /// First and last microsecond of each bin, and its records by level; in no order.
    pub(super) fn by_level(&self) -> impl Iterator<Item = (i64, i64, &[u32; N_LEVELS])> {
        let width = width_us(self.width_idx());
        self.bins.iter().map(move |bin| {
            let first = bin.index * width;
            (first, first + width - 1, &bin.by_level)
        })
    }

    /// The same contents in the one form that depends on nothing else: bins in the order of time, identities
    /// sorted.
    pub(super) fn settled(mut self) -> Self {
        self.settle();
        self
    }

    /// Brings it into its [settled form](Self::settled), in which it travels without being copied first.
    pub(crate) fn settle(&mut self) {
        self.flush();
        self.count_identities();
        self.raise_where_crowded(1);
        self.bins.sort_unstable_by_key(|bin| bin.index);
        self.index_bins();
    }

    pub(super) fn is_settled(&self) -> bool {
        self.ips.entries.is_empty()
            && self.users.entries.is_empty()
            && self.bins.is_sorted_by_key(|bin| bin.index)
            && (self.bins.iter()).all(|bin| bin.ips.is_compact() && bin.users.is_compact())
    }

    /// Bins; in the order of time after [`Tally::settled`].
    pub(super) fn bins(&self) -> &[Bin] {
        &self.bins
    }

    /// Width of the bins, as an index into [`WIDTHS`].
    pub(super) fn width_idx(&self) -> usize {
        LEVELS[self.level].width_idx
    }

    fn limit(&self) -> usize {
        LEVELS[self.level].limit
    }

    /// Makes the bin of `t` the one that records are counted in.
    #[cold]
    fn enter(&mut self, t: i64) {
        self.flush();
        self.slot_of(t.div_euclid(width_us(self.width_idx())));
        self.raise_where_crowded(2);
        let width = width_us(self.width_idx());
        let index = t.div_euclid(width);
        self.slot = self.slot_of(index);
        self.from = index * width;
        self.until = self.from + width;
    }

    /// Counts the gap between the last record so far and the first of what follows.
    fn bridge(&mut self, before: i64, after: i64) {
        if let Some(width_idx) = shared_width(before, after) {
            let mut gaps = Gaps::default();
            gaps.add(gap_us(before, after));
            let slot = self.slot_of(after.div_euclid(width_us(self.width_idx())));
            if usize::from(width_idx) <= self.width_idx() {
                self.bins[slot].gaps.merge(gaps);
            } else {
                self.bins[slot].add_crossing(width_idx, gaps);
            }
        }
    }

    /// Adds a bin, or what it holds to the one that stands there.
    fn put(&mut self, bin: Bin) {
        let n_bins = self.bins.len();
        let (slot, limit) = (self.slot_of(bin.index), self.limit());
        if slot == n_bins {
            self.bins[slot] = bin;
        } else {
            self.bins[slot].merge(&bin, limit);
        }
    }

    fn slot_of(&mut self, index: i64) -> usize {
        let n_bins = self.bins.len();
        let slot = *self.slots.entry(index).or_insert(n_bins as u32) as usize;
        if slot == n_bins {
            self.bins.push(Bin {
                index,
                ..Bin::default()
            });
        }
        slot
    }

    /// Hands the identities of the current bin to it and leaves no bin current.
    fn flush(&mut self) {
        let limit = self.limit();
        if let Some(bin) = self.bins.get_mut(self.slot) {
            for (recent, counts) in [
                (&mut self.ips, &mut bin.ips),
                (&mut self.users, &mut bin.users),
            ] {
                let n_before = counts.n_held(limit);
                recent.drain_into(counts, limit);
                self.n_identities += counts.n_held(limit).saturating_sub(n_before);
            }
        }
        (self.from, self.until) = (0, 0);
    }

    /// Counts pairs as [`LEVELS`] does, exactly.
    fn count_identities(&mut self) {
        let limit = self.limit();
        self.n_identities = 0;
        for bin in &mut self.bins {
            for counts in [&mut bin.ips, &mut bin.users] {
                counts.compact(limit);
                self.n_identities += counts.n_held(limit);
            }
        }
    }

    /// Goes on to the level that the records need; `slack`: how many times the pairs may be exceeded before they are counted,
    /// as counting them goes through all bins.
    fn raise_where_crowded(&mut self, slack: usize) {
        while self.bins.len() > MAX_BINS && self.level + 1 < LEVELS.len() {
            self.raise_to(self.level + 1);
        }
        if self.n_identities > slack * LEVELS[self.level].n_pairs {
            self.count_identities();
            while self.n_identities > LEVELS[self.level].n_pairs && self.level + 1 < LEVELS.len() {
                self.raise_to(self.level + 1);
                self.count_identities();
            }
        }
    }

    fn raise_to(&mut self, level: usize) {
        if level <= self.level {
            return;
        }
        let factor = WIDTHS[LEVELS[level].width_idx] / WIDTHS[self.width_idx()];
        self.level = level;
        if factor == 1 {
            return;
        }
        let (width_idx, limit) = (self.width_idx(), self.limit());
        self.slots.clear();
        for mut bin in mem::take(&mut self.bins) {
            bin.index = bin.index.div_euclid(i64::from(factor));
            bin.absorb_crossing(width_idx);
            let slot = self.slot_of(bin.index);
            self.bins[slot].merge(&bin, limit);
        }
        (self.from, self.until) = (0, 0);
    }

    fn index_bins(&mut self) {
        self.slots.clear();
        for (slot, bin) in self.bins.iter().enumerate() {
            self.slots.insert(bin.index, slot as u32);
        }
        (self.from, self.until) = (0, 0);
    }
}

/// Microseconds from one record to the next, 0 when the clock stepped back.
fn gap_us(before: i64, after: i64) -> u64 {
    (after - before).max(0) as u64
}

/// Index of the narrowest width whose bins hold both instants; `None` when none does.
fn shared_width(a: i64, b: i64) -> Option<u8> {
    (0..WIDTHS.len())
        .find(|idx| a.div_euclid(width_us(*idx)) == b.div_euclid(width_us(*idx)))
        .map(|idx| idx as u8)
}

#[cfg(test)]
mod tests;
