//! What stands between a timestamp and the message, in layouts nobody listed: level, thread, process, logger.
//!
//! Headers of application logs are made of few parts in any order: a level word, numbers, groups in brackets, and one name
//! followed by `:` or ` - `. This walk finds the level first and then takes such parts off on both sides of it, and stops at the
//! first thing that reads like a sentence.

mod level;
mod name;

use super::super::severity;
use super::{Level, byte, digits_end, skip_blanks};
use level::find_level;
use name::{Names, class_in, is_name, name, source_before};

pub(super) use level::{leading_level, level_before};

/// The parts of a header that a walk found.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Header {
    /// Level, if one is named.
    pub level: Option<Level>,
    /// Bytes of the logger, program or component.
    pub source: Option<(usize, usize)>,
    /// First byte of the message.
    pub message: usize,
}

/// How long a group in brackets may be to count as part of the header.
const GROUP_WITHIN: usize = 512;

/// Takes the header apart that begins at `at`, directly after the timestamp.
pub(super) fn walk(line: &[u8], at: usize) -> Header {
    let mut pos = skip_marks(line, at);
    let Some(found) = find_level(line, pos) else {
        if line[pos..].starts_with(b"::") {
            return double_colons(line, pos);
        }
        return after_level(line, pos, None);
    };
    let before = source_before(line, pos, found.start);
    if byte(line, skip_blanks(line, found.end)) == b'|' {
        let header = columns(line, skip_blanks(line, found.end));
        return Header {
            level: Some(found.level),
            source: header.source.or(before),
            ..header
        };
    }
    if let Some(header) = zap_columns(line, found.end) {
        return Header {
            level: Some(found.level),
            ..header
        };
    }
    pos = skip_marks(line, found.end);
    if let Some(header) = spans(line, pos).or_else(|| code_place(line, pos)) {
        return Header {
            level: Some(found.level),
            source: header.source.or(before),
            ..header
        };
    }
    // `LOG:  duration: 3 ms` has no logger: a level with its own colon ends the header, save for names that look like one.
    let is_ended = byte(line, found.end) == b':' && pos > found.end + 1;
    let kind = if is_ended { Names::Telling } else { Names::Any };
    let header = after_level(line, pos, Some(kind));
    Header {
        level: Some(found.level),
        source: header.source.or(before),
        ..header
    }
}

/// Takes apart what follows the level (or the timestamp, if there is no level): groups in brackets, then one name.
fn after_level(line: &[u8], at: usize, after: Option<Names>) -> Header {
    let mut pos = at;
    let (mut thread, mut logger) = (None, None);
    let mut group = at;
    for _ in 0..5 {
        match byte(line, pos) {
            b'[' | b'(' => {
                let Some(end) = group_end(line, pos) else {
                    break;
                };
                let next = byte(line, end);
                let is_group = match line[pos] {
                    // TiDB puts the text itself between brackets and quotes.
                    b'[' if byte(line, pos + 1) == b'"' => false,
                    b'[' => after.is_some() || is_name(&line[pos + 1..end - 1]),
                    // Round brackets often begin a sentence; as part of a header they stand beside another group.
                    _ => {
                        (thread.is_some() || byte(line, skip_blanks(line, end)) == b'[')
                            && !line[pos..end].contains(&b' ')
                    }
                };
                if !is_group || !matches!(next, 0 | b' ' | b'\t' | b':' | b'[' | b'(' | b'-') {
                    break;
                }
                let named = class_in(line, pos + 1, end - 1);
                // `(MainThread) [shop.cart] text`: the logger is the one with dots.
                thread = match (thread, named) {
                    (Some(old), Some(new)) if is_dotted(line, new) && !is_dotted(line, old) => {
                        named
                    }
                    _ => thread.or(named),
                };
                group = pos;
                pos = skip_marks(line, end);
                // `[thread] - text`, `[thread]: text`: the mark ends the header.
                if line[end..pos]
                    .iter()
                    .any(|mark| matches!(mark, b'-' | b':'))
                {
                    break;
                }
            }
            // Erlang's process: `<0.571.0> text`.
            b'<' if after.is_some() && byte(line, pos + 1).is_ascii_digit() => {
                let end = line[pos + 1..]
                    .iter()
                    .take(24)
                    .take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
                    .count()
                    + pos
                    + 1;
                if byte(line, end) != b'>' || !matches!(byte(line, end + 1), b' ' | b'@') {
                    break;
                }
                thread = thread.or(Some((pos + 1, end)));
                pos = skip_blanks(line, end + 1);
            }
            // Spring Boot: `4711 --- [main] c.e.App : Started`.
            b'0'..=b'9' if after.is_some() => {
                let end = digits_end(line, pos);
                if !line[end..].starts_with(b" --- ") {
                    break;
                }
                pos = skip_blanks(line, end + 5);
            }
            _ => {
                // Behind `[shop.cart]` a plain word with a colon is part of the text.
                let has_logger =
                    thread.is_some_and(|(start, end)| line[start..end].contains(&b'.'));
                let after = if has_logger {
                    after.map(|_| Names::Telling)
                } else {
                    after
                };
                if let Some(name) = name(line, pos, after) {
                    logger = Some((pos, name.end));
                    pos = name.rest;
                    // `nova.compute.manager [req-1f] text`: the group after a name that ends with a blank is still header.
                    if name.is_bare {
                        continue;
                    }
                }
                break;
            }
        }
    }
    Header {
        level: None,
        source: logger.or(thread),
        // Where groups are all there is, the last of them is what is said.
        message: if pos < line.len() { pos } else { group },
    }
}

