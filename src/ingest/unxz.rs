//! xz bytes, in chunks → the content of all streams, in order (the .xz file format 1.2.1).

use std::fmt;

use lzma_rust2::{Action, Status, XzStream};

use super::unpack::{OUT_LEN, Unpack, WINDOW_CAP, damaged};

/// An xz decompressor.
pub struct Unxz {
    decoder: XzStream,
    out: Vec<u8>,
    is_over: bool,
    fault: Option<String>,
}

impl Default for Unxz {
    fn default() -> Self {
        // Beside the dictionary the decoder needs a few KiB.
        let cap_kib = (WINDOW_CAP >> 10) as u32 + 1024;
        Self {
            decoder: XzStream::new_mem_limit(true, cap_kib),
            out: Vec::new(),
            is_over: false,
            fault: None,
        }
    }
}

impl fmt::Debug for Unxz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unxz")
            .field("n_in", &self.decoder.total_in())
            .finish_non_exhaustive()
    }
}

impl Unpack for Unxz {
    fn push(&mut self, packed: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        self.step(packed, Action::Run, sink).0
    }

    fn finish(&mut self, sink: &mut dyn FnMut(&[u8])) -> bool {
        if self.decoder.total_in() == 0 {
            return true;
        }
        let (_, n_out) = self.step(&[], Action::Finish, sink);
        if self.is_over || self.fault.is_some() {
            return true;
        }
        if n_out == 0 {
            self.stop(&"it ends in the middle of a stream");
        }
        false
    }

    fn fault(&self) -> Option<String> {
        self.fault.clone()
    }
}

impl Unxz {
    /// Bytes taken and handed out.
    fn step(
        &mut self,
        packed: &[u8],
        action: Action,
        sink: &mut dyn FnMut(&[u8]),
    ) -> (usize, usize) {
        if self.fault.is_some() || self.is_over {
            return (packed.len(), 0);
        }
        self.out.resize(OUT_LEN, 0);
        let n_before = self.decoder.total_out();
        match self.decoder.process(packed, &mut self.out, action) {
            Ok(done) => {
                sink(&self.out[..done.bytes_produced]);
                self.is_over = done.status == Status::StreamEnd;
                if done.bytes_consumed == 0 && done.bytes_produced == 0 && !packed.is_empty() {
                    self.stop(&"the decoder is stuck");
                }
                (done.bytes_consumed, done.bytes_produced)
            }
            Err(error) => {
                // What the decoder wrote before it noticed is text as well.
                let n_out = ((self.decoder.total_out() - n_before) as usize).min(self.out.len());
                sink(&self.out[..n_out]);
                let needed = self.decoder.memory_usage().unwrap_or(0);
                if needed > self.decoder.mem_limit() {
                    let (needed, cap) = (needed >> 10, WINDOW_CAP >> 20);
                    self.stop(&format!(
                        "it needs {needed} MiB to be unpacked, the limit is {cap} MiB"
                    ));
                } else {
                    self.stop(&error);
                }
                (packed.len(), n_out)
            }
        }
    }

    fn stop(&mut self, why: &dyn fmt::Display) {
        self.fault = Some(damaged("xz", self.decoder.total_in(), why));
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
