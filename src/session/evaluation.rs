//! Findings and labels → how good the scores are.

use crate::base::ids::MessageId;
use crate::base::order::Arrange;
use crate::detect::ALARM;
use crate::evaluate::labels::Labels;
use crate::evaluate::measures::{Scored, measure};
use crate::report::findings::{EvaluationFindings, Findings};
use crate::report::limits;
use crate::shard::wire::Verdict;

/// Measures the scores of sessions where a table of labels names sessions, otherwise those of the labelled lines; `None` when
/// nothing is labelled, or when lines that carry labels of their own carry only one kind.
pub(super) fn evaluate(
    findings: &Findings,
    labels: &Labels,
    verdicts: Vec<Verdict>,
) -> Option<EvaluationFindings> {
    if labels.ids.is_empty() {
        return of_lines(findings, labels, verdicts);
    }
    let n_matched = |idx: usize| {
        let sessions = &findings.sessions[idx].set.sessions;
        let matched = sessions.iter().filter(|s| labels.of_id(s.hash).is_some());
        matched.count()
    };
    // Of several identifiers that which the labels name, the first among equals.
    let chosen = (0..findings.sessions.len()).min_by_key(|&idx| usize::MAX - n_matched(idx));
    let mut things = Vec::new();
    if let Some(found) = chosen.map(|idx| &findings.sessions[idx]) {
        for (idx, session) in (0..).zip(&found.set.sessions) {
            if let Some(is_anomalous) = labels.of_id(session.hash) {
                things.push((found.scores.scores[idx as usize], is_anomalous, idx));
            }
        }
    }
    let scored = things.iter().map(|&(score, is_anomalous, _)| Scored {
        score,
        n_anomalous: u64::from(is_anomalous),
        n_normal: u64::from(!is_anomalous),
    });
    Some(EvaluationFindings {
        sessions: chosen.map(|idx| idx as u32),
        n_labelled: labels.len() as u64 + labels.n_dropped,
        n_matched: things.len() as u64,
        measures: measure(scored.collect(), ALARM),
        examples: examples(things),
    })
}

fn of_lines(
    findings: &Findings,
    labels: &Labels,
    mut verdicts: Vec<Verdict>,
) -> Option<EvaluationFindings> {
    verdicts.arrange_by_key(|verdict| (verdict.message, verdict.window));
    let windows = findings.windows.as_ref();
    let score = |verdict: &Verdict| {
        let start = |idx: u32| windows.map(|windows| windows.start_of(idx));
        findings.score(verdict.message, verdict.window.and_then(start))
    };
    let scored: Vec<Scored> = verdicts
        .iter()
        .map(|verdict| Scored {
            score: score(verdict),
            n_anomalous: u64::from(verdict.n_anomalous),
            n_normal: u64::from(verdict.n_normal),
        })
        .collect();
    let n_anomalous: u64 = scored.iter().map(|s| s.n_anomalous).sum();
    let n_normal: u64 = scored.iter().map(|s| s.n_normal).sum();
    if labels.lines.is_empty() && (n_anomalous == 0 || n_normal == 0) {
        return None;
    }
    let mut things: Vec<(f64, bool, u32)> = Vec::new();
    for (verdict, scored) in verdicts.iter().zip(&scored) {
        let MessageId(id) = verdict.message;
        for (n, is_anomalous) in [(verdict.n_anomalous, true), (verdict.n_normal, false)] {
            if n > 0 {
                things.push((scored.score, is_anomalous, id));
            }
        }
    }
    things.dedup();
    let n_given = labels.len() as u64 + labels.n_dropped;
    let n_matched = n_anomalous + n_normal;
    Some(EvaluationFindings {
        sessions: None,
        n_labelled: if n_given > 0 { n_given } else { n_matched },
        n_matched,
        measures: measure(scored, ALARM),
        examples: examples(things),
    })
}

/// True positives, false positives and false negatives of (score, label, thing), strangest first.
fn examples(mut things: Vec<(f64, bool, u32)>) -> [Vec<u32>; 3] {
    things.arrange_by(|a, b| b.0.total_cmp(&a.0).then(a.2.cmp(&b.2)));
    let kinds = [(true, true), (true, false), (false, true)];
    kinds.map(|(is_found, is_anomalous)| {
        let mut ids: Vec<u32> = Vec::new();
        for thing in &things {
            let is_kind = (thing.0 >= ALARM) == is_found && thing.1 == is_anomalous;
            if is_kind && ids.len() < limits::EXAMPLES && !ids.contains(&thing.2) {
                ids.push(thing.2);
            }
        }
        ids
    })
}
