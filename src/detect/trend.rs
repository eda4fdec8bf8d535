//! How large the values of a place are over time → whether they rise: memory that leaks, answers that take longer and longer.
//!
//! **Significance.** Mann and Kendall's test (Mann 1945, Kendall 1975) on the levels of at least a dozen stretches of time: how
//! many pairs of stretches rise, less those that fall, against what chance makes of it; corrected for the number of places that
//! are looked at ([`benjamini_hochberg`]). It knows nothing of how values are spread and is not moved by a few outliers. What
//! comes and goes with the time of day is significant as well, so most pairs must rise (Kendall's τ), and the last fifth of the
//! time must lie an octave above the first.
//!
//! **Counters only grow.** Ids and sequence numbers have no unit and are not looked at in the first place. Totals, places in a file
//! and uptimes have one; but they never fall, or hardly ever, while what is measured goes up and down on its way. A duration
//! that grows by about a second a second is the age of something.

use super::significance::{benjamini_hochberg, chi_squared_at_least};
use crate::base::math;
use crate::featurize::amounts::{Spread, Unit};

/// Stretches of time that a trend needs.
const MIN_STRETCHES: usize = 12;
/// Records that it needs.
const MIN_RECORDS: u64 = 60;
/// Adjusted probability below which a rise is significant.
const SIGNIFICANT: f64 = 1e-3;
/// Pairs that rise less those that fall, as a share of all.
const LEAST_TAU: f64 = 0.6;
/// Octaves from the first to the last fifth.
const LEAST_RISE: f64 = 1.0;
/// Share of the values that must be smaller than the one before: a counter has none, or few where it begins anew.
const LEAST_FALLS: f64 = 0.05;
/// By how much a clock's duration grows in the time that goes by.
const CLOCK: std::ops::Range<f64> = 0.5..2.0;

/// Values of a place that rise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rise {
    /// Usual value in the first fifth of the time.
    pub from: f64,
    /// Usual value in the last fifth.
    pub to: f64,
    /// When it begins, in microseconds.
    pub start: i64,
    /// When it ends, exclusive.
    pub end: i64,
    /// Pairs of stretches that rise less those that fall, as a share of all: 0.6 to 1.
    pub tau: f64,
}

/// Which of these places rise: their indices, in their order, and how.
#[must_use]
pub fn rises(places: &[(Unit, &Spread)]) -> Vec<(usize, Rise)> {
    let mut n_tested = 0;
    let mut found = Vec::new();
    let mut p = Vec::new();
    for (idx, (unit, spread)) in places.iter().enumerate() {
        let levels = spread.course().levels();
        if levels.len() < MIN_STRETCHES || spread.n_records() < MIN_RECORDS {
            continue;
        }
        n_tested += 1;
        let octaves: Vec<f64> = levels.iter().map(|level| level.octave).collect();
        let fifth = octaves.len() / 5;
        let first = median(&octaves[..fifth]);
        let last = median(&octaves[octaves.len() - fifth..]);
        // Most places end here, before all pairs are looked at.
        if last - first < LEAST_RISE || spread.course().fall_share() < LEAST_FALLS {
            continue;
        }
        let (from, to) = (math::exp2(first), math::exp2(last));
        let (start, end) = (
            levels[0].start,
            levels[levels.len() - 1].start + spread.course().width_us(),
        );
        let grown = (to - from) / (end - start) as f64;
        let (tau, z) = mann_kendall(&octaves);
        if tau < LEAST_TAU || (*unit == Unit::Micros && CLOCK.contains(&grown)) {
            continue;
        }
        p.push(chi_squared_at_least(z * z));
        found.push((
            idx,
            Rise {
                from,
                to,
                start,
                end,
                tau,
            },
        ));
    }
    let adjusted = benjamini_hochberg(&p, n_tested);
    let found = found.into_iter().zip(adjusted);
    found
        .filter(|(_, p)| *p < SIGNIFICANT)
        .map(|(rise, _)| rise)
        .collect()
}

fn median(values: &[f64]) -> f64 {
    let mut pairs: Vec<(f64, f64)> = values.iter().map(|value| (*value, 1.0)).collect();
    math::weighted_quantile(&mut pairs, 0.5).unwrap_or(0.0)
}

