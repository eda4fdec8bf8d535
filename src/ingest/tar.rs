//! A tar archive's bytes, in chunks → the text of its files (ustar and pax: POSIX.1-2017; long names as GNU tar writes them).
//!
//! Sparse files are named and left: what stands in the archive is not their text. Several archives one after the other are read
//! as one.

use super::entries::Entries;
use super::unpack::{EntryStart, Unpack, Within, damaged};

const BLOCK: usize = 512;
/// Bytes of a long name or of an extended header that are believed.
const EXTENSION_CAP: u64 = 1 << 20;

/// What is said of the entry to come.
#[derive(Debug, Default)]
struct Extension {
    name: Option<Vec<u8>>,
    byte_len: Option<u64>,
    is_sparse: bool,
}

#[derive(Debug)]
enum State {
    /// Before a header.
    Header,
    /// In the content of an entry that is read.
    Entry { left: u64, padding: u64 },
    /// At the end of an entry that is read.
    EntryEnd { padding: u64 },
    /// In the content of an entry that says something of the next one.
    Extension { kind: u8, left: u64, padding: u64 },
    /// In bytes that are passed over.
    Skip(u64),
    /// Nothing more is understood.
    Over,
}

/// A reader of tar archives.
#[derive(Debug)]
pub struct Tar {
    state: State,
    entries: Entries,
    held: Vec<u8>,
    extension: Extension,
    n_in: u64,
    has_end: bool,
    fault: Option<String>,
}

/// Whether a file that begins so is a tar archive.
#[must_use]
pub fn is_header(head: &[u8]) -> bool {
    head.first_chunk::<BLOCK>().is_some_and(is_checksum_right)
}

fn is_checksum_right(header: &[u8; BLOCK]) -> bool {
    let Some(said) = octal(&header[148..156]) else {
        return false;
    };
    let sum = |is_signed: bool| {
        header.iter().enumerate().fold(0_i64, |sum, (at, &byte)| {
            let byte = if (148..156).contains(&at) { b' ' } else { byte };
            sum + if is_signed {
                i64::from(byte as i8)
            } else {
                i64::from(byte)
            }
        })
    };
    header[0] != 0 && (said as i64 == sum(false) || said as i64 == sum(true))
}

/// A number in octal digits with spaces or NULs around it, or in binary as GNU tar writes large ones.
fn octal(field: &[u8]) -> Option<u64> {
    if let [first @ (0x80 | 0xff), rest @ ..] = field {
        let number = rest.iter().try_fold(0_u64, |n, &byte| {
            (n < 1 << 52).then_some(n << 8 | u64::from(byte))
        });
        return number.filter(|_| *first == 0x80);
    }
    let is_space = |byte: &u8| matches!(byte, b' ' | 0);
    let from = field.iter().position(|byte| !is_space(byte))?;
    let digits = field[from..].split(is_space).next()?;
    digits.iter().try_fold(0_u64, |n, &digit| {
        matches!(digit, b'0'..=b'7').then(|| n * 8 + u64::from(digit - b'0'))
    })
}

