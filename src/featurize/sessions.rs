//! Records with identifiers → sessions: the records that one value ties together, as counts of messages and of the steps from
//! one message to the next.
//!
//! A block counts its own records ([`BlockSessions`]) and says of each session what came first and last ([`SessionTally`]), so
//! that steps across the border of blocks are counted when the next block is merged ([`Sessions`]). Order is that of the text.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::identifier::{Finder, Found, Identifier};
use crate::base::calendar::Calendar;
use crate::base::hash;
use crate::base::ids::{FileId, MessageId};
use crate::base::time::Timestamp;
use crate::base::written::{Extent, N_CYCLES, Written};

/// Sessions of a run; values that first appear after so many others are not followed.
pub const SESSION_CAP: usize = 1_000_000;
/// Bytes of a value that are kept for people.
const TEXT_CAP: usize = 80;

/// The part of a session that lies in one block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Which identifier of the run.
    pub identifier: u8,
    /// Identity of the value.
    pub hash: u64,
    /// The value, invalid UTF-8 as U+FFFD.
    pub text: String,
    /// Records.
    pub n_records: u32,
    /// Earliest and latest time.
    pub extent: Extent,
    /// Line of the first record, from 0 at the block's beginning.
    pub line: u32,
    /// Offset of the first record in the text.
    pub offset: u64,
    /// First message, as an index into those of the block.
    pub first_message: u32,
    /// Last message.
    pub last_message: u32,
    /// Entries of [`SessionTally::events`] that are its own.
    pub n_events: u32,
    /// Entries of [`SessionTally::steps`] that are its own.
    pub n_steps: u32,
}

/// The sessions of one block, by first appearance.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SessionTally {
    /// The sessions.
    pub parts: Vec<Part>,
    /// (message, records), part by part.
    pub events: Vec<(u32, u32)>,
    /// (message, next message, times), part by part.
    pub steps: Vec<(u32, u32, u32)>,
}

/// Counts the records of one block.
#[derive(Debug, Default)]
pub struct BlockSessions {
    finder: Finder,
    found: Vec<Found>,
    index: FxHashMap<u64, u32>,
    parts: Vec<Part>,
    /// (part, message) of every record in a session, in the order of the text.
    said: Vec<(u32, u32)>,
}

/// Where and when a record of a block is.
#[derive(Debug, Clone, Copy)]
pub struct RecordPlace {
    /// When it happened.
    pub time: Option<Written>,
    /// Line, from 0 at the block's beginning.
    pub line: u32,
    /// Offset in the text.
    pub offset: u64,
}

impl BlockSessions {
    /// Will follow these identifiers.
    #[must_use]
    pub fn new(identifiers: &[Identifier]) -> Self {
        Self {
            finder: Finder::new(identifiers),
            ..Self::default()
        }
    }

    /// Counts a record that says `message`.
    pub fn add(&mut self, record: &[u8], message: u32, place: RecordPlace) {
        self.finder.find(record, &mut self.found);
        for found in &self.found {
            let key = hash::combine(u64::from(found.identifier), found.hash);
            let n_parts = self.parts.len() as u32;
            let idx = *self.index.entry(key).or_insert(n_parts);
            if idx == n_parts {
                let text = &record[found.from as usize..found.to as usize];
                self.parts.push(Part {
                    identifier: found.identifier,
                    hash: found.hash,
                    text: String::from_utf8_lossy(&text[..text.len().min(TEXT_CAP)]).into_owned(),
                    n_records: 0,
                    extent: Extent::default(),
                    line: place.line,
                    offset: place.offset,
                    first_message: message,
                    last_message: message,
                    n_events: 0,
                    n_steps: 0,
                });
            }
            let part = &mut self.parts[idx as usize];
            part.n_records += 1;
            part.last_message = message;
            if let Some(time) = place.time {
                part.extent.add(time);
            }
            self.said.push((idx, message));
        }
    }

