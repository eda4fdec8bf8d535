//! JSON objects, one per line: Logstash, Elastic Common Schema, `OpenTelemetry`, Docker, journald, pino, bunyan, winston, zap,
//! logrus, slog, Serilog, `MongoDB`, tracing and whatever else writes keys that people would guess.
//!
//! Keys are looked up in a table that ranks them, because objects often carry several candidates (`timestamp` and `@timestamp`,
//! `log` and `message`). One level of nesting counts too, under its dotted name (`log.level`) or inside the usual wrappers
//! (`fields`, `attributes`).

use super::super::json_scan::{Members, Value, skip_space, unescape};
use super::super::parser::parse_inner;
use super::super::severity;
use super::super::timestamp::{self, DayMonth};
use super::{Context, Fields, Format, Level, Sample, Text, rest, trimmed};
use crate::base::time::{SECOND, Timestamp};
use crate::base::written::Written;

/// See the module.
pub(super) struct Json;

const SAMPLES: &[Sample] = &[
    Sample {
        line: r#"{"@timestamp":"2023-05-20T12:22:19.250Z","log.level":"WARN","message":"slow \"query\"","log.logger":"db","ecs.version":"1.6.0"}"#,
        timestamp: "2023-05-20T12:22:19.250Z",
        level: Some(Level::Warn),
        source: "db",
        message: "slow \"query\"",
    },
    Sample {
        line: r#"{"level":50,"time":1684585339250,"pid":7,"name":"cart","msg":"checkout failed"}"#,
        timestamp: "2023-05-20T12:22:19.250Z",
        level: Some(Level::Error),
        source: "cart",
        message: "checkout failed",
    },
    Sample {
        line: r#"{"log":"2023-05-20 12:22:19 ERROR shop.Cart: price missing\n","stream":"stderr","time":"2023-05-20T12:22:19.3Z"}"#,
        timestamp: "2023-05-20T12:22:19.300Z",
        level: Some(Level::Error),
        source: "shop.Cart",
        message: "price missing",
    },
    Sample {
        line: r#"{"t":{"$date":"2023-05-20T12:22:19.401+00:00"},"s":"I",  "c":"NETWORK",  "id":22943, "ctx":"listener","msg":"Connection accepted"}"#,
        timestamp: "2023-05-20T12:22:19.401Z",
        level: Some(Level::Info),
        source: "NETWORK",
        message: "Connection accepted",
    },
    Sample {
        line: r#"{ "__REALTIME_TIMESTAMP" : "1684585339250000", "PRIORITY" : "3", "SYSLOG_IDENTIFIER" : "sshd", "MESSAGE" : "fatal: no key" }"#,
        timestamp: "2023-05-20T12:22:19.250Z",
        level: Some(Level::Error),
        source: "sshd",
        message: "fatal: no key",
    },
    Sample {
        line: r#"{"timestamp":"2023-05-20T12:22:19.821315Z","level":"INFO","fields":{"message":"ready","port":80},"target":"web::server"}"#,
        timestamp: "2023-05-20T12:22:19.821315Z",
        level: Some(Level::Info),
        source: "web::server",
        message: "ready",
    },
    Sample {
        line: r#"{"timestamp_ns":"1684585339250000000","severity_number":17,"body":"out of memory"}"#,
        timestamp: "2023-05-20T12:22:19.250Z",
        level: Some(Level::Error),
        source: "",
        message: "out of memory",
    },
    Sample {
        line: r#"{"ts":1684585339.25,"status":200,"path":"/a"}"#,
        timestamp: "2023-05-20T12:22:19.250Z",
        level: None,
        source: "",
        message: r#"{"ts":1684585339.25,"status":200,"path":"/a"}"#,
    },
    Sample {
        line: r#"{"resourceLogs":[{"resource":{"attributes":[]},"scopeLogs":[{"scope":{"name":"shop.cart"},"logRecords":[{"timeUnixNano":"1684585339250000000","severityNumber":17,"body":{"stringValue":"price missing"}}]}]}]}"#,
        timestamp: "2023-05-20T12:22:19.250Z",
        level: Some(Level::Error),
        source: "shop.cart",
        message: "price missing",
    },
    Sample {
        line: r#"{"@t":"2023-05-20T12:22:19.2500000Z","@mt":"Cart {Id} loaded","Id":7}"#,
        timestamp: "2023-05-20T12:22:19.250Z",
        level: Some(Level::Info),
        source: "",
        message: "Cart {Id} loaded",
    },
];

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn title(&self) -> &'static str {
        "JSON lines"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        matches!(first, b'{' | b' ' | b'\t')
    }

    fn parse(&self, line: &[u8], ctx: &Context, scratch: &mut Vec<u8>) -> Option<Fields> {
        let open = skip_space(line, 0);
        if line.get(open) != Some(&b'{') {
            return None;
        }
        let mut found = Candidates::default();
        let mut members = Members::of(line, open);
        let mut n_members = 0;
        for (key, value) in members.by_ref() {
            n_members += 1;
            found.is_clef |= line[key.0..key.1] == *b"@t";
            found.take(line, &line[key.0..key.1], value, 0);
            match value {
                Value::Object(start, _) => found.take_nested(line, &line[key.0..key.1], start),
                Value::Array(start, end) if line[key.0..key.1] == *b"resourceLogs" => {
                    found.take_otlp(line, start, end);
                }
                _ => {}
            }
        }
        // Text cut short by a full disk or a line limit still says what it said.
        let is_known =
            found.timestamp.is_some() || found.message.is_some() || found.level.is_some();
        if n_members == 0 || (!members.is_closed && !is_known) {
            return None;
        }
        if members.is_closed && skip_space(line, members.end()) < line.len() && !is_known {
            return None;
        }
        Some(found.fields(line, ctx, scratch))
    }
}