fn text_of(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

impl Tar {
    /// A reader of an archive whose entries stand `within` it.
    #[must_use]
    pub fn new(within: Within) -> Self {
        Self {
            state: State::Header,
            entries: Entries::new(within),
            held: Vec::new(),
            extension: Extension::default(),
            n_in: 0,
            has_end: false,
            fault: None,
        }
    }

    fn header(&mut self) {
        let held = std::mem::take(&mut self.held);
        let Some(header) = held.first_chunk::<BLOCK>() else {
            return;
        };
        self.held = Vec::with_capacity(BLOCK);
        if header.iter().all(|&byte| byte == 0) {
            self.has_end = true;
            return;
        }
        if !is_checksum_right(header) {
            self.stop(&"there is no entry where one should be");
            return;
        }
        self.has_end = false;
        let (Some(byte_len), kind) = (octal(&header[124..136]).or(Some(0)), header[156]) else {
            return;
        };
        let padding = |len: u64| (BLOCK as u64 - len % BLOCK as u64) % BLOCK as u64;
        if matches!(kind, b'L' | b'K' | b'x' | b'g') {
            self.state = if byte_len > EXTENSION_CAP {
                State::Skip(byte_len.saturating_add(padding(byte_len)))
            } else {
                State::Extension {
                    kind,
                    left: byte_len,
                    padding: padding(byte_len),
                }
            };
            self.next_if_empty();
            return;
        }
        let extension = std::mem::take(&mut self.extension);
        let name = extension.name.unwrap_or_else(|| {
            let (name, prefix) = (text_of(&header[..100]), text_of(&header[345..500]));
            if &header[257..262] == b"ustar" && !prefix.is_empty() && header[262] == 0 {
                [prefix, b"/", name].concat()
            } else {
                name.to_vec()
            }
        });
        // Links and devices have no content whatever their size says.
        let byte_len = match kind {
            b'1'..=b'6' => 0,
            _ => extension.byte_len.unwrap_or(byte_len),
        };
        let padding = padding(byte_len);
        let is_file = matches!(kind, 0 | b'0' | b'7') && !name.ends_with(b"/");
        let is_sparse = kind == b'S' || extension.is_sparse;
        self.state = State::Skip(byte_len.saturating_add(padding));
        if (is_file || is_sparse) && !self.entries.count() {
            self.stop(&"it has more than 100,000 entries");
        } else if is_sparse {
            self.entries.leave(&name, "a sparse file");
        } else if is_file {
            self.entries.begin(&name);
            self.state = State::Entry {
                left: byte_len,
                padding,
            };
        }
        self.next_if_empty();
    }

    /// Leaves a state that has no bytes.
    fn next_if_empty(&mut self) {
        match self.state {
            State::Skip(0) => self.state = State::Header,
            State::Entry { left: 0, padding } => self.state = State::EntryEnd { padding },
            State::Extension {
                kind,
                left: 0,
                padding,
            } => {
                let content = std::mem::take(&mut self.held);
                self.extend(kind, &content);
                self.state = State::Skip(padding);
                self.next_if_empty();
            }
            _ => {}
        }
    }

    fn extend(&mut self, kind: u8, content: &[u8]) {
        match kind {
            b'L' => self.extension.name = Some(text_of(content).to_vec()),
            b'x' => self.extend_pax(content),
            // Long names of links, and what holds for the whole archive: times and owners.
            _ => {}
        }
    }

    /// Records of the shape `length key=value\n`.
    fn extend_pax(&mut self, mut content: &[u8]) {
        while let Some(space) = memchr::memchr(b' ', content) {
            let len = std::str::from_utf8(&content[..space])
                .ok()
                .and_then(|len| len.parse().ok());
            let Some(record) = len.and_then(|len: usize| content.get(space + 1..len)) else {
                return;
            };
            content = &content[space + 1 + record.len()..];
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            let Some(equals) = memchr::memchr(b'=', record) else {
                continue;
            };
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"path" => self.extension.name = Some(value.to_vec()),
                b"size" => {
                    let size = std::str::from_utf8(value)
                        .ok()
                        .and_then(|size| size.parse().ok());
                    self.extension.byte_len = size.filter(|&size: &u64| size < 1 << 60);
                }
                _ if key.starts_with(b"GNU.sparse.") => self.extension.is_sparse = true,
                _ => {}
            }
        }
    }

    fn stop(&mut self, why: &dyn std::fmt::Display) {
        self.fault = Some(damaged("tar", self.n_in, why));
        self.state = State::Over;
    }
}

impl Unpack for Tar {
    fn push(&mut self, packed: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        let at_most = |left: u64| left.min(packed.len() as u64) as usize;
        let n = match &mut self.state {
            State::Header => {
                let n = packed.len().min(BLOCK - self.held.len());
                self.held.extend_from_slice(&packed[..n]);
                n
            }
            State::Entry { left, .. } => {
                let n = self.entries.push(&packed[..at_most(*left)], sink);
                *left -= n as u64;
                n
            }
            State::EntryEnd { padding } => {
                if self.entries.end(sink) {
                    self.state = State::Skip(*padding);
                    self.next_if_empty();
                }
                return 0;
            }
            State::Extension { left, .. } => {
                let n = at_most(*left);
                self.held.extend_from_slice(&packed[..n]);
                *left -= n as u64;
                n
            }
            State::Skip(left) => {
                let n = at_most(*left);
                *left -= n as u64;
                n
            }
            State::Over => packed.len(),
        };
        self.n_in += n as u64;
        if matches!(self.state, State::Header) {
            if self.held.len() == BLOCK {
                self.header();
            }
        } else {
            self.next_if_empty();
        }
        n
    }

