//! Sparse rows → places in two dimensions that keep as much of their variance as two dimensions can (PCA).
//!
//! The first two principal components by block power iteration from a fixed start: the matrix is only ever
//! multiplied with a few vectors and never filled up or centred in memory. The sign of a component is fixed by its
//! largest loading, so that a picture does not flip from run to run.
//!
//! Halko, Martinsson and Tropp, "Finding structure with randomness" (2011).

use rand::RngExt;

use crate::base::order::Arrange;
use crate::base::{math, rng};
use crate::error::FitError;
use crate::featurize::dataset::tame;
use crate::featurize::sparse::Sparse;

/// Vectors iterated with: more than two, so that the first two settle quickly.
const BLOCK: usize = 6;
const ITERATIONS: usize = 20;

/// Column-major block of vectors.
type Block = Vec<[f64; BLOCK]>;

/// Place (x, y) of each row.
///
/// # Errors
/// [`FitError::TooFewRows`] below 3 rows, [`FitError::NoVariance`] when all are alike.
pub fn pca(rows: &Sparse) -> Result<Vec<[f64; 2]>, FitError> {
    let n_rows = rows.n_rows();
    if n_rows < 3 {
        return Err(FitError::TooFewRows {
            needed: 3,
            actual: n_rows,
        });
    }
    let centered = Centered::new(rows);
    let mut rng = rng::for_stage(0, "cluster/layout");
    let mut basis: Block = (0..rows.n_cols)
        .map(|_| std::array::from_fn(|_| rng.random::<f64>() - 0.5))
        .collect();
    orthonormalize(&mut basis);
    for _ in 0..ITERATIONS {
        basis = centered.transposed_times(&centered.times(&basis));
        orthonormalize(&mut basis);
    }
    let projected = centered.times(&basis);
    let mut gram = [[0.0; BLOCK]; BLOCK];
    for row in &projected {
        for (i, x) in row.iter().enumerate() {
            for (j, y) in row.iter().enumerate() {
                gram[i][j] += x * y;
            }
        }
    }
    let (variances, rotation) = eigen(gram);
    if !(variances[0] > 1e-18 * n_rows as f64) {
        return Err(FitError::NoVariance);
    }
    let mut axes = [rotation[0], rotation[1]];
    for axis in &mut axes {
        let loadings = basis.iter().map(|row| dot(row, axis));
        let largest = loadings.fold(0.0_f64, |max, x| if x.abs() > max.abs() { x } else { max });
        if largest < 0.0 {
            axis.iter_mut().for_each(|x| *x = -*x);
        }
    }
    let place = |row: &[f64; BLOCK]| axes.map(|axis| tame(dot(row, &axis) * centered.unit));
    Ok(projected.iter().map(place).collect())
}

fn dot(a: &[f64; BLOCK], b: &[f64; BLOCK]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The rows minus their mean, divided by the largest value, never written out.
struct Centered<'a> {
    rows: &'a Sparse,
    unit: f64,
    mean: Vec<f64>,
}

impl<'a> Centered<'a> {
    fn new(rows: &'a Sparse) -> Self {
        let largest = rows
            .values
            .iter()
            .fold(0.0_f64, |max, x| max.max(tame(*x).abs()));
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let mut mean = vec![0.0; rows.n_cols as usize];
        for row in rows.rows() {
            for (col, value) in row.entries() {
                mean[col as usize] += tame(value) / unit / rows.n_rows() as f64;
            }
        }
        Self { rows, unit, mean }
    }

    fn times(&self, block: &Block) -> Block {
        let mut offset = [0.0; BLOCK];
        for (mean, row) in self.mean.iter().zip(block) {
            add(&mut offset, row, *mean);
        }
        let product = |row: crate::featurize::sparse::SparseRow<'_>| {
            let mut sum = offset.map(|x| -x);
            for (col, value) in row.entries() {
                add(&mut sum, &block[col as usize], tame(value) / self.unit);
            }
            sum
        };
        self.rows.rows().map(product).collect()
    }

    fn transposed_times(&self, block: &Block) -> Block {
        let mut product = vec![[0.0; BLOCK]; self.rows.n_cols as usize];
        let mut total = [0.0; BLOCK];
        for (row, weights) in self.rows.rows().zip(block) {
            add(&mut total, weights, 1.0);
            for (col, value) in row.entries() {
                add(&mut product[col as usize], weights, tame(value) / self.unit);
            }
        }
        for (sum, mean) in product.iter_mut().zip(&self.mean) {
            add(sum, &total, -mean);
        }
        product
    }
}

fn add(sum: &mut [f64; BLOCK], row: &[f64; BLOCK], factor: f64) {
    for (s, x) in sum.iter_mut().zip(row) {
        *s += x * factor;
    }
}

