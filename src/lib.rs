//! Reads any log and says what is in it, what went wrong, when, and what belongs together.

pub mod base;
pub mod error;
pub mod featurize;
pub mod ingest;
pub mod mine;
pub mod parse;
pub mod protocol;
pub mod report;
pub mod sample;
pub mod table;
