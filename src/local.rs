//! A whole run in one thread over bytes in memory: for embedding, for tests, and as the shortest account of who calls whom.

use std::collections::BTreeMap;

use crate::base::ids::TemplateId;
use crate::error::Error;
use crate::ingest::blocks::BLOCK_LEN;
use crate::ingest::container::Container;
use crate::ingest::readback::ReadBack;
use crate::protocol::{
    CompareBy, Comparison, FileMeta, Histogram, IncidentLines, Options, Place, RawLine,
    RecordChoice, RecordFormat, Selection, Side, Similar, SourceCount, TemplateCount, ValueCounts,
};
use crate::report::Report;
use crate::report::export::incidents;
use crate::session::{Engine, HEAD_LEN, RECORD_CAP, Reread, Task, by_input, values};
use crate::shard::Shard;
use crate::shard::question::{Answer, Question};

/// How the work is laid out; the report does not depend on it, except that continuation lines and block summaries meet at
/// block borders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Shards that take turns.
    pub n_shards: usize,
    /// Bytes fed at a time.
    pub chunk_len: usize,
    /// Nominal bytes of a block.
    pub block_len: u64,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            n_shards: 1,
            chunk_len: 1 << 20,
            block_len: BLOCK_LEN,
        }
    }
}

/// Analyses files that are in memory.
///
/// # Errors
/// As [`Engine::new`] and [`Engine::open`].
pub fn analyze(
    files: &[(FileMeta, &[u8])],
    options: Options,
    layout: Layout,
) -> Result<Report, Error> {
    Analysis::new(files, options, layout).map(|analysis| analysis.report)
}

/// A finished run whose records can be asked for.
#[derive(Debug)]
pub struct Analysis<'a> {
    /// What was found.
    pub report: Report,
    engine: Engine,
    shards: Vec<Shard>,
    files: Vec<&'a [u8]>,
}

