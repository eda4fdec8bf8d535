//! A zip archive's bytes, in chunks → the text of its files (APPNOTE.TXT 6.3.10).
//!
//! Read from the front by the headers that stand before the entries, so every byte is unpacked at most once and an archive that
//! was cut off is read up to there. The directory at the end is only compared: entries it lists beyond those that were met
//! overlap others, which is how bombs are built, or hide in them.

use std::fmt::Write;

use flate2::{Decompress, FlushDecompress, Status};

use super::bunzip2::Bunzip2;
use super::entries::Entries;
use super::unpack::{EntryStart, OUT_LEN, Unpack, Within, damaged};
use super::unxz::Unxz;
use super::unzstd::Unzstd;

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

/// How an entry's content is packed.
#[derive(Debug)]
enum Method {
    Stored,
    Deflate(Box<Decompress>),
    Other(Box<dyn Unpack>),
}

/// An entry whose content is being read.
#[derive(Debug)]
struct Entry {
    name: Vec<u8>,
    method: Method,
    /// Bytes of packed content to go, where that is said before it.
    left: Option<u64>,
    /// Its checksum and length are said behind it.
    has_descriptor: bool,
    has_zip64: bool,
    crc: u32,
    byte_len: u64,
    n_packed: u64,
    hasher: crc32fast::Hasher,
    n_out: u64,
    /// What was unpacked and not yet taken.
    out: Vec<u8>,
    n_taken: usize,
    phase: Phase,
}

/// How far an entry's content has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Reading,
    /// It has ended.
    Over,
    /// It cannot be read on; what is said of its length and checksum says nothing any more.
    Broken,
}

#[derive(Debug)]
enum State {
    /// Before a header.
    Header,
    /// In an entry's content.
    Entry(Box<Entry>),
    /// Behind an entry's content, before what is said of it there.
    Descriptor(Box<Entry>),
    /// In bytes that are passed over.
    Skip(u64),
    /// In bytes of which it is not known where they end.
    Seek,
    /// Behind the directory, or at a fault.
    Over,
}

/// A reader of zip archives.
#[derive(Debug)]
pub struct Unzip {
    state: State,
    entries: Entries,
    held: Vec<u8>,
    /// Where the headers met begin, in order, and how many bytes came out of each that was read.
    met: Vec<(u64, Option<u64>)>,
    n_hidden: u64,
    has_directory: bool,
    n_in: u64,
    fault: Option<String>,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes
        .get(at..at + 2)
        .map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

/// The field of 64-bit sizes among a header's extra fields.
fn zip64(mut extra: &[u8]) -> Option<&[u8]> {
    while extra.len() >= 4 {
        let (id, len) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let field = extra.get(4..4 + len)?;
        if id == 1 {
            return Some(field);
        }
        extra = &extra[4 + len..];
    }
    None
}

impl Unzip {
    /// A reader of an archive whose entries stand `within` it.
    #[must_use]
    pub fn new(within: Within) -> Self {
        Self {
            state: State::Header,
            entries: Entries::new(within),
            held: Vec::new(),
            met: Vec::new(),
            n_hidden: 0,
            has_directory: false,
            n_in: 0,
            fault: None,
        }
    }

    /// Bytes of a header that must be held before it can be read, as far as is known.
    fn wanted(&self) -> usize {
        let held = &self.held;
        let lens = |ats: &[usize]| {
            ats.iter()
                .map(|&at| usize::from(u16_at(held, at)))
                .sum::<usize>()
        };
        match held.first_chunk::<4>() {
            Some(&LOCAL) if held.len() < 30 => 30,
            Some(&LOCAL) => 30 + lens(&[26, 28]),
            Some(&CENTRAL) if held.len() < 46 => 46,
            Some(&CENTRAL) => 46 + lens(&[28, 30, 32]),
            _ => 4,
        }
    }

