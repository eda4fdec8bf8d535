//! The unified log of macOS as `log show` prints it: default, compact and syslog style. Its older files are syslog.
//!
//! Source of the layouts: `log(1)`; types are those of `os_log_type_t`.

use super::super::timestamp;
use super::{
    Context, Digits, Fields, Format, Level, Sample, Text, byte, digits_end, rest, skip_blanks,
    word_end,
};

/// See the module.
pub(super) struct Macos;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "2024-03-11 15:04:22.123456+0100 0x1a2b     Error       0x3f                 512    7    sharingd: (CoreUtils) [com.apple.sharing:AirDrop] bind failed",
        timestamp: "2024-03-11T14:04:22.123456Z",
        level: Some(Level::Error),
        source: "sharingd",
        message: "(CoreUtils) [com.apple.sharing:AirDrop] bind failed",
    },
    Sample {
        line: "2024-03-11 15:04:22.123456+0100 0x0        Default     0x0                  0      0    kernel: (AppleACPIPlatform) wake reason: lid",
        timestamp: "2024-03-11T14:04:22.123456Z",
        level: Some(Level::Notice),
        source: "kernel",
        message: "(AppleACPIPlatform) wake reason: lid",
    },
    Sample {
        line: "2024-03-11 15:04:22.123 Df kernel[0:1234] (AppleACPIPlatform) wake reason: lid",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: Some(Level::Notice),
        source: "kernel",
        message: "(AppleACPIPlatform) wake reason: lid",
    },
];

impl Format for Macos {
    fn name(&self) -> &'static str {
        "macosLog"
    }

    fn title(&self) -> &'static str {
        "macOS unified log"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_digit()
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        lead == Digits::Date
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        // Looked at before the stamp is read: `0x` behind a time with six digits and offset, or two letters behind one with three.
        let is_default = line.get(31..34) == Some(b" 0x");
        let is_compact = byte(line, 23) == b' '
            && byte(line, 24).is_ascii_uppercase()
            && byte(line, 25).is_ascii_alphabetic()
            && byte(line, 26) == b' ';
        if !is_default && !is_compact {
            return None;
        }
        let (source, message, level) = if is_default {
            default(line)?
        } else {
            compact(line)?
        };
        let found = timestamp::at(line, 0, ctx.clock.order, false)?;
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(found.moment)),
            level: Some(level),
            source,
            ..Fields::of_message(rest(line, message))
        })
    }
}

/// `thread type activity pid ttl process: text`
fn default(line: &[u8]) -> Option<(Text, usize, Level)> {
    let kind = skip_blanks(line, word_end(line, 32));
    let kind_end = word_end(line, kind);
    let level = match &line[kind..kind_end] {
        b"Default" | b"Activity" | b"State" | b"Event" => Level::Notice,
        b"Info" => Level::Info,
        b"Debug" => Level::Debug,
        b"Error" => Level::Error,
        b"Fault" => Level::Fatal,
        _ => return None,
    };
    let activity = skip_blanks(line, kind_end);
    let pid = skip_blanks(line, word_end(line, activity));
    let ttl = skip_blanks(line, digits_end(line, pid));
    let name = skip_blanks(line, digits_end(line, ttl));
    let window = line.get(name..line.len().min(name + 128))?;
    let colon = memchr::memmem::find(window, b": ")? + name;
    (line[activity..].starts_with(b"0x") && ttl > pid && name > ttl)
        .then(|| (Text::line(name, colon), colon + 1, level))
}

/// `Ty process[pid:thread] text`
fn compact(line: &[u8]) -> Option<(Text, usize, Level)> {
    let level = match &line[24..26] {
        b"Df" | b"A " | b"St" => Level::Notice,
        b"I " | b"In" => Level::Info,
        b"Db" => Level::Debug,
        b"E " | b"Er" => Level::Error,
        b"F " | b"Ft" => Level::Fatal,
        _ => return None,
    };
    let name = skip_blanks(line, 26);
    let window = line.get(name..line.len().min(name + 128))?;
    let open = memchr::memchr(b'[', window)? + name;
    let pid_end = digits_end(line, open + 1);
    let close = memchr::memchr(b']', line.get(open..line.len().min(open + 40))?)? + open;
    (pid_end > open + 1 && byte(line, pid_end) == b':')
        .then(|| (Text::line(name, open), close + 1, level))
}
