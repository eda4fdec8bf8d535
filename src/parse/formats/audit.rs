//! Linux audit: `type=SYSCALL msg=audit(1697053570.363:24287): key=value …`.

use super::super::timestamp;
use super::{Context, Fields, Format, Sample, Text, byte, digits_end, rest, word_end};

/// See the module.
pub(super) struct Audit;

const SAMPLES: &[Sample] = &[Sample {
    line: "type=USER_LOGIN msg=audit(1697053570.363:24287): pid=991 uid=0 acct=\"carol\" res=failed",
    timestamp: "2023-10-11T19:46:10.363Z",
    level: None,
    source: "USER_LOGIN",
    message: "pid=991 uid=0 acct=\"carol\" res=failed",
}];

impl Format for Audit {
    fn name(&self) -> &'static str {
        "audit"
    }

    fn title(&self) -> &'static str {
        "Linux audit"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        matches!(first, b't' | b'n')
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        // A collecting host puts `node=name ` in front.
        let start = if line.starts_with(b"node=") {
            word_end(line, 0) + 1
        } else {
            0
        };
        let body = line.get(start..)?;
        if !body.starts_with(b"type=") {
            return None;
        }
        let type_end = word_end(line, start);
        let audit = b" msg=audit(";
        if !line[type_end..].starts_with(audit) {
            return None;
        }
        let found = timestamp::at(line, type_end + audit.len(), ctx.clock.order, true)?;
        let serial_end = digits_end(line, found.end + 1);
        if byte(line, found.end) != b':' || byte(line, serial_end) != b')' {
            return None;
        }
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(found.moment)),
            source: Text::line(start + 5, type_end),
            ..Fields::of_message(rest(
                line,
                serial_end + 1 + usize::from(byte(line, serial_end + 1) == b':'),
            ))
        })
    }
}
