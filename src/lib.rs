//! Reads any log and says what is in it, what went wrong, when, and what belongs together.

pub mod base;
pub mod cluster;
pub mod correlate;
pub mod detect;
pub mod error;
pub mod evaluate;
pub mod featurize;
pub mod ingest;
pub mod local;
pub mod mine;
pub mod parse;
pub mod plot;
pub mod protocol;
pub mod report;
pub mod sample;
pub mod session;
pub mod shard;
pub mod table;
#[cfg(target_arch = "wasm32")]
pub mod web;
