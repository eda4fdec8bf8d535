//! Distinct messages → one score each, with the reasons that made it.

use crate::base::order::Arrange;
use crate::detect::isolation_forest::{IsolationForest, IsolationForestValidParams};
use crate::detect::rarity::RarityParams;
use crate::detect::severity::{self, Rules, Trouble};
use crate::detect::{Detector, FitDetector};
use crate::error::FitError;
use crate::featurize::dataset::{Dataset, Rows};
use crate::featurize::manner::Manner;
use crate::featurize::tfidf::TfIdf;
use crate::parse::Level;

/// What strangeness alone can make of a message; below the alarm threshold.
const STRANGE_LIMIT: f64 = 45.0;

/// What is known of a distinct message beside its text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MessageFacts {
    /// Most severe level it was logged with.
    pub level: Option<Level>,
    /// Records with this message.
    pub n_records: u32,
    /// Whether it reports a failed login.
    pub is_failed_login: bool,
    /// How it speaks.
    pub manner: Manner,
}

/// The parts of a message's score, each 0 to 100.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct MessageScore {
    /// The combined score.
    pub score: f64,
    /// By its level.
    pub level: f64,
    /// By its words, or by being a failed login.
    pub wording: f64,
    /// By how few records are as rare.
    pub rarity: f64,
    /// By the isolation forest over its words.
    pub unusual: f64,
}

/// Why a message scores as it does.
#[derive(Debug, Clone, PartialEq)]
pub enum MessageReason {
    /// Its level.
    Level(Level),
    /// It reports a failed login.
    FailedLogin,
    /// These words (columns of the TF-IDF) report trouble.
    Wording(Vec<u32>),
    /// Hardly any record is as rare as the `n_records` with this message.
    Rare {
        /// Records with this message.
        n_records: u32,
    },
    /// These words (columns of the TF-IDF) set it apart from the other messages.
    UnusualWords(Vec<u32>),
}

impl MessageReason {
    /// Stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Level(Level::Fatal) => "FATAL_level",
            Self::Level(Level::Error) => "ERROR_level",
            Self::Level(Level::Warn) => "WARN_level",
            Self::Level(_) => "level",
            Self::FailedLogin => "failed_login",
            Self::Wording(_) => "wording",
            Self::Rare { .. } => "rare",
            Self::UnusualWords(_) => "unusual_words",
        }
    }
}

