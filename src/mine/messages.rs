//! Messages of one block → distinct masked messages with their counts.
//!
//! A run keeps the first [`MESSAGE_CAP`] distinct messages of its text, or as many as [`TEXT_CAP`] bytes hold. Of those
//! beyond, only what they begin with is kept ([`Crowd`]). A block cannot know which messages earlier blocks have used up the
//! cap with; so it keeps as many as a whole run would, and names the others by their hashes: whichever the run does not know
//! came after its cap was reached. That is why blocks do not matter here either.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::crowd::{self, Crowd};
use super::mask;
use super::slot::SlotKind;
use crate::parse::Level;

/// Distinct masked messages kept of a run, and so of a block.
pub const MESSAGE_CAP: usize = 100_000;
/// Bytes of their texts after which no more are kept.
pub const TEXT_CAP: usize = 32 << 20;

/// Variables of a message whose kind is kept.
const SLOT_CAP: usize = 256;

/// How often something was said, and how severe it was at worst.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrences {
    /// Records that say it.
    pub n_records: u32,
    /// The most severe level among them.
    pub level: Option<Level>,
}

impl Occurrences {
    #[inline]
    fn add(&mut self, level: Option<Level>) {
        self.n_records = self.n_records.saturating_add(1);
        self.level = self.level.max(level);
    }

    /// Adds those of another block.
    pub fn merge(&mut self, other: Self) {
        self.n_records = self.n_records.saturating_add(other.n_records);
        self.level = self.level.max(other.level);
    }
}

/// A distinct masked message of a block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Identity of the masked text.
    pub hash: u64,
    /// The masked text.
    pub text: String,
    /// What its variables are, by the first record that says it.
    pub slots: Vec<SlotKind>,
    /// Its records.
    pub said: Occurrences,
}

/// A distinct message beyond the cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FurtherMessage {
    /// Identity of the masked text.
    pub hash: u64,
    /// Identity of what it begins with.
    pub beginning: u64,
    /// Its records.
    pub said: Occurrences,
}

/// The distinct messages of a block.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BlockMessages {
    /// Those up to the cap, by first appearance.
    pub kept: Vec<Message>,
    /// Those after the cap, by first appearance.
    pub further: Vec<FurtherMessage>,
    /// What the further ones begin with, as far as no message up to the cap begins with it.
    pub beginnings: Vec<String>,
}

/// How many messages of how much text are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Room {
    n_messages: usize,
    text_len: usize,
}

impl Room {
    /// Whether no more are kept.
    #[must_use]
    pub fn is_full(self) -> bool {
        self.n_messages >= MESSAGE_CAP || self.text_len >= TEXT_CAP
    }

    /// Counts a message that is kept.
    pub fn take(&mut self, text: &str) {
        self.n_messages += 1;
        self.text_len += text.len();
    }
}

/// Interns the messages of a block.
#[derive(Debug, Default)]
pub struct Messages {
    index: FxHashMap<u64, u32>,
    list: Vec<Message>,
    room: Room,
    further: Vec<FurtherMessage>,
    crowd: Option<Crowd<bool>>,
    beginnings: Vec<String>,
    spans: Vec<(u32, u32)>,
    text: String,
}

/// Where a message was filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filed {
    /// Number of the distinct message within the block, by first appearance.
    pub idx: u32,
    /// Whether this is its first appearance in the block; its text is [`Messages::newest`] then.
    pub is_new: bool,
    /// Identity of the first address in the message.
    pub ip: Option<u64>,
}

impl Messages {
    /// Files one record's message.
    pub fn file(&mut self, message: &[u8], level: Option<Level>) -> Filed {
        let message = &message[..message.len().min(mask::MESSAGE_CAP)];
        let scan = mask::scan(message, &mut self.spans);
        let (idx, is_new) = match self.index.get(&scan.hash) {
            Some(&idx) => (idx, false),
            None => (self.insert(scan.hash, message), true),
        };
        let n_kept = self.list.len();
        let said = match self.list.get_mut(idx as usize) {
            Some(message) => &mut message.said,
            None => &mut self.further[idx as usize - n_kept].said,
        };
        said.add(level);
        Filed {
            idx,
            is_new,
            ip: scan.ip,
        }
    }

