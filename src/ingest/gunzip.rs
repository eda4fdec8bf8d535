//! gzip bytes, in chunks → the text of all members, in order.
//!
//! Damage ends the text, never the run: what came before it is kept and the place is named.

use std::io::Write;

use flate2::write::MultiGzDecoder;

/// Compressed bytes fed at a time: deflate grows data at most about 1030 times, so this bounds the memory of one step.
const STEP: usize = 16 << 10;

/// A decompressor that is fed.
#[derive(Debug)]
pub struct Gunzip {
    decoder: MultiGzDecoder<Vec<u8>>,
    n_in: u64,
    fault: Option<String>,
    /// All bytes since the fault are zeros: padding after the last member, common on tapes, which loses nothing.
    is_padding: bool,
}

impl Default for Gunzip {
    fn default() -> Self {
        Self {
            decoder: MultiGzDecoder::new(Vec::new()),
            n_in: 0,
            fault: None,
            is_padding: false,
        }
    }
}

impl Gunzip {
    /// Feeds `packed` and hands the text that comes out to `sink`, piece by piece.
    pub fn push(&mut self, packed: &[u8], mut sink: impl FnMut(&[u8])) {
        for step in packed.chunks(STEP) {
            if self.fault.is_some() {
                self.is_padding &= step.iter().all(|&byte| byte == 0);
                continue;
            }
            if let Err(error) = self.decoder.write_all(step) {
                self.stop(&error);
                // A member begins with ten bytes of header; where they are missing, the error says so.
                let n_zeros = step.iter().rev().take_while(|&&byte| byte == 0).count();
                self.is_padding = n_zeros >= step.len().min(10)
                    && error.kind() == std::io::ErrorKind::InvalidInput;
            }
            self.n_in += step.len() as u64;
            self.drain(&mut sink);
        }
    }

    /// Says that the file has ended; hands out the last text.
    pub fn finish(&mut self, mut sink: impl FnMut(&[u8])) {
        if self.fault.is_none()
            && let Err(error) = self.decoder.try_finish()
        {
            self.stop(&error);
        }
        self.drain(&mut sink);
    }

    /// What is wrong with the file, if anything, as a sentence.
    #[must_use]
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref().filter(|_| !self.is_padding)
    }

    fn stop(&mut self, error: &std::io::Error) {
        let n_in = self.n_in;
        self.fault = Some(format!(
            "the gzip data is damaged or cut off near byte {n_in} ({error}); what came before it was read"
        ));
    }

    fn drain(&mut self, sink: &mut impl FnMut(&[u8])) {
        let text = self.decoder.get_mut();
        if !text.is_empty() {
            sink(text);
            text.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn pack(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(packed: &[u8], chunk: usize) -> (Vec<u8>, Option<String>) {
        let (mut gunzip, mut text) = (Gunzip::default(), Vec::new());
        for part in packed.chunks(chunk) {
            gunzip.push(part, |bytes| text.extend_from_slice(bytes));
        }
        gunzip.finish(|bytes| text.extend_from_slice(bytes));
        (text, gunzip.fault().map(str::to_owned))
    }

    #[test]
    fn every_member_is_read_at_any_chunk_size() {
        let text = b"one line\nanother line\n".repeat(500);
        let packed = [pack(&text[..5000]), pack(&text[5000..])].concat();
        for chunk in [1, 7, 4096, usize::MAX] {
            assert_eq!(unpack(&packed, chunk), (text.clone(), None));
        }
    }

    #[test]
    fn what_precedes_the_damage_is_kept() {
        let text: Vec<u8> = (0..20_000u32)
            .flat_map(|i| format!("line {} {}\n", i, i.wrapping_mul(2_654_435_761)).into_bytes())
            .collect();
        let packed = pack(&text);
        let (cut, fault) = unpack(&packed[..packed.len() / 2], 4096);
        assert!(cut.len() > text.len() / 4 && text.starts_with(&cut));
        assert!(fault.is_some_and(|f| f.contains("byte")));
        let mut flipped = packed.clone();
        let middle = packed.len() / 2;
        flipped[middle..middle + 8].copy_from_slice(&[0xff; 8]);
        assert!(unpack(&flipped, 4096).1.is_some());
    }

    #[test]
    fn garbage_after_the_last_member_is_said() {
        let packed = [pack(b"a line\n"), b"garbage".to_vec()].concat();
        let (text, fault) = unpack(&packed, 5);
        assert_eq!(text, b"a line\n");
        assert!(fault.is_some());
        let padded = [pack(b"a line\n"), vec![0; 512]].concat();
        assert_eq!(unpack(&padded, 100), (b"a line\n".to_vec(), None));
    }
}
