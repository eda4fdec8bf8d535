//! The first line of a record and the lines below it → its fields, where the first line alone does not say what happened.
//!
//! Some programs write the time on a line of its own and the text on the next: Erlang's reports, logcat's long layout, Oracle's
//! alert log, `MySQL`'s slow query log. `java.util.logging` puts the level there too, and the Windows event viewer writes blocks of
//! `key: value` lines. The answer depends on nothing but the record's own lines and the plan.

use super::formats::{self, Context};
use super::timestamp::{self, DayMonth};
use super::{Fields, Level, Text, severity};

/// Name of the format whose first line has a level and nothing to say.
pub(super) const REPORT: &str = "erlangReport";

/// Bytes below the first line that are read; far fewer than a block may reach beyond its end.
const BELOW_CAP: usize = 4096;

/// Lines among which a block must show what it is made of.
const BLOCK_LINES: usize = 64;

/// Adds `line`, without its end, to a record that begins with a line of `head_len` bytes.
pub fn gather(record: &mut Vec<u8>, head_len: usize, line: &[u8]) {
    let room = (head_len + BELOW_CAP).saturating_sub(record.len() + 1);
    // A first line that is too long still says something; after it, half a line would only mislead.
    if room == 0 || (line.len() > room && record.len() > head_len) {
        return;
    }
    let mut len = line.len().min(room);
    while len < line.len() && len > 0 && line[len] & 0xc0 == 0x80 {
        len -= 1;
    }
    record.push(b'\n');
    record.extend_from_slice(&line[..len]);
}

/// The level a line below begins with, and where its text does: `SEVERE: Error starting endpoint`.
pub(super) fn level(line: &[u8]) -> Option<(Level, usize)> {
    let (level, end) = formats::leading_level(line)?;
    line[end..].starts_with(b": ").then_some((level, end + 2))
}

/// The fields of a record whose first line, up to `head_end`, has these. `is_report`: its message only names what is below.
pub(super) fn text(
    record: &[u8],
    head_end: usize,
    head: Fields,
    is_report: bool,
    scratch: &mut Vec<u8>,
) -> Fields {
    let mut fields = head;
    let (mut at, mut said, mut is_error) = (head_end + 1, None, false);
    for line in lines_from(record, at) {
        if said.is_none() && says_something(line) {
            said = Some((at, at + line.len()));
        }
        // Oracle's errors have a number and no level.
        is_error |= line.starts_with(b"ORA-") && line.get(4).is_some_and(u8::is_ascii_digit);
        at += line.len() + 1;
    }
    let Some((start, end)) = said else {
        return fields;
    };
    let mut from = start;
    if fields.level.is_none()
        && let Some((level, text_at)) = level(&record[start..end])
    {
        fields.level = Some(level);
        from += text_at;
    }
    if fields.message.is_empty() {
        fields.message = formats::trimmed(record, from, end);
    } else if from > start {
        // `java.util.logging` writes class and method before the level.
        let message = fields.message.get(record, scratch);
        let class_len = memchr::memchr(b' ', message).unwrap_or(message.len());
        let is_logger =
            message[..class_len].contains(&b'.') && memchr::memchr_iter(b' ', message).count() <= 1;
        if let (true, Text::Line(class, _)) = (is_logger, fields.message) {
            fields.source = Text::line(class as usize, class as usize + class_len);
            fields.message = formats::trimmed(record, from, end);
        }
    } else if is_report {
        let message = fields.message.get(record, scratch).to_vec();
        let at = scratch.len();
        scratch.extend_from_slice(&message);
        scratch.push(b' ');
        scratch.extend_from_slice(record[start..end].trim_ascii());
        fields.message = Text::scratch(at, scratch.len());
    }
    if is_error && head.message.is_empty() {
        fields.level = fields.level.or(Some(Level::Error));
    }
    fields
}

fn lines_from(record: &[u8], at: usize) -> impl Iterator<Item = &[u8]> {
    let below = record.get(at..).unwrap_or_default();
    below.split(|byte| *byte == b'\n')
}

/// Whether a line is more than marks, and not what `MySQL` writes about a query before the query.
fn says_something(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let is_about_query = line.starts_with(b"#")
        || line.starts_with(b"SET timestamp=")
        || (line.starts_with(b"use ") && line.ends_with(b";"));
    !is_about_query
        && line
            .iter()
            .any(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80)
}

