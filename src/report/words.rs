//! Findings → sentences a person would say: numbers with units, times, and reasons.

use crate::base::math::round_to;
use crate::base::time::{DAY, HOUR, MINUTE, SECOND, Timestamp, civil_from_days};
use crate::detect::ensemble::{MessageReason, Unusual, WindowScore};
use crate::featurize::tfidf::TfIdf;
use crate::featurize::windows::feature;
use crate::parse::Level;

use super::limits;

/// Name of a level as it stands on the wire; `level` is 0 for none, else as [`Level`].
#[must_use]
pub fn level_name(level: u8) -> &'static str {
    [
        "", "TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "FATAL",
    ]
    .get(usize::from(level))
    .copied()
    .unwrap_or_default()
}

/// Name of a level, empty for none.
#[must_use]
pub fn level_of(level: Option<Level>) -> &'static str {
    level_name(level.map_or(0, |level| level as u8))
}

/// A count with thousands separators: `1,234,567`.
#[must_use]
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count with its noun: `1 line`, `2,000 lines`.
#[must_use]
pub fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// A number of bytes as people say it: `412 MB`, `1.1 GB`.
#[must_use]
pub fn byte_len(n: f64) -> String {
    let mut value = n;
    let mut unit = "B";
    for larger in ["kB", "MB", "GB", "TB"] {
        if value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = larger;
    }
    let digits = i32::from(value < 10.0 && unit != "B");
    format!("{} {unit}", round_to(value, digits))
}

/// A length of time in its largest fitting unit: `40 s`, `12 min`, `6.5 h`, `3 days`.
#[must_use]
pub fn duration(micros: i64) -> String {
    let in_units = |unit: i64| {
        let tenths = (micros * 10 + unit / 2) / unit;
        if tenths % 10 == 0 || tenths >= 100 {
            (micros + unit / 2) / unit
        } else {
            -tenths
        }
    };
    let text = |n: i64| {
        if n < 0 {
            format!("{}.{}", -n / 10, -n % 10)
        } else {
            n.to_string()
        }
    };
    match micros {
        _ if micros < SECOND => format!("{} ms", micros.max(0) / 1000),
        _ if micros < MINUTE => format!("{} s", text(in_units(SECOND))),
        _ if micros < HOUR => format!("{} min", text(in_units(MINUTE))),
        _ if micros < DAY => format!("{} h", text(in_units(HOUR))),
        _ => format!("{} days", text(in_units(DAY))),
    }
}

/// A time of day, with the date where the log spans more than one: `14:02:31`, `2026-03-02 14:02:31`.
#[must_use]
pub fn clock(time: Timestamp, with_date: bool) -> String {
    let (days, micros) = (time.0.div_euclid(DAY), time.0.rem_euclid(DAY));
    let of_day = format!(
        "{:02}:{:02}:{:02}",
        micros / HOUR,
        micros / MINUTE % 60,
        micros / SECOND % 60
    );
    if !with_date {
        return of_day;
    }
    let (year, month, day) = civil_from_days(days);
    format!("{year:04}-{month:02}-{day:02} {of_day}")
}

