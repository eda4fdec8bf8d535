//! The shortest links → what is connected at which radius, and the clusters that persist.

use super::spanning::Link;
use crate::featurize::dataset::Dataset;

/// What is connected at which radius.
pub(super) struct Tree {
    nodes: Vec<Node>,
    root: Option<u32>,
    n_rows: usize,
}

/// Rows that are connected at `radius` and no smaller one; the first nodes are the rows themselves.
#[derive(Debug, Clone)]
pub(super) struct Node {
    radius: f64,
    weight: u64,
    parts: Vec<u32>,
}

impl Tree {
    pub(super) fn new(data: &Dataset<'_>, cores: &[f64], links: Vec<Link>) -> Self {
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
    pub(super) fn labels(&self, min_weight: u64) -> Vec<Option<u32>> {
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
    pub(super) fn own(&self, node: u32, cluster: u32, owner: &mut [Option<u32>]) {
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
pub(super) struct Cluster {
    parent: u32,
    /// 1 / radius at which it splits from its parent.
    born_at: f64,
    persistence: f64,
}

impl Cluster {
    pub(super) fn new(parent: u32, born_at: f64) -> Self {
        Self {
            parent,
            born_at,
            persistence: 0.0,
        }
    }
}

/// For each cluster the chosen one it is part of: those that persist longer than their parts do together.
pub(super) fn chosen(clusters: &[Cluster]) -> Vec<Option<u32>> {
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
pub(super) fn find(sets: &mut [u32], mut row_idx: u32) -> u32 {
    while sets[row_idx as usize] != row_idx {
        let next = sets[sets[row_idx as usize] as usize];
        sets[row_idx as usize] = next;
        row_idx = next;
    }
    row_idx
}
