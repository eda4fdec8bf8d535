//! logfmt: `time=… level=… msg="…" key=value`, of Go's logrus and slog, Heroku, Grafana and `HashiCorp`.
//!
//! Ordinary text may hold an `a=b`; a line counts only if it begins with a pair, nearly all of it is pairs, and at least one key is
//! a time, a level or a message.

use super::super::http_status::{Statuses, naming};
use super::super::json_scan::unescape;
use super::super::severity;
use super::super::timestamp;
use super::{Context, Fields, Format, Level, Sample, Text, byte, rest, skip_blanks, trimmed};

/// See the module.
pub(super) struct Logfmt;

const SAMPLES: &[Sample] = &[
    Sample {
        line: r#"time="2023-09-15T21:17:10.220731Z" level=error msg="could not read \"/srv/a\"" pod=cart-7 error="not found""#,
        timestamp: "2023-09-15T21:17:10.220731Z",
        level: Some(Level::Error),
        source: "",
        message: r#"could not read "/srv/a""#,
    },
    Sample {
        line: "logger=settings t=2023-04-24T19:51:48.520963849Z level=info msg=Starting version=11.5.2",
        timestamp: "2023-04-24T19:51:48.520963Z",
        level: Some(Level::Info),
        source: "settings",
        message: "Starting",
    },
    Sample {
        line: "ts=2023-04-24T19:51:48Z level=warn method=GET path=/cart status=404",
        timestamp: "2023-04-24T19:51:48Z",
        level: Some(Level::Warn),
        source: "",
        message: "method=GET path=/cart status=404",
    },
    Sample {
        line: r#"date=2024-03-11 time=15:04:22 devname="edge-1" type="traffic" level="notice" srcip=192.0.2.7 msg="session denied""#,
        timestamp: "2024-03-11T15:04:22Z",
        level: Some(Level::Notice),
        source: "",
        message: "session denied",
    },
];

impl Format for Logfmt {
    fn name(&self) -> &'static str {
        "logfmt"
    }

    fn title(&self) -> &'static str {
        "logfmt"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_alphabetic() || matches!(first, b'_' | b'@')
    }

    fn parse(&self, line: &[u8], ctx: &Context, scratch: &mut Vec<u8>) -> Option<Fields> {
        let mut fields = Fields::of_message(Text::EMPTY);
        let mut message: Option<Pair> = None;
        let (mut n_pairs, mut n_bare, mut n_known) = (0u32, 0u32, 0u32);
        // Firewalls write the date and the time of day under keys of their own.
        let mut date = None;
        let mut http = Statuses::default();
        let mut header_end = 0;
        let mut pos = skip_blanks(line, 0);
        while pos < line.len() {
            let Some(pair) = pair(line, pos) else {
                n_bare += 1;
                if n_pairs == 0 || n_bare > 2 + n_pairs {
                    return None;
                }
                pos = skip_blanks(line, super::word_end(line, pos));
                continue;
            };
            n_pairs += 1;
            let next = skip_blanks(line, pair.end);
            let is_lead = header_end == pos;
            let mut is_header = true;
            match &line[pos..pair.key_end] {
                b"time" | b"ts" | b"t" | b"timestamp" | b"@timestamp" | b"date" | b"datetime"
                    if fields.timestamp.is_none() =>
                {
                    let value = &line[pair.value.0..pair.value.1];
                    let found = match date {
                        Some((from, to)) => with_date(&line[from..to], value, ctx),
                        None => timestamp::find(value, 0, value.len().min(32), ctx.clock.order),
                    };
                    if found.is_none() {
                        date = Some(pair.value);
                    }
                    fields.timestamp = found.map(|found| ctx.clock.resolve(found.moment));
                    n_known += u32::from(found.is_some());
                }
                b"level" | b"lvl" | b"severity" | b"loglevel" | b"log_level" | b"log.level"
                    if fields.level.is_none() =>
                {
                    fields.level = severity::from_value(&line[pair.value.0..pair.value.1]);
                    n_known += u32::from(fields.level.is_some());
                }
                b"msg" | b"message" if message.is_none() => {
                    n_known += 1;
                    message = Some(pair);
                }
                b"logger" | b"component" | b"caller" | b"source" | b"module" | b"app"
                | b"service"
                    if fields.source.is_empty() =>
                {
                    fields.source = trimmed(line, pair.value.0, pair.value.1);
                }
                b"ip" | b"client_ip" | b"remote_addr" | b"client" | b"src_ip"
                    if fields.ip.is_none() =>
                {
                    fields.ip = Some(trimmed(line, pair.value.0, pair.value.1));
                    is_header = false;
                }
                b"user" | b"username" | b"uname" if fields.user.is_none() => {
                    fields.user = Some(trimmed(line, pair.value.0, pair.value.1));
                    is_header = false;
                }
                key => {
                    if let Some(naming) = naming(key) {
                        http.take(naming, &line[pair.value.0..pair.value.1]);
                    }
                    is_header = false;
                }
            }
            if is_lead && is_header {
                header_end = next;
            }
            pos = next;
        }
        if n_known == 0 || n_pairs < 2 || n_bare > n_pairs {
            return None;
        }
        fields.http_status = http.status();
        fields.message = match message {
            Some(pair) if pair.has_escape => {
                let from = scratch.len();
                unescape(&line[pair.value.0..pair.value.1], scratch);
                Text::scratch(from, scratch.len())
            }
            Some(pair) => trimmed(line, pair.value.0, pair.value.1),
            None if header_end < line.len() => rest(line, header_end),
            None => rest(line, 0),
        };
        Some(fields)
    }
}

/// A date and a time of day as one timestamp.
fn with_date(date: &[u8], time: &[u8], ctx: &Context) -> Option<timestamp::Found> {
    let mut both = [b' '; 48];
    both.get_mut(..date.len())?.copy_from_slice(date);
    let end = date.len() + 1 + time.len();
    both.get_mut(date.len() + 1..end)?.copy_from_slice(time);
    timestamp::find(&both[..end], 0, end, ctx.clock.order)
}

struct Pair {
    key_end: usize,
    value: (usize, usize),
    has_escape: bool,
    end: usize,
}

/// `key=value` or `key="value"` at `at`.
fn pair(line: &[u8], at: usize) -> Option<Pair> {
    let mut key_end = at;
    while byte(line, key_end).is_ascii_alphanumeric()
        || matches!(byte(line, key_end), b'_' | b'.' | b'-' | b'@' | b'/')
    {
        key_end += 1;
    }
    if key_end == at || byte(line, key_end) != b'=' {
        return None;
    }
    let start = key_end + 1;
    if byte(line, start) != b'"' {
        let end = super::word_end(line, start);
        return Some(Pair {
            key_end,
            value: (start, end),
            has_escape: false,
            end,
        });
    }
    let mut pos = start + 1;
    let mut has_escape = false;
    while let Some(idx) = memchr::memchr2(b'"', b'\\', line.get(pos..)?) {
        if line[pos + idx] == b'"' {
            let end = pos + idx;
            return Some(Pair {
                key_end,
                value: (start + 1, end),
                has_escape,
                end: end + 1,
            });
        }
        has_escape = true;
        pos += idx + 2;
    }
    // A quote that never closes: the rest of the line.
    Some(Pair {
        key_end,
        value: (start + 1, line.len()),
        has_escape,
        end: line.len(),
    })
}
