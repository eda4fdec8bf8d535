//! The strong fallback: a timestamp anywhere in the first bytes of the line, a level near it, a name, and the rest is the message.

use super::super::timestamp::{self, Found, Moment};
use super::{Context, Fields, Format, Level, Sample, Text, header, rest, trimmed};

/// See the module.
pub(super) struct Generic;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "2023-05-14 10:44:10 configure base-files 12.4 12.4",
        timestamp: "2023-05-14T10:44:10Z",
        level: None,
        source: "",
        message: "configure base-files 12.4 12.4",
    },
    Sample {
        line: "[INFO:mirrors] mirrors:47 2023-06-20 17:26:10,691: region set",
        timestamp: "2023-06-20T17:26:10.691Z",
        level: Some(Level::Info),
        source: "",
        message: "region set",
    },
    Sample {
        line: "[ERROR 2023-05-20 12:22:19 main]  exit status 1",
        timestamp: "2023-05-20T12:22:19Z",
        level: Some(Level::Error),
        source: "main",
        message: "exit status 1",
    },
    Sample {
        line: "Backup of /srv finished at 2023-05-20 12:22:19",
        timestamp: "2023-05-20T12:22:19Z",
        level: None,
        source: "",
        message: "Backup of /srv finished at 2023-05-20 12:22:19",
    },
    Sample {
        line: "20231223-22:15:29:606|Step_LSC|30002312|counter changed 3579",
        timestamp: "2023-12-23T22:15:29.606Z",
        level: None,
        source: "Step_LSC",
        message: "counter changed 3579",
    },
    Sample {
        line: "Thread-19::WARNING::2023-12-07 12:14:15,018::dispatcher::94::Storage.Dispatcher::(run) retry 3",
        timestamp: "2023-12-07T12:14:15.018Z",
        level: Some(Level::Warn),
        source: "Storage.Dispatcher",
        message: "(run) retry 3",
    },
    Sample {
        line: "[#|2024-03-11T15:04:22.123+0000|SEVERE|glassfish3.1|shop.cart.core|_ThreadID=10;_ThreadName=main;|price missing|#]",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: Some(Level::Error),
        source: "shop.cart.core",
        message: "price missing",
    },
    Sample {
        line: "[ W 2024-03-11 15:04:22.1234 12/T1 age/Shop/Cart.cpp:123 ]: queue full",
        timestamp: "2024-03-11T15:04:22.123400Z",
        level: Some(Level::Warn),
        source: "",
        message: "queue full",
    },
    Sample {
        line: "2024-03-11T15:04:22.123456+00:00 shop[cart.1]: price missing",
        timestamp: "2024-03-11T15:04:22.123456Z",
        level: None,
        source: "shop",
        message: "price missing",
    },
    Sample {
        line: "[15:04:22] [Server thread/WARN]: Can't keep up",
        timestamp: "2024-04-30T15:04:22Z",
        level: Some(Level::Warn),
        source: "Server thread",
        message: "Can't keep up",
    },
];

impl Format for Generic {
    fn name(&self) -> &'static str {
        "generic"
    }

    fn title(&self) -> &'static str {
        "Lines with a time"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let found = timestamp::find(line, 0, ctx.stamp_limit, ctx.clock.order)
            .or_else(|| date_only(line))?;
        let timestamp = Some(ctx.clock.resolve(found.moment));
        let prefix = &line[..found.start];
        let before = header::level_before(line, found.start);
        if !is_header_like(prefix, before.is_some()) {
            let level = before.or_else(|| header::leading_level(line, 0).map(|found| found.0));
            return Some(Fields {
                timestamp,
                level,
                ..Fields::of_message(rest(line, 0))
            });
        }
        let mut header = header::walk(line, found.end);
        if prefix.contains(&b'[') && !prefix.contains(&b']') && super::byte(line, found.end) == b' '
        {
            header = header::inside_bracket(line, found.end, header);
        }
        header = header::bars(line, found.end, header);
        if header.message >= line.len() && prefix.iter().any(u8::is_ascii_alphanumeric) {
            // Nothing follows: what stands before the time is what is said.
            header.message = 0;
        }
        let is_closed = line.starts_with(b"[#|") && line.ends_with(b"|#]");
        let end = line.len() - if is_closed { 3 } else { 0 };
        let level = if let Some(level) = before {
            Some(level)
        } else {
            header.level
        };
        Some(Fields {
            timestamp,
            level,
            source: header
                .source
                .map_or(Text::EMPTY, |(start, end)| Text::line(start, end)),
            ..Fields::of_message(trimmed(line, header.message, end))
        })
    }
}

/// Whether what stands before the timestamp is header: marks, a level, a number, a name, groups in brackets; not a sentence.
fn is_header_like(prefix: &[u8], has_level: bool) -> bool {
    let mut n_words = 0;
    let mut depth = 0_i32;
    let mut is_inside = false;
    for byte in prefix {
        match byte {
            b'[' | b'(' | b'<' | b'{' => depth += 1,
            b']' | b')' | b'>' | b'}' => depth -= 1,
            _ => {}
        }
        let is_word = byte.is_ascii_alphanumeric() || *byte >= 0x80;
        if is_word && !is_inside && depth <= 0 {
            n_words += 1;
        }
        is_inside = !byte.is_ascii_whitespace() && (is_word || is_inside);
    }
    n_words
        <= if has_level || prefix.ends_with(b"[") || prefix.ends_with(b"] ") {
            3
        } else {
            1
        }
}

/// A date without a time counts only as the very first thing of a line.
fn date_only(line: &[u8]) -> Option<Found> {
    let text = line.get(..10)?;
    if text[4] != b'-' || text[7] != b'-' || !matches!(line.get(10), Some(b' ' | b'\t')) {
        return None;
    }
    let mut stamp = *b"0000-00-00 00:00:00";
    stamp[..10].copy_from_slice(text);
    let found = timestamp::at(&stamp, 0, timestamp::DayMonth::MonthFirst, false)?;
    matches!(found.moment, Moment::Local(_)).then_some(Found {
        start: 0,
        end: 10,
        ..found
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_before_the_time_stays_in_the_message() {
        for (prefix, want) in [
            ("", true),
            ("[", true),
            ("4711 ", true),
            ("[main] ", true),
            ("[INFO:mirrors] mirrors:47 ", true),
            ("End-Date: ", true),
            ("Backup of /srv finished at ", false),
        ] {
            let has_level = prefix.contains("INFO");
            assert_eq!(
                is_header_like(prefix.as_bytes(), has_level),
                want,
                "{prefix}"
            );
        }
    }
}
