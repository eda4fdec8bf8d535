//! The merged whole → findings: features, scores, clusters, incidents, in this order.
//!
//! A stage that cannot work on the data is listed as skipped with its reason and never stops the run.

use crate::base::time::SECOND;
use crate::correlate::incidents::{Episode, IncidentsParams};
use crate::detect::ensemble::{MessageFacts, score_messages, score_windows};
use crate::detect::isolation_forest::{IsolationForestParams, IsolationForestValidParams};
use crate::error::ParamsError;
use crate::featurize::tally::Tally;
use crate::featurize::tfidf::tfidf;
use crate::featurize::windows::{WindowsParams, WindowsValidParams};
use crate::protocol::Options;
use crate::report::findings::{FileFindings, Findings, MessageClusters, MessageFindings};

/// What the blocks of all files add up to.
#[derive(Debug)]
pub(super) struct Merged {
    /// The files.
    pub(super) files: Vec<FileFindings>,
    /// What was counted over time.
    pub(super) tally: Tally,
    /// Text of each template.
    pub(super) templates: Vec<String>,
    /// The distinct messages.
    pub(super) messages: Vec<MessageFindings>,
    /// What is known of each beside its text.
    pub(super) facts: Vec<MessageFacts>,
    /// The template cap bit.
    pub(super) is_miner_full: bool,
    /// The cap of distinct messages bit.
    pub(super) is_messages_full: bool,
}

/// The options, checked, as the stages take them.
struct Params {
    windows: WindowsValidParams,
    forest: IsolationForestValidParams,
}

impl Params {
    fn new(options: &Options) -> Result<Self, ParamsError> {
        let forest = IsolationForestParams {
            n_trees: options.n_trees,
            sample_size: options.sample_size,
            seed: u64::from(options.seed),
        };
        Ok(Self {
            windows: WindowsParams { window_seconds: options.window_seconds }.check()?,
            forest: forest.check()?,
        })
    }
}

/// Refuses options that are out of range.
pub(super) fn check(options: &Options) -> Result<(), ParamsError> {
    Params::new(options).map(drop)
}

/// Everything up to the scores.
pub(super) fn detect(merged: Merged, options: &Options) -> Findings {
    let params = Params::new(options).expect("the options were checked when the run began");
    let mut skipped = Vec::new();
    let texts: Vec<&str> = merged.messages.iter().map(|message| message.text.as_str()).collect();
    let weights: Vec<u32> = merged.facts.iter().map(|facts| facts.n_records).collect();
    let tfidf = tfidf(&texts, &weights);
    let message_scores = score_messages(&tfidf, &merged.facts, &params.forest);
    let windows = params.windows.windows(&merged.tally).map_err(|error| skipped.push(("windows", error))).ok();
    let mut window_scores = Vec::new();
    if let Some(windows) = &windows {
        match score_windows(windows, &params.forest) {
            Ok(scores) => window_scores = scores,
            Err(error) => skipped.push(("windows/scores", error)),
        }
    }
    Findings {
        files: merged.files,
        tally: merged.tally,
        templates: merged.templates,
        messages: merged.messages,
        facts: merged.facts,
        tfidf,
        message_scores,
        windows,
        window_scores,
        window_clusters: Vec::new(),
        correlation: Vec::new(),
        clusters: MessageClusters::default(),
        incidents: Vec::new(),
        episodes: Vec::new(),
        slices: Vec::new(),
        skipped,
        is_miner_full: merged.is_miner_full,
        is_messages_full: merged.is_messages_full,
    }
}

/// The rest, once the shards have told where the anomalous records are.
pub(super) fn correlate(findings: &mut Findings, episodes: Vec<Episode>, options: &Options) {
    findings.episodes = episodes;
}
