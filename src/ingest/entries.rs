//! The files in an archive, one after the other → one text, and what there is to say of them.
//!
//! Texts follow each other in the order of the archive, each beginning on a line of its own. Names are labels: nothing is ever
//! written under them.

use super::text::TextReader;
use super::unpack::Unpack;

/// Entries an archive may have.
pub(super) const ENTRY_CAP: u64 = 100_000;
/// Names that are listed.
const LISTED: usize = 12;
/// Characters of a name that are shown.
const NAME_CHARS: usize = 60;

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

/// Reads the entries of an archive.
#[derive(Debug)]
pub(super) struct Entries {
    depth: u8,
    n_met: u64,
    current: Option<(String, TextReader)>,
    /// The text so far ends in the middle of a line.
    is_line_open: bool,
    /// The current entry has given text.
    has_text: bool,
    read: Listing,
    left: Listing,
    faults: Listing,
    notes: Listing,
}

impl Entries {
    /// Entries with `depth` containers around them.
    pub(super) fn new(depth: u8) -> Self {
        Self {
            depth,
            n_met: 0,
            current: None,
            is_line_open: false,
            has_text: false,
            read: Listing::default(),
            left: Listing::default(),
            faults: Listing::default(),
            notes: Listing::default(),
        }
    }

    /// Counts an entry; `false` when there are more than may be.
    pub(super) fn count(&mut self) -> bool {
        self.n_met += 1;
        self.n_met <= ENTRY_CAP
    }

    /// Begins an entry that will be read.
    pub(super) fn begin(&mut self, name: &[u8]) {
        self.current = Some((shown(name), TextReader::within(self.depth, u64::MAX)));
        self.has_text = false;
    }

    /// Feeds the current entry; answers how many bytes it has taken.
    pub(super) fn push(&mut self, bytes: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        let Some((_, reader)) = &mut self.current else {
            return bytes.len();
        };
        let (is_line_open, has_text) = (&mut self.is_line_open, &mut self.has_text);
        reader.push(bytes, &mut |text| {
            hand_out(text, is_line_open, has_text, sink);
        })
    }

    /// Ends the current entry; to be called until it answers `true`.
    pub(super) fn end(&mut self, sink: &mut dyn FnMut(&[u8])) -> bool {
        let Some((_, reader)) = &mut self.current else {
            return true;
        };
        let (is_line_open, has_text) = (&mut self.is_line_open, &mut self.has_text);
        if !reader.finish(&mut |text| hand_out(text, is_line_open, has_text, sink)) {
            return false;
        }
        if let Some((name, reader)) = self.current.take() {
            if let Some(why) = reader.left() {
                self.left.add(|| format!("{name} ({why})"));
            } else {
                self.read.add(|| name.clone());
            }
            if let Some(fault) = reader.fault() {
                self.faults.add(|| format!("{name}: {fault}"));
            }
            for note in reader.notes() {
                self.notes.add(|| format!("{name}: {note}"));
            }
        }
        true
    }

    /// Names an entry that is not read.
    pub(super) fn leave(&mut self, name: &[u8], why: &str) {
        self.left.add(|| format!("{} ({why})", shown(name)));
    }

    /// Says what is wrong with an entry.
    pub(super) fn blame(&mut self, name: &[u8], fault: &str) {
        self.faults.add(|| format!("{}: {fault}", shown(name)));
    }

    /// What is wrong with the entries, if anything.
    pub(super) fn fault(&self) -> Option<String> {
        (self.faults.n > 0).then(|| self.faults.said())
    }

    /// What else there is to say of them.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.read.n > 1 {
            let (n, names) = (self.read.n, self.read.said());
            notes.push(format!(
                "its {n} entries were read one after the other, as one log: {names}"
            ));
        }
        if self.left.n > 0 {
            let n = match self.left.n {
                1 => "1 entry was".to_owned(),
                n => format!("{n} entries were"),
            };
            notes.push(format!("{n} left: {}", self.left.said()));
        }
        if self.read.n == 0 && self.left.n == 0 {
            notes.push("there is no file in it".to_owned());
        }
        if self.notes.n > 0 {
            notes.push(self.notes.said());
        }
        notes
    }
}

/// Hands out an entry's text; where the one before it ends in the middle of a line, that line is ended first.
fn hand_out(
    text: &[u8],
    is_line_open: &mut bool,
    has_text: &mut bool,
    sink: &mut dyn FnMut(&[u8]),
) {
    let Some(last) = text.last() else {
        return;
    };
    if !std::mem::replace(has_text, true) && *is_line_open {
        sink(b"\n");
    }
    *is_line_open = *last != b'\n';
    sink(text);
}

/// A name as it may be shown: what cannot be seen is spelled out, and it is not long.
fn shown(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    let mut out = String::new();
    for (idx, character) in name.chars().enumerate() {
        if idx == NAME_CHARS {
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
