//! The network: weights, one pass forward, one step of Adam.
//!
//! Sums run in one order, over rows of weights that lie together, so that the compiler can use vectors without changing a bit.

use crate::base::math;
use crate::base::rng;
use rand::RngExt;

/// Decay of the mean of the gradients.
const BETA_1: f64 = 0.9;
/// Decay of the mean of their squares.
const BETA_2: f64 = 0.999;
/// Keeps a step finite where no gradient was.
const EPSILON: f64 = 1e-8;

/// Weights of both layers. `n_cols` × `n_hidden` each, by column, then the biases.
#[derive(Debug, Clone, PartialEq)]
pub struct Net {
    n_cols: usize,
    n_hidden: usize,
    /// Into the hidden units, into the outputs, biases of the hidden units, biases of the outputs.
    weights: Vec<f64>,
}

/// Steps of Adam over the weights of a net.
#[derive(Debug, Clone)]
pub struct Adam {
    rate: f64,
    gradient: Vec<f64>,
    means: Vec<f64>,
    squares: Vec<f64>,
    /// [`BETA_1`] and [`BETA_2`] to the power of the steps taken.
    powers: (f64, f64),
}

impl Adam {
    /// Before the first step over the weights of `net`.
    #[must_use]
    pub fn new(net: &Net, rate: f64) -> Self {
        let none = vec![0.0; net.weights.len()];
        Self {
            rate,
            gradient: none.clone(),
            means: none.clone(),
            squares: none,
            powers: (1.0, 1.0),
        }
    }

    fn step(&mut self, weights: &mut [f64]) {
        self.powers = (self.powers.0 * BETA_1, self.powers.1 * BETA_2);
        let unbiased = (1.0 / (1.0 - self.powers.0), 1.0 / (1.0 - self.powers.1));
        let moments = self.means.iter_mut().zip(&mut self.squares);
        for ((weight, gradient), (mean, square)) in
            weights.iter_mut().zip(&mut self.gradient).zip(moments)
        {
            *mean = BETA_1 * *mean + (1.0 - BETA_1) * *gradient;
            *square = BETA_2 * *square + (1.0 - BETA_2) * *gradient * *gradient;
            let length = math::sqrt(*square * unbiased.1) + EPSILON;
            *weight -= self.rate * *mean * unbiased.0 / length;
            *gradient = 0.0;
        }
    }
}

impl Net {
    /// A net with these weights: into the hidden units (column × unit), into the outputs (column × unit), biases of the hidden
    /// units, biases of the outputs; `None` if they are not as many.
    #[must_use]
    pub fn of(n_cols: usize, n_hidden: usize, weights: Vec<f64>) -> Option<Self> {
        let n = 2 * n_cols * n_hidden + n_hidden + n_cols;
        (weights.len() == n).then_some(Self {
            n_cols,
            n_hidden,
            weights,
        })
    }

    /// A net with random weights.
    #[must_use]
    pub fn drawn(n_cols: usize, n_hidden: usize, rng: &mut rng::Rng) -> Self {
        let n = n_cols * n_hidden;
        let limits = [
            math::sqrt(6.0 / n_cols.max(1) as f64),
            math::sqrt(6.0 / (n_cols + n_hidden).max(1) as f64),
        ];
        let mut weights: Vec<f64> = (0..2 * n)
            .map(|at| limits[at / n.max(1)] * (2.0 * rng.random::<f64>() - 1.0))
            .collect();
        weights.resize(2 * n + n_hidden + n_cols, 0.0);
        Self {
            n_cols,
            n_hidden,
            weights,
        }
    }

    /// The hidden units and the outputs for a row of values from 0 to 1.
    fn forward(&self, row: &[f64], hidden: &mut [f64], out: &mut [f64]) {
        let n = self.n_cols * self.n_hidden;
        hidden.copy_from_slice(&self.weights[2 * n..2 * n + self.n_hidden]);
        for (value, column) in row.iter().zip(self.weights.chunks_exact(self.n_hidden)) {
            if *value != 0.0 {
                for (unit, weight) in hidden.iter_mut().zip(column) {
                    *unit += value * weight;
                }
            }
        }
        for unit in hidden.iter_mut() {
            *unit = unit.max(0.0);
        }
        let biases = &self.weights[2 * n + self.n_hidden..];
        let columns = self.weights[n..2 * n].chunks_exact(self.n_hidden);
        for ((out, column), bias) in out.iter_mut().zip(columns).zip(biases) {
            *out = sigmoid(bias + dot(column, hidden));
        }
    }

