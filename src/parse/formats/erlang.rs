//! Erlang's own reports, as `RabbitMQ` before 3.7, `CouchDB` and `ejabberd` write them; the text stands on the lines below.
//!
//! Source of the layout: Erlang/OTP, `error_logger_file_h`.

use super::super::{severity, timestamp};
use super::{Context, Fields, Format, Level, Sample, trimmed, word_end};

/// See the module.
pub(super) struct Erlang;

const SAMPLES: &[Sample] = &[Sample {
    line: "=ERROR REPORT==== 11-Mar-2024::15:04:22 ===",
    timestamp: "2024-03-11T15:04:22Z",
    level: Some(Level::Error),
    source: "",
    message: "ERROR REPORT",
}];

impl Format for Erlang {
    fn name(&self) -> &'static str {
        "erlangReport"
    }

    fn title(&self) -> &'static str {
        "Erlang report (RabbitMQ)"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first == b'='
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let end = memchr::memmem::find(line, b" REPORT==== ")?;
        let word = &line[1..word_end(line, 1).min(end)];
        // `=PROGRESS REPORT====`, `=CRASH REPORT====`, `=SUPERVISOR REPORT====`
        let level = match word {
            b"PROGRESS" => Some(Level::Info),
            b"CRASH" | b"SUPERVISOR" => Some(Level::Error),
            _ => severity::from_word(word),
        };
        let found = timestamp::at(line, end + 12, ctx.clock.order, false)?;
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(found.moment)),
            level,
            ..Fields::of_message(trimmed(line, 1, end + 7))
        })
    }
}
