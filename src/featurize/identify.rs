//! The first records of a log → what ties its records together.
//!
//! No names are known beforehand. Every word with a digit is a candidate: by the text it begins with, by the text before it, by
//! its place in the line. A candidate is an identifier when it orders the log: when the messages that share a value follow each
//! other in a more predictable way than those that merely stand next to each other. That is measured in bits, by coding the
//! sequence of messages twice with a model that learns as it goes (prequential minimum description length: Dawid 1984; Rissanen
//! 1984), once in the order of the log and once value by value. Ports, sizes and counters save nothing, as chance puts the
//! messages of one value together; what covers more of the log saves more.

use rustc_hash::FxHashMap;

use super::identifier::{Identifier, Place, is_value, number_end, value_end, word};
use crate::base::hash;
use crate::base::math;
use crate::base::order::Arrange;
use crate::base::time::{DAY, HOUR, MINUTE, SECOND, Timestamp};

/// Records that are looked at.
pub const MAX_RECORDS: usize = 8192;
/// Candidates that are kept apart.
const MAX_CANDIDATES: usize = 4096;
/// Words of a record that are looked at.
const MAX_WORDS: usize = 48;
/// Words of a header that may be an identifier.
const MAX_COLUMNS: u8 = 12;
/// Fields of a CSV record that may be an identifier.
const MAX_FIELDS: u8 = 32;
/// Bytes of a record that are looked at.
const RECORD_CAP: usize = 1024;
/// Longest text before a value.
const LEAD_CAP: usize = 28;
/// Values that must tie records together.
const MIN_LINKED: usize = 4;
/// Bits that must be saved.
const MIN_SAVED: f64 = 32.0;
/// Share of the bits that must be saved.
const MIN_SHARE: f64 = 0.01;
/// Share of the records in which a zone may put an hour or a day elsewhere.
const ZONE_TOLERANCE: f64 = 0.05;
/// Identifiers of a log; the better ones of those that order it differently.
const MAX_IDENTIFIERS: usize = 2;
/// Places of one identifier.
const MAX_PLACES: usize = 3;

#[derive(Debug, Default)]
struct Candidate {
    /// (record, value) by record.
    seen: Vec<(u32, u64)>,
}

/// Looks at records one by one.
#[derive(Debug, Default)]
pub struct Probe {
    index: FxHashMap<Place, u32>,
    places: Vec<Place>,
    candidates: Vec<Candidate>,
    /// (message, time) of each record.
    records: Vec<(u32, Option<Timestamp>)>,
    events: FxHashMap<u64, u32>,
}

/// What is known of a record that is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Looked<'a> {
    /// Its text.
    pub bytes: &'a [u8],
    /// Where its message begins; 0 when it has no header.
    pub message_at: usize,
    /// Identity of what it says.
    pub event: u64,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// What stands between its fields, for CSV.
    pub delimiter: Option<u8>,
}

impl Probe {
    /// Looks at a record; false when enough were seen.
    pub fn add(&mut self, record: Looked<'_>) -> bool {
        if self.records.len() >= MAX_RECORDS {
            return false;
        }
        let n_events = self.events.len() as u32;
        let event = *self.events.entry(record.event).or_insert(n_events);
        let idx = self.records.len() as u32;
        self.records.push((event, record.time));
        let bytes = &record.bytes[..record.bytes.len().min(RECORD_CAP)];
        if let Some(delimiter) = record.delimiter {
            for (n, (from, to)) in fields(bytes, delimiter).into_iter().enumerate() {
                self.see(idx, Place::Field(n as u8, delimiter), &bytes[from..to]);
            }
        } else {
            for n in 0..MAX_COLUMNS {
                match word(bytes, n) {
                    Some((from, to)) if to <= record.message_at => {
                        self.see(idx, Place::Word(n), &bytes[from..to]);
                    }
                    _ => {}
                }
            }
        }
        self.see_words(idx, bytes);
        true
    }

