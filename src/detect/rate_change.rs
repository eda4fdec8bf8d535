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

/// Slices from the first to the last.
#[derive(Clone, Copy)]
struct Stretch {
    first: usize,
    last: usize,
}

impl Stretch {
    fn len(self) -> usize {
        self.last + 1 - self.first
    }

    fn contains(self, slice: usize) -> bool {
        (self.first..=self.last).contains(&slice)
    }

    /// With the slices beside it, where it begins or ends within one and there is nothing beyond.
    fn whole(self, counts: &[u32]) -> Self {
        let is_none = |slices: &[u32]| slices.iter().all(|n| *n == 0);
        let Self {
            mut first,
            mut last,
        } = self;
        if first > 0 && is_none(&counts[..first - 1]) {
            first -= usize::from(counts[first - 1] > 0);
        }
        if last + 1 < counts.len() && is_none(&counts[last + 2..]) {
            last += usize::from(counts[last + 1] > 0);
        }
        Self { first, last }
    }

    /// The part of it without any record, if at most the slices at its ends have some: what falls silent does so within one.
    fn silence(self, counts: &[u32]) -> Option<Self> {
        let first = self.first + usize::from(counts[self.first] > 0);
        let last = self.last.checked_sub(usize::from(counts[self.last] > 0))?;
        let is_silent = first <= last && counts[first..=last].iter().all(|n| *n == 0);
        is_silent.then_some(Self { first, last })
    }
}

