//! Records of a block, one at a time → counts per bin of time, small and mergeable in block order.
//!
//! Bins are 1 s wide and sparse: only bins with a record exist, so one record in the year 2999 costs one bin.
//! When more than [`MAX_BINS`] bins would exist, or more than [`MAX_IDENTITIES`] (bin, address) and (bin, user)
//! pairs, all bins are widened along [`WIDTHS`]. Both numbers only grow with more records and only shrink with
//! wider bins, so the final width depends on the records alone and not on how they were cut into blocks.
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

pub(super) use bin::{Bin, Counts, Gaps, compact};

mod bin;
mod scale;
mod wire;

/// Widths a bin can have, in seconds; each divides the next. Those above a day are for records scattered over
/// centuries.
pub const WIDTHS: [u32; 12] = [
    1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400, 864_000, 8_640_000, 86_400_000,
];

/// Non-empty bins a tally holds before they are widened.
pub const MAX_BINS: usize = 65_536;

/// Pairs of (bin, address) and (bin, user) a tally holds before its bins are widened, at most to
/// [`IDENTITY_WIDTH`].
pub const MAX_IDENTITIES: usize = 1 << 20;

/// Widest bins, as an index into [`WIDTHS`], that many identities may lead to: coarser ones would save little and
/// cost windows.
const IDENTITY_WIDTH: usize = 2;

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
    width_idx: usize,
    /// In the order in which the bins were first seen.
    bins: Vec<Bin>,
    slots: FxHashMap<i64, u32>,
    ends: Option<Ends>,
    n_timed: u64,
    /// Identities in `bins`, with repetitions; an upper bound of the pairs.
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
        self.widen_to(later.width_idx);
        later.widen_to(self.width_idx);
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
        self.widen_where_crowded();
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
        let width = width_us(self.width_idx);
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
        self.widen_where_crowded();
        self.bins.sort_unstable_by_key(|bin| bin.index);
        self.bins.iter_mut().for_each(|bin| {
            bin.ips.compact();
            bin.users.compact();
        });
        self.index_bins();
    }

    pub(super) fn is_settled(&self) -> bool {
        let is_compact = |counts: &Counts| counts.n_sorted == counts.entries.len();
        self.ips.entries.is_empty()
            && self.users.entries.is_empty()
            && self.bins.is_sorted_by_key(|bin| bin.index)
            && self
                .bins
                .iter()
                .all(|bin| is_compact(&bin.ips) && is_compact(&bin.users))
    }

    /// Bins; in the order of time after [`Tally::settled`].
    pub(super) fn bins(&self) -> &[Bin] {
        &self.bins
    }

    pub(super) fn width_idx(&self) -> usize {
        self.width_idx
    }

    /// Makes the bin of `t` the one that records are counted in.
    #[cold]
    fn enter(&mut self, t: i64) {
        self.flush();
        self.slot_of(t.div_euclid(width_us(self.width_idx)));
        self.widen_where_crowded();
        let width = width_us(self.width_idx);
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
            let slot = self.slot_of(after.div_euclid(width_us(self.width_idx)));
            if usize::from(width_idx) <= self.width_idx {
                self.bins[slot].gaps.merge(gaps);
            } else {
                self.bins[slot].add_crossing(width_idx, gaps);
            }
        }
    }

    /// Adds a bin, or what it holds to the one that stands there.
    fn put(&mut self, bin: Bin) {
        let n_bins = self.bins.len();
        let slot = self.slot_of(bin.index);
        if slot == n_bins {
            self.bins[slot] = bin;
        } else {
            self.bins[slot].merge(&bin);
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
        if let Some(bin) = self.bins.get_mut(self.slot) {
            self.n_identities += self.ips.entries.len() + self.users.entries.len();
            self.ips.drain_into(&mut bin.ips);
            self.users.drain_into(&mut bin.users);
        }
        (self.from, self.until) = (0, 0);
    }

    fn count_identities(&mut self) {
        for bin in &mut self.bins {
            bin.ips.compact();
            bin.users.compact();
        }
        self.n_identities = self
            .bins
            .iter()
            .map(|bin| bin.ips.entries.len() + bin.users.entries.len())
            .sum();
    }

    fn widen_where_crowded(&mut self) {
        while self.bins.len() > MAX_BINS && self.width_idx + 1 < WIDTHS.len() {
            self.widen_to(self.width_idx + 1);
        }
        if self.n_identities > MAX_IDENTITIES && self.width_idx < IDENTITY_WIDTH {
            self.count_identities();
            while self.n_identities > MAX_IDENTITIES && self.width_idx < IDENTITY_WIDTH {
                self.widen_to(self.width_idx + 1);
                self.count_identities();
            }
        }
    }

    fn widen_to(&mut self, width_idx: usize) {
        if width_idx <= self.width_idx {
            return;
        }
        let factor = i64::from(WIDTHS[width_idx] / WIDTHS[self.width_idx]);
        self.width_idx = width_idx;
        self.slots.clear();
        for mut bin in mem::take(&mut self.bins) {
            bin.index = bin.index.div_euclid(factor);
            bin.absorb_crossing(width_idx);
            let slot = self.slot_of(bin.index);
            self.bins[slot].merge(&bin);
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
