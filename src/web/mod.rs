//! The only module that names JavaScript: the shells in which the core runs in a browser. No logic that could run natively.

pub mod canvas;
pub mod compare;
pub mod export;
pub mod packed;
pub mod query;
pub mod worker;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::error::Error;

/// What a failed call throws.
#[derive(Debug, Serialize)]
struct Failure<'a> {
    code: &'a str,
    message: String,
}

/// An error as the plain object `{code, message}`.
pub(crate) fn thrown(error: &Error) -> JsValue {
    let failure = Failure {
        code: error.code(),
        message: error.to_string(),
    };
    serde_wasm_bindgen::to_value(&failure).unwrap_or(JsValue::NULL)
}

/// Runs once per instance: a panic's text goes to the console before the instance traps.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// Version of the core.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// A seed nobody chose, for "another sample".
#[wasm_bindgen(js_name = randomSeed)]
#[must_use]
pub fn random_seed() -> u32 {
    getrandom::u32().unwrap_or(1)
}
