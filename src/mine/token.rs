//! Masked messages → tokens: words and the punctuation between them, each with what its spelling alone says about it.
//!
//! Punctuation is a token of its own, so `user=root,` is a key, a value and what holds them together, and two messages are
//! only compared word by word where their punctuation agrees. What a formatter writes for one value becomes one wildcard
//! here: dates of several words, sizes with a unit chosen by magnitude, `true`, `false`, `null`, and names of users.

use rustc_hash::FxHashMap;

use super::mask::{DELIMITER, WILDCARD, class};

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

/// How a token is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Punctuation.
    Delimiter,
    /// A wildcard.
    Any,
    /// A wildcard and letters.
    Mixed,
    /// What programs and people call things, rather than a word: `a.b`, `a_b`, `aB`, `a7`.
    Name,
    /// A word in capital letters: states, verbs of protocols, signals.
    Upper,
    /// Any other word.
    Word,
}

/// What a word does in the sentences of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing in particular.
    Plain,
    /// Articles, prepositions, auxiliaries, and verb forms by their ending: never the name of anything.
    Grammar,
    /// A noun after which a name stands: `host db`.
    Announcer,
    /// `user` and its like.
    User,
    /// The administrators every system has.
    Admin,
    /// `true`, `false`, `null`.
    Literal,
    /// Unit of a size that a formatter chose by magnitude.
    Unit,
    /// Name of a month.
    Month,
    /// Name of a day.
    Weekday,
    /// Half of the day, name of a zone.
    Clock,
}

const ROLES: [(Role, &[&str]); 9] = [
    (
        Role::Grammar,
        &[
            "a", "an", "the", "and", "or", "not", "no", "is", "are", "was", "were", "be", "been",
            "has", "have", "had", "does", "did", "do", "can", "could", "cannot", "will", "would",
            "to", "from", "for", "of", "in", "on", "at", "by", "with", "without", "as", "into",
            "after", "before", "due", "because", "while", "when", "if", "than", "then", "but",
            "so",
        ],
    ),
    (
        Role::Announcer,
        &[
            "host",
            "hostname",
            "file",
            "filename",
            "directory",
            "folder",
            "device",
            "interface",
            "domain",
            "account",
            "named",
            "queue",
            "topic",
            "table",
            "database",
            "namespace",
            "bucket",
            "package",
            "module",
            "class",
            "thread",
            "service",
            "key",
            "label",
        ],
    ),
    (
        Role::User,
        &["user", "username", "login", "ruser", "account"],
    ),
    (Role::Admin, &["root", "admin", "administrator"]),
    (Role::Literal, &["true", "false", "null"]),
    (
        Role::Unit,
        &[
            "B", "kB", "KB", "MB", "GB", "TB", "PB", "KiB", "MiB", "GiB", "TiB", "PiB",
        ],
    ),
    (
        Role::Month,
        &[
            "Jan",
            "Feb",
            "Mar",
            "Apr",
            "May",
            "Jun",
            "Jul",
            "Aug",
            "Sep",
            "Oct",
            "Nov",
            "Dec",
            "January",
            "February",
            "March",
            "April",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
    ),
    (
        Role::Weekday,
        &[
            "Mon",
            "Tue",
            "Wed",
            "Thu",
            "Fri",
            "Sat",
            "Sun",
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ],
    ),
    (
        Role::Clock,
        &[
            "AM", "PM", "GMT", "UTC", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT",
            "BST", "CET", "CEST", "JST",
        ],
    ),
];

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

    /// Cuts a masked message into tokens.
    pub(super) fn tokens(&mut self, message: &str, out: &mut Vec<Token>) {
        out.clear();
        let bytes = message.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let start = at;
            at += usize::from(bytes[at] == b' ');
            at = if is_word_at(bytes, at) {
                word_end(bytes, at)
            } else {
                delimiter_end(bytes, at)
            };
            if out.len() == MAX_TOKENS {
                out.push(SPACED_ANY);
                break;
            }
            let token = self.intern(&message[start..at]);
            out.push(token);
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
            shape: shape(word),
            role: role(word),
        });
        self.is_user.push(false);
        self.ids.insert(text.into(), token);
        token
    }

    /// Makes one wildcard of every value that is certain although it is written in letters or in several words.
    fn join_values(&mut self, tokens: &mut Vec<Token>) {
        let mut n_kept = 0;
        let mut at = 0;
        while at < tokens.len() {
            let token = tokens[at];
            let (kept, rest) = tokens.split_at_mut(at);
            let mut taken = 1;
            let mut put = token;
            if let Some(n) = self.date_len(rest) {
                taken = n;
                put = self.wildcard(token);
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
            n_kept += 1;
            at += taken;
        }
        tokens.truncate(n_kept);
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
                    || self.is_assigned(token, last)
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
        if self.is_assigned(token, last) {
            return self.role(introduction) == Role::User;
        }
        self.role(last) == Role::User
            && matches!(self.text(self.bare(introduction)), "for" | "as" | "invalid")
    }

    /// Whether a token is the value of a key; after `ruser= rhost=` that of the first is empty.
    fn is_assigned(&self, token: Token, last: Token) -> bool {
        self.text(last) == "=" && self.bare(token) == token
    }
}

