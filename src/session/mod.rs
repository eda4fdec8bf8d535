//! A run from files to report: the only module that knows the order of the stages.
//!
//! The caller does what the core may not: it reads bytes, owns the workers and carries messages. It asks [`Engine::next_task`]
//! for work, hands blocks to any [`Shard`](crate::shard::Shard) and summaries back, and after the last one asks the shards for
//! a survey. Natively and in the browser the same calls in the same order give the same report, whoever does the blocks.

mod alarms;
mod analysis;
mod evaluation;
mod identify;
mod label_file;
mod page;
mod query;
mod reread;
mod said;
mod stream;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use self::analysis::Merged;
use self::label_file::LabelFile;
use self::query::Query;
use self::said::Said;
use self::stream::Stream;

use crate::base::ids::{FileId, TemplateId};
use crate::base::time::{SECOND, Timestamp};
use crate::base::zone::Zone;
use crate::correlate::incidents::Episode;
use crate::error::{Error, ParamsError};
use crate::evaluate::labels::{self, Labels};
use crate::featurize::identifier::Identifier;
use crate::featurize::identify::Probe;
use crate::featurize::sessions::Sessions;
use crate::featurize::tally::Tally;
use crate::ingest::blocks::BLOCK_LEN;
use crate::ingest::container::{self, Container};
use crate::ingest::encoding::without_bom;
use crate::ingest::split::Boundary;
use crate::ingest::text::TextReader;
use crate::ingest::unpack::Unpack;
use crate::parse::{ParsePlan, Parser, Pattern, Previewed};
use crate::protocol::{FileMeta, LinePattern, Options};
use crate::report::Report;
use crate::report::build;
use crate::report::findings::{FileFindings, Findings, TemplateFindings};
use crate::shard::boundary;
use crate::shard::wire::{
    BlockJob, BlockLabels, FileSetup, Naming, Setup, Summary, Survey, Surveyed,
};

pub use self::page::Page;
pub use self::query::RECORD_CAP;
pub use self::reread::{Reread, by_file};

/// Bytes of a file that decide what it is.
pub const HEAD_LEN: u64 = 1 << 20;

/// Lines of a file that a preview shows.
const PREVIEW_LINES: usize = 20;
/// Bytes of each.
const PREVIEW_CAP: usize = 1 << 10;

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Give this block to a free shard.
    Block {
        /// The block.
        job: BlockJob,
        /// Its text; `None`: the shard reads it from the file.
        bytes: Option<Vec<u8>>,
    },
    /// Read these bytes of the file (fewer at its end) and give them to [`Engine::feed`].
    Read {
        /// The file.
        file: FileId,
        /// Where.
        offset: u64,
        /// How many.
        byte_len: u64,
    },
    /// Every block has been handed out.
    Done,
}

/// How text reaches the shards.
#[derive(Debug)]
enum Source {
    /// Shards read plain lines themselves.
    Split { n_blocks: u32 },
    /// Text comes from the front of the file.
    Stream(Box<Stream>),
    /// The file is a table of labels.
    Labels(Box<LabelFile>),
}

#[derive(Debug)]
struct OpenFile {
    meta: FileMeta,
    /// Its first lines, for previews.
    head_lines: Vec<Vec<u8>>,
    container: Container,
    setup: FileSetup,
    source: Source,
    n_handed: u32,
    n_merged: u32,
    /// Line feeds before each merged block.
    line_base: Vec<u64>,
    /// It gave fewer bytes than it has; the blocks after that are not read.
    is_short: bool,
    findings: FileFindings,
}

impl OpenFile {
    /// Blocks of the file, once that is known.
    fn n_blocks(&self) -> Option<u32> {
        match &self.source {
            Source::Split { n_blocks } => Some(*n_blocks),
            Source::Stream(stream) => stream.is_done().then_some(self.n_handed),
            Source::Labels(_) => Some(0),
        }
    }

