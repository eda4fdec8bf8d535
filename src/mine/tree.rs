//! Distinct masked messages → templates, by a parse tree of fixed depth.
//!
//! He, Zhu, Zheng, Lyu: "Drain: An Online Log Parsing Approach with Fixed Depth Tree" (ICWS 2017). Messages are grouped by
//! token count and first tokens, then by the share of equal tokens. Unlike the paper, two tokens that differ only in part
//! keep what they share up to a delimiter: `user=root` and `user=guest` become `user=<*>`.

use rustc_hash::FxHashMap;

use super::mask::WILDCARD;
use crate::base::ids::TemplateId;

/// Tokens that lead down the tree.
const PREFIX_TOKENS: usize = 2;
/// Share of equal tokens from which a message belongs to a template.
const SIMILARITY: f64 = 0.4;
/// Children of a node; further tokens share a wildcard child.
const MAX_CHILDREN: u32 = 100;
/// Templates; the last one collects everything that fits none once they are used up.
pub const TEMPLATE_CAP: usize = 50_000;
/// Tokens of a message that take part; the rest becomes one.
const MAX_TOKENS: usize = 256;
/// Templates of one leaf that are compared with a message, newest first.
const MAX_COMPARED: usize = 500;

type Token = u32;
const ANY: Token = 0;

/// The templates found so far.
#[derive(Debug)]
pub struct Miner {
    token_ids: FxHashMap<Box<str>, Token>,
    tokens: Vec<Box<str>>,
    edges: FxHashMap<(u32, Token), u32>,
    n_children: Vec<u32>,
    leaves: FxHashMap<u32, Vec<TemplateId>>,
    templates: Vec<Vec<Token>>,
    parsed: Vec<Token>,
}

impl Default for Miner {
    fn default() -> Self {
        let any: Box<str> = WILDCARD.into();
        Self {
            token_ids: FxHashMap::from_iter([(any.clone(), ANY)]),
            tokens: vec![any],
            edges: FxHashMap::default(),
            n_children: vec![0],
            leaves: FxHashMap::default(),
            templates: Vec::new(),
            parsed: Vec::new(),
        }
    }
}

impl Miner {
    /// Finds or makes the template of a masked message; a message that differs generalises the template it joins.
    pub fn add(&mut self, message: &str) -> TemplateId {
        let mut parsed = std::mem::take(&mut self.parsed);
        parsed.clear();
        let mut words = message.split(' ');
        parsed.extend(
            words
                .by_ref()
                .take(MAX_TOKENS)
                .map(|word| self.intern(word)),
        );
        if words.next().is_some() {
            parsed.push(ANY);
        }
        let leaf = self.descend(&parsed);
        let id = match self.closest(leaf, &parsed) {
            Some(id) => {
                self.generalise(id, &parsed);
                id
            }
            None => self.create(leaf, &parsed),
        };
        self.parsed = parsed;
        id
    }

    /// Number of templates.
    #[must_use]
    pub fn n_templates(&self) -> usize {
        self.templates.len()
    }

    /// Whether the cap bit, so that the last template holds what fits none.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.templates.len() >= TEMPLATE_CAP
    }

    /// The template's text, with `<*>` for what varies.
    ///
    /// # Panics
    /// If `id` is not of this miner.
    #[must_use]
    pub fn text(&self, id: TemplateId) -> String {
        let mut out = String::new();
        for (i, &token) in self.templates[id.index()].iter().enumerate() {
            if i > 0 {
                out.push(' ');
            }
            out.push_str(&self.tokens[token as usize]);
        }
        out
    }

    fn intern(&mut self, word: &str) -> Token {
        if let Some(&token) = self.token_ids.get(word) {
            return token;
        }
        let token = self.tokens.len() as Token;
        self.tokens.push(word.into());
        self.token_ids.insert(word.into(), token);
        token
    }

    fn descend(&mut self, parsed: &[Token]) -> u32 {
        // Lengths share the key space of the root's edges with nothing else, so they need no node of their own.
        let mut node = self.child(0, parsed.len() as Token, false);
        for &token in parsed.iter().take(PREFIX_TOKENS) {
            let varies = self.tokens[token as usize]
                .bytes()
                .any(|b| b.is_ascii_digit() || b == b'*');
            node = self.child(node, if varies { ANY } else { token }, true);
        }
        node
    }

    fn child(&mut self, node: u32, token: Token, is_capped: bool) -> u32 {
        if let Some(&child) = self.edges.get(&(node, token)) {
            return child;
        }
        if is_capped && token != ANY && self.n_children[node as usize] >= MAX_CHILDREN {
            return self.child(node, ANY, true);
        }
        let child = self.n_children.len() as u32;
        self.n_children.push(0);
        self.n_children[node as usize] += 1;
        self.edges.insert((node, token), child);
        child
    }

    /// The template of the leaf that shares most tokens with the message, if it shares enough.
    fn closest(&self, leaf: u32, parsed: &[Token]) -> Option<TemplateId> {
        let mut best: Option<(usize, usize, TemplateId)> = None;
        let candidates = self.leaves.get(&leaf).map_or(&[][..], Vec::as_slice);
        for &id in candidates.iter().rev().take(MAX_COMPARED) {
            let template = &self.templates[id.index()];
            let n_equal = template
                .iter()
                .zip(parsed)
                .filter(|(a, b)| a == b && **a != ANY)
                .count();
            let n_any = template.iter().filter(|&&token| token == ANY).count();
            // Ties go to the template with more wildcards, then to the older one.
            if best.is_none_or(|(equal, any, _)| (n_equal, n_any) >= (equal, any)) {
                best = Some((n_equal, n_any, id));
            }
        }
        let (n_equal, n_any, id) = best?;
        let is_same = n_equal + n_any == parsed.len() && n_any == parsed.len();
        (is_same || n_equal as f64 >= SIMILARITY * parsed.len() as f64).then_some(id)
    }

    fn generalise(&mut self, id: TemplateId, parsed: &[Token]) {
        for (i, &token) in parsed.iter().enumerate() {
            let old = self.templates[id.index()][i];
            if old != token && old != ANY {
                let shared = shared_part(&self.tokens[old as usize], &self.tokens[token as usize]);
                self.templates[id.index()][i] = self.intern(&shared);
            }
        }
    }

    fn create(&mut self, leaf: u32, parsed: &[Token]) -> TemplateId {
        if self.is_full() {
            return TemplateId::from_index(TEMPLATE_CAP - 1);
        }
        let id = TemplateId::from_index(self.templates.len());
        let is_last = self.templates.len() == TEMPLATE_CAP - 1;
        self.templates
            .push(if is_last { vec![ANY] } else { parsed.to_vec() });
        if !is_last {
            self.leaves.entry(leaf).or_default().push(id);
        }
        id
    }
}

