//! Columns of features → columns on one scale, so that units do not decide distances.
//!
//! | scaling | a column gets | |
//! | --- | --- | --- |
//! | [`StandardScaler`] | mean 0, standard deviation 1 | one enormous value makes all others alike |
//! | [`RobustScaler`] | median 0, distance between the quartiles 1 | outliers do not move it |
//! | [`Limits`] | smallest value 0, largest 1 | for methods that cut or repeat a range |
//!
//! As scikit-learn's `StandardScaler` with sample weights (population standard deviation), and as its `RobustScaler` and
//! `MinMaxScaler` on the expanded rows; a constant column becomes 0.

use ndarray::Array2;

use crate::base::math;

use super::dataset::{Dataset, tame};

/// How columns are brought to one scale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scaling {
    /// By mean and standard deviation.
    Standard,
    /// By median and quartiles.
    #[default]
    Robust,
}

impl Scaling {
    /// The rows, scaled by what is usual among them.
    #[must_use]
    pub fn scaled(self, data: &Dataset<'_>) -> Array2<f64> {
        match self {
            Self::Standard => StandardScaler::fit(data).transform(data),
            Self::Robust => RobustScaler::fit(data).transform(data),
        }
    }
}

/// Mean and standard deviation of each column.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardScaler {
    /// Mean of each column.
    pub means: Vec<f64>,
    /// Standard deviation of each column; 1 where a column is constant.
    pub deviations: Vec<f64>,
}

impl StandardScaler {
    /// Learns means and deviations of the weighted rows.
    #[must_use]
    pub fn fit(data: &Dataset<'_>) -> Self {
        let total = data.total_weight().max(1) as f64;
        let (mut means, mut deviations) = (Vec::new(), Vec::new());
        for col in 0..data.n_cols() {
            let values = (0..data.n_rows())
                .map(|row_idx| (data.value(row_idx, col), f64::from(data.weight(row_idx))))
                .filter(|pair| pair.1 > 0.0);
            // Squares of values around 1e308 would overflow, those of denormals vanish: compute in units of the
            // largest.
            let unit = values
                .clone()
                .fold(0.0_f64, |unit, pair| unit.max(pair.0.abs()));
            if unit == 0.0 {
                means.push(0.0);
                deviations.push(1.0);
                continue;
            }
            let scaled = values.map(|(value, weight)| (value / unit, weight / total));
            let mean: f64 = scaled.clone().map(|(value, share)| value * share).sum();
            let variance: f64 = scaled
                .map(|(value, share)| share * (value - mean) * (value - mean))
                .sum();
            let deviation = math::sqrt(variance);
            means.push(tame(mean * unit));
            // Rounding leaves a constant column a deviation of a few units in the last place.
            deviations.push(if deviation > 1e-12 {
                tame(deviation * unit)
            } else {
                1.0
            });
        }
        Self { means, deviations }
    }

    /// The rows as z-scores.
    #[must_use]
    pub fn transform(&self, data: &Dataset<'_>) -> Array2<f64> {
        shifted(data, &self.means, &self.deviations)
    }
}

/// Median and distance between the quartiles of each column.
#[derive(Debug, Clone, PartialEq)]
pub struct RobustScaler {
    /// Median of each column.
    pub medians: Vec<f64>,
    /// Third quartile less the first; 1 where they are equal.
    pub ranges: Vec<f64>,
}

/// Distances between quartiles below this count as none.
const NO_RANGE: f64 = 10.0 * f64::EPSILON;

impl RobustScaler {
    /// Learns medians and quartiles of the weighted rows.
    #[must_use]
    pub fn fit(data: &Dataset<'_>) -> Self {
        let (mut medians, mut ranges) = (Vec::new(), Vec::new());
        let mut values: Vec<(f64, u64)> = Vec::new();
        for col in 0..data.n_cols() {
            values.clear();
            values.extend((0..data.n_rows()).map(|row_idx| {
                let weight = u64::from(data.weight(row_idx));
                (data.value(row_idx, col), weight)
            }));
            values.retain(|value| value.1 > 0);
            values.sort_by(|a, b| a.0.total_cmp(&b.0));
            medians.push(quantile(&values, 2));
            let range = tame(quantile(&values, 3) - quantile(&values, 1));
            ranges.push(if range < NO_RANGE { 1.0 } else { range });
        }
        Self { medians, ranges }
    }

    /// The rows in distances between the quartiles from the median.
    #[must_use]
    pub fn transform(&self, data: &Dataset<'_>) -> Array2<f64> {
        shifted(data, &self.medians, &self.ranges)
    }
}

/// A quartile of (value, weight), sorted by value: between two of the expanded values by their distances; 0 when there are none.
fn quantile(values: &[(f64, u64)], quarters: u64) -> f64 {
    let n: u64 = values.iter().map(|value| value.1).sum();
    let Some(last) = n.checked_sub(1) else {
        return 0.0;
    };
    let (place, rest) = (last * quarters / 4, last * quarters % 4);
    let at = |place: u64| {
        let mut seen = 0;
        let mut values = values.iter().filter(|value| {
            seen += value.1;
            seen > place
        });
        values.next().map_or(0.0, |value| value.0)
    };
    let (low, share) = (at(place), rest as f64 / 4.0);
    if rest == 0 {
        return low;
    }
    let high = at(place + 1);
    // Weighted ends rather than low + share × (high − low): the difference of two huge values can overflow.
    low * (1.0 - share) + high * share
}

