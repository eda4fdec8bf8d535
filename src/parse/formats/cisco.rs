//! Network equipment: Cisco's `%FACILITY-SEVERITY-MNEMONIC: text` behind whatever clocks and counters stand before it.
//!
//! Source of the layout: Cisco IOS and ASA "System Message Guide".

use super::super::{severity, timestamp};
use super::{Context, Digits, Fields, Format, Level, Sample, Text, byte, rest};

/// See the module.
pub(super) struct Cisco;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "*Mar 11 15:04:22.123: %LINK-3-UPDOWN: Interface Gi0/1, changed state to down",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: Some(Level::Error),
        source: "LINK-3-UPDOWN",
        message: "Interface Gi0/1, changed state to down",
    },
    Sample {
        line: "<189>29: *Mar 11 15:04:22.123: %SYS-5-CONFIG_I: Configured from console by carol",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: Some(Level::Notice),
        source: "SYS-5-CONFIG_I",
        message: "Configured from console by carol",
    },
    Sample {
        line: "000123: Mar 11 15:04:22.123 UTC: %SYS-5-RESTART: System restarted",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: Some(Level::Notice),
        source: "SYS-5-RESTART",
        message: "System restarted",
    },
];

impl Format for Cisco {
    fn name(&self) -> &'static str {
        "cisco"
    }

    fn title(&self) -> &'static str {
        "Cisco"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_digit() || matches!(first, b'<' | b'*' | b'%' | b'.')
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        // A year, or the sequence number of `service sequence-numbers`.
        matches!(lead, Digits::Run(4, b' ') | Digits::Run(3..=9, b':'))
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let window = &line[..line.len().min(120)];
        let mark = memchr::memchr(b'%', window)?;
        if mark > 0 && line[mark - 1] != b' ' {
            return None;
        }
        let fields = named(line, mark)?;
        let found = timestamp::find(line, 0, mark, ctx.clock.order);
        Some(Fields {
            timestamp: found.map(|found| ctx.clock.resolve(found.moment)),
            ..fields
        })
    }
}

/// The message whose name stands at `mark`.
pub(super) fn named(line: &[u8], mark: usize) -> Option<Fields> {
    let end = memchr::memmem::find(&line[mark..line.len().min(mark + 80)], b": ")? + mark;
    let name = &line[mark + 1..end];
    let is_name = name.iter().all(|byte| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-')
    });
    let dash = memchr::memchr(b'-', name)?;
    let digit = byte(name, dash + 1);
    if !is_name || !(b'0'..=b'7').contains(&digit) || byte(name, dash + 2) != b'-' {
        return None;
    }
    Some(Fields {
        level: Some(severity::from_priority(u32::from(digit - b'0'))),
        source: Text::line(mark + 1, end),
        ..Fields::of_message(rest(line, end + 1))
    })
}
