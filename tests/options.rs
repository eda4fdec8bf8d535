//! Every choice of a run that is out of its range is refused by its name, before anything is read.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use logloupe::error::Error;
use logloupe::local::{Layout, analyze, meta};
use logloupe::protocol::Options;
use serde_json::{Value, json};

#[test]
fn a_choice_out_of_range_is_refused_by_its_name() {
    let text = b"2026-03-02 08:00:00 INFO begins\n";
    let refused = |option: &str, value: &Value| {
        let options: Options = serde_json::from_value(json!({ option: value })).unwrap();
        let file = meta("a.log", text, 1_772_500_000_000.0);
        match analyze(&[(file, &text[..])], options, Layout::default()) {
            Err(Error::Params(error)) => Some(error.option),
            Err(error) => panic!("{option}: {error}"),
            Ok(_) => None,
        }
    };
    for (option, values) in [
        ("windowSeconds", json!([0, 86_401])),
        ("nTrees", json!([9, 1001])),
        ("sampleSize", json!([1, 4097])),
        ("contamination", json!([0.0, -1.0, 0.51])),
        ("badWords", json!([["two words"], [""], ["a*b"]])),
        ("harmlessWords", json!([["*"], ["x".repeat(65)]])),
        ("nEpochs", json!([0, 1001])),
        ("errorPercentile", json!([49.9, 99.95])),
        ("eps", json!([0.0, -0.1, 2.1])),
        ("minPoints", json!([0])),
        ("linkSeconds", json!([0, 86_401])),
        ("linkSimilarity", json!([-0.1, 1.1])),
        ("minScore", json!([-1.0, 100.5])),
        ("outputBudgetGib", json!([0, 65_537])),
        ("timezone", json!(["Mars/Olympus", "+25:00"])),
        ("session", json!([{"type": "pattern", "regex": "(a"}])),
        (
            "normal",
            json!([[{"type": "stretch", "fromMs": 2.0, "toMs": 1.0}]]),
        ),
    ] {
        for value in values.as_array().unwrap() {
            assert_eq!(refused(option, value), Some(option), "{option} {value}");
        }
    }
    let with_hdbscan: Options =
        serde_json::from_value(json!({"clusterer": "hdbscan", "minClusterSize": 1})).unwrap();
    let file = meta("a.log", text, 1_772_500_000_000.0);
    let refused_size = analyze(&[(file, &text[..])], with_hdbscan, Layout::default());
    let is_named =
        matches!(&refused_size, Err(Error::Params(error)) if error.option == "minClusterSize");
    assert!(is_named, "{refused_size:?}");
    for (option, value) in [
        ("windowSeconds", json!(60)),
        ("contamination", json!(0.5)),
        ("badWords", json!(["degraded*"])),
        ("errorPercentile", json!(99.9)),
    ] {
        assert_eq!(refused(option, &value), None, "{option} {value}");
    }
}
