//! A filter → which of the shard's records it selects, kept as a bit a record, and the answers about them.

use std::collections::VecDeque;

use super::question::{
    Answer, Begun, Filter, Found, Hit, Question, TIMELESS, TextFilter, TextRange, by_frequency,
};
use super::wire::Survey;
use super::{Kept, Shard};
use crate::base::ids::{FileId, MessageId};
use crate::base::time::Timestamp;
use crate::error::{Error, PatternError};
use crate::table::Columns;
use crate::table::pattern::Pattern;
use crate::table::rows::RowSet;
use crate::table::scan::{RECORD_CAP, matching};
use crate::table::values::SlotValues;

/// Sources a shard names, the most frequent.
const SOURCES_CAP: usize = 10_000;

/// The query that is being answered.
#[derive(Debug)]
pub(super) struct Query {
    filter: Filter,
    pattern: Option<Pattern>,
    /// One entry a block that is kept.
    blocks: Vec<Selected>,
    /// Blocks to be searched whose text the caller reads from the file.
    waiting: VecDeque<usize>,
    /// What was counted of the place whose values are wanted.
    values: SlotValues,
}

/// What is selected of a block.
#[derive(Debug, Default)]
struct Selected {
    /// What the columns say.
    candidates: RowSet,
    /// The hits; none until the block was searched.
    rows: RowSet,
    /// First and last instant at which hits stand.
    span: Option<(Timestamp, Timestamp)>,
    is_searched: bool,
    /// The values of its hits were counted.
    is_counted: bool,
}

impl Shard {
    /// Begins a query and ends the one before; what its columns select is certain at once, text is to be searched for.
    ///
    /// # Errors
    /// [`Error::Pattern`] when the pattern cannot be read.
    pub fn begin_query(&mut self, filter: Filter) -> Result<Begun, Error> {
        let pattern = filter.text.as_ref().map(compiled).transpose()?;
        let known = self.query.take();
        let known = known.filter(|known| pattern.is_some() && known.filter.text == filter.text);
        let mut query = Query {
            filter,
            pattern,
            blocks: Vec::with_capacity(self.kept.len()),
            waiting: VecDeque::new(),
            values: SlotValues::default(),
        };
        let mut begun = Begun::default();
        for (idx, kept) in self.kept.iter().enumerate() {
            let candidates = candidates(kept, &query.filter, self.survey.as_ref());
            let mut block = Selected::default();
            // A narrower query for the same text needs no second search.
            let known = known
                .as_ref()
                .and_then(|known| known.blocks.get(idx))
                .filter(|known| known.is_searched && candidates.is_within(&known.candidates));
            let rows = match known {
                Some(known) => Some(known.rows.and(&candidates)),
                None if query.pattern.is_none() || candidates.is_empty() => {
                    Some(candidates.clone())
                }
                None => None,
            };
            if let Some(rows) = rows {
                block.take(kept, rows, &query.filter, &mut begun.found);
            }
            let is_wanted =
                !block.is_searched || (query.filter.slot.is_some() && !block.rows.is_empty());
            if let Some(range) = text_range(kept, &candidates).filter(|_| is_wanted) {
                begun.n_bytes += range.end - range.start;
                if kept.is_packed {
                    begun.packed.push(range);
                } else {
                    query.waiting.push_back(idx);
                }
            }
            block.candidates = candidates;
            query.blocks.push(block);
        }
        self.query = Some(query);
        Ok(begun)
    }

    /// The text to give to [`Shard::search`] next, in a file that is not packed; `ahead` of it if asked so.
    #[must_use]
    pub fn wanted_text(&self, ahead: usize) -> Option<TextRange> {
        let query = self.query.as_ref()?;
        let idx = *query.waiting.get(ahead)?;
        text_range(&self.kept[idx], &query.blocks[idx].candidates)
    }

