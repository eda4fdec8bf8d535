//! A selection → which records it means, how many and when, and the lines to show.
//!
//! One query at a time: [`Engine::begin_query`] makes a [`Filter`] for every shard, their answers are added up by
//! [`Engine::add_found`], and pages of the hits are looked up by [`Page`]. Incidents and clusters are resolved here, so that a
//! panel shows exactly what the report counts.
//!
//! A shard evaluates the filter over its columns at once; text is searched block by block in the file's bytes, on the shard
//! that keeps the block, and counted as it is found. What a shard keeps is one bit a record. The order of hits is time, file,
//! place in the file; a record without a time stands where the one before it in its file does. A newer query ends an older one
//! between two blocks; a narrower one for the same text needs no second search.

use super::Engine;
use super::file::OpenFile;
use super::page::{Page, Stretch};
use crate::base::ids::{FileId, MessageId, TemplateId};
use crate::base::order::Arrange;
use crate::base::time::Timestamp;
use crate::error::{Error, ParamsError};
use crate::protocol::{Histogram, Place, RawLine, Selection, SourceCount};
use crate::report::findings::AlarmCause;
use crate::report::words::level_name;
use crate::shard::compiled;
use crate::shard::question::{
    Answer, Filter, Found, Grid, Hit, Question, TIMELESS, TextFilter, by_frequency,
};
use crate::table::pattern::Pattern;
use crate::table::values::Slot;

/// Bytes of a record that are read back.
pub const RECORD_CAP: u32 = 64 << 10;
/// Bins of a histogram.
const BINS_CAP: u32 = 2000;
/// Sources that are listed.
const SOURCES_CAP: usize = 500;

/// What is known of the query that is being answered.
#[derive(Debug)]
pub(super) struct Query {
    pattern: Option<Pattern>,
    grid: Grid,
    n_hits: u64,
    n_timeless: u64,
    counts: Vec<[u32; 8]>,
}

impl Engine {
    /// Begins a query, in place of the one before: what every shard must look for.
    ///
    /// # Errors
    /// [`Error::Params`] when the selection names what is not there, [`Error::Pattern`] when its pattern cannot be read.
    pub fn begin_query(&mut self, selection: &Selection, n_bins: u32) -> Result<Filter, Error> {
        if !(1..=BINS_CAP).contains(&n_bins) {
            return Err(refused("nBins", "1 to 2000 bins", n_bins.to_string()));
        }
        let text = selection
            .text
            .as_ref()
            .filter(|text| !text.pattern.is_empty());
        let text = text.map(|text| TextFilter {
            pattern: text.pattern.clone(),
            is_regex: text.is_regex,
            is_case_sensitive: text.is_case_sensitive,
        });
        let pattern = text.as_ref().map(compiled).transpose()?;
        let mut filter = Filter {
            messages: self.messages_of(selection)?,
            files: (selection.files.as_deref()).map(|chosen| flags(self.order.len(), chosen)),
            levels: levels_of(selection)?,
            sources: selection.sources.clone().map(|mut names| {
                names.arrange();
                names
            }),
            from: selection.from_ms.map(Timestamp::from_millis),
            to: selection.to_ms.map(Timestamp::from_millis),
            episodes: None,
            text,
            slot: self.slot_of(selection)?,
            leads: (0..self.order.len())
                .filter_map(|place| self.file(FileId::from_index(place)))
                .map(OpenFile::first)
                .collect(),
            grid: Grid::covering(Timestamp(0), Timestamp(0), 1),
        };
        let span = self
            .findings
            .as_ref()
            .and_then(|findings| findings.tally.span());
        let (mut first, mut last) = span.unzip();
        if let Some(id) = selection.incident {
            let (episodes, span) = self.episodes_of(id)?;
            if episodes.is_empty() {
                // An incident without messages is all that happened, or did not, in its time.
                filter.from = filter.from.max(Some(span.0));
                let to = Timestamp(span.1.0.saturating_add(1));
                filter.to = Some(filter.to.map_or(to, |until| until.min(to)));
            } else {
                filter.episodes = Some(episodes);
            }
            (first, last) = (first.max(Some(span.0)), last.min(Some(span.1)));
        }
        // Records outside have been left out, or stand there without a time of their own and count with the nearest.
        let first = first.max(filter.from).unwrap_or(Timestamp(0));
        let until = filter.to.map(|to| Timestamp(to.0.saturating_sub(1)));
        let last = last.into_iter().chain(until).min().unwrap_or(first);
        filter.grid = Grid::covering(first, last.max(first), n_bins);
        self.query = Some(Query {
            pattern,
            grid: filter.grid,
            n_hits: 0,
            n_timeless: 0,
            counts: vec![[0; 8]; n_bins as usize],
        });
        Ok(filter)
    }