    /// A row as the net repeats it.
    #[must_use]
    pub fn repeat(&self, row: &[f64]) -> Vec<f64> {
        let (mut hidden, mut out) = (vec![0.0; self.n_hidden], vec![0.0; self.n_cols]);
        self.forward(row, &mut hidden, &mut out);
        out
    }

    /// Mean squared error of a row.
    #[must_use]
    pub fn error(&self, row: &[f64]) -> f64 {
        mean_square(row, &self.repeat(row))
    }

    /// Trains once on each row of `order`, a step every `batch_size` rows; the weighted mean of their errors while they were
    /// trained on. `rows` are values from 0 to 1, row by row, with a weight each.
    pub fn epoch(
        &mut self,
        adam: &mut Adam,
        (rows, weights): (&[f64], &[f64]),
        order: &[u32],
        batch_size: usize,
    ) -> f64 {
        let mut hidden = vec![0.0; self.n_hidden];
        let mut back = vec![0.0; self.n_hidden];
        let mut out = vec![0.0; self.n_cols];
        let (mut sum, mut total) = (0.0, 0.0);
        for batch in order.chunks(batch_size) {
            for row_idx in batch {
                let at = *row_idx as usize;
                let row = &rows[at * self.n_cols..(at + 1) * self.n_cols];
                self.forward(row, &mut hidden, &mut out);
                sum += weights[at] * mean_square(row, &out);
                total += weights[at];
                let part = weights[at] / batch.len() as f64;
                self.backward(adam, row, part, &hidden, &mut back, &mut out);
            }
            adam.step(&mut self.weights);
        }
        sum / total
    }

    /// Adds `part` of the gradient of a row's mean squared error; `out` is used up.
    fn backward(
        &self,
        adam: &mut Adam,
        row: &[f64],
        part: f64,
        hidden: &[f64],
        back: &mut [f64],
        out: &mut [f64],
    ) {
        let (n, n_hidden) = (self.n_cols * self.n_hidden, self.n_hidden);
        let (into_hidden, rest) = adam.gradient.split_at_mut(n);
        let (into_out, biases) = rest.split_at_mut(n);
        let (hidden_biases, out_biases) = biases.split_at_mut(n_hidden);
        back.fill(0.0);
        let scale = 2.0 * part / self.n_cols as f64;
        let columns = self.weights[n..2 * n].chunks_exact(n_hidden);
        let gradients = into_out.chunks_exact_mut(n_hidden).zip(out_biases);
        for (((out, value), column), (gradient, bias)) in
            out.iter_mut().zip(row).zip(columns).zip(gradients)
        {
            let slope = scale * (*out - value) * *out * (1.0 - *out);
            *bias += slope;
            let units = gradient.iter_mut().zip(back.iter_mut());
            for ((gradient, back), (unit, weight)) in units.zip(hidden.iter().zip(column)) {
                *gradient += slope * unit;
                *back += slope * weight;
            }
        }
        for (back, unit) in back.iter_mut().zip(hidden) {
            *back = if *unit > 0.0 { *back } else { 0.0 };
        }
        for (bias, back) in hidden_biases.iter_mut().zip(back.iter()) {
            *bias += back;
        }
        for (value, gradient) in row.iter().zip(into_hidden.chunks_exact_mut(n_hidden)) {
            if *value != 0.0 {
                for (gradient, back) in gradient.iter_mut().zip(back.iter()) {
                    *gradient += value * back;
                }
            }
        }
    }
}

/// Eight sums side by side, added up in one order on every target.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

fn mean_square(row: &[f64], repeated: &[f64]) -> f64 {
    let squares = (row.iter().zip(repeated)).map(|(a, b)| (a - b) * (a - b));
    squares.sum::<f64>() / row.len() as f64
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + math::exp(-x))
}
