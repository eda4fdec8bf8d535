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
//! The spanning tree is Prim's, which needs memory for the rows and not for pairs: of sparse rows only those that
//! share a column with the row that joined are looked at. Links of equal length join all at once, so the answer
//! does not depend on the order of rows.
//!
//! Campello, Moulavi and Sander, "Density-based clustering based on hierarchical density estimates" (PAKDD 2013).

use std::ops::ControlFlow;

use super::search::{Search, distance};
use super::{Clusterer, Clustering, knee};
use crate::base::order::Arrange;
use crate::error::{FitError, ParamsError};
use crate::featurize::dataset::{Dataset, Rows};
use crate::featurize::sparse::Sparse;

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
        for row_idx in 0..n_rows {
            // A row that stands for no point neither is dense nor makes others so.
            if data.weight(row_idx) == 0 {
                search.remove(row_idx as u32);
            }
        }
        let cores: Vec<f64> = (0..n_rows as u32)
            .map(|row_idx| core_distance(data, &mut search, row_idx, min_points, finest))
            .collect();
        let links = spanning_tree(data, &cores);
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
    let (factor, last) = match data.rows() {
        // Rows that have nothing in common are not told apart.
        Rows::Sparse(_) => (1.3, 1.0 - 1e-9),
        Rows::Dense(_) => (2.0, f64::MAX),
    };
    let mut around = Vec::new();
    let mut radius = finest;
    for step in 0.. {
        around.clear();
        let mut weight = own;
        search.visit(row_idx, radius, |other, distance| {
            weight += u64::from(data.weight(other as usize));
            around.push((distance, data.weight(other as usize)));
            // Within the finest radius all distances are one.
            if radius <= finest && weight >= min_points {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        if weight >= min_points || radius >= last {
            break;
        }
        // Most neighbourhoods are small, so the radius grows step by step.
        radius = if step < 12 { radius * factor } else { last };
        radius = radius.min(last);
    }
    around.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut weight = own;
    for (distance, other) in around {
        weight += u64::from(other);
        if weight >= min_points {
            return distance.max(finest);
        }
    }
    match data.rows() {
        Rows::Sparse(_) => 1.0,
        Rows::Dense(_) => f64::MAX,
    }
}

/// A link of the spanning tree.
#[derive(Debug, Clone, Copy)]
struct Link {
    length: f64,
    a: u32,
    b: u32,
}

/// Minimum spanning tree over the rows that stand for points, shortest link first.
fn spanning_tree(data: &Dataset<'_>, cores: &[f64]) -> Vec<Link> {
    let mut left: Vec<u32> = (0..data.n_rows() as u32)
        .filter(|row_idx| data.weight(*row_idx as usize) > 0)
        .collect();
    let Some(mut joined) = left.pop() else {
        return Vec::new();
    };
    let mut distances = Distances::new(data, &left);
    // Shortest link of each row to the tree so far: its length and other end.
    let mut shortest = vec![(f64::INFINITY, 0_u32); data.n_rows()];
    let mut links = Vec::with_capacity(left.len());
    while !left.is_empty() {
        distances.ask(joined, &left);
        let mut next = (f64::INFINITY, u32::MAX, 0);
        for (at, other) in left.iter().enumerate() {
            let known = &mut shortest[*other as usize];
            let floor = cores[joined as usize].max(cores[*other as usize]);
            if floor < known.0 {
                let length = floor.max(distances.to(joined, *other));
                if length < known.0 {
                    *known = (length, joined);
                }
            }
            distances.forget(*other);
            if (known.0, *other) < (next.0, next.1) {
                next = (known.0, *other, at);
            }
        }
        // Distances that overflow leave a row at no distance at all; any of them is as far as the others.
        let (length, row_idx) = (next.0.min(f64::MAX), left.swap_remove(next.2));
        links.push(Link {
            length,
            a: shortest[row_idx as usize].1,
            b: row_idx,
        });
        joined = row_idx;
    }
    links.arrange_by(|x, y| x.length.total_cmp(&y.length).then(x.b.cmp(&y.b)));
    links
}

/// Distances from one row to those that are left.
enum Distances<'a> {
    Dense { n_cols: usize, values: Vec<f64> },
    Sparse(Cosines<'a>),
}

/// Cosines of one row with all that share a column with it, by an inverted index.
struct Cosines<'a> {
    rows: &'a Sparse,
    /// (row, value) of each column.
    postings: Vec<Vec<(u32, f64)>>,
    /// Rows in `postings`.
    n_indexed: usize,
    with_row: Vec<f64>,
}

impl<'a> Distances<'a> {
    fn new(data: &Dataset<'a>, left: &[u32]) -> Self {
        match data.rows() {
            Rows::Dense(_) => {
                let n_cols = data.n_cols();
                let values = (0..data.n_rows() * n_cols)
                    .map(|at| data.value(at / n_cols, at % n_cols))
                    .collect();
                Self::Dense { n_cols, values }
            }
            Rows::Sparse(rows) => {
                let mut cosines = Cosines {
                    rows,
                    postings: vec![Vec::new(); rows.n_cols as usize],
                    n_indexed: 0,
                    with_row: vec![0.0; rows.n_rows()],
                };
                cosines.index(left);
                Self::Sparse(cosines)
            }
        }
    }

    /// Prepares the distances from `row_idx` to the rows of `left`.
    fn ask(&mut self, row_idx: u32, left: &[u32]) {
        if let Self::Sparse(cosines) = self {
            if left.len() * 4 < cosines.n_indexed * 3 {
                cosines.index(left);
            }
            for (col, value) in cosines.rows.row(row_idx as usize).entries() {
                for (other, theirs) in &cosines.postings[col as usize] {
                    cosines.with_row[*other as usize] += value * theirs;
                }
            }
        }
    }

    fn to(&self, row_idx: u32, other: u32) -> f64 {
        match self {
            Self::Dense { n_cols, values } => {
                let row = |idx: u32| &values[idx as usize * n_cols..(idx as usize + 1) * n_cols];
                distance(row(row_idx), row(other))
            }
            Self::Sparse(cosines) => (1.0 - cosines.with_row[other as usize]).clamp(0.0, 1.0),
        }
    }

    fn forget(&mut self, other: u32) {
        if let Self::Sparse(cosines) = self {
            cosines.with_row[other as usize] = 0.0;
        }
    }
}

impl Cosines<'_> {
    /// Indexes these rows only.
    fn index(&mut self, left: &[u32]) {
        self.postings.iter_mut().for_each(Vec::clear);
        // Those that are no longer indexed keep no cosine behind.
        self.with_row.fill(0.0);
        self.n_indexed = left.len();
        for row_idx in left {
            for (col, value) in self.rows.row(*row_idx as usize).entries() {
                self.postings[col as usize].push((*row_idx, value));
            }
        }
    }
}

