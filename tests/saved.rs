//! Blocks that are kept and taken back give the answer that reading gives, to every question.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::collections::BTreeMap;

use logloupe::base::ids::FileId;
use logloupe::protocol::{FileMeta, Options, Selection};
use logloupe::sample::{Sample, SampleParams};
use logloupe::session::{Engine, HEAD_LEN, Task};
use logloupe::shard::Shard;
use logloupe::shard::saved::SavedBlock;
use logloupe::shard::wire::Summary;

const BLOCK_LEN: u64 = 64 << 10;

/// What is kept of a block: what was found in it, and its records.
type Kept = BTreeMap<(FileId, u32), (Vec<u8>, Vec<u8>)>;

fn log() -> Vec<u8> {
    let mut sample = Sample::new(&SampleParams::new(3, 4000));
    let mut text = Vec::new();
    while sample.next_chunk(&mut text, 1000) {}
    text
}

fn engine(text: &[u8]) -> Engine {
    let mut engine = Engine::with_block_len(Options::default(), BLOCK_LEN).unwrap();
    let meta = FileMeta {
        name: "kept.log".to_owned(),
        byte_len: text.len() as f64,
        modified_ms: 0.0,
    };
    engine
        .open(meta, &text[..text.len().min(HEAD_LEN as usize)])
        .unwrap();
    engine
}

fn concluded(engine: &mut Engine, shards: &mut [Shard]) -> String {
    let survey = engine.analyze();
    let answers = shards.iter_mut().map(|shard| shard.survey(survey.clone()));
    let answers = answers.collect();
    String::from_utf8(engine.conclude(answers).unwrap().to_json()).unwrap()
}

fn errors(engine: &mut Engine, shards: &mut [Shard]) -> u64 {
    let selection = Selection {
        levels: Some(vec!["ERROR".to_owned()]),
        ..Selection::default()
    };
    let filter = engine.begin_query(&selection, 10).unwrap();
    for shard in shards {
        let begun = shard.begin_query(filter.clone()).unwrap();
        engine.add_found(&begun.found);
    }
    engine.n_hits()
}

/// Reads the log with one shard; the answer, the errors in it, and what is to be kept.
fn read(text: &[u8]) -> (String, u64, Kept) {
    let mut engine = engine(text);
    let mut shards = [Shard::new(engine.setup())];
    let mut summaries = BTreeMap::new();
    while let Task::Block { job, setup, .. } = engine.next_task() {
        shards[0].begin(job.clone(), &setup);
        shards[0].push(&text[job.feed_from() as usize..]);
        let summary = shards[0].end().unwrap();
        let bytes = postcard::to_allocvec(&summary).unwrap();
        summaries.insert((job.file, job.block), bytes);
        for naming in engine.merge(job.file, job.block, summary) {
            shards[0].name_messages(naming);
        }
    }
    let report = concluded(&mut engine, &mut shards);
    let n_errors = errors(&mut engine, &mut shards);
    let kept = summaries.into_iter().map(|((file, block), summary)| {
        let records = shards[0].saved(file, block).unwrap();
        let records = postcard::to_allocvec(&records).unwrap();
        ((file, block), (summary, records))
    });
    (report, n_errors, kept.collect())
}

#[test]
fn what_was_kept_gives_the_answer_of_reading() {
    let text = log();
    let (report, n_errors, kept) = read(&text);
    assert!(kept.len() > 3, "{} blocks", kept.len());
    assert!(n_errors > 0);

    let mut engine = engine(&text);
    let mut shards = [Shard::new(engine.setup()), Shard::new(engine.setup())];
    let mut owners = BTreeMap::new();
    while let Task::Block { job, .. } = engine.next_task() {
        let (summary, records) = &kept[&(job.file, job.block)];
        let summary: Summary = postcard::from_bytes(summary).unwrap();
        let records: SavedBlock = postcard::from_bytes(records).unwrap();
        let owner = owners.len() % 2;
        owners.insert((job.file, job.block), owner);
        shards[owner].restore(records).unwrap();
        for naming in engine.merge(job.file, job.block, summary) {
            shards[owners[&(naming.file, naming.block)]].name_messages(naming);
        }
    }
    assert_eq!(concluded(&mut engine, &mut shards), report);
    assert_eq!(errors(&mut engine, &mut shards), n_errors);
}

#[test]
fn damaged_records_are_refused_and_never_panic() {
    let text = log();
    let (_, _, kept) = read(&text);
    let (_, records) = kept.values().next().unwrap();
    let mut n_refused = 0;
    for at in (0..records.len()).step_by(97) {
        let mut damaged = records.clone();
        damaged[at] ^= 0x55;
        let mut shard = Shard::new(engine(&text).setup());
        let restored = postcard::from_bytes::<SavedBlock>(&damaged)
            .is_ok_and(|records| shard.restore(records).is_ok());
        n_refused += u32::from(!restored);
    }
    assert!(n_refused > 0);
    assert!(postcard::from_bytes::<SavedBlock>(&records[..records.len() / 2]).is_err());
}
