//! HDFS of Hadoop 0.x, whose log4j pattern puts the date as `yyMMdd HHmmss` and the thread as a number.

use super::super::severity;
use super::{
    Context, Digits, Fields, Format, Level, Sample, Text, byte, digits_end, rest, word_end,
};

/// See the module.
pub(super) struct Hdfs;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "231011 203615 148 INFO dfs.DataNode$PacketResponder: Received block blk_17 of size 67108864 from /192.0.2.40",
        timestamp: "2023-10-11T20:36:15Z",
        level: Some(Level::Info),
        source: "dfs.DataNode$PacketResponder",
        message: "Received block blk_17 of size 67108864 from /192.0.2.40",
    },
    Sample {
        line: "231012 000001 35 WARN dfs.FSNamesystem: ",
        timestamp: "2023-10-12T00:00:01Z",
        level: Some(Level::Warn),
        source: "dfs.FSNamesystem",
        message: "",
    },
];

impl Format for Hdfs {
    fn name(&self) -> &'static str {
        "hdfs"
    }

    fn title(&self) -> &'static str {
        "HDFS"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_digit()
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        lead == Digits::Run(6, b' ')
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        if byte(line, 6) != b' ' || byte(line, 13) != b' ' {
            return None;
        }
        let (stamp, end) = ctx.stamp_at(line, 0)?;
        let thread_end = digits_end(line, 14);
        if end != 13 || thread_end == 14 || byte(line, thread_end) != b' ' {
            return None;
        }
        let level_end = word_end(line, thread_end + 1);
        let level = severity::from_word(&line[thread_end + 1..level_end])?;
        let source = level_end + 1;
        let source_end = word_end(line, source.min(line.len()));
        if source_end <= source || line[source_end - 1] != b':' {
            return None;
        }
        Some(Fields {
            timestamp: Some(stamp),
            level: Some(level),
            source: Text::line(source, source_end - 1),
            ..Fields::of_message(rest(line, source_end))
        })
    }
}