/// Scores of all distinct messages.
#[derive(Debug, Clone)]
pub struct MessageScores {
    /// One a message.
    pub scores: Vec<MessageScore>,
    /// Detectors that gave no result, by name.
    pub skipped: Vec<(&'static str, FitError)>,
    forest: Option<IsolationForest>,
    rules: Rules,
}

/// Scores all distinct messages; `facts` has one entry a row of `messages`, `rules` say what words report.
///
/// In the forest a message weighs 1 + log2 of its count. With the counts themselves a tree's sample of 256 out of a
/// million records would hold none of the rare messages, and a cut can only be made in words the sample has.
#[must_use]
pub fn score_messages(
    messages: &TfIdf,
    facts: &[MessageFacts],
    forest: &IsolationForestValidParams,
    rules: Rules,
) -> MessageScores {
    let weights: Vec<u32> = facts.iter().map(|facts| facts.n_records).collect();
    let damped: Vec<u32> = weights
        .iter()
        .map(|n| n.checked_ilog2().map_or(0, |log| 1 + log))
        .collect();
    let data = Dataset::weighted(Rows::Sparse(&messages.rows), &damped);
    let n = messages.rows.n_rows();
    let mut skipped = Vec::new();
    let (forest, unusual) = match forest.fit_and_score(&data) {
        Ok((forest, scores)) => (Some(forest), Some(scores)),
        Err(error) => {
            skipped.push((forest.name(), error));
            (None, None)
        }
    };
    // By message rather than by bag of words: two messages that differ in their order of words are two messages.
    let rarity = RarityParams
        .fit_counts(&weights)
        .map_err(|error| skipped.push((RarityParams.name(), error)))
        .ok();

    let trouble: Vec<Trouble> = messages
        .vocabulary
        .iter()
        .map(|word| rules.trouble(word))
        .collect();
    let fact = |idx: usize| facts.get(idx).copied().unwrap_or_default();
    let wording: Vec<Trouble> = (0..n)
        .map(|idx| {
            let words = messages.rows.row(idx).indices.iter();
            let worst = words
                .map(|col| trouble[*col as usize])
                .max()
                .unwrap_or_default();
            if fact(idx).is_failed_login {
                worst.max(Trouble::Bad)
            } else {
                worst
            }
        })
        .collect();
    let total = weights.iter().map(|n| f64::from(*n)).sum::<f64>().max(1.0);
    let mut by_level = [0.0; 8];
    let mut n_bad = 0.0;
    for idx in 0..n {
        let n_records = f64::from(fact(idx).n_records);
        by_level[fact(idx).level.map_or(0, |level| level as usize)] += n_records;
        n_bad += if wording[idx] > Trouble::None {
            n_records
        } else {
            0.0
        };
    }
    let score = |idx: usize| {
        let MessageFacts {
            level,
            n_records,
            manner,
            ..
        } = fact(idx);
        let (of_level, of_wording) = severity::of_manner(manner);
        let share = by_level[level.map_or(0, |level| level as usize)] / total;
        let level_score = severity::of_level(level, share) * of_level;
        let wording = severity::of_wording(wording[idx], level, n_bad / total) * of_wording;
        let rarity = rarity
            .as_ref()
            .map(|rarity| rarity.score_of(u64::from(n_records)));
        let unusual = unusual.as_ref().map(|unusual| unusual[idx]);
        let strange = match (rarity, unusual) {
            (Some(a), Some(b)) => f64::midpoint(a, b),
            (a, b) => a.or(b).unwrap_or(0.0),
        };
        let said = level_score.max(wording);
        let score = 100.0 - (100.0 - said) * (100.0 - strange * STRANGE_LIMIT / 100.0) / 100.0;
        MessageScore {
            score: score.clamp(0.0, 100.0),
            level: level_score,
            wording,
            rarity: rarity.unwrap_or(0.0),
            unusual: unusual.unwrap_or(0.0),
        }
    };
    MessageScores {
        scores: (0..n).map(score).collect(),
        skipped,
        forest,
        rules,
    }
}

impl MessageScores {
    /// Why message `idx` scores as it does, strongest first; empty for a message nothing speaks against.
    #[must_use]
    pub fn reasons(
        &self,
        messages: &TfIdf,
        facts: &[MessageFacts],
        idx: u32,
    ) -> Vec<MessageReason> {
        let (Some(parts), Some(facts)) = (self.scores.get(idx as usize), facts.get(idx as usize))
        else {
            return Vec::new();
        };
        let row = messages.rows.row(idx as usize);
        let mut reasons = Vec::new();
        if let Some(level) = facts.level
            && parts.level > 0.0
        {
            reasons.push((parts.level, MessageReason::Level(level)));
        }
        if parts.wording > 0.0 {
            let trouble = |col: &u32| self.rules.trouble(&messages.vocabulary[*col as usize]);
            let is_bad = |col: &u32| trouble(col) > Trouble::None;
            let words: Vec<u32> = row.indices.iter().copied().filter(is_bad).collect();
            let reason = if facts.is_failed_login {
                MessageReason::FailedLogin
            } else {
                MessageReason::Wording(words)
            };
            reasons.push((parts.wording, reason));
        }
        if parts.rarity > 0.0 {
            let reason = MessageReason::Rare {
                n_records: facts.n_records,
            };
            reasons.push((parts.rarity * STRANGE_LIMIT / 100.0, reason));
        }
        if let Some(forest) = &self.forest
            && parts.unusual > 0.0
        {
            let data = Dataset::new(Rows::Sparse(&messages.rows));
            let words = forest
                .explain(&data, idx)
                .into_iter()
                .filter(|c| c.value > 0.0);
            let words: Vec<u32> = words.take(3).map(|contribution| contribution.col).collect();
            if !words.is_empty() {
                let points = parts.unusual * STRANGE_LIMIT / 100.0;
                reasons.push((points, MessageReason::UnusualWords(words)));
            }
        }
        reasons.arrange_by(|a, b| b.0.total_cmp(&a.0));
        reasons.into_iter().map(|reason| reason.1).collect()
    }
}
