//! Level and wording of a message → how bad it says it is.
//!
//! A message that calls itself an error is an anomaly however often it occurs, unless errors are the background of
//! this log: where more than a fifth of all records have a level, that level says less, in proportion. (An Apache
//! error log has nothing but errors; there rarity has to decide.) Wording counts where the level is silent, as in
//! syslog, which mostly writes none.
//!
//! A name with its value only takes part in what its level says, and its wording says nothing; a request that cannot be granted
//! as it was made is a lesser evil ([`Manner`]).
//!
//! FATAL 80, ERROR 60, WARN 30. Words of trouble 40 without a level or in a warning, 25 with a harmless one; words
//! of disaster 60, and 45 with a harmless level, 80 in an error.

use crate::error::ParamsError;
use crate::featurize::manner::Manner;
use crate::parse::Level;

/// Share of the records from which on a level (or bad wording) is background.
pub const BACKGROUND_SHARE: f64 = 0.2;

/// What a word says about how things are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// Nothing bad.
    #[default]
    None,
    /// Something did not work.
    Bad,
    /// Something broke down.
    Dire,
}

/// Words that report trouble, sorted; a trailing `*` stands for any ending.
const BAD_WORDS: [&str; 33] = [
    "abnormal*",
    "abort*",
    "attack*",
    "backtrace",
    "cannot",
    "denied",
    "err",
    "error*",
    "exceeded",
    "exception*",
    "exhausted",
    "fail",
    "failed",
    "failing",
    "fails",
    "failure*",
    "fault*",
    "forbidden",
    "illegal*",
    "inaccessible",
    "insufficient",
    "invalid*",
    "killed",
    "lost",
    "refused",
    "reject*",
    "stacktrace",
    "timeout*",
    "traceback",
    "unable",
    "unauthorized",
    "unavailable",
    "unreachable",
];

/// Words that report a breakdown, sorted; a trailing `*` stands for any ending.
const DIRE_WORDS: [&str; 9] = [
    "corrupt*",
    "crash*",
    "deadlock*",
    "fatal*",
    "oom",
    "outofmemory*",
    "panic*",
    "segfault*",
    "unrecoverable",
];

/// Score of a level that `share` (0 to 1) of all records have; 0 for harmless and missing levels.
#[must_use]
pub fn of_level(level: Option<Level>, share: f64) -> f64 {
    let base = match level {
        Some(Level::Fatal) => 80.0,
        Some(Level::Error) => 60.0,
        Some(Level::Warn) => 30.0,
        _ => 0.0,
    };
    base * damping(share)
}

/// What the manner of a message leaves of the scores of its level and of its wording.
#[must_use]
pub fn of_manner(manner: Manner) -> (f64, f64) {
    match manner {
        Manner::Event => (1.0, 1.0),
        Manner::Refusal => (0.9, 0.9),
        Manner::Statement => (0.85, 0.0),
    }
}

/// Score of the wording of a message of this level, where `share` (0 to 1) of all records are worded badly.
#[must_use]
pub fn of_wording(trouble: Trouble, level: Option<Level>, share: f64) -> f64 {
    let base = match (trouble, level) {
        (Trouble::None, _) => 0.0,
        (Trouble::Bad, None | Some(Level::Warn | Level::Error | Level::Fatal)) => 40.0,
        (Trouble::Bad, Some(_)) => 25.0,
        (Trouble::Dire, Some(Level::Error | Level::Fatal)) => 80.0,
        (Trouble::Dire, None | Some(Level::Warn)) => 60.0,
        (Trouble::Dire, Some(_)) => 45.0,
    };
    base * damping(share)
}

/// Words that a person can add.
const RULES_CAP: usize = 1000;
/// Characters of one.
const RULE_CHARS: usize = 64;

/// What a person says of words, which goes before what is known of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    bad: Vec<String>,
    harmless: Vec<String>,
}

