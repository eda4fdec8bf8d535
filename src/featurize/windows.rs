//! The merged tally → one row of features per window of time, gaps included: silence is a window with no record.
//!
//! A window is 5 minutes wide unless told otherwise. A short log gets narrower ones until it has 60 of them, a long
//! log wider ones until it has at most 20,000. Windows stand on the clock (12:00, 12:05 …), so their borders do not
//! move when a line is added at the front.
//!
//! Distinct addresses and users are exact up to 100,000 in each bin of the tally that a window consists of, or fewer where the
//! whole log has too many to keep; beyond that they are estimated, and so is the entropy ([`super::tally::sketch`]).
//!
//! One record in 1970 or 2999 must not stretch the analysed range over centuries: where the whole range would give
//! more than 20,000 windows and all but a thousandth of the records (or a handful of a small log) lie within a
//! tenth of it, only that part is cut into windows, and the records outside are counted.

use ndarray::Array2;

use crate::base::math;
use crate::base::time::{DAY, HOUR, SECOND, Timestamp};
use crate::error::{FitError, ParamsError};

use super::tally::{Bin, Counts, Gaps, N_LEVELS, Sketch, Tally, WIDTHS, compact, width_us};

/// Width in seconds where nothing speaks against it.
const DEFAULT_SECONDS: u32 = 300;
/// Windows a short log should have.
const ENOUGH: i64 = 60;
/// Windows a long log may have.
pub const MAX_WINDOWS: u32 = 20_000;

/// Columns of [`Windows::rows`].
pub mod feature {
    /// Records.
    pub const EVENTS: usize = 0;
    /// Distinct users.
    pub const USERS: usize = 1;
    /// Distinct addresses.
    pub const IPS: usize = 2;
    /// (σ − μ) / (σ + μ) of the inter-arrival times, −1 to 1.
    pub const BURSTINESS: usize = 3;
    /// Failed logins.
    pub const FAILED_LOGINS: usize = 4;
    /// Shannon entropy of the addresses in bits.
    pub const IP_ENTROPY: usize = 5;
    /// Records of level ERROR or FATAL.
    pub const ERRORS: usize = 6;
    /// Share of the records that are errors, 0 to 1.
    pub const ERROR_SHARE: usize = 7;
    /// Sine of the time of day (UTC) of the window's middle.
    pub const DAY_SINE: usize = 8;
    /// Cosine of the time of day (UTC) of the window's middle.
    pub const DAY_COSINE: usize = 9;
    /// Sine of the place in the week (UTC, from Monday) of the window's middle.
    pub const WEEK_SINE: usize = 10;
    /// Cosine of the place in the week (UTC, from Monday) of the window's middle.
    pub const WEEK_COSINE: usize = 11;
    /// Records of level TRACE or DEBUG.
    pub const DEBUG: usize = 12;
    /// Records of level INFO or NOTICE.
    pub const INFO: usize = 13;
    /// Records of level WARN.
    pub const WARNINGS: usize = 14;
    /// Distinct templates; counted once templates are known.
    pub const TEMPLATES: usize = 15;
    /// Templates that were never said before; counted once templates are known.
    pub const NEW_TEMPLATES: usize = 16;
    /// Number of features.
    pub const COUNT: usize = 17;

    /// Names for people, with units.
    pub const NAMES: [&str; COUNT] = [
        "events",
        "unique users",
        "unique IPs",
        "burstiness (-1 to 1)",
        "failed logins",
        "IP entropy (bits)",
        "errors",
        "error share (0 to 1)",
        "time of day (sine)",
        "time of day (cosine)",
        "weekday (sine)",
        "weekday (cosine)",
        "debug events",
        "info events",
        "warnings",
        "patterns",
        "new patterns",
    ];

    /// Whether a feature counts something; others measure.
    #[must_use]
    pub fn is_count(col: usize) -> bool {
        !matches!(col, BURSTINESS | IP_ENTROPY | ERROR_SHARE..=WEEK_COSINE)
    }
}

