//! Sessions → how strange each is, and why.
//!
//! What is rarely there or rarely missing decides ([`super::presence`]): sessions of one kind do the same things, and one
//! that fails lacks what the others have or has what they have not. What is there eight times as often as in 99 % of the sessions
//! that have it, or takes eight times as long, is an alarm as well. Rare steps from one message to the next only order the
//! sessions on each side of the threshold, as threads that log at once make steps of any kind.
//!
//! An isolation forest on how often each session says what judges them as well, and is shown beside the score without moving it:
//! it takes what is there twice for nearly as strange as what is not there at all.
//!
//! A log begins and ends somewhere, and cuts sessions that are under way: what is missing from a session near either end is
//! compared with the sessions beside it in time as well.

use super::isolation_forest::IsolationForestValidParams;
use super::presence::{Presence, PresenceParams, Rarest};
use super::{ALARM, MIN_POINTS};
use crate::base::math;
use crate::base::order::Arrange;
use crate::error::FitError;
use crate::featurize::dataset::{Dataset, Rows};
use crate::featurize::sessions::{Session, SessionSet, Step};
use crate::featurize::sparse::Sparse;

/// Part that the improbability of the rarest step takes.
const STEP_PART: f64 = 0.1;
/// How many times the usual is an alarm.
const FACTOR: f64 = 8.0;
/// Share of the sessions that decides what is usual.
const USUAL: f64 = 0.99;
/// Sessions needed to know what is usual.
const ENOUGH: usize = 20;
/// Sessions beside one at either end of the log that it is compared with.
const BESIDE: usize = 32;
/// Share of the sessions that are longer than those that the ends of the log may cut.
const LONG: f64 = 0.9;
/// Rows that lack something no longer make it usual.
const USUAL_SHARE: f64 = 0.8;

/// Why a session is strange.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SessionReason {
    /// It has what few have.
    Present {
        /// The template.
        template: u32,
        /// Sessions with it.
        n_sessions: u64,
    },
    /// It lacks what few lack.
    Absent {
        /// The template.
        template: u32,
        /// Sessions without it.
        n_sessions: u64,
    },
    /// It goes from one message to another as few do.
    Step {
        /// From and to which template.
        step: Step,
        /// Sessions that do.
        n_sessions: u64,
    },
    /// It has far more of something than others.
    Many {
        /// The template.
        template: u32,
        /// Records.
        n_records: u32,
        /// Records that 99 % of the sessions with it do not exceed.
        usual: u32,
    },
    /// It lasts far longer than others.
    Long {
        /// Microseconds from its first to its last record.
        micros: i64,
        /// Microseconds that 99 % of the sessions do not exceed.
        usual: i64,
    },
}

/// Scores of all sessions of an identifier.
#[derive(Debug)]
pub struct SessionScores {
    /// One a session, 0 to 100.
    pub scores: Vec<f64>,
    /// What the isolation forest says, one a session, 0 to 100; or why it says nothing.
    pub forest: Result<Vec<f64>, FitError>,
    presence: Presence,
    rows: Sparse,
    /// (step, sessions that take it), by step.
    steps: Vec<(Step, u64)>,
    /// Records of each template that are usual; 0 where too little is known.
    usual_records: Vec<u32>,
    /// Duration that is usual, in microseconds; 0 where too little is known.
    usual_micros: i64,
    edges: Edges,
}

/// Scores the sessions of an identifier.
///
/// # Errors
/// [`FitError::TooFewRows`] below [`MIN_POINTS`] sessions, [`FitError::NoVariance`] when all do the same.
pub fn score_sessions(
    set: &SessionSet,
    forest: &IsolationForestValidParams,
) -> Result<SessionScores, FitError> {
    let n = set.sessions.len();
    if n < MIN_POINTS {
        return Err(FitError::TooFewRows {
            needed: MIN_POINTS,
            actual: n,
        });
    }
    let templates = || (0..n).flat_map(|idx| set.events(idx));
    let n_cols = templates().map(|event| event.0 + 1).max().unwrap_or(0);
    let mut rows = Sparse::with_cols(n_cols);
    for idx in 0..n {
        rows.push_row(set.events(idx).iter().map(|event| (event.0, 1.0)));
    }
    let mut counts = Sparse::with_cols(n_cols);
    for idx in 0..n {
        // Logarithms: forty records instead of twenty are no more unusual than two instead of one.
        let count = |event: &(u32, u32)| (event.0, math::log2(1.0 + f64::from(event.1)));
        counts.push_row(set.events(idx).iter().map(count));
    }
    let forest = forest.fit_and_score(&Dataset::new(Rows::Sparse(&counts)));
    let presence = PresenceParams.fit_presence(&Dataset::new(Rows::Sparse(&rows)))?;
    let mut scores = SessionScores {
        scores: Vec::new(),
        forest: forest.map(|found| found.1),
        presence,
        steps: step_counts(set),
        usual_records: usual_records(set, n_cols),
        usual_micros: usual_micros(set),
        edges: Edges::of(set),
        rows,
    };
    let rarest_steps: Vec<u64> = (0..n)
        .map(|idx| scores.rarest_step(set, idx).map_or(n as u64, |step| step.1))
        .collect();
    let mut sorted = rarest_steps.clone();
    sorted.sort_unstable();
    scores.scores = (0..n)
        .map(|idx| {
            let n_as_rare = sorted.partition_point(|other| *other <= rarest_steps[idx]);
            let hint = -STEP_PART * math::ln(n_as_rare.max(1) as f64 / n as f64);
            let amount = scores
                .amounts(set, idx)
                .first()
                .map_or(0.0, |found| found.0);
            let presence = scores.presence.score_of(&scores.rarest(idx), hint);
            presence.max(amount)
        })
        .collect();
    Ok(scores)
}

