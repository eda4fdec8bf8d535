//! Messages of one block → distinct masked messages with their counts.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::mask;
use super::slot::SlotKind;
use crate::base::hash;
use crate::base::time::Timestamp;
use crate::parse::Level;

/// Distinct masked messages kept of one block; further ones share an entry with those that begin alike.
pub const BLOCK_CAP: usize = 50_000;
/// Entries for messages beyond the cap.
const OVERFLOW_CAP: usize = 5_000;

/// Variables of a message whose kind is kept.
const SLOT_CAP: usize = 256;

/// A distinct masked message of a block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Identity of the masked text.
    pub hash: u64,
    /// The masked text.
    pub text: String,
    /// What its variables are, by the first record that says it.
    pub slots: Vec<SlotKind>,
    /// Records that say it.
    pub n_records: u32,
    /// The most severe level among them.
    pub level: Option<Level>,
    /// Earliest time.
    pub first: Option<Timestamp>,
    /// Latest time.
    pub last: Option<Timestamp>,
    /// Whether it stands for all messages that begin like it, because the block had too many distinct ones.
    pub is_overflow: bool,
}

/// Interns the messages of a block.
#[derive(Debug, Default)]
pub struct Messages {
    index: FxHashMap<u64, u32>,
    list: Vec<Message>,
    spans: Vec<(u32, u32)>,
}

/// Where a message was filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filed {
    /// Index into [`Messages::list`].
    pub idx: u32,
    /// Whether this is its first appearance in the block.
    pub is_new: bool,
    /// Identity of the first address in the message.
    pub ip: Option<u64>,
}

impl Messages {
    /// Files one record's message.
    pub fn file(&mut self, message: &[u8], time: Option<Timestamp>, level: Option<Level>) -> Filed {
        let message = &message[..message.len().min(mask::MESSAGE_CAP)];
        let scan = mask::scan(message, &mut self.spans);
        let (idx, is_new) = match self.index.get(&scan.hash) {
            Some(&idx) => (idx, false),
            None => self.insert(scan.hash, message),
        };
        let entry = &mut self.list[idx as usize];
        entry.n_records += 1;
        entry.level = entry.level.max(level);
        if let Some(time) = time {
            entry.first = Some(entry.first.map_or(time, |first| first.min(time)));
            entry.last = Some(entry.last.map_or(time, |last| last.max(time)));
        }
        Filed {
            idx,
            is_new,
            ip: scan.ip,
        }
    }

    /// The distinct messages, by first appearance.
    #[must_use]
    pub fn list(&self) -> &[Message] {
        &self.list
    }

    /// Gives up the distinct messages, by first appearance.
    #[must_use]
    pub fn into_list(self) -> Vec<Message> {
        self.list
    }

    fn insert(&mut self, hash: u64, message: &[u8]) -> (u32, bool) {
        let is_overflow = self.list.len() >= BLOCK_CAP;
        let mut key = hash;
        if is_overflow {
            key = if self.list.len() < BLOCK_CAP + OVERFLOW_CAP {
                beginning(message)
            } else {
                0
            };
            if let Some(&idx) = self.index.get(&key) {
                return (idx, false);
            }
        }
        let idx = self.list.len() as u32;
        let text = mask::render(message, &self.spans);
        let slots = self
            .spans
            .iter()
            .take(SLOT_CAP)
            .map(|&(from, to)| SlotKind::of(&message[from as usize..to as usize]))
            .collect();
        self.list.push(Message {
            hash: key,
            text,
            slots,
            n_records: 0,
            level: None,
            first: None,
            last: None,
            is_overflow,
        });
        self.index.insert(key, idx);
        (idx, true)
    }
}

/// Identity of how a message begins: its first two words without digits.
fn beginning(message: &[u8]) -> u64 {
    let words = message
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    words.take(2).fold(1, |state, word| {
        let is_plain = !word.iter().any(u8::is_ascii_digit);
        hash::combine(state, if is_plain { hash::bytes(word) } else { 0 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_messages_are_counted_together() {
        let mut messages = Messages::default();
        let t = |s| Some(Timestamp(s));
        let first = messages.file(b"job 1 failed", t(5), Some(Level::Warn));
        let second = messages.file(b"job 22 failed", t(3), Some(Level::Error));
        let third = messages.file(b"job 22 done", None, None);
        assert!(first.is_new && !second.is_new && third.is_new);
        assert_eq!((first.idx, second.idx, third.idx), (0, 0, 1));
        let entry = &messages.list()[0];
        assert_eq!(
            (entry.n_records, entry.level, entry.first, entry.last),
            (2, Some(Level::Error), t(3), t(5))
        );
        assert_eq!(entry.text, "job <*> failed");
        assert_eq!(entry.slots, [SlotKind::Number]);
    }

    #[test]
    fn too_many_distinct_messages_share_entries_and_none_is_lost() {
        let mut messages = Messages::default();
        let n = BLOCK_CAP + 1000;
        let word = |i: usize| {
            (0..4)
                .map(|k| char::from(b'a' + ((i / 26usize.pow(k)) % 26) as u8))
                .collect::<String>()
        };
        for i in 0..n {
            messages.file(format!("never seen {}", word(i)).as_bytes(), None, None);
        }
        assert_eq!(messages.list().len(), BLOCK_CAP + 1);
        assert!(messages.list()[BLOCK_CAP].is_overflow);
        assert_eq!(
            messages
                .list()
                .iter()
                .map(|m| m.n_records as usize)
                .sum::<usize>(),
            n
        );
    }
}
