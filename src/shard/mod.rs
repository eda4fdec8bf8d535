//! One worker's state: blocks in, summaries out, and answers to queries about the records it has seen.
//!
//! A summary depends on the block alone, never on the worker that made it or on what that worker did before.

mod block;
pub mod wire;

use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use self::block::OpenBlock;
use self::wire::{BlockJob, FileSetup, Filter, Hit, Setup, Summary, Survey, Surveyed};
use crate::base::ids::{FileId, MessageId};
use crate::base::time::Timestamp;
use crate::base::zone::Zone;
use crate::correlate::incidents::Episode;
use crate::error::Error;
use crate::ingest::blocks::continuation_reach;
use crate::table::BlockTable;

pub use self::block::boundary;

/// Records of a block, and how its messages are called in the run.
#[derive(Debug)]
struct Kept {
    job: BlockJob,
    table: BlockTable,
    sources: Vec<String>,
    /// Numbers of its messages among all that were read.
    pooled: Vec<MessageId>,
    /// What they are called in the run.
    ids: Vec<MessageId>,
}

/// A shard worker's state.
#[derive(Debug)]
pub struct Shard {
    setup: Setup,
    zone: Zone,
    kept: Vec<Kept>,
    /// Blocks of texts that were left out by hand.
    hidden: Vec<Kept>,
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
            hidden: Vec::new(),
            open: None,
        })
    }

    /// Begins a block of a text that is read as `setup` says; its bytes follow through [`Shard::push`].
    pub fn begin(&mut self, job: BlockJob, setup: &FileSetup) {
        self.open = Some(OpenBlock::new(
            job,
            setup,
            &self.zone,
            continuation_reach(self.setup.block_len),
        ));
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
        let (job, (summary, table, sources)) = (open.job(), open.finish());
        self.kept.push(Kept {
            job,
            table,
            sources,
            pooled: Vec::new(),
            ids: Vec::new(),
        });
        Ok(summary)
    }

    /// Learns which of all messages that were read those of a block are.
    pub fn name_messages(&mut self, file: FileId, block: u32, pooled: Vec<MessageId>) {
        // Blocks are merged soon after they were worked on.
        let is_it = |kept: &&mut Kept| kept.job.file == file && kept.job.block == block;
        if let Some(kept) = self.kept.iter_mut().rev().find(is_it) {
            kept.pooled = pooled;
        }
    }

    /// Puts aside what is left out, brings back what is not, and learns what messages are called.
    fn arrange(&mut self, survey: &Survey) {
        let mut all = std::mem::take(&mut self.kept);
        all.append(&mut self.hidden);
        all.sort_unstable_by_key(|kept| (kept.job.file, kept.job.block));
        for mut kept in all {
            if survey.hidden.get(kept.job.file.index()) == Some(&true) {
                self.hidden.push(kept);
                continue;
            }
            let name = |pooled: &MessageId| survey.names.get(pooled.index()).copied();
            kept.ids = kept.pooled.iter().filter_map(name).collect();
            self.kept.push(kept);
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
    pub fn survey(&mut self, survey: &Survey) -> Surveyed {
        self.arrange(survey);
        let mut out = Surveyed::default();
        let n_slices = survey.n_slices.max(1);
        let mut slices = vec![0u32; survey.n_templates as usize * n_slices as usize];
        for kept in &self.kept {
            let mut open: FxHashMap<u32, Episode> = FxHashMap::default();
            let mut lane = vec![0u32; n_slices as usize];
            for (idx, (time, message)) in kept.table.times_and_messages().enumerate() {
                let (Some(time), Some(&id)) = (time, kept.ids.get(message as usize)) else {
                    continue;
                };
                let slice = ((time.0.saturating_sub(survey.start.0)) / survey.slice_us.max(1))
                    .clamp(0, i64::from(n_slices) - 1);
                lane[slice as usize] += 1;
                if let Some(&template) = survey.templates.get(id.index()) {
                    slices[template as usize * n_slices as usize + slice as usize] += 1;
                }
                if !survey.is_anomalous(id, time) {
                    continue;
                }
                let near = |episode: &Episode| {
                    time.0 < episode.end.0.saturating_add(survey.link_us)
                        && time.0 > episode.start.0.saturating_sub(survey.link_us)
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
            let key = kept.job.file.0 * n_slices;
            let lane = lane.into_iter().zip(key..).filter(|(n, _)| *n > 0);
            out.lanes.extend(lane.map(|(n, key)| (key, n)));
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