/// Text of the log, cut to [`limits::TEXT_CHARS`].
#[must_use]
pub fn quoted(text: &str) -> String {
    match text.char_indices().nth(limits::TEXT_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Why a message scores as it does; empty when nothing speaks against it.
#[must_use]
pub fn message_reason(reasons: &[MessageReason], tfidf: &TfIdf) -> String {
    let words = |columns: &[u32]| {
        let words: Vec<String> = columns
            .iter()
            .filter_map(|&column| tfidf.vocabulary.get(column as usize))
            .map(|word| format!("“{word}”"))
            .collect();
        words.join(", ")
    };
    let said: Vec<String> = reasons
        .iter()
        .take(3)
        .map(|reason| match reason {
            MessageReason::Level(level) => format!("logged as {}", level_of(Some(*level))),
            MessageReason::FailedLogin => "a failed login".to_owned(),
            MessageReason::Wording(columns) => format!("says {}", words(columns)),
            MessageReason::Rare { n_records } => {
                format!("rare: {} in all", counted(u64::from(*n_records), "record"))
            }
            MessageReason::UnusualWords(columns) => {
                format!("unusual words: {}", words(columns))
            }
        })
        .collect();
    said.join("; ")
}

/// Why a window of so many microseconds with so many templates that were never said before scores as it does:
/// `214 failed logins in 5 min, usually 0 to 3; 41 IP addresses, usually 4; 1 pattern first seen here`.
#[must_use]
pub fn window_reason(window: &WindowScore, width_us: i64, n_new: u64) -> String {
    if let Some(silence) = window.silence {
        return format!(
            "silence: about {} expected in this stretch, none came",
            counted(silence.n_missing as u64, "record")
        );
    }
    let said = window.features.iter().take(3).enumerate().map(|(at, c)| {
        let here = if at == 0 {
            format!(" in {}", duration(width_us))
        } else {
            String::new()
        };
        let (low, high) = (number(c.low, c.col), number(c.high, c.col));
        let usual = if low == high {
            low
        } else {
            format!("{low} to {high}")
        };
        let usually = if c.is_around {
            format!("{usual} in the windows around it")
        } else {
            format!("usually {usual}")
        };
        format!("{}{here}, {usually}", seen(c))
    });
    let new = (n_new > 0).then(|| format!("{} first seen here", counted(n_new, "pattern")));
    let said: Vec<String> = said.chain(new).collect();
    said.join("; ")
}

/// A feature's value with what it is of: `only 3 events`, `burstiness 0.81`.
fn seen(found: &Unusual) -> String {
    let noun = match found.col {
        feature::EVENTS => "event",
        feature::USERS => "user",
        feature::IPS => "IP address",
        feature::FAILED_LOGINS => "failed login",
        feature::ERRORS => "error",
        col => {
            let name = feature::NAMES.get(col).copied().unwrap_or_default();
            let name = name.split(" (").next().unwrap_or(name);
            return format!("{name} {}", number(found.value, col));
        }
    };
    let ending = match noun.as_bytes().last() {
        _ if found.value == 1.0 => "",
        Some(b's') => "es",
        _ => "s",
    };
    let n = match found.value {
        0.0 => "no".to_owned(),
        value if value < found.low => format!("only {}", number(value, found.col)),
        value => number(value, found.col),
    };
    format!("{n} {noun}{ending}")
}

/// A feature's value: whole where it counts something, two decimals where it measures.
fn number(value: f64, column: usize) -> String {
    if feature::is_count(column) {
        count(value.max(0.0) as u64)
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(counted(1, "line"), "1 line");
        for (micros, text) in [
            (0, "0 ms"),
            (1_500_000, "1.5 s"),
            (60 * SECOND, "1 min"),
            (90 * MINUTE, "1.5 h"),
            (23 * HOUR, "23 h"),
            (14 * DAY, "14 days"),
        ] {
            assert_eq!(duration(micros), text);
        }
        assert_eq!(
            clock(Timestamp(1_772_460_151 * SECOND), true),
            "2026-03-02 14:02:31"
        );
        assert_eq!(clock(Timestamp(-SECOND), false), "23:59:59");
    }

    #[test]
    fn a_window_is_described_as_a_person_would() {
        let unusual = |col, value, low, high, is_around| Unusual {
            col,
            share: 0.3,
            value,
            low,
            high,
            is_around,
        };
        let window = |features| WindowScore {
            features,
            ..WindowScore::default()
        };
        for (features, expected) in [
            (
                vec![
                    unusual(feature::FAILED_LOGINS, 214.0, 0.0, 3.0, false),
                    unusual(feature::IPS, 41.0, 4.0, 4.0, false),
                ],
                "214 failed logins in 5 min, usually 0 to 3; 41 IP addresses, usually 4",
            ),
            (
                vec![unusual(feature::EVENTS, 3.0, 40.0, 60.0, true)],
                "only 3 events in 5 min, 40 to 60 in the windows around it",
            ),
            (
                vec![unusual(feature::ERRORS, 1.0, 0.0, 0.0, false)],
                "1 error in 5 min, usually 0",
            ),
            (
                vec![unusual(feature::USERS, 0.0, 2.0, 5.0, false)],
                "no users in 5 min, usually 2 to 5",
            ),
            (
                vec![unusual(feature::BURSTINESS, 0.812, -0.1, 0.2, false)],
                "burstiness 0.81 in 5 min, usually -0.10 to 0.20",
            ),
        ] {
            assert_eq!(window_reason(&window(features), 5 * MINUTE, 0), expected);
        }
        let errors = window(vec![unusual(feature::ERRORS, 9.0, 0.0, 1.0, false)]);
        assert_eq!(
            window_reason(&errors, MINUTE, 2),
            "9 errors in 1 min, usually 0 to 1; 2 patterns first seen here"
        );
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        let long = "ü".repeat(1000);
        assert_eq!(quoted(&long).chars().count(), limits::TEXT_CHARS + 1);
        assert_eq!(quoted("short"), "short");
    }
}