    fn header(&mut self) {
        let held = std::mem::take(&mut self.held);
        match held.first_chunk::<4>() {
            Some(&LOCAL) => self.local(&held),
            Some(&CENTRAL) => self.central(&held),
            // The end of the directory, its 64-bit kin, or its signature; nothing that is needed follows.
            Some(b"PK\x05\x06" | b"PK\x06\x06" | b"PK\x06\x07" | b"PK\x05\x05") => {
                self.has_directory = true;
                self.state = State::Over;
            }
            // The mark of an archive that was to be split, and of one with data for programs before its directory.
            Some(b"PK00" | b"PK\x07\x08") => {}
            Some(b"PK\x06\x08") => self.state = State::Seek,
            _ => self.stop(&"there is no entry where one should be"),
        }
    }

    fn local(&mut self, header: &[u8]) {
        let offset = self.n_in - header.len() as u64;
        if !self.entries.count() {
            self.stop(&"it has more than 100,000 entries");
            return;
        }
        self.met.push((offset, None));
        let flags = u16_at(header, 6);
        let name_end = 30 + usize::from(u16_at(header, 26));
        let name = header[30..name_end].to_vec();
        let (mut packed_len, mut byte_len) =
            (u64::from(u32_at(header, 18)), u64::from(u32_at(header, 22)));
        let wide = zip64(&header[name_end..]);
        if let Some(mut field) = wide {
            for len in [&mut byte_len, &mut packed_len] {
                if *len == u64::from(u32::MAX) && field.len() >= 8 {
                    *len = u64_at(field, 0);
                    field = &field[8..];
                }
            }
        }
        let has_descriptor = flags & 8 != 0;
        let left = (!has_descriptor || packed_len > 0).then_some(packed_len);
        let passed = left.map_or(State::Seek, State::Skip);
        if flags & 0x2041 != 0 {
            self.entries.leave(&name, "encrypted");
            self.state = passed;
            return;
        }
        if name.ends_with(b"/") {
            self.state = passed;
            return;
        }
        let method = match u16_at(header, 8) {
            0 if left.is_some() => Method::Stored,
            0 => {
                self.entries.leave(&name, "stored without its length");
                self.state = passed;
                return;
            }
            8 => Method::Deflate(Box::new(Decompress::new(false))),
            12 if left.is_some() => Method::Other(Box::new(Bunzip2::default())),
            93 if left.is_some() => Method::Other(Box::new(Unzstd::default())),
            95 if left.is_some() => Method::Other(Box::new(Unxz::default())),
            other => {
                self.entries.leave(&name, &unreadable(other));
                self.state = passed;
                return;
            }
        };
        self.entries.begin(&name);
        let is_over = left == Some(0) && matches!(method, Method::Stored);
        self.state = State::Entry(Box::new(Entry {
            name,
            method,
            left,
            has_descriptor,
            has_zip64: wide.is_some(),
            crc: u32_at(header, 14),
            byte_len,
            n_packed: 0,
            hasher: crc32fast::Hasher::new(),
            n_out: 0,
            out: Vec::new(),
            n_taken: 0,
            phase: if is_over { Phase::Over } else { Phase::Reading },
        }));
    }

    /// Compares an entry of the directory with those that were met.
    fn central(&mut self, header: &[u8]) {
        self.has_directory = true;
        let mut offset = u64::from(u32_at(header, 42));
        let extra_from = 46 + usize::from(u16_at(header, 28));
        let extra = &header[extra_from..extra_from + usize::from(u16_at(header, 30))];
        if offset == u64::from(u32::MAX)
            && let Some(field) = zip64(extra)
        {
            let n_before = [20, 24]
                .iter()
                .filter(|&&at| u32_at(header, at) == u32::MAX)
                .count();
            offset = u64_at(field, 8 * n_before);
        }
        let Ok(idx) = self.met.binary_search_by_key(&offset, |met| met.0) else {
            self.n_hidden += 1;
            return;
        };
        let (at, n_out) = self.met[idx];
        self.met[idx] = (at, None);
        let said = u32_at(header, 24);
        if let Some(n) = n_out
            && n as u32 != said
            && said != u32::MAX
        {
            let name = &header[46..extra_from];
            self.entries
                .blame(name, &format!("{said} bytes are declared, {n} came out"));
        }
    }