    fn findings(&self) -> FileFindings {
        let mut findings = self.findings.clone();
        match &self.source {
            Source::Split { .. } => findings.n_read = findings.sums.text_len,
            Source::Stream(stream) => {
                findings.n_read = stream.n_read();
                findings.is_over_budget = stream.is_over_budget();
                findings.notes = stream.notes();
                // What is missing at the end explains what is wrong with it.
                findings.fault = stream.fault().filter(|_| !findings.is_short());
            }
            Source::Labels(labels) => {
                let sums = &mut findings.sums;
                (sums.text_len, sums.n_newlines, sums.is_line_open) = labels.read();
                sums.n_header_lines = sums.n_newlines + u64::from(sums.is_line_open);
                findings.n_read = sums.text_len;
                findings.is_labels = true;
            }
        }
        findings
    }

    /// Whether its next block is one that will be merged.
    fn is_due(&self, block: u32) -> bool {
        block >= self.n_merged && self.n_blocks().is_none_or(|n_blocks| block < n_blocks)
    }

    /// Looks whether the blocks merged so far hold all the text up to the next; if not, the file is read no further.
    fn check_whole(&mut self, block_len: u64) {
        if let Source::Split { n_blocks } = &mut self.source {
            let owed = (u64::from(self.n_merged) * block_len).min(self.meta.byte_len as u64);
            if self.findings.sums.text_len < owed {
                self.is_short = true;
                *n_blocks = self.n_merged;
            }
        }
    }
}

