//! Records of a block → for each message and each place in it that holds a duration or a size: how its values are spread, and
//! the largest of them with where they stand; mergeable in block order.
//!
//! Which numbers these are is told by the unit that stands in the value (`31s`), follows it (`<*> ms`) or is named before it
//! (`size=<*>`, `duration_ms=<*>`): the numbers of ports, processes and orders are large without meaning anything by it. What
//! stands around a variable is the same in all records of a message and is looked at once; a value is asked for a unit of its
//! own in each record, so that it does not matter which comes first.
//!
//! Values are counted in bins of a sixteenth of an octave, which are the upper bits of the number itself: 6 % wide, no logarithm
//! a record, and any merge gives the same counts. (A sketch with relative error as in Masson, Rim and Lee, VLDB 2019.)

use serde::{Deserialize, Serialize};

use super::course::Course;
use crate::base::ids::{FileId, MessageId};
use crate::base::order::Arrange;
use crate::base::time::Timestamp;
use crate::base::written::Written;

/// Variables of a message that are looked at.
const MAX_PLACES: usize = 16;
/// Largest values that are kept of each place.
const N_LARGEST: usize = 8;

/// What a value is a number of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Unit {
    /// Microseconds.
    Micros,
    /// Bytes.
    Bytes,
    /// Whatever the log counts time in, which it does not say.
    Unsaid,
}

/// One of the largest values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LargeValue {
    /// The value.
    pub value: f64,
    /// Time of its record, as it is written; an instant once the text's calendar is known.
    pub time: Option<Written>,
    /// The text it stands in, once that is known.
    pub file: FileId,
    /// Line from 0: within the block, then within the text.
    pub line: u64,
    /// Byte offset in the text.
    pub offset: u64,
}

impl LargeValue {
    /// Time of its record, where the text's calendar has made an instant of it.
    #[must_use]
    pub fn instant(&self) -> Option<Timestamp> {
        self.time.map(|time| Timestamp(time.number()))
    }
}

/// The values of one place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// (upper bits of the value, records), by value.
    bins: Vec<(u16, u32)>,
    /// The largest values, largest first, the earlier of equal ones first.
    largest: Vec<LargeValue>,
}

impl Spread {
    fn count(&mut self, value: f64, n: u32) {
        let bin = bin(value);
        match self.bins.binary_search_by_key(&bin, |entry| entry.0) {
            Ok(at) => self.bins[at].1 = self.bins[at].1.saturating_add(n),
            Err(at) => self.bins.insert(at, (bin, n)),
        }
    }

    /// Keeps a value if it is one of the largest; later ones come later.
    fn keep(&mut self, place: LargeValue) {
        let value = place.value;
        let is_full = self.largest.len() == N_LARGEST;
        if is_full && self.largest.last().is_some_and(|last| last.value >= value) {
            return;
        }
        let at = self.largest.partition_point(|kept| kept.value >= value);
        self.largest.insert(at, place);
        self.largest.truncate(N_LARGEST);
    }

    /// Adds the values of what comes after, with places as `f` has them.
    pub fn merge(&mut self, other: &Self, f: impl Fn(LargeValue) -> LargeValue) {
        for (bin, n) in &other.bins {
            self.count(lowest(*bin), *n);
        }
        other.largest.iter().for_each(|place| self.keep(f(*place)));
    }

    /// Records with a value.
    #[must_use]
    pub fn n_records(&self) -> u64 {
        self.bins.iter().map(|entry| u64::from(entry.1)).sum()
    }

    /// Records with a value of at least the bin of this one.
    #[must_use]
    pub fn n_from(&self, value: f64) -> u64 {
        let at = self.bins.partition_point(|entry| entry.0 < bin(value));
        self.bins[at..].iter().map(|entry| u64::from(entry.1)).sum()
    }

    /// The value that a share of the records do not exceed, to the width of a bin; 0 when there is none.
    #[must_use]
    pub fn quantile(&self, share: f64) -> f64 {
        let wanted = share * self.n_records() as f64;
        let mut seen = 0.0;
        let mut bins = self.bins.iter();
        let found = bins.find(|entry| {
            seen += f64::from(entry.1);
            seen >= wanted
        });
        found.map_or(0.0, |entry| lowest(entry.0))
    }

