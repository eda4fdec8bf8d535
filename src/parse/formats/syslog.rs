//! Syslog as daemons and relays write it: RFC 3164 with and without priority, RFC 5424, and rsyslog's files with ISO timestamps.
//!
//! In files the priority is usually missing; then the level is what the message itself begins with (`error: `, `<warn> `).

use super::super::severity;
use super::super::timestamp::{self, Moment};
use super::haproxy::proxied;
use super::header::leading_level;
use super::{
    Context, Digits, Fields, Format, Level, Sample, Text, byte, digits_end, rest, skip_blanks,
    word_end,
};
use super::{cef, cisco};
use crate::base::written::Written;

/// See the module.
pub(super) struct Syslog;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "<34>Oct 11 22:14:15 gateway su: authentication failed for operator on /dev/pts/8",
        timestamp: "2023-10-11T22:14:15Z",
        level: Some(Level::Fatal),
        source: "su",
        message: "authentication failed for operator on /dev/pts/8",
    },
    Sample {
        line: "Feb 29 01:02:03 web-1 sshd[4711]: Accepted publickey for deploy from 192.0.2.7 port 50122 ssh2",
        timestamp: "2024-02-29T01:02:03Z",
        level: None,
        source: "sshd",
        message: "Accepted publickey for deploy from 192.0.2.7 port 50122 ssh2",
    },
    Sample {
        line: "Mar  3 11:00:00 web-1 login(pam_unix)[812]: session opened for user carol by (uid=0)",
        timestamp: "2024-03-03T11:00:00Z",
        level: None,
        source: "login(pam_unix)",
        message: "session opened for user carol by (uid=0)",
    },
    Sample {
        line: "Mar  3 11:00:01 web-1 syslogd 2.0.1: restart.",
        timestamp: "2024-03-03T11:00:01Z",
        level: None,
        source: "syslogd 2.0.1",
        message: "restart.",
    },
    Sample {
        line: "Mar  3 11:00:02 laptop Power Manager[88]: error: lid switch not found",
        timestamp: "2024-03-03T11:00:02Z",
        level: Some(Level::Error),
        source: "Power Manager",
        message: "error: lid switch not found",
    },
    Sample {
        line: "Mar  3 11:00:02 web-1 last message repeated 3 times",
        timestamp: "2024-03-03T11:00:02Z",
        level: None,
        source: "",
        message: "last message repeated 3 times",
    },
    Sample {
        line: "Mar  3 11:00:02 web-1 kernel: eth0: link up, 1000Mbps",
        timestamp: "2024-03-03T11:00:02Z",
        level: None,
        source: "kernel",
        message: "eth0: link up, 1000Mbps",
    },
    Sample {
        line: "<165>1 2003-08-24T05:14:15.000003-07:00 198.51.100.1 proc01 8710 - - %% All fans nominal.",
        timestamp: "2003-08-24T12:14:15.000003Z",
        level: Some(Level::Notice),
        source: "proc01",
        message: "%% All fans nominal.",
    },
    Sample {
        line: "<11>1 2023-10-11T22:14:15.003Z host.example.org store - ID47 [run@32473 iut=\"3\" note=\"a ] in \\\"quotes\\]\"][x@1] disk full",
        timestamp: "2023-10-11T22:14:15.003Z",
        level: Some(Level::Error),
        source: "store",
        message: "disk full",
    },
    Sample {
        line: "2024-03-03T11:00:02.250000+01:00 web-1 CRON[991]: (root) CMD (run-parts /etc/cron.hourly)",
        timestamp: "2024-03-03T10:00:02.250Z",
        level: None,
        source: "CRON",
        message: "(root) CMD (run-parts /etc/cron.hourly)",
    },
    Sample {
        line: "Mar  3 11:00:03 web-1 NetworkManager[612]: <warn>  [1709463603.1] device (wlan0): no lease",
        timestamp: "2024-03-03T11:00:03Z",
        level: Some(Level::Warn),
        source: "NetworkManager",
        message: "<warn>  [1709463603.1] device (wlan0): no lease",
    },
    Sample {
        line: "Mar 11 15:04:22 gw-1 CEF:0|Example|Gate|1.0|7|login allowed|Low|src=192.0.2.7",
        timestamp: "2024-03-11T15:04:22Z",
        level: Some(Level::Info),
        source: "Gate",
        message: "login allowed",
    },
    Sample {
        line: "Mar 11 2024 15:04:22 fw-1 : %ASA-6-302013: Built inbound TCP connection 7 for outside:192.0.2.7/4711",
        timestamp: "2024-03-11T15:04:22Z",
        level: Some(Level::Info),
        source: "ASA-6-302013",
        message: "Built inbound TCP connection 7 for outside:192.0.2.7/4711",
    },
    Sample {
        line: "Feb  6 12:14:14 lb-1 haproxy[14389]: 192.0.2.7:33317 [06/Feb/2024:12:14:13.655] http-in static/srv1 10/0/30/69/109 404 2750 - - ---- 1/1/1/1/0 0/0 \"GET /a HTTP/1.1\"",
        timestamp: "2024-02-06T12:14:13.655Z",
        level: Some(Level::Warn),
        source: "haproxy",
        message: "static/srv1 10/0/30/69/109 404 2750 - - ---- 1/1/1/1/0 0/0 \"GET /a HTTP/1.1\"",
    },
];

