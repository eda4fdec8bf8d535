//! Records outside a stretch → what is usual of one kind of message.

use super::stretch::Stretch;
use crate::base::math;

/// What is usual of one kind.
pub(super) struct Usual {
    pub(super) rate: f64,
    pub(super) dispersion: f64,
}

/// What is usual in the slices outside a stretch.
pub(super) fn usual(counts: &[u32], except: Option<Stretch>) -> Usual {
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
pub(super) fn burst(within: &[u32]) -> f64 {
    let mut bursts: Vec<f64> = within.iter().map(|n| f64::from(*n)).collect();
    bursts.retain(|n| *n > 0.0);
    if bursts.len() * 2 > within.len() {
        return 1.0;
    }
    quantile(&mut bursts, 0.5).max(1.0)
}

/// Quantiles of the records in stretches of the same length outside of one.
pub(super) fn usual_sums(counts: &[u32], stretch: Stretch) -> Option<(u64, u64)> {
    let before = counts[..stretch.first].rchunks_exact(stretch.len());
    let after = counts[stretch.last + 1..].chunks_exact(stretch.len());
    let mut sums: Vec<f64> = before.chain(after).map(|n| sum(n) as f64).collect();
    (sums.len() >= 4).then(|| {
        let low = quantile(&mut sums, 0.05);
        (low as u64, quantile(&mut sums, 0.95) as u64)
    })
}

pub(super) fn sum(counts: &[u32]) -> u64 {
    counts.iter().map(|n| u64::from(*n)).sum()
}

/// The value at a share of the sorted values; sorts them; 0 when there are none.
pub(super) fn quantile(values: &mut [f64], q: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values
        .get((last as f64 * q + 0.5) as usize)
        .copied()
        .unwrap_or(0.0)
}
