//! One text of a run, which is a lane of the answer: its blocks, and what they add up to.
//!
//! What a lane adds up to is kept apart from the others, so that lanes can be put in order or left out afterwards without
//! reading anything again.

use rustc_hash::FxHashMap;

use crate::base::time::Timestamp;
use crate::featurize::tally::Tally;
use crate::mine::messages::Message;
use crate::mine::slot::SlotKind;
use crate::parse::Level;
use crate::report::findings::FileFindings;
use crate::shard::wire::{FileSetup, Summary};

/// What a lane says of a distinct message.
#[derive(Debug)]
pub(super) struct Said {
    /// Index among the distinct messages of all lanes that were read.
    pub(super) pooled: u32,
    /// What its variables are by its first record in this lane, where that is not what they are in the pool.
    pub(super) slots: Option<Vec<SlotKind>>,
    pub(super) n_records: u32,
    pub(super) level: Option<Level>,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
}

/// A lane.
#[derive(Debug)]
pub(super) struct OpenFile {
    /// The file it stands in.
    pub(super) input: u32,
    pub(super) setup: FileSetup,
    pub(super) n_handed: u32,
    pub(super) n_merged: u32,
    /// Blocks, once that is known.
    pub(super) n_blocks: Option<u32>,
    /// Line feeds before each merged block.
    pub(super) line_base: Vec<u64>,
    /// It was left out by hand.
    pub(super) is_hidden: bool,
    pub(super) findings: FileFindings,
    pub(super) tally: Tally,
    /// By first appearance.
    pub(super) said: Vec<Said>,
    said_idx: FxHashMap<u32, u32>,
}

impl OpenFile {
    pub(super) fn new(
        input: u32,
        setup: FileSetup,
        n_blocks: Option<u32>,
        findings: FileFindings,
    ) -> Self {
        Self {
            input,
            setup,
            n_handed: 0,
            n_merged: 0,
            n_blocks,
            line_base: Vec::new(),
            is_hidden: false,
            findings,
            tally: Tally::default(),
            said: Vec::new(),
            said_idx: FxHashMap::default(),
        }
    }

    /// Whether a block is one that will be merged.
    pub(super) fn is_due(&self, block: u32) -> bool {
        block >= self.n_merged && self.n_blocks.is_none_or(|n_blocks| block < n_blocks)
    }

    /// Whether all blocks have been merged.
    pub(super) fn is_merged(&self) -> bool {
        self.n_blocks
            .is_some_and(|n_blocks| self.n_merged >= n_blocks)
    }

    /// Adds a message of a block, which is number `pooled` among all.
    pub(super) fn say(&mut self, pooled: u32, message: &Message, pool_slots: &[SlotKind]) {
        let n_said = self.said.len();
        let idx = *self.said_idx.entry(pooled).or_insert(n_said as u32) as usize;
        if idx == n_said {
            self.said.push(Said {
                pooled,
                slots: (message.slots != pool_slots).then(|| message.slots.clone()),
                n_records: 0,
                level: None,
                first: None,
                last: None,
            });
        }
        let said = &mut self.said[idx];
        said.n_records = said.n_records.saturating_add(message.n_records);
        said.level = said.level.max(message.level);
        said.first = earlier(said.first, message.first);
        said.last = said.last.max(message.last);
    }

    /// Adds the counts of the next block.
    pub(super) fn add(&mut self, summary: Summary) {
        self.line_base.push(self.findings.sums.n_newlines);
        self.n_merged += 1;
        self.findings.add(&summary);
        self.tally.merge(summary.tally);
        if self.is_merged() {
            // No more messages come.
            self.said_idx = FxHashMap::default();
            self.said.shrink_to_fit();
        }
    }
}

/// The earlier of two times, of which there may be none.
pub(super) fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    [a, b].into_iter().flatten().min()
}
