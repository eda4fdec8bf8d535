//! Many messages of one file → columns at their beginning that belong to the header.
//!
//! A header nobody listed is first walked part by part; what the walk cannot know from one line is that *every* line goes on with
//! a process id, a session or a thread. So the head of the file is asked once: a place that holds a number, the same key, or one
//! narrow value between delimiters on nearly all lines is a column, and the message begins behind the last of them. The answer is
//! part of the plan and a line needs no other line.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Fields, Text, severity};

/// What to take off the beginning of every message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeaderColumns {
    /// The byte between columns.
    pub delimiter: u8,
    /// How many columns are header.
    pub n_columns: u32,
    /// Which of them names the program or component.
    pub source: Option<u32>,
    /// Which of them is the level.
    pub level: Option<u32>,
}

/// Fewer messages tell nothing.
const MIN_LINES: usize = 20;
/// Columns looked at.
const MAX_COLUMNS: usize = 8;
/// Bytes a column may be wide.
const MAX_WIDTH: usize = 64;

/// Whether `n` is nearly all of `n_lines`: one line in fifty may be written in another way.
fn is_nearly_all(n: usize, n_lines: usize) -> bool {
    n * 50 >= n_lines * 49
}

impl HeaderColumns {
    /// The columns at the beginning of `messages`, if there are any.
    pub(super) fn probe(messages: &[&[u8]]) -> Option<Self> {
        if messages.len() < MIN_LINES {
            return None;
        }
        let distinct: BTreeSet<&[u8]> = messages.iter().copied().take(1000).collect();
        if distinct.len() < MIN_LINES / 4 {
            return None;
        }
        [b'|', b'\t', b';', b',']
            .into_iter()
            .find_map(|delimiter| between_marks(messages, delimiter))
            .or_else(|| between_blanks(messages))
    }

    /// Takes the columns off the message and reads what they say, where this line has them.
    pub(super) fn cut(&self, line: &[u8], fields: &mut Fields) {
        let Text::Line(start, end) = fields.message else {
            return;
        };
        let (start, end) = (start as usize, (end as usize).min(line.len()));
        let mut at = start;
        let (mut source, mut level) = (None, None);
        for column in 0..self.n_columns {
            let Some((text, next)) = column_at(line, at, end, self.delimiter) else {
                return;
            };
            let value = &line[text.0..text.1];
            let is_fitting = self.delimiter != b' '
                || is_id(value)
                || self.source == Some(column)
                || value.contains(&b'=');
            if !is_fitting {
                return;
            }
            if self.source == Some(column) {
                source = Some(Text::line(text.0, text.1));
            }
            if self.level == Some(column) {
                level = severity::from_value(value);
            }
            at = next;
        }
        while at < end && line[at].is_ascii_whitespace() {
            at += 1;
        }
        fields.message = Text::line(at, end);
        fields.level = fields.level.or(level);
        if fields.source.is_empty() {
            fields.source = source.unwrap_or(Text::EMPTY);
        }
    }
}

/// The column at `at` without blanks around it, and where the next one begins; `None` if nothing ends it.
fn column_at(line: &[u8], at: usize, end: usize, delimiter: u8) -> Option<((usize, usize), usize)> {
    let window = line.get(at..end.min(at + MAX_WIDTH))?;
    let len = memchr::memchr(delimiter, window)?;
    let text = window[..len].trim_ascii();
    let start = at + window[..len].len() - window[..len].trim_ascii_start().len();
    let mut next = at + len + 1;
    if delimiter == b' ' {
        while next < end && line[next] == b' ' {
            next += 1;
        }
    }
    Some(((start, start + text.len()), next))
}

/// What the columns of a delimiter hold, over all messages.
fn tally(messages: &[&[u8]], delimiter: u8) -> Vec<Column> {
    let mut columns = vec![Column::default(); MAX_COLUMNS];
    for message in messages {
        let mut at = 0;
        for column in &mut columns {
            let Some((text, next)) = column_at(message, at, message.len(), delimiter) else {
                break;
            };
            column.count(&message[text.0..text.1], &message[next..]);
            at = next;
        }
    }
    columns
}

#[derive(Clone, Default)]
struct Column {
    n: usize,
    n_narrow: usize,
    n_id: usize,
    n_level: usize,
    n_name: usize,
    n_same_key: usize,
    key: Vec<u8>,
    names: BTreeSet<Vec<u8>>,
    /// Lines on which text with blanks follows.
    n_text_after: usize,
    /// Lines on which another `key=` follows.
    n_key_after: usize,
}

impl Column {
    fn count(&mut self, text: &[u8], rest: &[u8]) {
        self.n += 1;
        self.n_narrow += usize::from(!text.contains(&b' '));
        self.n_id += usize::from(is_id(text));
        self.n_level += usize::from(severity::from_value(text).is_some() && !is_number(text));
        let is_name = text.iter().any(u8::is_ascii_alphabetic)
            && text.iter().all(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'.' | b'_' | b'-' | b'/' | b'$' | b':')
            });
        if is_name {
            self.n_name += 1;
            if self.names.len() < 256 {
                self.names.insert(text.to_vec());
            }
        }
        if let Some(equals) = memchr::memchr(b'=', text).filter(|equals| *equals > 0) {
            if self.n == 1 {
                self.key = text[..equals].to_vec();
            }
            self.n_same_key += usize::from(self.key == text[..equals]);
        }
        self.n_text_after += usize::from(rest.trim_ascii().contains(&b' '));
        let word = rest.split(|byte| *byte == b' ').next().unwrap_or(rest);
        self.n_key_after += usize::from(word.contains(&b'='));
    }

    /// Names repeat; what is different on every line is no program.
    fn is_source(&self, n_lines: usize) -> bool {
        is_nearly_all(self.n_name, n_lines) && self.names.len() <= (n_lines / 4).clamp(2, 255)
    }
}

