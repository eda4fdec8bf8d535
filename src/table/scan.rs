//! A block's text and a pattern → the rows whose record matches.
//!
//! The pattern runs over the text of the block and what it finds is mapped to rows, so that a record costs nothing by itself.
//! The answer is that of asking every record alone: no match crosses a record, and what stands around it does not matter.

use super::BlockTable;
use super::pattern::{Next, Pattern};
use super::rows::RowSet;

/// Bytes of a record that are searched, as many as are analysed of a line.
pub const RECORD_CAP: u32 = 1 << 20;

/// Records asked one by one until it is clear that this is no exception.
const COMMON: usize = 16;

/// Where most records are ruled out already, the others are asked one by one.
const SPARSE: u32 = 8;

/// The candidates whose record matches. `text` begins `text_start` bytes into the block and reaches to the end of the last
/// candidate; what it lacks is not found.
#[must_use]
pub fn matching(
    table: &BlockTable,
    pattern: &mut Pattern,
    text: &[u8],
    text_start: u32,
    candidates: &RowSet,
) -> RowSet {
    let records = Records {
        table,
        text,
        text_start,
    };
    let mut found = RowSet::none(table.n_rows());
    let Some((first, last)) = candidates.ends() else {
        return found;
    };
    let is_sparse = candidates.len().saturating_mul(SPARSE) < (last - first) as u32;
    let mut rows = first..=last;
    if is_sparse
        || pattern.has_anchors()
        || (pattern.has_looks() && !rows.all(|row| records.is_of_whole_lines(row)))
    {
        for row in candidates.iter() {
            if pattern.is_match(records.text_of(row)) {
                found.insert(row);
            }
        }
        return found;
    }
    let mut row = first;
    // Records asked since row `since` because they hold a text that every match must hold, and such texts that proved common.
    let (mut n_asked, mut since, mut n_common) = (0, first, 0);
    while row <= last {
        let (from, _) = records.range(row);
        if n_asked > COMMON && n_asked * 4 > row - since {
            (n_asked, since, n_common) = (0, row, n_common + 1);
        }
        let Some(next) = pattern.next(text, from, n_common) else {
            break;
        };
        let (start, end) = match next {
            Next::At(start, end) | Next::Maybe(start, end) => (start, end),
            Next::Ends(end) => (end, end),
        };
        let hit = records.row_at(row, last, start);
        // What reaches beyond the record is no match, and none that begins further on in it could end earlier.
        if end <= records.range(hit).1 && candidates.contains(hit) {
            let is_sure = match next {
                Next::At(..) => true,
                Next::Ends(_) => hit == row,
                Next::Maybe(..) => false,
            };
            n_asked += usize::from(!is_sure);
            if is_sure || pattern.is_match(records.text_of(hit)) {
                found.insert(hit);
            }
        }
        row = hit + 1;
    }
    found
}

/// The records of a block whose text is at hand.
pub(super) struct Records<'a> {
    pub(super) table: &'a BlockTable,
    pub(super) text: &'a [u8],
    pub(super) text_start: u32,
}

