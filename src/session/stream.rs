//! A file that must be read from the front → blocks cut at records: containers, CSV, JSON arrays.

use std::collections::VecDeque;

use crate::base::ids::FileId;
use crate::ingest::blocks::{Cut, Cutter};
use crate::ingest::container::Container;
use crate::ingest::gunzip::Gunzip;
use crate::parse::{Parser, Shape};
use crate::shard::boundary;
use crate::shard::wire::BlockJob;

/// Bytes read at a time.
const READ_LEN: u64 = 4 << 20;

/// What happens between a file's bytes and its blocks.
#[derive(Debug)]
pub(super) struct Stream {
    cutter: Cutter,
    gunzip: Option<Gunzip>,
    /// Tells lines that continue a record, where lines are records.
    parser: Option<Parser>,
    n_read: u64,
    byte_len: u64,
    is_ended: bool,
    cuts: VecDeque<Cut>,
}

impl Stream {
    pub(super) fn new(
        container: Container,
        shape: &Shape,
        parser: Parser,
        byte_len: u64,
        block_len: u64,
    ) -> Self {
        Self {
            cutter: Cutter::new(boundary(shape), block_len),
            gunzip: (container == Container::Gzip).then(Gunzip::default),
            parser: matches!(shape, Shape::Lines).then_some(parser),
            n_read: 0,
            byte_len,
            is_ended: false,
            cuts: VecDeque::new(),
        }
    }

    /// The next block, as number `block` of the file, with its text.
    pub(super) fn next_block(&mut self, file: FileId, block: u32) -> Option<(BlockJob, Vec<u8>)> {
        let cut = self.cuts.pop_front()?;
        let job = BlockJob {
            file,
            block,
            start: cut.start,
            end: cut.start + cut.bytes.len() as u64,
            is_exact: true,
            is_line_shared: cut.is_line_shared,
        };
        Some((job, cut.bytes))
    }

    /// Offset and number of the bytes to read next; `None` at the end of the file.
    pub(super) fn wanted(&self) -> Option<(u64, u64)> {
        (!self.is_ended).then_some((self.n_read, READ_LEN))
    }

    /// Whether all blocks have been taken.
    pub(super) fn is_done(&self) -> bool {
        self.is_ended && self.cuts.is_empty()
    }

    /// What is wrong with the container, if anything.
    pub(super) fn fault(&self) -> Option<&str> {
        self.gunzip.as_ref().and_then(Gunzip::fault)
    }

    /// Takes the bytes wanted; fewer mean that the file ends there.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.n_read += bytes.len() as u64;
        self.is_ended = (bytes.len() as u64) < READ_LEN || self.n_read >= self.byte_len;
        let Self {
            cutter,
            gunzip,
            parser,
            cuts,
            ..
        } = self;
        let continues = |line: &[u8]| parser.as_ref().is_some_and(|p| p.is_continuation(line));
        let mut cut = |text: &[u8]| cutter.push(text, continues, cuts);
        match gunzip {
            None => cut(bytes),
            Some(gunzip) => {
                gunzip.push(bytes, &mut cut);
                if self.is_ended {
                    gunzip.finish(&mut cut);
                }
            }
        }
        if self.is_ended {
            cutter.finish(cuts);
        }
    }
}
