//! Records → fields, by the first format that knows them.

use std::sync::LazyLock;

use super::formats::{self, Context, Digits, FormatId};
use super::json_scan::{Value, unescape, value};
use super::pattern::Compiled;
use super::plan::after_shape;
use super::timestamp::Clock;
use super::{Fields, ParsePlan, Shape, Text, below, continuation, journal_export};

/// What a record says and which format said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parsed {
    /// The fields; texts are places in the record or in the scratch buffer.
    pub fields: Fields,
    /// The format of the line; for CSV that of plain text.
    pub format: FormatId,
}

/// Takes records apart after a plan. Holds no state between records.
#[derive(Debug, Clone)]
pub struct Parser {
    plan: ParsePlan,
    ctx: Context,
    /// What the user said, ready to be used.
    pattern: Option<Compiled>,
}

/// For every first byte the formats that may begin with it, as bits.
static BY_FIRST: LazyLock<[u64; 256]> = LazyLock::new(|| {
    let mut by_first = [0; 256];
    for (first, bits) in (0..=255).zip(&mut by_first) {
        for (idx, format) in formats::all().iter().enumerate() {
            *bits |= u64::from(format.may_begin_with(first)) << idx;
        }
    }
    by_first
});

/// The same for every way in which a line may begin with digits.
static BY_DIGITS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let leads = Digits::all().map(|lead| {
        let mut bits = BY_FIRST[usize::from(b'0')];
        for (idx, format) in formats::all().iter().enumerate() {
            if !format.may_begin_with_digits(lead) {
                bits &= !(1 << idx);
            }
        }
        bits
    });
    let table: Vec<u64> = leads.collect();
    debug_assert_eq!(table.len(), Digits::N);
    table
});

/// The formats that a line may be of, as bits.
#[inline]
fn candidates(line: &[u8]) -> u64 {
    match line.first() {
        None => 0,
        Some(b'0'..=b'9') => BY_DIGITS[Digits::of(line).idx()],
        Some(first) => BY_FIRST[usize::from(*first)],
    }
}

impl Parsed {
    /// Whether the header was walked part by part rather than known by its layout.
    pub(super) fn has_loose_header(&self) -> bool {
        matches!(self.format.format().name(), "log4j" | "generic")
    }
}

impl Parser {
    /// Reads as `plan` says.
    #[must_use]
    pub fn new(plan: &ParsePlan) -> Self {
        let pattern = match &plan.shape {
            Shape::Pattern(pattern) => Compiled::new(pattern).ok(),
            _ => None,
        };
        Self {
            plan: plan.clone(),
            pattern,
            ctx: Context {
                clock: Clock {
                    order: plan.day_month,
                },
                stamp_limit: plan.stamp_limit as usize,
                is_inner: false,
            },
        }
    }

    /// Takes one record apart; always gives fields. Clears `scratch` first.
    ///
    /// A record is a line without its end ([`Shape::Lines`], [`Shape::Plain`]), a CSV record without its last line end, or an
    /// element of a JSON array: a string with its quotes, whose text is read like a line, or any other value.
    pub fn parse(&mut self, record: &[u8], scratch: &mut Vec<u8>) -> Parsed {
        scratch.clear();
        match &self.plan.shape {
            Shape::Lines => self.parse_text(record, scratch),
            Shape::Pattern(_) => {
                let fields = match &mut self.pattern {
                    Some(pattern) => pattern.parse(record, &self.ctx),
                    None => None,
                };
                as_plain(fields.unwrap_or(Fields::of_message(Text::line(0, record.len()))))
            }
            Shape::Plain => as_plain(Fields::of_message(Text::line(0, record.len()))),
            Shape::Csv(columns) => as_plain(columns.parse(record, &self.ctx, scratch)),
            Shape::Directives(columns) => as_plain(columns.parse(record, &self.ctx, scratch)),
            Shape::JsonArray | Shape::JsonMembers | Shape::JsonObjects => {
                self.parse_element(record, scratch)
            }
            Shape::JournalExport => as_plain(journal_export::parse(record, &self.ctx)),
        }
    }

