//! Transcendental functions and order statistics whose bits do not depend on the target.
//!
//! The standard library's `exp`, `ln` and the like differ between native and wasm in up to 10 % of inputs; `libm`'s do not.

/// Natural logarithm.
#[must_use]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Logarithm to base 2.
#[must_use]
pub fn log2(x: f64) -> f64 {
    libm::log2(x)
}

/// e to the power of `x`.
#[must_use]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// 2 to the power of `x`.
#[must_use]
pub fn exp2(x: f64) -> f64 {
    libm::exp2(x)
}

/// Sine of `x` in radians.
#[must_use]
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// Cosine of `x` in radians.
#[must_use]
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// Natural logarithm of the gamma function of `x` > 0.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// Square root; exact by IEEE 754 on every target.
#[must_use]
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

/// Rounds to `digits` decimals, for numbers that people read; non-finite input gives 0.
#[must_use]
pub fn round_to(x: f64, digits: i32) -> f64 {
    if !x.is_finite() {
        return 0.0;
    }
    let unit = (0..digits).fold(1.0, |unit, _| unit * 10.0);
    let rounded = libm::round(x * unit) / unit;
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// The value below which a share `q` (0 to 1) of the weights lies; `pairs` are (value, weight) and get sorted. `None` when empty.
#[must_use]
pub fn weighted_quantile(pairs: &mut [(f64, f64)], q: f64) -> Option<f64> {
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = pairs.iter().map(|pair| pair.1).sum();
    let mut seen = 0.0;
    for (value, weight) in pairs.iter() {
        seen += weight;
        if seen >= q * total {
            return Some(*value);
        }
    }
    pairs.last().map(|pair| pair.0)
}

/// As [`weighted_quantile`], where all weights are whole numbers, whose sums are exact in any order: in time that grows with the
/// number of pairs only. `pairs` get rearranged.
#[must_use]
pub fn counted_quantile(pairs: &mut [(f64, f64)], q: f64) -> Option<f64> {
    let wanted = q * pairs.iter().map(|pair| pair.1).sum::<f64>();
    let (mut rest, mut seen) = (pairs, 0.0);
    let (mut found, mut largest) = (None, None);
    while !rest.is_empty() {
        let middle = (rest.len() - 1) / 2;
        rest.select_nth_unstable_by(middle, |a, b| a.0.total_cmp(&b.0));
        let (lower, upper) = rest.split_at_mut(middle + 1);
        let value = lower[middle].0;
        let weight: f64 = lower.iter().map(|pair| pair.1).sum();
        if seen + weight >= wanted {
            found = Some(value);
            rest = &mut lower[..middle];
        } else {
            seen += weight;
            largest = Some(value);
            rest = upper;
        }
    }
    found.or(largest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_count_weights() {
        let mut pairs = [(3.0, 1.0), (1.0, 8.0), (2.0, 1.0)];
        assert_eq!(weighted_quantile(&mut pairs, 0.5), Some(1.0));
        assert_eq!(weighted_quantile(&mut pairs, 0.95), Some(3.0));
        assert_eq!(weighted_quantile(&mut [], 0.5), None);
    }

    #[test]
    fn selecting_finds_what_sorting_finds() {
        for n_pairs in [0, 1, 2, 7, 200] {
            let value = |at: usize| ((at * at * 7 + at * 3) % 41) as f64 - 20.0;
            let pairs: Vec<(f64, f64)> = (0..n_pairs)
                .map(|at| (value(at), (at * 5 % 4) as f64))
                .collect();
            for q in [0.0, 0.05, 0.5, 0.95, 1.0] {
                assert_eq!(
                    counted_quantile(&mut pairs.clone(), q),
                    weighted_quantile(&mut pairs.clone(), q),
                    "{n_pairs} {q}"
                );
            }
        }
    }

    #[test]
    fn rounding_is_total() {
        assert_eq!(round_to(1.23456, 2), 1.23);
        assert_eq!(round_to(f64::NAN, 2), 0.0);
        assert!(round_to(-0.001, 2).is_sign_positive());
    }
}
