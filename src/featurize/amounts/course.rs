//! Values with times → how large they are on the whole in each stretch of time; mergeable in block order.
//!
//! Stretches are as wide as they must be for a place to have at most [`MAX_BINS`] with a value, on the chain of widths in which
//! records are counted ([`WIDTHS`]): that depends on the values alone, and not on blocks. In each stretch the numbers of the
//! values' bins (a sixteenth of an octave each) are added up, so their mean is that of the logarithms, in whole numbers.
//!
//! Besides, it is counted how often a value is smaller than the one before: a counter never is.

use serde::{Deserialize, Serialize};

use super::bin;
use crate::base::time::SECOND;
use crate::base::written::Written;
use crate::featurize::tally::WIDTHS;

/// Stretches with a value that are kept of a place.
const MAX_BINS: usize = 128;
/// Bins of values in an octave.
const BINS_AN_OCTAVE: f64 = 16.0;
/// Octave below that of 1 in which the numbers of bins begin.
const FIRST_OCTAVE: f64 = 1023.0;

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Stretch {
    /// Its beginning, as times are written; an instant once the text's calendar is known.
    start: Written,
    /// Values.
    n: u32,
    /// Sum of the numbers of their bins.
    sum: u64,
}

/// What a stretch of time says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Where it begins, in microseconds.
    pub start: i64,
    /// Base-2 logarithm of its values, on average.
    pub octave: f64,
}

/// How the values of a place go over time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Course {
    width_idx: u8,
    /// By time.
    stretches: Vec<Stretch>,
    /// The first and the last value.
    ends: Option<(f64, f64)>,
    n_steps: u64,
    n_falls: u64,
}

impl Course {
    /// Counts a value; zeros have no logarithm and are left aside.
    pub(super) fn add(&mut self, time: Option<Written>, value: f64) {
        let Some(time) = time.filter(|_| value > 0.0) else {
            return;
        };
        if let Some((_, last)) = &mut self.ends {
            self.n_steps += 1;
            self.n_falls += u64::from(value < *last);
            *last = value;
        } else {
            self.ends = Some((value, value));
        }
        self.put(Stretch {
            start: time,
            n: 1,
            sum: u64::from(bin(value)),
        });
        self.widen_where_crowded();
    }

    /// Adds what comes after, with times as `at` has them.
    pub(super) fn merge(&mut self, later: &Self, at: impl Fn(Written) -> Written) {
        self.widen_to(later.width_idx);
        for stretch in &later.stretches {
            self.put(Stretch {
                start: at(stretch.start),
                ..*stretch
            });
        }
        self.widen_where_crowded();
        self.n_steps += later.n_steps;
        self.n_falls += later.n_falls;
        self.ends = match (self.ends, later.ends) {
            (Some(mine), Some(theirs)) => {
                self.n_steps += 1;
                self.n_falls += u64::from(theirs.0 < mine.1);
                Some((mine.0, theirs.1))
            }
            (mine, theirs) => mine.or(theirs),
        };
    }

    /// The stretches with a value, in the order of time.
    #[must_use]
    pub fn levels(&self) -> Vec<Level> {
        let stretches = self.stretches.iter();
        stretches
            .map(|stretch| Level {
                start: stretch.start.number(),
                octave: stretch.sum as f64 / f64::from(stretch.n) / BINS_AN_OCTAVE - FIRST_OCTAVE,
            })
            .collect()
    }

    /// Width of a stretch in microseconds.
    #[must_use]
    pub fn width_us(&self) -> i64 {
        i64::from(WIDTHS[usize::from(self.width_idx)]) * SECOND
    }

    /// Share of the values that are smaller than the one before, 0 to 1.
    #[must_use]
    pub fn fall_share(&self) -> f64 {
        self.n_falls as f64 / self.n_steps.max(1) as f64
    }

    fn put(&mut self, stretch: Stretch) {
        let (time, width) = (stretch.start, self.width_us());
        let start = Written::of(time.kind(), time.value().div_euclid(width) * width);
        // Most values follow in time.
        let is_last = (self.stretches.last()).is_some_and(|last| last.start == start);
        let found = if is_last {
            Ok(self.stretches.len() - 1)
        } else {
            (self.stretches).binary_search_by_key(&start, |known| known.start)
        };
        match found {
            Ok(at) => {
                let known = &mut self.stretches[at];
                known.n = known.n.saturating_add(stretch.n);
                known.sum = known.sum.saturating_add(stretch.sum);
            }
            Err(at) => self.stretches.insert(at, Stretch { start, ..stretch }),
        }
    }

    fn widen_where_crowded(&mut self) {
        while self.stretches.len() > MAX_BINS && usize::from(self.width_idx) + 1 < WIDTHS.len() {
            self.widen_to(self.width_idx + 1);
        }
    }

    fn widen_to(&mut self, width_idx: u8) {
        if width_idx > self.width_idx {
            self.width_idx = width_idx;
            for stretch in std::mem::take(&mut self.stretches) {
                self.put(stretch);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;

    fn course(values: &[(i64, f64)]) -> Course {
        let mut course = Course::default();
        for (seconds, value) in values {
            let time = Written::instant(Timestamp(seconds * SECOND));
            course.add(Some(time), *value);
        }
        course
    }

    #[test]
    fn stretches_do_not_depend_on_where_blocks_are_cut() {
        let values: Vec<(i64, f64)> = (0..3000_i64)
            .map(|i| (i * 17 % 40_000 + i, (1 + i * 7919 % 997) as f64))
            .collect();
        let whole = course(&values);
        assert_eq!(whole.width_us(), 900 * SECOND);
        assert!((20..=MAX_BINS).contains(&whole.levels().len()));
        for n in [1, 7, 500, 2999] {
            let mut merged = Course::default();
            for block in values.chunks(n) {
                merged.merge(&course(block), |time| time);
            }
            assert_eq!(merged, whole, "blocks of {n}");
        }
    }

    #[test]
    fn a_level_is_the_logarithm_of_its_values() {
        let levels = course(&[(0, 64.0), (0, 64.0), (1, 64.0), (1, 256.0), (2, 0.0)]).levels();
        let octaves: Vec<f64> = levels.iter().map(|level| level.octave).collect();
        assert_eq!(octaves, [6.0, 7.0]);
    }
}
