//! The distinct messages of all blocks, in the order of the text → the messages of the run, with their templates.

use rustc_hash::FxHashMap;

use crate::base::ids::{MessageId, TemplateId};
use crate::detect::ensemble::MessageFacts;
use crate::featurize::{login, manner};
use crate::mine::crowd::{self, Crowd};
use crate::mine::mask::WILDCARD;
use crate::mine::messages::{BlockMessages, Message, Occurrences, Room};
use crate::mine::slot::SlotKind;
use crate::mine::tree::{Grouped, Miner};
use crate::report::findings::MessageFindings;

/// A distinct message of the run, or all beyond the cap that begin alike.
#[derive(Debug)]
struct RunMessage {
    text: String,
    slots: Vec<SlotKind>,
    said: Occurrences,
    /// What the miner said while reading.
    group: TemplateId,
    /// What it said at the end of the run.
    template: TemplateId,
    is_failed_login: bool,
    /// It is one message, not all beyond the cap that begin alike.
    is_kept: bool,
}

/// What stands for the messages beyond the cap that begin alike.
#[derive(Debug, Default)]
struct Beginning {
    text: String,
    id: Option<MessageId>,
}

/// What has been said in the run.
#[derive(Debug, Default)]
pub(super) struct Said {
    miner: Miner,
    room: Room,
    ids: FxHashMap<u64, MessageId>,
    list: Vec<RunMessage>,
    crowd: Option<Crowd<Beginning>>,
    /// Stands for the messages that begin like no other that is told apart.
    rest: Option<MessageId>,
    /// Messages were beyond the cap.
    is_crowded: bool,
}

/// A message that is not said.
const UNSAID: MessageId = MessageId(u32::MAX);

/// What one text says of a message.
#[derive(Debug)]
pub(super) struct Saying {
    pub(super) message: MessageId,
    pub(super) said: Occurrences,
    /// What its variables are by its first record there, if not what they are in the run.
    pub(super) slots: Option<Vec<SlotKind>>,
}

impl Said {
    /// Takes the messages of the next block; answers with how the run calls each, kept ones first. `note` is told of each how
    /// often it was said there, and what its variables are there if not what they are in the run.
    pub(super) fn merge(
        &mut self,
        block: BlockMessages,
        mut note: impl FnMut(MessageId, Occurrences, Option<Vec<SlotKind>>),
    ) -> Vec<MessageId> {
        let BlockMessages {
            kept,
            further,
            beginnings,
        } = block;
        let mut texts: FxHashMap<u64, String> = beginnings
            .into_iter()
            .map(|text| (crowd::identity(&text), text))
            .collect();
        let mut names = Vec::with_capacity(kept.len() + further.len());
        for message in kept {
            let said = message.said;
            let mut slots = None;
            let id = match self.ids.get(&message.hash) {
                Some(&id) => {
                    let is_other = message.slots != self.list[id.index()].slots;
                    slots = is_other.then_some(message.slots);
                    id
                }
                None if self.room.is_full() => {
                    let text = crowd::beginning(&message.text);
                    self.beyond(crowd::identity(&text), || text)
                }
                None => self.keep(message),
            };
            note(id, said, slots);
            names.push(self.count(id, said));
        }
        for message in further {
            let id = match self.ids.get(&message.hash) {
                Some(&id) => id,
                None => self.beyond(message.beginning, || {
                    texts.remove(&message.beginning).unwrap_or_default()
                }),
            };
            note(id, message.said, None);
            names.push(self.count(id, message.said));
        }
        names
    }

