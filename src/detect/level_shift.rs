//! Values of a place over time → stretches in which they are far larger than usual, and stretches over which they rise.
//!
//! **Shifts.** What is usual is the median of the slices' means, and how much they differ the median of their distances from it
//! (MAD). A slice is far off when its mean lies five times that above the usual one, the uncertainty of a mean of so few values
//! included, and the values are at least [`LEAST_SHIFT`] octaves larger, which is 2.8 times. Slices are looked at in their own
//! width and in wider ones, as a dozen of slow requests an hour say little in a minute; the width that shows the shift most
//! clearly counts. What is so in more than a quarter of the slices is usual.
//!
//! **Rises.** Mann and Kendall's test (Mann, "Nonparametric tests against trend", 1945) over the longest stretch in which the
//! values do not fall by an octave: five deviations, and twice as large at its end by the slope of Theil and Sen. What hardly ever
//! falls is a counter, such as bytes sent so far, and a duration that grows by a second a second the age of something: no news.
//!
//! Both work on logarithms: twice as large is as much at any size.

use std::cmp::Ordering;

use super::ALARM;
use crate::base::math;
use crate::featurize::amounts::Unit;
use crate::featurize::course::{Course, Slice};

/// Widths in which a shift is looked for, as multiples of the slices' own.
const SCALES: [i64; 3] = [1, 5, 15];
/// Values and slices that tell what is usual.
const MIN_VALUES: u64 = 100;
const MIN_SLICES: usize = 12;
/// Values that make a shift.
const MIN_SHIFTED: u64 = 5;
/// Deviations of a slice that is far off, and of those beside it.
const FAR: f64 = 5.0;
const BESIDE: f64 = 3.0;
/// Octaves by which values are larger, and beside.
const LEAST_SHIFT: f64 = 1.5;
const LEAST_BESIDE: f64 = 1.0;
/// Share of the slices beyond which it is usual.
const SELDOM: f64 = 0.25;
/// Octaves by which slices differ at least, however equal they are.
const LEAST_SPREAD: f64 = 0.1;
/// Points an octave adds to the score, and the most there are: no value says that something failed.
const OCTAVE: f64 = 8.0;
const MOST: f64 = 90.0;

/// Slices that a rise is looked for in, at most.
const MAX_RISE_SLICES: usize = 240;
/// Least octaves of a rise, and those of a fall that ends it.
const LEAST_RISE: f64 = 1.0;
const FALL: f64 = 1.0;
/// Pairs of slices that rise, less those that fall, as a share of all.
const LEAST_TAU: f64 = 0.5;
/// Share of the values that must be smaller than the one before.
const LEAST_FALLS: f64 = 0.05;
/// By how much a clock's duration grows in the time that goes by.
const CLOCK: std::ops::Range<f64> = 0.5..2.0;

/// A stretch in which values are far larger than usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// First microsecond.
    pub start: i64,
    /// The microsecond after the last.
    pub end: i64,
    /// Score, 50 to 90.
    pub score: f64,
    /// What is usual: mean of the logarithms.
    pub usual: f64,
    /// What it is there.
    pub value: f64,
    /// Values there.
    pub n: u64,
}

/// A stretch over which values rise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rise {
    /// First microsecond.
    pub start: i64,
    /// The microsecond after the last.
    pub end: i64,
    /// What it is at the beginning, by the slope.
    pub from: f64,
    /// And at the end.
    pub to: f64,
    /// Values there.
    pub n: u64,
}

/// Where values are far larger than usual, in the order of time. Slices begin at instants, `width` microseconds apart.
#[must_use]
pub fn shifts(course: &Course, width: i64) -> Vec<Shift> {
    let mut best = (0.0, Vec::new());
    for scale in SCALES {
        let cut = course.cut(width * scale);
        let (clearest, found) = shifts_of(cut.slices(), width * scale);
        if clearest > best.0 {
            best = (clearest, found);
        }
    }
    best.1
}

