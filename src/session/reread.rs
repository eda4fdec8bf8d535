//! A packed file, read again → the text of those of its blocks that are searched, one after the other.

use std::collections::BTreeMap;

use crate::base::ids::FileId;
use crate::base::order::Arrange;
use crate::ingest::forward::Forward;
use crate::ingest::text::TextReader;
use crate::shard::question::TextRange;

/// Unpacks a file from its front and hands out the ranges wanted. Holds one of them at a time.
#[derive(Debug)]
pub struct Reread {
    text: Forward,
    /// The ranges, last first.
    wanted: Vec<TextRange>,
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
            text: Forward::new(reader),
            wanted,
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
        let range = *self.wanted.last()?;
        if !self.text.seek(range.start, range.end, packed, is_last) {
            return None;
        }
        self.wanted.pop();
        Some((range, self.text.text(range.start, range.end).to_vec()))
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
