//! One text of a run, which is a lane of the answer: its blocks, and what they add up to.
//!
//! What a lane adds up to is kept apart from the others, so that lanes can be put in order or left out afterwards without
//! reading anything again.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::said::Saying;
use crate::base::calendar::Calendar;
use crate::base::ids::MessageId;
use crate::base::time::Timestamp;
use crate::base::written::{N_CYCLES, Written};
use crate::featurize::amounts::{LargeValue, Spread, Unit};
use crate::featurize::course::{Course, Grid};
use crate::featurize::sessions::Sessions;
use crate::featurize::times::Times;
use crate::mine::messages::Occurrences;
use crate::mine::slot::SlotKind;
use crate::report::findings::FileFindings;
use crate::shard::wire::{FileSetup, Summary};

/// A lane.
#[derive(Debug)]
pub(super) struct OpenFile {
    /// The file it stands in, and the date of that.
    pub(super) input: u32,
    pub(super) reference: Timestamp,
    pub(super) setup: FileSetup,
    pub(super) n_handed: u32,
    pub(super) n_merged: u32,
    /// Blocks, once that is known.
    pub(super) n_blocks: Option<u32>,
    /// Its first lines, for previews.
    pub(super) head_lines: Vec<Vec<u8>>,
    /// Line feeds before each merged block.
    pub(super) line_base: Vec<u64>,
    /// It was left out by hand.
    pub(super) is_hidden: bool,
    pub(super) findings: FileFindings,
    pub(super) times: Times,
    /// What its lines leave out of their times, once all have been read.
    pub(super) calendar: Calendar,
    pub(super) sessions: Sessions,
    /// How durations and sizes are spread, by message and variable.
    pub(super) amounts: BTreeMap<(MessageId, u8), (Unit, Spread, Course)>,
    /// How their courses are cut.
    pub(super) grid: Grid,
    /// By first appearance.
    pub(super) sayings: Vec<Saying>,
    saying_idx: FxHashMap<MessageId, u32>,
}

impl OpenFile {
    pub(super) fn new(
        input: u32,
        reference: Timestamp,
        setup: FileSetup,
        head_lines: Vec<Vec<u8>>,
        findings: FileFindings,
    ) -> Self {
        Self {
            input,
            reference,
            setup,
            n_handed: 0,
            n_merged: 0,
            n_blocks: None,
            head_lines,
            line_base: Vec::new(),
            is_hidden: false,
            findings,
            times: Times::default(),
            calendar: Calendar::default(),
            sessions: Sessions::default(),
            amounts: BTreeMap::new(),
            grid: Grid::default(),
            sayings: Vec::new(),
            saying_idx: FxHashMap::default(),
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

    /// Time of its first record that has one.
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.times.first().map(|time| self.calendar.instant(time))
    }

    /// Adds what a block says of a message.
    pub(super) fn say(
        &mut self,
        message: MessageId,
        said: Occurrences,
        slots: Option<Vec<SlotKind>>,
    ) {
        let n_sayings = self.sayings.len();
        let idx = self.saying_idx.entry(message).or_insert(n_sayings as u32);
        match self.sayings.get_mut(*idx as usize) {
            Some(saying) => saying.said.merge(said),
            None => self.sayings.push(Saying {
                message,
                said,
                slots,
            }),
        }
    }

    /// Adds the counts of the next block; `ids` names its messages. Answers by how many years and days its times are later than
    /// they say.
    pub(super) fn add(&mut self, mut summary: Summary, ids: &[MessageId]) -> [i64; N_CYCLES] {
        let base = self.findings.sums.n_newlines;
        self.line_base.push(base);
        let sessions = std::mem::take(&mut summary.sessions);
        let later_by = self.times.merge(std::mem::take(&mut summary.times));
        self.sessions.merge(sessions, ids, base, &later_by);
        for amount in std::mem::take(&mut summary.amounts) {
            let key = (ids[amount.message.index()], amount.place);
            let (_, spread, course) = (self.amounts.entry(key)).or_insert((
                amount.unit,
                Spread::default(),
                Course::default(),
            ));
            let later = |value: LargeValue| LargeValue {
                line: base + value.line,
                time: value.time.map(|time| time.later_by(&later_by)),
                ..value
            };
            spread.merge(&amount.spread, later);
            let time = |time: Written| time.later_by(&later_by);
            self.grid.merge(course, &amount.course, time, later);
        }
        while self.grid.is_crowded() {
            (self.grid).widen(self.amounts.values_mut().map(|place| &mut place.2));
        }
        self.n_merged += 1;
        self.findings.add(&summary);
        if self.is_merged() {
            // No more messages come.
            self.saying_idx = FxHashMap::default();
            self.sayings.shrink_to_fit();
        }
        later_by
    }
}
