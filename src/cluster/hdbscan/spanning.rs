//! Rows and their core distances → the shortest links that connect all of them.

use crate::base::order::Arrange;
use crate::cluster::search::distance;
use crate::featurize::dataset::{Dataset, Rows};
use crate::featurize::sparse::Sparse;

/// A link of the spanning tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) length: f64,
    pub(super) a: u32,
    pub(super) b: u32,
}

/// Minimum spanning tree over the rows that stand for points, shortest link first.
pub(super) fn spanning_tree(data: &Dataset<'_>, cores: &[f64]) -> Vec<Link> {
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
pub(super) enum Distances<'a> {
    Dense { n_cols: usize, values: Vec<f64> },
    Sparse(Cosines<'a>),
}

/// Cosines of one row with all that share a column with it, by an inverted index.
pub(super) struct Cosines<'a> {
    rows: &'a Sparse,
    /// (row, value) of each column.
    postings: Vec<Vec<(u32, f64)>>,
    /// Rows in `postings`.
    n_indexed: usize,
    with_row: Vec<f64>,
}

impl<'a> Distances<'a> {
    pub(super) fn new(data: &Dataset<'a>, left: &[u32]) -> Self {
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
    pub(super) fn ask(&mut self, row_idx: u32, left: &[u32]) {
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

    pub(super) fn to(&self, row_idx: u32, other: u32) -> f64 {
        match self {
            Self::Dense { n_cols, values } => {
                let row = |idx: u32| &values[idx as usize * n_cols..(idx as usize + 1) * n_cols];
                distance(row(row_idx), row(other))
            }
            Self::Sparse(cosines) => (1.0 - cosines.with_row[other as usize]).clamp(0.0, 1.0),
        }
    }

    pub(super) fn forget(&mut self, other: u32) {
        if let Self::Sparse(cosines) = self {
            cosines.with_row[other as usize] = 0.0;
        }
    }
}

impl Cosines<'_> {
    /// Indexes these rows only.
    pub(super) fn index(&mut self, left: &[u32]) {
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
