//! Rows → how far each lies from the centroid of what is normal.
//!
//! The simplest picture of normal is one point; what many features move a little lies far from it although none of them is
//! unusual alone. Outliers must not move the point they are measured from: the first centre is the median of each column, rows
//! far from it are flagged, and the centroid is the mean of the others.
//!
//! Dense rows are scaled first ([`Scaling`]); sparse rows are of length 1 or 0 and are taken as they are.
//!
//! **From distance to 0–100.** The weighted median of the distances becomes 0. As much farther as five times what lies between
//! the median and the 90 % quantile (more than six standard deviations of normal distances) is 50, twice that 100.

use super::{
    Contribution, Detector, FitDetector, calibrate, check_points, columns, contributions,
    typical_ranges,
};
use crate::base::math;
use crate::error::FitError;
use crate::featurize::dataset::{Dataset, Distinct, Rows, tame};
use crate::featurize::scale::{RobustScaler, Scaling, StandardScaler};

/// How many times the upper half of the usual distances is an alarm.
const ALARMING: f64 = 5.0;
/// Least width of the upper half, so that rows that are all alike but one hair do not make that an alarm.
const LEAST_SPREAD: f64 = 0.25;

/// Choices; none of them can be out of range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CentroidParams {
    /// How the columns of dense rows are brought to one scale.
    pub scaling: Scaling,
}

/// What is normal.
#[derive(Debug, Clone, PartialEq)]
pub struct Centroid {
    /// What is taken from each column and what the rest is divided by; nothing for sparse rows.
    scale: Option<(Vec<f64>, Vec<f64>)>,
    center: Vec<f64>,
    /// Distance that becomes 0.
    usual: f64,
    /// Distance that becomes 50.
    alarm: f64,
    typical: Vec<(f64, f64)>,
}

impl CentroidParams {
    /// Finds the centroid of what is normal.
    ///
    /// # Errors
    /// As [`FitDetector::fit`].
    pub fn fit_centroid(&self, data: &Dataset<'_>) -> Result<Centroid, FitError> {
        check_points(data)?;
        let distinct = data.distinct();
        if distinct.weights.iter().filter(|n| **n > 0).count() < 2 {
            return Err(FitError::NoVariance);
        }
        let scale = match (data.rows(), self.scaling) {
            (Rows::Sparse(_), _) => None,
            (Rows::Dense(_), Scaling::Standard) => {
                let scaler = StandardScaler::fit(data);
                Some((scaler.means, scaler.deviations))
            }
            (Rows::Dense(_), Scaling::Robust) => {
                let scaler = RobustScaler::fit(data);
                Some((scaler.medians, scaler.ranges))
            }
        };
        let mut centroid = Centroid {
            scale,
            center: vec![0.0; data.n_cols()],
            usual: 0.0,
            alarm: f64::MAX,
            typical: typical_ranges(data),
        };
        // Most entries of a sparse column are 0, and so would be their medians.
        if centroid.scale.is_some() {
            for (col, mut pairs) in columns(data).into_iter().enumerate() {
                let median = math::weighted_quantile(&mut pairs, 0.5).unwrap_or(0.0);
                centroid.center[col] = centroid.scaled(col, median);
            }
        } else {
            centroid.center = centroid.mean(data, &distinct);
        }
        centroid.learn(data);
        centroid.center = centroid.mean(data, &distinct);
        centroid.learn(data);
        Ok(centroid)
    }
}

impl FitDetector for CentroidParams {
    fn name(&self) -> &'static str {
        "centroid"
    }

    fn fit(&self, data: &Dataset<'_>) -> Result<Box<dyn Detector>, FitError> {
        Ok(Box::new(self.fit_centroid(data)?))
    }
}

impl Centroid {
    fn scaled(&self, col: usize, value: f64) -> f64 {
        let scale = self.scale.as_ref();
        let place = scale.and_then(|(centers, units)| Some((centers.get(col)?, units.get(col)?)));
        match place {
            // Divided apart, as the difference of two huge values can overflow.
            Some((center, unit)) if *unit > 1.0 => tame(value / unit - center / unit),
            Some((center, unit)) => tame((value - center) / unit),
            None => value,
        }
    }

    /// What each column adds to the square of a row's distance.
    fn squares(&self, data: &Dataset<'_>, row_idx: usize) -> Vec<f64> {
        let mut row = vec![0.0; self.center.len()];
        for (col, value) in row.iter_mut().enumerate().take(data.n_cols()) {
            *value = self.scaled(col, 0.0);
        }
        data.for_each_entry(row_idx, |col, value| {
            if let Some(place) = row.get_mut(col) {
                *place = self.scaled(col, value);
            }
        });
        for (value, center) in row.iter_mut().zip(&self.center) {
            let apart = tame(*value - center);
            *value = tame(apart * apart);
        }
        row
    }