/// Whether the bytes of a group are a name with packages: `shop.cart`, not `192.0.2.7`.
fn is_dotted(line: &[u8], (start, end): (usize, usize)) -> bool {
    let name = &line[start..end];
    name.contains(&b'.') && name[0].is_ascii_alphabetic()
}

/// zap's console: `level<tab>logger<tab>file.go:42<tab>text`, the logger and the place being optional; Presto's
/// `level<tab>thread<tab>org.example.Class<tab>text`.
fn zap_columns(line: &[u8], at: usize) -> Option<Header> {
    if byte(line, at) != b'\t' {
        return None;
    }
    let mut start = at + 1;
    for _ in 0..2 {
        let window = line.get(start..line.len().min(start + 128))?;
        let end = memchr::memchr(b'\t', window)? + start;
        let text = &line[start..end];
        let colon = memchr::memrchr(b':', text).unwrap_or(text.len());
        let is_place = colon + 1 < text.len()
            && text[..colon].contains(&b'.')
            && text[colon + 1..].iter().all(u8::is_ascii_digit);
        if is_place {
            let logger = (start > at + 1).then_some((at + 1, start - 1));
            return Some(Header {
                level: None,
                source: logger.or(Some((start, end))),
                message: end + 1,
            });
        }
        if text.contains(&b' ') {
            return None;
        }
        if start > at + 1 && memchr::memchr_iter(b'.', text).count() >= 2 {
            return Some(Header {
                level: None,
                source: Some((start, end)),
                message: end + 1,
            });
        }
        start = end + 1;
    }
    None
}

/// Rust's tracing: `ThreadId(01) request{id=7}:db{x=1}: shop::cart: text`; threads and spans stand before the target.
fn spans(line: &[u8], at: usize) -> Option<Header> {
    let mut pos = at;
    if line[pos..].starts_with(b"ThreadId(") {
        let end = digits_end(line, pos + 9);
        if byte(line, end) != b')' || byte(line, end + 1) != b' ' {
            return None;
        }
        pos = end + 2;
    }
    let threads_end = pos;
    for _ in 0..8 {
        let name_end = atom_end(line, pos);
        if name_end == pos || byte(line, name_end) != b'{' {
            break;
        }
        let window = &line[name_end..line.len().min(name_end + GROUP_WITHIN)];
        let close = memchr::memmem::find(window, b"}:")? + name_end;
        pos = close + 2;
    }
    pos = skip_blanks(line, pos);
    if pos == at || !byte(line, pos).is_ascii_alphabetic() {
        return None;
    }
    let target = name(line, pos, Some(Names::Any));
    if pos == threads_end && target.is_none() {
        return None;
    }
    Some(Header {
        level: None,
        source: target.as_ref().map(|target| (pos, target.end)),
        message: target.map_or(pos, |target| target.rest),
    })
}

/// glog's place in the code: `src/store.cc:42] text`.
fn code_place(line: &[u8], at: usize) -> Option<Header> {
    let window = line.get(at..line.len().min(at + 128))?;
    let close = memchr::memchr2(b']', b' ', window)? + at;
    let colon = memchr::memrchr(b':', &line[at..close])? + at;
    let is_place = byte(line, close) == b']'
        && byte(line, close + 1) == b' '
        && colon > at
        && colon + 1 < close
        && digits_end(line, colon + 1) == close
        && line[at..colon].contains(&b'.')
        && !line[at..colon].contains(&b'[');
    is_place.then(|| Header {
        level: None,
        source: Some((at, colon)),
        message: skip_blanks(line, close + 1),
    })
}

