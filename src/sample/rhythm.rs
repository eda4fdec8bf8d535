//! Time span → when the i-th of n lines is written: busier by day than by night, uneven from minute to minute, silent in gaps.
//!
//! The intensity is constant within short segments; its integral is inverted by table. That gives exactly n lines over the span
//! in the order of time, without storing them.

use super::dice::Dice;
use crate::base::math;
use crate::base::time::{DAY, HOUR, MINUTE};

/// A half-open span of time in microseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: i64,
    pub(super) end: i64,
}

impl Span {
    pub(super) fn len(self) -> i64 {
        self.end - self.start
    }

    pub(super) fn contains(self, at: i64) -> bool {
        self.start <= at && at < self.end
    }

    /// The instant at `share` (0 to 1) of the span.
    pub(super) fn at(self, share: f64) -> i64 {
        self.start + (self.len() as f64 * share) as i64
    }
}

/// Cumulative share of the lines at the segment borders.
pub(super) struct Rhythm {
    borders: Vec<i64>,
    cumulative: Vec<f64>,
}

impl Rhythm {
    /// `swing` (0 to 1) is how much quieter the night is, `gaps` are in order and apart.
    pub(super) fn new(span: Span, gaps: &[Span], swing: f64, dice: &mut Dice) -> Self {
        let step = (span.len() / 64).clamp(1, 5 * MINUTE);
        let mut borders = vec![span.start];
        let mut cumulative = vec![0.0];
        let mut total = 0.0;
        let mut at = span.start;
        while at < span.end {
            let gap = gaps.iter().find(|gap| gap.contains(at));
            let next_gap = gaps.iter().map(|gap| gap.start).find(|start| *start > at);
            let next = match gap {
                Some(gap) => gap.end.min(span.end),
                None => (at + step).min(next_gap.unwrap_or(span.end)).min(span.end),
            };
            if gap.is_none() {
                // Quietest at 03:00, busiest at 15:00.
                let phase = (at.rem_euclid(DAY) - 9 * HOUR) as f64 / DAY as f64;
                let day = 1.0 + swing * math::sin(phase * core::f64::consts::TAU);
                total += day * (0.8 + 0.4 * dice.unit()) * (next - at) as f64;
            }
            borders.push(next);
            cumulative.push(total);
            at = next;
        }
        for share in &mut cumulative {
            *share /= total.max(1.0);
        }
        Self {
            borders,
            cumulative,
        }
    }

    /// When `share` (0 to 1) of all lines has been written.
    pub(super) fn time_of(&self, share: f64) -> i64 {
        let last = self.borders.len() - 1;
        let idx = self
            .cumulative
            .partition_point(|c| *c <= share)
            .clamp(1, last);
        let (c0, c1) = (self.cumulative[idx - 1], self.cumulative[idx]);
        let within = if c1 > c0 {
            ((share - c0) / (c1 - c0)).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let (t0, t1) = (self.borders[idx - 1], self.borders[idx]);
        t0 + ((t1 - t0) as f64 * within) as i64
    }
}