    /// The largest values, largest first.
    #[must_use]
    pub fn largest(&self) -> &[LargeValue] {
        &self.largest
    }
}

/// Sign, exponent and four bits of the fraction.
fn bin(value: f64) -> u16 {
    (value.to_bits() >> 48) as u16
}

fn lowest(bin: u16) -> f64 {
    f64::from_bits(u64::from(bin) << 48)
}

/// The values of one place of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    /// The message: its number in the block, then in the run.
    pub message: MessageId,
    /// Which of the variables of the message.
    pub place: u8,
    /// What the values are numbers of.
    pub unit: Unit,
    /// The values.
    pub spread: Spread,
    /// The same over time.
    pub course: Course,
}

/// A variable of a message.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// What stands around says what its numbers are of, and what they are multiplied by.
    unit: Option<(Unit, f64)>,
    /// Its values, once there is one.
    amount: u32,
}

/// The variables of a message.
#[derive(Debug, Clone, Copy)]
struct Places {
    /// The first of them.
    first: u32,
    /// How many there are.
    n: u16,
    /// Those, as bits, of which something around says what they are numbers of.
    has_unit: u16,
}

/// No value has been seen.
const NONE: u32 = u32::MAX;

/// Amounts of the block that is being read.
#[derive(Debug, Default)]
pub struct BlockAmounts {
    of_message: Vec<Places>,
    places: Vec<Place>,
    amounts: Vec<Amount>,
    /// Where the slice of the latest value begins.
    latest: Option<Written>,
}

impl BlockAmounts {
    /// Looks at what stands around the variables of a new message; messages come in the order of their numbers. Those beyond
    /// the cap are not told apart, and their values neither.
    pub fn begin(&mut self, message: &[u8], spans: &[(u32, u32)], is_kept: bool) {
        let first = self.places.len() as u32;
        let n_places = if is_kept { MAX_PLACES } else { 0 };
        let places = spans.iter().take(n_places);
        self.places.extend(places.map(|&(from, to)| Place {
            unit: unit_around(message, from as usize, to as usize),
            amount: NONE,
        }));
        let places = (0..).zip(&self.places[first as usize..]);
        let bit = |(at, place): (u16, &Place)| u16::from(place.unit.is_some()) << at;
        self.of_message.push(Places {
            first,
            n: (self.places.len() as u32 - first) as u16,
            has_unit: places.map(bit).fold(0, |all, bit| all | bit),
        });
    }

    /// Counts the values of a record; `record` says where a value stands.
    #[inline]
    pub fn add(
        &mut self,
        message_idx: u32,
        message: &[u8],
        spans: &[(u32, u32)],
        record: impl Fn(f64) -> LargeValue,
    ) {
        let Some(&places) = self.of_message.get(message_idx as usize) else {
            return;
        };
        let mut has_unit = places.has_unit;
        for (at, &(from, to)) in spans.iter().take(usize::from(places.n)).enumerate() {
            let span = &message[from as usize..to as usize];
            let is_told = has_unit & 1 != 0;
            has_unit >>= 1;
            // Most variables end with a digit and have nothing around them that says more.
            if is_told || !span.last().is_some_and(u8::is_ascii_digit) {
                let place = places.first as usize + at;
                self.count(message_idx, (place, at as u8), span, &record);
            }
        }
    }

    /// Counts the value of a span, if it has one.
    fn count(
        &mut self,
        message_idx: u32,
        (place, at): (usize, u8),
        span: &[u8],
        record: impl Fn(f64) -> LargeValue,
    ) {
        let place = &mut self.places[place];
        let is_number = span.first().is_some_and(u8::is_ascii_digit);
        let Some((value, unit)) = is_number.then(|| amount(span, place.unit)).flatten() else {
            return;
        };
        if place.amount == NONE {
            place.amount = self.amounts.len() as u32;
            self.amounts.push(Amount {
                message: MessageId(message_idx),
                place: at,
                unit,
                spread: Spread::default(),
                course: Course::default(),
            });
        }
        let amount = &mut self.amounts[place.amount as usize];
        let record = record(value);
        amount.spread.count(value, 1);
        amount.spread.keep(record);
        amount.course.add(record, &mut self.latest);
    }

