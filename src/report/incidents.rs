//! Connected anomalies → incidents in words.

use super::build::score;
use super::findings::Findings;
use super::words;
use super::{Incident, LineRef, limits};
use crate::base::ids::MessageId;
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

fn incident(findings: &Findings, id: u32, component: &Component) -> Incident {
    let said = |message: &MessageId| &findings.messages[message.index()];
    let facts = |message: &MessageId| &findings.facts[message.index()];
    // The message that says most about the incident: the strangest, and among equals the most frequent.
    let mut messages = component.messages.clone();
    messages.sort_by(|a, b| {
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
    let head = messages
        .first()
        .map(|message| words::quoted(&findings.templates[said(message).template.index()].text))
        .unwrap_or_default();
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
    messages.truncate(limits::INCIDENT_MESSAGES);
    Incident {
        id,
        title: format!("“{head}”{others}, {times}{over}"),
        start_ms: component.start.millis(),
        end_ms: component.end.millis(),
        score: score(component.score),
        level: words::level_of(level).to_owned(),
        n_records: component.n_records,
        reason: strongest.unwrap_or_default(),
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
