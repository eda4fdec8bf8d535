//! Values of a place in a message over time → for each slice of time how many there were, their mean by size, and the largest.
//!
//! Values of durations and sizes are spread over orders of magnitude, so their mean is that of their logarithms (in sixteenths of
//! an octave, the upper bits of the number itself): one value that is far off does not move it. All sums are integers, so that
//! merging blocks gives the same numbers in any order.
//!
//! Slices are a minute wide in a block, whose length bounds their number. Where all places of a text together would have more than
//! [`MAX_SLICES`] of them, all are made wider along [`WIDTHS`]; where the widest are still too many, none is kept. How many there
//! are only grows with more records and only shrinks with wider slices, so the width depends on the records alone and not on how
//! they were cut into blocks.

use serde::{Deserialize, Serialize};

use super::amounts::LargeValue;
use crate::base::time::{DAY, HOUR, MINUTE};
use crate::base::written::Written;

/// Widths of slices in microseconds; each divides the next, and all divide what later years and days are later by.
const WIDTHS: [i64; 6] = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY];
/// Slices that all places of a text have together.
const MAX_SLICES: usize = 1 << 17;

/// The values in one slice of time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// Where it begins: as times are written, then as an instant.
    pub start: Written,
    /// Values.
    pub n: u32,
    /// Sum of their logarithms, in sixteenths of an octave.
    sum: u64,
    /// Sum of the squares of those.
    squares: u64,
    /// The largest of them, the earliest of equal ones.
    pub largest: LargeValue,
}

impl Slice {
    fn of(start: Written, record: LargeValue) -> Self {
        let level = level(record.value);
        Self {
            start,
            n: 1,
            sum: level,
            squares: level * level,
            largest: record,
        }
    }

    /// Mean of the logarithms, in octaves above 1.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.sum as f64 / f64::from(self.n.max(1)) / 16.0
    }

    /// Sum of the squared distances of the logarithms from their mean, in octaves.
    #[must_use]
    pub fn scatter(&self) -> f64 {
        let mean = self.sum as f64 / f64::from(self.n.max(1));
        (self.squares as f64 - mean * self.sum as f64).max(0.0) / 256.0
    }

    /// Takes what else is in the slice.
    fn join(&mut self, later: &Self) {
        self.n = self.n.saturating_add(later.n);
        self.sum = self.sum.saturating_add(later.sum);
        self.squares = self.squares.saturating_add(later.squares);
        // Not by the order in which they come: wider slices are joined in that of time.
        let place = |record: &LargeValue| (record.time, record.line, record.offset);
        let order = later.largest.value.total_cmp(&self.largest.value);
        if order
            .then_with(|| place(&self.largest).cmp(&place(&later.largest)))
            .is_gt()
        {
            self.largest = later.largest;
        }
    }
}

/// Sixteenths of an octave above 1, of what is larger.
fn level(value: f64) -> u64 {
    (value.to_bits() >> 48).saturating_sub(1.0_f64.to_bits() >> 48)
}

/// The values of a place over time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// Those with a value, in the order of [`Slice::start`].
    slices: Vec<Slice>,
    /// The first and the last value in the order of the log.
    ends: Option<(f64, f64)>,
    /// Values that have one before them.
    n_steps: u64,
    /// Those that are smaller than it.
    n_falls: u64,
}

impl Course {
    /// The slices.
    #[must_use]
    pub fn slices(&self) -> &[Slice] {
        &self.slices
    }

    /// Share of the values that are smaller than the one before, 0 to 1: a counter's hardly ever are.
    #[must_use]
    pub fn fall_share(&self) -> f64 {
        self.n_falls as f64 / self.n_steps.max(1) as f64
    }

    /// Notes that `later` values follow, as first and last.
    fn follow(&mut self, later: Option<(f64, f64)>) {
        let Some((first, last)) = later else { return };
        if let Some((_, before)) = self.ends {
            self.n_steps += 1;
            self.n_falls += u64::from(first < before);
        }
        self.ends = Some((self.ends.map_or(first, |ends| ends.0), last));
    }

    /// Counts a value in slices of [`WIDTHS`]`[0]`; `latest` is where the slice of the latest value begins.
    #[inline]
    pub fn add(&mut self, record: LargeValue, latest: &mut Option<Written>) {
        let Some(time) = record.time else { return };
        let width = WIDTHS[0];
        let is_within = |start: &Written| (0..width).contains(&(time.number() - start.number()));
        let start = (latest.filter(is_within)).unwrap_or_else(|| floor(time, width));
        *latest = Some(start);
        self.follow(Some((record.value, record.value)));
        self.put(Slice::of(start, record));
    }

    /// Takes a slice; whether there was none with its start.
    fn put(&mut self, slice: Slice) -> bool {
        // Records mostly follow each other.
        if let Some(last) = self.slices.last_mut()
            && last.start == slice.start
        {
            last.join(&slice);
            return false;
        }
        match self
            .slices
            .binary_search_by_key(&slice.start, |own| own.start)
        {
            Ok(at) => {
                self.slices[at].join(&slice);
                false
            }
            Err(at) => {
                self.slices.insert(at, slice);
                true
            }
        }
    }

