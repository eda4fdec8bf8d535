//! Distinct masked messages → groups that may say the same thing, by a parse tree of fixed depth.
//!
//! He, Zhu, Zheng, Lyu: "Drain: An Online Log Parsing Approach with Fixed Depth Tree" (ICWS 2017). Messages are grouped by
//! their punctuation and first words, then by the share of equal words. Unlike the paper, the groups are not the answer: at
//! the end of the run [`Miner::finish`] looks at all messages of a group together and decides where it falls apart.

use rustc_hash::FxHashMap;

use super::leaf::Leaf;
use super::mask::WILDCARD;
use super::refine::{self, Templates};
use super::slot::SlotKind;
use super::spelling::Shape;
use super::token::{ANY, Token, Tokens, Vocabulary};
use crate::base::ids::TemplateId;

/// Words that lead down the tree.
const PREFIX_WORDS: usize = 2;
/// Children of a node; further words share a wildcard child.
const MAX_CHILDREN: u32 = 100;
/// Templates; the last one collects everything that fits none once they are used up.
pub const TEMPLATE_CAP: usize = 50_000;

/// A message with the group that [`Miner::add`] said.
#[derive(Debug, Clone, Copy)]
pub struct Grouped<'a> {
    /// The masked text.
    pub text: &'a str,
    /// What its variables are.
    pub slots: &'a [SlotKind],
    /// The group.
    pub group: TemplateId,
}

/// The groups found so far, and the templates once the run is at its end.
#[derive(Debug, Default)]
pub struct Miner {
    vocabulary: Vocabulary,
    roots: FxHashMap<u64, u32>,
    edges: FxHashMap<(u32, Token), u32>,
    n_children: Vec<u32>,
    leaves: FxHashMap<u32, Leaf>,
    groups: Vec<Vec<Token>>,
    refined: Option<Templates>,
    parsed: Tokens,
    words: Vec<Token>,
}

impl Miner {
    /// Finds or makes the group of a masked message; a message that differs generalises the group it joins.
    pub fn add(&mut self, message: &str) -> TemplateId {
        let (mut parsed, mut words) = (
            std::mem::take(&mut self.parsed),
            std::mem::take(&mut self.words),
        );
        self.vocabulary.tokens(message, &[], &mut parsed);
        let tokens = &parsed.tokens;
        let leaf = self.descend(tokens);
        words.clear();
        words.extend(
            tokens
                .iter()
                .copied()
                .filter(|&token| self.vocabulary.is_word(token)),
        );
        let closest = self.leaves.get(&leaf).and_then(|leaf| leaf.closest(&words));
        let id = match closest {
            Some((row, id)) => {
                self.generalise(leaf, row, id, tokens);
                id
            }
            None => self.create(leaf, tokens, &words),
        };
        (self.parsed, self.words) = (parsed, words);
        id
    }

