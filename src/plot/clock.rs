//! Spans of time → the round instants that are written below an axis, in UTC.

use super::scale::Scale;
use super::scene::text_width;
use crate::base::time::{civil_from_days, days_from_civil};

const SECOND: f64 = 1000.0;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// How far apart ticks are.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Millis(f64),
    Months(i64),
}

const STEPS: [Step; 36] = {
    use Step::{Millis, Months};
    [
        Millis(1.0),
        Millis(2.0),
        Millis(5.0),
        Millis(10.0),
        Millis(20.0),
        Millis(50.0),
        Millis(100.0),
        Millis(200.0),
        Millis(500.0),
        Millis(SECOND),
        Millis(2.0 * SECOND),
        Millis(5.0 * SECOND),
        Millis(10.0 * SECOND),
        Millis(15.0 * SECOND),
        Millis(30.0 * SECOND),
        Millis(MINUTE),
        Millis(2.0 * MINUTE),
        Millis(5.0 * MINUTE),
        Millis(10.0 * MINUTE),
        Millis(15.0 * MINUTE),
        Millis(30.0 * MINUTE),
        Millis(HOUR),
        Millis(2.0 * HOUR),
        Millis(3.0 * HOUR),
        Millis(6.0 * HOUR),
        Millis(12.0 * HOUR),
        Millis(DAY),
        Millis(2.0 * DAY),
        Millis(7.0 * DAY),
        Months(1),
        Months(3),
        Months(6),
        Months(12),
        Months(60),
        Months(240),
        Months(1200),
    ]
};

/// An instant as civil time; instants beyond what JavaScript can date count as its last.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    ms_of_day: i64,
}

fn civil(ms: f64) -> Civil {
    let ms = if ms.is_finite() {
        libm::round(ms.clamp(-8.64e15, 8.64e15)) as i64
    } else {
        0
    };
    let (year, month, day) = civil_from_days(ms.div_euclid(86_400_000));
    Civil {
        year,
        month,
        day,
        ms_of_day: ms.rem_euclid(86_400_000),
    }
}

fn month_name(month: i64) -> &'static str {
    MONTHS[(month - 1).clamp(0, 11) as usize]
}

fn clock(ms_of_day: i64, step: f64) -> String {
    let (h, m) = (ms_of_day / 3_600_000, ms_of_day / 60_000 % 60);
    let (s, ms) = (ms_of_day / 1000 % 60, ms_of_day % 1000);
    if step < SECOND {
        format!("{h:02}:{m:02}:{s:02}.{ms:03}")
    } else if step < MINUTE {
        format!("{h:02}:{m:02}:{s:02}")
    } else {
        format!("{h:02}:{m:02}")
    }
}

fn tick_label(ms: f64, step: Step) -> String {
    let at = civil(ms);
    match step {
        Step::Millis(step) if step < DAY && at.ms_of_day != 0 => clock(at.ms_of_day, step),
        Step::Millis(_) => format!("{} {}", month_name(at.month), at.day),
        Step::Months(n) if n < 12 && at.month != 1 => month_name(at.month).to_owned(),
        Step::Months(_) => at.year.to_string(),
    }
}

/// How wide the labels of a step get, in characters.
fn label_chars(step: Step) -> &'static str {
    match step {
        Step::Millis(step) if step < SECOND => "00:00:00.000",
        Step::Millis(step) if step < MINUTE => "00:00:00",
        Step::Millis(step) if step < DAY => "00:00",
        Step::Millis(_) => "Mar 30",
        Step::Months(_) => "2026",
    }
}

/// Instants with their labels, as many as stand side by side without touching.
pub(super) fn ticks(scale: &Scale, font_size: f64) -> Vec<(f64, String)> {
    let gap = font_size * 1.3;
    let step = STEPS.into_iter().find(|step| {
        let ms = match step {
            Step::Millis(ms) => *ms,
            Step::Months(n) => *n as f64 * 28.0 * DAY,
        };
        ms * scale.pixels_per_unit() >= f64::from(text_width(label_chars(*step), font_size)) + gap
    });
    let Some(step) = step else { return Vec::new() };
    let mut instants = Vec::new();
    match step {
        Step::Millis(ms) => {
            // Weeks begin on Monday; 1970-01-05 was one.
            let origin = if ms > 2.0 * DAY { 4.0 * DAY } else { 0.0 };
            let first = libm::ceil((scale.lo() - origin) / ms);
            instants.extend(
                (0..400)
                    .map(|k| origin + (first + f64::from(k)) * ms)
                    .take_while(|at| *at <= scale.hi()),
            );
        }
        Step::Months(n) => {
            let at = civil(scale.lo());
            let first = (at.year * 12 + at.month - 1).div_euclid(n) * n;
            instants.extend(
                (0..400)
                    .map(|k| {
                        let month = first + k * n;
                        days_from_civil(month.div_euclid(12), month.rem_euclid(12) + 1, 1) as f64
                            * DAY
                    })
                    .take_while(|at| *at <= scale.hi())
                    .filter(|at| *at >= scale.lo()),
            );
        }
    }
    instants
        .into_iter()
        .map(|at| (at, tick_label(at, step)))
        .collect()
}

