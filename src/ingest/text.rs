//! The bytes of a file, or of an entry in one → its text, whatever it is packed in and however it is written.
//!
//! A container in a container is opened (a tar in gzip, gzip in a zip); one deeper than that is named and left.

use super::container::{self, Container, SNIFF_LEN};
use super::encoding::{Decoder, without_bom};
use super::unpack::{self, EntryStart, Opened, Unpack, Within};

/// Containers that may be around a text.
const DEPTH_CAP: u8 = 2;

/// GiB of text that may come out of a container unless a person chooses another number.
pub const BUDGET_GIB: u32 = 64;

#[derive(Debug)]
enum State {
    /// Too little has been seen.
    Undecided,
    /// Text.
    Text(Decoder),
    /// A compressed file: what comes out of it goes through `inner`, as far as it has been taken from `between`.
    Compressed {
        outer: Box<dyn Unpack>,
        between: Vec<u8>,
        n_taken: usize,
        inner: Box<TextReader>,
        is_outer_finished: bool,
    },
    /// An archive of files.
    Archive(Box<dyn Unpack>),
    /// Not read, and why.
    Left(String),
}

/// Reads text.
#[derive(Debug)]
pub struct TextReader {
    within: Within,
    /// The beginning, until it is decided what it is and all of it has been worked on.
    head: Vec<u8>,
    n_worked: usize,
    state: State,
    container: Option<Container>,
    /// Bytes of text that may come out of a container.
    budget: u64,
    n_in: u64,
    n_out: u64,
    over_budget_at: Option<u64>,
}

impl Default for TextReader {
    fn default() -> Self {
        Self::new(u64::from(BUDGET_GIB) << 30)
    }
}

impl TextReader {
    /// A reader of a file, out of which at most `budget` bytes of text come when it is packed.
    #[must_use]
    pub fn new(budget: u64) -> Self {
        Self::within(Within::default(), budget)
    }

    /// The same, with bytes that are not UTF-8 read as Latin-1 if so wished.
    #[must_use]
    pub fn or_latin1(mut self, is_latin1: bool) -> Self {
        self.within.is_latin1 = is_latin1;
        self
    }

    /// A reader of what stands `within` containers.
    pub(super) fn within(within: Within, budget: u64) -> Self {
        Self {
            within,
            head: Vec::new(),
            n_worked: 0,
            state: State::Undecided,
            container: None,
            budget,
            n_in: 0,
            n_out: 0,
            over_budget_at: None,
        }
    }

    /// What the bytes are, once that is known.
    #[must_use]
    pub fn container(&self) -> Option<Container> {
        self.container
    }

    /// Whether as much text has come out as may; no more will.
    #[must_use]
    pub fn is_over_budget(&self) -> bool {
        self.over_budget_at.is_some()
    }

    /// Why nothing is read, where that is so.
    #[must_use]
    pub fn left(&self) -> Option<&str> {
        match &self.state {
            State::Left(why) => Some(why),
            State::Compressed { inner, .. } => inner.left(),
            _ => None,
        }
    }

    fn decide(&mut self) {
        let container = container::sniff(&self.head).or_latin1(self.within.is_latin1);
        self.container = Some(container);
        if container.is_packed() && self.within.depth >= DEPTH_CAP {
            self.state = State::Left(format!(
                "{} data within other containers; unpack it first",
                container.name()
            ));
            return;
        }
        if let Some(kind) = container::binary(container, &self.head) {
            self.state = State::Left(kind.to_owned());
            return;
        }
        let inside = Within {
            depth: self.within.depth + 1,
            ..self.within
        };
        self.state = match unpack::open(container, inside) {
            Some(Opened::Compressed(outer)) => State::Compressed {
                outer,
                between: Vec::new(),
                n_taken: 0,
                inner: Box::new(Self::within(inside, u64::MAX)),
                is_outer_finished: false,
            },
            Some(Opened::Archive(archive)) => State::Archive(archive),
            None => {
                // Within a container a mark does not stand at the beginning of the whole, where it would be skipped.
                let n_mark = self.head.len() - without_bom(&self.head).len();
                self.n_worked = if self.within.depth > 0 { n_mark } else { 0 };
                let encoding = match container {
                    Container::Recoded(encoding) => encoding,
                    _ => super::encoding::Encoding::PLAIN,
                };
                State::Text(Decoder::new(encoding))
            }
        };
    }

