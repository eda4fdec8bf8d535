//! Rows → how far outside its usual range the most unusual feature of a row lies.
//!
//! The isolation forest says that a row is unlike the others, however little: in a log without any trouble some
//! window is still the one with the most records. This detector says whether a difference is large enough to
//! matter. The centre of a column is its median, its spread (q90 − q10) / 2.563, which is σ for a normal
//! distribution and is not moved by trouble that lasts for less than a tenth of the log. Counts are compared as
//! 2√(x + 3/8), which makes the spread of a Poisson count 1 whatever its mean (Anscombe, "The transformation of
//! Poisson, binomial and negative-binomial data", 1948); no spread is taken to be smaller than that.
//!
//! Up to 3 spreads are usual (score 0), 6 give 50, 12 give 100, linear between.

use ndarray::Array2;

use super::{
    Contribution, Detector, FitDetector, calibrate, check_points, columns, contributions, is_sparse,
};
use crate::base::math;
use crate::error::FitError;
use crate::featurize::dataset::{Dataset, tame};

/// Spreads that are still usual.
const USUAL: f64 = 3.0;
/// Spreads that make an alarm.
const ALARMING: f64 = 6.0;
/// Spreads that give 100.
const EXTREME: f64 = 12.0;

/// What kind of number a column holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// How many of something there were: 0 or more.
    Count,
    /// Any other quantity; differences below `step` are noise.
    Amount {
        /// The least spread assumed.
        step: f64,
    },
}

/// Choices.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UsualRangeParams {
    /// Kind of each column; columns without one are amounts with a step of 0.
    pub kinds: Vec<Kind>,
}

/// The usual range of each column.
#[derive(Debug, Clone, PartialEq)]
pub struct UsualRange {
    columns: Vec<Column>,
    /// 5 % and 95 % quantiles of the values within each usual range: what outliers cannot widen.
    typical: Vec<(f64, f64)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Column {
    kind: Kind,
    /// Median, on the scale of comparison.
    center: f64,
    /// On the scale of comparison; 0 for an amount of which nine tenths are equal.
    spread: f64,
}

impl Kind {
    /// The scale on which values are compared.
    pub(super) fn scaled(self, value: f64) -> f64 {
        match self {
            Self::Count => 2.0 * math::sqrt(value.max(0.0) + 0.375),
            Self::Amount { .. } => value,
        }
    }
}

impl Column {
    /// Spreads from the centre, signed.
    fn deviation(&self, value: f64) -> f64 {
        let distance = tame(self.kind.scaled(value) - self.center);
        if distance == 0.0 {
            0.0
        } else {
            tame(distance / self.spread)
        }
    }
}

impl UsualRangeParams {
    /// Learns the usual ranges.
    ///
    /// # Errors
    /// As [`FitDetector::fit`].
    pub fn fit_range(&self, data: &Dataset<'_>) -> Result<UsualRange, FitError> {
        check_points(data)?;
        let column = |(col, mut pairs): (usize, Vec<(f64, f64)>)| {
            let kind = self
                .kinds
                .get(col)
                .copied()
                .unwrap_or(Kind::Amount { step: 0.0 });
            let mut quantile =
                |q| kind.scaled(math::weighted_quantile(&mut pairs, q).unwrap_or(0.0));
            let (low, center, high) = (quantile(0.1), quantile(0.5), quantile(0.9));
            let least = match kind {
                Kind::Count => 1.0,
                Kind::Amount { step } => step,
            };
            Column {
                kind,
                center,
                spread: tame(high / 2.563 - low / 2.563).max(least),
            }
        };
        let all = columns(data);
        if all
            .iter()
            .all(|pairs| pairs.iter().all(|pair| pair.0 == pairs[0].0))
        {
            return Err(FitError::NoVariance);
        }
        let columns: Vec<Column> = all.iter().cloned().enumerate().map(column).collect();
        let typical = all.into_iter().zip(&columns).map(|(pairs, column)| {
            let is_usual = |pair: &(f64, f64)| column.deviation(pair.0).abs() <= USUAL;
            let mut pairs: Vec<(f64, f64)> = pairs.into_iter().filter(is_usual).collect();
            let mut quantile = |q| math::weighted_quantile(&mut pairs, q).unwrap_or(0.0);
            (quantile(0.05), quantile(0.95))
        });
        Ok(UsualRange {
            typical: typical.collect(),
            columns,
        })
    }
}

impl FitDetector for UsualRangeParams {
    fn name(&self) -> &'static str {
        "usualRange"
    }

