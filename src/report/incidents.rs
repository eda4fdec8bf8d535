//! Connected anomalies → incidents in words.

use super::build::score;
use super::findings::{AlarmCause, Findings};
use super::{Incident, LineRef, SuppressedReport, limits};
use super::{sessions, words};
use crate::base::ids::MessageId;
use crate::base::order::Arrange;
use crate::correlate::incidents::{Episode, Incident as Component};

pub(super) fn incidents(findings: &Findings) -> Vec<Incident> {
    findings
        .incidents
        .iter()
        .take(limits::INCIDENTS)
        .enumerate()
        .map(|(rank, component)| incident(findings, rank as u32 + 1, component))
        .collect()
}

pub(super) fn suppressed(findings: &Findings) -> Vec<SuppressedReport> {
    let listed = findings.suppressed.iter().take(limits::SUPPRESSED);
    listed
        .map(|entry| SuppressedReport {
            template: entry.template.0,
            text: words::quoted(&findings.templates[entry.template.index()].text),
            n_times: entry.n_incidents,
            n_records: entry.n_records,
        })
        .collect()
}

fn incident(findings: &Findings, id: u32, component: &Component) -> Incident {
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
    templates.truncate(limits::INCIDENT_MESSAGES);
    let level = component
        .messages
        .iter()
        .map(|message| facts(message).level)
        .max()
        .flatten();
    let edge = &component.leading_edge;
    let alarm = alarm(findings, component);
    let head = messages
        .first()
        .map(|message| words::quoted(&findings.templates[said(message).template.index()].text));
    let times = words::counted(u64::from(component.n_records), "record");
    let length = component.end.0.saturating_sub(component.start.0);
    let over = if length > 0 {
        format!(" over {}", words::duration(length))
    } else {
        String::new()
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
        None => format!("{}{over}", alarm.unwrap_or_default()),
    };
    messages.truncate(limits::INCIDENT_MESSAGES);
    Incident {
        id,
        title,
        start_ms: component.start.millis(),
        end_ms: component.end.millis(),
        score: score(component.score),
        level: words::level_of(level).to_owned(),
        n_records: component.n_records,
        reason: reasons.join("; "),
        leading_edge: line_ref(findings, edge),
        templates,
        messages: messages.iter().map(|message| message.0).collect(),
    }
}

fn line_ref(findings: &Findings, edge: &Episode) -> LineRef {
    LineRef {
        file: edge.file.0,
        line: edge.line,
        offset: edge.offset as f64,
        ms: Some(edge.start.millis()),
        text: words::quoted(&findings.messages[edge.message.index()].text),
    }
}

/// Why the stretch of time is unusual, where it is an alarm.
fn alarm(findings: &Findings, component: &Component) -> Option<String> {
    match findings.alarm_causes.get(component.alarm? as usize)? {
        AlarmCause::Windows(run) => {
            let window = findings.window_scores.get(run.worst as usize)?;
            let names = findings.windows.as_ref().map(|windows| windows.names)?;
            Some(words::window_reason(window, &names))
        }
        AlarmCause::Sessions(idx, members) => {
            let found = findings.sessions.get(*idx as usize)?;
            let n = words::counted(members.len() as u64, "unusual session");
            let worst = sessions::reason(findings, found, *members.first()? as usize);
            Some(format!("{n} ({}): {worst}", sessions::identifier(found)))
        }
    }
}
