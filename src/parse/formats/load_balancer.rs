//! Access logs of load balancers and proxies that put the time first: AWS classic and application load balancers, Envoy, Squid.
//!
//! Sources of the layouts: the Elastic Load Balancing user guides ("Access logs"), Envoy's "Access logging" (default format
//! string), Squid's `logformat squid`.

use super::super::severity;
use super::{
    Context, Digits, Fields, Format, Level, Sample, Text, byte, digits_end, rest, skip_blanks,
    word_end,
};

/// See the module.
pub(super) struct LoadBalancer;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "2024-02-06T12:14:14.945958Z shop-lb 192.0.2.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 502 200 0 29 \"GET http://shop.example:80/ HTTP/1.1\" \"curl/7.38.0\" - -",
        timestamp: "2024-02-06T12:14:14.945958Z",
        level: Some(Level::Error),
        source: "shop-lb",
        message: "\"GET http://shop.example:80/ HTTP/1.1\" 502",
    },
    Sample {
        line: "2024-02-06T12:14:15.945958Z shop-lb 192.0.2.39:2817 10.0.0.1:80 0.001069 0.000028 0.000041 - - 82 305 \"- - - \" \"-\" - -",
        timestamp: "2024-02-06T12:14:15.945958Z",
        level: Some(Level::Info),
        source: "shop-lb",
        message: "\"- - - \" -",
    },
    Sample {
        line: "https 2024-07-02T22:23:00.186641Z app/shop-lb/50dc6c495c0c9188 192.0.2.39:2817 - -1 -1 -1 404 - 57 0 \"GET https://shop.example:443/a HTTP/1.1\" \"curl/7.46.0\" - - -",
        timestamp: "2024-07-02T22:23:00.186641Z",
        level: Some(Level::Warn),
        source: "app/shop-lb/50dc6c495c0c9188",
        message: "\"GET https://shop.example:443/a HTTP/1.1\" 404",
    },
    Sample {
        line: "[2024-03-11T15:04:22.123Z] \"GET /cart HTTP/1.1\" 503 UH 0 19 0 - \"-\" \"curl/8\" \"5c2e\" \"shop.example\" \"-\"",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: Some(Level::Error),
        source: "",
        message: "\"GET /cart HTTP/1.1\" 503 UH",
    },
    Sample {
        line: "1710169462.123    112 192.0.2.7 TCP_MISS/404 512 GET http://shop.example/ - DIRECT/198.51.100.7 text/html",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: Some(Level::Warn),
        source: "",
        message: "TCP_MISS/404 512 GET http://shop.example/ - DIRECT/198.51.100.7 text/html",
    },
];

impl Format for LoadBalancer {
    fn name(&self) -> &'static str {
        "loadBalancer"
    }

    fn title(&self) -> &'static str {
        "Load balancer or proxy access log"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_digit() || matches!(first, b'[' | b'h' | b'w' | b'g')
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        matches!(lead, Digits::DateT | Digits::Run(10, b'.'))
    }

    fn parse(&self, line: &[u8], ctx: &Context, scratch: &mut Vec<u8>) -> Option<Fields> {
        match line[0] {
            b'[' => envoy(line, ctx),
            b'1' if byte(line, 10) == b'.' => squid(line, ctx),
            b'0'..=b'9' => amazon(line, 0, ctx, scratch),
            _ => {
                let kind_end = word_end(line, 0);
                let is_kind = matches!(
                    &line[..kind_end],
                    b"http" | b"https" | b"h2" | b"grpcs" | b"ws" | b"wss"
                );
                is_kind
                    .then(|| amazon(line, kind_end + 1, ctx, scratch))
                    .flatten()
            }
        }
    }
}

/// `stamp name client backend time time time status status bytes bytes "request" …`
fn amazon(line: &[u8], at: usize, ctx: &Context, scratch: &mut Vec<u8>) -> Option<Fields> {
    let is_likely = byte(line, at + 10) == b'T'
        && byte(line, at + 19) == b'.'
        && byte(line, at + 26) == b'Z'
        && byte(line, at + 27) == b' ';
    if !is_likely {
        return None;
    }
    let mut words = [(0, 0); 10];
    let mut pos = at + 28;
    for word in &mut words {
        *word = (pos, word_end(line, pos));
        if word.1 == pos || byte(line, word.1) != b' ' {
            return None;
        }
        pos = word.1 + 1;
    }
    let [name, client, _, times @ .., status, _, _, _] = words;
    let is_number = |(start, end): (usize, usize)| {
        line[start..end]
            .iter()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
    };
    if !times.iter().all(|time| is_number(*time)) || !is_number(status) || byte(line, pos) != b'"' {
        return None;
    }
    let close = memchr::memchr(b'"', line.get(pos + 1..)?)? + pos + 2;
    let (stamp, _) = ctx.stamp_at(line, at)?;
    let from = scratch.len();
    scratch.extend_from_slice(&line[pos..close]);
    scratch.push(b' ');
    scratch.extend_from_slice(&line[status.0..status.1]);
    let port = memchr::memrchr(b':', &line[client.0..client.1]);
    Some(Fields {
        timestamp: Some(stamp),
        level: Some(status_level(&line[status.0..status.1])),
        source: Text::line(name.0, name.1),
        ip: Some(Text::line(
            client.0,
            port.map_or(client.1, |idx| client.0 + idx),
        )),
        ..Fields::of_message(Text::scratch(from, scratch.len()))
    })
}

/// `[stamp] "request" status flags …`
fn envoy(line: &[u8], ctx: &Context) -> Option<Fields> {
    if byte(line, 11) != b'T' {
        return None;
    }
    let (stamp, end) = ctx.stamp_at(line, 1)?;
    let request = end + 2;
    if !line[end..].starts_with(b"] \"") {
        return None;
    }
    let close = memchr::memchr(b'"', line.get(request + 1..)?)? + request + 1;
    let status = close + 2;
    let status_end = digits_end(line, status);
    if byte(line, close + 1) != b' ' || status_end == status {
        return None;
    }
    Some(Fields {
        timestamp: Some(stamp),
        level: Some(status_level(&line[status..status_end])),
        ..Fields::of_message(Text::line(request, word_end(line, status_end + 1)))
    })
}

/// `seconds.millis elapsed client code/status bytes method url user …`
fn squid(line: &[u8], ctx: &Context) -> Option<Fields> {
    let elapsed = skip_blanks(line, digits_end(line, 11));
    let elapsed_end = digits_end(line, elapsed);
    let client = elapsed_end + 1;
    let client_end = word_end(line, client);
    let code = client_end + 1;
    let slash = memchr::memchr(b'/', line.get(code..word_end(line, code))?)? + code;
    let status_end = digits_end(line, slash + 1);
    let is_squid = elapsed_end > elapsed
        && status_end == slash + 4
        && byte(line, status_end) == b' '
        && line[code..slash]
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || *byte == b'_');
    if !is_squid {
        return None;
    }
    let found = super::timestamp::at(line, 0, ctx.clock.order, true)?;
    Some(Fields {
        timestamp: Some(ctx.clock.resolve(found.moment)),
        level: Some(status_level(&line[slash + 1..status_end])),
        ip: Some(Text::line(client, client_end)),
        ..Fields::of_message(rest(line, code))
    })
}

fn status_level(status: &[u8]) -> Level {
    let number = status
        .iter()
        .take(4)
        .filter(|byte| byte.is_ascii_digit())
        .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    severity::from_http_status(number)
}
