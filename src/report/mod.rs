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
mod time;
pub mod words;

use serde::{Deserialize, Serialize};

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
    /// Slices of a template's sparkline.
    pub const SPARKLINE: usize = 24;
}

/// What a run found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Durations and sizes far larger than usual, the farthest first.
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

/// Records per bin, stacked by level.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    /// Start of the first bin.
    pub start_ms: f64,
    /// Width of a bin: one window, or several where the log is long.
    pub bin_ms: f64,
    /// Number of bins, at most [`limits::TIMELINE_BINS`].
    pub n_bins: u32,
    /// One series a level that occurs, from FATAL to none.
    pub series: Vec<LevelSeries>,
    /// Bins that hold anomalous windows.
    pub marks: Vec<TimelineMark>,
}

/// Records of one level, bin by bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct LevelSeries {
    /// Level as in [`LevelCount`].
    pub level: String,
    /// Records in each bin.
    pub n_records: Vec<u32>,
}

/// An anomalous stretch of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct TimelineMark {
    /// Bin from 0.
    pub bin: u32,
    /// Highest window score within it.
    pub score: f64,
}

/// A window of time that is unlike the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct WindowReport {
    /// Start.
    pub start_ms: f64,
    /// End, exclusive.
    pub end_ms: f64,
    /// Score 0 to 100.
    pub score: f64,
    /// Why, as a sentence.
    pub reason: String,
    /// Detectors to which it is an alarm by themselves, and `silence` where a stretch without records makes the score.
    pub detectors: Vec<String>,
    /// What each of [`Report::detectors`] says of it, 0 to 100; `null` where it cannot tell.
    pub opinions: Vec<Option<f64>>,
    /// Value of each feature, in the order of [`Features::names`].
    pub values: Vec<f64>,
}

/// A method that judges windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct DetectorReport {
    /// Stable name.
    pub name: String,
    /// Windows that are an alarm to it alone.
    pub n_alarms: u32,
    /// Mean squared error of each time that the windows were gone through, for the autoencoder; empty for others.
    pub losses: Vec<f64>,
    /// Whether it learned no more before it had gone through them as often as it may.
    pub is_stopped_early: bool,
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
}

/// Lines that say the same thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct TemplateReport {
    /// Id within this run.
    pub id: u32,
    /// Text with `<*>` for what varies.
    pub text: String,
    /// What each `<*>` is, in order: `<ip>`, `<uuid>`, `<hex>`, `<path>`, `<num>`, `<dur>`, `<url>`, `<time>`, `<id>`, `<word>`, or
    /// `<*>` where it is now one and now another.
    pub slots: Vec<String>,
    /// Its name in every run and every log: 16 hexadecimal digits, the hash of its whole text.
    pub key: String,
    /// A person marked it as normal: it alarms no more.
    pub is_normal: bool,
    /// Records.
    pub n_records: u32,
    /// Most severe level seen; empty for none.
    pub level: String,
    /// First time seen.
    pub first_ms: Option<f64>,
    /// Last time seen.
    pub last_ms: Option<f64>,
    /// Score 0 to 100 of its strangest message.
    pub score: f64,
    /// Why it scores as it does; empty below 25.
    pub reason: String,
    /// Records in [`limits::SPARKLINE`] equal slices of the log's time span; empty without times.
    pub sparkline: Vec<u32>,
}

/// An episode of a distinct message on the time × score scatter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct MessagePoint {
    /// When the episode began.
    pub ms: f64,
    /// Score 0 to 100.
    pub score: f64,
    /// Template of the message.
    pub template: u32,
    /// Message id.
    pub message: u32,
    /// Records of the episode.
    pub n_records: u32,
}

/// A window in feature space.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct WindowPoint {
    /// Start of the window.
    pub start_ms: f64,
    /// Failed logins in it.
    pub failed_logins: f64,
    /// Records in it.
    pub events: f64,
    /// Entropy of its addresses in bits.
    pub ip_entropy: f64,
    /// Score 0 to 100.
    pub score: f64,
    /// Cluster of windows; `null` is noise.
    pub cluster: Option<u32>,
}

/// Distinct messages in two dimensions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Clusters {
    /// Method that made the groups: `dbscan`, `hdbscan`; empty where there are none.
    pub method: String,
    /// Neighbourhood radius used (cosine distance).
    pub eps: f64,
    /// Weight a neighbourhood needs to be dense.
    pub min_points: u32,
    /// The messages shown.
    pub points: Vec<ClusterPoint>,
    /// The clusters, largest first.
    pub groups: Vec<ClusterGroup>,
    /// Distinct messages in no cluster.
    pub n_noise: u32,
}