    /// A step on bytes of which it is known what they are.
    fn work(&mut self, bytes: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        let Self {
            state,
            container,
            budget,
            n_in,
            n_out,
            over_budget_at,
            ..
        } = self;
        let is_packed = container.is_some_and(Container::is_packed);
        let mut sink = |text: &[u8]| {
            let room = if is_packed {
                *budget - *n_out
            } else {
                u64::MAX
            };
            let text = &text[..(text.len() as u64).min(room) as usize];
            *n_out += text.len() as u64;
            if !text.is_empty() {
                sink(text);
            }
            if is_packed && *n_out >= *budget {
                over_budget_at.get_or_insert(*n_in);
            }
        };
        match state {
            State::Undecided | State::Left(_) => bytes.len(),
            State::Text(decoder) => {
                decoder.push(bytes, &mut sink);
                bytes.len()
            }
            State::Archive(archive) => archive.push(bytes, &mut sink),
            State::Compressed {
                outer,
                between,
                n_taken,
                inner,
                ..
            } => {
                if *n_taken < between.len() {
                    *n_taken += inner.push(&between[*n_taken..], &mut sink);
                    return 0;
                }
                between.clear();
                *n_taken = 0;
                outer.push(bytes, &mut |part| between.extend_from_slice(part))
            }
        }
    }

    /// A step at the end; whether it was the last.
    fn work_off(&mut self, sink: &mut dyn FnMut(&[u8])) -> bool {
        match &mut self.state {
            State::Undecided | State::Left(_) => true,
            State::Text(decoder) => {
                decoder.finish(sink);
                true
            }
            State::Archive(archive) => archive.finish(sink),
            State::Compressed {
                outer,
                between,
                n_taken,
                inner,
                is_outer_finished,
            } => {
                if *n_taken < between.len() {
                    *n_taken += inner.push(&between[*n_taken..], sink);
                    return false;
                }
                if *is_outer_finished {
                    return inner.finish(sink);
                }
                between.clear();
                *n_taken = 0;
                *is_outer_finished = outer.finish(&mut |part| between.extend_from_slice(part));
                false
            }
        }
    }

    /// Works on the beginning that was held back; `false` when nothing of it is left.
    fn work_head(&mut self, sink: &mut dyn FnMut(&[u8])) -> bool {
        if self.n_worked >= self.head.len() {
            self.head = Vec::new();
            self.n_worked = 0;
            return false;
        }
        let head = std::mem::take(&mut self.head);
        self.n_worked += self.work(&head[self.n_worked..], sink);
        self.head = head;
        true
    }
}

impl Unpack for TextReader {
    fn push(&mut self, packed: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        if self.is_over_budget() {
            return packed.len();
        }
        if matches!(self.state, State::Undecided) {
            let n = packed.len().min(SNIFF_LEN - self.head.len());
            self.head.extend_from_slice(&packed[..n]);
            self.n_in += n as u64;
            if self.head.len() == SNIFF_LEN {
                self.decide();
            }
            return n;
        }
        if !self.head.is_empty() && self.work_head(sink) {
            return 0;
        }
        let n = self.work(packed, sink);
        self.n_in += n as u64;
        n
    }

    fn finish(&mut self, sink: &mut dyn FnMut(&[u8])) -> bool {
        if self.is_over_budget() || self.n_in == 0 {
            return true;
        }
        if matches!(self.state, State::Undecided) {
            self.decide();
        }
        if !self.head.is_empty() && self.work_head(sink) {
            return false;
        }
        let (budget, mut n_out) = (self.budget, self.n_out);
        let is_packed = self.container.is_some_and(Container::is_packed);
        let is_done = self.work_off(&mut |text| {
            let room = if is_packed { budget - n_out } else { u64::MAX };
            let text = &text[..(text.len() as u64).min(room) as usize];
            n_out += text.len() as u64;
            if !text.is_empty() {
                sink(text);
            }
        });
        self.n_out = n_out;
        if is_packed && n_out >= budget && !is_done {
            self.over_budget_at.get_or_insert(self.n_in);
        }
        is_done
    }

