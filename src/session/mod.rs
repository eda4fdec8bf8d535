//! A run from files to report: the only module that knows the order of the stages.
//!
//! The caller does what the core may not: it reads bytes, owns the workers and carries messages. It asks [`Engine::next_task`]
//! for work, hands blocks to any [`Shard`](crate::shard::Shard) and summaries back, and after the last one asks the shards for
//! a survey. Natively and in the browser the same calls in the same order give the same report, whoever does the blocks.

mod alarms;
mod analysis;
mod choice;
mod compare;
mod evaluation;
mod file;
mod identify;
mod input;
mod label_file;
mod page;
mod query;
mod reread;
mod said;
mod settle;
mod similar;
mod stream;
mod suppress;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use self::analysis::Merged;
use self::file::OpenFile;
use self::input::{Head, Input, Known, Source};
use self::query::Query;
use self::said::Said;
use self::similar::Meanings;
use self::stream::Ready;
use rustc_hash::FxHashMap;

use crate::base::hash;
use crate::base::ids::{FileId, MessageId, TemplateId};
use crate::base::order::Arrange;
use crate::base::time::{SECOND, Timestamp};
use crate::base::zone::Zone;
use crate::correlate::incidents::Episode;
use crate::error::{Error, ParamsError};
use crate::evaluate::labels::Labels;
use crate::featurize::identifier::Identifier;
use crate::featurize::identify::Probe;
use crate::featurize::sessions::{SessionSet, Sessions};
use crate::ingest::blocks::BLOCK_LEN;
use crate::ingest::container::Container;
use crate::ingest::nested_name;
use crate::ingest::text::TextReader;
use crate::parse::ParsePlan;
use crate::protocol::{FileMeta, Options};
use crate::report::build;
use crate::report::findings::{FileFindings, Findings, InputFindings, TemplateFindings};
use crate::report::{Report, limits};
use crate::shard::involved::Collector;
use crate::shard::wire::{
    BlockJob, BlockLabels, FileSetup, Naming, Setup, Summary, Survey, Surveyed,
};

pub use self::page::Page;
pub use self::query::RECORD_CAP;
pub use self::reread::{Reread, by_input};

/// Bytes of a file that decide what it is.
pub const HEAD_LEN: u64 = 1 << 20;

/// Beginnings of files that are looked at to tell what ties records together: those with the earliest times.
const HEADS: usize = 32;
/// Entries of all sessions that are kept so that the run can be worked out again.
const SESSION_ENTRIES: usize = 4 << 20;

/// Files by the first time in each, then by name.
type ByTime = (bool, Option<Timestamp>, String, u32);

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// Give this block to a free shard.
    Block {
        /// The block.
        job: BlockJob,
        /// How to read the text it is of.
        setup: Box<FileSetup>,
        /// The file that text stands in, counted in the order in which files were opened.
        input: u32,
        /// Its text; `None`: the shard reads it from the file.
        bytes: Option<Vec<u8>>,
    },
    /// Read these bytes of the file (fewer at its end) and give them to [`Engine::feed`].
    Read {
        /// The file, counted in the order in which files were opened.
        input: u32,
        /// Where.
        offset: u64,
        /// How many.
        byte_len: u64,
    },
    /// Every block has been handed out.
    Done,
}

