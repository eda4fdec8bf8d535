//! A message's text → whether it tells of a failed login, and of which user.
//!
//! Run once per distinct message, not per line. The wordings are those of sshd, PAM, sudo, su, ftpd, login, Windows security,
//! databases and web applications; the user is the word that follows `user`, `for` and the like.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use serde::{Deserialize, Serialize};

use crate::base::hash;
use crate::parse::http_status::{self, Naming};

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
    "authentication error",
    "failed keyboard-interactive",
    "invalid username",
    "invalid user name or",
    "invalid login",
    "invalid logon",
    "logon denied",
    "logon failed",
    "wrongpass",
    "wrong username",
    "wrong user name",
    "sign-in failed",
    "failed to sign in",
    "401 unauthorized",
    "password was provided for basic authentication",
];

/// Words after which a user is named.
const NAMING: &[&str] = &[
    "user", "username", "login", "account", "logname", "ruser", "for",
];

/// Words that stand where a user could be, but are none.
const NOT_A_USER: &[&str] = &[
    "", "<*>", "unknown", "invalid", "user", "from", "by", "is", "not", "the", "a", "an", "and",
    "to", "in", "on", "at", "of", "was", "has", "with", "id", "failed", "does", "uid", "euid",
    "gid", "tty", "ruser", "rhost", "name", "attempt", "attempts",
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
    let is_failed = WORDINGS.is_match(message) || is_refused(message);
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
        if is_naming && !is_word(NAMING) && !is_word(NOT_A_USER) && is_user_name(word) {
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

/// Whether an HTTP status refuses whoever asked: 401 (who are you) or 403 (not you).
#[must_use]
pub fn is_refusal(status: u16) -> bool {
    matches!(status, 401 | 403)
}

/// The variable of a message that is the status of an HTTP response, by what stands before it: `method=GET path=<*> status=<*>`.
/// `spans` are the places of the variables in the message.
#[must_use]
pub fn status_place(message: &[u8], spans: &[(u32, u32)]) -> Option<u8> {
    let place = |wanted: Naming| {
        let named = |span: &(u32, u32)| named_by(&message[..span.0 as usize]).and_then(naming_of);
        let found = spans.iter().position(|span| named(span) == Some(wanted))?;
        u8::try_from(found).ok()
    };
    place(Naming::Status).or_else(|| place(Naming::MaybeStatus).filter(|_| is_request(message)))
}

/// The key of the value that stands behind a text: a word, then `=` or `:`, perhaps quotes and blanks.
fn named_by(before: &[u8]) -> Option<&[u8]> {
    let is_between = |byte: &u8| matches!(byte, b'=' | b':' | b'"' | b'\'' | b' ');
    let n_between = before
        .iter()
        .rev()
        .take_while(|byte| is_between(byte))
        .count();
    let (key, between) = before.split_at(before.len() - n_between);
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let n_key = key.iter().rev().take_while(|byte| is_key(byte)).count();
    let is_named = n_between <= 4 && between.iter().any(|byte| matches!(byte, b'=' | b':'));
    (is_named && n_key > 0).then(|| &key[key.len() - n_key..])
}

fn naming_of(key: &[u8]) -> Option<Naming> {
    let mut lower = [0; 32];
    let lower = lower.get_mut(..key.len())?;
    lower.copy_from_slice(key);
    lower.make_ascii_lowercase();
    http_status::naming(lower)
}

/// Whether a message is about a request: it has a field that only requests have, or says how was asked.
fn is_request(message: &[u8]) -> bool {
    let is_end = |byte: &u8| matches!(byte, b' ' | b',' | b';' | b'{' | b'(' | b'[');
    message.split(is_end).take(64).any(|word| {
        let word = word.trim_ascii();
        let key_len = word.iter().position(|byte| matches!(byte, b'=' | b':'));
        let key = key_len.and_then(|len| named_by(&word[..=len]));
        key.and_then(naming_of) == Some(Naming::Request)
            || matches!(
                word,
                b"GET" | b"POST" | b"PUT" | b"DELETE" | b"PATCH" | b"HEAD" | b"OPTIONS"
            )
    })
}

/// Identity of a user name; the same whether it stood in a field or in a message.
#[must_use]
pub fn user(name: &[u8]) -> u64 {
    hash::bytes(name)
}

/// Whether it is a request that was answered with 401 (who are you) or 403 (not you); masking leaves the status behind
/// `HTTP/1.1` as it is.
fn is_refused(message: &str) -> bool {
    message.split("HTTP/").skip(1).any(|rest| {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let status = rest.strip_prefix('"').unwrap_or(rest).strip_prefix(' ');
        let status = status.and_then(|status| status.split(' ').next());
        matches!(status, Some("401" | "403"))
    })
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
    fn statuses_are_found_in_messages_about_requests() {
        for (message, expected) in [
            ("done method=GET path=/a status=401 took=12ms", Some("401")),
            ("GET /a status: 403", Some("403")),
            (r#"{"url":"/a","status":401,"n":5}"#, Some("401")),
            ("n=5 http_status=401", Some("401")),
            ("response 12 statusCode=500", Some("500")),
            ("job 12 ended, status=401", None),
            ("status 401 of order 12", None),
            ("GET /a 401", None),
            ("", None),
        ] {
            let is_digit = |(_, c): &(usize, char)| c.is_ascii_digit();
            let mut spans: Vec<(u32, u32)> = Vec::new();
            for (at, _) in message.char_indices().filter(is_digit) {
                match spans.last_mut() {
                    Some(last) if last.1 == at as u32 => last.1 += 1,
                    _ => spans.push((at as u32, at as u32 + 1)),
                }
            }
            let place = status_place(message.as_bytes(), &spans);
            let span = place.map(|place| spans[usize::from(place)]);
            let found = span.map(|(from, to)| &message[from as usize..to as usize]);
            assert_eq!(found, expected, "{message}");
        }
        assert!(is_refusal(401) && is_refusal(403) && !is_refusal(200) && !is_refusal(404));
    }

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
            // Windows security 4776 and 4771, databases, applications, and the web.
            ("Kerberos pre-authentication failed.", true, None),
            (
                "ORA-01017: invalid username/password; logon denied",
                true,
                None,
            ),
            (
                "FATAL:  password authentication failed for user \"shop\"",
                true,
                Some("shop"),
            ),
            (
                "Access denied for user 'app'@'<*>' (using password: YES)",
                true,
                Some("app"),
            ),
            ("WRONGPASS invalid username-password pair", true, None),
            (
                "user \"bob\": password mismatch, client: <*>",
                true,
                Some("bob"),
            ),
            (
                "pam_unix(sudo:auth): authentication failure; user=eve",
                true,
                Some("eve"),
            ),
            (
                "Login attempt for account eve: bad credentials",
                true,
                Some("eve"),
            ),
            ("\"POST <*> HTTP/1.1\" 401 <*>", true, None),
            ("\"GET <*> HTTP/2.0\" 403 <*>", true, None),
            ("\"GET <*> HTTP/1.1\" 404 <*>", false, None),
            ("\"GET <*> HTTP/1.1\" 200 401", false, None),
            ("GET <*> -> 401 Unauthorized in <*> ms", true, None),
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
