//! Text as it stands in a file → UTF-8 with line feeds.
//!
//! Lines end with LF or CRLF. A CR that stands alone ends a line only in files where that is usual: at least one in twenty line
//! ends of the first 64 KiB is one (old Macs, files glued together, progress bars); elsewhere it is part of its line. UTF-16 and
//! UTF-32 are known by their byte order mark, UTF-16 also by where its zeros stand. Everything else is taken for UTF-8: nothing
//! tells Latin-1 from its relatives, so bytes that are not UTF-8 stay as they are and are counted later, unless a person says that
//! they are Latin-1.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// How characters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Charset {
    /// UTF-8, or anything that leaves ASCII as it is.
    Utf8,
    /// UTF-8, and bytes that are not are of Windows-1252, which is Latin-1 and what stands for its unused places.
    Latin1,
    /// UTF-16, little end first.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// UTF-32, little end first.
    Utf32Le,
    /// UTF-32, big end first.
    Utf32Be,
}

/// How text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encoding {
    /// Its characters.
    pub charset: Charset,
    /// A CR that stands alone ends a line.
    pub is_cr_end: bool,
    /// Nothing but the pattern of its bytes tells the characters.
    pub is_guessed: bool,
}

const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

impl Encoding {
    /// Bytes are the text as it is analysed.
    pub const PLAIN: Self = Self {
        charset: Charset::Utf8,
        is_cr_end: false,
        is_guessed: false,
    };

    /// Recognises how a text is written by its beginning.
    #[must_use]
    pub fn recognise(head: &[u8]) -> Self {
        let (charset, is_guessed) = charset(head);
        let found = Self {
            charset,
            is_cr_end: false,
            is_guessed,
        };
        let mut text = Vec::new();
        Decoder::new(found).push(head, &mut |part| text.extend_from_slice(part));
        Self {
            is_cr_end: is_cr_usual(&text),
            ..found
        }
    }

    /// As this, with bytes that are not UTF-8 read as Latin-1 if so wished; what is no relative of UTF-8 stays what it is.
    #[must_use]
    pub fn or_latin1(self, is_latin1: bool) -> Self {
        let charset = match self.charset {
            Charset::Utf8 if is_latin1 => Charset::Latin1,
            charset => charset,
        };
        Self { charset, ..self }
    }

    /// Stable name for the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.charset {
            Charset::Utf8 => "plain",
            Charset::Latin1 => "latin-1",
            Charset::Utf16Le => "utf-16le",
            Charset::Utf16Be => "utf-16be",
            Charset::Utf32Le => "utf-32le",
            Charset::Utf32Be => "utf-32be",
        }
    }

    /// What a person should know of it, if anything.
    #[must_use]
    pub fn note(self) -> Option<String> {
        let mut note = String::new();
        if self.is_guessed {
            let _ = write!(
                note,
                "there is no byte order mark; the zeros in it look like {}, and it was read as that",
                self.name().to_uppercase()
            );
        }
        if matches!(self.charset, Charset::Utf32Le | Charset::Utf32Be) {
            let _ = write!(
                note,
                "it is written in {}, which few other programs read",
                self.name().to_uppercase()
            );
        }
        if self.is_cr_end {
            let and = if note.is_empty() { "" } else { "; " };
            let _ = write!(
                note,
                "{and}carriage returns that stand alone were taken for line ends"
            );
        }
        Some(note).filter(|note| !note.is_empty())
    }
}

fn charset(head: &[u8]) -> (Charset, bool) {
    let marks: [(&[u8], Charset); 4] = [
        (b"\xff\xfe\0\0", Charset::Utf32Le),
        (b"\0\0\xfe\xff", Charset::Utf32Be),
        (b"\xff\xfe", Charset::Utf16Le),
        (b"\xfe\xff", Charset::Utf16Be),
    ];
    if let Some((_, charset)) = marks.iter().find(|(mark, _)| head.starts_with(mark)) {
        return (*charset, false);
    }
    let (pairs, _) = head.as_chunks::<2>();
    let count = |is: fn(&[u8; 2]) -> bool| pairs.iter().filter(|pair| is(pair)).count();
    let n_le = count(|pair| pair[0] != 0 && pair[1] == 0);
    let n_be = count(|pair| pair[0] == 0 && pair[1] != 0);
    // Three in four characters are ASCII, and next to none is so the other way round.
    let is_usual = |n: usize, other: usize| n >= 4 && n * 4 >= pairs.len() * 3 && other * 20 <= n;
    if is_usual(n_le, n_be) {
        (Charset::Utf16Le, true)
    } else if is_usual(n_be, n_le) {
        (Charset::Utf16Be, true)
    } else {
        (Charset::Utf8, false)
    }
}

