//! The name of a logger, program or component within a header.

use super::super::{byte, digits_end, skip_blanks};
use super::group_end;

/// What counts as a name after the level.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Any single word that a colon or dash follows.
    Any,
    /// Only words with dots, slashes or a process id.
    Telling,
}

/// Whether a group in brackets reads like a name rather than a remark: one word with a letter in it.
pub(super) fn is_name(text: &[u8]) -> bool {
    text.len() <= 64
        && text.iter().any(u8::is_ascii_alphabetic)
        && !text.trim_ascii().contains(&b' ')
        && !text.contains(&b',')
}

/// What a group in brackets names, unless it is a number or empty: `thread:Class@12` names the class.
pub(super) fn class_in(line: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let text = line[start..end].trim_ascii();
    if !text.iter().any(u8::is_ascii_alphabetic) || text.ends_with(b":") {
        return None;
    }
    let start = start
        + line[start..end]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
    // Salt pads the name to a column: `[salt.minion      :123 ]`.
    let text = match memchr::memrchr(b':', text) {
        Some(colon)
            if text[..colon].ends_with(b" ")
                && text[colon + 1..].iter().all(u8::is_ascii_digit) =>
        {
            text[..colon].trim_ascii_end()
        }
        _ => text,
    };
    let end = start + text.len();
    if let Some(mark) = text.iter().rposition(|byte| *byte == b'@')
        && text[mark + 1..].iter().all(u8::is_ascii_digit)
    {
        let from = text[..mark]
            .iter()
            .rposition(|byte| *byte == b':')
            .map_or(0, |idx| idx + 1);
        return (from < mark).then_some((start + from, start + mark));
    }
    Some((start, end))
}

pub(super) struct Name {
    pub(super) end: usize,
    pub(super) rest: usize,
    /// Nothing but a blank ends it.
    pub(super) is_bare: bool,
}

/// A logger, program or component at `at` that is followed by `:`, ` - ` or a run of blanks.
pub(super) fn name(line: &[u8], at: usize, after: Option<Names>) -> Option<Name> {
    let has_level = after.is_some();
    let mut end = at;
    let limit = line.len().min(at + 128);
    let (mut n_marks, mut n_lower, mut has_pid) = (0, 0, false);
    while end < limit {
        match line[end] {
            b'a'..=b'z' => n_lower += 1,
            b'A'..=b'Z' | b'0'..=b'9' => {}
            b'.' | b'$' | b'_' | b'/' | b'-' | b'@' | b'#' | b'~' => n_marks += 1,
            // Rust and C++ paths.
            b':' if byte(line, end + 1) == b':' && byte(line, end + 2).is_ascii_alphabetic() => {
                n_marks += 1;
                end += 1;
            }
            // `file.go:128`
            b':' if n_marks > 0 && byte(line, end + 1).is_ascii_digit() => {}
            b'[' if end > at => {
                let digits = digits_end(line, end + 1);
                let is_pid = digits > end + 1 && byte(line, digits) == b']';
                let close = is_pid.then_some(digits);
                let Some(close) = close.or_else(|| process_end(line, end + 1)) else {
                    break;
                };
                has_pid = true;
                end = close;
            }
            _ => break,
        }
        end += 1;
    }
    if end == at || !matches!(line[at], b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'#' | b'/' | b'$') {
        return None;
    }
    if matches!(&line[at..end], b"msg" | b"message") {
        return None;
    }
    let name_end = if has_pid {
        at + line[at..end]
            .iter()
            .position(|byte| *byte == b'[')
            .unwrap_or(end - at)
    } else {
        end
    };
    let is_telling =
        has_pid || n_marks > 0 || after == Some(Names::Any) || (!has_level && n_lower == end - at);
    let gap = skip_blanks(line, end);
    match byte(line, gap) {
        b':' if is_telling && (gap == end || byte(line, gap + 1) == b' ') => {
            let rest = gap + 1;
            // `http://`, `C:\`, `a:b` in a sentence.
            let is_open = matches!(byte(line, rest), b' ' | b'\t' | 0)
                || (has_level && byte(line, at - 1) == b':');
            is_open.then(|| Name {
                end: name_end,
                rest: skip_blanks(line, rest),
                is_bare: false,
            })
        }
        b'-' if gap > end && byte(line, gap + 1) == b' ' && (has_level || n_marks > 0) => {
            Some(Name {
                end: name_end,
                rest: skip_blanks(line, gap + 1),
                is_bare: false,
            })
        }
        b'[' if gap > end && has_level && (n_marks > 0 || has_pid || is_before_dash(line, gap)) => {
            Some(Name {
                end: name_end,
                rest: gap,
                is_bare: true,
            })
        }
        // MongoDB pads its component: `NETWORK  [conn12] text`.
        b'[' if has_level && gap > end && line[at..end].iter().all(u8::is_ascii_uppercase) => {
            Some(Name {
                end: name_end,
                rest: gap,
                is_bare: true,
            })
        }
        // Tomcat puts nothing between class and text.
        _ if has_level && gap == end + 1 && is_class(&line[at..end]) => Some(Name {
            end: name_end,
            rest: gap,
            is_bare: false,
        }),
        // Padded to a column; SQL Server does so without a level.
        _ if gap >= end + if has_level { 3 } else { 4 } && n_marks == 0 && end - at <= 24 => {
            Some(Name {
                end: name_end,
                rest: gap,
                is_bare: false,
            })
        }
        _ if has_level && byte(line, end) == b'\t' && n_marks > 0 => Some(Name {
            end: name_end,
            rest: gap,
            is_bare: false,
        }),
        _ => None,
    }
}

