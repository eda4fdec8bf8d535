//! What the algorithms cost as WebAssembly on one thread, on rows that `benches/peers.py` gives to scikit-learn, hdbscan, River and
//! gensim in the same run. Started by that script; prints a line of JSON for each.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "benchmarks are functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark may fail so")]

use std::hint::black_box;

use logloupe::base::ids::{FileId, MessageId};
use logloupe::base::time::{SECOND, Timestamp};
use logloupe::cluster::Clusterer;
use logloupe::cluster::dbscan::DbscanParams;
use logloupe::cluster::hdbscan::HdbscanParams;
use logloupe::correlate::incidents::{Episode, IncidentParams};
use logloupe::detect::autoencoder::AutoencoderParams;
use logloupe::detect::half_space_trees::HalfSpaceTreesParams;
use logloupe::detect::isolation_forest::IsolationForestParams;
use logloupe::featurize::dataset::{Dataset, Rows};
use logloupe::featurize::tfidf::tfidf;
use logloupe::featurize::word2vec::Word2Vec;
use ndarray::Array2;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

/// The `n`th of a sequence of numbers from 0 to 1 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
fn unit(n: u64) -> f64 {
    let mut z = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Rows around 40 centres, a hundredth of them anywhere.
fn rows(n_rows: usize, n_cols: usize) -> Array2<f64> {
    Array2::from_shape_fn((n_rows, n_cols), |(row, col)| {
        let at = unit((row * n_cols + col) as u64);
        if row % 100 == 99 {
            return at;
        }
        let centre = unit(((row % 40) * n_cols + col) as u64 + (1 << 40));
        centre + (at - 0.5) * 0.04
    })
}

/// Texts of eight words each: five of one of 400 sentences, three of 3,000 others.
fn texts(n_texts: usize) -> Vec<String> {
    let word = |n: u64, of: f64| (unit(n) * of) as u64;
    (0..n_texts as u64)
        .map(|text| {
            let sentence = word(text + (1 << 41), 400.0);
            let said = (0..5).map(|at| format!("w{}", word(sentence * 5 + at + (1 << 42), 900.0)));
            let others = (0..3).map(|at| format!("v{}", word(text * 3 + at, 3000.0)));
            said.chain(others).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

/// Seconds of CPU that Node has taken so far, which other programs do not disturb as much as the clock.
fn cpu_seconds() -> f64 {
    let used = js_sys::Function::new_no_args("return process.cpuUsage().user / 1e6");
    used.call0(&JsValue::NULL).unwrap().as_f64().unwrap()
}

fn timed<T>(name: &str, f: impl FnOnce() -> T) -> T {
    let begun = cpu_seconds();
    let made = black_box(f());
    let seconds = cpu_seconds() - begun;
    console_log!("{{\"name\":\"{name}\",\"seconds\":{seconds}}}");
    made
}

fn anomalies(n_records: u64, n_messages: u64) -> Vec<Episode> {
    (0..n_records)
        .map(|record| {
            let message = (unit(record) * n_messages as f64) as u32;
            let time = Timestamp((unit(record + (1 << 43)) * 86_400.0) as i64 * SECOND);
            Episode {
                message: MessageId(message),
                start: time,
                end: time,
                n_records: 1,
                file: FileId(0),
                line: record as u32,
                offset: record * 100,
            }
        })
        .collect()
}

#[wasm_bindgen_test]
fn peers() {
    let table = rows(100_000, 8);
    let data = Dataset::new(Rows::Dense(table.view()));
    let forest = IsolationForestParams::default().check().unwrap();
    timed("isolation forest, 100,000 rows of 8", || {
        forest.fit_and_score(&data).unwrap()
    });

    let many = texts(100_000);
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    timed("TF-IDF and isolation forest, 100,000 texts", || {
        let vectors = tfidf(&many, &[]);
        forest
            .fit_and_score(&Dataset::new(Rows::Sparse(&vectors.rows)))
            .unwrap()
    });

    let table = rows(20_000, 8);
    let data = Dataset::new(Rows::Dense(table.view()));
    let trees = HalfSpaceTreesParams {
        n_trees: 25,
        height: 8,
        window_size: 250,
        seed: 1,
    };
    timed("half-space trees, 20,000 rows of 8", || {
        trees.check().unwrap().stream(&data).unwrap()
    });

    let said = texts(20_000);
    let said: Vec<&str> = said.iter().map(String::as_str).collect();
    let vectors = timed("TF-IDF, 20,000 texts", || tfidf(&said, &[]));
    let data = Dataset::new(Rows::Sparse(&vectors.rows));
    let dbscan = DbscanParams {
        eps: Some(0.3),
        min_points: 5,
    };
    timed("DBSCAN by cosine, 20,000 texts", || {
        dbscan.check().unwrap().cluster(&data).unwrap()
    });

    let hdbscan = HdbscanParams::default().check().unwrap();
    let table = rows(50_000, 5);
    let data = Dataset::new(Rows::Dense(table.view()));
    let fine = HdbscanParams {
        eps: Some(1e-9),
        ..HdbscanParams::default()
    };
    timed("HDBSCAN, 50,000 rows of 5", || {
        fine.check().unwrap().cluster(&data).unwrap()
    });
    let many = texts(50_000);
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let of_many = tfidf(&many, &[]);
    let data = Dataset::new(Rows::Sparse(&of_many.rows));
    timed("HDBSCAN by cosine, 50,000 texts", || {
        hdbscan.cluster(&data).unwrap()
    });

    timed("Word2Vec, 20,000 texts", || {
        Word2Vec::train(&said, &vec![1; said.len()], &vectors, 1)
    });

    let table = rows(2000, 8);
    let data = Dataset::new(Rows::Dense(table.view()));
    let autoencoder = AutoencoderParams {
        n_epochs: 20,
        ..AutoencoderParams::default()
    };
    timed("autoencoder, 2,000 rows of 8, 20 epochs", || {
        autoencoder.check().unwrap().train(&data).unwrap()
    });

    let of_records = tfidf(&said[..2000], &[]);
    let records = anomalies(1_000_000, 2000);
    let links = IncidentParams::default().check().unwrap();
    timed("linking 1,000,000 anomalous lines of 2,000 texts", || {
        links.components(&records, &of_records.rows)
    });
    timed("linking 8,000 of them", || {
        links.components(&records[..8000], &of_records.rows)
    });
}
