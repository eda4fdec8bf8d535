//! Scored sessions → the report's list of them, in words.

use serde::{Deserialize, Serialize};

use super::build::{saturate, score};
use super::findings::{Findings, SessionFindings};
use super::words;
use super::{LineRef, limits};
use crate::base::order::Arrange;
use crate::detect::ALARM;
use crate::detect::sessions::SessionReason;

/// The sessions of one identifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Sessions {
    /// What ties the records of a session together, in words.
    pub identifier: String,
    /// Sessions.
    pub n_sessions: u32,
    /// Sessions at or above the alarm threshold.
    pub n_anomalous: u32,
    /// Records in sessions; one that names two sessions counts in both.
    pub n_records: u32,
    /// The sessions at or above the alarm threshold, strangest first.
    pub list: Vec<SessionReport>,
}

/// Records that share the value of an identifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SessionReport {
    /// The value, as it stands in the log.
    pub id: String,
    /// Score 0 to 100.
    pub score: f64,
    /// What an isolation forest says of it, 0 to 100; it does not move the score.
    pub forest: Option<f64>,
    /// Why, as a sentence.
    pub reason: String,
    /// First record.
    pub start_ms: Option<f64>,
    /// Last record.
    pub end_ms: Option<f64>,
    /// Records.
    pub n_records: u32,
    /// Its first line.
    pub first: LineRef,
    /// Templates of its records, at most [`limits::SESSION_TEMPLATES`].
    pub templates: Vec<u32>,
}

pub(super) fn sessions(findings: &Findings) -> Vec<Sessions> {
    findings
        .sessions
        .iter()
        .map(|found| of_identifier(findings, found))
        .collect()
}

/// Sessions at or above the alarm threshold, of the identifier that orders the log best.
pub(super) fn n_anomalous(findings: &Findings) -> u64 {
    let scores = findings.sessions.first().map(|found| &found.scores.scores);
    let n = scores.map(|scores| scores.iter().filter(|score| **score >= ALARM).count());
    n.unwrap_or(0) as u64
}

fn of_identifier(findings: &Findings, found: &SessionFindings) -> Sessions {
    let scores = &found.scores.scores;
    let mut order: Vec<usize> = (0..scores.len())
        .filter(|idx| scores[*idx] >= ALARM)
        .collect();
    let n_anomalous = saturate(order.len() as u64);
    // The order of first appearance, which is that of the list, decides among equals.
    order.arrange_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
    order.truncate(limits::SESSIONS);
    Sessions {
        identifier: identifier(found),
        n_sessions: saturate(scores.len() as u64),
        n_anomalous,
        n_records: saturate(
            found
                .set
                .sessions
                .iter()
                .map(|session| u64::from(session.n_records))
                .sum(),
        ),
        list: order
            .into_iter()
            .map(|idx| session(findings, found, idx))
            .collect(),
    }
}

/// What ties the sessions together, in words.
pub(super) fn identifier(found: &SessionFindings) -> String {
    if found.set.identifier.places.is_empty() {
        return "file".to_owned();
    }
    let places = found.set.identifier.places.iter();
    let texts: Vec<String> = places.map(|place| words::quoted(&place.text())).collect();
    texts.join(" or ")
}

fn session(findings: &Findings, found: &SessionFindings, idx: usize) -> SessionReport {
    let session = &found.set.sessions[idx];
    let first_template = found.set.events(idx).first().map_or(0, |event| event.0);
    let text = findings.templates.get(first_template as usize);
    SessionReport {
        id: words::quoted(&session.text),
        score: score(found.scores.scores[idx]),
        forest: (found.scores.forest.as_ref().ok()).map(|scores| score(scores[idx])),
        reason: reason(findings, found, idx),
        start_ms: session.span.map(|span| span.0.millis()),
        end_ms: session.span.map(|span| span.1.millis()),
        n_records: session.n_records,
        first: LineRef {
            file: session.file.0,
            line: saturate(session.line + 1),
            offset: session.offset as f64,
            ms: session.span.map(|span| span.0.millis()),
            text: text.map_or_else(String::new, |template| words::quoted(&template.text)),
            template: first_template,
        },
        templates: found
            .set
            .events(idx)
            .iter()
            .take(limits::SESSION_TEMPLATES)
            .map(|event| event.0)
            .collect(),
    }
}

/// Why a session is strange.
pub(super) fn reason(findings: &Findings, found: &SessionFindings, idx: usize) -> String {
    let n_sessions = found.set.sessions.len() as u64;
    let reasons = found.scores.reasons(&found.set, idx);
    let said: Vec<String> = reasons
        .iter()
        .take(3)
        .map(|reason| said(findings, reason, n_sessions))
        .collect();
    said.join("; ")
}

fn said(findings: &Findings, reason: &SessionReason, n_sessions: u64) -> String {
    let quoted = |template: u32| {
        let text = findings.templates.get(template as usize);
        format!(
            "“{}”",
            text.map_or_else(String::new, |template| words::quoted(&template.text))
        )
    };
    let all = words::count(n_sessions);
    let only = |n: u64| format!("{} of {all} sessions", words::count(n));
    match *reason {
        SessionReason::Present {
            template,
            n_sessions,
        } => format!("has {}, as {}", quoted(template), only(n_sessions)),
        SessionReason::Absent {
            template,
            n_sessions,
        } => format!("lacks {}, as {}", quoted(template), only(n_sessions)),
        SessionReason::Step { step, n_sessions } => format!(
            "{} directly after {}, as in {}",
            quoted(step.1),
            quoted(step.0),
            only(n_sessions)
        ),
        SessionReason::Many {
            template,
            n_records,
            usual,
        } => format!(
            "{} {} times, usually at most {}",
            quoted(template),
            words::count(u64::from(n_records)),
            words::count(u64::from(usual))
        ),
        SessionReason::Long { micros, usual } => format!(
            "takes {}, usually at most {}",
            words::duration(micros),
            words::duration(usual)
        ),
    }
}
