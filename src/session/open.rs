//! Files as they are given → inputs of the run, and what ties the records in them together.

use super::input::{Input, Known, Source};
use super::{Engine, choice, identify};
use crate::base::hash;
use crate::base::order::Arrange;
use crate::base::time::Timestamp;
use crate::error::Error;
use crate::featurize::identifier::Identifier;
use crate::featurize::identify::Probe;
use crate::protocol::FileMeta;

/// Beginnings of files that are looked at to tell what ties records together: those with the earliest times.
const HEADS: usize = 32;

/// Files by the first time in each, then by name.
pub(super) type ByTime = (bool, Option<Timestamp>, String, u32);

impl Engine {
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

    /// What ties records to sessions; decided when it is first asked for.
    pub(super) fn identifiers(&self) -> &[Identifier] {
        self.identifiers.get_or_init(|| self.identify(|_| true))
    }

    /// What ties records to sessions, as far as the files tell that are read.
    fn identify(&self, is_read: impl Fn(u32) -> bool) -> Vec<Identifier> {
        if let Some(chosen) = choice::identifiers(&self.options.session) {
            return chosen;
        }
        let mut probe = Probe::default();
        for (_, head) in self.heads.iter().filter(|(key, _)| is_read(key.3)) {
            identify::look(&mut probe, &head.text, &head.plan);
        }
        let mut wanted = self.labelled_ids.clone();
        wanted.arrange();
        probe.identifiers(&wanted)
    }

    /// Whether the files would be read in the same way if those of which all texts are left out had never been there.
    pub(super) fn is_read_alike(&self, is_hidden: impl Fn(u32) -> bool) -> bool {
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
}

pub(super) fn by_time(input: &Input, idx: u32) -> ByTime {
    let Input { first, meta, .. } = input;
    (first.is_none(), *first, meta.name.clone(), idx)
}
