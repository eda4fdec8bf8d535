//! Redis and Valkey: `pid:role day month year time mark message`, and the older `[pid] …`.

use super::super::timestamp;
use super::{
    Context, Digits, Fields, Format, Level, Sample, Text, byte, digits_end, rest, skip_blanks,
};

/// See the module.
pub(super) struct Redis;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "17:M 11 Oct 2023 13:47:38.984 * Background saving started by pid 4411",
        timestamp: "2023-10-11T13:47:38.984Z",
        level: Some(Level::Notice),
        source: "M",
        message: "Background saving started by pid 4411",
    },
    Sample {
        line: "[3574] 13 Apr 12:52:30.731 # Can't save in background: fork: Cannot allocate memory",
        timestamp: "2024-04-13T12:52:30.731Z",
        level: Some(Level::Warn),
        source: "",
        message: "Can't save in background: fork: Cannot allocate memory",
    },
    Sample {
        line: "17:signal-handler (1697032058) Received SIGTERM scheduling shutdown...",
        timestamp: "2023-10-11T13:47:38Z",
        level: Some(Level::Warn),
        source: "signal-handler",
        message: "Received SIGTERM scheduling shutdown...",
    },
];

impl Format for Redis {
    fn name(&self) -> &'static str {
        "redis"
    }

    fn title(&self) -> &'static str {
        "Redis"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first == b'[' || first.is_ascii_digit()
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        matches!(lead, Digits::Run(_, b':'))
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let is_old = line[0] == b'[';
        let pid = usize::from(is_old);
        let end = digits_end(line, pid);
        if end == pid {
            return None;
        }
        if line[end..].starts_with(b":signal-handler (") {
            let found = timestamp::at(line, end + 17, ctx.clock.order, true)?;
            return (byte(line, found.end) == b')').then(|| Fields {
                timestamp: Some(ctx.clock.resolve(found.moment)),
                level: Some(Level::Warn),
                source: Text::line(end + 1, end + 15),
                ..Fields::of_message(rest(line, found.end + 1))
            });
        }
        let (source, at) = match (is_old, byte(line, end), byte(line, end + 1)) {
            (true, b']', b' ') => (Text::EMPTY, end + 2),
            (false, b':', b'M' | b'S' | b'C' | b'X') if byte(line, end + 2) == b' ' => {
                (Text::line(end + 1, end + 2), end + 3)
            }
            _ => return None,
        };
        let (stamp, end) = ctx.stamp_at(line, at)?;
        let mark = skip_blanks(line, end);
        let level = match byte(line, mark) {
            b'.' => Level::Debug,
            b'-' => Level::Info,
            b'*' => Level::Notice,
            b'#' => Level::Warn,
            _ => return None,
        };
        if byte(line, mark + 1) != b' ' {
            return None;
        }
        Some(Fields {
            timestamp: Some(stamp),
            level: Some(level),
            source,
            ..Fields::of_message(rest(line, mark + 2))
        })
    }
}