/// What two tokens have in common, up to a delimiter at each side, with a wildcard between.
fn shared_part(a: &str, b: &str) -> String {
    let is_delimiter = |byte: &u8| {
        matches!(
            byte,
            b'=' | b':'
                | b'('
                | b'['
                | b'{'
                | b'"'
                | b'\''
                | b'/'
                | b','
                | b';'
                | b')'
                | b']'
                | b'}'
                | b'<'
                | b'>'
        )
    };
    let (bytes_a, bytes_b) = (a.as_bytes(), b.as_bytes());
    let n_front = bytes_a
        .iter()
        .zip(bytes_b)
        .take_while(|(x, y)| x == y)
        .count();
    let front = bytes_a[..n_front]
        .iter()
        .rposition(|byte| is_delimiter(byte) && *byte != b'<')
        .map_or(0, |i| i + 1);
    let room = bytes_a.len().min(bytes_b.len()) - front;
    let n_back = bytes_a
        .iter()
        .rev()
        .zip(bytes_b.iter().rev())
        .take(room)
        .take_while(|(x, y)| x == y)
        .count();
    let tail = &bytes_a[bytes_a.len() - n_back..];
    let back = tail
        .iter()
        .position(|byte| is_delimiter(byte) && *byte != b'>')
        .map_or(0, |i| tail.len() - i);
    // Delimiters are ASCII, so both cuts fall on character boundaries.
    format!("{}{WILDCARD}{}", &a[..front], &a[a.len() - back..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mine(messages: &[&str]) -> Vec<String> {
        let mut miner = Miner::default();
        let ids: Vec<_> = messages.iter().map(|m| miner.add(m)).collect();
        ids.iter().map(|&id| miner.text(id)).collect()
    }

    #[test]
    fn messages_that_share_most_tokens_share_a_template() {
        assert_eq!(
            mine(&[
                "invalid user bob from <*>",
                "invalid user eve from <*>",
                "connection closed by <*>"
            ]),
            [
                "invalid user <*> from <*>",
                "invalid user <*> from <*>",
                "connection closed by <*>"
            ]
        );
    }

    #[test]
    fn lengths_and_first_words_keep_messages_apart() {
        assert_eq!(
            mine(&["start job alpha", "stop job alpha", "start job"]),
            ["start job alpha", "stop job alpha", "start job"]
        );
    }

    #[test]
    fn tokens_keep_what_they_share() {
        assert_eq!(shared_part("user=root,", "user=guest,"), "user=<*>,");
        assert_eq!(shared_part("(alpha)", "(beta)"), "(<*>)");
        assert_eq!(shared_part("rhost=<*>", "rhost=host"), "rhost=<*>");
        assert_eq!(shared_part("a", "b"), "<*>");
        assert_eq!(shared_part("k=[x]", "k=[]"), "k=[<*>]");
        assert_eq!(shared_part("=", "=="), "=<*>");
    }

    #[test]
    fn an_empty_message_is_a_template() {
        assert_eq!(mine(&["", ""]), ["", ""]);
        assert_eq!(mine(&["<*>", "<*>"]), ["<*>", "<*>"]);
    }
}