/// The same in one width, and how many deviations the clearest is off.
fn shifts_of(slices: &[Slice], width: i64) -> (f64, Vec<Shift>) {
    let n_values: u64 = slices.iter().map(|slice| u64::from(slice.n)).sum();
    if slices.len() < MIN_SLICES || n_values < MIN_VALUES {
        return (0.0, Vec::new());
    }
    let means = slices.iter().map(|slice| (slice.mean(), 1.0));
    let mut pairs: Vec<(f64, f64)> = means.collect();
    let usual = math::weighted_quantile(&mut pairs, 0.5).unwrap_or(0.0);
    pairs
        .iter_mut()
        .for_each(|pair| pair.0 = (pair.0 - usual).abs());
    let mad = math::weighted_quantile(&mut pairs, 0.5).unwrap_or(0.0);
    let spread = (1.4826 * mad).max(LEAST_SPREAD);
    let scatter: f64 = slices.iter().map(Slice::scatter).sum();
    let variance = scatter / n_values as f64;
    let off = |slice: &Slice| {
        let by = slice.mean() - usual;
        let deviation = math::sqrt(spread * spread + variance / f64::from(slice.n));
        (by, by / deviation)
    };
    let is_far = |slice: &Slice| {
        let (by, times) = off(slice);
        by >= LEAST_SHIFT && times >= FAR
    };
    let is_beside = |slice: &Slice| {
        let (by, times) = off(slice);
        by >= LEAST_BESIDE && times >= BESIDE
    };
    let n_beside = slices.iter().filter(|slice| is_beside(slice)).count();
    if n_beside as f64 > SELDOM * slices.len() as f64 {
        return (0.0, Vec::new());
    }
    let start = |slice: &Slice| slice.start.number();
    let is_near = |a: &Slice, b: &Slice| {
        is_beside(a) == is_beside(b) && start(b).saturating_sub(start(a)) <= 3 * width
    };
    let mut clearest = 0.0_f64;
    let mut found = Vec::new();
    for run in slices.chunk_by(is_near) {
        let n = run.iter().map(|slice| u64::from(slice.n)).sum();
        if !is_beside(&run[0]) || !run.iter().any(is_far) || n < MIN_SHIFTED {
            continue;
        }
        let sum: f64 = run
            .iter()
            .map(|slice| slice.mean() * f64::from(slice.n))
            .sum();
        let mean = sum / n as f64;
        let times = run.iter().map(|slice| off(slice).1);
        clearest = times.fold(clearest, f64::max);
        found.push(Shift {
            start: start(&run[0]),
            end: start(&run[run.len() - 1]) + width,
            score: (ALARM + OCTAVE * (mean - usual - LEAST_SHIFT)).clamp(ALARM, MOST),
            usual: math::exp2(usual),
            value: math::exp2(mean),
            n,
        });
    }
    (clearest, found)
}

/// The longest stretch over which values rise, if there is one.
#[must_use]
pub fn rise(course: &Course, width: i64, unit: Unit) -> Option<Rise> {
    if course.fall_share() < LEAST_FALLS {
        return None;
    }
    let (first, last) = (course.slices().first()?, course.slices().last()?);
    let span = last.start.number().saturating_sub(first.start.number());
    let n_wanted = span / width / MAX_RISE_SLICES as i64 + 1;
    let width = width * n_wanted;
    let cut = course.cut(width);
    let stretches = without_falls(cut.slices());
    let longest = stretches.max_by_key(|stretch| stretch.len())?;
    let n: u64 = longest.iter().map(|slice| u64::from(slice.n)).sum();
    if longest.len() < MIN_SLICES || n < MIN_VALUES {
        return None;
    }
    let at = |slice: &Slice| (slice.start.number() - longest[0].start.number()) as f64;
    let (mut sum, mut slopes) = (0_i64, Vec::new());
    for (idx, a) in longest.iter().enumerate() {
        for b in &longest[idx + 1..] {
            let by = b.mean() - a.mean();
            sum += match by.total_cmp(&0.0) {
                Ordering::Greater => 1,
                Ordering::Less => -1,
                Ordering::Equal => 0,
            };
            slopes.push((by / (at(b) - at(a)), 1.0));
        }
    }
    let len = longest.len() as f64;
    let deviation = math::sqrt(len * (len - 1.0) * (2.0 * len + 5.0) / 18.0);
    let tau = sum as f64 / slopes.len() as f64;
    let slope = math::weighted_quantile(&mut slopes, 0.5)?;
    let end = at(&longest[longest.len() - 1]);
    let octaves = slope * end;
    if (sum as f64) < FAR * deviation || tau < LEAST_TAU || octaves < LEAST_RISE {
        return None;
    }
    let mut levels: Vec<(f64, f64)> = (longest.iter())
        .map(|slice| (slice.mean() - slope * at(slice), 1.0))
        .collect();
    let level = math::weighted_quantile(&mut levels, 0.5)?;
    let start = longest[0].start.number();
    let (from, to) = (math::exp2(level), math::exp2(level + octaves));
    if unit == Unit::Micros && CLOCK.contains(&((to - from) / end)) {
        return None;
    }
    Some(Rise {
        start,
        end: start + end as i64 + width,
        from,
        to,
        n,
    })
}

