//! CSV text → records: a line end ends one where no quote is open, and a quote that is never closed spoils its own line only.

use std::ops::ControlFlow;

use super::super::LINE_CAP;
use super::{Piece, Splitter};

/// A quote that stays open longer than this many lines, or to the end of the text, is a stray one: its line is a record of its
/// own, and the lines after it are split anew.
const QUOTED_LINES_CAP: u64 = 1000;

impl Splitter {
    pub(super) fn push_csv(
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
    pub(super) fn split_stray(
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
}
