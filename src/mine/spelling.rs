//! A token's text → how it is spelled and what such a word does in the sentences of logs.

use super::mask::{DELIMITER, WILDCARD, class};

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

fn is_wildcard_at(bytes: &[u8], at: usize) -> bool {
    bytes[at..].starts_with(WILDCARD.as_bytes())
}

/// Whether a word begins or goes on at a place.
pub(super) fn is_word_at(bytes: &[u8], at: usize) -> bool {
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

/// Where the word ends that begins at a place.
pub(super) fn word_end(bytes: &[u8], mut at: usize) -> usize {
    while is_word_at(bytes, at) {
        at += if is_wildcard_at(bytes, at) {
            WILDCARD.len()
        } else {
            1
        };
    }
    at
}

/// Where the punctuation ends that begins at a place.
pub(super) fn delimiter_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] != b' ' && !is_word_at(bytes, at) {
        at += 1;
    }
    at
}

/// How a token without the space before it is spelled.
pub(super) fn shape(word: &str) -> Shape {
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

/// What a word does.
pub(super) fn role(word: &str) -> Role {
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
