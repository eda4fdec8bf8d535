//! AWS VPC flow logs without the line that names their columns: one flow of packets in a window of time, accepted or rejected.
//!
//! Source of the layout: "Flow log records" of the Amazon VPC user guide, default format (version 2), which custom formats may
//! go on from. Files that begin with the names of their columns are read by those, in any order (`parse/directives.rs`).

use super::super::{severity, timestamp};
use super::{Context, Digits, Fields, Format, Level, Sample, Text, byte, rest, word_end};

/// See the module.
pub(super) struct FlowLog;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "2 123456789012 eni-0a1b2c3d4e5f60718 192.0.2.7 198.51.100.4 20641 22 6 20 4249 1710169462 1710169522 ACCEPT OK",
        timestamp: "2024-03-11T15:04:22Z",
        level: Some(Level::Info),
        source: "eni-0a1b2c3d4e5f60718",
        message: "192.0.2.7 198.51.100.4 20641 22 6 20 4249 1710169462 1710169522 ACCEPT OK",
    },
    Sample {
        line: "2 123456789012 eni-0a1b2c3d 2001:db8::7 2001:db8::9 49761 3389 6 20 4249 1710169462 1710169522 REJECT OK",
        timestamp: "2024-03-11T15:04:22Z",
        level: Some(Level::Warn),
        source: "eni-0a1b2c3d",
        message: "2001:db8::7 2001:db8::9 49761 3389 6 20 4249 1710169462 1710169522 REJECT OK",
    },
    Sample {
        line: "2 unknown eni-0a1b2c3d - - - - - - - 1710169462 1710169522 - NODATA",
        timestamp: "2024-03-11T15:04:22Z",
        level: None,
        source: "eni-0a1b2c3d",
        message: "- - - - - - - 1710169462 1710169522 - NODATA",
    },
];

/// Places among the words of a line.
const INTERFACE: usize = 2;
const CLIENT: usize = 3;
const START: usize = 10;
const ACTION: usize = 12;
const STATUS: usize = 13;

impl Format for FlowLog {
    fn name(&self) -> &'static str {
        "flowLog"
    }

    fn title(&self) -> &'static str {
        "AWS VPC flow log"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_digit()
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        lead == Digits::Run(1, b' ')
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let mut words = [(0, 0); STATUS + 1];
        let mut at = 0;
        for word in &mut words {
            *word = (at, word_end(line, at.min(line.len())));
            at = word.1 + 1;
        }
        let word = |idx: usize| line.get(words[idx].0..words[idx].1).unwrap_or_default();
        let is_flow = byte(line, 1) == b' '
            && word(INTERFACE).starts_with(b"eni-")
            && matches!(word(STATUS), b"OK" | b"NODATA" | b"SKIPDATA");
        if !is_flow {
            return None;
        }
        let found = timestamp::at(line, words[START].0, ctx.clock.order, true)?;
        let client = Text::line(words[CLIENT].0, words[CLIENT].1);
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(found.moment)),
            level: severity::from_action(word(ACTION)),
            source: Text::line(words[INTERFACE].0, words[INTERFACE].1),
            ip: (word(CLIENT) != b"-").then_some(client),
            ..Fields::of_message(rest(line, words[CLIENT].0))
        })
    }
}
