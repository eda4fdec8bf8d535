//! Text of packed files, unpacked again.

use wasm_bindgen::prelude::*;

use crate::ingest::forward::Forward;
use crate::ingest::text::TextReader;
use crate::session::Reread;
use crate::shard::question::TextRange;

/// Packed bytes as they come from the page.
#[derive(Debug, Default)]
struct Packed {
    bytes: Vec<u8>,
    n_used: usize,
    is_last: bool,
}

impl Packed {
    fn feed(&mut self, bytes: &[u8], is_last: bool) {
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
        self.n_used = 0;
        self.is_last = is_last;
    }

    /// Lets `reader` take what it needs of the bytes that are left; it is told whether the file ends with them.
    fn read<T>(&mut self, reader: impl FnOnce(&mut &[u8], bool) -> T) -> T {
        let mut rest = &self.bytes[self.n_used..];
        let read = reader(&mut rest, self.is_last);
        self.n_used = self.bytes.len() - rest.len();
        read
    }
}

/// Text of a packed file at places that move forward.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ForwardText {
    forward: Forward,
    packed: Packed,
}

impl ForwardText {
    pub(super) fn new(reader: TextReader) -> Self {
        Self {
            forward: Forward::new(reader),
            packed: Packed::default(),
        }
    }
}

#[wasm_bindgen]
impl ForwardText {
    /// Whether the text from this place on is still to be had.
    #[wasm_bindgen(js_name = reachesBack)]
    #[must_use]
    pub fn reaches_back(&self, offset: f64) -> bool {
        self.forward.reaches_back(offset as u64)
    }

    /// Feeds packed bytes from the beginning of the file on; `is_last`: the file ends with them.
    pub fn feed(&mut self, packed: &[u8], is_last: bool) {
        self.packed.feed(packed, is_last);
    }

    /// Works on until the text up to `end` is held and lets go of what lies before `offset`; `false`: it needs more bytes.
    pub fn seek(&mut self, offset: f64, end: f64) -> bool {
        let forward = &mut self.forward;
        self.packed
            .read(|rest, is_last| forward.seek(offset as u64, end as u64, rest, is_last))
    }

    /// The text at a place.
    #[must_use]
    pub fn text(&self, offset: f64, byte_len: u32) -> Vec<u8> {
        let offset = offset as u64;
        self.forward
            .text(offset, offset + u64::from(byte_len))
            .to_vec()
    }
}

/// Unpacks a file again to search it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Rereader {
    again: Reread,
    wanted: Vec<(u32, TextRange)>,
    packed: Packed,
    next: Option<(TextRange, Vec<u8>)>,
}

impl Rereader {
    /// Finds the ranges wanted, each with the shard that searches it.
    pub(super) fn new(reader: TextReader, wanted: Vec<(u32, TextRange)>) -> Self {
        let ranges = wanted.iter().map(|(_, range)| *range).collect();
        Self {
            again: Reread::new(reader, ranges),
            wanted,
            packed: Packed::default(),
            next: None,
        }
    }
}

#[wasm_bindgen]
impl Rereader {
    /// Feeds packed bytes from the beginning of the file on; `is_last`: the file ends with them.
    pub fn feed(&mut self, packed: &[u8], is_last: bool) {
        self.packed.feed(packed, is_last);
    }

    /// Works on to the next range, and names it as [`ShardWorker::wanted_text`] does; empty: more bytes are needed.
    pub fn advance(&mut self) -> Vec<f64> {
        let again = &mut self.again;
        self.next = self.packed.read(|rest, is_last| again.next(rest, is_last));
        self.next.as_ref().map_or_else(Vec::new, |(range, _)| {
            let (file, block) = (f64::from(range.file.0), f64::from(range.block));
            vec![file, block, range.start as f64, range.end as f64]
        })
    }

    /// The shard that searches the range.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn shard(&self) -> u32 {
        let wanted = self.wanted.iter();
        let is_it =
            |entry: &&(u32, TextRange)| Some(entry.1) == self.next.as_ref().map(|next| next.0);
        wanted.clone().find(is_it).map_or(0, |entry| entry.0)
    }

    /// Its text; given once.
    #[wasm_bindgen(js_name = takeText)]
    #[must_use]
    pub fn take_text(&mut self) -> Vec<u8> {
        self.next.take().map(|(_, text)| text).unwrap_or_default()
    }

    /// Whether all ranges have been given out.
    #[wasm_bindgen(getter, js_name = isDone)]
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.again.is_done()
    }
}