    /// The file, as files were opened, in which a text of the report stands; `None` where no block of it is kept.
    #[must_use]
    pub fn input_of(&self, file: FileId) -> Option<u32> {
        let at = self.kept.partition_point(|kept| kept.job.file < file);
        let kept = self.kept.get(at).filter(|kept| kept.job.file == file)?;
        Some(kept.input)
    }

    /// Searches a block; `text` is that of the range given, or as much of it as there is.
    pub fn search(&mut self, range: TextRange, text: &[u8]) -> Found {
        let mut found = Found::default();
        let Some(query) = &mut self.query else {
            return found;
        };
        let is_it = |kept: &Kept| kept.job.file == range.file && kept.job.block == range.block;
        let Some(idx) = self.kept.iter().position(is_it) else {
            return found;
        };
        let (kept, block) = (&self.kept[idx], &mut query.blocks[idx]);
        query.waiting.retain(|waiting| *waiting != idx);
        let is_known = block.is_searched && (query.filter.slot.is_none() || block.is_counted);
        if is_known {
            return found;
        }
        let start = u32::try_from(range.start.saturating_sub(kept.job.start)).unwrap_or(u32::MAX);
        if let Some(pattern) = query.pattern.as_mut().filter(|_| !block.is_searched) {
            let rows = matching(&kept.table, pattern, text, start, &block.candidates);
            block.take(kept, rows, &query.filter, &mut found);
        }
        if let Some(slot) = &query.filter.slot {
            let values = &mut query.values;
            values.count(slot, &kept.table, text, start, &block.rows);
            block.is_counted = true;
        }
        found.n_bytes = range.end - range.start;
        found
    }

    /// Answers a question about the hits that are known.
    #[must_use]
    pub fn answer(&self, question: Question) -> Answer {
        match question {
            Question::Counts(grid, to) => {
                let mut counts = vec![0u32; grid.n as usize];
                let from = grid.start;
                self.visit(from, to, |kept, block, filter| {
                    for (_, at) in block.hits(kept, filter) {
                        if (from..=to).contains(&at) {
                            counts[grid.place(at) as usize] += 1;
                        }
                    }
                });
                Answer::Counts(counts)
            }
            Question::Hits {
                from,
                to,
                place,
                skip,
                n,
            } => {
                let mut hits = Vec::new();
                self.visit(from, to, |kept, block, filter| {
                    let is_there =
                        place.is_none_or(|place| place == (kept.job.file, kept.job.block));
                    if is_there && hits.len() < n as usize {
                        let within = block.hits(kept, filter);
                        let within = within.filter(|(_, at)| (from..=to).contains(at));
                        let more = within.skip(skip as usize).take(n as usize - hits.len());
                        hits.extend(more.map(|(idx, at)| kept.hit(idx, at)));
                    }
                });
                Answer::Hits(hits)
            }
            Question::Tied(instant) => {
                let mut tied = Vec::new();
                self.visit(instant, instant, |kept, block, filter| {
                    let n = block
                        .hits(kept, filter)
                        .filter(|hit| hit.1 == instant)
                        .count();
                    if n > 0 {
                        tied.push(((kept.job.file, kept.job.block), n as u32));
                    }
                });
                Answer::Tied(tied)
            }
            Question::Before { at, file, offset } => Answer::Before(self.before(at, file, offset)),
            Question::FromLine { file, block, line } => {
                Answer::Hits(self.first_from(file, block, line).into_iter().collect())
            }
            Question::Sources => Answer::Sources(self.by_source()),
            Question::Messages => Answer::Messages(self.by_message()),
            Question::Values => {
                let query = self.query.as_ref();
                Answer::Values(query.map(|query| query.values.clone()).unwrap_or_default())
            }
        }
    }

    /// Calls for every block with hits that may stand within these instants.
    fn visit(
        &self,
        from: Timestamp,
        to: Timestamp,
        mut visitor: impl FnMut(&Kept, &Selected, &Filter),
    ) {
        let Some(query) = &self.query else { return };
        for (kept, block) in self.kept.iter().zip(&query.blocks) {
            if block
                .span
                .is_some_and(|span| span.0 <= to && span.1 >= from)
            {
                visitor(kept, block, &query.filter);
            }
        }
    }

