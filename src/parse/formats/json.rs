//! JSON objects, one per line: Logstash, Elastic Common Schema, `OpenTelemetry`, Docker, journald, pino, bunyan, winston, zap,
//! logrus, slog, Serilog, `MongoDB`, tracing and whatever else writes keys that people would guess.
//!
//! Keys are looked up in a table that ranks them, because objects often carry several candidates (`timestamp` and `@timestamp`,
//! `log` and `message`). One level of nesting counts too, under its dotted name (`log.level`) or inside the usual wrappers
//! (`fields`, `attributes`).

use super::super::http_status::Statuses;
use super::super::json_scan::{Members, Value, skip_space, value as json_value};
use super::super::parser::parse_inner;
use super::{Context, Fields, Format, Level, Sample, Text, rest};
use keys::{Ladder, MAX_KEY, Role, is_parent, is_path, is_wrapper, role};
use value::{integer, level, text, time};

mod keys;
mod value;

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
        line: r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]},"scopeLogs":[{"scope":{},"logRecords":[{"timeUnixNano":"1684585339250000000","severityText":"WARN","body":{"stringValue":"price missing"}}]}]}]}"#,
        timestamp: "2023-05-20T12:22:19.250Z",
        level: Some(Level::Warn),
        source: "cart",
        message: "price missing",
    },
    Sample {
        line: r#"{"@t":"2023-05-20T12:22:19.2500000Z","@mt":"Cart {Id} loaded","Id":7}"#,
        timestamp: "2023-05-20T12:22:19.250Z",
        level: Some(Level::Info),
        source: "",
        message: "Cart {Id} loaded",
    },
    Sample {
        line: r#"{"insertId":"7","jsonPayload":{"context":{"data":{"msg":"price missing"}}},"severity":"ERROR","timestamp":"2023-05-20T12:22:19.25Z"}"#,
        timestamp: "2023-05-20T12:22:19.250Z",
        level: Some(Level::Error),
        source: "",
        message: "price missing",
    },
    Sample {
        line: r#"{"eventTime":"2023-05-20T12:22:19Z","eventSource":"s3.example.com","eventName":"GetObject","errorCode":"AccessDenied"}"#,
        timestamp: "2023-05-20T12:22:19Z",
        level: None,
        source: "s3.example.com",
        message: "GetObject",
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
                Value::Object(start, _) => found.take_nested(line, &line[key.0..key.1], start, 0),
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

/// Wrappers that may stand in each other.
const WRAPPERS: u8 = 3;

/// Whether the object that opens at `at` has a time or a message of its own.
pub(super) fn says_something(text: &[u8], at: usize) -> bool {
    let mut found = Candidates::default();
    for ((start, end), value) in Members::of(text, at) {
        found.take(text, &text[start..end], value, 0);
    }
    found.timestamp.is_some() || found.message.is_some()
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
    http: Statuses,
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
            Role::Http(naming) => self.http.take(naming, text),
            _ => {}
        }
    }

    /// `depth`: how many wrappers the parent itself stands in.
    fn take_nested(&mut self, line: &[u8], parent: &[u8], at: usize, depth: u8) {
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
                self.take(line, parent, value, 16 * depth);
                continue;
            }
            let mut path = [0; 2 * MAX_KEY + 1];
            path[..parent.len()].copy_from_slice(parent);
            path[parent.len()] = b'.';
            path[parent.len() + 1..=parent.len() + key.len()].copy_from_slice(key);
            self.take(
                line,
                &path[..=parent.len() + key.len()],
                value,
                4 + 16 * depth,
            );
            if is_wrapper {
                self.take(line, key, value, 8 + 16 * depth);
            }
            if let Value::Object(at, _) = value
                && (is_wrapper || is_path(lowered))
                && depth < WRAPPERS
            {
                self.take_nested(line, key, at, depth + 1);
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
        if let Some(service) = memchr::memmem::find(&inside[..idx], b"\"service.name\"")
            && let Some(len) = memchr::memmem::find(&inside[service..idx], b"\"stringValue\":")
            && let Some((name, _)) = json_value(
                line,
                skip_space(line, start + service + len + b"\"stringValue\":".len()),
            )
        {
            self.take(line, b"service.name", name, 0);
        }
        let Some(open) = memchr::memchr(b'{', &inside[idx..]) else {
            return;
        };
        for (key, value) in Members::of(line, start + idx + open) {
            let name = &line[key.0..key.1];
            self.take(line, name, value, 0);
            if let Value::Object(at, _) = value {
                self.take_nested(line, name, at, 0);
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
            http_status: self.http.status(),
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
    fields.http_status = fields.http_status.or(inner.http_status);
}