    /// The identifiers, best first. `wanted` are the identities of values that are known to be some (of a file of labels): the
    /// candidate with most of them comes first.
    #[must_use]
    pub fn identifiers(&self, wanted: &[u64]) -> Vec<Identifier> {
        let mut ranked: Vec<(f64, usize)> = Vec::new();
        for (idx, candidate) in self.candidates.iter().enumerate() {
            let n_wanted = candidate
                .seen
                .iter()
                .filter(|seen| wanted.binary_search(&seen.1).is_ok())
                .count();
            if n_wanted * 4 > candidate.seen.len() && n_wanted >= MIN_LINKED {
                ranked.push((1e12 + n_wanted as f64, idx));
            } else if let Some(saved) = self.saved(candidate) {
                ranked.push((saved, idx));
            }
        }
        ranked.arrange_by(|a, b| {
            let places = (&self.places[a.1], &self.places[b.1]);
            b.0.total_cmp(&a.0).then(places.0.cmp(places.1))
        });
        let mut chosen: Vec<(Identifier, Vec<(u32, u64)>)> = Vec::new();
        'ranked: for (_, idx) in ranked {
            let (place, seen) = (&self.places[idx], &self.candidates[idx].seen);
            for (identifier, theirs) in &mut chosen {
                match relation(theirs, seen) {
                    Relation::MoreRecords if identifier.places.len() < MAX_PLACES => {
                        identifier.places.push(place.clone());
                        theirs.extend(seen);
                        theirs.arrange();
                        theirs.dedup_by_key(|seen| seen.0);
                        continue 'ranked;
                    }
                    Relation::MoreRecords | Relation::Same => continue 'ranked,
                    Relation::None => {}
                }
            }
            if chosen.len() < MAX_IDENTIFIERS {
                let places = vec![place.clone()];
                chosen.push((Identifier { places }, seen.clone()));
            }
        }
        chosen.into_iter().map(|chosen| chosen.0).collect()
    }

    fn see_words(&mut self, idx: u32, bytes: &[u8]) {
        let (mut at, mut n_words) = (0, 0);
        while at < bytes.len() && n_words < MAX_WORDS {
            if !is_value(bytes[at]) {
                at += 1;
                continue;
            }
            let from = at;
            at += bytes[from..].iter().take_while(|b| is_value(**b)).count();
            let Some(to) = value_end(bytes, from) else {
                continue;
            };
            n_words += 1;
            let value = &bytes[from..to];
            if is_decimal(value) {
                continue;
            }
            if let Some(lead) = lead(bytes, from) {
                self.see(idx, Place::After(lead.to_vec()), value);
            }
            let Some(prefix) = prefix(value) else {
                continue;
            };
            if let Some(end) = number_end(bytes, from + prefix) {
                let place = Place::Numbered(value[..prefix].to_vec());
                self.see(idx, place, &bytes[from..end]);
            }
            if number_end(bytes, from + prefix) != Some(to) {
                self.see(idx, Place::Prefixed(value[..prefix].to_vec()), value);
            }
        }
    }

    fn see(&mut self, idx: u32, place: Place, value: &[u8]) {
        let known = match self.index.get(&place) {
            Some(known) => *known,
            None if self.candidates.len() < MAX_CANDIDATES => {
                let known = self.candidates.len() as u32;
                self.index.insert(place.clone(), known);
                self.places.push(place);
                self.candidates.push(Candidate::default());
                known
            }
            None => return,
        };
        let seen = &mut self.candidates[known as usize].seen;
        // The first value of a record counts.
        if seen.last().is_none_or(|last| last.0 != idx) {
            seen.push((idx, hash::bytes(value)));
        }
    }

    /// Bits that a candidate saves; `None` when it is no identifier.
    fn saved(&self, candidate: &Candidate) -> Option<f64> {
        let mut lines: FxHashMap<u64, (u32, u32)> = FxHashMap::default();
        for (record, value) in &candidate.seen {
            let entry = lines.entry(*value).or_insert((0, *record));
            entry.0 += 1;
        }
        let n_linked = lines.len();
        let (mut n_tied, mut n_most, mut n_tying) = (0, 0, 0);
        for (_, value) in &candidate.seen {
            // Read by key, as the order of a map is no order.
            let n = lines[value].0;
            n_tied += usize::from(n > 1);
            n_most = n_most.max(n as usize);
        }
        for (record, value) in &candidate.seen {
            let (n, first) = lines[value];
            n_tying += usize::from(n > 1 && first == *record);
        }
        let n = candidate.seen.len();
        if n_linked < MIN_LINKED || n_tying < MIN_LINKED || n_tied * 4 < n || n_most * 2 > n {
            return None;
        }
        if self.is_time(candidate) {
            return None;
        }
        let (together, apart) = self.bits(candidate);
        let saved = together - apart;
        (saved >= MIN_SAVED && saved >= MIN_SHARE * together).then_some(saved)
    }

    /// Whether the value says nothing but when: it changes with the second, minute, hour or day, and with nothing else.
    fn is_time(&self, candidate: &Candidate) -> bool {
        let times = |pair: &[(u32, u64)]| {
            let time = |seen: &(u32, u64)| self.records[seen.0 as usize].1;
            Some((time(&pair[0])?.0, time(&pair[1])?.0))
        };
        let agrees = |unit: i64, tolerated: f64| {
            let (mut n, mut n_not) = (0_u32, 0_u32);
            for pair in candidate.seen.windows(2) {
                let Some((a, b)) = times(pair) else {
                    continue;
                };
                let is_same_time = a.div_euclid(unit) == b.div_euclid(unit);
                n += 1;
                n_not += u32::from(is_same_time != (pair[0].1 == pair[1].1));
            }
            n > 0 && f64::from(n_not) <= tolerated * f64::from(n)
        };
        // Days begin at other times elsewhere.
        agrees(SECOND, 0.0)
            || agrees(MINUTE, 0.0)
            || agrees(HOUR, ZONE_TOLERANCE)
            || agrees(DAY, ZONE_TOLERANCE)
    }

    /// Bits of the messages in the order of the log, and value by value.
    fn bits(&self, candidate: &Candidate) -> (f64, f64) {
        let n_kinds = self.events.len() as f64;
        let (mut together, mut apart) = (Coder::default(), Coder::default());
        let mut before = START;
        let mut before_of: FxHashMap<u64, u32> = FxHashMap::default();
        let mut bits = (0.0, 0.0);
        for (record, value) in &candidate.seen {
            let event = self.records[*record as usize].0;
            bits.0 += together.bits(before, event, n_kinds);
            before = event;
            let own = before_of.entry(*value).or_insert(START);
            bits.1 += apart.bits(*own, event, n_kinds);
            *own = event;
        }
        bits
    }
}