/// Which field a key may fill, and how good a candidate it is; smaller is better.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Timestamp(u8),
    /// Nanoseconds whatever the number of digits; a second part of `epochSecond`.
    Nanos,
    Level(u8, Ladder),
    Source(u8),
    Message(u8),
    Ip(u8),
    User(u8),
}

/// How to read a number under a level key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ladder {
    Usual,
    Syslog,
    Otel,
    Python,
}

/// The longest key that is looked up.
const MAX_KEY: usize = 40;

#[rustfmt::skip]
fn role(key: &[u8]) -> Option<Role> {
    use Ladder::{Otel, Python, Syslog, Usual};
    use Role::{Ip, Level, Message, Nanos, Source, Timestamp, User};
    Some(match key {
        b"@timestamp" => Timestamp(0),
        b"timestamp" | b"__realtime_timestamp" | b"timestamp_ns" | b"timeunixnano" | b"time_unix_nano" => Timestamp(1),
        b"time" | b"@t" | b"t" | b"instant.epochsecond" => Timestamp(2),
        b"ts" | b"datetime" | b"date_time" | b"asctime" | b"eventtime" | b"event_time" | b"logtime" | b"log_time" | b"time_local"
        | b"time_iso8601" | b"timestamp_ms" | b"timestampms" | b"unixtime" | b"epoch" | b"event.created" | b"created_at" | b"createdat"
        | b"date" | b"created" | b"eventtimestamp" | b"event_timestamp" | b"_source_realtime_timestamp" | b"systemtime"
        | b"timemillis" | b"started_at" | b"start_time" | b"starttime" | b"msec" | b"observedtimeunixnano"
        | b"edgestarttimestamp" | b"requesttime" | b"request_time_local" => Timestamp(3),
        b"instant.nanoofsecond" => Nanos,
        b"level" | b"severity" | b"log.level" | b"loglevel" | b"log_level" | b"levelname" | b"level_name" | b"@l" | b"severity_text"
        | b"severitytext" => Level(0, Usual),
        b"lvl" | b"s" | b"priority" | b"levelstring" | b"log.syslog.severity.name" | b"error_severity" => Level(1, if key == b"priority" { Syslog } else { Usual }),
        b"severity_number" | b"severitynumber" => Level(2, Otel),
        b"levelno" => Level(2, Python),
        b"syslog_severity" | b"log.syslog.severity.code" => Level(3, Syslog),
        b"logger" | b"log.logger" | b"logger_name" | b"loggername" => Source(0),
        b"name" | b"component" | b"syslog_identifier" | b"source" | b"target" | b"c" | b"sourcecontext" | b"scope_name" => Source(1),
        b"service" | b"service.name" | b"service_name" | b"program" | b"app" | b"application" | b"module" | b"process.name"
        | b"caller" | b"category" | b"channel" | b"_comm" | b"appname" | b"app_name" | b"tag" | b"kubernetes.container_name" => Source(2),
        b"message" | b"msg" | b"short_message" | b"@m" => Message(0),
        b"log" | b"body" | b"text" | b"body.stringvalue" | b"textpayload" | b"logmessage" | b"log_message" | b"@mt"
        | b"jsonpayload.message" | b"body.message" => Message(1),
        b"event" | b"description" | b"full_message" | b"error" | b"error.message" | b"messagetemplate" | b"renderedmessage" => Message(2),
        b"client_ip" | b"clientip" | b"remote_addr" | b"remoteaddr" | b"remote_ip" | b"client.ip" | b"source.ip" | b"src_ip" | b"srcip"
        | b"sourceipaddress" | b"request.client_ip" => Ip(0),
        b"ip" | b"ip_address" | b"ipaddress" | b"client" | b"remote_host" | b"host.ip" | b"request.remote_ip" => Ip(1),
        b"user" | b"user.name" | b"username" | b"user_name" | b"userid" | b"user_id" | b"remote_user" => User(0),
        b"user.id" | b"uid" | b"login" | b"account" | b"acct" => User(1),
        _ => return None,
    })
}