/// What a line of a block says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Time,
    /// The time of day, where the date has a line of its own.
    Clock,
    Level,
    Source,
    Message,
}

fn key(name: &[u8]) -> Option<Key> {
    let mut lowered = [0; 24];
    let lowered = lowered.get_mut(..name.len())?;
    lowered.copy_from_slice(name);
    lowered.make_ascii_lowercase();
    let name = lowered.strip_prefix(b"event ").unwrap_or(lowered);
    Some(match name {
        b"date" | b"timestamp" | b"timecreated" | b"time created" | b"timegenerated"
        | b"time generated" | b"timewritten" | b"datetime" | b"date and time" => Key::Time,
        b"time" => Key::Clock,
        b"level" | b"leveldisplayname" | b"severity" | b"entrytype" | b"type" => Key::Level,
        b"source" | b"providername" | b"provider" | b"logger" | b"component" => Key::Source,
        b"message" | b"description" => Key::Message,
        _ => return None,
    })
}

/// `Name of a key: value` → where the colon is.
fn colon(line: &[u8]) -> Option<usize> {
    let colon = memchr::memchr(b':', &line[..line.len().min(32)])?;
    let name = line[..colon].trim_ascii_end();
    let is_name = name.len() >= 2
        && name[0].is_ascii_uppercase()
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'_'));
    let is_apart = matches!(line.get(colon + 1), None | Some(b' ' | b'\t' | b'\r'));
    (is_name && is_apart).then_some(colon)
}

/// What the first line of every record begins with, if the lines of a file are blocks of `key: value`.
pub(super) fn block_key<'a>(lines: impl Iterator<Item = &'a [u8]> + Clone) -> Option<String> {
    // `MySQL`'s slow query log begins with lines about the server.
    let begins = |line: &&[u8], with: &[u8]| line.starts_with(with);
    let mut first_lines = lines.clone().take(BLOCK_LINES);
    if first_lines.any(|line| begins(&line, b"# Time: "))
        && first_lines.any(|line| begins(&line, b"# Query_time: "))
    {
        return Some("# Time: ".to_owned());
    }
    let mut said = lines.filter(|line| !line.trim_ascii().is_empty());
    let first = said.next()?;
    let first_key = &first[..=colon(first)?];
    let (mut keys, mut is_repeated) = (Vec::new(), false);
    for line in std::iter::once(first).chain(said.take(BLOCK_LINES)) {
        is_repeated = !keys.is_empty() && line.starts_with(first_key);
        if is_repeated {
            break;
        }
        if let Some(end) = colon(line) {
            keys.push(key(line[..end].trim_ascii_end()));
        }
    }
    let has = |wanted| keys.contains(&Some(wanted));
    let is_block = has(Key::Time)
        && (has(Key::Level) || has(Key::Message))
        && (is_repeated || (has(Key::Level) && has(Key::Message)));
    let key = std::str::from_utf8(first_key).ok()?;
    is_block.then(|| key.to_owned())
}