/// Stretches in which values do not fall by an octave below the largest mean of the stretch.
fn without_falls(slices: &[Slice]) -> impl Iterator<Item = &[Slice]> {
    let mut highest = f64::NEG_INFINITY;
    slices.chunk_by(move |before, slice| {
        highest = highest.max(before.mean());
        let is_on = slice.mean() > highest - FALL;
        if !is_on {
            highest = f64::NEG_INFINITY;
        }
        is_on
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::FileId;
    use crate::base::time::{HOUR, MINUTE, Timestamp};
    use crate::base::written::Written;
    use crate::featurize::amounts::LargeValue;

    /// A value every twenty seconds for ten hours, `f` of the minute it falls into and of some noise from 0 to 1.
    fn course(f: impl Fn(i64, f64) -> f64) -> Course {
        let (mut course, mut latest) = (Course::default(), None);
        for i in 0..1800_u64 {
            let at = i as i64 * MINUTE / 3;
            let noise = (i * 7919 % 1009) as f64 / 1009.0;
            let record = LargeValue {
                value: f(at / MINUTE, noise),
                time: Some(Written::instant(Timestamp(at))),
                file: FileId(0),
                line: i,
                offset: i,
            };
            course.add(record, &mut latest);
        }
        course
    }

    /// Microseconds from 2 to 900 thousand, most of them small.
    fn usual(noise: f64) -> f64 {
        2e3 + 9e5 * noise * noise * noise
    }

    #[test]
    fn twelve_slow_minutes_are_found() {
        let slow = |minute: i64| (300..312).contains(&minute);
        let course = course(|minute, noise| usual(noise) * if slow(minute) { 30.0 } else { 1.0 });
        let found = shifts(&course, MINUTE);
        let [shift] = found[..] else {
            panic!("{found:?}")
        };
        assert!(
            shift.start >= 295 * MINUTE && shift.start <= 301 * MINUTE,
            "{shift:?}"
        );
        assert!(
            shift.end >= 311 * MINUTE && shift.end <= 320 * MINUTE,
            "{shift:?}"
        );
        assert!(
            shift.score > 60.0 && shift.value / shift.usual > 10.0,
            "{shift:?}"
        );
    }

    #[test]
    fn what_is_usual_is_no_shift() {
        assert_eq!(shifts(&course(|_, noise| usual(noise)), MINUTE), []);
        assert_eq!(shifts(&course(|_, _| 5.0), MINUTE), []);
        assert_eq!(shifts(&course(|_, _| 0.0), MINUTE), []);
        // A single value says nothing of its time.
        let one = course(|minute, noise| {
            if minute == 99 && noise > 0.6 {
                1e9
            } else {
                usual(noise)
            }
        });
        assert_eq!(shifts(&one, MINUTE), []);
        // Slow every other hour, as when a job runs.
        let jobs =
            course(|minute, noise| usual(noise) * if minute / 60 % 2 == 0 { 30.0 } else { 1.0 });
        assert_eq!(shifts(&jobs, MINUTE), []);
        assert_eq!(shifts(&Course::default(), MINUTE), []);
    }

    #[test]
    fn what_leaks_rises_until_it_starts_again() {
        let leaky = |minute: i64| {
            if (60..500).contains(&minute) {
                minute - 60
            } else {
                0
            }
        };
        let course = course(|minute, noise| 700e6 + leaky(minute) as f64 * 7e6 + noise * 300e6);
        let rise = rise(&course, MINUTE, Unit::Bytes).unwrap();
        assert!(
            rise.end >= 490 * MINUTE && rise.end <= 510 * MINUTE,
            "{rise:?}"
        );
        assert!(rise.from < 1.2e9 && rise.to > 2.5e9, "{rise:?}");
    }

    #[test]
    fn neither_noise_nor_a_counter_rises() {
        assert_eq!(
            rise(&course(|_, noise| usual(noise)), MINUTE, Unit::Micros),
            None
        );
        assert_eq!(
            rise(
                &course(|minute, _| 1e6 + minute as f64 * 1e5),
                MINUTE,
                Unit::Bytes
            ),
            None
        );
        let slight = course(|minute, noise| 1e6 + minute as f64 * 1e3 + noise * 1e5);
        assert_eq!(rise(&slight, HOUR, Unit::Bytes), None);
    }
}
