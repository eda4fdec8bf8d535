//! Parameters → when the log begins and ends and where its incidents lie, before any line is written.

use super::dice::Dice;
use super::rhythm::Span;
use super::{IncidentKind, SampleParams};
use crate::base::math;
use crate::base::time::{HOUR, MINUTE, SECOND};

/// Below this many lines incidents would be most of the log, so none are planted.
pub(super) const MIN_LINES: u32 = 1000;
/// Below this many lines the log is too short for a slowdown after the silence.
const MIN_SLOWDOWN_LINES: u32 = 10_000;
/// What the leak has taken when memory runs out, in megabytes.
const LEAK_MB: f64 = 3300.0;

/// Where everything lies in time.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) span: Span,
    pub(super) n_lines: u32,
    pub(super) incidents: Vec<(IncidentKind, Span)>,
}

impl Plan {
    pub(super) fn new(params: &SampleParams) -> Self {
        // Twenty thousand lines take six hours; a larger log is both longer and busier.
        let hours = 6.0 * math::sqrt(f64::from(params.n_lines) / 20_000.0);
        let start = params.start.0;
        let len = ((hours * HOUR as f64) as i64).max(SECOND);
        let span = Span {
            start,
            end: start + len,
        };
        let mut dice = Dice::new(params.seed, "sample.plan");
        let mut incidents = Vec::new();
        for kind in IncidentKind::all() {
            // Drawn for every kind, so that leaving one out does not move the others.
            let jitter = 0.03 * dice.unit();
            let (share, length) = match kind {
                IncidentKind::Leak => (0.05, (len * 2 / 5).min(10 * HOUR)),
                IncidentKind::BadDeploy => (0.50, (len / 12).min(14 * MINUTE)),
                IncidentKind::BruteForce => (0.65, (len / 12).min(10 * MINUTE)),
                IncidentKind::Silence => (0.78, (len * 3 / 20).clamp(20 * MINUTE, 25 * MINUTE)),
                IncidentKind::Slowdown => (0.91, (len / 24).min(12 * MINUTE)),
            };
            let min_lines = match kind {
                IncidentKind::Slowdown => MIN_SLOWDOWN_LINES,
                _ => MIN_LINES,
            };
            if params.kinds.contains(kind) && params.n_lines >= min_lines {
                let from = span.at(share + jitter);
                incidents.push((
                    *kind,
                    Span {
                        start: from,
                        end: from + length,
                    },
                ));
            }
        }
        Self {
            span,
            n_lines: params.n_lines,
            incidents,
        }
    }

    fn incident(&self, kind: IncidentKind) -> Option<Span> {
        self.incidents
            .iter()
            .find(|(k, _)| *k == kind)
            .map(|(_, span)| *span)
    }

    /// Of a bad deploy: when orders cannot be stored. The pool's old connections still work at first, a rollback ends it.
    pub(super) fn failing(deploy: Span) -> Span {
        Span {
            start: deploy.start + (90 * SECOND).min(deploy.len() / 4),
            end: deploy.end - deploy.len() / 6,
        }
    }

    /// Whether no checkout can succeed.
    pub(super) fn is_store_down(&self, at: i64) -> bool {
        self.incident(IncidentKind::BadDeploy)
            .is_some_and(|deploy| Self::failing(deploy).contains(at))
    }

    /// Whether requests wait for locked rows.
    pub(super) fn is_slow(&self, at: i64) -> bool {
        self.incident(IncidentKind::Slowdown)
            .is_some_and(|slowdown| slowdown.contains(at))
    }

    /// Spans in which the shop writes nothing of its own accord, in order: the restart after the leak and the silence.
    pub(super) fn service_gaps(&self) -> Vec<Span> {
        let restart = self.incident(IncidentKind::Leak).map(|leak| Span {
            start: leak.end - 20 * SECOND,
            end: leak.end,
        });
        restart
            .into_iter()
            .chain(self.incident(IncidentKind::Silence))
            .collect()
    }

    pub(super) fn is_service_silent(&self, at: i64) -> bool {
        self.service_gaps().iter().any(|gap| gap.contains(at))
    }

    /// `at`, or the last instant before the gap it would fall into or cross; never before `earliest`.
    pub(super) fn before_gap(&self, earliest: i64, at: i64) -> i64 {
        let gap = self
            .service_gaps()
            .into_iter()
            .find(|gap| earliest < gap.start && gap.start <= at);
        gap.map_or(at, |gap| (gap.start - 1000).max(earliest))
    }

    /// How much memory the leak holds at an instant, in megabytes.
    pub(super) fn leaked_mb(&self, at: i64) -> u32 {
        match self.incident(IncidentKind::Leak) {
            Some(leak) if leak.contains(at) => {
                (LEAK_MB * (at - leak.start) as f64 / leak.len() as f64) as u32
            }
            _ => 0,
        }
    }
}
