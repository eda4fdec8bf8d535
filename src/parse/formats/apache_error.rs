//! Error logs of Apache (2.2 and 2.4) and nginx.

use super::super::severity;
use super::super::timestamp;
use super::{
    Context, Digits, Fields, Format, Level, Sample, Text, byte, digits_end, rest, skip_blanks,
};

/// See the module.
pub(super) struct ApacheError;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "[Wed Oct 11 14:32:52 2023] [error] [client 192.0.2.1] client denied by server configuration: /srv/private",
        timestamp: "2023-10-11T14:32:52Z",
        level: Some(Level::Error),
        source: "",
        message: "[client 192.0.2.1] client denied by server configuration: /srv/private",
    },
    Sample {
        line: "[Fri Sep 09 10:42:29.902022 2022] [core:warn] [pid 35708:tid 4328636416] [client 192.0.2.2:5012] AH00128: File does not exist: /srv/favicon.ico",
        timestamp: "2022-09-09T10:42:29.902022Z",
        level: Some(Level::Warn),
        source: "core",
        message: "[client 192.0.2.2:5012] AH00128: File does not exist: /srv/favicon.ico",
    },
    Sample {
        line: "2023/10/21 16:49:03 [crit] 1234#7: *5 connect() to 192.0.2.3:80 failed, client: 192.0.2.4, server: _",
        timestamp: "2023-10-21T16:49:03Z",
        level: Some(Level::Fatal),
        source: "",
        message: "connect() to 192.0.2.3:80 failed, client: 192.0.2.4, server: _",
    },
    Sample {
        line: "2023/10/21 16:49:04 [notice] 1#1: signal process started",
        timestamp: "2023-10-21T16:49:04Z",
        level: Some(Level::Notice),
        source: "",
        message: "signal process started",
    },
];

impl Format for ApacheError {
    fn name(&self) -> &'static str {
        "webServerError"
    }

    fn title(&self) -> &'static str {
        "Apache/nginx error log"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first == b'[' || first.is_ascii_digit()
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        lead == Digits::Date
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let is_apache = line[0] == b'[';
        let at = usize::from(is_apache);
        if is_apache != byte(line, at).is_ascii_alphabetic() {
            return None;
        }
        // nginx writes `yyyy/mm/dd hh:mm:ss [`; looked at before the stamp is read, as many formats begin with digits.
        if !is_apache && (byte(line, 4) != b'/' || byte(line, 20) != b'[') {
            return None;
        }
        let found = timestamp::at(line, at, ctx.clock.order, false)?;
        let open = found.end + usize::from(is_apache) + 1;
        if byte(line, open) != b'['
            || byte(line, open - 1) != b' '
            || (is_apache && line[found.end] != b']')
        {
            return None;
        }
        let close = memchr::memchr(b']', &line[open..line.len().min(open + 64)])? + open;
        let mut fields = Fields::of_message(Text::EMPTY);
        fields.timestamp = Some(ctx.clock.resolve(found.moment));
        // 2.4 writes `module:level`; the module is empty for messages of the core to be.
        let group = &line[open + 1..close];
        let level_at = memchr::memrchr(b':', group).map_or(0, |idx| idx + 1);
        fields.level = Some(severity::from_word(&group[level_at..])?);
        if level_at > 1 {
            fields.source = Text::line(open + 1, open + level_at);
        }
        let message = skip_blanks(line, close + 1);
        if is_apache {
            apache(line, message, &mut fields);
        } else {
            nginx(line, message, &mut fields)?;
        }
        Some(fields)
    }
}

fn apache(line: &[u8], at: usize, fields: &mut Fields) {
    let mut message = at;
    if line[message..].starts_with(b"[pid ")
        && let Some(close) = memchr::memchr(b']', &line[message..])
    {
        message = skip_blanks(line, message + close + 1);
    }
    if line[message..].starts_with(b"[client ")
        && let Some(close) = memchr::memchr(b']', &line[message..])
    {
        fields.ip = Some(without_port(line, message + 8, message + close));
    }
    fields.message = rest(line, message);
}

/// `1234#0: *5 text, client: 192.0.2.4, server: …`
fn nginx(line: &[u8], at: usize, fields: &mut Fields) -> Option<()> {
    let hash = digits_end(line, at);
    let colon = digits_end(line, hash + 1);
    if hash == at || byte(line, hash) != b'#' || byte(line, colon) != b':' {
        return None;
    }
    let mut message = skip_blanks(line, colon + 1);
    if byte(line, message) == b'*' {
        message = skip_blanks(line, digits_end(line, message + 1));
    }
    if let Some(idx) = memchr::memmem::find(&line[message..], b", client: ") {
        let ip = message + idx + 10;
        let len = memchr::memchr2(b',', b' ', &line[ip..]).unwrap_or(line.len() - ip);
        fields.ip = Some(Text::line(ip, ip + len));
    }
    fields.message = rest(line, message);
    Some(())
}

/// Takes `:5012` off an IPv4 address or a bracketed one; a bare IPv6 address has more than one colon and stays.
fn without_port(line: &[u8], start: usize, end: usize) -> Text {
    let mut colons = memchr::memchr_iter(b':', &line[start..end]);
    match (colons.next(), colons.next()) {
        (Some(colon), None) => Text::line(start, start + colon),
        _ => Text::line(start, end),
    }
}