    /// A step in an entry's content; answers how many bytes were taken.
    fn read(
        &mut self,
        entry: &mut Entry,
        packed: &[u8],
        is_ended: bool,
        sink: &mut dyn FnMut(&[u8]),
    ) -> usize {
        if entry.n_taken < entry.out.len() {
            entry.n_taken += self.entries.push(&entry.out[entry.n_taken..], sink);
            return 0;
        }
        entry.out.clear();
        entry.n_taken = 0;
        let cap = entry.left.unwrap_or(u64::MAX);
        let packed = &packed[..(packed.len() as u64).min(cap) as usize];
        let is_last = is_ended || entry.left == Some(0);
        let step = entry.method.step(packed, is_last, &mut entry.out);
        entry.hasher.update(&entry.out);
        entry.n_out += entry.out.len() as u64;
        entry.n_packed += step.taken as u64;
        if let Some(left) = &mut entry.left {
            *left -= step.taken as u64;
        }
        // Content that gets no more bytes may still have some to come out.
        let is_dry = is_last && step.taken == 0 && entry.out.is_empty();
        let why = match step.fault {
            Some(why) => Some(why),
            None if is_dry && !step.is_over && matches!(entry.method, Method::Deflate(_)) => {
                Some("it ends too early".to_owned())
            }
            None => None,
        };
        if let Some(why) = why {
            let at = self.n_in + step.taken as u64;
            self.entries
                .blame(&entry.name, &damaged("packed", at, &why));
            entry.phase = Phase::Broken;
        } else if step.is_over || is_dry {
            entry.phase = Phase::Over;
        }
        step.taken
    }

    /// Ends an entry whose content has ended; `false` when it has still something to hand out.
    fn end_entry(&mut self, entry: &mut Entry, sink: &mut dyn FnMut(&[u8])) -> bool {
        if entry.n_taken < entry.out.len() {
            entry.n_taken += self.entries.push(&entry.out[entry.n_taken..], sink);
            return false;
        }
        self.entries.end(sink)
    }

    /// Goes on behind an entry's content.
    fn behind(&mut self, entry: Box<Entry>) {
        let left = entry.left.unwrap_or(0);
        if entry.phase == Phase::Broken {
            self.state = if entry.left.is_some() {
                State::Skip(left)
            } else {
                State::Seek
            };
        } else if entry.has_descriptor && left == 0 {
            self.state = State::Descriptor(entry);
        } else {
            self.check(&entry, entry.crc, entry.byte_len);
            self.state = State::Skip(left);
        }
    }

    /// Compares what came out with what was said.
    fn check(&mut self, entry: &Entry, crc: u32, byte_len: u64) {
        if let Some(met) = self.met.last_mut().filter(|_| byte_len == entry.n_out) {
            met.1 = Some(entry.n_out);
        }
        if byte_len != entry.n_out {
            let n = entry.n_out;
            self.entries.blame(
                &entry.name,
                &format!("{byte_len} bytes are declared, {n} came out"),
            );
        } else if crc != entry.hasher.clone().finalize() {
            self.entries.blame(
                &entry.name,
                "its checksum is wrong: some of the text may not be what was packed",
            );
        }
    }

    /// Reads what stands behind an entry's content: a checksum and two lengths, of four or eight bytes each, perhaps after a
    /// mark. The lengths tell which it is, or the header where there is no length.
    fn descriptor(&mut self, entry: Box<Entry>) {
        let mark = if self.held.starts_with(&DESCRIPTOR) {
            4
        } else {
            0
        };
        let (short, long) = (mark + 12, mark + 20);
        let held = &self.held;
        if held.len() < short {
            self.state = State::Descriptor(entry);
            return;
        }
        let crc = u32_at(held, mark);
        let is_short = u32_at(held, mark + 4) == entry.n_packed as u32
            && u32_at(held, mark + 8) == entry.n_out as u32
            && !(entry.n_out == 0 && entry.has_zip64);
        if is_short {
            self.held.clear();
            self.check(&entry, crc, entry.n_out);
            self.state = State::Header;
        } else if held.len() < long {
            self.state = State::Descriptor(entry);
        } else {
            let lens = (u64_at(held, mark + 4), u64_at(held, mark + 12));
            self.held.clear();
            if lens == (entry.n_packed, entry.n_out) {
                self.check(&entry, crc, entry.n_out);
                self.state = State::Header;
            } else {
                self.entries.blame(
                    &entry.name,
                    "what is said behind it does not fit what came out",
                );
                self.state = State::Seek;
            }
        }
    }

