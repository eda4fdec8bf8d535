//! The golden logs in a real browser: the same bytes as natively.

#![cfg(target_arch = "wasm32")]

#[path = "golden/mod.rs"]
mod golden;

use logloupe::local::Layout;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
fn reports_are_the_same_bytes_as_natively() {
    for log in golden::all() {
        let found = golden::committed(&golden::run(log.name, &log.bytes, Layout::default()));
        assert!(
            found == log.report,
            "{}: the report differs from the native one",
            log.name
        );
    }
}
