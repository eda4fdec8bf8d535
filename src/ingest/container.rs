//! The first bytes of a file → what it is: text, gzip, or something that is not a log.
//!
//! Decided by content, never by name.

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// How a file's text is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Container {
    /// The bytes are the text.
    Plain,
    /// RFC 1952, one or more members.
    Gzip,
}

impl Container {
    /// Stable name for the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
        }
    }
}

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
    (b"PK\x03\x04", "a zip archive; unpack it first"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; unpack it first"),
    (b"BZh", "compressed with bzip2; unpack it first"),
    (b"\xfd7zXZ\0", "compressed with xz; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"),
    (b"\x04\x22\x4d\x18", "compressed with lz4; unpack it first"),
];

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
    if head.starts_with(b"\x1f\x8b\x08") {
        return Ok(Container::Gzip);
    }
    refuse_binary(name, head)?;
    Ok(Container::Plain)
}

/// Refuses text that is not text: called on the first bytes of a file, and on those that come out of a container.
///
/// # Errors
/// [`Error::Binary`] with what it was taken for.
pub fn refuse_binary(name: &str, head: &[u8]) -> Result<(), Error> {
    let binary = |kind: &str| {
        Err(Error::Binary {
            name: name.to_owned(),
            kind: kind.to_owned(),
        })
    };
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return binary(kind);
    }
    if head.get(257..262) == Some(b"ustar") {
        return binary("a tar archive; unpack it first");
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return binary("UTF-16 text; save it as UTF-8 first");
    }
    // Text holds hardly any control characters; NUL padding at the end of a preallocated log is not held against it.
    let sample = &head[..head.len().min(64 << 10)];
    let n_odd = sample
        .iter()
        .filter(|&&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b | 0))
        .count();
    let n_nul = memchr::memchr_iter(0, sample).count();
    let n_nul_inside = n_nul - sample.iter().rev().take_while(|&&b| b == 0).count();
    if n_nul == sample.len() {
        return binary("nothing but NUL bytes");
    }
    if (n_odd + n_nul_inside) * 20 > sample.len() {
        return binary("binary data of an unknown kind");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        assert_eq!(recognise("a.log", b"\x1f\x8b\x08\x00"), Ok(Container::Gzip));
        assert_eq!(
            recognise("a.gz", b"Jan  1 00:00:00 host sshd[1]: hello\n"),
            Ok(Container::Plain)
        );
        assert_eq!(
            recognise("caf\u{e9}.log", b"caf\xe9 au lait\n"),
            Ok(Container::Plain)
        );
        assert_eq!(
            recognise("esc.log", b"\x1b[31mred\x1b[0m\n"),
            Ok(Container::Plain)
        );
        assert_eq!(
            recognise("tail.log", b"a line\n\0\0\0\0\0\0\0\0\0\0"),
            Ok(Container::Plain)
        );
    }

    #[test]
    fn what_is_no_log_is_named() {
        assert_eq!(
            recognise("none", b"").map_err(|e| e.code()),
            Err("emptyFile")
        );
        for bytes in [
            &b"\x89PNG\r\n\x1a\n...."[..],
            b"\0\0\0\0\0\0",
            b"\x01\x02\x03\x04abc\x05",
            b"PK\x03\x04",
        ] {
            assert_eq!(recognise("x", bytes).map_err(|e| e.code()), Err("binary"));
        }
    }
}
