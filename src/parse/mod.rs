//! Lines → records: timestamp, level, source and message of each line, in whatever format it is written.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;

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
}

/// What a format finds in one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields {
    /// When it happened.
    pub timestamp: Option<Timestamp>,
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
}
