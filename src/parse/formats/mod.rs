//! One file per family of log formats, listed once in [`all`].
//!
//! To add a format: write `formats/x.rs` with its samples, list it in [`all`] before every format that would also take its lines,
//! and `tests/formats.rs` holds it to its samples.

mod access_log;
mod apache_error;
mod audit;
mod bgl;
mod cef;
mod chromium;
mod cisco;
mod container;
mod erlang;
mod esp_idf;
mod event_xml;
mod flow_log;
mod generic;
mod haproxy;
mod hdfs;
mod header;
mod journal;
mod json;
mod jvm_gc;
mod kafka;
mod kernel;
mod klog;
mod load_balancer;
mod log4j;
mod logcat;
mod logfmt;
mod logrus;
mod macos;
mod mysql;
mod nagios;
mod plain;
mod python_logging;
mod rails;
mod redis;
mod samba;
mod sap_hana;
mod strace;
mod syslog;
mod weblogic;
mod websphere;

use super::timestamp::{self, Clock};
use super::{Fields, Level, Text};
use crate::base::written::Written;

/// Index of a format in [`all`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormatId(pub u8);

impl FormatId {
    /// The format of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let at = all().iter().position(|format| format.name() == name)?;
        u8::try_from(at).ok().map(Self)
    }

    /// The format with this id.
    #[must_use]
    pub fn format(self) -> &'static dyn Format {
        let formats = all();
        formats
            .get(self.0 as usize)
            .copied()
            .unwrap_or(&plain::Plain)
    }
}

/// A line of a format with what it must become.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// The line, written for this purpose in the producer's documented layout.
    pub line: &'static str,
    /// RFC 3339 in UTC with the zone taken as UTC and the reference 2024-05-01T12:00:00Z; empty if there is none.
    pub timestamp: &'static str,
    /// The level, if any.
    pub level: Option<Level>,
    /// The source; empty if there is none.
    pub source: &'static str,
    /// The message.
    pub message: &'static str,
}

/// What a format may know beside the line.
#[derive(Debug, Clone)]
pub struct Context {
    /// Order of day and month.
    pub clock: Clock,
    /// A timestamp that begins at or after this byte of a line belongs to the message, not to the header.
    pub stamp_limit: usize,
    /// Whether the line is a message out of another record; such a line is not unpacked again.
    pub is_inner: bool,
}

impl Context {
    /// The timestamp that begins exactly at `at` and where it ends.
    #[inline]
    fn stamp_at(&self, line: &[u8], at: usize) -> Option<(Written, usize)> {
        let found = timestamp::at(line, at, self.clock.order, false)?;
        Some((self.clock.resolve(found.moment), found.end))
    }
}

/// How a line begins that begins with digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// `2024-03-11T`, with any byte between the digits.
    DateT,
    /// `2024-03-11`, or with slashes, and then anything but a `T`.
    Date,
    /// So many digits (at most 15), and then this byte.
    Run(u8, u8),
}

impl Digits {
    /// How many there are.
    pub(super) const N: usize = 2 + 16 * 256;

    /// The lead of a line that begins with a digit.
    #[inline]
    pub(super) fn of(line: &[u8]) -> Self {
        if let Some(date) = line.get(..11)
            && matches!(date[4], b'-' | b'/')
            && date[7] == date[4]
        {
            return if date[10] == b'T' {
                Self::DateT
            } else {
                Self::Date
            };
        }
        let mut n = 0;
        while n < 15 && byte(line, n).is_ascii_digit() {
            n += 1;
        }
        Self::Run(n as u8, byte(line, n))
    }

    /// Its place in a table of all of them.
    #[inline]
    pub(super) fn idx(self) -> usize {
        match self {
            Self::DateT => 0,
            Self::Date => 1,
            Self::Run(n, next) => 2 + usize::from(n) * 256 + usize::from(next),
        }
    }

    /// All of them, in the order of their places.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let runs = (0..16).flat_map(|n| (0..=255).map(move |next| Self::Run(n, next)));
        [Self::DateT, Self::Date].into_iter().chain(runs)
    }
}

