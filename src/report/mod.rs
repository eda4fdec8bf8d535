//! Everything found → one small tree that is ready to be shown, ranked, explained and cut to what a screen can hold.
//!
//! Shapes: times are milliseconds since the Unix epoch (UTC), scores are 0 to 100 (larger is stranger, bands at 25, 50 and 75),
//! byte sizes are `f64`, counts are `u32`. Lists are bounded (see [`limits`]); the totals say how many there were.
//! The JSON rendering of a report is the same bytes natively and in every browser.

mod amounts;
pub mod build;
mod changes;
mod conservation;
mod evaluation;
pub mod export;
pub mod findings;
mod incidents;
mod involved;
mod lanes;
mod messages;
mod network;
mod notices;
mod sessions;
mod swimlanes;
pub(crate) mod time;
pub mod words;

use serde::{Deserialize, Serialize};

pub use amounts::AmountReport;
pub use changes::{ChangeReport, Changes, SourceChange};
pub use evaluation::{CurvePoint, Evaluation};
pub use incidents::{Incident, IncidentChange, SuppressedReport, Trigger};
pub use involved::IncidentSource;
pub use messages::{ClusterGroup, ClusterPoint, Clusters, MessagePoint, TemplateReport};
pub use network::{Network, NetworkEdge, NetworkNode};
pub use sessions::{SessionReport, Sessions};
pub use swimlanes::{Swimlane, Swimlanes};
pub use time::{DetectorReport, LevelSeries, Timeline, TimelineMark, WindowPoint, WindowReport};

/// Upper bounds of the lists in a report.
pub mod limits {
    /// Bars of the timeline.
    pub const TIMELINE_BINS: usize = 600;
    /// Files listed: those with incidents, with anomalous records, and the largest.
    pub const FILES: usize = 200;
    /// Templates listed: the strangest and the most frequent.
    pub const TEMPLATES: usize = 300;
    /// Points of each scatter.
    pub const POINTS: usize = 800;
    /// Clusters listed, the largest.
    pub const GROUPS: usize = 200;
    /// Anomalous windows listed.
    pub const WINDOWS: usize = 100;
    /// Patterns of incidents in their network, the strangest.
    pub const NETWORK_NODES: usize = 200;
    /// Incidents listed.
    pub const INCIDENTS: usize = 60;
    /// Distinct messages named by one incident.
    pub const INCIDENT_MESSAGES: usize = 100;
    /// Characters of any text quoted from the log.
    pub const TEXT_CHARS: usize = 240;
    /// Suppressed patterns listed.
    pub const SUPPRESSED: usize = 30;
    /// Sessions listed of each identifier.
    pub const SESSIONS: usize = 60;
    /// Templates named by one session.
    pub const SESSION_TEMPLATES: usize = 50;
    /// Examples of each kind of agreement with labels.
    pub const EXAMPLES: usize = 5;
    /// Patterns listed with durations or sizes far larger than usual.
    pub const AMOUNTS: usize = 40;
    /// Changes of rate listed of each sort.
    pub const CHANGES: usize = 40;
    /// Sources named by one incident.
    pub const INCIDENT_SOURCES: usize = 12;
    /// Changes of rate named by one incident.
    pub const INCIDENT_CHANGES: usize = 12;
    /// Sources shown over time, those with most records.
    pub const SWIMLANES: usize = 40;
    /// Slices of a template's sparkline.
    pub const SPARKLINE: usize = 24;
}

/// What a run found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Version of this shape, counted up when a field changes its meaning.
    pub version: u32,
    /// What a person would say first about this log.
    pub sentence: String,
    /// Counts over all files.
    pub totals: Totals,
    /// The files and entries of archives, in the order of time; at most [`limits::FILES`], those with the most to say.
    pub files: Vec<FileReport>,
    /// How many there are in all.
    pub n_files: u32,
    /// What the reader should know about how the result came about: caps that bit, damage, guesses.
    pub notices: Vec<Notice>,
    /// Records by level, from FATAL to none.
    pub levels: Vec<LevelCount>,
    /// Zone in which times without one were read.
    pub timezone: String,
    /// Width of the analysed windows in milliseconds; 0 when no record has a time.
    pub window_ms: f64,
    /// Records over time.
    pub timeline: Timeline,
    /// Windows at or above the alarm threshold, strangest first.
    pub windows: Vec<WindowReport>,
    /// The detectors that judge windows.
    pub detectors: Vec<DetectorReport>,
    /// How many windows are at or above the alarm threshold in all.
    pub n_anomalous_windows: u32,
    /// Window features and their correlation.
    pub features: Features,
    /// Templates, strangest first.
    pub templates: Vec<TemplateReport>,
    /// Time × score: episodes of distinct messages.
    pub points: Vec<MessagePoint>,
    /// Windows in the space of failed logins × events × IP entropy.
    pub space: Vec<WindowPoint>,
    /// Distinct messages laid out in two dimensions, with their clusters.
    pub clusters: Clusters,
    /// What belongs together, worst first.
    pub incidents: Vec<Incident>,
    /// How many incidents there are in all.
    pub n_incidents: u32,
    /// How the patterns of the listed incidents hang together.
    pub network: Network,
    /// What would be an incident if there were no reason to leave it out: what a person marked first, then the most frequent.
    pub suppressed: Vec<SuppressedReport>,
    /// Patterns that come much more or less often than usual.
    pub changes: Changes,
    /// What each source says over time.
    pub swimlanes: Swimlanes,
    /// What durations and sizes do: are larger than usual for a while, are so now and then, rise; the farthest first of each.
    pub amounts: Vec<AmountReport>,
    /// Records tied together by an identifier, one entry an identifier, that which orders the log best first.
    pub sessions: Vec<Sessions>,
    /// How good the scores are, where labels were given.
    pub evaluation: Option<Evaluation>,
    /// Stages that gave no result, with the reason.
    pub skipped: Vec<Skipped>,
}

