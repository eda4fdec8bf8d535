//! Bytes → whether they are a value of a certain kind: addresses, statuses, random ids.

use super::mask::{DELIMITER, SLASH, class};
use crate::base::hash;

/// Whether a word of three bytes is the status of an HTTP response: few values, and each says something else.
pub(super) fn is_status(message: &[u8], start: usize) -> bool {
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
pub(super) fn is_random(word: &[u8]) -> bool {
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
pub(super) fn groups(message: &[u8], start: usize) -> Option<usize> {
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
        .is_none_or(|&b| class(b) & (DELIMITER | SLASH) != 0 || matches!(b, b'%' | b'.'));
    let is_hardware = n_pairs == n_groups && n_groups >= 6;
    let is_ip = has_digit
        && ((n_empty == 0 && n_groups == 8) || (n_empty == 1 && (3..=8).contains(&n_groups)));
    (is_over && (is_hardware || is_ip)).then_some(at)
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
pub(super) fn address(word: &[u8]) -> Option<u64> {
    if word.len() < 7 || word.len() > 15 || !word[0].is_ascii_digit() {
        return None;
    }
    let mut octets = [0_u8; 4];
    let (mut n_octets, mut n_digits, mut value) = (0, 0, 0_u32);
    for &byte in word {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            value = value * 10 + u32::from(digit);
            n_digits += 1;
            if n_digits > 3 {
                return None;
            }
        } else if byte == b'.' && n_digits > 0 && n_octets < 3 {
            octets[n_octets] = u8::try_from(value).ok()?;
            n_octets += 1;
            (n_digits, value) = (0, 0);
        } else {
            return None;
        }
    }
    if n_octets < 3 || n_digits == 0 {
        return None;
    }
    octets[3] = u8::try_from(value).ok()?;
    Some(hash::bytes(&octets))
}