    /// Like [`Self::parse`], but `None` when the line continues the record above.
    pub fn parse_line(&mut self, line: &[u8], scratch: &mut Vec<u8>) -> Option<Parsed> {
        match &self.plan.shape {
            Shape::Lines => {}
            Shape::Pattern(_) => {
                scratch.clear();
                let pattern = self.pattern.as_mut()?;
                let fields = pattern.parse(line, &self.ctx);
                let is_record = fields.is_some() || !self.plan.is_headed;
                let fields = fields.unwrap_or(Fields::of_message(Text::line(0, line.len())));
                return is_record.then(|| as_plain(fields));
            }
            _ => return Some(self.parse(line, scratch)),
        }
        if let Some(key) = &self.plan.block_key {
            let is_first = line.starts_with(key.as_bytes());
            return is_first.then(|| self.parse(line, scratch));
        }
        if continuation::reads_like_one(line) && !self.may_be_header(line) {
            return None;
        }
        scratch.clear();
        let parsed = self.parse_text(line, scratch);
        if !self.plan.is_headed {
            return Some(parsed);
        }
        if begins_record(&parsed) {
            return (!continuation::adds_to_message(line, &parsed.fields)).then_some(parsed);
        }
        // A header whose time is none: `2024-13-45 10:00:00 ERROR …`.
        let shape = self.plan.stamp_shape.as_ref()?;
        let end = after_shape(line, shape.as_bytes())?;
        Some(as_plain(formats::without_time(line, end)))
    }

    /// Whether the record that begins with `line` cannot be read without the lines below it.
    #[must_use]
    #[inline]
    pub fn is_bare(&self, line: &[u8], parsed: &Parsed) -> bool {
        let fields = &parsed.fields;
        self.plan.shape == Shape::Lines
            && (fields.message.is_empty()
                || (self.plan.has_levels_below && fields.level.is_none())
                || line.first() == Some(&b'=') && parsed.format.format().name() == below::REPORT
                || self.plan.block_key.is_some())
    }

    /// Takes a whole record apart: its [bare](Self::is_bare) first line and the lines below it, as [`super::gather`] puts them
    /// together. Clears `scratch` first.
    pub fn parse_below(&mut self, record: &[u8], scratch: &mut Vec<u8>) -> Parsed {
        let end = memchr::memchr(b'\n', record).unwrap_or(record.len());
        let head = self.parse(&record[..end], scratch);
        let is_block = self.plan.block_key.as_ref();
        let fields = if is_block.is_some_and(|key| !key.starts_with('#')) {
            below::block(record, &self.ctx)
        } else {
            let is_report = head.format.format().name() == below::REPORT;
            below::text(record, end, head.fields, is_report, scratch)
        };
        Parsed { fields, ..head }
    }

    /// Whether `line` is written as the user said.
    pub(super) fn matches(&mut self, line: &[u8]) -> bool {
        let pattern = self.pattern.as_mut();
        pattern.is_some_and(|pattern| pattern.parse(line, &self.ctx).is_some())
    }

    /// Whether `line` says something about the file rather than being a record.
    #[must_use]
    pub fn is_structure(&self, line: &[u8]) -> bool {
        matches!(&self.plan.shape, Shape::Directives(columns) if columns.is_structure(line))
    }

    /// Whether `line` continues the record above; depends on nothing but the line and the plan.
    #[must_use]
    pub fn is_continuation(&self, line: &[u8]) -> bool {
        self.clone().parse_line(line, &mut Vec::new()).is_none()
    }

    /// Indented lines are headers only where the stamp or object itself is what is indented: ` 2019-01-29 …`, `  {"time":…`.
    fn may_be_header(&self, line: &[u8]) -> bool {
        let indent = line
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        if !(1..=8).contains(&indent) || !self.plan.is_headed {
            return line.first() == Some(&b'#') && self.plan.is_headed;
        }
        let first = line.get(indent).copied().unwrap_or(0);
        indent <= usize::from(self.plan.indent_limit)
            && (first.is_ascii_digit() || first.is_ascii_uppercase())
            && super::timestamp::at(line, indent, self.ctx.clock.order, false).is_some()
    }

    fn parse_text(&self, line: &[u8], scratch: &mut Vec<u8>) -> Parsed {
        // Terminal colours stand between the parts of a header; such a line is read without them.
        if memchr::memchr(0x1b, &line[..line.len().min(COLOURS_WITHIN)]).is_some() {
            let from = scratch.len();
            without_colours(line, scratch);
            return parse_piece(Text::scratch(from, scratch.len()), line, &self.ctx, scratch);
        }
        let mut parsed = first_that_knows(line, &self.ctx, scratch);
        if let Some(columns) = &self.plan.columns
            && parsed.has_loose_header()
        {
            columns.cut(line, &mut parsed.fields);
        }
        parsed
    }

