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
}

impl LabelFile {
    pub(super) fn new(layout: Layout, byte_len: u64) -> Self {
        Self {
            reader: Some(Reader::new(layout)),
            n_read: 0,
            byte_len,
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
            self.stop();
            return;
        }
        self.n_read += bytes.len() as u64;
        if let Some(reader) = &mut self.reader {
            reader.push(bytes);
        }
    }

    /// Reads no further.
    pub(super) fn stop(&mut self) {
        self.byte_len = self.n_read;
    }

    /// Bytes so far.
    pub(super) fn n_read(&self) -> u64 {
        self.n_read
    }

    /// The labels, once.
    pub(super) fn take(&mut self) -> Labels {
        self.reader.take().map(Reader::finish).unwrap_or_default()
    }
}
