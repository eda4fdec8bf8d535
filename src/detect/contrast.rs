//! How often something is counted on two sides → whether the sides differ by more than chance.
//!
//! If nothing differs, each of the `n` records of a row falls on the first side with the probability of that side's weight: its
//! length of time where rates are asked for, its records where shares are. So the count of the first side is binomial, and the
//! probability of one as far off is exact however few records there are (Przyborowski and Wilenski, "Homogeneity of results in
//! testing samples from Poisson series", 1940). Where enough of them are expected everywhere it is Pearson's chi-squared, which
//! for shares also knows that no row has more records than there are in all.
//!
//! Records that come in bursts are not as many independent ones: both counts are divided by the dispersion, the variance of the
//! counts in equal slices of a side over what chance gives (`McCullagh` and Nelder, "Generalized Linear Models", 1989).

use super::significance::chi_squared_at_least;
use crate::base::math;

/// Expected counts from which on chi-squared stands for the exact probability (Cochran, 1954).
const ENOUGH: f64 = 5.0;
/// Steps of the continued fraction; it needs about √n of them.
const MAX_STEPS: u32 = 10_000;
/// Relative error at which it ends.
const EPSILON: f64 = 1e-15;
/// What stands for 0 in a denominator.
const TINY: f64 = 1e-300;

/// What is counted on two sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counts {
    /// Records of the row on each side.
    pub n: [f64; 2],
    /// What each side weighs, in any unit: seconds, or all its records.
    pub weights: [f64; 2],
    /// Records there are in all, of which the row has its share; infinite where rates are asked for.
    pub n_all: f64,
    /// How much more the counts vary than by chance; 1 where they do not.
    pub dispersion: f64,
}

/// How far the sides are from alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// Probability by chance.
    pub p: f64,
    /// Chi-squared, to tell apart what is too unlikely for a number.
    pub chi_squared: f64,
}

impl Counts {
    /// Compares the two sides.
    #[must_use]
    pub fn compare(&self) -> Verdict {
        let dispersion = self.dispersion.max(1.0);
        let [a, b] = self.n.map(|n| n / dispersion);
        let (n, n_all) = (a + b, self.n_all / dispersion);
        let weight = self.weights[0] + self.weights[1];
        let share = self.weights[0] / weight;
        // Where a side weighs nothing there is nothing to compare.
        if n <= 0.0 || share.is_nan() || share <= 0.0 || share >= 1.0 {
            return Verdict {
                p: 1.0,
                chi_squared: 0.0,
            };
        }
        let rest = (1.0 - n / n_all).max(0.0);
        let off = a - n * share;
        let chi_squared = if rest > 0.0 {
            off * off / (n * share * (1.0 - share) * rest)
        } else {
            0.0
        };
        let rarer = n.min(n_all - n);
        let p = if rarer * share.min(1.0 - share) >= ENOUGH {
            chi_squared_at_least(chi_squared)
        } else if n <= n_all - n {
            two_sided(a, b, share)
        } else {
            // Nearly all records are of this row: those that are not say more.
            let others = [0, 1].map(|side| (self.weights[side] - self.n[side]) / dispersion);
            two_sided(others[0].max(0.0), others[1].max(0.0), share)
        };
        Verdict { p, chi_squared }
    }

    /// The smallest probability that as many records could have had, wherever they had been.
    #[must_use]
    pub fn least_p(&self) -> f64 {
        let n = self.n[0] + self.n[1];
        let all_on = |n: [f64; 2]| Self { n, ..*self }.compare().p;
        all_on([n, 0.0]).min(all_on([0.0, n]))
    }
}

/// How much more the counts of both sides vary than by chance, at least 1: that of the steadier side, so that what goes on all
/// the time on both weighs less, and what only one of them has counts in full. For each side (count, expected count) of each
/// slice, where slices in which none is expected say nothing; `rest` is the share of a side's records that are not of the row, 1
/// where rates are asked for.
#[must_use]
pub fn dispersion(sides: [&[(u32, f64)]; 2], rest: [f64; 2]) -> f64 {
    let of_side = |side: usize| {
        let slices = sides[side];
        if rest[side] <= 0.0 {
            return 1.0;
        }
        let (mut sum, mut n_slices) = (0.0, 0_u32);
        for &(n, expected) in slices.iter().filter(|slice| slice.1 > 0.0) {
            let off = f64::from(n) - expected;
            sum += off * off / expected;
            n_slices += 1;
        }
        sum / rest[side] / f64::from(n_slices.max(2) - 1)
    };
    of_side(0).min(of_side(1)).max(1.0)
}

