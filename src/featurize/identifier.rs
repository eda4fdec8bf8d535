//! A record's bytes → the values that tie it to other records: the block, request, trace or process it is about.
//!
//! What an identifier looks like in a log is told by [`Identifier`]s, which [`super::identify`] finds in the head of a file.
//! They are searched for as literal text rather than by expressions, as this happens once for every record.

use memchr::memmem;
use serde::{Deserialize, Serialize};

use crate::base::hash;
use crate::parse::groups::Groups;

/// Bytes of a record in which values are looked for.
const RECORD_CAP: usize = 4096;
/// Longest value.
const VALUE_CAP: usize = 128;
/// Values of one identifier in one record; further ones do not count.
const VALUES_CAP: usize = 64;

/// Where in a record an identifier stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Place {
    /// A word that begins with this text and goes on as a number: `blk_` in `blk_-1608`.
    Numbered(Vec<u8>),
    /// A word that begins with this text and goes on in any way: `req-` in `req-38101a0b-2096`.
    Prefixed(Vec<u8>),
    /// The word right behind this text: `instance: `.
    After(Vec<u8>),
    /// The word of this number between white space, from 0.
    Word(u8),
    /// The field of this number between these bytes, from 0.
    Field(u8, u8),
    /// What the first group of this regular expression holds.
    Expression(String),
}

impl Place {
    /// The place in words.
    #[must_use]
    pub fn text(&self) -> String {
        let quoted = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
        match self {
            Self::Numbered(prefix) => format!("{}<num>", quoted(prefix)),
            Self::Prefixed(prefix) => format!("{}<id>", quoted(prefix)),
            Self::After(text) => format!("{}<id>", quoted(text)),
            Self::Word(idx) => format!("word {} of the line", idx + 1),
            Self::Field(idx, _) => format!("column {}", idx + 1),
            Self::Expression(regex) => regex.clone(),
        }
    }
}

/// Something that ties records together, by the places in which its value may stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identifier {
    /// Where it stands; nowhere when each file is a session.
    pub places: Vec<Place>,
}

/// A value in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Which identifier.
    pub identifier: u8,
    /// First byte in the record.
    pub from: u32,
    /// Byte behind the last.
    pub to: u32,
    /// Identity of the value.
    pub hash: u64,
}

#[derive(Debug, Clone)]
struct Prepared {
    identifier: u8,
    place: Place,
    literal: Option<memmem::Finder<'static>>,
    expression: Option<Groups>,
}

/// Identifiers made ready to be looked for.
#[derive(Debug, Clone, Default)]
pub struct Finder {
    places: Vec<Prepared>,
}

impl Finder {
    /// Prepares the search for these identifiers; no more than 256.
    #[must_use]
    pub fn new(identifiers: &[Identifier]) -> Self {
        let mut places = Vec::new();
        for (idx, identifier) in (0..=u8::MAX).zip(identifiers) {
            for place in &identifier.places {
                let literal = match place {
                    Place::Numbered(text) | Place::Prefixed(text) | Place::After(text) => {
                        Some(memmem::Finder::new(text).into_owned())
                    }
                    Place::Word(_) | Place::Field(..) | Place::Expression(_) => None,
                };
                let expression = match place {
                    Place::Expression(regex) => Groups::new(regex).ok(),
                    _ => None,
                };
                places.push(Prepared {
                    identifier: idx,
                    place: place.clone(),
                    literal,
                    expression,
                });
            }
        }
        Self { places }
    }

