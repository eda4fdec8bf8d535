//! Distinct masked messages with counts → a vector for each word, near for words that stand in the same company.
//!
//! Skip-gram with negative sampling: a word is taught to tell the words around it from words drawn by chance, the
//! chance being frequency to the power of ¾. Windows shrink at random and frequent words are passed over, both as
//! in the original; the settings are those that are usual (window 5, 5 negatives, rate 0.025 falling linearly).
//! What "login failed" and "authentication failure" share is not a word but their company, which TF-IDF cannot see.
//!
//! A message is read as often as it was counted, until the words read add up to a budget; beyond it counts are
//! scaled down, each message is still read at least once, and time does not depend on the length of the log. Small
//! logs are read more often, up to 60 times. Sums run in a fixed order in `f32`, which is the same on every target.
//!
//! Mikolov, Sutskever, Chen, Corrado and Dean, "Distributed representations of words and phrases and their
//! compositionality" (NIPS 2013).

use rand::RngExt;

use crate::base::order::Arrange;
use crate::base::{math, rng};

use super::sparse::SparseRow;
use super::tfidf::{TfIdf, words_of};

/// Numbers in a vector.
pub const N_DIMS: usize = 64;
/// Words on each side that are company.
const REACH: usize = 5;
/// Words drawn by chance for each word of company.
const N_NEGATIVES: usize = 5;
/// Rate of learning at first and at last.
const RATES: [f32; 2] = [0.025, 0.0001];
/// Share of all words from which on a word is passed over now and then.
const FREQUENT: f64 = 1e-3;
/// Words read in all, before any is passed over.
const BUDGET: f64 = 1_000_000.0;
/// Times that a log is read at least and at most.
const ROUNDS: [f64; 2] = [5.0, 60.0];

type Vector = [f32; N_DIMS];

/// Words as vectors of length 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Word2Vec {
    vectors: Vec<Vector>,
}

impl Word2Vec {
    /// Learns from `messages`, of which `weights` says how many records have each; columns are those of `tfidf`.
    #[must_use]
    pub fn train(messages: &[&str], weights: &[u32], tfidf: &TfIdf, seed: u64) -> Self {
        let vocabulary = &tfidf.vocabulary;
        let texts: Vec<Vec<u32>> = messages
            .iter()
            .map(|message| words_of(message, vocabulary))
            .collect();
        let mut learner = Learner::new(&texts, weights, vocabulary.len(), seed);
        let plan = Plan::new(&texts, weights);
        let mut order = plan.order();
        let mut n_read = 0.0;
        for _ in 0..plan.n_rounds {
            shuffle(&mut order, &mut learner.rng);
            for idx in &order {
                let text = &texts[*idx as usize];
                let done = (n_read / plan.n_words) as f32;
                learner.rate = RATES[1].max(RATES[0] * (1.0 - done));
                learner.read(text);
                n_read += text.len() as f64;
            }
        }
        let vectors = learner.vectors.into_iter().map(unit).collect();
        Self { vectors }
    }

    /// Mean of the vectors of a row's words, weighted by their TF-IDF; of length 1, or 0 for a row without words.
    #[must_use]
    pub fn message(&self, row: SparseRow<'_>) -> Vector {
        let mut sum = [0.0; N_DIMS];
        for (col, value) in row.entries() {
            add(&mut sum, &self.vectors[col as usize], value as f32);
        }
        unit(sum)
    }

    /// The `n` nearest words of a word, as (column, cosine), nearest first.
    #[must_use]
    pub fn nearest_words(&self, col: u32, n: usize) -> Vec<(u32, f32)> {
        let of = &self.vectors[col as usize];
        let others = (0..self.vectors.len() as u32).filter(|other| *other != col);
        let mut found: Vec<(u32, f32)> = others
            .map(|other| (other, cosine(of, &self.vectors[other as usize])))
            .collect();
        found.arrange_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(n);
        found
    }
}

/// Cosine of two vectors of length 1 or 0.
#[must_use]
pub fn cosine(a: &Vector, b: &Vector) -> f32 {
    dot(a, b).clamp(-1.0, 1.0)
}