impl SessionScores {
    /// Why a session scores as it does, strongest first.
    #[must_use]
    pub fn reasons(&self, set: &SessionSet, idx: usize) -> Vec<SessionReason> {
        let rarest = self.rarest(idx);
        let only = |present, absent| Rarest { present, absent };
        let mut reasons: Vec<(f64, SessionReason)> = self.amounts(set, idx);
        if let Some((template, n_sessions)) = rarest.present {
            let reason = SessionReason::Present {
                template,
                n_sessions,
            };
            let score = self.presence.score_of(&only(rarest.present, None), 0.0);
            reasons.push((score, reason));
        }
        if let Some((template, n_sessions)) = rarest.absent {
            let reason = SessionReason::Absent {
                template,
                n_sessions,
            };
            let score = self.presence.score_of(&only(None, rarest.absent), 0.0);
            reasons.push((score, reason));
        }
        reasons.retain(|reason| reason.0 >= ALARM);
        reasons.arrange_by(|a, b| b.0.total_cmp(&a.0));
        if let Some((step, n_sessions)) = self.rarest_step(set, idx)
            && n_sessions * 100 <= set.sessions.len() as u64
        {
            reasons.push((0.0, SessionReason::Step { step, n_sessions }));
        }
        reasons.into_iter().map(|reason| reason.1).collect()
    }

    /// What is rarest about a session, what the ends of the log cut off left aside.
    fn rarest(&self, idx: usize) -> Rarest {
        let data = Dataset::new(Rows::Sparse(&self.rows));
        let mut rarest = self.presence.rarest(&data, idx);
        let beside = self.edges.beside(idx);
        if beside.is_empty() {
            return rarest;
        }
        let total = self.presence.total();
        let own = self.rows.row(idx).indices;
        rarest.absent = None;
        for (col, n_with) in self.presence.columns() {
            let n_without = total - n_with;
            let is_over = rarest.absent.is_some_and(|found| found.1 <= n_without);
            if is_over || (*n_with as f64) < USUAL_SHARE * total as f64 {
                break;
            }
            if own.binary_search(col).is_ok() {
                continue;
            }
            let lacks = |other: &&u32| {
                let row = self.rows.row(**other as usize);
                row.indices.binary_search(col).is_err()
            };
            let n_lacking = beside.iter().filter(lacks).count() as u64;
            let here = n_lacking * total / beside.len() as u64;
            let n = n_without.max(here);
            if rarest.absent.is_none_or(|found| n < found.1) {
                rarest.absent = Some((*col, n));
            }
        }
        rarest
    }

    fn rarest_step(&self, set: &SessionSet, idx: usize) -> Option<(Step, u64)> {
        let counted = |step: &(Step, u32)| {
            let at = self.steps.binary_search_by_key(&step.0, |known| known.0);
            at.ok().map(|at| self.steps[at])
        };
        let found = set.steps(idx).iter().filter_map(counted);
        found.min_by_key(|found| (found.1, found.0))
    }

    /// What there is far more of than usual, with a score, strongest first.
    fn amounts(&self, set: &SessionSet, idx: usize) -> Vec<(f64, SessionReason)> {
        let score = |ratio: f64| {
            let octaves = math::log2(ratio / FACTOR);
            (octaves >= 0.0).then_some((ALARM + 10.0 * octaves).min(100.0))
        };
        let mut found: Vec<(f64, SessionReason)> = Vec::new();
        for (template, n_records) in set.events(idx) {
            let usual = self.usual_records[*template as usize];
            let ratio = f64::from(*n_records) / f64::from(usual.max(1));
            if usual > 0
                && let Some(score) = score(ratio)
            {
                let reason = SessionReason::Many {
                    template: *template,
                    n_records: *n_records,
                    usual,
                };
                found.push((score, reason));
            }
        }
        let micros = duration(&set.sessions[idx]);
        if self.usual_micros > 0
            && let Some(score) = score(micros as f64 / self.usual_micros as f64)
        {
            let usual = self.usual_micros;
            found.push((score, SessionReason::Long { micros, usual }));
        }
        found.arrange_by(|a, b| b.0.total_cmp(&a.0));
        found
    }
}