    /// Looks for the next header; answers how many bytes were taken.
    fn seek(&mut self, packed: &[u8]) -> usize {
        let n_held = self.held.len();
        self.held
            .extend_from_slice(&packed[..packed.len().min(OUT_LEN)]);
        let at = memchr::memmem::find_iter(&self.held, b"PK").find(|&at| {
            matches!(
                self.held.get(at + 2..at + 4),
                Some(b"\x03\x04" | b"\x01\x02")
            )
        });
        if let Some(at) = at {
            self.held.truncate(at + 4);
            self.held.drain(..at);
            self.state = State::Header;
            return at + 4 - n_held;
        }
        let n = self.held.len() - n_held;
        let n_old = self.held.len().saturating_sub(3);
        self.held.drain(..n_old);
        n
    }

    fn stop(&mut self, why: &dyn std::fmt::Display) {
        self.fault = Some(damaged("zip", self.n_in, why));
        self.state = State::Over;
    }
}

/// What came of one step.
struct Step {
    taken: usize,
    is_over: bool,
    fault: Option<String>,
}

impl Method {
    /// Unpacks some of `packed` into `out`.
    fn step(&mut self, packed: &[u8], is_last: bool, out: &mut Vec<u8>) -> Step {
        let (taken, is_over, fault) = match self {
            Self::Stored => {
                let n = packed.len().min(OUT_LEN);
                out.extend_from_slice(&packed[..n]);
                (n, n == 0, None)
            }
            Self::Deflate(inflate) => {
                out.resize(OUT_LEN, 0);
                let (n_in, n_out) = (inflate.total_in(), inflate.total_out());
                let status = inflate.decompress(packed, out, FlushDecompress::None);
                out.truncate((inflate.total_out() - n_out) as usize);
                let taken = (inflate.total_in() - n_in) as usize;
                let is_stuck = taken == 0 && out.is_empty() && !packed.is_empty();
                match status {
                    Ok(Status::StreamEnd) => (taken, true, None),
                    Ok(_) if is_stuck => (taken, true, Some("the decoder is stuck".to_owned())),
                    Ok(_) => (taken, false, None),
                    Err(error) => (taken, true, Some(error.to_string())),
                }
            }
            Self::Other(unpacker) => {
                let mut keep = |part: &[u8]| out.extend_from_slice(part);
                if packed.is_empty() && is_last {
                    let is_over = unpacker.finish(&mut keep);
                    (0, is_over, unpacker.fault().filter(|_| is_over))
                } else {
                    (unpacker.push(packed, &mut keep), false, None)
                }
            }
        };
        Step {
            taken,
            is_over,
            fault,
        }
    }
}

/// Why an entry of this method is not read.
fn unreadable(method: u16) -> String {
    let name = match method {
        1 => "shrink",
        2..=5 => "reduce",
        6 => "implode",
        9 => "deflate64",
        14 => "LZMA",
        98 => "PPMd",
        99 => return "encrypted".to_owned(),
        _ => return format!("packed by method {method}, which is not read"),
    };
    format!("packed with {name}, which is not read")
}

impl Unpack for Unzip {
    fn push(&mut self, packed: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        let n = match std::mem::replace(&mut self.state, State::Over) {
            State::Header => {
                self.state = State::Header;
                let n = packed.len().min(self.wanted() - self.held.len());
                self.held.extend_from_slice(&packed[..n]);
                n
            }
            State::Entry(mut entry) if entry.phase != Phase::Reading => {
                if self.end_entry(&mut entry, sink) {
                    self.behind(entry);
                } else {
                    self.state = State::Entry(entry);
                }
                return 0;
            }
            State::Entry(mut entry) => {
                let n = self.read(&mut entry, packed, false, sink);
                self.state = State::Entry(entry);
                n
            }
            State::Descriptor(entry) => {
                // One byte at a time: how long it is shows only on the way.
                self.held.extend_from_slice(&packed[..packed.len().min(1)]);
                self.n_in += packed.len().min(1) as u64;
                self.descriptor(entry);
                return packed.len().min(1);
            }
            State::Skip(left) => {
                let n = left.min(packed.len() as u64);
                self.state = if n == left {
                    State::Header
                } else {
                    State::Skip(left - n)
                };
                n as usize
            }
            State::Seek => {
                self.state = State::Seek;
                self.seek(packed)
            }
            State::Over => packed.len(),
        };
        self.n_in += n as u64;
        if matches!(self.state, State::Header) && self.held.len() == self.wanted() {
            self.header();
        }
        n
    }

