//! klog and glog: Kubernetes components, C++ and Go programs of Google's descent.

use super::super::severity;
use super::super::timestamp::Moment;
use super::{Context, Fields, Format, Level, Sample, Text, byte, digits_end, rest, skip_blanks};
use crate::base::time::SECOND;

/// See the module.
pub(super) struct Klog;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "I0311 15:04:22.619632       1 controller.go:253] Starting workers",
        timestamp: "2024-03-11T15:04:22.619632Z",
        level: Some(Level::Info),
        source: "controller.go",
        message: "Starting workers",
    },
    Sample {
        line: "F20231011 15:04:22.619632 4711 storage/node.cc:9] disk gone",
        timestamp: "2023-10-11T15:04:22.619632Z",
        level: Some(Level::Fatal),
        source: "storage/node.cc",
        message: "disk gone",
    },
];

impl Format for Klog {
    fn name(&self) -> &'static str {
        "klog"
    }

    fn title(&self) -> &'static str {
        "klog/glog (Kubernetes)"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        matches!(first, b'I' | b'W' | b'E' | b'F' | b'D')
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let day_end = digits_end(line, 1);
        let n_digits = day_end - 1;
        if !matches!(n_digits, 4 | 6 | 8) || byte(line, day_end) != b' ' {
            return None;
        }
        let level = severity::from_letter(line[0])?;
        let two = |at: usize| Some((line.get(at)? - b'0') * 10 + (line.get(at + 1)? - b'0'));
        // A full date is read like any other; the short one is given a leap year to lean on.
        let mut stamp = *b"2000-00-00 00:00:00.000000000000";
        let (month, day) = (two(day_end - 4)?, two(day_end - 2)?);
        if n_digits == 8 {
            stamp[..4].copy_from_slice(&line[1..5]);
        } else if n_digits == 6 {
            // CockroachDB writes the last two digits of the year.
            stamp[2..4].copy_from_slice(&line[1..3]);
        }
        stamp[5..7].copy_from_slice(&line[day_end - 4..day_end - 2]);
        stamp[8..10].copy_from_slice(&line[day_end - 2..day_end]);
        let time = &line[day_end + 1..line.len().min(day_end + 19)];
        let time_len = time.iter().position(|byte| *byte == b' ')?;
        stamp[11..11 + time_len].copy_from_slice(&time[..time_len]);
        let found =
            super::super::timestamp::at(&stamp[..11 + time_len], 0, ctx.clock.order, false)?;
        let Moment::Local(local) = found.moment else {
            return None;
        };
        let moment = if n_digits > 4 {
            found.moment
        } else {
            Moment::YearLess {
                month,
                day,
                time: local.rem_euclid(86_400 * SECOND),
                offset: None,
            }
        };
        let thread = skip_blanks(line, day_end + 1 + time_len);
        let file = skip_blanks(line, digits_end(line, thread));
        let close = memchr::memchr(b']', &line[file..line.len().min(file + 256)])? + file;
        let colon = memchr::memrchr(b':', &line[file..close]).map_or(close, |idx| file + idx);
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(moment)),
            level: Some(level),
            source: Text::line(file, colon),
            ..Fields::of_message(rest(line, close + 1))
        })
    }
}