/// Objects whose members count as if they stood outside.
fn is_wrapper(key: &[u8]) -> bool {
    matches!(
        key,
        b"fields"
            | b"@fields"
            | b"attributes"
            | b"log"
            | b"event"
            | b"record"
            | b"data"
            | b"payload"
            | b"jsonpayload"
            | b"properties"
            | b"context"
    )
}

/// Objects whose members are looked at; all others only cost time.
fn is_parent(key: &[u8]) -> bool {
    is_wrapper(key)
        || matches!(
            key,
            b"error"
                | b"body"
                | b"service"
                | b"process"
                | b"source"
                | b"client"
                | b"user"
                | b"host"
                | b"request"
                | b"instant"
                | b"kubernetes"
                | b"t"
                | b"ts"
                | b"time"
                | b"timestamp"
                | b"@timestamp"
                | b"date"
        )
}

/// The best value so far for one field.
type Best = Option<(u8, Value)>;

#[derive(Default)]
struct Candidates {
    timestamp: Best,
    nanos: Best,
    level: Option<(u8, Ladder, Value)>,
    source: Best,
    message: Best,
    ip: Best,
    user: Best,
    /// Serilog's compact format leaves the level out where it is information.
    is_clef: bool,
}

fn better(best: &mut Best, rank: u8, value: Value) {
    if best.is_none_or(|(old, _)| rank < old) {
        *best = Some((rank, value));
    }
}

fn lowered<'a>(key: &[u8], buffer: &'a mut [u8; 2 * MAX_KEY + 1]) -> Option<&'a [u8]> {
    let slot = buffer.get_mut(..key.len())?;
    slot.copy_from_slice(key);
    slot.make_ascii_lowercase();
    Some(slot)
}

impl Candidates {
    fn take(&mut self, line: &[u8], key: &[u8], value: Value, penalty: u8) {
        let mut buffer = [0; 2 * MAX_KEY + 1];
        if key.len() > MAX_KEY {
            return;
        }
        let Some(role) = lowered(key, &mut buffer).and_then(role) else {
            return;
        };
        let text = match value {
            Value::String(start, end, _) | Value::Scalar(start, end) => &line[start..end],
            Value::Object(..) | Value::Array(..) => return,
        };
        if text.is_empty() || text == b"null" {
            return;
        }
        let is_string = matches!(value, Value::String(..));
        match role {
            // A flag or a small number under `date` is not a time; nor is text without a digit.
            Role::Timestamp(rank) if text.len() >= 8 && text.iter().any(u8::is_ascii_digit) => {
                better(&mut self.timestamp, rank + penalty, value);
            }
            Role::Nanos => better(&mut self.nanos, penalty, value),
            Role::Level(rank, ladder)
                if self.level.is_none_or(|(old, ..)| rank + penalty < old)
                    && level(text, ladder).is_some() =>
            {
                self.level = Some((rank + penalty, ladder, value));
            }
            Role::Source(rank) if is_string => better(&mut self.source, rank + penalty, value),
            Role::Message(rank) if is_string => better(&mut self.message, rank + penalty, value),
            Role::Ip(rank) if is_string => better(&mut self.ip, rank + penalty, value),
            Role::User(rank) if text != b"-" && text != b"--" => {
                better(&mut self.user, rank + penalty, value);
            }
            _ => {}
        }
    }