/// The engine's state of one run.
#[derive(Debug)]
pub struct Engine {
    options: Options,
    block_len: u64,
    files: Vec<OpenFile>,
    waiting: BTreeMap<(u32, u32), Summary>,
    merging: usize,
    left_out: Vec<String>,
    said: Said,
    tally: Tally,
    probe: Probe,
    /// Values that a table of labels names, of its beginning.
    labelled_ids: Vec<u64>,
    labels: Labels,
    identifiers: OnceCell<Vec<Identifier>>,
    sessions: Sessions,
    findings: Option<Findings>,
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
        Zone::parse(&options.timezone)?;
        analysis::check(&options)?;
        check_budget(&options)?;
        if let Some(pattern) = &options.pattern {
            parse_pattern(pattern).check()?;
        }
        Ok(Self {
            options,
            block_len: block_len.max(1),
            files: Vec::new(),
            waiting: BTreeMap::new(),
            merging: 0,
            left_out: Vec::new(),
            said: Said::default(),
            tally: Tally::default(),
            probe: Probe::default(),
            labelled_ids: Vec::new(),
            labels: Labels::default(),
            identifiers: OnceCell::new(),
            sessions: Sessions::default(),
            findings: None,
            query: None,
        })
    }

    /// Adds a file by its first [`HEAD_LEN`] bytes (all of them when it is shorter).
    ///
    /// # Errors
    /// [`Error::EmptyFile`] and [`Error::Binary`].
    pub fn open(&mut self, meta: FileMeta, head: &[u8]) -> Result<FileId, Error> {
        let container = container::recognise(&meta.name, head)?;
        let unpacked;
        let text = if container == Container::Plain {
            head
        } else {
            unpacked = unpack_head(&meta, head)?;
            &unpacked
        };
        let text = without_bom(text);
        let plan = match &self.options.pattern {
            Some(pattern) if !self.options.plain && pattern.is_for(&meta.name) => {
                ParsePlan::of_pattern(text, parse_pattern(pattern))?
            }
            _ => ParsePlan::probe(text, self.options.plain),
        };
        let head_lines = head_lines(text);
        let reference = Timestamp::from_millis(meta.modified_ms);
        if container == Container::Plain
            && let Some(layout) = labels::recognise(text)
        {
            return Ok(self.open_labels(meta, layout, text, plan, reference));
        }
        let zone = Zone::parse(&self.options.timezone)?;
        identify::look(&mut self.probe, text, &plan, &zone, reference);
        let is_split = container == Container::Plain && boundary(&plan.shape) == Boundary::Line;
        let source = if is_split {
            let n_blocks =
                u32::try_from((meta.byte_len as u64).div_ceil(self.block_len)).unwrap_or(u32::MAX);
            Source::Split { n_blocks }
        } else {
            let parser = Parser::new(&plan, &zone, reference);
            let byte_len = meta.byte_len as u64;
            let budget = u64::from(self.options.output_budget_gib) << 30;
            let reader = TextReader::new(budget);
            let stream = Stream::new(reader, &plan.shape, parser, byte_len, self.block_len);
            Source::Stream(Box::new(stream))
        };
        let id = FileId::from_index(self.files.len());
        let findings = FileFindings::new(&meta, container, &plan);
        let setup = FileSetup {
            plan,
            reference,
            is_packed: container != Container::Plain,
        };
        self.files.push(OpenFile {
            meta,
            head_lines,
            container,
            setup,
            source,
            n_handed: 0,
            n_merged: 0,
            line_base: Vec::new(),
            is_short: false,
            findings,
        });
        Ok(id)
    }

    /// Adds a table of labels, of which `head` is the beginning.
    fn open_labels(
        &mut self,
        meta: FileMeta,
        layout: labels::Layout,
        head: &[u8],
        plan: ParsePlan,
        reference: Timestamp,
    ) -> FileId {
        let mut first = labels::Reader::new(layout);
        first.push(head);
        self.labelled_ids
            .extend(first.finish().ids.iter().map(|label| label.0));
        let id = FileId::from_index(self.files.len());
        let byte_len = meta.byte_len as u64;
        self.files.push(OpenFile {
            findings: FileFindings::new(&meta, Container::Plain, &plan),
            container: Container::Plain,
            setup: FileSetup {
                plan,
                reference,
                is_packed: false,
            },
            is_short: false,
            head_lines: Vec::new(),
            source: Source::Labels(Box::new(LabelFile::new(layout, byte_len))),
            n_handed: 0,
            n_merged: 0,
            line_base: Vec::new(),
            meta,
        });
        id
    }

    /// Says in the report that a file was left out because [`Engine::open`] refused it or it could not be read.
    pub fn leave_out(&mut self, reason: String) {
        self.left_out.push(reason);
    }

    /// Says in the report that a file can no longer be read, although all of it may have been read before.
    pub fn note_changed(&mut self, file: FileId) {
        if let Some(file) = self.files.get_mut(file.index()) {
            file.findings.is_changed_since = true;
        }
    }

    /// What every shard must know before its first block.
    #[must_use]
    pub fn setup(&self) -> Setup {
        Setup {
            timezone: self.options.timezone.clone(),
            link_us: i64::from(self.options.link_seconds) * SECOND,
            block_len: self.block_len,
            files: self.files.iter().map(|file| file.setup.clone()).collect(),
            identifiers: self.identifiers().to_vec(),
        }
    }

    /// What ties records to sessions; decided when it is first asked for.
    fn identifiers(&self) -> &[Identifier] {
        self.identifiers.get_or_init(|| {
            let mut wanted = self.labelled_ids.clone();
            wanted.sort_unstable();
            self.probe.identifiers(&wanted)
        })
    }

    /// The next thing to do. Files are worked through in the order given.
    pub fn next_task(&mut self) -> Task {
        for (idx, file) in self.files.iter_mut().enumerate() {
            let id = FileId::from_index(idx);
            match &mut file.source {
                Source::Split { n_blocks } if file.n_handed < *n_blocks => {
                    let start = u64::from(file.n_handed) * self.block_len;
                    let end = (start + self.block_len).min(file.meta.byte_len as u64);
                    let job = BlockJob {
                        file: id,
                        block: file.n_handed,
                        start,
                        end,
                        is_exact: false,
                        is_line_shared: false,
                        n_passed: 0,
                    };
                    file.n_handed += 1;
                    return Task::Block { job, bytes: None };
                }
                Source::Split { .. } => {}
                Source::Labels(labels) => {
                    if let Some((offset, byte_len)) = labels.wanted() {
                        return Task::Read {
                            file: id,
                            offset,
                            byte_len,
                        };
                    }
                }
                Source::Stream(stream) => {
                    if let Some((job, bytes)) = stream.next_block(id, file.n_handed) {
                        file.n_handed += 1;
                        return Task::Block {
                            job,
                            bytes: Some(bytes),
                        };
                    }
                    if let Some((offset, byte_len)) = stream.wanted() {
                        return Task::Read {
                            file: id,
                            offset,
                            byte_len,
                        };
                    }
                }
            }
        }
        Task::Done
    }

    /// Takes the bytes that a [`Task::Read`] asked for; fewer than asked means that the file ends there.
    pub fn feed(&mut self, file: FileId, bytes: &[u8]) {
        match self
            .files
            .get_mut(file.index())
            .map(|file| &mut file.source)
        {
            Some(Source::Stream(stream)) => stream.feed(bytes),
            Some(Source::Labels(labels)) => labels.feed(bytes),
            _ => {}
        }
    }

    /// Takes a block's summary, in any order; answers with the names of the messages of every block that could be merged.
    ///
    /// A block for which not all of its bytes could be read is summed up as far as they go; it is then the last of its file,
    /// and what comes of later ones is dropped, because nobody knows what stood between.
    pub fn merge(&mut self, file: FileId, block: u32, summary: Summary) -> Vec<Naming> {
        if !self
            .files
            .get(file.index())
            .is_some_and(|file| file.is_due(block))
        {
            return Vec::new();
        }
        self.waiting.insert((file.0, block), summary);
        let mut named = Vec::new();
        while let Some(file) = self.files.get(self.merging) {
            let (idx, block) = (self.merging as u32, file.n_merged);
            if file.n_blocks().is_some_and(|n_blocks| block >= n_blocks) {
                self.waiting = self.waiting.split_off(&(idx + 1, 0));
                self.merging += 1;
            } else if let Some(summary) = self.waiting.remove(&(idx, block)) {
                named.push(self.absorb(FileId(idx), block, summary));
            } else {
                break;
            }
        }
        named
    }

    /// Lines and templates merged so far.
    #[must_use]
    pub fn progress(&self) -> (u64, usize) {
        (
            self.files
                .iter()
                .map(|file| file.findings.sums.n_newlines)
                .sum(),
            self.said.miner().n_templates(),
        )
    }

    /// Everything that sees the merged whole, up to the question that only the shards can answer.
    pub fn analyze(&mut self) -> Survey {
        self.said.finish();
        let miner = self.said.miner();
        let template = |idx| {
            let id = TemplateId::from_index(idx);
            TemplateFindings {
                text: miner.text(id),
                slots: miner.slots(id),
            }
        };
        let of_message: Vec<u32> = self.said.templates().map(|id| id.0).collect();
        let is_sessions_full = self.sessions.is_full();
        let sessions = std::mem::take(&mut self.sessions).finish(self.identifiers(), &of_message);
        let merged = Merged {
            files: self.files.iter().map(OpenFile::findings).collect(),
            left_out: std::mem::take(&mut self.left_out),
            tally: std::mem::take(&mut self.tally),
            templates: (0..miner.n_templates()).map(template).collect(),
            messages: self.said.findings(),
            facts: self.said.facts(),
            is_miner_full: miner.is_full(),
            is_messages_full: self.said.is_crowded(),
            sessions,
            is_sessions_full,
        };
        let findings = analysis::detect(merged, &self.options);
        let mut survey = findings.survey();
        for file in &mut self.files {
            if let Source::Labels(labels) = &mut file.source {
                let more = labels.take();
                self.labels.ids.extend(more.ids);
                self.labels.lines.extend(more.lines);
                self.labels.n_dropped += more.n_dropped;
            }
        }
        self.labels.ids.sort_unstable();
        survey.labels = self.labelled_lines();
        survey.wants_labels = self.labels.is_empty();
        self.findings = Some(findings);
        survey
    }

    /// Takes the shards' answers and says what was found.
    ///
    /// # Errors
    /// [`Error::Wire`] when [`Engine::analyze`] has not been called.
    pub fn conclude(&mut self, answers: Vec<Surveyed>) -> Result<Report, Error> {
        let not_yet = || Error::Wire("nothing was analysed yet".to_owned());
        let findings = self.findings.as_mut().ok_or_else(not_yet)?;
        findings.slices = vec![0; findings.templates.len() * findings.n_slices()];
        findings.firsts = vec![None; findings.templates.len()];
        let (mut episodes, mut verdicts) = (Vec::new(), Vec::new());
        let mut edges: Vec<(u32, Episode)> = Vec::new();
        for answer in answers {
            verdicts.extend(answer.verdicts);
            for (block, window, mut edge) in answer.edges {
                let base = self.files[edge.file.index()].line_base[block as usize];
                edge.line = u32::try_from(base + u64::from(edge.line) + 1).unwrap_or(u32::MAX);
                edges.push((window, edge));
            }
            for (template, block, mut first) in answer.firsts {
                let base = self.files[first.file.index()].line_base[block as usize];
                first.line = u32::try_from(base + u64::from(first.line) + 1).unwrap_or(u32::MAX);
                if let Some(known) = findings.firsts.get_mut(template as usize) {
                    let place = |episode: &Episode| (episode.start, episode.file, episode.offset);
                    *known = known.iter().copied().chain([first]).min_by_key(place);
                }
            }
            for (key, n) in answer.slices {
                if let Some(slice) = findings.slices.get_mut(key as usize) {
                    *slice = slice.saturating_add(n);
                }
            }
            for (block, mut episode) in answer.episodes {
                let base = self.files[episode.file.index()].line_base[block as usize];
                episode.line =
                    u32::try_from(base + u64::from(episode.line) + 1).unwrap_or(u32::MAX);
                episodes.push(episode);
            }
        }
        edges.sort_by_key(|(window, edge)| (*window, edge.start, edge.file, edge.offset));
        findings.changes = findings.rate_changes();
        analysis::correlate(findings, episodes, &edges, &self.options);
        findings.evaluation = evaluation::evaluate(findings, &self.labels, verdicts);
        Ok(build::report(findings, &self.options))
    }

    /// The labelled lines of each block of the first log, as its shard counts them.
    fn labelled_lines(&self) -> Vec<BlockLabels> {
        let mut files = self.files.iter().enumerate();
        let log = files.find(|(_, file)| !matches!(file.source, Source::Labels(_)));
        let Some((idx, file)) = log else {
            return Vec::new();
        };
        let lines = &self.labels.lines;
        let from = |base: u64| lines.partition_point(|label| u64::from(label.0) <= base);
        let of_block = |block: usize| {
            let base = file.line_base[block];
            let end = file
                .line_base
                .get(block + 1)
                .map_or(lines.len(), |next| from(*next));
            let own = &lines[from(base)..end];
            BlockLabels {
                file: FileId::from_index(idx),
                block: block as u32,
                lines: own
                    .iter()
                    .map(|label| ((u64::from(label.0) - base - 1) as u32, label.1))
                    .collect(),
            }
        };
        (0..file.line_base.len())
            .map(of_block)
            .filter(|block| !block.lines.is_empty())
            .collect()
    }

    /// What becomes of the first lines of a file where they are written as `pattern` says; `None`: as the run read them.
    ///
    /// # Errors
    /// [`Error::Params`] where the pattern cannot be used, [`Error::Wire`] where there is no such file.
    pub fn preview(
        &self,
        file: FileId,
        pattern: Option<&LinePattern>,
    ) -> Result<Vec<Previewed>, Error> {
        let open = self.files.get(file.index());
        let open = open.ok_or_else(|| Error::Wire("there is no such file".to_owned()))?;
        let plan = match pattern {
            Some(pattern) => {
                let head = open.head_lines.join(&b'\n');
                ParsePlan::of_pattern(&head, parse_pattern(pattern))?
            }
            None => open.setup.plan.clone(),
        };
        let zone = Zone::parse(&self.options.timezone)?;
        let mut parser = Parser::new(&plan, &zone, open.setup.reference);
        let lines = open.head_lines.iter();
        Ok(lines.map(|line| Previewed::of(line, &mut parser)).collect())
    }

    /// Text of a template.
    #[must_use]
    pub fn template(&self, id: TemplateId) -> String {
        self.said.miner().text(id)
    }

    /// Whether a file is a table of labels rather than a log.
    #[must_use]
    pub fn is_labels(&self, file: FileId) -> bool {
        let file = self.files.get(file.index());
        file.is_some_and(|file| matches!(file.source, Source::Labels(_)))
    }

    /// How a file is packed.
    #[must_use]
    pub fn container(&self, file: FileId) -> Option<Container> {
        self.files.get(file.index()).map(|file| file.container)
    }

    fn absorb(&mut self, id: FileId, block: u32, mut summary: Summary) -> Naming {
        let ids = self.said.merge(std::mem::take(&mut summary.messages));
        let file = &mut self.files[id.index()];
        file.line_base.push(file.findings.sums.n_newlines);
        let carry = file.findings.sums.last;
        file.n_merged += 1;
        file.findings.add(&summary);
        let line_base = file.line_base[block as usize];
        self.sessions.merge(summary.sessions, &ids, id, line_base);
        file.check_whole(self.block_len);
        self.tally.merge(summary.tally);
        Naming {
            file: id,
            block,
            ids,
            carry,
        }
    }
}

