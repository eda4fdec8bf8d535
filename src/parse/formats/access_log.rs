//! Access logs of Apache, nginx and the servers that copy them (Python, Django): common, combined, with a virtual host in front,
//! with any fields behind.
//!
//! The message is request, status and bytes: what a person reads first. Referrer and agent vary per client and would only split
//! what belongs together. Requests that are no HTTP (TLS hellos, scans) are kept as they are.

use super::super::severity;
use super::super::timestamp;
use super::{
    Context, Digits, Fields, Format, Level, Sample, Text, byte, digits_end, rest, trimmed,
};

/// See the module.
pub(super) struct AccessLog;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "203.0.113.9 - alice [10/Oct/2023:13:55:36 -0700] \"GET /index.html HTTP/1.1\" 200 2326",
        timestamp: "2023-10-10T20:55:36Z",
        level: Some(Level::Info),
        source: "",
        message: "\"GET /index.html HTTP/1.1\" 200 2326",
    },
    Sample {
        line: "2001:db8::7 - - [10/Oct/2023:13:55:37 +0000] \"POST /cart?id=7 HTTP/2.0\" 502 - \"https://shop.example/\" \"Mozilla/5.0 (X11)\" 0.031",
        timestamp: "2023-10-10T13:55:37Z",
        level: Some(Level::Error),
        source: "",
        message: "\"POST /cart?id=7 HTTP/2.0\" 502 -",
    },
    Sample {
        line: "shop.example:443 198.51.100.4 - - [10/Oct/2023:13:55:38 +0000] \"GET /a\\\"b HTTP/1.1\" 404 12 \"-\" \"-\"",
        timestamp: "2023-10-10T13:55:38Z",
        level: Some(Level::Warn),
        source: "shop.example:443",
        message: "\"GET /a\\\"b HTTP/1.1\" 404 12",
    },
    Sample {
        line: "198.51.100.4 - - [10/Oct/2023:13:55:39 +0000] \"\\x16\\x03\\x01\" 400 0 \"-\" \"-\"",
        timestamp: "2023-10-10T13:55:39Z",
        level: Some(Level::Warn),
        source: "",
        message: "\"\\x16\\x03\\x01\" 400 0",
    },
    Sample {
        line: "198.51.100.4 - - [10/Oct/2023 13:55:39] \"GET /a HTTP/1.1\" 404 -",
        timestamp: "2023-10-10T13:55:39Z",
        level: Some(Level::Warn),
        source: "",
        message: "\"GET /a HTTP/1.1\" 404 -",
    },
    Sample {
        line: "[10/Oct/2023 13:55:39] \"GET /a HTTP/1.1\" 500 1234",
        timestamp: "2023-10-10T13:55:39Z",
        level: Some(Level::Error),
        source: "",
        message: "\"GET /a HTTP/1.1\" 500 1234",
    },
];

impl Format for AccessLog {
    fn name(&self) -> &'static str {
        "accessLog"
    }

    fn title(&self) -> &'static str {
        "Apache/nginx access log"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_alphanumeric() || matches!(first, b':' | b'-' | b'"' | b'[')
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        matches!(lead, Digits::Run(_, next) if !matches!(next, b' ' | b'/'))
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        if line[0] == b'[' && !matches!((byte(line, 2), byte(line, 3)), (b'/', _) | (_, b'/')) {
            return None;
        }
        let open = stamp_bracket(line)?;
        let found = timestamp::at(line, open + 1, ctx.clock.order, false)?;
        let after = byte(line, found.end) == b']' && byte(line, found.end + 1) == b' ';
        let request = found.end + 2;
        if !after || (byte(line, request) != b'"' && !byte(line, request).is_ascii_digit()) {
            return None;
        }
        // Django's own server names no client.
        let client = if open == 0 {
            None
        } else {
            Some(client(&line[..open])?)
        };
        let (end, status) = request_end(line, request);
        let message = match end {
            Some(end) => Text::line(request, end),
            None => rest(line, request),
        };
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(found.moment)),
            level: Some(severity::from_http_status(status)),
            source: client.as_ref().map_or(Text::EMPTY, |client| client.host),
            message,
            ip: client.as_ref().map(|client| client.ip),
            user: client.and_then(|client| client.user),
            http_status: u16::try_from(status).ok(),
        })
    }
}

