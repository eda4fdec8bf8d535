//! Counts → how likely it is that chance alone made them.
//!
//! Tails of the Poisson distribution by the incomplete gamma function (series and Lentz's continued fraction, as in
//! Press et al., "Numerical Recipes", 2007), and the correction for looking at many things at once (Benjamini and Hochberg,
//! "Controlling the false discovery rate", 1995).

use crate::base::math;
use crate::base::order::Arrange;

/// Steps of a series or a continued fraction; near their border both need about √a.
const MAX_STEPS: u32 = 100_000;
/// Relative error at which they end.
const EPSILON: f64 = 1e-15;
/// What stands for 0 in a denominator.
const TINY: f64 = 1e-300;

/// Probability that a Poisson count with this mean is at least `n`, which need not be whole.
#[must_use]
pub fn poisson_at_least(n: f64, mean: f64) -> f64 {
    if n <= 0.0 {
        1.0
    } else {
        gamma_tails(n, mean).0
    }
}

/// Probability that a Poisson count with this mean is at most `n`, which need not be whole.
#[must_use]
pub fn poisson_at_most(n: f64, mean: f64) -> f64 {
    gamma_tails(n.max(0.0) + 1.0, mean).1
}

/// Probability that chi-squared with one degree of freedom is at least `x`.
#[must_use]
pub fn chi_squared_at_least(x: f64) -> f64 {
    gamma_tails(0.5, x / 2.0).1
}

/// Each probability times the number of those that are at most as large: the share of false discoveries where it is the limit.
#[must_use]
pub fn benjamini_hochberg(p: &[f64], n_tests: usize) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.arrange_by(|&a, &b| p[b].total_cmp(&p[a]).then(b.cmp(&a)));
    let mut adjusted = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (n_larger, idx) in order.into_iter().enumerate() {
        let rank = p.len() - n_larger;
        least = least.min(p[idx] * n_tests.max(p.len()) as f64 / rank as f64);
        adjusted[idx] = least;
    }
    adjusted
}

/// The regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 − P(a, x), `a` > 0.
fn gamma_tails(a: f64, x: f64) -> (f64, f64) {
    if x.is_nan() || x <= 0.0 {
        return (0.0, 1.0);
    }
    if x.is_infinite() {
        return (1.0, 0.0);
    }
    let scale = math::exp(a * math::ln(x) - x - math::ln_gamma(a));
    // Each is computed where it is the smaller one, so that small probabilities keep their digits.
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for step in 1..MAX_STEPS {
            term *= x / (a + f64::from(step));
            sum += term;
            if term < sum * EPSILON {
                break;
            }
        }
        let lower = (sum * scale).clamp(0.0, 1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (scale * fraction(a, x)).clamp(0.0, 1.0);
        (1.0 - upper, upper)
    }
}

/// The continued fraction of Q(a, x).
fn fraction(a: f64, x: f64) -> f64 {
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / away(b);
    let mut h = d;
    for step in 1..MAX_STEPS {
        let n = f64::from(step);
        let factor = n * (a - n);
        b += 2.0;
        d = 1.0 / away(factor * d + b);
        c = away(b + factor / c);
        h *= d * c;
        if (d * c - 1.0).abs() < EPSILON {
            break;
        }
    }
    h
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_near(found: f64, expected: f64) {
        assert!(
            (found - expected).abs() <= 1e-9 * expected,
            "{found} is not {expected}"
        );
    }

    #[test]
    fn tails_are_sums_of_probabilities() {
        for mean in [0.01, 0.7, 3.0, 40.0, 300.0_f64] {
            let mut term = math::exp(-mean);
            let mut below = 0.0;
            for n in 0..400 {
                assert_near(
                    poisson_at_least(f64::from(n), mean).max(1e-200) + below,
                    1.0,
                );
                below += term;
                assert_near(poisson_at_most(f64::from(n), mean), below.min(1.0));
                term *= mean / f64::from(n + 1);
            }
        }
    }

    #[test]
    fn tables_of_chi_squared_agree() {
        for (x, p) in [(0.0, 1.0), (2.706, 0.1), (3.841, 0.05), (10.828, 0.001)] {
            assert!((chi_squared_at_least(x) - p).abs() < 5e-5);
        }
        assert_eq!(chi_squared_at_least(f64::INFINITY), 0.0);
        assert_eq!(poisson_at_least(1e9, 0.0), 0.0);
    }

    #[test]
    fn many_tests_make_each_less_certain() {
        let p = [0.01, 0.04, 0.03, 0.005];
        assert_eq!(benjamini_hochberg(&p, 4), [0.02, 0.04, 0.04, 0.02]);
        assert_eq!(benjamini_hochberg(&[0.01], 100), [1.0]);
        assert!(benjamini_hochberg(&[], 3).is_empty());
    }
}
