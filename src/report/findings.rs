//! What the stages found, before it is ranked, worded and cut for the screen.

mod survey;

use crate::base::hash;
use crate::base::ids::{MessageId, TemplateId};
use crate::base::order::Arrange;
use crate::base::time::Timestamp;
use crate::correlate::alarms::about;
use crate::correlate::incidents::{Episode, Incident};
use crate::detect::ALARM;
use crate::detect::amounts::FarValues;
use crate::detect::autoencoder::Training;
use crate::detect::ensemble::{
    MessageFacts, MessageReason, MessageScores, WindowScore, score_in_window, score_of_run,
};
use crate::detect::level_shift::{Rise, Shift};
use crate::detect::rate_change::RateChange;
use crate::detect::sessions::SessionScores;
use crate::error::FitError;
use crate::evaluate::measures::Measures;
use crate::featurize::amounts::{LargeValue, Spread, Unit};
use crate::featurize::course::Course;
use crate::featurize::sessions::SessionSet;
use crate::featurize::tally::Tally;
use crate::featurize::tfidf::TfIdf;
use crate::featurize::times::ClockChanges;
use crate::featurize::windows::Windows;
use crate::ingest::container::Container;
use crate::mine::slot::SlotKind;
use crate::parse::{Level, ParsePlan, Shape};
use crate::shard::involved::InvolvedSources;
use crate::shard::wire::Summary;

/// What is known of a file as it was given.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each may be so whatever the others are"
)]
pub struct InputFindings {
    /// Name as given.
    pub name: String,
    /// Bytes on disk.
    pub byte_len: u64,
    /// Bytes on disk that have been read.
    pub n_read: u64,
    /// As much text came out of it as may; the rest need not be read.
    pub is_over_budget: bool,
    /// All of it was read, and then it was changed: its lines cannot be read back.
    pub is_changed_since: bool,
    /// Reading was ended by hand before all of it was read.
    pub is_stopped: bool,
    /// What is wrong with it, if anything.
    pub fault: Option<String>,
    /// What else there is to know of how it was read, a sentence each.
    pub notes: Vec<String>,
    /// Whether it is a table of labels and no log.
    pub is_labels: bool,
}

impl InputFindings {
    /// Whether it gave fewer bytes than it has.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.n_read < self.byte_len && !self.is_over_budget
    }
}

/// Counts of one text: a file, or an entry of an archive.
#[derive(Debug, Clone)]
pub struct FileFindings {
    /// Name for people.
    pub name: String,
    /// How it is packed.
    pub container: Container,
    /// How it is read.
    pub plan: ParsePlan,
    /// Sums over its blocks, without messages and tally.
    pub sums: Summary,
    /// Earliest and latest time.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Records that are more than a minute earlier than the one before.
    pub n_steps_back: u64,
    /// Records whose time names no zone.
    pub n_zone_assumed: u64,
    /// Records whose local time the clocks of the assumed zone skipped or showed twice.
    pub clock_changes: ClockChanges,
    /// What is wrong with its shape, if anything.
    pub fault: Option<String>,
}

impl FileFindings {
    /// A text of which nothing has been read.
    #[must_use]
    pub fn new(name: String, container: Container, plan: &ParsePlan) -> Self {
        Self {
            name,
            container,
            plan: plan.clone(),
            sums: Summary::default(),
            span: None,
            n_steps_back: 0,
            n_zone_assumed: 0,
            clock_changes: ClockChanges::default(),
            fault: None,
        }
    }

    /// Adds the counts of the next block; messages and tally stay where they are.
    pub fn add(&mut self, block: &Summary) {
        let sums = &mut self.sums;
        sums.text_len += block.text_len;
        sums.n_newlines += block.n_newlines;
        sums.is_line_open = if block.text_len > 0 {
            block.is_line_open
        } else {
            sums.is_line_open
        };
        sums.n_record_lines += block.n_record_lines;
        sums.n_blank_lines += block.n_blank_lines;
        sums.n_header_lines += block.n_header_lines;
        sums.n_records += block.n_records;
        sums.n_untimed += block.n_untimed;
        sums.n_invalid_utf8 += block.n_invalid_utf8;
        sums.n_cut_lines += block.n_cut_lines;
        sums.n_nul += block.n_nul;
        sums.n_hidden += block.n_hidden;
        sums.n_open_objects += block.n_open_objects;
        sums.n_joined += block.n_joined;
        for (sum, n) in sums.n_by_level.iter_mut().zip(block.n_by_level) {
            *sum += n;
        }
        for &(format, n) in &block.formats {
            match sums.formats.iter_mut().find(|entry| entry.0 == format) {
                Some(entry) => entry.1 += n,
                None => sums.formats.push((format, n)),
            }
        }
    }

