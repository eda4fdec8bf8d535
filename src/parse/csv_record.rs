//! One record of a CSV file → its columns by name, and the fields among them.
//!
//! RFC 4180 with any of the usual delimiters. Read by hand instead of through a reader, because the record is already cut and the
//! fields are wanted as places in it, not as copies.

use super::http_status::{self, Naming};
use serde::{Deserialize, Serialize};

use super::formats::Context;
use super::parser::parse_inner;
use super::{Fields, Text, severity, timestamp};

/// Which column holds what, learned from the header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CsvColumns {
    /// The byte between fields: `,`, `;`, tab or `|`.
    pub delimiter: u8,
    /// Whether the first record holds the columns' names.
    pub has_header: bool,
    /// Number of columns in the header.
    pub n_columns: u32,
    /// Column of the time.
    pub timestamp: Option<u32>,
    /// Column of the level.
    pub level: Option<u32>,
    /// Column of the logger, program or component.
    pub source: Option<u32>,
    /// Column of the message.
    pub message: Option<u32>,
    /// Column of the client's address.
    pub ip: Option<u32>,
    /// Column of the user.
    pub user: Option<u32>,
    /// Column of the HTTP status.
    pub status: Option<u32>,
}

impl CsvColumns {
    /// Columns known by name in a header record; `None` if none is, or if there is only one column and it has no name of ours.
    pub(super) fn from_header(header: &[u8], delimiter: u8) -> Option<Self> {
        let mut columns = Self {
            delimiter,
            has_header: true,
            ..Self::default()
        };
        let mut scratch = Vec::new();
        let mut n_known = 0;
        let (mut possible, mut is_request) = (None, false);
        for field in CsvFields::of(header, delimiter) {
            scratch.clear();
            let text = field.text(header, &mut scratch);
            let name = text.get(header, &scratch).trim_ascii().to_ascii_lowercase();
            let idx = Some(columns.n_columns);
            let slot = match in_english(&name) {
                b"@timestamp"
                | b"timestamp"
                | b"time"
                | b"datetime"
                | b"date_time"
                | b"eventtime"
                | b"event_time"
                | b"ts"
                | b"log_time"
                | b"timegenerated"
                | b"date and time"
                | b"timegenerated [utc]"
                | b"_time"
                | b"date"
                | b"created_at" => &mut columns.timestamp,
                b"level" | b"severity" | b"loglevel" | b"log_level" | b"log.level"
                | b"priority" | b"levelname" | b"error_severity" => &mut columns.level,
                b"message" | b"msg" | b"log" | b"content" | b"text" | b"body" | b"_raw"
                | b"log message" | b"raw" => &mut columns.message,
                b"source" | b"logger" | b"component" | b"program" | b"service" | b"logger_name"
                | b"process" | b"app" | b"module" => &mut columns.source,
                b"ip" | b"client_ip" | b"clientip" | b"src_ip" | b"remote_addr" | b"source.ip" => {
                    &mut columns.ip
                }
                b"user" | b"username" | b"user_name" | b"user.name" | b"account" => {
                    &mut columns.user
                }
                name => {
                    match http_status::naming(name) {
                        Some(Naming::Status) => columns.status = columns.status.or(idx),
                        Some(Naming::MaybeStatus) => possible = possible.or(idx),
                        Some(Naming::Request) => is_request = true,
                        None => {}
                    }
                    columns.n_columns += 1;
                    continue;
                }
            };
            n_known += 1;
            if slot.is_none() {
                *slot = idx;
            }
            columns.n_columns += 1;
        }
        columns.status = columns.status.or(possible.filter(|_| is_request));
        let is_telling =
            columns.message.is_some() || columns.timestamp.is_some() || columns.level.is_some();
        // One column is a CSV only if it is the message and nothing else.
        let is_csv = columns.n_columns >= 2 || (n_known == 1 && columns.message.is_some());
        (is_telling && is_csv).then_some(columns)
    }

