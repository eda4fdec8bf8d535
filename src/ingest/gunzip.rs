//! gzip bytes, in chunks → the content of all members, in order (RFC 1952).
//!
//! The frame around the deflate data is read here, so that what is wrong can be told apart: data that ends too early, a
//! checksum or a length that does not fit, something else behind the last member.

use flate2::{Decompress, FlushDecompress, Status};

use super::unpack::{OUT_LEN, Tail, Unpack, damaged};

const CRC_FLAG: u8 = 2;
const EXTRA_FLAG: u8 = 4;
const NAME_FLAG: u8 = 8;
const COMMENT_FLAG: u8 = 16;

/// Where in a member the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In the ten bytes that every member begins with.
    Header,
    /// In the length of the extra field.
    ExtraLen,
    /// In bytes that are passed over.
    Skip(u16),
    /// In a text that a NUL ends: name, comment.
    Text,
    Deflate,
    Trailer,
    /// Nothing more is understood.
    Over,
}

/// A gzip decompressor.
#[derive(Debug)]
pub struct Gunzip {
    state: State,
    inflate: Decompress,
    /// Flags of the header whose parts are still to come.
    flags: u8,
    held: Vec<u8>,
    hasher: crc32fast::Hasher,
    n_out: u64,
    n_in: u64,
    n_members: u64,
    out: Vec<u8>,
    tail: Tail,
    fault: Option<String>,
}

impl Default for Gunzip {
    fn default() -> Self {
        Self {
            state: State::Header,
            inflate: Decompress::new(false),
            flags: 0,
            held: Vec::new(),
            hasher: crc32fast::Hasher::new(),
            n_out: 0,
            n_in: 0,
            n_members: 0,
            out: Vec::new(),
            tail: Tail::default(),
            fault: None,
        }
    }
}

impl Unpack for Gunzip {
    fn push(&mut self, packed: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        let n = match self.state {
            State::Header => self.hold(packed, 10),
            State::ExtraLen => self.hold(packed, 2),
            State::Skip(left) => {
                let n = packed.len().min(usize::from(left));
                self.state = State::Skip(left - n as u16);
                if n == usize::from(left) {
                    self.next_part();
                }
                n
            }
            State::Text => match memchr::memchr(0, packed) {
                Some(end) => {
                    self.next_part();
                    end + 1
                }
                None => packed.len(),
            },
            State::Deflate => self.inflate(packed, sink),
            State::Trailer => self.hold(packed, 8),
            State::Over => {
                if self.fault.is_none() {
                    self.tail.push(packed, self.n_in);
                }
                packed.len()
            }
        };
        self.n_in += n as u64;
        match (self.state, self.held.len()) {
            (State::Header, 10) => self.begin(),
            (State::ExtraLen, 2) => {
                self.state = State::Skip(u16::from_le_bytes([self.held[0], self.held[1]]));
                self.held.clear();
                if self.state == State::Skip(0) {
                    self.next_part();
                }
            }
            (State::Trailer, 8) => self.end(),
            _ => {}
        }
        n
    }

    fn finish(&mut self, sink: &mut dyn FnMut(&[u8])) -> bool {
        match self.state {
            State::Over => true,
            State::Header if self.n_members > 0 || self.held.is_empty() => {
                self.tail
                    .push(&self.held, self.n_in - self.held.len() as u64);
                self.state = State::Over;
                true
            }
            State::Deflate => {
                // What is still to come out needs no further input.
                let n_before = self.n_out;
                self.inflate(&[], sink);
                if self.state == State::Deflate && self.n_out == n_before {
                    self.stop(&"it ends in the middle of a member");
                }
                false
            }
            _ => {
                self.stop(&"it ends in the middle of a member");
                true
            }
        }
    }

    fn fault(&self) -> Option<String> {
        self.fault.clone().or_else(|| self.tail.fault("gzip"))
    }
}

