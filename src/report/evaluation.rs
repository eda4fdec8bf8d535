//! Measured scores → the report's account of them.

use serde::{Deserialize, Serialize};

use super::build::{saturate, score};
use super::findings::{EvaluationFindings, Findings};
use super::words;
use super::{limits, sessions};
use crate::base::math::round_to;
use crate::detect::ALARM;

/// How good the scores are by labels that were given with the log. Labels take no part in any score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Evaluation {
    /// What is labelled: `sessions` or `lines`.
    pub kind: String,
    /// What ties a session together, in words; empty for lines.
    pub identifier: String,
    /// Labels given.
    pub labelled: u32,
    /// Labels of things that are in the log; what follows is measured on these.
    pub matched: u32,
    /// From this score on something is an alarm.
    pub threshold: f64,
    /// Share of the alarms that are labelled anomalous.
    pub precision: f64,
    /// Share of what is labelled anomalous that is an alarm.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Area under the ROC curve; `null` when only one kind is labelled.
    pub roc_auc: Option<f64>,
    /// Average precision; `null` when nothing is labelled anomalous.
    pub average_precision: Option<f64>,
    /// The threshold with the highest F1.
    pub best_threshold: f64,
    /// That F1.
    pub best_f1: f64,
    /// Anomalous and found.
    pub true_positives: u32,
    /// Normal and found.
    pub false_positives: u32,
    /// Anomalous and not found.
    pub false_negatives: u32,
    /// Normal and not found.
    pub true_negatives: u32,
    /// Examples: values of sessions, or patterns of lines, at most [`limits::EXAMPLES`] a kind.
    pub found_examples: Vec<String>,
    /// Examples of what is normal and found.
    pub false_examples: Vec<String>,
    /// Examples of what is anomalous and not found.
    pub missed_examples: Vec<String>,
    /// Both curves, from the highest score down.
    pub curve: Vec<CurvePoint>,
}

/// What is found from a score on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct CurvePoint {
    /// The score.
    pub threshold: f64,
    /// Share of what is found that is anomalous.
    pub precision: f64,
    /// Share of what is anomalous that is found.
    pub recall: f64,
    /// Share of what is normal that is found.
    pub false_positive_rate: f64,
}

/// Decimals of a share.
const SHARE_DIGITS: i32 = 4;

pub(super) fn evaluation(findings: &Findings) -> Option<Evaluation> {
    let found = findings.evaluation.as_ref()?;
    let measures = &found.measures;
    let confusion = &measures.confusion;
    let share = |x: f64| round_to(x, SHARE_DIGITS);
    let [found_examples, false_examples, missed_examples] = [0, 1, 2].map(|kind| {
        let examples = found.examples[kind].iter().take(limits::EXAMPLES);
        examples.map(|idx| example(findings, found, *idx)).collect()
    });
    let of_sessions = found
        .sessions
        .and_then(|idx| findings.sessions.get(idx as usize));
    Some(Evaluation {
        kind: if of_sessions.is_some() {
            "sessions"
        } else {
            "lines"
        }
        .to_owned(),
        identifier: of_sessions.map_or_else(String::new, sessions::identifier),
        labelled: saturate(found.n_labelled),
        matched: saturate(found.n_matched),
        threshold: ALARM,
        precision: share(confusion.precision()),
        recall: share(confusion.recall()),
        f1: share(confusion.f1()),
        roc_auc: measures.roc_auc.map(share),
        average_precision: measures.average_precision.map(share),
        best_threshold: score(measures.best.0),
        best_f1: share(measures.best.1),
        true_positives: saturate(confusion.true_positives),
        false_positives: saturate(confusion.false_positives),
        false_negatives: saturate(confusion.false_negatives),
        true_negatives: saturate(confusion.true_negatives),
        found_examples,
        false_examples,
        missed_examples,
        curve: measures
            .curve
            .iter()
            .map(|point| CurvePoint {
                threshold: score(point.threshold),
                precision: share(point.precision),
                recall: share(point.recall),
                false_positive_rate: share(point.false_positive_rate),
            })
            .collect(),
    })
}

/// A session by its value, a line by its pattern.
fn example(findings: &Findings, found: &EvaluationFindings, idx: u32) -> String {
    let of_sessions = found
        .sessions
        .and_then(|at| findings.sessions.get(at as usize));
    match of_sessions {
        Some(sessions) => words::quoted(&sessions.set.sessions[idx as usize].text),
        None => words::quoted(&findings.messages[idx as usize].text),
    }
}
