//! What passes between the engine and the shards: plain data, postcard on the wire.

use serde::{Deserialize, Serialize};

use super::involved::InvolvedSources;
use crate::base::ids::{FileId, MessageId};
use crate::base::time::Timestamp;
use crate::base::written::{N_CYCLES, Written};
use crate::correlate::incidents::Episode;
use crate::featurize::amounts::Amount;
use crate::featurize::identifier::Identifier;
use crate::featurize::sessions::SessionTally;
use crate::featurize::times::Times;
use crate::mine::messages::BlockMessages;
use crate::parse::ParsePlan;

/// What every shard must know before its first block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// Nominal bytes of a block.
    pub block_len: u64,
    /// What ties records to sessions.
    pub identifiers: Vec<Identifier>,
}

/// How to read one text: a file, or an entry of an archive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileSetup {
    /// Shape and formats.
    pub plan: ParsePlan,
    /// The file it stands in, counted in the order in which files were opened.
    pub input: u32,
    /// Its text is not what stands in the file: it is packed or written in another way.
    pub is_packed: bool,
}

/// A block to work on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockJob {
    /// The file.
    pub file: FileId,
    /// Number of the block within the file, from 0.
    pub block: u32,
    /// Offset of the block in all text of the file, which in an archive are its entries one after the other.
    pub start: u64,
    /// Offset of its end.
    pub end: u64,
    /// The block was cut at a record; otherwise it owns the lines that begin within it, and its bytes come from one byte
    /// before `start` to as far as needed.
    pub is_exact: bool,
    /// The block before it ends on the line on which this one begins.
    pub is_line_shared: bool,
    /// Bytes at its beginning that belong to the last record of the block before and are not analysed.
    pub n_passed: u64,
    /// Where its first records are from, if the text around them says so once for all; else empty.
    pub source: Vec<u8>,
}

impl BlockJob {
    /// Offset of the first byte to feed.
    #[must_use]
    pub fn feed_from(&self) -> u64 {
        if self.is_exact {
            self.start
        } else {
            self.start.saturating_sub(1)
        }
    }
}

/// What a block holds, ready to be merged with that of its neighbours.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Bytes of text the block owns.
    pub text_len: u64,
    /// Line feeds in them.
    pub n_newlines: u64,
    /// The text ends without a line feed.
    pub is_line_open: bool,
    /// Lines that belong to records.
    pub n_record_lines: u64,
    /// Lines without a visible character.
    pub n_blank_lines: u64,
    /// Lines of the header of a CSV file.
    pub n_header_lines: u64,
    /// Records.
    pub n_records: u64,
    /// Records without a time.
    pub n_untimed: u64,
    /// Invalid UTF-8 sequences.
    pub n_invalid_utf8: u64,
    /// Lines cut for analysis.
    pub n_cut_lines: u64,
    /// NUL bytes in what was analysed; those around a line's text are skipped.
    pub n_nul: u64,
    /// Characters that cannot be seen or turn the direction of text; see [`crate::shard::hidden`].
    pub n_hidden: u64,
    /// JSON objects on a line that are not closed there.
    pub n_open_objects: u64,
    /// Lines without a time that do not look like the inside of a record and were joined to the one above all the same.
    pub n_joined: u64,
    /// Records by level; index 0 is none, then as [`crate::parse::Level`].
    pub n_by_level: [u64; 8],
    /// (format, records), by format.
    pub formats: Vec<(u16, u64)>,
    /// Its distinct messages.
    pub messages: BlockMessages,
    /// What is counted over time.
    pub times: Times,
    /// How its durations and sizes are spread.
    pub amounts: Vec<Amount>,
    /// What is counted per session.
    pub sessions: SessionTally,
}

/// What the run knows of a merged block, for the shard that keeps its records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Naming {
    /// The file.
    pub file: FileId,
    /// The block.
    pub block: u32,
    /// The run's id of each message of the block.
    pub ids: Vec<MessageId>,
    /// The last time in the blocks before, where records without a time go on.
    pub carry: Option<Written>,
    /// Years and days by which its times are later than its records say, because they went by in the blocks before.
    pub later_by: [i64; N_CYCLES],
}

