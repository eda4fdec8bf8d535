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
    let mut around = Vec::new();
    for radius in [limit / 8.0, limit / 4.0, limit / 2.0, limit] {
        around.clear();
        let mut weight = own;
        search.visit(row_idx as u32, radius, |other, distance| {
            weight = weight.saturating_add(u64::from(data.weight(other as usize)));
            around.push((distance, data.weight(other as usize)));
            ControlFlow::Continue(())
        });
        if weight >= min_points {
            break;
        }
    }
    around.arrange_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut weight = own;
    for (distance, other) in around {
        weight += u64::from(other);
        if weight >= min_points {
            return distance;
        }
    }
    limit
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

    #[test]
    fn the_knee_is_where_the_curve_turns_up() {
        assert_eq!(knee(&[0.1, 0.11, 0.12, 0.13, 0.14, 0.6, 0.9]), Some(0.14));
        assert_eq!(knee(&[0.2, 0.2, 0.2]), None);
        assert_eq!(knee(&[]), None);
    }
}