/// Recognises and takes apart the lines of one family of formats.
pub trait Format: Sync {
    /// Stable name, in camelCase.
    fn name(&self) -> &'static str;
    /// Name for people.
    fn title(&self) -> &'static str;
    /// Lines with what they must become.
    fn samples(&self) -> &'static [Sample];
    /// Whether a line of this format may begin with `first`; spares most formats most lines.
    fn may_begin_with(&self, first: u8) -> bool {
        let _ = first;
        true
    }
    /// The same for lines that begin with digits, which most logs do: what follows the digits spares more.
    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        let _ = lead;
        true
    }
    /// `None` when the line is not of this format.
    ///
    /// Text that has to be unescaped is appended to `scratch`.
    fn parse(&self, line: &[u8], ctx: &Context, scratch: &mut Vec<u8>) -> Option<Fields>;
}

/// Every format, most specific first; the last one takes any line.
#[must_use]
pub fn all() -> &'static [&'static dyn Format] {
    &[
        &json::Json,
        &container::Cri,
        &container::Compose,
        &cef::Cef,
        &cisco::Cisco,
        &syslog::Syslog,
        &journal::Journal,
        &access_log::AccessLog,
        &haproxy::Haproxy,
        &load_balancer::LoadBalancer,
        &flow_log::FlowLog,
        &apache_error::ApacheError,
        &hdfs::Hdfs,
        &bgl::Bgl,
        &klog::Klog,
        &chromium::Chromium,
        &esp_idf::EspIdf,
        &logcat::Logcat,
        &redis::Redis,
        &rails::Rails,
        &audit::Audit,
        &mysql::Mysql,
        &macos::Macos,
        &jvm_gc::JvmGc,
        &kafka::Kafka,
        &kernel::Kernel,
        &strace::Strace,
        &weblogic::Weblogic,
        &websphere::Websphere,
        &sap_hana::SapHana,
        &event_xml::EventXml,
        &nagios::Nagios,
        &samba::Samba,
        &erlang::Erlang,
        &logrus::Logrus,
        &log4j::Log4j,
        &python_logging::PythonLogging,
        &logfmt::Logfmt,
        &generic::Generic,
        &plain::Plain,
    ]
}

/// The fields of a line whose header begins with a stamp that is no time and ends at `end`.
pub(super) fn without_time(line: &[u8], end: usize) -> Fields {
    let header = header::walk(line, end);
    let source = header.source.map(|(start, end)| Text::line(start, end));
    Fields {
        level: header.level,
        source: source.unwrap_or(Text::EMPTY),
        ..Fields::of_message(rest(line, header.message))
    }
}

/// Whether the object that opens at `at` has a time or a message of its own.
pub(super) fn says_something(text: &[u8], at: usize) -> bool {
    json::says_something(text, at)
}

/// The level that a line without a header begins with, and where the word ends.
pub(super) fn leading_level(line: &[u8]) -> Option<(Level, usize)> {
    header::leading_level(line, 0)
}

/// Bytes `start..` without white space around them.
fn rest(line: &[u8], start: usize) -> Text {
    trimmed(line, start, line.len())
}

/// Bytes `start..end` without white space around them.
#[inline]
pub(super) fn trimmed(line: &[u8], start: usize, end: usize) -> Text {
    let (mut start, mut end) = (start, end.min(line.len()));
    while start < end && line[start].is_ascii_whitespace() {
        start += 1;
    }
    while start < end && line[end - 1].is_ascii_whitespace() {
        end -= 1;
    }
    Text::line(start, end)
}

/// End of the run of bytes that are not white space.
#[inline]
fn word_end(line: &[u8], start: usize) -> usize {
    let mut end = start;
    while end < line.len() && !line[end].is_ascii_whitespace() {
        end += 1;
    }
    end
}

/// First byte from `start` on that is not a blank or a tab.
#[inline]
fn skip_blanks(line: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < line.len() && matches!(line[at], b' ' | b'\t') {
        at += 1;
    }
    at
}

/// The byte at `at`, or 0 past the end.
#[inline]
fn byte(line: &[u8], at: usize) -> u8 {
    line.get(at).copied().unwrap_or(0)
}

/// End of the run of digits at `start`.
fn digits_end(line: &[u8], start: usize) -> usize {
    let mut end = start;
    while byte(line, end).is_ascii_digit() {
        end += 1;
    }
    end
}
