//! One worker's state: blocks in, summaries out, and answers to queries about the records it has seen.
//!
//! A summary depends on the block alone, never on the worker that made it or on what that worker did before.

use std::collections::BinaryHeap;
use std::ops::ControlFlow;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::hash;
use crate::base::ids::{FileId, MessageId};
use crate::base::time::Timestamp;
use crate::base::zone::Zone;
use crate::correlate::incidents::Episode;
use crate::error::Error;
use crate::featurize::login::{self, Login};
use crate::featurize::tally::Tally;
use crate::ingest::blocks::continuation_reach;
use crate::ingest::split::{Boundary, Piece, Splitter};
use crate::mine::mask;
use crate::mine::messages::{Message, Messages};
use crate::parse::{Fields, ParsePlan, Parsed, Parser, Shape};
use crate::table::{BlockTable, Row};

/// Bytes of a source's name that are kept.
const SOURCE_CAP: usize = 200;

/// What every shard must know before its first block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// Zone of timestamps that carry none.
    pub timezone: String,
    /// Gap in microseconds that ends an episode.
    pub link_us: i64,
    /// Nominal bytes of a block.
    pub block_len: u64,
    /// One entry a file.
    pub files: Vec<FileSetup>,
}

/// How to read one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileSetup {
    /// Shape and formats.
    pub plan: ParsePlan,
    /// Last modification; decides the year of timestamps without one.
    pub reference: Timestamp,
}

/// A block to work on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockJob {
    /// The file.
    pub file: FileId,
    /// Number of the block within the file, from 0.
    pub block: u32,
    /// Offset of the block in the text.
    pub start: u64,
    /// Offset of its end.
    pub end: u64,
    /// The block was cut at a record; otherwise it owns the lines that begin within it, and its bytes come from one byte
    /// before `start` to as far as needed.
    pub is_exact: bool,
    /// The block before it ends on the line on which this one begins.
    pub is_line_shared: bool,
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
    /// Records.
    pub n_records: u64,
    /// Records without a time.
    pub n_untimed: u64,
    /// Invalid UTF-8 sequences.
    pub n_invalid_utf8: u64,
    /// Lines cut for analysis.
    pub n_cut_lines: u64,
    /// Records by level; index 0 is none, then as [`crate::parse::Level`].
    pub n_by_level: [u64; 8],
    /// (format, records), by format.
    pub formats: Vec<(u16, u64)>,
    /// Distinct messages by first appearance.
    pub messages: Vec<Message>,
    /// What is counted per second.
    pub tally: Tally,
}

/// Where a record stands, as a shard answers a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hit {
    /// When it happened; records without a time come first.
    pub time: Option<Timestamp>,
    /// The file.
    pub file: FileId,
    /// The block.
    pub block: u32,
    /// First line, from 0 at the block's beginning.
    pub line: u32,
    /// Lines.
    pub n_lines: u32,
    /// Offset of the first byte in the text.
    pub offset: u64,
    /// Bytes.
    pub byte_len: u32,
    /// Level, 0 for none.
    pub level: u8,
    /// Message of the run.
    pub message: MessageId,
}

/// Which records a query selects; all conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// For each message of the run whether it is selected; `None`: all.
    pub messages: Option<Vec<bool>>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Hits wanted, counted from the earliest.
    pub n_hits: u32,
}

/// What the engine asks once it knows which messages are anomalous.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// For each message of the run the kinds of alarm in which its records are anomalous, as bits.
    pub interest: Vec<u8>,
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
    /// Start of the first slice.
    pub start: Timestamp,
    /// Width of a slice in microseconds, at least 1.
    pub slice_us: i64,
    /// Number of slices.
    pub n_slices: u32,
}

impl Survey {
    /// Whether a record with this message is anomalous at this time.
    fn is_anomalous(&self, message: MessageId, time: Timestamp) -> bool {
        let interest = self.interest.get(message.index()).copied().unwrap_or(0);
        if interest == 0 || interest & self.always != 0 {
            return interest != 0;
        }
        let window = time
            .0
            .saturating_sub(self.alarms_start.0)
            .div_euclid(self.alarm_us.max(1));
        let alarm = usize::try_from(window)
            .ok()
            .and_then(|idx| self.alarms.get(idx));
        alarm.is_some_and(|alarm| alarm & interest != 0)
    }
}

