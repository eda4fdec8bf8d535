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
    quick: SplitMix,
    rate: f32,
    vectors: Vec<Vector>,
    /// What a word is told by as company.
    outer: Vec<Vector>,
    /// Share of its occurrences at which a word is read.
    kept: Vec<f64>,
    chances: Chances,
    sigmoid: Sigmoid,
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
        let chance = |count: &f64| math::sqrt(*count) * math::sqrt(math::sqrt(*count));
        let chances: Vec<f64> = counts.iter().map(chance).collect();
        let mut rng = rng::for_stage(seed, "featurize/word2vec");
        let mut vector =
            || -> Vector { std::array::from_fn(|_| (rng.random::<f32>() - 0.5) / N_DIMS as f32) };
        Self {
            chances: Chances::new(&chances),
            kept: counts.iter().map(kept).collect(),
            vectors: (0..n_words).map(|_| vector()).collect(),
            outer: vec![[0.0; N_DIMS]; n_words],
            sigmoid: Sigmoid::new(),
            read: Vec::new(),
            rate: RATES[0],
            quick: SplitMix(rng.random()),
            rng,
        }
    }

    /// Learns from one message.
    fn read(&mut self, text: &[u32]) {
        let mut read = std::mem::take(&mut self.read);
        read.clear();
        for word in text {
            if self.quick.share() < self.kept[*word as usize] {
                read.push(*word);
            }
        }
        for at in 0..read.len() {
            let reach = 1 + self.quick.below(REACH as u32) as usize;
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
        let vector = self.vectors[word as usize];
        let mut changed = vector;
        for draw in 0..=N_NEGATIVES {
            let other = match draw {
                0 => company,
                _ => self.chances.draw(&mut self.quick),
            };
            if draw > 0 && other == company {
                continue;
            }
            let outer = &mut self.outer[other as usize];
            let said = self.sigmoid.of(dot(&vector, outer));
            let step = (f32::from(u8::from(draw == 0)) - said) * self.rate;
            for ((changed, outer), value) in changed.iter_mut().zip(outer).zip(&vector) {
                *changed += step * *outer;
                *outer += step * value;
            }
        }
        self.vectors[word as usize] = changed;
    }
}

/// Many random numbers, quickly, from a seed that the stage's own generator gives.
///
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to below 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From 0 to below `n`.
    fn below(&mut self, n: u32) -> u32 {
        (((self.next() >> 32) * u64::from(n)) >> 32) as u32
    }
}

/// How likely each word is to be drawn: a place by chance, and at each place one of two words.
///
/// Vose, "A linear algorithm for generating random numbers with a given distribution" (1991).
struct Chances {
    /// Below which of 2³² numbers it is the word of this place, and the other word.
    places: Vec<(u32, u32)>,
}

impl Chances {
    /// `chances` are in any unit; without any, all are alike.
    fn new(chances: &[f64]) -> Self {
        let n = chances.len();
        let total: f64 = chances.iter().sum();
        let mut places: Vec<(u32, u32)> = (0..n as u32).map(|word| (u32::MAX, word)).collect();
        let mut left: Vec<f64> = (chances.iter())
            .map(|chance| {
                if total > 0.0 {
                    chance / total * n as f64
                } else {
                    1.0
                }
            })
            .collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..n).partition(|word| left[*word] < 1.0);
        while let (Some(few), Some(&many)) = (small.pop(), large.last()) {
            // What this place does not need of its own word is given to one that has more than a place.
            places[few] = ((left[few] * 4_294_967_296.0) as u32, many as u32);
            left[many] -= 1.0 - left[few];
            if left[many] < 1.0 {
                large.pop();
                small.push(many);
            }
        }
        Self { places }
    }

    fn draw(&self, rng: &mut SplitMix) -> u32 {
        let drawn = rng.next();
        let place = (((drawn >> 32) * self.places.len() as u64) >> 32) as usize;
        let (until, other) = self.places[place];
        if (drawn as u32) < until {
            place as u32
        } else {
            other
        }
    }
}

/// 1 / (1 + e^−x) to three digits, as in the original: beyond 6 it is nearly 0 or 1.
struct Sigmoid(Vec<f32>);

impl Sigmoid {
    const REACH: f32 = 6.0;
    const N_STEPS: usize = 1024;

    fn new() -> Self {
        let at = |step: usize| {
            let middle = (step as f64 + 0.5) / Self::N_STEPS as f64;
            let x = (2.0 * middle - 1.0) * f64::from(Self::REACH);
            (1.0 / (1.0 + math::exp(-x))) as f32
        };
        Self((0..Self::N_STEPS).map(at).collect())
    }

    fn of(&self, x: f32) -> f32 {
        let step = (x + Self::REACH) * (Self::N_STEPS as f32 / (2.0 * Self::REACH));
        // A cast holds to what fits: what is below the table, or no number, becomes its first place.
        self.0[(step as usize).min(Self::N_STEPS - 1)]
    }
}

/// Fisher and Yates.
fn shuffle(order: &mut [u32], rng: &mut rng::Rng) {
    for last in (1..order.len()).rev() {
        order.swap(last, rng.random_range(0..=last));
    }
}

/// Sixteen sums side by side, so that the order of additions is fixed and yet fast.
fn dot(a: &Vector, b: &Vector) -> f32 {
    let mut sums = [0.0_f32; 16];
    for (x, y) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        for lane in 0..16 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let quarter = |lane: usize| (sums[lane] + sums[lane + 8]) + (sums[lane + 4] + sums[lane + 12]);
    (quarter(0) + quarter(2)) + (quarter(1) + quarter(3))
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
