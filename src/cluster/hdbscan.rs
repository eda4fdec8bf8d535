//! Rows → clusters that persist over many radii, each at its own density, and noise.
//!
//! The core distance of a row is the radius within which it and its neighbours weigh `min_points`; two rows are
//! linked at the largest of their core distances and their distance. The minimum spanning tree of these links is
//! the tree of what DBSCAN would find at every radius. Parts lighter than `min_cluster_size` are points that leave
//! their cluster and no clusters. Of nested clusters those are kept that persist the longest (excess of mass: the
//! sum over their points of 1 / radius at which the point leaves − 1 / radius at which the cluster begins); never
//! the whole.
//!
//! A row of weight w is w equal points. Equal points are linked at distance 0, so each frequent message would be a
//! cluster of endless persistence: distances below `eps` count as `eps`.
//!
//! The spanning tree is Borůvka's ([`spanning`]), which asks an index for the nearest row of another part, so that pairs are
//! hardly ever compared. Links of equal length join all at once, so the answer does not depend on the order of rows.
//!
//! Campello, Moulavi and Sander, "Density-based clustering based on hierarchical density estimates" (PAKDD 2013).

mod spanning;
mod tree;

use std::ops::ControlFlow;

use self::spanning::spanning_tree;
use self::tree::Tree;
use super::knee::Nearest;
use super::search::{Search, Skipped};
use super::{Clusterer, Clustering, knee};
use crate::error::{FitError, ParamsError};
use crate::featurize::dataset::{Dataset, Rows};

/// Choices, unchecked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HdbscanParams {
    /// Weight a neighbourhood needs to be dense, the row itself included (at least 1).
    pub min_points: u32,
    /// Weight a cluster needs (at least 2).
    pub min_cluster_size: u32,
    /// Distances below this count as this (above 0, at most 2); `None`: by the kind of rows.
    pub eps: Option<f64>,
}

impl Default for HdbscanParams {
    fn default() -> Self {
        Self {
            min_points: 5,
            min_cluster_size: 5,
            eps: None,
        }
    }
}

/// Choices within their ranges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HdbscanValidParams(HdbscanParams);

impl HdbscanParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// `minPoints` of 0, `minClusterSize` below 2, `eps` not above 0 or above 2.
    pub fn check(self) -> Result<HdbscanValidParams, ParamsError> {
        super::check_min_points(self.min_points)?;
        if self.min_cluster_size < 2 {
            return Err(ParamsError {
                option: "minClusterSize",
                expected: "at least 2",
                actual: self.min_cluster_size.to_string(),
            });
        }
        super::check_eps(self.eps)?;
        Ok(HdbscanValidParams(self))
    }
}

impl Clusterer for HdbscanValidParams {
    fn name(&self) -> &'static str {
        "hdbscan"
    }

    fn cluster(&self, data: &Dataset<'_>) -> Result<Clustering, FitError> {
        let n_rows = super::n_rows_of(data)?;
        let finest = self.0.eps.unwrap_or_else(|| knee::radii(data).0);
        let min_points = u64::from(self.0.min_points);
        let mut search = Search::new(data);
        // A row that stands for no point neither is dense nor makes others so.
        let is_none = |row_idx: &u32| data.weight(*row_idx as usize) == 0;
        (0..n_rows as u32)
            .filter(is_none)
            .for_each(|row_idx| search.remove(row_idx));
        let mut cores = vec![0.0; n_rows];
        for row_idx in search.order(n_rows) {
            let core = core_distance(data, &mut search, row_idx, min_points, finest);
            cores[row_idx as usize] = core;
        }
        let links = spanning_tree(data, &mut search, &cores, finest);
        let tree = Tree::new(data, &cores, links);
        let labels = tree.labels(u64::from(self.0.min_cluster_size));
        Ok(Clustering::from_labels(labels, Some(finest)))
    }
}

/// Radius at which the neighbourhood of a row weighs `min_points`, at least `finest`.
fn core_distance(
    data: &Dataset<'_>,
    search: &mut Search<'_>,
    row_idx: u32,
    min_points: u64,
    finest: f64,
) -> f64 {
    let own = u64::from(data.weight(row_idx as usize));
    if own >= min_points {
        return finest;
    }
    let mut nearest = Nearest::new(min_points - own);
    search.visit(row_idx, finest, |other, distance| {
        nearest.add(distance, data.weight(other as usize));
        // Within the finest radius all distances are one.
        if nearest.is_enough() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    if nearest.is_enough() {
        return finest;
    }
    nearest.clear();
    let last = match data.rows() {
        // Rows that have nothing in common are not told apart.
        Rows::Sparse(_) => 1.0 - 1e-9,
        Rows::Dense(_) => f64::INFINITY,
    };
    search.visit_nearest(row_idx, last, Skipped::default(), |other, distance| {
        nearest.add(distance, data.weight(other as usize));
        nearest.distance().unwrap_or(last)
    });
    let farthest = match data.rows() {
        Rows::Sparse(_) => 1.0,
        Rows::Dense(_) => f64::MAX,
    };
    let distance = nearest.distance();
    distance.map_or(farthest, |distance| distance.max(finest))
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    fn params(finest: f64) -> HdbscanValidParams {
        HdbscanParams {
            eps: Some(finest),
            ..HdbscanParams::default()
        }
        .check()
        .unwrap()
    }

    #[test]
    fn clusters_of_different_density_are_found_at_once() {
        // Ten rows 0.1 apart, ten rows 2 apart: no radius finds both and keeps the far row out.
        let at = |i: usize| match i {
            0..10 => i as f64 * 0.1,
            10..20 => 20.0 + (i - 10) as f64 * 2.0,
            _ => 100.0,
        };
        let rows = Array2::from_shape_fn((21, 1), |(i, _)| at(i));
        let found = params(0.01).cluster(&Dataset::new(Rows::Dense(rows.view())));
        let expected: Vec<Option<u32>> = (0..21)
            .map(|i| (i < 20).then_some(u32::from(i >= 10)))
            .collect();
        assert_eq!(found.unwrap().labels, expected);
    }

    #[test]
    fn what_is_finer_than_told_apart_is_one() {
        // Two heavy rows 0.05 apart and two others: finer than 0.1 nothing is told apart.
        let rows = Array2::from_shape_vec((4, 1), vec![0.0, 0.05, 5.0, 5.05]).unwrap();
        let data = Dataset::weighted(Rows::Dense(rows.view()), &[50; 4]);
        let labels = |finest| params(finest).cluster(&data).unwrap().labels;
        assert_eq!(labels(0.1), [0, 0, 1, 1].map(Some));
        assert_eq!(labels(0.001), [0, 1, 2, 3].map(Some));
    }

    #[test]
    fn choices_out_of_range_name_their_option() {
        let with = |min_points, min_cluster_size, eps| HdbscanParams {
            min_points,
            min_cluster_size,
            eps,
        };
        for (params, option) in [
            (with(0, 5, None), "minPoints"),
            (with(5, 1, None), "minClusterSize"),
            (with(5, 5, Some(0.0)), "eps"),
            (with(5, 5, Some(f64::NAN)), "eps"),
        ] {
            assert_eq!(params.check().unwrap_err().option, option);
        }
    }
}
