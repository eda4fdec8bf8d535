//! The head of a file → how to cut and read the whole of it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::Text;
use super::below;
use super::columns::HeaderColumns;
use super::continuation;
use super::csv_record::{CsvColumns, CsvFields, first_record};
use super::directives::DirectiveColumns;
use super::formats;
use super::journal_export;
use super::json_scan::skip_space;
use super::parser::Parser;
use super::pattern::Pattern;
use super::timestamp::{self, DayMonth};
use crate::base::order::Arrange;
use crate::error::ParamsError;
use crate::ingest::split::{Boundary, Splitter};

/// How a file's text is cut into records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Shape {
    /// Lines, of which some may continue the one above.
    Lines,
    /// CSV, usually with a header as its first record; the header itself is not a record.
    Csv(CsvColumns),
    /// Lines in columns that directives name; the directives themselves are not records.
    Directives(DirectiveColumns),
    /// One JSON array whose elements are the records.
    JsonArray,
    /// JSON objects that hold arrays whose elements are the records.
    JsonMembers,
    /// JSON objects one after the other, spread over lines.
    JsonObjects,
    /// Paragraphs of `KEY=value` as systemd's journal exports them.
    JournalExport,
    /// Lines of which the user said how they are written; those that are not continue the record above.
    Pattern(Pattern),
    /// Every line is a message without a header, because the user said so.
    Plain,
}

/// How the order of day and month is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Basis {
    /// There are no dates in which it is a question.
    Absent,
    /// No date tells it.
    Assumed,
    /// A number above twelve can only be a day.
    Told,
    /// A person said so.
    Chosen,
}

/// What the head of a file tells about all of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ParsePlan {
    /// How to cut the text.
    pub shape: Shape,
    /// Whether records begin with a timestamp, so that a line without one continues the record above.
    pub is_headed: bool,
    /// Order of day and month in dates such as `7/4/2015`.
    pub day_month: DayMonth,
    /// How that is known.
    pub day_month_basis: Basis,
    /// Whether most timestamps leave the year out.
    pub is_year_assumed: bool,
    /// Timestamps that begin at or after this byte of a line belong to the message.
    pub stamp_limit: u32,
    /// Columns that stand before the message on every line, behind what each line tells by itself.
    pub columns: Option<HeaderColumns>,
    /// How the stamp at the very beginning of most lines is written: runs of digits as `0`, of letters as `a`, marks as they are.
    /// A line that begins so but holds no valid time is a record without one.
    pub stamp_shape: Option<String>,
    /// Whether the level of most records stands at the beginning of the line below their head.
    pub has_levels_below: bool,
    /// Blanks that may stand before the stamp that begins a record; behind more of them a line continues the record above.
    pub indent_limit: u8,
    /// What the first line of every record begins with, where records are blocks of `key: value` lines.
    pub block_key: Option<String>,
}

/// Where a header may end in a file of unknown habits.
const STAMP_LIMIT: usize = 160;
/// At least this share of lines must have a timestamp for the others to be continuations.
const HEADED_SHARE: f64 = 0.25;
/// The same where most timestamps stand alone on their lines: they are there for what stands below.
const LONE_SHARE: f64 = 0.1;
/// Blanks before a stamp where most records have fewer.
const INDENT_LIMIT: u8 = 2;
/// No more lines than this are looked at.
const MAX_LINES: usize = 5000;

impl ParsePlan {
    /// Decides from `head`, the first decoded text of a file (up to 1 MiB; its last line may be cut).
    #[must_use]
    pub fn probe(head: &[u8], is_plain: bool) -> Self {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let shape = if is_plain {
            Shape::Plain
        } else if is_json_array(head) {
            Shape::JsonArray
        } else if is_wrapped_json(head) {
            Shape::JsonMembers
        } else if is_spread_json(head) {
            Shape::JsonObjects
        } else if journal_export::is_export(head) {
            Shape::JournalExport
        } else if let Some(columns) = DirectiveColumns::probe(head) {
            Shape::Directives(columns)
        } else if let Some(columns) = csv_columns(head) {
            Shape::Csv(columns)
        } else {
            Shape::Lines
        };
        let mut plan = Self {
            shape,
            is_headed: false,
            day_month: DayMonth::MonthFirst,
            day_month_basis: Basis::Absent,
            is_year_assumed: false,
            stamp_limit: STAMP_LIMIT as u32,
            columns: None,
            stamp_shape: None,
            has_levels_below: false,
            indent_limit: INDENT_LIMIT,
            block_key: None,
        };
        if plan.shape == Shape::Lines {
            plan.indent_limit = indent_limit(head);
            plan.block_key = below::block_key(lines(head).take(MAX_LINES));
        }
        if plan.shape != Shape::Plain {
            plan.probe_lines(head);
        }
        plan
    }