/// Kendall's τ against time, and how many standard deviations of chance that is. Ties only make chance smaller.
fn mann_kendall(values: &[f64]) -> (f64, f64) {
    let mut sum = 0_i64;
    for (at, value) in values.iter().enumerate() {
        for before in &values[..at] {
            sum += i64::from(value > before) - i64::from(value < before);
        }
    }
    let n = values.len() as f64;
    let variance = n * (n - 1.0) * (2.0 * n + 5.0) / 18.0;
    let z = (sum.abs() - 1).max(0) as f64 / math::sqrt(variance);
    (sum as f64 / (n * (n - 1.0) / 2.0), z)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::FileId;
    use crate::base::time::{MINUTE, Timestamp};
    use crate::base::written::Written;
    use crate::featurize::amounts::{BlockAmounts, LargeValue};

    /// What is found in a log that says a size, or a time, twice a minute.
    fn found(n: u64, unit: &str, value: impl Fn(u64) -> f64) -> Option<Rise> {
        let mut amounts = BlockAmounts::default();
        for line in 0..n {
            let text = format!("now {:.0} {unit}", value(line));
            let spans = [(4, (text.len() - 1 - unit.len()) as u32)];
            if line == 0 {
                amounts.begin(text.as_bytes(), &spans, true);
            }
            let time = Written::instant(Timestamp(line as i64 * MINUTE / 2));
            amounts.add(0, text.as_bytes(), &spans, |value| LargeValue {
                value,
                time: Some(time),
                file: FileId(0),
                line,
                offset: 0,
            });
        }
        let amounts = amounts.finish();
        let rises = rises(&[(amounts[0].unit, &amounts[0].spread)]);
        rises.first().map(|rise| rise.1)
    }

    /// Up and down by a third, without any order.
    fn noise(line: u64) -> f64 {
        1.0 + ((line * 7919 % 613) as f64 / 613.0 - 0.5) * 0.6
    }

    #[test]
    fn a_leak_is_seen_and_how_far_it_went() {
        let leak = |line: u64| 120e6 * (1.0 + 6.5 * line as f64 / 1000.0) * noise(line);
        let rise = found(1000, "bytes", leak).unwrap();
        assert!((120e6..200e6).contains(&rise.from), "{rise:?}");
        assert!((700e6..950e6).contains(&rise.to), "{rise:?}");
        assert_eq!((rise.start, rise.end % MINUTE), (0, 0));
        let slower = |line: u64| 40.0 * math::exp2(line as f64 / 300.0) * noise(line);
        assert!(found(1000, "ms", slower).is_some());
    }

    #[test]
    fn what_does_not_rise_is_not_found() {
        assert_eq!(found(1000, "ms", |line| 100.0 * noise(line)), None);
        // Less than twofold, then falling, then a day that comes and goes.
        let little = |line: u64| 100.0 * (1.0 + line as f64 / 2000.0) * noise(line);
        assert_eq!(found(1000, "ms", little), None);
        let falling = |line: u64| 1e6 / (1.0 + line as f64 / 100.0) * noise(line);
        assert_eq!(found(1000, "ms", falling), None);
        let day = |line: u64| {
            let hour = line as f64 / 120.0;
            1000.0 * (1.5 - math::cos(hour / 12.0 * std::f64::consts::PI)) * noise(line)
        };
        assert_eq!(found(6000, "ms", day), None);
        assert_eq!(found(15, "ms", |line| 100.0 * line as f64), None);
    }

    #[test]
    fn counters_and_clocks_are_no_leak() {
        assert_eq!(
            found(1000, "bytes", |line| 4096.0 * (line + 1) as f64),
            None
        );
        // Begun anew once a hundred values.
        let totals = |line: u64| 100.0 * (line + 1) as f64 + 3000.0 * (line % 100) as f64;
        assert_eq!(found(1000, "bytes", totals), None);
        // Uptimes of two hosts, said in turn.
        let uptime = |line: u64| (line * 30 + line % 2 * 500 + 60) as f64;
        assert_eq!(found(1000, "seconds", uptime), None);
    }

    #[test]
    fn chance_finds_nothing_in_many_places() {
        let mut n_found = 0;
        for seed in 0..300_u64 {
            let value = |line: u64| {
                let hash = crate::base::hash::combine(seed, line);
                100.0 + (hash % 1000) as f64
            };
            n_found += usize::from(found(200, "ms", value).is_some());
        }
        assert_eq!(n_found, 0);
    }
}