/// The engine's state of one run.
#[derive(Debug)]
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
        Zone::parse(&options.timezone)?;
        analysis::check(&options)?;
        check_budget(&options)?;
        choice::check(&options)?;
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

    /// Adds a file by its first [`HEAD_LEN`] bytes (all of them when it is shorter); files are counted from 0.
    ///
    /// # Errors
    /// [`Error::EmptyFile`] and [`Error::Binary`].
    pub fn open(&mut self, meta: FileMeta, head: &[u8]) -> Result<u32, Error> {
        let (input, known) = Input::new(meta, head, &self.options, self.block_len)?;
        let idx = self.inputs.len() as u32;
        match known {
            Known::Head(head) => {
                self.heads.insert(by_time(&input, idx), head);
                if self.heads.len() > HEADS {
                    self.heads.pop_last();
                }
            }
            Known::Labels(labels) => {
                self.labelled_ids
                    .extend(labels.ids.iter().map(|label| label.0));
            }
        }
        let key = (input.meta.byte_len.to_bits(), hash::bytes(head));
        self.twins.entry(key).or_insert(idx);
        self.inputs.push(input);
        Ok(idx)
    }

    /// A file that was opened before, is as long as this one and begins with the same bytes: they may be the same.
    #[must_use]
    pub fn twin_of(&self, meta: &FileMeta, head: &[u8]) -> Option<u32> {
        let key = (meta.byte_len.to_bits(), hash::bytes(head));
        self.twins.get(&key).copied()
    }

    /// Says in the report that a file was left out because [`Engine::open`] refused it or it could not be read.
    pub fn leave_out(&mut self, reason: String) {
        self.left_out.push(reason);
    }

    /// Says in the report that a file can no longer be read, although all of it may have been read before.
    pub fn note_changed(&mut self, input: u32) {
        if let Some(input) = self.inputs.get_mut(input as usize) {
            input.is_changed_since = true;
        }
    }

    /// What every shard must know before its first block.
    #[must_use]
    pub fn setup(&self) -> Setup {
        Setup {
            timezone: self.options.timezone.clone(),
            block_len: self.block_len,
            identifiers: self.identifiers().to_vec(),
        }
    }

    /// What ties records to sessions; decided when it is first asked for.
    fn identifiers(&self) -> &[Identifier] {
        self.identifiers.get_or_init(|| self.identify(|_| true))
    }

    /// What ties records to sessions, as far as the files tell that are read.
    fn identify(&self, is_read: impl Fn(u32) -> bool) -> Vec<Identifier> {
        if let Some(chosen) = choice::identifiers(&self.options.session) {
            return chosen;
        }
        let zone = Zone::parse(&self.options.timezone).unwrap_or_default();
        let mut probe = Probe::default();
        for (_, head) in self.heads.iter().filter(|(key, _)| is_read(key.3)) {
            identify::look(&mut probe, &head.text, &head.plan, &zone, head.reference);
        }
        let mut wanted = self.labelled_ids.clone();
        wanted.arrange();
        probe.identifiers(&wanted)
    }

    /// Whether the files would be read in the same way if those of which all texts are left out had never been there.
    fn is_read_alike(&self, is_hidden: impl Fn(u32) -> bool) -> bool {
        let mut is_gone = vec![None; self.inputs.len()];
        for (key, file) in (0..).zip(&self.files) {
            let gone = is_gone[file.input as usize].get_or_insert(true);
            *gone &= is_hidden(key);
        }
        let is_read = |input: u32| is_gone[input as usize] != Some(true);
        let is_looked_at = |key: &ByTime| !is_read(key.3);
        if !self.heads.keys().any(is_looked_at) {
            return true;
        }
        // Of further files nothing is kept that could tell.
        self.inputs.len() <= HEADS && self.identify(is_read) == self.identifiers()
    }

    /// Whether a file is a table of labels.
    #[must_use]
    pub fn is_labels(&self, input: u32) -> bool {
        let input = self.inputs.get(input as usize);
        input.is_some_and(|input| matches!(input.source, Source::Labels(_)))
    }

    /// The next thing to do. Files are worked through one after the other, by the first time in each.
    pub fn next_task(&mut self) -> Task {
        if self.queue.len() < self.inputs.len() {
            self.identifiers();
            self.queue = (0..self.inputs.len() as u32).collect();
            self.queue
                .sort_by_cached_key(|&idx| by_time(&self.inputs[idx as usize], idx));
        }
        while let Some(&input) = self.queue.get(self.n_begun) {
            if let Some(task) = self.next_of(input) {
                return task;
            }
            self.n_begun += 1;
        }
        Task::Done
    }

    /// The next thing to do with a file; `None` when nothing is left.
    fn next_of(&mut self, idx: u32) -> Option<Task> {
        let input = &mut self.inputs[idx as usize];
        let stream = match &mut input.source {
            Source::Split { plan, n_blocks } => {
                if self.files.last().is_none_or(|file| file.input != idx) {
                    let (plan, n_blocks) = (plan.as_ref().clone(), *n_blocks);
                    let head_lines = std::mem::take(&mut input.head_lines);
                    self.begin_file(idx, None, plan, head_lines);
                    if let Some(file) = self.files.last_mut() {
                        file.n_blocks = Some(n_blocks);
                    }
                }
                return self.next_split(idx);
            }
            Source::Labels(labels) => {
                return labels.wanted().map(|(offset, byte_len)| Task::Read {
                    input: idx,
                    offset,
                    byte_len,
                });
            }
            Source::Stream(stream) => stream,
        };
        match stream.next() {
            Some(Ready::Begin {
                name,
                plan,
                head_lines,
            }) => {
                self.begin_file(idx, name.as_deref(), plan, head_lines);
                self.next_of(idx)
            }
            Some(Ready::Block(cut)) => {
                let file = FileId::from_index(self.files.len() - 1);
                let open = &mut self.files[file.index()];
                let job = BlockJob {
                    file,
                    block: open.n_handed,
                    start: cut.start,
                    end: cut.start + cut.bytes.len() as u64,
                    is_exact: true,
                    is_line_shared: cut.is_line_shared,
                    n_passed: cut.n_passed,
                };
                open.n_handed += 1;
                Some(Task::Block {
                    job,
                    setup: Box::new(open.setup.clone()),
                    input: idx,
                    bytes: Some(cut.bytes),
                })
            }
            Some(Ready::End { fault }) => {
                if let Some(file) = self.files.last_mut() {
                    file.n_blocks = Some(file.n_handed);
                    file.findings.fault = fault;
                }
                self.next_of(idx)
            }
            None => stream.wanted().map(|(offset, byte_len)| Task::Read {
                input: idx,
                offset,
                byte_len,
            }),
        }
    }

    fn next_split(&mut self, input: u32) -> Option<Task> {
        let id = FileId::from_index(self.files.len() - 1);
        let file = self.files.last_mut()?;
        let byte_len = self.inputs[input as usize].meta.byte_len as u64;
        let start = u64::from(file.n_handed) * self.block_len;
        if !file.is_due(file.n_handed) {
            return None;
        }
        let job = BlockJob {
            file: id,
            block: file.n_handed,
            start,
            end: (start + self.block_len).min(byte_len),
            is_exact: false,
            is_line_shared: false,
            n_passed: 0,
        };
        file.n_handed += 1;
        Some(Task::Block {
            job,
            setup: Box::new(file.setup.clone()),
            input,
            bytes: None,
        })
    }

    /// Begins a text of a file; `name` is what it is called within.
    fn begin_file(
        &mut self,
        input: u32,
        name: Option<&str>,
        plan: ParsePlan,
        head_lines: Vec<Vec<u8>>,
    ) {
        let of = &self.inputs[input as usize];
        let full_name = name.map_or_else(
            || of.meta.name.clone(),
            |name| nested_name(&of.meta.name, name),
        );
        let findings = FileFindings::new(full_name, of.container, &plan);
        let setup = FileSetup {
            plan,
            reference: of.reference,
            input,
            is_packed: of.container != Container::Plain,
        };
        self.files
            .push(OpenFile::new(input, setup, head_lines, findings));
    }

    /// Takes the bytes that a [`Task::Read`] asked for; fewer than asked means that the file ends there.
    pub fn feed(&mut self, input: u32, bytes: &[u8]) {
        match self
            .inputs
            .get_mut(input as usize)
            .map(|input| &mut input.source)
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
            if file.is_merged() {
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
            self.read.miner().n_templates(),
        )
    }

    /// Everything that sees the merged whole, up to the question that only the shards can answer.
    pub fn analyze(&mut self) -> Survey {
        self.settle();
        let (sessions, is_sessions_full) = self.sessions();
        let said = self.said();
        let miner = said.miner();
        let template = |idx| {
            let id = TemplateId::from_index(idx);
            TemplateFindings {
                text: miner.text(id),
                slots: miner.slots(id),
            }
        };
        let files = self.order.iter().map(|&key| &self.files[key as usize]);
        let merged = Merged {
            inputs: self.inputs_shown(),
            files: files
                .map(|file| {
                    let mut findings = file.findings.clone();
                    findings.span = file.tally.span();
                    findings
                })
                .collect(),
            left_out: self.left_out.clone(),
            tally: self.tally(),
            templates: (0..miner.n_templates()).map(template).collect(),
            messages: said.findings(),
            facts: said.facts(),
            is_miner_full: miner.is_full(),
            is_messages_full: said.is_crowded(),
            sessions,
            is_sessions_full,
        };
        let findings = analysis::detect(merged, &self.options);
        for input in &mut self.inputs {
            if let Source::Labels(labels) = &mut input.source {
                let more = labels.take();
                self.labels.ids.extend(more.ids);
                self.labels.lines.extend(more.lines);
                self.labels.n_dropped += more.n_dropped;
            }
        }
        self.labels.ids.arrange();
        let survey = Survey {
            link_us: i64::from(self.options.link_seconds) * SECOND,
            names: self.names.clone(),
            places: self.places.clone(),
            labels: self.labelled_lines(),
            wants_labels: self.labels.is_empty(),
            ..findings.survey()
        };
        self.findings = Some(findings);
        self.meanings = None;
        survey
    }

    /// The sessions in the texts that are shown, one set an identifier, and whether there were too many.
    fn sessions(&mut self) -> (Vec<SessionSet>, bool) {
        let n_entries = self.files.iter().map(|file| file.sessions.n_entries());
        self.is_spent = n_entries.sum::<usize>() > SESSION_ENTRIES;
        let mut all = Sessions::default();
        for (place, &key) in (0..).zip(&self.order) {
            let of_text = &mut self.files[key as usize].sessions;
            let of_text = if self.is_spent {
                std::mem::take(of_text)
            } else {
                of_text.clone()
            };
            all.join(of_text, &self.names, FileId(place));
        }
        let of_message: Vec<u32> = self.said().templates().map(|id| id.0).collect();
        let is_full = all.is_full();
        (all.finish(self.identifiers(), &of_message), is_full)
    }

    /// The labelled lines of each block of the first log, as its shard counts them.
    fn labelled_lines(&self) -> Vec<BlockLabels> {
        let place = FileId(0);
        let Some(file) = self.file(place) else {
            return Vec::new();
        };
        let lines = &self.labels.lines;
        let from = |base: u64| lines.partition_point(|label| u64::from(label.0) <= base);
        let of_block = |block: usize| {
            let base = file.line_base[block];
            let next = file.line_base.get(block + 1);
            let end = next.map_or(lines.len(), |next| from(*next));
            let own = &lines[from(base)..end];
            BlockLabels {
                file: place,
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

    /// The files of which something is shown, or of which there is nothing that could be.
    fn inputs_shown(&self) -> Vec<InputFindings> {
        let mut text_lens = vec![0; self.inputs.len()];
        let mut is_shown = vec![None; self.inputs.len()];
        for file in &self.files {
            text_lens[file.input as usize] += file.findings.sums.text_len;
            let shown = is_shown[file.input as usize].get_or_insert(false);
            *shown |= !file.is_hidden;
        }
        self.inputs
            .iter()
            .zip(text_lens)
            .zip(is_shown)
            .filter(|(_, is_shown)| *is_shown != Some(false))
            .map(|((input, text_len), _)| input.findings(text_len))
            .collect()
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

    /// Takes other choices, leaves out texts by their number in the report, or brings back those that were left out last;
    /// [`Engine::analyze`] follows. `false`: nothing was changed, because these choices need the files to be read again.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn change(
        &mut self,
        options: Options,
        without: &[u32],
        is_undo: bool,
    ) -> Result<bool, Error> {
        Zone::parse(&options.timezone)?;
        analysis::check(&options)?;
        choice::check(&options)?;
        check_budget(&options)?;
        let read = |options: &Options| {
            (
                options.pattern.clone(),
                options.plain,
                options.is_latin1,
                options.timezone.clone(),
                options.session.clone(),
                options.output_budget_gib,
            )
        };
        if self.is_spent || read(&options) != read(&self.options) {
            return Ok(false);
        }
        let mut undo = self.undo.clone();
        if is_undo {
            undo.pop();
        }
        let keys = without
            .iter()
            .filter_map(|&place| self.order.get(place as usize).copied());
        let keys: Vec<u32> = keys.collect();
        if !keys.is_empty() {
            undo.push(keys);
        }
        let is_hidden = |key: u32| undo.iter().flatten().any(|&hidden| hidden == key);
        if !self.is_read_alike(is_hidden) {
            return Ok(false);
        }
        for (key, file) in (0..).zip(&mut self.files) {
            file.is_hidden = is_hidden(key);
        }
        self.undo = undo;
        self.options = options;
        Ok(true)
    }

    /// Takes the shards' answers and says what was found.
    ///
    /// # Errors
    /// [`Error::Wire`] when [`Engine::analyze`] has not been called.
    pub fn conclude(&mut self, answers: Vec<Surveyed>) -> Result<Report, Error> {
        let not_yet = || Error::Wire("nothing was analysed yet".to_owned());
        let findings = self.findings.as_mut().ok_or_else(not_yet)?;
        let n_slices = findings.n_slices();
        let fineness = n_slices / limits::SPARKLINE;
        findings.slices = vec![0; findings.templates.len() * n_slices];
        findings.firsts = vec![None; findings.templates.len()];
        findings.lanes = vec![0; findings.files.len() * limits::SPARKLINE];
        findings.n_anomalous = vec![0; findings.files.len()];
        let line_of = |file: FileId, block: u32, line: u32| {
            let key = self.order[file.index()];
            let base = self.files[key as usize].line_base[block as usize];
            u32::try_from(base + u64::from(line) + 1).unwrap_or(u32::MAX)
        };
        let (mut episodes, mut verdicts) = (Vec::new(), Vec::new());
        let mut involved = Collector::default();
        let mut edges: Vec<(u32, Episode)> = Vec::new();
        for answer in answers {
            verdicts.extend(answer.verdicts);
            involved.merge(&answer.involved);
            for (block, window, mut edge) in answer.edges {
                edge.line = line_of(edge.file, block, edge.line);
                edges.push((window, edge));
            }
            for (key, n) in answer.lanes {
                // Slices are a whole number of times finer than what is shown.
                if let Some(lane) = findings.lanes.get_mut(key as usize / fineness) {
                    *lane = lane.saturating_add(n);
                }
            }
            for (template, block, mut first) in answer.firsts {
                first.line = line_of(first.file, block, first.line);
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
                episode.line = line_of(episode.file, block, episode.line);
                findings.n_anomalous[episode.file.index()] += u64::from(episode.n_records);
                episodes.push(episode);
            }
        }
        edges.arrange_by_key(|(window, edge)| (*window, edge.start, edge.file, edge.offset));
        findings.involved = involved.into_sources();
        findings
            .involved
            .entries
            .arrange_by_key(|entry| (entry.message, entry.at));
        findings.changes = findings.rate_changes();
        analysis::correlate(findings, episodes, &edges, &self.options);
        findings.evaluation = evaluation::evaluate(findings, &self.labels, verdicts);
        Ok(build::report(findings, &self.options))
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

    fn absorb(&mut self, id: FileId, block: u32, mut summary: Summary) -> Naming {
        let file = &mut self.files[id.index()];
        let messages = std::mem::take(&mut summary.messages);
        let note = |message, said, slots| file.say(message, said, slots);
        let ids = self.read.merge(messages, note);
        let carry = file.findings.sums.last;
        file.add(summary, &ids);
        let input = &self.inputs[file.input as usize];
        if matches!(input.source, Source::Split { .. }) {
            // The blocks so far hold all the text up to the next; if not, the file is read no further.
            let owed = (u64::from(file.n_merged) * self.block_len).min(input.meta.byte_len as u64);
            if file.findings.sums.text_len < owed {
                file.n_blocks = Some(file.n_merged);
            }
        }
        Naming {
            file: id,
            block,
            ids,
            carry,
        }
    }
}

fn by_time(input: &Input, idx: u32) -> ByTime {
    let Input { first, meta, .. } = input;
    (first.is_none(), *first, meta.name.clone(), idx)
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
