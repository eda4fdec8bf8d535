//! Text in chunks → pieces: lines, CSV records, or elements of a JSON array, each with its place.
//!
//! One splitter for all shapes, so that blocks, counting and reading back treat them alike. It never fails: what does not fit
//! the shape comes out as pieces all the same. The answer does not depend on how the text is cut into chunks.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::LINE_CAP;

/// What ends a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Boundary {
    /// A line end: LF or CRLF. Carriage returns that stand alone have become LF before, where they end lines.
    Line,
    /// A line end outside double quotes (RFC 4180).
    CsvRecord,
    /// A comma or bracket of the outermost JSON array (RFC 8259).
    JsonElement,
    /// The closing brace of an object that stands on its own; what is between objects is lines.
    JsonObject,
    /// A blank line.
    Paragraph,
}

/// A quote that stays open longer than this many lines, or to the end of the text, is a stray one: its line is a record of its
/// own, and the lines after it are split anew.
const QUOTED_LINES_CAP: u64 = 1000;

/// One line, record or element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The text without its terminator, cut to [`LINE_CAP`].
    pub bytes: &'a [u8],
    /// Where it begins, in bytes of the text.
    pub offset: u64,
    /// Its length in bytes without its terminator, before any cut.
    pub byte_len: u64,
    /// Physical line on which it begins, from 0 where the splitter began.
    pub line: u64,
    /// Physical lines it touches.
    pub n_lines: u64,
    /// Offset behind its terminator, which for a JSON element is the comma or bracket after it.
    pub end: u64,
    /// The text ended before its terminator.
    pub is_open: bool,
}

impl Piece<'_> {
    /// Whether more of it stands in the text than is analysed.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.byte_len > self.bytes.len() as u64
    }
}

/// Where a JSON scan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Json {
    /// Before the opening bracket.
    Outside,
    /// Between elements.
    Between,
    /// In an element, `depth` brackets deep.
    Element {
        depth: u32,
        is_string: bool,
        is_escaped: bool,
    },
    /// In a line between objects.
    Line,
}

/// Cuts text into pieces.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what the bytes so far leave open; each shape of text needs its own"
)]
pub struct Splitter {
    boundary: Boundary,
    /// Beginning of the piece that is still open, cut to [`LINE_CAP`].
    carry: Vec<u8>,
    /// Length of the open piece so far, terminator excluded.
    open_len: u64,
    /// Offset at which the open piece begins.
    open_offset: u64,
    /// Line on which it begins.
    open_line: u64,
    /// Offset of the next byte.
    offset: u64,
    /// Line of the next byte.
    line: u64,
    /// Whether any byte stands on the current line.
    is_line_open: bool,
    /// Nothing but carriage returns stands on it.
    is_line_blank: bool,
    is_quoted: bool,
    n_stray_quotes: u64,
    is_finished: bool,
    json: Json,
}

impl Splitter {
    /// A splitter for text that begins at `offset`. `is_inside`: the text begins within the JSON array, before an element.
    #[must_use]
    pub fn new(boundary: Boundary, offset: u64, is_inside: bool) -> Self {
        Self {
            boundary,
            carry: Vec::new(),
            open_len: 0,
            open_offset: offset,
            open_line: 0,
            offset,
            line: 0,
            is_line_open: false,
            is_line_blank: true,
            is_quoted: false,
            n_stray_quotes: 0,
            is_finished: false,
            json: if is_inside {
                Json::Between
            } else {
                Json::Outside
            },
        }
    }

    /// Physical lines seen so far, an unfinished one included.
    #[must_use]
    pub fn n_lines(&self) -> u64 {
        self.line + u64::from(self.is_line_open)
    }

    /// Line feeds seen so far.
    #[must_use]
    pub fn n_newlines(&self) -> u64 {
        self.line
    }

    /// Bytes of the piece that has not ended.
    #[must_use]
    pub fn open_len(&self) -> u64 {
        self.open_len
    }

    /// CSV records that open a quote and do not close it.
    #[must_use]
    pub fn n_stray_quotes(&self) -> u64 {
        self.n_stray_quotes
    }

    /// Whether the text so far is a JSON array that has not been closed.
    #[must_use]
    pub fn is_array_open(&self) -> bool {
        self.boundary == Boundary::JsonElement && self.json != Json::Outside
    }

