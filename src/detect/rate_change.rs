//! Records per kind of message and slice of time → stretches with far more or far fewer of them than usual.
//!
//! **Usual.** The median of the slices outside the stretch, or their mean where the median is 0; scaled with the load of the
//! log, and the median at the same time of day where the log spans three days. A surge must exceed the largest of the three, a
//! dip fall below the smallest: what rises with all other traffic, or every night, is no change.
//!
//! **Stretch.** The run of slices with the largest likelihood ratio of twice (half) the usual Poisson rate against it, which is
//! the largest sum of Page's CUSUM ("Continuous inspection schemes", 1954), then the next on both sides of it.
//!
//! **Significance.** The Poisson tail of what lies in it, counts and mean divided by the dispersion: the square of the spread on
//! Anscombe's scale (q90 − q10) / 2.563, at least 1, or the records of a usual burst where most slices are empty. The result
//! is multiplied by the number of slices, as the stretch was looked for, and corrected for the number of kinds
//! ([`benjamini_hochberg`]). A change is at least twofold and at least ten records.
//!
//! **Level shifts.** A stretch that begins with the log is seen from its end: fewer in it is a rise after it.

mod stretch;
mod usual;

use self::stretch::{Stretch, kind, largest};
use self::usual::{burst, quantile, sum, usual, usual_sums};
use super::significance::{benjamini_hochberg, poisson_at_least, poisson_at_most};
use crate::base::math;
use crate::base::order::Arrange;
use crate::base::time::{DAY, MINUTE};

/// Adjusted probability below which a change is significant.
const SIGNIFICANT: f64 = 1e-3;
/// Least ratio of what is to what is usual, or the other way round.
const LEAST_RATIO: f64 = 2.0;
/// Least number of records too many or too few.
const LEAST_DIFFERENCE: f64 = 10.0;
/// Stretches of one kind that are looked at in each direction.
const STRETCHES: usize = 3;
/// Slices a log needs.
const MIN_SLICES: usize = 16;
/// Slices outside a stretch that tell what is usual.
const MIN_OUTSIDE: usize = 8;
/// Days from which on the time of day tells what is usual.
const SEASON_DAYS: i64 = 3;
/// How far the load of the log moves what is expected.
const MAX_LOAD: f64 = 4.0;

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Never before in the log.
    New,
    /// More than usual.
    Surge,
    /// Fewer than usual.
    Dip,
    /// None, and never again.
    Vanished,
    /// None for a while.
    Pause,
}

/// A stretch of time with too many or too few records of one kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateChange {
    /// Which kind of message.
    pub row: u32,
    /// What changed.
    pub kind: ChangeKind,
    /// First slice.
    pub first: u32,
    /// Last slice.
    pub last: u32,
    /// Records in it.
    pub n_records: u64,
    /// Records that would be usual in it.
    pub expected: f64,
    /// 5 % and 95 % quantiles of the records of as many slices outside it; `None` when there are too few.
    pub usual: Option<(u64, u64)>,
    /// Probability by chance, corrected for the number of kinds.
    pub p: f64,
}

impl RateChange {
    /// How much it differs: records to be expected of half a record at least, larger by smaller.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        let (n, expected) = (self.n_records as f64 + 0.5, self.expected + 0.5);
        (n / expected).max(expected / n)
    }
}

/// Records by kind and slice.
#[derive(Debug, Clone, Copy)]
pub struct Rates<'a> {
    /// Kind × slice.
    pub counts: &'a [u32],
    /// Slices.
    pub n_slices: usize,
    /// Width of a slice in microseconds.
    pub slice_us: i64,
}