/// `4711|shop.cart|text`: narrow columns up to the first that holds text.
fn between_marks(messages: &[&[u8]], delimiter: u8) -> Option<HeaderColumns> {
    let n_lines = messages.len();
    let columns = tally(messages, delimiter);
    let n_columns = columns
        .iter()
        .take_while(|column| is_nearly_all(column.n_narrow, n_lines))
        .count();
    let last = columns[..n_columns].last()?;
    // Where nothing but values follows, the line is a table and all of it is said.
    if last.n_text_after * 3 < n_lines {
        return None;
    }
    let level = columns[..n_columns]
        .iter()
        .position(|column| is_nearly_all(column.n_level, n_lines));
    let source = (0..n_columns).find(|&idx| Some(idx) != level && columns[idx].is_source(n_lines));
    Some(HeaderColumns {
        delimiter,
        n_columns: n_columns as u32,
        source: source.map(|idx| idx as u32),
        level: level.map(|idx| idx as u32),
    })
}

/// `4711 140123 text`, `cart 4711 140123 text`, `thread=main text`.
fn between_blanks(messages: &[&[u8]]) -> Option<HeaderColumns> {
    let n_lines = messages.len();
    let columns = tally(messages, b' ');
    let is_id = |idx: usize| is_nearly_all(columns[idx].n_id, n_lines);
    let is_key = |idx: usize| is_nearly_all(columns[idx].n_same_key, n_lines);
    let count_from = |first: usize| {
        (first..MAX_COLUMNS)
            .take_while(|&idx| is_id(idx) || is_key(idx))
            .count()
    };
    let n_leading = count_from(0);
    // One name before two or more numbers is the program; before one it may well begin a sentence.
    let n_named = if columns[0].is_source(n_lines) && is_id(1) && is_id(2) {
        1 + count_from(1)
    } else {
        0
    };
    let n_columns = n_leading.max(n_named);
    let last = columns[..n_columns].last()?;
    // A line of nothing but keys is a message of keys.
    if last.n_text_after * 3 < n_lines || last.n_key_after * 2 > n_lines {
        return None;
    }
    Some(HeaderColumns {
        delimiter: b' ',
        n_columns: n_columns as u32,
        source: (n_named > n_leading).then_some(0),
        level: None,
    })
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// A number, a hexadecimal number or nothing (`-`), with or without brackets or a mark around it: a process, thread or session.
fn is_id(text: &[u8]) -> bool {
    let open = usize::from(matches!(text.first(), Some(b'[' | b'(' | b'<' | b'#')));
    let close = usize::from(matches!(text.last(), Some(b']' | b')' | b'>' | b':')));
    let Some(inner) = text.get(open..text.len().saturating_sub(close)) else {
        return false;
    };
    let digits = inner.strip_prefix(b"0x").unwrap_or(inner);
    inner == b"-"
        || (digits.iter().all(u8::is_ascii_hexdigit) && digits.iter().any(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Probes forty messages made from `layout`, in which `#` is a number that changes, and cuts the first of them.
    fn check(layout: &[&str], want: Option<(&str, &str)>) {
        let messages: Vec<String> = (0..40)
            .map(|idx| layout[idx % layout.len()].replace('#', &(4711 + idx * 7).to_string()))
            .collect();
        let lines: Vec<&[u8]> = messages.iter().map(String::as_bytes).collect();
        let got = HeaderColumns::probe(&lines).map(|columns| {
            let mut fields = Fields::of_message(Text::line(0, lines[0].len()));
            columns.cut(lines[0], &mut fields);
            let text = |text: Text| String::from_utf8_lossy(text.get(lines[0], &[])).into_owned();
            (text(fields.source), text(fields.message))
        });
        let want = want.map(|(source, message)| (source.to_owned(), message.to_owned()));
        assert_eq!(got, want, "{layout:?}");
    }

    #[test]
    fn columns_that_every_line_has_are_header() {
        check(
            &[
                "#|shop.cart|price of # missing",
                "#|shop.till|sold # of them",
            ],
            Some(("shop.cart", "price of 4711 missing")),
        );
        check(
            &["#;cart;price of # missing", "#;till;sold # of them"],
            Some(("cart", "price of 4711 missing")),
        );
        check(
            &["# [#] price of # missing", "# [#] sold # of them"],
            Some(("", "price of 4711 missing")),
        );
        check(
            &["cart # # price of # missing", "till # # sold # of them"],
            Some(("cart", "price of 4711 missing")),
        );
        check(
            &[
                "thread=a# req=# price of # missing",
                "thread=b# req=# sold them",
            ],
            Some(("", "price of 4711 missing")),
        );
    }

    #[test]
    fn sentences_and_tables_have_no_header() {
        check(&["price of # missing", "sold # of them"], None);
        check(&["price # is missing", "order # was sold"], None);
        check(&["sold #, # and # of them", "took #, # is left"], None);
        check(&["a=# b=# c=#", "a=# b=# c=# d=#"], None);
        check(&["#,#,#,cart", "#,#,#,till"], None);
    }

    #[test]
    fn a_line_without_the_columns_is_left_alone() {
        let columns = HeaderColumns {
            delimiter: b' ',
            n_columns: 2,
            source: None,
            level: None,
        };
        for (line, want) in [
            ("4711 12 price missing", "price missing"),
            ("price 12 is missing", "price 12 is missing"),
            ("4711", "4711"),
        ] {
            let mut fields = Fields::of_message(Text::line(0, line.len()));
            columns.cut(line.as_bytes(), &mut fields);
            assert_eq!(fields.message.get(line.as_bytes(), &[]), want.as_bytes());
        }
    }
}
