//! xz bytes, in chunks → the content of all streams, in order (the .xz file format 1.2.1).

use std::fmt;

use lzma_rust2::{Action, Status, XzStream};

use super::unpack::{OUT_LEN, Tail, Unpack, WINDOW_CAP, damaged};

/// Packed bytes fed at a time. What the decoder finds in the step in which it fails is lost, so steps are short, and they begin
/// at the same places however the bytes are cut.
const STEP: usize = 64;
/// What a stream begins with.
const MAGIC: &[u8] = b"\xfd7zXZ\0";

/// An xz decompressor.
pub struct Unxz {
    decoder: XzStream,
    held: Vec<u8>,
    /// Bytes held that the decoder has taken.
    n_taken: usize,
    out: Vec<u8>,
    n_in: u64,
    /// A stream has ended; zeros and another stream may follow.
    is_between: bool,
    tail: Tail,
    is_over: bool,
    fault: Option<String>,
}

impl Default for Unxz {
    fn default() -> Self {
        Self {
            decoder: decoder(),
            held: Vec::new(),
            n_taken: 0,
            out: Vec::new(),
            n_in: 0,
            is_between: false,
            tail: Tail::default(),
            is_over: false,
            fault: None,
        }
    }
}

/// A decoder of one stream.
fn decoder() -> XzStream {
    // Beside the dictionary it needs a few KiB.
    XzStream::new_mem_limit(false, (WINDOW_CAP >> 10) as u32 + 1024)
}

impl fmt::Debug for Unxz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unxz")
            .field("n_in", &self.n_in)
            .finish_non_exhaustive()
    }
}

impl Unpack for Unxz {
    fn push(&mut self, packed: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        if self.fault.is_some() {
            return packed.len();
        }
        if self.is_over {
            self.tail.push(packed, self.n_in);
            self.n_in += packed.len() as u64;
            return packed.len();
        }
        let wanted = if self.is_between { MAGIC.len() } else { STEP };
        if self.held.len() >= wanted {
            self.advance(sink);
            return 0;
        }
        let mut n = 0;
        if self.is_between && self.held.is_empty() {
            n = packed.iter().take_while(|&&byte| byte == 0).count();
        }
        if n == 0 {
            n = packed.len().min(wanted - self.held.len());
            self.held.extend_from_slice(&packed[..n]);
        }
        self.n_in += n as u64;
        n
    }

    fn finish(&mut self, sink: &mut dyn FnMut(&[u8])) -> bool {
        if self.fault.is_some() || self.is_over || self.n_in == 0 {
            return true;
        }
        if !self.held.is_empty() {
            self.advance(sink);
            return false;
        }
        if self.is_between {
            return true;
        }
        let n_out = self.step(&[], Action::Finish, sink).1;
        if !self.is_between && self.fault.is_none() && n_out == 0 {
            self.stop(&"it ends in the middle of a stream");
        }
        false
    }

    fn fault(&self) -> Option<String> {
        self.fault.clone().or_else(|| self.tail.fault("xz"))
    }
}

impl Unxz {
    /// Works on what is held.
    fn advance(&mut self, sink: &mut dyn FnMut(&[u8])) {
        if !self.is_between {
            self.work(sink);
        } else if self.held.starts_with(MAGIC) {
            self.decoder = decoder();
            self.is_between = false;
        } else {
            self.is_over = true;
            let held = std::mem::take(&mut self.held);
            self.tail.push(&held, self.n_in - held.len() as u64);
        }
    }

    /// A step on what is held.
    fn work(&mut self, sink: &mut dyn FnMut(&[u8])) {
        let held = std::mem::take(&mut self.held);
        self.n_taken += self.step(&held[self.n_taken..], Action::Run, sink).0;
        self.held = held;
        if self.is_between {
            // What is left is not of the stream that has ended.
            let rest = self.held.split_off(self.n_taken.min(self.held.len()));
            self.n_in -= rest.len() as u64;
            self.held.clear();
            self.n_taken = 0;
            let mut rest = &rest[..];
            while !rest.is_empty() && self.fault.is_none() {
                rest = &rest[self.push(rest, sink)..];
            }
            return;
        }
        if self.n_taken >= self.held.len() {
            self.held.clear();
            self.n_taken = 0;
        }
    }

    /// Bytes taken and handed out.
    fn step(
        &mut self,
        packed: &[u8],
        action: Action,
        sink: &mut dyn FnMut(&[u8]),
    ) -> (usize, usize) {
        self.out.resize(OUT_LEN, 0);
        match self.decoder.process(packed, &mut self.out, action) {
            Ok(done) => {
                sink(&self.out[..done.bytes_produced]);
                self.is_between = done.status == Status::StreamEnd;
                let is_idle = done.bytes_consumed == 0 && done.bytes_produced == 0;
                if is_idle && !self.is_between && !packed.is_empty() {
                    self.stop(&"the decoder is stuck");
                }
                (done.bytes_consumed, done.bytes_produced)
            }
            Err(error) => {
                let needed = self.decoder.memory_usage().unwrap_or(0);
                if needed > self.decoder.mem_limit() {
                    let (needed, cap) = (needed >> 10, WINDOW_CAP >> 20);
                    self.stop(&format!(
                        "it needs {needed} MiB to be unpacked, the limit is {cap} MiB"
                    ));
                } else {
                    self.stop(&error);
                }
                (packed.len(), 0)
            }
        }
    }

    fn stop(&mut self, why: &dyn fmt::Display) {
        self.fault = Some(damaged("xz", self.n_in, why));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use lzma_rust2::{XzOptions, XzWriter};

    use super::super::unpack::tests::{check_laws, sample, unpack};
    use super::*;

    fn pack(text: &[u8]) -> Vec<u8> {
        let mut writer = XzWriter::new(Vec::new(), XzOptions::with_preset(1)).unwrap();
        writer.write_all(text).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn every_stream_is_read_at_any_chunk_size() {
        let text = sample(60);
        let packed = [pack(&text[..500]), vec![0; 8], pack(&text[500..])].concat();
        check_laws(&|| Box::new(Unxz::default()), &packed, &text);
    }

    #[test]
    fn what_precedes_the_damage_is_kept() {
        let text = sample(20_000);
        let packed = pack(&text);
        let (cut, fault) = unpack(&mut Unxz::default(), &packed[..packed.len() / 2], 4096);
        assert!(
            cut.len() > text.len() / 4 && text.starts_with(&cut),
            "{}",
            cut.len()
        );
        assert!(fault.is_some_and(|f| f.contains("byte")));
    }

    #[test]
    fn a_dictionary_that_does_not_fit_is_refused_and_garbage_is_said() {
        let mut packed = pack(b"a line\n");
        // The dictionary's size stands behind the filter's id and the length of its properties.
        assert_eq!(packed[14..16], [0x21, 1]);
        packed[16] = 40;
        let crc = crc32fast::hash(&packed[12..20]).to_le_bytes();
        packed[20..24].copy_from_slice(&crc);
        let (text, fault) = unpack(&mut Unxz::default(), &packed, 100);
        assert_eq!(text, b"");
        assert!(
            fault
                .as_ref()
                .is_some_and(|f| f.contains("the limit is 128 MiB")),
            "{fault:?}"
        );
        let packed = [pack(b"a line\n"), b"garbage".to_vec()].concat();
        let (text, fault) = unpack(&mut Unxz::default(), &packed, 5);
        assert_eq!(text, b"a line\n");
        assert!(fault.is_some());
    }
}
