//! Rows → clusters of dense neighbourhoods, whatever their shape and number, and noise.
//!
//! A row is a core when the rows within `eps`, itself included, weigh at least `min_points`; cores within `eps` of
//! each other are of one cluster; a row that is no core belongs to the cluster of a core within `eps`, or to none.
//! A row of weight w is w equal points. A border row within reach of two clusters goes to the one whose first core
//! comes first in the order of rows, as in scikit-learn.
//!
//! Nothing is quadratic in memory, and little in time: counting a neighbourhood ends as soon as the row is known to
//! be a core, and a row leaves the index when it has found its cluster, so that large clusters are walked through
//! once.
//!
//! Ester, Kriegel, Sander and Xu, "A density-based algorithm for discovering clusters in large spatial databases
//! with noise" (KDD 1996).

use std::ops::ControlFlow;

use super::search::Search;
use super::{Clusterer, Clustering, knee};
use crate::error::{FitError, ParamsError};
use crate::featurize::dataset::Dataset;

/// Choices, unchecked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DbscanParams {
    /// Radius of a neighbourhood (above 0, at most 2); `None`: the knee of the curve of k-distances.
    pub eps: Option<f64>,
    /// Weight a neighbourhood needs to be dense (at least 1).
    pub min_points: u32,
}

impl Default for DbscanParams {
    fn default() -> Self {
        Self {
            eps: None,
            min_points: 5,
        }
    }
}

/// Choices within their ranges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DbscanValidParams(DbscanParams);

impl DbscanParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// `eps` not above 0 or above 2, `minPoints` of 0.
    pub fn check(self) -> Result<DbscanValidParams, ParamsError> {
        super::check_eps(self.eps)?;
        super::check_min_points(self.min_points)?;
        Ok(DbscanValidParams(self))
    }
}

impl Clusterer for DbscanValidParams {
    fn name(&self) -> &'static str {
        "dbscan"
    }

    fn cluster(&self, data: &Dataset<'_>) -> Result<Clustering, FitError> {
        let n_rows = super::n_rows_of(data)?;
        let min_points = u64::from(self.0.min_points);
        let mut search = Search::new(data);
        let eps = self
            .0
            .eps
            .unwrap_or_else(|| knee::eps(data, &mut search, min_points));
        let is_core: Vec<bool> = (0..n_rows)
            .map(|row_idx| is_core(data, &mut search, row_idx, eps, min_points))
            .collect();

        let mut labels = vec![None; n_rows];
        let mut n_clusters = 0;
        let (mut reachable, mut found) = (Vec::new(), Vec::new());
        for first in 0..n_rows {
            if labels[first].is_some() || !is_core[first] {
                continue;
            }
            let label = Some(n_clusters);
            n_clusters += 1;
            labels[first] = label;
            search.remove(first as u32);
            reachable.push(first as u32);
            while let Some(core) = reachable.pop() {
                search.visit(core, eps, |other, _| {
                    found.push(other);
                    ControlFlow::Continue(())
                });
                for other in found.drain(..) {
                    labels[other as usize] = label;
                    search.remove(other);
                    if is_core[other as usize] {
                        reachable.push(other);
                    }
                }
            }
        }
        Ok(Clustering::from_labels(labels, Some(eps)))
    }
}

fn is_core(
    data: &Dataset<'_>,
    search: &mut Search<'_>,
    row_idx: usize,
    eps: f64,
    min_points: u64,
) -> bool {
    let mut weight = u64::from(data.weight(row_idx));
    if weight < min_points {
        search.visit(row_idx as u32, eps, |other, _| {
            weight += u64::from(data.weight(other as usize));
            if weight < min_points {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
    }
    weight >= min_points
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::featurize::dataset::Rows;
    use crate::featurize::tfidf::tfidf;

    fn labels(data: &Dataset<'_>, eps: f64, min_points: u32) -> Vec<Option<u32>> {
        let params = DbscanParams {
            eps: Some(eps),
            min_points,
        }
        .check()
        .unwrap();
        params.cluster(data).unwrap().labels
    }

    #[test]
    fn dense_rows_group_and_the_far_one_is_noise() {
        let rows = array![
            [9.0, 9.0],
            [0.0, 0.0],
            [0.1, 0.0],
            [0.2, 0.0],
            [5.0, 5.0],
            [5.0, 5.1],
            [5.1, 5.0]
        ];
        let data = Dataset::new(Rows::Dense(rows.view()));
        let expected = [None, Some(0), Some(0), Some(0), Some(1), Some(1), Some(1)];
        assert_eq!(labels(&data, 0.2, 3), expected);
    }

    #[test]
    fn weight_makes_a_row_dense() {
        let rows = array![[0.0], [1.0], [9.0]];
        let data = Dataset::weighted(Rows::Dense(rows.view()), &[5, 1, 1]);
        assert_eq!(labels(&data, 1.0, 5), [Some(0), Some(0), None]);
    }

    #[test]
    fn a_border_row_goes_to_the_first_cluster() {
        // Row 3 is within reach of both clusters and no core itself.
        let rows = array![[0.0], [0.1], [0.2], [1.1], [2.0], [2.1], [2.2]];
        let data = Dataset::new(Rows::Dense(rows.view()));
        let expected = [0, 0, 0, 0, 1, 1, 1].map(Some);
        assert_eq!(labels(&data, 0.95, 4)[3], expected[3]);
        let reversed = array![[2.2], [2.1], [2.0], [1.1], [0.2], [0.1], [0.0]];
        let data = Dataset::new(Rows::Dense(reversed.view()));
        assert_eq!(labels(&data, 0.95, 4)[3], Some(0));
    }

    #[test]
    fn messages_of_one_kind_group() {
        let texts = [
            "session opened for user root",
            "session opened for user admin",
            "session opened for user guest",
            "disk sda1 is full",
            "disk sdb1 is full",
            "disk sdc1 is full",
            "",
        ];
        let t = tfidf(&texts, &[]);
        let data = Dataset::new(Rows::Sparse(&t.rows));
        let expected = [Some(0), Some(0), Some(0), Some(1), Some(1), Some(1), None];
        assert_eq!(labels(&data, 0.6, 3), expected);
    }

    #[test]
    fn the_radius_is_chosen_where_none_is_given() {
        let rows = Array2::from_shape_fn((60, 2), |(i, j)| {
            let center = [0.0, 4.0, -4.0][i % 3];
            center + ((i * 7 + j * 13) % 11) as f64 * 0.03
        });
        let data = Dataset::new(Rows::Dense(rows.view()));
        let found = DbscanParams::default()
            .check()
            .unwrap()
            .cluster(&data)
            .unwrap();
        assert_eq!(found.n_clusters, 3, "eps {:?}", found.eps);
    }

    #[test]
    fn choices_out_of_range_name_their_option() {
        for (eps, min_points, option) in [
            (Some(0.0), 5, "eps"),
            (Some(2.1), 5, "eps"),
            (Some(f64::NAN), 5, "eps"),
            (None, 0, "minPoints"),
        ] {
            assert_eq!(
                DbscanParams { eps, min_points }.check().unwrap_err().option,
                option
            );
        }
    }
}
