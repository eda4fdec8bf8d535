//! The groups at one leaf of the parse tree → the one that shares most words with a message.
//!
//! Messages of one leaf have the same punctuation, so only their words are compared. These lie side by side in memory: a leaf
//! full of groups is compared in about a microsecond, however badly a log fits into templates.

use super::token::{ANY, SPACED_ANY, Token};
use crate::base::ids::TemplateId;

/// Groups that are compared with a message: the newest.
const MAX_COMPARED: usize = 200;

/// Groups with the same punctuation and the same first words.
#[derive(Debug, Default)]
pub(super) struct Leaf {
    ids: Vec<TemplateId>,
    /// The words of each group, one group after the other.
    words: Vec<Token>,
}

impl Leaf {
    /// Place and id of the group that shares most words with the message, if it shares half of them.
    ///
    /// Two wildcards at one place agree; a wildcard the group came by later agrees half. Ties go to the older group.
    pub(super) fn closest(&self, words: &[Token]) -> Option<(usize, TemplateId)> {
        let n_words = words.len();
        if n_words == 0 || self.words.len() != self.ids.len() * n_words {
            // Nothing but punctuation, or, once in 2⁶⁴, two kinds of punctuation with one hash.
            return self.ids.first().map(|&id| (0, id)).filter(|_| n_words == 0);
        }
        let first = self.ids.len().saturating_sub(MAX_COMPARED);
        let groups = self.words[first * n_words..].chunks_exact(n_words);
        let mut best = None;
        let mut most = n_words as u32;
        for (idx, group) in groups.enumerate() {
            let points: u32 = group
                .iter()
                .zip(words)
                .map(|(&group, &word)| {
                    let is_any = u32::from(group == ANY) | u32::from(group == SPACED_ANY);
                    if group == word { 2 } else { is_any }
                })
                .sum();
            if points > most || (points == most && best.is_none()) {
                (most, best) = (points, Some(first + idx));
            }
        }
        best.map(|idx| (idx, self.ids[idx]))
    }

    /// Adds a group.
    pub(super) fn push(&mut self, id: TemplateId, words: &[Token]) {
        if self.ids.len() >= 2 * MAX_COMPARED {
            let n_old = self.ids.len() + 1 - MAX_COMPARED;
            self.ids.drain(..n_old);
            self.words
                .drain(..(n_old * words.len()).min(self.words.len()));
        }
        self.ids.push(id);
        self.words.extend_from_slice(words);
    }

    /// Replaces the words of the group at a place that [`Leaf::closest`] named.
    pub(super) fn rewrite(&mut self, idx: usize, words: impl Iterator<Item = Token>) {
        let n_words = self.words.len() / self.ids.len().max(1);
        let old = self.words.iter_mut().skip(idx * n_words).take(n_words);
        old.zip(words).for_each(|(old, word)| *old = word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(groups: &[[Token; 4]]) -> Leaf {
        let mut leaf = Leaf::default();
        for (idx, words) in groups.iter().enumerate() {
            leaf.push(TemplateId::from_index(idx), words);
        }
        leaf
    }

    fn check(groups: &[[Token; 4]], words: [Token; 4], expected: Option<u32>) {
        let found = leaf(groups).closest(&words).map(|(_, id)| id.0);
        assert_eq!(found, expected, "{words:?}");
    }

    #[test]
    fn half_of_the_words_make_a_group() {
        check(&[], [5, 6, 7, 8], None);
        check(&[[5, 6, 7, 8]], [5, 6, 9, 9], Some(0));
        check(&[[5, 6, 7, 8]], [5, 9, 9, 9], None);
        check(&[[5, 6, 7, 8], [5, 6, 7, 9]], [5, 6, 7, 9], Some(1));
        check(&[[5, 6, 7, 8], [5, 6, 9, 8]], [5, 6, 1, 8], Some(0));
        check(&[[5, ANY, SPACED_ANY, 8]], [5, 6, SPACED_ANY, 9], Some(0));
        check(&[[ANY; 4]], [5, 6, 7, 8], Some(0));
    }

    #[test]
    fn groups_can_be_rewritten_and_the_oldest_are_forgotten() {
        let mut full = Leaf::default();
        let n = 3 * MAX_COMPARED as u32;
        for id in 0..n {
            full.push(TemplateId(id), &[10 + id, 10 + id]);
        }
        assert_eq!(full.closest(&[10, 10]), None);
        let (row, id) = full.closest(&[n, n]).expect("one of the newest");
        assert_eq!(id, TemplateId(n - 10));
        full.rewrite(row, [ANY, n].into_iter());
        assert_eq!(full.closest(&[5, n]), Some((row, id)));
        assert_eq!(full.closest(&[n, 5]), None);
        assert!(full.ids.len() <= 2 * MAX_COMPARED);
    }
}
