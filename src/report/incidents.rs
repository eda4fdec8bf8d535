//! Connected anomalies → incidents in words.

use serde::{Deserialize, Serialize};

use super::build::{saturate, score};
use super::findings::{AlarmCause, Findings, SuppressedBy};
use super::{IncidentSource, LineRef, limits};
use super::{amounts, changes, involved, sessions, words};
use crate::base::ids::MessageId;
use crate::base::order::Arrange;
use crate::base::time::{SECOND, Timestamp};
use crate::correlate::incidents::{Episode, Incident as Component};
use crate::correlate::trigger::{self, Candidate, WITHIN_US, Wording};
use crate::detect::rate_change::{ChangeKind, RateChange};
use crate::parse::Level;

/// Anomalies that belong together in time and content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Incident {
    /// Rank from 1.
    pub id: u32,
    /// What happened, as a sentence.
    pub title: String,
    /// First anomaly.
    pub start_ms: f64,
    /// Last anomaly.
    pub end_ms: f64,
    /// Score 0 to 100.
    pub score: f64,
    /// Most severe level; empty for none.
    pub level: String,
    /// Anomalous records in it.
    pub n_records: u32,
    /// Why it ranks where it does.
    pub reason: String,
    /// The earliest of the lines that make it; the first of its time where none does.
    pub leading_edge: LineRef,
    /// Templates involved, most severe first.
    pub templates: Vec<u32>,
    /// The names of these templates in every run, by which a person can mark them as normal.
    pub keys: Vec<String>,
    /// Message ids involved, at most [`limits::INCIDENT_MESSAGES`]; what a query for its lines selects.
    pub messages: Vec<u32>,
    /// The sources of its unusual records, the most frequent first, at most [`limits::INCIDENT_SOURCES`]; none where records have
    /// no source.
    pub sources: Vec<IncidentSource>,
    /// How many sources there are in all.
    pub n_sources: u32,
    /// Patterns that are new, surge or fall silent in it, at most [`limits::INCIDENT_CHANGES`].
    pub changes: Vec<IncidentChange>,
    /// What probably set it off: what was said shortly before.
    pub trigger: Option<Trigger>,
    /// What the score is made of, as a sentence.
    pub rank: String,
}

/// A pattern whose rate changes with an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct IncidentChange {
    /// `new`, `surging` or `vanished`; `far beyond usual` or `rising` for a duration or size.
    pub mark: String,
    /// The pattern.
    pub template: u32,
    /// Its text.
    pub text: String,
    /// How it changes, as a sentence.
    pub reason: String,
}

/// What probably set an incident off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    /// When it was said.
    pub ms: f64,
    /// What was said.
    pub text: String,
    /// Its template.
    pub template: u32,
    /// Why it is taken for the trigger, as a sentence.
    pub reason: String,
}

/// What was left out of the incidents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SuppressedReport {
    /// Why: `normal` (a person marked it), `minScore` (it scores less than a person wants to see) or `recurring` (the like of it
    /// recurs all over the log).
    pub by: String,
    /// What they are about.
    pub template: u32,
    /// Its name in every run.
    pub key: String,
    /// Its text.
    pub text: String,
    /// Of a stretch of time that was marked: its beginning.
    pub start_ms: Option<f64>,
    /// And its end.
    pub end_ms: Option<f64>,
    /// How often it came.
    pub n_times: u32,
    /// Records.
    pub n_records: u32,
}

/// Records that a template has at most for its wording to make it a candidate wherever it was said last.
const SELDOM: u32 = 12;

pub(super) fn incidents(findings: &Findings) -> Vec<Incident> {
    let candidates = candidates(findings);
    findings
        .incidents
        .iter()
        .take(limits::INCIDENTS)
        .enumerate()
        .map(|(rank, component)| incident(findings, rank as u32 + 1, component, &candidates))
        .collect()
}

pub(super) fn suppressed(findings: &Findings) -> Vec<SuppressedReport> {
    let listed = findings.suppressed.iter().take(limits::SUPPRESSED);
    listed
        .map(|entry| SuppressedReport {
            by: match entry.by {
                SuppressedBy::Normal => "normal",
                SuppressedBy::MinScore => "minScore",
                SuppressedBy::Recurring => "recurring",
            }
            .to_owned(),
            template: entry.template.0,
            key: findings.templates[entry.template.index()].key(),
            start_ms: entry.span.map(|span| span.0.millis()),
            end_ms: entry.span.map(|span| span.1.millis()),
            text: words::quoted(&findings.templates[entry.template.index()].text),
            n_times: entry.n_incidents,
            n_records: entry.n_records,
        })
        .collect()
}