/// Blanks, closing brackets and the marks people put between the parts of a header.
pub(super) fn skip_marks(line: &[u8], at: usize) -> usize {
    let mut pos = at;
    loop {
        match byte(line, pos) {
            b' ' | b'\t' | b']' | b')' | b'}' | b'>' | b'|' | b',' | b';' => pos += 1,
            b':' if byte(line, pos + 1) != b':' => pos += 1,
            b'"' | b'\'' if pos == at => pos += 1,
            b'-' if matches!(byte(line, pos + 1), b' ' | 0) => pos += 1,
            _ => return pos,
        }
    }
}

/// End of a run of letters, digits and the marks that occur inside names.
fn atom_end(line: &[u8], start: usize) -> usize {
    let mut end = start;
    while end < line.len()
        && (line[end].is_ascii_alphanumeric()
            || matches!(line[end], b'_' | b'.' | b'$' | b'/' | b'@' | b'#' | b'-'))
    {
        end += 1;
    }
    end
}

/// The end of the group in brackets that opens at `at`, brackets inside it counted.
pub(super) fn group_end(line: &[u8], at: usize) -> Option<usize> {
    let (open, close) = match byte(line, at) {
        b'[' => (b'[', b']'),
        b'(' => (b'(', b')'),
        _ => return None,
    };
    let mut depth = 0;
    for (idx, byte) in line.iter().enumerate().skip(at).take(GROUP_WITHIN) {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            depth -= 1;
            if depth == 0 {
                return Some(idx + 1);
            }
        }
    }
    None
}

/// `::module::94::class::(function) text`.
fn double_colons(line: &[u8], at: usize) -> Header {
    let mut header = Header {
        message: at,
        ..Header::default()
    };
    for _ in 0..6 {
        if !line[header.message..].starts_with(b"::") {
            break;
        }
        let start = header.message + 2;
        let end = atom_end(line, start);
        if end == start || !line[end..].starts_with(b"::") {
            header.message = start;
            break;
        }
        if line[start..end].iter().any(u8::is_ascii_alphabetic) {
            header.source = Some((start, end));
        }
        header.message = end;
    }
    header
}

/// A header that runs on to the bracket opened before the timestamp: `[stamp LEVEL module] text`, `[LEVEL stamp thread]  text`.
pub(super) fn inside_bracket(line: &[u8], at: usize, header: Header) -> Header {
    let Some(close) = memchr::memchr(b']', &line[at..line.len().min(at + GROUP_WITHIN)]) else {
        return header;
    };
    let close = at + close;
    let start = line[at..close]
        .iter()
        .rposition(|byte| *byte == b' ')
        .map_or(at, |idx| at + idx + 1);
    let is_source = line[start..close].iter().any(u8::is_ascii_alphabetic)
        && severity::from_word(&line[start..close]).is_none();
    Header {
        level: header.level,
        source: is_source.then_some((start, close)),
        message: skip_marks(line, close),
    }
}

/// Fields between bars after the timestamp: `stamp|component|4711|text`.
pub(super) fn bars(line: &[u8], at: usize, header: Header) -> Header {
    let mut header = header;
    let mut pos = at;
    for _ in 0..6 {
        if byte(line, pos) != b'|' {
            break;
        }
        let start = pos + 1;
        header.message = header.message.max(start);
        let end = atom_end(line, start);
        if end == start || byte(line, end) != b'|' {
            break;
        }
        let is_name = line[start..end].iter().any(u8::is_ascii_alphabetic)
            && severity::from_word(&line[start..end]).is_none();
        if is_name && header.source.is_none() {
            header.source = Some((start, end));
        }
        header.message = header.message.max(end + 1);
        pos = end;
    }
    header
}

/// Columns between bars after the level: `| thread | logger | text`; short ones are header, the last one is the message.
fn columns(line: &[u8], at: usize) -> Header {
    let mut header = Header {
        message: at + 1,
        ..Header::default()
    };
    // GlassFish closes the record with a column of its own.
    let until = line.len() - if line.ends_with(b"|#]") { 3 } else { 0 };
    for _ in 0..5 {
        let start = skip_blanks(line, header.message).min(until);
        let window = &line[start..until.min(start + 96)];
        let Some(len) = memchr::memchr(b'|', window) else {
            break;
        };
        let text = window[..len].trim_ascii_end();
        if memchr::memchr_iter(b' ', text).count() > 4 {
            break;
        }
        if text.iter().any(u8::is_ascii_alphabetic) && !text.contains(&b'=') {
            header.source = Some((start, start + text.len()));
        }
        header.message = start + len + 1;
    }
    // etcd: `W | rafthttp: text`.
    let start = skip_blanks(line, header.message);
    if header.source.is_none()
        && let Some(name) = name(line, start, None)
    {
        header.source = Some((start, name.end));
        header.message = name.rest;
    }
    header
}
