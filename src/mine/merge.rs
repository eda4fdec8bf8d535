//! Templates that differ in a name or in the length of a list → one template.
//!
//! Names can stand among the first words, which lead down the parse tree, and lists differ in their number of words; so the
//! tree cannot bring these together. Every template is filed once for each of its words under all that remains without it:
//! templates with one remainder differ in that word only. That costs one entry a word and compares no two templates.

use rustc_hash::FxHashMap;

use super::column::{MAX_STATES, MAX_WORDS};
use super::token::{ANY, Role, SPACED_ANY, Shape, Token, Vocabulary};
use crate::base::hash;

/// Names, by their spelling, from which a place is variable.
const MAX_NAMES: usize = 8;
/// Words of a template that are tried.
const MAX_PLACES: usize = 64;
/// Wildcards in a row from which they may be a list.
const MIN_LIST: usize = 3;
/// Rounds; each can free one word of a template.
const N_ROUNDS: usize = 3;

/// What the templates in one pigeon-hole have in the place where they differ.
#[derive(Debug, Default, Clone, Copy)]
struct Hole {
    /// Wildcards.
    any: u32,
    names: u32,
    words: u32,
    states: u32,
}

impl Hole {
    fn n(self) -> usize {
        (self.any + self.names + self.words + self.states) as usize
    }

    fn is_variable(self) -> bool {
        let words = (self.words + self.states) as usize;
        let most = if self.words == 0 {
            MAX_STATES
        } else {
            MAX_WORDS
        };
        self.names as usize > MAX_NAMES
            || words > most
            || (self.any > 0 && self.n() > MAX_WORDS / 2)
    }
}

/// The templates that remain, and which of them each became.
pub(super) fn merge(
    vocabulary: &Vocabulary,
    templates: Vec<Vec<Token>>,
) -> (Vec<Vec<Token>>, Vec<usize>) {
    let (mut templates, mut became) = distinct(templates);
    for _ in 0..N_ROUNDS {
        let n_before = templates.len();
        free_names(vocabulary, &mut templates);
        let (left, again) = distinct(templates);
        templates = left;
        became.iter_mut().for_each(|idx| *idx = again[*idx]);
        if templates.len() == n_before {
            break;
        }
    }
    fill_brackets(vocabulary, &mut templates);
    join_lists(vocabulary, &mut templates);
    let (templates, again) = distinct(templates);
    became.iter_mut().for_each(|idx| *idx = again[*idx]);
    (templates, became)
}

/// Drops templates that are there already.
fn distinct(templates: Vec<Vec<Token>>) -> (Vec<Vec<Token>>, Vec<usize>) {
    let mut index: FxHashMap<Vec<Token>, usize> = FxHashMap::default();
    let mut left: Vec<Vec<Token>> = Vec::new();
    let became = templates
        .into_iter()
        .map(|template| {
            *index.entry(template).or_insert_with_key(|template| {
                left.push(template.clone());
                left.len() - 1
            })
        })
        .collect();
    (left, became)
}

/// Puts a wildcard for the word in which the most others differ, where these are names.
fn free_names(vocabulary: &Vocabulary, templates: &mut [Vec<Token>]) {
    let mut holes: FxHashMap<u64, Hole> = FxHashMap::default();
    for template in templates.iter() {
        each_place(vocabulary, template, |key, place| {
            let hole = holes.entry(key).or_default();
            match vocabulary.shape(template[place]) {
                Shape::Any => hole.any += 1,
                Shape::Name | Shape::Mixed => hole.names += 1,
                Shape::Upper => hole.states += 1,
                Shape::Word | Shape::Delimiter => {
                    if vocabulary.role(template[place]) == Role::Grammar {
                        return;
                    }
                    hole.words += 1;
                }
            }
        });
    }
    for template in templates {
        let mut best: Option<(usize, usize)> = None;
        each_place(vocabulary, template, |key, place| {
            let hole = holes.get(&key).copied().unwrap_or_default();
            if hole.is_variable() && best.is_none_or(|(n, _)| hole.n() > n) {
                best = Some((hole.n(), place));
            }
        });
        if let Some((_, place)) = best {
            template[place] = vocabulary.wildcard(template[place]);
        }
    }
}

