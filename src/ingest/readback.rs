//! A file's bytes, read again → the text of a few places in it.
//!
//! Plain files are sliced by the caller; a container has no index, so it is unpacked again up to the last place wanted, with
//! no more held than what is wanted. Text that is written in another way is read in the same way.

use super::text::TextReader;
use super::unpack::Unpack;

/// Collects ranges of the unpacked text.
#[derive(Debug)]
pub struct ReadBack {
    reader: TextReader,
    ranges: Vec<(u64, u32)>,
    texts: Vec<Vec<u8>>,
    offset: u64,
    end: u64,
}

impl ReadBack {
    /// Wants the text at each (offset, length) of what `reader` reads.
    #[must_use]
    pub fn new(reader: TextReader, ranges: Vec<(u64, u32)>) -> Self {
        let end = ranges
            .iter()
            .map(|range| range.0 + u64::from(range.1))
            .max()
            .unwrap_or(0);
        Self {
            reader,
            texts: vec![Vec::new(); ranges.len()],
            ranges,
            offset: 0,
            end,
        }
    }

    /// Feeds packed bytes from the beginning of the file on; `false` when no more are needed.
    pub fn push(&mut self, mut packed: &[u8]) -> bool {
        let mut reader = std::mem::take(&mut self.reader);
        while self.offset < self.end && !packed.is_empty() {
            let n = reader.push(packed, &mut |text| self.keep(text));
            packed = &packed[n..];
        }
        self.reader = reader;
        self.offset < self.end
    }

    /// The texts, in the order of the ranges; those beyond the end of the text are shorter.
    #[must_use]
    pub fn into_texts(mut self) -> Vec<Vec<u8>> {
        let mut reader = std::mem::take(&mut self.reader);
        while self.offset < self.end && !reader.finish(&mut |text| self.keep(text)) {}
        self.texts
    }

    fn keep(&mut self, text: &[u8]) {
        let (from, to) = (self.offset, self.offset + text.len() as u64);
        for ((start, byte_len), out) in self.ranges.iter().zip(&mut self.texts) {
            let first = (*start).clamp(from, to);
            let last = (start + u64::from(*byte_len)).clamp(from, to);
            out.extend_from_slice(&text[(first - from) as usize..(last - from) as usize]);
        }
        self.offset = to;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn places_are_found_again() {
        let text: Vec<u8> = (0..5000u32)
            .flat_map(|i| format!("line {i}\n").into_bytes())
            .collect();
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&text).unwrap();
        let packed = encoder.finish().unwrap();
        let mut back = ReadBack::new(
            TextReader::default(),
            vec![(30_000, 9), (5, 6), (text.len() as u64 - 3, 100)],
        );
        for chunk in packed.chunks(100) {
            back.push(chunk);
        }
        let expected = [&text[30_000..30_009], &text[5..11], &text[text.len() - 3..]];
        assert_eq!(back.into_texts(), expected);
    }
}