/// The fields of a block of `key: value` lines.
pub(super) fn block(record: &[u8], ctx: &Context) -> Fields {
    let first_end = memchr::memchr(b'\n', record).unwrap_or(record.len());
    let mut fields = Fields::of_message(formats::trimmed(record, 0, first_end));
    let (mut date, mut clock) = (None, None);
    let (mut is_message_due, mut has_message) = (false, false);
    let mut at = 0;
    for line in lines_from(record, 0) {
        let start = at;
        at += line.len() + 1;
        if is_message_due {
            if says_something(line) {
                fields.message = formats::trimmed(record, start, start + line.len());
                is_message_due = false;
                has_message = true;
            }
            continue;
        }
        let Some(end) = colon(line).filter(|_| !has_message) else {
            continue;
        };
        let value = formats::trimmed(record, start + end + 1, start + line.len());
        match key(line[..end].trim_ascii_end()) {
            Some(Key::Time) => date = date.or(Some(value)),
            Some(Key::Clock) => clock = clock.or(Some(value)),
            Some(Key::Level) if fields.level.is_none() => {
                fields.level = severity::from_value(value.get(record, &[]));
            }
            Some(Key::Source) if fields.source.is_empty() => fields.source = value,
            Some(Key::Message) if value.is_empty() => is_message_due = true,
            Some(Key::Message) => {
                fields.message = value;
                has_message = true;
            }
            _ => {}
        }
    }
    let stamp = |text: &[u8], order: DayMonth| {
        let found = timestamp::find(text, 0, text.len().min(64), order)?;
        Some(ctx.clock.resolve(found.moment))
    };
    let text = |text: Option<Text>| text.map_or(&[][..], |text| text.get(record, &[]));
    fields.timestamp = stamp(text(date), ctx.clock.order).or_else(|| {
        let both = [text(date), b" ", text(clock)].concat();
        stamp(&both, ctx.clock.order)
    });
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{ParsePlan, Parser};

    /// `level source | message` of every record, and its lines.
    fn records(log: &str) -> Vec<(String, usize)> {
        let plan = ParsePlan::probe(log.as_bytes(), false);
        let mut parser = Parser::new(&plan);
        let mut scratch = Vec::new();
        let mut records: Vec<Vec<&[u8]>> = Vec::new();
        for line in log.lines().filter(|line| !line.is_empty()) {
            let line = line.as_bytes();
            match (parser.parse_line(line, &mut scratch), records.last_mut()) {
                (None, Some(record)) => record.push(line),
                _ => records.push(vec![line]),
            }
        }
        let read = |lines: &Vec<&[u8]>| {
            let mut record = lines[0].to_vec();
            let head = parser.clone().parse(lines[0], &mut scratch);
            let parsed = if parser.is_bare(lines[0], &head) {
                let below = &lines[1..];
                below
                    .iter()
                    .for_each(|line| gather(&mut record, lines[0].len(), line));
                parser.parse_below(&record, &mut scratch)
            } else {
                head
            };
            let text =
                |text: Text| String::from_utf8_lossy(text.get(&record, &scratch)).into_owned();
            let fields = parsed.fields;
            assert!(fields.timestamp.is_some(), "{}", text(fields.message));
            let level = fields.level.map_or("-", Level::name);
            let read = format!("{level} {} | {}", text(fields.source), text(fields.message));
            (read, lines.len())
        };
        records.iter().map(read).collect()
    }

    fn check(log: &str, expected: &[(&str, usize)]) {
        let found = records(log);
        let found: Vec<_> = found.iter().map(|(read, n)| (read.as_str(), *n)).collect();
        assert_eq!(found, expected, "{log}");
    }

    #[test]
    fn the_level_may_stand_on_the_next_line() {
        check(
            "Jul 22, 2008 11:09:06 AM org.apache.catalina.startup.Catalina start\n\
             INFO: Server startup in 731 ms\n\
             Jul 22, 2008 11:09:07 AM org.apache.coyote.http11.Http11Protocol init\n\
             SEVERE: Error initializing endpoint\n\
             java.net.BindException: Address already in use\n\
             \tat java.net.PlainSocketImpl.bind(PlainSocketImpl.java:359)\n",
            &[
                (
                    "INFO org.apache.catalina.startup.Catalina | Server startup in 731 ms",
                    2,
                ),
                (
                    "ERROR org.apache.coyote.http11.Http11Protocol | Error initializing endpoint",
                    4,
                ),
            ],
        );
    }

    #[test]
    fn a_head_without_text_takes_the_first_line_below() {
        check(
            "=ERROR REPORT==== 11-Mar-2024::15:04:22 ===\nclosing AMQP connection <0.571.0>\n{handshake_timeout,header}\n\n\
             =INFO REPORT==== 11-Mar-2024::15:04:23 ===\naccepting AMQP connection\n",
            &[
                ("ERROR  | ERROR REPORT closing AMQP connection <0.571.0>", 3),
                ("INFO  | INFO REPORT accepting AMQP connection", 2),
            ],
        );
        check(
            "[ 03-11 15:04:22.123  1702: 2395 W/dalvikvm ]\nthreadid=11: thread exiting\nwith uncaught exception\n\n\
             [ 03-11 15:04:22.124  1702: 2395 I/Zygote ]\nforked\n",
            &[
                ("WARN dalvikvm | threadid=11: thread exiting", 3),
                ("INFO Zygote | forked", 2),
            ],
        );
        check(
            "Mon Mar 11 15:04:22 2024\nThread 1 advanced to log sequence 5 (LGWR switch)\n  Current log# 2 seq# 5\n\
             Mon Mar 11 15:05:22 2024\nErrors in file /u01/trace/orcl_ora_71.trc:\nORA-00600: internal error code\n\
             Mon Mar 11 15:06:22 2024\nWARNING: inbound connection timed out (ORA-3136)\n",
            &[
                ("-  | Thread 1 advanced to log sequence 5 (LGWR switch)", 3),
                ("ERROR  | Errors in file /u01/trace/orcl_ora_71.trc:", 3),
                ("WARN  | inbound connection timed out (ORA-3136)", 2),
            ],
        );
    }

    #[test]
    fn slow_queries_say_the_query() {
        check(
            "# Time: 2024-03-11T15:04:22.123456Z\n# User@Host: carol[carol] @ [192.0.2.7]  Id:    12\n\
             # Query_time: 2.000345  Lock_time: 0.000100 Rows_sent: 1  Rows_examined: 900000\nuse shop;\n\
             SET timestamp=1710169462;\nSELECT total\nFROM cart\nWHERE id = 7;\n\
             # Time: 2024-03-11T15:05:22.123456Z\n# User@Host: carol[carol] @ [192.0.2.7]  Id:    12\n\
             # Query_time: 1.5  Lock_time: 0.0 Rows_sent: 0  Rows_examined: 0\nSET timestamp=1710169522;\nDELETE FROM cart;\n",
            &[("-  | SELECT total", 8), ("-  | DELETE FROM cart;", 5)],
        );
    }

    #[test]
    fn blocks_of_keys_are_records() {
        check(
            "Log Name:      System\nSource:        Service Control Manager\nDate:          3/11/2024 3:04:22 PM\n\
             Event ID:      7034\nLevel:         Error\nUser:          N/A\nDescription:\n\
             The Print Spooler service terminated unexpectedly.\nIt has done this 1 time(s).\nEvent Xml:\n\
             Log Name:      System\nSource:        Kernel-General\nDate:          3/11/2024 3:04:23 PM\n\
             Event ID:      16\nLevel:         Information\nDescription:\nThe access history was cleared.\n",
            &[
                (
                    "ERROR Service Control Manager | The Print Spooler service terminated unexpectedly.",
                    10,
                ),
                ("INFO Kernel-General | The access history was cleared.", 7),
            ],
        );
        check(
            "TimeCreated  : 3/11/2024 3:04:22 PM\nProviderName : MsiInstaller\nId           : 1033\n\
             LevelDisplayName : Warning\nMessage      : Windows Installer installed the product.\n",
            &[(
                "WARN MsiInstaller | Windows Installer installed the product.",
                5,
            )],
        );
        check(
            "Event Type:\tError\nEvent Source:\tDCOM\nEvent ID:\t10005\nDate:\t\t3/11/2008\nTime:\t\t3:04:22 PM\n\
             Description:\nDCOM got error 1084\n",
            &[("ERROR DCOM | DCOM got error 1084", 7)],
        );
    }

    #[test]
    fn further_fields_join_the_message_above() {
        check(
            "2024-03-11 15:04:22.123 UTC [71] ERROR:  relation \"carts\" does not exist at character 15\n\
             2024-03-11 15:04:22.123 UTC [71] HINT:  Perhaps you meant \"cart\".\n\
             2024-03-11 15:04:22.123 UTC [71] STATEMENT:  SELECT 1 FROM carts\n\
             2024-03-11 15:04:23.123 UTC [72] LOG:  checkpoint starting: time\n",
            &[
                (
                    "ERROR  | relation \"carts\" does not exist at character 15",
                    3,
                ),
                ("INFO  | checkpoint starting: time", 1),
            ],
        );
    }

    #[test]
    fn what_is_gathered_is_bounded_and_whole() {
        let mut record = b"head".to_vec();
        gather(&mut record, 4, "\u{e9}".repeat(BELOW_CAP).as_bytes());
        assert!(record.len() <= 4 + BELOW_CAP && str::from_utf8(&record).is_ok());
        let n = record.len();
        gather(&mut record, 4, b"one more line");
        assert_eq!(record.len(), n);
    }
}
