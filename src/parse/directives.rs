//! Files that name their columns → which column holds what, and the fields of a line.
//!
//! The W3C extended log format (IIS, `CloudFront`) says `#Fields: date time …`, Zeek says `#fields<tab>ts<tab>uid…`; the flow logs
//! of AWS begin with the bare names, a heading. Both are structure. A server that starts anew may repeat them; the first ones of
//! the file count, so that a block needs no other.
//!
//! Sources: W3C working draft "Extended Log File Format" (1996), `CloudFront` developer guide, Zeek "Log files" reference, "Flow
//! log records" of the Amazon VPC user guide.

use super::http_status;
use serde::{Deserialize, Serialize};

use super::formats::Context;
use super::timestamp::{Clock, DayMonth};
use super::{Fields, Level, Text, severity, timestamp};
use crate::base::written::Written;

/// Which column holds what, learned from a directive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectiveColumns {
    /// The byte between columns: a blank or a tab.
    pub delimiter: u8,
    /// Number of columns named.
    pub n_columns: u32,
    /// Columns of date and time; where one column holds both, `time` alone.
    pub date: Option<u32>,
    /// See `date`.
    pub time: Option<u32>,
    /// Column of the level.
    pub level: Option<u32>,
    /// Column of the HTTP status.
    pub status: Option<u32>,
    /// Column of the HTTP method.
    pub method: Option<u32>,
    /// Column of the path asked for.
    pub path: Option<u32>,
    /// Column of the query after the path.
    pub query: Option<u32>,
    /// Column of the message, where there is one.
    pub message: Option<u32>,
    /// Column of the server, service or module.
    pub source: Option<u32>,
    /// Column of the client's address.
    pub ip: Option<u32>,
    /// Column of the user.
    pub user: Option<u32>,
    /// Column of what a firewall did.
    pub action: Option<u32>,
    /// Columns before this one only say when and which connection.
    pub first_said: u32,
    /// The first line, where it holds the bare names; lines like it are no records.
    pub heading: Option<String>,
}

/// More columns than this are not looked at.
const MAX_COLUMNS: usize = 96;
/// Fewer names do not make a heading.
const MIN_HEADING: usize = 4;
/// Lines below a heading that must have as many columns.
const HEADED_LINES: usize = 20;

impl DirectiveColumns {
    /// From the head of a file, if it begins with directives and one of them names the columns.
    pub(super) fn probe(head: &[u8]) -> Option<Self> {
        if head.first() != Some(&b'#') {
            return Self::of_heading(head);
        }
        let directive = head
            .split(|byte| *byte == b'\n')
            .take_while(|line| line.first() == Some(&b'#'))
            .find_map(|line| {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                line.strip_prefix(b"#Fields:")
                    .or_else(|| line.strip_prefix(b"#fields\t"))
            })?;
        let body = head
            .split(|byte| *byte == b'\n')
            .find(|line| !line.is_empty() && line[0] != b'#');
        // CloudFront names its columns with blanks between them and writes tabs.
        let has_tabs = directive.contains(&b'\t')
            || body.is_some_and(|line| memchr::memchr_iter(b'\t', line).count() >= 4);
        let mut columns = Self {
            delimiter: if has_tabs { b'\t' } else { b' ' },
            ..Self::default()
        };
        for name in directive.split(u8::is_ascii_whitespace) {
            if !name.is_empty() {
                columns.name(&name.to_ascii_lowercase());
            }
        }
        (columns.time.is_some() && columns.n_columns >= 2).then_some(columns)
    }