/// What stands before the first message.
const START: u32 = u32::MAX;

/// Counts of pairs and of single messages so far.
#[derive(Debug, Default)]
struct Coder {
    pairs: FxHashMap<(u32, u32), u32>,
    firsts: FxHashMap<u32, u32>,
    singles: FxHashMap<u32, u32>,
    n: u32,
}

impl Coder {
    /// Bits of a message after another, given what came so far; learns it.
    fn bits(&mut self, before: u32, event: u32, n_kinds: f64) -> f64 {
        let single = self.singles.entry(event).or_default();
        let usual = (f64::from(*single) + 1.0) / (f64::from(self.n) + n_kinds);
        let pair = self.pairs.entry((before, event)).or_default();
        let first = self.firsts.entry(before).or_default();
        let share = (f64::from(*pair) + usual) / (f64::from(*first) + 1.0);
        *single += 1;
        *pair += 1;
        *first += 1;
        self.n += 1;
        -math::log2(share)
    }
}

/// How a candidate relates to one that is better.
enum Relation {
    /// It has the same values in other records.
    MoreRecords,
    /// It groups the same records in the same way.
    Same,
    None,
}

fn relation(better: &[(u32, u64)], other: &[(u32, u64)]) -> Relation {
    let mut values: Vec<u64> = better.iter().map(|seen| seen.1).collect();
    values.arrange();
    let n_same = other
        .iter()
        .filter(|seen| values.binary_search(&seen.1).is_ok())
        .count();
    if n_same * 5 >= other.len() * 4 {
        let is_new = |seen: &&(u32, u64)| {
            let at = better.binary_search_by_key(&seen.0, |known| known.0);
            at.is_err()
        };
        let n_new = other.iter().filter(is_new).count();
        return if n_new * 20 >= other.len() {
            Relation::MoreRecords
        } else {
            Relation::Same
        };
    }
    let mut pairs: Vec<(u64, u64)> = Vec::new();
    for (record, value) in other {
        if let Ok(at) = better.binary_search_by_key(record, |seen| seen.0) {
            pairs.push((better[at].1, *value));
        }
    }
    let is_rare = pairs.len() * 2 < other.len();
    pairs.arrange();
    pairs.dedup();
    let n_pairs = pairs.len();
    let mut ours: Vec<u64> = pairs.iter().map(|pair| pair.0).collect();
    ours.dedup();
    let mut theirs: Vec<u64> = pairs.iter().map(|pair| pair.1).collect();
    theirs.arrange();
    theirs.dedup();
    if !is_rare && n_pairs * 10 <= ours.len().max(theirs.len()) * 11 {
        Relation::Same
    } else {
        Relation::None
    }
}

