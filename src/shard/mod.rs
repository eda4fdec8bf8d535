//! One worker's state: blocks in, summaries out, and answers to queries about the records it has seen.
//!
//! A summary depends on the block alone, never on the worker that made it or on what that worker did before.
//!
//! Plain lines are cut into blocks by arithmetic: a block owns the lines that begin in its range. Lines that continue a record
//! across the border (a stack trace) belong to the block before, up to a reach of 64 KiB; the next block skips the very same
//! lines, because both count from the first line that begins at or after the border and ask the same stateless question. A
//! record whose first line does not say what happened waits for up to 4 KiB of the lines below it, which are well within that
//! reach ([`crate::parse`]). A block that got fewer bytes than it owns ends its file: what stands before it is kept.

mod block;
pub mod contrast;
pub mod hidden;
pub mod involved;
mod query;
pub mod question;
pub mod saved;
pub mod wire;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use self::block::{Finished, Label, OpenBlock};
use self::involved::{BySource, Collector};
use self::query::Query;
use self::question::{Hit, TIMELESS};
use self::wire::{BlockJob, FileSetup, Naming, Setup, Summary, Survey, Surveyed, Verdict};
use crate::base::calendar::Calendar;
use crate::base::ids::{FileId, MessageId};
use crate::base::order::Arrange;
use crate::base::time::Timestamp;
use crate::base::written::{N_CYCLES, Written};
use crate::base::zone::Zone;
use crate::correlate::incidents::Episode;
use crate::error::Error;
use crate::ingest::blocks::continuation_reach;
use crate::parse::Level;
use crate::table::BlockTable;

pub use self::block::boundary;
pub use self::query::compiled;

/// Records of a block, and how its messages are called in the run.
#[derive(Debug)]
struct Kept {
    job: BlockJob,
    /// Number of its text while it was read.
    read_as: FileId,
    table: BlockTable,
    sources: Vec<String>,
    labels: Vec<Label>,
    /// Numbers of its messages among all that were read.
    pooled: Vec<MessageId>,
    /// What they are called in the run.
    ids: Vec<MessageId>,
    /// Where records before the first time of the block stand, if not where those of the file do.
    carry: Option<Written>,
    /// Years and days by which its times are later than its records say.
    later_by: [i64; N_CYCLES],
    /// What its records leave out of their times.
    calendar: Calendar,
    /// The file it stands in, as files were opened.
    input: u32,
    /// Its text is not what stands in the file.
    is_packed: bool,
}

/// A shard worker's state.
#[derive(Debug)]
pub struct Shard {
    setup: Setup,
    kept: Vec<Kept>,
    /// Blocks of texts that were left out by hand.
    hidden: Vec<Kept>,
    /// The block being worked on, the file it stands in, and whether its text is not what stands there.
    open: Option<(OpenBlock, u32, bool)>,
    survey: Option<Survey>,
    query: Option<Query>,
}