/// How often each message is read.
struct Plan {
    /// Times in each round.
    times: Vec<u32>,
    n_rounds: u32,
    /// Words read in all.
    n_words: f64,
}

impl Plan {
    fn new(texts: &[Vec<u32>], weights: &[u32]) -> Self {
        // A word alone has no company.
        let weight = |idx: usize| match texts[idx].len() {
            0 | 1 => 0,
            _ => weights.get(idx).copied().unwrap_or(1),
        };
        let total: f64 = (0..texts.len())
            .map(|idx| f64::from(weight(idx)) * texts[idx].len() as f64)
            .sum();
        let share = (BUDGET / ROUNDS[0] / total.max(1.0)).min(1.0);
        let times: Vec<u32> = (0..texts.len())
            .map(|idx| match weight(idx) {
                0 => 0,
                weight => ((f64::from(weight) * share) as u32).max(1),
            })
            .collect();
        let of_round: f64 = times
            .iter()
            .zip(texts)
            .map(|(times, text)| f64::from(*times) * text.len() as f64)
            .sum();
        let n_rounds = (BUDGET / of_round.max(1.0)).clamp(ROUNDS[0], ROUNDS[1]) as u32;
        Self {
            times,
            n_rounds,
            n_words: (of_round * f64::from(n_rounds)).max(1.0),
        }
    }

    /// The messages of a round.
    fn order(&self) -> Vec<u32> {
        let times = self.times.iter().zip(0..);
        times
            .flat_map(|(times, idx)| std::iter::repeat_n(idx, *times as usize))
            .collect()
    }
}

/// Vectors while they are learned.
struct Learner {
    rng: rng::Rng,
    rate: f32,
    vectors: Vec<Vector>,
    /// What a word is told by as company.
    outer: Vec<Vector>,
    /// Share of its occurrences at which a word is read.
    kept: Vec<f64>,
    /// Chance of each word as a negative, added up.
    chances: Vec<f64>,
    /// Words of the text in hand that are not passed over.
    read: Vec<u32>,
}

impl Learner {
    fn new(texts: &[Vec<u32>], weights: &[u32], n_words: usize, seed: u64) -> Self {
        let mut counts = vec![0.0; n_words];
        for (idx, text) in texts.iter().enumerate() {
            for word in text {
                counts[*word as usize] += f64::from(weights.get(idx).copied().unwrap_or(1));
            }
        }
        let total = counts.iter().sum::<f64>().max(1.0);
        let kept = |count: &f64| {
            let share = FREQUENT / (count / total);
            math::sqrt(share) + share
        };
        let mut sum = 0.0;
        let chances = counts.iter().map(|count| {
            sum += math::sqrt(*count) * math::sqrt(math::sqrt(*count));
            sum
        });
        let mut rng = rng::for_stage(seed, "featurize/word2vec");
        let mut vector =
            || -> Vector { std::array::from_fn(|_| (rng.random::<f32>() - 0.5) / N_DIMS as f32) };
        Self {
            chances: chances.collect(),
            kept: counts.iter().map(kept).collect(),
            vectors: (0..n_words).map(|_| vector()).collect(),
            outer: vec![[0.0; N_DIMS]; n_words],
            read: Vec::new(),
            rate: RATES[0],
            rng,
        }
    }

    /// Learns from one message.
    fn read(&mut self, text: &[u32]) {
        let mut read = std::mem::take(&mut self.read);
        read.clear();
        for word in text {
            if self.rng.random::<f64>() < self.kept[*word as usize] {
                read.push(*word);
            }
        }
        for at in 0..read.len() {
            let reach = self.rng.random_range(1..=REACH);
            let until = read.len().min(at + reach + 1);
            for other in at.saturating_sub(reach)..until {
                if other != at {
                    self.learn(read[other], read[at]);
                }
            }
        }
        self.read = read;
    }

