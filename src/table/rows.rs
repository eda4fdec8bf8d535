//! A set of the rows of one block: one bit a row.

/// Rows of a block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowSet {
    words: Vec<u64>,
    n: u32,
}

impl RowSet {
    /// No row of a block that has `n_rows`.
    #[must_use]
    pub fn none(n_rows: usize) -> Self {
        Self {
            words: vec![0; n_rows.div_ceil(64)],
            n: 0,
        }
    }

    /// The rows for which `is_in` holds.
    #[must_use]
    pub fn of(n_rows: usize, mut is_in: impl FnMut(usize) -> bool) -> Self {
        let mut rows = Self::none(n_rows);
        for (place, word) in rows.words.iter_mut().enumerate() {
            let first = place * 64;
            for bit in 0..(n_rows - first).min(64) {
                *word |= u64::from(is_in(first + bit)) << bit;
            }
            rows.n += word.count_ones();
        }
        rows
    }

    /// Number of rows in the set.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.n
    }

    /// Whether no row is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Whether a row is in the set.
    #[must_use]
    pub fn contains(&self, row: usize) -> bool {
        self.words
            .get(row / 64)
            .is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Adds a row.
    ///
    /// # Panics
    /// If the block has no such row.
    pub fn insert(&mut self, row: usize) {
        let word = &mut self.words[row / 64];
        self.n += u32::from(*word >> (row % 64) & 1 == 0);
        *word |= 1 << (row % 64);
    }

    /// The rows, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(place, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(place * 64 + bit)
            })
        })
    }

    /// First and last row.
    #[must_use]
    pub fn ends(&self) -> Option<(usize, usize)> {
        let first = self.words.iter().position(|word| *word != 0)?;
        let last = self.words.iter().rposition(|word| *word != 0)?;
        Some((
            first * 64 + self.words[first].trailing_zeros() as usize,
            last * 64 + 63 - self.words[last].leading_zeros() as usize,
        ))
    }

    /// Whether every row of the set is in the other.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        let mut words = self.words.iter().zip(&other.words);
        self.words.len() == other.words.len() && words.all(|(a, b)| a & !b == 0)
    }

    /// The rows that are in both sets.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let words: Vec<u64> = (self.words.iter().zip(&other.words))
            .map(|(a, b)| a & b)
            .collect();
        let n = words.iter().map(|word| word.count_ones()).sum();
        Self { words, n }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let n_rows = 200;
        let threes = RowSet::of(n_rows, |row| row % 3 == 0);
        let mut sixes = RowSet::none(n_rows);
        (0..n_rows).step_by(6).for_each(|row| sixes.insert(row));
        sixes.insert(0);
        let expected: Vec<usize> = (0..n_rows).step_by(6).collect();
        assert_eq!(sixes.iter().collect::<Vec<_>>(), expected);
        assert_eq!(sixes.len() as usize, expected.len());
        assert_eq!(sixes.ends(), Some((0, 198)));
        assert!(sixes.is_within(&threes) && !threes.is_within(&sixes));
        assert_eq!(threes.and(&RowSet::of(n_rows, |row| row % 2 == 0)), sixes);
        assert!(threes.contains(3) && !threes.contains(4) && !threes.contains(10_000));
        assert!(RowSet::none(0).is_empty() && RowSet::none(70).ends().is_none());
    }
}