    /// The same in slices of another width, in microseconds, that its own divides.
    #[must_use]
    pub fn cut(&self, width: i64) -> Self {
        let mut course = Self {
            slices: Vec::new(),
            ..*self
        };
        for slice in &self.slices {
            let start = floor(slice.start, width);
            course.put(Slice { start, ..*slice });
        }
        course
    }
}

/// How time is cut for all places of a text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Grid {
    /// Of [`WIDTHS`]; beyond the last: nothing is kept.
    width_idx: usize,
    /// Slices of all places.
    n_slices: usize,
}

impl Grid {
    /// Microseconds; `None` when nothing is kept.
    #[must_use]
    pub fn width(&self) -> Option<i64> {
        WIDTHS.get(self.width_idx).copied()
    }

    /// Counts the values of what follows, which is cut no wider than this: with times as `time` and records as `record` has them.
    pub fn merge(
        &mut self,
        course: &mut Course,
        later: &Course,
        time: impl Fn(Written) -> Written,
        record: impl Fn(LargeValue) -> LargeValue,
    ) {
        let Some(width) = self.width() else { return };
        course.follow(later.ends);
        course.n_steps += later.n_steps;
        course.n_falls += later.n_falls;
        for slice in later.slices() {
            self.n_slices += usize::from(course.put(Slice {
                start: floor(time(slice.start), width),
                largest: record(slice.largest),
                ..*slice
            }));
        }
    }

    /// Whether there are too many slices.
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        self.n_slices > MAX_SLICES
    }

    /// The wider of two.
    #[must_use]
    pub fn wider(self, other: Self) -> Self {
        if other.width_idx > self.width_idx {
            other
        } else {
            self
        }
    }

    /// Makes the slices of all places wider, by one step.
    pub fn widen<'a>(&mut self, courses: impl Iterator<Item = &'a mut Course>) {
        self.width_idx += 1;
        self.n_slices = 0;
        let width = self.width();
        for course in courses {
            *course = width.map_or_else(Course::default, |width| course.cut(width));
            self.n_slices += course.slices.len();
        }
    }
}

fn floor(time: Written, width: i64) -> Written {
    Written::of(time.kind(), time.value().div_euclid(width) * width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::FileId;
    use crate::base::time::{SECOND, Timestamp};

    fn record(line: u64, value: f64, at: i64) -> LargeValue {
        LargeValue {
            value,
            time: Some(Written::instant(Timestamp(at))),
            file: FileId(0),
            line,
            offset: line * 10,
        }
    }

    /// Records of one place, in blocks of `n`, merged as a text is.
    fn merged(records: &[LargeValue], n: usize) -> (Course, Grid) {
        let (mut course, mut grid) = (Course::default(), Grid::default());
        for block in records.chunks(n) {
            let (mut part, mut latest) = (Course::default(), None);
            block
                .iter()
                .for_each(|record| part.add(*record, &mut latest));
            grid.merge(&mut course, &part, |time| time, |record| record);
            while grid.is_crowded() {
                grid.widen(std::iter::once(&mut course));
            }
        }
        (course, grid)
    }

    #[test]
    fn a_slice_knows_mean_scatter_and_largest() {
        let values = [(0, 8.0), (1, 32.0), (2, 32.0), (3, 0.0)];
        let records = values.map(|(line, value)| record(line, value, line as i64 * SECOND));
        let (course, _) = merged(&records, 9);
        let [slice] = course.slices() else {
            panic!("{course:?}")
        };
        // Three, five and five octaves above 1, and nothing below it.
        assert_eq!((slice.n, slice.mean()), (4, 13.0 / 4.0));
        assert!((slice.scatter() - (9.0 + 25.0 + 25.0 - 169.0 / 4.0)).abs() < 1e-9);
        assert_eq!((slice.largest.value, slice.largest.line), (32.0, 1));
    }

    #[test]
    fn neither_blocks_nor_steps_back_change_it() {
        let at = |i: i64| (i * 7919 % 4000) * 20 * SECOND;
        let value = |i: i64| (i % 7 * 100) as f64;
        let records: Vec<_> = (0..3000)
            .map(|i| record(i as u64, value(i), at(i)))
            .collect();
        let (whole, _) = merged(&records, 3000);
        assert!(whole.slices().is_sorted_by_key(|slice| slice.start));
        for n in [1, 13, 1000] {
            assert_eq!(merged(&records, n).0, whole);
        }
        // Nor that they were narrower for a while.
        assert_eq!(whole.cut(WIDTHS[1]).cut(WIDTHS[3]), whole.cut(WIDTHS[3]));
    }

    #[test]
    fn slices_widen_where_there_are_too_many() {
        let n = MAX_SLICES as i64 + 10;
        let records: Vec<_> = (0..n).map(|i| record(i as u64, 5.0, i * MINUTE)).collect();
        let (course, grid) = merged(&records, 10_000);
        assert_eq!(grid.width(), Some(WIDTHS[1]));
        assert_eq!(course.slices().len() as i64, (n + 4) / 5);
        assert_eq!(course, merged(&records, 777).0);
        let records: Vec<_> = (0..n).map(|i| record(i as u64, 5.0, i * 2 * DAY)).collect();
        let (course, grid) = merged(&records, 10_000);
        assert_eq!((course.slices().len(), grid.width()), (0, None));
    }
}
