//! `MySQL` and `MariaDB`: the general query log, and the first line of a record of the slow query log, whose query stands on the
//! lines below. The error log is read by the walk over application headers.
//!
//! Source of the layouts: `MySQL` reference manual, "The General Query Log" and "The Slow Query Log".

use super::super::timestamp;
use super::{Context, Digits, Fields, Format, Sample, Text, byte, digits_end, rest, skip_blanks};

/// See the module.
pub(super) struct Mysql;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "2024-03-11T15:04:22.123456Z\t   12 Query\tSELECT total FROM cart",
        timestamp: "2024-03-11T15:04:22.123456Z",
        level: None,
        source: "Query",
        message: "SELECT total FROM cart",
    },
    Sample {
        line: "2024-03-11T15:04:23.000001Z 8 Init DB\tshop",
        timestamp: "2024-03-11T15:04:23.000001Z",
        level: None,
        source: "Init DB",
        message: "shop",
    },
    Sample {
        line: "240311 15:04:22\t   12 Connect\tcarol@192.0.2.7 on shop",
        timestamp: "2024-03-11T15:04:22Z",
        level: None,
        source: "Connect",
        message: "carol@192.0.2.7 on shop",
    },
    Sample {
        line: "# Time: 2024-03-11T15:04:22.123456Z",
        timestamp: "2024-03-11T15:04:22.123456Z",
        level: None,
        source: "",
        message: "",
    },
];

/// What the server calls its commands (`sql/sql_parse.cc`, `command_name`).
const COMMANDS: [&[u8]; 14] = [
    b"Query",
    b"Connect",
    b"Quit",
    b"Init DB",
    b"Execute",
    b"Prepare",
    b"Close stmt",
    b"Reset stmt",
    b"Field List",
    b"Statistics",
    b"Ping",
    b"Change user",
    b"Binlog Dump",
    b"Binlog Dump GTID",
];

impl Format for Mysql {
    fn name(&self) -> &'static str {
        "mysqlQuery"
    }

    fn title(&self) -> &'static str {
        "MySQL query logs"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_digit() || first == b'#'
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        matches!(lead, Digits::DateT | Digits::Run(6, b' '))
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        if let Some(stamp) = line.strip_prefix(b"# Time: ") {
            let found = timestamp::at(stamp, 0, ctx.clock.order, false)?;
            return Some(Fields {
                timestamp: Some(ctx.clock.resolve(found.moment)),
                ..Fields::of_message(rest(line, 8 + found.end))
            });
        }
        let is_likely = (byte(line, 10) == b'T' && matches!(byte(line, 27), b' ' | b'\t'))
            || (byte(line, 6) == b' ' && byte(line, 15) == b'\t');
        if !is_likely {
            return None;
        }
        let found = timestamp::at(line, 0, ctx.clock.order, false)?;
        let id = skip_blanks(line, found.end);
        let id_end = digits_end(line, id);
        let command = id_end + 1;
        if id_end == id || byte(line, id_end) != b' ' {
            return None;
        }
        let window = line.get(command..line.len().min(command + 24))?;
        let end = memchr::memchr(b'\t', window).map_or(line.len(), |tab| command + tab);
        let name = line[command..end].trim_ascii_end();
        if !COMMANDS.contains(&name) {
            return None;
        }
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(found.moment)),
            source: Text::line(command, command + name.len()),
            ..Fields::of_message(rest(line, end))
        })
    }
}
