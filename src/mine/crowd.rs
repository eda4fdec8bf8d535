//! Messages beyond the cap → the few entries that stand for all that begin alike.
//!
//! What a message begins with says what it is about more often than not, and can be told from the message alone, so that the
//! same records stand together however the text was cut into blocks.

use rustc_hash::FxHashMap;

use super::mask::WILDCARD;
use crate::base::hash;

/// Beginnings that are told apart: the first of the text.
const BEGINNING_CAP: usize = 10_000;
/// Words of a beginning.
const N_WORDS: usize = 2;
/// Bytes of such a word that are kept.
const WORD_CAP: usize = 64;

/// The first beginnings of a text, with something known of each.
#[derive(Debug, Default)]
pub struct Crowd<T> {
    of_beginning: FxHashMap<u64, T>,
}

impl<T: Default> Crowd<T> {
    /// The crowd of texts that are distinct messages, in the order of their first appearance.
    pub fn of<'a>(texts: impl Iterator<Item = (&'a str, T)>) -> Self {
        let mut crowd = Self {
            of_beginning: FxHashMap::default(),
        };
        for (text, known) in texts {
            if crowd.of_beginning.len() >= BEGINNING_CAP {
                break;
            }
            let key = identity(&beginning(text));
            crowd.of_beginning.entry(key).or_insert(known);
        }
        crowd
    }

    /// What is known of a beginning; `None` when there were too many others before.
    pub fn entry(&mut self, identity: u64) -> Option<&mut T> {
        let is_full = self.of_beginning.len() >= BEGINNING_CAP;
        if is_full {
            return self.of_beginning.get_mut(&identity);
        }
        Some(self.of_beginning.entry(identity).or_default())
    }
}

/// What a masked message begins with, as a masked message of its own.
#[must_use]
pub fn beginning(text: &str) -> String {
    let mut out = String::new();
    let mut words = text.split(' ');
    for word in words.by_ref().take(N_WORDS) {
        if word.contains(WILDCARD) {
            out.push_str(WILDCARD);
        } else {
            out.push_str(&word[..word.floor_char_boundary(WORD_CAP)]);
        }
        out.push(' ');
    }
    out.push_str(WILDCARD);
    out
}

/// Identity of a beginning.
#[must_use]
pub fn identity(beginning: &str) -> u64 {
    hash::bytes(beginning.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_words_are_a_beginning() {
        for (text, expected) in [
            ("session opened for alice", "session opened <*>"),
            ("session opened", "session opened <*>"),
            ("job-<*>: <*> ms", "<*> <*> <*>"),
            ("word", "word <*>"),
            ("", " <*>"),
        ] {
            assert_eq!(beginning(text), expected, "{text}");
        }
        let long = "ü".repeat(WORD_CAP);
        assert_eq!(
            beginning(&long),
            format!("{} <*>", "ü".repeat(WORD_CAP / 2))
        );
    }

    #[test]
    fn only_the_first_beginnings_are_told_apart() {
        let texts: Vec<_> = (0..BEGINNING_CAP + 2)
            .map(|i| format!("a{i} b c"))
            .collect();
        let mut crowd = Crowd::of(texts[..BEGINNING_CAP - 1].iter().map(|t| (&**t, true)));
        let mut known = |text: &str| crowd.entry(identity(&beginning(text))).copied();
        assert_eq!(known(&texts[0]), Some(true));
        assert_eq!(known(&texts[BEGINNING_CAP]), Some(false));
        assert_eq!(known(&texts[BEGINNING_CAP + 1]), None);
        assert_eq!(known(&texts[5]), Some(true));
    }
}