fn date(at: &Civil) -> String {
    format!("{:04}-{:02}-{:02}", at.year, at.month, at.day)
}

/// The days an axis covers: `2026-03-02 UTC`, `2026-03-02 to 2026-03-05 UTC`.
pub(super) fn caption(scale: &Scale) -> String {
    let (from, to) = (date(&civil(scale.lo())), date(&civil(scale.hi())));
    if from == to {
        format!("{from} UTC")
    } else {
        format!("{from} to {to} UTC")
    }
}

/// An instant in a sentence: `2026-03-02 10:15:42`, to the minute when it is one.
pub(super) fn instant(ms: f64) -> String {
    let at = civil(ms);
    let step = if at.ms_of_day % 60_000 == 0 {
        MINUTE
    } else {
        SECOND
    };
    format!("{} {}", date(&at), clock(at.ms_of_day, step))
}

/// A span in a sentence; the day is said once when it is one.
pub(super) fn span(from_ms: f64, to_ms: f64) -> String {
    let (from, to) = (civil(from_ms), civil(to_ms));
    if date(&from) == date(&to) {
        let step = if from.ms_of_day % 60_000 == 0 && to.ms_of_day % 60_000 == 0 {
            MINUTE
        } else {
            SECOND
        };
        format!(
            "{} {} to {}",
            date(&from),
            clock(from.ms_of_day, step),
            clock(to.ms_of_day, step)
        )
    } else {
        format!("{} to {}", instant(from_ms), instant(to_ms))
    }
}

/// A length of time in its largest round unit: `5 min`, `90 s`, `2 h`.
pub(super) fn length(ms: f64) -> String {
    let (value, unit) = match ms {
        ms if ms >= DAY && ms % DAY == 0.0 => (ms / DAY, "d"),
        ms if ms >= HOUR && ms % HOUR == 0.0 => (ms / HOUR, "h"),
        ms if ms >= MINUTE && ms % MINUTE == 0.0 => (ms / MINUTE, "min"),
        ms if ms >= SECOND => (ms / SECOND, "s"),
        ms => (ms, "ms"),
    };
    format!("{} {unit}", super::scale::short(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: f64 = 1_772_431_200_000.0; // 2026-03-02 06:00 UTC

    fn labels(len: f64, width: i32) -> Vec<String> {
        ticks(&Scale::new(START, START + len, 0, width), 11.0)
            .into_iter()
            .map(|tick| tick.1)
            .collect()
    }

    #[test]
    fn ticks_are_round_instants() {
        assert_eq!(
            labels(6.0 * HOUR, 400),
            [
                "06:00", "07:00", "08:00", "09:00", "10:00", "11:00", "12:00"
            ]
        );
        assert_eq!(
            labels(10.0 * SECOND, 400),
            [
                "06:00:00", "06:00:02", "06:00:04", "06:00:06", "06:00:08", "06:00:10"
            ]
        );
        assert_eq!(labels(3.0 * DAY, 400)[..3], ["12:00", "Mar 3", "12:00"]);
        assert_eq!(labels(30.0 * DAY, 400)[..2], ["Mar 9", "Mar 16"]);
        assert_eq!(labels(400.0 * DAY, 400)[..2], ["Apr", "Jul"]);
        assert_eq!(labels(9000.0 * DAY, 400)[..2], ["2030", "2035"]);
    }

    #[test]
    fn any_span_has_few_ticks() {
        for (lo, hi) in [
            (0.0, 1e-3),
            (-8.64e15, 8.64e15),
            (f64::NAN, 0.0),
            (-1e300, 1e300),
            (START, START),
        ] {
            for width in [0, 1, 100, 4000] {
                let scale = Scale::new(lo, hi, 0, width);
                assert!(ticks(&scale, 11.0).len() <= 400);
                assert!(!caption(&scale).is_empty());
            }
        }
    }

    #[test]
    fn spans_say_the_day_once() {
        assert_eq!(span(START, START + HOUR), "2026-03-02 06:00 to 07:00");
        assert_eq!(
            span(START, START + DAY),
            "2026-03-02 06:00 to 2026-03-03 06:00"
        );
        assert_eq!(
            [300_000.0, 90_000.0, 7_200_000.0].map(length),
            ["5 min", "90 s", "2 h"]
        );
    }
}
