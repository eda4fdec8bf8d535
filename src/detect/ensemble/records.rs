//! Messages within windows → scores of records and runs of records.

use super::messages::{MessageFacts, MessageScore};
use super::windows::WindowScore;
use crate::detect::severity;
use crate::featurize::windows::feature;
use crate::parse::Level;

/// Share of a window's failed logins (or errors) from which on a run of records is what its alarm is about.
const RUN_SHARE: f64 = 0.05;

/// Score of a record with a message within a window: a failed login in a window that is an alarm because of its failed logins is
/// what the alarm is about, and scores as high as the window. In a window with too many errors the level of a record counts in
/// full, even where it is the background of the rest of the log.
#[must_use]
pub fn score_in_window(message: &MessageScore, facts: &MessageFacts, window: &WindowScore) -> f64 {
    if facts.is_failed_login && window.is_alarm_by(feature::FAILED_LOGINS) {
        return message.score.max(window.score);
    }
    if is_error(*facts) && window.is_alarm_by(feature::ERRORS) {
        let said = severity::of_level(facts.level, 0.0) * severity::of_manner(facts.manner).0;
        return message.score.max(said);
    }
    message.score
}

/// Score of a run of `n_records` within a window. Errors in a window with too many of them score as high as the window, as
/// failed logins do; but a single failed login in an attack of hundreds is not the attack.
#[must_use]
pub fn score_of_run(
    message: &MessageScore,
    facts: &MessageFacts,
    n_records: u32,
    window: &WindowScore,
) -> f64 {
    let is_cause = |col: usize| {
        let mut features = window.features.iter();
        let value = features.find(|c| c.col == col).map_or(0.0, |c| c.value);
        window.is_alarm_by(col) && f64::from(n_records) >= RUN_SHARE * value
    };
    if (facts.is_failed_login && is_cause(feature::FAILED_LOGINS))
        || (is_error(*facts) && is_cause(feature::ERRORS))
    {
        message.score.max(window.score)
    } else {
        message.score
    }
}

fn is_error(facts: MessageFacts) -> bool {
    facts.level.is_some_and(|level| level >= Level::Error)
}
