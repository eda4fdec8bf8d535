//! Lines → records: timestamp, level, source and message of each line, in whatever format it is written.
//!
//! A [`ParsePlan`] is probed once from the head of a file: is it lines, CSV or a JSON array, do its lines carry headers, which of
//! two numbers is the month. A [`Parser`] made from the plan then takes records apart one by one. It asks the formats of
//! [`formats::all`] in order and takes the first that knows the line; the answer depends on nothing but the line and the plan,
//! so blocks of a file can be parsed in any order and on any number of workers.

mod below;
mod columns;
pub(crate) mod continuation;
mod csv_record;
mod directives;
pub mod formats;
pub mod groups;
pub mod http_status;
mod journal_export;
mod json_scan;
mod parser;
mod pattern;
mod plan;
pub mod severity;
pub mod timestamp;

use serde::{Deserialize, Serialize};

use crate::base::written::Written;

pub use below::gather;
pub use columns::HeaderColumns;
pub use csv_record::CsvColumns;
pub use directives::DirectiveColumns;
pub use formats::{Context, Format, FormatId, Sample};
pub use parser::{Parsed, Parser};
pub use pattern::{Pattern, Previewed};
pub use plan::{Basis, ParsePlan, Shape};
pub use timestamp::DayMonth;

/// How bad a record says it is; ordered from harmless to fatal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Level {
    /// Finest detail.
    Trace = 1,
    /// For developers.
    Debug = 2,
    /// Normal operation.
    Info = 3,
    /// Normal but significant (syslog).
    Notice = 4,
    /// Something may be wrong.
    Warn = 5,
    /// Something failed.
    Error = 6,
    /// The process or system cannot go on (critical, alert, emergency, panic).
    Fatal = 7,
}

impl Level {
    /// The level in capitals, as people write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Notice => "NOTICE",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }
}

/// A piece of text that stands in the line, or in the scratch buffer when it had to be unescaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// Byte range of the line.
    Line(u32, u32),
    /// Byte range of the scratch buffer.
    Scratch(u32, u32),
}

impl Text {
    /// No text.
    pub const EMPTY: Self = Self::Line(0, 0);

    /// The bytes this text stands for.
    #[must_use]
    pub fn get<'a>(self, line: &'a [u8], scratch: &'a [u8]) -> &'a [u8] {
        let (from, start, end) = match self {
            Self::Line(start, end) => (line, start, end),
            Self::Scratch(start, end) => (scratch, start, end),
        };
        from.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Bytes `start..end` of the line.
    pub(crate) fn line(start: usize, end: usize) -> Self {
        Self::Line(offset(start), offset(end.max(start)))
    }

    /// Bytes `start..end` of the scratch buffer.
    pub(crate) fn scratch(start: usize, end: usize) -> Self {
        Self::Scratch(offset(start), offset(end.max(start)))
    }

    /// Whether it has no bytes.
    #[must_use]
    pub fn is_empty(self) -> bool {
        let (Self::Line(start, end) | Self::Scratch(start, end)) = self;
        start >= end
    }

    /// The same text where the line it was cut from stands in the scratch buffer at `line_at`, and that line's own scratch at
    /// `scratch_at`.
    pub(crate) fn moved_to_scratch(self, line_at: usize, scratch_at: usize) -> Self {
        let (start, end, base) = match self {
            Self::Line(start, end) => (start, end, line_at),
            Self::Scratch(start, end) => (start, end, scratch_at),
        };
        Self::scratch(start as usize + base, end as usize + base)
    }
}

/// Lines are cut at 1 MiB long before offsets pass `u32`; a caller who does not cut gets text cut instead.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// What a format finds in one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields {
    /// When it happened.
    pub timestamp: Option<Written>,
    /// How bad it says it is.
    pub level: Option<Level>,
    /// Logger, program or component; empty if the line names none.
    pub source: Text,
    /// What is said, without the header.
    pub message: Text,
    /// Client or peer address when the format has a place for it (access logs, JSON keys).
    pub ip: Option<Text>,
    /// User when the format has a place for it.
    pub user: Option<Text>,
    /// HTTP status of the response that the record is about, where the format has a place for it outside the message.
    pub http_status: Option<u16>,
}

impl Fields {
    /// A record that is nothing but a message.
    #[must_use]
    pub fn of_message(message: Text) -> Self {
        Self {
            timestamp: None,
            level: None,
            source: Text::EMPTY,
            message,
            ip: None,
            user: None,
            http_status: None,
        }
    }
}
