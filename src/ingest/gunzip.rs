//! gzip bytes, in chunks → the content of all members, in order (RFC 1952).

use std::io::{ErrorKind, Write};

use flate2::write::MultiGzDecoder;

use super::unpack::{Unpack, damaged};

/// Compressed bytes fed at a time: deflate grows data at most about 1030 times, so this bounds the memory of one step.
const STEP: usize = 4 << 10;

/// A gzip decompressor.
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

impl Unpack for Gunzip {
    fn push(&mut self, packed: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        if self.fault.is_some() {
            self.is_padding = self.is_padding && packed.iter().all(|&byte| byte == 0);
            return packed.len();
        }
        let step = &packed[..packed.len().min(STEP)];
        if let Err(error) = self.decoder.write_all(step) {
            self.stop(&error);
            // A member begins with ten bytes of header; where they are missing, the error says so.
            let n_zeros = step.iter().rev().take_while(|&&byte| byte == 0).count();
            self.is_padding =
                n_zeros >= step.len().min(10) && error.kind() == ErrorKind::InvalidInput;
        }
        self.n_in += step.len() as u64;
        self.drain(sink);
        step.len()
    }

    fn finish(&mut self, sink: &mut dyn FnMut(&[u8])) -> bool {
        if self.fault.is_none()
            && let Err(error) = self.decoder.try_finish()
        {
            self.stop(&error);
        }
        self.drain(sink);
        true
    }

    fn fault(&self) -> Option<String> {
        self.fault.clone().filter(|_| !self.is_padding)
    }
}

impl Gunzip {
    fn stop(&mut self, error: &std::io::Error) {
        self.fault = Some(damaged("gzip", self.n_in, error));
    }

    fn drain(&mut self, sink: &mut dyn FnMut(&[u8])) {
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

    use super::super::unpack::tests::{check_laws, sample, unpack};
    use super::*;

    fn pack(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_member_is_read_at_any_chunk_size() {
        let text = sample(60);
        let packed = [pack(&text[..500]), pack(&text[500..])].concat();
        check_laws(&|| Box::new(Gunzip::default()), &packed, &text);
    }

    #[test]
    fn what_precedes_the_damage_is_kept() {
        let text = sample(20_000);
        let packed = pack(&text);
        let (cut, fault) = unpack(&mut Gunzip::default(), &packed[..packed.len() / 2], 4096);
        assert!(cut.len() > text.len() / 4 && text.starts_with(&cut));
        assert!(fault.is_some_and(|f| f.contains("byte")));
        let mut flipped = packed.clone();
        let middle = packed.len() / 2;
        flipped[middle..middle + 8].copy_from_slice(&[0xff; 8]);
        assert!(unpack(&mut Gunzip::default(), &flipped, 4096).1.is_some());
    }

    #[test]
    fn garbage_after_the_last_member_is_said() {
        let packed = [pack(b"a line\n"), b"garbage".to_vec()].concat();
        let (text, fault) = unpack(&mut Gunzip::default(), &packed, 5);
        assert_eq!(text, b"a line\n");
        assert!(fault.is_some());
        let padded = [pack(b"a line\n"), vec![0; 512]].concat();
        let found = unpack(&mut Gunzip::default(), &padded, 100);
        assert_eq!(found, (b"a line\n".to_vec(), None));
    }
}
