//! Message bytes → the spans that are certainly variable, the identity of what remains, and the first address seen.
//!
//! A word is a run of bytes between white space and `, ; = : ( ) [ ] { } < > " ' |`. Words of letters stay; words that are
//! or contain numbers, addresses, paths, hexadecimal or ids become `<*>`. Masking before mining follows He et al. 2017
//! ("Drain", section III.A) but needs no expressions per log.

use super::value::{address, groups, is_random, is_status};
use crate::base::hash;

/// Bytes of a message that take part in mining; templates beyond this length tell nobody anything.
pub const MESSAGE_CAP: usize = 4096;

/// What stands for a variable.
pub const WILDCARD: &str = "<*>";

/// Class of the bytes between words.
pub(super) const DELIMITER: u8 = 1;
const DIGIT: u8 = 2;
/// Class of the slash.
pub(super) const SLASH: u8 = 4;

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
    // Words without digit and slash stay, unless a colon makes an address of them: most of a message is passed over.
    while let Some(mark) = next_mark(message, at) {
        let is_word = |byte: u8| CLASS[byte as usize] & DELIMITER == 0;
        let before = message[at..mark].iter().rev();
        let start = mark - before.take_while(|&&byte| is_word(byte)).count();
        // No digit and no slash of the word stands before the mark.
        let mut seen = 0;
        let mut n_digits = 0;
        let mut end = mark;
        for &byte in &message[mark..] {
            let class = CLASS[byte as usize];
            if class & DELIMITER != 0 {
                break;
            }
            seen |= class;
            n_digits += usize::from(class & DIGIT) / usize::from(DIGIT);
            end += 1;
        }
        at = end;
        // Two hexadecimal digits before a colon may begin a hardware address, up to four an IPv6 address.
        if (1..=4).contains(&(end - start))
            && message.get(end) == Some(&b':')
            && let Some(to) = groups(message, start)
        {
            push(message, spans, start, to);
            at = to;
            continue;
        }
        if seen & (DIGIT | SLASH) != 0
            && let Some((from, to)) = if seen & SLASH != 0 {
                path(message, start, end, n_digits > 0)
            } else {
                variable(message, start, end, n_digits)
            }
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
        // The colon after a word that is no address.
        at += usize::from(at == mark);
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

/// The first slash, digit or colon, which stand in a row in ASCII, at `from` or later.
#[inline]
fn next_mark(message: &[u8], from: usize) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let rest = message.get(from..)?;
    let (words, tail) = rest.as_chunks::<8>();
    for (idx, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // For each byte without its highest bit, so that nothing is carried over: is it '/' or above, is it above ':'?
        let low = word & !HIGH;
        let is_from = low + ONES * u64::from(0x80 - b'/');
        let is_beyond = low + ONES * u64::from(0x7f - b':');
        let marks = is_from & !is_beyond & !word & HIGH;
        if marks != 0 {
            return Some(from + idx * 8 + marks.trailing_zeros() as usize / 8);
        }
    }
    let at = tail.iter().position(|byte| (b'/'..=b':').contains(byte))?;
    Some(from + words.len() * 8 + at)
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

/// The variable part of the word `start..end` without a slash. Counts that are known are passed on: a word is short, and
/// counting again what a loop has seen costs more than the rest.
fn variable(message: &[u8], start: usize, end: usize, n_digits: usize) -> Option<(usize, usize)> {
    let word = &message[start..end];
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
    let first = *core.iter().find(|b| !matches!(b, b'-' | b'+'))?;
    // `core.12`, `worker-3`, `step#7`, `task_9`: the number after the separator varies, the word before it does not.
    let digits = core.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let separator = core.len().checked_sub(digits + 1);
    if digits > 0
        && let Some(idx) = separator
        && (core[idx] == b'.'
            || (core[idx] == b'-' && idx > 0 && core[idx - 1].is_ascii_alphabetic())
            || (n_digits < 3 && matches!(core[idx], b'#' | b'_')))
        && digits == n_digits
    {
        return Some((end - trail - digits, end - trail));
    }
    let is_hex = || core.len() >= 6 && core.iter().all(u8::is_ascii_hexdigit);
    // `db-7.example` is the name of one of many, of which the others may be called quite differently.
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

/// A path, URL, or address behind a slash, which may reach beyond the word `start..end`; `None` for words such as `read/write`.
fn path(message: &[u8], start: usize, end: usize, has_digit: bool) -> Option<(usize, usize)> {
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
    (n_slashes >= 2 || (has_digit && !word.starts_with(b"HTTP/"))).then_some((start, end))
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
    fn marks_are_found_wherever_they_stand() {
        for byte in 0..=255_u8 {
            for at in 0..20 {
                let mut text = [b'x'; 20];
                text[at] = byte;
                let is_mark = byte.is_ascii_digit() || matches!(byte, b'/' | b':');
                assert_eq!(next_mark(&text, 0), is_mark.then_some(at), "{byte} at {at}");
                assert_eq!(next_mark(&text, at + 1), None);
            }
        }
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
            "worker-<*> on ssh2 with utf8, job_<*>",
        );
        check("took 1.5 s, 99.5%, -3 left.", "took <*> s, <*>, <*> left.");
        check(
            "at 12:30:45.123 user=root uid=0",
            "at <*> user=root uid=<*>",
        );
        check("id 123e4567-e89b-12d3-a456-426614174000!", "id <*>!");
        check("up db-7.example", "up <*>");
        check("generating core.2275", "generating core.<*>");
        check("trap......0 -4 blk_-12345678", "trap......<*> <*> <*>");
        check("decade 4facade", "decade <*>");
        check("mac 00:1b:44:11:ea:b7, ab:cd", "mac <*>, ab:cd");
        check("from fe80::1 port 1", "from <*> port <*>");
        check("std::dec::b in a::b", "std::dec::b in a::b");
        check("uid CbNCgO1MzloHRNeY4f", "uid <*>");
        check("Log4jLoggerFactory ready", "Log4jLoggerFactory ready");
        check("\"GET /a HTTP/1.1\" 404 12", "\"GET <*> HTTP/1.1\" 404 <*>");
        check("HTTP/2 503 in 503 ms", "HTTP/2 503 in <*> ms");
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
