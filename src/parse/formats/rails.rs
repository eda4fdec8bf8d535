//! Ruby's Logger, which Rails, Sidekiq, Puppet and Vagrant use: `I, [stamp #pid]  INFO -- program: message`.

use super::super::severity;
use super::{
    Context, Fields, Format, Level, Sample, Text, byte, digits_end, rest, skip_blanks, trimmed,
    word_end,
};

/// See the module.
pub(super) struct Rails;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "W, [2023-10-11T17:00:04.497736 #126554]  WARN -- : [4eebb5e2] slow query (812.3ms)",
        timestamp: "2023-10-11T17:00:04.497736Z",
        level: Some(Level::Warn),
        source: "",
        message: "[4eebb5e2] slow query (812.3ms)",
    },
    Sample {
        line: "I, [2023-10-11 05:14:33 #123] INFO -- Main: Hello",
        timestamp: "2023-10-11T05:14:33Z",
        level: Some(Level::Info),
        source: "Main",
        message: "Hello",
    },
];

impl Format for Rails {
    fn name(&self) -> &'static str {
        "rubyLogger"
    }

    fn title(&self) -> &'static str {
        "Ruby/Rails"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        matches!(first, b'D' | b'I' | b'W' | b'E' | b'F' | b'A')
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        if !line[1..].starts_with(b", [") {
            return None;
        }
        let (stamp, end) = ctx.stamp_at(line, 4)?;
        if !line[end..].starts_with(b" #") {
            return None;
        }
        let close = digits_end(line, end + 2);
        let level_at = skip_blanks(line, close + 1);
        let level_end = word_end(line, level_at.min(line.len()));
        if byte(line, close) != b']' || !line[level_end..].starts_with(b" --") {
            return None;
        }
        let level = severity::from_word(&line[level_at..level_end]);
        let program = skip_blanks(line, level_end + 3);
        let colon = memchr::memchr(b':', &line[program..line.len().min(program + 128)]);
        let (source, message) = match colon {
            Some(colon) => (trimmed(line, program, program + colon), program + colon + 1),
            None => (Text::EMPTY, program),
        };
        Some(Fields {
            timestamp: Some(stamp),
            level: level.or_else(|| severity::from_letter(line[0])),
            source,
            ..Fields::of_message(rest(line, message))
        })
    }
}
