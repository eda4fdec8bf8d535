//! The files in an archive, one after the other → their texts, where each begins, and what there is to say of them.
//!
//! Texts follow each other in the order of the archive. Names are labels: nothing is ever written under them.

use rustc_hash::FxHashSet;

use super::container::Container;
use super::text::TextReader;
use super::unpack::{EntryStart, Unpack, Within};
use crate::base::hash;

/// Entries an archive may have.
pub(super) const ENTRY_CAP: u64 = 100_000;
/// Names that are listed.
const LISTED: usize = 12;
/// Characters of a name in a list.
const LISTED_CHARS: usize = 60;
/// Characters of a name that stands for its text.
const NAME_CHARS: usize = 200;

/// A count with the first few names.
#[derive(Debug, Default)]
struct Listing {
    n: u64,
    names: Vec<String>,
}

impl Listing {
    fn add(&mut self, name: impl FnOnce() -> String) {
        self.n += 1;
        if self.names.len() < LISTED {
            self.names.push(name());
        }
    }

    fn said(&self) -> String {
        let more = self.n - self.names.len() as u64;
        let names = self.names.join(", ");
        if more > 0 {
            format!("{names} and {more} more")
        } else {
            names
        }
    }
}

/// An entry that is being read.
#[derive(Debug)]
struct Current {
    name: Vec<u8>,
    reader: TextReader,
    /// Where its text begins.
    offset: u64,
    is_started: bool,
}

/// Reads the entries of an archive.
#[derive(Debug)]
pub(super) struct Entries {
    within: Within,
    n_met: u64,
    current: Option<Current>,
    /// Bytes of text handed out.
    n_out: u64,
    starts: Vec<EntryStart>,
    n_read: u64,
    left: Listing,
    faults: Listing,
    notes: Listing,
    /// The names met, as hashes, and those met again.
    names: FxHashSet<u64>,
    repeated: Listing,
    /// Entries that are archives themselves.
    nested: Listing,
}

impl Entries {
    /// Entries that stand `within` containers.
    pub(super) fn new(within: Within) -> Self {
        Self {
            within,
            n_met: 0,
            current: None,
            n_out: 0,
            starts: Vec::new(),
            n_read: 0,
            left: Listing::default(),
            faults: Listing::default(),
            notes: Listing::default(),
            names: FxHashSet::default(),
            repeated: Listing::default(),
            nested: Listing::default(),
        }
    }

    /// Counts an entry; `false` when there are more than may be.
    pub(super) fn count(&mut self) -> bool {
        self.n_met += 1;
        self.n_met <= ENTRY_CAP
    }

    /// Begins an entry that will be read.
    pub(super) fn begin(&mut self, name: &[u8]) {
        if !self.names.insert(hash::bytes(name)) {
            self.repeated.add(|| shown(name, LISTED_CHARS));
        }
        self.current = Some(Current {
            name: name.to_vec(),
            reader: TextReader::within(self.within, u64::MAX),
            offset: self.n_out,
            is_started: false,
        });
    }

    /// Feeds the current entry; answers how many bytes it has taken.
    pub(super) fn push(&mut self, bytes: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        let Some(current) = &mut self.current else {
            return bytes.len();
        };
        let n_out = &mut self.n_out;
        let n = current.reader.push(bytes, &mut |text| {
            *n_out += text.len() as u64;
            sink(text);
        });
        current.note_starts(*n_out, &mut self.starts);
        n
    }

    /// Ends the current entry; to be called until it answers `true`.
    pub(super) fn end(&mut self, sink: &mut dyn FnMut(&[u8])) -> bool {
        let Some(current) = &mut self.current else {
            return true;
        };
        let n_out = &mut self.n_out;
        let is_over = current.reader.finish(&mut |text| {
            *n_out += text.len() as u64;
            sink(text);
        });
        current.note_starts(*n_out, &mut self.starts);
        if !is_over {
            return false;
        }
        if let Some(Current { name, reader, .. }) = self.current.take() {
            let listed = || shown(&name, LISTED_CHARS);
            if let Some(why) = reader.left() {
                self.left.add(|| format!("{} ({why})", listed()));
            } else {
                self.n_read += 1;
            }
            if matches!(reader.container(), Some(Container::Zip | Container::Tar)) {
                self.nested.add(listed);
            }
            if let Some(fault) = reader.fault() {
                self.faults.add(|| format!("{}: {fault}", listed()));
            }
            for note in reader.notes() {
                self.notes.add(|| format!("{}: {note}", listed()));
            }
        }
        true
    }

    /// The entries whose text has begun since the last call.
    pub(super) fn take_starts(&mut self) -> Vec<EntryStart> {
        std::mem::take(&mut self.starts)
    }

    /// Names an entry that is not read.
    pub(super) fn leave(&mut self, name: &[u8], why: &str) {
        self.left
            .add(|| format!("{} ({why})", shown(name, LISTED_CHARS)));
    }

    /// Says what is wrong with an entry.
    pub(super) fn blame(&mut self, name: &[u8], fault: &str) {
        self.faults
            .add(|| format!("{}: {fault}", shown(name, LISTED_CHARS)));
    }

    /// What is wrong with the entries, if anything.
    pub(super) fn fault(&self) -> Option<String> {
        (self.faults.n > 0).then(|| self.faults.said())
    }

    /// What else there is to say of them.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.left.n > 0 {
            let n = match self.left.n {
                1 => "1 entry was".to_owned(),
                n => format!("{n} entries were"),
            };
            notes.push(format!("{n} left: {}", self.left.said()));
        }
        if self.repeated.n > 0 {
            notes.push(format!(
                "more than one entry bears the name {}; all were read",
                self.repeated.said()
            ));
        }
        if self.nested.n > 0 {
            notes.push(format!(
                "there are archives in it, which were read as well: {}",
                self.nested.said()
            ));
        }
        if self.n_read == 0 && self.left.n == 0 {
            notes.push("there is no file in it".to_owned());
        }
        if self.notes.n > 0 {
            notes.push(self.notes.said());
        }
        notes
    }
}

impl Current {
    /// Notes that its text, or that of the files in it, has begun.
    fn note_starts(&mut self, n_out: u64, starts: &mut Vec<EntryStart>) {
        let inner = self.reader.take_entries();
        if inner.is_empty() && !self.is_started && n_out > self.offset {
            starts.push(EntryStart {
                offset: self.offset,
                name: shown(&self.name, NAME_CHARS),
            });
            self.is_started = true;
        }
        for start in inner {
            starts.push(EntryStart {
                offset: self.offset + start.offset,
                name: nested_name(&shown(&self.name, NAME_CHARS), &start.name),
            });
            self.is_started = true;
        }
    }
}

/// How a file in an archive is called.
#[must_use]
pub fn nested_name(archive: &str, entry: &str) -> String {
    format!("{archive} \u{203a} {entry}")
}

/// A name as it may be shown: what cannot be seen is spelled out, and it has at most `n_chars` characters.
fn shown(name: &[u8], n_chars: usize) -> String {
    let name = String::from_utf8_lossy(name);
    let mut out = String::new();
    for (idx, character) in name.chars().enumerate() {
        if idx == n_chars {
            out.push('\u{2026}');
            break;
        }
        let is_hidden = character.is_control()
            || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if is_hidden {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}
