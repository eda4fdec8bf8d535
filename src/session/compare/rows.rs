//! Counts of messages, levels and sources → the rows of a comparison, how each is measured, and what is said of it.

use rustc_hash::FxHashMap;

use super::Sums;
use crate::base::ids::TemplateId;
use crate::base::math::{round_to, weighted_quantile};
use crate::detect::contrast::{Counts, dispersion};
use crate::mine::filling::fillings;
use crate::mine::mask::WILDCARD;
use crate::protocol::{Difference, DifferenceKind, Direction, Selection, TextQuery, ValuePlace};
use crate::report::build::saturate;
use crate::report::findings::Findings;
use crate::report::words::{level_name, quoted};
use crate::shard::contrast::{N_PLACES, N_SLICES};

/// Records on each side from which on it can be told how a row varies.
const KNOWN: f64 = 20.0;
/// Messages that a selection names; a value in more of them is searched for.
const MESSAGES_CAP: usize = 1000;

pub(super) type Row = [u32; N_PLACES];

/// What could differ.
pub(super) struct Candidate {
    pub(super) subject: Subject,
    pub(super) counts: Row,
}

pub(super) enum Subject {
    Pattern(u32),
    Level(u8),
    Source(String),
    Value {
        template: u32,
        slot: u32,
        value: String,
        messages: Vec<u32>,
    },
}

/// What rows are measured by.
pub(super) struct Measure {
    /// Of each side, in the unit of what is compared.
    pub(super) weights: [f64; 2],
    pub(super) n_all: f64,
    /// How often a record of each slice would be expected, of one in all of the side.
    pub(super) shares: [Vec<f64>; 2],
}

/// All rows of a comparison, values of one pattern together, and the counts of each pattern.
pub(super) fn candidates(findings: &Findings, sums: Sums) -> (Vec<Candidate>, Vec<Row>) {
    let mut patterns: Vec<Row> = vec![[0; N_PLACES]; findings.templates.len()];
    let mut messages: Vec<Row> = vec![[0; N_PLACES]; findings.messages.len()];
    for (key, n) in sums.messages {
        let (message, place) = (key as usize / N_PLACES, key as usize % N_PLACES);
        let Some(said) = findings.messages.get(message) else {
            continue;
        };
        messages[message][place] += n;
        if let Some(row) = patterns.get_mut(said.template.index()) {
            row[place] += n;
        }
    }
    let mut found = Vec::new();
    let is_any = |row: &Row| row.iter().any(|n| *n > 0);
    for (template, counts) in (0..).zip(&patterns).filter(|(_, row)| is_any(row)) {
        let (subject, counts) = (Subject::Pattern(template), *counts);
        found.push(Candidate { subject, counts });
    }
    for (level, row) in (0..).zip(sums.levels.chunks_exact(N_PLACES)) {
        found.push(Candidate {
            subject: Subject::Level(level),
            counts: row_of(row),
        });
    }
    for (name, row) in sums.sources.unwrap_or_default() {
        found.push(Candidate {
            subject: Subject::Source(name),
            counts: row_of(&row),
        });
    }
    found.extend(values(findings, &messages));
    (found, patterns)
}

/// The values of variable places, as far as a message is kept for each: of what is masked nobody knows the values.
fn values(findings: &Findings, messages: &[Row]) -> Vec<Candidate> {
    let mut of_template: Vec<Vec<u32>> = vec![Vec::new(); findings.templates.len()];
    for (idx, message) in (0..).zip(&findings.messages) {
        let is_said = messages[idx as usize].iter().any(|n| *n > 0);
        if let Some(members) = of_template.get_mut(message.template.index())
            && is_said
        {
            members.push(idx);
        }
    }
    let mut found: Vec<Candidate> = Vec::new();
    for (template, members) in of_template.iter().enumerate() {
        let text = &findings.templates[template].text;
        if members.len() < 2 || !text.contains(WILDCARD) {
            continue;
        }
        let mut known: FxHashMap<(u32, &str), u32> = FxHashMap::default();
        for &member in members {
            let said = fillings(text, &findings.messages[member as usize].text);
            for (slot, value) in (0..).zip(said.unwrap_or_default()) {
                if value.is_empty() || value.contains(WILDCARD) {
                    continue;
                }
                let idx = *known.entry((slot, value)).or_insert_with(|| {
                    found.push(Candidate {
                        subject: Subject::Value {
                            template: template as u32,
                            slot,
                            value: value.to_owned(),
                            messages: Vec::new(),
                        },
                        counts: [0; N_PLACES],
                    });
                    found.len() as u32 - 1
                });
                let candidate = &mut found[idx as usize];
                add(&mut candidate.counts, &messages[member as usize]);
                if let Subject::Value { messages, .. } = &mut candidate.subject
                    && messages.len() <= MESSAGES_CAP
                {
                    messages.push(member);
                }
            }
        }
    }
    found
}