/// Twice the smaller tail of a binomial count `a` out of `a + b`, which need not be whole.
fn two_sided(a: f64, b: f64, share: f64) -> f64 {
    if a + b <= 0.0 {
        return 1.0;
    }
    let [low, high] = [at_least(b, a, 1.0 - share), at_least(a, b, share)];
    (2.0 * low.min(high)).min(1.0)
}

/// Probability that a binomial count is at least `a` where `a + b` have the probability `share` each.
fn at_least(a: f64, b: f64, share: f64) -> f64 {
    if a <= 0.0 {
        1.0
    } else {
        incomplete_beta(a, b + 1.0, share)
    }
}

/// The regularised incomplete beta function (continued fraction by Lentz's method, as in Press et al., "Numerical Recipes",
/// 2007), `a` and `b` > 0.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return f64::from(u8::from(x >= 1.0));
    }
    let ln_beta = math::ln_gamma(a) + math::ln_gamma(b) - math::ln_gamma(a + b);
    let scale = math::exp(a * math::ln(x) + b * math::ln(1.0 - x) - ln_beta);
    let p = if x < (a + 1.0) / (a + b + 2.0) {
        scale * fraction(a, b, x) / a
    } else {
        1.0 - scale * fraction(b, a, 1.0 - x) / b
    };
    p.clamp(0.0, 1.0)
}

fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for step in 1..MAX_STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for numerator in [even, odd] {
            d = 1.0 / away(1.0 + numerator * d);
            c = away(1.0 + numerator / c);
            h *= d * c;
        }
        if (d * c - 1.0).abs() < EPSILON {
            break;
        }
    }
    h
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(n: [f64; 2], weights: [f64; 2], dispersion: f64) -> Counts {
        Counts {
            n,
            weights,
            n_all: f64::INFINITY,
            dispersion,
        }
    }

    #[test]
    fn sides_are_alike_where_rates_are() {
        let alike = rates([100.0, 300.0], [1.0, 3.0], 1.0).compare();
        assert_eq!((alike.p, alike.chi_squared), (1.0, 0.0));
        assert!(rates([100.0, 300.0], [1.0, 1.0], 1.0).compare().p < 1e-9);
        assert_eq!(rates([1.0, 0.0], [1.0, 1.0], 1.0).compare().p, 1.0);
        let five = rates([5.0, 0.0], [1.0, 1.0], 1.0);
        assert!((five.compare().p - 0.0625).abs() < 1e-12);
        assert_eq!(five.least_p(), five.compare().p);
    }

    #[test]
    fn nothing_can_be_said_of_a_side_without_weight() {
        for weights in [[0.0, 1.0], [1.0, 0.0], [0.0, 0.0], [f64::NAN, 1.0]] {
            assert_eq!(rates([9.0, 9.0], weights, 1.0).compare().p, 1.0);
        }
        assert_eq!(rates([0.0, 0.0], [1.0, 1.0], 1.0).compare().p, 1.0);
    }

    #[test]
    fn where_nearly_all_are_of_a_row_the_others_are_counted() {
        let most = Counts {
            n: [996.0, 1000.0],
            weights: [1000.0, 1000.0],
            n_all: 2000.0,
            dispersion: 1.0,
        };
        let few = Counts {
            n: [4.0, 0.0],
            ..most
        };
        assert_eq!(most.compare().p, few.compare().p);
        let all = Counts {
            n: [1000.0, 1000.0],
            ..most
        };
        assert_eq!(all.compare().p, 1.0);
    }

    #[test]
    fn what_bursts_on_both_sides_weighs_less_and_what_bursts_on_one_does_not() {
        let side = |counts: [u32; 8]| counts.map(|n| (n, 4.0));
        let steady = side([4, 5, 3, 4, 4, 5, 3, 4]);
        let bursts = side([16, 0, 0, 0, 16, 0, 0, 0]);
        assert_eq!(dispersion([&steady, &steady], [1.0; 2]), 1.0);
        assert!(dispersion([&bursts, &bursts], [1.0; 2]) > 10.0);
        assert_eq!(dispersion([&bursts, &steady], [1.0; 2]), 1.0);
        assert_eq!(dispersion([&bursts, &[(0, 0.0); 8]], [1.0; 2]), 1.0);
        assert_eq!(dispersion([&[], &bursts], [1.0; 2]), 1.0);
        let most = [32, 30, 34, 32, 30, 34, 32, 32].map(|n| (n, 32.0));
        assert_eq!(dispersion([&most, &most], [1.0; 2]), 1.0);
        assert!(dispersion([&most, &most], [0.01; 2]) > 5.0);
        let calm = rates([32.0, 64.0], [1.0, 1.0], 1.0).compare();
        let burst = rates([32.0, 64.0], [1.0, 1.0], 9.0).compare();
        assert!(calm.p < 0.002 && burst.p > 0.2);
    }
}
