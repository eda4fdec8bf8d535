//! The bytes of one block → its summary and its records.
//!
//! The hot path: once a line, and nothing is allocated for a line whose message has been seen before.

use std::ops::ControlFlow;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::hidden;
use super::wire::{BlockJob, FileSetup, Summary};
use crate::base::hash;
use crate::base::written::Cycles;
use crate::evaluate::column;
use crate::featurize::amounts::{BlockAmounts, LargeValue};
use crate::featurize::identifier::Identifier;
use crate::featurize::login::{self, Login};
use crate::featurize::sessions::{BlockSessions, RecordPlace};
use crate::ingest::encoding::without_bom;
use crate::ingest::split::{Boundary, Piece, Splitter};
use crate::mine::mask;
use crate::mine::messages::Messages;
use crate::parse::http_status;
use crate::parse::{FormatId, Parsed, Parser, Shape, Text, continuation, gather};
use crate::table::{BlockTable, Row};

/// Name of the format of which a line may carry a label.
const LABELLED_FORMAT: &str = "supercomputer";

/// Name of the format whose lines end with a brace.
const OBJECT_FORMAT: &str = "json";

/// Bytes that are checked at once for NULs and invalid UTF-8, so that most lines need no check of their own; they fit a cache.
const CHECKED_LEN: usize = 256 << 10;

/// Bytes of a source's name that are kept.
const SOURCE_CAP: usize = 200;

/// A block being worked on.
#[derive(Debug)]
pub(super) struct OpenBlock {
    splitter: Splitter,
    block: Block,
    /// Bytes of the line that began before the block are passed over.
    is_skipping_line: bool,
    /// Bytes to go of a record that began before the block.
    n_passing: u64,
    /// Everything the block owns has been seen.
    is_done: bool,
}

/// A block that has been worked on.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) summary: Summary,
    pub(super) table: BlockTable,
    /// Names of the sources of its records.
    pub(super) sources: Vec<String>,
    /// Labels of its records by row; empty when none carries one, short when none of the last does.
    pub(super) labels: Vec<Label>,
}

/// What a record says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Label {
    Missing,
    Normal,
    Anomalous,
}

/// A record whose first line does not say enough.
#[derive(Debug)]
struct Head {
    offset: u64,
    /// Where its last line ends, terminator excluded.
    end: u64,
    line: u64,
    n_lines: u64,
    /// Bytes of its first line.
    byte_len: usize,
}

/// What has been found in it so far.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "where the reading stands, each a fact of its own"
)]
struct Block {
    job: BlockJob,
    shape: Shape,
    parser: Parser,
    scratch: Vec<u8>,
    messages: Messages,
    logins: Vec<(Login, Option<u8>)>,
    amounts: BlockAmounts,
    sessions: BlockSessions,
    cycles: Cycles,
    table: BlockTable,
    source_idx: FxHashMap<u64, u16>,
    sources: Vec<String>,
    n_by_format: Vec<u64>,
    labels: Vec<Label>,
    /// The format of which a line may carry a label.
    labelled_format: Option<FormatId>,
    /// The format whose lines end with a brace.
    object_format: Option<FormatId>,
    summary: Summary,
    /// Line feeds before the bytes that the splitter gets.
    line_base: u64,
    /// Line of the splitter on which the block's own text begins.
    first_line: Option<u64>,
    /// First line that begins at or after the block's beginning, while lines that continue the record before are passed over.
    skip_from: Option<u64>,
    /// The same at the block's end.
    reach_from: Option<u64>,
    /// The record read last, while lines below it may still say what it is about.
    head: Option<Head>,
    /// The bytes of that record, and what had to be unescaped of it.
    gathered: (Vec<u8>, Vec<u8>),
    /// Lines up to here are counted as belonging to records.
    covered: u64,
    is_header_due: bool,
    has_seen_line: bool,
    reach: u64,
    /// The piece that comes next lies within text without NULs and invalid UTF-8.
    is_checked: bool,
    /// The same of the pieces after it.
    is_clean: bool,
    /// The text of the pieces after it is ASCII.
    is_ascii: bool,
}

