//! Measured scores → the report's account of them.

use super::build::{saturate, score};
use super::findings::{EvaluationFindings, Findings};
use super::words;
use super::{CurvePoint, Evaluation, limits, sessions};
use crate::base::math::round_to;
use crate::detect::ALARM;

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
