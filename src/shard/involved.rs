//! Anomalous records → which sources each episode is of.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::ids::MessageId;
use crate::base::time::Timestamp;
use crate::correlate::incidents::Episode;

/// Sources of one episode within a block; further ones are not named.
const SOURCES_CAP: usize = 64;

/// Records of one source in an episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Involved {
    /// The message of the episode.
    pub message: MessageId,
    /// A time within the episode.
    pub at: Timestamp,
    /// The source, as an index into [`InvolvedSources::names`].
    pub source: u32,
    /// Records.
    pub n_records: u32,
}

/// The sources of all episodes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvolvedSources {
    /// Names, each once.
    pub names: Vec<String>,
    /// By message and time once all are known; an episode has several entries of a source where blocks cut it apart.
    pub entries: Vec<Involved>,
}

impl InvolvedSources {
    /// The entries of an episode.
    pub fn of(&self, episode: &Episode) -> impl Iterator<Item = &Involved> {
        let (message, start, end) = (episode.message, episode.start, episode.end);
        let from = self
            .entries
            .partition_point(|entry| (entry.message, entry.at) < (message, start));
        self.entries[from..]
            .iter()
            .take_while(move |entry| entry.message == message && entry.at <= end)
    }
}

/// Records by source while an episode goes on, as the block numbers sources.
#[derive(Debug, Clone, Default)]
pub(super) struct BySource(Vec<(u16, u32)>);

impl BySource {
    pub(super) fn add(&mut self, source: u16) {
        if let Some(entry) = self.0.iter_mut().find(|entry| entry.0 == source) {
            entry.1 += 1;
        } else if self.0.len() < SOURCES_CAP {
            self.0.push((source, 1));
        }
    }
}

/// Collects the sources of episodes under common numbers.
#[derive(Debug, Default)]
pub struct Collector {
    index: FxHashMap<String, u32>,
    sources: InvolvedSources,
}

impl Collector {
    /// Takes an episode of a block that is over.
    pub(super) fn close(&mut self, episode: &Episode, by_source: &BySource, names: &[String]) {
        for &(source, n_records) in &by_source.0 {
            let source = self.number(&names[usize::from(source)]);
            self.sources.entries.push(Involved {
                message: episode.message,
                at: episode.start,
                source,
                n_records,
            });
        }
    }

    /// The numbers of sources of a block, in their order.
    pub(super) fn numbers(&mut self, names: &[String]) -> Vec<u32> {
        names.iter().map(|name| self.number(name)).collect()
    }

    /// Takes those of a shard; answers with what number each name has here.
    pub fn merge(&mut self, other: &InvolvedSources) -> Vec<u32> {
        for entry in &other.entries {
            if let Some(name) = other.names.get(entry.source as usize) {
                let source = self.number(name);
                self.sources.entries.push(Involved { source, ..*entry });
            }
        }
        other.names.iter().map(|name| self.number(name)).collect()
    }

    /// What was collected.
    #[must_use]
    pub fn into_sources(self) -> InvolvedSources {
        self.sources
    }

    fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.index.get(name) {
            return number;
        }
        let number = self.sources.names.len() as u32;
        self.index.insert(name.to_owned(), number);
        self.sources.names.push(name.to_owned());
        number
    }
}
