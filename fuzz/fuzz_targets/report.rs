//! Any bytes as a file: the report accounts for every line, and workers and chunks do not change it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logloupe::local::{Layout, analyze, meta};
use logloupe::protocol::Options;

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (chunk, block, bytes) = input;
    let block_len = u64::from(block) + 1;
    let run = |n_shards, chunk_len| {
        let options = Options { n_trees: 10, ..Options::default() };
        let layout = Layout { n_shards, chunk_len, block_len };
        analyze(&[(meta("a.log", bytes, 1_714_564_800_000.0), bytes)], options, layout)
    };
    let (one, many) = (run(1, usize::MAX), run(3, usize::from(chunk) + 1));
    if let Ok(report) = &one {
        let totals = &report.totals;
        let explained = totals.n_record_lines + totals.n_blank_lines + totals.n_structure_lines;
        assert_eq!(explained, totals.n_lines);
    }
    assert_eq!(one.map(|report| report.to_json()), many.map(|report| report.to_json()));
});