    /// Physical lines.
    #[must_use]
    pub fn n_lines(&self) -> u64 {
        self.sums.n_newlines + u64::from(self.sums.is_line_open)
    }

    /// Lines that are structure: a CSV header, brackets of a JSON array.
    #[must_use]
    pub fn n_structure_lines(&self) -> u64 {
        self.n_lines()
            .saturating_sub(self.sums.n_record_lines + self.sums.n_blank_lines)
    }

    /// Stable name of the shape.
    #[must_use]
    pub fn shape(&self) -> &'static str {
        match self.plan.shape {
            Shape::Lines => "lines",
            Shape::Csv(_) => "csv",
            Shape::Directives(_) => "directives",
            Shape::JsonArray => "jsonArray",
            Shape::JsonMembers => "jsonMembers",
            Shape::JsonObjects => "jsonObjects",
            Shape::JournalExport => "journalExport",
            Shape::Pattern(_) => "pattern",
            Shape::Plain => "plain",
        }
    }
}

/// A distinct message of the run.
#[derive(Debug, Clone)]
pub struct MessageFindings {
    /// The masked text.
    pub text: String,
    /// Its template.
    pub template: TemplateId,
    /// Earliest time.
    pub first: Option<Timestamp>,
    /// Latest time.
    pub last: Option<Timestamp>,
}

/// Clusters of the distinct messages that are shown.
#[derive(Debug, Clone, Default)]
pub struct MessageClusters {
    /// The messages clustered.
    pub messages: Vec<MessageId>,
    /// Cluster of each; `None` is noise.
    pub labels: Vec<Option<u32>>,
    /// Place of each in two dimensions.
    pub layout: Vec<[f64; 2]>,
    /// Name of each cluster.
    pub names: Vec<String>,
    /// Name of the method.
    pub method: &'static str,
    /// Radius used.
    pub eps: f64,
}

/// The sessions of one identifier.
#[derive(Debug)]
pub struct SessionFindings {
    /// The sessions.
    pub set: SessionSet,
    /// Their scores.
    pub scores: SessionScores,
}

/// How good the scores of sessions or lines are by their labels.
#[derive(Debug)]
pub struct EvaluationFindings {
    /// What is labelled: the sessions of this index in [`Findings::sessions`], or lines.
    pub sessions: Option<u32>,
    /// Labels given.
    pub n_labelled: u64,
    /// Labels of things that are in the log.
    pub n_matched: u64,
    /// The measures.
    pub measures: Measures,
    /// True positives, false positives and false negatives: sessions, or messages of lines; strangest first.
    pub examples: [Vec<u32>; 3],
}

/// A template of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFindings {
    /// Text with `<*>` for what varies.
    pub text: String,
    /// What each `<*>` is.
    pub slots: Vec<SlotKind>,
}

/// What a source says over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFindings {
    /// Its name.
    pub name: String,
    /// Records in each of [`Findings::n_slices`] slices.
    pub counts: Vec<u32>,
    /// Those of level ERROR or FATAL.
    pub errors: Vec<u32>,
}

impl SourceFindings {
    /// Adds records of a slice, and how many of them are errors.
    pub fn add(&mut self, slice: usize, n: u32, n_errors: u32) {
        for (counts, n) in [(&mut self.counts, n), (&mut self.errors, n_errors)] {
            if let Some(sum) = counts.get_mut(slice) {
                *sum = sum.saturating_add(n);
            }
        }
    }

    /// Those with most records, as many as are followed, by name; none when there is only one.
    #[must_use]
    pub fn largest(mut all: Vec<Self>) -> Vec<Self> {
        all.retain(|source| !source.name.is_empty());
        let n_records = |source: &Self| source.counts.iter().map(|n| u64::from(*n)).sum::<u64>();
        all.arrange_by(|a, b| n_records(b).cmp(&n_records(a)).then(a.name.cmp(&b.name)));
        all.truncate(SOURCES);
        all.arrange_by(|a, b| a.name.cmp(&b.name));
        if all.len() < 2 { Vec::new() } else { all }
    }
}

/// How the values of a variable are spread.
#[derive(Debug, Clone, PartialEq)]
pub struct AmountFindings {
    /// The template.
    pub template: TemplateId,
    /// What the values are numbers of.
    pub unit: Unit,
    /// The values.
    pub spread: Spread,
    /// The same over time; slices begin at instants.
    pub course: Course,
    /// How wide its slices are, in microseconds.
    pub width: i64,
}