    /// For lines of which the user said how they are written.
    ///
    /// # Errors
    /// As [`Pattern::check`].
    pub fn of_pattern(head: &[u8], pattern: Pattern) -> Result<Self, ParamsError> {
        pattern.check()?;
        let mut plan = Self::probe(head, true);
        plan.shape = Shape::Pattern(pattern);
        let mut order = OrderVotes::default();
        for line in lines(head).take(MAX_LINES) {
            let found = timestamp::find(line, 0, STAMP_LIMIT, DayMonth::MonthFirst);
            if let Some(pair) = found.and_then(|found| found.pair) {
                order.count(pair);
            }
        }
        (plan.day_month, plan.day_month_basis) = order.decide();
        let mut parser = Parser::new(&plan);
        // Where nothing matches, every line is a record that nobody understands, not part of one endless record.
        plan.is_headed = lines(head)
            .take(MAX_LINES)
            .any(|line| parser.matches(line.strip_suffix(b"\r").unwrap_or(line)));
        Ok(plan)
    }

    /// Takes a person's word for the order of day and month, where it is a question.
    pub fn choose_day_month(&mut self, order: DayMonth) {
        if self.day_month_basis != Basis::Absent {
            (self.day_month, self.day_month_basis) = (order, Basis::Chosen);
        }
    }

    fn probe_lines(&mut self, head: &[u8]) {
        let mut order = OrderVotes::default();
        let mut stamp_starts = Vec::new();
        let mut n_lines = 0;
        let mut n_stamped = 0;
        let mut n_yearless = 0;
        let (mut n_lone, mut n_levels_below, mut is_below_head) = (0, 0, false);
        let mut parser = Parser::new(self);
        let mut scratch = Vec::new();
        let mut messages = Vec::new();
        let mut shapes: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
        for line in lines(head).take(MAX_LINES) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.trim_ascii().is_empty() {
                continue;
            }
            let found = timestamp::find(line, 0, STAMP_LIMIT, DayMonth::MonthFirst);
            if let Some(pair) = found.and_then(|found| found.pair) {
                order.count(pair);
            }
            let indents = 1..=usize::from(self.indent_limit);
            let is_indented_stamp = found.is_some_and(|found| indents.contains(&found.start))
                && line[0].is_ascii_whitespace();
            if self.shape != Shape::Lines
                || (continuation::reads_like_one(line) && !is_indented_stamp)
            {
                continue;
            }
            n_lines += 1;
            n_levels_below += u32::from(is_below_head && below::level(line).is_some());
            let is_yearless = |found: &timestamp::Found| {
                matches!(found.moment, timestamp::Moment::YearLess { .. })
            };
            n_yearless += u32::from(found.as_ref().is_some_and(is_yearless));
            let parsed = parser.parse(line, &mut scratch);
            is_below_head = parsed.fields.timestamp.is_some() && parsed.fields.level.is_none();
            if parsed.fields.timestamp.is_some() {
                n_stamped += 1;
                n_lone += u32::from(parsed.fields.message.is_empty());
                stamp_starts.extend(found.map(|found| found.start));
                if let Some(found) = found.filter(|found| found.start <= 1) {
                    *shapes.entry(stamp_shape(&line[..found.end])).or_default() += 1;
                }
            }
            if let (true, Text::Line(..)) = (parsed.has_loose_header(), parsed.fields.message) {
                messages.push(parsed.fields.message.get(line, &[]));
            }
        }
        if self.shape == Shape::Lines && messages.len() * 2 > n_stamped as usize {
            self.columns = HeaderColumns::probe(&messages);
        }
        let usual = shapes.into_iter().max_by_key(|(_, n)| *n);
        self.stamp_shape = usual
            .filter(|(shape, n)| {
                // Fewer marks than a date has would be the beginning of many a sentence.
                n * 2 > n_stamped && memchr::memchr_iter(b'0', shape).count() >= 4
            })
            .and_then(|(shape, _)| String::from_utf8(shape).ok());
        (self.day_month, self.day_month_basis) = order.decide();
        self.is_year_assumed = n_yearless > n_stamped / 2;
        self.has_levels_below = n_levels_below * 4 > n_stamped;
        let share = if n_lone * 2 > n_stamped {
            LONE_SHARE
        } else {
            HEADED_SHARE
        };
        self.is_headed = n_stamped > 0 && f64::from(n_stamped) >= share * f64::from(n_lines);
        // Lines that quote a time far behind where all headers have it do not begin a record.
        if self.is_headed && stamp_starts.len() >= 20 {
            stamp_starts.arrange();
            let usual = stamp_starts[(stamp_starts.len() - 1) * 98 / 100];
            self.stamp_limit = (usual + 32).clamp(64, STAMP_LIMIT) as u32;
        }
    }
}

