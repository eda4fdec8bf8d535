//! Reads any log and says what is in it, what went wrong, when, and what belongs together.

pub mod base;
pub mod error;
pub mod parse;
pub mod plot;
pub mod protocol;
pub mod report;
pub mod sample;
#[cfg(target_arch = "wasm32")]
pub mod web;