fn duration(session: &Session) -> i64 {
    let span = session.span.map(|span| span.1.0.saturating_sub(span.0.0));
    span.unwrap_or(0)
}

fn step_counts(set: &SessionSet) -> Vec<(Step, u64)> {
    let mut steps: Vec<Step> = (0..set.sessions.len())
        .flat_map(|idx| set.steps(idx).iter().map(|step| step.0))
        .collect();
    steps.sort_unstable();
    let runs = steps.chunk_by(|a, b| a == b);
    runs.map(|run| (run[0], run.len() as u64)).collect()
}

/// The value that 99 % of `values` do not exceed; `None` when there are too few.
fn usual<T: Ord + Copy>(values: &mut [T]) -> Option<T> {
    values.sort_unstable();
    let idx = (values.len() as f64 * USUAL) as usize;
    (values.len() >= ENOUGH).then(|| values[idx.min(values.len() - 1)])
}

fn usual_records(set: &SessionSet, n_cols: u32) -> Vec<u32> {
    let mut counts: Vec<(u32, u32)> = (0..set.sessions.len())
        .flat_map(|idx| set.events(idx))
        .copied()
        .collect();
    counts.sort_unstable();
    let mut usual_of = vec![0; n_cols as usize];
    for run in counts.chunk_by(|a, b| a.0 == b.0) {
        let mut values: Vec<u32> = run.iter().map(|count| count.1).collect();
        // The greatest itself is not what is usual.
        values.pop();
        usual_of[run[0].0 as usize] = usual(&mut values).unwrap_or(0);
    }
    usual_of
}

fn usual_micros(set: &SessionSet) -> i64 {
    let mut values: Vec<i64> = set.sessions.iter().map(duration).collect();
    values.retain(|micros| *micros > 0);
    values.sort_unstable();
    values.pop();
    usual(&mut values).unwrap_or(0)
}

/// The sessions that the beginning or the end of the log may have cut, and those beside them.
#[derive(Debug, Default)]
struct Edges {
    /// For each session its place in `by_start` when it begins near the end, in `by_end` when it ends near the beginning.
    places: Vec<Option<(bool, u32)>>,
    by_start: Vec<u32>,
    by_end: Vec<u32>,
}

impl Edges {
    fn of(set: &SessionSet) -> Self {
        let spans: Vec<(i64, i64, u32)> = (0..)
            .zip(&set.sessions)
            .filter_map(|(idx, session)| session.span.map(|span| (span.0.0, span.1.0, idx)))
            .collect();
        let mut edges = Self {
            places: vec![None; set.sessions.len()],
            ..Self::default()
        };
        let (Some(first), Some(last)) = (
            spans.iter().map(|span| span.0).min(),
            spans.iter().map(|span| span.1).max(),
        ) else {
            return edges;
        };
        let mut lengths: Vec<i64> = spans.iter().map(|span| span.1 - span.0).collect();
        lengths.sort_unstable();
        let long = lengths[((lengths.len() as f64 * LONG) as usize).min(lengths.len() - 1)];
        let mut order = spans.clone();
        order.sort_unstable();
        edges.by_start = order.iter().map(|span| span.2).collect();
        for (place, span) in (0..).zip(&order) {
            if last - span.0 <= long {
                edges.places[span.2 as usize] = Some((true, place));
            }
        }
        order.arrange_by_key(|span| (span.1, span.0, span.2));
        edges.by_end = order.iter().map(|span| span.2).collect();
        for (place, span) in (0..).zip(&order) {
            if span.1 - first <= long && edges.places[span.2 as usize].is_none() {
                edges.places[span.2 as usize] = Some((false, place));
            }
        }
        edges
    }

    /// The sessions beside one that may be cut, itself among them; none for one that is whole.
    fn beside(&self, idx: usize) -> &[u32] {
        let Some((is_by_start, place)) = self.places[idx] else {
            return &[];
        };
        let order = if is_by_start {
            &self.by_start
        } else {
            &self.by_end
        };
        let from = (place as usize)
            .saturating_sub(BESIDE / 2)
            .min(order.len().saturating_sub(BESIDE + 1));
        &order[from..(from + BESIDE + 1).min(order.len())]
    }
}
