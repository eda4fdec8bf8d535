//! A file's text → blocks of a fixed size that can be worked on apart and merge in order.
//!
//! Plain lines are split by arithmetic: a block owns the lines that begin in its range, and the worker finds the line ends.
//! Text that must be read from the front (a container, CSV with quotes, a JSON array) goes through a [`Cutter`], which cuts
//! where the arithmetic would have cut. Blocks are the same whatever the number of workers.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use super::LINE_CAP;
use super::split::{Boundary, Splitter};

/// Nominal bytes of text in a block.
pub const BLOCK_LEN: u64 = 16 << 20;

/// How far lines that continue a record may reach beyond the end of the block in which the record begins. The next block
/// skips the very same lines: both count from the first line that begins at or after the border.
#[must_use]
pub fn continuation_reach(block_len: u64) -> u64 {
    block_len / 256
}

/// Text held back while looking for the end of a line, record or element; beyond it the block is cut in the middle, provided
/// that as much of the piece is held as is analysed.
const HELD_BLOCKS: u64 = 2;

/// A block cut out of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Offset in the text at which it begins.
    pub start: u64,
    /// The text.
    pub bytes: Vec<u8>,
    /// The block before it ends on the same physical line.
    pub is_line_shared: bool,
    /// Bytes at its beginning that belong to a piece of the block before: one so long that it was cut in the middle, of which
    /// the beginning is all that is analysed.
    pub n_passed: u64,
    /// Where its first records are from, if the text around them says so once for all; else empty.
    pub source: Vec<u8>,
}

/// Cuts a stream of text at the borders of records.
#[derive(Debug)]
pub struct Cutter {
    splitter: Splitter,
    block_len: u64,
    /// Where the text begins.
    first_start: u64,
    held: Vec<u8>,
    held_start: u64,
    is_line_shared: bool,
    /// Where its first records are from.
    source: Vec<u8>,
    /// The text held begins in the middle of a piece.
    is_mid_piece: bool,
    /// So many of its bytes belong to that piece, once its end has been seen.
    passed: Option<u64>,
    /// First piece at or after the border, while lines that continue a record are passed over.
    reach_from: Option<u64>,
}

impl Cutter {
    /// A cutter for text that begins at `offset` and whose pieces end at `boundary`, into blocks of about `block_len` bytes.
    #[must_use]
    pub fn new(boundary: Boundary, offset: u64, block_len: u64) -> Self {
        let splitter = Splitter::new(boundary, offset, false);
        Self {
            splitter,
            block_len,
            first_start: offset,
            held: Vec::new(),
            held_start: offset,
            is_line_shared: false,
            source: Vec::new(),
            is_mid_piece: false,
            passed: None,
            reach_from: None,
        }
    }

    /// Feeds text; complete blocks go to `out`. `is_continuation` tells whether a line belongs to the record above.
    pub fn push(
        &mut self,
        text: &[u8],
        mut is_continuation: impl FnMut(&[u8]) -> bool,
        out: &mut VecDeque<Cut>,
    ) {
        // Small steps, so that a border is noticed soon after it has passed.
        for step in text.chunks(1 << 20) {
            self.held.extend_from_slice(step);
            let mut cuts = Vec::new();
            let (block_len, mut start, mut reach_from) =
                (self.block_len, self.held_start, self.reach_from);
            let (held_start, is_mid_piece) = (self.held_start, self.is_mid_piece);
            let first_start = self.first_start;
            let mut passed = self.passed;
            let mut last_line = None;
            let _ = self.splitter.push(step, |piece| {
                let is_shared = last_line == Some(piece.line);
                last_line = Some(piece.line + piece.n_lines - 1);
                if is_mid_piece {
                    passed.get_or_insert(piece.end - held_start);
                }
                if piece.offset >= border(start - first_start, block_len) + first_start {
                    let from = *reach_from.get_or_insert(piece.offset);
                    if piece.offset >= from + continuation_reach(block_len)
                        || !is_continuation(piece.bytes)
                    {
                        cuts.push((piece.offset, is_shared, piece.source.to_vec()));
                        start = piece.offset;
                        reach_from = None;
                    }
                }
                ControlFlow::Continue(())
            });
            (self.reach_from, self.passed) = (reach_from, passed);
            for (offset, is_shared, source) in cuts {
                self.cut(offset, is_shared, source, out);
            }
            let open_len = self.splitter.open_len();
            if self.held.len() as u64 > HELD_BLOCKS * block_len
                && (open_len == 0 || open_len > LINE_CAP as u64)
            {
                let is_line_open = self.splitter.n_lines() > self.splitter.n_newlines();
                let is_same_piece = self.is_mid_piece && self.passed.is_none();
                let source = self.splitter.source().to_vec();
                self.cut(
                    self.splitter.offset(),
                    is_line_open || open_len > 0,
                    source,
                    out,
                );
                self.is_mid_piece = is_same_piece || open_len > 0;
                self.reach_from = None;
            }
        }
    }

