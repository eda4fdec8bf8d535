//! Incidents → those that are worth a person's time, and what was left out of them and why.
//!
//! Three things leave an incident out: it recurs all over the log, a person has marked it as normal, or it scores less than a
//! person wants to see. What is marked is taken out before anomalies are linked, so that it neither makes an incident nor holds
//! two others together; an alarm that is nothing but marked patterns goes with them, and unusual windows are no alarm when
//! marked patterns make up for at least half of what is too much in them and nothing else is known to be unusual there.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::base::ids::TemplateId;
use crate::base::order::Arrange;
use crate::base::time::Timestamp;
use crate::correlate::alarms::Alarm;
use crate::correlate::incidents::Incident;
use crate::detect::ALARM;
use crate::error::ParamsError;
use crate::protocol::{NormalMark, Options};
use crate::report::findings::{AlarmCause, Findings, Suppressed, SuppressedBy};

/// What windows score at most that are none to worry about.
const NO_ALARM: f64 = ALARM - 1.0;

/// Marks that can be kept.
const MARKS_CAP: usize = 10_000;

/// Refuses choices that are out of range.
pub(super) fn check(options: &Options) -> Result<(), ParamsError> {
    let refused = |option, expected, actual| {
        Err(ParamsError {
            option,
            expected,
            actual,
        })
    };
    if !(0.0..=100.0).contains(&options.min_score) {
        let actual = options.min_score.to_string();
        return refused("minScore", "a score of 0 to 100", actual);
    }
    if options.normal.len() > MARKS_CAP {
        let actual = options.normal.len().to_string();
        return refused("normal", "at most 10000 marks", actual);
    }
    let is_stretch = |mark: &NormalMark| match mark {
        NormalMark::Stretch { from_ms, to_ms } => from_ms.is_finite() && to_ms >= from_ms,
        NormalMark::Pattern { .. } => true,
    };
    match options.normal.iter().find(|mark| !is_stretch(mark)) {
        Some(mark) => refused(
            "normal",
            "a stretch that ends after it begins",
            format!("{mark:?}"),
        ),
        None => Ok(()),
    }
}

/// For each template whether it is marked as normal.
pub(super) fn normal_templates(keys: &[String], options: &Options) -> Vec<bool> {
    let marks = options.normal.iter().filter_map(|mark| match mark {
        NormalMark::Pattern { key } => Some(key),
        NormalMark::Stretch { .. } => None,
    });
    let mut marks: Vec<&String> = marks.collect();
    marks.arrange();
    keys.iter()
        .map(|key| marks.binary_search(&key).is_ok())
        .collect()
}

/// Takes what is marked as normal out of the anomalies; `found` are the incidents of all of them. Answers what was taken out.
pub(super) fn take_normal(
    findings: &mut Findings,
    options: &Options,
    alarms: &mut Vec<Alarm>,
    causes: &mut Vec<AlarmCause>,
    found: &[Incident],
) -> Vec<Suppressed> {
    let mut of_template: BTreeMap<TemplateId, Suppressed> = BTreeMap::new();
    for (template, _) in findings.normal.iter().enumerate().filter(|entry| *entry.1) {
        let template = TemplateId::from_index(template);
        of_template.insert(template, nothing(template, SuppressedBy::Normal));
    }
    let mut taken = Vec::new();
    let mut is_kept = vec![true; alarms.len()];
    for incident in found {
        let alarm = incident.alarm.map(|idx| idx as usize);
        let mut own: BTreeMap<TemplateId, u32> = BTreeMap::new();
        let mut is_all_normal = true;
        for idx in &incident.episodes {
            let episode = &findings.episodes[*idx as usize];
            let template = findings.messages[episode.message.index()].template;
            is_all_normal &= findings.is_normal(template);
            let n = own.entry(template).or_default();
            *n = n.saturating_add(episode.n_records);
        }
        let changed = alarm.and_then(|idx| alarms[idx].template);
        let is_change_normal = changed.is_some_and(|template| findings.is_normal(template));
        if incident.episodes.is_empty()
            && let Some(template) = changed
            && let Some(alarm) = alarm
        {
            own.insert(template, alarms[alarm].n_records);
        }
        for (template, n_records) in &own {
            if let Some(entry) = of_template.get_mut(template) {
                entry.n_incidents += 1;
                entry.n_records = entry.n_records.saturating_add(*n_records);
            }
        }
        let Some(alarm) = alarm else { continue };
        let risen = risen_as_marked(findings, &alarms[alarm], &causes[alarm]);
        if is_all_normal && incident.episodes.is_empty() {
            for (template, n_records) in &risen {
                if let Some(entry) = of_template.get_mut(template) {
                    entry.n_incidents += 1;
                    entry.n_records = entry.n_records.saturating_add(*n_records);
                }
            }
        }
        let is_nothing_else = !incident.episodes.is_empty() || !risen.is_empty();
        if is_change_normal || (is_all_normal && is_nothing_else) {
            is_kept[alarm] = false;
            if let AlarmCause::Windows(run, _) = &causes[alarm] {
                for window in run.first..=run.last {
                    let score = &mut findings.window_scores[window as usize].score;
                    *score = score.min(NO_ALARM);
                }
            }
        } else if incident.episodes.is_empty() && is_marked(incident, options) {
            is_kept[alarm] = false;
            let edge = incident.leading_edge.message;
            taken.push(Suppressed {
                n_incidents: 1,
                n_records: incident.n_records,
                span: Some((incident.start, incident.end)),
                ..nothing(
                    findings.messages[edge.index()].template,
                    SuppressedBy::Normal,
                )
            });
        }
    }
    taken.extend(of_template.into_values());
    let Findings {
        episodes,
        messages,
        normal,
        ..
    } = findings;
    episodes.retain(|episode| {
        let template = messages[episode.message.index()].template;
        normal.get(template.index()) != Some(&true)
    });
    let mut kept = is_kept.iter();
    alarms.retain(|_| kept.next() == Some(&true));
    let mut kept = is_kept.iter();
    causes.retain(|_| kept.next() == Some(&true));
    taken
}