    /// The places of which there was a value, by message.
    #[must_use]
    pub fn finish(mut self) -> Vec<Amount> {
        self.amounts
            .arrange_by_key(|amount| (amount.message, amount.place));
        self.amounts
    }
}

/// The value of a span: by its own unit, or by what stands around.
fn amount(span: &[u8], around: Option<(Unit, f64)>) -> Option<(f64, Unit)> {
    let (number, rest) = number(span)?;
    let (unit, scale) = if rest.is_empty() {
        around?
    } else {
        scale_of(rest)?
    };
    Some((number * scale, unit))
}

/// The number that a span begins with, not negative, and what follows it; commas between digits are left out.
fn number(span: &[u8]) -> Option<(f64, &[u8])> {
    let (mut whole, mut unit, mut n_digits, mut at) = (0.0_f64, 0.0_f64, 0, 0);
    for &byte in span {
        match byte {
            b'0'..=b'9' => {
                n_digits += 1;
                let digit = f64::from(byte - b'0');
                if unit == 0.0 {
                    whole = whole * 10.0 + digit;
                } else {
                    whole += digit * unit;
                    unit /= 10.0;
                }
            }
            b'.' if unit == 0.0 => unit = 0.1,
            b',' if unit == 0.0 && n_digits > 0 => {}
            _ => break,
        }
        at += 1;
    }
    (n_digits > 0 && n_digits < 20).then_some((whole, &span[at..]))
}

/// Units as they are written, and what one of them is.
const UNITS: [(&str, Unit, f64); 31] = [
    ("sec", Unit::Micros, 1e6),
    ("secs", Unit::Micros, 1e6),
    ("second", Unit::Micros, 1e6),
    ("seconds", Unit::Micros, 1e6),
    ("msec", Unit::Micros, 1e3),
    ("msecs", Unit::Micros, 1e3),
    ("millis", Unit::Micros, 1e3),
    ("milliseconds", Unit::Micros, 1e3),
    ("usec", Unit::Micros, 1.0),
    ("micros", Unit::Micros, 1.0),
    ("microseconds", Unit::Micros, 1.0),
    ("nanos", Unit::Micros, 1e-3),
    ("nanoseconds", Unit::Micros, 1e-3),
    ("min", Unit::Micros, 6e7),
    ("mins", Unit::Micros, 6e7),
    ("minutes", Unit::Micros, 6e7),
    ("hours", Unit::Micros, 3.6e9),
    ("byte", Unit::Bytes, 1.0),
    ("bytes", Unit::Bytes, 1.0),
    ("octets", Unit::Bytes, 1.0),
    ("kB", Unit::Bytes, 1e3),
    ("KB", Unit::Bytes, 1e3),
    ("MB", Unit::Bytes, 1e6),
    ("GB", Unit::Bytes, 1e9),
    ("TB", Unit::Bytes, 1e12),
    ("KiB", Unit::Bytes, 1024.0),
    ("MiB", Unit::Bytes, 1_048_576.0),
    ("GiB", Unit::Bytes, 1_073_741_824.0),
    ("kbytes", Unit::Bytes, 1e3),
    ("kilobytes", Unit::Bytes, 1e3),
    ("megabytes", Unit::Bytes, 1e6),
];

/// The unit that a text is.
fn scale_of(text: &[u8]) -> Option<(Unit, f64)> {
    // Those that stand in values come first, as every record asks.
    match text {
        b"ms" => return Some((Unit::Micros, 1e3)),
        b"s" => return Some((Unit::Micros, 1e6)),
        b"us" | b"\xc2\xb5s" => return Some((Unit::Micros, 1.0)),
        b"ns" => return Some((Unit::Micros, 1e-3)),
        b"B" => return Some((Unit::Bytes, 1.0)),
        _ => {}
    }
    if text.len() > 12 || !text.iter().all(u8::is_ascii_alphabetic) {
        return None;
    }
    let mut units = UNITS.iter();
    let found = units.find(|unit| unit.0.as_bytes() == text);
    found.map(|unit| (unit.1, unit.2))
}

