//! The text of records of one template and a place in it that varies → which values stand there, and how often.
//!
//! The template's fixed parts are looked for one after the other in the record, white space as single spaces, as the miner saw
//! it; what stands between two of them is the value. Counting is exact: up to [`VALUES_CAP`] distinct values each with its
//! count; where there are more, those with the smallest hashes are kept, so that what is kept is an even sample of the values
//! whose counts are exact, whatever the order of the records and whoever counted them. Numbers are counted besides in steps of
//! a sixteenth of their power of two, so that their distribution needs no list of values (the buckets of `HdrHistogram`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::BlockTable;
use super::rows::RowSet;
use super::scan::Records;
use crate::base::hash;
use crate::base::order::Arrange;

/// Distinct values that are kept.
pub const VALUES_CAP: usize = 20_000;
/// Bytes of a value that are kept.
const VALUE_LEN: usize = 120;
/// Bytes of a record that are looked at.
const TEXT_LEN: usize = 64 << 10;
/// Places at which a template is tried: its first words may stand in front of it too.
const TRIES: usize = 8;

/// A place of a template that varies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// The fixed parts of the template; one more than there are places that vary.
    literals: Vec<String>,
    /// Which place, from 0.
    idx: u32,
}

impl Slot {
    /// A place of a template, whose text has `<*>` for each; `None` where it has no such place.
    #[must_use]
    pub fn new(template: &str, idx: u32) -> Option<Self> {
        let literals: Vec<String> = template.split("<*>").map(str::to_owned).collect();
        ((idx as usize) + 1 < literals.len()).then_some(Self { literals, idx })
    }

    /// The value in a text whose white space is single spaces.
    fn value_in<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        let first = self.literals[0].as_bytes();
        if first.is_empty() {
            return self.after(text, None).map(|(value, _)| value);
        }
        let starts = memchr::memmem::find_iter(text, first).take(TRIES);
        let tries = starts.filter_map(|at| {
            let (value, end) = self.after(text, Some(at + first.len()))?;
            Some((end - at, value))
        });
        // Where the first words stand in the header too, the message is what reads as the template in the least space.
        tries.min_by_key(|(len, _)| *len).map(|(_, value)| value)
    }

    /// The same where the fixed part before the first place ends at `at`, and where the template ends; `None`: it begins with the
    /// place.
    fn after<'a>(&self, text: &'a [u8], at: Option<usize>) -> Option<(&'a [u8], usize)> {
        let is_edge = |byte: &u8| matches!(byte, b' ' | b'"');
        let mut from = at;
        let mut value = None;
        for (idx, literal) in self.literals.iter().enumerate().skip(1) {
            let is_last = idx + 1 == self.literals.len();
            let start = from.unwrap_or(0);
            let end = if literal.is_empty() && is_last {
                let rest = &text[start..];
                start + rest.iter().position(is_edge).unwrap_or(rest.len())
            } else if literal.is_empty() {
                start
            } else {
                // A value is at least one byte long.
                let least = (start + 1).min(text.len());
                least + memchr::memmem::find(&text[least..], literal.as_bytes())?
            };
            if idx == self.idx as usize + 1 {
                let begin = from.unwrap_or_else(|| {
                    let edge = text[..end].iter().rposition(is_edge);
                    edge.map_or(0, |edge| edge + 1)
                });
                value = Some(&text[begin..end]);
            }
            from = Some(end + literal.len());
        }
        let value = value.filter(|value: &&[u8]| !value.is_empty())?;
        Some((value, from.unwrap_or(text.len())))
    }
}

/// What stands at a place that varies. Merging is associative and commutative.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SlotValues {
    /// Records that were looked at.
    pub n_records: u64,
    /// Records in which the place was not found.
    pub n_unread: u64,
    /// By hash: a value and its records.
    values: BTreeMap<u64, (String, u64)>,
    /// There were more distinct values than are kept.
    pub is_cut: bool,
    /// Numbers: (is it a length of time, its step) with its records.
    steps: BTreeMap<(bool, i32), u64>,
}

