//! What container runtimes put in front of the lines of the programs inside: `stamp stdout F text` of Kubernetes' container
//! runtime interface, `name  | text` of Docker Compose.

use super::super::parser::parse_inner;
use super::{Context, Digits, Fields, Format, Level, Sample, Text, byte, rest};

/// Kubernetes.
pub(super) struct Cri;

/// Docker Compose.
pub(super) struct Compose;

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

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        lead == Digits::DateT
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

const COMPOSE_SAMPLES: &[Sample] = &[
    Sample {
        line: "web-1  | 2023-10-06 00:17:09,669 WARN shop.Cart: price missing",
        timestamp: "2023-10-06T00:17:09.669Z",
        level: Some(Level::Warn),
        source: "shop.Cart",
        message: "price missing",
    },
    Sample {
        line: "cache_1    | ready to accept connections",
        timestamp: "",
        level: None,
        source: "cache_1",
        message: "ready to accept connections",
    },
];

impl Format for Compose {
    fn name(&self) -> &'static str {
        "compose"
    }

    fn title(&self) -> &'static str {
        "Docker Compose"
    }

    fn samples(&self) -> &'static [Sample] {
        COMPOSE_SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_lowercase()
    }

    fn parse(&self, line: &[u8], ctx: &Context, scratch: &mut Vec<u8>) -> Option<Fields> {
        let window = &line[..line.len().min(80)];
        let bar = memchr::memchr(b'|', window)?;
        let name = line[..bar].trim_ascii_end();
        let is_name = name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        // Compose pads names and numbers its containers; `a | b` alone is a pipe or a table.
        let is_container =
            bar > name.len() && name.last().is_some_and(u8::is_ascii_digit) || bar > name.len() + 1;
        if ctx.is_inner || !is_name || !is_container || !matches!(byte(line, bar + 1), b' ' | 0) {
            return None;
        }
        let mut fields = Fields::of_message(rest(line, bar + 1));
        if let Some(inner) = parse_inner(fields.message, line, ctx, scratch) {
            fields = inner;
        }
        if fields.source.is_empty() {
            fields.source = Text::line(0, name.len());
        }
        Some(fields)
    }
}
