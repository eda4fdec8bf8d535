//! A line and a regular expression somebody wrote for it → its fields.
//!
//! Groups named `timestamp`, `level`, `source`, `message`, `ip` and `user` say what is what; a line that does not match continues
//! the record above. The engine is linear in the line's length, so no expression can hang on a hostile line, and works on bytes:
//! classes are ASCII and `.` is any byte but the line's end.

use jiff::fmt::strtime::BrokenDownTime;
use serde::{Deserialize, Serialize};

use super::formats::Context;
use super::groups::Groups;
use super::timestamp::{self, Moment};
use super::{Fields, Level, Parser, Text, severity};
use crate::base::time::{DAY, Timestamp, days_from_civil};
use crate::base::written::Written;
use crate::error::ParamsError;

/// What a person says about the lines of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pattern {
    /// Regular expression with named groups.
    pub regex: String,
    /// How the timestamp is written, as `strptime` has it (`%d/%m/%Y %H:%M:%S`); empty: any shape that is understood.
    pub timestamp_format: String,
}

/// A line of a preview and what a plan makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previewed {
    /// The line, invalid UTF-8 as U+FFFD.
    pub text: String,
    /// Its fields as text; `None` where it continues the record above.
    pub fields: Option<PreviewedFields>,
}

/// See [`Previewed`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewedFields {
    /// The time.
    pub timestamp: Option<Timestamp>,
    /// The level.
    pub level: Option<Level>,
    /// The source, or nothing.
    pub source: String,
    /// The message.
    pub message: String,
}

impl Previewed {
    /// What `parser` makes of `line`; `instant` tells when a time is.
    pub fn of(
        line: &[u8],
        parser: &mut Parser,
        mut instant: impl FnMut(Written) -> Timestamp,
    ) -> Self {
        let mut scratch = Vec::new();
        let parsed = parser.parse_line(line, &mut scratch);
        let text = |text: Text| String::from_utf8_lossy(text.get(line, &scratch)).into_owned();
        Self {
            text: String::from_utf8_lossy(line).into_owned(),
            fields: parsed.map(|parsed| PreviewedFields {
                timestamp: parsed.fields.timestamp.map(&mut instant),
                level: parsed.fields.level,
                source: text(parsed.fields.source),
                message: text(parsed.fields.message),
            }),
        }
    }
}

impl Pattern {
    /// Whether the expression and the format can be used.
    ///
    /// # Errors
    /// [`ParamsError`] with the place of what is wrong.
    pub fn check(&self) -> Result<(), ParamsError> {
        Compiled::new(self).map(drop)
    }
}

/// A pattern ready to be used.
#[derive(Debug, Clone)]
pub(super) struct Compiled {
    groups: Groups,
    timestamp: Option<usize>,
    level: Option<usize>,
    source: Option<usize>,
    message: Option<usize>,
    ip: Option<usize>,
    user: Option<usize>,
    timestamp_format: String,
}

impl Compiled {
    pub(super) fn new(pattern: &Pattern) -> Result<Self, ParamsError> {
        let groups = Groups::new(&pattern.regex).map_err(refused)?;
        let names = groups.names();
        let group = |name: &str| names.iter().position(|group| group == name);
        let compiled = Self {
            timestamp: group("timestamp"),
            level: group("level"),
            source: group("source"),
            message: group("message"),
            ip: group("ip"),
            user: group("user"),
            timestamp_format: pattern.timestamp_format.clone(),
            groups,
        };
        if let Some(name) = names.iter().find(|name| {
            !matches!(
                name.as_str(),
                "" | "timestamp" | "level" | "source" | "message" | "ip" | "user"
            )
        }) {
            return Err(ParamsError {
                option: "pattern.regex",
                expected: "groups named timestamp, level, source, message, ip or user",
                actual: format!("a group named {name}"),
            });
        }
        if compiled.timestamp.is_none() && compiled.message.is_none() {
            return Err(ParamsError {
                option: "pattern.regex",
                expected: "a group named timestamp or message, such as (?P<message>.*)",
                actual: "neither".to_owned(),
            });
        }
        compiled.check_format()?;
        Ok(compiled)
    }

    /// A format is right if it can write a time and read it back.
    fn check_format(&self) -> Result<(), ParamsError> {
        if self.timestamp_format.is_empty() {
            return Ok(());
        }
        let sample = jiff::Timestamp::from_second(1_000_000_000).unwrap_or_default();
        let written = BrokenDownTime::from(&sample.to_zoned(jiff::tz::TimeZone::UTC))
            .to_string(&self.timestamp_format);
        let read =
            written.and_then(|text| BrokenDownTime::parse(&self.timestamp_format, text.as_bytes()));
        read.map(drop).map_err(|error| ParamsError {
            option: "pattern.timestampFormat",
            expected: "a format as strptime has it, such as %Y-%m-%d %H:%M:%S",
            actual: error.to_string(),
        })
    }