    /// The sessions of the block.
    #[must_use]
    pub fn finish(self) -> SessionTally {
        let mut starts = vec![0_u32; self.parts.len() + 1];
        for (part, _) in &self.said {
            starts[*part as usize + 1] += 1;
        }
        for idx in 1..starts.len() {
            starts[idx] += starts[idx - 1];
        }
        let mut messages = vec![0_u32; self.said.len()];
        let mut next = starts.clone();
        for (part, message) in &self.said {
            let place = &mut next[*part as usize];
            messages[*place as usize] = *message;
            *place += 1;
        }
        let mut tally = SessionTally {
            parts: self.parts,
            ..SessionTally::default()
        };
        let mut steps = Vec::new();
        for (idx, part) in tally.parts.iter_mut().enumerate() {
            let said = &mut messages[starts[idx] as usize..starts[idx + 1] as usize];
            steps.clear();
            steps.extend(said.windows(2).map(|pair| (pair[0], pair[1])));
            steps.sort_unstable();
            for run in steps.chunk_by(|a, b| a == b) {
                tally.steps.push((run[0].0, run[0].1, run.len() as u32));
                part.n_steps += 1;
            }
            said.sort_unstable();
            for run in said.chunk_by(|a, b| a == b) {
                tally.events.push((run[0], run.len() as u32));
                part.n_events += 1;
            }
        }
        tally
    }
}

type Span = Option<(Timestamp, Timestamp)>;

fn joined(a: Span, b: Span) -> Span {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

/// A session of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Which identifier.
    pub identifier: u8,
    /// Identity of the value.
    pub hash: u64,
    /// The value.
    pub text: String,
    /// Records.
    pub n_records: u32,
    /// Earliest and latest time.
    pub span: Option<(Timestamp, Timestamp)>,
    /// File of its first record.
    pub file: FileId,
    /// Line of its first record, from 0.
    pub line: u64,
    /// Offset of its first record in the text.
    pub offset: u64,
    /// Message of its first record.
    pub first_message: MessageId,
    last_message: u32,
}

/// (session, what, how often), added up from time to time.
#[derive(Debug, Clone)]
struct Counts<T> {
    entries: Vec<(u32, T, u32)>,
    limit: usize,
}

impl<T: Ord + Copy> Counts<T> {
    fn push(&mut self, session: u32, what: T, n: u32) {
        if self.entries.len() >= self.limit {
            self.settle();
            self.limit = (self.entries.len() * 2).max(1 << 20);
        }
        self.entries.push((session, what, n));
    }

    fn settle(&mut self) {
        self.entries
            .sort_unstable_by_key(|entry| (entry.0, entry.1));
        self.entries.dedup_by(|later, kept| {
            let is_same = (kept.0, kept.1) == (later.0, later.1);
            if is_same {
                kept.2 = kept.2.saturating_add(later.2);
            }
            is_same
        });
    }
}

/// The sessions of a text while its blocks come in, or of a run while its texts do.
#[derive(Debug, Clone)]
pub struct Sessions {
    index: FxHashMap<u64, u32>,
    list: Vec<Session>,
    /// Earliest and latest time of each, as written; of a text only.
    extents: Vec<Extent>,
    events: Counts<u32>,
    steps: Counts<(u32, u32)>,
    is_full: bool,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            index: FxHashMap::default(),
            list: Vec::new(),
            extents: Vec::new(),
            events: Counts {
                entries: Vec::new(),
                limit: 1 << 20,
            },
            steps: Counts {
                entries: Vec::new(),
                limit: 1 << 20,
            },
            is_full: false,
        }
    }
}

