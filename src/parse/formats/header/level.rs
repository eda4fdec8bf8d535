//! The level within a header, or at the head of a line without one.

use super::super::super::severity;
use super::super::{Level, byte, digits_end, skip_blanks, word_end};
use super::atom_end;

/// How far behind the timestamp a level may stand.
const LEVEL_WITHIN: usize = 200;

pub(super) struct FoundLevel {
    pub(super) level: Level,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The level word within the header that begins at `at`.
///
/// Only parts that read like a header may stand before it: numbers, groups in brackets, names; two plain words at most.
pub(super) fn find_level(line: &[u8], at: usize) -> Option<FoundLevel> {
    let until = line.len().min(at + LEVEL_WITHIN);
    let mut pos = at;
    let mut words = Words::default();
    let mut n_atoms = 0;
    // Words of other languages are tried where no such word stood before: behind one begins a sentence.
    let mut may_be_translated = true;
    while pos < until && n_atoms < 16 {
        let first = line[pos];
        if !first.is_ascii_alphanumeric() {
            if first >= 0x80 && may_be_translated {
                if let Some(found) = translated_at(line, at, pos, words) {
                    return Some(found);
                }
                may_be_translated = false;
            }
            pos += 1;
            continue;
        }
        let end = atom_end(line, pos);
        n_atoms += 1;
        if let Some(found) =
            level_at(line, at, pos, end, words).or_else(|| under_key(line, pos, end, n_atoms))
        {
            return Some(found);
        }
        if may_be_translated && let Some(found) = translated_at(line, at, pos, words) {
            return Some(found);
        }
        let is_grouped = pos > 0 && matches!(line[pos - 1], b'[' | b'(' | b'<' | b'=');
        let next = (byte(line, end), byte(line, end + 1));
        let is_spaced = matches!(next.0, b' ' | b'\t' | b'.' | b',' | 0) || next == (b':', b' ');
        if is_spaced && !is_grouped {
            words.count(&line[pos..end]);
            if words.n > 2 {
                return None;
            }
        }
        pos = end;
    }
    None
}

/// Plain words met on the way to a level; names with marks, digits or capitals inside are not words.
#[derive(Clone, Copy, Default)]
struct Words {
    n: usize,
    has_capital: bool,
}

impl Words {
    fn count(&mut self, word: &[u8]) {
        if word.iter().all(u8::is_ascii_alphabetic) && !word[1..].iter().any(u8::is_ascii_uppercase)
        {
            self.n += 1;
            self.has_capital |= word[0].is_ascii_uppercase();
        }
    }