impl Gunzip {
    fn hold(&mut self, packed: &[u8], wanted: usize) -> usize {
        let n = packed.len().min(wanted - self.held.len());
        self.held.extend_from_slice(&packed[..n]);
        n
    }

    /// Begins a member, if it is one.
    fn begin(&mut self) {
        if !self.held.starts_with(b"\x1f\x8b\x08") {
            self.tail.push(&self.held, self.n_in - 10);
            self.state = State::Over;
            return;
        }
        self.flags = self.held[3] & (CRC_FLAG | EXTRA_FLAG | NAME_FLAG | COMMENT_FLAG);
        self.held.clear();
        self.next_part();
    }

    /// Goes on to the next part of the header that its flags announce, or to the data.
    fn next_part(&mut self) {
        for (flag, state) in [
            (EXTRA_FLAG, State::ExtraLen),
            (NAME_FLAG, State::Text),
            (COMMENT_FLAG, State::Text),
            (CRC_FLAG, State::Skip(2)),
        ] {
            if self.flags & flag != 0 {
                self.flags &= !flag;
                self.state = state;
                return;
            }
        }
        self.inflate.reset(false);
        self.hasher.reset();
        self.n_out = 0;
        self.state = State::Deflate;
    }

    /// A step; answers how much of `packed` was taken.
    fn inflate(&mut self, packed: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        self.out.resize(OUT_LEN, 0);
        let (n_in, n_out) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self
            .inflate
            .decompress(packed, &mut self.out, FlushDecompress::None);
        let taken = (self.inflate.total_in() - n_in) as usize;
        let text = &self.out[..(self.inflate.total_out() - n_out) as usize];
        self.hasher.update(text);
        self.n_out += text.len() as u64;
        if !text.is_empty() {
            sink(text);
        }
        match status {
            Ok(Status::StreamEnd) => self.state = State::Trailer,
            Ok(_) if taken > 0 || self.inflate.total_out() > n_out || packed.is_empty() => {}
            Ok(_) => self.stop(&"the decoder is stuck"),
            Err(error) => {
                self.n_in += taken as u64;
                self.stop(&error);
                self.n_in -= taken as u64;
                return packed.len();
            }
        }
        taken
    }

    /// Compares what came out of a member with what is said of it at its end.
    fn end(&mut self) {
        let said = |at: usize| {
            u32::from_le_bytes([
                self.held[at],
                self.held[at + 1],
                self.held[at + 2],
                self.held[at + 3],
            ])
        };
        let (crc, byte_len) = (said(0), said(4));
        let wrong = if crc != self.hasher.clone().finalize() {
            Some("checksum")
        } else if byte_len != self.n_out as u32 {
            Some("length")
        } else {
            None
        };
        if let Some(what) = wrong {
            let at = self.n_in;
            self.fault.get_or_insert(format!(
                "the {what} of the gzip data before byte {at} is wrong: some of the text may not be what was packed"
            ));
        }
        self.held.clear();
        self.n_members += 1;
        self.state = State::Header;
    }

    fn stop(&mut self, why: &dyn std::fmt::Display) {
        self.fault.get_or_insert(damaged("gzip", self.n_in, why));
        self.state = State::Over;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

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

    #[test]
    fn what_is_said_at_the_end_is_checked_and_members_after_it_are_read() {
        let mut packed = pack(b"a line\n");
        let at = packed.len() - 8;
        packed[at] ^= 1;
        let packed = [packed, pack(b"another\n")].concat();
        let (text, fault) = unpack(&mut Gunzip::default(), &packed, 5);
        assert_eq!(text, b"a line\nanother\n");
        assert!(fault.is_some_and(|f| f.contains("checksum")));
    }

    #[test]
    fn a_header_may_have_many_parts() {
        let packed = pack(b"a line\n");
        let parts = b"\x03\0abcname\0comment\0\xaa\xbb";
        let packed = [&packed[..3], &[30], &packed[4..10], parts, &packed[10..]].concat();
        check_laws(&|| Box::new(Gunzip::default()), &packed, b"a line\n");
    }
}