    fn fault(&self) -> Option<String> {
        if let Some(at) = self.over_budget_at {
            let gib = (self.budget >> 30).max(1);
            return Some(format!(
                "the limit of {gib} GiB of unpacked text was reached near byte {at} of the file; what came before it was read"
            ));
        }
        match &self.state {
            State::Archive(archive) => archive.fault(),
            // Damage to what is outside explains damage to what is inside.
            State::Compressed { outer, inner, .. } => outer.fault().or_else(|| inner.fault()),
            _ => None,
        }
    }

    fn take_entries(&mut self) -> Vec<EntryStart> {
        match &mut self.state {
            State::Archive(archive) => archive.take_entries(),
            State::Compressed { inner, .. } => inner.take_entries(),
            _ => Vec::new(),
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(Container::Recoded(encoding)) = self.container {
            notes.extend(encoding.note());
        }
        match &self.state {
            State::Text(decoder) if decoder.n_invalid() > 0 => {
                let n = match decoder.n_invalid() {
                    1 => "1 character is".to_owned(),
                    n => format!("{n} characters are"),
                };
                notes.push(format!("{n} damaged and shown as \u{fffd}"));
            }
            State::Archive(archive) => notes.extend(archive.notes()),
            State::Compressed { outer, inner, .. } => {
                notes.extend(outer.notes());
                if let (Some(outer), Some(inner)) = (self.container, inner.container)
                    && inner.is_packed()
                    && self.within.depth == 0
                {
                    let (outer, inner) = (outer.name(), inner.name());
                    notes.push(format!(
                        "there is {inner} data in the {outer} data; it was unpacked too"
                    ));
                }
                notes.extend(inner.notes());
                if self.within.depth == 0
                    && let Some(why) = inner.left()
                {
                    notes.push(format!("what is in it was left: {why}"));
                }
            }
            _ => {}
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::unpack::tests::{sample, unpack};
    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn containers_are_opened_two_deep_and_left_three_deep() {
        let text = sample(9000);
        let (one, two) = (gzip(&text), gzip(&gzip(&text)));
        for packed in [&text, &one, &two] {
            for chunk in [1, 7, 4096, usize::MAX] {
                assert_eq!(
                    unpack(&mut TextReader::default(), packed, chunk),
                    (text.clone(), None)
                );
            }
        }
        let mut reader = TextReader::default();
        assert_eq!(unpack(&mut reader, &gzip(&two), 4096).0, b"");
        assert!(reader.left().is_some_and(|why| why.contains("gzip")));
        let mut reader = TextReader::default();
        unpack(&mut reader, &gzip(b"\x89PNG\r\n\x1a\n"), 4096);
        assert_eq!(reader.left(), Some("a PNG image"));
    }

    #[test]
    fn text_stops_at_the_budget_and_says_so() {
        let text = sample(9000);
        for chunk in [100, usize::MAX] {
            let mut reader = TextReader::new(10_000);
            let (found, fault) = unpack(&mut reader, &gzip(&text), chunk);
            assert_eq!(found, text[..10_000]);
            assert!(fault.is_some_and(|f| f.contains("limit")));
            // What is not packed is as long as the file.
            assert_eq!(unpack(&mut TextReader::new(10_000), &text, chunk).0, text);
        }
    }

    #[test]
    fn packed_text_may_be_written_in_any_way() {
        let utf16: Vec<u8> = "\u{feff}one\rtwo\r"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let found = unpack(&mut TextReader::default(), &gzip(&utf16), 3);
        assert_eq!(found, (b"one\ntwo\n".to_vec(), None));
        let marked = gzip(b"\xef\xbb\xbfone\n");
        assert_eq!(unpack(&mut TextReader::default(), &marked, 3).0, b"one\n");
    }
}
