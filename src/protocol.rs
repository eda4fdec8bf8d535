//! All that crosses between the page and the engine worker: commands in, updates out, each with the run it belongs to.
//!
//! Serde enums, tagged, camelCase; TypeScript's types are generated from them. File handles travel beside the command, the
//! finished report as JSON bytes. Updates of an older run are dropped by the page.

mod compare;

use serde::{Deserialize, Serialize};

pub use self::compare::{
    CompareBy, Comparison, Difference, DifferenceKind, Direction, Side, SideFacts, ValuePlace,
};

/// A file as the page knows it before reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileMeta {
    /// Name, for people.
    pub name: String,
    /// Bytes.
    pub byte_len: f64,
    /// Last modification in milliseconds since the epoch; decides the year of timestamps that carry none.
    pub modified_ms: f64,
}

/// How the lines of a file are written, where the guess is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct LinePattern {
    /// Regular expression with groups named `timestamp`, `level`, `source`, `message`, `ip` and `user`; lines that do not match
    /// continue the record above.
    pub regex: String,
    /// How the timestamp is written, as `strptime` has it; empty: any shape that is understood.
    pub timestamp_format: String,
    /// Names of the files it is for, with `*` for any run of characters.
    pub files: String,
}

impl Default for LinePattern {
    fn default() -> Self {
        Self {
            regex: String::new(),
            timestamp_format: String::new(),
            files: "*".to_owned(),
        }
    }
}

impl LinePattern {
    /// Whether it is for a file of this name; folders before it count only where the pattern has a slash.
    #[must_use]
    pub fn is_for(&self, name: &str) -> bool {
        let base = name.rsplit('/').next().unwrap_or(name);
        let name = if self.files.contains('/') { name } else { base };
        let mut parts = self.files.split('*');
        let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
            return false;
        };
        let mut parts: Vec<&str> = parts.collect();
        let Some(last) = parts.pop() else {
            return rest.is_empty();
        };
        for part in parts {
            let Some(at) = rest.find(part) else {
                return false;
            };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last)
    }
}

/// Every choice of a run. Unknown fields are refused; missing ones take their default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Options {
    /// Every line is a message, with no header.
    pub plain: bool,
    /// How lines are written; `None`: recognised from the lines.
    pub pattern: Option<LinePattern>,
    /// Zone of timestamps that carry none: `UTC`, `+HH:MM` or an IANA name.
    pub timezone: String,
    /// Order of day and month in the dates of files, where the guess is wrong.
    pub day_month: Vec<DayMonthChoice>,
    /// Bytes that are not UTF-8 are characters of Latin-1 (Windows-1252).
    pub is_latin1: bool,
    /// Width of a window in seconds; `None`: 300, narrower for short logs.
    pub window_seconds: Option<u32>,
    /// Seed of everything random.
    pub seed: u32,
    /// Trees of the isolation forest (10 to 1000).
    pub n_trees: u32,
    /// Rows each tree sees (2 to 4096).
    pub sample_size: u32,
    /// Share of the rows (above 0, at most 0.5) that the isolation forest takes for strange; `None`: decided by its scores.
    pub contamination: Option<f64>,
    /// Words that report trouble beside those that are known to, each a word or its beginning and `*` (at most 1,000).
    pub bad_words: Vec<String>,
    /// Words that report no trouble although they are known to, each a word or its beginning and `*` (at most 1,000).
    pub harmless_words: Vec<String>,
    /// Times that the autoencoder goes through the windows at most (1 to 1000).
    pub n_epochs: u32,
    /// Share of the windows in percent (50 to 99.9) that the autoencoder takes for normal.
    pub error_percentile: f64,
    /// How features of windows are brought to one scale before distances between them are taken.
    pub scaling: ScalingChoice,
    /// What makes groups of messages.
    pub clusterer: ClustererChoice,
    /// Cosine distance (0 to 2, exclusive of 0): the radius of DBSCAN, the smallest that HDBSCAN looks at; `None`: chosen from the
    /// data.
    pub eps: Option<f64>,
    /// Records a neighbourhood needs to be dense (at least 1).
    pub min_points: u32,
    /// HDBSCAN: records a group needs (at least 2).
    pub min_cluster_size: u32,
    /// Anomalies closer than this many seconds can belong together (1 to 86400).
    pub link_seconds: u32,
    /// Anomalies more similar than this cosine can belong together (0 to 1).
    pub link_similarity: f64,
    /// GiB of text that may come out of one packed file (1 to 65536).
    pub output_budget_gib: u32,
    /// What ties records to sessions.
    pub session: SessionChoice,
    /// What is known to be normal (at most 10,000 marks): it makes no incident, and is listed with what was left out.
    pub normal: Vec<NormalMark>,
    /// Incidents that score less are left out (0 to 100).
    pub min_score: f64,
}