    fn before(&self, at: Timestamp, file: FileId, offset: u64) -> u64 {
        let mut n = 0;
        self.visit(TIMELESS, at, |kept, block, filter| {
            if block.span.is_some_and(|span| span.1 < at) {
                n += u64::from(block.rows.len());
                return;
            }
            let stands_before = |(idx, stands): &(usize, Timestamp)| {
                let place = kept.job.start + u64::from(kept.table.place(*idx).0);
                (*stands, kept.job.file, place) < (at, file, offset)
            };
            n += block.hits(kept, filter).filter(stands_before).count() as u64;
        });
        n
    }

    fn first_from(&self, file: FileId, block: u32, line: u32) -> Option<Hit> {
        let query = self.query.as_ref()?;
        let (kept, selected) = (self.kept.iter().zip(&query.blocks))
            .filter(|(kept, selected)| {
                let Some((_, last)) = selected.rows.ends() else {
                    return false;
                };
                let last = kept.table.row(last);
                let reaches = kept.job.block > block || last.line + last.n_lines > line;
                kept.job.file == file && kept.job.block >= block && reaches
            })
            .min_by_key(|(kept, _)| kept.job.block)?;
        selected
            .hits(kept, &query.filter)
            .find(|(idx, _)| {
                let row = kept.table.row(*idx);
                kept.job.block > block || row.line + row.n_lines > line
            })
            .map(|(idx, at)| kept.hit(idx, at))
    }

    fn by_message(&self) -> Vec<(MessageId, u64)> {
        let Some(query) = &self.query else {
            return Vec::new();
        };
        let mut sums: Vec<u64> = Vec::new();
        for (kept, block) in self.kept.iter().zip(&query.blocks) {
            for row in block.rows.iter() {
                let (message, _) = kept.table.message_and_time(row);
                let id = kept.ids[message as usize].index();
                if id >= sums.len() {
                    sums.resize(id + 1, 0);
                }
                sums[id] += 1;
            }
        }
        let some = sums.into_iter().enumerate().filter(|(_, n)| *n > 0);
        some.map(|(id, n)| (MessageId::from_index(id), n)).collect()
    }

    fn by_source(&self) -> Vec<(String, u64)> {
        let mut sums: Vec<(String, u64)> = Vec::new();
        for kept in &self.kept {
            let counts = kept.table.by_source(kept.sources.len());
            let named = kept.sources.iter().cloned();
            sums.extend(named.zip(counts.into_iter().map(u64::from)));
            // Blocks name the same sources again and again.
            if sums.len() > 4 * SOURCES_CAP {
                sums = by_frequency(sums);
            }
        }
        let mut sums = by_frequency(sums);
        sums.truncate(SOURCES_CAP);
        sums
    }
}

impl Selected {
    /// Takes what was found, and counts it.
    fn take(&mut self, kept: &Kept, rows: RowSet, filter: &Filter, found: &mut Found) {
        self.rows = rows;
        self.is_searched = true;
        if self.rows.is_empty() {
            return;
        }
        let grid = filter.grid;
        let mut counts = vec![[0u32; 8]; grid.n as usize];
        let (mut stretch, mut place) = ((TIMELESS, TIMELESS), 0);
        let mut span = None;
        for (idx, at) in self.hits(kept, filter) {
            let (first, last) = span.unwrap_or((at, at));
            span = Some((first.min(at), last.max(at)));
            if at == TIMELESS {
                found.n_timeless += 1;
                continue;
            }
            if at < stretch.0 || at > stretch.1 {
                place = grid.place(at);
                stretch = grid.stretch(place);
            }
            counts[place as usize][usize::from(kept.table.level(idx) & 7)] += 1;
        }
        self.span = span;
        found.n_hits += u64::from(self.rows.len());
        let some = counts.iter().enumerate().filter(|(_, n)| **n != [0; 8]);
        found
            .counts
            .extend(some.map(|(place, n)| (place as u32, *n)));
    }

