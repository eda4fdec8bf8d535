//! CEF and LEEF, the two event formats of security products, on their own or behind a syslog header.
//!
//! Sources: `ArcSight`, "Common Event Format" (version 25), IBM, "Log Event Extended Format" (1.0 and 2.0).

use super::super::severity;
use super::super::timestamp;
use super::{Context, Fields, Format, Level, Sample, Text, trimmed};

/// See the module.
pub(super) struct Cef;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "CEF:0|Example|Gate|1.0|100|port scan \\| probe|8|src=192.0.2.7 dst=198.51.100.7 rt=1710169462123 suser=carol",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: Some(Level::Error),
        source: "Gate",
        message: "port scan \\| probe",
    },
    Sample {
        line: "LEEF:2.0|Example|Gate|1.0|rule 7|^|devTime=Mar 11 2024 15:04:22^src=192.0.2.7^sev=9^usrName=carol",
        timestamp: "2024-03-11T15:04:22Z",
        level: Some(Level::Fatal),
        source: "Gate",
        message: "rule 7",
    },
    Sample {
        line: "LEEF:1.0|Example|Gate|1.0|login|devTime=Mar 11 2024 15:04:22\tsrc=192.0.2.7\tsev=5",
        timestamp: "2024-03-11T15:04:22Z",
        level: Some(Level::Warn),
        source: "Gate",
        message: "login",
    },
];

impl Format for Cef {
    fn name(&self) -> &'static str {
        "cef"
    }

    fn title(&self) -> &'static str {
        "CEF or LEEF security events"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        matches!(first, b'C' | b'L')
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        event(line, 0, ctx)
    }
}

/// The event whose `CEF:` or `LEEF:` with its version stands at `at`.
pub(super) fn event(line: &[u8], at: usize, ctx: &Context) -> Option<Fields> {
    let is_leef = line[at..].starts_with(b"LEEF:");
    if !is_leef && !line[at..].starts_with(b"CEF:") {
        return None;
    }
    // CEF: version, vendor, product, version, id, name, severity; LEEF: version, vendor, product, version, id, in 2.0 a delimiter.
    let mut fields = [(0, 0); 7];
    let n_fields = if !is_leef {
        7
    } else if line[at..].starts_with(b"LEEF:2") {
        6
    } else {
        5
    };
    let mut pos = at;
    for field in &mut fields[..n_fields] {
        let end = bar(line, pos)?;
        *field = (pos, end);
        pos = end + 1;
    }
    let extension = Extension {
        line,
        at: pos,
        is_leef,
    };
    let text = |(start, end): (usize, usize)| &line[start..end];
    let said = if is_leef { fields[4] } else { fields[5] };
    let level = if is_leef {
        extension.value(b"sev").map(text).and_then(level)
    } else {
        level(text(fields[6]))
    };
    let stamp = [&b"rt"[..], b"devTime", b"end", b"start"]
        .iter()
        .find_map(|key| extension.value(key))
        .map(text)
        .and_then(|text| timestamp::find(text, 0, text.len().min(40), ctx.clock.order))
        .map(|found| ctx.clock.resolve(found.moment));
    let named = |keys: &[&[u8]]| {
        let found = keys.iter().find_map(|key| extension.value(key));
        found.map(|(start, end)| Text::line(start, end))
    };
    Some(Fields {
        timestamp: stamp,
        level,
        source: trimmed(line, fields[2].0, fields[2].1),
        message: trimmed(line, said.0, said.1),
        ip: named(&[b"src"]),
        user: named(&[b"suser", b"usrName"]),
        http_status: None,
    })
}

/// The next bar that is not escaped.
fn bar(line: &[u8], at: usize) -> Option<usize> {
    let mut pos = at;
    loop {
        let idx = pos + memchr::memchr2(b'|', b'\\', line.get(pos..)?)?;
        if line[idx] == b'|' {
            return Some(idx);
        }
        pos = idx + 2;
    }
}

/// What follows the last bar: `key=value` after `key=value`.
struct Extension<'a> {
    line: &'a [u8],
    at: usize,
    is_leef: bool,
}

impl Extension<'_> {
    /// Where the value of `key` stands: up to the next tab or caret in LEEF, up to the next ` key=` in CEF.
    fn value(&self, key: &[u8]) -> Option<(usize, usize)> {
        let line = self.line;
        let mut from = self.at;
        let start = loop {
            let idx = from + memchr::memmem::find(&line[from..], key)?;
            let end = idx + key.len();
            let is_whole = matches!(line[idx - 1], b' ' | b'\t' | b'^' | b'|');
            if is_whole && line.get(end) == Some(&b'=') {
                break end + 1;
            }
            from = idx + 1;
        };
        let text = &line[start..];
        let len = if self.is_leef {
            memchr::memchr2(b'\t', b'^', text).unwrap_or(text.len())
        } else {
            // Values may hold blanks: they end before the word that is the next key.
            memchr::memchr(b'=', text).map_or(text.len(), |equals| {
                memchr::memrchr(b' ', &text[..equals]).unwrap_or(equals)
            })
        };
        Some((start, start + len))
    }
}

/// 0 to 3 low, to 6 medium, to 8 high, 9 and 10 very high, or these words.
fn level(text: &[u8]) -> Option<Level> {
    let text = text.trim_ascii();
    Some(match text {
        b"0" | b"1" | b"2" | b"3" | b"Low" | b"Unknown" => Level::Info,
        b"4" | b"5" | b"6" | b"Medium" => Level::Warn,
        b"7" | b"8" | b"High" => Level::Error,
        b"9" | b"10" | b"Very-High" => Level::Fatal,
        _ => return severity::from_word(text),
    })
}