/// The lines of the head; a last line without its end is left out unless it is the only one.
fn lines(head: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let end = memchr::memrchr(b'\n', head).unwrap_or(head.len());
    head[..end].split(|byte| *byte == b'\n')
}

/// How far stamps may be indented: in some logs every record is, below a banner that is not.
fn indent_limit(head: &[u8]) -> u8 {
    let (mut n_deep, mut n_flush) = (0, 0);
    for line in lines(head).take(MAX_LINES) {
        let indent = line
            .iter()
            .take(9)
            .take_while(|byte| **byte == b' ')
            .count();
        let is_stamp = line.get(indent).is_some_and(u8::is_ascii_digit)
            && timestamp::at(line, indent, DayMonth::MonthFirst, false).is_some();
        n_flush += u32::from(indent <= usize::from(INDENT_LIMIT) && !line.is_empty());
        n_deep += u32::from(indent > usize::from(INDENT_LIMIT) && indent <= 8 && is_stamp);
    }
    if n_deep > n_flush { 8 } else { INDENT_LIMIT }
}

/// Runs of digits as `0`, of letters as `a`, of blanks as one; all else as it is.
pub(super) fn stamp_shape(text: &[u8]) -> Vec<u8> {
    let mut shape = Vec::with_capacity(24);
    for byte in text {
        let class = shape_class(*byte);
        if !(matches!(class, b'0' | b'a' | b' ') && shape.last() == Some(&class)) {
            shape.push(class);
        }
    }
    shape
}

fn shape_class(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => b'0',
        b'a'..=b'z' | b'A'..=b'Z' => b'a',
        b'\t' => b' ',
        other => other,
    }
}

/// Where `line` goes on after something of this shape, if it begins so.
pub(super) fn after_shape(line: &[u8], shape: &[u8]) -> Option<usize> {
    let mut at = 0;
    for class in shape {
        if shape_class(*line.get(at)?) != *class {
            return None;
        }
        at += 1;
        if matches!(class, b'0' | b'a' | b' ') {
            while line
                .get(at)
                .is_some_and(|byte| shape_class(*byte) == *class)
            {
                at += 1;
            }
        }
    }
    Some(at)
}

/// How often each of the two leading numbers of dates can only be a day.
#[derive(Default)]
struct OrderVotes {
    day_first: u32,
    month_first: u32,
    undecided: u32,
}

impl OrderVotes {
    fn count(&mut self, (first, second): (u8, u8)) {
        match (first > 12, second > 12) {
            (true, false) => self.day_first += 1,
            (false, true) => self.month_first += 1,
            _ => self.undecided += 1,
        }
    }

    fn decide(&self) -> (DayMonth, Basis) {
        let basis = match (self.day_first + self.month_first, self.undecided) {
            (0, 0) => Basis::Absent,
            (0, _) => Basis::Assumed,
            _ => Basis::Told,
        };
        let order = if self.day_first > self.month_first {
            DayMonth::DayFirst
        } else {
            DayMonth::MonthFirst
        };
        (order, basis)
    }
}