    /// The same messages as if no more had been read than what these texts say, in this order; and what each is called there.
    /// Those that none of them says are called by no name.
    pub(super) fn rearranged<'a>(
        &self,
        texts: impl Iterator<Item = &'a [Saying]>,
    ) -> (Self, Vec<MessageId>) {
        let mut other = Self {
            is_crowded: self.is_crowded,
            ..Self::default()
        };
        let mut names = vec![UNSAID; self.list.len()];
        for saying in texts.flatten() {
            let name = &mut names[saying.message.index()];
            if *name == UNSAID {
                let known = &self.list[saying.message.index()];
                let slots = saying.slots.as_ref().unwrap_or(&known.slots);
                *name = other.add(known.text.clone(), slots.clone());
            }
            other.count(*name, saying.said);
        }
        other.finish();
        (other, names)
    }

    /// Finds the templates, now that all messages are known.
    pub(super) fn finish(&mut self) {
        let grouped = self.list.iter().map(|message| Grouped {
            text: &message.text,
            slots: &message.slots,
            group: message.group,
        });
        let templates = self.miner.finish(grouped);
        for (message, template) in self.list.iter_mut().zip(templates) {
            message.template = template;
        }
    }

    /// Whether messages were beyond the cap.
    pub(super) fn is_crowded(&self) -> bool {
        self.is_crowded
    }

    pub(super) fn miner(&self) -> &Miner {
        &self.miner
    }

    pub(super) fn findings(&self) -> Vec<MessageFindings> {
        self.list
            .iter()
            .map(|message| MessageFindings {
                text: message.text.clone(),
                template: message.template,
                first: None,
                last: None,
            })
            .collect()
    }

    pub(super) fn facts(&self) -> Vec<MessageFacts> {
        self.list
            .iter()
            .map(|message| MessageFacts {
                level: message.said.level,
                n_records: message.said.n_records,
                is_failed_login: message.is_failed_login,
                manner: manner::read(&message.text),
            })
            .collect()
    }

    /// Whether this is one message, not all beyond the cap that begin alike.
    pub(super) fn is_kept(&self, id: MessageId) -> bool {
        self.list.get(id.index()).is_some_and(|said| said.is_kept)
    }

    /// Distinct messages.
    pub(super) fn n_messages(&self) -> usize {
        self.list.len()
    }

    /// The template of each message, in the order of their ids.
    pub(super) fn templates(&self) -> impl Iterator<Item = TemplateId> {
        self.list.iter().map(|message| message.template)
    }

    /// The template of a message; that of the first for one that does not exist.
    pub(super) fn template(&self, id: MessageId) -> TemplateId {
        self.list
            .get(id.index())
            .map_or(TemplateId(0), |message| message.template)
    }

    fn count(&mut self, id: MessageId, said: Occurrences) -> MessageId {
        self.list[id.index()].said.merge(said);
        id
    }

    fn keep(&mut self, message: Message) -> MessageId {
        let id = self.add(message.text, message.slots);
        self.room.take(&self.list[id.index()].text);
        self.ids.insert(message.hash, id);
        self.list[id.index()].is_kept = true;
        id
    }

    /// The entry that a message beyond the cap is counted in; `text` says what it begins with.
    fn beyond(&mut self, beginning: u64, text: impl FnOnce() -> String) -> MessageId {
        self.is_crowded = true;
        let list = &self.list;
        let crowd = self.crowd.get_or_insert_with(|| {
            Crowd::of(list.iter().map(|message| {
                let text = crowd::beginning(&message.text);
                (&*message.text, Beginning { text, id: None })
            }))
        });
        let entry = crowd.entry(beginning);
        let known = match &entry {
            Some(entry) => entry.id,
            None => self.rest,
        };
        if let Some(id) = known {
            return id;
        }
        let id = MessageId::from_index(list.len());
        let text = if let Some(entry) = entry {
            entry.id = Some(id);
            let held = std::mem::take(&mut entry.text);
            if held.is_empty() { text() } else { held }
        } else {
            self.rest = Some(id);
            WILDCARD.to_owned()
        };
        let slots = vec![SlotKind::Any; text.matches(WILDCARD).count()];
        self.add(text, slots)
    }

    fn add(&mut self, text: String, slots: Vec<SlotKind>) -> MessageId {
        let id = MessageId::from_index(self.list.len());
        let group = self.miner.add(&text);
        self.list.push(RunMessage {
            is_failed_login: login::read(&text).is_failed,
            is_kept: false,
            text,
            slots,
            said: Occurrences::default(),
            group,
            template: group,
        });
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mine::messages::{MESSAGE_CAP, Messages};

    /// The message of each line, and records and text of each message, when the lines come in blocks of this length.
    fn run(lines: &[String], block_len: usize) -> (Vec<u32>, Vec<(u32, String)>) {
        let mut said = Said::default();
        let mut of_line = Vec::new();
        for block in lines.chunks(block_len) {
            let mut messages = Messages::default();
            let filed: Vec<_> = block
                .iter()
                .map(|line| messages.file(line.as_bytes(), None).idx)
                .collect();
            let names = said.merge(messages.into_block(), |_, _, _| ());
            of_line.extend(filed.iter().map(|&idx| names[idx as usize].0));
        }
        said.finish();
        let list = said.list.into_iter();
        let entries = list
            .map(|message| (message.said.n_records, message.text))
            .collect();
        (of_line, entries)
    }

    #[test]
    fn blocks_do_not_matter_beyond_the_cap() {
        let word = |i: usize| {
            (0..4)
                .map(|k| char::from(b'g' + ((i / 17usize.pow(k)) % 17) as u8))
                .collect::<String>()
        };
        let n = 83_521;
        let line = |i: usize| match i % 3 {
            0 => format!("for {} only", word(i % n)),
            1 => format!("{} came by", word(i * 7 % n)),
            _ => format!("say {} twice {}", word(i % 50), word(i * 5 % n)),
        };
        let lines: Vec<_> = (0..MESSAGE_CAP + 60_000).map(line).collect();
        let whole = run(&lines, lines.len());
        let n_entries = whole.1.len();
        assert!(n_entries > MESSAGE_CAP, "the cap was not reached");
        for block_len in [lines.len() / 2, 30_011] {
            assert!(run(&lines, block_len) == whole, "{block_len}");
        }
        let n_records: u32 = whole.1.iter().map(|entry| entry.0).sum();
        assert_eq!(n_records as usize, lines.len());
    }
}
