//! Identities with their counts → how many different ones there are and how they are spread, in 8 KiB however many they are.
//!
//! Distinct identities are estimated by `HyperLogLog` (Flajolet, Fusy, Gandouet and Meunier, 2007) with 4096 registers, read by
//! the estimator of Ertl ("New cardinality estimation algorithms for `HyperLogLog` sketches", 2017), which needs no table against
//! the bias of small and large numbers. Its standard error is 1.04 / √4096 = 1.6 %.
//!
//! For the entropy, records are also counted in 1024 buckets by identity. What a bucket has far beyond the usual one is taken as
//! one frequent identity, the rest as spread evenly over all others. That is exact where everybody says the same number
//! of things, and where a few say much and the others the same; elsewhere it is somewhat too large.
//!
//! Registers merge by maximum, buckets by sum: neither order nor grouping matters.

use crate::base::math;

/// Bits of a hash that choose a register.
const PRECISION: u32 = 12;
/// Registers.
pub(super) const N_REGISTERS: usize = 1 << PRECISION;
/// Bits that are left to count zeros in.
const Q: usize = 64 - PRECISION as usize;
/// Buckets in which records are counted.
pub(super) const N_BUCKETS: usize = 1024;
/// A bucket holds a frequent identity where its count lies so many standard deviations of chance above the usual.
const STANDS_OUT: f64 = 4.0;

/// How far an estimate may be off, in percent: three standard errors.
pub const ERROR_PERCENT: u32 = 5;

/// What is left of many identities.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::featurize) struct Sketch {
    /// Longest run of zeros seen, plus one, of the hashes of each register; 0 before the first.
    pub(super) registers: Vec<u8>,
    /// Records by identity, modulo the number of buckets.
    pub(super) buckets: Vec<u32>,
}

impl Default for Sketch {
    fn default() -> Self {
        Self {
            registers: vec![0; N_REGISTERS],
            buckets: vec![0; N_BUCKETS],
        }
    }
}

impl Sketch {
    /// Counts `n` records of an identity.
    #[inline]
    pub(in crate::featurize) fn add(&mut self, identity: u64, n: u32) {
        let hash = spread(identity);
        let register = &mut self.registers[(hash >> Q) as usize];
        // A bit below the remaining ones ends the run of zeros.
        let n_zeros = ((hash << PRECISION) | (1 << (PRECISION - 1))).leading_zeros();
        *register = (*register).max(n_zeros as u8 + 1);
        let bucket = &mut self.buckets[hash as usize % N_BUCKETS];
        *bucket = bucket.saturating_add(n);
    }

    pub(in crate::featurize) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.registers.iter_mut().zip(&other.registers) {
            *mine = (*mine).max(*theirs);
        }
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine = mine.saturating_add(*theirs);
        }
    }

    /// Distinct identities, rounded.
    pub(in crate::featurize) fn n_distinct(&self) -> f64 {
        let mut n_of_rank = [0.0_f64; Q + 2];
        for register in &self.registers {
            n_of_rank[usize::from(*register).min(Q + 1)] += 1.0;
        }
        let m = N_REGISTERS as f64;
        let mut z = m * tau(1.0 - n_of_rank[Q + 1] / m);
        for n in n_of_rank[1..=Q].iter().rev() {
            z = 0.5 * (z + n);
        }
        z += m * sigma(n_of_rank[0] / m);
        (m * m / (2.0 * std::f64::consts::LN_2 * z)).round()
    }

    /// Shannon entropy of the identities in bits, as the module says.
    pub(in crate::featurize) fn entropy_bits(&self) -> f64 {
        let total: f64 = self.buckets.iter().map(|n| f64::from(*n)).sum();
        let n_distinct = self.n_distinct();
        let mut sorted = self.buckets.clone();
        sorted.sort_unstable();
        let usual = &sorted[..N_BUCKETS - N_BUCKETS / 10];
        let usual = usual.iter().map(|n| f64::from(*n)).sum::<f64>() / usual.len() as f64;
        // Identities fall into buckets by chance, and each brings so many records.
        let each = total / n_distinct.max(1.0);
        let fence = usual + STANDS_OUT * math::sqrt(usual * each) + each;
        let (mut weighted, mut n_frequent, mut rest) = (0.0, 0.0, total);
        for n in self.buckets.iter().map(|n| f64::from(*n)) {
            if n > fence {
                weighted += (n - usual) * math::log2(n - usual);
                n_frequent += 1.0;
                rest -= n - usual;
            }
        }
        // The rest is spread evenly over the identities that are not frequent.
        let n_others = (n_distinct - n_frequent).max(1.0).min(rest.max(1.0));
        if rest > 0.0 {
            weighted += rest * math::log2(rest / n_others);
        }
        if total > 0.0 {
            (math::log2(total) - weighted / total).max(0.0)
        } else {
            0.0
        }
    }
}