impl Format for Syslog {
    fn name(&self) -> &'static str {
        "syslog"
    }

    fn title(&self) -> &'static str {
        "Syslog"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first == b'<' || first.is_ascii_alphanumeric()
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        lead == Digits::DateT
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let (level, at) = priority(line);
        if byte(line, at) == b'1' && byte(line, at + 1) == b' ' && level.is_some() {
            return rfc5424(line, at + 2, level, ctx);
        }
        let first = byte(line, at);
        if first.is_ascii_digit() && byte(line, at + 10) != b'T' {
            return None;
        }
        let found = timestamp::at(line, at, ctx.clock.order, false)?;
        let is_month = matches!(found.moment, Moment::YearLess { .. }) || !first.is_ascii_digit();
        if !is_month || first.is_ascii_digit() {
            // ISO stamps stand before many other layouts; in syslog they carry `T` and an offset.
            let is_iso = first.is_ascii_digit()
                && byte(line, at + 10) == b'T'
                && matches!(found.moment, Moment::Instant(_));
            if !is_iso || byte(line, found.end) != b' ' {
                return None;
            }
            let stamp = ctx.clock.resolve(found.moment);
            return with_iso_stamp(line, found.end + 1, level, stamp);
        }
        // `Sun Dec 4 …` with a weekday is ctime: other programs.
        if timestamp::begins_with_weekday(line, at)
            || byte(line, at + 3) != b' '
            || line[at..found.end].contains(&b',')
            || !matches!(byte(line, found.end), b' ' | b':')
        {
            return None;
        }
        let host = skip_blanks(line, found.end + usize::from(byte(line, found.end) == b':'));
        let stamp = ctx.clock.resolve(found.moment);
        let mut fields = after_host(line, host, level)?;
        if fields.source.get(line, &[]) == b"haproxy"
            && let Text::Line(message, _) = fields.message
            && let Some(proxied) = proxied(line, message as usize, ctx)
        {
            // The time of the request, in milliseconds; the program stays the source.
            return Some(Fields {
                source: fields.source,
                ..proxied
            });
        }
        // Products that put a format of their own behind the header say more than it does.
        if let Text::Line(message, _) = fields.message
            && let Some(inner) = match byte(line, message as usize) {
                b'C' | b'L' => cef::event(line, message as usize, ctx),
                b'%' => cisco::named(line, message as usize),
                _ => None,
            }
        {
            fields = inner;
        } else if let Text::Line(source, _) = fields.source
            && byte(line, source as usize) == b'%'
            && let Some(inner) = cisco::named(line, source as usize)
        {
            fields = inner;
        }
        fields.timestamp = Some(stamp);
        Some(fields)
    }
}

/// `<34>` and where the rest begins.
fn priority(line: &[u8]) -> (Option<Level>, usize) {
    if byte(line, 0) != b'<' {
        return (None, 0);
    }
    let end = digits_end(line, 1);
    if byte(line, end) != b'>' || !(2..=4).contains(&end) {
        return (None, 0);
    }
    let number = line[1..end]
        .iter()
        .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    if number > 191 {
        return (None, 0);
    }
    (
        Some(severity::from_priority(number)),
        skip_blanks(line, end + 1),
    )
}