impl Shard {
    /// A shard that has seen nothing.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self {
            setup,
            kept: Vec::new(),
            hidden: Vec::new(),
            open: None,
            survey: None,
            query: None,
        }
    }

    /// Begins a block of a text that is read as `setup` says; its bytes follow through [`Shard::push`].
    pub fn begin(&mut self, job: BlockJob, setup: &FileSetup) {
        let reach = continuation_reach(self.setup.block_len);
        let open = OpenBlock::new(job, setup, &self.setup.identifiers, reach);
        self.open = Some((open, setup.input, setup.is_packed));
    }

    /// Feeds the bytes that follow; `false` when the block needs no more.
    pub fn push(&mut self, bytes: &[u8]) -> bool {
        self.open
            .as_mut()
            .is_some_and(|(open, ..)| open.push(bytes))
    }

    /// Ends the block: it has all it needs, or the text ends here.
    ///
    /// # Errors
    /// [`Error::Wire`] when no block was begun.
    pub fn end(&mut self) -> Result<Summary, Error> {
        let (open, input, is_packed) = self
            .open
            .take()
            .ok_or_else(|| Error::Wire("no block was begun".to_owned()))?;
        let job = open.job();
        let Finished {
            summary,
            table,
            sources,
            labels,
        } = open.finish();
        self.kept.push(Kept {
            read_as: job.file,
            job,
            table,
            sources,
            labels,
            pooled: Vec::new(),
            ids: Vec::new(),
            carry: None,
            later_by: [0; N_CYCLES],
            calendar: Calendar::default(),
            input,
            is_packed,
        });
        Ok(summary)
    }

    /// Learns which of all messages that were read those of a block are.
    pub fn name_messages(&mut self, naming: Naming) {
        // Blocks are merged soon after they were worked on.
        let is_it =
            |kept: &&mut Kept| kept.read_as == naming.file && kept.job.block == naming.block;
        if let Some(kept) = self.kept.iter_mut().rev().find(is_it) {
            kept.pooled = naming.ids;
            kept.carry = naming.carry;
            kept.later_by = naming.later_by;
        }
    }

    /// Puts aside what is left out, brings back what is not, and learns what messages are called and when they are from.
    fn arrange(&mut self, survey: &Survey) {
        self.query = None;
        let zone = Zone::parse(&survey.timezone).unwrap_or_default();
        let mut all = std::mem::take(&mut self.kept);
        all.append(&mut self.hidden);
        for mut kept in all {
            let Some(&Some(place)) = survey.places.get(kept.read_as.index()) else {
                self.hidden.push(kept);
                continue;
            };
            kept.job.file = FileId(place);
            let name = |pooled: &MessageId| survey.names.get(pooled.index()).copied();
            kept.ids = kept.pooled.iter().filter_map(name).collect();
            let starts = survey.starts.get(kept.read_as.index()).copied();
            kept.calendar = Calendar::new(&zone, Timestamp(0))
                .starting(starts.unwrap_or_default())
                .later(&kept.later_by);
            self.kept.push(kept);
        }
        self.kept
            .arrange_by_key(|kept| (kept.job.file, kept.job.block));
    }

    /// Episodes of the anomalous messages, and when each template and each text was seen.
    pub fn survey(&mut self, survey: Survey) -> Surveyed {
        self.arrange(&survey);
        let found = self.surveyed(&survey);
        self.survey = Some(survey);
        found
    }

    fn surveyed(&self, survey: &Survey) -> Surveyed {
        let mut out = Surveyed::default();
        let mut involved = Collector::default();
        let n_slices = survey.n_slices.max(1);
        let mut slices = vec![0u32; survey.n_templates as usize * n_slices as usize];
        let mut spans = Spans(vec![None; survey.templates.len()]);
        let mut firsts: Vec<Option<(u32, Episode)>> = vec![None; survey.n_templates as usize];
        let mut edges: BTreeMap<(u32, u32), (u32, Episode)> = BTreeMap::new();
        let n_words = survey.n_words();
        let mut said = vec![0_u64; survey.n_windows as usize * n_words];
        for kept in &self.kept {
            let mut open: FxHashMap<u32, (Episode, BySource)> = FxHashMap::default();
            let mut lane = vec![0u32; n_slices as usize];
            let mut of_sources = vec![(0u32, 0u32); kept.sources.len() * n_slices as usize];
            let records = kept.table.times_and_messages(&kept.calendar);
            for (idx, (time, message)) in records.enumerate() {
                let (Some(time), Some(&id)) = (time, kept.ids.get(message as usize)) else {
                    continue;
                };
                spans.add(id, time);
                let slice = ((time.0.saturating_sub(survey.start.0)) / survey.slice_us.max(1))
                    .clamp(0, i64::from(n_slices) - 1);
                lane[slice as usize] += 1;
                let source = usize::from(kept.table.source(idx));
                if let Some(n) = of_sources.get_mut(source * n_slices as usize + slice as usize) {
                    n.0 += 1;
                    n.1 += u32::from(kept.table.level(idx) >= Level::Error as u8);
                }
                if let Some(&template) = survey.templates.get(id.index()) {
                    slices[template as usize * n_slices as usize + slice as usize] += 1;
                    let window = survey.window_of(time);
                    if let Some(window) = window.filter(|window| *window < survey.n_windows) {
                        let word = window as usize * n_words + template as usize / 64;
                        said[word] |= 1 << (template % 64);
                    }
                    let first = &mut firsts[template as usize];
                    let is_first = first.as_ref().is_none_or(|(block, known)| {
                        let place = (time, kept.job.file, kept.job.block);
                        place < (known.start, known.file, *block)
                    });
                    if is_first {
                        *first = Some((kept.job.block, kept.episode(idx, id, time)));
                    }
                }
                kept.note_edge(survey, (idx, id, time), &mut edges);
                if !survey.is_anomalous(id, time) {
                    continue;
                }
                let near = |episode: &Episode| {
                    time.0 < episode.end.0.saturating_add(survey.link_us)
                        && time.0 > episode.start.0.saturating_sub(survey.link_us)
                };
                let source = kept.table.source(idx);
                if let Some((episode, by_source)) =
                    open.get_mut(&message).filter(|open| near(&open.0))
                {
                    by_source.add(source);
                    kept.extend(episode, idx, time);
                } else {
                    let mut by_source = BySource::default();
                    by_source.add(source);
                    let opened = (kept.episode(idx, id, time), by_source);
                    if let Some((closed, by_source)) = open.insert(message, opened) {
                        involved.close(&closed, &by_source, &kept.sources);
                        out.episodes.push((kept.job.block, closed));
                    }
                }
            }
            let numbers = involved.numbers(&kept.sources);
            let counted = (0..).zip(of_sources).filter(|(_, n)| n.0 > 0);
            out.of_sources
                .extend(counted.map(|(key, n): (u32, (u32, u32))| {
                    (numbers[(key / n_slices) as usize], key % n_slices, n.0, n.1)
                }));
            let key = kept.job.file.0 * n_slices;
            let lane = lane.into_iter().zip(key..).filter(|(n, _)| *n > 0);
            out.lanes.extend(lane.map(|(n, key)| (key, n)));
            let mut rest: Vec<_> = open.into_values().collect();
            rest.arrange_by_key(|(episode, _)| (episode.message, episode.start));
            for (episode, by_source) in rest {
                involved.close(&episode, &by_source, &kept.sources);
                out.episodes.push((kept.job.block, episode));
            }
        }
        out.involved = involved.into_sources();
        out.verdicts = self.verdicts(survey);
        out.spans = spans.into_rows();
        out.firsts = (0..)
            .zip(firsts)
            .filter_map(|(template, first)| first.map(|(block, first)| (template, block, first)))
            .collect();
        out.edges = edges
            .into_iter()
            .map(|((window, _), (block, edge))| (block, window, edge))
            .collect();
        out.said = (0..).zip(said).filter(|(_, bits)| *bits > 0).collect();
        out.slices = (0..).zip(slices).filter(|(_, n)| *n > 0).collect();
        out
    }

    /// Labelled records by message and window.
    fn verdicts(&self, survey: &Survey) -> Vec<Verdict> {
        let mut counts: BTreeMap<(MessageId, Option<u32>), (u32, u32)> = BTreeMap::new();
        for kept in &self.kept {
            let key = (kept.job.file, kept.job.block);
            let by_line = survey
                .labels
                .binary_search_by_key(&key, |labels| (labels.file, labels.block))
                .map_or(&[][..], |at| survey.labels[at].lines.as_slice());
            let is_labelled = survey.wants_labels && !kept.labels.is_empty();
            if by_line.is_empty() && !is_labelled {
                continue;
            }
            let records = kept.table.times_and_messages(&kept.calendar);
            for (idx, (time, message)) in records.enumerate() {
                let Some(&id) = kept.ids.get(message as usize) else {
                    continue;
                };
                let is_anomalous = if is_labelled {
                    match kept.labels.get(idx) {
                        Some(Label::Anomalous) => true,
                        Some(Label::Normal) => false,
                        _ => continue,
                    }
                } else {
                    let row = kept.table.row(idx);
                    let from = by_line.partition_point(|label| label.0 < row.line);
                    let n = by_line[from..].partition_point(|l| l.0 < row.line + row.n_lines);
                    if n == 0 {
                        continue;
                    }
                    by_line[from..from + n].iter().any(|label| label.1)
                };
                let window = time.and_then(|time| survey.window_of(time));
                let counts = counts.entry((id, window)).or_default();
                counts.0 += u32::from(is_anomalous);
                counts.1 += u32::from(!is_anomalous);
            }
        }
        let verdict = |((message, window), (n_anomalous, n_normal))| Verdict {
            message,
            window,
            n_anomalous,
            n_normal,
        };
        counts.into_iter().map(verdict).collect()
    }

    /// Bytes that the records occupy.
    #[must_use]
    pub fn table_len(&self) -> usize {
        self.kept.iter().map(|kept| kept.table.byte_len()).sum()
    }

    /// Every record of a block in the order of the text, with its source's name.
    pub fn rows(&self, file: FileId, block: u32) -> impl Iterator<Item = (Hit, &str)> {
        let kept = self
            .kept
            .iter()
            .filter(move |kept| kept.job.file == file && kept.job.block == block);
        kept.flat_map(|kept| {
            let stands = kept.stands(None);
            stands.enumerate().map(|(idx, at)| {
                let source = kept.table.row(idx).source;
                (
                    kept.hit(idx, at),
                    kept.sources[usize::from(source)].as_str(),
                )
            })
        })
    }
}

