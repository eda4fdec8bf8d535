//! A table of labels, as text in any pieces → which sessions or lines are anomalous.
//!
//! A table has two or three columns and no records of its own: `BlockId,Label`, `line,is_anomaly`. The column of labels is
//! known by its name, or by holding nothing but the words for normal and anomalous.

use crate::base::hash;
use crate::base::order::Arrange;

/// Labels of a run; further ones are counted but not kept.
const LABEL_CAP: usize = 4_000_000;
/// Longest row that is looked at.
const ROW_CAP: usize = 4096;
/// Columns a table of labels has at most.
const MAX_COLUMNS: usize = 3;
/// Rows that are looked at to tell whether it is one.
const MAX_PROBED: usize = 200;

/// Names of a column of labels.
const LABEL_NAMES: [&[u8]; 12] = [
    b"label",
    b"labels",
    b"anomaly",
    b"anomalous",
    b"is_anomaly",
    b"isanomaly",
    b"anomaly_label",
    b"class",
    b"target",
    b"truth",
    b"ground_truth",
    b"is_anomalous",
];
/// Names of a column of line numbers.
const LINE_NAMES: [&[u8]; 8] = [
    b"line",
    b"lineid",
    b"line_id",
    b"lineno",
    b"line_no",
    b"line_number",
    b"linenumber",
    b"line number",
];
/// Words for what is not an anomaly.
const NORMAL: [&[u8]; 14] = [
    b"normal", b"0", b"0.0", b"false", b"no", b"n", b"-", b"", b"success", b"ok", b"benign",
    b"healthy", b"pass", b"good",
];
/// Words for what is.
const ANOMALOUS: [&[u8]; 16] = [
    b"anomaly",
    b"anomalous",
    b"abnormal",
    b"1",
    b"1.0",
    b"true",
    b"yes",
    b"y",
    b"fail",
    b"failure",
    b"failed",
    b"error",
    b"attack",
    b"malicious",
    b"bad",
    b"fault",
];

/// Where in a table the labels stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    delimiter: u8,
    id: usize,
    label: usize,
    is_headed: bool,
    is_by_line: bool,
}

/// Which sessions or lines are labelled, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// (identity of the value, whether it is anomalous), by identity.
    pub ids: Vec<(u64, bool)>,
    /// (physical line from 1, whether it is anomalous), by line.
    pub lines: Vec<(u32, bool)>,
    /// Rows that could not be kept.
    pub n_dropped: u64,
}

impl Labels {
    /// Labels in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len() + self.lines.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The label of a value.
    #[must_use]
    pub fn of_id(&self, hash: u64) -> Option<bool> {
        let at = self.ids.binary_search_by_key(&hash, |label| label.0);
        at.ok().map(|at| self.ids[at].1)
    }
}

/// Reads a table of labels.
#[derive(Debug)]
pub struct Reader {
    layout: Layout,
    carry: Vec<u8>,
    is_header_due: bool,
    labels: Labels,
}

impl Reader {
    /// A reader for a table laid out like this.
    #[must_use]
    pub fn new(layout: Layout) -> Self {
        Self {
            layout,
            carry: Vec::new(),
            is_header_due: layout.is_headed,
            labels: Labels::default(),
        }
    }

    /// Takes the bytes that follow.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            if self.carry.is_empty() {
                self.row(&bytes[..end]);
            } else {
                self.keep(&bytes[..end]);
                let row = std::mem::take(&mut self.carry);
                self.row(&row);
            }
            bytes = &bytes[end + 1..];
        }
        self.keep(bytes);
    }

    /// The labels; where one thing is labelled twice, an anomaly wins.
    #[must_use]
    pub fn finish(mut self) -> Labels {
        let row = std::mem::take(&mut self.carry);
        self.row(&row);
        let mut labels = self.labels;
        labels.ids.arrange_by_key(|label| (label.0, !label.1));
        labels.ids.dedup_by_key(|label| label.0);
        labels.lines.arrange_by_key(|label| (label.0, !label.1));
        labels.lines.dedup_by_key(|label| label.0);
        labels
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = ROW_CAP.saturating_sub(self.carry.len());
        self.carry
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn row(&mut self, row: &[u8]) {
        if row.trim_ascii().is_empty() || std::mem::take(&mut self.is_header_due) {
            return;
        }
        let layout = self.layout;
        let fields = fields(row, layout.delimiter);
        let (Some(id), Some(label)) = (fields.get(layout.id), fields.get(layout.label)) else {
            self.labels.n_dropped += 1;
            return;
        };
        let is_anomalous = !is_word(&NORMAL, label);
        if self.labels.len() >= LABEL_CAP {
            self.labels.n_dropped += 1;
        } else if !layout.is_by_line {
            self.labels.ids.push((hash::bytes(id), is_anomalous));
        } else if let Some(line) = number(id) {
            self.labels.lines.push((line, is_anomalous));
        } else {
            self.labels.n_dropped += 1;
        }
    }
}

