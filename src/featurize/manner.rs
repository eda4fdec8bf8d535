//! A masked message → the manner in which it speaks: it tells of an event, states a value, or turns down a request.
//!
//! Dumps of registers, statistics and flags bear the level of what they belong to and the names of every kind of trouble
//! (`illegal instruction......0`), yet tell of none. And what fails because of how it was asked for (the file is not there, the
//! caller may not) is a lesser evil than what fails by itself. The errors of the second kind are those that POSIX lets a call
//! return because of its arguments.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::mine::mask::WILDCARD;

/// How a message speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Manner {
    /// Something happened.
    #[default]
    Event,
    /// A name and its value, or several of them.
    Statement,
    /// A request could not be granted as it was made.
    Refusal,
}

/// Wordings of requests that cannot be granted, in lower case.
const REFUSED: [&str; 20] = [
    "access denied",
    "argument list too long",
    "bad request",
    "does not exist",
    "exec format error",
    "file exists",
    "file name too long",
    "file not found",
    "invalid argument",
    "invalid option",
    "is a directory",
    "no such file",
    "no such process",
    "not a directory",
    "not found",
    "operation not permitted",
    "permission denied",
    "syntax error",
    "unknown command",
    "unknown option",
];

/// Dots that lead from a name to its value.
const LEADER: &str = "...";
/// Words that a name may have.
const NAME_WORDS: usize = 8;

static WORDINGS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(REFUSED)
        .expect("a fixed list of short words")
});

/// The manner of a masked message.
#[must_use]
pub fn read(text: &str) -> Manner {
    if is_statement(text) {
        Manner::Statement
    } else if WORDINGS.is_match(text) {
        Manner::Refusal
    } else {
        Manner::Event
    }
}

/// Whether a message is nothing but names, each with its value behind a colon, an equals sign or a leader of dots.
fn is_statement(text: &str) -> bool {
    let text = text.trim_end_matches([')', ']', ',', ';', '.']);
    let Some(names) = text.strip_suffix(WILDCARD) else {
        return false;
    };
    let mut parts = names.split(WILDCARD);
    let n_words: usize = parts.clone().map(|part| part.split(' ').count()).sum();
    let n_parts = parts.clone().count();
    n_words <= NAME_WORDS * n_parts
        && (names.ends_with(LEADER)
            || parts.all(|part| {
                let part = part.trim_end_matches([' ', '(']);
                part.is_empty() || part.ends_with([':', '='])
            }))
        && names.contains([':', '=', '.'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manners_are_told_apart() {
        for (text, expected) in [
            ("store operation.............<*>", Manner::Statement),
            ("mode <*> on......<*>", Manner::Statement),
            ("program counter: <*>", Manner::Statement),
            ("r0=<*> r1=<*>", Manner::Statement),
            ("queue length: <*>, limit: <*>", Manner::Statement),
            (
                "cannot open <*>: No such file or directory",
                Manner::Refusal,
            ),
            ("mkdir <*>: Permission denied", Manner::Refusal),
            ("connection to <*> lost", Manner::Event),
            ("kernel stopped for reason <*>", Manner::Event),
            ("worker <*> exited: <*>", Manner::Event),
            ("link <*> severed", Manner::Event),
            ("", Manner::Event),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