/// What the variable at `from..to` is a number of by what stands around it, and what it is multiplied by.
fn unit_around(message: &[u8], from: usize, to: usize) -> Option<(Unit, f64)> {
    let is_letter =
        |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | 0x80..);
    let after = &message[to..];
    // At most a space between a number and its unit.
    let after = after.strip_prefix(b" ").unwrap_or(after);
    let n_after = after.iter().take_while(is_letter).count();
    if let Some(unit) = scale_of(&after[..n_after]) {
        return Some(unit);
    }
    let before = &message[..from];
    let n_between = before
        .iter()
        .rev()
        .take_while(|byte| !is_letter(byte))
        .count();
    let before = &before[..before.len() - n_between];
    if n_between > 3 || n_between == 0 {
        return None;
    }
    let n_before = before.iter().rev().take_while(is_letter).count();
    let word = before[before.len() - n_before..].to_ascii_lowercase();
    let mut parts = word.rsplit(|byte| matches!(byte, b'_' | b'-'));
    let last = parts.next().unwrap_or_default();
    // `duration_ms=12`; a word alone, as in `s: 12`, is no unit.
    if last.len() < word.len()
        && let Some(unit) = scale_of(last)
    {
        return Some(unit);
    }
    match last {
        b"size" | b"bytes" | b"length" | b"len" => Some((Unit::Bytes, 1.0)),
        b"took" | b"duration" | b"elapsed" | b"latency" | b"delay" | b"runtime" => {
            Some((Unit::Unsaid, 1.0))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_told_by_what_stands_around() {
        let check = |text: &str, expected: Option<(f64, Unit)>| {
            let from = text.find(|c: char| c.is_ascii_digit()).unwrap();
            let span = &text[from..];
            let to = from + span.find([' ', ',', ')']).unwrap_or(span.len());
            let around = unit_around(text.as_bytes(), from, to);
            assert_eq!(
                amount(&text.as_bytes()[from..to], around),
                expected,
                "{text}"
            );
        };
        check("took 12 ms", Some((12e3, Unit::Micros)));
        check("took 12ms, ok", Some((12e3, Unit::Micros)));
        check("took 1.5 seconds", Some((1.5e6, Unit::Micros)));
        check("duration_us=33", Some((33.0, Unit::Micros)));
        check("elapsed: 33", Some((33.0, Unit::Unsaid)));
        check("block of size 67108864", Some((67_108_864.0, Unit::Bytes)));
        check("sent 4 KiB of it", Some((4096.0, Unit::Bytes)));
        check("port 50222", None);
        check("order 12 done", None);
        check("s: 12", None);
        check("pid 4711 started", None);
        check("page 4b", None);
    }

    #[test]
    fn merging_does_not_depend_on_where_blocks_are_cut() {
        let lines: Vec<String> = (0..400)
            .map(|i| format!("took {} ms", (i * i * 7919) % 1009 + i % 3))
            .collect();
        let merged = |n: usize| {
            let mut all = Spread::default();
            for (block, lines) in lines.chunks(n).enumerate() {
                let mut amounts = BlockAmounts::default();
                for (at, line) in lines.iter().enumerate() {
                    let spans = [(5, line.len() as u32 - 3)];
                    if at == 0 {
                        amounts.begin(line.as_bytes(), &spans, true);
                    }
                    let place = |value| LargeValue {
                        value,
                        time: None,
                        file: FileId(0),
                        line: (block * n + at) as u64,
                        offset: 0,
                    };
                    amounts.add(0, line.as_bytes(), &spans, place);
                }
                for amount in amounts.finish() {
                    all.merge(&amount.spread, |place| place);
                }
            }
            all
        };
        let whole = merged(400);
        assert_eq!((whole.n_records(), whole.largest().len()), (400, N_LARGEST));
        assert!(
            (whole.quantile(0.5) / 5e5 - 1.0).abs() < 0.2,
            "{}",
            whole.quantile(0.5)
        );
        for n in [1, 7, 100, 399] {
            assert_eq!(merged(n), whole);
        }
    }

    #[test]
    fn odd_numbers_are_left_alone() {
        for (text, expected) in [
            ("1,234.5ms", Some((1234.5, &b"ms"[..]))),
            ("12", Some((12.0, b""))),
            (".5s", Some((0.5, b"s"))),
            ("-3", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            let found = number(text.as_bytes());
            assert_eq!(found, expected, "{text}");
        }
    }
}