fn incident(
    findings: &Findings,
    id: u32,
    component: &Component,
    candidates: &[Candidate],
) -> Incident {
    let said = |message: &MessageId| &findings.messages[message.index()];
    let facts = |message: &MessageId| &findings.facts[message.index()];
    // The message that says most about the incident: the strangest, and among equals the most frequent.
    let mut messages = component.messages.clone();
    messages.arrange_by(|a, b| {
        let key = |message: &MessageId| findings.score(*message, Some(component.start));
        key(b)
            .total_cmp(&key(a))
            .then(facts(b).n_records.cmp(&facts(a).n_records))
            .then(a.cmp(b))
    });
    let mut templates: Vec<u32> = Vec::new();
    for message in &messages {
        let template = said(message).template.0;
        if !templates.contains(&template) {
            templates.push(template);
        }
    }
    let n_templates = templates.len() as u64;
    let only_change = only_change(findings, component);
    templates.extend(only_change.map(|change| change.row));
    // What makes windows unusual can be marked as normal by its patterns.
    if templates.is_empty()
        && let Some(AlarmCause::Windows(_, risen)) = cause(findings, component)
    {
        templates.extend(risen.iter().map(|template| template.0));
    }
    if let Some(AlarmCause::Shifts(shifts)) = cause(findings, component) {
        let shifted = shifts
            .iter()
            .map(|idx| findings.shifts[*idx as usize].template.0);
        for template in shifted {
            if !templates.contains(&template) {
                templates.push(template);
            }
        }
    }
    templates.truncate(limits::INCIDENT_MESSAGES);
    let level = component
        .messages
        .iter()
        .map(|message| facts(message).level)
        .max()
        .flatten()
        .or(only_change.and_then(|_| facts(&component.leading_edge.message).level));
    let edge = &component.leading_edge;
    let alarm = alarm(findings, component);
    let head = messages
        .first()
        .map(|message| words::quoted(&findings.templates[said(message).template.index()].text));
    let times = words::counted(u64::from(component.n_records), "record");
    let length = component.end.0.saturating_sub(component.start.0);
    // One record takes no time; what goes on for longer is the alarm it belongs to.
    let over = match component.n_records {
        _ if length <= 0 => String::new(),
        1 => format!(" within {}", words::duration(length)),
        _ => format!(" over {}", words::duration(length)),
    };
    let others = if n_templates > 1 {
        format!(" and {}", words::counted(n_templates - 1, "other pattern"))
    } else {
        String::new()
    };
    let strongest = messages
        .first()
        .map(|message| words::message_reason(&findings.reasons(*message), &findings.tfidf));
    let reasons: Vec<String> = strongest.into_iter().chain(alarm.clone()).collect();
    let title = match head {
        Some(head) => format!("“{head}”{others}, {times}{over}"),
        None => alarm_title(findings, component)
            .or(alarm)
            .unwrap_or_default(),
    };
    messages.truncate(limits::INCIDENT_MESSAGES);
    let (sources, n_sources) = involved::sources(findings, component);
    Incident {
        id,
        title,
        start_ms: component.start.millis(),
        end_ms: component.end.millis(),
        score: score(component.score),
        level: words::level_of(level).to_owned(),
        n_records: only_change.map_or(component.n_records, |c| saturate(c.n_records)),
        reason: reasons.join("; "),
        leading_edge: line_ref(findings, edge),
        keys: (templates.iter())
            .map(|template| findings.templates[*template as usize].key())
            .collect(),
        templates,
        messages: messages.iter().map(|message| message.0).collect(),
        sources,
        n_sources,
        changes: incident_changes(findings, component),
        trigger: trigger(findings, component, candidates),
        rank: rank(component),
    }
}

/// What the alarm of an incident is, if it has one.
fn cause<'a>(findings: &'a Findings, component: &Component) -> Option<&'a AlarmCause> {
    findings.alarm_causes.get(component.alarm? as usize)
}

/// The change of rate that is all there is of an incident.
fn only_change<'a>(findings: &'a Findings, component: &Component) -> Option<&'a RateChange> {
    match cause(findings, component)? {
        AlarmCause::Change(idx) if component.episodes.is_empty() => {
            findings.changes.get(*idx as usize)
        }
        _ => None,
    }
}