/// `1.5`, `.5`: a measurement rather than a name.
fn is_decimal(value: &[u8]) -> bool {
    let n_dots = memchr::memchr_iter(b'.', value).count();
    n_dots == 1
        && value
            .iter()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
}

/// Length of the letters that a value begins with, and of what joins them to the rest.
fn prefix(value: &[u8]) -> Option<usize> {
    let n_letters = value.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let joint = usize::from(matches!(value.get(n_letters), Some(b'_' | b'-' | b'.')));
    let len = n_letters + joint;
    (n_letters >= 2 && len < value.len() && len <= LEAD_CAP).then_some(len)
}

/// The word before a value, without digits, and what stands between the two.
fn lead(bytes: &[u8], from: usize) -> Option<&[u8]> {
    let before = &bytes[..from];
    let end = before.iter().rposition(|byte| is_value(*byte))? + 1;
    let begin = before[..end]
        .iter()
        .rposition(|byte| !is_value(*byte))
        .map_or(0, |at| at + 1);
    let name = &before[begin..end];
    let is_name = !name.iter().any(u8::is_ascii_digit)
        && name
            .iter()
            .filter(|byte| byte.is_ascii_alphabetic())
            .count()
            >= 2;
    (is_name && from - end <= 4 && from - begin <= LEAD_CAP).then(|| &bytes[begin..from])
}

fn fields(record: &[u8], delimiter: u8) -> Vec<(usize, usize)> {
    let (mut fields, mut from, mut is_quoted) = (Vec::new(), 0, false);
    for (at, &byte) in record.iter().enumerate() {
        is_quoted ^= byte == b'"';
        if byte == delimiter && !is_quoted {
            fields.push((from, at));
            from = at + 1;
        }
    }
    fields.push((from, record.len()));
    fields.truncate(usize::from(MAX_FIELDS));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Orders are taken, paid and sent, several at a time; sizes and ports are chance.
    fn interleaved(line: impl Fn(u32, usize, u32) -> String) -> Vec<Identifier> {
        let mut probe = Probe::default();
        let (mut open, mut next, mut state) = (Vec::new(), 100_u32, 1_u32);
        for n in 0..600_i64 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if open.len() < 6 {
                open.push((next, 0));
                next += 7;
            }
            let at = (state >> 16) as usize % open.len();
            let (id, step) = open[at];
            let text = line(id, step, state >> 20);
            if step == 3 {
                open.remove(at);
            } else {
                open[at].1 += 1;
            }
            probe.add(Looked {
                bytes: text.as_bytes(),
                message_at: 0,
                event: step as u64,
                time: Some(Timestamp(n * SECOND / 4)),
                delimiter: None,
            });
        }
        probe.identifiers(&[])
    }

    const STEPS: [&str; 4] = ["taken", "paid", "packed", "sent"];

    #[test]
    fn what_orders_the_log_is_found_and_chance_is_not() {
        let found = interleaved(|id, step, chance| {
            format!(
                "port {chance} {}: order ord_{id} size {}",
                STEPS[step],
                chance % 9
            )
        });
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].places.contains(&Place::Numbered(b"ord_".to_vec()))
                || found[0].places.contains(&Place::After(b"order ".to_vec())),
            "{found:?}"
        );
        let found =
            interleaved(|id, step, _| format!("{{\"step\":\"{}\",\"trace\":{id}}}", STEPS[step]));
        assert_eq!(found[0].places, [Place::After(b"trace\":".to_vec())]);
        let found = interleaved(|_, step, chance| format!("{} on port {chance}", STEPS[step]));
        assert_eq!(found, []);
    }

    #[test]
    fn values_known_from_labels_come_first() {
        let mut probe = Probe::default();
        let mut wanted = Vec::new();
        for n in 0..40_u32 {
            let text = format!("beat of node n-{}", n % 8);
            probe.add(Looked {
                bytes: text.as_bytes(),
                message_at: 0,
                event: 1,
                time: None,
                delimiter: None,
            });
            wanted.push(hash::bytes(format!("n-{}", n % 8).as_bytes()));
        }
        wanted.sort_unstable();
        assert_eq!(probe.identifiers(&[]), []);
        assert_eq!(probe.identifiers(&wanted).len(), 1);
    }
}
