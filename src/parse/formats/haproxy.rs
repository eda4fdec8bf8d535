//! `HAProxy`: its HTTP and TCP lines with the client in front, on their own or behind a syslog header.
//!
//! Source of the layouts: `HAProxy` configuration manual, chapter 8.2 (`option httplog`, `option tcplog`).

use super::super::severity;
use super::{
    Context, Digits, Fields, Format, Level, Sample, Text, byte, digits_end, rest, word_end,
};

/// See the module.
pub(super) struct Haproxy;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "192.0.2.7:33317 [06/Feb/2024:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {shop.example} {} \"GET /index.html HTTP/1.1\"",
        timestamp: "2024-02-06T12:14:14.655Z",
        level: Some(Level::Info),
        source: "http-in",
        message: "static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {shop.example} {} \"GET /index.html HTTP/1.1\"",
    },
    Sample {
        line: "192.0.2.7:33313 [06/Feb/2024:12:12:51.443] mail-in mail/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0",
        timestamp: "2024-02-06T12:12:51.443Z",
        level: Some(Level::Info),
        source: "mail-in",
        message: "mail/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0",
    },
    Sample {
        line: "2001:db8::7:33318 [06/Feb/2024:12:14:15.001] http-in~ static/<NOSRV> 0/-1/-1/-1/0 503 212 - - SC-- 1/1/1/1/0 0/0 \"GET / HTTP/1.1\"",
        timestamp: "2024-02-06T12:14:15.001Z",
        level: Some(Level::Error),
        source: "http-in~",
        message: "static/<NOSRV> 0/-1/-1/-1/0 503 212 - - SC-- 1/1/1/1/0 0/0 \"GET / HTTP/1.1\"",
    },
];

impl Format for Haproxy {
    fn name(&self) -> &'static str {
        "haproxy"
    }

    fn title(&self) -> &'static str {
        "HAProxy"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_hexdigit() || first == b':'
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        matches!(lead, Digits::Run(_, next) if !matches!(next, b' ' | b'/'))
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        proxied(line, 0, ctx)
    }
}

/// `client:port [accept date] frontend backend/server timers …` that begins at `at`.
pub(super) fn proxied(line: &[u8], at: usize, ctx: &Context) -> Option<Fields> {
    let client_end = word_end(line, at);
    let open = client_end + 1;
    if byte(line, open) != b'[' || byte(line, open + 3) != b'/' || byte(line, open + 21) != b'.' {
        return None;
    }
    let client = &line[at..client_end];
    let colon = memchr::memrchr(b':', client)?;
    let is_port = colon + 1 < client.len() && client[colon + 1..].iter().all(u8::is_ascii_digit);
    let (stamp, end) = ctx.stamp_at(line, open + 1)?;
    if !is_port || byte(line, end) != b']' || byte(line, end + 1) != b' ' {
        return None;
    }
    let frontend = end + 2;
    let frontend_end = word_end(line, frontend);
    let server = frontend_end + 1;
    if !line.get(server..word_end(line, server))?.contains(&b'/') {
        // `frontend/listener: SSL handshake failure`
        return Some(Fields {
            timestamp: Some(stamp),
            level: Some(Level::Warn),
            ip: Some(Text::line(at, at + colon)),
            ..Fields::of_message(rest(line, frontend))
        });
    }
    Some(Fields {
        timestamp: Some(stamp),
        level: Some(level(line, server)),
        source: Text::line(frontend, frontend_end),
        ip: Some(Text::line(at, at + colon)),
        ..Fields::of_message(rest(line, server))
    })
}

/// HTTP lines have five timers before the status, TCP lines three and no status.
fn level(line: &[u8], server: usize) -> Level {
    let timers = word_end(line, server) + 1;
    let timers_end = word_end(line, timers);
    let n_timers = 1 + line
        .get(timers..timers_end)
        .map_or(0, |timers| memchr::memchr_iter(b'/', timers).count());
    let status = timers_end + 1;
    if n_timers < 5 || digits_end(line, status) != status + 3 {
        return Level::Info;
    }
    let status = line[status..status + 3]
        .iter()
        .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    severity::from_http_status(status)
}
