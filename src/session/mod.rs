//! A run from files to report: the only module that knows the order of the stages.
//!
//! The caller does what the core may not: it reads bytes, owns the workers and carries messages. It asks [`Engine::next_task`]
//! for work, hands blocks to any [`Shard`](crate::shard::Shard) and summaries back, and after the last one asks the shards for
//! a survey. Natively and in the browser the same calls in the same order give the same report, whoever does the blocks.

mod analysis;
mod evaluation;
mod identify;
mod label_file;
mod stream;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use self::analysis::Merged;
use self::label_file::LabelFile;
use self::stream::Stream;
use rustc_hash::FxHashMap;

use crate::base::ids::{FileId, MessageId, TemplateId};
use crate::base::time::{SECOND, Timestamp};
use crate::base::zone::Zone;
use crate::detect::ensemble::MessageFacts;
use crate::error::{Error, ParamsError};
use crate::evaluate::labels::{self, Labels};
use crate::featurize::identifier::Identifier;
use crate::featurize::identify::Probe;
use crate::featurize::login;
use crate::featurize::manner;
use crate::featurize::sessions::Sessions;
use crate::featurize::tally::Tally;
use crate::ingest::blocks::BLOCK_LEN;
use crate::ingest::container::{self, Container};
use crate::ingest::encoding::without_bom;
use crate::ingest::text::TextReader;
use crate::ingest::unpack::Unpack;
use crate::mine::messages::Message;
use crate::mine::tree::{Grouped, Miner};
use crate::parse::{ParsePlan, Parser, Shape};
use crate::protocol::{FileMeta, Options, Selection};
use crate::report::build;
use crate::report::findings::{FileFindings, Findings, MessageFindings, TemplateFindings};
use crate::report::{Report, limits};
use crate::shard::wire::{
    BlockJob, BlockLabels, FileSetup, Filter, Hit, Setup, Summary, Survey, Surveyed,
};

/// Bytes of a file that decide what it is.
pub const HEAD_LEN: u64 = 1 << 20;
/// Distinct messages of a run; further ones share one entry a template.
const MESSAGE_CAP: usize = 100_000;

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

/// Names of a merged block's messages, for the shard that keeps its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// The file.
    pub file: FileId,
    /// The block.
    pub block: u32,
    /// The run's id of each message of the block.
    pub ids: Vec<MessageId>,
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
    container: Container,
    setup: FileSetup,
    source: Source,
    n_handed: u32,
    n_merged: u32,
    /// Line feeds before each merged block.
    line_base: Vec<u64>,
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
            Source::Split { .. } => {}
            Source::Stream(stream) => {
                (findings.fault, findings.notes) = (stream.fault(), stream.notes());
            }
            Source::Labels(labels) => {
                let sums = &mut findings.sums;
                (sums.text_len, sums.n_newlines, sums.is_line_open) = labels.read();
                findings.is_labels = true;
            }
        }
        findings
    }
}

/// A distinct message of the run.
#[derive(Debug, Clone)]
struct RunMessage {
    said: Message,
    /// What the miner said while reading.
    group: TemplateId,
    /// What it said at the end of the run.
    template: TemplateId,
    is_failed_login: bool,
}

impl RunMessage {
    fn findings(&self) -> MessageFindings {
        let Message {
            text, first, last, ..
        } = self.said.clone();
        MessageFindings {
            text,
            template: self.template,
            first,
            last,
        }
    }