/// A shard's answer to a [`Survey`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Surveyed {
    /// Episodes of the anomalous messages; `line` counts from the beginning of `block`.
    pub episodes: Vec<(u32, Episode)>,
    /// (template × slices + slice, records) where there are any.
    pub slices: Vec<(u32, u32)>,
}

/// Records of a block, and how its messages are called in the run.
#[derive(Debug)]
struct Kept {
    job: BlockJob,
    table: BlockTable,
    sources: Vec<String>,
    ids: Vec<MessageId>,
}

/// A shard worker's state.
#[derive(Debug)]
pub struct Shard {
    setup: Setup,
    zone: Zone,
    kept: Vec<Kept>,
    open: Option<OpenBlock>,
}

impl Shard {
    /// A shard that has seen nothing.
    ///
    /// # Errors
    /// [`Error::Params`] when the zone is unknown.
    pub fn new(setup: Setup) -> Result<Self, Error> {
        let zone = Zone::parse(&setup.timezone)?;
        Ok(Self {
            setup,
            zone,
            kept: Vec::new(),
            open: None,
        })
    }

    /// Begins a block; its bytes follow through [`Shard::push`].
    ///
    /// # Errors
    /// [`Error::Wire`] when the job names a file that is not of this run.
    pub fn begin(&mut self, job: BlockJob) -> Result<(), Error> {
        let file = self
            .setup
            .files
            .get(job.file.index())
            .ok_or_else(|| Error::Wire(format!("no file {}", job.file.0)))?;
        self.open = Some(OpenBlock::new(
            job,
            file,
            &self.zone,
            continuation_reach(self.setup.block_len),
        ));
        Ok(())
    }

    /// Feeds the bytes that follow; `false` when the block needs no more.
    pub fn push(&mut self, bytes: &[u8]) -> bool {
        self.open.as_mut().is_some_and(|open| open.push(bytes))
    }

    /// Ends the block: it has all it needs, or the text ends here.
    ///
    /// # Errors
    /// [`Error::Wire`] when no block was begun.
    pub fn end(&mut self) -> Result<Summary, Error> {
        let open = self
            .open
            .take()
            .ok_or_else(|| Error::Wire("no block was begun".to_owned()))?;
        let (summary, kept) = open.finish();
        self.kept.push(kept);
        Ok(summary)
    }

    /// Learns how the messages of a block are called in the run.
    pub fn name_messages(&mut self, file: FileId, block: u32, ids: Vec<MessageId>) {
        if let Some(kept) = self
            .kept
            .iter_mut()
            .find(|kept| kept.job.file == file && kept.job.block == block)
        {
            kept.ids = ids;
        }
    }

    /// The earliest hits of a filter in order of time, file and line, and how many there are in all.
    #[must_use]
    pub fn find(&self, filter: &Filter) -> (u64, Vec<Hit>) {
        let mut total = 0;
        let mut heap = BinaryHeap::new();
        for kept in &self.kept {
            for (idx, (time, message)) in kept.table.times_and_messages().enumerate() {
                let Some(&id) = kept.ids.get(message as usize) else {
                    continue;
                };
                let is_selected = filter
                    .messages
                    .as_ref()
                    .is_none_or(|chosen| chosen.get(id.index()) == Some(&true))
                    && filter
                        .from
                        .is_none_or(|from| time.is_some_and(|time| time >= from))
                    && filter
                        .to
                        .is_none_or(|to| time.is_some_and(|time| time < to));
                if !is_selected {
                    continue;
                }
                total += 1;
                if heap.len() >= filter.n_hits as usize
                    && heap.peek().is_none_or(|last: &Hit| {
                        (last.time, last.file, last.block) < (time, kept.job.file, kept.job.block)
                    })
                {
                    continue;
                }
                heap.push(kept.hit(idx, id));
                if heap.len() > filter.n_hits as usize {
                    heap.pop();
                }
            }
        }
        (total, heap.into_sorted_vec())
    }