    fn finish(&mut self, sink: &mut dyn FnMut(&[u8])) -> bool {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Entry(mut entry) => {
                if entry.phase == Phase::Reading {
                    self.read(&mut entry, &[], true, sink);
                    self.state = State::Entry(entry);
                } else if self.end_entry(&mut entry, sink) {
                    self.stop(&"it ends before its directory");
                } else {
                    self.state = State::Entry(entry);
                }
                false
            }
            State::Over => true,
            _ if self.has_directory => true,
            _ => {
                self.stop(&"it ends before its directory");
                true
            }
        }
    }

    fn fault(&self) -> Option<String> {
        self.fault.clone().or_else(|| self.entries.fault())
    }

    fn take_entries(&mut self) -> Vec<EntryStart> {
        self.entries.take_starts()
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.entries.notes();
        if self.n_hidden > 0 {
            let mut note = String::new();
            let _ = write!(
                note,
                "its directory lists {} more that overlap others or hide in them; they were refused, and every byte was unpacked once",
                if self.n_hidden == 1 {
                    "1 entry".to_owned()
                } else {
                    format!("{} entries", self.n_hidden)
                }
            );
            notes.push(note);
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::super::unpack::tests::{check_laws, sample, unpack};
    use super::*;

    fn deflate(text: &[u8]) -> Vec<u8> {
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[derive(Clone, Copy)]
    struct Item<'a> {
        name: &'a [u8],
        text: &'a [u8],
        method: u16,
        flags: u16,
        /// Added to the length said of it.
        lie: u32,
    }

    fn item<'a>(name: &'a [u8], text: &'a [u8]) -> Item<'a> {
        Item {
            name,
            text,
            method: 8,
            flags: 0,
            lie: 0,
        }
    }

    fn zip(items: &[Item<'_>]) -> Vec<u8> {
        let (mut out, mut directory) = (Vec::new(), Vec::new());
        for item in items {
            let offset = out.len() as u32;
            let content = match item.method {
                8 => deflate(item.text),
                _ => item.text.to_vec(),
            };
            let crc = crc32fast::hash(item.text);
            let lens = [content.len() as u32, item.text.len() as u32 + item.lie];
            let sums = [
                crc.to_le_bytes(),
                lens[0].to_le_bytes(),
                lens[1].to_le_bytes(),
            ]
            .concat();
            let mut common = vec![20, 0];
            common.extend_from_slice(&item.flags.to_le_bytes());
            common.extend_from_slice(&item.method.to_le_bytes());
            common.extend_from_slice(&[0; 4]);
            let has_descriptor = item.flags & 8 != 0;
            let name_len = (item.name.len() as u32).to_le_bytes();
            let local_sums = if has_descriptor {
                vec![0; 12]
            } else {
                sums.clone()
            };
            out.extend_from_slice(
                &[
                    &LOCAL[..],
                    &common,
                    &local_sums,
                    &name_len,
                    item.name,
                    &content,
                ]
                .concat(),
            );
            if has_descriptor {
                out.extend_from_slice(&[&DESCRIPTOR[..], &sums].concat());
            }
            directory.extend_from_slice(
                &[
                    &CENTRAL[..],
                    &[20, 0],
                    &common,
                    &sums,
                    &name_len,
                    &[0; 10],
                    &offset.to_le_bytes(),
                    item.name,
                ]
                .concat(),
            );
        }
        out.extend_from_slice(&directory);
        out.extend_from_slice(b"PK\x05\x06");
        out.extend_from_slice(&[0; 18]);
        out
    }

    fn read(packed: &[u8]) -> (Vec<u8>, Option<String>, String) {
        let mut unzip = Unzip::new(Within::default());
        let (text, fault) = unpack(&mut unzip, packed, 100);
        (text, fault, unzip.notes().join(" "))
    }

    #[test]
    fn entries_are_read_in_order_and_told_apart() {
        let text = sample(30);
        let packed = zip(&[
            item(b"a.log", &text[..text.len() - 1]),
            Item {
                method: 0,
                ..item(b"d/", b"")
            },
            Item {
                flags: 8,
                ..item(b"d/b.log", &text)
            },
            Item {
                flags: 8,
                ..item(b"empty.log", b"")
            },
            Item {
                method: 0,
                ..item(b"c.log", b"last line")
            },
        ]);
        let expected = [&text[..text.len() - 1], &text, b"last line"].concat();
        check_laws(
            &|| Box::new(Unzip::new(Within::default())),
            &packed,
            &expected,
        );
        let mut unzip = Unzip::new(Within::default());
        unpack(&mut unzip, &packed, 100);
        let starts: Vec<_> = unzip
            .take_entries()
            .into_iter()
            .map(|start| (start.offset, start.name))
            .collect();
        let (first, second) = (text.len() as u64 - 1, 2 * text.len() as u64 - 1);
        assert_eq!(
            starts,
            [
                (0, "a.log".to_owned()),
                (first, "d/b.log".to_owned()),
                (second, "c.log".to_owned())
            ]
        );
    }

    #[test]
    fn what_is_not_read_is_named() {
        let packed = zip(&[
            Item {
                flags: 1,
                ..item(b"secret.log", b"hidden\n")
            },
            Item {
                method: 9,
                ..item(b"odd.log", b"")
            },
            item(b"\x1b[31m\xe2\x80\xaegol.png", b"\x89PNG\r\n\x1a\n"),
            item(b"a.log", b"a line\n"),
        ]);
        let (text, fault, notes) = read(&packed);
        assert_eq!((&text[..], fault), (&b"a line\n"[..], None));
        assert!(
            notes.contains("secret.log (encrypted), odd.log (packed with deflate64"),
            "{notes}"
        );
        assert!(
            notes.contains("\\u{1b}[31m\\u{202e}gol.png (a PNG image)"),
            "{notes}"
        );
    }

    #[test]
    fn lies_are_said() {
        let fault = read(&zip(&[Item {
            lie: 5,
            ..item(b"a.log", b"a line\n")
        }]))
        .1;
        assert!(fault.is_some_and(|f| f.contains("12 bytes are declared, 7 came out")));
        let mut packed = zip(&[item(b"a.log", b"a line\n")]);
        packed[14] ^= 1;
        let (text, fault, _) = read(&packed);
        assert_eq!(text, b"a line\n");
        assert!(fault.is_some_and(|f| f.contains("checksum")));
        let cut = zip(&[item(b"a.log", b"a line\n")]);
        let (text, fault, _) = read(&cut[..cut.len() - 40]);
        assert_eq!(text, b"a line\n");
        assert!(fault.is_some_and(|f| f.contains("directory")));
    }

    #[test]
    fn overlapping_entries_are_refused() {
        let mut packed = zip(&[item(b"a.log", b"a line\n"), item(b"b.log", b"b\n")]);
        // The second entry of the directory points into the first one.
        let second = packed.len() - 22 - 5 - 4;
        packed[second] = 7;
        let (text, _, notes) = read(&packed);
        assert_eq!(text, b"a line\nb\n");
        assert!(
            notes.contains("1 entry more that overlap") || notes.contains("overlap"),
            "{notes}"
        );
    }
}
