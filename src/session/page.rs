//! A place in the order of the hits → the hits that stand there, found by counting.
//!
//! The shards are asked how many hits lie in each of a thousand stretches of time, then in each of a thousand stretches of the
//! one that holds the first hit wanted, until what is left is few enough to be sent; hits at one instant are counted block by
//! block. Only a few thousand hits ever travel, wherever the page lies.

use crate::base::ids::FileId;
use crate::base::order::Arrange;
use crate::base::time::Timestamp;
use crate::shard::question::{Answer, Grid, Hit, Question};

/// Hits that may travel at once.
const SENT_CAP: u32 = 4096;
/// Stretches a stretch is divided into.
const PARTS: u32 = 1024;

/// A stretch of time with its number of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    /// First instant.
    pub(super) from: Timestamp,
    /// Last instant.
    pub(super) to: Timestamp,
    /// Hits.
    pub(super) n: u64,
}

/// Hits that are being looked up: ask [`Page::question`] of every shard, give the answers to [`Page::answer`], until there is
/// no question.
#[derive(Debug)]
pub struct Page {
    /// What is known before anything is asked; adjacent and in order.
    coarse: Vec<Stretch>,
    /// Row of the next hit to find.
    next: u64,
    n_wanted: usize,
    hits: Vec<Hit>,
    step: Step,
    sent_cap: u32,
}

#[derive(Debug)]
enum Step {
    /// How the hits of a stretch lie in it; this many stand before it.
    Divide(Stretch, Grid, u64),
    /// The hits of a stretch.
    Take(Stretch, u64),
    /// Where the hits at one instant are.
    Tied(Timestamp, u64),
    /// Some of those in a block at one instant.
    TakeTied(Question),
    Done,
}

impl Page {
    /// The hits from row `first` on, `n_wanted` of them.
    pub(super) fn new(coarse: Vec<Stretch>, first: u64, n_wanted: usize) -> Self {
        Self::with_cap(coarse, first, n_wanted, SENT_CAP)
    }

    fn with_cap(coarse: Vec<Stretch>, first: u64, n_wanted: usize, sent_cap: u32) -> Self {
        let mut page = Self {
            coarse,
            next: first,
            n_wanted,
            hits: Vec::new(),
            step: Step::Done,
            sent_cap,
        };
        page.go_on();
        page
    }

    /// What to ask the shards; `None` when the page is found.
    #[must_use]
    pub fn question(&self) -> Option<Question> {
        match self.step {
            Step::Divide(stretch, grid, _) => Some(Question::Counts(grid, stretch.to)),
            Step::Take(stretch, _) => Some(Question::Hits {
                from: stretch.from,
                to: stretch.to,
                place: None,
                skip: 0,
                n: self.sent_cap,
            }),
            Step::Tied(at, _) => Some(Question::Tied(at)),
            Step::TakeTied(question) => Some(question),
            Step::Done => None,
        }
    }

    /// Takes the answers of all shards.
    pub fn answer(&mut self, answers: Vec<Answer>) {
        match std::mem::replace(&mut self.step, Step::Done) {
            Step::Divide(_, grid, before) => {
                let mut counts = vec![0u64; grid.n as usize];
                for answer in &answers {
                    let Answer::Counts(found) = answer else {
                        continue;
                    };
                    counts
                        .iter_mut()
                        .zip(found)
                        .for_each(|(sum, n)| *sum += u64::from(*n));
                }
                let stretch = |(place, &n): (usize, &u64)| {
                    let (from, to) = grid.stretch(place as u32);
                    Stretch { from, to, n }
                };
                let parts: Vec<Stretch> = counts.iter().enumerate().map(stretch).collect();
                self.find(&parts, before);
            }
            Step::Take(_, before) => {
                let mut hits = hits_of(answers);
                hits.arrange();
                let skip = self.next.saturating_sub(before);
                self.take(
                    hits.into_iter()
                        .skip(usize::try_from(skip).unwrap_or(usize::MAX)),
                );
            }
            Step::Tied(at, mut before) => {
                let mut blocks: Vec<((FileId, u32), u32)> = Vec::new();
                for answer in answers {
                    if let Answer::Tied(found) = answer {
                        blocks.extend(found);
                    }
                }
                blocks.arrange();
                for (place, n) in blocks {
                    let n = u64::from(n);
                    if self.next < before + n {
                        self.step = Step::TakeTied(Question::Hits {
                            from: at,
                            to: at,
                            place: Some(place),
                            skip: (self.next - before) as u32,
                            n: self.sent_cap,
                        });
                        break;
                    }
                    before += n;
                }
            }
            Step::TakeTied(_) => self.take(hits_of(answers).into_iter()),
            Step::Done => {}
        }
    }

    /// The hits that were found.
    #[must_use]
    pub fn into_hits(self) -> Vec<Hit> {
        self.hits
    }

    fn take(&mut self, hits: impl Iterator<Item = Hit>) {
        let n_before = self.hits.len();
        self.hits.extend(hits.take(self.n_wanted - n_before));
        let n_taken = self.hits.len() - n_before;
        self.next += n_taken as u64;
        // While text is searched the counts may be older than the hits; better a short page than no end.
        if n_taken > 0 {
            self.go_on();
        }
    }