/// What the score is made of.
fn rank(component: &Component) -> String {
    let parts = &component.parts;
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    format!(
        "severity {:.0} of 100, rarity {}, spread over sources {}, number of records {}, duration {}; {} of what these lines say is said here",
        parts.severity,
        percent(parts.rarity),
        percent(parts.spread),
        percent(parts.volume),
        percent(parts.duration),
        percent(parts.concentration),
    )
}

/// Patterns whose values shift that a reason names.
const SAID_SHIFTS: usize = 3;

/// Durations and sizes far beyond what is usual that one incident names.
const FAR_AMOUNTS: usize = 3;

/// The changes that fall together with an incident: those of its own patterns while it lasts, and those that begin with it.
fn incident_changes(findings: &Findings, component: &Component) -> Vec<IncidentChange> {
    let slice_us = findings.slice_us();
    let from = component.start.0.saturating_sub(slice_us);
    let to = component.end.0.saturating_add(slice_us);
    let mut own: Vec<u32> = (component.messages.iter())
        .map(|message| findings.messages[message.index()].template.0)
        .collect();
    own.sort_unstable();
    own.dedup();
    let is_together = |change: &&RateChange| {
        let (start, end) = findings.change_span(change);
        let is_own = own.binary_search(&change.row).is_ok();
        let overlaps = start.0 <= to && end.0 >= from;
        overlaps && (is_own || (from..=to).contains(&start.0))
    };
    let mut found: Vec<&RateChange> = findings.changes.iter().filter(is_together).collect();
    found.arrange_by(|a, b| {
        let is_own = |change: &RateChange| own.binary_search(&change.row).is_ok();
        (is_own(b).cmp(&is_own(a)))
            .then(changes::weight(b).total_cmp(&changes::weight(a)))
            .then((a.row, a.first).cmp(&(b.row, b.first)))
    });
    let mut named = Vec::new();
    found.retain(|change| {
        let is_first = !named.contains(&change.row);
        named.push(change.row);
        is_first
    });
    let listed = found.into_iter().take(limits::INCIDENT_CHANGES);
    let changes = listed.map(|change| IncidentChange {
        mark: match change.kind {
            ChangeKind::New => "new",
            ChangeKind::Surge => "surging",
            ChangeKind::Dip | ChangeKind::Pause | ChangeKind::Vanished => "vanished",
        }
        .to_owned(),
        template: change.row,
        text: words::quoted(&findings.templates[change.row as usize].text),
        reason: changes::reason(findings, change),
    });
    let shifts = amounts::moves_within(findings, (from, to)).take(FAR_AMOUNTS);
    let far = amounts::within(findings, (from, to)).take(FAR_AMOUNTS);
    changes
        .chain(shifts)
        .chain(far)
        .take(limits::INCIDENT_CHANGES)
        .collect()
}

/// What was said for the first time after the beginning of the log, or speaks of a change and is seldom; in the order of time.
fn candidates(findings: &Findings) -> Vec<Candidate> {
    let Some((begin, _)) = findings.span() else {
        return Vec::new();
    };
    let mut first_of = vec![None; findings.templates.len()];
    let mut n_of = vec![0_u32; findings.templates.len()];
    for (message, facts) in findings.messages.iter().zip(&findings.facts) {
        let n = &mut n_of[message.template.index()];
        *n = n.saturating_add(facts.n_records);
        let first: &mut Option<Timestamp> = &mut first_of[message.template.index()];
        *first = first.iter().copied().chain(message.first).min();
    }
    let mut candidates = Vec::new();
    for ((idx, message), facts) in (0..).zip(&findings.messages).zip(&findings.facts) {
        let is_trouble = facts.level >= Some(Level::Error) || facts.is_failed_login;
        let (Some(first), Some(last)) = (message.first, message.last) else {
            continue;
        };
        if is_trouble {
            continue;
        }
        let wording = trigger::wording(&message.text);
        let is_new = first.0 > begin.0.saturating_add(WITHIN_US)
            && first_of[message.template.index()] == Some(first);
        let is_seldom = wording > Wording::First && n_of[message.template.index()] <= SELDOM;
        for at in [first, last] {
            if (is_new && at == first) || is_seldom {
                candidates.push(Candidate {
                    at,
                    wording,
                    message: idx,
                });
            }
        }
    }
    candidates.arrange_by_key(|candidate| (candidate.at, candidate.message));
    candidates.dedup();
    candidates
}