/// Whether at least one in twenty line ends is a CR that stands alone.
fn is_cr_usual(text: &[u8]) -> bool {
    let (mut n_lf, mut n_cr) = (0_usize, 0_usize);
    for at in memchr::memchr2_iter(b'\r', b'\n', text) {
        if text[at] == b'\n' {
            n_lf += 1;
        } else {
            // Of the last byte it is not known yet what follows.
            n_cr += usize::from(text.get(at + 1).is_some_and(|next| !b"\r\n".contains(next)));
        }
    }
    n_cr > 0 && n_cr * 19 >= n_lf
}

/// Turns text into UTF-8 with line feeds, part by part.
#[derive(Debug)]
pub struct Decoder {
    encoding: Encoding,
    is_begun: bool,
    /// Bytes of a character that is not complete.
    part: Vec<u8>,
    /// First half of a pair of surrogates.
    high: Option<u16>,
    /// The text so far ends with a CR that may be a line end.
    is_cr_open: bool,
    out: Vec<u8>,
    n_invalid: u64,
}

impl Decoder {
    /// A decoder for text written in this way.
    #[must_use]
    pub fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            is_begun: false,
            part: Vec::new(),
            high: None,
            is_cr_open: false,
            out: Vec::new(),
            n_invalid: 0,
        }
    }

    /// Characters that could not be decoded.
    #[must_use]
    pub fn n_invalid(&self) -> u64 {
        self.n_invalid
    }

    /// Feeds bytes; what they say goes to `sink`.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn FnMut(&[u8])) {
        if self.encoding == Encoding::PLAIN {
            sink(bytes);
            return;
        }
        for step in bytes.chunks(64 << 10) {
            self.out.clear();
            match self.encoding.charset {
                Charset::Utf8 => self.lines(step),
                Charset::Latin1 => self.latin1(step),
                Charset::Utf16Le | Charset::Utf16Be => self.utf16(step),
                Charset::Utf32Le | Charset::Utf32Be => self.utf32(step),
            }
            sink(&self.out);
        }
    }

    /// Ends the text.
    pub fn finish(&mut self, sink: &mut dyn FnMut(&[u8])) {
        self.out.clear();
        if self.encoding.charset == Charset::Latin1 {
            for byte in std::mem::take(&mut self.part) {
                self.lines(windows_1252(byte).encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        if self.high.take().is_some() || !self.part.is_empty() {
            self.part.clear();
            self.invalid();
        }
        if std::mem::take(&mut self.is_cr_open) {
            self.out.push(b'\n');
        }
        sink(&self.out);
        self.out.clear();
    }

    /// Writes UTF-8 with each CR that stands alone as LF.
    fn lines(&mut self, mut text: &[u8]) {
        if !self.encoding.is_cr_end {
            self.out.extend_from_slice(text);
            return;
        }
        while let Some(&first) = text.first() {
            if std::mem::take(&mut self.is_cr_open) {
                // A run of CRs before LF is one line end.
                self.out.push(if b"\r\n".contains(&first) {
                    b'\r'
                } else {
                    b'\n'
                });
            }
            let cr = memchr::memchr(b'\r', text);
            let end = cr.unwrap_or(text.len());
            self.out.extend_from_slice(&text[..end]);
            self.is_cr_open = cr.is_some();
            text = text.get(end + 1..).unwrap_or_default();
        }
    }

    fn latin1(&mut self, bytes: &[u8]) {
        let mut part = std::mem::take(&mut self.part);
        part.extend_from_slice(bytes);
        let mut rest = part.as_slice();
        let n_kept = loop {
            let Err(error) = simdutf8::compat::from_utf8(rest) else {
                self.lines(rest);
                break 0;
            };
            let (text, other) = rest.split_at(error.valid_up_to());
            self.lines(text);
            let Some(n) = error.error_len() else {
                // The character may go on in the bytes that come next.
                break other.len();
            };
            for &byte in &other[..n] {
                self.lines(windows_1252(byte).encode_utf8(&mut [0; 4]).as_bytes());
            }
            rest = &other[n..];
        };
        self.part = part.split_off(part.len() - n_kept);
    }

    fn utf16(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.part.push(byte);
            let Some(&pair) = self.part.first_chunk::<2>() else {
                continue;
            };
            self.part.clear();
            let unit = if self.encoding.charset == Charset::Utf16Le {
                u16::from_le_bytes(pair)
            } else {
                u16::from_be_bytes(pair)
            };
            match (self.high.take(), unit) {
                (Some(high), 0xdc00..=0xdfff) => {
                    let above = (u32::from(high & 0x3ff) << 10) | u32::from(unit & 0x3ff);
                    self.character(0x1_0000 + above);
                    continue;
                }
                (Some(_), _) => self.invalid(),
                (None, _) => {}
            }
            match unit {
                0xd800..=0xdbff => self.high = Some(unit),
                _ => self.character(u32::from(unit)),
            }
        }
    }

    fn utf32(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.part.push(byte);
            let Some(&four) = self.part.first_chunk::<4>() else {
                continue;
            };
            self.part.clear();
            self.character(if self.encoding.charset == Charset::Utf32Le {
                u32::from_le_bytes(four)
            } else {
                u32::from_be_bytes(four)
            });
        }
    }

    fn character(&mut self, code: u32) {
        let is_first = !std::mem::replace(&mut self.is_begun, true);
        if is_first && code == 0xfeff {
            return;
        }
        match char::from_u32(code) {
            Some(character) => {
                let mut room = [0; 4];
                let bytes = character.encode_utf8(&mut room).as_bytes();
                self.lines(bytes);
            }
            None => self.invalid(),
        }
    }

    fn invalid(&mut self) {
        self.n_invalid += 1;
        self.lines("\u{fffd}".as_bytes());
    }
}

