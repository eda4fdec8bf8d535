//! Message bytes → the spans that are certainly variable, the identity of what remains, and the first address seen.
//!
//! A word is a run of bytes between white space and `, ; = : ( ) [ ] { } < > " ' |`. Words of letters stay; words that are
//! or contain numbers, addresses, paths, hexadecimal or ids become `<*>`. Masking before mining follows He et al. 2017
//! ("Drain", section III.A) but needs no expressions per log.

use crate::base::hash;

/// Bytes of a message that take part in mining; templates beyond this length tell nobody anything.
pub const MESSAGE_CAP: usize = 4096;

/// What stands for a variable.
pub const WILDCARD: &str = "<*>";

/// Class of the bytes between words.
pub(super) const DELIMITER: u8 = 1;
const DIGIT: u8 = 2;
const SLASH: u8 = 4;

const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let delimiters = b" \t\r\n\x0b\x0c\0,;=:()[]{}<>\"'|";
    let mut i = 0;
    while i < delimiters.len() {
        class[delimiters[i] as usize] = DELIMITER;
        i += 1;
    }
    let mut digit = b'0';
    while digit <= b'9' {
        class[digit as usize] = DIGIT;
        digit += 1;
    }
    class[b'/' as usize] = SLASH;
    class
};

/// Class of a byte.
pub(super) fn class(byte: u8) -> u8 {
    CLASS[byte as usize]
}

/// What one scan of a message found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scan {
    /// Identity of the masked message.
    pub hash: u64,
    /// Identity of the first IP address in it.
    pub ip: Option<u64>,
}

/// Finds the variable spans of `message` (cut to [`MESSAGE_CAP`] by the caller); `spans` is cleared first.
pub fn scan(message: &[u8], spans: &mut Vec<(u32, u32)>) -> Scan {
    spans.clear();
    let mut ip = None;
    let mut at = 0;
    while at < message.len() {
        if CLASS[message[at] as usize] & DELIMITER != 0 {
            at += 1;
            continue;
        }
        let start = at;
        let mut seen = 0;
        while at < message.len() {
            let class = CLASS[message[at] as usize];
            if class & DELIMITER != 0 {
                break;
            }
            seen |= class;
            at += 1;
        }
        // Two hexadecimal digits before a colon may begin a hardware address, up to four an IPv6 address.
        if at - start <= 4
            && message.get(at) == Some(&b':')
            && let Some(end) = groups(message, start)
        {
            push(message, spans, start, end);
            at = end;
            continue;
        }
        if seen & (DIGIT | SLASH) != 0
            && let Some((from, to)) = variable(message, start, at, seen)
        {
            if ip.is_none() {
                ip = address(
                    message[from..to]
                        .strip_prefix(b"/")
                        .unwrap_or(&message[from..to]),
                );
            }
            push(message, spans, from, to);
            at = at.max(to);
        }
    }
    let mut state = 0;
    let mut from = 0;
    for &(start, end) in spans.iter() {
        state = hash::combine(state, hash::bytes(&message[from..start as usize]));
        from = end as usize;
    }
    Scan {
        hash: hash::combine(state, hash::bytes(&message[from..])),
        ip,
    }
}

/// The masked message as text: white space as single spaces, invalid UTF-8 as U+FFFD.
#[must_use]
pub fn render(message: &[u8], spans: &[(u32, u32)]) -> String {
    let mut text = Vec::with_capacity(message.len());
    let mut from = 0;
    for &(start, end) in spans {
        text.extend_from_slice(&message[from..start as usize]);
        text.extend_from_slice(WILDCARD.as_bytes());
        from = end as usize;
    }
    text.extend_from_slice(&message[from..]);
    let text = String::from_utf8_lossy(&text);
    let mut words = text.split_whitespace();
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        out.push(' ');
        out.push_str(word);
    }
    out
}

/// Identity of an address or of any other text that names a peer; the same whether it stood in a header or in a message.
#[must_use]
pub fn peer(text: &[u8]) -> u64 {
    address(text).unwrap_or_else(|| hash::bytes(text))
}

/// Adds a span; one that only `: . / @ -` separates from the last (address and port, time, range) becomes part of it.
fn push(message: &[u8], spans: &mut Vec<(u32, u32)>, from: usize, to: usize) {
    let (from32, to32) = (from as u32, to as u32);
    match spans.last_mut() {
        Some(last) if from32 <= last.1 => last.1 = last.1.max(to32),
        Some(last)
            if from32 - last.1 <= 2
                && message[last.1 as usize..from]
                    .iter()
                    .all(|b| b":./@-".contains(b)) =>
        {
            last.1 = to32;
        }
        _ => spans.push((from32, to32)),
    }
}

