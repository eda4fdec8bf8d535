// NOTE from the lead (do not commit this line): point 3 of the task (values of slots over time: trends and shifts) is being done on branch s9-forms. Skip it, and leave amounts.rs alone apart from taking this note out.
//! Values of a place in a message → those that are far larger than usual.
//!
//! Durations and sizes are spread over orders of magnitude, so they are compared by their logarithms: as usual counts what lies
//! between the quartiles, and three times their distance above the upper one is far (Tukey, "Exploratory data analysis", 1977,
//! there on the values themselves). No distance is taken to be less than half an octave; what is far must also be three times
//! what 95 % do not exceed, and rare. Many sizes have a tail in which each value five times as rare is larger by the same factor;
//! what is far lies two octaves beyond where the tail from 95 % to 99 % would end.

use super::ALARM;
use crate::base::math;
use crate::featurize::amounts::Spread;

/// Records that tell what is usual.
const MIN_RECORDS: u64 = 100;
/// Distances between the quartiles that are far.
const FAR: f64 = 3.0;
/// Least distance between the quartiles, in octaves.
const LEAST_RANGE: f64 = 0.5;
/// How many times what 95 % do not exceed.
const LEAST_RATIO: f64 = 3.0;
/// Octaves beyond the end of the tail.
const BEYOND_TAIL: f64 = 2.0;
/// Share of the records that may be far.
const RARE: f64 = 0.01;
/// Points an octave beyond adds to the score.
const OCTAVE: f64 = 10.0;

/// Values of a place that are far larger than usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FarValues {
    /// Score of the largest, 50 to 100.
    pub score: f64,
    /// From here on values are far.
    pub fence: f64,
    /// How many are.
    pub n_far: u64,
    /// 5 % of the records have less than this.
    pub low: f64,
    /// 5 % of them have more than this.
    pub high: f64,
}

/// What is far larger than usual, if anything.
#[must_use]
pub fn far_values(spread: &Spread) -> Option<FarValues> {
    let n = spread.n_records();
    let largest = spread.largest().first()?.value;
    if n < MIN_RECORDS || !largest.is_finite() {
        return None;
    }
    // Zeros have no logarithm; nothing usual is smaller than a thousandth of what is.
    let high = spread.quantile(0.95);
    let octave = |share: f64| math::log2(spread.quantile(share).max(high / 1000.0));
    if high <= 0.0 {
        return None;
    }
    let (first, third) = (octave(0.25), octave(0.75));
    let range = (third - first).max(LEAST_RANGE);
    // From 95 % to 99 % values become five times as rare, to the largest of all as many times more as this.
    let times = math::ln(n as f64 / 100.0) / math::ln(5.0);
    let last = octave(0.99);
    let tail = last + (last - octave(0.95)) * times + BEYOND_TAIL;
    let fence = math::exp2((third + FAR * range).max(tail)).max(LEAST_RATIO * high);
    let n_far = spread.n_from(fence);
    if largest < fence || n_far as f64 > RARE * n as f64 {
        return None;
    }
    let score = ALARM + OCTAVE * math::log2(largest / fence);
    Some(FarValues {
        score: score.clamp(ALARM, 100.0),
        fence,
        n_far,
        low: spread.quantile(0.05),
        high,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::FileId;
    use crate::featurize::amounts::{BlockAmounts, LargeValue};

    fn far(values: impl Iterator<Item = u64>) -> Option<FarValues> {
        let mut amounts = BlockAmounts::default();
        for (line, value) in (0..).zip(values) {
            let text = format!("took {value} ms");
            let spans = [(5, text.len() as u32 - 3)];
            if line == 0 {
                amounts.begin(text.as_bytes(), &spans, true);
            }
            amounts.add(0, text.as_bytes(), &spans, |value| LargeValue {
                value,
                time: None,
                file: FileId(0),
                line,
                offset: 0,
            });
        }
        far_values(&amounts.finish()[0].spread)
    }

    #[test]
    fn a_request_that_took_half_a_minute_is_far() {
        let usual = || (0..500).map(|i| 12 + i * 37 % 328);
        assert_eq!(far(usual()), None);
        let found = far(usual().chain([31_000])).unwrap();
        assert_eq!(found.n_far, 1);
        assert!(found.score > ALARM && found.fence > 1e6, "{found:?}");
        assert!((10e3..35e3).contains(&found.low), "{found:?}");
        assert!((280e3..340e3).contains(&found.high), "{found:?}");
    }

    #[test]
    fn a_long_tail_is_not_far() {
        // Each octave half as often as the one below.
        let tail = (1..2000_u64).map(|i| (5 * 2000) / i);
        assert_eq!(far(tail), None);
        // One in ten is as large: that is usual.
        assert_eq!(
            far((0..500).map(|i| if i % 10 == 0 { 9000 } else { 20 })),
            None
        );
        assert_eq!(far((0..50).map(|i| i + i / 49 * 9000)), None);
        assert_eq!(far((0..500).map(|_| 0)), None);
    }
}
