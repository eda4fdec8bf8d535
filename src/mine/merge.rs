//! Templates that differ in a name or in the length of a list → one template.
//!
//! Names can stand among the first words, which lead down the parse tree, and lists differ in their number of words; so the
//! tree cannot bring these together. Every template is filed once for each of its words under all that remains without it:
//! templates with one remainder differ in that word only. That costs one entry a word and compares no two templates.

use rustc_hash::{FxHashMap, FxHashSet};

use super::column::{MAX_STATES, MAX_WORDS};
use super::mask::WILDCARD;
use super::spelling::{Role, Shape};
use super::token::{ANY, SPACED_ANY, Token, Vocabulary};
use crate::base::hash;

/// Names, by their spelling, from which a place is variable.
const MAX_NAMES: usize = 8;
/// Words of a template that are tried.
const MAX_PLACES: usize = 64;
/// Wildcards in a row from which they may be a list.
const MIN_LIST: usize = 3;
/// Words that a template must have beside its variables to cover others.
const MIN_FIXED: usize = 2;
/// Sets of variable places that are tried for one punctuation.
const MAX_MASKS: usize = 8;
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

/// Templates on their way to fewer.
#[derive(Debug)]
struct Merger<'a> {
    vocabulary: &'a Vocabulary,
    templates: Vec<Vec<Token>>,
    /// Distinct messages of each.
    n_rows: Vec<u32>,
    /// What each of the first templates is now.
    became: Vec<usize>,
}

/// The templates that remain, and which of them each became; `n_rows` are the distinct messages of each.
pub(super) fn merge(
    vocabulary: &Vocabulary,
    templates: Vec<Vec<Token>>,
    n_rows: Vec<u32>,
) -> (Vec<Vec<Token>>, Vec<usize>) {
    let mut merger = Merger {
        vocabulary,
        became: (0..templates.len()).collect(),
        templates,
        n_rows,
    };
    merger.join_equal();
    for _ in 0..N_ROUNDS {
        let n_before = merger.templates.len();
        free_names(vocabulary, &mut merger.templates);
        merger.join_equal();
        if merger.templates.len() == n_before {
            break;
        }
    }
    merger.absorb();
    merger.join_equal();
    fill_brackets(vocabulary, &mut merger.templates);
    merger.join_equal();
    join_lists(vocabulary, &mut merger.templates);
    merger.join_equal();
    (merger.templates, merger.became)
}

impl Merger<'_> {
    /// Drops templates that are there already.
    fn join_equal(&mut self) {
        let mut index: FxHashMap<Vec<Token>, usize> = FxHashMap::default();
        let (mut left, mut n_rows) = (Vec::new(), Vec::new());
        let again: Vec<usize> = std::mem::take(&mut self.templates)
            .into_iter()
            .zip(&self.n_rows)
            .map(|(template, n)| {
                let idx = *index.entry(template).or_insert_with_key(|template| {
                    left.push(template.clone());
                    n_rows.push(0);
                    left.len() - 1
                });
                n_rows[idx] += n;
                idx
            })
            .collect();
        self.templates = left;
        self.n_rows = n_rows;
        self.became.iter_mut().for_each(|idx| *idx = again[*idx]);
    }

    /// Gives templates that are one message to a template that covers them and is certainly variable where they differ.
    ///
    /// The first messages of a kind may have met before anything told that they are one.
    fn absorb(&mut self) {
        let mut masks: FxHashMap<u64, Vec<Vec<usize>>> = FxHashMap::default();
        let mut broad: FxHashSet<Vec<Token>> = FxHashSet::default();
        for (template, &n) in self.templates.iter().zip(&self.n_rows) {
            let (mut mask, mut n_fixed) = (Vec::new(), 0);
            for (place, &token) in template.iter().enumerate() {
                match self.vocabulary.shape(token) {
                    Shape::Any => mask.push(place),
                    Shape::Delimiter => {}
                    _ => n_fixed += 1,
                }
            }
            if n as usize > MAX_WORDS && !mask.is_empty() && n_fixed >= MIN_FIXED {
                let masks = masks.entry(self.vocabulary.skeleton(template)).or_default();
                if masks.len() < MAX_MASKS && !masks.contains(&mask) {
                    masks.push(mask);
                }
                broad.insert(template.clone());
            }
        }
        for (template, &n) in self.templates.iter_mut().zip(&self.n_rows) {
            if n > 1 || broad.is_empty() {
                continue;
            }
            let skeleton = self.vocabulary.skeleton(template);
            for mask in masks.get(&skeleton).into_iter().flatten() {
                let mut covered = template.clone();
                for &place in mask {
                    covered[place] = self.vocabulary.wildcard(covered[place]);
                }
                let is_name =
                    |&place: &usize| self.vocabulary.role(template[place]) != Role::Grammar;
                if mask.iter().all(is_name) && broad.contains(&covered) {
                    *template = covered;
                    break;
                }
            }
        }
    }
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
        let full = &fullest[key];
        if full.len() > template.len() && covers(&vocabulary.join(full), &vocabulary.join(template))
        {
            template.clone_from(full);
        }
    }
}

/// Whether the template's text with something or nothing for each wildcard is the other text.
fn covers(template: &str, text: &str) -> bool {
    let Some((front, back)) = template.split_once(WILDCARD) else {
        return template == text;
    };
    let Some(mut rest) = text.strip_prefix(front) else {
        return false;
    };
    let (inner, last) = back.rsplit_once(WILDCARD).unwrap_or(("", back));
    let parts = inner.split(WILDCARD);
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
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

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_template_covers_what_fills_its_wildcards() {
        for (template, text, expected) in [
            ("f(<*>) g()", "f() g()", true),
            ("f(<*>) g()", "f() g(<*>)", false),
            ("<*> b", "a b", true),
            ("a <*> a", "a a", false),
            ("a", "a", true),
            ("a", "ab", false),
        ] {
            assert_eq!(covers(template, text), expected, "{template} on {text}");
        }
    }
}