/// An identity with every bit spread over all bits (the last step of `MurmurHash3`; Appleby, 2011): registers take the upper
/// ones, buckets the lower.
fn spread(identity: u64) -> u64 {
    let mut hash = identity;
    for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
        hash ^= hash >> 33;
        hash = hash.wrapping_mul(factor);
    }
    hash ^ (hash >> 33)
}

/// x + Σ x^(2^k) 2^(k−1): what the registers that are still empty add (Ertl, algorithm 6).
fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

/// What the registers that are full take away (Ertl, algorithm 6).
fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = math::sqrt(x);
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::hash;

    fn sketch(identities: std::ops::Range<u64>) -> Sketch {
        let mut sketch = Sketch::default();
        for n in identities {
            sketch.add(hash::combine(7, n), 1);
        }
        sketch
    }

    #[test]
    fn estimates_keep_within_the_bound_that_is_stated() {
        let bound = f64::from(ERROR_PERCENT) / 100.0;
        for n in [
            1_u64, 10, 600, 5000, 12_000, 20_000, 50_000, 100_000, 200_000, 2_000_000,
        ] {
            for run in 0..3 {
                let first = run << 40;
                let found = sketch(first..first + n).n_distinct();
                let error = found / n as f64 - 1.0;
                assert!(error.abs() <= bound, "{found} of {n}");
            }
        }
        assert_eq!(Sketch::default().n_distinct(), 0.0);
    }

    #[test]
    fn estimates_lean_to_neither_side() {
        // The mean of 40 estimates has a sixth of the error of one.
        for n in [2000_u64, 10_000, 40_000] {
            let sum: f64 = (0..40_u64)
                .map(|run| sketch(run << 40..(run << 40) + n).n_distinct())
                .sum();
            let error = sum / (40 * n) as f64 - 1.0;
            assert!(error.abs() < 0.01, "{error} at {n}");
        }
    }

    #[test]
    fn entropy_sees_who_says_much() {
        let near = |sketch: &Sketch, exact: f64| {
            let found = sketch.entropy_bits();
            assert!((found - exact).abs() < 0.15, "{found}, exactly {exact}");
        };
        let even = sketch(0..200_000);
        near(&even, math::log2(200_000.0));
        // Half of the records are of one.
        let mut one = even.clone();
        one.add(1, 200_000);
        near(&one, 1.0 + 0.5 * math::log2(200_000.0));
        let mut one = Sketch::default();
        one.add(5, 1000);
        assert!(one.entropy_bits() < 1e-9);
        assert_eq!(Sketch::default().entropy_bits(), 0.0);
        near(&sketch(0..600), math::log2(600.0));
    }

    #[test]
    fn neither_order_nor_grouping_matters() {
        let (mut left, right, last) = (sketch(0..3000), sketch(1000..9000), sketch(8000..20_000));
        let whole = {
            let mut all = last.clone();
            let mut others = right.clone();
            others.merge(&left);
            all.merge(&others);
            all
        };
        left.merge(&right);
        left.merge(&last);
        assert_eq!(left, whole);
        assert!((left.n_distinct() / 20_000.0 - 1.0).abs() < 0.05);
    }
}