    /// Adds what a shard found of the query.
    pub fn add_found(&mut self, found: &Found) {
        let Some(query) = &mut self.query else { return };
        query.n_hits += found.n_hits;
        query.n_timeless += found.n_timeless;
        for (place, counts) in &found.counts {
            if let Some(sums) = query.counts.get_mut(*place as usize) {
                sums.iter_mut()
                    .zip(counts)
                    .for_each(|(sum, n)| *sum = sum.saturating_add(*n));
            }
        }
    }

    /// Records found so far.
    #[must_use]
    pub fn n_hits(&self) -> u64 {
        self.query.as_ref().map_or(0, |query| query.n_hits)
    }

    /// How the records found so far lie in time.
    #[must_use]
    pub fn histogram(&self) -> Histogram {
        let Some(query) = &self.query else {
            return Histogram::default();
        };
        let level = |level: usize| query.counts.iter().map(|counts| counts[level]).collect();
        Histogram {
            start_ms: query.grid.start.millis(),
            bin_ms: Timestamp(query.grid.width_us).millis(),
            levels: (0..8).map(level).collect(),
            n_timeless: u32::try_from(query.n_timeless).unwrap_or(u32::MAX),
        }
    }

    /// Looks up the records from row `first` on, in the order of time, file and line.
    #[must_use]
    pub fn page(&self, first: u64, n_wanted: usize) -> Page {
        let mut stretches = Vec::new();
        if let Some(query) = &self.query {
            stretches.push(Stretch {
                from: TIMELESS,
                to: TIMELESS,
                n: query.n_timeless,
            });
            let stretch = |(place, counts): (usize, &[u32; 8])| {
                let (from, to) = query.grid.stretch(place as u32);
                let n = counts.iter().map(|n| u64::from(*n)).sum();
                Stretch { from, to, n }
            };
            stretches.extend(query.counts.iter().enumerate().map(stretch));
        }
        Page::new(stretches, first, n_wanted)
    }

    /// What to ask the shards to learn at which row a place is: their answers, given to [`Engine::row`], tell it or what to ask
    /// next.
    #[must_use]
    pub fn seek(&self, place: Place) -> Question {
        match place {
            Place::Time { ms } => Question::Before {
                at: Timestamp::from_millis(ms),
                file: FileId(0),
                offset: 0,
            },
            Place::Line { file, line } => {
                let file = FileId(file);
                let line = u64::from(line.saturating_sub(1));
                let base: &[u64] = match self.file(file) {
                    Some(file) => &file.line_base,
                    None => &[],
                };
                let block = base.partition_point(|base| *base <= line).saturating_sub(1);
                let line = line - base.get(block).copied().unwrap_or(0).min(line);
                Question::FromLine {
                    file,
                    block: block as u32,
                    line: u32::try_from(line).unwrap_or(u32::MAX),
                }
            }
        }
    }

    /// The row of a place, or what to ask next.
    ///
    /// # Errors
    /// The next question.
    pub fn row(&self, answers: Vec<Answer>) -> Result<u64, Question> {
        let mut before = 0;
        let mut first: Option<Hit> = None;
        let mut is_counted = false;
        for answer in answers {
            match answer {
                Answer::Before(n) => {
                    before += n;
                    is_counted = true;
                }
                Answer::Hits(hits) => {
                    let hits = hits.into_iter().chain(first);
                    first = hits.min_by_key(|hit| (hit.file, hit.offset));
                }
                _ => {}
            }
        }
        match first {
            Some(Hit {
                at, file, offset, ..
            }) => Err(Question::Before { at, file, offset }),
            None if is_counted => Ok(before),
            None => Ok(self.n_hits()),
        }
    }