/// What the parser takes of a choice of lines.
fn parse_pattern(pattern: &LinePattern) -> Pattern {
    Pattern {
        regex: pattern.regex.clone(),
        timestamp_format: pattern.timestamp_format.clone(),
    }
}

/// The first lines of a text that say something, each cut to a length that fits on a screen.
fn head_lines(text: &[u8]) -> Vec<Vec<u8>> {
    let lines = text.split(|byte| *byte == b'\n');
    lines
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.trim_ascii().is_empty())
        .take(PREVIEW_LINES)
        .map(|line| line[..line.len().min(PREVIEW_CAP)].to_vec())
        .collect()
}

/// Refuses a budget of unpacked text that is out of range.
fn check_budget(options: &Options) -> Result<(), ParamsError> {
    if (1..=65_536).contains(&options.output_budget_gib) {
        return Ok(());
    }
    Err(ParamsError {
        option: "outputBudgetGib",
        expected: "a number from 1 to 65536",
        actual: options.output_budget_gib.to_string(),
    })
}

/// The first text of a file that is packed or written in another way.
fn unpack_head(meta: &FileMeta, head: &[u8]) -> Result<Vec<u8>, Error> {
    let (mut reader, mut text) = (TextReader::default(), Vec::new());
    let mut rest = head;
    while !rest.is_empty() && (text.len() as u64) < HEAD_LEN {
        let n = reader.push(rest, &mut |bytes| text.extend_from_slice(bytes));
        rest = &rest[n..];
    }
    let is_whole = meta.byte_len <= head.len() as f64;
    while (text.len() as u64) < HEAD_LEN
        && !reader.finish(&mut |bytes| text.extend_from_slice(bytes))
    {}
    text.truncate(HEAD_LEN as usize);
    let name = meta.name.clone();
    if !text.is_empty() {
        return Ok(text);
    }
    if let Some(kind) = reader.left() {
        let kind = kind.to_owned();
        return Err(Error::Binary { name, kind });
    }
    // The text may begin further on: behind an image in an archive, or with a first block that is longer than the head.
    if !is_whole {
        return Ok(text);
    }
    let container = reader.container().map_or("packed", Container::name);
    let said: Vec<String> = reader.fault().into_iter().chain(reader.notes()).collect();
    if said.is_empty() {
        return Err(Error::EmptyFile { name });
    }
    let kind = format!(
        "{container} data without any readable text ({})",
        said.join("; ")
    );
    Err(Error::Binary { name, kind })
}
