//! Kafka and `ZooKeeper` in its pattern `[%d] %p %m (%c)`: the class stands last, in round brackets.
//!
//! Source of the layout: `config/log4j.properties` of Apache Kafka.

use super::super::severity;
use super::{Context, Fields, Format, Level, Sample, Text, byte, trimmed, word_end};

/// See the module.
pub(super) struct Kafka;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "[2024-03-11 15:04:22,123] INFO [GroupCoordinator 0]: Preparing to rebalance group cart (kafka.coordinator.group.GroupCoordinator)",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: Some(Level::Info),
        source: "kafka.coordinator.group.GroupCoordinator",
        message: "[GroupCoordinator 0]: Preparing to rebalance group cart",
    },
    Sample {
        line: "[2024-03-11 15:04:23,456] TRACE [Controller id=1] Changed state of partition cart-0 from NewPartition to OnlinePartition (state.change.logger)",
        timestamp: "2024-03-11T15:04:23.456Z",
        level: Some(Level::Trace),
        source: "state.change.logger",
        message: "[Controller id=1] Changed state of partition cart-0 from NewPartition to OnlinePartition",
    },
];

impl Format for Kafka {
    fn name(&self) -> &'static str {
        "kafka"
    }

    fn title(&self) -> &'static str {
        "Kafka"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first == b'['
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        if !line.ends_with(b")") || !line.get(24..)?.starts_with(b"] ") {
            return None;
        }
        let open = memchr::memrchr(b'(', line)?;
        let class = &line[open + 1..line.len() - 1];
        let is_class = class.contains(&b'.')
            && line[open - 1] == b' '
            && class
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$'));
        let level_end = word_end(line, 26);
        let level = severity::from_word(&line[26..level_end])?;
        if !is_class || byte(line, level_end) != b' ' || open <= level_end {
            return None;
        }
        let (stamp, end) = ctx.stamp_at(line, 1)?;
        (end == 24).then(|| Fields {
            timestamp: Some(stamp),
            level: Some(level),
            source: Text::line(open + 1, line.len() - 1),
            ..Fields::of_message(trimmed(line, level_end, open))
        })
    }
}
