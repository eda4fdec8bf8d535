//! What stands between a timestamp and the message, in layouts nobody listed: level, thread, process, logger.
//!
//! Headers of application logs are made of few parts in any order: a level word, numbers, groups in brackets, and one name
//! followed by `:` or ` - `. This walk finds the level first and then takes such parts off on both sides of it, and stops at the
//! first thing that reads like a sentence.

use super::super::severity;
use super::{Level, byte, digits_end, skip_blanks, word_end};

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

/// How far behind the timestamp a level may stand.
const LEVEL_WITHIN: usize = 200;
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
    pos = skip_marks(line, found.end);
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

/// What counts as a name after the level.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Any single word that a colon or dash follows.
    Any,
    /// Only words with dots, slashes or a process id.
    Telling,
}

/// Takes apart what follows the level (or the timestamp, if there is no level): groups in brackets, then one name.
fn after_level(line: &[u8], at: usize, after: Option<Names>) -> Header {
    let mut pos = at;
    let (mut thread, mut logger) = (None, None);
    for _ in 0..5 {
        match byte(line, pos) {
            b'[' | b'(' => {
                let Some(end) = group_end(line, pos) else {
                    break;
                };
                let next = byte(line, end);
                let is_group = match line[pos] {
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
                thread = thread.or_else(|| class_in(line, pos + 1, end - 1));
                pos = skip_marks(line, end);
                // `[thread] - text`, `[thread]: text`: the mark ends the header.
                if line[end..pos]
                    .iter()
                    .any(|mark| matches!(mark, b'-' | b':'))
                {
                    break;
                }
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
        message: pos,
    }
}

/// Blanks, closing brackets and the marks people put between the parts of a header.
pub(super) fn skip_marks(line: &[u8], at: usize) -> usize {
    let mut pos = at;
    loop {
        match byte(line, pos) {
            b' ' | b'\t' | b']' | b')' | b'}' | b'>' | b'|' | b',' | b';' => pos += 1,
            b':' if byte(line, pos + 1) != b':' => pos += 1,
            b'"' if pos == at => pos += 1,
            b'-' if matches!(byte(line, pos + 1), b' ' | 0) => pos += 1,
            _ => return pos,
        }
    }
}

struct FoundLevel {
    level: Level,
    start: usize,
    end: usize,
}

/// The level word within the header that begins at `at`.
///
/// Only parts that read like a header may stand before it: numbers, groups in brackets, names; two plain words at most.
fn find_level(line: &[u8], at: usize) -> Option<FoundLevel> {
    let until = line.len().min(at + LEVEL_WITHIN);
    let mut pos = at;
    let mut n_words = 0;
    let mut n_atoms = 0;
    while pos < until && n_atoms < 16 {
        let first = line[pos];
        if !first.is_ascii_alphanumeric() {
            pos += 1;
            continue;
        }
        let end = atom_end(line, pos);
        n_atoms += 1;
        if let Some(found) = level_at(line, at, pos, end, n_words) {
            return Some(found);
        }
        let is_plain = line[pos..end].iter().all(u8::is_ascii_alphabetic);
        let is_grouped = pos > 0 && matches!(line[pos - 1], b'[' | b'(' | b'<' | b'=');
        if is_plain && !is_grouped && matches!(byte(line, end), b' ' | b'\t' | b'.' | b',' | 0) {
            n_words += 1;
            if n_words > 2 {
                return None;
            }
        }
        pos = end;
    }
    None
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

fn level_at(
    line: &[u8],
    header_at: usize,
    start: usize,
    end: usize,
    n_words: usize,
) -> Option<FoundLevel> {
    let word = &line[start..end];
    let prev = if start > 0 { line[start - 1] } else { b' ' };
    let next = byte(line, end);
    let is_first = start == header_at;
    if word.len() == 1 {
        return letter_at(line, start, n_words);
    }
    // ESXi writes the two letters and the priority: `In(14)`.
    if let [a, b] = *word {
        let digits = digits_end(line, end + 1);
        if next == b'(' && byte(line, digits) == b')' && digits > end + 1 {
            let level = severity::from_esx([a, b])?;
            return Some(FoundLevel {
                level,
                start,
                end: digits + 1,
            });
        }
        return None;
    }
    // `local.ERROR:`, `app-INFO `: the level is the last part of the name.
    let part = word
        .iter()
        .rposition(|byte| matches!(byte, b'.' | b'-' | b'/' | b'_' | b'@'))
        .map_or(0, |idx| idx + 1);
    if part > 0 && !(next == b':' && word[part..].iter().all(u8::is_ascii_uppercase)) {
        return None;
    }
    let level = severity::from_word(&word[part..])?;
    let is_capital = word[part..].iter().all(|byte| !byte.is_ascii_lowercase());
    let is_grouped = matches!(
        (prev, next),
        (b'[', b']') | (b'<', b'>') | (b'(', b')') | (b'{', b'}')
    ) || (matches!(prev, b'[' | b'<') && matches!(next, b' ' | b':'))
        || (matches!(prev, b' ' | b':' | b'|') && matches!(next, b']' | b'|'));
    let is_delimited = matches!(
        next,
        b' ' | b'\t' | b':' | b']' | b')' | b'>' | b'}' | b'|' | b',' | b'[' | b'(' | b'-' | 0
    );
    let is_column = (prev == b'\t' || is_first || byte(line, start.wrapping_sub(2)) == b' ')
        && matches!(next, b' ' | b'\t' | b':' | b',' | 0);
    // `- warning -` of Python with small names.
    let is_dashed =
        n_words <= 1 && line[end..].starts_with(b" - ") && line[..start].ends_with(b"- ");
    let counts = is_delimited
        && (is_grouped
            || (is_capital && prev != b'=' && next != b'-')
            || (is_capital && line[end..].starts_with(b"- "))
            || (n_words == 0 && is_column)
            || is_dashed
            || (n_words <= 1 && next == b':' && prev == b' ')
            || (next == b':' && prev == b':'));
    counts.then_some(FoundLevel { level, start, end })
}

/// A level of one letter stands alone among numbers and names: `1702 2395 D WindowManager: text`, `I shmem.res 262144`.
fn letter_at(line: &[u8], start: usize, n_words: usize) -> Option<FoundLevel> {
    let end = start + 1;
    let is_alone = start > 0
        && matches!(line[start - 1], b' ' | b'\t' | b'[')
        && matches!(byte(line, end), b' ' | b'\t' | b']');
    if !is_alone || n_words > 0 || line[start] == b'A' || line[start] == b'C' {
        return None;
    }
    let level = severity::from_letter(line[start])?;
    // `I am` is a sentence; a name has something besides small letters.
    let next_at = skip_blanks(line, end);
    let next = &line[next_at..word_end(line, next_at).min(next_at + 64)];
    let is_header = line[start - 1] == b'[' || next.iter().any(|byte| !byte.is_ascii_lowercase());
    is_header.then_some(FoundLevel { level, start, end })
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

/// Whether a group in brackets reads like a name rather than a remark: one word with a letter in it.
fn is_name(text: &[u8]) -> bool {
    text.len() <= 64
        && text.iter().any(u8::is_ascii_alphabetic)
        && !text.trim_ascii().contains(&b' ')
        && !text.contains(&b',')
}

/// What a group in brackets names, unless it is a number or empty: `thread:Class@12` names the class.
fn class_in(line: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let text = line[start..end].trim_ascii();
    if !text.iter().any(u8::is_ascii_alphabetic) || text.ends_with(b":") {
        return None;
    }
    let start = start
        + line[start..end]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
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

struct Name {
    end: usize,
    rest: usize,
    /// Nothing but a blank ends it.
    is_bare: bool,
}

/// A logger, program or component at `at` that is followed by `:`, ` - ` or a run of blanks.
fn name(line: &[u8], at: usize, after: Option<Names>) -> Option<Name> {
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
                let close = digits_end(line, end + 1);
                if byte(line, close) != b']' || close == end + 1 {
                    break;
                }
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
        b'[' if gap == end + 1 && has_level && (n_marks > 0 || has_pid) => Some(Name {
            end: name_end,
            rest: gap,
            is_bare: true,
        }),
        _ if has_level && gap >= end + 3 && n_marks == 0 && end - at <= 24 => Some(Name {
            end: name_end,
            rest: gap,
            is_bare: false,
        }),
        _ if has_level && byte(line, end) == b'\t' && n_marks > 0 => Some(Name {
            end: name_end,
            rest: gap,
            is_bare: false,
        }),
        _ => None,
    }
}

/// The name that stands between the timestamp and the level: `- name - LEVEL`, `[main] LEVEL`, `name[4711]: LEVEL`.
fn source_before(line: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let mut end = end;
    while end > start && !line[end - 1].is_ascii_alphanumeric() && line[end - 1] != b']' {
        end -= 1;
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

/// The level before `end`, the place where the timestamp begins: `INFO: `, `[DEBUG `, `I, [`, `Thread-1::INFO::`.
pub(super) fn level_before(line: &[u8], end: usize) -> Option<Level> {
    let mut pos = 0;
    let mut n_words = 0;
    while pos < end && n_words < 4 {
        if !line[pos].is_ascii_alphanumeric() {
            pos += 1;
            continue;
        }
        let mut atom = pos;
        while atom < end && line[atom].is_ascii_alphanumeric() {
            atom += 1;
        }
        let word = &line[pos..atom];
        // Small letters count only where the line begins or in brackets, where no sentence runs.
        let is_marked = pos == 0
            || word.iter().all(|byte| !byte.is_ascii_lowercase())
            || matches!(line[pos - 1], b'[' | b'<' | b':');
        if is_marked && let Some(level) = severity::from_word(word) {
            return Some(level);
        }
        n_words += 1;
        pos = atom;
    }
    None
}

/// The level a text without header begins with, and where the rest begins: `ERROR: `, `[warn] `, `<info>  `, `error: `.
///
/// In small letters or without a mark after it the word may be part of the sentence, so only capitals, brackets and a colon count.
pub(super) fn leading_level(line: &[u8], at: usize) -> Option<(Level, usize)> {
    let is_open = matches!(byte(line, at), b'[' | b'<' | b'(');
    let start = skip_blanks(line, at + usize::from(is_open));
    let mut end = start;
    while end < line.len() && end < start + 16 && line[end].is_ascii_alphanumeric() {
        end += 1;
    }
    let level = severity::from_word(&line[start..end])?;
    let close = skip_blanks(line, end);
    let next = byte(line, close);
    if is_open {
        return matches!(next, b']' | b'>' | b')').then_some((level, close + 1));
    }
    let is_capital = line[start..end]
        .iter()
        .all(|byte| !byte.is_ascii_lowercase());
    match byte(line, end) {
        b':' if matches!(byte(line, end + 1), b' ' | b'\t' | 0) || is_capital => Some((level, end)),
        b' ' | b'\t' if is_capital && end - start >= 4 => Some((level, end)),
        _ => None,
    }
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
