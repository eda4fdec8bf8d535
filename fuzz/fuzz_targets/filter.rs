//! Any pattern over any text: searching a block as a whole finds the records that match when each is asked alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logloupe::table::pattern::Pattern;
use logloupe::table::rows::RowSet;
use logloupe::table::scan::matching;
use logloupe::table::{BlockTable, Row};

fuzz_target!(|input: (bool, bool, &str, &[u8])| {
    let (is_regex, is_case_sensitive, pattern, text) = input;
    let Ok(mut pattern) = Pattern::new(pattern, is_regex, is_case_sensitive) else {
        return;
    };
    let mut table = BlockTable::default();
    let mut records = Vec::new();
    let mut offset = 0;
    for (line, record) in text.split(|&byte| byte == b'\n').enumerate() {
        table.push(Row::at(line as u32, offset, record.len() as u32));
        offset += record.len() as u32 + 1;
        records.push(record);
    }
    let all = RowSet::of(table.n_rows(), |_| true);
    let found = matching(&table, &mut pattern, text, 0, &all);
    for (row, record) in records.iter().enumerate() {
        assert_eq!(found.contains(row), pattern.is_match(record), "record {row}");
        let marks = pattern.marks(record);
        assert!(marks.iter().all(|mark| mark.0 < mark.1 && mark.1 <= record.len()));
    }
});
