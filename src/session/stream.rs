//! A file that must be read from the front → blocks cut at records: containers, other encodings, CSV, JSON arrays.

use std::collections::VecDeque;

use crate::base::ids::FileId;
use crate::ingest::blocks::{Cut, Cutter};
use crate::ingest::text::TextReader;
use crate::ingest::unpack::Unpack;
use crate::parse::{Parser, Shape};
use crate::shard::boundary;
use crate::shard::wire::BlockJob;

/// Bytes read at a time.
const READ_LEN: u64 = 4 << 20;

/// What happens between a file's bytes and its blocks.
#[derive(Debug)]
pub(super) struct Stream {
    cutter: Cutter,
    reader: TextReader,
    /// Tells lines that continue a record, where lines are records.
    parser: Option<Parser>,
    n_read: u64,
    byte_len: u64,
    /// Bytes that were read and not yet worked on: a few can stand for a lot of text, which is unpacked as it is asked for.
    fed: Vec<u8>,
    n_worked: usize,
    /// All of the file has been read.
    is_ended: bool,
    /// All of its text has been cut.
    is_finished: bool,
    cuts: VecDeque<Cut>,
}

impl Stream {
    pub(super) fn new(
        reader: TextReader,
        shape: &Shape,
        parser: Parser,
        byte_len: u64,
        block_len: u64,
    ) -> Self {
        Self {
            cutter: Cutter::new(boundary(shape), block_len),
            reader,
            parser: matches!(shape, Shape::Lines | Shape::Pattern(_)).then_some(parser),
            n_read: 0,
            byte_len,
            fed: Vec::new(),
            n_worked: 0,
            is_ended: false,
            is_finished: false,
            cuts: VecDeque::new(),
        }
    }

    /// The next block, as number `block` of the file, with its text.
    pub(super) fn next_block(&mut self, file: FileId, block: u32) -> Option<(BlockJob, Vec<u8>)> {
        while self.cuts.is_empty() && self.work() {}
        let cut = self.cuts.pop_front()?;
        let job = BlockJob {
            file,
            block,
            start: cut.start,
            end: cut.start + cut.bytes.len() as u64,
            is_exact: true,
            is_line_shared: cut.is_line_shared,
            n_passed: cut.n_passed,
        };
        Some((job, cut.bytes))
    }

    /// Offset and number of the bytes to read next; `None` at the end of the file.
    pub(super) fn wanted(&self) -> Option<(u64, u64)> {
        (!self.is_ended).then_some((self.n_read, READ_LEN))
    }

    /// Whether all blocks have been taken.
    pub(super) fn is_done(&self) -> bool {
        self.is_finished && self.cuts.is_empty()
    }

    /// Bytes of the file that have been read.
    pub(super) fn n_read(&self) -> u64 {
        self.n_read
    }

    /// Whether more text stands in the file than may come out of it.
    pub(super) fn is_over_budget(&self) -> bool {
        self.reader.is_over_budget()
    }

    /// What is wrong with the file, if anything.
    pub(super) fn fault(&self) -> Option<String> {
        let shape = || self.cutter.fault().filter(|_| self.is_finished);
        self.reader.fault().or_else(shape)
    }

    /// What else there is to know of it.
    pub(super) fn notes(&self) -> Vec<String> {
        self.reader.notes()
    }

    /// Takes the bytes wanted; fewer mean that the file ends there.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.n_read += bytes.len() as u64;
        self.is_ended = (bytes.len() as u64) < READ_LEN || self.n_read >= self.byte_len;
        self.fed.drain(..self.n_worked);
        self.n_worked = 0;
        self.fed.extend_from_slice(bytes);
    }

    /// A step; `false` when there is nothing to work on.
    fn work(&mut self) -> bool {
        if self.is_finished || (self.n_worked == self.fed.len() && !self.is_ended) {
            return false;
        }
        let Self {
            cutter,
            reader,
            parser,
            cuts,
            ..
        } = self;
        let continues = |line: &[u8]| parser.as_ref().is_some_and(|p| p.is_continuation(line));
        let mut cut = |text: &[u8]| cutter.push(text, continues, cuts);
        if self.n_worked < self.fed.len() {
            let rest = &self.fed[self.n_worked..];
            self.n_worked += reader.push(&rest[..rest.len().min(1 << 20)], &mut cut);
            // What is over the budget need not be read.
            self.is_ended |= reader.is_over_budget();
        } else if reader.finish(&mut cut) {
            cutter.finish(cuts);
            self.is_finished = true;
            self.fed = Vec::new();
            self.n_worked = 0;
        }
        true
    }
}