/// A distinct message on the cluster plot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ClusterPoint {
    /// First axis of the layout.
    pub x: f64,
    /// Second axis of the layout.
    pub y: f64,
    /// Cluster; `null` is noise.
    pub cluster: Option<u32>,
    /// Template of the message.
    pub template: u32,
    /// Message id.
    pub message: u32,
    /// Records with this message.
    pub n_records: u32,
    /// Score 0 to 100.
    pub score: f64,
}

/// Messages that resemble each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ClusterGroup {
    /// Cluster id, from 0 by first appearance.
    pub id: u32,
    /// Its most telling words.
    pub name: String,
    /// Distinct messages.
    pub n_messages: u32,
    /// Records.
    pub n_records: u32,
}

/// Anomalies that belong together in time and content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Incident {
    /// Rank from 1.
    pub id: u32,
    /// What happened, as a sentence.
    pub title: String,
    /// First anomaly.
    pub start_ms: f64,
    /// Last anomaly.
    pub end_ms: f64,
    /// Score 0 to 100.
    pub score: f64,
    /// Most severe level; empty for none.
    pub level: String,
    /// Anomalous records in it.
    pub n_records: u32,
    /// Why it ranks where it does.
    pub reason: String,
    /// The earliest of the lines that make it; the first of its time where none does.
    pub leading_edge: LineRef,
    /// Templates involved, most severe first.
    pub templates: Vec<u32>,
    /// The names of these templates in every run, by which a person can mark them as normal.
    pub keys: Vec<String>,
    /// Message ids involved, at most [`limits::INCIDENT_MESSAGES`]; what a query for its lines selects.
    pub messages: Vec<u32>,
    /// The sources of its unusual records, the most frequent first, at most [`limits::INCIDENT_SOURCES`]; none where records have
    /// no source.
    pub sources: Vec<IncidentSource>,
    /// How many sources there are in all.
    pub n_sources: u32,
    /// Patterns that are new, surge or fall silent in it, at most [`limits::INCIDENT_CHANGES`].
    pub changes: Vec<IncidentChange>,
    /// What probably set it off: what was said shortly before.
    pub trigger: Option<Trigger>,
    /// What the score is made of, as a sentence.
    pub rank: String,
}

/// The patterns of incidents as a graph, laid out in two dimensions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// The patterns, by incident and time; one that is in two incidents is there twice.
    pub nodes: Vec<NetworkNode>,
    /// What links them.
    pub edges: Vec<NetworkEdge>,
    /// How many patterns there are in all, of which at most [`limits::NETWORK_NODES`] are shown.
    pub n_all: u32,
}

/// A pattern in an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct NetworkNode {
    /// First axis of the layout.
    pub x: f64,
    /// Second axis of the layout.
    pub y: f64,
    /// The incident, by its rank.
    pub incident: u32,
    /// The pattern.
    pub template: u32,
    /// Its text.
    pub text: String,
    /// Unusual records with it in the incident.
    pub n_records: u32,
    /// Score 0 to 100.
    pub score: f64,
}

/// What links two patterns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct NetworkEdge {
    /// Place of one in [`Network::nodes`].
    pub from: u32,
    /// Place of the other.
    pub to: u32,
    /// Cosine of the two, where they are alike.
    pub cosine: f64,
    /// They say alike things; otherwise they only fall together in time.
    pub is_alike: bool,
}

/// Unusual records of an incident that are of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct IncidentSource {
    /// The source, by which its records can be selected; empty for records without one.
    pub name: String,
    /// The same, cut to [`limits::TEXT_CHARS`].
    pub text: String,
    /// Records.
    pub n_records: u32,
}

/// A pattern whose rate changes with an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct IncidentChange {
    /// `new`, `surging` or `vanished`; `far beyond usual` for a duration or size.
    pub mark: String,
    /// The pattern.
    pub template: u32,
    /// Its text.
    pub text: String,
    /// How it changes, as a sentence.
    pub reason: String,
}

/// What probably set an incident off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    /// When it was said.
    pub ms: f64,
    /// What was said.
    pub text: String,
    /// Its template.
    pub template: u32,
    /// Why it is taken for the trigger, as a sentence.
    pub reason: String,
}

/// Patterns that come much more or less often than usual; those of trouble first, then by how much.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// Never before in the log.
    pub new: Vec<ChangeReport>,
    /// More than usual.
    pub surging: Vec<ChangeReport>,
    /// Fewer than usual, or none.
    pub vanished: Vec<ChangeReport>,
    /// How many changes there are in all.
    pub n_all: u32,
    /// Sources that say more or less than usual, the silent ones first; none where all lines are of one.
    pub sources: Vec<SourceChange>,
}

/// A stretch of time in which a source says more or less than usual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SourceChange {
    /// As [`ChangeReport::kind`].
    pub kind: String,
    /// The source, whole, as a selection names it.
    pub source: String,
    /// The same, cut for the screen.
    pub text: String,
    /// When it begins.
    pub start_ms: f64,
    /// When it ends.
    pub end_ms: f64,
    /// Records in it.
    pub n_records: u32,
    /// How it changes, as a sentence.
    pub reason: String,
}