/// Takes those out of the incidents that recur all over the log or score too little. Answers what was taken out.
pub(super) fn take_minor(
    findings: &Findings,
    options: &Options,
    incidents: &mut Vec<Incident>,
) -> Vec<Suppressed> {
    let mut of_template: BTreeMap<(SuppressedBy, TemplateId), Suppressed> = BTreeMap::new();
    incidents.retain(|incident| {
        let by = if incident.is_recurring() {
            SuppressedBy::Recurring
        } else if incident.score < options.min_score {
            SuppressedBy::MinScore
        } else {
            return true;
        };
        let first = incident.messages.first();
        let message = first.unwrap_or(&incident.leading_edge.message);
        let template = findings.messages[message.index()].template;
        let entry = of_template.entry((by, template));
        let entry = entry.or_insert_with(|| nothing(template, by));
        entry.n_incidents += 1;
        entry.n_records = entry.n_records.saturating_add(incident.n_records);
        false
    });
    of_template.into_values().collect()
}

/// What was left out in the order in which it is listed: what a person marked, then the most frequent.
pub(super) fn listed(mut suppressed: Vec<Suppressed>) -> Vec<Suppressed> {
    suppressed.arrange_by_key(|entry| {
        (
            entry.by,
            Reverse(entry.n_records),
            entry.template,
            entry.span,
        )
    });
    suppressed
}

/// The templates that make windows unusual, with their records there, where a person has marked all of them and they make up for
/// at least half of it; none otherwise.
fn risen_as_marked(
    findings: &Findings,
    alarm: &Alarm,
    cause: &AlarmCause,
) -> Vec<(TemplateId, u32)> {
    let AlarmCause::Windows(_, templates) = cause else {
        return Vec::new();
    };
    if !templates
        .iter()
        .all(|template| findings.is_normal(*template))
    {
        return Vec::new();
    }
    let n_there = |template: &TemplateId| {
        let changes = findings.changes.iter().filter(|change| {
            let (start, end) = findings.change_span(change);
            change.row == template.0 && start <= alarm.end && end >= alarm.start
        });
        let risen = changes.map(|change| (change.n_records as f64 - change.expected).max(0.0));
        (*template, risen.sum::<f64>() as u32)
    };
    let risen: Vec<(TemplateId, u32)> = templates.iter().map(n_there).collect();
    let sum: f64 = risen.iter().map(|entry| f64::from(entry.1)).sum();
    if sum >= 0.5 * f64::from(alarm.n_records) {
        risen
    } else {
        Vec::new()
    }
}

/// Whether a person marked the time of an incident as normal.
fn is_marked(incident: &Incident, options: &Options) -> bool {
    options.normal.iter().any(|mark| match mark {
        NormalMark::Stretch { from_ms, to_ms } => {
            let (from, to) = (
                Timestamp::from_millis(*from_ms),
                Timestamp::from_millis(*to_ms),
            );
            // Times in a report are whole milliseconds.
            incident.start.0 >= from.0.saturating_sub(1000)
                && incident.end.0 <= to.0.saturating_add(1000)
        }
        NormalMark::Pattern { .. } => false,
    })
}

fn nothing(template: TemplateId, by: SuppressedBy) -> Suppressed {
    Suppressed {
        template,
        by,
        n_incidents: 0,
        n_records: 0,
        span: None,
    }
}