/// Which number of a date such as `3/4/2025` is the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DayMonthChoice {
    /// Name of the file in the report.
    pub file: String,
    /// The first; otherwise the second.
    pub is_day_first: bool,
}

/// What ties records to sessions: to a request, a job, a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
pub enum SessionChoice {
    /// What is found in the log to order it best, if anything is.
    Found,
    /// Nothing: there are no sessions.
    Off,
    /// What the first group of a regular expression holds in a record.
    Pattern {
        /// The expression.
        regex: String,
    },
}

/// What a person knows to be normal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum NormalMark {
    /// A pattern, wherever and whenever it is said.
    Pattern {
        /// Its name in every run, as the report gives it.
        key: String,
    },
    /// Alarms without unusual lines that lie within a stretch of time.
    Stretch {
        /// Not before this instant.
        from_ms: f64,
        /// Not after this instant.
        to_ms: f64,
    },
}

impl Default for Options {
    fn default() -> Self {
        Self {
            plain: false,
            pattern: None,
            timezone: "UTC".to_owned(),
            day_month: Vec::new(),
            is_latin1: false,
            window_seconds: None,
            seed: 1,
            n_trees: 100,
            sample_size: 256,
            contamination: None,
            bad_words: Vec::new(),
            harmless_words: Vec::new(),
            n_epochs: 100,
            error_percentile: 95.0,
            scaling: ScalingChoice::Standard,
            clusterer: ClustererChoice::Dbscan,
            eps: None,
            min_points: 5,
            min_cluster_size: 5,
            link_seconds: 300,
            link_similarity: 0.8,
            output_budget_gib: 64,
            session: SessionChoice::Found,
            normal: Vec::new(),
            min_score: 0.0,
        }
    }
}

/// What brings features to one scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub enum ScalingChoice {
    /// Mean and standard deviation.
    Standard,
    /// Median and quartiles, which outliers do not move.
    Robust,
}

/// A method that makes groups of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub enum ClustererChoice {
    /// One radius for all groups.
    Dbscan,
    /// Each group at its own density.
    Hdbscan,
}

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

/// What the page asks of the engine worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Command {
    /// Read and analyse the files posted beside this command.
    Open {
        /// The run this begins.
        run: u32,
        /// One entry a file, in the same order.
        files: Vec<FileMeta>,
        /// The choices.
        options: Options,
    },
    /// Generate the sample log and analyse it.
    Sample {
        /// The run this begins.
        run: u32,
        /// Seed of the generator.
        seed: u32,
        /// Lines to generate.
        n_lines: u32,
        /// The choices.
        options: Options,
    },
    /// Work the finished run out again with other choices or other files, without reading anything.
    Change {
        /// The finished run.
        run: u32,
        /// The choices.
        options: Options,
        /// Files to leave out, as the report numbers them.
        without: Vec<u32>,
        /// Bring back the files that were left out last.
        is_undo: bool,
    },
    /// Select records, in place of those selected before; answered by [`Update::Found`], several times while text is searched.
    Find {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, larger than all before.
        query: u32,
        /// Which records.
        selection: Selection,
        /// Bins of the histogram (1 to 2000).
        n_bins: u32,
    },
    /// Send raw lines.
    Lines {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// The [`Command::Find`] whose records are meant; an older one is refused.
        find: u32,
        /// Skip this many of them.
        first: u32,
        /// Send at most this many (up to 500).
        n_lines: u32,
    },
    /// Say what would become of the first lines of a file.
    Preview {
        /// The run whose files are asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// Index of the file.
        file: u32,
        /// How its lines are written; `None`: as recognised.
        pattern: Option<LinePattern>,
    },
    /// Say at which record of the selection an instant or a line is.
    Seek {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// The [`Command::Find`] whose records are meant; an older one is refused.
        find: u32,
        /// Where to go.
        place: Place,
    },
    /// Say which sources there are.
    Sources {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
    },
    /// Say how many of the selected records are of each pattern.
    Facets {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// The [`Command::Find`] whose records are meant; an older one is refused.
        find: u32,
    },
    /// Say what stands at the place that the selection names.
    Values {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// The [`Command::Find`] whose records are meant; an older one is refused.
        find: u32,
    },
    /// Say which patterns mean much the same as one.
    Similar {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// The pattern, as numbered in the report.
        template: u32,
    },
    /// Say what differs between two stretches of time or sets of files.
    Compare {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// The side that is the measure.
        before: Side,
        /// The side that is measured.
        after: Side,
        /// What is compared.
        by: CompareBy,
    },
    /// Send the next piece of the selected records as a file, in the order of the files; answered by the bytes.
    Export {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// The [`Command::Find`] whose records are meant; an older one is refused.
        find: u32,
        /// Which of them.
        choice: RecordChoice,
        /// How they are written.
        format: RecordFormat,
        /// Without addresses, users and secrets.
        is_redacted: bool,
        /// Begin with the first record; the pieces that follow take the choices of the first.
        is_first: bool,
    },
    /// Send all patterns as CSV; answered by the bytes.
    ExportPatterns {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// Without addresses, users and secrets.
        is_redacted: bool,
    },
    /// Search no further; what was found stays.
    Stop {
        /// The run.
        run: u32,
        /// The [`Command::Find`] to stop.
        find: u32,
    },
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