    fn finish(&mut self, sink: &mut dyn FnMut(&[u8])) -> bool {
        match self.state {
            State::Header if self.held.is_empty() && (self.has_end || self.n_in == 0) => true,
            // An archive that lacks its last blocks has lost nothing, and old programs write such.
            State::Header if self.held.iter().all(|&byte| byte == 0) => true,
            State::Entry { .. } | State::EntryEnd { .. } => {
                if !self.entries.end(sink) {
                    return false;
                }
                if matches!(self.state, State::Entry { .. }) {
                    self.stop(&"it ends in the middle of an entry");
                }
                true
            }
            State::Over => self.entries.end(sink),
            State::Skip(_) | State::Header | State::Extension { .. } => {
                self.stop(&"it ends too early");
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
        self.entries.notes()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::unpack::tests::{check_laws, sample, starts, unpack};
    use super::*;

    pub(crate) fn header(name: &[u8], byte_len: usize, kind: u8) -> Vec<u8> {
        let mut header = [0; BLOCK];
        header[..name.len()].copy_from_slice(name);
        header[100..107].copy_from_slice(b"0000644");
        header[124..135].copy_from_slice(format!("{byte_len:011o}").as_bytes());
        header[156] = kind;
        header[257..263].copy_from_slice(b"ustar\0");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        header.to_vec()
    }

    pub(crate) fn entry(name: &[u8], kind: u8, content: &[u8]) -> Vec<u8> {
        let mut entry = header(name, content.len(), kind);
        entry.extend_from_slice(content);
        entry.resize(entry.len().next_multiple_of(BLOCK), 0);
        entry
    }

    #[test]
    fn files_are_read_in_order_and_told_apart() {
        let text = sample(30);
        let long = [b"d/".repeat(80), b"b.log\0".to_vec()].concat();
        let packed = [
            entry(b"d/", b'5', b""),
            entry(b"a.log", b'0', &text[..text.len() - 1]),
            entry(b"empty.log", b'0', b""),
            entry(b"././@LongLink", b'L', &long),
            entry(b"d/d/d", b'0', &text),
            entry(b"x", b'x', b"21 path=pax/name.log\n"),
            entry(b"ignored", 0, b"last line"),
            vec![0; 2 * BLOCK],
        ]
        .concat();
        let expected = [&text[..text.len() - 1], &text, b"last line"].concat();
        check_laws(
            &|| Box::new(Tar::new(Within::default())),
            &packed,
            &expected,
        );
        let mut tar = Tar::new(Within::default());
        let starts = starts(&mut tar, &packed);
        let first = text.len() as u64 - 1;
        assert_eq!(starts[0], (0, "a.log".to_owned()));
        assert!(
            starts[1].0 == first && starts[1].1.starts_with("d/d/d/"),
            "{starts:?}"
        );
        assert_eq!(
            starts[2],
            (first + text.len() as u64, "pax/name.log".to_owned())
        );
        assert_eq!(starts.len(), 3);
    }

    #[test]
    fn what_is_no_text_is_named_and_left() {
        let packed = [
            entry(b"logo.png", b'0', b"\x89PNG\r\n\x1a\n"),
            entry(b"holes.log", b'S', b"some"),
            entry(b"a.log", b'0', b"a line\n"),
            vec![0; BLOCK],
        ]
        .concat();
        let mut tar = Tar::new(Within::default());
        assert_eq!(unpack(&mut tar, &packed, 50), (b"a line\n".to_vec(), None));
        let notes = tar.notes().join(" ");
        assert!(
            notes
                .contains("2 entries were left: holes.log (a sparse file), logo.png (a PNG image)")
                || notes.contains("logo.png (a PNG image)"),
            "{notes}"
        );
    }

    #[test]
    fn a_size_that_lies_ends_in_a_fault() {
        let packed = [header(b"a.log", 0o7777, b'0'), b"a line\n".to_vec()].concat();
        let (text, fault) = unpack(&mut Tar::new(Within::default()), &packed, 50);
        assert_eq!(text, b"a line\n");
        assert!(fault.is_some_and(|f| f.contains("middle of an entry")));
    }
}
