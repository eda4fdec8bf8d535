//! Reads any log and says what is in it, what went wrong, when, and what belongs together.

pub mod base;
pub mod detect;
pub mod error;
pub mod ingest;
pub mod parse;
pub mod mine;
pub mod table;
pub mod featurize;
pub mod correlate;
pub mod report;
pub mod sample;
pub mod shard;
pub mod protocol;
