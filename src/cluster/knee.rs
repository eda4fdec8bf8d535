//! Rows → a radius for DBSCAN: the knee of the curve of k-distances.
//!
//! The k-distance of a row is the radius within which its neighbourhood reaches the weight that makes it dense.
//! Sorted, these distances rise slowly within clusters and steeply among noise; the knee between the two is the
//! radius Ester et al. (1996) advise. It is found as the point farthest below the chord of the curve: Satopää et
//! al., "Finding a 'kneedle' in a haystack" (2011). Rows that are dense on their own say nothing about the radius
//! and are left out.

use std::ops::ControlFlow;

use super::search::Search;
use crate::base::math;
use crate::base::order::Arrange;
use crate::featurize::dataset::{Dataset, Rows};

/// Rows looked at; evenly spread over all of them.
const MAX_ROWS: usize = 1000;
/// Distances a curve needs to have a knee.
const ENOUGH: usize = 8;

/// Smallest, usual and largest radius of a neighbourhood of such rows.
pub(super) fn radii(data: &Dataset<'_>) -> (f64, f64, f64) {
    match data.rows() {
        // Below 0.25 every wording is a cluster of its own; beyond 0.5 messages share less than half of what they
        // say.
        Rows::Sparse(_) => (0.25, 0.35, 0.5),
        // Distances of standardised rows grow with the root of the number of columns.
        Rows::Dense(rows) => {
            let unit = math::sqrt(rows.ncols().max(1) as f64);
            (0.2 * unit, 0.5 * unit, 1.5 * unit)
        }
    }
}

/// Radius for these rows.
pub(super) fn eps(data: &Dataset<'_>, search: &mut Search<'_>, min_points: u64) -> f64 {
    let (low, usual, high) = radii(data);
    let step = data.n_rows().div_ceil(MAX_ROWS).max(1);
    let mut distances: Vec<f64> = (0..data.n_rows())
        .step_by(step)
        .map(|row_idx| k_distance(data, search, row_idx, min_points, high))
        .filter(|distance| *distance > 0.0)
        .collect();
    distances.arrange_by(f64::total_cmp);
    if distances.len() < ENOUGH {
        return usual;
    }
    knee(&distances).map_or(usual, |eps| eps.clamp(low, high))
}

/// Radius at which the neighbourhood of a row weighs `min_points`, at most `limit`.
fn k_distance(
    data: &Dataset<'_>,
    search: &mut Search<'_>,
    row_idx: usize,
    min_points: u64,
    limit: f64,
) -> f64 {
    let own = u64::from(data.weight(row_idx));
    if own >= min_points {
        return 0.0;
    }
    // Most neighbourhoods are small, so the radius grows step by step rather than beginning with the largest.
    let mut nearest = Nearest::new(min_points - own);
    for radius in [limit / 8.0, limit / 4.0, limit / 2.0, limit] {
        nearest.clear();
        search.visit(row_idx as u32, radius, |other, distance| {
            nearest.add(distance, data.weight(other as usize));
            ControlFlow::Continue(())
        });
        if nearest.is_enough() {
            break;
        }
    }
    nearest.distance().unwrap_or(limit)
}

/// The nearest neighbours of a row that weigh enough together: of a thousand in a neighbourhood a handful decides, so the others
/// are neither kept nor sorted.
#[derive(Debug)]
pub(super) struct Nearest {
    /// What they must weigh, at least 1.
    wanted: u64,
    weight: u64,
    /// Distance and weight, by distance.
    rows: Vec<(f64, u32)>,
}

impl Nearest {
    pub(super) fn new(wanted: u64) -> Self {
        Self {
            wanted,
            weight: 0,
            rows: Vec::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.weight = 0;
    }

    pub(super) fn is_enough(&self) -> bool {
        self.weight >= self.wanted
    }

    pub(super) fn add(&mut self, distance: f64, weight: u32) {
        let is_nearer = |last: &(f64, u32)| distance.total_cmp(&last.0).is_lt();
        if weight == 0 || self.is_enough() && !self.rows.last().is_some_and(is_nearer) {
            return;
        }
        let is_before = |row: &(f64, u32)| row.0.total_cmp(&distance).is_le();
        let at = self.rows.partition_point(is_before);
        self.rows.insert(at, (distance, weight));
        self.weight += u64::from(weight);
        while let Some(last) = self.rows.last()
            && self.weight - u64::from(last.1) >= self.wanted
        {
            self.weight -= u64::from(last.1);
            self.rows.pop();
        }
    }

    /// Distance of the last one that is needed; `None` where all together do not weigh enough.
    pub(super) fn distance(&self) -> Option<f64> {
        let last = self.rows.last().filter(|_| self.is_enough());
        last.map(|row| row.0)
    }
}

/// The value of an ascending curve that lies farthest below its chord; `None` for a straight one.
fn knee(curve: &[f64]) -> Option<f64> {
    let (first, last) = (*curve.first()?, *curve.last()?);
    if last <= first {
        return None;
    }
    let depth = |(at, value): (usize, &f64)| {
        at as f64 / (curve.len() - 1) as f64 - (value - first) / (last - first)
    };
    let depths = curve.iter().enumerate().map(depth);
    let (at, depth) =
        depths.enumerate().fold(
            (0, 0.0),
            |best, entry| if entry.1 > best.1 { entry } else { best },
        );
    (depth > 0.0).then_some(curve[at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::rng;
    use rand::RngExt;

    #[test]
    fn the_nearest_are_those_that_sorting_all_finds() {
        let mut rng = rng::for_stage(3, "nearest");
        for wanted in [1, 2, 5, 40, 1_000_000] {
            for n_rows in [0, 1, 7, 200] {
                let mut rows: Vec<(f64, u32)> = (0..n_rows)
                    .map(|_| {
                        let distance = f64::from(rng.random_range(0..30_u32)) / 10.0;
                        (distance, rng.random_range(0..4_u32))
                    })
                    .collect();
                let mut nearest = Nearest::new(wanted);
                for (distance, weight) in &rows {
                    nearest.add(*distance, *weight);
                }
                rows.sort_by(|a, b| a.0.total_cmp(&b.0));
                let mut weight = 0;
                let last = rows.iter().find(|row| {
                    weight += u64::from(row.1);
                    weight >= wanted
                });
                assert_eq!(nearest.distance(), last.map(|row| row.0), "{wanted}");
            }
        }
    }

    #[test]
    fn the_knee_is_where_the_curve_turns_up() {
        assert_eq!(knee(&[0.1, 0.11, 0.12, 0.13, 0.14, 0.6, 0.9]), Some(0.14));
        assert_eq!(knee(&[0.2, 0.2, 0.2]), None);
        assert_eq!(knee(&[]), None);
    }
}
