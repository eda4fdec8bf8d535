//! Text → the same text without addresses, users and secrets, for files that leave the house.
//!
//! What is taken out leaves a mark with a number, `⟨ip 1⟩`, the same wherever the same stood, so that the story can still be
//! followed. It is a help, not a proof: what no rule knows stays, so the page tells people to read the file before they send
//! it. Hidden are: IPv4, IPv6 and MAC addresses, e-mail addresses, names after `user=`, `for … from`, `/home/`, values after
//! `password=`, `token:` and the like, `Bearer …`, credentials in addresses, JSON web tokens and other long random words.

use core::net::Ipv6Addr;
use std::borrow::Cow;

use rustc_hash::FxHashMap;

/// Things that get a number of their own; the others of a kind share the mark without one.
const NUMBERED_CAP: usize = 65_536;
/// Hexadecimal digits from which on a word is taken for a key.
const HEX_LEN: usize = 32;
/// Letters and digits from which on a word of all kinds is taken for a key.
const RANDOM_LEN: usize = 24;

const SECRET_KEYS: [&str; 16] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "access_key",
    "authorization",
    "cookie",
    "session",
    "sessionid",
    "sid",
    "signature",
];
const USER_KEYS: [&str; 14] = [
    "user",
    "username",
    "user_name",
    "user-name",
    "login",
    "logname",
    "ruser",
    "uid",
    "acct",
    "account",
    "owner",
    "email",
    "principal",
    "usr",
];
const TOKEN_STARTS: [&str; 9] = [
    "eyJ",
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "sk-",
];

