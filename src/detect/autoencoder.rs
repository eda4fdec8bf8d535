//! Rows → how badly a small network that was trained to repeat the rows repeats each of them.
//!
//! One layer of rectified units and a layer of sigmoid units as wide as a row, trained with Adam on the mean squared error.
//! What usually goes together is learned within the first epochs; a row that combines values as no others do comes out wrong.
//! That sees what no feature shows alone: many errors at the usual number of records, or many records from few addresses.
//!
//! Columns are brought to 0–1 by their smallest and largest value. A row of weight w counts w times: its error is multiplied by
//! w against the mean weight of a row. An epoch trains on at most [`EPOCH_ROWS`] rows, another random part each where there are
//! more, so that a long log takes no longer than a short one.
//!
//! Training stops early when the mean error has not fallen by a thousandth for [`PATIENCE`] epochs; the errors are kept
//! ([`Training`]).
//!
//! **From error to 0–100.** The weighted median of the errors becomes 0, the error that a given share of the rows (95 %) do not
//! exceed becomes 50, eight times that 100.
//!
//! Hinton and Salakhutdinov, "Reducing the dimensionality of data with neural networks" (2006); Kingma and Ba, "Adam: a method
//! for stochastic optimization" (2015); first layer drawn as in He et al. (2015), second as in Glorot and Bengio (2010).

mod net;

use rand::RngExt;

pub use self::net::{Adam, Net};
use super::{
    Contribution, Detector, FitDetector, calibrate, check_points, contributions, typical_ranges,
};
use crate::base::{math, rng};
use crate::error::{FitError, ParamsError};
use crate::featurize::dataset::Dataset;
use crate::featurize::scale::Limits;

/// Rows that an epoch trains on at most.
const EPOCH_ROWS: usize = 2048;
/// Epochs without progress after which training ends.
const PATIENCE: usize = 10;
/// Share by which the error must fall to be progress.
const PROGRESS: f64 = 1e-3;
/// By how much at least: the square of a thousandth of a column's range.
const LEAST_PROGRESS: f64 = 1e-6;
/// Errors this many times the threshold give 100.
const SEVERE: f64 = 8.0;
/// Columns that vary; more would make a layer too large to train.
const MAX_COLS: usize = 1024;

/// Choices, unchecked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AutoencoderParams {
    /// Hidden units (1 to 512).
    pub n_hidden: u32,
    /// Times that the rows are gone through at most (1 to 1000).
    pub n_epochs: u32,
    /// Rows between two steps (1 to 4096).
    pub batch_size: u32,
    /// Length of a step of Adam (above 0, at most 1).
    pub learning_rate: f64,
    /// Share of the rows in percent (50 to 99.9) whose error is no alarm.
    pub percentile: f64,
    /// Seed.
    pub seed: u64,
}

impl Default for AutoencoderParams {
    fn default() -> Self {
        Self {
            n_hidden: 64,
            n_epochs: 100,
            batch_size: 32,
            learning_rate: 1e-3,
            percentile: 95.0,
            seed: 1,
        }
    }
}

/// Choices within their ranges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AutoencoderValidParams(AutoencoderParams);

impl AutoencoderParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// `nHidden` outside 1 to 512, `nEpochs` outside 1 to 1000, `batchSize` outside 1 to 4096, `learningRate` not above 0 or
    /// above 1, `percentile` outside 50 to 99.9.
    pub fn check(self) -> Result<AutoencoderValidParams, ParamsError> {
        let refused = |option, expected, actual| ParamsError {
            option,
            expected,
            actual,
        };
        for (option, value, most, expected) in [
            ("nHidden", self.n_hidden, 512, "1 to 512 units"),
            ("nEpochs", self.n_epochs, 1000, "1 to 1000 epochs"),
            ("batchSize", self.batch_size, 4096, "1 to 4096 rows"),
        ] {
            if !(1..=most).contains(&value) {
                return Err(refused(option, expected, value.to_string()));
            }
        }
        if !(self.learning_rate > 0.0 && self.learning_rate <= 1.0) {
            let actual = self.learning_rate.to_string();
            return Err(refused("learningRate", "above 0, at most 1", actual));
        }
        if !(50.0..=99.9).contains(&self.percentile) {
            let actual = self.percentile.to_string();
            return Err(refused("percentile", "50 to 99.9 percent", actual));
        }
        Ok(AutoencoderValidParams(self))
    }
}

/// How a network learned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Training {
    /// Mean squared error of each epoch, measured while it was trained.
    pub losses: Vec<f64>,
    /// Whether it ended before all epochs because nothing more was learned.
    pub is_stopped_early: bool,
}

/// A trained network.
#[derive(Debug, Clone)]
pub struct Autoencoder {
    net: Net,
    limits: Limits,
    training: Training,
    usual_error: f64,
    threshold: f64,
    typical: Vec<(f64, f64)>,
}

