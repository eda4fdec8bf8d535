//! Sparse unit rows → for any of them, the rows whose cosine with it reaches a threshold, without comparing all
//! pairs.
//!
//! An inverted index lists the rows of each column. A query walks its columns from the rarest to the commonest and
//! stops as soon as the columns that are left are too light to reach the threshold on their own: by Cauchy and
//! Schwarz the inner product over them is at most their length. So the lists of words that stand everywhere are
//! hardly ever read. The candidates are then compared in full, so the answer is exact. This is the prefix filter of
//! Bayardo, Ma and Srikant, "Scaling up all pairs similarity search" (WWW 2007).

use std::ops::ControlFlow;

use super::sparse::Sparse;

/// Bounds are widened by this much, so that rounding never loses a pair.
const SLACK: f64 = 1e-9;

/// An inverted index over rows of Euclidean length 1 (or empty).
#[derive(Debug, Clone)]
pub struct CosineIndex<'a> {
    rows: &'a Sparse,
    /// Rows of each column, ascending.
    postings: Vec<Vec<u32>>,
    is_removed: Vec<bool>,
    n_removed: usize,
    /// The row asked about, spread out.
    query: Vec<f64>,
    /// Number of the query that last looked at each row.
    seen: Vec<u32>,
    n_queries: u32,
}

impl<'a> CosineIndex<'a> {
    /// An index over all of `rows`.
    #[must_use]
    pub fn new(rows: &'a Sparse) -> Self {
        let mut postings = vec![Vec::new(); rows.n_cols as usize];
        for (row_idx, row) in rows.rows().enumerate() {
            for (col, value) in row.entries() {
                if value != 0.0 {
                    postings[col as usize].push(row_idx as u32);
                }
            }
        }
        Self {
            rows,
            postings,
            is_removed: vec![false; rows.n_rows()],
            n_removed: 0,
            query: vec![0.0; rows.n_cols as usize],
            seen: vec![0; rows.n_rows()],
            n_queries: 0,
        }
    }

    /// Takes a row out of the answers to later queries.
    pub fn remove(&mut self, row_idx: u32) {
        let is_removed = &mut self.is_removed[row_idx as usize];
        self.n_removed += usize::from(!*is_removed);
        *is_removed = true;
    }

    /// Calls `f` with each other row (that was not removed) and its cosine with `row_idx`, where that is at least
    /// `threshold`; in an order that depends on the rows only. Ends early when `f` breaks.
    pub fn visit(
        &mut self,
        row_idx: u32,
        threshold: f64,
        mut f: impl FnMut(u32, f64) -> ControlFlow<()>,
    ) {
        let row = self.rows.row(row_idx as usize);
        for (col, value) in row.entries() {
            self.query[col as usize] = value;
        }
        if threshold <= SLACK {
            self.scan(row_idx, threshold, f);
        } else {
            self.n_queries += 1;
            self.seen[row_idx as usize] = self.n_queries;
            let mut columns: Vec<u32> = row.indices.to_vec();
            columns.sort_by_key(|col| self.postings[*col as usize].len());
            let mut rest: f64 = row.values.iter().map(|value| value * value).sum();
            let needed = (threshold - SLACK) * (threshold - SLACK);
            for col in columns {
                if rest < needed {
                    break;
                }
                if self.visit_column(col, threshold, &mut f).is_break() {
                    break;
                }
                let value = self.query[col as usize];
                rest -= value * value;
            }
        }
        for col in row.indices {
            self.query[*col as usize] = 0.0;
        }
    }

    /// Calls `f` with other rows (that were not removed) and their cosine with `row_idx`, where that is above the threshold, which
    /// is what `f` last answered, and `threshold` at first. Columns and rows that are skipped are not looked at; rows without a
    /// common column are never found.
    pub fn visit_best(
        &mut self,
        row_idx: u32,
        mut threshold: f64,
        is_column_skipped: impl Fn(u32) -> bool,
        is_skipped: impl Fn(u32) -> bool,
        mut f: impl FnMut(u32, f64) -> f64,
    ) {
        let row = self.rows.row(row_idx as usize);
        for (col, value) in row.entries() {
            self.query[col as usize] = value;
        }
        self.n_queries += 1;
        self.seen[row_idx as usize] = self.n_queries;
        let mut columns: Vec<u32> = row.indices.to_vec();
        columns.sort_by_key(|col| self.postings[*col as usize].len());
        let mut rest: f64 = row.values.iter().map(|value| value * value).sum();
        for col in columns {
            let needed = (threshold - SLACK).max(0.0);
            if rest < needed * needed {
                break;
            }
            let value = self.query[col as usize];
            rest -= value * value;
            if is_column_skipped(col) {
                continue;
            }
            for other in &self.postings[col as usize] {
                let seen = &mut self.seen[*other as usize];
                if *seen == self.n_queries || self.is_removed[*other as usize] {
                    continue;
                }
                *seen = self.n_queries;
                if is_skipped(*other) {
                    continue;
                }
                let cosine = dot(self.rows, *other, &self.query);
                if cosine > threshold {
                    threshold = f(*other, cosine);
                }
            }
        }
        for col in row.indices {
            self.query[*col as usize] = 0.0;
        }
    }

