//! Records of one block in columns: at most 24 bytes a line, the text stays in the file.

pub mod pattern;
mod required;
pub mod rows;
pub mod scan;
pub mod values;

use serde::{Deserialize, Serialize};

use self::rows::RowSet;
use crate::base::calendar::Calendar;
use crate::base::time::Timestamp;
use crate::base::written::Written;
use crate::parse::Level;

/// Marks a record without a time.
const NO_TIME: i64 = i64::MIN;

/// Conditions on the columns of a block; all of them must hold.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// For each distinct message of the block whether it is selected; `None`: all.
    pub messages: Option<Vec<bool>>,
    /// For each source of the block whether it is selected; `None`: all.
    pub sources: Option<Vec<bool>>,
    /// The selected levels as bits: 0 none, then as [`Level`].
    pub levels: u8,
    /// Not before; records without a time are left out.
    pub from: Option<Timestamp>,
    /// Before; records without a time are left out.
    pub to: Option<Timestamp>,
}

/// One record, put together from the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// When it happened, as it is written.
    pub time: Option<Written>,
    /// How bad it says it is.
    pub level: Option<Level>,
    /// Index into the block's sources.
    pub source: u16,
    /// Index into the block's distinct messages.
    pub message: u32,
    /// First physical line, from 0 at the block's beginning.
    pub line: u32,
    /// Physical lines.
    pub n_lines: u32,
    /// Offset of its first byte in the block.
    pub offset: u32,
    /// Bytes, last terminator excluded.
    pub byte_len: u32,
}

impl Row {
    /// A record on one line, of which nothing but its place is known.
    #[must_use]
    pub fn at(line: u32, offset: u32, byte_len: u32) -> Self {
        Self {
            time: None,
            level: None,
            source: 0,
            message: 0,
            line,
            n_lines: 1,
            offset,
            byte_len,
        }
    }
}

/// The records of a block: 23 bytes each, and 8 more where a record is not on the line after the one before.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct BlockTable {
    /// As they are written; a [`Calendar`] tells the instants.
    times: Vec<i64>,
    offsets: Vec<u32>,
    byte_lens: Vec<u32>,
    messages: Vec<u32>,
    sources: Vec<u16>,
    levels: Vec<u8>,
    /// (row, line) wherever the line is not that of the row before plus one.
    jumps: Vec<(u32, u32)>,
    /// (row, lines) wherever a record has more than one line.
    spans: Vec<(u32, u32)>,
    next_line: u32,
}

impl BlockTable {
    /// Number of records.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.times.len()
    }

    /// Appends a record; rows come in the order of the text.
    pub fn push(&mut self, row: Row) {
        let idx = self.times.len() as u32;
        if row.line != self.next_line || idx == 0 {
            self.jumps.push((idx, row.line));
        }
        self.next_line = row.line + 1;
        self.times.push(row.time.map_or(NO_TIME, Written::number));
        self.offsets.push(row.offset);
        self.byte_lens.push(row.byte_len);
        self.messages.push(row.message);
        self.sources.push(row.source);
        self.levels.push(row.level.map_or(0, |level| level as u8));
        if row.n_lines > 1 {
            self.spans.push((idx, row.n_lines));
        }
    }

    /// Lets the last record reach to `end` (offset in the block) by one more line.
    pub fn extend_last(&mut self, end: u32) {
        let Some(idx) = self.times.len().checked_sub(1) else {
            return;
        };
        self.byte_lens[idx] = end.saturating_sub(self.offsets[idx]);
        match self.spans.last_mut() {
            Some((row, n_lines)) if *row as usize == idx => *n_lines += 1,
            _ => self.spans.push((idx as u32, 2)),
        }
    }

    /// Whether every record has all columns and one of `n_sources` sources, which is so unless it was put together from damaged
    /// bytes.
    #[must_use]
    pub fn is_sound(&self, n_sources: usize) -> bool {
        let lens = [
            self.offsets.len(),
            self.byte_lens.len(),
            self.messages.len(),
            self.sources.len(),
            self.levels.len(),
        ];
        let is_within = |places: &[(u32, u32)]| {
            let row_of = |&(row, _): &(u32, u32)| (row as usize) < self.n_rows();
            places.iter().all(row_of) && places.is_sorted_by(|a, b| a.0 < b.0)
        };
        lens.iter().all(|&len| len == self.n_rows())
            && self.levels.iter().all(|&level| level < 8)
            && self
                .sources
                .iter()
                .all(|&source| usize::from(source) < n_sources)
            && is_within(&self.jumps)
            && is_within(&self.spans)
            && (self.jumps.first().is_some_and(|&(row, _)| row == 0) || self.n_rows() == 0)
    }

    /// Gives back the memory reserved for growth.
    pub fn shrink(&mut self) {
        self.times.shrink_to_fit();
        self.offsets.shrink_to_fit();
        self.byte_lens.shrink_to_fit();
        self.messages.shrink_to_fit();
        self.sources.shrink_to_fit();
        self.levels.shrink_to_fit();
        self.jumps.shrink_to_fit();
        self.spans.shrink_to_fit();
    }

    /// Time and message of each record, for scans that need no more.
    pub fn times_and_messages(
        &self,
        calendar: &Calendar,
    ) -> impl Iterator<Item = (Option<Timestamp>, u32)> {
        let mut reading = calendar.reading();
        let rows = self.times.iter().zip(&self.messages);
        rows.map(move |(&time, &message)| {
            let time = written(time).map(|time| reading.instant(time));
            (time, message)
        })
    }

    /// The rows that meet the conditions.
    #[must_use]
    pub fn select(&self, columns: &Columns, calendar: &Calendar) -> RowSet {
        let chosen = |list: &Option<Vec<bool>>, idx: usize| {
            list.as_ref()
                .is_none_or(|list| list.get(idx) == Some(&true))
        };
        let is_timed = columns.from.is_some() || columns.to.is_some();
        let mut reading = calendar.reading();
        let mut is_at = |time: i64| {
            !is_timed
                || written(time).is_some_and(|time| {
                    let time = reading.instant(time);
                    columns.from.is_none_or(|from| time >= from)
                        && columns.to.is_none_or(|to| time < to)
                })
        };
        RowSet::of(self.n_rows(), |idx| {
            columns.levels >> self.levels[idx] & 1 == 1
                && is_at(self.times[idx])
                && chosen(&columns.messages, self.messages[idx] as usize)
                && chosen(&columns.sources, usize::from(self.sources[idx]))
        })
    }

    /// Where each record stands in time: one without a time where the one before it does, the first ones at `carry`.
    pub fn stands(
        &self,
        mut carry: Timestamp,
        calendar: &Calendar,
    ) -> impl Iterator<Item = Timestamp> {
        let mut reading = calendar.reading();
        self.times.iter().map(move |&time| {
            if let Some(time) = written(time) {
                carry = reading.instant(time);
            }
            carry
        })
    }

    /// Message of a record, and its time.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn message_and_time(&self, idx: usize) -> (u32, Option<Written>) {
        (self.messages[idx], written(self.times[idx]))
    }

    /// Level of a record, 0 for none.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn level(&self, idx: usize) -> u8 {
        self.levels[idx]
    }

    /// Source of a record, as an index into those of the block.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn source(&self, idx: usize) -> u16 {
        self.sources[idx]
    }

    /// Offset of a record in the block, and its bytes.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn place(&self, idx: usize) -> (u32, u32) {
        (self.offsets[idx], self.byte_lens[idx])
    }

    /// Records of each of the block's `n_sources` sources.
    #[must_use]
    pub fn by_source(&self, n_sources: usize) -> Vec<u32> {
        let mut counts = vec![0; n_sources];
        for &source in &self.sources {
            counts[usize::from(source)] += 1;
        }
        counts
    }

    /// Bytes that the columns occupy.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        self.times.len() * (8 + 4 + 4 + 4 + 2 + 1) + 8 * (self.jumps.len() + self.spans.len())
    }

    /// The record at `idx`.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, idx: usize) -> Row {
        let key = idx as u32;
        let before = self.jumps.partition_point(|jump| jump.0 <= key);
        let line = before
            .checked_sub(1)
            .map_or(key, |i| self.jumps[i].1 + (key - self.jumps[i].0));
        let n_lines = self
            .spans
            .binary_search_by_key(&key, |span| span.0)
            .map_or(1, |i| self.spans[i].1);
        Row {
            time: written(self.times[idx]),
            level: level_from_u8(self.levels[idx]),
            source: self.sources[idx],
            message: self.messages[idx],
            line,
            n_lines,
            offset: self.offsets[idx],
            byte_len: self.byte_lens[idx],
        }
    }
}