    /// Brings a word nearer to its company and away from words drawn by chance.
    fn learn(&mut self, word: u32, company: u32) {
        let mut change = [0.0; N_DIMS];
        for draw in 0..=N_NEGATIVES {
            let other = if draw == 0 { company } else { self.draw() };
            if draw > 0 && other == company {
                continue;
            }
            let outer = &mut self.outer[other as usize];
            let vector = &self.vectors[word as usize];
            let said = 1.0 / (1.0 + math::exp(-f64::from(dot(vector, outer)))) as f32;
            let step = (f32::from(u8::from(draw == 0)) - said) * self.rate;
            add(&mut change, outer, step);
            add(outer, vector, step);
        }
        add(&mut self.vectors[word as usize], &change, 1.0);
    }

    /// A word by chance.
    fn draw(&mut self) -> u32 {
        let total = self.chances.last().copied().unwrap_or(0.0);
        let at = self.rng.random::<f64>() * total;
        let drawn = self.chances.partition_point(|until| *until <= at);
        drawn.min(self.chances.len() - 1) as u32
    }
}

/// Fisher and Yates.
fn shuffle(order: &mut [u32], rng: &mut rng::Rng) {
    for last in (1..order.len()).rev() {
        order.swap(last, rng.random_range(0..=last));
    }
}

/// Eight sums side by side, so that the order of additions is fixed and yet fast.
fn dot(a: &Vector, b: &Vector) -> f32 {
    let mut sums = [0.0_f32; 8];
    for (x, y) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum()
}

fn add(sum: &mut Vector, vector: &Vector, factor: f32) {
    for (x, y) in sum.iter_mut().zip(vector) {
        *x += factor * y;
    }
}

fn unit(mut vector: Vector) -> Vector {
    let length = math::sqrt(f64::from(dot(&vector, &vector))) as f32;
    if length > 0.0 {
        vector.iter_mut().for_each(|value| *value /= length);
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::featurize::tfidf::tfidf;

    const TEXTS: [&str; 8] = [
        "authentication failure for user <user> from <ip>",
        "login failed for user <user> from <ip>",
        "login refused for user <user> from <ip>",
        "authentication failed for user <user> from <ip>",
        "disk sda is full on node <num>",
        "disk sdb is nearly full on node <num>",
        "volume sda is nearly full on node <num>",
        "",
    ];

    fn trained(weights: &[u32], seed: u64) -> (TfIdf, Word2Vec) {
        let tfidf = tfidf(&TEXTS, weights);
        let words = Word2Vec::train(&TEXTS, weights, &tfidf, seed);
        (tfidf, words)
    }

    #[test]
    fn messages_in_other_words_are_near() {
        let (tfidf, words) = trained(&[400; 8], 1);
        let message = |idx: usize| words.message(tfidf.rows.row(idx));
        let same = cosine(&message(0), &message(1));
        let other = cosine(&message(0), &message(4));
        assert!(same > other + 0.3, "{same} {other}");
        assert_eq!(message(7), [0.0; N_DIMS]);
        let login = tfidf.vocabulary.binary_search(&"login".to_owned()).unwrap() as u32;
        let nearest = words.nearest_words(login, 6);
        let of_disks = ["disk", "full", "node", "volume", "nearly", "sda"];
        for (col, _) in nearest {
            let word = tfidf.vocabulary[col as usize].as_str();
            assert!(!of_disks.contains(&word), "{word} is near login");
        }
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(trained(&[3; 8], 1).1, trained(&[3; 8], 1).1);
        assert_ne!(trained(&[3; 8], 1).1, trained(&[3; 8], 2).1);
    }

    #[test]
    fn little_and_much_are_learned_from() {
        for weights in [[0; 8], [u32::MAX; 8]] {
            let (tfidf, words) = trained(&weights, 1);
            let vector = words.message(tfidf.rows.row(0));
            assert!(vector.iter().all(|value| value.is_finite()));
        }
        let none = Word2Vec::train(&[], &[], &tfidf(&[], &[]), 1);
        assert_eq!(none.vectors.len(), 0);
    }
}
