//! bzip2 bytes, in chunks → the content of all streams, in order (as written by bzip2, pbzip2 and lbzip2).

use std::fmt;

use bzip2::{Decompress, Status};

use super::unpack::{OUT_LEN, Tail, Unpack, damaged};

/// A bzip2 decompressor.
pub struct Bunzip2 {
    decoder: Decompress,
    /// The first bytes of what may be a further stream; empty while one is being read.
    next: Vec<u8>,
    is_between: bool,
    /// Something has been fed to the decoder since its stream began.
    is_begun: bool,
    n_in: u64,
    out: Vec<u8>,
    tail: Tail,
    is_over: bool,
    fault: Option<String>,
}

impl Default for Bunzip2 {
    fn default() -> Self {
        Self {
            decoder: Decompress::new(false),
            next: Vec::new(),
            is_between: false,
            is_begun: false,
            n_in: 0,
            out: Vec::new(),
            tail: Tail::default(),
            is_over: false,
            fault: None,
        }
    }
}

impl fmt::Debug for Bunzip2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bunzip2")
            .field("n_in", &self.n_in)
            .finish_non_exhaustive()
    }
}

impl Unpack for Bunzip2 {
    fn push(&mut self, packed: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        if self.fault.is_some() {
            return packed.len();
        }
        if self.is_over {
            self.tail.push(packed, self.n_in);
            self.n_in += packed.len() as u64;
            return packed.len();
        }
        if self.is_between {
            return self.begin(packed);
        }
        self.is_begun |= !packed.is_empty();
        let n = self.decode(packed, sink);
        self.n_in += n as u64;
        n
    }

    fn finish(&mut self, sink: &mut dyn FnMut(&[u8])) -> bool {
        if self.fault.is_some() || self.is_over {
            return true;
        }
        if self.is_between {
            self.is_over = true;
            let next = std::mem::take(&mut self.next);
            self.tail.push(&next, self.n_in - next.len() as u64);
            return true;
        }
        // What is still to come out needs no further input.
        let n_before = self.decoder.total_out();
        self.decode(&[], sink);
        if self.is_between || self.fault.is_some() || self.decoder.total_out() > n_before {
            return false;
        }
        self.stop(self.n_in, &"it ends in the middle of a stream");
        true
    }

    fn fault(&self) -> Option<String> {
        self.fault.clone().or_else(|| self.tail.fault("bzip2"))
    }
}

impl Bunzip2 {
    /// Looks for the header of another stream: `BZh` and a digit.
    fn begin(&mut self, packed: &[u8]) -> usize {
        let n = packed.len().min(4 - self.next.len());
        self.next.extend_from_slice(&packed[..n]);
        self.n_in += n as u64;
        if self.next.len() < 4 {
            return n;
        }
        let next = std::mem::take(&mut self.next);
        if matches!(next[..], [b'B', b'Z', b'h', b'1'..=b'9']) {
            self.decoder = Decompress::new(false);
            self.is_between = false;
            self.decode(&next, &mut |_| ());
        } else {
            self.is_over = true;
            self.tail.push(&next, self.n_in - 4);
        }
        n
    }

    /// One step; answers how much of `packed` was taken.
    fn decode(&mut self, packed: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        self.out.resize(OUT_LEN, 0);
        let (n_in, n_out) = (self.decoder.total_in(), self.decoder.total_out());
        let status = self.decoder.decompress(packed, &mut self.out);
        let taken = (self.decoder.total_in() - n_in) as usize;
        let n_out = (self.decoder.total_out() - n_out) as usize;
        if n_out > 0 {
            sink(&self.out[..n_out]);
        }
        let at = self.n_in + taken as u64;
        match status {
            Ok(Status::StreamEnd) => self.is_between = true,
            Ok(Status::MemNeeded) => self.stop(at, &"there is not enough memory"),
            Ok(_) if taken == 0 && n_out == 0 && !packed.is_empty() => {
                self.stop(at, &"the decoder is stuck");
            }
            Ok(_) => {}
            Err(error) => self.stop(at, &error),
        }
        if self.fault.is_some() {
            packed.len()
        } else {
            taken
        }
    }

    fn stop(&mut self, at: u64, why: &dyn fmt::Display) {
        self.fault = Some(damaged("bzip2", at, why));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::unpack::tests::{check_laws, sample, unpack};
    use super::*;

    fn pack(text: &[u8]) -> Vec<u8> {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_stream_is_read_at_any_chunk_size() {
        let text = sample(60);
        let packed = [pack(&text[..500]), pack(&text[500..])].concat();
        check_laws(&|| Box::new(Bunzip2::default()), &packed, &text);
    }

    #[test]
    fn whole_blocks_before_the_damage_are_kept() {
        let text = sample(20_000);
        let packed = pack(&text);
        let (cut, fault) = unpack(
            &mut Bunzip2::default(),
            &packed[..packed.len() * 2 / 3],
            4096,
        );
        assert!(cut.len() > text.len() / 4 && text.starts_with(&cut));
        assert!(fault.is_some_and(|f| f.contains("byte")));
    }

    #[test]
    fn garbage_after_the_last_stream_is_said() {
        let packed = [pack(b"a line\n"), b"garbage".to_vec()].concat();
        let (text, fault) = unpack(&mut Bunzip2::default(), &packed, 5);
        assert_eq!(text, b"a line\n");
        assert!(fault.is_some());
        let padded = [pack(b"a line\n"), vec![0; 511]].concat();
        let found = unpack(&mut Bunzip2::default(), &padded, 100);
        assert_eq!(found, (b"a line\n".to_vec(), None));
    }
}
