//! Samba: time, debug level and place in the code on one line, the text on those below.
//!
//! Source of the layout: `smb.conf`, "debug timestamp", "debug hires timestamp", "log level".

use super::{Context, Fields, Format, Level, Sample, Text, byte, digits_end, rest, skip_blanks};

/// See the module.
pub(super) struct Samba;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "[2024/03/11 15:04:22.123456,  0] ../../source3/smbd/server.c:1784(main)",
        timestamp: "2024-03-11T15:04:22.123456Z",
        level: Some(Level::Error),
        source: "../../source3/smbd/server.c",
        message: "",
    },
    Sample {
        line: "[2024/03/11 15:04:22,  3, pid=4711] lib/util_sock.c:123(open_socket)",
        timestamp: "2024-03-11T15:04:22Z",
        level: Some(Level::Info),
        source: "lib/util_sock.c",
        message: "",
    },
];

impl Format for Samba {
    fn name(&self) -> &'static str {
        "samba"
    }

    fn title(&self) -> &'static str {
        "Samba"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first == b'['
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        // Looked at first: the number behind the comma tells it from other lines that begin with a bracket.
        let comma = memchr::memchr(b',', &line[..line.len().min(40)])?;
        let number = skip_blanks(line, comma + 1);
        let number_end = digits_end(line, number);
        if number_end == number || !matches!(byte(line, number_end), b']' | b',') {
            return None;
        }
        let close = memchr::memchr(b']', &line[..line.len().min(200)])?;
        let place = skip_blanks(line, close + 1);
        let open = memchr::memchr(b'(', &line[place..line.len().min(place + 200)])? + place;
        let colon = memchr::memrchr(b':', &line[place..open])? + place;
        let end = memchr::memchr(b')', &line[open..])? + open;
        if digits_end(line, colon + 1) != open || line[place..colon].contains(&b' ') {
            return None;
        }
        let (stamp, stamp_end) = ctx.stamp_at(line, 1)?;
        let level = match &line[number..number_end] {
            b"0" => Level::Error,
            b"1" => Level::Warn,
            b"2" => Level::Notice,
            b"3" => Level::Info,
            _ => Level::Debug,
        };
        (stamp_end == comma).then(|| Fields {
            timestamp: Some(stamp),
            level: Some(level),
            source: Text::line(place, colon),
            ..Fields::of_message(rest(line, end + 1))
        })
    }
}
