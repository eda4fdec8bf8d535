//! A zip archive's bytes, in chunks → the text of its files (APPNOTE.TXT 6.3.10).
//!
//! Read from the front by the headers that stand before the entries, so every byte is unpacked at most once and an archive that
//! was cut off is read up to there. The directory at the end is only compared: entries it lists beyond those that were met
//! overlap others, which is how bombs are built, or hide in them.

use std::fmt::Write;

use flate2::Decompress;

use super::bunzip2::Bunzip2;
use super::entries::Entries;
use super::unpack::{EntryStart, OUT_LEN, Unpack, Within, damaged};
use super::unxz::Unxz;
use super::unzstd::Unzstd;
use entry::{Entry, Method, Phase, unreadable};
use header::{u16_at, u32_at, u64_at, zip64};

mod entry;
mod header;
#[cfg(test)]
mod tests;

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

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
