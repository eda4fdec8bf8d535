//! Reads any log and says what is in it, what went wrong, when, and what belongs together.

pub mod base;
pub mod cluster;
pub mod correlate;
pub mod detect;
pub mod error;
pub mod featurize;
pub mod parse;
pub mod protocol;
pub mod report;