    /// Finds the values in a record, each once for each identifier; `found` is cleared first.
    pub fn find(&mut self, record: &[u8], found: &mut Vec<Found>) {
        found.clear();
        let record = &record[..record.len().min(RECORD_CAP)];
        for prepared in &mut self.places {
            let identifier = prepared.identifier;
            let mut take = |(from, to): (usize, usize)| {
                let hash = hash::bytes(&record[from..to]);
                let known = |other: &&Found| other.identifier == identifier;
                let is_known = found.iter().filter(known).any(|other| other.hash == hash);
                if !is_known && found.iter().filter(known).count() < VALUES_CAP {
                    let (from, to) = (from as u32, to as u32);
                    found.push(Found {
                        identifier,
                        from,
                        to,
                        hash,
                    });
                }
            };
            match (&prepared.place, &prepared.literal) {
                (Place::Word(idx), _) => word(record, *idx).into_iter().for_each(take),
                (Place::Field(idx, delimiter), _) => {
                    field(record, *idx, *delimiter).into_iter().for_each(take);
                }
                (Place::Expression(_), _) => {
                    let group = prepared.expression.as_mut().and_then(|groups| {
                        let is_found = groups.find(record);
                        is_found.then(|| groups.span(1)).flatten()
                    });
                    let group = group.filter(|(from, to)| (1..=VALUE_CAP).contains(&(to - from)));
                    group.into_iter().for_each(take);
                }
                (place, Some(literal)) => {
                    for at in literal.find_iter(record) {
                        if at > 0 && is_inside(record[at - 1]) && is_inside(record[at]) {
                            continue;
                        }
                        let behind = at + literal.needle().len();
                        let span = match place {
                            Place::Numbered(_) => number_end(record, behind).map(|to| (at, to)),
                            Place::Prefixed(_) => value_end(record, behind).map(|to| (at, to)),
                            _ => value_end(record, behind).map(|to| (behind, to)),
                        };
                        span.into_iter().for_each(&mut take);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Whether a byte goes on the word it stands in.
fn is_inside(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether a byte may be part of a value.
pub(super) fn is_value(byte: u8) -> bool {
    is_inside(byte) || byte == b'.'
}

/// Where the value that begins at `from` ends; `None` when there is none with a digit.
pub(super) fn value_end(record: &[u8], from: usize) -> Option<usize> {
    let rest = record.get(from..)?;
    let len = rest.iter().take_while(|byte| is_value(**byte)).count();
    let kept = rest[..len].iter().rposition(u8::is_ascii_alphanumeric)? + 1;
    let has_digit = rest[..kept].iter().any(u8::is_ascii_digit);
    (has_digit && kept <= VALUE_CAP).then_some(from + kept)
}

/// Where the number that begins at `from`, perhaps with a sign, ends.
pub(super) fn number_end(record: &[u8], from: usize) -> Option<usize> {
    let rest = record.get(from..)?;
    let sign = usize::from(rest.first() == Some(&b'-'));
    let n_digits = rest[sign..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let to = sign + n_digits;
    let goes_on = rest.get(to).is_some_and(u8::is_ascii_alphanumeric);
    (n_digits > 0 && to <= VALUE_CAP && !goes_on).then_some(from + to)
}

/// The word of a number between white space, without punctuation around it; `None` without a digit.
pub(super) fn word(record: &[u8], idx: u8) -> Option<(usize, usize)> {
    let mut at = 0;
    for n in 0..=idx {
        at += record[at..]
            .iter()
            .position(|byte| !byte.is_ascii_whitespace())?;
        let len = record[at..]
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap_or(record.len() - at);
        if n == idx {
            return trimmed(record, at, at + len);
        }
        at += len;
    }
    None
}

fn field(record: &[u8], idx: u8, delimiter: u8) -> Option<(usize, usize)> {
    let (mut n, mut from, mut is_quoted) = (0, 0, false);
    for (at, &byte) in record.iter().enumerate() {
        is_quoted ^= byte == b'"';
        if byte == delimiter && !is_quoted {
            if n == idx {
                return trimmed(record, from, at);
            }
            n += 1;
            from = at + 1;
        }
    }
    (n == idx).then(|| trimmed(record, from, record.len()))?
}

fn trimmed(record: &[u8], from: usize, to: usize) -> Option<(usize, usize)> {
    let word = &record[from..to];
    let first = word.iter().position(u8::is_ascii_alphanumeric)?;
    let last = word.iter().rposition(u8::is_ascii_alphanumeric)?;
    let kept = &word[first..=last];
    (kept.len() <= VALUE_CAP && kept.iter().any(u8::is_ascii_digit))
        .then_some((from + first, from + last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(place: Place, record: &str, expected: &[&str]) {
        let places = vec![place.clone()];
        let mut found = Vec::new();
        Finder::new(&[Identifier { places }]).find(record.as_bytes(), &mut found);
        let values: Vec<&str> = found
            .iter()
            .map(|found| &record[found.from as usize..found.to as usize])
            .collect();
        assert_eq!(values, expected, "{place:?} in {record}");
    }

    #[test]
    fn values_are_found_where_they_may_stand() {
        let chunk = || Place::Numbered(b"chunk_".to_vec());
        check(
            chunk(),
            "move chunk_-12 to /d/chunk_-12.tmp",
            &["chunk_-12"],
        );
        check(chunk(), "chunk_1, chunk_2", &["chunk_1", "chunk_2"]);
        check(chunk(), "subchunk_1 chunk_a chunk_", &[]);
        let request = || Place::Prefixed(b"req-".to_vec());
        check(request(), "[req-4f2a-1 -]", &["req-4f2a-1"]);
        let after = |text: &str| Place::After(text.as_bytes().to_vec());
        check(after("session "), "session 17. Next session x", &["17"]);
        check(after("id\":\""), "{\"id\":\"a-7\"}", &["a-7"]);
        check(after("from "), "from 192.0.2.7:80", &["192.0.2.7"]);
        check(after(": "), "a: 1", &["1"]);
        check(Place::Word(2), "a  b cron[12]: c", &["cron[12"]);
        check(Place::Word(5), "a b", &[]);
        check(Place::Field(1, b','), "\"a,b\",n-7,c", &["n-7"]);
        check(Place::Field(2, b','), "a,b,c9", &["c9"]);
        check(Place::Field(3, b','), "a,b,c9", &[]);
    }

    #[test]
    fn a_record_of_nothing_but_values_is_bounded() {
        let record: Vec<String> = (0..400).map(|i| format!("x{i}")).collect();
        let record = record.join(" ");
        let identifier = Identifier {
            places: vec![Place::Numbered(b"x".to_vec())],
        };
        let mut found = Vec::new();
        Finder::new(&[identifier]).find(record.as_bytes(), &mut found);
        assert_eq!(found.len(), VALUES_CAP);
    }
}