/// How the table that begins with `head` is laid out; `None` when it is none.
#[must_use]
pub fn recognise(head: &[u8]) -> Option<Layout> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let whole = memchr::memrchr(b'\n', head).map_or(head.len(), |end| end);
    let rows: Vec<&[u8]> = head[..whole]
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|row| !row.is_empty())
        .take(MAX_PROBED)
        .collect();
    let first = rows.first()?;
    let delimiter = *[b',', b'\t', b';'].iter().find(|d| first.contains(d))?;
    let table: Vec<Vec<&[u8]>> = rows.iter().map(|row| fields(row, delimiter)).collect();
    let n_columns = table[0].len();
    if !(2..=MAX_COLUMNS).contains(&n_columns) || table.iter().any(|row| row.len() != n_columns) {
        return None;
    }
    let named = |names: &[&[u8]]| (0..n_columns).find(|&col| is_word(names, table[0][col]));
    let is_label = |text: &[u8]| is_word(&NORMAL, text) || is_word(&ANOMALOUS, text);
    let is_labels = |rows: &[Vec<&[u8]>], col: usize| rows.iter().all(|row| is_label(row[col]));
    let (label, is_headed) = match named(&LABEL_NAMES) {
        // A named column may hold tags of other kinds: whatever is not normal is anomalous.
        Some(col) => (col, true),
        None if table.len() >= 2 && is_labels(&table, n_columns - 1) => (n_columns - 1, false),
        None if table.len() >= 3 && is_labels(&table[1..], n_columns - 1) => (n_columns - 1, true),
        None => return None,
    };
    let by_line = named(&LINE_NAMES).filter(|_| is_headed);
    let id = by_line.unwrap_or_else(|| (0..n_columns).find(|&col| col != label).unwrap_or(0));
    let body = &table[usize::from(is_headed)..];
    // What is labelled is named by one word; a table with sentences is a log.
    if body
        .iter()
        .any(|row| row[id].is_empty() || row[id].contains(&b' '))
    {
        return None;
    }
    let is_by_line =
        by_line.is_some() && !body.is_empty() && body.iter().all(|row| number(row[id]).is_some());
    Some(Layout {
        delimiter,
        id,
        label,
        is_headed,
        is_by_line,
    })
}

fn fields(row: &[u8], delimiter: u8) -> Vec<&[u8]> {
    let row = row.strip_suffix(b"\r").unwrap_or(row);
    row.split(|byte| *byte == delimiter)
        .map(|field| {
            let field = field.trim_ascii();
            let inner = field
                .strip_prefix(b"\"")
                .and_then(|f| f.strip_suffix(b"\""));
            inner.unwrap_or(field)
        })
        .collect()
}

fn is_word(words: &[&[u8]], text: &[u8]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, chunk: usize) -> Option<Labels> {
        let mut reader = Reader::new(recognise(text.as_bytes())?);
        text.as_bytes()
            .chunks(chunk)
            .for_each(|part| reader.push(part));
        Some(reader.finish())
    }

    #[test]
    fn tables_of_labels_are_recognised_and_logs_are_not() {
        for (text, n_ids, n_lines, n_anomalous) in [
            ("BlockId,Label\nb_1,Normal\nb_2,Anomaly\n", 2, 0, 1),
            ("b_1,0\nb_2,1\nb_3,1", 3, 0, 2),
            ("node;class\r\nn1;benign\r\nn2;attack", 2, 0, 1),
            ("LineId,Label\n1,-\n2,KERNDTLB\n7,-\n", 0, 3, 1),
            ("id,start,is_anomaly\na,1,true\nb,2,false\n", 2, 0, 1),
            ("\"Label\",\"Id\"\n\"1\",\"x\"\n", 1, 0, 1),
        ] {
            for chunk in [1, 5, 1000] {
                let labels = read(text, chunk).unwrap();
                assert_eq!(
                    (labels.ids.len(), labels.lines.len()),
                    (n_ids, n_lines),
                    "{text}"
                );
                let found = labels.ids.iter().filter(|label| label.1).count()
                    + labels.lines.iter().filter(|label| label.1).count();
                assert_eq!(found, n_anomalous, "{text}");
            }
        }
        for text in [
            "",
            "time,level,message,host\n1,2,3,4\n",
            "time,message\n12:00,disk is full\n12:01,disk is not full\n",
            "2026-03-02 10:00:00,123 INFO started\n2026-03-02 10:00:01,001 INFO done\n",
            "label\nx\n",
        ] {
            assert_eq!(recognise(text.as_bytes()), None, "{text}");
        }
    }
}
