//! Distinct rows with counts → how improbable it is to meet a point as rare as this one.
//!
//! A count alone says little: in a log where most messages occur once, a message that occurs once is normal. So the
//! score comes from p, the share of all points that belong to a row as rare or rarer. It is a p-value by
//! construction: at most one point in a thousand can be an alarm, in whatever log. 0 at p = 0.1, 25 at 0.01, 50 at
//! 0.001, 75 at 0.0001, 100 at 0.00001.

use super::{Contribution, Detector, FitDetector, MIN_POINTS, check_points};
use crate::base::math;
use crate::base::order::Arrange;
use crate::error::FitError;
use crate::featurize::dataset::Dataset;

/// Rarity has no choices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RarityParams;

/// How many points are as rare as a given count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rarity {
    /// (count of a row, points of all rows with at most this count), ascending.
    at_most: Vec<(u64, u64)>,
    total: u64,
}

impl RarityParams {
    /// Learns the distribution of counts.
    ///
    /// # Errors
    /// As [`FitDetector::fit`]; all rows being equally frequent is [`FitError::NoVariance`].
    pub fn fit_rarity(self, data: &Dataset<'_>) -> Result<Rarity, FitError> {
        check_points(data)?;
        Self::from_counts(data.distinct().weights)
    }

    /// Learns from the counts of rows that are known to be distinct.
    ///
    /// # Errors
    /// As [`FitDetector::fit`].
    pub fn fit_counts(self, counts: &[u32]) -> Result<Rarity, FitError> {
        let total: u64 = counts.iter().map(|count| u64::from(*count)).sum();
        if total < MIN_POINTS as u64 {
            return Err(FitError::TooFewRows {
                needed: MIN_POINTS,
                actual: total as usize,
            });
        }
        Self::from_counts(counts.iter().map(|count| u64::from(*count)).collect())
    }

    fn from_counts(mut counts: Vec<u64>) -> Result<Rarity, FitError> {
        counts.retain(|count| *count > 0);
        counts.arrange();
        let mut total = 0;
        let mut at_most: Vec<(u64, u64)> = Vec::new();
        for count in counts {
            total += count;
            match at_most.last_mut() {
                Some(entry) if entry.0 == count => entry.1 = total,
                _ => at_most.push((count, total)),
            }
        }
        if at_most.len() < 2 {
            return Err(FitError::NoVariance);
        }
        Ok(Rarity { at_most, total })
    }
}

impl FitDetector for RarityParams {
    fn name(&self) -> &'static str {
        "rarity"
    }

    fn fit(&self, data: &Dataset<'_>) -> Result<Box<dyn Detector>, FitError> {
        Ok(Box::new(self.fit_rarity(data)?))
    }
}

impl Rarity {
    /// Score of a row that stands for `count` points.
    #[must_use]
    pub fn score_of(&self, count: u64) -> f64 {
        let n_kinds = self.at_most.partition_point(|entry| entry.0 <= count);
        let n_as_rare = n_kinds
            .checked_sub(1)
            .map_or(0, |kind| self.at_most[kind].1);
        let p = n_as_rare.max(count.max(1)) as f64 / self.total as f64;
        (-25.0 * math::ln(p * 10.0) / std::f64::consts::LN_10).clamp(0.0, 100.0)
    }
}

impl Detector for Rarity {
    fn score(&self, data: &Dataset<'_>) -> Vec<f64> {
        let distinct = data.distinct();
        let groups = distinct.group_of.iter();
        groups
            .map(|group| self.score_of(distinct.weights[*group as usize]))
            .collect()
    }

    /// Rarity is a property of the whole row: no feature is singled out.
    fn explain(&self, _data: &Dataset<'_>, _row_idx: u32) -> Vec<Contribution> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::featurize::dataset::Rows;

    fn scores(counts: &[u32]) -> Result<Vec<f64>, FitError> {
        let rows = Array2::from_shape_fn((counts.len(), 1), |(row_idx, _)| row_idx as f64);
        let data = Dataset::weighted(Rows::Dense(rows.view()), counts);
        Ok(RarityParams.fit_rarity(&data)?.score(&data))
    }

    #[test]
    fn only_what_few_points_share_is_rare() {
        let s = scores(&[1, 9, 990]).unwrap();
        assert!(
            (s[0] - 50.0).abs() < 1e-9 && (s[1] - 25.0).abs() < 1e-9 && s[2] == 0.0,
            "{s:?}"
        );
        // Most messages occur once: being one of them is nothing special.
        let mut long_tail = vec![1; 900];
        long_tail.push(100);
        assert!(
            scores(&long_tail)
                .unwrap()
                .iter()
                .all(|score| *score == 0.0)
        );
    }

    #[test]
    fn equally_frequent_rows_cannot_be_told_apart() {
        assert_eq!(scores(&[5; 40]), Err(FitError::NoVariance));
        assert_eq!(
            scores(&[3]),
            Err(FitError::TooFewRows {
                needed: 8,
                actual: 3
            })
        );
    }
}
