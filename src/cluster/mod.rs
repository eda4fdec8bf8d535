//! Rows of features → groups of rows that resemble each other, and what to call and where to draw them.
//!
//! The contract of every clusterer: one label a row, numbered from 0 by first appearance, `None` for a row that
//! belongs nowhere; the same input gives the same labels; a row of weight 2 is the same as two rows.

use crate::error::{FitError, ParamsError};
use crate::featurize::dataset::Dataset;

pub mod dbscan;
pub mod hdbscan;
mod knee;
pub mod layout;
pub mod name;
mod search;

/// Groups rows. Implemented by checked parameters.
pub trait Clusterer {
    /// Stable name, used on the wire and in golden tests.
    fn name(&self) -> &'static str;

    /// Finds the groups. Dense rows are compared by Euclidean distance (scale them first), sparse rows by 1 −
    /// cosine.
    ///
    /// # Errors
    /// [`FitError::TooFewRows`] below 2 rows.
    fn cluster(&self, data: &Dataset<'_>) -> Result<Clustering, FitError>;
}

/// Which rows belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Clustering {
    /// Cluster of each row, from 0 by first appearance; `None` is noise.
    pub labels: Vec<Option<u32>>,
    /// Clusters.
    pub n_clusters: u32,
    /// Radius of a neighbourhood, or the smallest that is told from none; for methods that have one.
    pub eps: Option<f64>,
}

/// Every clusterer, with its default parameters.
#[must_use]
pub fn all() -> Vec<Box<dyn Clusterer>> {
    const VALID: &str = "the defaults are within their ranges";
    vec![
        Box::new(dbscan::DbscanParams::default().check().expect(VALID)),
        Box::new(hdbscan::HdbscanParams::default().check().expect(VALID)),
    ]
}

/// Refuses a radius that is not above 0 and at most 2, the largest cosine distance.
fn check_eps(eps: Option<f64>) -> Result<(), ParamsError> {
    if let Some(eps) = eps
        && !(eps > 0.0 && eps <= 2.0)
    {
        return Err(ParamsError {
            option: "eps",
            expected: "a distance above 0, at most 2",
            actual: eps.to_string(),
        });
    }
    Ok(())
}

/// Refuses neighbourhoods of no weight.
fn check_min_points(min_points: u32) -> Result<(), ParamsError> {
    if min_points == 0 {
        return Err(ParamsError {
            option: "minPoints",
            expected: "at least 1",
            actual: min_points.to_string(),
        });
    }
    Ok(())
}

/// The number of rows, where there are two to compare.
fn n_rows_of(data: &Dataset<'_>) -> Result<usize, FitError> {
    match data.n_rows() {
        actual @ 0..2 => Err(FitError::TooFewRows { needed: 2, actual }),
        n_rows => Ok(n_rows),
    }
}

impl Clustering {
    /// Gives the labels their final numbers.
    fn from_labels(mut labels: Vec<Option<u32>>, eps: Option<f64>) -> Self {
        let n_old = labels
            .iter()
            .flatten()
            .max()
            .map_or(0, |max| *max as usize + 1);
        let mut renamed: Vec<Option<u32>> = vec![None; n_old];
        let mut n_clusters = 0;
        for label in labels.iter_mut().flatten() {
            let name = renamed[*label as usize].get_or_insert_with(|| {
                n_clusters += 1;
                n_clusters - 1
            });
            *label = *name;
        }
        Self {
            labels,
            n_clusters,
            eps,
        }
    }
}

#[cfg(test)]
mod contract;
