//! Groups of messages → templates: groups fall apart where words choose between a few ways to say something, and grow
//! together where they differ in a name.
//!
//! A group sees all of its distinct messages at once, so that a place in it can be judged by all values it takes rather than
//! by the first two that met. Splitting by places with few words follows Makanju et al. 2009 (`IPLoM`) and Yu et al. 2023
//! ("Brain"); what tells a choice of words from a name is in [`column`](super::column).

use std::ops::Range;

use super::column::{Judge, columns};
use super::merge;
use super::slot::SlotKind;
use super::token::{ANY, Token, Tokens, Vocabulary};
use super::tree::Grouped;
use crate::base::ids::TemplateId;

/// How often one group is split; what varies in more places than that is variable.
const MAX_SPLITS: usize = 8;

/// The same where the first attempt leads to too many templates.
const FEW_SPLITS: usize = 2;
/// Templates that any group may fall into.
const MAX_PARTS: usize = 64;

/// What the end of a run brings.
#[derive(Debug)]
pub(super) struct Refined {
    /// The templates, by first appearance.
    pub(super) templates: Templates,
    /// The template of each message.
    pub(super) of_message: Vec<TemplateId>,
}

/// The templates of a run.
#[derive(Debug, Default)]
pub(super) struct Templates {
    /// The tokens of each.
    pub(super) tokens: Vec<Vec<Token>>,
    /// What each token's variables are.
    pub(super) kinds: Vec<Vec<SlotKind>>,
}

/// The tokens of all messages, one after the other.
#[derive(Debug, Default)]
pub(super) struct Rows {
    tokens: Vec<Token>,
    kinds: Vec<SlotKind>,
    starts: Vec<u32>,
}

impl Rows {
    fn push(&mut self, parsed: &Tokens) {
        self.starts.push(self.tokens.len() as u32);
        self.tokens.extend_from_slice(&parsed.tokens);
        self.kinds.extend_from_slice(&parsed.kinds);
    }

    pub(super) fn row(&self, idx: u32) -> &[Token] {
        &self.tokens[self.span(idx)]
    }

    fn kinds(&self, idx: u32) -> &[SlotKind] {
        &self.kinds[self.span(idx)]
    }

    fn span(&self, idx: u32) -> Range<usize> {
        let idx = idx as usize;
        let end = self.starts.get(idx + 1);
        self.starts[idx] as usize..end.map_or(self.tokens.len(), |&end| end as usize)
    }
}

/// Turns groups into templates. Messages of the group `other` stay together, whatever they say.
pub(super) fn refine<'a>(
    vocabulary: &mut Vocabulary,
    messages: impl Iterator<Item = Grouped<'a>>,
    other: Option<TemplateId>,
    cap: usize,
) -> Refined {
    let (rows, groups) = read(vocabulary, messages, other);
    let members = members(&groups);
    let mut judge = Judge::new(vocabulary);
    for list in &members {
        judge.learn(&rows, list);
    }
    let mut templates: Vec<Vec<Token>> = Vec::new();
    let mut n_rows = Vec::new();
    let mut of_row = vec![0; groups.len()];
    for (group, list) in members.into_iter().enumerate() {
        if list.is_empty() {
            continue;
        }
        if other.is_some_and(|other| other.index() == group) {
            list.iter()
                .for_each(|&row| of_row[row as usize] = templates.len());
            templates.push(vec![ANY]);
            n_rows.push(list.len() as u32);
            continue;
        }
        for (template, part) in divide(&judge, &rows, &list) {
            part.iter()
                .for_each(|&row| of_row[row as usize] = templates.len());
            templates.push(template);
            n_rows.push(part.len() as u32);
        }
    }
    let (templates, of_template) = merge::merge(vocabulary, templates, n_rows);
    for idx in &mut of_row {
        *idx = of_template[*idx];
    }
    let mut refined = number(templates, &of_row, cap);
    refined.templates.kinds = kinds(&refined, &rows);
    refined
}

fn read<'a>(
    vocabulary: &mut Vocabulary,
    messages: impl Iterator<Item = Grouped<'a>>,
    other: Option<TemplateId>,
) -> (Rows, Vec<TemplateId>) {
    let (mut rows, mut groups, mut parsed) = (Rows::default(), Vec::new(), Tokens::default());
    for message in messages {
        if other == Some(message.group) {
            parsed = Tokens::default();
        } else {
            vocabulary.tokens(message.text, message.slots, &mut parsed);
        }
        rows.push(&parsed);
        groups.push(message.group);
    }
    (rows, groups)
}