/// `host tag[pid]: message`, or `tag[pid]: message` of a local socket, beginning at `at`.
pub(super) fn after_host(line: &[u8], at: usize, level: Option<Level>) -> Option<Fields> {
    let host_end = word_end(line, at);
    if host_end == at {
        return None;
    }
    // A level or a bracket there is an application's own layout.
    if matches!(line[at], b'[' | b'{' | b'"') || severity::from_word(&line[at..host_end]).is_some()
    {
        return None;
    }
    let tag_at = if line[host_end - 1] == b':' {
        at
    } else {
        skip_blanks(line, host_end)
    };
    Some(with_tag(line, tag_at, level))
}

fn with_tag(line: &[u8], at: usize, level: Option<Level>) -> Fields {
    let (source, message) = match tag(line, at) {
        Some(tag) => (Text::line(tag.name.0, tag.name.1), tag.rest),
        None => (Text::EMPTY, at),
    };
    let in_tag = line.get(at..message).and_then(level_in_tag);
    let level = level
        .or(in_tag)
        .or_else(|| leading_level(line, skip_blanks(line, message)).map(|found| found.0));
    Fields {
        level,
        source,
        ..Fields::of_message(rest(line, message))
    }
}

/// `util.py[DEBUG]:`
fn level_in_tag(tag: &[u8]) -> Option<Level> {
    let open = memchr::memrchr(b'[', tag)?;
    let close = memchr::memchr(b']', &tag[open..])? + open;
    severity::from_word(&tag[open + 1..close])
}

struct Tag {
    name: (usize, usize),
    rest: usize,
}

/// The program and what follows its colon; programs may carry a process id, blanks, versions and brackets.
fn tag(line: &[u8], at: usize) -> Option<Tag> {
    let window = &line[at..line.len().min(at + 160)];
    let mut from = 0;
    // The first colon that ends a word.
    let colon = loop {
        let idx = memchr::memchr(b':', &window[from..])? + from;
        if matches!(byte(line, at + idx + 1), b' ' | b'\t' | 0)
            || (idx > 0 && window[idx - 1] == b']')
        {
            break idx;
        }
        from = idx + 1;
    };
    let text = &window[..colon];
    let (start, end) = program(text)?;
    Some(Tag {
        name: (at + start, at + end),
        rest: at + colon + 1,
    })
}

/// The program's name within what stands before the colon.
fn program(text: &[u8]) -> Option<(usize, usize)> {
    let len = text.len();
    let first_end = memchr::memchr2(b' ', b'\t', text).unwrap_or(len);
    let open = memchr::memchr(b'[', text).unwrap_or(len);
    if first_end == len {
        return Some((0, if open > 0 { open } else { len }));
    }
    let last = text[len - 1];
    // Several words are a program only if a process id, bracket or version ends them.
    let is_version = text[first_end..]
        .iter()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b' '));
    let n_words = text
        .split(|byte| *byte == b' ')
        .filter(|word| !word.is_empty())
        .count();
    if n_words > 4 || !(last == b']' || last == b')' || is_version) {
        return None;
    }
    if is_version {
        return Some((0, len));
    }
    // `launchd[1] (com.example.agent[77])` is launchd, `[facility] util.py[12]` is util.py.
    if open > 0 && open < first_end {
        return Some((0, open));
    }
    if last == b')' {
        return text[0].is_ascii_alphanumeric().then_some((0, first_end));
    }
    let pid = memchr::memrchr(b'[', text)?;
    let is_words = text[0].is_ascii_alphanumeric();
    let start = if is_words {
        0
    } else {
        memchr::memrchr(b' ', &text[..pid]).map_or(0, |blank| blank + 1)
    };
    (start < pid).then_some((start, pid))
}

