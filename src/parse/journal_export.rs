//! An entry of `journalctl -o export` → its fields.
//!
//! An entry is a paragraph of `KEY=value` lines. Values that hold line ends are written with their length in eight bytes; such
//! binary values are passed over.
//!
//! Source: systemd, "Journal Export Formats".

use super::formats::Context;
use super::{Fields, Text, severity, timestamp};

/// Whether the head of a file is an export.
pub(super) fn is_export(head: &[u8]) -> bool {
    head.starts_with(b"__CURSOR=")
        && memchr::memmem::find(head, b"\n__REALTIME_TIMESTAMP=").is_some()
}

/// The fields of one entry.
pub(super) fn parse(entry: &[u8], ctx: &Context) -> Fields {
    let mut fields = Fields::of_message(Text::line(0, entry.len()));
    let mut name = None;
    let mut at = 0;
    for line in entry.split(|byte| *byte == b'\n') {
        let start = at;
        at += line.len() + 1;
        let Some(equals) = memchr::memchr(b'=', line) else {
            continue;
        };
        let value = &line[equals + 1..];
        let text = Text::line(start + equals + 1, start + line.len());
        match &line[..equals] {
            b"MESSAGE" => fields.message = text,
            b"PRIORITY" => {
                fields.level = match value {
                    [digit @ b'0'..=b'7'] => Some(severity::from_priority(u32::from(digit - b'0'))),
                    _ => None,
                };
            }
            b"SYSLOG_IDENTIFIER" => fields.source = text,
            b"_COMM" => name = Some(text),
            b"__REALTIME_TIMESTAMP" => {
                let found = timestamp::at(value, 0, ctx.clock.order, true);
                fields.timestamp = found.map(|found| ctx.clock.resolve(found.moment));
            }
            _ => {}
        }
    }
    if fields.source.is_empty() {
        fields.source = name.unwrap_or(Text::EMPTY);
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;
    use crate::base::written::Written;
    use crate::parse::Level;
    use crate::parse::timestamp::{Clock, DayMonth};

    #[test]
    fn an_entry_is_a_paragraph_of_keys() {
        let entry = b"__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1710169462123456\nPRIORITY=3\n_COMM=sshd\nMESSAGE=error: no key = lost\n";
        assert!(is_export(entry));
        let ctx = Context {
            clock: Clock {
                order: DayMonth::MonthFirst,
            },
            stamp_limit: 160,
            is_inner: false,
        };
        let fields = parse(entry, &ctx);
        assert_eq!(
            fields.timestamp,
            Some(Written::instant(Timestamp(1_710_169_462_123_456)))
        );
        assert_eq!(fields.level, Some(Level::Error));
        assert_eq!(fields.source.get(entry, &[]), b"sshd");
        assert_eq!(fields.message.get(entry, &[]), b"error: no key = lost");
    }
}