    /// `PostgreSQL`'s csvlog has no header; its columns are always the same (manual, "Using CSV-Format Log Output").
    pub(super) fn of_postgres(record: &[u8]) -> Option<Self> {
        let columns = Self {
            delimiter: b',',
            has_header: false,
            n_columns: CsvFields::of(record, b',').count() as u32,
            timestamp: Some(0),
            user: Some(1),
            source: Some(2),
            ip: Some(4),
            level: Some(11),
            message: Some(13),
            status: None,
        };
        let stamp = CsvFields::of(record, b',').next()?;
        let level = CsvFields::of(record, b',').nth(11)?;
        let stamp = record.get(stamp.start..stamp.end)?;
        let is_stamp = timestamp::at(stamp, 0, timestamp::DayMonth::MonthFirst, false)
            .is_some_and(|found| found.end == stamp.len());
        let is_level = severity::from_word(&record[level.start..level.end]).is_some();
        ((23..=26).contains(&columns.n_columns) && is_stamp && is_level).then_some(columns)
    }

    /// The fields of one record.
    pub(super) fn parse(&self, record: &[u8], ctx: &Context, scratch: &mut Vec<u8>) -> Fields {
        let mut fields = Fields::of_message(Text::line(0, record.len()));
        let mut has_message = false;
        for (idx, field) in (0..).zip(CsvFields::of(record, self.delimiter)) {
            let idx = Some(idx);
            if idx == self.message {
                fields.message = field.text(record, scratch).trimmed(record, scratch);
                has_message = true;
            } else if idx == self.timestamp {
                let text = field.text(record, scratch);
                let text = text.get(record, scratch);
                let found = timestamp::find(text, 0, text.len().min(64), ctx.clock.order);
                fields.timestamp = found.map(|found| ctx.clock.resolve(found.moment));
            } else if idx == self.level {
                let text = field.text(record, scratch);
                fields.level = severity::from_value(text.get(record, scratch));
            } else if idx == self.source {
                fields.source = field.text(record, scratch).trimmed(record, scratch);
            } else if idx == self.ip {
                fields.ip = Some(field.text(record, scratch).trimmed(record, scratch))
                    .filter(|text| !text.is_empty());
            } else if idx == self.user {
                fields.user = Some(field.text(record, scratch).trimmed(record, scratch))
                    .filter(|text| !text.is_empty());
            } else if idx == self.status {
                let text = field.text(record, scratch);
                fields.http_status = http_status::status(text.get(record, scratch));
            }
        }
        if has_message && (self.timestamp.is_none() || fields.level.is_none()) {
            self.unwrap_message(record, ctx, scratch, &mut fields);
        }
        fields
    }

    /// A message that is a log line of its own supplies what the other columns lack.
    fn unwrap_message(
        &self,
        record: &[u8],
        ctx: &Context,
        scratch: &mut Vec<u8>,
        fields: &mut Fields,
    ) {
        let Some(inner) = parse_inner(fields.message, record, ctx, scratch) else {
            return;
        };
        if self.timestamp.is_none() {
            fields.timestamp = inner.timestamp;
            fields.message = inner.message;
            if fields.source.is_empty() {
                fields.source = inner.source;
            }
        }
        fields.level = fields.level.or(inner.level);
        fields.ip = fields.ip.or(inner.ip);
        fields.user = fields.user.or(inner.user);
        fields.http_status = fields.http_status.or(inner.http_status);
    }
}

/// What the Windows event viewer calls its columns in other languages.
fn in_english(name: &[u8]) -> &[u8] {
    match name {
        b"ebene" | b"niveau" | b"nivel" | b"livello" => b"level",
        b"datum und uhrzeit" | b"date et heure" | b"fecha y hora" | b"data e ora"
        | b"data e hora" => b"date and time",
        b"quelle" | b"origen" | b"origem" | b"origine" => b"source",
        name => name,
    }
}

impl Text {
    fn trimmed(self, line: &[u8], scratch: &[u8]) -> Self {
        let bytes = self.get(line, scratch);
        let skipped = bytes.len() - bytes.trim_ascii_start().len();
        let len = bytes.trim_ascii().len();
        match self {
            Self::Line(start, _) => {
                Self::line(start as usize + skipped, start as usize + skipped + len)
            }
            Self::Scratch(start, _) => {
                Self::scratch(start as usize + skipped, start as usize + skipped + len)
            }
        }
    }
}

/// One field: the bytes between its quotes, or all of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct CsvField {
    start: usize,
    end: usize,
    has_doubled_quotes: bool,
}

