//! Chromium and everything built on it (Electron, CEF, WebView): processes, time and level between colons.
//!
//! Source of the layout: `base/logging` of Chromium.

use super::super::severity;
use super::super::timestamp::{self, DayMonth, Moment};
use super::{Context, Fields, Format, Level, Sample, Text, byte, digits_end, rest, skip_blanks};
use crate::base::time::SECOND;

/// See the module.
pub(super) struct Chromium;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "[4711:4712:0311/150422.123456:ERROR:shop/cart_host.cc(123)] cart process gone",
        timestamp: "2024-03-11T15:04:22.123456Z",
        level: Some(Level::Error),
        source: "shop/cart_host.cc",
        message: "cart process gone",
    },
    Sample {
        line: "[0311/150422.123:WARNING:cart_store.cpp(7)] no price",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: Some(Level::Warn),
        source: "cart_store.cpp",
        message: "no price",
    },
    Sample {
        line: "[4711:775:0311/150422.123456:VERBOSE1:cart_store.mm(7)] price read",
        timestamp: "2024-03-11T15:04:22.123456Z",
        level: Some(Level::Trace),
        source: "cart_store.mm",
        message: "price read",
    },
];

impl Format for Chromium {
    fn name(&self) -> &'static str {
        "chromium"
    }

    fn title(&self) -> &'static str {
        "Chromium"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first == b'['
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let mut at = 1;
        // Process and thread.
        for _ in 0..2 {
            let end = digits_end(line, at);
            if end > at && byte(line, end) == b':' {
                at = end + 1;
            }
        }
        let date = line.get(at..at + 12)?;
        if date[4] != b'/' || date[11] != b'.' {
            return None;
        }
        let time_end = digits_end(line, at + 12);
        if byte(line, time_end) != b':' || time_end > at + 21 {
            return None;
        }
        let mut stamp = *b"2000-00-00 00:00:00.000000000";
        for (to, from) in [(5, 0), (8, 2), (11, 5), (14, 7), (17, 9)] {
            stamp[to..to + 2].copy_from_slice(&date[from..from + 2]);
        }
        let fraction = &line[at + 12..time_end];
        stamp[20..20 + fraction.len()].copy_from_slice(fraction);
        let found = timestamp::at(&stamp, 0, DayMonth::MonthFirst, false)?;
        let Moment::Local(local) = found.moment else {
            return None;
        };
        let two = |at: usize| (date[at] - b'0') * 10 + (date[at + 1] - b'0');
        let moment = Moment::YearLess {
            month: two(0),
            day: two(2),
            time: local.rem_euclid(86_400 * SECOND),
            offset: None,
        };
        let level_at = time_end + 1;
        let window = line.get(level_at..line.len().min(level_at + 256))?;
        let file = level_at + memchr::memchr(b':', &window[..window.len().min(16)])? + 1;
        let close = level_at + memchr::memchr(b']', window)?;
        let open = memchr::memrchr(b'(', line.get(file..close)?)? + file;
        let name = line[level_at..file - 1].trim_ascii_end();
        let level = if name.starts_with(b"VERBOSE") {
            Level::Trace
        } else {
            severity::from_word(name)?
        };
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(moment)),
            level: Some(level),
            source: Text::line(file, open),
            ..Fields::of_message(rest(line, skip_blanks(line, close + 1)))
        })
    }
}
