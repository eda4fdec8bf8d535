//! `WebSphere` Application Server, basic format, and Open Liberty's `messages.log`: time and zone between brackets, the thread in
//! hexadecimal, a short name, one letter for the kind of event.
//!
//! Source of the layout: "Trace output" and "Log and trace file formats" of the `WebSphere` Application Server documentation.

use super::super::timestamp;
use super::{Context, Fields, Format, Level, Sample, Text, byte, rest, skip_blanks, word_end};

/// See the module.
pub(super) struct Websphere;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "[3/11/24 15:04:22:123 UTC] 0000004a CartContainer E   SHOP0068E: price missing",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: Some(Level::Error),
        source: "CartContainer",
        message: "SHOP0068E: price missing",
    },
    Sample {
        line: "[11/03/2024, 15:04:22:123 CET] 0000002a org.example.shop.Launcher                            A SHOP0001I: The shop is open.",
        timestamp: "2024-11-03T14:04:22.123Z",
        level: Some(Level::Notice),
        source: "org.example.shop.Launcher",
        message: "SHOP0001I: The shop is open.",
    },
    Sample {
        line: "[2024-03-11T15:04:22.123+0000] 0000002b CartCache     3   cache holds 17",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: Some(Level::Trace),
        source: "CartCache",
        message: "cache holds 17",
    },
    Sample {
        line: "[3/11/24 15:04:22:124 UTC] 0000004a SystemOut     O sold 17 pears",
        timestamp: "2024-03-11T15:04:22.124Z",
        level: Some(Level::Info),
        source: "SystemOut",
        message: "sold 17 pears",
    },
    Sample {
        line: "[3/11/24 15:04:22:125 UTC] 0000004a SystemErr     R \tat org.example.Cart.total(Cart.java:17)",
        timestamp: "2024-03-11T15:04:22.125Z",
        level: None,
        source: "SystemErr",
        message: "at org.example.Cart.total(Cart.java:17)",
    },
];

impl Format for Websphere {
    fn name(&self) -> &'static str {
        "websphere"
    }

    fn title(&self) -> &'static str {
        "WebSphere or Open Liberty"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first == b'['
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        if !byte(line, 1).is_ascii_digit() {
            return None;
        }
        // The thread is what tells these lines from those of anyone else, and cheaper to see than the time.
        let close = memchr::memchr(b']', &line[..line.len().min(48)])?;
        let thread = line.get(close + 2..close + 10)?;
        let is_thread = byte(line, close + 1) == b' '
            && byte(line, close + 10) == b' '
            && thread.iter().all(u8::is_ascii_hexdigit);
        if !is_thread {
            return None;
        }
        let source = skip_blanks(line, close + 11);
        let source_end = word_end(line, source);
        let kind = skip_blanks(line, source_end);
        let letter = byte(line, kind);
        let level = level_of_kind(letter);
        let is_kind = level.is_some() || matches!(letter, b'R' | b'Z');
        if !is_kind || kind == source_end || !matches!(byte(line, kind + 1), b' ' | b'\t' | 0) {
            return None;
        }
        let found = timestamp::at(line, 1, ctx.clock.order, false)?;
        // The class, where the server names it, says more than the short name, which is cut to fit its column.
        let said = skip_blanks(line, (kind + 1).min(line.len()));
        let class_end = word_end(line, said);
        let (source, said) = if is_class(&line[said..class_end]) {
            ((said, class_end), class_end)
        } else {
            ((source, source_end), said)
        };
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(found.moment)),
            level,
            source: Text::line(source.0, source.1),
            ..Fields::of_message(rest(line, said))
        })
    }
}

/// A Java class with its package.
fn is_class(word: &[u8]) -> bool {
    memchr::memchr_iter(b'.', word).count() >= 2
        && word
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$'))
        && word.iter().any(u8::is_ascii_uppercase)
        && word[0].is_ascii_alphabetic()
}

/// The level of an event's letter; what a program prints to its error output (`R`) and what is unknown (`Z`) has none.
fn level_of_kind(letter: u8) -> Option<Level> {
    match letter {
        b'F' => Some(Level::Fatal),
        b'E' => Some(Level::Error),
        b'W' => Some(Level::Warn),
        b'A' => Some(Level::Notice),
        b'I' | b'O' => Some(Level::Info),
        // Configuration, detail, fine.
        b'C' | b'D' | b'1' => Some(Level::Debug),
        // Finer, finest, entry and exit of a method.
        b'2' | b'3' | b'>' | b'<' => Some(Level::Trace),
        _ => None,
    }
}