impl OpenBlock {
    pub(super) fn new(
        job: BlockJob,
        file: &FileSetup,
        identifiers: &[Identifier],
        reach: u64,
    ) -> Self {
        let boundary = boundary(&file.plan.shape);
        let is_first = job.block == 0;
        let splitter =
            Splitter::new(boundary, job.feed_from() + job.n_passed, !is_first).within(&job.source);
        let (n_passing, is_skipping_line) = (job.n_passed, !job.is_exact && !is_first);
        let block = Block {
            first_line: job.is_exact.then_some(0),
            covered: u64::from(job.is_line_shared),
            job,
            shape: file.plan.shape.clone(),
            parser: Parser::new(&file.plan),
            scratch: Vec::new(),
            messages: Messages::default(),
            logins: Vec::new(),
            amounts: BlockAmounts::default(),
            sessions: BlockSessions::new(identifiers),
            cycles: Cycles::default(),
            table: BlockTable::default(),
            source_idx: FxHashMap::default(),
            sources: Vec::new(),
            n_by_format: Vec::new(),
            labels: Vec::new(),
            labelled_format: FormatId::of_name(LABELLED_FORMAT),
            object_format: FormatId::of_name(OBJECT_FORMAT),
            summary: Summary::default(),
            line_base: 0,
            skip_from: None,
            reach_from: None,
            head: None,
            gathered: (Vec::new(), Vec::new()),
            is_header_due: is_first
                && matches!(&file.plan.shape, Shape::Csv(columns) if columns.has_header),
            has_seen_line: false,
            reach,
            is_checked: false,
            is_clean: false,
            is_ascii: false,
        };
        Self {
            splitter,
            block,
            n_passing,
            is_skipping_line,
            is_done: false,
        }
    }

    pub(super) fn job(&self) -> BlockJob {
        self.block.job.clone()
    }

    /// Feeds the bytes that follow; `false` when the block needs no more.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> bool {
        if self.n_passing > 0 {
            let n = self.n_passing.min(bytes.len() as u64) as usize;
            self.n_passing -= n as u64;
            self.block.pass(&bytes[..n]);
            bytes = &bytes[n..];
        }
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
        let (block, splitter) = (&mut self.block, &mut self.splitter);
        self.is_done = bytes.chunks(CHECKED_LEN).any(|part| {
            block.check(part);
            splitter.push(part, |piece| block.take(piece)).is_break()
        });
        !self.is_done
    }

    fn skip(&mut self, n_bytes: usize) {
        self.splitter = Splitter::new(
            Boundary::Line,
            self.splitter.offset() + n_bytes as u64,
            false,
        );
    }

    /// What the block holds.
    pub(super) fn finish(mut self) -> Finished {
        let block = &mut self.block;
        block.is_checked = false;
        if !self.is_done {
            let _ = self.splitter.finish(|piece| block.take(piece));
        }
        if block.job.is_exact {
            block.summary.text_len = self.splitter.offset() - block.job.start;
            block.summary.n_newlines = block.line_base + self.splitter.n_newlines();
            let is_nothing_split = self.splitter.offset() == block.job.start + block.job.n_passed;
            if !(is_nothing_split && block.job.n_passed > 0) {
                block.summary.is_line_open = self.splitter.n_lines() > self.splitter.n_newlines();
            }
        }
        self.block.close()
    }
}

impl Block {
    /// Counts bytes of a record of the block before.
    fn pass(&mut self, bytes: &[u8]) {
        self.line_base += memchr::memchr_iter(b'\n', bytes).count() as u64;
        let Some(last) = bytes.last() else {
            return;
        };
        self.summary.is_line_open = *last != b'\n';
        let covered = self.line_base + u64::from(self.summary.is_line_open);
        self.summary.n_record_lines += covered.saturating_sub(self.covered);
        self.covered = self.covered.max(covered);
    }

    /// Checks text that is about to be split. Its first piece may have begun before, and is looked at by itself.
    fn check(&mut self, part: &[u8]) {
        let is_inside = |byte: &&u8| **byte & 0xc0 == 0x80;
        let n_inside = part.iter().take(3).take_while(is_inside).count();
        let whole = without_half_character(&part[n_inside..]);
        self.is_checked = false;
        // Several records of one part may have begun before it where a stray quote held them back.
        self.is_clean = !matches!(self.shape, Shape::Csv(_))
            && memchr::memchr(0, whole).is_none()
            && simdutf8::basic::from_utf8(whole).is_ok();
        // All bytes at once, which compilers turn into wide steps, where `is_ascii` takes words of the target's width.
        self.is_ascii = self.is_clean && part.iter().fold(0, |all, byte| all | byte) < 0x80;
    }