/// The bracket that opens `[10/Oct/2023:13:55:36`, wherever earlier fields end.
fn stamp_bracket(line: &[u8]) -> Option<usize> {
    let head = &line[..line.len().min(320)];
    memchr::memchr_iter(b'[', head).take(3).find(|open| {
        // `d/Mon/yyyy:` or `dd/Mon/yyyy:`
        let slash = digits_end(line, open + 1);
        slash > open + 1
            && byte(line, slash) == b'/'
            && byte(line, slash + 4) == b'/'
            && matches!(byte(line, slash + 9), b':' | b' ')
    })
}

struct Client {
    host: Text,
    ip: Text,
    user: Option<Text>,
}

/// `[vhost ]client ident user ` before the timestamp; fields may be missing.
fn client(head: &[u8]) -> Option<Client> {
    let mut words = [(0, 0); 8];
    let mut n_words = 0;
    let mut pos = 0;
    while pos < head.len() && n_words < words.len() {
        while pos < head.len() && head[pos] == b' ' {
            pos += 1;
        }
        let end = memchr::memchr(b' ', &head[pos..]).map_or(head.len(), |idx| pos + idx);
        if end > pos {
            words[n_words] = (pos, end);
            n_words += 1;
        }
        pos = end;
    }
    if n_words == 0 || n_words == words.len() {
        return None;
    }
    let is_address = |idx: usize| looks_like_address(&head[words[idx].0..words[idx].1]);
    let has_host = n_words >= 2 && is_address(1) && (n_words >= 4 || !is_address(0));
    let ip_idx = usize::from(has_host);
    let (ip, ip_end) = words[ip_idx];
    let ip_end = ip_end - usize::from(head[ip_end - 1] == b',');
    let host = if has_host {
        Text::line(words[0].0, words[0].1)
    } else {
        Text::EMPTY
    };
    // Users may have blanks in their names: everything after the ident field.
    let user = words[..n_words]
        .get(ip_idx + 2)
        .map(|first| trimmed(head, first.0, words[n_words - 1].1));
    let user = user.filter(|user| user.get(head, &[]) != b"-");
    Some(Client {
        host,
        ip: Text::line(ip, ip_end),
        user,
    })
}

fn looks_like_address(word: &[u8]) -> bool {
    let word = word.strip_suffix(b",").unwrap_or(word);
    let n_colons = memchr::memchr_iter(b':', word).count();
    let n_dots = memchr::memchr_iter(b'.', word).count();
    let is_v6 = n_colons >= 2
        && word
            .iter()
            .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.' | b'%'));
    let is_v4 = n_dots == 3
        && word
            .iter()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b':'));
    is_v6 || is_v4
}

/// Where request, status and bytes end, and the status (0 if there is none).
fn request_end(line: &[u8], at: usize) -> (Option<usize>, u32) {
    let status_and_bytes = |pos: usize| {
        let status_end = digits_end(line, pos);
        if status_end != pos + 3 {
            return None;
        }
        let status = line[pos..status_end]
            .iter()
            .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        let bytes = status_end + 1;
        let bytes_end = if byte(line, bytes) == b'-' {
            bytes + 1
        } else {
            digits_end(line, bytes)
        };
        let end = if byte(line, status_end) == b' ' && bytes_end > bytes {
            bytes_end
        } else {
            status_end
        };
        matches!(byte(line, end), b' ' | 0).then_some((Some(end), status))
    };
    if line[at] != b'"' {
        return status_and_bytes(at).unwrap_or((None, 0));
    }
    // Quotes inside a request may be escaped or not: the one that closes it has the status behind it.
    let quotes = memchr::memchr_iter(b'"', line.get(at + 1..).unwrap_or_default());
    quotes
        .map(|idx| at + 1 + idx)
        .filter(|quote| byte(line, quote + 1) == b' ')
        .find_map(|quote| status_and_bytes(quote + 2))
        .unwrap_or((None, 0))
}
