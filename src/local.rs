//! A whole run in one thread over bytes in memory: for embedding, for tests, and as the shortest account of who calls whom.

use crate::error::Error;
use crate::ingest::blocks::BLOCK_LEN;
use crate::protocol::{FileMeta, Options};
use crate::report::Report;
use crate::session::{Engine, HEAD_LEN, Task};
use crate::shard::Shard;
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
                        shards[owner.2].name_messages(naming.file, naming.block, naming.ids);
                    }
                }
            }
        }
    }
    let survey = engine.analyze();
    engine.conclude(shards.iter().map(|shard| shard.survey(&survey)).collect())
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
