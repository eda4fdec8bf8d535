//! Kubernetes' container runtime interface: `stamp stdout F text`, where the text is a line of the program inside.

use super::super::parser::parse_inner;
use super::{Context, Fields, Format, Level, Sample, byte, rest};

/// See the module.
pub(super) struct Cri;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "2023-10-06T00:17:09.669794202Z stdout F 2023-10-06 00:17:09,669 WARN shop.Cart: price missing",
        timestamp: "2023-10-06T00:17:09.669794Z",
        level: Some(Level::Warn),
        source: "shop.Cart",
        message: "price missing",
    },
    Sample {
        line: "2023-10-06T00:17:10.113242941+02:00 stderr P partial text",
        timestamp: "2023-10-05T22:17:10.113242Z",
        level: None,
        source: "",
        message: "partial text",
    },
];

impl Format for Cri {
    fn name(&self) -> &'static str {
        "cri"
    }

    fn title(&self) -> &'static str {
        "Kubernetes container (CRI)"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_digit()
    }

    fn parse(&self, line: &[u8], ctx: &Context, scratch: &mut Vec<u8>) -> Option<Fields> {
        if byte(line, 10) != b'T' || ctx.is_inner {
            return None;
        }
        // The stream's name is looked for before the stamp is read: most ISO lines are not of this format.
        let window = &line[..line.len().min(48)];
        let blank = memchr::memchr(b' ', window)?;
        let tail = &line[blank..];
        if !(tail.starts_with(b" stdout ") || tail.starts_with(b" stderr "))
            || !matches!(byte(tail, 8), b'F' | b'P')
            || !matches!(byte(tail, 9), b' ' | 0)
        {
            return None;
        }
        let (stamp, end) = ctx.stamp_at(line, 0)?;
        if end != blank {
            return None;
        }
        let mut fields = Fields {
            timestamp: Some(stamp),
            ..Fields::of_message(rest(line, (blank + 10).min(line.len())))
        };
        if let Some(inner) = parse_inner(fields.message, line, ctx, scratch) {
            fields = Fields {
                timestamp: Some(stamp),
                ..inner
            };
        }
        Some(fields)
    }
}
