//! Two stretches of time or sets of files → what differs between them more than by chance.
//!
//! Every record counts. The shards count them by message, level and source; patterns and values are sums of messages, so that
//! all rows of one comparison are of one pass. Two questions can be asked: whether something comes more often in the same time,
//! or whether it is a larger share of what is said; values of a variable place are always shares of their own pattern.

mod rows;

use self::rows::{
    Candidate, Measure, Row, Subject, add, candidates, difference, level_dispersions, sides_of,
};
use super::Engine;
use super::file::OpenFile;
use crate::base::ids::FileId;
use crate::base::order::Arrange;
use crate::base::time::{HOUR, Timestamp};
use crate::detect::contrast::{Counts, Verdict};
use crate::detect::significance::benjamini_hochberg;
use crate::error::{Error, ParamsError};
use crate::protocol::{CompareBy, Comparison, Side, SideFacts};
use crate::report::build::saturate;
use crate::shard::contrast::{Contrast, Contrasted, N_PLACES, N_SLICES, SOURCES_CAP, SideFilter};
use crate::shard::question::Grid;

/// Share of false discoveries among what is said to differ.
const P_LIMIT: f64 = 0.02;
/// How many times as much, or as little, is worth a word where there are enough records to be certain of less.
const MIN_RATIO: f64 = 1.1;
/// Rows of an answer.
const ROWS_CAP: usize = 200;
/// A side within the log.
struct Extent {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Engine {
    /// What the shards must count to compare two sides of the finished run.
    ///
    /// # Errors
    /// [`Error::Params`] when a side ends before it begins.
    pub fn contrast(&self, before: &Side, after: &Side) -> Result<Contrast, Error> {
        let leads = (0..self.order.len())
            .filter_map(|place| self.file(FileId::from_index(place)))
            .map(OpenFile::first);
        Ok(Contrast {
            sides: [
                self.side_filter("before", before)?,
                self.side_filter("after", after)?,
            ],
            leads: leads.collect(),
        })
    }

    /// What differs between two sides, by what the shards counted.
    ///
    /// # Errors
    /// [`Error::Wire`] where nothing was analysed.
    pub fn compared(
        &self,
        before: &Side,
        after: &Side,
        by: CompareBy,
        answers: Vec<Contrasted>,
    ) -> Result<Comparison, Error> {
        let findings = self.findings.as_ref();
        let findings =
            findings.ok_or_else(|| Error::Wire("nothing was analysed yet".to_owned()))?;
        let sides = [before, after].map(|side| self.extent(side));
        let lengths = sides.each_ref().map(Extent::length);
        let by = if lengths.contains(&0) {
            CompareBy::Share
        } else {
            by
        };
        let sums = Sums::of(answers);
        let mut totals: Row = [0; N_PLACES];
        for row in sums.levels.chunks_exact(N_PLACES) {
            add(&mut totals, row);
        }
        let measure = match by {
            CompareBy::Share => Measure::of_shares(&totals),
            CompareBy::Rate => Measure {
                weights: lengths.map(|micros| micros as f64 / HOUR as f64),
                n_all: f64::INFINITY,
                shares: [(); 2].map(|()| vec![1.0 / f64::from(N_SLICES); N_SLICES as usize]),
            },
        };
        let has_too_many_sources = sums.sources.is_none();
        let (candidates, patterns) = candidates(findings, sums);
        let of_template = |template: u32| {
            let row = patterns.get(template as usize);
            Measure::of_shares(row.unwrap_or(&[0; N_PLACES]))
        };
        let mut tested: Vec<(Candidate, Counts)> = Vec::new();
        let mut own: Option<(u32, Measure)> = None;
        for candidate in candidates {
            let measure = match candidate.subject {
                Subject::Value { template, .. } => {
                    if own.as_ref().is_none_or(|own| own.0 != template) {
                        own = Some((template, of_template(template)));
                    }
                    own.as_ref().map_or(&measure, |own| &own.1)
                }
                _ => &measure,
            };
            if let Some(counts) = measure.counts(&candidate.counts) {
                tested.push((candidate, counts));
            }
        }
        level_dispersions(&mut tested);
        let tested: Vec<(Candidate, [f64; 2], Verdict)> = (tested.into_iter())
            .map(|(candidate, counts)| {
                let amount = [0, 1].map(|side| counts.n[side] / counts.weights[side]);
                (candidate, amount, counts.compare())
            })
            .collect();
        let p: Vec<f64> = tested.iter().map(|(_, _, verdict)| verdict.p).collect();
        let n_compared = tested.len();
        let adjusted = benjamini_hochberg(&p, n_compared);
        let mut found: Vec<_> = tested.into_iter().zip(adjusted).collect();
        found.retain(|((_, [before, after], _), p)| {
            *p < P_LIMIT && before.max(*after) >= MIN_RATIO * before.min(*after)
        });
        found.arrange_by(|((_, _, a), p), ((_, _, b), q)| {
            p.total_cmp(q).then(b.chi_squared.total_cmp(&a.chi_squared))
        });
        let n_different = found.len();
        let rows = found.into_iter().take(ROWS_CAP);
        let facts = |side: usize| SideFacts {
            n_records: saturate(sides_of(&totals)[side]),
            from_ms: sides[side].from.map(Timestamp::millis),
            to_ms: sides[side].to.map(Timestamp::millis),
        };
        Ok(Comparison {
            by,
            before: facts(0),
            after: facts(1),
            rows: rows
                .map(|((candidate, amount, _), p)| difference(findings, candidate, amount, p))
                .collect(),
            n_different: saturate(n_different as u64),
            n_compared: saturate(n_compared as u64),
            has_too_many_sources,
            is_overlapping: is_overlapping(before, after),
        })
    }