    fn go_on(&mut self) {
        if self.hits.len() < self.n_wanted {
            let coarse = std::mem::take(&mut self.coarse);
            self.find(&coarse, 0);
            self.coarse = coarse;
        }
    }

    /// Decides what to ask, given stretches in order, before which this many hits stand.
    fn find(&mut self, stretches: &[Stretch], mut before: u64) {
        let mut rest = stretches.iter();
        let Some(mut first) = rest
            .by_ref()
            .find(|stretch| {
                let is_here = self.next < before + stretch.n;
                before += if is_here { 0 } else { stretch.n };
                is_here
            })
            .copied()
        else {
            return;
        };
        let cap = u64::from(self.sent_cap);
        self.step = if first.n <= cap {
            let last = self.next + (self.n_wanted - self.hits.len()) as u64;
            for stretch in rest {
                if before + first.n >= last || first.n + stretch.n > cap {
                    break;
                }
                first.n += stretch.n;
                first.to = stretch.to;
            }
            Step::Take(first, before)
        } else if first.from == first.to {
            Step::Tied(first.from, before)
        } else {
            let grid = Grid::covering(first.from, first.to, PARTS);
            Step::Divide(first, grid, before)
        };
    }
}

fn hits_of(answers: Vec<Answer>) -> Vec<Hit> {
    let hits = answers.into_iter().map(|answer| match answer {
        Answer::Hits(hits) => hits,
        _ => Vec::new(),
    });
    hits.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::MessageId;

    /// Hits with these times, in two files of blocks of seven.
    fn hits(times: &[i64]) -> Vec<Hit> {
        let hit = |(idx, &time): (usize, &i64)| Hit {
            at: Timestamp(time),
            file: FileId(u32::from(idx % 3 == 0)),
            offset: idx as u64,
            block: idx as u32 / 7,
            line: 0,
            n_lines: 1,
            byte_len: 1,
            time: None,
            level: 0,
            message: MessageId(0),
        };
        times.iter().enumerate().map(hit).collect()
    }

    /// What a shard with these hits answers.
    fn answered(hits: &[Hit], question: Question) -> Answer {
        let within = |from, to| hits.iter().filter(move |hit| (from..=to).contains(&hit.at));
        match question {
            Question::Counts(grid, to) => {
                let mut counts = vec![0; grid.n as usize];
                within(grid.start, to).for_each(|hit| counts[grid.place(hit.at) as usize] += 1);
                Answer::Counts(counts)
            }
            Question::Hits {
                from,
                to,
                place,
                skip,
                n,
            } => {
                let is_there =
                    |hit: &&Hit| place.is_none_or(|place| place == (hit.file, hit.block));
                let found = within(from, to).filter(is_there).skip(skip as usize);
                Answer::Hits(found.take(n as usize).copied().collect())
            }
            Question::Tied(at) => {
                let mut tied: Vec<((FileId, u32), u32)> = Vec::new();
                within(at, at).for_each(|hit| tied.push(((hit.file, hit.block), 1)));
                tied.sort_unstable();
                tied.dedup_by(|next, kept| {
                    kept.1 += u32::from(next.0 == kept.0);
                    next.0 == kept.0
                });
                Answer::Tied(tied)
            }
            _ => Answer::Before(0),
        }
    }

    #[test]
    fn every_page_is_found_however_few_hits_may_travel() {
        let far = |n: i64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64);
        let logs: [Vec<i64>; 5] = [
            (0..100).collect(),
            vec![5; 100],
            (0..100).map(far).collect(),
            (0..100)
                .map(|n| if n % 9 == 0 { far(n) } else { 7 })
                .collect(),
            vec![i64::MIN, i64::MAX, 0, 0, 0, 0, 0, i64::MIN, 1],
        ];
        for times in logs {
            let hits = hits(&times);
            let mut sorted = hits.clone();
            sorted.sort_unstable();
            let (first, last) = (sorted[0].at, sorted[sorted.len() - 1].at);
            let all = Stretch {
                from: first,
                to: last,
                n: hits.len() as u64,
            };
            let shards = [&hits[..hits.len() / 2], &hits[hits.len() / 2..]];
            for (from, n_wanted) in [(0, 3), (4, 20), (50, 60), (99, 1), (100, 5)] {
                for cap in [1, 4, 4096] {
                    let mut page = Page::with_cap(vec![all], from, n_wanted, cap);
                    let mut n_questions = 0;
                    while let Some(question) = page.question() {
                        page.answer(shards.iter().map(|hits| answered(hits, question)).collect());
                        n_questions += 1;
                        assert!(n_questions < 2000, "no end");
                    }
                    let expected: Vec<Hit> = (sorted.iter().skip(from as usize))
                        .take(n_wanted)
                        .copied()
                        .collect();
                    assert_eq!(
                        page.into_hits(),
                        expected,
                        "{n_wanted} from {from} by {cap}"
                    );
                }
            }
        }
    }
}