    /// The hits in the order of the text, with where each stands in time.
    fn hits(&self, kept: &Kept, filter: &Filter) -> impl Iterator<Item = (usize, Timestamp)> {
        let lead = filter.leads.get(kept.job.file.index()).copied().flatten();
        let stands = kept.stands(lead).enumerate();
        stands.filter(|(idx, _)| self.rows.contains(*idx))
    }
}

/// A text filter, ready to search.
///
/// # Errors
/// As [`Pattern::new`].
pub fn compiled(text: &TextFilter) -> Result<Pattern, PatternError> {
    Pattern::new(&text.pattern, text.is_regex, text.is_case_sensitive)
}

/// What of a block meets every condition but that on the text.
fn candidates(kept: &Kept, filter: &Filter, survey: Option<&Survey>) -> RowSet {
    let n_rows = kept.table.n_rows();
    let file = kept.job.file.index();
    let is_file = |files: &Vec<bool>| files.get(file) == Some(&true);
    if kept.ids.is_empty() || !filter.files.as_ref().is_none_or(is_file) {
        return RowSet::none(n_rows);
    }
    let episodes = filter.episodes.as_deref();
    let is_chosen = |id: usize| match &filter.messages {
        Some(chosen) => chosen.get(id) == Some(&true),
        None => true,
    };
    let has_episode = |id: u32| {
        episodes.is_none_or(|episodes| episodes.binary_search_by_key(&id, |e| e.0.0).is_ok())
    };
    let is_narrow = filter.messages.is_some() || episodes.is_some();
    let messages: Option<Vec<bool>> = is_narrow.then(|| {
        let ids = kept.ids.iter();
        ids.map(|id| is_chosen(id.index()) && has_episode(id.0))
            .collect()
    });
    let sources: Option<Vec<bool>> = filter.sources.as_ref().map(|names| {
        let sources = kept.sources.iter();
        sources
            .map(|name| names.binary_search(name).is_ok())
            .collect()
    });
    let is_empty =
        |list: &Option<Vec<bool>>| list.as_ref().is_some_and(|list| !list.contains(&true));
    if is_empty(&messages) || is_empty(&sources) {
        return RowSet::none(n_rows);
    }
    let columns = Columns {
        messages,
        sources,
        levels: filter.levels,
        from: filter.from,
        to: filter.to,
    };
    let rows = kept.table.select(&columns, &kept.calendar);
    let Some(episodes) = episodes else {
        return rows;
    };
    let mut reading = kept.calendar.reading();
    RowSet::of(n_rows, |idx| {
        rows.contains(idx) && {
            let (message, time) = kept.table.message_and_time(idx);
            let id = kept.ids[message as usize];
            time.is_some_and(|time| {
                let time = reading.instant(time);
                let after = episodes.partition_point(|e| (e.0, e.1) <= (id, time));
                let last = after.checked_sub(1).map(|last| episodes[last]);
                last.is_some_and(|(of, _, end)| of == id && time <= end)
                    && survey.is_some_and(|survey| survey.is_anomalous(id, time))
            })
        }
    })
}

/// The text of a block that holds the candidates.
fn text_range(kept: &Kept, candidates: &RowSet) -> Option<TextRange> {
    let (first, last) = candidates.ends()?;
    let (start, _) = kept.table.place(first);
    let (offset, byte_len) = kept.table.place(last);
    let end = u64::from(offset) + u64::from(byte_len.min(RECORD_CAP));
    Some(TextRange {
        file: kept.job.file,
        block: kept.job.block,
        start: kept.job.start + u64::from(start),
        end: kept.job.start + end.max(u64::from(start)),
    })
}
