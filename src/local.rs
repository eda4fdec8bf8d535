//! A whole run in one thread over bytes in memory: for embedding, for tests, and as the shortest account of who calls whom.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::ingest::blocks::BLOCK_LEN;
use crate::protocol::{FileMeta, Options};
use crate::report::Report;
use crate::session::{Engine, HEAD_LEN, Task};
use crate::shard::Shard;

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
    Run::read(files, options, layout)?.report()
}

/// A run whose files have been read, of which one may ask again with other choices.
#[derive(Debug)]
pub struct Run {
    engine: Engine,
    shards: Vec<Shard>,
}

impl Run {
    /// Reads files that are in memory.
    ///
    /// # Errors
    /// As [`Engine::new`] and [`Engine::open`].
    pub fn read(
        files: &[(FileMeta, &[u8])],
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
        let (mut owners, mut n_blocks) = (BTreeMap::new(), 0);
        loop {
            match engine.next_task() {
                Task::Done => return Ok(Self { engine, shards }),
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
                    shards[owner].begin(job, &setup);
                    let summary = work(&mut shards[owner], text, layout.chunk_len)?;
                    for naming in engine.merge(job.file, job.block, summary) {
                        if let Some(owner) = owners.remove(&(naming.file, naming.block)) {
                            shards[owner].name_messages(naming.file, naming.block, naming.ids);
                        }
                    }
                }
            }
        }
    }

    /// As [`Engine::change`].
    ///
    /// # Errors
    /// As [`Engine::change`].
    pub fn change(
        &mut self,
        options: Options,
        without: &[u32],
        is_undo: bool,
    ) -> Result<bool, Error> {
        self.engine.change(options, without, is_undo)
    }

    /// What was found.
    ///
    /// # Errors
    /// As [`Engine::conclude`].
    pub fn report(&mut self) -> Result<Report, Error> {
        let survey = self.engine.analyze();
        let answers = self.shards.iter_mut().map(|shard| shard.survey(&survey));
        self.engine.conclude(answers.collect())
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

/// A file of this name in memory, last modified at the given instant.
#[must_use]
pub fn meta(name: &str, bytes: &[u8], modified_ms: f64) -> FileMeta {
    FileMeta {
        name: name.to_owned(),
        byte_len: bytes.len() as f64,
        modified_ms,
    }
}
