//! What every container can do: packed bytes in, text out, in steps small enough for bounded memory.
//!
//! A step hands out little however much the data claims or grows, and everything before a fault is kept.

use std::fmt::Debug;

use super::bunzip2::Bunzip2;
use super::container::Container;
use super::gunzip::Gunzip;
use super::tar::Tar;
use super::unxz::Unxz;
use super::unzip::Unzip;
use super::unzstd::Unzstd;

/// Bytes a decoder may need to look back at; claims beyond it are refused before anything is allocated.
pub const WINDOW_CAP: u64 = 128 << 20;

/// Room for what comes out of a decoder in one step.
pub(super) const OUT_LEN: usize = 64 << 10;

/// An unpacker that is fed. What it hands out does not depend on how the bytes are cut.
pub trait Unpack: Debug + Send {
    /// Works on `packed` and hands out what comes of it; answers how many bytes it has taken.
    ///
    /// One call hands out a few MiB at most. It may take nothing while it works off what it took before, but calls with the
    /// rest take all of it in the end.
    fn push(&mut self, packed: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize;

    /// Says that the packed bytes have ended; to be called until it answers `true`.
    fn finish(&mut self, sink: &mut dyn FnMut(&[u8])) -> bool;

    /// What is wrong with the data, if anything, as a sentence without its full stop.
    fn fault(&self) -> Option<String>;

    /// What else a person should know, a sentence each without its full stop.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// The entries whose text has begun since the last call, in order; none where the bytes are one file.
    fn take_entries(&mut self) -> Vec<EntryStart> {
        Vec::new()
    }
}

/// Where the text of an entry begins among all that is handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryStart {
    /// Bytes of text before it.
    pub offset: u64,
    /// Its name within the archive, fit to be shown.
    pub name: String,
}

/// How a container is opened.
#[derive(Debug)]
pub(super) enum Opened {
    /// What comes out is the content of one file, which may be anything.
    Compressed(Box<dyn Unpack>),
    /// What comes out is the text of its entries.
    Archive(Box<dyn Unpack>),
}

/// Where bytes stand, and how those are read that turn out to be text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Within {
    /// Containers around them.
    pub depth: u8,
    /// What is not UTF-8 is Latin-1.
    pub is_latin1: bool,
}

/// The unpacker of a container; `None` where the bytes are the text. What comes out of it stands `within` it.
pub(super) fn open(container: Container, within: Within) -> Option<Opened> {
    Some(match container {
        Container::Plain | Container::Recoded(_) => return None,
        Container::Gzip => Opened::Compressed(Box::new(Gunzip::default())),
        Container::Zstd => Opened::Compressed(Box::new(Unzstd::default())),
        Container::Bzip2 => Opened::Compressed(Box::new(Bunzip2::default())),
        Container::Xz => Opened::Compressed(Box::new(Unxz::default())),
        Container::Tar => Opened::Archive(Box::new(Tar::new(within))),
        Container::Zip => Opened::Archive(Box::new(Unzip::new(within))),
    })
}

/// The sentence for data that cannot be read on.
pub(super) fn damaged(kind: &str, offset: u64, why: &dyn std::fmt::Display) -> String {
    format!(
        "the {kind} data is damaged or cut off near byte {offset} ({why}); what came before it was read"
    )
}

/// Takes the end of the data: zeros after the last member are padding, common on tapes; anything else is said.
#[derive(Debug, Default)]
pub(super) struct Tail {
    garbage_at: Option<u64>,
}

impl Tail {
    /// Looks at bytes behind the last member.
    pub(super) fn push(&mut self, bytes: &[u8], offset: u64) {
        if self.garbage_at.is_none()
            && let Some(at) = bytes.iter().position(|&byte| byte != 0)
        {
            self.garbage_at = Some(offset + at as u64);
        }
    }

    /// What is wrong, if anything.
    pub(super) fn fault(&self, kind: &str) -> Option<String> {
        self.garbage_at.map(|at| {
            format!("from byte {at} on there is something that is not {kind} data; what came before it was read")
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Everything that comes out, fed in chunks; panics where a step hands out too much.
    pub(crate) fn unpack(
        unpacker: &mut dyn Unpack,
        packed: &[u8],
        chunk: usize,
    ) -> (Vec<u8>, Option<String>) {
        let mut text = Vec::new();
        let mut n_before = 0;
        for mut part in packed.chunks(chunk) {
            let mut n_idle = 0;
            while !part.is_empty() {
                let n = unpacker.push(part, &mut |bytes| text.extend_from_slice(bytes));
                n_idle = if n == 0 && text.len() == n_before {
                    n_idle + 1
                } else {
                    0
                };
                assert!(n_idle < 1000, "no progress");
                assert!(text.len() - n_before <= 8 << 20, "a step is bounded");
                n_before = text.len();
                part = &part[n..];
            }
        }
        let mut n_calls = 0;
        while !unpacker.finish(&mut |bytes| text.extend_from_slice(bytes)) {
            n_calls += 1;
            assert!(text.len() - n_before <= 8 << 20, "a step is bounded");
            assert!(n_calls < 100_000, "the end is reached");
            n_before = text.len();
        }
        (text, unpacker.fault())
    }

    /// Lines that compress, but not too well.
    pub(crate) fn sample(n_lines: u32) -> Vec<u8> {
        (0..n_lines)
            .flat_map(|i| format!("line {} {}\n", i, i.wrapping_mul(2_654_435_761)).into_bytes())
            .collect()
    }

    /// Where the text of each entry begins, and its name.
    pub(crate) fn starts(unpacker: &mut dyn Unpack, packed: &[u8]) -> Vec<(u64, String)> {
        unpack(unpacker, packed, 100);
        let starts = unpacker.take_entries().into_iter();
        starts.map(|start| (start.offset, start.name)).collect()
    }

    /// The laws every unpacker keeps, on a sample it reads without fault.
    pub(crate) fn check_laws(new: &dyn Fn() -> Box<dyn Unpack>, packed: &[u8], text: &[u8]) {
        for chunk in [1, 7, 4096, usize::MAX] {
            assert_eq!(
                unpack(&mut *new(), packed, chunk),
                (text.to_vec(), None),
                "chunks of {chunk}"
            );
        }
        for end in 0..packed.len() {
            let (cut, _) = unpack(&mut *new(), &packed[..end], 64);
            assert!(text.starts_with(&cut), "cut at {end} gives a prefix");
        }
        for at in 0..packed.len() {
            let mut flipped = packed.to_vec();
            flipped[at] ^= 1 << (at % 8);
            unpack(&mut *new(), &flipped, 64);
        }
    }
}