    /// Episodes of the anomalous messages, and when each template was seen.
    #[must_use]
    pub fn survey(&self, survey: &Survey) -> Surveyed {
        let mut out = Surveyed::default();
        let n_slices = survey.n_slices.max(1);
        let mut slices = vec![0u32; survey.n_templates as usize * n_slices as usize];
        for kept in &self.kept {
            let mut open: FxHashMap<u32, Episode> = FxHashMap::default();
            for (idx, (time, message)) in kept.table.times_and_messages().enumerate() {
                let (Some(time), Some(&id)) = (time, kept.ids.get(message as usize)) else {
                    continue;
                };
                let slice = ((time.0.saturating_sub(survey.start.0)) / survey.slice_us.max(1))
                    .clamp(0, i64::from(n_slices) - 1);
                if let Some(&template) = survey.templates.get(id.index()) {
                    slices[template as usize * n_slices as usize + slice as usize] += 1;
                }
                if !survey.is_anomalous(id, time) {
                    continue;
                }
                let near = |episode: &Episode| {
                    time.0 < episode.end.0.saturating_add(self.setup.link_us)
                        && time.0 > episode.start.0.saturating_sub(self.setup.link_us)
                };
                if let Some(episode) = open.get_mut(&message).filter(|episode| near(episode)) {
                    episode.n_records += 1;
                    episode.end = episode.end.max(time);
                    if time < episode.start {
                        *episode = Episode {
                            n_records: episode.n_records,
                            end: episode.end,
                            ..kept.episode(idx, id, time)
                        };
                    }
                } else if let Some(closed) = open.insert(message, kept.episode(idx, id, time)) {
                    out.episodes.push((kept.job.block, closed));
                }
            }
            let mut rest: Vec<_> = open.into_values().collect();
            rest.sort_by_key(|episode| (episode.message, episode.start));
            out.episodes
                .extend(rest.into_iter().map(|episode| (kept.job.block, episode)));
        }
        out.slices = slices
            .iter()
            .enumerate()
            .filter(|(_, n)| **n > 0)
            .map(|(key, &n)| (key as u32, n))
            .collect();
        out
    }

    /// Every record of a block in the order of the text, with its source's name.
    pub fn rows(&self, file: FileId, block: u32) -> impl Iterator<Item = (Hit, &str)> {
        let kept = self
            .kept
            .iter()
            .filter(move |kept| kept.job.file == file && kept.job.block == block);
        kept.flat_map(|kept| {
            (0..kept.table.n_rows()).map(|idx| {
                let row = kept.table.row(idx);
                (
                    kept.hit(idx, kept.ids[row.message as usize]),
                    kept.sources[row.source as usize].as_str(),
                )
            })
        })
    }
}

impl Kept {
    fn hit(&self, idx: usize, message: MessageId) -> Hit {
        let row = self.table.row(idx);
        Hit {
            time: row.time,
            file: self.job.file,
            block: self.job.block,
            line: row.line,
            n_lines: row.n_lines,
            offset: self.job.start + u64::from(row.offset),
            byte_len: row.byte_len,
            level: row.level.map_or(0, |level| level as u8),
            message,
        }
    }

    fn episode(&self, idx: usize, message: MessageId, time: Timestamp) -> Episode {
        let row = self.table.row(idx);
        Episode {
            message,
            start: time,
            end: time,
            n_records: 1,
            file: self.job.file,
            line: row.line,
            offset: self.job.start + u64::from(row.offset),
        }
    }
}

/// A block being worked on.
#[derive(Debug)]
struct OpenBlock {
    splitter: Splitter,
    block: Block,
    /// Bytes of the line that began before the block are passed over.
    is_skipping_line: bool,
    /// Everything the block owns has been seen.
    is_done: bool,
}

/// What has been found in it so far.
#[derive(Debug)]
struct Block {
    job: BlockJob,
    shape: Shape,
    parser: Parser,
    scratch: Vec<u8>,
    messages: Messages,
    logins: Vec<Login>,
    table: BlockTable,
    source_idx: FxHashMap<u64, u16>,
    sources: Vec<String>,
    n_by_format: Vec<u64>,
    summary: Summary,
    /// Line of the splitter on which the block's own text begins.
    first_line: Option<u64>,
    /// First line that begins at or after the block's beginning, while lines that continue the record before are passed over.
    skip_from: Option<u64>,
    /// The same at the block's end.
    reach_from: Option<u64>,
    /// Lines up to here are counted as belonging to records.
    covered: u64,
    is_header_due: bool,
    has_seen_line: bool,
    reach: u64,
}