/// What the values of a place do over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CourseFindings<T> {
    /// The template.
    pub template: TemplateId,
    /// What the values are numbers of.
    pub unit: Unit,
    /// Records with a value, in the whole log.
    pub n_records: u64,
    /// What they do.
    pub what: T,
    /// The largest of the slice in which that begins.
    pub first: LargeValue,
    /// The largest of all while it lasts.
    pub largest: LargeValue,
}

impl TemplateFindings {
    /// Its name in every run and every log: 16 hexadecimal digits, the hash of its whole text.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{:016x}", hash::bytes(self.text.as_bytes()))
    }
}

/// Unusual windows that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlarmRun {
    /// The first.
    pub first: u32,
    /// The last.
    pub last: u32,
    /// The strangest.
    pub worst: u32,
    /// Whether they hold no record.
    pub is_silence: bool,
}

/// What an alarm of an incident is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlarmCause {
    /// Unusual windows, and the templates that make them so, as far as that is known; ascending.
    Windows(AlarmRun, Vec<TemplateId>),
    /// Strange sessions of an identifier, as indices, strangest first.
    Sessions(u32, Vec<u32>),
    /// A warning that is new, as an index into [`Findings::changes`].
    Change(u32),
    /// Values far larger than usual, as indices into [`Findings::shifts`], the farthest first.
    Shifts(Vec<u32>),
}

/// What would be incidents if there were no reason to leave them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suppressed {
    /// What they are about.
    pub template: TemplateId,
    /// Why they are left out.
    pub by: SuppressedBy,
    /// How many there are.
    pub n_incidents: u32,
    /// Their records.
    pub n_records: u32,
    /// The stretch of time that was marked as normal, if it is one.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// Why something is no incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SuppressedBy {
    /// A person marked it as normal.
    Normal,
    /// It scores less than a person wants to see.
    MinScore,
    /// The like of it recurs all over the log.
    Recurring,
}

/// Everything found about a run.
#[derive(Debug)]
pub struct Findings {
    /// The files as they were given.
    pub inputs: Vec<InputFindings>,
    /// The texts in them, in the order of time.
    pub files: Vec<FileFindings>,
    /// Records of each text in [`super::limits::SPARKLINE`] slices.
    pub lanes: Vec<u32>,
    /// Anomalous records of each text.
    pub n_anomalous: Vec<u64>,
    /// Why other files were left out, one sentence a file.
    pub left_out: Vec<String>,
    /// The merged tally.
    pub tally: Tally,
    /// The templates.
    pub templates: Vec<TemplateFindings>,
    /// The distinct messages.
    pub messages: Vec<MessageFindings>,
    /// What is known of each beside its text.
    pub facts: Vec<MessageFacts>,
    /// Messages as vectors.
    pub tfidf: TfIdf,
    /// Scores of the messages.
    pub message_scores: MessageScores,
    /// The windows, when there is time.
    pub windows: Option<Windows>,
    /// Scores of the windows; empty when they could not be scored.
    pub window_scores: Vec<WindowScore>,
    /// How the autoencoder learned what goes together in windows.
    pub training: Training,
    /// Clusters of the windows; empty when they could not be clustered.
    pub window_clusters: Vec<Option<u32>>,
    /// Correlation of the window features; `None` where one is constant.
    pub correlation: Vec<Vec<Option<f64>>>,
    /// The same by rank.
    pub rank_correlation: Vec<Vec<Option<f64>>>,
    /// Clusters of the messages.
    pub clusters: MessageClusters,
    /// Incidents, worst first.
    pub incidents: Vec<Incident>,
    /// What was left out of them: what a person marked first, then the most frequent.
    pub suppressed: Vec<Suppressed>,
    /// For each template whether a person marked it as normal.
    pub normal: Vec<bool>,
    /// What the alarms of incidents are.
    pub alarm_causes: Vec<AlarmCause>,
    /// Episodes of anomalous messages.
    pub episodes: Vec<Episode>,
    /// The sources they are of, by message and time.
    pub involved: InvolvedSources,
    /// Records of each template in each of [`Findings::n_slices`] slices.
    pub slices: Vec<u32>,
    /// The first record of each template that has a time.
    pub firsts: Vec<Option<Episode>>,
    /// Where templates come much more or less often than usual, by template and time.
    pub changes: Vec<RateChange>,
    /// The sources with most records, by name.
    pub sources: Vec<SourceFindings>,
    /// Where sources say much more or less than usual, by source and time.
    pub source_changes: Vec<RateChange>,
    /// Where a larger part than usual of what a source says are errors, by source and time.
    pub source_error_changes: Vec<RateChange>,
    /// How good the scores are, where labels were given.
    pub evaluation: Option<EvaluationFindings>,
    /// Stages without a result.
    pub skipped: Vec<(&'static str, FitError)>,
    /// The template cap bit.
    pub is_miner_full: bool,
    /// The cap of distinct messages bit.
    pub is_messages_full: bool,
    /// The sessions, by identifier, that which orders the log best first.
    pub sessions: Vec<SessionFindings>,
    /// The cap of sessions bit.
    pub is_sessions_full: bool,
    /// Durations and sizes far larger than usual, the farthest first.
    pub far_amounts: Vec<(AmountFindings, FarValues)>,
    /// Stretches in which durations and sizes are far larger than usual all the time, the farthest first.
    pub shifts: Vec<CourseFindings<Shift>>,
    /// Stretches over which they rise, the steepest first.
    pub rises: Vec<CourseFindings<Rise>>,
}

/// Sources that are followed over time.
const SOURCES: usize = 500;

impl Findings {
    /// Whether a person marked a template as normal.
    #[must_use]
    pub fn is_normal(&self, template: TemplateId) -> bool {
        self.normal.get(template.index()) == Some(&true)
    }

