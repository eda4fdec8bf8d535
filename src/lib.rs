//! Reads any log and says what is in it, what went wrong, when, and what belongs together.

pub mod base;
pub mod error;
pub mod ingest;
pub mod parse;
pub mod mine;
pub mod table;
pub mod featurize;
pub mod detect;
pub mod correlate;
pub mod report;
pub mod sample;
pub mod shard;
pub mod session;
pub mod local;
pub mod protocol;
#[cfg(target_arch = "wasm32")]
pub mod web;
