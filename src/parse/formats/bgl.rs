//! Logs of supercomputers as the Computer Failure Data Repository keeps them: Blue Gene/L, Thunderbird and its kin, HPC clusters.
//!
//! Their first column is a label that experts added later; it is the truth that analyses are measured against and is not looked
//! at. Blue Gene/L writes each time twice: as seconds since 1970 and as local time with microseconds. The exact instant needs
//! both.

use super::super::severity;
use super::super::timestamp::{self, Moment};
use super::syslog::after_host;
use super::{
    Context, Digits, Fields, Format, Level, Sample, Text, byte, digits_end, rest, skip_blanks,
    word_end,
};
use crate::base::time::{SECOND, Timestamp};
use crate::base::written::Written;

/// See the module.
pub(super) struct Bgl;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "- 1697053570 2023.10.11 R02-M1-N0-C:J12-U11 2023-10-11-12.46.10.675872 R02-M1-N0-C:J12-U11 RAS KERNEL INFO cache parity error corrected",
        timestamp: "2023-10-11T19:46:10.675872Z",
        level: Some(Level::Info),
        source: "KERNEL",
        message: "cache parity error corrected",
    },
    Sample {
        line: "APPREAD 1697053571 2023.10.11 R10-M0-N1-I:J18-U11 2023-10-11-12.46.11.000001 R10-M0-N1-I:J18-U11 RAS APP FATAL ciod: failed to read message prefix",
        timestamp: "2023-10-11T19:46:11.000001Z",
        level: Some(Level::Fatal),
        source: "APP",
        message: "ciod: failed to read message prefix",
    },
    Sample {
        line: "- 1697053571 2023.10.11 dn31 Oct 11 12:46:11 dn31/dn31 crond(pam_unix)[2915]: session closed for user root",
        timestamp: "2023-10-11T19:46:11Z",
        level: None,
        source: "crond(pam_unix)",
        message: "session closed for user root",
    },
    Sample {
        line: "134681 node-46 unix.hw state_change.unavailable 1077804742 1 Component State Change: Component alt0 is unavailable",
        timestamp: "2004-02-26T14:12:22Z",
        level: None,
        source: "unix.hw",
        message: "Component State Change: Component alt0 is unavailable",
    },
];

impl Format for Bgl {
    fn name(&self) -> &'static str {
        "supercomputer"
    }

    fn title(&self) -> &'static str {
        "Supercomputer (Blue Gene/L, Thunderbird, HPC)"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first == b'-' || first.is_ascii_uppercase() || first.is_ascii_digit()
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        matches!(lead, Digits::Run(_, b' '))
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        if line[0].is_ascii_digit() {
            return cluster(line);
        }
        let label_end = word_end(line, 0);
        let (seconds, seconds_end) = epoch(line, label_end + 1)?;
        let date_end = word_end(line, seconds_end + 1);
        let date = &line[seconds_end + 1..date_end];
        if date.len() != 10 || date[4] != b'.' || date[7] != b'.' {
            return None;
        }
        let node_end = next_word(line, date_end)?;
        let found = timestamp::at(line, node_end + 1, ctx.clock.order, false)?;
        let mut stamp = seconds * SECOND;
        if let Moment::Local(local) = found.moment {
            // The fraction is only in the second spelling; it belongs to the same second.
            stamp += local.rem_euclid(SECOND);
        }
        let stamp = Some(Written::instant(Timestamp(stamp)));
        if byte(line, found.end) != b' ' {
            return None;
        }
        if line[node_end + 1].is_ascii_alphabetic() {
            let fields = after_host(line, skip_blanks(line, found.end), None)?;
            return Some(Fields {
                timestamp: stamp,
                ..fields
            });
        }
        let again_end = next_word(line, found.end)?;
        let facility_end = next_word(line, again_end)?;
        let component_end = next_word(line, facility_end)?;
        let level_end = word_end(line, component_end + 1);
        let level = severity::from_word(&line[component_end + 1..level_end])?;
        Some(Fields {
            timestamp: stamp,
            level: Some(level),
            source: Text::line(facility_end + 1, component_end),
            ..Fields::of_message(rest(line, level_end))
        })
    }
}

/// End of the word after the blank at `at`; `None` unless another blank follows.
fn next_word(line: &[u8], at: usize) -> Option<usize> {
    let start = at + 1;
    let end = word_end(line, start.min(line.len()));
    (byte(line, at) == b' ' && end > start && byte(line, end) == b' ').then_some(end)
}

/// Ten digits and a blank.
fn epoch(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let end = digits_end(line, at);
    if end != at + 10 || byte(line, end) != b' ' {
        return None;
    }
    Some((
        line[at..end]
            .iter()
            .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')),
        end,
    ))
}

/// `id node component state seconds flag message` of the HPC clusters at Los Alamos.
fn cluster(line: &[u8]) -> Option<Fields> {
    let id_end = digits_end(line, 0);
    if byte(line, id_end) != b' ' || !byte(line, id_end + 1).is_ascii_alphabetic() {
        return None;
    }
    let node_end = next_word(line, id_end)?;
    let component_end = next_word(line, node_end)?;
    let state_end = next_word(line, component_end)?;
    let (seconds, seconds_end) = epoch(line, state_end + 1)?;
    let flag_end = digits_end(line, seconds_end + 1);
    if flag_end == seconds_end + 1 {
        return None;
    }
    Some(Fields {
        timestamp: Some(Written::instant(Timestamp(seconds * SECOND))),
        source: Text::line(node_end + 1, component_end),
        ..Fields::of_message(rest(line, flag_end))
    })
}