/// How windows are cut, unchecked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WindowsParams {
    /// Width in seconds (1 to 86400); `None`: chosen by the length of the log.
    pub window_seconds: Option<u32>,
}

/// How windows are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowsValidParams {
    window_seconds: Option<u32>,
}

impl WindowsParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// `windowSeconds` outside 1 to 86400.
    pub fn check(self) -> Result<WindowsValidParams, ParamsError> {
        match self.window_seconds {
            Some(seconds) if !(1..=86_400).contains(&seconds) => Err(ParamsError {
                option: "windowSeconds",
                expected: "1 to 86400 seconds",
                actual: seconds.to_string(),
            }),
            window_seconds => Ok(WindowsValidParams { window_seconds }),
        }
    }
}

/// Why windows are not as wide as was asked for, or as usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WidthNote {
    /// The log is too short for 60 windows of 5 minutes.
    Narrowed,
    /// The log is so long that narrower windows would be more than [`MAX_WINDOWS`].
    Widened,
    /// The width that was asked for is no multiple of the bins in which so large a log was counted, or would give
    /// more than [`MAX_WINDOWS`] windows.
    NotAsAsked {
        /// What was asked for, in seconds.
        asked: u32,
    },
}

/// A log cut into windows of equal width without gaps between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Windows {
    /// Start of the first window.
    pub start: Timestamp,
    /// Width of each window in microseconds.
    pub width_us: i64,
    /// Name of each column, for people, with units.
    pub names: [&'static str; feature::COUNT],
    /// One row a window, columns as in [`feature`].
    pub rows: Array2<f64>,
    /// Records of each window by level: none, then TRACE to FATAL.
    pub by_level: Vec<[u32; N_LEVELS]>,
    /// First and last record within the windows.
    pub covered: (Timestamp, Timestamp),
    /// Records with a time so far from all others that no window holds them.
    pub n_outside: u64,
    /// Windows whose distinct addresses or users, and the entropy of the addresses, are estimates, as there are too many.
    pub n_estimated: u32,
    /// Set where the width is not the usual 5 minutes, or not the one asked for.
    pub note: Option<WidthNote>,
}

impl Windows {
    /// Windows.
    #[must_use]
    pub fn n_windows(&self) -> u32 {
        self.rows.nrows() as u32
    }

    /// Start of window `idx`.
    #[must_use]
    pub fn start_of(&self, idx: u32) -> Timestamp {
        Timestamp(
            self.start
                .0
                .saturating_add(self.width_us.saturating_mul(i64::from(idx))),
        )
    }

    /// End of window `idx`, exclusive.
    #[must_use]
    pub fn end_of(&self, idx: u32) -> Timestamp {
        Timestamp(self.start_of(idx).0 + self.width_us)
    }

    /// The window that holds `t`; `None` outside the analysed range.
    #[must_use]
    pub fn index_of(&self, t: Timestamp) -> Option<u32> {
        let idx = t.0.checked_sub(self.start.0)?.div_euclid(self.width_us);
        u32::try_from(idx)
            .ok()
            .filter(|idx| *idx < self.n_windows())
    }

    /// Notes how many templates were said in each window: `said` has a bit for each template, `n_words` words a window. A window
    /// without bits keeps what it has.
    pub fn count_templates(&mut self, said: &[u64], n_words: usize) {
        for (mut row, bits) in self
            .rows
            .rows_mut()
            .into_iter()
            .zip(said.chunks(n_words.max(1)))
        {
            let n: u32 = bits.iter().map(|word| word.count_ones()).sum();
            row[feature::TEMPLATES] = f64::from(n);
        }
    }

    /// Notes in which windows templates were said for the first time.
    pub fn count_new(&mut self, firsts: impl Iterator<Item = Timestamp>) {
        for first in firsts {
            if let Some(idx) = self.index_of(first) {
                self.rows[[idx as usize, feature::NEW_TEMPLATES]] += 1.0;
            }
        }
    }