fn is_wildcard_at(bytes: &[u8], at: usize) -> bool {
    bytes[at..].starts_with(WILDCARD.as_bytes())
}

fn is_word_at(bytes: &[u8], at: usize) -> bool {
    at < bytes.len() && (is_wildcard_at(bytes, at) || !is_delimiter_at(bytes, at))
}

/// Full stops at the end of a word and rows of dots that lead to a value are punctuation, others part of a word.
fn is_delimiter_at(bytes: &[u8], at: usize) -> bool {
    match bytes[at] {
        b'.' => match bytes.get(at + 1) {
            None | Some(b'.') => true,
            Some(_) => {
                (at > 0 && bytes[at - 1] == b'.')
                    || (class(bytes[at + 1]) & DELIMITER != 0 && !is_wildcard_at(bytes, at + 1))
            }
        },
        byte => class(byte) & DELIMITER != 0,
    }
}

fn word_end(bytes: &[u8], mut at: usize) -> usize {
    while is_word_at(bytes, at) {
        at += if is_wildcard_at(bytes, at) {
            WILDCARD.len()
        } else {
            1
        };
    }
    at
}

fn delimiter_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] != b' ' && !is_word_at(bytes, at) {
        at += 1;
    }
    at
}

fn shape(word: &str) -> Shape {
    if word == WILDCARD {
        return Shape::Any;
    }
    let bytes = word.as_bytes();
    if !is_word_at(bytes, 0) {
        return Shape::Delimiter;
    }
    if word.contains(WILDCARD) {
        return Shape::Mixed;
    }
    // Numbers are masked unless they are codes that name a state.
    if bytes.iter().all(u8::is_ascii_digit) {
        return Shape::Upper;
    }
    // The name of a failure says what happened.
    let is_failure = word.ends_with("Exception") || word.ends_with("Error");
    let has_lower = bytes.iter().any(u8::is_ascii_lowercase);
    let is_joint =
        |&b: &u8| b.is_ascii_digit() || b".@/\\$~%".contains(&b) || (b == b'_' && has_lower);
    let is_camel = bytes
        .windows(2)
        .any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    if !is_failure && (is_camel || bytes.iter().any(is_joint)) {
        return Shape::Name;
    }
    let has_upper = bytes.iter().any(u8::is_ascii_uppercase);
    if has_upper && !has_lower && bytes.len() > 1 {
        Shape::Upper
    } else {
        Shape::Word
    }
}

fn role(word: &str) -> Role {
    let lower = word.to_ascii_lowercase();
    for (role, words) in ROLES {
        let is_exact = matches!(
            role,
            Role::Unit | Role::Month | Role::Weekday | Role::Clock | Role::Admin
        );
        if words.contains(&if is_exact { word } else { lower.as_str() }) {
            return role;
        }
    }
    let has_verb_ending = lower.len() > 4 && (lower.ends_with("ed") || lower.ends_with("ing"));
    if has_verb_ending && word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Role::Grammar
    } else {
        Role::Plain
    }
}