impl Sessions {
    /// Adds the sessions of the next block of the text; `ids` names its messages, `line_base` counts the lines before it, and
    /// its times are later than they say by so many years or days.
    pub fn merge(
        &mut self,
        tally: SessionTally,
        ids: &[MessageId],
        line_base: u64,
        later_by: &[i64; N_CYCLES],
    ) {
        let SessionTally {
            parts,
            events,
            steps,
        } = tally;
        let (mut events, mut steps) = (events.into_iter(), steps.into_iter());
        let id = |message: u32| ids.get(message as usize).map_or(u32::MAX, |id| id.0);
        for part in parts {
            let key = hash::combine(u64::from(part.identifier), part.hash);
            let n_sessions = self.list.len();
            let own_events = events.by_ref().take(part.n_events as usize);
            let own_steps = steps.by_ref().take(part.n_steps as usize);
            let known = self.index.get(&key).copied();
            if known.is_none() && n_sessions >= SESSION_CAP {
                self.is_full = true;
                own_events.for_each(drop);
                own_steps.for_each(drop);
                continue;
            }
            let idx = known.unwrap_or(n_sessions as u32);
            if known.is_none() {
                self.index.insert(key, idx);
                self.extents.push(part.extent.later_by(later_by));
                self.list.push(Session {
                    identifier: part.identifier,
                    hash: part.hash,
                    text: part.text,
                    n_records: part.n_records,
                    span: None,
                    file: FileId(0),
                    line: line_base + u64::from(part.line),
                    offset: part.offset,
                    first_message: MessageId(id(part.first_message)),
                    last_message: id(part.last_message),
                });
            } else {
                let session = &mut self.list[idx as usize];
                session.n_records = session.n_records.saturating_add(part.n_records);
                self.extents[idx as usize].join(part.extent.later_by(later_by));
                let step = (session.last_message, id(part.first_message));
                session.last_message = id(part.last_message);
                self.steps.push(idx, step, 1);
            }
            for (message, n) in own_events {
                self.events.push(idx, id(message), n);
            }
            for (from, to, n) in own_steps {
                self.steps.push(idx, (id(from), id(to)), n);
            }
        }
    }

    /// Entries held.
    #[must_use]
    pub fn n_entries(&self) -> usize {
        self.list.len() + self.events.entries.len() + self.steps.entries.len()
    }

    /// Adds the sessions of the next text, which is number `file`; `names` says what its messages are called, `calendar` when
    /// its times are.
    pub fn join(&mut self, text: Self, names: &[MessageId], file: FileId, calendar: &Calendar) {
        let name = |id: u32| names.get(id as usize).map_or(u32::MAX, |name| name.0);
        let mut places = vec![None; text.list.len()];
        let sessions = text.list.into_iter().zip(text.extents);
        for (place, (session, extent)) in places.iter_mut().zip(sessions) {
            let span = calendar.span(extent);
            let key = hash::combine(u64::from(session.identifier), session.hash);
            let n_sessions = self.list.len();
            let known = self.index.get(&key).copied();
            if known.is_none() && n_sessions >= SESSION_CAP {
                self.is_full = true;
                continue;
            }
            let idx = known.unwrap_or(n_sessions as u32);
            *place = Some(idx);
            let first_message = MessageId(name(session.first_message.0));
            let last_message = name(session.last_message);
            if known.is_none() {
                self.index.insert(key, idx);
                self.list.push(Session {
                    span,
                    file,
                    first_message,
                    last_message,
                    ..session
                });
            } else {
                let mine = &mut self.list[idx as usize];
                mine.n_records = mine.n_records.saturating_add(session.n_records);
                mine.span = joined(mine.span, span);
                let step = (mine.last_message, first_message.0);
                mine.last_message = last_message;
                self.steps.push(idx, step, 1);
            }
        }
        let place = |session: u32| places.get(session as usize).copied().flatten();
        for (session, message, n) in text.events.entries {
            if let Some(idx) = place(session) {
                self.events.push(idx, name(message), n);
            }
        }
        for (session, (from, to), n) in text.steps.entries {
            if let Some(idx) = place(session) {
                self.steps.push(idx, (name(from), name(to)), n);
            }
        }
        self.is_full |= text.is_full;
    }