    /// Takes the next piece, or breaks off at the first that belongs to the next block.
    fn take(&mut self, piece: Piece<'_>) -> ControlFlow<()> {
        let is_checked = std::mem::replace(&mut self.is_checked, self.is_clean);
        if !self.job.is_exact && !self.is_owned(&piece)? {
            return ControlFlow::Continue(());
        }
        let first_line = *self.first_line.get_or_insert(piece.line);
        let line = self.line_base + piece.line - first_line;
        if !self.job.is_exact {
            let terminator = u64::from(!piece.is_open);
            // The terminator may be two bytes, so the text is measured by where the next line begins.
            self.summary.n_newlines += terminator;
            self.summary.is_line_open = piece.is_open;
            self.summary.text_len += piece.end - piece.offset;
        }
        self.read(piece, line, is_checked);
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
        if self.job.block > 0 && self.first_line.is_none() {
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

    fn read(&mut self, mut piece: Piece<'_>, line: u64, is_checked: bool) {
        self.summary.n_cut_lines += u64::from(piece.is_cut());
        if !is_checked && memchr::memchr(0, piece.bytes).is_some() {
            self.summary.n_nul += memchr::memchr_iter(0, piece.bytes).count() as u64;
            piece = without_nuls(piece);
        }
        // Files that were glued together have marks inside.
        let mut bytes = without_bom(piece.bytes);
        if piece.is_cut() {
            bytes = without_half_character(bytes);
        }
        if !is_checked && simdutf8::basic::from_utf8(bytes).is_err() {
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
        if std::mem::take(&mut self.is_header_due) || self.parser.is_structure(bytes) {
            self.summary.n_header_lines += piece.n_lines;
            return;
        }
        if !(is_checked && self.is_ascii) {
            self.summary.n_hidden += hidden::count(bytes);
        }
        let end = line + piece.n_lines;
        self.summary.n_record_lines += end.saturating_sub(self.covered.max(line));
        self.covered = self.covered.max(end);

        let mut scratch = std::mem::take(&mut self.scratch);
        let parsed = match self.shape {
            Shape::Lines | Shape::Pattern(_) => self.parser.parse_line(bytes, &mut scratch),
            _ => Some(self.parser.parse(bytes, &mut scratch)),
        };
        match parsed {
            Some(parsed) => {
                self.settle();
                if self.parser.is_bare(bytes, &parsed) {
                    self.hold(&piece, bytes, line);
                } else {
                    self.file(&piece, bytes, line, parsed, &scratch);
                }
            }
            None if self.head.is_some() => self.add_below(&piece, bytes),
            None if self.table.n_rows() > 0 => {
                self.summary.n_joined += u64::from(!continuation::reads_like_one(bytes));
                let end = piece.offset + piece.byte_len - self.job.start;
                self.table
                    .extend_last(u32::try_from(end).unwrap_or(u32::MAX));
            }
            None => {
                let parsed = self.parser.parse(bytes, &mut scratch);
                self.file(&piece, bytes, line, parsed, &scratch);
            }
        }
        self.scratch = scratch;
    }

    /// Keeps a record until the lines below it are known.
    fn hold(&mut self, piece: &Piece<'_>, bytes: &[u8], line: u64) {
        self.head = Some(Head {
            offset: piece.offset,
            end: piece.offset + piece.byte_len,
            line,
            n_lines: piece.n_lines,
            byte_len: bytes.len(),
        });
        self.gathered.0.clear();
        self.gathered.0.extend_from_slice(bytes);
    }

    fn add_below(&mut self, piece: &Piece<'_>, bytes: &[u8]) {
        if let Some(head) = &mut self.head {
            gather(&mut self.gathered.0, head.byte_len, bytes);
            head.end = piece.offset + piece.byte_len;
            head.n_lines += 1;
        }
    }

    /// Files the record that was kept, if any.
    fn settle(&mut self) {
        let Some(head) = self.head.take() else {
            return;
        };
        let (record, mut scratch) = std::mem::take(&mut self.gathered);
        let parsed = self.parser.parse_below(&record, &mut scratch);
        let piece = Piece {
            bytes: &record,
            offset: head.offset,
            byte_len: head.end - head.offset,
            line: head.line,
            n_lines: head.n_lines,
            end: head.end,
            is_open: false,
            source: &[],
        };
        self.file(&piece, &record, head.line, parsed, &scratch);
        self.gathered = (record, scratch);
    }

    /// Files a record under its message, second, source, level and format.
    fn file(&mut self, piece: &Piece<'_>, bytes: &[u8], line: u64, parsed: Parsed, scratch: &[u8]) {
        let fields = parsed.fields;
        let message = fields.message.get(bytes, scratch);
        let filed = self.messages.file(message, fields.level);
        if filed.is_new {
            let status_place = login::status_place(message, self.messages.spans());
            (self.logins).push((login::read(self.messages.newest()), status_place));
            let is_kept = (filed.idx as usize) < self.messages.list().len();
            self.amounts.begin(message, self.messages.spans(), is_kept);
        }
        let time = fields.timestamp.map(|time| self.cycles.follow(time));
        (self.amounts).add(filed.idx, message, self.messages.spans(), |value| {
            LargeValue {
                value,
                time,
                file: self.job.file,
                line,
                offset: piece.offset,
            }
        });
        let (said, status_place) = self.logins[filed.idx as usize];
        let span = status_place.and_then(|place| self.messages.spans().get(usize::from(place)));
        let status = span.map(|&(from, to)| &message[from as usize..to as usize]);
        let status = fields.http_status.or_else(|| http_status::status(status?));
        let is_failed = said.is_failed || status.is_some_and(login::is_refusal);
        if let Some(time) = time {
            let named = |text: Text| {
                Some(text.get(bytes, scratch)).filter(|text| !text.is_empty() && *text != b"-")
            };
            let ip = fields.ip.and_then(named).map(mask::peer).or(filed.ip);
            let user = fields.user.and_then(named).map(login::user).or(said.user);
            self.summary
                .times
                .add(time, fields.level, is_failed, ip, user);
        } else {
            self.summary.n_untimed += 1;
        }
        let place = RecordPlace {
            time,
            line: line as u32,
            offset: piece.offset,
        };
        self.sessions.add(bytes, filed.idx, place);
        self.summary.n_records += 1;
        self.summary.n_by_level[fields.level.map_or(0, |level| level as usize)] += 1;
        let format = usize::from(parsed.format.0);
        if self.n_by_format.len() <= format {
            self.n_by_format.resize(format + 1, 0);
        }
        self.n_by_format[format] += 1;
        if Some(parsed.format) == self.labelled_format
            && let Some(is_anomalous) = column::label(bytes)
        {
            self.labels.resize(self.table.n_rows(), Label::Missing);
            self.labels.push(if is_anomalous {
                Label::Anomalous
            } else {
                Label::Normal
            });
        }
        if Some(parsed.format) == self.object_format && !piece.is_cut() {
            let is_open = !bytes.trim_ascii_end().ends_with(b"}");
            self.summary.n_open_objects += u64::from(is_open);
        }
        let name = fields.source.get(bytes, scratch);
        let source = self.source(if name.is_empty() { piece.source } else { name });
        self.table.push(Row {
            time,
            level: fields.level,
            source,
            message: filed.idx,
            line: line as u32,
            n_lines: piece.n_lines as u32,
            offset: (piece.offset - self.job.start) as u32,
            byte_len: u32::try_from(piece.byte_len).unwrap_or(u32::MAX),
        });
    }

    fn source(&mut self, name: &[u8]) -> u16 {
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

    fn close(mut self) -> Finished {
        self.settle();
        self.summary.formats = self
            .n_by_format
            .iter()
            .enumerate()
            .filter(|(_, n)| **n > 0)
            .map(|(format, &n)| (format as u16, n))
            .collect();
        self.summary.messages = self.messages.into_block();
        self.summary.amounts = self.amounts.finish();
        self.summary.sessions = self.sessions.finish();
        self.table.shrink();
        Finished {
            summary: self.summary,
            table: self.table,
            sources: self.sources,
            labels: self.labels,
        }
    }
}

/// A piece without the NULs around its text, which a crash or preallocation leaves in a log.
fn without_nuls(mut piece: Piece<'_>) -> Piece<'_> {
    let is_nul = |byte: &&u8| **byte == 0;
    let n_first = piece.bytes.iter().take_while(is_nul).count();
    piece.bytes = &piece.bytes[n_first..];
    piece.offset += n_first as u64;
    piece.byte_len -= n_first as u64;
    if !piece.is_cut() {
        let n_last = piece.bytes.iter().rev().take_while(is_nul).count();
        piece.bytes = &piece.bytes[..piece.bytes.len() - n_last];
        piece.byte_len -= n_last as u64;
    }
    piece
}

/// Text that was cut without the character that was cut with it.
fn without_half_character(text: &[u8]) -> &[u8] {
    let is_inside = |byte: &&u8| **byte & 0xc0 == 0x80;
    let n_inside = text.iter().rev().take(3).take_while(is_inside).count();
    let whole = &text[..text.len() - n_inside];
    match whole.split_last() {
        Some((0xc0..=0xdf, before)) if n_inside < 1 => before,
        Some((0xe0..=0xef, before)) if n_inside < 2 => before,
        Some((0xf0..=0xf7, before)) if n_inside < 3 => before,
        _ => text,
    }
}

/// What ends a piece of a file of this shape.
#[must_use]
pub fn boundary(shape: &Shape) -> Boundary {
    match shape {
        Shape::Lines | Shape::Directives(_) | Shape::Pattern(_) | Shape::Plain => Boundary::Line,
        Shape::Csv(_) => Boundary::CsvRecord,
        Shape::JsonArray => Boundary::JsonElement,
        Shape::JsonMembers => Boundary::JsonMember,
        Shape::JsonObjects => Boundary::JsonObject,
        Shape::JournalExport => Boundary::Paragraph,
    }
}