/// A place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Place {
    /// The first record at or after this instant.
    Time {
        /// The instant.
        ms: f64,
    },
    /// The first record at or after this line.
    Line {
        /// Index of the file.
        file: u32,
        /// Physical line, from 1.
        line: u32,
    },
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Reading, parsing, mining.
    Reading,
    /// Everything that sees the merged whole.
    Analyzing,
}

/// What the engine worker tells the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Update {
    /// The worker can take commands.
    Ready {
        /// Version of the core; the page compares it with its own.
        version: String,
    },
    /// How far a run is.
    Progress {
        /// The run.
        run: u32,
        /// What is going on.
        stage: Stage,
        /// Bytes of the files done.
        done_bytes: f64,
        /// Bytes of the files in all.
        total_bytes: f64,
        /// Lines so far.
        n_lines: u32,
        /// Templates so far.
        n_templates: u32,
    },
    /// Answer to [`Command::Find`]: what is found so far.
    Found {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// Records selected.
        total: u32,
        /// Their histogram.
        histogram: Histogram,
        /// Share of the search that is done, 0 to 1.
        done: f64,
        /// Nothing more will be found: all was searched, or the search was stopped.
        is_final: bool,
    },
    /// Answer to [`Command::Lines`].
    Lines {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// The lines sent.
        lines: Vec<RawLine>,
    },
    /// Nothing came of a [`Command::Change`]; the run is as it was.
    Unchanged {
        /// The run.
        run: u32,
        /// Stable name; `mustRead` where the files have to be read again for it.
        code: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// Answer to [`Command::Preview`].
    Preview {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// The first lines of the file.
        lines: Vec<PreviewLine>,
    },
    /// Answer to [`Command::Seek`].
    Row {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// Records of the selection before the place.
        row: u32,
    },
    /// Answer to [`Command::Sources`].
    Sources {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// The sources, most frequent first, at most 500.
        sources: Vec<SourceCount>,
        /// Whether there are more.
        is_cut: bool,
    },
    /// Answer to [`Command::Facets`].
    Facets {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// Patterns of which records are selected, by number.
        templates: Vec<TemplateCount>,
    },
    /// Answer to [`Command::Values`].
    Values {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// What was counted so far.
        values: ValueCounts,
    },
    /// Answer to [`Command::Similar`].
    Similar {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// What is similar.
        similar: Similar,
    },
    /// Answer to [`Command::Compare`].
    Compared {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// What differs.
        comparison: Comparison,
    },
    /// A run or a query ended without a result.
    Failed {
        /// The run.
        run: u32,
        /// The query that failed, if it was one.
        query: Option<u32>,
        /// Stable name.
        code: String,
        /// What is wrong and what to do.
        message: String,
    },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_for_files_by_name() {
        for (files, name, want) in [
            ("*", "a.log", true),
            ("*.log", "logs/a.log", true),
            ("*.log", "a.log.1", false),
            ("a*c*", "abc.log", true),
            ("a.log", "a.log", true),
            ("a.log", "ba.log", false),
            ("logs/*", "logs/a.log", true),
            ("logs/*", "a.log", false),
            ("", "a.log", false),
        ] {
            let pattern = LinePattern {
                files: files.to_owned(),
                ..LinePattern::default()
            };
            assert_eq!(pattern.is_for(name), want, "{files} {name}");
        }
    }
}