    /// From a first line of names in small letters, if the lines below it have as many columns and a time where it says so.
    fn of_heading(head: &[u8]) -> Option<Self> {
        let mut lines = head.split(|byte| *byte == b'\n');
        let first = lines.next()?;
        let first = first.strip_suffix(b"\r").unwrap_or(first);
        let is_name = |name: &[u8]| {
            name.first().is_some_and(u8::is_ascii_lowercase)
                && name.iter().all(|byte| {
                    byte.is_ascii_lowercase()
                        || byte.is_ascii_digit()
                        || matches!(byte, b'-' | b'_')
                })
        };
        let n_names = first.split(|byte| *byte == b' ').count();
        if !(MIN_HEADING..=MAX_COLUMNS).contains(&n_names)
            || !first.split(|byte| *byte == b' ').all(is_name)
        {
            return None;
        }
        let heading = std::str::from_utf8(first).ok()?.to_owned();
        let mut columns = Self {
            delimiter: b' ',
            heading: Some(heading),
            ..Self::default()
        };
        for name in first.split(|byte| *byte == b' ') {
            columns.name(name);
        }
        columns.time?;
        // The last line may be cut.
        let body = &head[first.len()..=memchr::memrchr(b'\n', head)?];
        let mut rows = body
            .split(|byte| *byte == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
            .filter(|line| !line.is_empty() && *line != first)
            .take(HEADED_LINES)
            .peekable();
        rows.peek()?;
        let ctx = Context {
            clock: Clock {
                order: DayMonth::MonthFirst,
            },
            stamp_limit: 0,
            is_inner: false,
        };
        let mut places = [(0, 0); MAX_COLUMNS];
        let are_rows = rows.all(|row| {
            let n_places = columns.split(row, &mut places);
            n_places == n_names && columns.timestamp(row, &places[..n_places], &ctx).is_some()
        });
        are_rows.then_some(columns)
    }

    /// Whether a line says something about the file rather than being a record.
    pub(super) fn is_structure(&self, line: &[u8]) -> bool {
        match &self.heading {
            Some(heading) => line.strip_suffix(b"\r").unwrap_or(line) == heading.as_bytes(),
            None => line.first() == Some(&b'#'),
        }
    }

    fn name(&mut self, name: &[u8]) {
        let idx = self.n_columns;
        self.n_columns += 1;
        let slot = match name {
            b"date" => &mut self.date,
            b"time" | b"ts" | b"timestamp" | b"datetime" | b"date-time" => &mut self.time,
            // A window of time is where it begins.
            b"start" if self.heading.is_some() => &mut self.time,
            b"action" => &mut self.action,
            b"x-level" | b"level" | b"severity" => &mut self.level,
            b"sc-status" | b"status" | b"status_code" => &mut self.status,
            b"cs-method" | b"method" => &mut self.method,
            b"cs-uri-stem" | b"cs-uri" | b"cs-uri-path" | b"uri" => &mut self.path,
            b"cs-uri-query" => &mut self.query,
            b"msg" | b"message" | b"x-message" => &mut self.message,
            b"s-sitename" | b"cs-host" | b"cs(host)" | b"service" | b"s-computername" => {
                &mut self.source
            }
            b"interface-id" | b"tgw-id" => &mut self.source,
            b"c-ip" | b"id.orig_h" | b"src-ip" | b"srcaddr" => &mut self.ip,
            b"cs-username" | b"username" | b"user" => &mut self.user,
            b"uid" | b"version" | b"account-id" | b"resource-type" => {
                self.first_said += u32::from(self.first_said == idx);
                return;
            }
            _ => return,
        };
        let is_aside = matches!(
            name,
            b"date" | b"time" | b"ts" | b"timestamp" | b"datetime" | b"interface-id" | b"tgw-id"
        );
        if slot.is_none() {
            *slot = Some(idx);
            self.first_said += u32::from(is_aside && self.first_said == idx);
        }
    }

    /// The fields of one line. The message is `method path?query status` where the columns hold a request, the column called
    /// message where there is one, and otherwise all columns after those of the time.
    pub(super) fn parse(&self, line: &[u8], ctx: &Context, scratch: &mut Vec<u8>) -> Fields {
        let mut places = [(0, 0); MAX_COLUMNS];
        let n_places = self.split(line, &mut places);
        let place = |column: Option<u32>| {
            let place = *places[..n_places].get(column? as usize)?;
            (!matches!(&line[place.0..place.1], b"-" | b"" | b"(empty)")).then_some(place)
        };
        let text =
            |column| place(column).map_or(Text::EMPTY, |(start, end)| Text::line(start, end));
        let said = |column| place(column).map(|(start, end)| Text::line(start, end));
        let bytes = |column| place(column).map(|(start, end)| &line[start..end]);
        let status = bytes(self.status)
            .and_then(|status| std::str::from_utf8(status).ok()?.parse::<u32>().ok());
        let level = bytes(self.level)
            .and_then(severity::from_value)
            .or_else(|| status.map(severity::from_http_status))
            .or_else(|| bytes(self.action).and_then(severity::from_action));
        let from = scratch.len();
        let message = if let (Some(method), Some(path)) = (bytes(self.method), bytes(self.path)) {
            scratch.extend_from_slice(method);
            scratch.push(b' ');
            scratch.extend_from_slice(path);
            if let Some(query) = bytes(self.query) {
                scratch.push(b'?');
                scratch.extend_from_slice(query);
            }
            if let Some(status) = bytes(self.status) {
                scratch.push(b' ');
                scratch.extend_from_slice(status);
            }
            Text::scratch(from, scratch.len())
        } else if let Some(message) = said(self.message) {
            message
        } else {
            let first = places[..n_places].get(self.first_said as usize);
            Text::line(first.map_or(0, |place| place.0), line.len())
        };
        Fields {
            timestamp: self.timestamp(line, &places[..n_places], ctx),
            level: level.or_else(|| self.status.and(Some(Level::Info))),
            source: text(self.source),
            message,
            ip: said(self.ip),
            user: said(self.user),
            http_status: bytes(self.status).and_then(http_status::status),
        }
    }

    fn timestamp(&self, line: &[u8], places: &[(usize, usize)], ctx: &Context) -> Option<Written> {
        let (start, end) = *places.get(self.time? as usize)?;
        let mut whole = [b' '; 64];
        let mut len = 0;
        // Date and time may stand in columns that are not neighbours.
        let date = self.date.and_then(|date| places.get(date as usize));
        for (from, to) in date.into_iter().copied().chain([(start, end)]) {
            let part = &line[from..to];
            whole.get_mut(len..len + part.len())?.copy_from_slice(part);
            len += part.len() + 1;
        }
        let text = whole.get(..len)?;
        let found = timestamp::at(text, 0, ctx.clock.order, true)?;
        Some(ctx.clock.resolve(found.moment))
    }

    fn split(&self, line: &[u8], places: &mut [(usize, usize)]) -> usize {
        let (mut pos, mut n_places) = (0, 0);
        while pos <= line.len() && n_places < places.len() {
            let mut end = pos;
            // Values with blanks stand between quotes.
            if self.delimiter == b' ' && line.get(pos) == Some(&b'"') {
                let close = memchr::memchr(b'"', &line[pos + 1..]);
                end = close.map_or(line.len(), |idx| pos + idx + 2);
            }
            let len = memchr::memchr(self.delimiter, &line[end..]);
            end = len.map_or(line.len(), |len| end + len);
            places[n_places] = (pos, end);
            n_places += 1;
            pos = end + 1;
        }
        n_places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(head: &str, line: &str) -> Option<(Option<i64>, Option<Level>, String, String)> {
        let columns = DirectiveColumns::probe(head.as_bytes())?;
        let ctx = Context {
            clock: Clock {
                order: DayMonth::MonthFirst,
            },
            stamp_limit: 160,
            is_inner: false,
        };
        let mut scratch = Vec::new();
        let line = line.as_bytes();
        let fields = columns.parse(line, &ctx, &mut scratch);
        let text = |text: Text| String::from_utf8_lossy(text.get(line, &scratch)).into_owned();
        Some((
            fields.timestamp.map(|stamp| stamp.value() / 1000),
            fields.level,
            text(fields.message),
            fields.ip.map_or_else(String::new, text),
        ))
    }

    #[test]
    fn columns_are_found_by_their_names() {
        let at = Some(1_710_169_462_000);
        for (head, line, want) in [
            (
                "#Software: x\n#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status\n",
                "2024-03-11 15:04:22 192.0.2.7 GET /a q=1 404",
                (at, Some(Level::Warn), "GET /a?q=1 404", "192.0.2.7"),
            ),
            (
                "#Version: 1.0\r\n#Fields: time cs-uri c-ip date\r\n",
                "15:04:22 \"/a b\" 192.0.2.7 2024-03-11",
                (at, None, "\"/a b\" 192.0.2.7 2024-03-11", "192.0.2.7"),
            ),
            (
                "#separator \\x09\n#fields\tts\tuid\tid.orig_h\tproto\n",
                "1710169462.000000\tCHh\t192.0.2.7\ttcp",
                (at, None, "192.0.2.7\ttcp", "192.0.2.7"),
            ),
            (
                "#Fields: date time action protocol src-ip\n",
                "2024-03-11 15:04:22 DROP TCP 192.0.2.7",
                (at, Some(Level::Warn), "DROP TCP 192.0.2.7", "192.0.2.7"),
            ),
            (
                "version interface-id srcaddr packets start end action log-status\n\
                 2 eni-1 192.0.2.7 17 1710169462 1710169522 ACCEPT OK\n",
                "2 eni-1 192.0.2.7 17 1710169462 1710169522 REJECT OK",
                (
                    at,
                    Some(Level::Warn),
                    "192.0.2.7 17 1710169462 1710169522 REJECT OK",
                    "192.0.2.7",
                ),
            ),
        ] {
            let (stamp, level, message, ip) = read(head, line).unwrap();
            assert_eq!((stamp, level, &*message, &*ip), want, "{line}");
        }
        assert_eq!(read("#Fields: a b\n", "1 2"), None);
        assert_eq!(read("# a comment\n1 2\n", "1 2"), None);
    }

    #[test]
    fn a_heading_names_the_columns_of_the_lines_below_it() {
        let names = "start srcaddr packets action";
        let row = "1710169462 192.0.2.7 17 ACCEPT";
        for (head, want) in [
            (format!("{names}\n{row}\n"), true),
            (
                format!("{names}\r\n{row}\r\n\r\n{names}\r\n{row}\r\n"),
                true,
            ),
            (format!("{names}\n{row}\n{row} cut"), true),
            (format!("{names}\n{row}\n{row} more\n"), false),
            (format!("{names}\nx 192.0.2.7 17 ACCEPT\n"), false),
            (format!("{names}\n"), false),
            (format!("{names}\n{row}"), false),
            (
                "start of the log\n2024-03-11 15:04:22 a b\n".to_owned(),
                false,
            ),
        ] {
            let columns = DirectiveColumns::probe(head.as_bytes());
            assert_eq!(columns.is_some(), want, "{head}");
            if let Some(columns) = columns {
                assert!(columns.is_structure(names.as_bytes()));
                assert!(!columns.is_structure(row.as_bytes()));
                assert!(!columns.is_structure(b"# a record"));
            }
        }
    }

    #[test]
    fn lines_with_fewer_columns_are_read_as_far_as_they_go() {
        let head = "#Fields: date time c-ip cs-method cs-uri-stem sc-status\n";
        for line in [
            "",
            "2024-03-11",
            "2024-03-11 15:04:22 192.0.2.7 GET",
            "\"open",
        ] {
            assert!(read(head, line).is_some());
        }
    }
}