    /// Templates that were never said before these windows; none where the log begins, as all are new there.
    #[must_use]
    pub fn n_new(&self, windows: std::ops::RangeInclusive<u32>) -> u64 {
        let counted = windows.filter(|idx| (1..self.n_windows()).contains(idx));
        let n_new = |idx: u32| self.rows[[idx as usize, feature::NEW_TEMPLATES]];
        counted.map(n_new).sum::<f64>() as u64
    }

    /// Whether the log begins or ends so far within window `idx` (more than a tenth of it) that few records say
    /// nothing.
    #[must_use]
    pub fn is_partial(&self, idx: u32) -> bool {
        let margin = self.width_us / 10;
        self.covered.0.0 - self.start_of(idx).0 > margin
            || self.end_of(idx).0 - self.covered.1.0 > margin
    }
}

impl WindowsValidParams {
    /// Cuts the log into windows.
    ///
    /// # Errors
    /// [`FitError::NoTime`] when no record has a time.
    pub fn windows(&self, tally: &Tally) -> Result<Windows, FitError> {
        let settled;
        let tally = if tally.is_settled() {
            tally
        } else {
            settled = tally.clone().settled();
            &settled
        };
        let Some((earliest, latest)) = tally.span() else {
            return Err(FitError::NoTime);
        };
        let bin_idx = tally.width_idx();
        let bin_us = width_us(bin_idx);
        let mut bins = tally.bins();
        if n_windows(earliest.0, latest.0, width_us(bin_idx.max(4))) > i64::from(MAX_WINDOWS) {
            bins = &bins[dense_part(bins, bin_us)];
        }
        let n_kept: u64 = bins.iter().map(n_records).sum();
        // Without bins at the far ends, the ends of the range are known to the width of a bin only.
        let first = (bins[0].index * bin_us).max(earliest.0);
        let last = ((bins[bins.len() - 1].index + 1) * bin_us - 1).min(latest.0);
        let (width_us, note) = self.width(first, last, bin_idx);

        let start = first.div_euclid(width_us) * width_us;
        let n = n_windows(first, last, width_us) as usize;
        let mut rows = Array2::zeros((n, feature::COUNT));
        let mut by_level = vec![[0; N_LEVELS]; n];
        // Gaps whose ends share a bin of the narrowest chain width that is not below the window's width belong
        // together.
        let gap_idx = (0..WIDTHS.len()).find(|idx| super::tally::width_us(*idx) >= width_us);
        let gap_idx = gap_idx.unwrap_or(WIDTHS.len() - 1);
        let mut scratch = Scratch::default();
        let mut n_estimated = 0;
        let window_of = |bin: &Bin| ((bin.index * bin_us - start).div_euclid(width_us)) as usize;
        for bins in bins.chunk_by(|a, b| window_of(a) == window_of(b)) {
            let idx = window_of(&bins[0]);
            by_level[idx] = scratch.fill(bins, gap_idx, rows.row_mut(idx));
            n_estimated += u32::from(scratch.ips.is_estimate || scratch.users.is_estimate);
        }
        for (idx, mut row) in rows.rows_mut().into_iter().enumerate() {
            let middle = start + width_us * idx as i64 + width_us / 2;
            let angle = std::f64::consts::TAU * middle.rem_euclid(DAY) as f64 / DAY as f64;
            row[feature::DAY_SINE] = math::sin(angle);
            row[feature::DAY_COSINE] = math::cos(angle);
            // 1970 began on a Thursday.
            let of_week = (middle + 3 * DAY).rem_euclid(7 * DAY) as f64 / (7 * DAY) as f64;
            row[feature::WEEK_SINE] = math::sin(std::f64::consts::TAU * of_week);
            row[feature::WEEK_COSINE] = math::cos(std::f64::consts::TAU * of_week);
        }
        Ok(Windows {
            start: Timestamp(start),
            width_us,
            names: feature::NAMES,
            rows,
            by_level,
            covered: (Timestamp(first), Timestamp(last)),
            n_outside: tally.n_timed() - n_kept,
            n_estimated,
            note,
        })
    }