impl AutoencoderValidParams {
    /// Trains a network.
    ///
    /// # Errors
    /// As [`FitDetector::fit`], and [`FitError::TooManyColumns`].
    pub fn train(&self, data: &Dataset<'_>) -> Result<Autoencoder, FitError> {
        check_points(data)?;
        let limits = Limits::of(data);
        let n_cols = limits.n_varying();
        if n_cols == 0 {
            return Err(FitError::NoVariance);
        }
        if n_cols > MAX_COLS {
            return Err(FitError::TooManyColumns {
                most: MAX_COLS,
                actual: n_cols,
            });
        }
        let mut distinct = data.distinct();
        let mut is_counted = distinct.weights.iter().map(|weight| *weight > 0);
        (distinct.rows).retain(|_| is_counted.next().is_some_and(|is_counted| is_counted));
        distinct.weights.retain(|weight| *weight > 0);
        let n_rows = distinct.rows.len();
        let mut rows = Vec::with_capacity(n_rows * n_cols);
        for row_idx in &distinct.rows {
            limits.bring(data, *row_idx as usize, &mut rows);
        }
        let mean = data.total_weight() as f64 / n_rows as f64;
        let weights: Vec<f64> = (distinct.weights.iter())
            .map(|weight| *weight as f64 / mean)
            .collect();
        let mut rng = rng::for_stage(self.0.seed, "detect/autoencoder");
        let net = Net::drawn(n_cols, self.0.n_hidden as usize, &mut rng);
        let mut model = Autoencoder {
            net,
            limits,
            training: Training::default(),
            usual_error: 0.0,
            threshold: 0.0,
            typical: typical_ranges(data),
        };
        self.descend(&mut model, &rows, &weights, &mut rng);
        let mut errors: Vec<(f64, f64)> = (rows.chunks_exact(n_cols))
            .map(|row| model.net.error(row))
            .zip(weights)
            .collect();
        let mut quantile = |q| math::weighted_quantile(&mut errors, q).unwrap_or(0.0);
        model.usual_error = quantile(0.5);
        model.threshold = quantile(self.0.percentile / 100.0);
        Ok(model)
    }

    /// Goes through the rows until nothing more is learned.
    fn descend(&self, model: &mut Autoencoder, rows: &[f64], weights: &[f64], rng: &mut rng::Rng) {
        let mut adam = Adam::new(&model.net, self.0.learning_rate);
        let mut order: Vec<u32> = (0..weights.len() as u32).collect();
        let mut best = f64::INFINITY;
        let mut n_without = 0;
        for _ in 0..self.0.n_epochs {
            // Fisher and Yates, as far as the epoch goes.
            let n_rows = order.len().min(EPOCH_ROWS);
            for at in 0..n_rows {
                let other = rng.random_range(at as u32..order.len() as u32);
                order.swap(at, other as usize);
            }
            let loss = (model.net).epoch(
                &mut adam,
                (rows, weights),
                &order[..n_rows],
                self.0.batch_size as usize,
            );
            model.training.losses.push(loss);
            if loss < best - (best * PROGRESS).max(LEAST_PROGRESS) || best.is_infinite() {
                (best, n_without) = (loss, 0);
            } else {
                n_without += 1;
            }
            if n_without == PATIENCE {
                model.training.is_stopped_early = true;
                break;
            }
        }
    }
}

impl FitDetector for AutoencoderValidParams {
    fn name(&self) -> &'static str {
        "autoencoder"
    }

    fn fit(&self, data: &Dataset<'_>) -> Result<Box<dyn Detector>, FitError> {
        Ok(Box::new(self.train(data)?))
    }
}

impl Autoencoder {
    /// How it learned.
    #[must_use]
    pub fn training(&self) -> &Training {
        &self.training
    }

    /// Mean squared error of each row, on columns of 0–1.
    #[must_use]
    pub fn errors(&self, data: &Dataset<'_>) -> Vec<f64> {
        let mut row = Vec::new();
        (0..data.n_rows())
            .map(|row_idx| {
                row.clear();
                self.limits.bring(data, row_idx, &mut row);
                self.net.error(&row)
            })
            .collect()
    }

    fn calibrated(&self, error: f64) -> f64 {
        // Where nearly all rows are alike the threshold is the median; nothing below it stands out.
        if error <= self.usual_error {
            return 0.0;
        }
        let alarm = self.threshold.max(self.usual_error * 1.001);
        let alarm = alarm.max(f64::MIN_POSITIVE * 4.0);
        calibrate(error, self.usual_error, alarm, SEVERE * alarm)
    }
}

impl Detector for Autoencoder {
    fn score(&self, data: &Dataset<'_>) -> Vec<f64> {
        let errors = self.errors(data).into_iter();
        errors.map(|error| self.calibrated(error)).collect()
    }

    /// Columns by their part of the squared error.
    fn explain(&self, data: &Dataset<'_>, row_idx: u32) -> Vec<Contribution> {
        let mut row = Vec::new();
        self.limits.bring(data, row_idx as usize, &mut row);
        let repeated = self.net.repeat(&row);
        let errors = row
            .iter()
            .zip(&repeated)
            .map(|(value, repeated)| value - repeated);
        let squares = self.limits.varying().zip(errors.map(|error| error * error));
        let parts = squares.map(|(col, square)| (col as usize, square));
        contributions(data, row_idx, &self.typical, parts)
    }
}

#[cfg(test)]
mod tests;