    fn take_nested(&mut self, line: &[u8], parent: &[u8], at: usize) {
        if parent.len() > MAX_KEY {
            return;
        }
        let mut buffer = [0; 2 * MAX_KEY + 1];
        let lowered = lowered(parent, &mut buffer).unwrap_or_default();
        if !is_parent(lowered) {
            return;
        }
        let is_wrapper = is_wrapper(lowered);
        for ((start, end), value) in Members::of(line, at) {
            let key = &line[start..end];
            if key.len() > MAX_KEY {
                continue;
            }
            if key.first() == Some(&b'$') {
                // MongoDB's extended JSON: `{"$date": "…"}` is the value.
                self.take(line, parent, value, 0);
                continue;
            }
            let mut path = [0; 2 * MAX_KEY + 1];
            path[..parent.len()].copy_from_slice(parent);
            path[parent.len()] = b'.';
            path[parent.len() + 1..=parent.len() + key.len()].copy_from_slice(key);
            self.take(line, &path[..=parent.len() + key.len()], value, 4);
            if is_wrapper {
                self.take(line, key, value, 8);
            }
        }
    }

    /// An export of `OpenTelemetry` (OTLP/JSON) may hold many records; the line says what the first of them says.
    fn take_otlp(&mut self, line: &[u8], start: usize, end: usize) {
        let inside = &line[start..end];
        if let Some(idx) = memchr::memmem::find(inside, b"\"scope\"")
            && let Some(open) = memchr::memchr(b'{', &inside[idx..])
        {
            for (key, value) in Members::of(line, start + idx + open) {
                if line[key.0..key.1] == *b"name" {
                    self.take(line, b"scope_name", value, 0);
                }
            }
        }
        let Some(idx) = memchr::memmem::find(inside, b"\"logRecords\"") else {
            return;
        };
        let Some(open) = memchr::memchr(b'{', &inside[idx..]) else {
            return;
        };
        for (key, value) in Members::of(line, start + idx + open) {
            let name = &line[key.0..key.1];
            self.take(line, name, value, 0);
            if let Value::Object(at, _) = value {
                self.take_nested(line, name, at);
            }
        }
    }

    fn fields(&self, line: &[u8], ctx: &Context, scratch: &mut Vec<u8>) -> Fields {
        let order = ctx.clock.order;
        let timestamp = self.timestamp.and_then(|(_, value)| {
            let nanos = self
                .nanos
                .and_then(|(_, nanos)| integer(line, nanos))
                .unwrap_or(0);
            time(line, value, order, ctx).map(|stamp| stamp.plus(nanos / 1000))
        });
        let level = self.level.and_then(|(_, ladder, value)| match value {
            Value::String(start, end, _) | Value::Scalar(start, end) => {
                level(&line[start..end], ladder)
            }
            Value::Object(..) | Value::Array(..) => None,
        });
        let level = level.or_else(|| self.is_clef.then_some(Level::Info));
        let text =
            |best: Best, scratch: &mut Vec<u8>| best.map(|(_, value)| text(line, value, scratch));
        let mut fields = Fields {
            timestamp,
            level,
            source: text(self.source, scratch).unwrap_or(Text::EMPTY),
            message: text(self.message, scratch).unwrap_or_else(|| rest(line, 0)),
            ip: text(self.ip, scratch),
            user: text(self.user, scratch),
        };
        if self.message.is_some() && !ctx.is_inner {
            unwrap_message(line, ctx, scratch, &mut fields);
        }
        fields
    }
}

