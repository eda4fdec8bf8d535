//! `journalctl` and other writers of `stamp host program[pid]: text` with a stamp that is not syslog's own: `short-full`,
//! `short-unix`, `short-monotonic`, ISO with a blank.
//!
//! Source of the layouts: `journalctl(1)`, option `-o`.

use super::super::timestamp;
use super::syslog::after_host;
use super::{Context, Digits, Fields, Format, Level, Sample, byte, digits_end, word_end};

/// See the module.
pub(super) struct Journal;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "Mon 2024-03-11 15:04:22 CET web-1 systemd[1]: Started cart.service",
        timestamp: "2024-03-11T14:04:22Z",
        level: None,
        source: "systemd",
        message: "Started cart.service",
    },
    Sample {
        line: "1710169462.123456 web-1 sshd[4711]: error: no key",
        timestamp: "2024-03-11T15:04:22.123456Z",
        level: Some(Level::Error),
        source: "sshd",
        message: "error: no key",
    },
    Sample {
        line: "[  123.456789] web-1 kernel: eth0: link up",
        timestamp: "1970-01-01T00:02:03.456789Z",
        level: None,
        source: "kernel",
        message: "eth0: link up",
    },
    Sample {
        line: "2024-03-11 15:04:22+01 laptop softwareupdated[512]: scan finished",
        timestamp: "2024-03-11T14:04:22Z",
        level: None,
        source: "softwareupdated",
        message: "scan finished",
    },
];

impl Format for Journal {
    fn name(&self) -> &'static str {
        "journal"
    }

    fn title(&self) -> &'static str {
        "systemd journal"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_digit() || matches!(first, b'[' | b'M' | b'T' | b'W' | b'F' | b'S')
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        matches!(lead, Digits::Date | Digits::Run(10, b'.'))
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        // `Mon 2024-…`
        let at = if line[0].is_ascii_alphabetic() { 4 } else { 0 };
        // What the stamp can be is looked at before anything is searched for.
        let is_likely = match line[0] {
            b'0'..=b'9' => match byte(line, 10) {
                b'.' => byte(line, 17) == b' ',
                _ => matches!(byte(line, 19), b'+' | b'-'),
            },
            b'[' => matches!(byte(line, 1), b' ' | b'0'..=b'9') && byte(line, 5) != b'-',
            _ => byte(line, 3) == b' ' && byte(line, 8) == b'-',
        };
        if !is_likely {
            return None;
        }
        // Programs name themselves within the first 160 bytes, and few other lines have `]: ` or `kernel: ` there.
        let window = &line[..line.len().min(160)];
        let tag_end = memchr::memmem::find(window, b": ")?;
        if line[tag_end - 1] != b']' && !line[..tag_end].ends_with(b" kernel") {
            return None;
        }
        let found = timestamp::at(line, at, ctx.clock.order, true)?;
        let host = found.end + usize::from(line[0] == b'[') + 1;
        if byte(line, host - 1) != b' ' || !byte(line, host).is_ascii_alphanumeric() {
            return None;
        }
        let host_end = word_end(line, host);
        let tag = host_end + 1;
        if tag >= tag_end || line[host..host_end].contains(&b'[') {
            return None;
        }
        // One word, and its process id where it has one.
        let name_end = word_end(line, tag);
        if name_end != tag_end + 1 || (line[tag_end - 1] == b']' && !has_pid(&line[tag..tag_end])) {
            return None;
        }
        let fields = after_host(line, host, None)?;
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(found.moment)),
            ..fields
        })
    }
}

/// `sshd[4711]`
fn has_pid(tag: &[u8]) -> bool {
    memchr::memchr(b'[', tag)
        .is_some_and(|open| open > 0 && digits_end(tag, open + 1) == tag.len() - 1)
}