/// The bracket that closes a name of small letters before a colon: `app[web.1]: text`, as Heroku writes it.
fn process_end(line: &[u8], at: usize) -> Option<usize> {
    let end = line[at..]
        .iter()
        .take(32)
        .take_while(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_')
        })
        .count()
        + at;
    (end > at && line[end..].starts_with(b"]: ")).then_some(end)
}

/// Splunk's `WatchedFile [123 tailreader0] - text`: a group and then a dash.
fn is_before_dash(line: &[u8], at: usize) -> bool {
    group_end(line, at).is_some_and(|end| line[end..].starts_with(b" - "))
}

/// A Java class with its package, and perhaps a method: `org.example.Cart.total`.
fn is_class(name: &[u8]) -> bool {
    let n_parts = name.split(|byte| *byte == b'.').count();
    let mut parts = name.split(|byte| *byte == b'.').skip(1);
    n_parts >= 3 && parts.any(|part| part.first().is_some_and(u8::is_ascii_uppercase))
}

/// The name that stands between the timestamp and the level: `- name - LEVEL`, `[main] LEVEL`, `name[4711]: LEVEL`.
pub(super) fn source_before(line: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let mut end = end;
    // `[Server thread/WARN]`: the group up to the slash.
    if end > start && line[end - 1] == b'/' {
        let open = line[start..end].iter().rposition(|byte| *byte == b'[')?;
        return Some((start + open + 1, end - 1));
    }
    while end > start
        && !line[end - 1].is_ascii_alphanumeric()
        && !matches!(line[end - 1], b']' | b'}')
    {
        end -= 1;
    }
    // Airflow: `{taskinstance.py:1083} INFO`.
    if end > start && line[end - 1] == b'}' {
        let open = line[start..end].iter().rposition(|byte| *byte == b'{')? + start;
        let colon = memchr::memrchr(b':', &line[open..end])? + open;
        let is_place = line[open..colon].contains(&b'.') && digits_end(line, colon + 1) == end - 1;
        return is_place.then_some((open + 1, colon));
    }
    if end > start && line[end - 1] == b']' {
        let open = line[start..end].iter().rposition(|byte| *byte == b'[')? + start;
        return class_in(line, open + 1, end - 1);
    }
    let from = line[start..end].iter().rposition(|byte| {
        !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$' | b'/' | b'@' | b'-'))
    });
    let from = from.map_or(start, |idx| start + idx + 1);
    line[from..end]
        .iter()
        .any(u8::is_ascii_alphabetic)
        .then_some((from, end))
}