impl Measure {
    /// Rows as shares of these.
    pub(super) fn of_shares(totals: &Row) -> Self {
        let n = sides_of(totals).map(|n| n as f64);
        let (before, after) = totals.split_at(N_SLICES as usize);
        let shares = |slices: &[u32], n: f64| {
            let share = |count: &u32| f64::from(*count) / n.max(1.0);
            slices.iter().map(share).collect()
        };
        Self {
            weights: n,
            n_all: n[0] + n[1],
            shares: [shares(before, n[0]), shares(after, n[1])],
        }
    }

    /// What is compared of a row; `None` where so few records could not differ more than by chance.
    pub(super) fn counts(&self, counts: &Row) -> Option<Counts> {
        let n = sides_of(counts).map(|n| n as f64);
        let mut row = Counts {
            n,
            weights: self.weights,
            n_all: self.n_all,
            dispersion: 1.0,
        };
        if n[0] + n[1] == 0.0 || row.least_p() >= super::P_LIMIT {
            return None;
        }
        let (before, after) = counts.split_at(N_SLICES as usize);
        let slices = |counts: &[u32], side: usize| -> Vec<(u32, f64)> {
            let expected = self.shares[side].iter().map(|share| share * n[side]);
            counts.iter().copied().zip(expected).collect()
        };
        // What is nearly all there is cannot vary much.
        let rest = [0, 1].map(|side| {
            if self.n_all.is_finite() {
                1.0 - n[side] / self.weights[side].max(1.0)
            } else {
                1.0
            }
        });
        row.dispersion = dispersion([&slices(before, 0), &slices(after, 1)], rest);
        Some(row)
    }
}

/// Lets no row vary less than is usual in this log: of a row that is seldom on one side nobody can tell how it varies there.
pub(super) fn level_dispersions(rows: &mut [(Candidate, Counts)]) {
    for is_value in [false, true] {
        let is_of =
            |row: &(Candidate, Counts)| matches!(row.0.subject, Subject::Value { .. }) == is_value;
        let is_known = |row: &&(Candidate, Counts)| row.1.n[0].min(row.1.n[1]) >= KNOWN;
        let known = rows.iter().filter(|row| is_of(row)).filter(is_known);
        let mut known: Vec<(f64, f64)> = known.map(|row| (row.1.dispersion, 1.0)).collect();
        let usual = weighted_quantile(&mut known, 0.5).unwrap_or(1.0);
        for row in rows.iter_mut().filter(|row| is_of(row)) {
            row.1.dispersion = row.1.dispersion.max(usual);
        }
    }
}

pub(super) fn difference(
    findings: &Findings,
    candidate: Candidate,
    [before, after]: [f64; 2],
    p: f64,
) -> Difference {
    let [n_before, n_after] = sides_of(&candidate.counts).map(saturate);
    let text = |template: u32| {
        let template = findings.templates.get(TemplateId(template).index());
        template.map_or_else(String::new, |template| quoted(&template.text))
    };
    let nothing = Selection::default();
    let (kind, name, template, place, selection) = match candidate.subject {
        Subject::Pattern(template) => (
            DifferenceKind::Pattern,
            text(template),
            Some(template),
            None,
            Selection {
                templates: Some(vec![template]),
                ..nothing
            },
        ),
        Subject::Level(level) => (
            DifferenceKind::Level,
            level_name(level).to_owned(),
            None,
            None,
            Selection {
                levels: Some(vec![level_name(level).to_owned()]),
                ..nothing
            },
        ),
        Subject::Source(name) => (
            DifferenceKind::Source,
            quoted(&name),
            None,
            None,
            Selection {
                sources: Some(vec![name]),
                ..nothing
            },
        ),
        Subject::Value {
            template,
            slot,
            value,
            messages,
        } => (
            DifferenceKind::Value,
            quoted(&value),
            Some(template),
            Some(ValuePlace {
                text: text(template),
                slot,
            }),
            if messages.len() <= MESSAGES_CAP {
                Selection {
                    messages: Some(messages),
                    ..nothing
                }
            } else {
                Selection {
                    templates: Some(vec![template]),
                    text: Some(TextQuery {
                        pattern: value,
                        is_regex: false,
                        is_case_sensitive: true,
                    }),
                    ..nothing
                }
            },
        ),
    };
    Difference {
        kind,
        name,
        template,
        place,
        n_before,
        n_after,
        before: round_to(before, 6),
        after: round_to(after, 6),
        direction: match (n_before, n_after) {
            (0, _) => Direction::New,
            (_, 0) => Direction::Vanished,
            _ if after > before => Direction::More,
            _ => Direction::Fewer,
        },
        ratio: (before > 0.0).then(|| round_to(after / before, 6)),
        p,
        selection,
    }
}

/// Records of a row on each side.
pub(super) fn sides_of(counts: &Row) -> [u64; 2] {
    let (before, after) = counts.split_at(N_SLICES as usize);
    [before, after].map(|slices| slices.iter().map(|n| u64::from(*n)).sum())
}

pub(super) fn add(sums: &mut [u32], counts: &[u32]) {
    for (sum, n) in sums.iter_mut().zip(counts) {
        *sum = sum.saturating_add(*n);
    }
}

fn row_of(counts: &[u32]) -> Row {
    let mut row = [0; N_PLACES];
    add(&mut row, counts);
    row
}
