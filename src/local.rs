//! A whole run in one thread over bytes in memory: for embedding, for tests, and as the shortest account of who calls whom.

use crate::base::ids::{FileId, TemplateId};
use crate::error::Error;
use crate::ingest::blocks::BLOCK_LEN;
use crate::ingest::container::Container;
use crate::ingest::readback::ReadBack;
use crate::protocol::{
    FileMeta, Histogram, Options, Place, RawLine, Selection, Similar, SourceCount,
};
use crate::report::Report;
use crate::session::{Engine, HEAD_LEN, RECORD_CAP, Reread, Task, by_file};
use crate::shard::Shard;
use crate::shard::question::{Answer, Question};
use crate::shard::wire::BlockJob;

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
        let mut shards = (0..layout.n_shards.max(1))
            .map(|_| Shard::new(engine.setup()))
            .collect::<Result<Vec<_>, _>>()?;
        let mut owners = Vec::new();
        loop {
            match engine.next_task() {
                Task::Done => break,
                Task::Read {
                    file,
                    offset,
                    byte_len,
                } => {
                    let bytes = files[file.index()].1;
                    let end = bytes.len().min((offset + byte_len) as usize);
                    engine.feed(file, &bytes[(offset as usize).min(end)..end]);
                }
                Task::Block { job, bytes } => {
                    let owner = owners.len() % shards.len();
                    owners.push((job.file, job.block, owner));
                    let shard = &mut shards[owner];
                    let text = bytes
                        .as_deref()
                        .unwrap_or_else(|| &files[job.file.index()].1[job.feed_from() as usize..]);
                    let summary = work(shard, job, text, layout.chunk_len)?;
                    for naming in engine.merge(job.file, job.block, summary) {
                        let key = (naming.file, naming.block);
                        if let Some(owner) = owners.iter().find(|owner| (owner.0, owner.1) == key) {
                            shards[owner.2].name_messages(naming);
                        }
                    }
                }
            }
        }
        let survey = engine.analyze();
        let surveyed = shards.iter_mut().map(|shard| shard.survey(survey.clone()));
        let surveyed = surveyed.collect();
        Ok(Self {
            report: engine.conclude(surveyed)?,
            engine,
            shards,
            files: files.iter().map(|file| file.1).collect(),
        })
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
                let bytes = self.files[range.file.index()];
                let end = bytes.len().min(range.end as usize);
                let text = &bytes[(range.start as usize).min(end)..end];
                self.engine.add_found(&shard.search(range, text));
            }
            for (file, ranges) in by_file(begun.packed) {
                let mut again = Reread::new(ranges);
                let mut packed = self.files[file.index()];
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
        let mut texts = vec![Vec::new(); hits.len()];
        for (file, bytes) in self.files.iter().enumerate() {
            let file = FileId::from_index(file);
            let here = || hits.iter().enumerate().filter(|(_, hit)| hit.file == file);
            let places = here().map(|(_, hit)| (hit.offset, hit.byte_len.min(RECORD_CAP)));
            let found = if self.engine.container(file) == Some(Container::Plain) {
                places
                    .map(|(offset, byte_len)| {
                        let end = bytes.len().min(offset as usize + byte_len as usize);
                        bytes[(offset as usize).min(end)..end].to_vec()
                    })
                    .collect()
            } else {
                let mut back = ReadBack::new(places.collect());
                back.push(bytes);
                back.into_texts()
            };
            here()
                .zip(found)
                .for_each(|((idx, _), text)| texts[idx] = text);
        }
        let lines = hits.iter().zip(&texts);
        lines
            .map(|(hit, text)| self.engine.line(hit, text))
            .collect()
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

    /// Which templates and words mean much the same as a template.
    ///
    /// # Errors
    /// As [`Engine::similar`].
    pub fn similar(&mut self, template: u32) -> Result<Similar, Error> {
        self.engine.similar(TemplateId(template))
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
    job: BlockJob,
    text: &[u8],
    chunk_len: usize,
) -> Result<crate::shard::wire::Summary, Error> {
    shard.begin(job)?;
    for chunk in text.chunks(chunk_len.max(1)) {
        if !shard.push(chunk) {
            break;
        }
    }
    shard.end()
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
