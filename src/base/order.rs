//! Rows in any order → rows in theirs, through code that exists once.
//!
//! Each sort of the standard library is 6 KB of WebAssembly of its own for every type and comparison, and half a megabyte for
//! all that are in a report. Here only places are sorted, by one function that calls back; rows are moved once, at the end.
//! A comparison costs twice as much, which shows where millions of rows are sorted: those sort by themselves.

use std::cmp::Ordering;

/// Sorting where size counts more than speed. Rows that compare equal keep their order. The number of rows fits 32 bits.
pub trait Arrange<T> {
    /// Sorts by the rows themselves.
    fn arrange(&mut self)
    where
        T: Ord;

    /// Sorts by a key.
    fn arrange_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);

    /// Sorts by a comparison, which is a total order.
    fn arrange_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);
}

impl<T> Arrange<T> for [T] {
    fn arrange(&mut self)
    where
        T: Ord,
    {
        self.arrange_by(T::cmp);
    }

    fn arrange_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        self.arrange_by(|a, b| key(a).cmp(&key(b)));
    }

    fn arrange_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let rows = &*self;
        let mut order = places(rows.len(), &mut |a, b| compare(&rows[a], &rows[b]));
        // One circle of places after the other; a place that has its row names itself.
        for first in 0..order.len() {
            let mut place = first;
            loop {
                let from = std::mem::replace(&mut order[place], place as u32) as usize;
                if from == first || from == place {
                    break;
                }
                self.swap(place, from);
                place = from;
            }
        }
    }
}

/// For each place the row that belongs there.
#[inline(never)]
fn places(n_rows: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n_rows as u32).collect();
    order.sort_unstable_by(|&a, &b| compare(a as usize, b as usize).then(a.cmp(&b)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::rng;
    use rand::RngExt;

    #[test]
    fn rows_stand_as_a_stable_sort_puts_them() {
        let mut rng = rng::for_stage(7, "order");
        for n_rows in [0, 1, 2, 3, 10, 100, 1000] {
            for n_keys in [1, 2, 10, 1_000_000] {
                let rows: Vec<(u32, usize)> = (0..n_rows)
                    .map(|idx| (rng.random_range(0..n_keys), idx))
                    .collect();
                let mut expected = rows.clone();
                expected.sort_by_key(|row| row.0);
                let mut arranged = rows.clone();
                arranged.arrange_by_key(|row| row.0);
                assert_eq!(arranged, expected, "{n_rows} rows of {n_keys} keys");
                expected.sort_by(|a, b| b.cmp(a));
                arranged.arrange_by(|a, b| b.cmp(a));
                assert_eq!(arranged, expected);
                expected.sort_unstable();
                arranged.arrange();
                assert_eq!(arranged, expected);
            }
        }
    }
}