    /// One small word may be a logger; `Request failed` begins a sentence in which a level word is part of the text.
    fn is_sentence(self) -> bool {
        self.n > 1 || self.has_capital
    }
}

/// `level=warn` as one of the first things after the timestamp.
fn under_key(line: &[u8], start: usize, end: usize, n_atoms: usize) -> Option<FoundLevel> {
    let is_key = byte(line, end) == b'='
        && n_atoms <= 3
        && matches!(
            &line[start..end],
            b"level" | b"lvl" | b"severity" | b"loglevel" | b"LEVEL" | b"Level"
        );
    // Db2: `E1234A567  LEVEL: Error`.
    let is_spaced = n_atoms <= 3 && &line[start..end] == b"LEVEL" && line[end..].starts_with(b": ");
    if !is_key && !is_spaced {
        return None;
    }
    let value = end + 1 + usize::from(matches!(byte(line, end + 1), b'"' | b' '));
    let value_end = atom_end(line, value);
    let level = severity::from_value(&line[value..value_end])?;
    Some(FoundLevel {
        level,
        start,
        end: value_end + usize::from(byte(line, value_end) == b'"'),
    })
}

/// `INFO/MainProcess]` of Celery, `D/Tag:` of Android, `main/WARN]` of Minecraft: a level and a name with a slash between them.
fn with_process(start: usize, word: &[u8], next: u8) -> Option<FoundLevel> {
    let slash = memchr::memchr(b'/', word)?;
    let tail = &word[slash + 1..];
    if next == b']'
        && tail.iter().all(u8::is_ascii_uppercase)
        && let Some(level) = severity::from_word(tail)
    {
        return Some(FoundLevel {
            level,
            start: start + slash + 1,
            end: start + word.len(),
        });
    }
    let end = start + slash + 1;
    let level = match &word[..slash] {
        [letter] if matches!(next, b':' | b'(') => severity::from_letter(*letter)?,
        name if next == b']' && name.iter().all(u8::is_ascii_uppercase) => {
            severity::from_word(name)?
        }
        _ => return None,
    };
    let end = if next == b']' {
        start + word.len()
    } else {
        end
    };
    Some(FoundLevel { level, start, end })
}

/// The older logs of `VMware`: `| vmx| I005: text`.
fn numbered_letter(line: &[u8], start: usize, end: usize) -> Option<FoundLevel> {
    let [letter, digits @ ..] = &line[start..end] else {
        return None;
    };
    let is_numbered = digits.len() == 3 && digits.iter().all(u8::is_ascii_digit);
    if !is_numbered || byte(line, end) != b':' || !line[..start].ends_with(b"| ") {
        return None;
    }
    let level = severity::from_letter(*letter)?;
    Some(FoundLevel { level, start, end })
}

/// Names of syslog facilities, as in `daemon.err`.
fn is_facility(word: &[u8]) -> bool {
    matches!(
        word,
        b"kern"
            | b"user"
            | b"mail"
            | b"daemon"
            | b"auth"
            | b"syslog"
            | b"lpr"
            | b"news"
            | b"uucp"
            | b"cron"
            | b"authpriv"
            | b"ftp"
    ) || (word.len() == 6 && word.starts_with(b"local"))
}

fn level_at(
    line: &[u8],
    header_at: usize,
    start: usize,
    end: usize,
    words: Words,
) -> Option<FoundLevel> {
    let word = &line[start..end];
    let prev = if start > 0 { line[start - 1] } else { b' ' };
    let next = byte(line, end);
    let is_first = start == header_at;
    if word.len() == 1 {
        return letter_at(line, start, words.n);
    }
    // ESXi writes the two letters and the priority: `In(14)`; the X server writes the letter twice: `(EE)`.
    if let [a, b] = *word {
        if a == b && (prev, next) == (b'(', b')') {
            let level = severity::from_letter(a)?;
            return Some(FoundLevel {
                level,
                start,
                end: end + 1,
            });
        }
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
    if let Some(found) =
        with_process(start, word, next).or_else(|| numbered_letter(line, start, end))
    {
        return Some(found);
    }
    // `local.ERROR:`, `app-INFO `: the level is the last part of the name.
    let part = word
        .iter()
        .rposition(|byte| matches!(byte, b'.' | b'-' | b'/' | b'_' | b'@'))
        .map_or(0, |idx| idx + 1);
    let is_last_part = next == b':' && word[part..].iter().all(u8::is_ascii_uppercase);
    let is_priority = part > 0 && next == b' ' && is_facility(&word[..part - 1]);
    if part > 0 && !is_last_part && !is_priority {
        return None;
    }
    let level = severity::from_word(&word[part..])?;
    // PHP: `PHP Fatal error:  text`.
    if level == Level::Fatal && words.n <= 1 && line[end..].starts_with(b" error:") {
        let end = end + b" error".len();
        return Some(FoundLevel { level, start, end });
    }
    // `SERVICE ALERT:` names what is told.
    let is_phrase = prev == b' ' && start >= 2 && line[start - 2].is_ascii_uppercase();
    if is_phrase && word == b"ALERT" {
        return None;
    }
    if is_priority {
        return Some(FoundLevel { level, start, end });
    }
    let is_capital = word[part..].iter().all(|byte| !byte.is_ascii_lowercase());
    let is_grouped = matches!(
        (prev, next),
        (b'[', b']') | (b'<', b'>') | (b'(', b')') | (b'{', b'}')
    ) || (matches!(prev, b'[' | b'<') && matches!(next, b' ' | b':'))
        || (matches!(prev, b' ' | b':' | b'|') && matches!(next, b']' | b'|'));
    let is_delimited = matches!(
        next,
        b' ' | b'\t'
            | b':'
            | b';'
            | b']'
            | b')'
            | b'>'
            | b'}'
            | b'|'
            | b','
            | b'['
            | b'('
            | b'-'
            | 0
    );
    let is_column = (prev == b'\t' || is_first || byte(line, start.wrapping_sub(2)) == b' ')
        && matches!(next, b' ' | b'\t' | b':' | b',' | 0);
    // `Info     [JobSession] text`, `Error [BW-Core] text`: the first word, padded or before a group.
    let is_padded = words.n == 0
        && word[part].is_ascii_uppercase()
        && prev == b' '
        && next == b' '
        && matches!(byte(line, end + 1), b' ' | b'[');
    // `- warning -` of Python with small names.
    let is_dashed =
        words.n <= 1 && line[end..].starts_with(b" - ") && line[..start].ends_with(b"- ");
    let counts = is_delimited
        && (is_grouped
            || (is_capital
                && prev != b'='
                && !words.is_sentence()
                && (next != b'-' || line[end..].starts_with(b"- ")))
            || (words.n == 0 && is_column)
            || is_padded
            || is_dashed
            || (words.n <= 1 && next == b':' && prev == b' ')
            || (next == b':' && prev == b':'));
    counts.then_some(FoundLevel { level, start, end })
}

/// `FEHLER:`, `[AVERTISSEMENT]`, `ОШИБКА `: a level of another language in capitals, where a level is sure to stand: between
/// brackets or bars, before a colon, or as the first thing of the header or a column of its own.
fn translated_at(line: &[u8], header_at: usize, start: usize, words: Words) -> Option<FoundLevel> {
    if byte(line, start + 1).is_ascii_lowercase() {
        return None;
    }
    let end = letters_end(line, start);
    let level = severity::from_translated(&line[start..end])?;
    let prev = if start > 0 { line[start - 1] } else { b' ' };
    let next = byte(line, end);
    let is_grouped = matches!((prev, next), (b'[', b']') | (b'<', b'>') | (b'(', b')'))
        || (matches!(prev, b'|' | b' ') && next == b'|')
        || (prev == b' ' && line[end..].starts_with(b" |"));
    let is_first = start == header_at && matches!(next, b' ' | b'\t');
    let is_column = words.n == 0
        && (prev == b'\t' || line[..start].ends_with(b"] ") || line[..start].ends_with(b"- "))
        && matches!(next, b' ' | b'\t');
    let counts =
        is_grouped || is_first || is_column || (words.n == 0 && prev == b' ' && next == b':');
    counts.then_some(FoundLevel { level, start, end })
}

/// End of the run of letters at `start`, of any language.
fn letters_end(line: &[u8], start: usize) -> usize {
    let letters = line[start..].iter().take(48);
    start
        + letters
            .take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80)
            .count()
}

/// A level of one letter stands alone among numbers and names: `1702 2395 D WindowManager: text`, `I shmem.res 262144`.
fn letter_at(line: &[u8], start: usize, n_words: usize) -> Option<FoundLevel> {
    let end = start + 1;
    let is_alone = start > 0
        && matches!(line[start - 1], b' ' | b'\t' | b'[')
        && matches!(byte(line, end), b' ' | b'\t' | b']' | b'!');
    if byte(line, end) == b'!' {
        // Telegraf: `E! [outputs.http] text`.
        let is_marked = is_alone && n_words == 0 && byte(line, end + 1) == b' ';
        let level = severity::from_letter(line[start]).filter(|_| is_marked)?;
        let end = end + 1;
        return Some(FoundLevel { level, start, end });
    }
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

/// The level before `end`, the place where the timestamp begins: `INFO: `, `[DEBUG `, `I, [`, `Thread-1::INFO::`.
pub(in super::super) fn level_before(line: &[u8], end: usize) -> Option<Level> {
    // `E 2024-…`, `[W 2024-…`, `I[2024-…`, `(W) 2024-…`: a letter alone at the very beginning.
    let first = match byte(line, 0) {
        b'[' if byte(line, 1) == b' ' => 2,
        b'[' | b'(' => 1,
        _ => 0,
    };
    let is_closed = byte(line, 0) == b'(' && byte(line, 2) == b')';
    if end > first
        && (is_closed || matches!(byte(line, first + 1), b' ' | b'\t' | b'[' | b',' | b':'))
        && line[first].is_ascii_uppercase()
        && line[first + 1..end]
            .iter()
            .all(|byte| !byte.is_ascii_alphanumeric())
        && !matches!(line[first], b'A' | b'C')
    {
        return severity::from_letter(line[first]);
    }
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
        let is_certain = pos == 0 || line[pos - 1] == b'[';
        if is_certain && let Some(level) = severity::from_translated(word) {
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
pub(in super::super) fn leading_level(line: &[u8], at: usize) -> Option<(Level, usize)> {
    let is_open = matches!(byte(line, at), b'[' | b'<' | b'(');
    let start = skip_blanks(line, at + usize::from(is_open));
    let mut end = start;
    while end < line.len() && end < start + 16 && line[end].is_ascii_alphanumeric() {
        end += 1;
    }
    let mut level = severity::from_word(&line[start..end]);
    let is_translated = level.is_none();
    if is_translated {
        end = letters_end(line, start);
        level = severity::from_translated(&line[start..end]);
    }
    let level = level?;
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
        b' ' | b'\t' if is_capital && end - start >= 4 && !is_translated => Some((level, end)),
        _ => None,
    }
}