/// The time that a number of the column stands for.
#[inline]
fn written(time: i64) -> Option<Written> {
    (time != NO_TIME).then_some(Written::from_number(time))
}

fn level_from_u8(level: u8) -> Option<Level> {
    [
        Level::Trace,
        Level::Debug,
        Level::Info,
        Level::Notice,
        Level::Warn,
        Level::Error,
        Level::Fatal,
    ]
    .into_iter()
    .find(|&known| known as u8 == level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were_put_in() {
        let row = |line, n_lines| Row {
            time: (line % 2 == 0).then_some(Written::local(i64::from(line))),
            level: Some(Level::Warn),
            source: 3,
            message: 9,
            line,
            n_lines,
            offset: line * 10,
            byte_len: 5,
        };
        let rows = [
            row(2, 1),
            row(3, 2),
            row(5, 1),
            row(6, 1),
            row(7, 3),
            row(12, 1),
        ];
        let mut table = BlockTable::default();
        rows.iter().for_each(|&row| table.push(row));
        assert_eq!(
            (0..rows.len()).map(|i| table.row(i)).collect::<Vec<_>>(),
            rows
        );
    }

    #[test]
    fn a_line_costs_at_most_24_bytes() {
        for (n_lines, n_blank) in [(1, 0), (2, 0), (3, 0), (1, 1), (2, 2)] {
            let mut table = BlockTable::default();
            let n_rows = 1000;
            for idx in 0..n_rows {
                let line = idx * (n_lines + n_blank);
                let row = Row::at(line, line * 80, 79);
                table.push(Row { n_lines, ..row });
            }
            table.shrink();
            let byte_len = table.times.capacity() * size_of::<i64>()
                + (table.offsets.capacity() + table.byte_lens.capacity()) * size_of::<u32>()
                + table.messages.capacity() * size_of::<u32>()
                + table.sources.capacity() * size_of::<u16>()
                + table.levels.capacity()
                + (table.jumps.capacity() + table.spans.capacity()) * size_of::<(u32, u32)>();
            let n_all = (n_rows * (n_lines + n_blank)) as usize;
            assert!(
                byte_len <= 24 * n_all,
                "{n_lines} and {n_blank}: {byte_len}"
            );
        }
    }

    #[test]
    fn a_record_grows_by_lines_that_continue_it() {
        let mut table = BlockTable::default();
        table.extend_last(7);
        table.push(Row {
            time: None,
            level: None,
            source: 0,
            message: 0,
            line: 0,
            n_lines: 1,
            offset: 0,
            byte_len: 5,
        });
        table.extend_last(20);
        table.extend_last(30);
        assert_eq!((table.row(0).n_lines, table.row(0).byte_len), (3, 30));
    }
}
