//! The bytes of a variable → what it is.

use serde::{Deserialize, Serialize};

use super::value;

/// What stands in a variable place of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SlotKind {
    /// Sometimes one kind, sometimes another.
    Any,
    /// A name or another word.
    Word,
    /// Letters and digits that name something.
    Id,
    /// A number, perhaps with a fraction, `%` or the unit of a size.
    Number,
    /// A number with a unit of time.
    Duration,
    /// A date, a time of day, or both.
    Time,
    /// An IP address, perhaps with a port or a host's name.
    Ip,
    /// Eight, four, four, four and twelve hexadecimal digits.
    Uuid,
    /// A hexadecimal number.
    Hex,
    /// A path of a file.
    Path,
    /// A URL.
    Url,
}

impl SlotKind {
    /// How the kind is written in a template: `<ip>`; `<*>` where it is not one kind.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Any => "<*>",
            Self::Word => "<word>",
            Self::Id => "<id>",
            Self::Number => "<num>",
            Self::Duration => "<dur>",
            Self::Time => "<time>",
            Self::Ip => "<ip>",
            Self::Uuid => "<uuid>",
            Self::Hex => "<hex>",
            Self::Path => "<path>",
            Self::Url => "<url>",
        }
    }

    /// The kind of a place that holds both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            _ if self == other => self,
            // Hexadecimal numbers without letters look like others, and ids without digits like words.
            (Self::Number | Self::Hex | Self::Id, Self::Hex | Self::Id)
            | (Self::Hex | Self::Id, Self::Number) => Self::Id,
            _ => Self::Any,
        }
    }

    /// The kind of a masked span.
    #[must_use]
    pub fn of(span: &[u8]) -> Self {
        let text = span.strip_prefix(b"-").unwrap_or(span);
        let all = |set: &[u8]| text.iter().all(|b| b.is_ascii_digit() || set.contains(b));
        let has = |byte| memchr::memchr(byte, text).is_some();
        if memchr::memmem::find(text, b"://").is_some() {
            Self::Url
        } else if value::is_address(text) {
            Self::Ip
        } else if is_uuid(text) {
            Self::Uuid
        } else if all(b".,%+-") && n_of(text, b'-') == 0 {
            Self::Number
        } else if is_time(text) {
            Self::Time
        } else if has(b'/') || has(b'\\') {
            Self::Path
        } else if is_duration(text) {
            Self::Duration
        } else if is_hex(text) {
            Self::Hex
        } else {
            Self::Id
        }
    }
}

fn n_of(text: &[u8], byte: u8) -> usize {
    memchr::memchr_iter(byte, text).count()
}

fn is_uuid(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"{").unwrap_or(text);
    text.len() == 36
        && text.iter().enumerate().all(|(i, byte)| match i {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_time(text: &[u8]) -> bool {
    let is_part = |b: &u8| b.is_ascii_digit() || b":-/.,TZ+".contains(b);
    let is_date = |byte| n_of(text, byte) == 2 && text.len() >= 8;
    text.iter().all(is_part)
        && text.first().is_some_and(u8::is_ascii_digit)
        && ((1..=4).contains(&n_of(text, b':')) || is_date(b'-') || is_date(b'/'))
}

fn is_duration(text: &[u8]) -> bool {
    let n_digits = text
        .iter()
        .take_while(|b| b.is_ascii_digit() || **b == b'.')
        .count();
    let units: [&[u8]; 12] = [
        b"s",
        b"ms",
        b"us",
        "µs".as_bytes(),
        b"ns",
        b"m",
        b"h",
        b"d",
        b"min",
        b"sec",
        b"msec",
        b"usec",
    ];
    n_digits > 0 && units.contains(&&text[n_digits..])
}

fn is_hex(text: &[u8]) -> bool {
    let digits = text
        .strip_prefix(b"0x")
        .or_else(|| text.strip_prefix(b"0X"))
        .unwrap_or(text);
    (digits.len() < text.len() || digits.len() >= 6)
        && digits.iter().all(|b| b.is_ascii_hexdigit() || *b == b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_of_the_kind_they_look_like() {
        for (span, kind) in [
            ("42", "<num>"),
            ("-3.5", "<num>"),
            ("99.5%", "<num>"),
            ("12ms", "<dur>"),
            ("12:30:45.123", "<time>"),
            ("2024-03-01", "<time>"),
            ("2024-03-01T00:00:00Z", "<time>"),
            ("192.0.2.7", "<ip>"),
            ("/192.0.2.7:50010", "<ip>"),
            ("db-1/192.0.2.7:50010", "<ip>"),
            ("fe80::1", "<ip>"),
            ("123e4567-e89b-12d3-a456-426614174000", "<uuid>"),
            ("0x1f", "<hex>"),
            ("4f2a9c11", "<hex>"),
            ("00:1b:44:11:3a:b7", "<hex>"),
            ("/etc/app.conf", "<path>"),
            ("https://example.org/a", "<url>"),
            ("task_1445087491445_0005", "<id>"),
            ("", "<num>"),
        ] {
            assert_eq!(SlotKind::of(span.as_bytes()).text(), kind, "{span}");
        }
    }
}