/// What is usual of one kind.
struct Usual {
    rate: f64,
    dispersion: f64,
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

/// What a stretch with more (or fewer) records is.
fn kind(counts: &[u32], stretch: Stretch, is_more: bool) -> ChangeKind {
    let is_none = |slices: &[u32]| slices.iter().all(|n| *n == 0);
    let (before, within, after) = (
        &counts[..stretch.first],
        &counts[stretch.first..=stretch.last],
        &counts[stretch.last + 1..],
    );
    match (stretch.first == 0, is_more) {
        (true, true) if is_none(after) => ChangeKind::Vanished,
        (true, true) => ChangeKind::Dip,
        (true, false) if is_none(within) => ChangeKind::New,
        (false, true) if is_none(before) => ChangeKind::New,
        (_, true) | (true, false) => ChangeKind::Surge,
        (false, false) if !is_none(within) => ChangeKind::Dip,
        (false, false) if is_none(after) => ChangeKind::Vanished,
        (false, false) => ChangeKind::Pause,
    }
}

/// The stretch with the largest sum of gains above 0; of equal ones the first.
fn largest(within: Stretch, gain: impl Fn(usize) -> f64) -> Option<Stretch> {
    let mut best: Option<(f64, Stretch)> = None;
    let (mut sum, mut first) = (0.0, within.first);
    for slice in within.first..=within.last {
        if sum <= 0.0 {
            (sum, first) = (0.0, slice);
        }
        sum += gain(slice);
        if sum > best.map_or(0.0, |best| best.0) {
            best = Some((sum, Stretch { first, last: slice }));
        }
    }
    best.map(|best| best.1)
}

/// What is usual in the slices outside a stretch.
fn usual(counts: &[u32], except: Option<Stretch>) -> Usual {
    let outside = (counts.iter().enumerate())
        .filter(|(slice, _)| except.is_none_or(|stretch| !stretch.contains(*slice)));
    let mut values: Vec<f64> = outside.map(|(_, n)| f64::from(*n)).collect();
    let median = quantile(&mut values, 0.5);
    if median > 0.0 {
        let scaled = |value: f64| 2.0 * math::sqrt(value + 0.375);
        let high = scaled(quantile(&mut values, 0.9));
        let low = scaled(quantile(&mut values, 0.1));
        let spread = ((high - low) / 2.563).max(1.0);
        return Usual {
            rate: median,
            dispersion: spread * spread,
        };
    }
    let rate = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let n_zero = values.partition_point(|value| *value == 0.0);
    let mut bursts = values.split_off(n_zero);
    Usual {
        rate,
        dispersion: quantile(&mut bursts, 0.5).max(1.0),
    }
}

/// Records of a usual burst, where bursts are apart.
fn burst(within: &[u32]) -> f64 {
    let mut bursts: Vec<f64> = within.iter().map(|n| f64::from(*n)).collect();
    bursts.retain(|n| *n > 0.0);
    if bursts.len() * 2 > within.len() {
        return 1.0;
    }
    quantile(&mut bursts, 0.5).max(1.0)
}

/// Quantiles of the records in stretches of the same length outside of one.
fn usual_sums(counts: &[u32], stretch: Stretch) -> Option<(u64, u64)> {
    let before = counts[..stretch.first].rchunks_exact(stretch.len());
    let after = counts[stretch.last + 1..].chunks_exact(stretch.len());
    let mut sums: Vec<f64> = before.chain(after).map(|n| sum(n) as f64).collect();
    (sums.len() >= 4).then(|| {
        let low = quantile(&mut sums, 0.05);
        (low as u64, quantile(&mut sums, 0.95) as u64)
    })
}

fn sum(counts: &[u32]) -> u64 {
    counts.iter().map(|n| u64::from(*n)).sum()
}

/// The value at a share of the sorted values; sorts them; 0 when there are none.
fn quantile(values: &mut [f64], q: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values
        .get((last as f64 * q + 0.5) as usize)
        .copied()
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::HOUR;

    /// Noise that is Poisson enough: the mean give or take its root.
    fn noise(mean: f64, n_slices: usize, salt: u64) -> Vec<u32> {
        let root = math::sqrt(mean);
        (0..n_slices as u64)
            .map(|slice| {
                let word = crate::base::hash::bytes(&(slice * 31 + salt).to_le_bytes());
                let unit = (word % 1000) as f64 / 1000.0 + (word / 1000 % 1000) as f64 / 1000.0;
                (mean + root * 2.4 * (unit - 1.0)).max(0.0) as u32
            })
            .collect()
    }

    fn check(rows: &[Vec<u32>], slice_us: i64, expected: &[(u32, ChangeKind, u32, u32)]) {
        let counts: Vec<u32> = rows.concat();
        let found = rate_changes(&Rates {
            counts: &counts,
            n_slices: rows[0].len(),
            slice_us,
        });
        let found: Vec<_> = (found.iter())
            .map(|change| (change.row, change.kind, change.first, change.last))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn surges_dips_and_silences_are_found_where_they_are() {
        let background = noise(200.0, 120, 1);
        let with = |range: std::ops::Range<usize>, n: u32| {
            let mut counts = noise(20.0, 120, 7);
            counts[range].fill(n);
            counts
        };
        let rows = [
            background,
            with(50..54, 90),
            with(60..70, 4),
            with(80..90, 0),
            with(100..120, 0),
            noise(20.0, 120, 9),
        ];
        check(
            &rows,
            MINUTE,
            &[
                (1, ChangeKind::Surge, 50, 53),
                (2, ChangeKind::Dip, 60, 69),
                (3, ChangeKind::Pause, 80, 89),
                (4, ChangeKind::Vanished, 100, 119),
            ],
        );
    }

    #[test]
    fn level_shifts_are_told_by_when_they_happen() {
        let rows = [(0..30, 0), (0..70, 0), (0..40, 5), (50..120, 0)].map(|(range, n)| {
            let mut counts = noise(20.0, 120, 3);
            counts[range].fill(n);
            counts
        });
        let background = noise(400.0, 120, 1);
        let [a, b, c, d] = rows;
        check(
            &[background, a, b, c, d],
            MINUTE,
            &[
                (1, ChangeKind::New, 30, 119),
                (2, ChangeKind::New, 70, 119),
                (3, ChangeKind::Surge, 40, 119),
                (4, ChangeKind::Vanished, 50, 119),
            ],
        );
    }

    #[test]
    fn noise_bursts_and_load_are_no_change() {
        let mut load = noise(300.0, 120, 1);
        load[40..60].iter_mut().for_each(|n| *n *= 4);
        let mut along = noise(20.0, 120, 2);
        along[40..60].iter_mut().for_each(|n| *n *= 3);
        let bursts = (0..120).map(|i| if i % 17 == 3 { 25 } else { 0 }).collect();
        let rare = (0..120).map(|i| u32::from(i % 9 == 1)).collect();
        let mut rows = vec![load, along, bursts, rare];
        rows.extend((10..200).map(|salt| noise(6.0, 120, salt)));
        let counts: Vec<u32> = rows[1..].concat();
        // Along with the load only where the load is there to be seen.
        check(&rows, MINUTE, &[(0, ChangeKind::Surge, 40, 59)]);
        assert!(counts.len() > 120);
    }

    #[test]
    fn every_night_is_no_change_but_one_night_is() {
        let night = |slice: usize| (slice % 24) < 4;
        let row = |backup: &dyn Fn(usize) -> bool| {
            (0..24 * 7)
                .map(|slice| if backup(slice) { 60 } else { 2 })
                .collect::<Vec<u32>>()
        };
        let flat = vec![100; 24 * 7];
        let rows = [flat, row(&night), row(&|slice| (75..79).contains(&slice))];
        check(&rows, HOUR, &[(2, ChangeKind::Surge, 75, 78)]);
    }

    #[test]
    fn a_change_says_what_is_usual() {
        let mut counts: Vec<u32> = (0..100).map(|i| i % 4).collect();
        counts[42] = 214;
        counts.extend(std::iter::repeat_n(500, 100));
        let found = rate_changes(&Rates {
            counts: &counts,
            n_slices: 100,
            slice_us: 5 * MINUTE,
        });
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].n_records, found[0].usual), (214, Some((0, 3))));
        assert!(found[0].p < 1e-50 && found[0].ratio() > 50.0);
    }

    #[test]
    fn odd_tables_are_fine() {
        for (counts, n_slices) in [
            (vec![], 120),
            (vec![u32::MAX; 240], 120),
            (vec![0; 240], 120),
            (vec![9; 10], 10),
            ([1, u32::MAX].repeat(60), 120),
        ] {
            let rates = Rates {
                counts: &counts,
                n_slices,
                slice_us: 1,
            };
            let found = rate_changes(&rates);
            assert!(
                found
                    .iter()
                    .all(|c| c.p.is_finite() && c.ratio().is_finite())
            );
        }
    }
}
