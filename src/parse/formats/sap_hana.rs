//! SAP HANA's trace files: thread, connection and transaction, the time, one small letter for the level, component and place in
//! the code, and after a colon the message.
//!
//! Source of the layout: "SAP HANA Troubleshooting and Performance Analysis Guide", diagnosis files.

use super::super::{severity, timestamp};
use super::{
    Context, Fields, Format, Level, Sample, Text, byte, digits_end, rest, skip_blanks, word_end,
};

/// See the module.
pub(super) struct SapHana;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "[4711]{-1}[-1/-1] 2024-03-11 15:04:22.123456 e Cart_Pricing     Pricing.cpp(00818) : price missing for 17",
        timestamp: "2024-03-11T15:04:22.123456Z",
        level: Some(Level::Error),
        source: "Cart_Pricing",
        message: "price missing for 17",
    },
    Sample {
        line: "[4711]{300017}[42/-1] 2024-03-11 15:04:22.123456 w Basis            FileIO.cpp(01234) : slow write: 3 s",
        timestamp: "2024-03-11T15:04:22.123456Z",
        level: Some(Level::Warn),
        source: "Basis",
        message: "slow write: 3 s",
    },
    Sample {
        line: "[4711]{-1}[-1/-1] 2024-03-11 15:04:22.123456 f Crash            Crash.cpp(00012) : stopped",
        timestamp: "2024-03-11T15:04:22.123456Z",
        level: Some(Level::Fatal),
        source: "Crash",
        message: "stopped",
    },
];

impl Format for SapHana {
    fn name(&self) -> &'static str {
        "sapHana"
    }

    fn title(&self) -> &'static str {
        "SAP HANA trace"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first == b'['
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let thread_end = digits_end(line, 1);
        if thread_end == 1 || !line[thread_end..].starts_with(b"]{") {
            return None;
        }
        // Connection and transactions are numbers, or -1 where there are none.
        let groups_end = thread_end + word_end(&line[thread_end..], 0);
        let is_numbers = line[thread_end..groups_end].iter().all(|byte| {
            byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b'[' | b']' | b'{' | b'}')
        });
        if !is_numbers || !line[..groups_end].ends_with(b"]") {
            return None;
        }
        let found = timestamp::at(line, groups_end + 1, ctx.clock.order, false)?;
        let letter = found.end + 1;
        if byte(line, found.end) != b' ' || byte(line, letter + 1) != b' ' {
            return None;
        }
        let level = severity::from_letter(byte(line, letter).to_ascii_uppercase())?;
        let source = skip_blanks(line, letter + 2);
        let source_end = word_end(line, source);
        let place = skip_blanks(line, source_end);
        let place_end = word_end(line, place);
        let is_said = line[place_end..].starts_with(b" : ");
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(found.moment)),
            level: Some(level),
            source: Text::line(source, source_end),
            ..Fields::of_message(rest(line, if is_said { place_end + 3 } else { place }))
        })
    }
}
