//! logrus on a terminal: `INFO[0042] text   key=value`, with seconds since the program began in brackets.
//!
//! Source of the layout: `text_formatter.go` of sirupsen/logrus.

use super::super::severity;
use super::super::timestamp::Moment;
use super::{Context, Fields, Format, Level, Sample, byte, digits_end, rest};
use crate::base::time::SECOND;

/// See the module.
pub(super) struct Logrus;

const SAMPLES: &[Sample] = &[Sample {
    line: "WARN[0042] price missing                                 id=7",
    timestamp: "1970-01-01T00:00:42Z",
    level: Some(Level::Warn),
    source: "",
    message: "price missing                                 id=7",
}];

impl Format for Logrus {
    fn name(&self) -> &'static str {
        "logrus"
    }

    fn title(&self) -> &'static str {
        "logrus (terminal)"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        matches!(first, b'T' | b'D' | b'I' | b'W' | b'E' | b'F' | b'P')
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let digits = 5;
        let end = digits_end(line, digits);
        if byte(line, 4) != b'[' || !(4..=9).contains(&(end - digits)) || byte(line, end) != b']' {
            return None;
        }
        let level = match &line[..4] {
            b"ERRO" => Level::Error,
            b"FATA" | b"PANI" => Level::Fatal,
            b"TRAC" => Level::Trace,
            b"DEBU" => Level::Debug,
            word => severity::from_word(word)?,
        };
        let seconds = line[digits..end]
            .iter()
            .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(Moment::SinceBoot(seconds * SECOND))),
            level: Some(level),
            ..Fields::of_message(rest(line, end + 1))
        })
    }
}
