//! The first bytes of a file, or of an entry in one → what it is: text, a container, or something that is not a log.
//!
//! Decided by content, never by name.

use serde::{Deserialize, Serialize};

use super::encoding::{Charset, Encoding};
use super::tar;
use crate::error::Error;

/// Bytes of a file that decide how it is packed and written.
pub const SNIFF_LEN: usize = 64 << 10;

/// How a file's text is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Container {
    /// The bytes are the text.
    Plain,
    /// The bytes are text that is written in another way.
    Recoded(Encoding),
    /// RFC 1952, one or more members.
    Gzip,
    /// RFC 8878, one or more frames.
    Zstd,
    /// One or more streams.
    Bzip2,
    /// One or more streams.
    Xz,
    /// Files one after the other, compressed or not.
    Zip,
    /// Files one after the other.
    Tar,
}

impl Container {
    /// The same, with bytes that are not UTF-8 read as Latin-1 if so wished.
    #[must_use]
    pub fn or_latin1(self, is_latin1: bool) -> Self {
        match self {
            Self::Plain if is_latin1 => Self::Recoded(Encoding::PLAIN.or_latin1(true)),
            Self::Recoded(encoding) => Self::Recoded(encoding.or_latin1(is_latin1)),
            packed => packed,
        }
    }

    /// Stable name for the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Recoded(encoding) => encoding.name(),
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zip => "zip",
            Self::Tar => "tar",
        }
    }

    /// Whether other bytes are packed in it.
    #[must_use]
    pub fn is_packed(self) -> bool {
        !matches!(self, Self::Plain | Self::Recoded(_))
    }
}

/// Beginnings of the containers that are read.
const CONTAINERS: &[(&[u8], Container)] = &[
    (b"\x1f\x8b\x08", Container::Gzip),
    (b"\x28\xb5\x2f\xfd", Container::Zstd),
    (b"\xfd7zXZ\0", Container::Xz),
    (b"PK\x03\x04", Container::Zip),
    (b"PK\x05\x06", Container::Zip),
];

/// Beginnings of files that people drop by mistake, with what to call them.
const MAGIC: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"\x7fELF", "a program (ELF)"),
    (b"MZ\x90\x00", "a Windows program"),
    (b"\xca\xfe\xba\xbe", "a Java class or macOS program"),
    (b"\x00asm", "a WebAssembly module"),
    (b"SQLite format 3\0", "an SQLite database"),
    (
        b"ElfFile\0",
        "a Windows event log (.evtx); export it as text or CSV first",
    ),
    (
        b"LPKSHHRH",
        "a systemd journal; export it with journalctl -o json first",
    ),
    (b"\xd4\xc3\xb2\xa1", "a packet capture"),
    (b"\xa1\xb2\xc3\xd4", "a packet capture"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture"),
    (b"PAR1", "a Parquet file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"),
    (b"Rar!\x1a\x07", "a RAR archive; unpack it first"),
    (b"\x04\x22\x4d\x18", "compressed with lz4; unpack it first"),
    (
        b"\x1f\x9d",
        "compressed with compress (.Z); unpack it first",
    ),
];

/// What the first bytes, at most [`SNIFF_LEN`] of which count, are: a container, or text as far as that can be told.
#[must_use]
pub fn sniff(head: &[u8]) -> Container {
    let head = &head[..head.len().min(SNIFF_LEN)];
    if let Some((_, container)) = CONTAINERS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return *container;
    }
    if matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]) {
        return Container::Zstd;
    }
    // Text may begin like the first four bytes of bzip2 do; a block's or the end's mark follows them.
    if let [b'B', b'Z', b'h', b'1'..=b'9', mark @ ..] = head
        && (mark.starts_with(&[0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
            || mark.starts_with(&[0x17, 0x72, 0x45, 0x38, 0x50, 0x90]))
    {
        return Container::Bzip2;
    }
    if tar::is_header(head) {
        return Container::Tar;
    }
    match Encoding::recognise(head) {
        Encoding::PLAIN => Container::Plain,
        encoding => Container::Recoded(encoding),
    }
}

/// Recognises a file by its first bytes.
///
/// # Errors
/// [`Error::EmptyFile`] without a byte, [`Error::Binary`] for anything that is neither text nor a container Logloupe reads.
pub fn recognise(name: &str, head: &[u8]) -> Result<Container, Error> {
    if head.is_empty() {
        return Err(Error::EmptyFile {
            name: name.to_owned(),
        });
    }
    let container = sniff(head);
    match binary(container, head) {
        Some(kind) => Err(Error::Binary {
            name: name.to_owned(),
            kind: kind.to_owned(),
        }),
        None => Ok(container),
    }
}

/// What to call text that is not text.
#[must_use]
pub fn binary(container: Container, head: &[u8]) -> Option<&'static str> {
    if container.is_packed() {
        return None;
    }
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(kind);
    }
    if let Container::Recoded(Encoding { charset, .. }) = container
        && !matches!(charset, Charset::Utf8 | Charset::Latin1)
    {
        return None;
    }
    // Text holds hardly any control characters beside BEL to CR and ESC; NUL padding around it, as preallocated and sparse logs have, is not held
    // against it.
    let sample = &head[..head.len().min(SNIFF_LEN)];
    let n_first = sample.iter().take_while(|&&byte| byte == 0).count();
    let n_last = sample[n_first..]
        .iter()
        .rev()
        .take_while(|&&byte| byte == 0)
        .count();
    let inside = &sample[n_first..sample.len() - n_last];
    let n_odd = inside
        .iter()
        .filter(|&&b| b < 0x20 && !matches!(b, 0x07..=0x0d | 0x1b))
        .count();
    (n_odd >= 4 && n_odd * 20 > inside.len()).then_some("binary data of an unknown kind")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        for (name, head, expected) in [
            ("a.log", &b"\x1f\x8b\x08\x00"[..], Container::Gzip),
            ("a.log", b"\x28\xb5\x2f\xfd\x00", Container::Zstd),
            ("a.log", b"\x5a\x2a\x4d\x18\x00", Container::Zstd),
            ("a.log", b"BZh91AY&SY", Container::Bzip2),
            ("a.log", b"BZh9 is not bzip2\n", Container::Plain),
            ("a.log", b"\xfd7zXZ\0", Container::Xz),
            ("a.log", b"PK\x03\x04", Container::Zip),
            (
                "a.gz",
                b"Jan  1 00:00:00 host sshd[1]: hello\n",
                Container::Plain,
            ),
            ("caf\u{e9}.log", b"caf\xe9 au lait\n", Container::Plain),
            ("esc.log", b"\x1b[31mred\x1b[0m\n", Container::Plain),
            (
                "tail.log",
                b"a line\n\0\0\0\0\0\0\0\0\0\0",
                Container::Plain,
            ),
            ("sparse.log", b"\0\0\0\0\0\0", Container::Plain),
        ] {
            assert_eq!(recognise(name, head), Ok(expected), "{head:?}");
        }
    }

    #[test]
    fn what_is_no_log_is_named() {
        assert_eq!(
            recognise("none", b"").map_err(|e| e.code()),
            Err("emptyFile")
        );
        for bytes in [
            &b"\x89PNG\r\n\x1a\n...."[..],
            b"\x01\x02\x03\x04abc\x05",
            b"Rar!\x1a\x07\x01",
        ] {
            assert_eq!(recognise("x", bytes).map_err(|e| e.code()), Err("binary"));
        }
    }
}
