//! Alarms that are not messages, and incidents of messages → incidents of both.
//!
//! Messages are linked by what they say ([`super::incidents`]). A burst whose rare words differ falls into many components that
//! way, and a silence into none. An alarm is a stretch of time (unusual windows, a silence, strange sessions): the components
//! that happen within it and are what it is about belong to it, and so to each other. A component belongs to an alarm when at
//! least half of its time lies within the alarm (give or take the distance of a link), and it is either most of what its messages
//! say in the whole log, or a part of the alarm that counts: trouble that goes on all day long is not the alarm.

use super::incidents::Episode;
use crate::base::ids::TemplateId;
use crate::base::time::Timestamp;

/// Share of a component's messages in the whole log from which on it is no background.
pub(super) const OWN_SHARE: f64 = 0.5;
/// Share of an alarm's records from which on a component is part of it.
const PART: f64 = 0.05;

/// What an alarm is about, as bits.
pub mod about {
    /// Failed logins.
    pub const LOGINS: u8 = 1;
    /// Errors.
    pub const ERRORS: u8 = 2;
    /// Anything.
    pub const ANY: u8 = 4;
    /// One template, which comes as it never did before, and what begins or ends with it.
    pub const CHANGE: u8 = 8;
}

/// A stretch of time in which something is unusual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alarm {
    /// Its beginning.
    pub start: Timestamp,
    /// Its end.
    pub end: Timestamp,
    /// 0 to 100.
    pub score: f64,
    /// Records that are too many or missing.
    pub n_records: u32,
    /// What it is about.
    pub about: u8,
    /// The template it is about, if it is one.
    pub template: Option<TemplateId>,
    /// The first record that has to do with it; where none does the first in it, or after it when there is none.
    pub edge: Episode,
    /// Whether `edge` has to do with it.
    pub is_edge_telling: bool,
}

/// A component of anomalous messages, as far as alarms are concerned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// Time of its first record.
    pub start: Timestamp,
    /// Time of its last record.
    pub end: Timestamp,
    /// Its records.
    pub n_records: u32,
    /// Records with its messages in the whole log.
    pub n_everywhere: f64,
    /// What its messages are about.
    pub about: u8,
    /// The template of its first message.
    pub template: TemplateId,
}

/// The alarm that each component belongs to, if any; of several the strongest, the first among equals.
///
/// `alarms` are in the order of their starts; a component looks only at those that its own time can reach.
#[must_use]
pub fn belonging(stretches: &[Stretch], alarms: &[Alarm], link_us: i64) -> Vec<Option<u32>> {
    let longest = alarms
        .iter()
        .map(|alarm| alarm.end.0.saturating_sub(alarm.start.0))
        .max()
        .unwrap_or(0);
    let of = |stretch: &Stretch| {
        let earliest = stretch
            .start
            .0
            .saturating_sub(longest)
            .saturating_sub(link_us);
        let latest = stretch.end.0.saturating_add(link_us);
        let from = alarms.partition_point(|alarm| alarm.start.0 < earliest);
        let to = alarms.partition_point(|alarm| alarm.start.0 <= latest);
        (from..to.max(from))
            .filter(|idx| belongs(stretch, &alarms[*idx], link_us))
            .reduce(|best, idx| {
                if alarms[idx].score > alarms[best].score {
                    idx
                } else {
                    best
                }
            })
            .map(|idx| idx as u32)
    };
    stretches.iter().map(of).collect()
}

fn belongs(stretch: &Stretch, alarm: &Alarm, link_us: i64) -> bool {
    if alarm.about == about::CHANGE {
        return changes_with(stretch, alarm, link_us);
    }
    let is_about = alarm.about & (stretch.about | about::ANY) != 0;
    let from = alarm.start.0.saturating_sub(link_us).max(stretch.start.0);
    let to = alarm.end.0.saturating_add(link_us).min(stretch.end.0);
    let len = stretch.end.0.saturating_sub(stretch.start.0);
    let is_within = to >= from && (to - from) >= len - len / 2;
    let n_records = f64::from(stretch.n_records);
    let is_own = n_records >= OWN_SHARE * stretch.n_everywhere;
    let is_part = n_records >= PART * f64::from(alarm.n_records) && n_records > 1.0;
    is_about && is_within && (is_own || is_part)
}

/// Whether a component is of the template that changed, or begins when the change does or ends: a change may go on for hours,
/// and not all that happens meanwhile comes of it.
fn changes_with(stretch: &Stretch, alarm: &Alarm, link_us: i64) -> bool {
    let is_near = |instant: Timestamp| {
        let distance = stretch.start.0.saturating_sub(instant.0).saturating_abs();
        distance <= link_us
    };
    let is_within = stretch.start >= alarm.start && stretch.end <= alarm.end;
    let is_own = f64::from(stretch.n_records) >= OWN_SHARE * stretch.n_everywhere;
    let is_same = alarm.template == Some(stretch.template) && is_within;
    is_same || (is_own && (is_near(alarm.start) || is_near(alarm.end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::{FileId, MessageId};

    fn alarm(start: i64, end: i64, score: f64, about: u8) -> Alarm {
        Alarm {
            start: Timestamp(start),
            end: Timestamp(end),
            score,
            n_records: 100,
            about,
            template: (about == super::about::CHANGE).then_some(TemplateId(7)),
            edge: Episode {
                message: MessageId(0),
                start: Timestamp(start),
                end: Timestamp(start),
                n_records: 1,
                file: FileId(0),
                line: 1,
                offset: 0,
            },
            is_edge_telling: false,
        }
    }

    #[test]
    fn what_happens_within_an_alarm_and_is_about_it_belongs_to_it() {
        let alarms = [
            alarm(1000, 2000, 60.0, about::ERRORS),
            alarm(1500, 1600, 90.0, about::LOGINS),
            alarm(9000, 9000, 70.0, about::ANY),
            alarm(20_000, 30_000, 60.0, about::CHANGE),
        ];
        for (start, end, n_records, n_everywhere, about, expected) in [
            (1100, 1900, 50, 50.0, about::ERRORS, Some(0)),
            (1100, 1900, 50, 50.0, about::LOGINS, None),
            (1500, 1550, 5, 5.0, about::LOGINS | about::ERRORS, Some(1)),
            // Before and after, beside it, too long, background, a drop of it.
            (2005, 2005, 1, 1.0, about::ERRORS, Some(0)),
            (2300, 2300, 1, 1.0, about::ERRORS, None),
            (0, 9000, 50, 50.0, about::ERRORS, None),
            (1100, 1900, 4, 900.0, about::ERRORS, None),
            (1100, 1900, 6, 900.0, about::ERRORS, Some(0)),
            (9000, 9005, 1, 1.0, 0, Some(2)),
            // Of a change that lasts: its template, its beginning, its end; not the middle.
            (25_000, 25_005, 7, 99.0, 0, Some(3)),
            (20_005, 20_005, 1, 1.0, 0, Some(3)),
            (30_005, 39_000, 1, 1.0, 0, Some(3)),
            (25_000, 25_005, 8, 8.0, about::ERRORS, None),
            (30_005, 30_005, 1, 9.0, 0, None),
        ] {
            let stretch = Stretch {
                start: Timestamp(start),
                end: Timestamp(end),
                n_records,
                n_everywhere,
                about,
                template: TemplateId(u32::from(n_records == 7) * 7),
            };
            assert_eq!(
                belonging(&[stretch], &alarms, 10),
                [expected],
                "{stretch:?}"
            );
        }
    }
}
