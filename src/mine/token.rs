//! Masked messages → tokens: words and the punctuation between them, each with what its spelling alone says about it.
//!
//! Punctuation is a token of its own, so `user=root,` is a key, a value and what holds them together, and two messages are
//! only compared word by word where their punctuation agrees. What a formatter writes for one value becomes one wildcard
//! here: dates of several words, sizes with a unit chosen by magnitude, `true`, `false`, `null`, and names of users.

use rustc_hash::FxHashMap;

use super::mask::WILDCARD;
use super::slot::SlotKind;
use super::spelling::{self, Role, Shape};
use crate::base::hash;

/// A word or a run of punctuation; the space before it is part of it.
pub(super) type Token = u32;

/// The wildcard at the beginning of a message or after punctuation.
pub(super) const ANY: Token = 0;
/// The wildcard after a space.
pub(super) const SPACED_ANY: Token = 1;

/// Tokens of a message that take part; the rest becomes one wildcard.
const MAX_TOKENS: usize = 256;
/// Wildcards of one date.
const MAX_DATE_PARTS: usize = 4;

/// A message in tokens.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    pub(super) tokens: Vec<Token>,
    /// What each token's variables are; [`SlotKind::Word`] for a token without.
    pub(super) kinds: Vec<SlotKind>,
}

impl Tokens {
    fn push(&mut self, token: Token, kind: SlotKind) {
        self.tokens.push(token);
        self.kinds.push(kind);
    }
}

#[derive(Debug)]
struct Entry {
    text: Box<str>,
    /// The same token without the space before it.
    bare: Token,
    shape: Shape,
    role: Role,
}

/// All tokens of a run.
#[derive(Debug)]
pub(super) struct Vocabulary {
    ids: FxHashMap<Box<str>, Token>,
    entries: Vec<Entry>,
    /// By token without space: named a user somewhere.
    is_user: Vec<bool>,
}

impl Default for Vocabulary {
    fn default() -> Self {
        let mut vocabulary = Self {
            ids: FxHashMap::default(),
            entries: Vec::new(),
            is_user: Vec::new(),
        };
        vocabulary.intern(WILDCARD);
        vocabulary.intern(" <*>");
        vocabulary
    }
}

impl Vocabulary {
    /// The token as it stands in a message.
    pub(super) fn text(&self, token: Token) -> &str {
        &self.entries[token as usize].text
    }

    /// The token without the space before it.
    pub(super) fn bare(&self, token: Token) -> Token {
        self.entries[token as usize].bare
    }

    pub(super) fn shape(&self, token: Token) -> Shape {
        self.entries[token as usize].shape
    }

    pub(super) fn role(&self, token: Token) -> Role {
        self.entries[token as usize].role
    }

    pub(super) fn is_word(&self, token: Token) -> bool {
        self.shape(token) != Shape::Delimiter
    }

    /// Whether what holds a place says that a value is in it: `key=` or quotes around one word.
    pub(super) fn is_assigned(&self, tokens: &[Token], place: usize) -> bool {
        let Some(&before) = place.checked_sub(1).and_then(|before| tokens.get(before)) else {
            return false;
        };
        let text = self.text(before);
        let after = tokens.get(place + 1).map_or("", |&after| self.text(after));
        let is_quoted = |quote| text.ends_with(quote) && after.starts_with(quote);
        text.ends_with('=') || is_quoted('"') || is_quoted('\'')
    }

    /// The wildcard that takes the token's place.
    pub(super) fn wildcard(&self, token: Token) -> Token {
        if self.bare(token) == token {
            ANY
        } else {
            SPACED_ANY
        }
    }