/// Counts over all files.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Bytes of the files as they are on disk.
    pub byte_len: f64,
    /// Bytes of the files that were read; fewer where a file changed or more text stands in it than may come out.
    pub n_bytes_read: f64,
    /// Bytes of text after unpacking.
    pub text_len: f64,
    /// Physical lines.
    pub n_lines: u32,
    /// Records; stack traces and wrapped lines count with the record they belong to.
    pub n_records: u32,
    /// Lines that belong to a record.
    pub n_record_lines: u32,
    /// Lines without a visible character.
    pub n_blank_lines: u32,
    /// Lines that are structure, not records: a CSV header, the brackets of a JSON array.
    pub n_structure_lines: u32,
    /// Records without a timestamp.
    pub n_untimed: u32,
    /// Records at or above the alarm threshold.
    pub n_anomalous: u32,
    /// Templates.
    pub n_templates: u32,
    /// Distinct masked messages.
    pub n_messages: u32,
    /// Byte sequences that are not UTF-8 and are shown as U+FFFD.
    pub n_invalid_utf8: u32,
    /// Lines longer than 1 MiB, of which only the beginning was analysed.
    pub n_cut_lines: u32,
    /// Earliest timestamp.
    pub first_ms: Option<f64>,
    /// Latest timestamp.
    pub last_ms: Option<f64>,
}

/// One file of the run, or one entry of an archive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct FileReport {
    /// Number among all files, from 0 in the order of time.
    pub id: u32,
    /// Name as given; of an entry `archive › path`.
    pub name: String,
    /// What it and others of its kind are called without what rotation adds, where there are others; empty otherwise.
    pub group: String,
    /// Bytes of text after unpacking.
    pub text_len: f64,
    /// How it is packed: `plain`, `gzip`, ….
    pub container: String,
    /// `lines`, `csv`, `directives`, `jsonArray`, `jsonMembers`, `jsonObjects`, `journalExport`, `pattern`, `plain`, or `labels` for a table of
    /// labels.
    pub shape: String,
    /// Physical lines.
    pub n_lines: u32,
    /// Records.
    pub n_records: u32,
    /// Records without a timestamp.
    pub n_untimed: u32,
    /// Records whose time names no zone: they are taken to be of that of the report.
    pub n_zone_assumed: u32,
    /// Whether the day stands before the month in dates such as 3/4/2025; none where there are no such dates.
    pub is_day_first: Option<bool>,
    /// No date of the file tells that, and nobody has said it.
    pub is_day_first_assumed: bool,
    /// Records at or above the alarm threshold.
    pub n_anomalous: u32,
    /// Earliest time.
    pub first_ms: Option<f64>,
    /// Latest time.
    pub last_ms: Option<f64>,
    /// Records in [`limits::SPARKLINE`] equal slices of the log's time span; empty without times.
    pub sparkline: Vec<u32>,
    /// Records by format, most frequent first.
    pub formats: Vec<FormatCount>,
}

/// How many records are of one format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct FormatCount {
    /// The format in words.
    pub title: String,
    /// Records.
    pub n_records: u32,
}

/// Something the reader should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Stable name.
    pub code: String,
    /// What it means, in a sentence.
    pub message: String,
}

/// Records of one level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct LevelCount {
    /// TRACE, DEBUG, INFO, NOTICE, WARN, ERROR, FATAL, or empty for records without a level.
    pub level: String,
    /// Records.
    pub n_records: u32,
}

/// The window features.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Features {
    /// Names for people, with units.
    pub names: Vec<String>,
    /// Pearson correlation, row by row; `null` where a feature is constant.
    pub correlation: Vec<Vec<Option<f64>>>,
    /// Spearman's correlation by rank, likewise.
    pub rank_correlation: Vec<Vec<Option<f64>>>,
    /// Feature by feature, its value in each window of [`Report::space`].
    pub values: Vec<Vec<f64>>,
}

/// One line of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct LineRef {
    /// [`FileReport::id`].
    pub file: u32,
    /// Physical line, from 1.
    pub line: u32,
    /// Byte offset in the (unpacked) text.
    pub offset: f64,
    /// Time of the record.
    pub ms: Option<f64>,
    /// The masked message, cut to [`limits::TEXT_CHARS`].
    pub text: String,
    /// Its template.
    pub template: u32,
}

/// A stage that gave no result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// Name of the stage or method.
    pub stage: String,
    /// Stable name of the reason.
    pub code: String,
    /// The reason in words.
    pub message: String,
}

impl Report {
    /// The report as JSON, the same bytes on every target.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a report holds only plain data and string keys")
    }
}