    /// What is wrong with the shape of the text that has ended, if anything.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let at = self.splitter.offset();
        if self.splitter.is_array_open() {
            return Some(format!(
                "the JSON array is cut off at byte {at} of the text; what came before it was read"
            ));
        }
        match self.splitter.n_stray_quotes() {
            0 => None,
            1 => Some(
                "1 line opens a quote and does not close it; it was taken for a record of its own"
                    .to_owned(),
            ),
            n => Some(format!(
                "{n} lines open a quote and do not close it; each was taken for a record of its own"
            )),
        }
    }

    /// Ends the text; the last block, if any, goes to `out`.
    pub fn finish(&mut self, out: &mut VecDeque<Cut>) {
        let _ = self.splitter.finish(|piece| {
            if self.is_mid_piece {
                self.passed.get_or_insert(piece.end - self.held_start);
            }
            ControlFlow::Continue(())
        });
        if !self.held.is_empty() {
            self.cut(
                self.held_start + self.held.len() as u64,
                false,
                Vec::new(),
                out,
            );
        }
    }

    fn cut(
        &mut self,
        offset: u64,
        is_next_shared: bool,
        next_source: Vec<u8>,
        out: &mut VecDeque<Cut>,
    ) {
        let rest = self.held.split_off((offset - self.held_start) as usize);
        let bytes = std::mem::replace(&mut self.held, rest);
        let byte_len = bytes.len() as u64;
        let n_passed = match self.passed.take() {
            Some(passed) => passed.min(byte_len),
            None if self.is_mid_piece => byte_len,
            None => 0,
        };
        self.is_mid_piece = false;
        out.push_back(Cut {
            start: self.held_start,
            bytes,
            is_line_shared: self.is_line_shared,
            n_passed,
            source: std::mem::replace(&mut self.source, next_source),
        });
        self.held_start = offset;
        self.is_line_shared = is_next_shared;
    }
}

/// The border after `start`: the next multiple of the block length.
fn border(start: u64, block_len: u64) -> u64 {
    (start / block_len + 1) * block_len
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(boundary: Boundary, text: &[u8], chunk: usize) -> Vec<(u64, usize)> {
        let (mut cutter, mut out) = (Cutter::new(boundary, 0, 4096), VecDeque::new());
        for part in text.chunks(chunk) {
            cutter.push(part, |line| line.starts_with(b" "), &mut out);
        }
        cutter.finish(&mut out);
        assert_eq!(
            out.iter().flat_map(|c| c.bytes.clone()).collect::<Vec<_>>(),
            text
        );
        out.iter().map(|c| (c.start, c.bytes.len())).collect()
    }

    #[test]
    fn blocks_end_where_records_end() {
        let text = "eleven byte\n go on\n".repeat(1000).into_bytes();
        for chunk in [1, 13, 5000] {
            let blocks = cut(Boundary::Line, &text, chunk);
            assert_eq!(blocks[0], (0, 4104));
            assert_eq!(blocks.len(), 5, "{blocks:?}");
            assert!(blocks.iter().all(|block| block.0 % 19 == 0), "{blocks:?}");
        }
    }

    #[test]
    fn the_rest_of_a_long_piece_is_passed_over() {
        let long = 2 * LINE_CAP + 12_345;
        for (boundary, text) in [
            (
                Boundary::Line,
                format!("first\n{}\nlast\n", "x".repeat(long)),
            ),
            (
                Boundary::JsonElement,
                format!("[\"first\",\"{}\",\"last\"]", "x".repeat(long)),
            ),
        ] {
            let (mut cutter, mut out) = (Cutter::new(boundary, 0, 4096), VecDeque::new());
            for part in text.as_bytes().chunks(1 << 20) {
                cutter.push(part, |_| false, &mut out);
            }
            cutter.finish(&mut out);
            let kept: Vec<u8> = out
                .iter()
                .flat_map(|cut| cut.bytes[cut.n_passed as usize..].to_vec())
                .collect();
            let kept = String::from_utf8(kept).unwrap();
            assert!(out.len() > 1, "it was cut");
            assert!(kept.contains("first") && kept.contains("last"));
            assert!(kept.len() < LINE_CAP * 2 + 30, "{}", kept.len());
            assert!(out.iter().any(|cut| cut.n_passed > 0));
        }
    }

    #[test]
    fn elements_of_an_array_stay_whole() {
        let text = format!("[{}]", vec!["\"0123456789\""; 1000].join(",")).into_bytes();
        for chunk in [1, 13, 5000] {
            for (start, _) in cut(Boundary::JsonElement, &text, chunk).into_iter().skip(1) {
                assert_eq!(text[start as usize], b'"');
                assert_eq!(text[start as usize - 1], b',');
            }
        }
    }
}