/// Containers wrap the lines of programs: what the inner line says fills what the object leaves open.
fn unwrap_message(line: &[u8], ctx: &Context, scratch: &mut Vec<u8>, fields: &mut Fields) {
    let Some(inner) = parse_inner(fields.message, line, ctx, scratch) else {
        return;
    };
    // A program's own header has a time, or the whole message is an object again; a colon alone is a sentence.
    if inner.timestamp.is_some() {
        fields.message = inner.message;
        if fields.source.is_empty() {
            fields.source = inner.source;
        }
    }
    fields.timestamp = fields.timestamp.or(inner.timestamp);
    fields.level = fields.level.or(inner.level);
    fields.ip = fields.ip.or(inner.ip);
    fields.user = fields.user.or(inner.user);
}

/// The text of a value: in place, or unescaped into the scratch buffer.
fn text(line: &[u8], value: Value, scratch: &mut Vec<u8>) -> Text {
    match value {
        Value::String(start, end, true) => {
            let from = scratch.len();
            unescape(&line[start..end], scratch);
            trimmed_scratch(scratch, from)
        }
        Value::String(start, end, false) | Value::Scalar(start, end) => trimmed(line, start, end),
        Value::Object(start, end) | Value::Array(start, end) => Text::line(start, end),
    }
}

fn trimmed_scratch(scratch: &[u8], from: usize) -> Text {
    match trimmed(scratch, from, scratch.len()) {
        Text::Line(start, end) | Text::Scratch(start, end) => Text::Scratch(start, end),
    }
}

fn integer(line: &[u8], value: Value) -> Option<i64> {
    match value {
        Value::String(start, end, _) | Value::Scalar(start, end) => {
            std::str::from_utf8(&line[start..end]).ok()?.parse().ok()
        }
        Value::Object(..) | Value::Array(..) => None,
    }
}

fn level(text: &[u8], ladder: Ladder) -> Option<Level> {
    let number = || std::str::from_utf8(text).ok()?.parse().ok();
    match ladder {
        Ladder::Usual => severity::from_value(text),
        Ladder::Syslog => number().map_or_else(
            || severity::from_value(text),
            |number: i64| u32::try_from(number).ok().map(severity::from_priority),
        ),
        Ladder::Otel => number().and_then(severity::from_otel),
        Ladder::Python => number().and_then(severity::from_python),
    }
}

/// A time as text in any shape, or as a number of seconds, milliseconds, microseconds or nanoseconds.
fn time(line: &[u8], value: Value, order: DayMonth, ctx: &Context) -> Option<Written> {
    let (start, end) = match value {
        Value::String(start, end, _) | Value::Scalar(start, end) => (start, end),
        Value::Object(..) | Value::Array(..) => return None,
    };
    let text = &line[start..end];
    if matches!(value, Value::Scalar(..)) && text.contains(&b'e') | text.contains(&b'E') {
        // Some encoders write 1.68458533925e+09.
        let seconds: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
        return (6e8..4.2e9)
            .contains(&seconds)
            .then_some(Written::instant(Timestamp(
                (seconds * SECOND as f64) as i64,
            )));
    }
    if text.first()?.is_ascii_digit()
        && text
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b'.')
    {
        return epoch(text);
    }
    let found = timestamp::find(text, 0, text.len().min(64), order)?;
    Some(ctx.clock.resolve(found.moment))
}

/// Digits with an optional fraction; the unit is told by the size.
fn epoch(text: &[u8]) -> Option<Written> {
    let point = memchr::memchr(b'.', text).unwrap_or(text.len());
    let whole: i64 = std::str::from_utf8(&text[..point]).ok()?.parse().ok()?;
    let mut nanos = 0;
    for idx in 1..10 {
        let digit = text.get(point + idx).filter(|byte| byte.is_ascii_digit());
        nanos = nanos * 10 + digit.map_or(0, |digit| i64::from(digit - b'0'));
    }
    let micros = match point {
        9 | 10 => whole * SECOND + nanos / 1000,
        12 | 13 => whole * 1000 + nanos / 1_000_000,
        15 | 16 => whole,
        18 | 19 => whole / 1000,
        14 => {
            return timestamp::at(text, 0, DayMonth::MonthFirst, true).and_then(
                |found| match found.moment {
                    timestamp::Moment::Local(local) => Some(Written::local(local)),
                    _ => None,
                },
            );
        }
        _ => return None,
    };
    Some(Written::instant(Timestamp(micros)))
}
