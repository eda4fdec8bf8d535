//! Two sides of a comparison, and what differs between them.

use serde::{Deserialize, Serialize};

use super::Selection;

/// A stretch of time, files, or both; all records where nothing is given.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Side {
    /// Only these files.
    pub files: Option<Vec<u32>>,
    /// Not before this instant.
    pub from_ms: Option<f64>,
    /// Not at or after this instant.
    pub to_ms: Option<f64>,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub enum CompareBy {
    /// Records an hour: does it come more often?
    Rate,
    /// The share of all records: is more of what is said about it?
    Share,
}

/// What differs between two sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// What was compared: what was asked for, or shares where a side has no length of time.
    pub by: CompareBy,
    /// The side that is the measure.
    pub before: SideFacts,
    /// The side that is measured.
    pub after: SideFacts,
    /// What differs, the most certain first; at most 200.
    pub rows: Vec<Difference>,
    /// How much differs in all.
    pub n_different: u32,
    /// How much was compared: patterns, levels, sources and values of which there are enough to tell.
    pub n_compared: u32,
    /// There are too many sources (more than 10,000) to be compared.
    pub has_too_many_sources: bool,
    /// The sides overlap; what lies in both counts in both.
    pub is_overlapping: bool,
}

/// What is known of a side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SideFacts {
    /// Records.
    pub n_records: u32,
    /// Where it begins, as far as the log reaches.
    pub from_ms: Option<f64>,
    /// Where it ends.
    pub to_ms: Option<f64>,
}

/// What a row of a comparison counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub enum DifferenceKind {
    /// Records of a pattern.
    Pattern,
    /// Records of a level.
    Level,
    /// Records of a source.
    Source,
    /// Records of a pattern with a value in one of its variable places, out of all of that pattern.
    Value,
}

/// How a row changed from the first side to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// None before.
    New,
    /// None after.
    Vanished,
    /// More after.
    More,
    /// Fewer after.
    Fewer,
}

/// What differs between two sides more than by chance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// What is counted.
    pub kind: DifferenceKind,
    /// Text of the pattern, the level, the source, or the value.
    pub name: String,
    /// The pattern of a pattern or a value.
    pub template: Option<u32>,
    /// Of a value: the text of its pattern, and its place among the `<*>` of it, from 0.
    pub place: Option<ValuePlace>,
    /// Records before.
    pub n_before: u32,
    /// Records after.
    pub n_after: u32,
    /// Before: records an hour, or the share of all records; for a value always its share of the records of its pattern.
    pub before: f64,
    /// After, likewise.
    pub after: f64,
    /// How it changed.
    pub direction: Direction,
    /// How many times as much as before; `null` where there was none.
    pub ratio: Option<f64>,
    /// Probability by chance, corrected for the number of rows compared.
    pub p: f64,
    /// Its records, on both sides.
    pub selection: Selection,
}

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ValuePlace {
    /// Text of its pattern.
    pub text: String,
    /// Which `<*>` of it, from 0.
    pub slot: u32,
}
