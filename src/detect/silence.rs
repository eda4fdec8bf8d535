//! Records per window → stretches without any record where there should have been some.
//!
//! A detector that compares single windows cannot see that a quiet log is quiet, nor that five empty windows in a
//! row are worse than one. Here a stretch of empty windows is measured by the records that are missing from it: its
//! length times the median of the dozen windows around it that are not empty. It counts only where emptiness is not
//! how the log is: the stretch must be three times as long as the median stretch, unless there are no more than
//! three, and where more than a tenth of the other windows are empty, it counts for less, in proportion. A stretch
//! longer than the rest of the log counts for less as well: too little is known of how the log usually is. 10
//! missing records give 50, 100 give 100, on a logarithmic scale.

use crate::base::math;
use crate::base::order::Arrange;

/// Windows that are not empty and are looked at on each side of a stretch.
const AROUND: usize = 6;

/// Share of the other windows that may be empty without making silence usual.
const USUALLY_EMPTY: f64 = 0.1;

/// A stretch without records.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Silence {
    /// First empty window.
    pub first: u32,
    /// Empty windows.
    pub n_windows: u32,
    /// Records that would have been usual.
    pub n_missing: f64,
    /// 0 to 100.
    pub score: f64,
}

/// The stretches of empty windows that are unusual for this log (score above 0), in the order of time.
#[must_use]
pub fn silences(events: &[f64]) -> Vec<Silence> {
    let stretches = empty_stretches(events);
    let mut lengths: Vec<usize> = stretches.iter().map(|(_, n)| *n).collect();
    lengths.arrange();
    let n_empty: usize = lengths.iter().sum();
    let usual_length = if lengths.len() > 3 {
        lengths[lengths.len() / 2] * 3
    } else {
        0
    };
    stretches
        .into_iter()
        .filter(|(_, n)| *n >= usual_length)
        .map(|(first, n)| {
            let n_missing = median_around(events, first, n) * n as f64;
            let score = 50.0 * math::ln(n_missing.max(1.0)) / std::f64::consts::LN_10;
            let empty_share = (n_empty - n) as f64 / (events.len() - n).max(1) as f64;
            let n_others = (events.len() - n) as f64;
            let damping =
                USUALLY_EMPTY / empty_share.max(USUALLY_EMPTY) * (n_others / n as f64).min(1.0);
            Silence {
                first: first as u32,
                n_windows: n as u32,
                n_missing,
                score: score.clamp(0.0, 100.0) * damping,
            }
        })
        .filter(|silence| silence.score > 0.0)
        .collect()
}

/// (first window, windows) of each maximal stretch without records.
fn empty_stretches(events: &[f64]) -> Vec<(usize, usize)> {
    let mut stretches = Vec::new();
    let mut first = 0;
    for run in events.chunk_by(|a, b| (*a == 0.0) == (*b == 0.0)) {
        if run[0] == 0.0 {
            stretches.push((first, run.len()));
        }
        first += run.len();
    }
    stretches
}

fn median_around(events: &[f64], first: usize, n: usize) -> f64 {
    let before = events[..first]
        .iter()
        .rev()
        .filter(|n| **n > 0.0)
        .take(AROUND);
    let after = events[first + n..]
        .iter()
        .filter(|n| **n > 0.0)
        .take(AROUND);
    let mut pairs: Vec<(f64, f64)> = before.chain(after).map(|n| (*n, 1.0)).collect();
    math::weighted_quantile(&mut pairs, 0.5).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_in_a_busy_log_is_silence() {
        let mut events = vec![30.0; 100];
        events[40..44].fill(0.0);
        let found = silences(&events);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].first, found[0].n_windows, found[0].n_missing),
            (40, 4, 120.0)
        );
        assert_eq!(found[0].score, 100.0);
    }

    #[test]
    fn a_log_that_is_mostly_empty_is_not_silent() {
        let sparse: Vec<f64> = (0..100)
            .map(|i| if i % 4 == 0 { 20.0 } else { 0.0 })
            .collect();
        assert_eq!(silences(&sparse), []);
        let mut one_long = sparse;
        one_long[20..50].fill(0.0);
        assert!(silences(&one_long)[0].score < 50.0);
        assert_eq!(silences(&[]), []);
        assert!(silences(&[0.0; 9]).is_empty());
    }

    #[test]
    fn a_slow_log_may_pause() {
        let mut events = vec![2.0; 100];
        events[50] = 0.0;
        assert!(silences(&events)[0].score < 50.0);
    }
}
