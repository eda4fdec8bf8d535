//! Lines without a time that begin with a level: Python's `LEVEL:name:message`, and `ERROR: message`, `[warn] message` of tools.

use super::{Context, Fields, Format, Level, Sample, Text, byte, header, rest, skip_blanks};

/// See the module.
pub(super) struct PythonLogging;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "WARNING:shop.billing:ledger is slow",
        timestamp: "",
        level: Some(Level::Warn),
        source: "shop.billing",
        message: "ledger is slow",
    },
    Sample {
        line: "ERROR: could not open /srv/ledger",
        timestamp: "",
        level: Some(Level::Error),
        source: "",
        message: "could not open /srv/ledger",
    },
    Sample {
        line: "[info] 12 files changed",
        timestamp: "",
        level: Some(Level::Info),
        source: "",
        message: "12 files changed",
    },
];

impl Format for PythonLogging {
    fn name(&self) -> &'static str {
        "levelFirst"
    }

    fn title(&self) -> &'static str {
        "Level first, no time (Python logging)"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_alphabetic() || matches!(first, b'[' | b'<' | b'(')
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let (level, end) = header::leading_level(line, 0)?;
        let until = ctx.stamp_limit.min(line.len());
        if super::super::timestamp::find(line, end, until, ctx.clock.order).is_some() {
            return None;
        }
        let mut source = Text::EMPTY;
        let mut message = skip_blanks(line, end + usize::from(byte(line, end) == b':'));
        if message == end + 1 {
            let name_end = name_end(line, message);
            if name_end > message && byte(line, name_end) == b':' {
                source = Text::line(message, name_end);
                message = name_end + 1;
            }
        }
        Some(Fields {
            level: Some(level),
            source,
            ..Fields::of_message(rest(line, message))
        })
    }
}

fn name_end(line: &[u8], start: usize) -> usize {
    let mut end = start;
    while byte(line, end).is_ascii_alphanumeric() || matches!(byte(line, end), b'.' | b'_' | b'-') {
        end += 1;
    }
    end
}
