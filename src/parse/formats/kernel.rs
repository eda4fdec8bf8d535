//! The kernel's ring buffer as `dmesg` prints it: plain, with priorities (`-r`), decoded (`-x`), with human times (`-T`).
//!
//! Source of the layouts: `dmesg(1)` of util-linux and the kernel's `Documentation/ABI/testing/dev-kmsg`.

use super::super::severity;
use super::super::timestamp;
use super::{Context, Fields, Format, Level, Sample, byte, digits_end, rest, skip_blanks};

/// See the module.
pub(super) struct Kernel;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "<3>[12345.678901] EXT4-fs error (device sda1): ext4_lookup: deleted inode referenced: 12",
        timestamp: "1970-01-01T03:25:45.678901Z",
        level: Some(Level::Error),
        source: "",
        message: "EXT4-fs error (device sda1): ext4_lookup: deleted inode referenced: 12",
    },
    Sample {
        line: "kern  :warn  : [    1.003000] ACPI: SPCR: unexpected table",
        timestamp: "1970-01-01T00:00:01.003Z",
        level: Some(Level::Warn),
        source: "",
        message: "ACPI: SPCR: unexpected table",
    },
    Sample {
        line: "kern  :err   : [Mon Mar 11 15:04:22 2024] sd 0:0:0:0: [sda] write failed",
        timestamp: "2024-03-11T15:04:22Z",
        level: Some(Level::Error),
        source: "",
        message: "sd 0:0:0:0: [sda] write failed",
    },
    Sample {
        line: "<6>[    1.003000] [   T12] usb 1-1: new high-speed device number 2",
        timestamp: "1970-01-01T00:00:01.003Z",
        level: Some(Level::Info),
        source: "",
        message: "usb 1-1: new high-speed device number 2",
    },
];

impl Format for Kernel {
    fn name(&self) -> &'static str {
        "kernel"
    }

    fn title(&self) -> &'static str {
        "Kernel ring buffer (dmesg)"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        matches!(
            first,
            b'<' | b'k' | b'u' | b'd' | b'a' | b'm' | b's' | b'l' | b'n' | b'c' | b'f'
        )
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let (level, open) = priority(line).or_else(|| decoded(line))?;
        if byte(line, open) != b'[' {
            return None;
        }
        let found = timestamp::at(line, open, ctx.clock.order, true)
            .or_else(|| timestamp::at(line, open + 1, ctx.clock.order, false))?;
        if byte(line, found.end) != b']' {
            return None;
        }
        let mut message = skip_blanks(line, found.end + 1);
        // `[   T12]`, `[  C3]`: which task or processor said it (CONFIG_PRINTK_CALLER).
        if byte(line, message) == b'[' {
            let caller = skip_blanks(line, message + 1);
            let caller_end = digits_end(line, caller + 1);
            if matches!(byte(line, caller), b'T' | b'C')
                && caller_end > caller + 1
                && byte(line, caller_end) == b']'
            {
                message = caller_end + 1;
            }
        }
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(found.moment)),
            level: Some(level),
            ..Fields::of_message(rest(line, message))
        })
    }
}

/// `<3>`
fn priority(line: &[u8]) -> Option<(Level, usize)> {
    let end = digits_end(line, 1);
    if line[0] != b'<' || byte(line, end) != b'>' || !(2..=4).contains(&end) {
        return None;
    }
    let number = line[1..end]
        .iter()
        .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    Some((severity::from_priority(number), end + 1))
}

/// `kern  :warn  : `
fn decoded(line: &[u8]) -> Option<(Level, usize)> {
    let colon = memchr::memchr(b':', &line[..line.len().min(10)])?;
    let end = memchr::memchr(b':', line.get(colon + 1..line.len().min(colon + 10))?)? + colon + 1;
    let is_name = |name: &[u8]| name.iter().all(u8::is_ascii_lowercase);
    let (facility, level) = (line[..colon].trim_ascii_end(), &line[colon + 1..end]);
    let level = level.trim_ascii_end();
    if !is_name(facility) || !is_name(level) || byte(line, end + 1) != b' ' {
        return None;
    }
    Some((severity::from_word(level)?, end + 2))
}