    fn side_filter(&self, option: &'static str, side: &Side) -> Result<SideFilter, ParamsError> {
        let from = side.from_ms.map(Timestamp::from_millis);
        let to = side.to_ms.map(Timestamp::from_millis);
        if let (Some(from), Some(to)) = (from, to)
            && from >= to
        {
            return Err(ParamsError {
                option,
                expected: "a range that ends after it begins",
                actual: format!("{} to {} ms", from.millis(), to.millis()),
            });
        }
        let files = side.files.as_ref().map(|chosen| {
            let mut flags = vec![false; self.order.len()];
            for place in chosen {
                if let Some(flag) = flags.get_mut(*place as usize) {
                    *flag = true;
                }
            }
            flags
        });
        let extent = self.extent(side);
        let start = extent.from.unwrap_or(Timestamp(0));
        let last = extent.to.map_or(start, |to| Timestamp(to.0 - 1).max(start));
        Ok(SideFilter {
            files,
            from,
            to,
            grid: Grid::covering(start, last, N_SLICES),
        })
    }

    /// How far a side reaches within the log: nothing can be said of times of which there is no log.
    fn extent(&self, side: &Side) -> Extent {
        let all = 0..self.order.len() as u32;
        let is_chosen = |place: &u32| {
            side.files
                .as_ref()
                .is_none_or(|files| files.contains(place))
        };
        let (mut first, mut last): (Option<Timestamp>, Option<Timestamp>) = (None, None);
        let files = self.findings.iter().flat_map(|findings| &findings.files);
        let chosen = all.zip(files).filter(|(place, _)| is_chosen(place));
        for span in chosen.filter_map(|(_, file)| file.span) {
            first = first.into_iter().chain([span.0]).min();
            last = last.max(Some(span.1));
        }
        let from = side.from_ms.map(Timestamp::from_millis);
        let to = side.to_ms.map(Timestamp::from_millis);
        let end = last.map(|last| Timestamp(last.0.saturating_add(1)));
        Extent {
            from: first.map(|first| from.map_or(first, |from| from.max(first))),
            to: end.map(|end| to.map_or(end, |to| to.min(end))),
        }
    }
}

impl Extent {
    /// Microseconds.
    fn length(&self) -> i64 {
        let length = |(from, to): (Timestamp, Timestamp)| to.0.saturating_sub(from.0).max(0);
        self.from.zip(self.to).map_or(0, length)
    }
}

/// What all shards counted.
struct Sums {
    levels: Vec<u32>,
    messages: Vec<(u32, u32)>,
    /// By name; `None`: there are too many.
    sources: Option<Vec<(String, Vec<u32>)>>,
}

impl Sums {
    fn of(answers: Vec<Contrasted>) -> Self {
        let mut sums = Self {
            levels: vec![0; 8 * N_PLACES],
            messages: Vec::new(),
            sources: Some(Vec::new()),
        };
        for answer in answers {
            add(&mut sums.levels, &answer.levels);
            sums.messages.extend(answer.messages);
            match &mut sums.sources {
                Some(sources) if !answer.has_too_many_sources => sources.extend(answer.sources),
                _ => sums.sources = None,
            }
        }
        if let Some(sources) = &mut sums.sources {
            sources.arrange_by(|a, b| a.0.cmp(&b.0));
            sources.dedup_by(|next, kept| {
                let is_same = next.0 == kept.0;
                if is_same {
                    add(&mut kept.1, &next.1);
                }
                is_same
            });
        }
        sums.sources = sums.sources.filter(|names| names.len() <= SOURCES_CAP);
        sums
    }
}

/// Whether a record can lie on both sides.
fn is_overlapping(a: &Side, b: &Side) -> bool {
    let has_common = match (&a.files, &b.files) {
        (Some(a), Some(b)) => a.iter().any(|file| b.contains(file)),
        _ => true,
    };
    let is_before =
        |a: &Side, b: &Side| a.to_ms.zip(b.from_ms).is_some_and(|(to, from)| to <= from);
    has_common && !is_before(a, b) && !is_before(b, a)
}