/// The rows of each group, by first appearance.
fn members(groups: &[TemplateId]) -> Vec<Vec<u32>> {
    let n_groups = groups.iter().map(|group| group.index() + 1).max();
    let mut members = vec![Vec::new(); n_groups.unwrap_or(0)];
    for (row, group) in groups.iter().enumerate() {
        members[group.index()].push(row as u32);
    }
    members
}

/// The templates of a group with the rows of each.
///
/// A group that would fall into nearly as many pieces as it has messages is text whose words are drawn from a small stock,
/// rather than a few ways to say something.
fn divide(judge: &Judge<'_>, rows: &Rows, list: &[u32]) -> Vec<(Vec<Token>, Vec<u32>)> {
    let most = (list.len() / 4).max(MAX_PARTS);
    for n_splits in [MAX_SPLITS, FEW_SPLITS] {
        let parts = split(judge, rows, list.to_vec(), n_splits);
        if parts.len() <= most {
            return parts;
        }
    }
    split(judge, rows, list.to_vec(), 0)
}

/// Splits a group by its places, the one with the fewest choices first, until only names vary.
fn split(
    judge: &Judge<'_>,
    rows: &Rows,
    list: Vec<u32>,
    most_splits: usize,
) -> Vec<(Vec<Token>, Vec<u32>)> {
    let mut done = Vec::new();
    let mut todo = vec![(list, 0)];
    while let Some((list, n_splits)) = todo.pop() {
        let columns = columns(rows, &list);
        let best = columns
            .iter()
            .enumerate()
            .filter(|(place, values)| {
                n_splits < most_splits && judge.is_choice(rows.row(list[0]), *place, values)
            })
            .min_by_key(|(place, values)| (values.seen().len(), *place));
        let Some((place, values)) = best else {
            let row = rows.row(list[0]);
            let template = columns
                .iter()
                .enumerate()
                .map(|(place, values)| judge.token(row, place, values))
                .collect();
            done.push((template, list));
            continue;
        };
        let mut parts = vec![Vec::new(); values.seen().len()];
        for &row in &list {
            let token = rows.row(row)[place];
            let part = values.seen().iter().position(|&value| value == token);
            parts[part.expect("a choice has all values of its column")].push(row);
        }
        // The last part is taken first; the final numbers do not depend on the order.
        todo.extend(parts.into_iter().map(|part| (part, n_splits + 1)));
    }
    done
}

/// Numbers templates by first appearance; those beyond the cap share the last number.
fn number(templates: Vec<Vec<Token>>, of_row: &[usize], cap: usize) -> Refined {
    let mut ids = vec![None; templates.len()];
    let mut numbered: Vec<Vec<Token>> = Vec::new();
    let is_capped = templates.len() > cap;
    let mut templates: Vec<_> = templates.into_iter().map(Some).collect();
    let of_message = of_row
        .iter()
        .map(|&idx| {
            *ids[idx].get_or_insert_with(|| {
                if is_capped && numbered.len() >= cap - 1 {
                    if numbered.len() == cap - 1 {
                        numbered.push(vec![ANY]);
                    }
                    return TemplateId::from_index(cap - 1);
                }
                let id = TemplateId::from_index(numbered.len());
                numbered.push(templates[idx].take().expect("a template is numbered once"));
                id
            })
        })
        .collect();
    Refined {
        templates: Templates {
            tokens: numbered,
            kinds: Vec::new(),
        },
        of_message,
    }
}

/// What the variables of each template are, by all of its messages.
fn kinds(refined: &Refined, rows: &Rows) -> Vec<Vec<SlotKind>> {
    let mut kinds: Vec<Option<Vec<SlotKind>>> = vec![None; refined.templates.tokens.len()];
    for (row, id) in refined.of_message.iter().enumerate() {
        let (template, own) = (
            &refined.templates.tokens[id.index()],
            rows.kinds(row as u32),
        );
        // Lists of which the template shows one member, and what the cap brought together, have other lengths.
        if own.len() != template.len() {
            continue;
        }
        match &mut kinds[id.index()] {
            Some(all) => all.iter_mut().zip(own).for_each(|(a, b)| *a = a.or(*b)),
            kinds => *kinds = Some(own.to_vec()),
        }
    }
    kinds
        .into_iter()
        .zip(&refined.templates.tokens)
        .map(|(kinds, template)| kinds.unwrap_or_else(|| vec![SlotKind::Any; template.len()]))
        .collect()
}