/// The variable part of the word `start..end`, which may reach beyond the word when it is a path or URL.
fn variable(message: &[u8], start: usize, end: usize, seen: u8) -> Option<(usize, usize)> {
    let word = &message[start..end];
    if seen & SLASH != 0 {
        return path(message, start, end);
    }
    // Punctuation around a value is not part of it; a sign is.
    let lead = word
        .iter()
        .take_while(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'+' | 0x80..))
        .count();
    let trail = word
        .iter()
        .rev()
        .take_while(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'%' | 0x80..))
        .count();
    let core = &word[lead..word.len() - trail];
    let n_digits = core.iter().filter(|b| b.is_ascii_digit()).count();
    let first = *core.iter().find(|b| !matches!(b, b'-' | b'+'))?;
    // `core.12`, `step#7`, `task_9`: the number after the separator varies, the word before it does not.
    let digits = core.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let separator = core.len().checked_sub(digits + 1);
    if digits > 0
        && let Some(idx) = separator
        && (core[idx] == b'.' || (n_digits < 3 && matches!(core[idx], b'#' | b'_')))
        && digits == n_digits
    {
        return Some((end - trail - digits, end - trail));
    }
    // Words that happen to be spelled with the letters of hexadecimal are short.
    let is_hex =
        || core.len() >= if n_digits > 0 { 6 } else { 8 } && core.iter().all(u8::is_ascii_hexdigit);
    // `worker-3`, `db-7.example` is the name of one of many, of which the others may be called quite differently.
    let is_numbered = || n_digits > 0 && memchr::memchr(b'-', core).is_some();
    if word.len() == 3 && is_status(message, start) {
        return None;
    }
    let is_variable = first.is_ascii_digit()
        || n_digits >= 3
        || n_digits * 5 >= core.len() * 2
        || is_numbered()
        || is_hex()
        || is_random(core);
    is_variable.then_some((start + lead, end - trail))
}

/// Whether a word of three bytes is the status of an HTTP response: few values, and each says something else.
fn is_status(message: &[u8], start: usize) -> bool {
    let before = &message[..start];
    let before = before
        .strip_suffix(b"\" ")
        .or_else(|| before.strip_suffix(b" "))
        .unwrap_or_default();
    let is_protocol = |n: usize| {
        before
            .len()
            .checked_sub(n)
            .is_some_and(|i| before[i..].starts_with(b"HTTP/"))
    };
    message[start..start + 3].iter().all(u8::is_ascii_digit)
        && (b'1'..=b'5').contains(&message[start])
        && (is_protocol(8) || is_protocol(6))
}