    /// Score of a message's record at a time, 0 to 100.
    #[must_use]
    pub fn score(&self, message: MessageId, time: Option<Timestamp>) -> f64 {
        if self.is_normal(self.messages[message.index()].template) {
            return 0.0;
        }
        let Some(parts) = self.message_scores.scores.get(message.index()) else {
            return 0.0;
        };
        let window = time
            .and_then(|time| self.windows.as_ref()?.index_of(time))
            .and_then(|idx| self.window_scores.get(idx as usize));
        match window {
            Some(window) => score_in_window(parts, &self.facts[message.index()], window),
            None => parts.score,
        }
    }

    /// Score of an episode: of its message, or of an alarm at its beginning or end that is about it.
    #[must_use]
    pub fn episode_score(&self, episode: &Episode) -> f64 {
        let Some(parts) = self.message_scores.scores.get(episode.message.index()) else {
            return 0.0;
        };
        let facts = &self.facts[episode.message.index()];
        let window = |time| {
            self.window_scores
                .get(self.windows.as_ref()?.index_of(time)? as usize)
        };
        let around = [episode.start, episode.end].into_iter().filter_map(window);
        around.fold(parts.score, |score, window| {
            score.max(score_of_run(parts, facts, episode.n_records, window))
        })
    }

    /// Why a message scores as it does, strongest first.
    #[must_use]
    pub fn reasons(&self, message: MessageId) -> Vec<MessageReason> {
        self.message_scores
            .reasons(&self.tfidf, &self.facts, message.0)
    }

    /// Which windows are at or above the alarm threshold.
    pub fn alarms(&self) -> impl Iterator<Item = (u32, &WindowScore)> {
        self.window_scores
            .iter()
            .enumerate()
            .filter(|(_, window)| window.score >= ALARM)
            .map(|(idx, window)| (idx as u32, window))
    }

    /// Unusual windows that follow each other, as one each, in the order of time; a silence apart from what is beside it.
    #[must_use]
    pub fn alarm_runs(&self) -> Vec<AlarmRun> {
        let mut runs: Vec<AlarmRun> = Vec::new();
        for (idx, window) in self.alarms() {
            let is_silence = window.silence.is_some();
            match runs.last_mut() {
                Some(run) if run.last + 1 == idx && run.is_silence == is_silence => {
                    run.last = idx;
                    if window.score > self.window_scores[run.worst as usize].score {
                        run.worst = idx;
                    }
                }
                _ => runs.push(AlarmRun {
                    first: idx,
                    last: idx,
                    worst: idx,
                    is_silence,
                }),
            }
        }
        runs
    }

    /// What an alarm is about, of those that a message can be about.
    #[must_use]
    pub fn about(&self, message: MessageId) -> u8 {
        let Some(facts) = self.facts.get(message.index()) else {
            return 0;
        };
        let is_error = facts.level.is_some_and(|level| level >= Level::Error);
        u8::from(facts.is_failed_login) * about::LOGINS + u8::from(is_error) * about::ERRORS
    }

    /// First and last time of the analysed range.
    #[must_use]
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.windows.as_ref().map(|windows| windows.covered)
    }
}
