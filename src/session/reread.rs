//! A packed file, read again → the text of those of its blocks that are searched, one after the other.

use std::collections::BTreeMap;

use crate::base::ids::FileId;
use crate::base::order::Arrange;
use crate::ingest::text::TextReader;
use crate::ingest::unpack::Unpack;
use crate::shard::question::TextRange;

/// Packed bytes worked on at a time.
const STEP_LEN: usize = 1 << 20;

/// Unpacks a file from its front and hands out the ranges wanted. Holds one of them at a time.
#[derive(Debug)]
pub struct Reread {
    reader: TextReader,
    /// The ranges, last first.
    wanted: Vec<TextRange>,
    at: u64,
    /// Text from the beginning of the next range on, and where that is.
    held: Vec<u8>,
    held_from: u64,
    is_ended: bool,
}

/// The ranges of each file as it was opened; `input_of` tells which a text stands in.
#[must_use]
pub fn by_input(
    ranges: Vec<TextRange>,
    input_of: impl Fn(FileId) -> Option<u32>,
) -> BTreeMap<u32, Vec<TextRange>> {
    let mut inputs: BTreeMap<u32, Vec<TextRange>> = BTreeMap::new();
    for range in ranges {
        if let Some(input) = input_of(range.file) {
            inputs.entry(input).or_default().push(range);
        }
    }
    inputs
}

impl Reread {
    /// Wants these ranges of one file, as `reader` reads it.
    #[must_use]
    pub fn new(reader: TextReader, mut wanted: Vec<TextRange>) -> Self {
        wanted.arrange_by(|a, b| b.cmp(a));
        Self {
            // The budget was kept when the file was read; nothing is asked for that lies beyond.
            reader,
            wanted,
            at: 0,
            held: Vec::new(),
            held_from: 0,
            is_ended: false,
        }
    }

    /// Whether all ranges have been handed out.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Works on the packed bytes that follow, takes away what it has used, and answers with the next range and its text;
    /// `None`: it needs more. `is_last`: the file ends with these bytes.
    pub fn next(&mut self, packed: &mut &[u8], is_last: bool) -> Option<(TextRange, Vec<u8>)> {
        loop {
            let range = *self.wanted.last()?;
            if self.at >= range.end || self.is_ended {
                self.wanted.pop();
                let from = (range.start.max(self.held_from) - self.held_from) as usize;
                let to = (range.end.max(self.held_from) - self.held_from) as usize;
                let end = to.min(self.held.len());
                let text = self.held[from.min(end)..end].to_vec();
                // Ranges follow each other, but a record at the border may belong to neither.
                let keep_from = self.wanted.last().map_or(self.at, |next| next.start);
                let n_gone = keep_from
                    .saturating_sub(self.held_from)
                    .min(self.held.len() as u64);
                self.held.drain(..n_gone as usize);
                self.held_from += n_gone;
                return Some((range, text));
            }
            if packed.is_empty() && !is_last {
                return None;
            }
            let mut reader = std::mem::take(&mut self.reader);
            let mut keep = |text: &[u8]| self.keep(text, range.start);
            if packed.is_empty() {
                let is_ended = reader.finish(&mut keep);
                self.is_ended = is_ended;
            } else {
                let n = reader.push(&packed[..packed.len().min(STEP_LEN)], &mut keep);
                *packed = &packed[n..];
            }
            self.reader = reader;
        }
    }

    fn keep(&mut self, text: &[u8], from: u64) {
        let end = self.at + text.len() as u64;
        if end > from {
            let first = from.max(self.at);
            if self.held.is_empty() {
                self.held_from = first;
            }
            self.held
                .extend_from_slice(&text[(first - self.at) as usize..]);
        }
        self.at = end;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn ranges_come_out_in_order_however_the_bytes_are_cut() {
        let text: Vec<u8> = (0..60_000u32)
            .flat_map(|n| format!("{n}\n").into_bytes())
            .collect();
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&text).unwrap();
        let packed = encoder.finish().unwrap();
        let range = |block, start, end| TextRange {
            file: FileId(0),
            block,
            start,
            end,
        };
        let len = text.len() as u64;
        let ranges = [
            range(0, 10, 5000),
            range(1, 5000, 90_000),
            range(3, 200_000, 200_001),
            range(4, 300_000, len + 50),
        ];
        for chunk_len in [1000, 7, packed.len()] {
            let mut again = Reread::new(
                TextReader::default(),
                ranges.iter().rev().copied().collect(),
            );
            let mut found = Vec::new();
            let n_chunks = packed.len().div_ceil(chunk_len);
            for (idx, mut chunk) in packed.chunks(chunk_len).enumerate() {
                while let Some(next) = again.next(&mut chunk, idx + 1 == n_chunks) {
                    found.push(next);
                }
            }
            assert!(again.is_done());
            let expected = ranges.map(|range| {
                (
                    range,
                    text[range.start as usize..range.end.min(len) as usize].to_vec(),
                )
            });
            assert_eq!(found, expected);
        }
    }
}