/// What the engine asks once it knows which messages are anomalous.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// Gap in microseconds that ends an episode.
    pub link_us: i64,
    /// What each message that was read is called in the run.
    pub names: Vec<MessageId>,
    /// Number of each text that was read in the report, of which all questions speak; none for those left out by hand.
    pub places: Vec<Option<u32>>,
    /// Zone of times that name none.
    pub timezone: String,
    /// In which year or on which day the times of each text that was read begin, as
    /// [`Calendar::starts`](crate::base::calendar::Calendar::starts) tells.
    pub starts: Vec<[Option<i64>; N_CYCLES]>,
    /// For each message of the run the kinds of alarm in which its records are anomalous, as bits.
    pub interest: Vec<u8>,
    /// The bit of windows of which the first record of each template is wanted.
    pub wants_edge: u8,
    /// There are so many windows and templates that the first record of a window must do.
    pub wants_one_edge: bool,
    /// The bit of messages that are anomalous wherever they occur.
    pub always: u8,
    /// For each window of time the kinds of alarm it is, as bits.
    pub alarms: Vec<u8>,
    /// Start of the first window.
    pub alarms_start: Timestamp,
    /// Width of a window in microseconds, at least 1.
    pub alarm_us: i64,
    /// For each message its template.
    pub templates: Vec<u32>,
    /// Number of templates.
    pub n_templates: u32,
    /// Windows in which templates are counted; 0 where that would take too much memory.
    pub n_windows: u32,
    /// Start of the first slice.
    pub start: Timestamp,
    /// Width of a slice in microseconds, at least 1.
    pub slice_us: i64,
    /// Number of slices.
    pub n_slices: u32,
    /// Labelled lines of blocks, where a table of labels names lines; empty otherwise.
    pub labels: Vec<BlockLabels>,
    /// Whether labels are wanted of the records that carry one.
    pub wants_labels: bool,
}

/// Labelled lines of one block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BlockLabels {
    /// The file.
    pub file: FileId,
    /// The block.
    pub block: u32,
    /// (line from 0 at the block's beginning, whether it is anomalous), by line.
    pub lines: Vec<(u32, bool)>,
}

/// Labelled records of one message in one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The message.
    pub message: MessageId,
    /// The window of [`Survey::alarms`]; `None` for records without a time.
    pub window: Option<u32>,
    /// Records labelled anomalous.
    pub n_anomalous: u32,
    /// Records labelled normal.
    pub n_normal: u32,
}

impl Survey {
    /// Words of 64 templates that each window has.
    #[must_use]
    pub fn n_words(&self) -> usize {
        (self.n_templates as usize).div_ceil(64)
    }

    /// The window of which a record is to be remembered if it is the first of its template.
    pub(super) fn edge_window(&self, time: Timestamp) -> Option<u32> {
        let window = self.window_of(time)?;
        let alarm = self.alarms.get(window as usize)?;
        (alarm & self.wants_edge != 0).then_some(window)
    }

    /// Whether a record with this message is anomalous at this time.
    pub(super) fn is_anomalous(&self, message: MessageId, time: Timestamp) -> bool {
        let interest = self.interest.get(message.index()).copied().unwrap_or(0);
        if interest == 0 || interest & self.always != 0 {
            return interest != 0;
        }
        let alarm = self
            .window_of(time)
            .and_then(|idx| self.alarms.get(idx as usize));
        alarm.is_some_and(|alarm| alarm & interest != 0)
    }

    /// The window of a time; `None` when it lies before all of them.
    pub(super) fn window_of(&self, time: Timestamp) -> Option<u32> {
        let window = time
            .0
            .saturating_sub(self.alarms_start.0)
            .div_euclid(self.alarm_us.max(1));
        u32::try_from(window).ok()
    }
}

/// A shard's answer to a [`Survey`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Surveyed {
    /// Episodes of the anomalous messages; `line` counts from the beginning of `block`.
    pub episodes: Vec<(u32, Episode)>,
    /// The sources that the records of the episodes are of.
    pub involved: InvolvedSources,
    /// (template × slices + slice, records) where there are any.
    pub slices: Vec<(u32, u32)>,
    /// (window × words + word, templates said in it as bits) where there are any, a word for 64 templates.
    pub said: Vec<(u32, u64)>,
    /// (number of the source in [`Surveyed::involved`], slice, records, those of level ERROR or FATAL) where there are any.
    pub of_sources: Vec<(u32, u32, u32, u32)>,
    /// (template, block, first record of it); `line` counts from the beginning of the block.
    pub firsts: Vec<(u32, u32, Episode)>,
    /// (message, earliest and latest time) where it has any.
    pub spans: Vec<(MessageId, Timestamp, Timestamp)>,
    /// (text × slices + slice, records) where there are any.
    pub lanes: Vec<(u32, u32)>,
    /// (block, window, first record of a template in it) of windows of which they are wanted; `line` counts from the beginning of the block.
    pub edges: Vec<(u32, u32, Episode)>,
    /// Labelled records, where labels are wanted; by message and window.
    pub verdicts: Vec<Verdict>,
}
