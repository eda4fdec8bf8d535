//! A run from files to report: the only module that knows the order of the stages.
//!
//! The caller does what the core may not: it reads bytes, owns the workers and carries messages. It asks [`Engine::next_task`]
//! for work, hands blocks to any [`Shard`](crate::shard::Shard) and summaries back, and after the last one asks the shards for
//! a survey. Natively and in the browser the same calls in the same order give the same report, whoever does the blocks.

mod alarms;
mod analysis;
mod change;
mod choice;
mod compare;
mod conclude;
mod evaluation;
mod export;
mod facets;
mod file;
mod filling;
mod identify;
mod input;
mod label_file;
mod merge;
mod open;
mod page;
mod query;
mod reread;
mod said;
mod settle;
mod similar;
mod stop;
mod stream;
mod suppress;
mod tasks;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use self::file::OpenFile;
use self::input::{Head, Input};
use self::open::ByTime;
use self::query::Query;
use self::said::Said;
use self::similar::Meanings;
use crate::base::ids::{FileId, MessageId, TemplateId};
use crate::error::Error;
use crate::evaluate::labels::Labels;
use crate::featurize::identifier::Identifier;
use crate::ingest::blocks::BLOCK_LEN;
use crate::ingest::container::Container;
use crate::ingest::text::TextReader;
use crate::protocol::Options;
use crate::report::findings::Findings;
use crate::shard::wire::{Setup, Summary};

pub use self::export::Exporter;
pub use self::facets::values;
pub use self::page::Page;
pub use self::query::RECORD_CAP;
pub use self::reread::{Reread, by_input};
pub use self::tasks::Task;

/// Bytes of a file that decide what it is.
pub const HEAD_LEN: u64 = 1 << 20;

/// The engine's state of one run.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each may be so whatever the others are"
)]
pub struct Engine {
    options: Options,
    block_len: u64,
    inputs: Vec<Input>,
    /// Files by length and hash of their beginning.
    twins: FxHashMap<(u64, u64), u32>,
    /// Beginnings of the first files in the order of time, from which it is told what ties records together.
    heads: BTreeMap<ByTime, Head>,
    /// Values that a table of labels names, of its beginning.
    labelled_ids: Vec<u64>,
    labels: Labels,
    identifiers: OnceCell<Vec<Identifier>>,
    /// The sessions were too many to be kept: the run cannot be worked out again.
    is_spent: bool,
    /// The inputs in the order in which they are read, and how many have been.
    queue: Vec<u32>,
    n_begun: usize,
    /// Reading was ended by hand: inputs that were not begun stay as they are.
    is_stopped: bool,
    /// The texts found in them, in the order in which they are read.
    files: Vec<OpenFile>,
    waiting: BTreeMap<(u32, u32), Summary>,
    merging: usize,
    left_out: Vec<String>,
    /// What all of them say, in the order of reading.
    read: Said,
    is_read_finished: bool,
    /// Texts that are shown, in the order of time.
    order: Vec<u32>,
    /// What those say, where it is not all or the order is another.
    rearranged: Option<Said>,
    /// What each message that was read is called in what is shown.
    names: Vec<MessageId>,
    is_settled: bool,
    /// Number of each text in the report.
    places: Vec<Option<u32>>,
    /// Texts that were left out by hand, the last at the end.
    undo: Vec<Vec<u32>>,
    findings: Option<Findings>,
    meanings: Option<Meanings>,
    query: Option<Query>,
}

impl Engine {
    /// A run with these choices.
    ///
    /// # Errors
    /// [`Error::Params`] naming the first option that is out of range.
    pub fn new(options: Options) -> Result<Self, Error> {
        Self::with_block_len(options, BLOCK_LEN)
    }

    /// As [`Engine::new`] with blocks of another length, so that tests reach borders with little text.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn with_block_len(options: Options, block_len: u64) -> Result<Self, Error> {
        change::check(&options)?;
        Ok(Self {
            options,
            block_len: block_len.max(1),
            inputs: Vec::new(),
            twins: FxHashMap::default(),
            heads: BTreeMap::new(),
            labelled_ids: Vec::new(),
            labels: Labels::default(),
            identifiers: OnceCell::new(),
            is_spent: false,
            queue: Vec::new(),
            n_begun: 0,
            is_stopped: false,
            files: Vec::new(),
            waiting: BTreeMap::new(),
            merging: 0,
            left_out: Vec::new(),
            read: Said::default(),
            is_read_finished: false,
            order: Vec::new(),
            rearranged: None,
            names: Vec::new(),
            is_settled: false,
            places: Vec::new(),
            undo: Vec::new(),
            findings: None,
            meanings: None,
            query: None,
        })
    }

    /// What every shard must know before its first block.
    #[must_use]
    pub fn setup(&self) -> Setup {
        Setup {
            block_len: self.block_len,
            identifiers: self.identifiers().to_vec(),
        }
    }

    /// The text with this number in the report.
    fn file(&self, place: FileId) -> Option<&OpenFile> {
        let key = *self.order.get(place.index())?;
        self.files.get(key as usize)
    }

    /// The number by which a text of the report went while it was read.
    #[must_use]
    pub fn read_as(&self, place: FileId) -> Option<FileId> {
        self.order.get(place.index()).copied().map(FileId)
    }

    /// The file that a text of the report stands in, counted in the order in which files were opened.
    #[must_use]
    pub fn input_of(&self, place: FileId) -> Option<u32> {
        self.file(place).map(|file| file.input)
    }

    /// Text of a template.
    #[must_use]
    pub fn template(&self, id: TemplateId) -> String {
        self.said().miner().text(id)
    }

    /// A reader of text as the run reads it: what gives places of a packed file again.
    #[must_use]
    pub fn text_reader(&self) -> TextReader {
        TextReader::default().or_latin1(self.options.is_latin1)
    }

    /// How a file is packed, counted in the order in which files were opened.
    #[must_use]
    pub fn container(&self, input: u32) -> Option<Container> {
        self.inputs.get(input as usize).map(|input| input.container)
    }
}