/// The significant changes, by kind and time.
#[must_use]
pub fn rate_changes(rates: &Rates<'_>) -> Vec<RateChange> {
    if rates.n_slices < MIN_SLICES {
        return Vec::new();
    }
    let context = Context::new(rates);
    let mut found = Vec::new();
    let mut n_rows = 0;
    for (row, counts) in (0..).zip(rates.counts.chunks_exact(rates.n_slices)) {
        let sum: u64 = counts.iter().map(|n| u64::from(*n)).sum();
        if sum as f64 >= LEAST_DIFFERENCE {
            n_rows += 1;
            context.changes(row, counts, &mut found);
        }
    }
    let p: Vec<f64> = found.iter().map(|change| change.p).collect();
    for (change, p) in found.iter_mut().zip(benjamini_hochberg(&p, 2 * n_rows)) {
        change.p = p;
    }
    found.retain(|change| change.p < SIGNIFICANT);
    found.arrange_by_key(|change| (change.row, change.first, change.last));
    // A shift shows on both of its sides.
    found.dedup_by(|later, first| {
        (later.row, later.kind, later.first) == (first.row, first.kind, first.first)
    });
    // What was new and is over was an episode: its height is no surge of its own, and nobody misses it afterwards.
    let is_new = |change: &&RateChange| change.kind == ChangeKind::New;
    let new: Vec<(u32, u32)> = (found.iter().filter(is_new))
        .map(|change| (change.row, change.last))
        .collect();
    found.retain(|change| {
        let at = new.partition_point(|new| new.0 < change.row);
        let new = new.get(at).filter(|new| new.0 == change.row);
        match (change.kind, new) {
            (ChangeKind::Vanished, Some(_)) => false,
            (ChangeKind::Surge, Some((_, last))) => change.first > *last,
            _ => true,
        }
    });
    found
}

/// What is the same for all kinds.
struct Context {
    /// Load of each slice against the median one.
    load: Vec<f64>,
    /// For each slice those at about the same time of other days; empty without a season.
    season: Vec<Vec<u32>>,
}

impl Context {
    fn new(rates: &Rates<'_>) -> Self {
        let n_slices = rates.n_slices;
        let mut totals = vec![0.0; n_slices];
        for counts in rates.counts.chunks_exact(n_slices) {
            for (total, n) in totals.iter_mut().zip(counts) {
                *total += f64::from(*n);
            }
        }
        let median = quantile(&mut totals.clone(), 0.5);
        let load = |total: &f64| {
            if median > 0.0 {
                (total / median).clamp(1.0 / MAX_LOAD, MAX_LOAD)
            } else {
                1.0
            }
        };
        let slice_us = rates.slice_us.max(1);
        let span = slice_us.saturating_mul(n_slices as i64);
        let mut season = Vec::new();
        if span >= SEASON_DAYS * DAY && slice_us < DAY / 4 {
            let near = (slice_us / 2).max(30 * MINUTE);
            let is_alike = |a: usize, b: usize| {
                let apart = (a.abs_diff(b) as i64).saturating_mul(slice_us);
                let phase = apart.rem_euclid(DAY);
                apart > DAY / 2 && phase.min(DAY - phase) <= near
            };
            season = (0..n_slices)
                .map(|a| {
                    (0..n_slices as u32)
                        .filter(|b| is_alike(a, *b as usize))
                        .collect()
                })
                .collect();
        }
        Self {
            load: totals.iter().map(load).collect(),
            season,
        }
    }

    /// The candidates of one kind, with probabilities that are not yet corrected for the number of kinds.
    fn changes(&self, row: u32, counts: &[u32], found: &mut Vec<RateChange>) {
        let all = usual(counts, None);
        let seasonal = self.seasonal(counts);
        for is_more in [true, false] {
            let mut todo = vec![Stretch {
                first: 0,
                last: counts.len() - 1,
            }];
            let mut n_found = 0;
            while let Some(within) = todo.pop() {
                if n_found == STRETCHES {
                    break;
                }
                let stretch = self.stretch(counts, within, is_more, all.rate, &seasonal);
                let Some(stretch) = stretch else { continue };
                if let Some(change) = self.change(row, counts, stretch, is_more, &seasonal) {
                    n_found += 1;
                    found.push(change);
                    if stretch.last < within.last {
                        todo.push(Stretch {
                            first: stretch.last + 1,
                            ..within
                        });
                    }
                    if stretch.first > within.first {
                        todo.push(Stretch {
                            last: stretch.first - 1,
                            ..within
                        });
                    }
                }
            }
        }
    }

