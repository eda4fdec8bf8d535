//! A graph → a place for each node in the plane, linked ones near each other.
//!
//! Nodes push each other away, links pull them together, and all are drawn a little towards the middle, while it gets colder
//! (Fruchterman and Reingold, "Graph drawing by force-directed placement", 1991). They begin on a spiral in their order, so that
//! there is nothing random; every pair is looked at in every step, which is for hundreds of nodes.

use crate::base::math;

/// Steps until all is cold.
const STEPS: u32 = 250;
/// How far a node goes in the first step, in distances between neighbours.
const FIRST_STEP: f64 = 2.0;
/// How much the middle pulls.
const GRAVITY: f64 = 0.08;
/// What keeps nodes in one place apart.
const NEAR: f64 = 1e-3;
/// The angle by which nodes of the spiral follow each other: of all the one that never repeats itself.
const GOLDEN_ANGLE: f64 = 2.399_963_229_728_653;

/// Places of `n` nodes, about one apart where they are neighbours; `links` are (node, node, how strong).
#[must_use]
pub fn layout(n: usize, links: &[(u32, u32, f64)]) -> Vec<[f64; 2]> {
    let mut places: Vec<[f64; 2]> = (0..n)
        .map(|idx| {
            let (angle, radius) = (idx as f64 * GOLDEN_ANGLE, math::sqrt(idx as f64));
            [radius * math::cos(angle), radius * math::sin(angle)]
        })
        .collect();
    for step in 0..STEPS {
        let heat = FIRST_STEP * (1.0 - f64::from(step) / f64::from(STEPS));
        let mut forces: Vec<[f64; 2]> = places
            .iter()
            .map(|[x, y]| [-GRAVITY * x, -GRAVITY * y])
            .collect();
        for a in 0..n {
            for b in 0..a {
                let (dx, dy) = (places[a][0] - places[b][0], places[a][1] - places[b][1]);
                let push = 1.0 / (dx * dx + dy * dy).max(NEAR);
                forces[a] = [forces[a][0] + dx * push, forces[a][1] + dy * push];
                forces[b] = [forces[b][0] - dx * push, forces[b][1] - dy * push];
            }
        }
        for &(a, b, strength) in links {
            let (a, b) = (a as usize, b as usize);
            if a >= n || b >= n || a == b || !strength.is_finite() {
                continue;
            }
            let (dx, dy) = (places[a][0] - places[b][0], places[a][1] - places[b][1]);
            let pull = strength * math::sqrt(dx * dx + dy * dy);
            forces[a] = [forces[a][0] - dx * pull, forces[a][1] - dy * pull];
            forces[b] = [forces[b][0] + dx * pull, forces[b][1] + dy * pull];
        }
        for (place, force) in places.iter_mut().zip(&forces) {
            let length = math::sqrt(force[0] * force[0] + force[1] * force[1]);
            let share = heat.min(length) / length.max(NEAR);
            *place = [place[0] + force[0] * share, place[1] + force[1] * share];
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
        math::sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]))
    }

    #[test]
    fn linked_nodes_stand_nearer_than_others() {
        // Two cliques of five, alternating in their order.
        let is_linked = |a: u32, b: u32| a % 2 == b % 2;
        let links: Vec<(u32, u32, f64)> = (0..10)
            .flat_map(|a| (0..a).map(move |b| (a, b, 1.0)))
            .filter(|(a, b, _)| is_linked(*a, *b))
            .collect();
        let places = layout(10, &links);
        let pairs = (0..10_u32).flat_map(|a| (0..a).map(move |b| (a, b)));
        let (mut near, mut far) = (0.0_f64, f64::INFINITY);
        for (a, b) in pairs {
            let between = distance(places[a as usize], places[b as usize]);
            if is_linked(a, b) {
                near = near.max(between);
            } else {
                far = far.min(between);
            }
        }
        assert!(near < far, "{near} {far}");
    }

    #[test]
    fn places_are_finite_and_apart_whatever_the_links() {
        for n in [0, 1, 2, 150] {
            let odd = [(0, 0, 1.0), (0, 1, f64::NAN), (1, 0, 1e6), (999, 0, 1.0)];
            let places = layout(n, &odd);
            assert_eq!(places.len(), n);
            assert!(places.iter().flatten().all(|value| value.is_finite()));
            for a in 0..n {
                for b in 2..a {
                    assert!(distance(places[a], places[b]) > 0.05, "{a} and {b} of {n}");
                }
            }
        }
    }
}