impl OpenBlock {
    fn new(job: BlockJob, file: &FileSetup, zone: &Zone, reach: u64) -> Self {
        let boundary = boundary(&file.plan.shape);
        let is_first = job.start == 0;
        let block = Block {
            job,
            shape: file.plan.shape.clone(),
            parser: Parser::new(&file.plan, zone, file.reference),
            scratch: Vec::new(),
            messages: Messages::default(),
            logins: Vec::new(),
            table: BlockTable::default(),
            source_idx: FxHashMap::default(),
            sources: Vec::new(),
            n_by_format: Vec::new(),
            summary: Summary::default(),
            first_line: job.is_exact.then_some(0),
            skip_from: None,
            reach_from: None,
            covered: u64::from(job.is_line_shared),
            is_header_due: is_first && matches!(file.plan.shape, Shape::Csv(_)),
            has_seen_line: false,
            reach,
        };
        Self {
            splitter: Splitter::new(boundary, job.feed_from(), !is_first),
            block,
            is_skipping_line: !job.is_exact && !is_first,
            is_done: false,
        }
    }

    fn push(&mut self, mut bytes: &[u8]) -> bool {
        if self.is_skipping_line {
            // The first byte is the one before the block: a line feed there means that a line begins right at the start.
            let Some(end) = memchr::memchr(b'\n', bytes) else {
                self.skip(bytes.len());
                self.is_done = self.splitter.offset() >= self.block.job.end;
                return !self.is_done;
            };
            self.skip(end + 1);
            self.is_skipping_line = false;
            bytes = &bytes[end + 1..];
        }
        let block = &mut self.block;
        self.is_done = self
            .splitter
            .push(bytes, |piece| block.take(piece))
            .is_break();
        !self.is_done
    }

    fn skip(&mut self, n_bytes: usize) {
        self.splitter = Splitter::new(
            Boundary::Line,
            self.splitter.offset() + n_bytes as u64,
            false,
        );
    }

    fn finish(mut self) -> (Summary, Kept) {
        let block = &mut self.block;
        if !self.is_done {
            let _ = self.splitter.finish(|piece| block.take(piece));
        }
        if block.job.is_exact {
            block.summary.text_len = self.splitter.offset() - block.job.start;
            block.summary.n_newlines = self.splitter.n_newlines();
            block.summary.is_line_open = self.splitter.n_lines() > self.splitter.n_newlines();
        }
        self.block.close()
    }
}

impl Block {
    /// Takes the next piece, or breaks off at the first that belongs to the next block.
    fn take(&mut self, piece: Piece<'_>) -> ControlFlow<()> {
        if !self.job.is_exact && !self.is_owned(&piece)? {
            return ControlFlow::Continue(());
        }
        let first_line = *self.first_line.get_or_insert(piece.line);
        let line = piece.line - first_line;
        if !self.job.is_exact {
            let terminator = u64::from(!piece.is_open);
            // The terminator may be two bytes, so the text is measured by where the next line begins.
            self.summary.n_newlines += terminator;
            self.summary.is_line_open = piece.is_open;
            self.summary.text_len += piece.end - piece.offset;
        }
        self.read(piece, line);
        ControlFlow::Continue(())
    }