/// What is connected at which radius.
struct Tree {
    nodes: Vec<Node>,
    root: Option<u32>,
    n_rows: usize,
}

/// Rows that are connected at `radius` and no smaller one; the first nodes are the rows themselves.
#[derive(Debug, Clone)]
struct Node {
    radius: f64,
    weight: u64,
    parts: Vec<u32>,
}

impl Tree {
    fn new(data: &Dataset<'_>, cores: &[f64], links: Vec<Link>) -> Self {
        let n_rows = data.n_rows();
        let leaf = |row_idx: usize| Node {
            radius: cores[row_idx],
            weight: u64::from(data.weight(row_idx)),
            parts: Vec::new(),
        };
        let mut nodes: Vec<Node> = (0..n_rows).map(leaf).collect();
        let mut sets: Vec<u32> = (0..n_rows as u32).collect();
        let mut node_of: Vec<u32> = sets.clone();
        let mut root = (0..n_rows).rfind(|row_idx| nodes[*row_idx].weight > 0);
        for link in links {
            let (a, b) = (find(&mut sets, link.a), find(&mut sets, link.b));
            let (mut x, mut y) = (node_of[a as usize], node_of[b as usize]);
            let joins = |node: u32, nodes: &[Node]| {
                let node = &nodes[node as usize];
                !node.parts.is_empty() && node.radius >= link.length
            };
            if !joins(x, &nodes)
                || (joins(y, &nodes)
                    && nodes[y as usize].parts.len() > nodes[x as usize].parts.len())
            {
                std::mem::swap(&mut x, &mut y);
            }
            let weight = nodes[x as usize].weight + nodes[y as usize].weight;
            let merged = if joins(x, &nodes) {
                if joins(y, &nodes) {
                    let parts = std::mem::take(&mut nodes[y as usize].parts);
                    nodes[x as usize].parts.extend(parts);
                } else {
                    nodes[x as usize].parts.push(y);
                }
                nodes[x as usize].weight = weight;
                x
            } else {
                nodes.push(Node {
                    radius: link.length,
                    weight,
                    parts: vec![x, y],
                });
                (nodes.len() - 1) as u32
            };
            sets[b as usize] = a;
            node_of[a as usize] = merged;
            root = Some(merged as usize);
        }
        Self {
            nodes,
            root: root.map(|root| root as u32),
            n_rows,
        }
    }