    /// For each column what all its rows have in common by `of_row`; `mixed` where they differ.
    #[must_use]
    pub fn common(&self, of_row: &[u32], mixed: u32) -> Vec<u32> {
        let common = |rows: &Vec<u32>| {
            let mut rows = rows.iter().map(|row_idx| of_row[*row_idx as usize]);
            let first = rows.next().unwrap_or(mixed);
            if rows.all(|of| of == first) {
                first
            } else {
                mixed
            }
        };
        self.postings.iter().map(common).collect()
    }

    fn visit_column(
        &mut self,
        col: u32,
        threshold: f64,
        f: &mut impl FnMut(u32, f64) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let postings = &mut self.postings[col as usize];
        if self.n_removed > 0 {
            // Removed rows leave the list when it is next read, so each costs once.
            postings.retain(|other| !self.is_removed[*other as usize]);
        }
        for other in postings.iter() {
            let seen = &mut self.seen[*other as usize];
            if *seen == self.n_queries {
                continue;
            }
            *seen = self.n_queries;
            let cosine = dot(self.rows, *other, &self.query);
            if cosine >= threshold {
                f(*other, cosine)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// With a threshold of 0 or less, rows without a common column count too.
    fn scan(&self, row_idx: u32, threshold: f64, mut f: impl FnMut(u32, f64) -> ControlFlow<()>) {
        for other in 0..self.rows.n_rows() as u32 {
            if other == row_idx || self.is_removed[other as usize] {
                continue;
            }
            let cosine = dot(self.rows, other, &self.query);
            if cosine >= threshold && f(other, cosine).is_break() {
                return;
            }
        }
    }
}

/// Summed by ascending column, so that it is the same bits from either side.
fn dot(rows: &Sparse, row_idx: u32, query: &[f64]) -> f64 {
    rows.row(row_idx as usize)
        .entries()
        .map(|(col, value)| value * query[col as usize])
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::featurize::tfidf::tfidf;

    fn neighbours(index: &mut CosineIndex<'_>, row_idx: u32, threshold: f64) -> Vec<u32> {
        let mut found = Vec::new();
        index.visit(row_idx, threshold, |other, _| {
            found.push(other);
            ControlFlow::Continue(())
        });
        found.sort_unstable();
        found
    }

    #[test]
    fn finds_what_comparing_all_pairs_finds() {
        let words = [
            "disk", "full", "login", "failed", "for", "user", "ok", "on", "node", "port",
        ];
        let texts: Vec<String> = (0..80_usize)
            .map(|i| {
                (0..5)
                    .map(|j| words[(i * (j + 3) + i / 7 + j * j) % 10])
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .chain([String::new()])
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let rows = tfidf(&texts, &[]).rows;
        let mut index = CosineIndex::new(&rows);
        for threshold in [-1.0, 0.0, 0.2, 0.5, 0.8, 0.999, 1.5] {
            for a in 0..rows.n_rows() {
                let expected: Vec<u32> = (0..rows.n_rows())
                    .filter(|b| a != *b && rows.row(a).dot(rows.row(*b)) >= threshold)
                    .map(|b| b as u32)
                    .collect();
                assert_eq!(neighbours(&mut index, a as u32, threshold), expected);
            }
        }
    }

    #[test]
    fn the_best_are_those_that_comparing_all_finds() {
        let words = ["disk", "full", "login", "failed", "for", "user", "ok", "on"];
        let texts: Vec<String> = (0..90_usize)
            .map(|i| {
                let said = (0..4).map(|j| words[(i * (j + 3) + i / 5 + j * j) % 8]);
                said.collect::<Vec<_>>().join(" ")
            })
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let rows = tfidf(&texts, &[]).rows;
        let group: Vec<u32> = (0..90).map(|row_idx| row_idx / 7 % 5).collect();
        let mut index = CosineIndex::new(&rows);
        let common = index.common(&group, u32::MAX);
        for row_idx in 0..90_u32 {
            let own = group[row_idx as usize];
            let mut best = 0.0;
            index.visit_best(
                row_idx,
                best,
                |col| common[col as usize] == own,
                |other| group[other as usize] == own,
                |_, cosine| {
                    best = cosine;
                    best
                },
            );
            let others = (0..90_usize).filter(|other| group[*other] != own);
            let cosines = others.map(|other| rows.row(row_idx as usize).dot(rows.row(other)));
            let expected = cosines.fold(0.0, f64::max);
            assert!((best - expected).abs() < 1e-12, "{best} {expected}");
        }
    }

    #[test]
    fn removed_rows_are_not_found_and_may_still_ask() {
        let rows = tfidf(&["disk full", "disk full now", "full disk"], &[]).rows;
        let mut index = CosineIndex::new(&rows);
        assert_eq!(neighbours(&mut index, 0, 0.5), [1, 2]);
        index.remove(2);
        assert_eq!(neighbours(&mut index, 0, 0.5), [1]);
        assert_eq!(neighbours(&mut index, 2, 0.5), [0, 1]);
        assert_eq!(neighbours(&mut index, 2, 0.0), [0, 1]);
    }
}
