//! Bytes of a JSON value → its members, one after the other, without building a tree.
//!
//! Log lines are read once for a handful of keys; a tree would allocate for all the others. The scanner accepts a superset of
//! JSON (RFC 8259): it finds the structure and leaves the inside of numbers alone. It never recurses.

/// Nesting deeper than this is not followed.
const MAX_DEPTH: usize = 128;

/// What a value is, with its bytes: those between the quotes for strings, all of them for the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// Text between quotes; `true` if it holds an escape.
    String(usize, usize, bool),
    /// Number, `true`, `false` or `null`.
    Scalar(usize, usize),
    /// `{…}`
    Object(usize, usize),
    /// `[…]`
    Array(usize, usize),
}

/// First byte from `at` on that is not JSON white space.
#[inline]
pub(super) fn skip_space(text: &[u8], at: usize) -> usize {
    let mut pos = at;
    while pos < text.len() && matches!(text[pos], b' ' | b'\t' | b'\n' | b'\r') {
        pos += 1;
    }
    pos
}

/// The closing quote of the string whose first byte after the quote is at `at`, and whether an escape occurs.
#[inline]
fn string_end(text: &[u8], at: usize) -> Option<(usize, bool)> {
    let mut pos = at;
    let mut has_escape = false;
    loop {
        let idx = pos + memchr::memchr2(b'"', b'\\', text.get(pos..)?)?;
        if text[idx] == b'"' {
            return Some((idx, has_escape));
        }
        has_escape = true;
        pos = idx + 2;
    }
}

/// The value that begins at `at`, and the byte after it.
pub(super) fn value(text: &[u8], at: usize) -> Option<(Value, usize)> {
    match text.get(at)? {
        b'"' => {
            let (end, has_escape) = string_end(text, at + 1)?;
            Some((Value::String(at + 1, end, has_escape), end + 1))
        }
        b'{' => {
            let end = nested_end(text, at)?;
            Some((Value::Object(at, end), end))
        }
        b'[' => {
            let end = nested_end(text, at)?;
            Some((Value::Array(at, end), end))
        }
        b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
            let is_part =
                |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
            let end = at + text[at..].iter().take_while(is_part).count();
            Some((Value::Scalar(at, end), end))
        }
        _ => None,
    }
}

/// The byte after the bracket that closes the one at `at`.
fn nested_end(text: &[u8], at: usize) -> Option<usize> {
    // The kinds of the open brackets as bits: 1 for an object.
    let mut open = 0u128;
    let mut depth = 0;
    let mut pos = at;
    while pos < text.len() {
        match text[pos] {
            b'"' => pos = string_end(text, pos + 1)?.0,
            byte @ (b'{' | b'[') => {
                if depth == MAX_DEPTH {
                    return None;
                }
                open = open << 1 | u128::from(byte == b'{');
                depth += 1;
            }
            byte @ (b'}' | b']') => {
                if (open & 1 == 1) != (byte == b'}') {
                    return None;
                }
                open >>= 1;
                depth -= 1;
                if depth == 0 {
                    return Some(pos + 1);
                }
            }
            _ => {}
        }
        pos += 1;
    }
    None
}

/// Members of an object: key bytes between their quotes, and value.
pub(super) struct Members<'a> {
    text: &'a [u8],
    pos: usize,
    /// Whether the object ended with its brace; false while unread, and for broken text.
    pub is_closed: bool,
    is_first: bool,
}

impl<'a> Members<'a> {
    /// Of the object whose brace is at `at`.
    pub(super) fn of(text: &'a [u8], at: usize) -> Self {
        Self {
            text,
            pos: at + 1,
            is_closed: false,
            is_first: true,
        }
    }

    /// The byte after the closing brace, once `is_closed`.
    pub(super) fn end(&self) -> usize {
        self.pos
    }
}

impl Iterator for Members<'_> {
    type Item = ((usize, usize), Value);

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.text;
        let mut pos = skip_space(text, self.pos);
        if text.get(pos) == Some(&b'}') {
            self.is_closed = true;
            self.pos = pos + 1;
            return None;
        }
        if !self.is_first {
            if text.get(pos) != Some(&b',') {
                return None;
            }
            pos = skip_space(text, pos + 1);
        }
        if text.get(pos) != Some(&b'"') {
            return None;
        }
        let (key_end, _) = string_end(text, pos + 1)?;
        let colon = skip_space(text, key_end + 1);
        if text.get(colon) != Some(&b':') {
            return None;
        }
        let (value, end) = value(text, skip_space(text, colon + 1))?;
        self.pos = end;
        self.is_first = false;
        Some(((pos + 1, key_end), value))
    }
}

/// Appends the text of a JSON string to `out`; broken escapes stay as they are, lone surrogates become U+FFFD.
pub(super) fn unescape(text: &[u8], out: &mut Vec<u8>) {
    let mut pos = 0;
    while let Some(idx) = memchr::memchr(b'\\', &text[pos..]) {
        out.extend_from_slice(&text[pos..pos + idx]);
        pos += idx;
        let plain = match text.get(pos + 1) {
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(byte @ (b'"' | b'\\' | b'/')) => *byte,
            Some(b'u') => {
                pos += unescape_unicode(&text[pos..], out);
                continue;
            }
            _ => {
                out.push(b'\\');
                pos += 1;
                continue;
            }
        };
        out.push(plain);
        pos += 2;
    }
    out.extend_from_slice(&text[pos..]);
}

/// Appends the character of `\uXXXX` or of a surrogate pair and says how many bytes it took.
fn unescape_unicode(text: &[u8], out: &mut Vec<u8>) -> usize {
    let unit = |at: usize| -> Option<u32> {
        let digits = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
        digits.iter().try_fold(0, |sum, digit| {
            Some(sum << 4 | (*digit as char).to_digit(16)?)
        })
    };
    let Some(high) = unit(0) else {
        out.push(b'\\');
        return 1;
    };
    let (code, len) = match (high, unit(6)) {
        (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
            (0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), 12)
        }
        _ => (high, 6),
    };
    let mut buffer = [0; 4];
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
    len
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_at_any_nesting() {
        let text = br#"{ "a" : 1.5e3, "b\"":"x\ny", "c":{"d":[1,"]",{}]} ,"e":[],"f":null}"#;
        let mut members = Members::of(text, 0);
        let found: Vec<_> = members
            .by_ref()
            .map(|((start, end), _)| &text[start..end])
            .collect();
        assert_eq!(found, [&b"a"[..], b"b\\\"", b"c", b"e", b"f"]);
        assert!(members.is_closed);
        assert_eq!(members.end(), text.len());
    }

    #[test]
    fn broken_objects_end_without_closing() {
        for text in [
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":[}",
            "{\"a\":\"x",
            "{a:1}",
            "{\"a\":1 \"b\":2}",
        ] {
            let mut members = Members::of(text.as_bytes(), 0);
            assert!(members.by_ref().count() <= 1, "{text}");
            assert!(!members.is_closed, "{text}");
        }
        let deep = [b"{\"a\":".to_vec(), vec![b'['; 100_000]].concat();
        assert_eq!(Members::of(&deep, 0).count(), 0);
    }

    #[test]
    fn escapes_become_text() {
        for (text, want) in [
            (r"a\nb\t\u00e9\\", "a\nb\té\\"),
            (r"\ud83d\ude00!", "😀!"),
            (r"\ud83d!", "\u{fffd}!"),
            (r"\u12", r"\u12"),
            (r"\x\", r"\x\"),
        ] {
            let mut out = Vec::new();
            unescape(text.as_bytes(), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), want, "{text}");
        }
    }
}
