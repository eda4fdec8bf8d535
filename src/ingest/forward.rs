//! A packed file, read again from its front → its text at places that only move forward.
//!
//! What lies before the next place is let go, so no more is held than one piece of text and what a step unpacks.

use super::text::TextReader;
use super::unpack::Unpack;

/// Packed bytes worked on at a time: a step may unpack a thousand times as much.
const STEP_LEN: usize = 16 << 10;

/// Text of a packed file, from the place asked for last on.
#[derive(Debug)]
pub struct Forward {
    reader: TextReader,
    held: Vec<u8>,
    /// Where in the text the first byte held stands.
    held_from: u64,
    is_ended: bool,
}

impl Forward {
    /// The text as `reader` reads it.
    #[must_use]
    pub fn new(reader: TextReader) -> Self {
        Self {
            reader,
            held: Vec::new(),
            held_from: 0,
            is_ended: false,
        }
    }

    /// Whether the text from this place on is still to be had.
    #[must_use]
    pub fn reaches_back(&self, offset: u64) -> bool {
        offset >= self.held_from
    }

    /// Lets go of what lies before `offset`, works on the packed bytes that follow, takes away those it has used, and says
    /// whether the text up to `end` is held; `false`: it needs more bytes. `is_last`: the file ends with these.
    pub fn seek(&mut self, offset: u64, end: u64, packed: &mut &[u8], is_last: bool) -> bool {
        self.let_go(offset);
        while !self.is_ended && self.held_from + (self.held.len() as u64) < end {
            if packed.is_empty() && !is_last {
                return false;
            }
            let held = &mut self.held;
            let mut keep = |text: &[u8]| held.extend_from_slice(text);
            if packed.is_empty() {
                self.is_ended = self.reader.finish(&mut keep);
            } else {
                let n = self
                    .reader
                    .push(&packed[..packed.len().min(STEP_LEN)], &mut keep);
                *packed = &packed[n..];
            }
            self.let_go(offset);
        }
        true
    }

    /// As much of the text from `offset` to `end` as is held.
    #[must_use]
    pub fn text(&self, offset: u64, end: u64) -> &[u8] {
        let place = |at: u64| (at.saturating_sub(self.held_from) as usize).min(self.held.len());
        let (from, to) = (place(offset), place(end));
        &self.held[from..to.max(from)]
    }

    fn let_go(&mut self, offset: u64) {
        let n = offset
            .saturating_sub(self.held_from)
            .min(self.held.len() as u64);
        self.held.drain(..n as usize);
        self.held_from += n;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn places_are_found_however_the_bytes_are_cut() {
        let text: Vec<u8> = (0..60_000u32)
            .flat_map(|n| format!("{n}\n").into_bytes())
            .collect();
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&text).unwrap();
        let packed = encoder.finish().unwrap();
        let len = text.len() as u64;
        for chunk_len in [1000, 7, packed.len()] {
            let mut forward = Forward::new(TextReader::default());
            let mut chunks = packed.chunks(chunk_len).peekable();
            let mut rest: &[u8] = &[];
            for (offset, byte_len) in [
                (0, 10u32),
                (5, 20),
                (90_000, 5000),
                (len - 3, 100),
                (len, 1),
            ] {
                let end = offset + u64::from(byte_len);
                while !forward.seek(offset, end, &mut rest, chunks.peek().is_none()) {
                    rest = chunks.next().unwrap();
                }
                let want = &text[offset as usize..(end.min(len)) as usize];
                assert_eq!(forward.text(offset, end), want, "{offset} by {chunk_len}");
            }
            assert!(!forward.reaches_back(5));
            assert_eq!(forward.text(5, 25), b"", "by {chunk_len}");
        }
    }
}