    fn fit(&self, data: &Dataset<'_>) -> Result<Box<dyn Detector>, FitError> {
        Ok(Box::new(self.fit_range(data)?))
    }
}

impl UsualRange {
    /// How far each value lies outside its usual range, signed: 0 within, then log2(1 + spreads beyond).
    ///
    /// What is usual becomes equal, and the strangest value does not squeeze all others together: made for the
    /// isolation forest, which then cuts between unusual rows only.
    #[must_use]
    pub fn excess(&self, data: &Dataset<'_>) -> Array2<f64> {
        Array2::from_shape_fn((data.n_rows(), self.columns.len()), |(row_idx, col)| {
            let deviation = self.columns[col].deviation(data.value(row_idx, col));
            let beyond = (deviation.abs() - USUAL).max(0.0);
            math::log2(1.0 + beyond).copysign(deviation)
        })
    }

    /// (column, spreads from the centre) of what is compared in a row: in sparse rows only the columns with an
    /// entry.
    fn deviations(&self, data: &Dataset<'_>, row_idx: usize) -> Vec<(usize, f64)> {
        let mut deviations = Vec::new();
        if is_sparse(data) {
            data.for_each_entry(row_idx, |col, value| {
                if let Some(column) = self.columns.get(col) {
                    deviations.push((col, column.deviation(value)));
                }
            });
        } else {
            for (col, column) in self.columns.iter().enumerate().take(data.n_cols()) {
                deviations.push((col, column.deviation(data.value(row_idx, col))));
            }
        }
        deviations
    }
}

impl Detector for UsualRange {
    fn score(&self, data: &Dataset<'_>) -> Vec<f64> {
        let score = |row_idx| {
            let deviations = self.deviations(data, row_idx);
            let largest = deviations
                .iter()
                .fold(0.0_f64, |max, entry| max.max(entry.1.abs()));
            calibrate(largest, USUAL, ALARMING, EXTREME)
        };
        (0..data.n_rows()).map(score).collect()
    }

    /// Columns outside their usual range, by how far.
    fn explain(&self, data: &Dataset<'_>, row_idx: u32) -> Vec<Contribution> {
        // On a logarithmic scale, so that shares do not vanish beside one enormous value.
        let beyond = |deviation: f64| math::log2(1.0 + (deviation.abs() - USUAL).max(0.0));
        let deviations = self.deviations(data, row_idx as usize).into_iter();
        let parts = deviations.map(|(col, deviation)| (col, beyond(deviation)));
        contributions(data, row_idx, &self.typical, parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::ALARM;
    use crate::featurize::dataset::Rows;

    fn scores(kind: Kind, values: &[f64]) -> Vec<f64> {
        let rows = Array2::from_shape_vec((values.len(), 1), values.to_vec()).unwrap();
        let data = Dataset::new(Rows::Dense(rows.view()));
        UsualRangeParams { kinds: vec![kind] }
            .fit_range(&data)
            .unwrap()
            .score(&data)
    }

    #[test]
    fn noise_is_usual_and_a_jump_is_not() {
        let mut values: Vec<f64> = (0..200).map(|i| f64::from(280 + (i * 37) % 41)).collect();
        assert!(
            scores(Kind::Count, &values)
                .iter()
                .all(|score| *score == 0.0)
        );
        values.extend([0.0, 2000.0, 340.0]);
        let s = scores(Kind::Count, &values);
        assert_eq!((s[200], s[201], s[202]), (100.0, 100.0, 0.0));
    }

    #[test]
    fn a_few_of_something_rare_is_no_alarm() {
        let mut values = vec![0.0; 280];
        values.extend([1.0, 2.0, 3.0, 5.0, 214.0]);
        let s = scores(Kind::Count, &values);
        assert!(
            s[..284].iter().all(|score| *score < ALARM),
            "{:?}",
            &s[280..]
        );
        assert_eq!(s[284], 100.0);
    }

    #[test]
    fn the_reason_names_the_usual_range() {
        let mut rows = Array2::from_shape_fn((100, 2), |(i, j)| ((i * (3 + 2 * j)) % 4) as f64);
        rows[[7, 1]] = 214.0;
        let data = Dataset::new(Rows::Dense(rows.view()));
        let params = UsualRangeParams {
            kinds: vec![Kind::Count; 2],
        };
        let reasons = params.fit_range(&data).unwrap().explain(&data, 7);
        assert_eq!(reasons.len(), 1);
        assert_eq!(
            (reasons[0].col, reasons[0].value, reasons[0].share),
            (1, 214.0, 1.0)
        );
        assert_eq!((reasons[0].low, reasons[0].high), (0.0, 3.0));
    }
}