fn trigger(
    findings: &Findings,
    component: &Component,
    candidates: &[Candidate],
) -> Option<Trigger> {
    let mut own: Vec<u32> = component.messages.iter().map(|message| message.0).collect();
    own.sort_unstable();
    let edge = component.start;
    let is_effect = |message: u32| {
        own.binary_search(&message).is_ok() || component.leading_edge.message.0 == message
    };
    let found = trigger::trigger(candidates, edge, is_effect)?;
    let message = findings.messages.get(found.message as usize)?;
    let what = match found.wording {
        Wording::Change => "a change",
        Wording::Restart => "a start or stop",
        Wording::First => "first seen then",
    };
    let before = words::duration(edge.0.saturating_sub(found.at.0));
    Some(Trigger {
        ms: found.at.millis(),
        text: words::quoted(&message.text),
        template: message.template.0,
        reason: format!("{what}, {before} before"),
    })
}

fn line_ref(findings: &Findings, edge: &Episode) -> LineRef {
    LineRef {
        file: edge.file.0,
        line: edge.line,
        offset: edge.offset as f64,
        ms: Some(edge.start.millis()),
        text: words::quoted(&findings.messages[edge.message.index()].text),
        template: findings.messages[edge.message.index()].template.0,
    }
}

/// Why the stretch of time is unusual, where it is an alarm.
fn alarm(findings: &Findings, component: &Component) -> Option<String> {
    match cause(findings, component)? {
        AlarmCause::Windows(run, _) => {
            let window = findings.window_scores.get(run.worst as usize)?;
            let windows = findings.windows.as_ref()?;
            let n_new = windows.n_new(run.first..=run.last);
            Some(words::window_reason(window, windows.width_us, n_new))
        }
        AlarmCause::Sessions(idx, members) => {
            let found = findings.sessions.get(*idx as usize)?;
            let n = words::counted(members.len() as u64, "unusual session");
            let worst = sessions::reason(findings, found, *members.first()? as usize);
            let span = component.end.0.saturating_sub(component.start.0);
            let within = words::duration(span.max(SECOND));
            Some(format!(
                "{n} ({}) within {within}; the strangest {worst}",
                sessions::identifier(found)
            ))
        }
        AlarmCause::Shifts(shifts) => {
            let said = shifts.iter().take(SAID_SHIFTS);
            let said = said.map(|idx| amounts::shift_in_words(findings, *idx as usize));
            let mut said: Vec<String> = said.collect();
            if shifts.len() > SAID_SHIFTS {
                let n_more = (shifts.len() - SAID_SHIFTS) as u64;
                said.push(words::counted(n_more, "more pattern"));
            }
            Some(said.join("; "))
        }
        AlarmCause::Change(idx) => {
            let change = findings.changes.get(*idx as usize)?;
            let text = &findings.templates.get(change.row as usize)?.text;
            let reason = changes::reason(findings, change);
            Some(format!("“{}”, a warning, {reason}", words::quoted(text)))
        }
    }
}

/// What an incident is called that is nothing but unusual windows: what was unusual, and for how long.
fn alarm_title(findings: &Findings, component: &Component) -> Option<String> {
    let length = words::duration(component.end.0.saturating_sub(component.start.0));
    let run = match cause(findings, component)? {
        AlarmCause::Windows(run, _) => run,
        AlarmCause::Shifts(shifts) => {
            let worst = amounts::shift_in_words(findings, *shifts.first()? as usize);
            let others = match shifts.len() as u64 - 1 {
                0 => String::new(),
                n => format!(" and the like in {}", words::counted(n, "other pattern")),
            };
            return Some(format!("{worst}{others}, for {length}"));
        }
        _ => return None,
    };
    let windows = findings.windows.as_ref()?;
    let window = findings.window_scores.get(run.worst as usize)?;
    if let Some(silence) = window.silence {
        let n_missing = words::counted(silence.n_missing as u64, "record");
        return Some(format!(
            "Silence for {length}: about {n_missing} expected, none came"
        ));
    }
    let reason = words::window_reason(window, windows.width_us, 0);
    Some(if run.last > run.first {
        format!("{reason}; unusual for {length}")
    } else {
        reason
    })
}
