//! Android's logcat: `threadtime` with or without a year, and `brief`/`tag` without a time.

use super::super::severity;
use super::{
    Context, Fields, Format, Level, Sample, Text, byte, digits_end, rest, skip_blanks, trimmed,
};

/// See the module.
pub(super) struct Logcat;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "03-17 16:13:38.811  1702  2395 D WindowManager: printFreezingDisplayLogs: null",
        timestamp: "2024-03-17T16:13:38.811Z",
        level: Some(Level::Debug),
        source: "WindowManager",
        message: "printFreezingDisplayLogs: null",
    },
    Sample {
        line: "2023-03-17 16:13:39.001  1702  8671 E Activity Manager: ANR in com.example",
        timestamp: "2023-03-17T16:13:39.001Z",
        level: Some(Level::Error),
        source: "Activity Manager",
        message: "ANR in com.example",
    },
    Sample {
        line: "W/dalvikvm(  244): threadid=11: thread exiting",
        timestamp: "",
        level: Some(Level::Warn),
        source: "dalvikvm",
        message: "threadid=11: thread exiting",
    },
];

impl Format for Logcat {
    fn name(&self) -> &'static str {
        "logcat"
    }

    fn title(&self) -> &'static str {
        "Android logcat"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_digit() || matches!(first, b'V' | b'D' | b'I' | b'W' | b'E' | b'F')
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        if byte(line, 1) == b'/' {
            return brief(line);
        }
        // `mm-dd …` or `yyyy-mm-dd hh:mm:ss.mmm` and a number: looked at before the stamp is read.
        let is_likely = byte(line, 2) == b'-'
            || (byte(line, 19) == b'.' && matches!(byte(line, 23), b' ' | b'0'..=b'9'));
        if !is_likely {
            return None;
        }
        let (stamp, end) = ctx.stamp_at(line, 0)?;
        let pid = skip_blanks(line, end);
        let pid_end = digits_end(line, pid);
        let tid = skip_blanks(line, pid_end);
        let tid_end = digits_end(line, tid);
        let letter = tid_end + 1;
        if pid == end
            || pid_end == pid
            || tid_end == tid
            || byte(line, letter + 1) != b' '
            || byte(line, tid_end) != b' '
        {
            return None;
        }
        let level = severity::from_letter(byte(line, letter))?;
        let tag = letter + 2;
        let window = &line[tag..line.len().min(tag + 128)];
        // Tags may hold blanks and be padded before the colon.
        let (source, message) = match memchr::memchr(b':', window) {
            Some(colon) => (trimmed(line, tag, tag + colon), tag + colon + 1),
            None => (Text::EMPTY, tag),
        };
        Some(Fields {
            timestamp: Some(stamp),
            level: Some(level),
            source,
            ..Fields::of_message(rest(line, message))
        })
    }
}

/// `W/tag(  244): text`
fn brief(line: &[u8]) -> Option<Fields> {
    let level = severity::from_letter(line[0])?;
    let window = &line[2..line.len().min(130)];
    let open = memchr::memchr(b'(', window)? + 2;
    let pid_end = digits_end(line, skip_blanks(line, open + 1));
    if byte(line, pid_end) != b')'
        || byte(line, pid_end + 1) != b':'
        || !byte(line, pid_end - 1).is_ascii_digit()
    {
        return None;
    }
    Some(Fields {
        level: Some(level),
        source: trimmed(line, 2, open),
        ..Fields::of_message(rest(line, pid_end + 2))
    })
}
