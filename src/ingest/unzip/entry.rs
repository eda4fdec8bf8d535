//! One entry of a zip archive: how it is packed, and how far it has been unpacked.

use flate2::{Decompress, FlushDecompress, Status};

use super::super::unpack::{OUT_LEN, Unpack};

/// How an entry's content is packed.
#[derive(Debug)]
pub(super) enum Method {
    Stored,
    Deflate(Box<Decompress>),
    Other(Box<dyn Unpack>),
}

/// An entry whose content is being read.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) method: Method,
    /// Bytes of packed content to go, where that is said before it.
    pub(super) left: Option<u64>,
    /// Its checksum and length are said behind it.
    pub(super) has_descriptor: bool,
    pub(super) has_zip64: bool,
    pub(super) crc: u32,
    pub(super) byte_len: u64,
    pub(super) n_packed: u64,
    pub(super) hasher: crc32fast::Hasher,
    pub(super) n_out: u64,
    /// What was unpacked and not yet taken.
    pub(super) out: Vec<u8>,
    pub(super) n_taken: usize,
    pub(super) phase: Phase,
}

/// How far an entry's content has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Reading,
    /// It has ended.
    Over,
    /// It cannot be read on; what is said of its length and checksum says nothing any more.
    Broken,
}

/// What came of one step.
pub(super) struct Step {
    pub(super) taken: usize,
    pub(super) is_over: bool,
    pub(super) fault: Option<String>,
}

impl Method {
    /// Unpacks some of `packed` into `out`.
    pub(super) fn step(&mut self, packed: &[u8], is_last: bool, out: &mut Vec<u8>) -> Step {
        let (taken, is_over, fault) = match self {
            Self::Stored => {
                let n = packed.len().min(OUT_LEN);
                out.extend_from_slice(&packed[..n]);
                (n, n == 0, None)
            }
            Self::Deflate(inflate) => {
                out.resize(OUT_LEN, 0);
                let (n_in, n_out) = (inflate.total_in(), inflate.total_out());
                let status = inflate.decompress(packed, out, FlushDecompress::None);
                out.truncate((inflate.total_out() - n_out) as usize);
                let taken = (inflate.total_in() - n_in) as usize;
                let is_stuck = taken == 0 && out.is_empty() && !packed.is_empty();
                match status {
                    Ok(Status::StreamEnd) => (taken, true, None),
                    Ok(_) if is_stuck => (taken, true, Some("the decoder is stuck".to_owned())),
                    Ok(_) => (taken, false, None),
                    Err(error) => (taken, true, Some(error.to_string())),
                }
            }
            Self::Other(unpacker) => {
                let mut keep = |part: &[u8]| out.extend_from_slice(part);
                if packed.is_empty() && is_last {
                    let is_over = unpacker.finish(&mut keep);
                    (0, is_over, unpacker.fault().filter(|_| is_over))
                } else {
                    (unpacker.push(packed, &mut keep), false, None)
                }
            }
        };
        Step {
            taken,
            is_over,
            fault,
        }
    }
}

/// Why an entry of this method is not read.
pub(super) fn unreadable(method: u16) -> String {
    let name = match method {
        1 => "shrink",
        2..=5 => "reduce",
        6 => "implode",
        9 => "deflate64",
        14 => "LZMA",
        98 => "PPMd",
        99 => return "encrypted".to_owned(),
        _ => return format!("packed by method {method}, which is not read"),
    };
    format!("packed with {name}, which is not read")
}
