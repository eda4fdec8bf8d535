//! Summaries of blocks, in any order → what each text adds up to, merged in the order of the text.

use super::Engine;
use super::input::Source;
use crate::base::ids::{FileId, MessageId};
use crate::shard::wire::{Naming, Summary};

impl Engine {
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

    fn absorb(&mut self, id: FileId, block: u32, mut summary: Summary) -> Naming {
        let file = &mut self.files[id.index()];
        let messages = std::mem::take(&mut summary.messages);
        let note = |message, said, slots| file.say(message, said, slots);
        let ids = self.read.merge(messages, note);
        let is_kept = |message: MessageId| {
            let id = ids.get(message.index());
            id.is_some_and(|id| self.read.is_kept(*id))
        };
        // Which of the messages beyond the cap a block tells apart depends on the block.
        (summary.amounts).retain(|amount| is_kept(amount.message));
        let carry = file.times.last();
        let later_by = file.add(summary, &ids);
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
            later_by,
        }
    }
}
