//! A table of labels among the files of a run, read from the front.

use crate::evaluate::labels::{Labels, Layout, Reader};

/// Bytes read at a time.
const READ_LEN: u64 = 4 << 20;

/// A table of labels that is being read.
#[derive(Debug)]
pub(super) struct LabelFile {
    reader: Option<Reader>,
    n_read: u64,
    byte_len: u64,
    n_newlines: u64,
    is_line_open: bool,
}

impl LabelFile {
    pub(super) fn new(layout: Layout, byte_len: u64) -> Self {
        Self {
            reader: Some(Reader::new(layout)),
            n_read: 0,
            byte_len,
            n_newlines: 0,
            is_line_open: false,
        }
    }

    /// Which bytes come next; `None` at the end.
    pub(super) fn wanted(&self) -> Option<(u64, u64)> {
        (self.n_read < self.byte_len)
            .then(|| (self.n_read, READ_LEN.min(self.byte_len - self.n_read)))
    }

    /// Takes the bytes wanted; fewer mean that the file ends there.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            self.byte_len = self.n_read;
            return;
        }
        self.n_read += bytes.len() as u64;
        self.n_newlines += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.is_line_open = bytes.last() != Some(&b'\n');
        if let Some(reader) = &mut self.reader {
            reader.push(bytes);
        }
    }

    /// Bytes and line feeds so far, and whether the last line is open.
    pub(super) fn read(&self) -> (u64, u64, bool) {
        (self.n_read, self.n_newlines, self.is_line_open)
    }

    /// The labels, once.
    pub(super) fn take(&mut self) -> Labels {
        self.reader.take().map(Reader::finish).unwrap_or_default()
    }
}
