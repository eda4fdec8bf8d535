//! Text in chunks → pieces: lines, CSV records, or elements of a JSON array, each with its place.
//!
//! One splitter for all shapes, so that blocks, counting and reading back treat them alike. It never fails: what does not fit
//! the shape comes out as pieces all the same. The answer does not depend on how the text is cut into chunks.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::LINE_CAP;
use around::Around;
use json::Json;

mod around;
mod csv;
mod json;
#[cfg(test)]
mod tests;

/// What ends a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Boundary {
    /// A line end: LF or CRLF. Carriage returns that stand alone have become LF before, where they end lines.
    Line,
    /// A line end outside double quotes (RFC 4180).
    CsvRecord,
    /// A comma or bracket of the outermost JSON array (RFC 8259).
    JsonElement,
    /// A comma or bracket of an array of records within objects (`{"Records":[…]}`, OTLP's `logRecords`), one object or many.
    JsonMember,
    /// The closing brace of an object that stands on its own; what is between objects is lines.
    JsonObject,
    /// A blank line.
    Paragraph,
}

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
    /// Where it is from, if the text around its array says so once for all; else empty.
    pub source: &'a [u8],
}

impl Piece<'_> {
    /// Whether more of it stands in the text than is analysed.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.byte_len > self.bytes.len() as u64
    }
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
    /// What of the text around an array of records has been read.
    around: Around,
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
            around: Around::default(),
        }
    }

    /// The same for text that begins within an array of records from this source ([`Piece::source`]).
    #[must_use]
    pub fn within(mut self, source: &[u8]) -> Self {
        self.around = Around::said(source);
        self
    }

    /// Where the records are from, as the text around them says; empty if it does not.
    #[must_use]
    pub fn source(&self) -> &[u8] {
        self.around.source()
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
        matches!(self.boundary, Boundary::JsonElement | Boundary::JsonMember)
            && self.json != Json::Outside
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
            Boundary::JsonElement | Boundary::JsonMember => self.push_json(chunk, &mut sink),
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
            (
                Boundary::JsonElement
                | Boundary::JsonMember
                | Boundary::JsonObject
                | Boundary::Paragraph,
                _,
            ) => bytes.trim_ascii_end(),
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
            source: self.around.source(),
        };
        let flow = sink(piece);
        self.carry.clear();
        self.open_len = 0;
        flow
    }
}