/// Calls `visit` with each word's place and the identity of the rest, if that still says something.
fn each_place(vocabulary: &Vocabulary, template: &[Token], mut visit: impl FnMut(u64, usize)) {
    let n_fixed = template
        .iter()
        .filter(|&&token| vocabulary.is_word(token) && vocabulary.shape(token) != Shape::Any)
        .count();
    // The identity of the rest is that of what stands before and after; both grow by one token a step.
    let mut after = vec![0; template.len() + 1];
    for (place, &token) in template.iter().enumerate().rev() {
        after[place] = hash::combine(after[place + 1], u64::from(token) + 1);
    }
    let mut before = template.len() as u64;
    let mut n_tried = 0;
    for (place, &token) in template.iter().enumerate() {
        if vocabulary.is_word(token) && n_tried < MAX_PLACES {
            n_tried += 1;
            let n_rest = n_fixed - usize::from(vocabulary.shape(token) != Shape::Any);
            if n_rest > 0 {
                let own = u64::from(vocabulary.wildcard(token));
                let key = hash::combine(hash::combine(before, after[place + 1]), own);
                visit(key, place);
            }
        }
        before = hash::combine(before, u64::from(token) + 1);
    }
}

/// Joins templates that are the same but for brackets that are empty in one of them.
fn fill_brackets(vocabulary: &Vocabulary, templates: &mut [Vec<Token>]) {
    // The fullest of each kind.
    let mut fullest: FxHashMap<String, Vec<Token>> = FxHashMap::default();
    let keys: Vec<_> = templates
        .iter()
        .map(|template| emptied(&vocabulary.join(template)))
        .collect();
    for (template, key) in templates.iter().zip(&keys) {
        let full = fullest.entry(key.clone()).or_default();
        if template.len() > full.len() {
            full.clone_from(template);
        }
    }
    for (template, key) in templates.iter_mut().zip(&keys) {
        template.clone_from(&fullest[key]);
    }
}

/// The text without variables that are alone in brackets.
fn emptied(text: &str) -> String {
    text.replace("(<*>)", "()")
        .replace("[<*>]", "[]")
        .replace("{<*>}", "{}")
}

/// Shortens lists of variables to one where the same template has them in different lengths.
fn join_lists(vocabulary: &Vocabulary, templates: &mut [Vec<Token>]) {
    let mut lists: FxHashMap<Vec<Token>, (usize, u32)> = FxHashMap::default();
    let shortened: Vec<_> = templates
        .iter()
        .map(|template| shortened(vocabulary, template))
        .collect();
    for (short, longest) in &shortened {
        let entry = lists.entry(short.clone()).or_default();
        entry.0 = entry.0.max(*longest);
        entry.1 += 1;
    }
    for (template, (short, _)) in templates.iter_mut().zip(shortened) {
        let (longest, n) = lists[&short];
        if longest >= MIN_LIST && n > 1 {
            *template = short;
        }
    }
}

/// The template with one wildcard for each row of wildcards, and the length of the longest row.
fn shortened(vocabulary: &Vocabulary, template: &[Token]) -> (Vec<Token>, usize) {
    let is_any = |token: Option<&Token>| matches!(token, Some(&(ANY | SPACED_ANY)));
    let is_comma = |token: Token| matches!(vocabulary.text(token), "," | ";" | "|");
    let mut short: Vec<Token> = Vec::new();
    let (mut longest, mut row, mut at) = (0, 0, 0);
    while at < template.len() {
        let token = template[at];
        if is_any(Some(&token)) {
            row += 1;
            longest = longest.max(row);
            if row == 1 {
                short.push(token);
            }
        } else if row > 0 && is_comma(token) && is_any(template.get(at + 1)) {
            // Between two members of a list.
        } else {
            row = 0;
            short.push(token);
        }
        at += 1;
    }
    (short, longest)
}
