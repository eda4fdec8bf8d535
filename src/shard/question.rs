//! What a query asks of the shards and what they answer: plain data, postcard on the wire.
//!
//! A query is evaluated once. Each shard keeps a bit a record for what it found, and the pages of the answer are found by
//! counting: nobody sends, sorts or keeps the hits that are not shown.

use serde::{Deserialize, Serialize};

use crate::base::ids::{FileId, MessageId};
use crate::base::order::Arrange;
use crate::base::time::Timestamp;
use crate::table::values::{Slot, SlotValues};

/// Where records stand that have no time, in files that have none: before all others.
pub const TIMELESS: Timestamp = Timestamp(i64::MIN);

/// A text to search for in the records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextFilter {
    /// What to look for.
    pub pattern: String,
    /// It is a regular expression.
    pub is_regex: bool,
    /// Letters must have the same case.
    pub is_case_sensitive: bool,
}

/// Equal stretches of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// Start of the first.
    pub start: Timestamp,
    /// Width in microseconds, at least 1.
    pub width_us: i64,
    /// How many.
    pub n: u32,
}

impl Grid {
    /// `n` stretches (at least one) that cover both instants.
    #[must_use]
    pub fn covering(first: Timestamp, last: Timestamp, n: u32) -> Self {
        let n = n.max(1);
        let span = i128::from(last.0) - i128::from(first.0);
        let width = span / i128::from(n) + 1;
        Self {
            start: first,
            width_us: i64::try_from(width).unwrap_or(i64::MAX),
            n,
        }
    }

    /// The stretch an instant lies in; those outside count with the nearest.
    #[must_use]
    pub fn place(&self, time: Timestamp) -> u32 {
        let since = i128::from(time.0) - i128::from(self.start.0);
        let place = since.div_euclid(i128::from(self.width_us.max(1)));
        place.clamp(0, i128::from(self.n.max(1)) - 1) as u32
    }

    /// First and last instant of a stretch.
    #[must_use]
    pub fn stretch(&self, place: u32) -> (Timestamp, Timestamp) {
        let at =
            |place: u32| i128::from(self.start.0) + i128::from(self.width_us) * i128::from(place);
        let instant =
            |at: i128| Timestamp(at.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64);
        (instant(at(place)), instant(at(place + 1) - 1))
    }
}

/// Which records a query selects; all conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// For each message of the run whether it is selected; `None`: all.
    pub messages: Option<Vec<bool>>,
    /// For each file whether it is selected; `None`: all.
    pub files: Option<Vec<bool>>,
    /// The selected levels as bits: 0 none, then as [`crate::parse::Level`].
    pub levels: u8,
    /// Names of the selected sources, sorted; `None`: all.
    pub sources: Option<Vec<String>>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Anomalous records with these messages from the first to the second instant, by message and time; `None`: all records.
    pub episodes: Option<Vec<(MessageId, Timestamp, Timestamp)>>,
    /// What the record says.
    pub text: Option<TextFilter>,
    /// The place in the records whose values are counted.
    pub slot: Option<Slot>,
    /// For each file the first time in it, where records before the first time stand.
    pub leads: Vec<Option<Timestamp>>,
    /// The stretches of time in which the hits are counted.
    pub grid: Grid,
}

/// What came of a part of the records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Hits.
    pub n_hits: u64,
    /// Hits of them that stand nowhere in time.
    pub n_timeless: u64,
    /// (stretch of the grid, hits by level) where there are any.
    pub counts: Vec<(u32, [u32; 8])>,
    /// Bytes of text that were searched.
    pub n_bytes: u64,
}

/// What a shard found by its columns alone, and what it needs to search.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// What is certain.
    pub found: Found,
    /// Bytes of text to search.
    pub n_bytes: u64,
    /// Blocks to search whose text must be unpacked.
    pub packed: Vec<TextRange>,
}

/// A piece of a file's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TextRange {
    /// The file.
    pub file: FileId,
    /// The block it is wanted for.
    pub block: u32,
    /// Offset of its first byte in the (unpacked) text.
    pub start: u64,
    /// Offset behind its last byte.
    pub end: u64,
}

/// A record of the answer, in the order in which it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hit {
    /// Where it stands in time: its own, that of the record before it in its file, or [`TIMELESS`].
    pub at: Timestamp,
    /// The file.
    pub file: FileId,
    /// Offset of the first byte in the text.
    pub offset: u64,
    /// The block.
    pub block: u32,
    /// First line, from 0 at the block's beginning.
    pub line: u32,
    /// Lines.
    pub n_lines: u32,
    /// Bytes.
    pub byte_len: u32,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// Level, 0 for none.
    pub level: u8,
    /// Message of the run.
    pub message: MessageId,
}

/// What is asked about the hits of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// How many there are in each stretch; those outside or after the instant are not counted.
    Counts(Grid, Timestamp),
    /// The hits from the first to the second instant, block by block in the order of the text.
    Hits {
        /// Not before.
        from: Timestamp,
        /// Not after.
        to: Timestamp,
        /// Only those of this block of this file.
        place: Option<(FileId, u32)>,
        /// Leave out this many.
        skip: u32,
        /// Send at most this many.
        n: u32,
    },
    /// How many there are in each block at one instant.
    Tied(Timestamp),
    /// How many stand before a place.
    Before {
        /// Where it stands in time.
        at: Timestamp,
        /// The file.
        file: FileId,
        /// Offset in its text.
        offset: u64,
    },
    /// The first of a file at or after a line, in the order of the text.
    FromLine {
        /// The file.
        file: FileId,
        /// The block.
        block: u32,
        /// The line, from 0 at the block's beginning.
        line: u32,
    },
    /// Records by source, whatever the query.
    Sources,
    /// The hits by message.
    Messages,
    /// The values that were counted.
    Values,
}

/// What a shard answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// To [`Question::Counts`]: one entry a stretch.
    Counts(Vec<u32>),
    /// To [`Question::Hits`] and [`Question::FromLine`].
    Hits(Vec<Hit>),
    /// To [`Question::Tied`]: blocks that have any.
    Tied(Vec<((FileId, u32), u32)>),
    /// To [`Question::Before`].
    Before(u64),
    /// To [`Question::Sources`]: by name.
    Sources(Vec<(String, u64)>),
    /// To [`Question::Messages`]: those that have any.
    Messages(Vec<(MessageId, u64)>),
    /// To [`Question::Values`].
    Values(SlotValues),
}

/// Names with how often they occur, in any order and more than once → once each, most frequent first, equal ones by name.
#[must_use]
pub fn by_frequency(mut named: Vec<(String, u64)>) -> Vec<(String, u64)> {
    named.arrange();
    named.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        kept.1 += if is_same { next.1 } else { 0 };
        is_same
    });
    let mut ranked: Vec<(u64, String)> = (named.into_iter())
        .map(|(name, n)| (u64::MAX - n, name))
        .collect();
    ranked.arrange();
    (ranked.into_iter())
        .map(|(rank, name)| (name, u64::MAX - rank))
        .collect()
}