    fn parse_element(&self, record: &[u8], scratch: &mut Vec<u8>) -> Parsed {
        let skipped = super::json_scan::skip_space(record, 0);
        if let Some((Value::String(start, end, has_escape), _)) = value(record, skipped) {
            let message = if has_escape {
                unescape(&record[start..end], scratch);
                Text::scratch(0, scratch.len())
            } else {
                Text::line(start, end)
            };
            return parse_piece(message, record, &self.ctx, scratch);
        }
        self.parse_text(record, scratch)
    }
}

/// How far into a line terminal colours are looked for.
const COLOURS_WITHIN: usize = 128;

/// Appends `line` without its control sequences (ECMA-48: ESC, `[`, parameters, one letter).
fn without_colours(line: &[u8], out: &mut Vec<u8>) {
    let mut pos = 0;
    while let Some(idx) = memchr::memchr(0x1b, &line[pos..]) {
        out.extend_from_slice(&line[pos..pos + idx]);
        pos += idx + 1;
        if line.get(pos) == Some(&b'[') {
            pos += 1;
            pos += line[pos..]
                .iter()
                .take_while(|byte| (0x20..0x40).contains(*byte))
                .count();
            pos = (pos + 1).min(line.len());
        }
    }
    out.extend_from_slice(&line[pos..]);
}

/// Fields that no format of a line gave.
fn as_plain(fields: Fields) -> Parsed {
    Parsed {
        fields,
        format: plain(),
    }
}

fn plain() -> FormatId {
    FormatId((formats::all().len() - 1) as u8)
}

fn first_that_knows(line: &[u8], ctx: &Context, scratch: &mut Vec<u8>) -> Parsed {
    let formats = formats::all();
    let kept = scratch.len();
    let mut bits = candidates(line);
    while bits != 0 {
        let idx = bits.trailing_zeros() as usize;
        bits &= bits - 1;
        if let Some(fields) = formats[idx].parse(line, ctx, scratch) {
            return Parsed {
                fields,
                format: FormatId(idx as u8),
            };
        }
        scratch.truncate(kept);
    }
    Parsed {
        fields: Fields::of_message(Text::line(0, line.len())),
        format: plain(),
    }
}

/// A record of a headed file begins with a time; objects are records with or without one.
fn begins_record(parsed: &Parsed) -> bool {
    let format = parsed.format.format().name();
    parsed.fields.timestamp.is_some() || matches!(format, "json" | "logcat")
}

/// Reads a piece of a record as a line of its own; its texts come back as places in the record or scratch.
fn parse_piece(piece: Text, record: &[u8], ctx: &Context, scratch: &mut Vec<u8>) -> Parsed {
    // Formats write to the end of a scratch buffer and read the line: the piece may stand in that very buffer, so the inner
    // line gets one of its own, which stays unallocated unless the piece needs unescaping again.
    let mut own = Vec::new();
    let parsed = first_that_knows(piece.get(record, scratch), ctx, &mut own);
    let scratch_at = scratch.len();
    scratch.extend_from_slice(&own);
    let moved = |text: Text| match (text, piece) {
        (Text::Line(start, end), Text::Line(base, _)) => Text::Line(base + start, base + end),
        (text, Text::Scratch(base, _)) => text.moved_to_scratch(base as usize, scratch_at),
        (text, Text::Line(..)) => text.moved_to_scratch(0, scratch_at),
    };
    let fields = parsed.fields;
    Parsed {
        fields: Fields {
            source: moved(fields.source),
            message: moved(fields.message),
            ip: fields.ip.map(moved),
            user: fields.user.map(moved),
            ..fields
        },
        ..parsed
    }
}

/// Reads the message of a record as a line of its own; `None` if it says nothing but itself.
pub(super) fn parse_inner(
    message: Text,
    record: &[u8],
    ctx: &Context,
    scratch: &mut Vec<u8>,
) -> Option<Fields> {
    let first = *message.get(record, scratch).first()?;
    // Messages are sentences: a header begins with a digit, a bracket, a month or a level in capitals.
    if first.is_ascii_lowercase() && first != b't' && first != b'l' {
        return None;
    }
    let inner = Context {
        is_inner: true,
        stamp_limit: 64,
        ..ctx.clone()
    };
    let parsed = parse_piece(message, record, &inner, scratch);
    (parsed.format != plain() || parsed.fields.level.is_some()).then_some(parsed.fields)
}