    /// Cluster of each row.
    fn labels(&self, min_weight: u64) -> Vec<Option<u32>> {
        let mut owner = vec![None; self.n_rows];
        let Some(root) = self.root else {
            return owner;
        };
        // The condensed tree: clusters, each after the one it is part of.
        let mut clusters = vec![Cluster::new(0, 0.0)];
        let mut open = vec![(root, 0_u32)];
        while let Some((at, cluster)) = open.pop() {
            let node = &self.nodes[at as usize];
            let leaves_at = 1.0 / node.radius;
            let born_at = clusters[cluster as usize].born_at;
            if node.parts.is_empty() {
                owner[at as usize] = Some(cluster);
            }
            // Equal points at the radius of the node are no part of their own.
            let is_cluster = |part: &u32| {
                let part = &self.nodes[*part as usize];
                part.weight >= min_weight && part.radius < node.radius
            };
            let n_clusters = node.parts.iter().filter(|part| is_cluster(part)).count();
            let mut gone = node.weight;
            for part in &node.parts {
                if !is_cluster(part) {
                    self.own(*part, cluster, &mut owner);
                } else if n_clusters == 1 {
                    gone -= self.nodes[*part as usize].weight;
                    open.push((*part, cluster));
                } else {
                    open.push((*part, clusters.len() as u32));
                    clusters.push(Cluster::new(cluster, leaves_at));
                }
            }
            clusters[cluster as usize].persistence += gone as f64 * (leaves_at - born_at);
        }
        let chosen = chosen(&clusters);
        let label = |owner: Option<u32>| chosen[owner? as usize];
        owner.into_iter().map(label).collect()
    }

    /// Gives all rows under a node to a cluster.
    fn own(&self, node: u32, cluster: u32, owner: &mut [Option<u32>]) {
        let mut open = vec![node];
        while let Some(at) = open.pop() {
            if let Some(owner) = owner.get_mut(at as usize) {
                *owner = Some(cluster);
            }
            open.extend(&self.nodes[at as usize].parts);
        }
    }
}

/// A part of the tree that is heavy enough.
struct Cluster {
    parent: u32,
    /// 1 / radius at which it splits from its parent.
    born_at: f64,
    persistence: f64,
}

impl Cluster {
    fn new(parent: u32, born_at: f64) -> Self {
        Self {
            parent,
            born_at,
            persistence: 0.0,
        }
    }
}

/// For each cluster the chosen one it is part of: those that persist longer than their parts do together.
fn chosen(clusters: &[Cluster]) -> Vec<Option<u32>> {
    let mut of_parts = vec![0.0; clusters.len()];
    let mut is_chosen = vec![false; clusters.len()];
    for (idx, cluster) in clusters.iter().enumerate().skip(1).rev() {
        is_chosen[idx] = cluster.persistence >= of_parts[idx];
        of_parts[cluster.parent as usize] += cluster.persistence.max(of_parts[idx]);
    }
    let mut chosen: Vec<Option<u32>> = vec![None; clusters.len()];
    for idx in 1..clusters.len() {
        let of_parent = chosen[clusters[idx].parent as usize];
        chosen[idx] = of_parent.or(is_chosen[idx].then_some(idx as u32));
    }
    chosen
}

/// Name of the set a row is in.
fn find(sets: &mut [u32], mut row_idx: u32) -> u32 {
    while sets[row_idx as usize] != row_idx {
        let next = sets[sets[row_idx as usize] as usize];
        sets[row_idx as usize] = next;
        row_idx = next;
    }
    row_idx
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