    /// The sources, most frequent first, and whether there are more.
    #[must_use]
    pub fn sources(&self, answers: Vec<Answer>) -> (Vec<SourceCount>, bool) {
        let named = answers.into_iter().flat_map(|answer| match answer {
            Answer::Sources(found) => found,
            _ => Vec::new(),
        });
        let sums = by_frequency(named.collect());
        let is_cut = sums.len() > SOURCES_CAP;
        let count = |(name, n)| SourceCount {
            name,
            n_records: u32::try_from(n).unwrap_or(u32::MAX),
        };
        (
            sums.into_iter().take(SOURCES_CAP).map(count).collect(),
            is_cut,
        )
    }

    /// A hit with its text, as much of it as was read.
    pub fn line(&mut self, hit: &Hit, text: &[u8]) -> RawLine {
        let (template, score) = self.facts(hit);
        let text = String::from_utf8_lossy(text).into_owned();
        let pattern = self.query.as_mut().and_then(|query| query.pattern.as_mut());
        let marks = pattern.map(|pattern| pattern.marks(text.as_bytes()));
        RawLine {
            file: hit.file.0,
            line: self.line_of(hit),
            n_lines: hit.n_lines,
            ms: hit.time.map(Timestamp::millis),
            level: level_name(hit.level).to_owned(),
            template: template.0,
            score,
            marks: utf16_places(&text, &marks.unwrap_or_default()),
            text,
        }
    }

    /// Physical line of a hit, from 1.
    #[must_use]
    pub fn line_of(&self, hit: &Hit) -> u32 {
        let base = self
            .file(hit.file)
            .and_then(|file| file.line_base.get(hit.block as usize))
            .copied()
            .unwrap_or(0);
        u32::try_from(base + u64::from(hit.line) + 1).unwrap_or(u32::MAX)
    }

    /// Template and score (0 to 100) of a record.
    #[must_use]
    pub fn facts(&self, hit: &Hit) -> (TemplateId, f64) {
        (
            self.said().template(hit.message),
            self.findings
                .as_ref()
                .map_or(0.0, |findings| findings.score(hit.message, hit.time)),
        )
    }

    /// The place whose values are wanted.
    fn slot_of(&self, selection: &Selection) -> Result<Option<Slot>, ParamsError> {
        let Some(idx) = selection.slot else {
            return Ok(None);
        };
        let miner = self.said().miner();
        let slot = match selection.templates.as_deref() {
            Some(&[id]) if (id as usize) < miner.n_templates() => {
                Slot::new(&miner.text(TemplateId(id)), idx)
            }
            _ => None,
        };
        let expected = "a place that varies in the one pattern that is selected";
        slot.map(Some)
            .ok_or_else(|| params("slot", expected, idx.to_string()))
    }

    /// For each message whether it is selected; `None`: all.
    fn messages_of(&self, selection: &Selection) -> Result<Option<Vec<bool>>, ParamsError> {
        let mut chosen: Option<Vec<bool>> = None;
        let mut narrow = |flags: Vec<bool>| match &mut chosen {
            Some(chosen) => chosen.iter_mut().zip(flags).for_each(|(a, b)| *a &= b),
            None => chosen = Some(flags),
        };
        if let Some(messages) = &selection.messages {
            narrow(flags(self.said().n_messages(), messages));
        }
        if let Some(templates) = &selection.templates {
            let templates = flags(self.said().miner().n_templates(), templates);
            let is_of = |template: TemplateId| templates.get(template.index()) == Some(&true);
            narrow(self.said().templates().map(is_of).collect());
        }
        if let Some(templates) = &selection.without_templates {
            let templates = flags(self.said().miner().n_templates(), templates);
            let is_of = |template: TemplateId| templates.get(template.index()) != Some(&true);
            narrow(self.said().templates().map(is_of).collect());
        }
        if let Some(changed) = selection.incident.and_then(|id| self.changed_templates(id)) {
            let is_changed = |of: TemplateId| changed.contains(&of);
            narrow(self.said().templates().map(is_changed).collect());
        }
        if let Some(cluster) = selection.cluster {
            let clusters = self.findings.as_ref().map(|findings| &findings.clusters);
            let Some(clusters) = clusters.filter(|c| (cluster as usize) < c.names.len()) else {
                return Err(params(
                    "cluster",
                    "a cluster of the report",
                    cluster.to_string(),
                ));
            };
            let labelled = clusters.messages.iter().zip(&clusters.labels);
            let members: Vec<u32> = labelled
                .filter(|(_, label)| **label == Some(cluster))
                .map(|(message, _)| message.0)
                .collect();
            narrow(flags(self.said().n_messages(), &members));
        }
        Ok(chosen)
    }