impl<'a> Analysis<'a> {
    /// Analyses files that are in memory.
    ///
    /// # Errors
    /// As [`Engine::new`] and [`Engine::open`].
    pub fn new(
        files: &[(FileMeta, &'a [u8])],
        options: Options,
        layout: Layout,
    ) -> Result<Self, Error> {
        let mut engine = Engine::with_block_len(options, layout.block_len)?;
        for (meta, bytes) in files {
            engine.open(meta.clone(), &bytes[..bytes.len().min(HEAD_LEN as usize)])?;
        }
        let mut shards: Vec<Shard> = (0..layout.n_shards.max(1))
            .map(|_| Shard::new(engine.setup()))
            .collect();
        let (mut owners, mut n_blocks) = (BTreeMap::new(), 0);
        loop {
            match engine.next_task() {
                Task::Done => break,
                Task::Read {
                    input,
                    offset,
                    byte_len,
                } => {
                    let bytes = files[input as usize].1;
                    let end = bytes.len().min((offset + byte_len) as usize);
                    engine.feed(input, &bytes[(offset as usize).min(end)..end]);
                }
                Task::Block {
                    job,
                    setup,
                    input,
                    bytes,
                } => {
                    let owner = n_blocks % shards.len();
                    n_blocks += 1;
                    owners.insert((job.file, job.block), owner);
                    let all = files[input as usize].1;
                    // A file may be shorter than it was said to be.
                    let from = (job.feed_from() as usize).min(all.len());
                    let text = bytes.as_deref().unwrap_or(&all[from..]);
                    let (file, block) = (job.file, job.block);
                    shards[owner].begin(job, &setup);
                    let summary = work(&mut shards[owner], text, layout.chunk_len)?;
                    for naming in engine.merge(file, block, summary) {
                        if let Some(owner) = owners.remove(&(naming.file, naming.block)) {
                            shards[owner].name_messages(naming);
                        }
                    }
                }
            }
        }
        let report = work_out(&mut engine, &mut shards)?;
        Ok(Self {
            report,
            engine,
            shards,
            files: files.iter().map(|file| file.1).collect(),
        })
    }

    /// Takes other choices or leaves out files, as [`Engine::change`] says, and works the report out again.
    ///
    /// # Errors
    /// As [`Engine::change`].
    pub fn change(
        &mut self,
        options: Options,
        without: &[u32],
        is_undo: bool,
    ) -> Result<bool, Error> {
        let is_changed = self.engine.change(options, without, is_undo)?;
        if is_changed {
            self.report = work_out(&mut self.engine, &mut self.shards)?;
        }
        Ok(is_changed)
    }

    /// Selects records, in place of those selected before; answers how many there are.
    ///
    /// # Errors
    /// As [`Engine::begin_query`].
    pub fn find(&mut self, selection: &Selection, n_bins: u32) -> Result<u64, Error> {
        let filter = self.engine.begin_query(selection, n_bins)?;
        for shard in &mut self.shards {
            let begun = shard.begin_query(filter.clone())?;
            self.engine.add_found(&begun.found);
            while let Some(range) = shard.wanted_text(0) {
                let input = self.engine.input_of(range.file).unwrap_or(u32::MAX);
                let bytes = self.files.get(input as usize).copied().unwrap_or_default();
                let end = bytes.len().min(range.end as usize);
                let text = &bytes[(range.start as usize).min(end)..end];
                self.engine.add_found(&shard.search(range, text));
            }
            for (input, ranges) in by_input(begun.packed, |file| self.engine.input_of(file)) {
                let mut again = Reread::new(self.engine.text_reader(), ranges);
                let mut packed = self.files[input as usize];
                while let Some((range, text)) = again.next(&mut packed, true) {
                    self.engine.add_found(&shard.search(range, &text));
                }
            }
        }
        Ok(self.engine.n_hits())
    }

    /// How the selected records lie in time.
    #[must_use]
    pub fn histogram(&self) -> Histogram {
        self.engine.histogram()
    }

    /// The selected records from row `first` on, `n_lines` of them.
    #[must_use]
    pub fn lines(&mut self, first: u64, n_lines: usize) -> Vec<RawLine> {
        let mut page = self.engine.page(first, n_lines);
        while let Some(question) = page.question() {
            page.answer(self.ask(question));
        }
        let hits = page.into_hits();
        let places: Vec<(u32, u64, u32)> = (hits.iter())
            .map(|hit| {
                let input = self.engine.input_of(hit.file).unwrap_or(u32::MAX);
                (input, hit.offset, hit.byte_len.min(RECORD_CAP))
            })
            .collect();
        let texts = self.texts(&places);
        let lines = hits.iter().zip(&texts);
        lines
            .map(|(hit, text)| self.engine.line(hit, text))
            .collect()
    }

    /// The selected records as a file; with it how many it holds.
    ///
    /// # Errors
    /// What `sink` makes of a piece ends the export.
    pub fn export<E>(
        &self,
        choice: RecordChoice,
        format: RecordFormat,
        is_redacted: bool,
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut export = self.engine.export(choice, format, is_redacted);
        while !export.is_done() {
            if let Some(question) = export.question() {
                export.answer(&self.engine, self.ask(question));
            }
            let places: Vec<_> = export.places(&self.engine).collect();
            let texts = self.texts(&places);
            sink(&export.write(&self.engine, texts.iter().map(Vec::as_slice)))?;
        }
        Ok(export.n_written())
    }

    /// All patterns as CSV.
    #[must_use]
    pub fn patterns_csv(&self, is_redacted: bool) -> Vec<u8> {
        self.engine.patterns_csv(is_redacted)
    }

    /// The incidents with their lines as CSV; selects the records of the last.
    ///
    /// # Errors
    /// As [`Engine::begin_query`].
    pub fn incidents_csv(&mut self, is_redacted: bool) -> Result<Vec<u8>, Error> {
        let mut lines = Vec::new();
        for id in self
            .report
            .incidents
            .iter()
            .map(|incident| incident.id)
            .collect::<Vec<_>>()
        {
            let selection = Selection {
                incident: Some(id),
                ..Selection::default()
            };
            self.find(&selection, 1)?;
            let own = self.lines(0, incidents::LINES);
            let leading = self.leading_line(id, &own)?;
            lines.push(IncidentLines { leading, own });
        }
        Ok(incidents::csv(&self.report, &lines, is_redacted))
    }

    /// The line an incident began with, which need not be one of its first records.
    fn leading_line(&mut self, id: u32, own: &[RawLine]) -> Result<Option<RawLine>, Error> {
        let edge = self.report.incidents[id as usize - 1].leading_edge.clone();
        let is_edge = |line: &&RawLine| (line.file, line.line) == (edge.file, edge.line);
        if let Some(line) = own.iter().find(is_edge) {
            return Ok(Some(line.clone()));
        }
        let selection = Selection {
            templates: Some(vec![edge.template]),
            files: Some(vec![edge.file]),
            from_ms: edge.ms,
            to_ms: edge.ms.map(|ms| ms + 1.0),
            ..Selection::default()
        };
        let n_found = self.find(&selection, 1)?;
        let mut first = 0;
        while first < n_found {
            let lines = self.lines(first, incidents::LINES);
            if let Some(line) = lines.iter().find(is_edge) {
                return Ok(Some(line.clone()));
            }
            first += incidents::LINES as u64;
        }
        Ok(None)
    }

    /// The text at places of the files.
    fn texts(&self, places: &[(u32, u64, u32)]) -> Vec<Vec<u8>> {
        let mut texts = vec![Vec::new(); places.len()];
        for (input, bytes) in (0..).zip(&self.files) {
            let here = || {
                places
                    .iter()
                    .enumerate()
                    .filter(|(_, place)| place.0 == input)
            };
            let found = if self.engine.container(input) == Some(Container::Plain) {
                here()
                    .map(|(_, &(_, offset, byte_len))| {
                        let end = bytes.len().min(offset as usize + byte_len as usize);
                        bytes[(offset as usize).min(end)..end].to_vec()
                    })
                    .collect()
            } else {
                let wanted = here().map(|(_, &(_, offset, byte_len))| (offset, byte_len));
                let mut back = ReadBack::new(self.engine.text_reader(), wanted.collect());
                back.push(bytes);
                back.into_texts()
            };
            here()
                .zip(found)
                .for_each(|((idx, _), text)| texts[idx] = text);
        }
        texts
    }

    /// At which of the selected records a place is.
    #[must_use]
    pub fn seek(&self, place: Place) -> u64 {
        let mut question = self.engine.seek(place);
        loop {
            match self.engine.row(self.ask(question)) {
                Ok(row) => return row,
                Err(next) => question = next,
            }
        }
    }

    /// The sources, most frequent first, at most 500.
    #[must_use]
    pub fn sources(&self) -> Vec<SourceCount> {
        self.engine.sources(self.ask(Question::Sources)).0
    }

    /// The selected records by template.
    #[must_use]
    pub fn facets(&self) -> Vec<TemplateCount> {
        self.engine.facets(self.ask(Question::Messages))
    }

    /// What stands at the place that the selection names.
    #[must_use]
    pub fn values(&self) -> ValueCounts {
        values(self.ask(Question::Values))
    }

    /// Which templates and words mean much the same as a template.
    ///
    /// # Errors
    /// As [`Engine::similar`].
    pub fn similar(&mut self, template: u32) -> Result<Similar, Error> {
        self.engine.similar(TemplateId(template))
    }

    /// What differs between two sides.
    ///
    /// # Errors
    /// As [`Engine::contrast`] and [`Engine::compared`].
    pub fn compare(&self, before: &Side, after: &Side, by: CompareBy) -> Result<Comparison, Error> {
        let contrast = self.engine.contrast(before, after)?;
        let answers = self.shards.iter().map(|shard| shard.contrast(&contrast));
        self.engine.compared(before, after, by, answers.collect())
    }

    /// Bytes that the records of all shards occupy.
    #[must_use]
    pub fn table_len(&self) -> usize {
        self.shards.iter().map(Shard::table_len).sum()
    }

    fn ask(&self, question: Question) -> Vec<Answer> {
        self.shards
            .iter()
            .map(|shard| shard.answer(question))
            .collect()
    }
}

fn work(
    shard: &mut Shard,
    text: &[u8],
    chunk_len: usize,
) -> Result<crate::shard::wire::Summary, Error> {
    for chunk in text.chunks(chunk_len.max(1)) {
        if !shard.push(chunk) {
            break;
        }
    }
    shard.end()
}

/// The report on what was read.
fn work_out(engine: &mut Engine, shards: &mut [Shard]) -> Result<Report, Error> {
    let survey = engine.analyze();
    let answers = shards.iter_mut().map(|shard| shard.survey(survey.clone()));
    engine.conclude(answers.collect())
}

/// A file of this name in memory, last modified at the given instant.
#[must_use]
pub fn meta(name: &str, bytes: &[u8], modified_ms: f64) -> FileMeta {
    FileMeta {
        name: name.to_owned(),
        byte_len: bytes.len() as f64,
        modified_ms,
    }
}
