//! A message's text → whether it tells of a failed login, and of which user.
//!
//! Run once per distinct message, not per line. The wordings are those of sshd, PAM, sudo, su, ftpd, login, Windows security,
//! databases and web applications; the user is the word that follows `user`, `for` and the like.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use serde::{Deserialize, Serialize};

use crate::base::hash;

/// Wordings of a login that failed, in lower case.
const FAILED: &[&str] = &[
    "failed password",
    "failed publickey",
    "failed none for",
    "authentication failure",
    "authentication failed",
    "auth failed",
    "failed to authenticate",
    "could not authenticate",
    "not authenticated",
    "login failed",
    "login failure",
    "failed login",
    "failed to log in",
    "failed to login",
    "login incorrect",
    "login denied",
    "logon failure",
    "failed to log on",
    "invalid credentials",
    "bad credentials",
    "wrong credentials",
    "invalid password",
    "incorrect password",
    "wrong password",
    "bad password",
    "password mismatch",
    "password check failed",
    "access denied for user",
    "no such user",
    "failed su for",
    "maximum authentication attempts exceeded",
];

/// Words after which a user is named.
const NAMING: &[&str] = &[
    "user", "username", "login", "account", "logname", "ruser", "for",
];

/// Words that stand where a user could be, but are none.
const NOT_A_USER: &[&str] = &[
    "", "<*>", "unknown", "invalid", "user", "from", "by", "is", "not", "the", "a", "an", "and",
    "to", "in", "on", "at", "of", "was", "has", "with", "id", "failed", "does", "uid", "euid",
    "gid", "tty", "ruser", "rhost", "name",
];

static WORDINGS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(FAILED)
        .expect("the wordings are few and short")
});

/// What a message says about logins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Login {
    /// It tells of a login that failed.
    pub is_failed: bool,
    /// Identity of the user it names.
    pub user: Option<u64>,
}

/// Reads a (masked) message.
#[must_use]
pub fn read(message: &str) -> Login {
    let is_failed = WORDINGS.is_match(message);
    let mut words = message
        .split(|c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    '=' | ':' | ',' | ';' | '"' | '\'' | '(' | ')' | '[' | ']'
                )
        })
        .filter(|word| !word.is_empty());
    let mut named = None;
    let mut is_naming = false;
    for word in words.by_ref().take(64) {
        let is_word = |list: &[&str]| list.iter().any(|entry| entry.eq_ignore_ascii_case(word));
        if is_naming && !is_word(NOT_A_USER) && is_user_name(word) {
            named = Some(user(word.as_bytes()));
            break;
        }
        // "for" names a user only where logins are talked of; `for invalid user bob` goes on to "user".
        is_naming = is_word(NAMING) && (is_failed || !word.eq_ignore_ascii_case("for"));
    }
    Login {
        is_failed,
        user: named,
    }
}

/// Identity of a user name; the same whether it stood in a field or in a message.
#[must_use]
pub fn user(name: &[u8]) -> u64 {
    hash::bytes(name)
}

fn is_user_name(word: &str) -> bool {
    word.len() <= 64
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-@\\$+".contains(&b) || b >= 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_logins_are_told_from_others() {
        for (message, is_failed, name) in [
            (
                "Failed password for invalid user admin from <*> port <*> ssh2",
                true,
                Some("admin"),
            ),
            (
                "Failed password for root from <*> port <*> ssh2",
                true,
                Some("root"),
            ),
            (
                "authentication failure; logname= uid=<*> euid=<*> tty=ssh ruser= rhost=<*> user=bob",
                true,
                Some("bob"),
            ),
            (
                "Accepted publickey for deploy from <*> port <*> ssh2",
                false,
                None,
            ),
            (
                "session opened for user root by (uid=<*>)",
                false,
                Some("root"),
            ),
            (
                "Login failed for user 'sa'. Reason: Password did not match",
                true,
                Some("sa"),
            ),
            ("waiting for connection", false, None),
            ("An account failed to log on.", true, None),
        ] {
            assert_eq!(
                read(message),
                Login {
                    is_failed,
                    user: name.map(|n| user(n.as_bytes()))
                },
                "{message}"
            );
        }
    }
}