    /// The sessions of each identifier that has any, once `templates` says what template each message is of.
    #[must_use]
    pub fn finish(mut self, identifiers: &[Identifier], templates: &[u32]) -> Vec<SessionSet> {
        let template = |message: u32| templates.get(message as usize).copied().unwrap_or(u32::MAX);
        for entry in &mut self.events.entries {
            entry.1 = template(entry.1);
        }
        for entry in &mut self.steps.entries {
            entry.1 = (template(entry.1.0), template(entry.1.1));
        }
        self.events.settle();
        self.steps.settle();
        let mut sets: Vec<SessionSet> = identifiers
            .iter()
            .map(|identifier| SessionSet::of(identifier.clone()))
            .collect();
        let (mut events, mut steps) = (&self.events.entries[..], &self.steps.entries[..]);
        for (idx, session) in (0..).zip(self.list) {
            let n_events = events.iter().take_while(|entry| entry.0 == idx).count();
            let n_steps = steps.iter().take_while(|entry| entry.0 == idx).count();
            let (own_events, own_steps);
            (own_events, events) = events.split_at(n_events);
            (own_steps, steps) = steps.split_at(n_steps);
            let Some(set) = sets.get_mut(usize::from(session.identifier)) else {
                continue;
            };
            set.sessions.push(session);
            set.events.extend(own_events.iter().map(|e| (e.1, e.2)));
            set.event_ends.push(set.events.len() as u32);
            set.steps.extend(own_steps.iter().map(|e| (e.1, e.2)));
            set.step_ends.push(set.steps.len() as u32);
        }
        sets.retain(|set| !set.sessions.is_empty());
        sets
    }

    /// Whether values were left out because of [`SESSION_CAP`].
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.is_full
    }
}

/// A text that is a session of its own, as no identifier says more.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeText {
    /// Its name.
    pub name: String,
    /// Its number.
    pub file: FileId,
    /// Earliest and latest time.
    pub span: Option<(Timestamp, Timestamp)>,
    /// (message, records), the first said first; at least one.
    pub said: Vec<(MessageId, u32)>,
}

/// From one template to the next.
pub type Step = (u32, u32);

/// All sessions of one identifier, by first appearance.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionSet {
    /// What ties them together.
    pub identifier: Identifier,
    /// The sessions.
    pub sessions: Vec<Session>,
    events: Vec<(u32, u32)>,
    event_ends: Vec<u32>,
    steps: Vec<(Step, u32)>,
    step_ends: Vec<u32>,
}

impl SessionSet {
    fn of(identifier: Identifier) -> Self {
        Self {
            identifier,
            sessions: Vec::new(),
            events: Vec::new(),
            event_ends: Vec::new(),
            steps: Vec::new(),
            step_ends: Vec::new(),
        }
    }

    /// Each text as a session, once `templates` says what template each message is of. In which order things are said is not
    /// known of them.
    #[must_use]
    pub fn of_texts(texts: Vec<WholeText>, templates: &[u32]) -> Self {
        let mut set = Self::of(Identifier { places: Vec::new() });
        for text in texts {
            let WholeText {
                name,
                file,
                span,
                said,
            } = text;
            let Some((first, last)) = said.first().zip(said.last()) else {
                continue;
            };
            set.sessions.push(Session {
                identifier: 0,
                hash: hash::bytes(name.as_bytes()),
                text: name,
                n_records: said
                    .iter()
                    .fold(0, |sum, entry| entry.1.saturating_add(sum)),
                span,
                file,
                line: 0,
                offset: 0,
                first_message: first.0,
                last_message: last.0.0,
            });
            let template = |message: MessageId| templates.get(message.index()).copied();
            let mut events: Vec<(u32, u32)> = (said.into_iter())
                .filter_map(|(message, n)| Some((template(message)?, n)))
                .collect();
            events.sort_unstable();
            events.dedup_by(|later, kept| {
                let is_same = kept.0 == later.0;
                kept.1 = kept.1.saturating_add(if is_same { later.1 } else { 0 });
                is_same
            });
            set.events.extend(events);
            set.event_ends.push(set.events.len() as u32);
            set.step_ends.push(0);
        }
        set
    }