/// Earliest and latest time of each message of the run.
struct Spans(Vec<Option<(Timestamp, Timestamp)>>);

impl Spans {
    #[inline]
    fn add(&mut self, id: MessageId, time: Timestamp) {
        if let Some(span) = self.0.get_mut(id.index()) {
            let (first, last) = span.get_or_insert((time, time));
            (*first, *last) = ((*first).min(time), (*last).max(time));
        }
    }

    fn into_rows(self) -> Vec<(MessageId, Timestamp, Timestamp)> {
        (0..)
            .zip(self.0)
            .filter_map(|(id, span)| span.map(|(first, last)| (MessageId(id), first, last)))
            .collect()
    }
}

impl Kept {
    /// Where each record stands in time; those before the first time of the file at `lead`.
    fn stands(&self, lead: Option<Timestamp>) -> impl Iterator<Item = Timestamp> {
        // The last time before this block is on the calendar of the text.
        let carry = self.carry.map(|time| {
            let before = self.later_by.map(|n| -n);
            self.calendar.instant(time.later_by(&before))
        });
        let carry = carry.or(lead).unwrap_or(TIMELESS);
        self.table.stands(carry, &self.calendar)
    }

    fn hit(&self, idx: usize, at: Timestamp) -> Hit {
        let row = self.table.row(idx);
        Hit {
            at,
            file: self.job.file,
            offset: self.job.start + u64::from(row.offset),
            block: self.job.block,
            line: row.line,
            n_lines: row.n_lines,
            byte_len: row.byte_len,
            time: row.time.map(|time| self.calendar.instant(time)),
            level: row.level.map_or(0, |level| level as u8),
            message: self.ids[row.message as usize],
        }
    }