    /// Offset of the next byte.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Feeds `chunk`; `sink` gets every piece that ends in it and may break off, in which case the rest of the chunk is left
    /// unread and the splitter is of no further use.
    pub fn push(
        &mut self,
        chunk: &[u8],
        mut sink: impl FnMut(Piece<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match self.boundary {
            Boundary::Line => self.push_lines(chunk, &mut sink),
            Boundary::CsvRecord => self.push_csv(chunk, &mut sink),
            Boundary::JsonElement => self.push_json(chunk, &mut sink),
            Boundary::JsonObject => self.push_objects(chunk, &mut sink),
            Boundary::Paragraph => self.push_paragraphs(chunk, &mut sink),
        }
    }

    /// Ends the text; `sink` gets the piece that was still open.
    pub fn finish(
        &mut self,
        mut sink: impl FnMut(Piece<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if self.is_quoted {
            self.split_stray(&mut sink)?;
        }
        if self.open_len == 0 {
            return ControlFlow::Continue(());
        }
        self.is_finished = true;
        self.close(&[], &mut sink)
    }

    fn push_lines(
        &mut self,
        chunk: &[u8],
        sink: &mut impl FnMut(Piece<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', chunk) {
            let flow = self.close(&chunk[start..end], sink);
            self.line_ended(end + 1 - start);
            start = end + 1;
            flow?;
        }
        self.keep(&chunk[start..]);
        ControlFlow::Continue(())
    }

    fn push_csv(
        &mut self,
        chunk: &[u8],
        sink: &mut impl FnMut(Piece<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut start = 0;
        for at in memchr::memchr2_iter(b'"', b'\n', chunk) {
            if chunk[at] == b'"' {
                self.is_quoted = !self.is_quoted;
                continue;
            }
            let is_stray = self.open_len + (at - start) as u64 > LINE_CAP as u64
                || self.line - self.open_line >= QUOTED_LINES_CAP;
            if self.is_quoted {
                self.keep(&chunk[start..=at]);
                self.line += 1;
                self.is_line_open = false;
                if is_stray {
                    self.split_stray(sink)?;
                }
            } else {
                let flow = self.close(&chunk[start..at], sink);
                self.line_ended(at + 1 - start);
                start = at + 1;
                flow?;
                continue;
            }
            start = at + 1;
        }
        self.keep(&chunk[start..]);
        ControlFlow::Continue(())
    }

    /// Splits what is held, which begins with a line that opens a quote, without that quote.
    fn split_stray(
        &mut self,
        sink: &mut impl FnMut(Piece<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.n_stray_quotes += 1;
        self.is_quoted = false;
        let is_whole = self.carry.len() as u64 == self.open_len;
        let first = memchr::memchr(b'\n', &self.carry).filter(|_| is_whole);
        let Some(end) = first else {
            if self.carry.is_empty() || self.is_line_open {
                return ControlFlow::Continue(());
            }
            // It is longer than what is held: it ends here, and its last line feed is its terminator.
            let held_len = self.open_len;
            self.open_len = held_len - 1;
            self.carry
                .truncate(self.open_len.min(LINE_CAP as u64) as usize);
            self.line -= 1;
            let flow = self.close(&[], sink);
            self.line += 1;
            (self.open_offset, self.open_line) = (self.offset, self.line);
            return flow;
        };
        let held = std::mem::take(&mut self.carry);
        (self.offset, self.line) = (self.open_offset, self.open_line);
        self.open_len = 0;
        self.is_line_open = false;
        let flow = self.close(&held[..end], sink);
        self.line_ended(end + 1);
        flow?;
        self.push_csv(&held[end + 1..], sink)
    }

    fn push_json(
        &mut self,
        chunk: &[u8],
        sink: &mut impl FnMut(Piece<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        // Start, within the chunk, of the bytes of the open element that are not yet kept.
        let mut start = 0;
        let mut at = 0;
        while at < chunk.len() {
            let byte = chunk[at];
            match self.json {
                Json::Outside | Json::Between | Json::Line => {
                    let is_element = !byte.is_ascii_whitespace()
                        && !matches!(byte, b'[' | b']' | b',')
                        || (byte == b'[' && self.json == Json::Between);
                    if is_element {
                        self.json = Json::Element {
                            depth: 0,
                            is_string: false,
                            is_escaped: false,
                        };
                        (self.open_offset, self.open_line) = (self.offset, self.line);
                        start = at;
                        continue;
                    }
                    self.json = match byte {
                        b'[' => Json::Between,
                        b']' => Json::Outside,
                        _ => self.json,
                    };
                    self.skip(byte);
                }
                Json::Element {
                    depth,
                    is_string: true,
                    is_escaped,
                } => {
                    if is_escaped {
                        self.json = Json::Element {
                            depth,
                            is_string: true,
                            is_escaped: false,
                        };
                    } else if byte == b'"' {
                        self.json = Json::Element {
                            depth,
                            is_string: false,
                            is_escaped: false,
                        };
                    } else if byte == b'\\' {
                        self.json = Json::Element {
                            depth,
                            is_string: true,
                            is_escaped: true,
                        };
                    } else if byte != b'\n' {
                        // The inside of strings is most of a log: skip to what can end or break it.
                        let run = memchr::memchr3(b'"', b'\\', b'\n', &chunk[at..])
                            .unwrap_or(chunk.len() - at);
                        self.offset += run as u64;
                        self.is_line_open = true;
                        at += run;
                        continue;
                    }
                    self.skip(byte);
                }
                Json::Element { depth, .. } => {
                    let state = |depth, is_string| Json::Element {
                        depth,
                        is_string,
                        is_escaped: false,
                    };
                    match byte {
                        b'"' => self.json = state(depth, true),
                        b'[' | b'{' => self.json = state(depth + 1, false),
                        b']' | b',' if depth == 0 => {
                            let flow = self.close(&chunk[start..at], sink);
                            self.json = if byte == b',' {
                                Json::Between
                            } else {
                                Json::Outside
                            };
                            self.skip(byte);
                            at += 1;
                            start = at;
                            flow?;
                            continue;
                        }
                        b']' | b'}' => self.json = state(depth.saturating_sub(1), false),
                        _ => {}
                    }
                    self.skip(byte);
                }
            }
            at += 1;
        }
        if matches!(self.json, Json::Element { .. }) {
            self.hold(&chunk[start..]);
        }
        ControlFlow::Continue(())
    }

    /// Objects one after the other, on any number of lines each. A brace at the very beginning of a line opens an object, even if
    /// the one before lacks its end, and no text between quotes goes on behind a line end, so damage ends with the object.
    fn push_objects(
        &mut self,
        chunk: &[u8],
        sink: &mut impl FnMut(Piece<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut start = 0;
        for (at, &byte) in chunk.iter().enumerate() {
            let is_line_start = !self.is_line_open;
            let element = |depth, is_string, is_escaped| Json::Element {
                depth,
                is_string,
                is_escaped,
            };
            if byte == b'{' && is_line_start && matches!(self.json, Json::Element { .. }) {
                let flow = self.close(&chunk[start..at], sink);
                self.json = Json::Outside;
                start = at;
                flow?;
            }
            match self.json {
                Json::Outside | Json::Between => {
                    if !byte.is_ascii_whitespace() && byte != b',' {
                        (self.open_offset, self.open_line) = (self.offset, self.line);
                        start = at;
                        self.json = if byte == b'{' {
                            element(1, false, false)
                        } else {
                            Json::Line
                        };
                    }
                }
                Json::Line => {
                    if byte == b'\n' {
                        self.json = Json::Outside;
                        let flow = self.close(&chunk[start..at], sink);
                        self.skip(byte);
                        flow?;
                        continue;
                    }
                }
                Json::Element {
                    depth,
                    is_string,
                    is_escaped,
                } => {
                    self.json = match byte {
                        b'\n' => element(depth, false, false),
                        _ if is_escaped => element(depth, true, false),
                        b'\\' if is_string => element(depth, true, true),
                        b'"' => element(depth, !is_string, false),
                        _ if is_string => self.json,
                        b'{' | b'[' => element(depth + 1, false, false),
                        b'}' | b']' if depth <= 1 => {
                            self.json = Json::Outside;
                            let flow = self.close(&chunk[start..=at], sink);
                            self.skip(byte);
                            flow?;
                            continue;
                        }
                        b'}' | b']' => element(depth - 1, false, false),
                        _ => self.json,
                    };
                }
            }
            self.skip(byte);
        }
        if matches!(self.json, Json::Element { .. } | Json::Line) {
            self.hold(&chunk[start..]);
        }
        ControlFlow::Continue(())
    }

    fn push_paragraphs(
        &mut self,
        chunk: &[u8],
        sink: &mut impl FnMut(Piece<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        // Text of another system ends its lines with CRLF.
        let has_no_text = |line: &[u8]| line.iter().all(|byte| *byte == b'\r');
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', chunk) {
            let is_blank = self.is_line_blank && has_no_text(&chunk[start..end]);
            self.is_line_blank = true;
            if is_blank {
                let flow = self.close(&chunk[start..end], sink);
                self.line_ended(end + 1 - start);
                start = end + 1;
                flow?;
                continue;
            }
            self.keep(&chunk[start..=end]);
            self.line += 1;
            self.is_line_open = false;
            start = end + 1;
        }
        self.is_line_blank &= has_no_text(&chunk[start..]);
        self.keep(&chunk[start..]);
        ControlFlow::Continue(())
    }

    /// Counts one byte whose piece, if any, is kept elsewhere.
    fn skip(&mut self, byte: u8) {
        self.offset += 1;
        self.is_line_open = byte != b'\n';
        self.line += u64::from(byte == b'\n');
    }

    /// Counts the bytes of a line or record that has just ended with a line feed.
    fn line_ended(&mut self, n_bytes: usize) {
        self.offset += n_bytes as u64;
        self.line += 1;
        self.is_line_open = false;
        (self.open_offset, self.open_line) = (self.offset, self.line);
    }

    /// Keeps and counts bytes of a piece that has not ended.
    fn keep(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.hold(bytes);
            self.offset += bytes.len() as u64;
            self.is_line_open = true;
        }
    }

    /// Keeps bytes that are already counted, up to the cap.
    fn hold(&mut self, bytes: &[u8]) {
        self.open_len += bytes.len() as u64;
        let room = LINE_CAP.saturating_sub(self.carry.len());
        self.carry
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Ends the open piece with `tail` as its last bytes.
    fn close(
        &mut self,
        tail: &[u8],
        sink: &mut impl FnMut(Piece<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let (bytes, mut byte_len) = if self.open_len == 0 {
            (&tail[..tail.len().min(LINE_CAP)], tail.len() as u64)
        } else {
            self.hold(tail);
            (self.carry.as_slice(), self.open_len)
        };
        let is_whole = bytes.len() as u64 == byte_len;
        let trimmed = match (self.boundary, bytes) {
            (Boundary::JsonElement | Boundary::JsonObject | Boundary::Paragraph, _) => {
                bytes.trim_ascii_end()
            }
            (_, [rest @ .., b'\r']) if is_whole => rest,
            _ => bytes,
        };
        let end = self.open_offset + byte_len + u64::from(!self.is_finished);
        let mut n_lines = self.line + 1 - self.open_line;
        if is_whole {
            byte_len = trimmed.len() as u64;
            n_lines -= memchr::memchr_iter(b'\n', &bytes[trimmed.len()..]).count() as u64;
        }
        let piece = Piece {
            bytes: trimmed,
            offset: self.open_offset,
            byte_len,
            line: self.open_line,
            n_lines,
            end,
            is_open: self.is_finished,
        };
        let flow = sink(piece);
        self.carry.clear();
        self.open_len = 0;
        flow
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (text, offset, line, lines touched) of every piece.
    fn pieces(
        boundary: Boundary,
        text: &[u8],
        chunk: usize,
    ) -> (Vec<(String, u64, u64, u64)>, u64) {
        let (mut splitter, mut out) = (Splitter::new(boundary, 0, false), Vec::new());
        let mut sink = |p: Piece<'_>| {
            out.push((
                String::from_utf8_lossy(p.bytes).into_owned(),
                p.offset,
                p.line,
                p.n_lines,
            ));
            ControlFlow::Continue(())
        };
        for part in text.chunks(chunk) {
            let _ = splitter.push(part, &mut sink);
        }
        let _ = splitter.finish(&mut sink);
        (out, splitter.n_lines())
    }

    fn check(boundary: Boundary, text: &str, expected: &[(&str, u64, u64, u64)], n_lines: u64) {
        for chunk in [1, 2, 3, 7, 4096] {
            let (found, lines) = pieces(boundary, text.as_bytes(), chunk);
            let found: Vec<_> = found
                .iter()
                .map(|p| (p.0.as_str(), p.1, p.2, p.3))
                .collect();
            assert_eq!(found, expected, "{text:?} in chunks of {chunk}");
            assert_eq!(lines, n_lines, "{text:?} in chunks of {chunk}");
        }
    }

    #[test]
    fn lines_end_with_lf_or_crlf() {
        check(
            Boundary::Line,
            "a\r\nb\n\nc",
            &[
                ("a", 0, 0, 1),
                ("b", 3, 1, 1),
                ("", 5, 2, 1),
                ("c", 6, 3, 1),
            ],
            4,
        );
        check(Boundary::Line, "x\ry\n", &[("x\ry", 0, 0, 1)], 1);
        check(Boundary::Line, "", &[], 0);
    }

    #[test]
    fn quoted_line_ends_do_not_end_a_csv_record() {
        check(
            Boundary::CsvRecord,
            "a,\"b\nc\"\r\nd,e\n",
            &[("a,\"b\nc\"", 0, 0, 2), ("d,e", 9, 2, 1)],
            3,
        );
        check(
            Boundary::CsvRecord,
            "a,\"say \"\"hi\"\"\"\nb",
            &[("a,\"say \"\"hi\"\"\"", 0, 0, 1), ("b", 15, 1, 1)],
            2,
        );
    }

    #[test]
    fn elements_of_the_outermost_array_are_pieces() {
        check(
            Boundary::JsonElement,
            r#"["a, [b]", "c\"d"]"#,
            &[(r#""a, [b]""#, 1, 0, 1), (r#""c\"d""#, 11, 0, 1)],
            1,
        );
        check(
            Boundary::JsonElement,
            "[\n  {\"a\": [1, 2],\n   \"b\": \"]\"},\n  7 \n]\n",
            &[
                ("{\"a\": [1, 2],\n   \"b\": \"]\"}", 4, 1, 2),
                ("7", 34, 3, 1),
            ],
            5,
        );
        check(
            Boundary::JsonElement,
            "[\"cut off",
            &[("\"cut off", 1, 0, 1)],
            1,
        );
        check(
            Boundary::JsonElement,
            "[[1],[2]]",
            &[("[1]", 1, 0, 1), ("[2]", 5, 0, 1)],
            1,
        );
        check(Boundary::JsonElement, "[]", &[], 1);
    }

    #[test]
    fn objects_on_any_number_of_lines_are_pieces() {
        check(
            Boundary::JsonObject,
            "{\n \"a\": \"}\"\n}\n{\"b\": [{}]}\nnoise {\n{\n \"c\": {}\n}",
            &[
                ("{\n \"a\": \"}\"\n}", 0, 0, 3),
                ("{\"b\": [{}]}", 14, 3, 1),
                ("noise {", 26, 4, 1),
                ("{\n \"c\": {}\n}", 34, 5, 3),
            ],
            8,
        );
        // An object without its end does not swallow the next one.
        check(
            Boundary::JsonObject,
            "{\n \"a\": \"x\n{\n \"b\": 1\n}\n",
            &[("{\n \"a\": \"x", 0, 0, 2), ("{\n \"b\": 1\n}", 11, 2, 3)],
            5,
        );
    }

    #[test]
    fn paragraphs_end_at_blank_lines() {
        check(
            Boundary::Paragraph,
            "a=1\nb=2\n\nc=3\r\n\r\nd=4",
            &[("a=1\nb=2", 0, 0, 2), ("c=3", 9, 3, 1), ("d=4", 16, 5, 1)],
            6,
        );
        check(Boundary::Paragraph, "a\n", &[("a", 0, 0, 1)], 1);
    }

    #[test]
    fn a_long_line_is_cut_but_counted_whole() {
        let text = [vec![b'x'; LINE_CAP + 10], b"\nnext\n".to_vec()].concat();
        for chunk in [1000, 1 << 19, usize::MAX] {
            let (mut splitter, mut out) = (Splitter::new(Boundary::Line, 0, false), Vec::new());
            for part in text.chunks(chunk) {
                let _ = splitter.push(part, |p| {
                    out.push((p.bytes.len(), p.byte_len, p.offset));
                    ControlFlow::Continue(())
                });
            }
            let whole = (LINE_CAP + 10) as u64;
            assert_eq!(out, [(LINE_CAP, whole, 0), (4, 4, whole + 1)]);
        }
    }

    #[test]
    fn a_stray_quote_spoils_its_own_line_only() {
        for n_lines in [500, 3000] {
            let text = format!("a,\"b\n{}e,\"f\ng\"\n", "c,d\n".repeat(n_lines));
            for chunk in [1, 7, 4096] {
                let (found, n_all) = pieces(Boundary::CsvRecord, text.as_bytes(), chunk);
                // In the shorter text the stray quote is closed by the next one.
                let expected = if n_lines == 500 { 2 } else { n_lines + 2 };
                assert_eq!(found.len(), expected, "{n_lines} lines");
                assert_eq!(n_all, n_lines as u64 + 3);
            }
        }
        let text = format!("a,\"b\n{}", "c,d\n".repeat(500));
        for chunk in [1, 7, 4096] {
            let (found, n_all) = pieces(Boundary::CsvRecord, text.as_bytes(), chunk);
            assert_eq!(found.len(), 501);
            assert_eq!(found[1], ("c,d".to_owned(), 5, 1, 1));
            assert_eq!(n_all, 501);
        }
    }

    #[test]
    fn a_stray_quote_before_a_long_text_is_bounded() {
        let text = format!("a,\"b\n{}\nc,d\n", "x".repeat(LINE_CAP + 10));
        let (found, n_all) = pieces(Boundary::CsvRecord, text.as_bytes(), 4096);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].0, "c,d");
        assert_eq!(n_all, 3);
    }
}
