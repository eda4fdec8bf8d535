//! Columns of features → columns of mean 0 and standard deviation 1 (z-scores), so that units do not decide
//! distances.
//!
//! Population standard deviation as in scikit-learn's `StandardScaler` with sample weights; a constant column
//! becomes 0.

use ndarray::Array2;

use crate::base::math;

use super::dataset::{Dataset, tame};

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
        Array2::from_shape_fn((data.n_rows(), self.means.len()), |(row_idx, col)| {
            let (mean, deviation) = (self.means[col], self.deviations[col]);
            let value = data.value(row_idx, col);
            // Divided apart, as the difference of two huge values can overflow.
            if deviation > 1.0 {
                tame(value / deviation - mean / deviation)
            } else {
                tame((value - mean) / deviation)
            }
        })
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
    fn extremes_stay_finite() {
        let rows = array![[1e308, 5e-324, f64::NAN], [-1e308, 0.0, f64::INFINITY]];
        let data = Dataset::new(Rows::Dense(rows.view()));
        let z = StandardScaler::fit(&data).transform(&data);
        assert!(z.iter().all(|value| value.is_finite()), "{z}");
        assert!((z[[0, 0]] - 1.0).abs() < 1e-12);
    }
}