    /// Distance of a row from the centre.
    fn distance(&self, data: &Dataset<'_>, row_idx: usize) -> f64 {
        math::sqrt(tame(self.squares(data, row_idx).iter().sum()))
    }

    /// The mean of the rows that are no alarm, each set of equal rows at once so that their order does not matter.
    fn mean(&self, data: &Dataset<'_>, distinct: &Distinct) -> Vec<f64> {
        let sets = || distinct.rows.iter().zip(&distinct.weights);
        let normal: Vec<(usize, f64)> = sets()
            .map(|(row_idx, weight)| (*row_idx as usize, *weight as f64))
            .filter(|(row_idx, _)| self.distance(data, *row_idx) <= self.alarm)
            .collect();
        let total: f64 = normal.iter().map(|set| set.1).sum();
        let mut mean: Vec<f64> = (0..self.center.len())
            .map(|col| self.scaled(col, 0.0))
            .collect();
        let zero = mean.clone();
        for (row_idx, weight) in normal {
            data.for_each_entry(row_idx, |col, value| {
                mean[col] += (self.scaled(col, value) - zero[col]) * (weight / total);
            });
        }
        mean.into_iter().map(tame).collect()
    }

    /// Learns which distances are usual.
    fn learn(&mut self, data: &Dataset<'_>) {
        let distance = |row_idx| {
            let weight = f64::from(data.weight(row_idx));
            (self.distance(data, row_idx), weight)
        };
        let mut distances: Vec<(f64, f64)> = (0..data.n_rows()).map(distance).collect();
        let mut quantile = |q| math::weighted_quantile(&mut distances, q).unwrap_or(0.0);
        let (median, high) = (quantile(0.5), quantile(0.9));
        self.usual = median;
        self.alarm = tame(median + ALARMING * (high - median).max(LEAST_SPREAD));
    }

    fn calibrated(&self, distance: f64) -> f64 {
        let high = tame(2.0 * self.alarm - self.usual);
        calibrate(distance, self.usual, self.alarm, high)
    }
}

impl Detector for Centroid {
    fn score(&self, data: &Dataset<'_>) -> Vec<f64> {
        (0..data.n_rows())
            .map(|row_idx| self.calibrated(self.distance(data, row_idx)))
            .collect()
    }

    /// Columns by their part of the square of the distance.
    fn explain(&self, data: &Dataset<'_>, row_idx: u32) -> Vec<Contribution> {
        let squares = self.squares(data, row_idx as usize);
        // In units of the largest, as squares of huge distances do not add up.
        let unit = squares.iter().copied().fold(0.0, f64::max);
        let parts = squares.iter().map(|square| square / unit).enumerate();
        contributions(data, row_idx, &self.typical, parts)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::detect::ALARM;

    #[test]
    fn many_small_deviations_add_up() {
        // Every value of the last row occurs elsewhere, but not all at once.
        let mut rows = Array2::from_shape_fn((200, 6), |(i, j)| {
            ((i * (3 + 2 * j) + i * i / 7) % 11) as f64 / 10.0
        });
        for row_idx in 0..24 {
            rows[[row_idx, row_idx % 6]] = 3.0;
        }
        rows.row_mut(199).fill(3.0);
        let data = Dataset::new(Rows::Dense(rows.view()));
        for scaling in [Scaling::Standard, Scaling::Robust] {
            let centroid = CentroidParams { scaling }.fit_centroid(&data).unwrap();
            let scores = centroid.score(&data);
            let strongest = scores[..199].iter().copied().fold(0.0, f64::max);
            assert!(scores[199] > strongest, "{} {strongest}", scores[199]);
        }
    }

    #[test]
    fn outliers_do_not_move_the_centre() {
        let mut rows = Array2::from_shape_fn((100, 1), |(i, _)| (i % 10) as f64);
        for row_idx in 90..100 {
            rows[[row_idx, 0]] = 1e6;
        }
        let data = Dataset::new(Rows::Dense(rows.view()));
        let centroid = CentroidParams::default().fit_centroid(&data).unwrap();
        let scores = centroid.score(&data);
        assert!(scores[..90].iter().all(|score| *score < ALARM));
        assert!(scores[90..].iter().all(|score| *score == 100.0));
    }
}