    /// Width in microseconds for a log from `first` to `last` counted in bins of `WIDTHS[bin_idx]`.
    fn width(self, first: i64, last: i64, bin_idx: usize) -> (i64, Option<WidthNote>) {
        if let Some(seconds) = self.window_seconds {
            let width = i64::from(seconds) * SECOND;
            if seconds.is_multiple_of(WIDTHS[bin_idx])
                && n_windows(first, last, width) <= i64::from(MAX_WINDOWS)
            {
                return (width, None);
            }
        }
        let usual = if let Some(asked) = self.window_seconds {
            (0..WIDTHS.len())
                .find(|idx| WIDTHS[*idx] >= asked)
                .unwrap_or(0)
        } else {
            (0..=4)
                .rev()
                .find(|idx| n_windows(first, last, width_us(*idx)) >= ENOUGH)
                .unwrap_or(0)
        };
        let mut idx = usual.max(bin_idx);
        while idx + 1 < WIDTHS.len()
            && n_windows(first, last, width_us(idx)) > i64::from(MAX_WINDOWS)
        {
            idx += 1;
        }
        let width = width_us(idx);
        let default = i64::from(DEFAULT_SECONDS) * SECOND;
        let note = match self.window_seconds {
            Some(asked) => Some(WidthNote::NotAsAsked { asked }),
            None if width > default => Some(WidthNote::Widened),
            None if width < default => Some(WidthNote::Narrowed),
            None => None,
        };
        (width, note)
    }
}

fn n_windows(first: i64, last: i64, width_us: i64) -> i64 {
    last.div_euclid(width_us)
        .saturating_sub(first.div_euclid(width_us))
        .saturating_add(1)
}

fn n_records(bin: &Bin) -> u64 {
    bin.by_level.iter().map(|n| u64::from(*n)).sum()
}

/// The bins that hold all but a few records in a far shorter range, or all of them when there is no such range.
fn dense_part(bins: &[Bin], bin_us: i64) -> std::ops::Range<usize> {
    let total: u64 = bins.iter().map(n_records).sum();
    let n_spared = (total / 1000).max((total / 20).min(5));
    let distance = |a: usize, b: usize| bins[b].index - bins[a].index;
    // The shortest range that holds enough, with two pointers.
    let (mut best, mut from, mut held) = (0..bins.len(), 0, 0);
    for until in 0..bins.len() {
        held += n_records(&bins[until]);
        while held - n_records(&bins[from]) >= total - n_spared {
            held -= n_records(&bins[from]);
            from += 1;
        }
        if held >= total - n_spared && distance(from, until) < distance(best.start, best.end - 1) {
            best = from..until + 1;
        }
    }
    let core = distance(best.start, best.end - 1);
    if core > distance(0, bins.len() - 1) / 10 {
        return 0..bins.len();
    }
    // Records just outside belong to the log as well: only those behind a wide gap are strays.
    let reach = (core / 10).max(HOUR / bin_us);
    while best.start > 0 && distance(best.start - 1, best.start) <= reach {
        best.start -= 1;
    }
    while best.end < bins.len() && distance(best.end - 1, best.end) <= reach {
        best.end += 1;
    }
    best
}

/// Buffers that are reused from window to window.
#[derive(Default)]
struct Scratch {
    ips: Crowd,
    users: Crowd,
}

/// Identities of a window.
#[derive(Default)]
struct Crowd {
    entries: Vec<(u64, u32)>,
    sketch: Sketch,
    /// A bin had too many of them, so all of them are in the sketch.
    is_estimate: bool,
}

impl Crowd {
    /// Gathers those of `counts`.
    fn fill<'a>(&mut self, counts: impl Iterator<Item = &'a Counts>) {
        self.entries.clear();
        self.is_estimate = false;
        for counts in counts {
            match counts {
                Counts::Exact(exact) => self.entries.extend_from_slice(exact.entries()),
                Counts::Sketch(sketch) => {
                    if !self.is_estimate {
                        self.sketch = Sketch::default();
                        self.is_estimate = true;
                    }
                    self.sketch.merge(sketch);
                }
            }
        }
        if self.is_estimate {
            for (identity, n) in self.entries.drain(..) {
                self.sketch.add(identity, n);
            }
        } else {
            compact(&mut self.entries);
        }
    }

    fn n_distinct(&self) -> f64 {
        if self.is_estimate {
            self.sketch.n_distinct()
        } else {
            self.entries.len() as f64
        }
    }

    fn entropy_bits(&self) -> f64 {
        if self.is_estimate {
            self.sketch.entropy_bits()
        } else {
            entropy_bits(&self.entries)
        }
    }
}