    /// Whether the word named a user in some message.
    pub(super) fn is_user(&self, token: Token) -> bool {
        self.is_user[self.bare(token) as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Identity of the punctuation and of where the words are: messages that differ in it share no template.
    pub(super) fn skeleton(&self, tokens: &[Token]) -> u64 {
        tokens.iter().fold(0, |state, &token| {
            let is_word = self.is_word(token);
            let part = if is_word { self.wildcard(token) } else { token };
            hash::combine(state, u64::from(part))
        })
    }

    /// Cuts a masked message into tokens, and says what each variable is.
    pub(super) fn tokens(&mut self, message: &str, slots: &[SlotKind], out: &mut Tokens) {
        out.tokens.clear();
        out.kinds.clear();
        let mut slots = slots.iter().copied();
        let bytes = message.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let start = at;
            at += usize::from(bytes[at] == b' ');
            at = if spelling::is_word_at(bytes, at) {
                spelling::word_end(bytes, at)
            } else {
                spelling::delimiter_end(bytes, at)
            };
            if out.tokens.len() == MAX_TOKENS {
                let is_spaced = bytes[start] == b' ';
                let rest = if is_spaced { SPACED_ANY } else { ANY };
                out.push(rest, SlotKind::Any);
                break;
            }
            let text = &message[start..at];
            // A word with several variables counts as what they are together.
            let kind = slots
                .by_ref()
                .take(text.matches(WILDCARD).count())
                .reduce(SlotKind::or)
                .unwrap_or(SlotKind::Word);
            let token = self.intern(text);
            out.push(token, kind);
        }
        self.join_values(out);
    }

    /// Text of a sequence of tokens.
    pub(super) fn join(&self, tokens: &[Token]) -> String {
        tokens.iter().map(|&token| self.text(token)).collect()
    }

    fn intern(&mut self, text: &str) -> Token {
        if let Some(&token) = self.ids.get(text) {
            return token;
        }
        let word = text.strip_prefix(' ').unwrap_or(text);
        let bare = (word.len() < text.len()).then(|| self.intern(word));
        let token = self.entries.len() as Token;
        self.entries.push(Entry {
            text: text.into(),
            bare: bare.unwrap_or(token),
            shape: spelling::shape(word),
            role: spelling::role(word),
        });
        self.is_user.push(false);
        self.ids.insert(text.into(), token);
        token
    }

    /// Makes one wildcard of every value that is certain although it is written in letters or in several words.
    fn join_values(&mut self, parsed: &mut Tokens) {
        let Tokens { tokens, kinds } = parsed;
        let mut n_kept = 0;
        let mut at = 0;
        while at < tokens.len() {
            let token = tokens[at];
            let (kept, rest) = tokens.split_at_mut(at);
            let mut taken = 1;
            let (mut put, mut kind) = (token, kinds[at]);
            if let Some(n) = self.date_len(rest) {
                taken = n;
                (put, kind) = (self.wildcard(token), SlotKind::Time);
            } else if self.shape(token) == Shape::Any {
                let is_unit = |next: &Token| self.role(*next) == Role::Unit;
                taken += usize::from(rest.get(1).is_some_and(is_unit));
            } else if self.role(token) == Role::Literal
                || self.is_administrator(token, &kept[..n_kept])
            {
                put = self.wildcard(token);
            } else if self.is_user_here(token, &kept[..n_kept]) {
                let bare = self.bare(token);
                self.is_user[bare as usize] = true;
                put = self.wildcard(token);
            }
            tokens[n_kept] = put;
            kinds[n_kept] = kind;
            n_kept += 1;
            at += taken;
        }
        tokens.truncate(n_kept);
        kinds.truncate(n_kept);
    }

    /// Tokens of the date that `tokens` begin with: a month's name beside numbers, with the day of the week and the zone.
    fn date_len(&self, tokens: &[Token]) -> Option<usize> {
        let first = *tokens.first()?;
        let begins = match self.role(first) {
            Role::Month | Role::Weekday => true,
            _ => self.shape(first) == Shape::Any && self.role(*tokens.get(1)?) == Role::Month,
        };
        if !begins {
            return None;
        }
        let (mut len, mut n_numbers, mut has_month) = (0, 0, false);
        for (i, &token) in tokens.iter().enumerate() {
            match self.role(token) {
                Role::Month if !has_month => has_month = true,
                Role::Weekday if i == 0 => {}
                Role::Clock if n_numbers > 0 => {}
                _ if self.shape(token) == Shape::Any && n_numbers < MAX_DATE_PARTS => {
                    n_numbers += 1;
                }
                _ if self.text(token) == "," && i < 4 => continue,
                _ => break,
            }
            len = i + 1;
        }
        (has_month && n_numbers > 0).then_some(len)
    }

    /// Whether an administrator is meant, rather than the root of something.
    fn is_administrator(&self, token: Token, before: &[Token]) -> bool {
        self.role(token) == Role::Admin
            && before.last().is_some_and(|&last| {
                matches!(self.role(last), Role::Grammar | Role::User)
                    || self.text(last).ends_with('(')
                    || self.is_value_of(token, last)
            })
    }

    /// Whether what stands before a word says that it names a user: `user=`, `for user`, `invalid user`.
    fn is_user_here(&self, token: Token, before: &[Token]) -> bool {
        if !matches!(self.shape(token), Shape::Word | Shape::Name | Shape::Upper)
            || self.role(token) != Role::Plain
        {
            return false;
        }
        let [.., introduction, last] = *before else {
            return false;
        };
        if self.is_value_of(token, last) {
            return self.role(introduction) == Role::User;
        }
        self.role(last) == Role::User
            && matches!(self.text(self.bare(introduction)), "for" | "as" | "invalid")
    }

    /// Whether a token is the value of a key; after `ruser= rhost=` that of the first is empty.
    fn is_value_of(&self, token: Token, last: Token) -> bool {
        self.text(last) == "=" && self.bare(token) == token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, expected: &[&str]) {
        let (mut vocabulary, mut parsed) = (Vocabulary::default(), Tokens::default());
        vocabulary.tokens(message, &[], &mut parsed);
        let found: Vec<_> = parsed
            .tokens
            .iter()
            .map(|&token| vocabulary.text(token))
            .collect();
        assert_eq!(found, expected, "{message}");
        assert_eq!(parsed.tokens.len(), parsed.kinds.len());
    }

    #[test]
    fn words_and_punctuation_are_tokens() {
        check("", &[]);
        check("a b", &["a", " b"]);
        check(
            "f(x=<*>), done.",
            &["f", "(", "x", "=", "<*>", "),", " done", "."],
        );
        check("a.b...<*>", &["a.b", "...", "<*>"]);
        check("job_<*> <<*>>", &["job_<*>", " <", "<*>", ">"]);
        check("größe: <*>", &["größe", ":", " <*>"]);
    }

    #[test]
    fn values_of_several_words_are_one_wildcard() {
        check("at Sun Jul <*> <*> <*>", &["at", " <*>"]);
        check("<*> Jul <*> GMT: up", &["<*>", ":", " up"]);
        check("Sun, <*> Jul <*> <*> GMT", &["<*>"]);
        check("May I <*>", &["May", " I", " <*>"]);
        check("Sun <*>", &["Sun", " <*>"]);
        check("size <*> KB, <*> ms", &["size", " <*>", ",", " <*>", " ms"]);
    }

    #[test]
    fn values_in_letters_are_wildcards() {
        check("ok=true (null)", &["ok", "=", "<*>", " (", "<*>", ")"]);
        check("user=root", &["user", "=", "<*>"]);
        check("ruser= rhost=x", &["ruser", "=", " rhost", "=", "x"]);
        check("password for root", &["password", " for", " <*>"]);
        check("root hub found", &["root", " hub", " found"]);
        check("closed for user bob", &["closed", " for", " user", " <*>"]);
        check("disconnected by user", &["disconnected", " by", " user"]);
    }

    #[test]
    fn long_messages_end_in_a_wildcard() {
        let (mut vocabulary, mut parsed) = (Vocabulary::default(), Tokens::default());
        vocabulary.tokens(&"a ".repeat(2 * MAX_TOKENS), &[], &mut parsed);
        assert_eq!(parsed.tokens.len(), MAX_TOKENS + 1);
        assert_eq!(parsed.tokens.last(), Some(&SPACED_ANY));
    }
}
