//! What was first said shortly before an incident → what probably set it off.
//!
//! A cause comes before its effect and is no trouble itself, so a candidate precedes the leading edge by at most
//! [`WITHIN_US`] and is no error. What speaks of a change made on purpose (a release, a configuration) goes before what speaks
//! of a restart, and that before anything that was said for the first time; of equal ones the first, as the others follow it.

use crate::base::time::{MINUTE, Timestamp};

/// How long before an incident its trigger is looked for, in microseconds.
pub const WITHIN_US: i64 = 5 * MINUTE;

/// Beginnings of words that speak of a change made on purpose.
const CHANGES: [&str; 15] = [
    "config",
    "deploy",
    "failover",
    "feature flag",
    "install",
    "migrat",
    "patch",
    "releas",
    "reload",
    "rollback",
    "rolled out",
    "rolling",
    "rollout",
    "switchover",
    "upgrad",
];
/// Beginnings of words that speak of a start or an end.
const RESTARTS: [&str; 9] = [
    "boot",
    "reboot",
    "restart",
    "shutdown",
    "shutting down",
    "starting",
    "started",
    "stopped",
    "stopping",
];

/// What a candidate speaks of, the least convincing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wording {
    /// Nothing in particular; it was said for the first time.
    First,
    /// A start or an end.
    Restart,
    /// A change made on purpose.
    Change,
}

/// What a masked message speaks of.
#[must_use]
pub fn wording(text: &str) -> Wording {
    let text = text.to_lowercase();
    let begins_word = |start: &&str| {
        text.match_indices(*start).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            before.is_none_or(|c| !c.is_alphanumeric())
        })
    };
    if CHANGES.iter().any(begins_word) {
        Wording::Change
    } else if RESTARTS.iter().any(begins_word) {
        Wording::Restart
    } else {
        Wording::First
    }
}

/// Something that was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// When.
    pub at: Timestamp,
    /// What it speaks of.
    pub wording: Wording,
    /// Which message.
    pub message: u32,
}

/// The likely trigger of an incident that begins at `edge`, of candidates in the order of time; `is_effect` says whether a
/// message is part of the incident.
#[must_use]
pub fn trigger(
    candidates: &[Candidate],
    edge: Timestamp,
    is_effect: impl Fn(u32) -> bool,
) -> Option<Candidate> {
    let earliest = Timestamp(edge.0.saturating_sub(WITHIN_US));
    let from = candidates.partition_point(|candidate| candidate.at < earliest);
    let to = candidates.partition_point(|candidate| candidate.at < edge);
    let near = candidates[from..to.max(from)].iter();
    near.filter(|candidate| !is_effect(candidate.message))
        .copied()
        .reduce(|best, next| {
            if next.wording > best.wording {
                next
            } else {
                best
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wordings_are_told_apart() {
        for (text, expected) in [
            ("Deploying release <*>", Wording::Change),
            ("Configuration changed: <*>", Wording::Change),
            ("Started shop.service", Wording::Restart),
            ("system reboot requested", Wording::Restart),
            ("undeployed nothing", Wording::First),
            ("user <*> logged in", Wording::First),
        ] {
            assert_eq!(wording(text), expected, "{text}");
        }
    }

    #[test]
    fn a_change_shortly_before_goes_first_and_effects_never() {
        let at = |minute: i64, wording, message| Candidate {
            at: Timestamp(minute * MINUTE),
            wording,
            message,
        };
        let candidates = [
            at(0, Wording::Change, 0),
            at(20, Wording::First, 1),
            at(21, Wording::Change, 2),
            at(22, Wording::Change, 3),
            at(23, Wording::Restart, 4),
            at(25, Wording::Change, 5),
        ];
        let found = |minute: i64, effect: u32| {
            let edge = Timestamp(minute * MINUTE);
            trigger(&candidates, edge, |message| message == effect).map(|found| found.message)
        };
        assert_eq!(found(24, 99), Some(2));
        assert_eq!(found(24, 2), Some(3));
        assert_eq!(found(21, 99), Some(1));
        assert_eq!(found(25, 99), Some(2));
        assert_eq!(found(15, 99), None);
        assert_eq!(found(0, 99), None);
    }
}