/// The character that a byte stands for in Windows-1252, as the WHATWG's Encoding Standard has it.
fn windows_1252(byte: u8) -> char {
    const C1: [char; 32] = [
        '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}',
        '\u{2021}', '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}',
        '\u{8f}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}',
        '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}',
        '\u{178}',
    ];
    match byte {
        0x80..=0x9f => C1[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// The text without a byte order mark of UTF-8.
#[must_use]
pub fn without_bom(text: &[u8]) -> &[u8] {
    text.strip_prefix(UTF8_BOM).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8], chunk: usize) -> (String, u64) {
        let (mut decoder, mut text) = (Decoder::new(Encoding::recognise(bytes)), Vec::new());
        for part in bytes.chunks(chunk) {
            decoder.push(part, &mut |out| text.extend_from_slice(out));
        }
        decoder.finish(&mut |out| text.extend_from_slice(out));
        (String::from_utf8(text).unwrap(), decoder.n_invalid())
    }

    fn check(bytes: &[u8], expected: &str, n_invalid: u64) {
        for chunk in [1, 2, 3, 7, 4096] {
            let found = decode(bytes, chunk);
            assert_eq!(
                (found.0.as_str(), found.1),
                (expected, n_invalid),
                "chunks of {chunk}"
            );
        }
    }

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn utf16_is_read_with_and_without_a_mark() {
        let text = "2024-02-29 INFO caf\u{e9} \u{1f600} served\r\nnext line\n";
        let marked = format!("\u{feff}{text}");
        check(&utf16(&marked, u16::to_le_bytes), text, 0);
        check(&utf16(&marked, u16::to_be_bytes), text, 0);
        check(&utf16(text, u16::to_le_bytes), text, 0);
        check(&utf16(text, u16::to_be_bytes), text, 0);
        assert!(
            Encoding::recognise(&utf16(text, u16::to_le_bytes))
                .note()
                .is_some()
        );
        let utf32: Vec<u8> = marked
            .chars()
            .flat_map(|c| (c as u32).to_le_bytes())
            .collect();
        check(&utf32, text, 0);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_latin1_where_somebody_says_so() {
        let text = b"\xfcber \x80 5, caf\xe9, already caf\xc3\xa9\r\nna\xefve \xe2\x82";
        for chunk in [1, 2, 3, 7, 4096] {
            let latin1 = Encoding::recognise(text).or_latin1(true);
            let (mut decoder, mut found) = (Decoder::new(latin1), Vec::new());
            for part in text.chunks(chunk) {
                decoder.push(part, &mut |out| found.extend_from_slice(out));
            }
            decoder.finish(&mut |out| found.extend_from_slice(out));
            let expected =
                "\u{fc}ber \u{20ac} 5, caf\u{e9}, already caf\u{e9}\r\nna\u{ef}ve \u{e2}\u{201a}";
            assert_eq!(
                String::from_utf8(found).unwrap(),
                expected,
                "chunks of {chunk}"
            );
        }
    }

    #[test]
    fn half_characters_are_replaced_and_counted() {
        let mut odd = utf16("\u{feff}ab\n", u16::to_le_bytes);
        odd.push(b'c');
        check(&odd, "ab\n\u{fffd}", 1);
        let mut lone = utf16("\u{feff}a", u16::to_le_bytes);
        lone.extend_from_slice(&[0x00, 0xd8, b'b', 0, 0x00, 0xdc]);
        check(&lone, "a\u{fffd}b\u{fffd}", 2);
    }

    #[test]
    fn lone_carriage_returns_end_lines_where_that_is_usual() {
        check(b"one\rtwo\rthree\r", "one\ntwo\nthree\n", 0);
        check(b"one\ntwo\r\nthree\rfour", "one\ntwo\r\nthree\nfour", 0);
        check(b"one\rtwo\r\r\nthree", "one\ntwo\r\r\nthree", 0);
        let mostly_lf = format!("{}a\rb\n", "line\n".repeat(30));
        check(mostly_lf.as_bytes(), &mostly_lf, 0);
        check(b"one\r\ntwo\r\n", "one\r\ntwo\r\n", 0);
        check("\u{fc}ber\n".as_bytes(), "\u{fc}ber\n", 0);
    }
}