    /// The stretch with the largest likelihood ratio: of twice (half) the usual rate, then of that which it has.
    fn stretch(
        &self,
        counts: &[u32],
        within: Stretch,
        is_more: bool,
        rate: f64,
        seasonal: &[f64],
    ) -> Option<Stretch> {
        let usual = |slice: usize| {
            let (low, high) = self.expected(slice, rate, seasonal);
            if is_more { high } else { low }
        };
        let of_ratio = |ratio: f64| {
            let gain = |slice: usize| {
                f64::from(counts[slice]) * math::ln(ratio) - usual(slice) * (ratio - 1.0)
            };
            largest(within, gain)
        };
        let rough = of_ratio(if is_more { 2.0 } else { 0.5 })?;
        let expected: f64 = (rough.first..=rough.last).map(usual).sum();
        let ratio = sum(&counts[rough.first..=rough.last]) as f64 / expected.max(1e-9);
        let ratio = if is_more {
            ratio.clamp(2.0, 1e9)
        } else {
            ratio.clamp(0.05, 0.5)
        };
        let exact = of_ratio(ratio).unwrap_or(rough);
        if is_more {
            return Some(exact.whole(counts));
        }
        exact.silence(counts).or(Some(exact))
    }

    /// What a stretch amounts to, if it is worth a test.
    fn change(
        &self,
        row: u32,
        counts: &[u32],
        stretch: Stretch,
        is_more: bool,
        seasonal: &[f64],
    ) -> Option<RateChange> {
        // What goes on for most of the log is what is usual.
        let n_outside = counts.len() - stretch.len();
        if n_outside < MIN_OUTSIDE || (is_more && n_outside < stretch.len()) {
            return None;
        }
        let mut usual = usual(counts, Some(stretch));
        let within = &counts[stretch.first..=stretch.last];
        if is_more && usual.rate == 0.0 {
            // Once in the log is what can be expected of anything; and what comes in bursts here would do so elsewhere.
            usual.dispersion = usual.dispersion.max(burst(within));
            usual.rate = usual.dispersion / counts.len() as f64;
        }
        let n: u64 = sum(within);
        let expected: f64 = (stretch.first..=stretch.last)
            .map(|slice| self.expected(slice, usual.rate, seasonal))
            .map(|(low, high)| if is_more { high } else { low })
            .sum();
        let difference = if is_more {
            n as f64 - expected
        } else {
            expected - n as f64
        };
        let (larger, smaller) = if is_more {
            (n as f64, expected)
        } else {
            (expected, n as f64)
        };
        if difference < LEAST_DIFFERENCE || larger < LEAST_RATIO * smaller {
            return None;
        }
        let (n_scaled, mean) = (n as f64 / usual.dispersion, expected / usual.dispersion);
        let p = if is_more {
            poisson_at_least(n_scaled, mean)
        } else {
            poisson_at_most(n_scaled, mean)
        };
        let mut change = RateChange {
            row,
            kind: ChangeKind::Surge,
            first: stretch.first as u32,
            last: stretch.last as u32,
            n_records: n,
            expected,
            usual: usual_sums(counts, stretch),
            p: (p * counts.len() as f64).min(1.0),
        };
        change.kind = kind(counts, stretch, is_more);
        let is_shift = stretch.first == 0 && stretch.last + 1 < counts.len();
        if is_shift {
            // Seen from its end: what comes after, by the rate before.
            let mut after = Stretch {
                first: stretch.last + 1,
                last: counts.len() - 1,
            };
            if change.kind == ChangeKind::New {
                let last = counts.iter().rposition(|n| *n > 0);
                after.last = last.unwrap_or(after.last).max(after.first);
            }
            change.first = after.first as u32;
            change.last = after.last as u32;
            change.n_records = sum(&counts[after.first..=after.last]);
            change.expected = n as f64 / stretch.len() as f64 * after.len() as f64;
            change.usual = usual_sums(counts, after);
        }
        Some(change)
    }

    /// The least and the most that can be expected of a slice.
    fn expected(&self, slice: usize, rate: f64, seasonal: &[f64]) -> (f64, f64) {
        let loaded = rate * self.load[slice];
        let (low, high) = (rate.min(loaded), rate.max(loaded));
        match seasonal.get(slice) {
            Some(seasonal) => (low.min(*seasonal), high.max(*seasonal)),
            None => (low, high),
        }
    }

    /// The median of each slice's like on other days; empty without a season.
    fn seasonal(&self, counts: &[u32]) -> Vec<f64> {
        let median = |alike: &Vec<u32>| {
            let mut alike: Vec<f64> = alike
                .iter()
                .map(|slice| f64::from(counts[*slice as usize]))
                .collect();
            quantile(&mut alike, 0.5)
        };
        self.season.iter().map(median).collect()
    }
}

#[cfg(test)]
mod tests;