impl Rules {
    /// Words that report trouble and words that do not, in any case; each a word, or its beginning and `*`.
    ///
    /// # Errors
    /// `badWords` or `harmlessWords` with more than 1,000 entries, or one that is empty, longer than 64 characters, or no word.
    pub fn new(bad: &[String], harmless: &[String]) -> Result<Self, ParamsError> {
        let read = |option, words: &[String]| {
            if words.len() > RULES_CAP {
                return Err(ParamsError {
                    option,
                    expected: "at most 1000 words",
                    actual: words.len().to_string(),
                });
            }
            let is_word = |word: &String| {
                let stem = word.strip_suffix('*').unwrap_or(word);
                let is_long = word.chars().count() > RULE_CHARS;
                !stem.is_empty()
                    && !is_long
                    && !stem.contains(|c: char| c.is_whitespace() || c == '*')
            };
            match words.iter().find(|word| !is_word(word)) {
                Some(word) => Err(ParamsError {
                    option,
                    expected: "words of at most 64 characters, each without blanks; * only at its end",
                    actual: word.clone(),
                }),
                None => Ok(words.iter().map(|word| word.to_lowercase()).collect()),
            }
        };
        Ok(Self {
            bad: read("badWords", bad)?,
            harmless: read("harmlessWords", harmless)?,
        })
    }

    /// What `word` (lower case) reports.
    #[must_use]
    pub fn trouble(&self, word: &str) -> Trouble {
        let is_one_of = |words: &[String]| words.iter().any(|rule| is_covered(word, rule));
        if is_one_of(&self.harmless) {
            Trouble::None
        } else if is_one_of(&self.bad) {
            trouble(word).max(Trouble::Bad)
        } else {
            trouble(word)
        }
    }
}

fn is_covered(word: &str, rule: &str) -> bool {
    match rule.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == rule,
    }
}

/// What `word` (lower case) reports.
#[must_use]
pub fn trouble(word: &str) -> Trouble {
    let is_one_of = |words: &[&str]| words.iter().any(|rule| is_covered(word, rule));
    // Class names such as `ioexception` and `typeerror` are one word.
    let is_class = word.ends_with("exception") || (word.ends_with("error") && word != "terror");
    if is_one_of(&DIRE_WORDS) {
        Trouble::Dire
    } else if is_class || is_one_of(&BAD_WORDS) {
        Trouble::Bad
    } else {
        Trouble::None
    }
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
            (Some(Level::Fatal), 0.0, 80.0),
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
        for (trouble, level, share, expected) in [
            (Trouble::None, None, 0.1, 0.0),
            (Trouble::Bad, None, 0.1, 40.0),
            (Trouble::Bad, Some(Level::Info), 0.4, 12.5),
            (Trouble::Dire, Some(Level::Info), 0.0, 45.0),
            (Trouble::Dire, Some(Level::Error), 0.0, 80.0),
        ] {
            assert_eq!(
                of_wording(trouble, level, share),
                expected,
                "{trouble:?} {level:?}"
            );
        }
    }

    #[test]
    fn what_a_person_says_of_words_goes_first() {
        let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        let rules = Rules::new(&words(&["Degraded", "throttl*"]), &words(&["fail*"])).unwrap();
        for (word, expected) in [
            ("degraded", Trouble::Bad),
            ("throttling", Trouble::Bad),
            ("failed", Trouble::None),
            ("timeout", Trouble::Bad),
            ("panic", Trouble::Dire),
            ("ok", Trouble::None),
        ] {
            assert_eq!(rules.trouble(word), expected, "{word}");
        }
        let long = "x".repeat(65);
        for refused in ["", "*", "two words", "a*b", &long] {
            let bad = Rules::new(&words(&[refused]), &[]).unwrap_err();
            assert_eq!(bad.option, "badWords", "{refused}");
            let harmless = Rules::new(&[], &words(&[refused])).unwrap_err();
            assert_eq!(harmless.option, "harmlessWords", "{refused}");
        }
        assert!(Rules::new(&vec!["a".to_owned(); 1001], &[]).is_err());
    }

    #[test]
    fn words_of_trouble_are_known_in_their_forms() {
        for (word, expected) in [
            ("failed", Trouble::Bad),
            ("failover", Trouble::None),
            ("exception", Trouble::Bad),
            ("nullpointerexception", Trouble::Bad),
            ("outofmemoryerror", Trouble::Dire),
            ("errors", Trouble::Bad),
            ("terror", Trouble::None),
            ("timeout", Trouble::Bad),
            ("ok", Trouble::None),
        ] {
            assert_eq!(trouble(word), expected, "{word}");
        }
        assert!(BAD_WORDS.is_sorted() && DIRE_WORDS.is_sorted());
    }
}
