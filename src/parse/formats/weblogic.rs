//! Oracle `WebLogic`: every part of the header between angle brackets, the message last.
//!
//! Source of the layout: "Configuring Log Files and Filtering Log Messages for Oracle `WebLogic` Server", message attributes.

use super::super::{severity, timestamp};
use super::{Context, Fields, Format, Level, Sample, Text, byte, trimmed};

/// See the module.
pub(super) struct Weblogic;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "####<Mar 11, 2024 3:04:22,123 PM UTC> <Notice> <WebLogicServer> <host-1> <AdminServer> <[ACTIVE] ExecuteThread: '0' for queue: 'default'> <<WLS Kernel>> <> <> <1710169462123> <BEA-000360> <The server started in RUNNING mode.>",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: Some(Level::Notice),
        source: "WebLogicServer",
        message: "The server started in RUNNING mode.",
    },
    Sample {
        line: "<Mar 11, 2024 3:04:22 PM UTC> <Warning> <Security> <BEA-090077> <Configuration of <realm> is missing>",
        timestamp: "2024-03-11T15:04:22Z",
        level: Some(Level::Warn),
        source: "Security",
        message: "Configuration of <realm> is missing",
    },
];

impl Format for Weblogic {
    fn name(&self) -> &'static str {
        "weblogic"
    }

    fn title(&self) -> &'static str {
        "WebLogic"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        matches!(first, b'#' | b'<')
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let at = if line.starts_with(b"####<") { 5 } else { 1 };
        if byte(line, at - 1) != b'<' || !byte(line, at).is_ascii_alphanumeric() {
            return None;
        }
        let found = timestamp::at(line, at, ctx.clock.order, false)?;
        if !line[found.end..].starts_with(b"> <") {
            return None;
        }
        let level_at = found.end + 3;
        let level_end = group_end(line, level_at)?;
        let level = severity::from_word(&line[level_at..level_end])?;
        let source = level_end + 3;
        let source_end = group_end(line, source)?;
        // The message is the group after the message id, or the last one where there is no id.
        let mut message = source_end + 3;
        for _ in 0..10 {
            let Some(end) = group_end(line, message) else {
                break;
            };
            let is_id = line[message..end].starts_with(b"BEA-");
            message = end + 3;
            if is_id {
                break;
            }
        }
        let end = line.len() - usize::from(line.ends_with(b">"));
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(found.moment)),
            level: Some(level),
            source: Text::line(source, source_end),
            ..Fields::of_message(trimmed(line, message.min(end), end))
        })
    }
}

/// Where the group that begins at `at` ends: before `> <`.
fn group_end(line: &[u8], at: usize) -> Option<usize> {
    memchr::memmem::find(line.get(at..)?, b"> <").map(|idx| at + idx)
}