impl Records<'_> {
    /// Where a record stands in the text.
    fn range(&self, row: usize) -> (usize, usize) {
        let (offset, byte_len) = self.table.place(row);
        let start = (offset.saturating_sub(self.text_start) as usize).min(self.text.len());
        let end = start + byte_len.min(RECORD_CAP) as usize;
        (start, end.min(self.text.len()))
    }

    pub(super) fn text_of(&self, row: usize) -> &[u8] {
        let (start, end) = self.range(row);
        &self.text[start..end]
    }

    /// The last row of `row..=last` that begins at or before `at`.
    fn row_at(&self, row: usize, last: usize, at: usize) -> usize {
        // It is mostly near: doubling steps, then halving.
        let (mut low, mut step) = (row, 1);
        while low + step <= last && self.range(low + step).0 <= at {
            low += step;
            step *= 2;
        }
        while step > 0 {
            if low + step <= last && self.range(low + step).0 <= at {
                low += step;
            }
            step /= 2;
        }
        low
    }

    /// Whether a record begins and ends where lines do.
    fn is_of_whole_lines(&self, row: usize) -> bool {
        let (start, end) = self.range(row);
        let begins = start == 0 || self.text[start - 1] == b'\n';
        begins && matches!(self.text.get(end), None | Some(b'\n' | b'\r'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Row;

    /// Records as (text, what stands behind it).
    fn block(records: &[(&str, &str)]) -> (Vec<u8>, BlockTable) {
        let (mut text, mut table) = (Vec::new(), BlockTable::default());
        for (line, (record, gap)) in records.iter().enumerate() {
            let (offset, byte_len) = (text.len() as u32, record.len() as u32);
            table.push(Row::at(line as u32, offset, byte_len));
            text.extend_from_slice(record.as_bytes());
            text.extend_from_slice(gap.as_bytes());
        }
        (text, table)
    }

    #[test]
    fn the_answer_is_that_of_every_record_alone() {
        let logs: [&[(&str, &str)]; 6] = [
            &[
                ("abc", "\n"),
                ("xab\nc d", "\n\n"),
                ("ab", "\r\n"),
                ("c", "\n"),
                ("aab", ""),
            ],
            &[
                ("{\"a\":1}", ","),
                ("{\"b\":2}", ", "),
                ("{\"ab\":3}", "\n"),
            ],
            &[
                ("ab", "\n"),
                ("", "\n"),
                ("ab ab", "\0\0\n"),
                ("ab", "\0\n"),
                ("b", "\n"),
            ],
            &[
                ("a", "\n"),
                ("a b", "\n"),
                ("b", "\n"),
                ("é b", "\n"),
                ("a\rb", "\n"),
            ],
            &[("aaaa", "\n"); 40],
            &[("ab c", "\n"), ("xab b", "\n"), ("abc", "\n")].repeat(40),
        ];
        let patterns = [
            "a",
            "ab",
            "b$",
            "^a",
            r"\Aa",
            r"b\z",
            r"\bb",
            r"a\s+b",
            r"(?s)a.b",
            "a.*b",
            "^$",
            "",
            "b|a",
            "ab|ba",
            "(aa|ab).*b",
            "(ab)+ (a|b)",
            r"a\n",
            r"\n",
            r"[^a]",
            r"ab\s*c?",
            r"^\{",
            r"\}$",
            r"\Bb",
        ];
        for records in logs {
            let (text, table) = block(records);
            for source in patterns {
                for (is_regex, is_case_sensitive) in [(true, true), (true, false), (false, true)] {
                    let mut pattern = Pattern::new(source, is_regex, is_case_sensitive).unwrap();
                    for every in [1, 2, 9] {
                        let candidates = RowSet::of(table.n_rows(), |row| row % every == 0);
                        let found = matching(&table, &mut pattern, &text, 0, &candidates);
                        let expected = RowSet::of(table.n_rows(), |row| {
                            row % every == 0 && pattern.is_match(records[row].0.as_bytes())
                        });
                        assert_eq!(found, expected, "{source:?} in {records:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn text_may_begin_within_the_block_and_end_too_early() {
        let (text, table) = block(&[
            ("one", "\n"),
            ("two one", "\n"),
            ("three", "\n"),
            ("one", "\n"),
        ]);
        let mut pattern = Pattern::new("one", false, true).unwrap();
        let mut find = |text: &[u8], start| {
            let candidates = RowSet::of(4, |row| row > 0);
            let found = matching(&table, &mut pattern, text, start, &candidates);
            found.iter().collect::<Vec<_>>()
        };
        assert_eq!(find(&text[4..], 4), [1, 3]);
        assert_eq!(find(&text[4..14], 4), [1]);
        assert!(find(&[], 4).is_empty());
    }
}