/// Modified Gram–Schmidt, twice for accuracy; vectors that depend on earlier ones become 0.
fn orthonormalize(block: &mut Block) {
    let length =
        |block: &Block, j: usize| math::sqrt(block.iter().map(|row| row[j] * row[j]).sum());
    for _ in 0..2 {
        for j in 0..BLOCK {
            let before = length(block, j);
            for i in 0..j {
                let overlap: f64 = block.iter().map(|row| row[i] * row[j]).sum();
                block.iter_mut().for_each(|row| row[j] -= overlap * row[i]);
            }
            let after = length(block, j);
            // What is left of a dependent vector is rounding noise and must not be blown up to length 1.
            let factor = if after > before * 1e-10 && after > 1e-140 {
                1.0 / after
            } else {
                0.0
            };
            block.iter_mut().for_each(|row| row[j] *= factor);
        }
    }
}

/// Eigenvalues, largest first, and eigenvectors (as rows) of a symmetric matrix, by Jacobi rotations.
fn eigen(mut a: [[f64; BLOCK]; BLOCK]) -> ([f64; BLOCK], [[f64; BLOCK]; BLOCK]) {
    let mut v: [[f64; BLOCK]; BLOCK] =
        std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))));
    for _ in 0..50 {
        for p in 0..BLOCK {
            for q in p + 1..BLOCK {
                if a[p][q] == 0.0 {
                    continue;
                }
                let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
                let t = theta.signum() / (theta.abs() + math::sqrt(theta * theta + 1.0));
                let c = 1.0 / math::sqrt(t * t + 1.0);
                let s = t * c;
                for row in &mut a {
                    let (x, y) = (row[p], row[q]);
                    (row[p], row[q]) = (c * x - s * y, s * x + c * y);
                }
                for k in 0..BLOCK {
                    let (x, y) = (a[p][k], a[q][k]);
                    (a[p][k], a[q][k]) = (c * x - s * y, s * x + c * y);
                    let (x, y) = (v[p][k], v[q][k]);
                    (v[p][k], v[q][k]) = (c * x - s * y, s * x + c * y);
                }
            }
        }
    }
    let mut order: [usize; BLOCK] = std::array::from_fn(|i| i);
    order.arrange_by(|i, j| a[*j][*j].total_cmp(&a[*i][*i]));
    (order.map(|i| a[i][i]), order.map(|i| v[i]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::featurize::tfidf::tfidf;

    #[test]
    fn the_widest_direction_comes_first() {
        let mut rows = Sparse::with_cols(3);
        for i in 0..40_u32 {
            let t = f64::from(i) - 19.5;
            rows.push_row([(0, 3.0 * t), (1, 5.0 + f64::from(i % 4)), (2, 4.0 * t)]);
        }
        let places = pca(&rows).unwrap();
        let x: f64 = places.iter().map(|p| p[0] * p[0]).sum();
        let y: f64 = places.iter().map(|p| p[1] * p[1]).sum();
        // Variance 25 t² along (0.6, 0, 0.8), and 1.25 a row across.
        let t2: f64 = (0..40)
            .map(|i| (f64::from(i) - 19.5) * (f64::from(i) - 19.5))
            .sum();
        assert!((x / (25.0 * t2) - 1.0).abs() < 0.01, "{x}");
        assert!((y - 49.53).abs() < 0.01, "{y}");
        assert!(places.windows(2).all(|p| p[0][0] < p[1][0]));
    }

    #[test]
    fn messages_of_one_kind_lie_together() {
        let texts: Vec<String> = (0..30)
            .map(|i| match i % 3 {
                0 => format!("session opened for user u{i}"),
                1 => format!("disk d{i} is nearly full"),
                _ => format!("request r{i} took too long"),
            })
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let places = pca(&tfidf(&texts, &[]).rows).unwrap();
        let distance = |a: usize, b: usize| {
            (places[a][0] - places[b][0]).abs() + (places[a][1] - places[b][1]).abs()
        };
        assert!(distance(0, 3) < 0.1 * distance(0, 1), "{places:?}");
        assert!(distance(1, 4) < 0.1 * distance(1, 2), "{places:?}");
    }

    #[test]
    fn what_cannot_be_laid_out_is_refused() {
        let mut rows = Sparse::with_cols(2);
        assert_eq!(
            pca(&rows),
            Err(FitError::TooFewRows {
                needed: 3,
                actual: 0
            })
        );
        (0..5).for_each(|_| rows.push_row([(0, 0.7), (1, 0.7)]));
        assert_eq!(pca(&rows), Err(FitError::NoVariance));
        let mut huge = Sparse::with_cols(2);
        (0..5).for_each(|i| huge.push_row([(0, 1e308), (1, f64::from(i) * -1e307)]));
        assert!(pca(&huge).unwrap().iter().flatten().all(|x| x.is_finite()));
    }
}