    /// The templates of an incident that is nothing but a change of their rate or of their values.
    fn changed_templates(&self, id: u32) -> Option<Vec<TemplateId>> {
        let findings = self.findings.as_ref()?;
        let incident = findings.incidents.get(id.checked_sub(1)? as usize)?;
        match findings.alarm_causes.get(incident.alarm? as usize)? {
            AlarmCause::Change(change) if incident.episodes.is_empty() => {
                let change = findings.changes.get(*change as usize)?;
                Some(vec![TemplateId(change.row)])
            }
            AlarmCause::Shifts(shifts) if incident.episodes.is_empty() => {
                let shifts = shifts.iter();
                Some(
                    shifts
                        .map(|idx| findings.shifts[*idx as usize].template)
                        .collect(),
                )
            }
            _ => None,
        }
    }

    /// The episodes of an incident by message and time, and its first and last instant.
    fn episodes_of(&self, id: u32) -> Result<(Episodes, (Timestamp, Timestamp)), ParamsError> {
        let place = id.checked_sub(1);
        let found = place
            .zip(self.findings.as_ref())
            .and_then(|(place, findings)| {
                Some((findings, findings.incidents.get(place as usize)?))
            });
        let Some((findings, incident)) = found else {
            return Err(params(
                "incident",
                "an incident of the report",
                id.to_string(),
            ));
        };
        let members = incident.episodes.iter();
        let mut episodes: Episodes = members
            .map(|idx| &findings.episodes[*idx as usize])
            .map(|episode| (episode.message, episode.start, episode.end))
            .collect();
        episodes.arrange();
        Ok((episodes, (incident.start, incident.end)))
    }
}

type Episodes = Vec<(MessageId, Timestamp, Timestamp)>;

fn params(option: &'static str, expected: &'static str, actual: String) -> ParamsError {
    ParamsError {
        option,
        expected,
        actual,
    }
}

fn refused(option: &'static str, expected: &'static str, actual: String) -> Error {
    Error::Params(params(option, expected, actual))
}

/// One flag for each of `n`, raised for those chosen.
fn flags(n: usize, chosen: &[u32]) -> Vec<bool> {
    let mut flags = vec![false; n];
    for idx in chosen {
        if let Some(flag) = flags.get_mut(*idx as usize) {
            *flag = true;
        }
    }
    flags
}

fn levels_of(selection: &Selection) -> Result<u8, ParamsError> {
    let Some(names) = &selection.levels else {
        return Ok(u8::MAX);
    };
    names.iter().try_fold(0, |bits, name| {
        let level = (0..8).find(|level| level_name(*level) == name);
        let expected = "levels as they stand in the report";
        let level = level.ok_or_else(|| params("levels", expected, name.clone()))?;
        Ok(bits | 1 << level)
    })
}

/// Byte ranges, ascending, as places in UTF-16.
fn utf16_places(text: &str, ranges: &[(usize, usize)]) -> Vec<u32> {
    let (mut at, mut units) = (0, 0u32);
    let mut places = Vec::with_capacity(2 * ranges.len());
    for &(start, end) in ranges {
        for place in [start, end] {
            // A match of bytes may end within a character.
            let place = text.floor_char_boundary(place).max(at);
            units += text[at..place]
                .chars()
                .map(|c| c.len_utf16() as u32)
                .sum::<u32>();
            at = place;
            places.push(units);
        }
    }
    places
}