    /// The fields of a line; `None` if it does not match.
    pub(super) fn parse(&mut self, line: &[u8], ctx: &Context) -> Option<Fields> {
        if !self.groups.find(line) {
            return None;
        }
        let place = |group: Option<usize>| {
            let (start, end) = self.groups.span(group?)?;
            Some(Text::line(start, end))
        };
        let bytes = |group: Option<usize>| place(group).map(|text| text.get(line, &[]));
        Some(Fields {
            timestamp: bytes(self.timestamp).and_then(|text| self.stamp(text, ctx)),
            level: bytes(self.level).and_then(severity::from_value),
            source: place(self.source).unwrap_or(Text::EMPTY),
            message: place(self.message).unwrap_or(Text::line(0, line.len())),
            ip: place(self.ip).filter(|text| !text.is_empty()),
            user: place(self.user).filter(|text| !text.is_empty()),
            http_status: None,
        })
    }

    fn stamp(&self, text: &[u8], ctx: &Context) -> Option<Written> {
        if self.timestamp_format.is_empty() {
            let found = timestamp::find(text, 0, text.len(), ctx.clock.order)?;
            return Some(ctx.clock.resolve(found.moment));
        }
        let parts = BrokenDownTime::parse(&self.timestamp_format, text).ok()?;
        // `%s` and everything with an offset is an instant.
        if let Ok(instant) = parts.to_timestamp() {
            return Some(Written::instant(Timestamp(instant.as_microsecond())));
        }
        let part = |part: Option<i8>| i64::from(part.unwrap_or(0));
        let micros = i64::from(parts.subsec_nanosecond().unwrap_or(0)) / 1000;
        let time = ((part(parts.hour()) * 60 + part(parts.minute())) * 60 + part(parts.second()))
            * 1_000_000
            + micros;
        let moment = if let Ok(date) = parts.to_date() {
            let (year, month, day) = (date.year(), date.month(), date.day());
            let days = days_from_civil(i64::from(year), i64::from(month), i64::from(day));
            Moment::Local(days * DAY + time)
        } else if let (Some(month), Some(day)) = (parts.month(), parts.day()) {
            Moment::YearLess {
                month: month as u8,
                day: day as u8,
                time,
                offset: None,
            }
        } else {
            Moment::TimeOnly { time, offset: None }
        };
        Some(ctx.clock.resolve(moment))
    }
}

fn refused(actual: String) -> ParamsError {
    ParamsError {
        option: "pattern.regex",
        expected: "a regular expression with named groups",
        actual,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::calendar::Calendar;
    use crate::base::zone::Zone;
    use crate::parse::timestamp::{Clock, DayMonth};

    fn pattern(regex: &str, timestamp_format: &str) -> Pattern {
        Pattern {
            regex: regex.to_owned(),
            timestamp_format: timestamp_format.to_owned(),
        }
    }

    #[test]
    fn named_groups_say_what_is_what() {
        // 2024-05-01T12:00:00Z
        let reference = Timestamp(1_714_564_800_000_000);
        let ctx = Context {
            clock: Clock {
                order: DayMonth::MonthFirst,
            },
            stamp_limit: 160,
            is_inner: false,
        };
        let calendar = Calendar::new(&Zone::utc(), reference);
        let stamp = Some(Timestamp(1_710_169_462_000_000));
        for (regex, format, line, want) in [
            (
                r"^(?P<timestamp>\S+ \S+) (?P<level>\w)/(?<source>\w+) (?<message>.*)",
                "",
                "2024-03-11 15:04:22 E/cart price missing",
                Some((stamp, Some(Level::Error), "cart", "price missing")),
            ),
            (
                r"(?<timestamp>\d\S+) (?<message>.*)",
                "%Y%j%H%M%S",
                "2024071150422 up",
                Some((stamp, None, "", "up")),
            ),
            (
                r"(?<timestamp>\d\S+) (?<message>.*)",
                "%d.%m.%H:%M:%S",
                "11.03.15:04:22 up",
                Some((stamp, None, "", "up")),
            ),
            (
                r"(?<timestamp>.+?) - (?<message>.*)",
                "%d/%m/%Y %H:%M:%S %z",
                "11/03/2024 16:04:22 +0100 - up",
                Some((stamp, None, "", "up")),
            ),
            (r"^(?<message>up .*)", "", "down it goes", None),
        ] {
            let mut compiled = Compiled::new(&pattern(regex, format)).unwrap();
            let got = compiled.parse(line.as_bytes(), &ctx);
            let text =
                |text: Text| String::from_utf8_lossy(text.get(line.as_bytes(), &[])).into_owned();
            let got = got.map(|fields| {
                (
                    fields.timestamp.map(|time| calendar.instant(time)),
                    fields.level,
                    text(fields.source),
                    text(fields.message),
                )
            });
            let want = want.map(|(stamp, level, source, message)| {
                (stamp, level, source.to_owned(), message.to_owned())
            });
            assert_eq!(got, want, "{line}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_said_with_its_place() {
        for (regex, format, want) in [
            ("(?<message>.*", "", "unclosed group at character 1"),
            ("a(?<message>[z-a])", "", "at character 14"),
            ("(?<message>.*)(?<when>x)", "", "a group named when"),
            ("no groups", "", "neither"),
            ("(?<message>(a{1000}){1000})", "", "too large"),
            ("(?<message>.*)", "%!", ""),
        ] {
            let error = pattern(regex, format).check().unwrap_err();
            assert!(error.actual.contains(want), "{regex}: {error}");
        }
    }
}
