//! A line that carries no header: all of it is the message.

use super::header;
use super::{Context, Fields, Format, Level, Sample, rest};

/// See the module.
pub(super) struct Plain;

const SAMPLES: &[Sample] = &[Sample {
    line: "and then nothing happened",
    timestamp: "",
    level: None,
    source: "",
    message: "and then nothing happened",
}];

impl Format for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn title(&self) -> &'static str {
        "Plain text"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn parse(&self, line: &[u8], _: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let level: Option<Level> = header::leading_level(line, 0).map(|found| found.0);
        Some(Fields {
            level,
            ..Fields::of_message(rest(line, 0))
        })
    }
}