/// `host tag[pid]: message` or, where rsyslog writes its RFC 5424 files without priority, `host app pid id [data] message`.
fn with_iso_stamp(line: &[u8], at: usize, level: Option<Level>, stamp: Written) -> Option<Fields> {
    let host_end = word_end(line, at);
    let host = &line[at..host_end];
    let is_host = !host.is_empty()
        && host
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':'))
        && !host.ends_with(b":")
        && host.len() > 1
        && severity::from_word(host).is_none();
    if !is_host || byte(line, host_end) != b' ' {
        return None;
    }
    let app = host_end + 1;
    let app_end = word_end(line, app);
    if app_end == app {
        return None;
    }
    let stamped = |fields: Fields| Fields {
        timestamp: Some(stamp),
        ..fields
    };
    let proc_at = app_end + 1;
    let proc_end = word_end(line, proc_at);
    let id_end = word_end(line, proc_end + 1);
    let is_5424 = !matches!(line[app_end - 1], b':' | b']')
        && proc_end > proc_at
        && (digits_end(line, proc_at) == proc_end || &line[proc_at..proc_end] == b"-")
        && id_end > proc_end + 1
        && (byte(line, id_end + 1) == b'['
            || (byte(line, id_end + 1) == b'-' && byte(line, id_end + 2) == b' '));
    if is_5424 {
        return data_and_message(line, id_end + 1, level, Text::line(app, app_end)).map(stamped);
    }
    // Without a priority only a program with its colon tells that this is syslog.
    let tag = tag(line, app)?;
    let name = &line[tag.name.0..tag.name.1];
    let is_program =
        level.is_some() || (severity::from_word(name).is_none() && !name.contains(&b'='));
    is_program.then(|| stamped(with_tag(line, app, level)))
}

/// What follows `<165>1 `: timestamp, host, app, process, message id, structured data, message.
fn rfc5424(line: &[u8], at: usize, level: Option<Level>, ctx: &Context) -> Option<Fields> {
    let (timestamp, mut pos) = if byte(line, at) == b'-' {
        (None, at + 1)
    } else {
        let (stamp, end) = ctx.stamp_at(line, at)?;
        (Some(stamp), end)
    };
    let mut parts = [(0, 0); 4];
    for part in &mut parts {
        if byte(line, pos) != b' ' {
            return None;
        }
        *part = (pos + 1, word_end(line, pos + 1));
        pos = part.1;
    }
    if byte(line, pos) != b' ' {
        return None;
    }
    let (app, app_end) = parts[1];
    let source = if line[app..app_end] == *b"-" {
        Text::EMPTY
    } else {
        Text::line(app, app_end)
    };
    let fields = data_and_message(line, pos + 1, level, source)?;
    Some(Fields {
        timestamp,
        ..fields
    })
}

/// Structured data, `-` or elements in brackets, then the message with an optional byte order mark.
fn data_and_message(line: &[u8], at: usize, level: Option<Level>, source: Text) -> Option<Fields> {
    let mut pos = at;
    if byte(line, pos) == b'-' {
        pos += 1;
    } else {
        while byte(line, pos) == b'[' {
            pos = element_end(line, pos)?;
        }
    }
    let data = &line[at..pos];
    pos = skip_blanks(line, pos);
    if line[pos..].starts_with(b"\xef\xbb\xbf") {
        pos += 3;
    }
    let level = level
        .or_else(|| level_in_data(data))
        .or_else(|| leading_level(line, pos).map(|found| found.0));
    Some(Fields {
        level,
        source,
        ..Fields::of_message(rest(line, pos))
    })
}

/// End of `[id name="value" …]`; `\]` and `\"` inside values do not end it.
fn element_end(line: &[u8], at: usize) -> Option<usize> {
    let mut pos = at + 1;
    let mut is_quoted = false;
    while pos < line.len() {
        match line[pos] {
            b'\\' if is_quoted => pos += 1,
            b'"' => is_quoted = !is_quoted,
            b']' if !is_quoted => return Some(pos + 1),
            _ => {}
        }
        pos += 1;
    }
    None
}

/// `level="INFO"` among the structured data.
fn level_in_data(data: &[u8]) -> Option<Level> {
    let at = memchr::memmem::find(data, b" level=\"")? + 8;
    let len = memchr::memchr(b'"', &data[at..])?;
    severity::from_value(&data[at..at + len])
}
