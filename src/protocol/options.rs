//! How a log is read and analysed: what a person can set, with its defaults.

use serde::{Deserialize, Serialize};

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
