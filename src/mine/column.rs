//! The values of one place in a group of messages → whether they choose between ways to say something, or name things.
//!
//! `connection opened` and `connection closed` are two messages, `user alice` and `user bob` are one. No number can tell;
//! what can is how many values there are, how they are spelled, what stands around them, and whether the same words fill a
//! place elsewhere that is certainly variable.

use super::refine::Rows;
use super::spelling::{Role, Shape};
use super::token::{Token, Vocabulary};

/// Words from which a place is variable, however they are spelled: nobody writes a message in so many ways.
pub(super) const MAX_WORDS: usize = 8;
/// The same for words in capital letters, which name states; machines with many states exist.
pub(super) const MAX_STATES: usize = 16;

/// The first distinct values of a place, by first appearance.
#[derive(Debug, Default, Clone)]
pub(super) struct Values {
    seen: Vec<Token>,
}

impl Values {
    /// The values; one more than [`MAX_STATES`] stands for more.
    pub(super) fn seen(&self) -> &[Token] {
        &self.seen
    }

    fn see(&mut self, token: Token) {
        if self.seen.len() <= MAX_STATES && !self.seen.contains(&token) {
            self.seen.push(token);
        }
    }
}

/// The values of each place of the listed messages, which all have the same number of tokens.
pub(super) fn columns(rows: &Rows, list: &[u32]) -> Vec<Values> {
    let mut columns = vec![Values::default(); rows.row(list[0]).len()];
    for &row in list {
        for (values, &token) in columns.iter_mut().zip(rows.row(row)) {
            values.see(token);
        }
    }
    columns
}

/// Knows the words of the run.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    vocabulary: &'a Vocabulary,
    /// By token without space: fills a place somewhere that is certainly variable.
    is_name: Vec<bool>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(vocabulary: &'a Vocabulary) -> Self {
        Self {
            vocabulary,
            is_name: vec![false; vocabulary.len()],
        }
    }

    /// Learns names from places with too many values for a choice of words, where the words on both sides stay the same.
    pub(super) fn learn(&mut self, rows: &Rows, list: &[u32]) {
        if list.len() <= MAX_WORDS {
            return;
        }
        let columns = columns(rows, list);
        let is_fixed = |place: Option<usize>| {
            place
                .and_then(|place| columns.get(place))
                .is_none_or(|values| values.seen.len() == 1)
        };
        for (place, values) in columns.iter().enumerate() {
            if self.is_beyond(values) && is_fixed(place.checked_sub(1)) && is_fixed(Some(place + 1))
            {
                for &row in list {
                    let bare = self.vocabulary.bare(rows.row(row)[place]);
                    self.is_name[bare as usize] = true;
                }
            }
        }
    }

    /// Whether the values are words that choose between a few ways to go on.
    pub(super) fn is_choice(&self, row: &[Token], place: usize, values: &Values) -> bool {
        let seen = &values.seen;
        if seen.len() < 2 || self.is_beyond(values) {
            return false;
        }
        let is_wordlike =
            |&token: &Token| matches!(self.vocabulary.shape(token), Shape::Word | Shape::Upper);
        if !seen.iter().all(is_wordlike) {
            return false;
        }
        // Prepositions, auxiliaries and verbs are never names.
        let n_grammar = seen
            .iter()
            .filter(|&&token| self.vocabulary.role(token) == Role::Grammar)
            .count();
        if n_grammar * 2 >= seen.len() {
            return true;
        }
        let n_names = seen
            .iter()
            .filter(|&&token| {
                self.is_name[self.vocabulary.bare(token) as usize] || self.vocabulary.is_user(token)
            })
            .count();
        !self.is_slot(row, place) && n_names * 2 <= seen.len()
    }

    /// What a place with these values is in a template.
    pub(super) fn token(&self, row: &[Token], place: usize, values: &Values) -> Token {
        let token = row[place];
        // `for alice from` in a run in which somebody says `user alice`.
        let is_user = || {
            let before = place
                .checked_sub(1)
                .map(|place| self.vocabulary.bare(row[place]));
            let names = |before| matches!(self.vocabulary.text(before), "for" | "by" | "user");
            self.vocabulary.is_user(token) && before.is_some_and(names)
        };
        if values.seen.len() > 1 || is_user() {
            self.vocabulary.wildcard(token)
        } else {
            token
        }
    }

    /// Whether a place has more values than a choice of words has.
    fn is_beyond(&self, values: &Values) -> bool {
        let is_upper = |&token: &Token| self.vocabulary.shape(token) == Shape::Upper;
        let most = if values.seen.iter().all(is_upper) {
            MAX_STATES
        } else {
            MAX_WORDS
        };
        values.seen.len() > most
    }

    /// Whether what stands around a place says that a value is in it: `key=`, quotes, `host`.
    fn is_slot(&self, row: &[Token], place: usize) -> bool {
        let Some(before) = place.checked_sub(1).map(|place| row[place]) else {
            return false;
        };
        self.vocabulary.is_assigned(row, place)
            || matches!(self.vocabulary.role(before), Role::Announcer | Role::User)
    }
}