impl Scratch {
    /// Writes the features of a window that consists of `bins` into `row`; returns its records by level.
    fn fill(
        &mut self,
        bins: &[Bin],
        gap_idx: usize,
        mut row: ndarray::ArrayViewMut1<'_, f64>,
    ) -> [u32; N_LEVELS] {
        self.ips.fill(bins.iter().map(|bin| &bin.ips));
        self.users.fill(bins.iter().map(|bin| &bin.users));
        let mut by_level = [0_u32; N_LEVELS];
        let mut gaps = Gaps::default();
        let mut n_failed_logins = 0.0;
        for bin in bins {
            for (sum, n) in by_level.iter_mut().zip(bin.by_level) {
                *sum = sum.saturating_add(n);
            }
            n_failed_logins += f64::from(bin.n_failed_logins);
            gaps.merge(bin.gaps);
            let held = bin
                .crossing
                .iter()
                .filter(|entry| usize::from(entry.0) <= gap_idx);
            held.for_each(|entry| gaps.merge(entry.1));
        }
        let events: f64 = by_level.iter().map(|n| f64::from(*n)).sum();
        let of_levels = |levels: std::ops::RangeInclusive<usize>| -> f64 {
            by_level[levels].iter().map(|n| f64::from(*n)).sum()
        };
        let errors = of_levels(6..=7);
        row[feature::DEBUG] = of_levels(1..=2);
        row[feature::INFO] = of_levels(3..=4);
        row[feature::WARNINGS] = of_levels(5..=5);
        row[feature::EVENTS] = events;
        row[feature::USERS] = self.users.n_distinct();
        row[feature::IPS] = self.ips.n_distinct();
        row[feature::BURSTINESS] = burstiness(gaps);
        row[feature::FAILED_LOGINS] = n_failed_logins;
        row[feature::IP_ENTROPY] = self.ips.entropy_bits();
        row[feature::ERRORS] = errors;
        row[feature::ERROR_SHARE] = if events > 0.0 { errors / events } else { 0.0 };
        by_level
    }
}

/// (σ − μ) / (σ + μ): −1 for a clockwork, 0 for a Poisson process, towards 1 for bursts; 0 where that is not
/// defined.
///
/// Goh and Barabási, "Burstiness and memory in complex systems" (2008).
fn burstiness(gaps: Gaps) -> f64 {
    if gaps.n < 2 || gaps.sum == 0 {
        return 0.0;
    }
    let (n, sum) = (u128::from(gaps.n), u128::from(gaps.sum));
    // n²σ² in integers, as far as they reach: the difference of two large squares is where floats lose their
    // digits.
    let spread = if let (Some(a), Some(b)) = (n.checked_mul(gaps.sum_sq), sum.checked_mul(sum)) {
        math::sqrt(a.saturating_sub(b) as f64)
    } else {
        let (n, sum) = (n as f64, sum as f64);
        math::sqrt((n * gaps.sum_sq as f64 - sum * sum).max(0.0))
    };
    (spread - sum as f64) / (spread + sum as f64)
}

/// Shannon entropy in bits of a distribution given as counts.
fn entropy_bits(counts: &[(u64, u32)]) -> f64 {
    if counts.len() < 2 {
        return 0.0;
    }
    let total: f64 = counts.iter().map(|entry| f64::from(entry.1)).sum();
    let weighted: f64 = counts
        .iter()
        .map(|entry| f64::from(entry.1) * math::log2(f64::from(entry.1)))
        .sum();
    (math::log2(total) - weighted / total).max(0.0)
}

#[cfg(test)]
mod tests;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod properties;
