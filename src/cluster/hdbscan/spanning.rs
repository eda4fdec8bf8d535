//! Rows and their core distances → the shortest links that connect all of them.
//!
//! First the rows that are dense at the finest radius are joined as DBSCAN does it: no link is shorter, and each row is found
//! once. Then each part looks for the shortest link to another part, and all parts join along theirs at once (Borůvka 1926), until
//! one is left. A row remembers the nearest row of another part, and asks again only when that has become part of its own; it
//! does not ask when it is not dense enough to have a shorter link than its part has found already. Parts of a k-d tree, and words,
//! that occur in one part only are not looked into: March, Ram and Gray, "Fast Euclidean minimum spanning tree" (KDD 2010).

use std::ops::ControlFlow;

use super::tree::find;
use crate::base::order::Arrange;
use crate::cluster::search::{Search, Skipped, larger};
use crate::featurize::dataset::{Dataset, Rows};

/// A link of the spanning tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) length: f64,
    pub(super) a: u32,
    pub(super) b: u32,
}

/// Minimum spanning tree over the rows that stand for points, shortest link first; `search` knows these rows only.
pub(super) fn spanning_tree(
    data: &Dataset<'_>,
    search: &mut Search<'_>,
    cores: &[f64],
    finest: f64,
) -> Vec<Link> {
    let mut order: Vec<u32> = (0..data.n_rows() as u32)
        .filter(|row_idx| data.weight(*row_idx as usize) > 0)
        .collect();
    let core = |row_idx: u32| cores[row_idx as usize];
    // The densest rows find the shortest links.
    order.arrange_by(|a, b| core(*a).total_cmp(&core(*b)).then(a.cmp(b)));
    let farthest = match data.rows() {
        Rows::Sparse(_) => 1.0,
        Rows::Dense(_) => f64::MAX,
    };
    let mut growing = Growing {
        sets: (0..data.n_rows() as u32).collect(),
        links: Vec::with_capacity(order.len()),
    };
    growing.flood(data, &order, cores, finest);
    let mut known: Vec<Known> = (cores.iter())
        .map(|core| Known {
            length: *core,
            other: None,
        })
        .collect();
    while growing.links.len() + 1 < order.len() {
        let part_of: Vec<u32> = (0..data.n_rows() as u32)
            .map(|row_idx| find(&mut growing.sets, row_idx))
            .collect();
        let found = shortest(search, cores, &order, &part_of, &mut known, farthest);
        if found.is_empty() {
            // What is left has nothing in common with anything.
            let first = order[0];
            for other in &order[1..] {
                growing.join(farthest, first, *other);
            }
            break;
        }
        for link in found {
            growing.join(link.length, link.a, link.b);
        }
    }
    let mut links = growing.links;
    links.arrange_by(|x, y| {
        x.length
            .total_cmp(&y.length)
            .then((x.a, x.b).cmp(&(y.a, y.b)))
    });
    links
}

/// The nearest row of another part that a row knows of, or how far away any is at least.
#[derive(Debug, Clone, Copy)]
struct Known {
    length: f64,
    other: Option<u32>,
}

/// The shortest link of each part to another, by part.
fn shortest(
    search: &mut Search<'_>,
    cores: &[f64],
    order: &[u32],
    part_of: &[u32],
    known: &mut [Known],
    farthest: f64,
) -> Vec<Link> {
    let common = search.common(part_of);
    let mut best: Vec<Option<Link>> = vec![None; part_of.len()];
    for &row_idx in order {
        let part = part_of[row_idx as usize];
        let limit = best[part as usize].map_or(farthest, |link| link.length);
        let mut nearest = known[row_idx as usize];
        if nearest.length >= limit {
            continue;
        }
        let is_apart = |other: u32| part_of[other as usize] != part;
        if !nearest.other.is_some_and(is_apart) {
            let skipped = Skipped {
                part_of,
                common: &common,
                part,
            };
            let own = cores[row_idx as usize];
            nearest = Known {
                length: limit,
                other: None,
            };
            search.visit_nearest(row_idx, limit, skipped, |other, distance| {
                let length = larger(larger(distance, own), cores[other as usize]);
                if length < nearest.length {
                    nearest = Known {
                        length,
                        other: Some(other),
                    };
                }
                // Nothing is nearer than the row's own core distance.
                if nearest.length <= own {
                    0.0
                } else {
                    nearest.length
                }
            });
            known[row_idx as usize] = nearest;
        }
        if let Some(other) = nearest.other {
            best[part as usize] = Some(Link {
                length: nearest.length,
                a: row_idx,
                b: other,
            });
        }
    }
    best.into_iter().flatten().collect()
}

/// Parts that grow together.
struct Growing {
    /// A row of the same part for each row, up to the one that names it.
    sets: Vec<u32>,
    links: Vec<Link>,
}

impl Growing {
    fn join(&mut self, length: f64, a: u32, b: u32) {
        let (x, y) = (find(&mut self.sets, a), find(&mut self.sets, b));
        if x != y {
            self.sets[y as usize] = x;
            self.links.push(Link { length, a, b });
        }
    }

