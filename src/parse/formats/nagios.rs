//! Nagios and its relatives (Icinga, Naemon): seconds since the epoch, what is told, and its parts between semicolons.
//!
//! Source of the layout: Nagios Core, `base/logging.c` and the parsing of archived logs in `cgi/avail.c`.

use super::{Context, Fields, Format, Level, Sample, Text, byte, rest};

/// See the module.
pub(super) struct Nagios;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "[1710169462] SERVICE ALERT: web1;HTTP;CRITICAL;SOFT;1;connect to address 192.0.2.7: refused",
        timestamp: "2024-03-11T15:04:22Z",
        level: Some(Level::Error),
        source: "SERVICE ALERT",
        message: "web1;HTTP;CRITICAL;SOFT;1;connect to address 192.0.2.7: refused",
    },
    Sample {
        line: "[1710169463] CURRENT HOST STATE: web1;UP;HARD;1;PING OK",
        timestamp: "2024-03-11T15:04:23Z",
        level: Some(Level::Info),
        source: "CURRENT HOST STATE",
        message: "web1;UP;HARD;1;PING OK",
    },
];

impl Format for Nagios {
    fn name(&self) -> &'static str {
        "nagios"
    }

    fn title(&self) -> &'static str {
        "Nagios"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first == b'['
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        if line.get(11..13)? != b"] " || !byte(line, 13).is_ascii_uppercase() {
            return None;
        }
        let colon = memchr::memchr(b':', &line[..line.len().min(60)])?;
        let name = line.get(13..colon)?;
        let is_name = name.contains(&b' ')
            && name
                .iter()
                .all(|byte| byte.is_ascii_uppercase() || *byte == b' ');
        if !is_name || !line[colon..].starts_with(b": ") {
            return None;
        }
        let found = super::super::timestamp::at(line, 1, ctx.clock.order, true)?;
        let mut states = line[colon..].split(|byte| *byte == b';').skip(1).take(3);
        let level = states.find_map(|state| match state {
            b"CRITICAL" | b"DOWN" | b"UNREACHABLE" => Some(Level::Error),
            b"WARNING" | b"UNKNOWN" => Some(Level::Warn),
            b"OK" | b"UP" => Some(Level::Info),
            _ => None,
        });
        (found.end == 11).then(|| Fields {
            timestamp: Some(ctx.clock.resolve(found.moment)),
            level,
            source: Text::line(13, colon),
            ..Fields::of_message(rest(line, colon + 1))
        })
    }
}