impl CsvField {
    /// The text, in place or, where quotes are doubled, in the scratch buffer.
    pub(super) fn text(self, record: &[u8], scratch: &mut Vec<u8>) -> Text {
        if !self.has_doubled_quotes {
            return Text::line(self.start, self.end);
        }
        let from = scratch.len();
        let mut quoted = false;
        for byte in &record[self.start..self.end] {
            // Of two quotes in a row the second is text.
            let is_first_quote = *byte == b'"' && !quoted;
            quoted = is_first_quote;
            if !is_first_quote {
                scratch.push(*byte);
            }
        }
        Text::scratch(from, scratch.len())
    }
}

/// The fields of a record, one after the other.
pub(super) struct CsvFields<'a> {
    record: &'a [u8],
    pos: Option<usize>,
    delimiter: u8,
}

impl<'a> CsvFields<'a> {
    pub(super) fn of(record: &'a [u8], delimiter: u8) -> Self {
        let record = record.strip_suffix(b"\r").unwrap_or(record);
        Self {
            record,
            pos: Some(0),
            delimiter,
        }
    }
}

impl Iterator for CsvFields<'_> {
    type Item = CsvField;

    fn next(&mut self) -> Option<CsvField> {
        let at = self.pos?;
        let record = self.record;
        if record.get(at) != Some(&b'"') {
            let len = memchr::memchr(self.delimiter, &record[at..]);
            let end = len.map_or(record.len(), |len| at + len);
            self.pos = len.map(|_| end + 1);
            return Some(CsvField {
                start: at,
                end,
                has_doubled_quotes: false,
            });
        }
        let mut has_doubled_quotes = false;
        let mut pos = at + 1;
        let close = loop {
            let Some(idx) = memchr::memchr(b'"', &record[pos..]) else {
                break record.len();
            };
            if record.get(pos + idx + 1) != Some(&b'"') {
                break pos + idx;
            }
            has_doubled_quotes = true;
            pos += idx + 2;
        };
        // What stands between the closing quote and the delimiter is dropped, as most readers do.
        let after = (close + 1).min(record.len());
        let len = memchr::memchr(self.delimiter, &record[after..]);
        self.pos = len.map(|len| after + len + 1);
        Some(CsvField {
            start: at + 1,
            end: close,
            has_doubled_quotes,
        })
    }
}

/// Length of the first record of `text` without its line end, and of both; `None` if a quote in it never closes.
pub(super) fn first_record(text: &[u8]) -> Option<(usize, usize)> {
    let mut is_quoted = false;
    for (idx, byte) in text.iter().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => {
                let end = if idx > 0 && text[idx - 1] == b'\r' {
                    idx - 1
                } else {
                    idx
                };
                return Some((end, idx + 1));
            }
            _ => {}
        }
    }
    (!is_quoted).then_some((text.len(), text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(record: &str, delimiter: u8) -> Vec<String> {
        let record = record.as_bytes();
        CsvFields::of(record, delimiter)
            .map(|field| {
                let mut scratch = Vec::new();
                let text = field.text(record, &mut scratch);
                String::from_utf8(text.get(record, &scratch).to_vec()).unwrap()
            })
            .collect()
    }

    #[test]
    fn quoting_follows_rfc_4180() {
        assert_eq!(fields("a,b,c", b','), ["a", "b", "c"]);
        assert_eq!(
            fields("\"a,\"\"b\"\"\",\"x\ny\",", b','),
            ["a,\"b\"", "x\ny", ""]
        );
        assert_eq!(fields("", b','), [""]);
        assert_eq!(fields("\"\"\"\";\"open", b';'), ["\"", "open"]);
        assert_eq!(fields("\"\"\"", b','), ["\""]);
    }

    #[test]
    fn headers_are_known_by_name_in_any_case() {
        let columns =
            CsvColumns::from_header(b"Id,\"@Timestamp\",LEVEL,Message,host", b',').unwrap();
        assert_eq!(
            (
                columns.timestamp,
                columns.level,
                columns.message,
                columns.n_columns
            ),
            (Some(1), Some(2), Some(3), 5)
        );
        assert_eq!(CsvColumns::from_header(b"a,b,c", b','), None);
        assert_eq!(CsvColumns::from_header(b"just a message", b','), None);
    }

    #[test]
    fn the_first_record_may_hold_line_ends() {
        assert_eq!(first_record(b"a,\"b\nc\"\r\nd"), Some((7, 9)));
        assert_eq!(first_record(b"a,\"b"), None);
        assert_eq!(first_record(b"a"), Some((1, 1)));
    }
}