/// Remembers what it has hidden, so that the same thing is always called the same.
#[derive(Debug, Default)]
pub struct Redactor {
    known: FxHashMap<(&'static str, String), usize>,
    counts: FxHashMap<&'static str, usize>,
}

/// What stands at a place: its length in bytes, and what kind of thing it is.
type Found = Option<(usize, &'static str)>;

impl Redactor {
    /// The text without what is to be hidden.
    pub fn text<'a>(&mut self, text: &'a str) -> Cow<'a, str> {
        let mut out = String::new();
        let (mut at, mut done) = (0, 0);
        while at < text.len() {
            let rest = &text[at..];
            let first = rest.as_bytes()[0];
            let is_start = at == 0 || !is_word(text.as_bytes()[at - 1]);
            let found = if is_start { hidden_at(text, at) } else { None };
            if let Some((skip, len, kind)) = found {
                out.push_str(&text[done..at + skip]);
                let mark = self.mark(kind, &text[at + skip..at + skip + len]);
                out.push_str(&mark);
                at += skip + len;
                done = at;
            } else if is_start && is_word(first) {
                // A word is looked at from its beginning only; its parts after `-`, `.` and the like count as words.
                at += rest.bytes().take_while(|&byte| is_word(byte)).count();
            } else {
                at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
        if done == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[done..]);
        Cow::Owned(out)
    }

    /// Every text value of a JSON document, the keys excepted.
    #[must_use]
    pub fn json(&mut self, json: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(json.len());
        let mut at = 0;
        while let Some(open) = memchr::memchr(b'"', &json[at..]).map(|n| at + n) {
            out.extend_from_slice(&json[at..open]);
            let mut end = open + 1;
            while end < json.len() && json[end] != b'"' {
                end += if json[end] == b'\\' { 2 } else { 1 };
            }
            end = (end + 1).min(json.len());
            let literal = &json[open..end];
            at = end;
            let is_key = json.get(end) == Some(&b':');
            match serde_json::from_slice::<String>(literal) {
                Ok(text) if !is_key => match self.text(&text) {
                    Cow::Borrowed(_) => out.extend_from_slice(literal),
                    Cow::Owned(text) => serde_json::to_writer(&mut out, &text)
                        .expect("a string is JSON and a vector takes all"),
                },
                _ => out.extend_from_slice(literal),
            }
        }
        out.extend_from_slice(&json[at..]);
        out
    }

    fn mark(&mut self, kind: &'static str, what: &str) -> String {
        if kind == "secret" {
            // Whether two secrets are the same is nobody's business.
            return "⟨secret⟩".to_owned();
        }
        let count = self.counts.entry(kind).or_default();
        if let Some(n) = self.known.get(&(kind, what.to_owned())) {
            return format!("⟨{kind} {n}⟩");
        }
        if self.known.len() >= NUMBERED_CAP {
            return format!("⟨{kind}⟩");
        }
        *count += 1;
        self.known.insert((kind, what.to_owned()), *count);
        format!("⟨{kind} {count}⟩")
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// What is to be hidden from a word on: bytes to keep, bytes to hide, and what they are.
fn hidden_at(text: &str, at: usize) -> Option<(usize, usize, &'static str)> {
    let rest = &text[at..];
    if let Some(found) = after_key(rest) {
        return Some(found);
    }
    for (prefix, kind) in [
        ("//", "secret"),
        ("/home/", "user"),
        ("/Users/", "user"),
        ("\\Users\\", "user"),
    ] {
        let Some(tail) = rest.strip_prefix(prefix) else {
            continue;
        };
        let len = tail.bytes().take_while(|&b| is_name(b)).count();
        if kind == "user" && len > 0 {
            return Some((prefix.len(), len, kind));
        }
        // `//name:password@host`
        let len = tail
            .bytes()
            .take_while(|&b| !b.is_ascii_whitespace() && !b"/\"'<>@".contains(&b))
            .count();
        if kind == "secret" && len > 0 && tail.as_bytes().get(len) == Some(&b'@') {
            return Some((prefix.len(), len, kind));
        }
    }
    let found = address(&text[..at], rest).or_else(|| random(rest));
    found.map(|(len, kind)| (0, len, kind))
}

fn is_name(byte: u8) -> bool {
    is_word(byte) || byte == b'-' || byte == b'.' || byte == b'$'
}

/// `password=…`, `user: …`, `Bearer …`, `for … from`, `invalid user …`.
fn after_key(rest: &str) -> Option<(usize, usize, &'static str)> {
    let key_len = rest
        .bytes()
        .take_while(|&byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        .count();
    if key_len == 0 {
        return None;
    }
    let (key, tail) = rest.split_at(key_len);
    let lower = key.to_ascii_lowercase();
    let word = |tail: &str| {
        tail.bytes()
            .take_while(|&b| is_name(b) || b == b'@' || b == b'\\')
            .count()
    };
    if matches!(lower.as_str(), "bearer" | "basic") && tail.starts_with(' ') {
        let len = tail[1..].bytes().take_while(u8::is_ascii_graphic).count();
        return (len >= 8).then_some((key_len + 1, len, "secret"));
    }
    if (lower == "for" || lower == "user")
        && let Some(name) = tail.strip_prefix(' ')
    {
        let len = word(name);
        let is_said = len > 0
            && if lower == "for" {
                name[len..].starts_with(" from ")
            } else {
                name.as_bytes()[0] != b'='
            };
        let is_word_of_it = matches!(
            &name[..len],
            "name" | "agent" | "invalid" | "unknown" | "user"
        );
        if is_said && !is_word_of_it {
            return Some((key_len + 1, len, "user"));
        }
    }
    let is_of = |keys: &[&str]| keys.iter().any(|name| ends_with_word(&lower, name));
    let kind = if is_of(&SECRET_KEYS) {
        "secret"
    } else if is_of(&USER_KEYS) {
        "user"
    } else {
        return None;
    };
    // Quotes, blanks and one sign of assignment in between.
    let gap = tail
        .bytes()
        .take_while(|byte| b"\"'\\ :=".contains(byte))
        .count();
    let between = &tail[..gap];
    if !between.contains([':', '=']) || gap > 6 {
        return None;
    }
    let value = &tail[gap..];
    let is_quoted = between.ends_with('"') || between.ends_with('\'');
    let len = if kind == "user" {
        word(value)
    } else {
        let is_end = |byte: u8| match byte {
            b'"' | b'\'' => true,
            b'&' | b',' | b';' | b')' | b']' | b'}' => !is_quoted,
            _ => byte.is_ascii_whitespace() && !is_quoted,
        };
        value.bytes().take_while(|&byte| !is_end(byte)).count()
    };
    // `authorization: Bearer x` is told by its second word.
    let scheme = value[..len].to_ascii_lowercase();
    let is_scheme = scheme == "bearer" || scheme == "basic";
    (len > 0 && !is_scheme).then_some((key_len + gap, len, kind))
}

/// `x-api-key` and `db_password` end with a key, `tokens` and `design` do not.
fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word)
        .is_some_and(|head| head.is_empty() || head.ends_with(['_', '-']))
}

/// An address of a machine or of a person that stands behind `before`.
fn address(before: &str, rest: &str) -> Found {
    // The parts of `std::a::b` are no address each.
    let is_part = before.ends_with("::");
    ipv4(rest)
        .or_else(|| if is_part { None } else { colons(rest) })
        .or_else(|| email(rest))
}

fn ipv4(rest: &str) -> Found {
    let mut at = 0;
    for part in 0..4 {
        let digits = rest[at..].bytes().take_while(u8::is_ascii_digit).count();
        let is_octet = (1..=3).contains(&digits) && rest[at..at + digits].parse::<u8>().is_ok();
        if !is_octet {
            return None;
        }
        at += digits;
        if part < 3 {
            if rest.as_bytes().get(at) != Some(&b'.') {
                return None;
            }
            at += 1;
        }
    }
    // `1.2.3.4a` is no address. `10.0.0.7.443` may be one with its port, as tcpdump writes it: better hide a version than show that.
    let goes_on = rest.as_bytes().get(at).copied().is_some_and(is_word);
    (!goes_on).then_some((at, "ip"))
}

/// IPv6 and MAC addresses.
fn colons(rest: &str) -> Found {
    let len = rest
        .bytes()
        .take_while(|byte| byte.is_ascii_hexdigit() || *byte == b':')
        .count();
    let text = rest[..len].trim_end_matches(':');
    let groups: Vec<&str> = text.split(':').collect();
    let is_mac = groups.len() == 6 && groups.iter().all(|group| group.len() == 2);
    if is_mac {
        return Some((text.len(), "mac"));
    }
    // `a::become` begins with hexadecimal digits and is a path.
    let goes_on = rest.as_bytes().get(len).copied().is_some_and(is_word);
    let is_ipv6 = |text: &&str| text.parse::<Ipv6Addr>().is_ok() && *text != "::" && !goes_on;
    let found = [&rest[..len], text].into_iter().find(is_ipv6);
    found.map(|text| (text.len(), "ip"))
}

fn email(rest: &str) -> Found {
    let is_local = |b: u8| is_word(b) || b".+-".contains(&b);
    let local = rest.bytes().take_while(|&b| is_local(b)).count();
    if local == 0 || rest.as_bytes().get(local) != Some(&b'@') {
        return None;
    }
    let domain = rest[local + 1..]
        .bytes()
        .take_while(|&b| is_name(b))
        .count();
    let domain = rest[local + 1..local + 1 + domain].trim_end_matches(['.', '-']);
    (!domain.is_empty()).then_some((local + 1 + domain.len(), "email"))
}

/// Keys and tokens: words that nobody would choose.
fn random(rest: &str) -> Found {
    let len = rest
        .bytes()
        .take_while(|&b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-' || b == b'+')
        .count();
    let word = &rest[..len];
    if TOKEN_STARTS.iter().any(|start| word.starts_with(start)) && len >= 16 {
        // A JSON web token has three parts.
        let all = rest
            .bytes()
            .take_while(|&b| is_name(b) || b == b'=')
            .count();
        return Some((all.max(len), "secret"));
    }
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_hex = len >= HEX_LEN && word.bytes().all(|b| b.is_ascii_hexdigit());
    let has = |is_it: fn(&u8) -> bool| word.bytes().any(|b| is_it(&b));
    let is_mixed = len >= RANDOM_LEN
        && digits >= 3
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && !word.contains('-');
    (is_hex && digits > 0 || is_mixed).then_some((len, "token"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_users_and_secrets_are_hidden_and_the_rest_stays() {
        for (text, want) in [
            ("from 10.0.0.7 port 22", "from ⟨ip 1⟩ port 22"),
            ("10.0.0.7:443 10.0.0.8 10.0.0.7", "⟨ip 1⟩:443 ⟨ip 2⟩ ⟨ip 1⟩"),
            (
                "10.0.0.7.443 > 1.2.3 1.2.3.4a",
                "⟨ip 1⟩.443 > 1.2.3 1.2.3.4a",
            ),
            (
                "at 12:30:05 via 2001:db8::1, fe80::a",
                "at 12:30:05 via ⟨ip 1⟩, ⟨ip 2⟩",
            ),
            ("peer ::1 mac 00:1a:2B:3c:4d:5e", "peer ⟨ip 1⟩ mac ⟨mac 1⟩"),
            (
                "a::b::c a::become b::x 10:20",
                "a::b::c a::become b::x 10:20",
            ),
            ("addr:2001:db8:: up", "addr:⟨ip 1⟩ up"),
            ("mail to ann.lee+x@example.org.", "mail to ⟨email 1⟩."),
            (
                "Failed password for root from 1.2.3.4",
                "Failed password for ⟨user 1⟩ from ⟨ip 1⟩",
            ),
            (
                "Invalid user bob from here",
                "Invalid user ⟨user 1⟩ from here",
            ),
            ("user=alice uid=1000", "user=⟨user 1⟩ uid=⟨user 2⟩"),
            (
                "{\"user\":\"alice\",\"n\":1}",
                "{\"user\":\"⟨user 1⟩\",\"n\":1}",
            ),
            (
                "/home/ann/x C:\\Users\\ann\\y",
                "/home/⟨user 1⟩/x C:\\Users\\⟨user 1⟩\\y",
            ),
            ("db_password=hunter2&x=1", "db_password=⟨secret⟩&x=1"),
            ("\"token\": \"a b c\", ok", "\"token\": \"⟨secret⟩\", ok"),
            (
                "Authorization: Bearer abcdefgh.ijk",
                "Authorization: Bearer ⟨secret⟩",
            ),
            ("https://me:pw@host/x", "https://⟨secret⟩@host/x"),
            ("key 9f86d081884c7d659a2feaa0c55ad015", "key ⟨token 1⟩"),
            ("AKIAIOSFODNN7EXAMPLE used", "⟨secret⟩ used"),
            (
                "waitForConnectionTimeoutExceededNow",
                "waitForConnectionTimeoutExceededNow",
            ),
            (
                "passwords were reset, user name unknown",
                "passwords were reset, user name unknown",
            ),
            ("größe 日本 ok", "größe 日本 ok"),
        ] {
            assert_eq!(Redactor::default().text(text), want, "{text}");
        }
    }

    #[test]
    fn values_of_json_are_hidden_and_it_stays_json() {
        let json = br#"{"user":"from 10.0.0.1","list":["a\n10.0.0.1 \u001b \"q\"",1,null]}"#;
        let hidden = Redactor::default().json(json);
        let value: serde_json::Value = serde_json::from_slice(&hidden).unwrap();
        assert_eq!(value["user"], "from ⟨ip 1⟩");
        assert_eq!(value["list"][0], "a\n⟨ip 1⟩ \u{1b} \"q\"");
    }

    #[test]
    fn numbers_end_at_the_cap() {
        let mut redactor = Redactor::default();
        for n in 0..=NUMBERED_CAP {
            redactor.text(&format!("u{n}@x.org"));
        }
        assert_eq!(redactor.text("new@x.org"), "⟨email⟩");
        assert_eq!(redactor.text("u7@x.org"), "⟨email 8⟩");
    }
}