    /// Turns groups into templates, given every message with its group, by first appearance; answers with the template of
    /// each. Templates are numbered by first appearance.
    pub fn finish<'a>(&mut self, messages: impl Iterator<Item = Grouped<'a>>) -> Vec<TemplateId> {
        let other = self
            .is_overfull()
            .then(|| TemplateId::from_index(TEMPLATE_CAP - 1));
        let refined = refine::refine(&mut self.vocabulary, messages, other, TEMPLATE_CAP);
        self.refined = Some(refined.templates);
        refined.of_message
    }

    /// What each `<*>` of a template is, in the order of its text; nothing before the end of the run.
    #[must_use]
    pub fn slots(&self, id: TemplateId) -> Vec<SlotKind> {
        let Some(templates) = &self.refined else {
            return Vec::new();
        };
        let (Some(tokens), Some(kinds)) = (
            templates.tokens.get(id.index()),
            templates.kinds.get(id.index()),
        ) else {
            return Vec::new();
        };
        let n_wildcards = |token: Token| self.vocabulary.text(token).matches(WILDCARD).count();
        tokens
            .iter()
            .zip(kinds)
            .flat_map(|(&token, &kind)| std::iter::repeat_n(kind, n_wildcards(token)))
            .collect()
    }

    /// Number of templates, before the end of the run of groups.
    #[must_use]
    pub fn n_templates(&self) -> usize {
        self.current().len()
    }

    /// Whether the cap bit, so that the last template holds what fits none.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.n_templates() >= TEMPLATE_CAP || self.is_overfull()
    }

    /// The template's text, with `<*>` for what varies.
    ///
    /// # Panics
    /// If `id` is not of this miner.
    #[must_use]
    pub fn text(&self, id: TemplateId) -> String {
        self.vocabulary.join(&self.current()[id.index()])
    }

    fn current(&self) -> &[Vec<Token>] {
        self.refined
            .as_ref()
            .map_or(&self.groups, |templates| &templates.tokens)
    }

    fn is_overfull(&self) -> bool {
        self.groups.len() >= TEMPLATE_CAP
    }

    fn descend(&mut self, parsed: &[Token]) -> u32 {
        let mut node = self.root(parsed);
        let vocabulary = &self.vocabulary;
        let mut path = [ANY; PREFIX_WORDS];
        let words = parsed
            .iter()
            .enumerate()
            .filter(|&(_, &token)| vocabulary.is_word(token))
            .map(|(place, &token)| match vocabulary.shape(token) {
                Shape::Any | Shape::Mixed => ANY,
                _ if vocabulary.is_assigned(parsed, place) => ANY,
                // What a message is about may come first, what it is done to after that.
                Shape::Name if place > 0 && vocabulary.text(token).contains(['.', '/', '@']) => ANY,
                _ => vocabulary.bare(token),
            });
        let mut len = 0;
        for (step, word) in path.iter_mut().zip(words) {
            *step = word;
            len += 1;
        }
        for &word in &path[..len] {
            node = self.child(node, word);
        }
        node
    }

    /// The node of all messages with this punctuation and number of words.
    fn root(&mut self, parsed: &[Token]) -> u32 {
        let skeleton = self.vocabulary.skeleton(parsed);
        if let Some(&node) = self.roots.get(&skeleton) {
            return node;
        }
        let node = self.n_children.len() as u32;
        self.n_children.push(0);
        self.roots.insert(skeleton, node);
        node
    }

    fn child(&mut self, node: u32, token: Token) -> u32 {
        if let Some(&child) = self.edges.get(&(node, token)) {
            return child;
        }
        if token != ANY && self.n_children[node as usize] >= MAX_CHILDREN {
            return self.child(node, ANY);
        }
        let child = self.n_children.len() as u32;
        self.n_children.push(0);
        self.n_children[node as usize] += 1;
        self.edges.insert((node, token), child);
        child
    }

    fn generalise(&mut self, leaf: u32, row: usize, id: TemplateId, parsed: &[Token]) {
        let group = &mut self.groups[id.index()];
        let mut is_changed = false;
        for (old, &token) in group.iter_mut().zip(parsed) {
            if *old != token {
                *old = self.vocabulary.wildcard(token);
                is_changed = true;
            }
        }
        if is_changed && let Some(leaf) = self.leaves.get_mut(&leaf) {
            let is_word = |token: &Token| self.vocabulary.is_word(*token);
            leaf.rewrite(row, group.iter().copied().filter(is_word));
        }
    }

    fn create(&mut self, leaf: u32, parsed: &[Token], words: &[Token]) -> TemplateId {
        if self.is_overfull() {
            return TemplateId::from_index(TEMPLATE_CAP - 1);
        }
        let id = TemplateId::from_index(self.groups.len());
        let is_last = self.groups.len() == TEMPLATE_CAP - 1;
        self.groups
            .push(if is_last { vec![ANY] } else { parsed.to_vec() });
        if !is_last {
            self.leaves.entry(leaf).or_default().push(id, words);
        }
        id
    }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