/// Whether letters and digits change as often as nobody writes them: an id in base 58, 62 or 64.
fn is_random(word: &[u8]) -> bool {
    let n_changes = word
        .windows(2)
        .filter(|pair| {
            pair[0].is_ascii_digit() != pair[1].is_ascii_digit()
                || (pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
        })
        .count();
    word.len() >= 12 && n_changes * 4 > word.len() && word.iter().all(u8::is_ascii_alphanumeric)
}

/// The end of the hardware or IPv6 address that begins at `start`.
fn groups(message: &[u8], start: usize) -> Option<usize> {
    let (mut n_groups, mut n_empty, mut n_pairs, mut has_digit) = (0, 0, 0, false);
    let mut at = start;
    loop {
        let from = at;
        while at < message.len() && at - from < 5 && message[at].is_ascii_hexdigit() {
            has_digit |= message[at].is_ascii_digit();
            at += 1;
        }
        match at - from {
            0 => n_empty += 1,
            2 => n_pairs += 1,
            5.. => return None,
            _ => {}
        }
        n_groups += 1;
        if message.get(at) != Some(&b':') || n_groups > 20 {
            break;
        }
        at += 1;
    }
    let is_over = message
        .get(at)
        .is_none_or(|&b| CLASS[b as usize] & (DELIMITER | SLASH) != 0 || matches!(b, b'%' | b'.'));
    let is_hardware = n_pairs == n_groups && n_groups >= 6;
    let is_ip = has_digit
        && ((n_empty == 0 && n_groups == 8) || (n_empty == 1 && (3..=8).contains(&n_groups)));
    (is_over && (is_hardware || is_ip)).then_some(at)
}

/// A path, URL, or address behind a slash; `None` for words such as `read/write`.
fn path(message: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let word = &message[start..end];
    if word[0] == b'/' {
        if word.len() == 1 {
            return None;
        }
        // `host/address` with the host unknown, as Java prints it.
        if address(&word[1..]).is_some() {
            return Some((start, end));
        }
        let is_url = word.starts_with(b"//") && start > 0 && message[start - 1] == b':';
        let scheme = if is_url {
            message[..start - 1]
                .iter()
                .rev()
                .take_while(|b| b.is_ascii_alphanumeric())
                .count()
                + 1
        } else {
            0
        };
        let stop = |b: &u8| {
            b.is_ascii_whitespace()
                || matches!(
                    b,
                    b'"' | b'\'' | b')' | b'>' | b',' | b';' | b'|' | b']' | b'}'
                )
        };
        let reach = message[end..]
            .iter()
            .position(stop)
            .map_or(message.len(), |n| end + n);
        let trail = message[end..reach]
            .iter()
            .rev()
            .take_while(|b| matches!(b, b':' | b'.'))
            .count();
        return Some((start - scheme, reach - trail));
    }
    let n_slashes = memchr::memchr_iter(b'/', word).count();
    let has_digit = word.iter().any(u8::is_ascii_digit);
    (n_slashes >= 2 || (has_digit && !word.starts_with(b"HTTP/"))).then_some((start, end))
}

/// Whether a masked span is an IP address, perhaps with a port or behind a host's name.
pub(super) fn is_address(span: &[u8]) -> bool {
    let from = memchr::memrchr(b'/', span).map_or(0, |slash| slash + 1);
    let host = &span[from..];
    let len = memchr::memchr(b':', host).unwrap_or(host.len());
    address(&host[..len]).is_some()
        || (memchr::memmem::find(host, b"::").is_some() && groups(host, 0).is_some())
}

/// Identity of an IPv4 address.
fn address(word: &[u8]) -> Option<u64> {
    if word.len() < 7 || word.len() > 15 || !word[0].is_ascii_digit() {
        return None;
    }
    let mut octets = [0u8; 4];
    let mut parts = word.split(|&b| b == b'.');
    for octet in &mut octets {
        let part = parts.next()?;
        if part.is_empty() || part.len() > 3 {
            return None;
        }
        let mut value = 0u16;
        for &digit in part {
            value = value * 10 + u16::from(digit.wrapping_sub(b'0').min(10));
            if !digit.is_ascii_digit() {
                return None;
            }
        }
        *octet = u8::try_from(value).ok()?;
    }
    parts.next().is_none().then(|| hash::bytes(&octets))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, masked: &str) {
        let mut spans = Vec::new();
        scan(message.as_bytes(), &mut spans);
        assert_eq!(render(message.as_bytes(), &spans), masked, "{message}");
    }

    #[test]
    fn what_varies_is_masked_and_what_does_not_stays() {
        check(
            "Connection from 10.0.0.7 port 50222",
            "Connection from <*> port <*>",
        );
        check(
            "src: /10.0.0.7:5010 dest: /10.0.0.8:5010",
            "src: <*> dest: <*>",
        );
        check(
            "open /etc/app/main.conf: No such file",
            "open <*>: No such file",
        );
        check(
            "GET https://example.org/a?b=1&c=2 took 12ms",
            "GET <*> took <*>",
        );
        check(
            "read/write of TCP/IP over HTTP/1.1",
            "read/write of TCP/IP over HTTP/1.1",
        );
        check("session 4f2a9c11 closed (0x1f)", "session <*> closed (<*>)");
        check(
            "worker-3 on ssh2 with utf8, job_17",
            "<*> on ssh2 with utf8, job_<*>",
        );
        check("took 1.5 s, 99.5%, -3 left.", "took <*> s, <*>, <*> left.");
        check(
            "at 12:30:45.123 user=root uid=0",
            "at <*> user=root uid=<*>",
        );
        check("id 123e4567-e89b-12d3-a456-426614174000!", "id <*>!");
        check("  many   spaces\there ", "many spaces here");
        check("", "");
    }

    #[test]
    fn equal_masks_have_equal_hashes() {
        let hash_of = |text: &str| scan(text.as_bytes(), &mut Vec::new()).hash;
        assert_eq!(hash_of("took 12 ms"), hash_of("took 4711 ms"));
        assert_ne!(hash_of("took 12 ms"), hash_of("took 12 s"));
        assert_ne!(hash_of("a 1"), hash_of("a "));
    }

    #[test]
    fn the_first_address_is_found() {
        let ip_of = |text: &str| scan(text.as_bytes(), &mut Vec::new()).ip;
        assert_eq!(
            ip_of("from 192.0.2.7:22 to 192.0.2.8"),
            Some(peer(b"192.0.2.7"))
        );
        assert_eq!(ip_of("rhost=192.0.2.7"), ip_of("client /192.0.2.7:80"));
        assert_eq!(ip_of("version 1.2.3.4000"), None);
        assert_eq!(ip_of("256.1.1.1 is none"), None);
    }
}
