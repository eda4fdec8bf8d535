//! Level and wording of a message → how bad it says it is.
//!
//! A message that calls itself an error is an anomaly however often it occurs, unless errors are the background of this log: where more than
//! a fifth of all records have a level, that level says less, in proportion. (An Apache error log has nothing but errors; there rarity has
//! to decide.) Wording counts where the level is silent, as in syslog, which mostly writes none.
//!
//! FATAL 75, ERROR 60, WARN 30; bad words 40 without a level and 25 with a harmless one.

use crate::parse::Level;

/// Share of the records from which on a level (or bad wording) is background.
pub const BACKGROUND_SHARE: f64 = 0.2;

/// Words that report trouble, sorted; a trailing `*` stands for any ending.
const BAD_WORDS: [&str; 48] = [
    "abnormal*",
    "abort*",
    "attack*",
    "backtrace",
    "cannot",
    "conflict*",
    "corrupt*",
    "crash*",
    "critical*",
    "deadlock*",
    "denied",
    "disconnected",
    "err",
    "error*",
    "exceeded",
    "exception*",
    "exhausted",
    "expired",
    "fail",
    "failed",
    "failing",
    "fails",
    "failure*",
    "fatal*",
    "fault*",
    "forbidden",
    "illegal*",
    "inaccessible",
    "insufficient",
    "invalid*",
    "killed",
    "lost",
    "oom",
    "panic*",
    "refused",
    "reject*",
    "segfault*",
    "stacktrace",
    "terminated",
    "timeout*",
    "traceback",
    "unable",
    "unauthorized",
    "unavailable",
    "unhealthy",
    "unreachable",
    "violation*",
    "vulnerab*",
];

/// Score of a level that `share` (0 to 1) of all records have; 0 for harmless and missing levels.
#[must_use]
pub fn of_level(level: Option<Level>, share: f64) -> f64 {
    let base = match level {
        Some(Level::Fatal) => 75.0,
        Some(Level::Error) => 60.0,
        Some(Level::Warn) => 30.0,
        _ => 0.0,
    };
    base * damping(share)
}

/// Score of bad wording in a message of this level, where `share` (0 to 1) of all records are worded badly.
#[must_use]
pub fn of_wording(level: Option<Level>, share: f64) -> f64 {
    let base = if level.is_none() { 40.0 } else { 25.0 };
    base * damping(share)
}

/// Whether `word` (lower case) reports trouble.
#[must_use]
pub fn is_bad_word(word: &str) -> bool {
    // Class names such as `ioexception` and `typeerror` are one word.
    word.ends_with("exception")
        || (word.ends_with("error") && word != "terror")
        || BAD_WORDS.iter().any(|bad| match bad.strip_suffix('*') {
            Some(stem) => word.starts_with(stem),
            None => word == *bad,
        })
}

/// 1 up to the share that makes a background, then falling in proportion.
fn damping(share: f64) -> f64 {
    if share > BACKGROUND_SHARE {
        BACKGROUND_SHARE / share
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_anomalies_unless_they_are_the_background() {
        for (level, share, expected) in [
            (Some(Level::Fatal), 0.0, 75.0),
            (Some(Level::Error), 0.01, 60.0),
            (Some(Level::Error), 0.2, 60.0),
            (Some(Level::Error), 0.4, 30.0),
            (Some(Level::Error), 1.0, 12.0),
            (Some(Level::Warn), 0.1, 30.0),
            (Some(Level::Info), 0.0, 0.0),
            (None, 1.0, 0.0),
        ] {
            assert_eq!(of_level(level, share), expected, "{level:?} {share}");
        }
        assert_eq!(of_wording(None, 0.1), 40.0);
        assert_eq!(of_wording(Some(Level::Info), 0.4), 12.5);
    }

    #[test]
    fn words_of_trouble_are_known_in_their_forms() {
        for (word, expected) in [
            ("failed", true),
            ("failover", false),
            ("exception", true),
            ("nullpointerexception", true),
            ("errors", true),
            ("terror", false),
            ("timeout", true),
            ("ok", false),
        ] {
            assert_eq!(is_bad_word(word), expected, "{word}");
        }
        assert!(BAD_WORDS.is_sorted());
    }
}
