//! Numbers → pixels, and the round numbers that are written beside an axis.

use crate::base::math;

/// A range of values on a range of pixels. Total: any value gives a pixel near the range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    lo: f64,
    hi: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// Values `lo` to `hi` on pixels `from` to `to`; a range without extent is put in the middle.
    pub(super) fn new(lo: f64, hi: f64, from: i32, to: i32) -> Self {
        let (lo, hi) = if lo.is_finite() && hi.is_finite() && hi - lo > 0.0 && (hi - lo).is_finite()
        {
            (lo, hi)
        } else if lo.is_finite() && lo.abs() < 1e300 {
            (lo - 1.0 - lo.abs() * 1e-9, lo + 1.0 + lo.abs() * 1e-9)
        } else {
            (0.0, 1.0)
        };
        Self {
            lo,
            hi,
            from: f64::from(from),
            to: f64::from(to),
        }
    }

    pub(super) fn at(&self, value: f64) -> i32 {
        let share = (value - self.lo) / (self.hi - self.lo);
        // A value far outside stays outside, but within what an i32 and a canvas can bear.
        let share = if share.is_finite() {
            share.clamp(-2.0, 3.0)
        } else {
            0.0
        };
        libm::round(self.from + share * (self.to - self.from)) as i32
    }

    pub(super) fn holds(&self, value: f64) -> bool {
        self.lo <= value && value <= self.hi
    }

    pub(super) fn lo(&self) -> f64 {
        self.lo
    }

    pub(super) fn hi(&self) -> f64 {
        self.hi
    }

    /// Pixels a unit of the value takes.
    pub(super) fn pixels_per_unit(&self) -> f64 {
        ((self.to - self.from) / (self.hi - self.lo)).abs()
    }
}

/// At most about `max_n` round numbers (1, 2 or 5 times a power of ten apart) from `lo` to `hi`.
pub(super) fn ticks(lo: f64, hi: f64, max_n: usize, least_step: f64) -> Vec<f64> {
    let raw = (hi - lo) / max_n.max(1) as f64;
    if !(raw.is_finite() && raw > 0.0 && lo.is_finite()) || max_n == 0 {
        return Vec::new();
    }
    let mut power = 1.0;
    while power > raw && power > 1e-300 {
        power /= 10.0;
    }
    while power * 10.0 <= raw && power < 1e300 {
        power *= 10.0;
    }
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|m| m * power)
        .into_iter()
        .find(|step| *step >= raw)
        .unwrap_or(raw);
    let step = step.max(least_step);
    let first = libm::ceil(lo / step - 1e-9);
    (0..=max_n + 1)
        .map(|k| (first + k as f64) * step)
        .take_while(|tick| *tick <= hi + step * 1e-9)
        .collect()
}

/// A number in the fewest characters that tell it: 950, 1.5k, 20k, 3.2M, 1.1e15.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    let (unit, suffix) = match size {
        _ if !value.is_finite() => return "?".to_owned(),
        s if s >= 1e15 => return format!("{value:.1e}"),
        s if s >= 999_950_000_000.0 => (1e12, "T"),
        s if s >= 999_950_000.0 => (1e9, "G"),
        s if s >= 999_950.0 => (1e6, "M"),
        s if s >= 1000.0 => (1e3, "k"),
        _ => (1.0, ""),
    };
    let shown = value / unit;
    let digits = if shown.abs() < 10.0 {
        2
    } else {
        i32::from(shown.abs() < 100.0 || unit > 1.0)
    };
    format!("{}{suffix}", math::round_to(shown, digits))
}

/// A whole number with its thousands apart.
pub(super) fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `12 records`, `1 record`.
pub(super) fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(n), if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        let check = |lo, hi, n, expected: &[f64]| {
            assert_eq!(ticks(lo, hi, n, 0.0), expected, "{lo} to {hi}");
        };
        check(0.0, 100.0, 5, &[0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        check(0.0, 7.0, 4, &[0.0, 2.0, 4.0, 6.0]);
        check(-3.0, 3.0, 3, &[-2.0, 0.0, 2.0]);
        check(0.0, 0.0, 3, &[]);
        check(f64::NAN, 1.0, 3, &[]);
        assert_eq!(ticks(0.0, 2.0, 5, 1.0), [0.0, 1.0, 2.0]);
        for hi in [1e-300, 1e300, f64::MAX, 5e-324] {
            assert!(ticks(0.0, hi, 5, 0.0).len() <= 7);
        }
    }

    #[test]
    fn numbers_are_short() {
        for (value, expected) in [
            (0.0, "0"),
            (950.0, "950"),
            (1500.0, "1.5k"),
            (20_000.0, "20k"),
            (999_999.0, "1M"),
            (3_240_000.0, "3.24M"),
            (4e9, "4G"),
            (0.25, "0.25"),
            (f64::INFINITY, "?"),
        ] {
            assert_eq!(short(value), expected);
        }
        assert_eq!(
            [999, 1000, 1_234_567].map(grouped),
            ["999", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn any_value_has_a_pixel() {
        for (lo, hi) in [
            (0.0, 1.0),
            (3.0, 3.0),
            (f64::NAN, 1.0),
            (f64::MIN, f64::MAX),
            (1e300, 1e300),
        ] {
            let scale = Scale::new(lo, hi, 10, 110);
            for value in [0.0, -1e308, f64::NAN, f64::INFINITY, lo] {
                assert!((-300..500).contains(&scale.at(value)));
            }
        }
        assert_eq!(Scale::new(3.0, 3.0, 10, 110).at(3.0), 60);
    }
}