    /// Joins the rows that are dense at the finest radius and within it of each other.
    fn flood(&mut self, data: &Dataset<'_>, order: &[u32], cores: &[f64], finest: f64) {
        let is_dense = |row_idx: u32| cores[row_idx as usize] <= finest;
        let mut search = Search::new(data);
        let mut is_in = vec![false; data.n_rows()];
        for row_idx in order {
            is_in[*row_idx as usize] = is_dense(*row_idx);
        }
        for (row_idx, is_in) in (0..).zip(&is_in) {
            if !is_in {
                search.remove(row_idx);
            }
        }
        let mut reached = Vec::new();
        for &start in order.iter().filter(|row_idx| is_dense(**row_idx)) {
            if !std::mem::take(&mut is_in[start as usize]) {
                continue;
            }
            search.remove(start);
            reached.push(start);
            while let Some(row_idx) = reached.pop() {
                let from = reached.len();
                search.visit(row_idx, finest, |other, _| {
                    reached.push(other);
                    ControlFlow::Continue(())
                });
                for other in &reached[from..] {
                    search.remove(*other);
                    is_in[*other as usize] = false;
                    self.join(finest, row_idx, *other);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use rand::RngExt;

    use super::*;
    use crate::base::rng;
    use crate::featurize::tfidf::tfidf;

    /// Lengths of the links of Prim's tree over all pairs, ascending.
    fn by_all_pairs(cores: &[f64], distance: impl Fn(usize, usize) -> f64) -> Vec<f64> {
        let mut shortest = vec![f64::MAX; cores.len()];
        let mut left: Vec<usize> = (1..cores.len()).collect();
        let (mut joined, mut lengths) = (0, Vec::new());
        while !left.is_empty() {
            for row_idx in &left {
                let length = distance(joined, *row_idx);
                let length = length.max(cores[joined]).max(cores[*row_idx]);
                shortest[*row_idx] = shortest[*row_idx].min(length);
            }
            let nearest = |a: &usize, b: &usize| shortest[left[*a]].total_cmp(&shortest[left[*b]]);
            let at = (0..left.len()).min_by(nearest).unwrap();
            joined = left.swap_remove(at);
            lengths.push(shortest[joined]);
        }
        lengths.sort_by(f64::total_cmp);
        lengths
    }

    fn lengths(data: &Dataset<'_>, cores: &[f64], finest: f64) -> Vec<f64> {
        let links = spanning_tree(data, &mut Search::new(data), cores, finest);
        let mut sets: Vec<u32> = (0..cores.len() as u32).collect();
        for link in &links {
            let (a, b) = (find(&mut sets, link.a), find(&mut sets, link.b));
            assert_ne!(a, b, "a link closes a ring");
            sets[a as usize] = b;
        }
        links.iter().map(|link| link.length).collect()
    }

    #[test]
    fn the_links_are_as_short_as_those_of_all_pairs() {
        for seed in 0..40 {
            let mut rng = rng::for_stage(seed, "test/spanning");
            let n_rows = rng.random_range(2..120_usize);
            // Whole numbers make many equal distances.
            let rows = Array2::from_shape_fn((n_rows, 3), |_| {
                f64::from(rng.random_range(0..20_u32)) / [1.0, 7.3][seed as usize % 2]
            });
            let finest: f64 = [0.1, 1.0, 3.0][seed as usize % 3];
            let cores: Vec<f64> = (0..n_rows)
                .map(|_| finest.max(f64::from(rng.random_range(0..5_u32))))
                .collect();
            let data = Dataset::new(Rows::Dense(rows.view()));
            let distance = |a: usize, b: usize| {
                crate::cluster::search::distance(
                    rows.row(a).as_slice().unwrap(),
                    rows.row(b).as_slice().unwrap(),
                )
                .max(finest)
            };
            let expected = by_all_pairs(&cores, distance);
            assert_eq!(lengths(&data, &cores, finest), expected, "seed {seed}");

            let words = [
                "disk", "full", "login", "failed", "for", "user", "on", "node",
            ];
            let texts: Vec<String> = (0..n_rows)
                .map(|_| {
                    let n_words = rng.random_range(0..5_u32);
                    let said = (0..n_words).map(|_| words[rng.random_range(0..8_u32) as usize]);
                    said.collect::<Vec<_>>().join(" ")
                })
                .collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let rows = tfidf(&texts, &[]).rows;
            let cores: Vec<f64> = (0..n_rows)
                .map(|_| f64::from(rng.random_range(2..11_u32)) / 10.0)
                .collect();
            let data = Dataset::new(Rows::Sparse(&rows));
            let distance =
                |a: usize, b: usize| (1.0 - rows.row(a).dot(rows.row(b))).clamp(0.2, 1.0);
            let expected = by_all_pairs(&cores, distance);
            let found = lengths(&data, &cores, 0.2);
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-12, "seed {seed}");
            }
        }
    }
}