    /// The masked text of the message that was filed last as a new one.
    #[must_use]
    pub fn newest(&self) -> &str {
        if self.further.is_empty() {
            self.list.last().map_or("", |message| &message.text)
        } else {
            &self.text
        }
    }

    /// Where the variables of the message that was filed last stand in it.
    #[must_use]
    pub fn spans(&self) -> &[(u32, u32)] {
        &self.spans
    }

    /// The distinct messages up to the cap, by first appearance.
    #[must_use]
    pub fn list(&self) -> &[Message] {
        &self.list
    }

    /// Gives up the distinct messages.
    #[must_use]
    pub fn into_block(self) -> BlockMessages {
        BlockMessages {
            kept: self.list,
            further: self.further,
            beginnings: self.beginnings,
        }
    }

    fn insert(&mut self, hash: u64, message: &[u8]) -> u32 {
        let idx = (self.list.len() + self.further.len()) as u32;
        self.index.insert(hash, idx);
        let text = mask::render(message, &self.spans);
        if self.room.is_full() {
            self.insert_further(hash, text);
            return idx;
        }
        let slots = self
            .spans
            .iter()
            .take(SLOT_CAP)
            .map(|&(from, to)| SlotKind::of(&message[from as usize..to as usize]))
            .collect();
        self.room.take(&text);
        self.list.push(Message {
            hash,
            text,
            slots,
            said: Occurrences::default(),
        });
        idx
    }

    #[cold]
    fn insert_further(&mut self, hash: u64, text: String) {
        let list = &self.list;
        // What messages up to the cap begin with, the run can read from them.
        let crowd = self
            .crowd
            .get_or_insert_with(|| Crowd::of(list.iter().map(|message| (&*message.text, true))));
        let beginning = crowd::beginning(&text);
        let identity = crowd::identity(&beginning);
        if let Some(is_said) = crowd.entry(identity)
            && !*is_said
        {
            *is_said = true;
            self.beginnings.push(beginning);
        }
        self.further.push(FurtherMessage {
            hash,
            beginning: identity,
            said: Occurrences::default(),
        });
        self.text = text;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_messages_are_counted_together() {
        let mut messages = Messages::default();
        let first = messages.file(b"job 1 failed", Some(Level::Warn));
        let second = messages.file(b"job 22 failed", Some(Level::Error));
        let third = messages.file(b"job 22 done", None);
        assert!(first.is_new && !second.is_new && third.is_new);
        assert_eq!((first.idx, second.idx, third.idx), (0, 0, 1));
        let entry = &messages.list()[0];
        let said = Occurrences {
            n_records: 2,
            level: Some(Level::Error),
        };
        assert_eq!(entry.said, said);
        assert_eq!(entry.text, "job <*> failed");
        assert_eq!(entry.slots, [SlotKind::Number]);
    }

    #[test]
    fn messages_beyond_the_cap_are_counted_by_what_they_begin_with() {
        let mut messages = Messages::default();
        let word = |i: usize| {
            (0..4)
                .map(|k| char::from(b'a' + ((i / 26usize.pow(k)) % 26) as u8))
                .collect::<String>()
        };
        let n = MESSAGE_CAP + 1000;
        for i in 0..n {
            let beginning = ["never seen", "and now"][usize::from(i == n - 1)];
            let filed = messages.file(format!("{beginning} {}", word(i)).as_bytes(), None);
            assert_eq!((filed.idx as usize, filed.is_new), (i, true));
            assert_eq!(messages.newest(), format!("{beginning} {}", word(i)));
        }
        let again = messages.file(format!("never seen {}", word(n - 2)).as_bytes(), None);
        assert_eq!((again.idx as usize, again.is_new), (n - 2, false));
        let block = messages.into_block();
        assert_eq!((block.kept.len(), block.further.len()), (MESSAGE_CAP, 1000));
        assert_eq!(block.beginnings, ["and now <*>"]);
        assert_eq!(block.further[998].said.n_records, 2);
        assert_eq!(
            block.further[0].beginning,
            crowd::identity(&crowd::beginning(&block.kept[0].text))
        );
    }

    #[test]
    fn long_texts_fill_the_room_sooner() {
        let mut room = Room::default();
        room.take(&"x".repeat(TEXT_CAP - 1));
        assert!(!room.is_full());
        room.take("x");
        assert!(room.is_full());
    }
}