    /// (template, records) of a session, by template.
    #[must_use]
    pub fn events(&self, idx: usize) -> &[(u32, u32)] {
        own(&self.events, &self.event_ends, idx)
    }

    /// (step, times) of a session, by step.
    #[must_use]
    pub fn steps(&self, idx: usize) -> &[(Step, u32)] {
        own(&self.steps, &self.step_ends, idx)
    }
}

fn own<'a, T>(entries: &'a [T], ends: &[u32], idx: usize) -> &'a [T] {
    let from = idx.checked_sub(1).map_or(0, |before| ends[before]);
    &entries[from as usize..ends[idx] as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::featurize::identifier::Place;

    fn identifiers() -> Vec<Identifier> {
        vec![Identifier {
            places: vec![Place::Numbered(b"s".to_vec())],
        }]
    }

    fn tally(lines: &[(&str, u32)], from: u32) -> SessionTally {
        let mut block = BlockSessions::new(&identifiers());
        for (n, (text, message)) in (0..).zip(lines) {
            let place = RecordPlace {
                time: Some(Written::instant(Timestamp(i64::from(from + n)))),
                line: n,
                offset: 0,
            };
            block.add(text.as_bytes(), *message, place);
        }
        block.finish()
    }

    #[test]
    fn a_text_can_be_a_session() {
        let text = |name: &str, said: &[(u32, u32)]| WholeText {
            name: name.to_owned(),
            file: FileId(0),
            span: None,
            said: said
                .iter()
                .map(|entry| (MessageId(entry.0), entry.1))
                .collect(),
        };
        let texts = vec![
            text("a", &[(2, 1), (0, 4), (1, 5)]),
            text("empty", &[]),
            text("b", &[(1, 1)]),
        ];
        let set = SessionSet::of_texts(texts, &[7, 7, 3]);
        assert_eq!(set.sessions.len(), 2);
        assert_eq!(
            (set.sessions[0].n_records, set.events(0)),
            (10, &[(3, 1), (7, 9)][..])
        );
        assert_eq!((set.events(1), set.steps(1)), (&[(7, 1)][..], &[][..]));
    }

    #[test]
    fn where_blocks_are_cut_does_not_matter() {
        let lines: Vec<(String, u32)> = (0..60)
            .map(|i| (format!("x s{} y s{}", i % 7, i * i % 5), i % 4))
            .collect();
        let lines: Vec<(&str, u32)> = lines.iter().map(|l| (l.0.as_str(), l.1)).collect();
        let ids: Vec<MessageId> = (0..4).map(MessageId).collect();
        let sets = |cuts: &[usize]| {
            let mut sessions = Sessions::default();
            for pair in cuts.windows(2) {
                let part = tally(&lines[pair[0]..pair[1]], pair[0] as u32);
                sessions.merge(part, &ids, pair[0] as u64, &[0; N_CYCLES]);
            }
            let mut run = Sessions::default();
            run.join(sessions, &ids, FileId(0), &Calendar::default());
            run.finish(&identifiers(), &[0, 1, 1, 2])
        };
        let whole = sets(&[0, 60]);
        assert_eq!(whole[0].sessions.len(), 7);
        assert_eq!(whole, sets(&[0, 1, 17, 18, 40, 60]));
        // Templates 1 and 2 of the messages are one.
        let events = whole[0].events(5);
        assert_eq!(events.iter().map(|e| e.0).collect::<Vec<_>>(), [0, 1, 2]);
        let n_records = whole[0].sessions[5].n_records;
        assert_eq!(events.iter().map(|e| e.1).sum::<u32>(), n_records);
        let n_steps: u32 = whole[0].steps(5).iter().map(|e| e.1).sum();
        assert_eq!(n_steps, n_records - 1);
    }
}