/// Each value less the centre of its column, in units of the column.
fn shifted(data: &Dataset<'_>, centers: &[f64], units: &[f64]) -> Array2<f64> {
    Array2::from_shape_fn((data.n_rows(), centers.len()), |(row_idx, col)| {
        let (center, unit) = (centers[col], units[col]);
        let value = data.value(row_idx, col);
        // Divided apart, as the difference of two huge values can overflow.
        if unit > 1.0 {
            tame(value / unit - center / unit)
        } else {
            tame((value - center) / unit)
        }
    })
}

/// The columns that vary among the rows with a weight, with their smallest and largest value.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    limits: Vec<(u32, f64, f64)>,
}

impl Limits {
    /// Learns them; zeros of sparse rows count.
    #[must_use]
    pub fn of(data: &Dataset<'_>) -> Self {
        let counted = || (0..data.n_rows()).filter(|row_idx| data.weight(*row_idx) > 0);
        let mut limits = vec![(f64::MAX, f64::MIN, 0); data.n_cols()];
        for row_idx in counted() {
            data.for_each_entry(row_idx, |col, value| {
                let limit = &mut limits[col];
                *limit = (limit.0.min(value), limit.1.max(value), limit.2 + 1);
            });
        }
        let n_counted = counted().count();
        let limits = limits.into_iter().zip(0..).map(|((low, high, n), col)| {
            // What is not stored is 0.
            if n < n_counted {
                (col, low.min(0.0), high.max(0.0))
            } else {
                (col, low, high)
            }
        });
        Self {
            limits: limits.filter(|(_, low, high)| low < high).collect(),
        }
    }

    /// Columns that vary.
    #[must_use]
    pub fn n_varying(&self) -> usize {
        self.limits.len()
    }

    /// The columns that vary.
    pub fn varying(&self) -> impl Iterator<Item = u32> + '_ {
        self.limits.iter().map(|limit| limit.0)
    }

    /// Adds the columns that vary of a row, each brought to 0–1; what lies outside the limits to −1–2.
    pub fn bring(&self, data: &Dataset<'_>, row_idx: usize, row: &mut Vec<f64>) {
        row.extend(self.limits.iter().map(|(col, low, high)| {
            let col = *col as usize;
            let value = if col < data.n_cols() {
                data.value(row_idx, col)
            } else {
                0.0
            };
            let span = high - low;
            // The difference of two huge values can overflow.
            let place = if span.is_finite() {
                (value - low) / span
            } else {
                (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)
            };
            tame(place).clamp(-1.0, 2.0)
        }));
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::featurize::dataset::Rows;

    #[test]
    fn columns_get_mean_0_and_deviation_1() {
        let rows = array![[1.0, 7.0], [3.0, 7.0]];
        let data = Dataset::weighted(Rows::Dense(rows.view()), &[3, 1]);
        let scaler = StandardScaler::fit(&data);
        assert_eq!(scaler.means, [1.5, 7.0]);
        assert!((scaler.deviations[0] - 0.75_f64.sqrt()).abs() < 1e-15);
        let z = scaler.transform(&data);
        assert!((z[[0, 0]] * 3.0 + z[[1, 0]]).abs() < 1e-12);
        assert_eq!((z[[0, 1]], z[[1, 1]]), (0.0, 0.0));
    }

    #[test]
    fn one_enormous_value_does_not_move_the_robust_scale() {
        let rows = array![[1.0], [2.0], [3.0], [1e9]];
        let data = Dataset::weighted(Rows::Dense(rows.view()), &[2, 2, 3, 1]);
        let scaler = RobustScaler::fit(&data);
        // 1 1 2 2 3 3 3 1e9: the median lies half way between 2 and 3, the quartiles at 1.75 and 3.
        assert_eq!((scaler.medians[0], scaler.ranges[0]), (2.5, 1.25));
        assert_eq!(scaler.transform(&data)[[0, 0]], -1.2);
    }

    #[test]
    fn limits_leave_out_what_does_not_vary() {
        let rows = array![[1.0, 7.0, -1e308], [3.0, 7.0, 1e308], [9.0, 8.0, 0.0]];
        let data = Dataset::weighted(Rows::Dense(rows.view()), &[1, 1, 0]);
        let limits = Limits::of(&data);
        assert_eq!(limits.varying().collect::<Vec<_>>(), [0, 2]);
        let mut row = Vec::new();
        (0..3).for_each(|row_idx| limits.bring(&data, row_idx, &mut row));
        assert_eq!(row, [0.0, 0.0, 1.0, 1.0, 2.0, 0.5]);
    }

    #[test]
    fn extremes_stay_finite() {
        let rows = array![[1e308, 5e-324, f64::NAN], [-1e308, 0.0, f64::INFINITY]];
        let data = Dataset::new(Rows::Dense(rows.view()));
        let z = StandardScaler::fit(&data).transform(&data);
        assert!(z.iter().all(|value| value.is_finite()), "{z}");
        assert!((z[[0, 0]] - 1.0).abs() < 1e-12);
        let z = RobustScaler::fit(&data).transform(&data);
        assert!(z.iter().all(|value| value.is_finite()), "{z}");
    }
}