impl SlotValues {
    /// Counts the value of every row; `text` begins `text_start` bytes into the block.
    pub fn count(
        &mut self,
        slot: &Slot,
        table: &BlockTable,
        text: &[u8],
        text_start: u32,
        rows: &RowSet,
    ) {
        let records = Records {
            table,
            text,
            text_start,
        };
        let mut spaced = Vec::new();
        for row in rows.iter() {
            let record = records.text_of(row);
            spaced.clear();
            for &byte in &record[..record.len().min(TEXT_LEN)] {
                let is_space = byte.is_ascii_whitespace();
                if !is_space || spaced.last().is_some_and(|last| *last != b' ') {
                    spaced.push(if is_space { b' ' } else { byte });
                }
            }
            self.n_records += 1;
            match slot.value_in(&spaced) {
                Some(value) => self.add(value),
                None => self.n_unread += 1,
            }
        }
    }

    fn add(&mut self, value: &[u8]) {
        if let Some((is_time, number)) = number_of(value) {
            *self.steps.entry((is_time, step_of(number))).or_default() += 1;
        }
        let kept = &value[..value.len().min(VALUE_LEN)];
        self.insert(hash::bytes(kept), 1, || {
            String::from_utf8_lossy(kept).into_owned()
        });
    }

    fn insert(&mut self, key: u64, n: u64, text: impl FnOnce() -> String) {
        if let Some((_, known)) = self.values.get_mut(&key) {
            *known += n;
            return;
        }
        let is_full = self.values.len() >= VALUES_CAP;
        self.is_cut |= is_full;
        let is_beyond = self
            .values
            .last_key_value()
            .is_some_and(|(last, _)| *last < key);
        if is_full && is_beyond {
            return;
        }
        self.values.insert(key, (text(), n));
        if is_full {
            self.values.pop_last();
        }
    }

    /// Adds what another counted.
    pub fn merge(&mut self, other: Self) {
        self.n_records += other.n_records;
        self.n_unread += other.n_unread;
        self.is_cut |= other.is_cut;
        for (key, (text, n)) in other.values {
            self.insert(key, n, || text);
        }
        for (step, n) in other.steps {
            *self.steps.entry(step).or_default() += n;
        }
    }

    /// The values that are kept, most frequent first, equal ones by text.
    #[must_use]
    pub fn ranked(&self) -> Vec<(&str, u64)> {
        let mut ranked: Vec<(u64, &str)> = (self.values.values())
            .map(|(text, n)| (u64::MAX - n, text.as_str()))
            .collect();
        ranked.arrange();
        let with_count = |(rank, text): (u64, _)| (text, u64::MAX - rank);
        ranked.into_iter().map(with_count).collect()
    }

    /// How many distinct values there are: exact, or where they were cut estimated from the share of all hashes that is kept.
    #[must_use]
    pub fn n_distinct(&self) -> u64 {
        let n = self.values.len() as u64;
        match self.values.last_key_value() {
            Some((last, _)) if self.is_cut => {
                let share = *last as f64 / u64::MAX as f64;
                ((n.saturating_sub(1)) as f64 / share.max(f64::MIN_POSITIVE)) as u64
            }
            _ => n,
        }
    }

    /// Plain numbers or lengths of time in milliseconds, whichever are more: whether they are times, and the steps that occur (see
    /// [`bounds`]) with their records, in ascending order.
    #[must_use]
    pub fn numbers(&self) -> (bool, Vec<(i32, u64)>) {
        let n_of = |times: bool| -> u64 {
            let of_kind = self
                .steps
                .iter()
                .filter(|((is_time, _), _)| *is_time == times);
            of_kind.map(|(_, n)| *n).sum()
        };
        let is_time = n_of(true) > n_of(false);
        let steps = self.steps.iter().filter(|((of, _), _)| *of == is_time);
        (is_time, steps.map(|(&(_, step), &n)| (step, n)).collect())
    }
}

