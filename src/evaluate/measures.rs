//! Scores with labels → precision, recall, F1, areas under both curves and the best threshold.
//!
//! Average precision is Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct scores from the highest down, as scikit-learn defines it, and the
//! area under the ROC curve is the share of pairs that are in the right order, ties counting half (Mann, Whitney 1947).

use crate::base::order::Arrange;

/// Points of each curve at most.
const MAX_POINTS: usize = 200;

/// Things with one score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// The score.
    pub score: f64,
    /// Anomalous things with it.
    pub n_anomalous: u64,
    /// Normal things with it.
    pub n_normal: u64,
}

/// How labels and alarms agree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Confusion {
    /// Anomalous and found.
    pub true_positives: u64,
    /// Normal and found.
    pub false_positives: u64,
    /// Anomalous and not found.
    pub false_negatives: u64,
    /// Normal and not found.
    pub true_negatives: u64,
}

/// A point of both curves: what is found from a score on.
#[derive(Debug, Clone, Copy, PartialEq)]
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

/// How good scores are.
#[derive(Debug, Clone, PartialEq)]
pub struct Measures {
    /// At the threshold.
    pub confusion: Confusion,
    /// Area under the ROC curve; `None` when only one kind is labelled.
    pub roc_auc: Option<f64>,
    /// Average precision; `None` when nothing is anomalous.
    pub average_precision: Option<f64>,
    /// The threshold with the highest F1, and that F1.
    pub best: (f64, f64),
    /// Both curves, from the highest score down.
    pub curve: Vec<CurvePoint>,
}

impl Confusion {
    /// Share of what is found that is anomalous; 0 when nothing is found.
    #[must_use]
    pub fn precision(&self) -> f64 {
        share(
            self.true_positives,
            self.true_positives + self.false_positives,
        )
    }

    /// Share of what is anomalous that is found; 0 when nothing is anomalous.
    #[must_use]
    pub fn recall(&self) -> f64 {
        share(
            self.true_positives,
            self.true_positives + self.false_negatives,
        )
    }

    /// Harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(&self) -> f64 {
        let wrong = self.false_positives + self.false_negatives;
        share(2 * self.true_positives, 2 * self.true_positives + wrong)
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// Measures scores of which those from `threshold` on are alarms.
#[must_use]
pub fn measure(mut scored: Vec<Scored>, threshold: f64) -> Measures {
    scored.arrange_by(|a, b| b.score.total_cmp(&a.score));
    let n_anomalous: u64 = scored.iter().map(|s| s.n_anomalous).sum();
    let n_normal: u64 = scored.iter().map(|s| s.n_normal).sum();
    let mut found = Confusion {
        false_negatives: n_anomalous,
        true_negatives: n_normal,
        ..Confusion::default()
    };
    let mut at_threshold = found;
    let (mut in_order, mut average_precision) = (0.0, 0.0);
    let mut best = (threshold, 0.0);
    let mut curve = Vec::new();
    for run in scored.chunk_by(|a, b| a.score == b.score) {
        let own_anomalous: u64 = run.iter().map(|s| s.n_anomalous).sum();
        let own_normal: u64 = run.iter().map(|s| s.n_normal).sum();
        in_order += own_normal as f64 * (found.true_positives as f64 + 0.5 * own_anomalous as f64);
        found.true_positives += own_anomalous;
        found.false_negatives -= own_anomalous;
        found.false_positives += own_normal;
        found.true_negatives -= own_normal;
        average_precision += share(own_anomalous, n_anomalous) * found.precision();
        let score = run[0].score;
        if score >= threshold {
            at_threshold = found;
        }
        if found.f1() > best.1 {
            best = (score, found.f1());
        }
        curve.push(CurvePoint {
            threshold: score,
            precision: found.precision(),
            recall: found.recall(),
            false_positive_rate: share(found.false_positives, n_normal),
        });
    }
    let pairs = n_anomalous as f64 * n_normal as f64;
    let step = curve.len().div_ceil(MAX_POINTS).max(1);
    let n_points = curve.len();
    let mut at = 0..;
    curve.retain(|_| {
        at.next()
            .is_some_and(|at| at % step == 0 || at + 1 == n_points)
    });
    Measures {
        confusion: at_threshold,
        roc_auc: (pairs > 0.0).then(|| in_order / pairs),
        average_precision: (n_anomalous > 0).then_some(average_precision),
        best,
        curve,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(pairs: &[(f64, bool)]) -> Vec<Scored> {
        let one = |&(score, is_anomalous): &(f64, bool)| Scored {
            score,
            n_anomalous: u64::from(is_anomalous),
            n_normal: u64::from(!is_anomalous),
        };
        pairs.iter().map(one).collect()
    }

    #[test]
    fn the_measures_are_those_of_their_definitions() {
        // By hand: precisions 1/1, 2/3 and 3/5 at the three anomalies.
        let measures = measure(
            scored(&[
                (90., true),
                (80., false),
                (70., true),
                (60., false),
                (20., true),
                (10., false),
            ]),
            50.0,
        );
        let average = measures.average_precision.unwrap();
        assert!((average - (1.0 + 2.0 / 3.0 + 3.0 / 5.0) / 3.0).abs() < 1e-12);
        assert!((measures.roc_auc.unwrap() - 6.0 / 9.0).abs() < 1e-12);
        let confusion = measures.confusion;
        assert_eq!(
            (confusion.true_positives, confusion.false_positives),
            (2, 2)
        );
        assert_eq!(measures.best, (20.0, 0.75));
    }

    #[test]
    fn ties_are_one_step_and_weights_are_copies() {
        let measures = measure(scored(&[(1., true), (1., false), (1., true)]), 2.0);
        assert_eq!(measures.average_precision, Some(2.0 / 3.0));
        assert_eq!(measures.roc_auc, Some(0.5));
        assert_eq!(measures.confusion.f1(), 0.0);
        let together = Scored {
            score: 1.0,
            n_anomalous: 2,
            n_normal: 1,
        };
        assert_eq!(measure(vec![together], 2.0), measures);
    }

    #[test]
    fn one_kind_of_label_has_no_curve() {
        let normal = measure(scored(&[(1., false)]), 0.0);
        assert_eq!((normal.roc_auc, normal.average_precision), (None, None));
        assert_eq!(measure(Vec::new(), 0.0).confusion, Confusion::default());
    }
}