    /// Whether a line is this block's; breaks off where the block ends.
    ///
    /// Lines that continue a record across a border belong to the block that holds the last line begun before the border.
    fn is_owned(&mut self, piece: &Piece<'_>) -> ControlFlow<(), bool> {
        let is_beyond = piece.offset >= self.job.end;
        self.has_seen_line |= !is_beyond;
        if is_beyond {
            self.reach_from.get_or_insert(piece.offset);
        }
        if self.job.start > 0 && self.first_line.is_none() {
            let from = *self.skip_from.get_or_insert(piece.offset);
            if piece.offset < from + self.reach && self.parser.is_continuation(piece.bytes) {
                return ControlFlow::Continue(false);
            }
        }
        let reaches = |from| piece.offset < from + self.reach;
        if is_beyond
            && !(self.has_seen_line
                && self.reach_from.is_some_and(reaches)
                && self.parser.is_continuation(piece.bytes))
        {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(true)
    }

    fn read(&mut self, piece: Piece<'_>, line: u64) {
        let mut bytes = piece.bytes;
        if piece.offset == 0 {
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        }
        self.summary.n_cut_lines += u64::from(piece.is_cut());
        if simdutf8::basic::from_utf8(bytes).is_err() {
            self.summary.n_invalid_utf8 += bytes
                .utf8_chunks()
                .filter(|chunk| !chunk.invalid().is_empty())
                .count() as u64;
        }
        if bytes
            .iter()
            .all(|byte| byte.is_ascii_whitespace() || *byte == 0)
        {
            self.summary.n_blank_lines += piece.n_lines;
            return;
        }
        if std::mem::take(&mut self.is_header_due) {
            return;
        }
        let end = line + piece.n_lines;
        self.summary.n_record_lines += end.saturating_sub(self.covered.max(line));
        self.covered = self.covered.max(end);

        let mut scratch = std::mem::take(&mut self.scratch);
        let parsed = match self.shape {
            Shape::Lines => self.parser.parse_line(bytes, &mut scratch),
            Shape::Csv(_) | Shape::JsonArray | Shape::Plain => {
                Some(self.parser.parse(bytes, &mut scratch))
            }
        };
        match parsed {
            Some(parsed) => self.file(&piece, bytes, line, parsed, &scratch),
            None if self.table.n_rows() > 0 => self
                .table
                .extend_last((piece.offset + piece.byte_len - self.job.start) as u32),
            None => {
                let parsed = self.parser.parse(bytes, &mut scratch);
                self.file(&piece, bytes, line, parsed, &scratch);
            }
        }
        self.scratch = scratch;
    }

    /// Files a record under its message, second, source, level and format.
    fn file(&mut self, piece: &Piece<'_>, bytes: &[u8], line: u64, parsed: Parsed, scratch: &[u8]) {
        let fields = parsed.fields;
        let filed = self.messages.file(
            fields.message.get(bytes, scratch),
            fields.timestamp,
            fields.level,
        );
        if filed.is_new {
            self.logins
                .push(login::read(&self.messages.list()[filed.idx as usize].text));
        }
        let said = self.logins[filed.idx as usize];
        if let Some(time) = fields.timestamp {
            let named = |text: crate::parse::Text| {
                Some(text.get(bytes, scratch)).filter(|text| !text.is_empty() && *text != b"-")
            };
            let ip = fields.ip.and_then(named).map(mask::peer).or(filed.ip);
            let user = fields.user.and_then(named).map(login::user).or(said.user);
            self.summary
                .tally
                .add(time, fields.level, said.is_failed, ip, user);
        } else {
            self.summary.n_untimed += 1;
        }
        self.summary.n_records += 1;
        self.summary.n_by_level[fields.level.map_or(0, |level| level as usize)] += 1;
        let format = usize::from(parsed.format.0);
        if self.n_by_format.len() <= format {
            self.n_by_format.resize(format + 1, 0);
        }
        self.n_by_format[format] += 1;
        let source = self.source(fields, bytes, scratch);
        self.table.push(Row {
            time: fields.timestamp,
            level: fields.level,
            source,
            message: filed.idx,
            line: line as u32,
            n_lines: piece.n_lines as u32,
            offset: (piece.offset - self.job.start) as u32,
            byte_len: u32::try_from(piece.byte_len).unwrap_or(u32::MAX),
        });
    }

    fn source(&mut self, fields: Fields, bytes: &[u8], scratch: &[u8]) -> u16 {
        let name = fields.source.get(bytes, scratch);
        let name = &name[..name.len().min(SOURCE_CAP)];
        let key = hash::bytes(name);
        if let Some(&idx) = self.source_idx.get(&key) {
            return idx;
        }
        let idx = u16::try_from(self.sources.len()).unwrap_or(u16::MAX);
        if idx < u16::MAX {
            self.sources
                .push(String::from_utf8_lossy(name).into_owned());
        } else if self.sources.len() == usize::from(u16::MAX) {
            self.sources.push("(other sources)".to_owned());
        }
        self.source_idx.insert(key, idx);
        idx
    }

    fn close(mut self) -> (Summary, Kept) {
        self.summary.formats = self
            .n_by_format
            .iter()
            .enumerate()
            .filter(|(_, n)| **n > 0)
            .map(|(format, &n)| (format as u16, n))
            .collect();
        self.summary.messages = self.messages.into_list();
        self.table.shrink();
        let kept = Kept {
            job: self.job,
            table: self.table,
            sources: self.sources,
            ids: Vec::new(),
        };
        (self.summary, kept)
    }
}

/// What ends a piece of a file of this shape.
#[must_use]
pub fn boundary(shape: &Shape) -> Boundary {
    match shape {
        Shape::Lines | Shape::Plain => Boundary::Line,
        Shape::Csv(_) => Boundary::CsvRecord,
        Shape::JsonArray => Boundary::JsonElement,
    }
}