    /// Remembers a record where it is the first of its template in an unusual window.
    fn note_edge(
        &self,
        survey: &Survey,
        (idx, id, time): (usize, MessageId, Timestamp),
        edges: &mut BTreeMap<(u32, u32), (u32, Episode)>,
    ) {
        let Some(window) = survey.edge_window(time) else {
            return;
        };
        let template = survey.templates.get(id.index()).copied();
        let template = template.filter(|_| !survey.wants_one_edge).unwrap_or(0);
        let place = (time, self.job.file, self.job.block);
        let known = edges.get(&(window, template));
        if known.is_none_or(|(block, first)| place < (first.start, first.file, *block)) {
            let first = (self.job.block, self.episode(idx, id, time));
            edges.insert((window, template), first);
        }
    }

    /// Takes one more record into an episode.
    fn extend(&self, episode: &mut Episode, idx: usize, time: Timestamp) {
        episode.n_records += 1;
        episode.end = episode.end.max(time);
        if time < episode.start {
            *episode = Episode {
                n_records: episode.n_records,
                end: episode.end,
                ..self.episode(idx, episode.message, time)
            };
        }
    }

    fn episode(&self, idx: usize, message: MessageId, time: Timestamp) -> Episode {
        let row = self.table.row(idx);
        Episode {
            message,
            start: time,
            end: time,
            n_records: 1,
            file: self.job.file,
            line: row.line,
            offset: self.job.start + u64::from(row.offset),
        }
    }
}