    fn facts(&self) -> MessageFacts {
        let Message {
            level, n_records, ..
        } = self.said;
        MessageFacts {
            level,
            n_records,
            is_failed_login: self.is_failed_login,
            manner: manner::read(&self.said.text),
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
    miner: Miner,
    message_ids: FxHashMap<u64, MessageId>,
    overflow_ids: FxHashMap<TemplateId, MessageId>,
    messages: Vec<RunMessage>,
    tally: Tally,
    probe: Probe,
    /// Values that a table of labels names, of its beginning.
    labelled_ids: Vec<u64>,
    labels: Labels,
    identifiers: OnceCell<Vec<Identifier>>,
    sessions: Sessions,
    findings: Option<Findings>,
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
        Ok(Self {
            options,
            block_len: block_len.max(1),
            files: Vec::new(),
            waiting: BTreeMap::new(),
            merging: 0,
            left_out: Vec::new(),
            miner: Miner::default(),
            message_ids: FxHashMap::default(),
            overflow_ids: FxHashMap::default(),
            messages: Vec::new(),
            tally: Tally::default(),
            probe: Probe::default(),
            labelled_ids: Vec::new(),
            labels: Labels::default(),
            identifiers: OnceCell::new(),
            sessions: Sessions::default(),
            findings: None,
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
        let plan = ParsePlan::probe(text, self.options.plain);
        let reference = Timestamp::from_millis(meta.modified_ms);
        if container == Container::Plain
            && let Some(layout) = labels::recognise(text)
        {
            return Ok(self.open_labels(meta, layout, text, plan, reference));
        }
        let zone = Zone::parse(&self.options.timezone)?;
        identify::look(&mut self.probe, text, &plan, &zone, reference);
        let is_split =
            container == Container::Plain && matches!(plan.shape, Shape::Lines | Shape::Plain);
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
        let setup = FileSetup { plan, reference };
        self.files.push(OpenFile {
            meta,
            container,
            setup,
            source,
            n_handed: 0,
            n_merged: 0,
            line_base: Vec::new(),
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
            setup: FileSetup { plan, reference },
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
    pub fn merge(&mut self, file: FileId, block: u32, summary: Summary) -> Vec<Naming> {
        self.waiting.insert((file.0, block), summary);
        let mut named = Vec::new();
        while let Some(file) = self.files.get(self.merging) {
            let (idx, block) = (self.merging as u32, file.n_merged);
            if file.n_blocks().is_some_and(|n_blocks| block >= n_blocks) {
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
            self.miner.n_templates(),
        )
    }

    /// Everything that sees the merged whole, up to the question that only the shards can answer.
    pub fn analyze(&mut self) -> Survey {
        let grouped = self.messages.iter().map(|message| Grouped {
            text: &message.said.text,
            slots: &message.said.slots,
            group: message.group,
        });
        let templates = self.miner.finish(grouped);
        for (message, template) in self.messages.iter_mut().zip(templates) {
            message.template = template;
        }
        let template = |idx| {
            let id = TemplateId::from_index(idx);
            TemplateFindings {
                text: self.miner.text(id),
                slots: self.miner.slots(id),
            }
        };
        let of_message: Vec<u32> = self.messages.iter().map(|m| m.template.0).collect();
        let is_sessions_full = self.sessions.is_full();
        let sessions = std::mem::take(&mut self.sessions).finish(self.identifiers(), &of_message);
        let merged = Merged {
            files: self.files.iter().map(OpenFile::findings).collect(),
            left_out: std::mem::take(&mut self.left_out),
            tally: std::mem::take(&mut self.tally),
            templates: (0..self.miner.n_templates()).map(template).collect(),
            messages: self.messages.iter().map(RunMessage::findings).collect(),
            facts: self.messages.iter().map(RunMessage::facts).collect(),
            is_miner_full: self.miner.is_full(),
            is_messages_full: !self.overflow_ids.is_empty(),
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
        findings.slices = vec![0; findings.templates.len() * limits::SPARKLINE];
        let (mut episodes, mut verdicts) = (Vec::new(), Vec::new());
        for answer in answers {
            verdicts.extend(answer.verdicts);
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
        analysis::correlate(findings, episodes, &self.options);
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

    /// What the shards must look for to show a selection.
    #[must_use]
    pub fn filter(&self, selection: &Selection, n_hits: u32) -> Filter {
        let chosen =
            |list: &Option<Vec<u32>>, id: u32| list.as_ref().is_none_or(|ids| ids.contains(&id));
        let is_narrow = selection.messages.is_some() || selection.templates.is_some();
        let messages = is_narrow.then(|| {
            self.messages
                .iter()
                .enumerate()
                .map(|(idx, message)| {
                    chosen(&selection.messages, idx as u32)
                        && chosen(&selection.templates, message.template.0)
                })
                .collect()
        });
        Filter {
            messages,
            from: selection.from_ms.map(Timestamp::from_millis),
            to: selection.to_ms.map(Timestamp::from_millis),
            n_hits,
        }
    }

    /// Physical line of a hit, from 1.
    #[must_use]
    pub fn line_of(&self, hit: &Hit) -> u32 {
        let base = self
            .files
            .get(hit.file.index())
            .and_then(|file| file.line_base.get(hit.block as usize))
            .copied()
            .unwrap_or(0);
        u32::try_from(base + u64::from(hit.line) + 1).unwrap_or(u32::MAX)
    }

    /// Template and score (0 to 100) of a record.
    #[must_use]
    pub fn facts(&self, hit: &Hit) -> (TemplateId, f64) {
        let message = self.messages.get(hit.message.index());
        let template = message.map_or(TemplateId(0), |message| message.template);
        (
            template,
            self.findings
                .as_ref()
                .map_or(0.0, |findings| findings.score(hit.message, hit.time)),
        )
    }

    /// Text of a template.
    #[must_use]
    pub fn template(&self, id: TemplateId) -> String {
        self.miner.text(id)
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

    fn absorb(&mut self, id: FileId, block: u32, summary: Summary) -> Naming {
        let mut ids = Vec::with_capacity(summary.messages.len());
        for message in &summary.messages {
            let id = self.message_id(message);
            let said = &mut self.messages[id.index()].said;
            said.n_records = said.n_records.saturating_add(message.n_records);
            said.level = said.level.max(message.level);
            said.first = [said.first, message.first].into_iter().flatten().min();
            said.last = said.last.max(message.last);
            ids.push(id);
        }
        let file = &mut self.files[id.index()];
        file.line_base.push(file.findings.sums.n_newlines);
        file.n_merged += 1;
        file.findings.add(&summary);
        let line_base = file.line_base[block as usize];
        self.sessions.merge(summary.sessions, &ids, id, line_base);
        self.tally.merge(summary.tally);
        Naming {
            file: id,
            block,
            ids,
        }
    }

    fn message_id(&mut self, message: &Message) -> MessageId {
        if let Some(&id) = self.message_ids.get(&message.hash) {
            return id;
        }
        let group = self.miner.add(&message.text);
        let is_overflow = message.is_overflow || self.messages.len() >= MESSAGE_CAP;
        if is_overflow && let Some(&id) = self.overflow_ids.get(&group) {
            return id;
        }
        let id = MessageId::from_index(self.messages.len());
        if is_overflow {
            self.overflow_ids.insert(group, id);
        } else {
            self.message_ids.insert(message.hash, id);
        }
        let said = Message {
            n_records: 0,
            level: None,
            first: None,
            last: None,
            ..message.clone()
        };
        let is_failed_login = login::read(&said.text).is_failed;
        self.messages.push(RunMessage {
            said,
            group,
            template: group,
            is_failed_login,
        });
        id
    }
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
