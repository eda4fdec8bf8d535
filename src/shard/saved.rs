//! The records of a block as bytes, so that a file that has not changed need not be read again.

use serde::{Deserialize, Serialize};

use super::block::Label;
use super::wire::BlockJob;
use super::{Kept, Shard};
use crate::base::calendar::Calendar;
use crate::base::ids::FileId;
use crate::base::written::N_CYCLES;
use crate::error::Error;
use crate::table::BlockTable;

/// What a shard keeps of a block once it has been read.
#[derive(Debug, Serialize, Deserialize)]
pub struct SavedBlock {
    job: BlockJob,
    input: u32,
    is_packed: bool,
    table: BlockTable,
    sources: Vec<String>,
    labels: Vec<Label>,
}

/// The same, lent.
#[derive(Debug, Serialize)]
pub struct LentBlock<'a> {
    job: BlockJob,
    input: u32,
    is_packed: bool,
    table: &'a BlockTable,
    sources: &'a [String],
    labels: &'a [Label],
}

impl Shard {
    /// What it keeps of a block, named as it was read; `None` where it has not read it.
    #[must_use]
    pub fn saved(&self, file: FileId, block: u32) -> Option<LentBlock<'_>> {
        let is_it = |kept: &&Kept| kept.read_as == file && kept.job.block == block;
        let kept = self.kept.iter().chain(&self.hidden).find(is_it)?;
        Some(LentBlock {
            job: BlockJob {
                file,
                ..kept.job.clone()
            },
            input: kept.input,
            is_packed: kept.is_packed,
            table: &kept.table,
            sources: &kept.sources,
            labels: &kept.labels,
        })
    }

    /// Takes a block as if it had been read.
    ///
    /// # Errors
    /// [`Error::Wire`] when its columns do not fit together.
    pub fn restore(&mut self, saved: SavedBlock) -> Result<(), Error> {
        if !saved.table.is_sound(saved.sources.len()) {
            return Err(Error::Wire("a saved block is damaged".to_owned()));
        }
        self.kept.push(Kept {
            read_as: saved.job.file,
            job: saved.job,
            table: saved.table,
            sources: saved.sources,
            labels: saved.labels,
            pooled: Vec::new(),
            ids: Vec::new(),
            carry: None,
            later_by: [0; N_CYCLES],
            calendar: Calendar::default(),
            input: saved.input,
            is_packed: saved.is_packed,
        });
        Ok(())
    }
}
