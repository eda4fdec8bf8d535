//! What is asked about the records of a finished run, and the answers.

use serde::{Deserialize, Serialize};

/// Which records to show: all conditions that are given must hold.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Selection {
    /// Only these templates.
    pub templates: Option<Vec<u32>>,
    /// None of these templates.
    pub without_templates: Option<Vec<u32>>,
    /// Only these messages.
    pub messages: Option<Vec<u32>>,
    /// Only the records of this incident, as numbered in the report.
    pub incident: Option<u32>,
    /// Only messages of this cluster, as numbered in the report.
    pub cluster: Option<u32>,
    /// Only these files.
    pub files: Option<Vec<u32>>,
    /// Only these levels, as they stand in the report; the empty one is none.
    pub levels: Option<Vec<String>>,
    /// Only these sources; the empty one is none.
    pub sources: Option<Vec<String>>,
    /// Not before this instant.
    pub from_ms: Option<f64>,
    /// Not at or after this instant.
    pub to_ms: Option<f64>,
    /// Only records that say this; an empty pattern is none.
    pub text: Option<TextQuery>,
    /// Count what stands at this `<*>` of the pattern, from 0; `templates` must name exactly one. Selects nothing by itself.
    pub slot: Option<u32>,
}

/// What a record must say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct TextQuery {
    /// What to look for.
    pub pattern: String,
    /// It is a regular expression, in which `^`, `$` and `.` mean lines.
    pub is_regex: bool,
    /// Letters must have the same case.
    pub is_case_sensitive: bool,
}

/// How the records of a query lie in time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Histogram {
    /// Start of the first bin.
    pub start_ms: f64,
    /// Width of a bin.
    pub bin_ms: f64,
    /// One entry a level, from none to FATAL: its records in each bin. A record without a time counts where it stands.
    pub levels: Vec<Vec<u32>>,
    /// Records of files in which no record has a time.
    pub n_timeless: u32,
}

/// Records of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SourceCount {
    /// Its name; empty for records without one.
    pub name: String,
    /// Records.
    pub n_records: u32,
}

/// Which of the selected records a file gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub enum RecordChoice {
    /// All of them.
    All,
    /// Those at or above the alarm threshold.
    Anomalous,
    /// The others.
    Normal,
}

/// How records are written into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub enum RecordFormat {
    /// A table with what was found about each.
    Csv,
    /// One JSON object a line with the same.
    Ndjson,
    /// Nothing but the lines.
    Text,
}

/// Selected records of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct TemplateCount {
    /// The pattern.
    pub template: u32,
    /// Records.
    pub n_records: u32,
}

/// What stands at a place of a pattern that varies, over all selected records.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ValueCounts {
    /// Records that were looked at.
    pub n_records: f64,
    /// Records in which the place was not found.
    pub n_unread: f64,
    /// Distinct values; estimated to a few percent where `is_cut`.
    pub n_distinct: f64,
    /// There are more distinct values than are kept; those listed are then the most frequent of an even sample of them.
    pub is_cut: bool,
    /// The most frequent values, at most 50.
    pub top: Vec<ValueCount>,
    /// Records whose value is not listed.
    pub n_other: f64,
    /// What the numbers mean: `ms`, or empty for plain ones.
    pub unit: String,
    /// Records whose value is a number.
    pub n_numbers: f64,
    /// Half of the numbers are at most this, to a sixteenth.
    pub median: Option<f64>,
    /// 95 of 100 numbers are at most this, to a sixteenth.
    pub p95: Option<f64>,
    /// How the numbers are spread, at most 24 bins in ascending order without gaps.
    pub bins: Vec<ValueBin>,
}

/// A value and how often it stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ValueCount {
    /// The value, at most 120 bytes of it.
    pub value: String,
    /// Records.
    pub n_records: u32,
}

/// Numbers of one size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ValueBin {
    /// The least.
    pub from: f64,
    /// The largest.
    pub to: f64,
    /// Records.
    pub n_records: u32,
}

/// What means much the same as a pattern, by the company its words keep in this log.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Similar {
    /// Other patterns, most similar first.
    pub templates: Vec<SimilarTemplate>,
    /// The words that tell most of the pattern, the most telling first.
    pub words: Vec<SimilarWords>,
}

/// A pattern that is similar to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SimilarTemplate {
    /// The pattern.
    pub template: u32,
    /// Its text.
    pub text: String,
    /// Cosine of the two, 0 to 1.
    pub cosine: f64,
}

/// A word and those that are used as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SimilarWords {
    /// The word.
    pub word: String,
    /// The nearest other words, nearest first.
    pub nearest: Vec<String>,
}

/// A record read back from its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct RawLine {
    /// Number of the file in the report.
    pub file: u32,
    /// Physical line, from 1.
    pub line: u32,
    /// Physical lines of the record.
    pub n_lines: u32,
    /// Time of the record.
    pub ms: Option<f64>,
    /// Level, or empty.
    pub level: String,
    /// Template.
    pub template: u32,
    /// Score 0 to 100.
    pub score: f64,
    /// The text as it stands in the file (at most 64 KiB), invalid UTF-8 as U+FFFD.
    pub text: String,
    /// What was searched for in it: start and end of each match in UTF-16 units, one after the other.
    pub marks: Vec<u32>,
}

/// Lines of an incident read back from their files.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct IncidentLines {
    /// The line it began with.
    pub leading: Option<RawLine>,
    /// Its first records.
    pub own: Vec<RawLine>,
}

/// A line from the head of a file, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct PreviewLine {
    /// The line (at most 1 KiB).
    pub text: String,
    /// Whether it continues the record above.
    pub is_continuation: bool,
    /// Its time.
    pub ms: Option<f64>,
    /// Its level, or empty.
    pub level: String,
    /// Its source, or empty.
    pub source: String,
    /// Its message.
    pub message: String,
}