/// The number a value is, and whether it is a length of time; times in milliseconds.
fn number_of(value: &[u8]) -> Option<(bool, f64)> {
    let text = std::str::from_utf8(value).ok()?;
    let end = text
        .bytes()
        .position(|b| !(b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+')))
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    // 1.2.3.4 and 2026-03-01 are no numbers, nor is a name of digits alone that no counter reaches.
    let number: f64 = digits.parse().ok().filter(|n: &f64| n.abs() < 1e15)?;
    let factor = match unit.trim_start() {
        "" => return Some((false, number)),
        "ns" => 1e-6,
        "us" | "µs" => 1e-3,
        "ms" | "millis" => 1.0,
        "s" | "sec" | "secs" => 1e3,
        "m" | "min" => 6e4,
        "h" => 3.6e6,
        _ => return None,
    };
    Some((true, number * factor))
}

/// The exponent and the first four bits of the fraction of 2⁻¹⁰: what is nearer to zero is of one step.
const LEAST: u64 = (1023 - 10) << 4;

/// A sixteenth of a power of two: the exponent and the first four bits of the fraction.
fn step_of(number: f64) -> i32 {
    let bits = number.abs().to_bits() >> 48;
    let magnitude = (bits + 1).saturating_sub(LEAST) as i32;
    if number < 0.0 { -magnitude } else { magnitude }
}

/// Where a step begins and where the next does.
#[must_use]
pub fn bounds(step: i32) -> (f64, f64) {
    let at = |magnitude: u64| match magnitude {
        0 => 0.0,
        _ => f64::from_bits((magnitude - 1 + LEAST) << 48),
    };
    let magnitude = u64::from(step.unsigned_abs());
    let (near, far) = (at(magnitude), at(magnitude + 1));
    match step {
        0 => (-far, far),
        _ if step < 0 => (-far, -near),
        _ => (near, far),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(template: &str, idx: u32, text: &str) -> String {
        let slot = Slot::new(template, idx).unwrap();
        let value = slot.value_in(text.as_bytes()).unwrap_or(b"none");
        String::from_utf8_lossy(value).into_owned()
    }

    #[test]
    fn a_value_stands_between_the_fixed_parts() {
        for (template, text, expected) in [
            (
                "Failed password for <*> from <*> port <*> ssh2",
                "Dec 10 sshd[2]: Failed password for root from 1.2.3.4 port 22 ssh2",
                &["root", "1.2.3.4", "22"][..],
            ),
            (
                "<*> took <*>",
                "10:00:01 INFO job7 took 31ms",
                &["job7", "31ms"],
            ),
            ("took <*>", r#"{"msg":"took 31ms","id":4}"#, &["31ms"]),
            // The first words stand in the header too.
            ("app <*> is up", "app [main] app web is up", &["web"]),
            ("a <*> b", "a b b", &["b"]),
            ("user=<*>", "no such thing", &["none"]),
        ] {
            for (idx, expected) in expected.iter().enumerate() {
                assert_eq!(value(template, idx as u32, text), *expected, "{template}");
            }
        }
        assert_eq!(Slot::new("nothing varies", 0), None);
        assert_eq!(Slot::new("one <*>", 1), None);
    }

    #[test]
    fn counts_do_not_depend_on_who_counted_what() {
        let values: Vec<String> = (0..50_000u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) % 30_000).to_string())
            .collect();
        let counted = |parts: &[&[String]]| {
            let mut sum = SlotValues::default();
            for part in parts {
                let mut own = SlotValues::default();
                part.iter().for_each(|value| own.add(value.as_bytes()));
                sum.merge(own);
            }
            sum
        };
        let whole = counted(&[&values]);
        let (left, right) = values.split_at(9_999);
        assert_eq!(whole, counted(&[right, left]));
        assert!(whole.is_cut);
        assert_eq!(whole.values.len(), VALUES_CAP);
        let distinct: std::collections::BTreeSet<&String> = values.iter().collect();
        let error = whole.n_distinct() as f64 / distinct.len() as f64;
        assert!((0.97..1.03).contains(&error), "{error}");
        for (text, n) in whole.ranked().into_iter().take(50) {
            assert_eq!(
                n,
                values.iter().filter(|value| *value == text).count() as u64
            );
        }
    }

    #[test]
    fn numbers_and_lengths_of_time_are_told_apart() {
        for (text, expected) in [
            ("42", Some((false, 42.0))),
            ("-1.5", Some((false, -1.5))),
            ("31ms", Some((true, 31.0))),
            ("2s", Some((true, 2000.0))),
            ("10.0.0.1", None),
            ("2026-03-01", None),
            ("12kB", None),
            ("root", None),
            ("", None),
        ] {
            assert_eq!(number_of(text.as_bytes()), expected, "{text}");
        }
        for number in [0.0, 0.3, 1.0, 15.9, 1e9, -7.0] {
            let (low, high) = bounds(step_of(number));
            assert!((low..=high).contains(&number), "{number}: {low} to {high}");
        }
        let mut values = SlotValues::default();
        for n in 1..=100 {
            values.add(format!("{n}ms").as_bytes());
        }
        values.add(b"7");
        let (is_time, steps) = values.numbers();
        assert!(is_time);
        assert_eq!(steps.iter().map(|step| step.1).sum::<u64>(), 100);
        assert!(steps.is_sorted_by(|a, b| bounds(a.0).1 <= bounds(b.0).0));
    }
}