/// `[` and then a string, an object or nothing; `[Sun Dec …` and `[2021-…` begin lines of logs.
fn is_json_array(head: &[u8]) -> bool {
    let open = skip_space(head, 0);
    let first = skip_space(head, open + 1);
    if head.get(open) != Some(&b'[') {
        return false;
    }
    match head.get(first) {
        Some(b'"') => {
            // `["a", …` and `["a"]`, not `["quoted"] text`.
            super::json_scan::value(head, first).is_none_or(|(_, end)| {
                matches!(head.get(skip_space(head, end)), Some(b',' | b']') | None)
            })
        }
        Some(b'{') => true,
        Some(b']') => skip_space(head, first + 1) >= head.len(),
        _ => false,
    }
}

/// Objects that say nothing themselves and hold an array of at least two records: `CloudTrail`, Azure Monitor, OTLP.
fn is_wrapped_json(head: &[u8]) -> bool {
    let open = skip_space(head, 0);
    if head.get(open) != Some(&b'{') || formats::says_something(head, open) {
        return false;
    }
    let (mut n_records, mut has_several, mut last_end) = (0, false, 0);
    let mut splitter = Splitter::new(Boundary::JsonMember, 0, false);
    let _ = splitter.push(head, |piece| {
        let is_object = piece.bytes.first() == Some(&b'{');
        // Nothing but the comma stands between two elements of one array.
        let between = &head[last_end as usize..piece.offset as usize];
        has_several |= n_records > 0 && between.trim_ascii().is_empty();
        last_end = piece.end;
        n_records = if is_object { n_records + 1 } else { 0 };
        if is_object && n_records < 100 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    n_records >= 2 && has_several
}

/// An object that begins on the first line of text and ends on a later one.
fn is_spread_json(head: &[u8]) -> bool {
    let open = skip_space(head, 0);
    if head.get(open) != Some(&b'{') {
        return false;
    }
    // Its first member tells it from a line of a program that begins with a brace.
    let first = skip_space(head, open + 1);
    let line_end = memchr::memchr(b'\n', &head[open..]).map(|len| open + len);
    let is_broken = line_end.is_some_and(|end| {
        super::json_scan::value(&head[..end], open).is_none() && skip_space(head, end) > end + 1
    });
    let end = super::json_scan::value(head, open).map_or(head.len(), |(_, end)| end);
    let is_object = matches!(head.get(first), Some(b'"' | b'}'));
    is_object && is_broken && (end < head.len() || head.len() >= 1 << 20 || head.ends_with(b"}"))
}

/// A header with a name we know, and a second record with as many fields.
fn csv_columns(head: &[u8]) -> Option<CsvColumns> {
    let (header_end, second_at) = first_record(&head[..head.len().min(1 << 16)])?;
    let header = &head[..header_end];
    if let Some(columns) = CsvColumns::of_postgres(header) {
        return Some(columns);
    }
    // Column names are short and hold no times; a first line that does is a log line with commas.
    let is_header = header.len() <= 4096
        && timestamp::find(header, 0, header.len(), DayMonth::MonthFirst).is_none();
    if !is_header || header.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let second = &head[second_at..];
    let second_end = first_record(second).map_or(second.len(), |(end, _)| end);
    let second = &second[..second_end];
    let is_lone_header = second.is_empty();
    [b',', b';', b'\t', b'|'].into_iter().find_map(|delimiter| {
        let columns = CsvColumns::from_header(header, delimiter)?;
        let n_fields = CsvFields::of(second, delimiter).count();
        let fits = n_fields == columns.n_columns as usize && !is_lone_header;
        fits.then_some(columns)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(head: &str) -> Shape {
        ParsePlan::probe(head.as_bytes(), false).shape
    }

    #[test]
    fn shapes_are_told_apart() {
        for head in [
            "[\"a\", \"b\"]",
            "[\n  {\"message\": 1}",
            "[]",
            " [ \"x\"\n]",
        ] {
            assert_eq!(shape(head), Shape::JsonArray, "{head}");
        }
        for head in [
            "",
            "[Sun Dec 04 04:47:44 2005] [notice] up\n",
            "[2021-01-01 00:00:00] up\n",
            "{ began\n  \"x\"\n",
            "[INFO] up\n",
            "{\"message\":\"x\"}\n{\"message\":\"y\"}\n",
            "message\n",
            "time, level and message are written to this file\nok\n",
            "a,b,c\n1,2,3\n",
            "2021-01-01 00:00:00,message,level\n2021-01-01 00:00:00,b,c\n",
        ] {
            assert_eq!(shape(head), Shape::Lines, "{head}");
        }
        for head in [
            "{\n  \"message\": 1\n}\n{\n  \"message\": 2\n}\n",
            "{ \"a\": {\n    \"b\": [1]\n  }\n}",
        ] {
            assert_eq!(shape(head), Shape::JsonObjects, "{head}");
        }
        for head in [
            "{\"Records\":[{\"eventName\":\"a\"},{\"eventName\":\"b\"}]}",
            "{\n  \"events\": [\n    {\"message\": 1},\n    {\"message\": 2}\n  ]\n}\n",
            "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"body\":1},{\"body\":2}]}]}]}\n",
        ] {
            assert_eq!(shape(head), Shape::JsonMembers, "{head}");
        }
        for head in [
            "{\"Records\":[{\"eventName\":\"a\"}]}",
            "{\"time\":\"2024-03-11T15:04:22Z\",\"msg\":\"got\",\"events\":[{\"a\":1},{\"a\":2}]}",
            "{\"events\":[1,2,3]}",
        ] {
            assert_eq!(shape(head), Shape::Lines, "{head}");
        }
        for (head, delimiter) in [
            ("Time,Level,Message\n1,INFO,\"a\nb\"\n", b','),
            ("@timestamp;message\r\n2021;x\r\n", b';'),
            ("id\tmessage\n1\tx\n", b'\t'),
        ] {
            let Shape::Csv(columns) = shape(head) else {
                panic!("{head}")
            };
            assert_eq!(columns.delimiter, delimiter);
        }
    }

    #[test]
    fn records_are_indented_where_most_stamps_are() {
        let record = "    2024-03-11 15:04:22 [WARN] shop: no price\n";
        let flush = "2024-03-11 15:04:22 [WARN] shop: no price\n";
        let banner = "==> shop is open\n";
        for (head, want) in [
            (banner.to_owned() + record + record, 8),
            (flush.to_owned() + flush + record, INDENT_LIMIT),
            ("shop\n".to_owned() + "    at Cart.java\n", INDENT_LIMIT),
        ] {
            assert_eq!(indent_limit(head.as_bytes()), want, "{head}");
            let plan = ParsePlan::probe(head.as_bytes(), false);
            let is_record = !Parser::new(&plan).is_continuation(record.trim_end().as_bytes());
            assert_eq!(is_record, want > INDENT_LIMIT, "{head}");
        }
    }

    #[test]
    fn a_first_number_above_twelve_decides_the_order() {
        for (head, want) in [
            (
                "04/05/2023 10:00:00 a\n13/05/2023 10:00:00 b\n",
                (DayMonth::DayFirst, Basis::Told),
            ),
            (
                "04/05/2023 10:00:00 a\n05/13/2023 10:00:00 b\n",
                (DayMonth::MonthFirst, Basis::Told),
            ),
            (
                "04/05/2023 10:00:00 a\n",
                (DayMonth::MonthFirst, Basis::Assumed),
            ),
            (
                "2023-05-04 10:00:00 a\n",
                (DayMonth::MonthFirst, Basis::Absent),
            ),
        ] {
            let plan = ParsePlan::probe(head.as_bytes(), false);
            assert_eq!((plan.day_month, plan.day_month_basis), want, "{head}");
        }
    }

    #[test]
    fn a_quarter_of_lines_with_time_makes_a_headed_file() {
        for (head, want) in [
            ("2023-05-04 10:00:00 a\nb\nc\nd\n", true),
            ("2023-05-04 10:00:00 a\nb\nc\nd\ne\n", false),
            ("2023-05-04 10:00:00 a\n\tb\n\tc\n\td\n\te\n", true),
            ("a\nb\n", false),
            ("", false),
        ] {
            assert_eq!(
                ParsePlan::probe(head.as_bytes(), false).is_headed,
                want,
                "{head}"
            );
        }
    }
}
