//! A forest and many dense rows → how long the paths of each row are, added up.
//!
//! Walking a tree is a chain of loads that wait for each other, and a branch at each cut that nobody can foretell. So a tree is laid
//! out as a complete one, in which every path has the same length and the child is computed instead of chosen; eight rows go down
//! side by side; and each tree is asked about a block of rows while both are near at hand.

use super::{IsolationForest, LEAF, Node, spread};
use crate::featurize::dataset::Dataset;

/// Rows that go down a tree side by side.
const LANES: usize = 8;
/// Rows that all trees are asked about before the next ones.
const BLOCK: usize = 32 * LANES;

/// A cut of a complete tree; the children of place i are 2i and 2i + 1, its root is 1.
#[derive(Debug, Clone, Copy)]
struct Cut {
    at: f64,
    col: u32,
}

/// A tree in which every path has `height` cuts; where the tree it is made of ends sooner, the rest of them lead to the left.
struct CompleteTree {
    height: u32,
    cuts: Vec<Cut>,
    /// Length of the path to each leaf, c(points) included.
    lengths: Vec<f64>,
}

impl CompleteTree {
    fn new(nodes: &[Node], root: u32, height: u32) -> Self {
        let nowhere = Cut {
            at: f64::INFINITY,
            col: 0,
        };
        let mut tree = Self {
            height,
            cuts: vec![nowhere; 1 << height],
            lengths: vec![0.0; 1 << height],
        };
        tree.lay(nodes, root, 1, 0);
        tree
    }

    fn lay(&mut self, nodes: &[Node], from: u32, place: usize, depth: u32) {
        let node = &nodes[from as usize];
        if node.col == LEAF {
            let leaf = place << (self.height - depth);
            self.lengths[leaf - self.cuts.len()] = f64::from(depth) + node.cut;
            return;
        }
        self.cuts[place] = Cut {
            at: node.cut,
            col: node.col,
        };
        self.lay(nodes, from + 1, 2 * place, depth + 1);
        self.lay(nodes, node.right, 2 * place + 1, depth + 1);
    }

    /// Adds the lengths of the paths of a block of rows, of which `cols` has `n_cols` columns for each group, to `sums`.
    ///
    /// A call for each block and tree: V8 replaces slow first code of a function only when it is called again.
    #[inline(never)]
    fn add(&self, cols: &[[f64; LANES]], n_cols: usize, sums: &mut [[f64; LANES]]) {
        for (cols, sums) in cols.chunks_exact(n_cols).zip(sums) {
            let mut places = [1_u32; LANES];
            for _ in 0..self.height {
                for (lane, place) in places.iter_mut().enumerate() {
                    let cut = &self.cuts[*place as usize];
                    let is_right = cols[cut.col as usize][lane] > cut.at;
                    *place = 2 * *place + u32::from(is_right);
                }
            }
            for (place, sum) in places.iter().zip(sums) {
                *sum += self.lengths[*place as usize - self.cuts.len()];
            }
        }
    }
}

/// Sum of the lengths of the paths of each of `row_idxs`; the same bits as walking the trees one after another.
pub(super) fn of_rows(forest: &IsolationForest, data: &Dataset<'_>, row_idxs: &[u32]) -> Vec<f64> {
    let trees: Vec<CompleteTree> = (forest.roots.iter())
        .map(|root| CompleteTree::new(&forest.nodes, *root, forest.height))
        .collect();
    let mut lengths = Vec::with_capacity(row_idxs.len());
    let mut row = vec![0.0; forest.n_cols];
    for rows in row_idxs.chunks(BLOCK) {
        let n_groups = rows.len().div_ceil(LANES);
        let mut cols = vec![[0.0; LANES]; n_groups * forest.n_cols];
        for (at, row_idx) in rows.iter().enumerate() {
            row.fill(0.0);
            spread(data, *row_idx as usize, &mut row);
            let group = &mut cols[at / LANES * forest.n_cols..];
            for (value, col) in row.iter().zip(group) {
                col[at % LANES] = *value;
            }
        }
        let mut sums = vec![[0.0; LANES]; n_groups];
        for tree in &trees {
            tree.add(&cols, forest.n_cols, &mut sums);
        }
        lengths.extend_from_slice(&sums.as_flattened()[..rows.len()]);
    }
    lengths
}