/// A stretch of time in which a pattern comes more or less often than usual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ChangeReport {
    /// `new`, `surge`, `dip`, `vanished` (until the end) or `pause`.
    pub kind: String,
    /// The pattern.
    pub template: u32,
    /// Its text.
    pub text: String,
    /// Its most severe level; empty for none.
    pub level: String,
    /// When it begins.
    pub start_ms: f64,
    /// When it ends.
    pub end_ms: f64,
    /// Records in it.
    pub n_records: u32,
    /// Records that would be usual.
    pub expected: f64,
    /// Probability by chance, corrected for the number of patterns.
    pub p: f64,
    /// How it changes, as a sentence.
    pub reason: String,
}

/// What was left out of the incidents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SuppressedReport {
    /// Why: `normal` (a person marked it), `minScore` (it scores less than a person wants to see) or `recurring` (the like of it
    /// recurs all over the log).
    pub by: String,
    /// What they are about.
    pub template: u32,
    /// Its name in every run.
    pub key: String,
    /// Its text.
    pub text: String,
    /// Of a stretch of time that was marked: its beginning.
    pub start_ms: Option<f64>,
    /// And its end.
    pub end_ms: Option<f64>,
    /// How often it came.
    pub n_times: u32,
    /// Records.
    pub n_records: u32,
}

/// A duration or size in a pattern of which some values are far larger than usual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct AmountReport {
    /// The pattern.
    pub template: u32,
    /// Its text.
    pub text: String,
    /// Score of the largest, 50 to 100.
    pub score: f64,
    /// Why, as a sentence.
    pub reason: String,
    /// Records with a value.
    pub n_records: u32,
    /// Records with one that is far larger than usual.
    pub n_far: u32,
    /// The largest of those, largest first; the text says the value.
    pub records: Vec<LineRef>,
}

/// The sessions of one identifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Sessions {
    /// What ties the records of a session together, in words.
    pub identifier: String,
    /// Sessions.
    pub n_sessions: u32,
    /// Sessions at or above the alarm threshold.
    pub n_anomalous: u32,
    /// Records in sessions; one that names two sessions counts in both.
    pub n_records: u32,
    /// The sessions at or above the alarm threshold, strangest first.
    pub list: Vec<SessionReport>,
}

/// Records that share the value of an identifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SessionReport {
    /// The value, as it stands in the log.
    pub id: String,
    /// Score 0 to 100.
    pub score: f64,
    /// Why, as a sentence.
    pub reason: String,
    /// First record.
    pub start_ms: Option<f64>,
    /// Last record.
    pub end_ms: Option<f64>,
    /// Records.
    pub n_records: u32,
    /// Its first line.
    pub first: LineRef,
    /// Templates of its records, at most [`limits::SESSION_TEMPLATES`].
    pub templates: Vec<u32>,
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

/// How good the scores are by labels that were given with the log. Labels take no part in any score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Evaluation {
    /// What is labelled: `sessions` or `lines`.
    pub kind: String,
    /// What ties a session together, in words; empty for lines.
    pub identifier: String,
    /// Labels given.
    pub labelled: u32,
    /// Labels of things that are in the log; what follows is measured on these.
    pub matched: u32,
    /// From this score on something is an alarm.
    pub threshold: f64,
    /// Share of the alarms that are labelled anomalous.
    pub precision: f64,
    /// Share of what is labelled anomalous that is an alarm.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Area under the ROC curve; `null` when only one kind is labelled.
    pub roc_auc: Option<f64>,
    /// Average precision; `null` when nothing is labelled anomalous.
    pub average_precision: Option<f64>,
    /// The threshold with the highest F1.
    pub best_threshold: f64,
    /// That F1.
    pub best_f1: f64,
    /// Anomalous and found.
    pub true_positives: u32,
    /// Normal and found.
    pub false_positives: u32,
    /// Anomalous and not found.
    pub false_negatives: u32,
    /// Normal and not found.
    pub true_negatives: u32,
    /// Examples: values of sessions, or patterns of lines, at most [`limits::EXAMPLES`] a kind.
    pub found_examples: Vec<String>,
    /// Examples of what is normal and found.
    pub false_examples: Vec<String>,
    /// Examples of what is anomalous and not found.
    pub missed_examples: Vec<String>,
    /// Both curves, from the highest score down.
    pub curve: Vec<CurvePoint>,
}

/// What is found from a score on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct CurvePoint {
    /// The score.
    pub threshold: f64,
    /// Share of what is found that is anomalous.
    pub precision: f64,
    /// Share of what is anomalous that is found.
    pub recall: f64,
    /// Share of what is normal that is found.
    pub false_positive_rate: f64,
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
