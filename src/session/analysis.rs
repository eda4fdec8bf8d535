//! The merged whole → findings: features, scores, clusters, incidents, in this order.
//!
//! A stage that cannot work on the data is listed as skipped with its reason and never stops the run.

use std::cmp::Reverse;

use super::{alarms, suppress};

use crate::base::ids::MessageId;
use crate::base::order::Arrange;
use crate::base::time::SECOND;
use crate::cluster::dbscan::DbscanParams;
use crate::cluster::hdbscan::HdbscanParams;
use crate::cluster::{Clusterer, layout, name};
use crate::correlate::alarms::Alarm;
use crate::correlate::incidents::{
    Episode, Incident, IncidentParams, IncidentValidParams, Messages,
};
use crate::correlate::pearson::pearson;
use crate::correlate::spearman::spearman;
use crate::detect::amounts::{FarValues, far_values};
use crate::detect::autoencoder::AutoencoderParams;
use crate::detect::centroid::CentroidParams;
use crate::detect::ensemble::{
    MessageFacts, MessageScores, WindowParams, WindowScores, score_messages, score_windows,
};
use crate::detect::isolation_forest::IsolationForestParams;
use crate::detect::level_shift::{self, Rise, Shift};
use crate::detect::sessions::score_sessions;
use crate::detect::severity::Rules;
use crate::error::{FitError, ParamsError};
use crate::featurize::dataset::{Dataset, Rows};
use crate::featurize::scale::Scaling;
use crate::featurize::sessions::SessionSet;
use crate::featurize::tally::Tally;
use crate::featurize::tfidf::{TfIdf, tfidf};
use crate::featurize::windows::{Windows, WindowsParams, WindowsValidParams};
use crate::protocol::{ClustererChoice, Options, ScalingChoice};
use crate::report::findings::{
    AmountFindings, CourseFindings, FileFindings, Findings, InputFindings, MessageClusters,
    MessageFindings, SessionFindings, TemplateFindings,
};
use crate::shard::involved::InvolvedSources;

/// Distinct messages that are clustered. Comparing them all with one another would take minutes where a log has a hundred
/// thousand, and no picture shows as many.
const CLUSTERED_CAP: usize = 20_000;

/// What the blocks of all files add up to.
#[derive(Debug)]
pub(super) struct Merged {
    /// The files as they were given.
    pub(super) inputs: Vec<InputFindings>,
    /// The texts in them.
    pub(super) files: Vec<FileFindings>,
    /// Why other files were left out, one sentence a file.
    pub(super) left_out: Vec<String>,
    /// What was counted over time.
    pub(super) tally: Tally,
    /// The templates.
    pub(super) templates: Vec<TemplateFindings>,
    /// The distinct messages.
    pub(super) messages: Vec<MessageFindings>,
    /// What is known of each beside its text.
    pub(super) facts: Vec<MessageFacts>,
    /// The template cap bit.
    pub(super) is_miner_full: bool,
    /// The cap of distinct messages bit.
    pub(super) is_messages_full: bool,
    /// The sessions, one set an identifier.
    pub(super) sessions: Vec<SessionSet>,
    /// The cap of sessions bit.
    pub(super) is_sessions_full: bool,
    /// How durations and sizes are spread.
    pub(super) amounts: Vec<AmountFindings>,
}

/// The options, checked, as the stages take them.
struct Params {
    windows: WindowsValidParams,
    of_windows: WindowParams,
    words: Rules,
    clusterer: Box<dyn Clusterer>,
    incidents: IncidentValidParams,
}

impl Params {
    fn new(options: &Options) -> Result<Self, ParamsError> {
        let seed = u64::from(options.seed);
        let forest = IsolationForestParams {
            n_trees: options.n_trees,
            sample_size: options.sample_size,
            seed,
            contamination: options.contamination,
        };
        let autoencoder = AutoencoderParams {
            n_epochs: options.n_epochs,
            percentile: options.error_percentile,
            seed,
            ..AutoencoderParams::default()
        };
        Ok(Self {
            windows: WindowsParams {
                window_seconds: options.window_seconds,
            }
            .check()?,
            of_windows: WindowParams {
                forest: forest.check()?,
                // On the page it is one of many numbers and has a longer name.
                autoencoder: autoencoder.check().map_err(|error| ParamsError {
                    option: match error.option {
                        "percentile" => "errorPercentile",
                        option => option,
                    },
                    ..error
                })?,
                centroid: CentroidParams {
                    scaling: scaling(options),
                },
                seed,
            },
            words: Rules::new(&options.bad_words, &options.harmless_words)?,
            clusterer: clusterer(options)?,
            incidents: IncidentParams {
                link_seconds: options.link_seconds,
                link_similarity: options.link_similarity,
            }
            .check()?,
        })
    }
}

/// What makes groups of messages.
fn clusterer(options: &Options) -> Result<Box<dyn Clusterer>, ParamsError> {
    let (eps, min_points) = (options.eps, options.min_points);
    Ok(match options.clusterer {
        ClustererChoice::Dbscan => Box::new(DbscanParams { eps, min_points }.check()?),
        ClustererChoice::Hdbscan => {
            let params = HdbscanParams {
                min_points,
                min_cluster_size: options.min_cluster_size,
                eps,
            };
            Box::new(params.check()?)
        }
    })
}

/// How features are brought to one scale.
fn scaling(options: &Options) -> Scaling {
    match options.scaling {
        ScalingChoice::Standard => Scaling::Standard,
        ScalingChoice::Robust => Scaling::Robust,
    }
}

/// Refuses options that are out of range.
pub(super) fn check(options: &Options) -> Result<(), ParamsError> {
    suppress::check(options)?;
    Params::new(options).map(drop)
}

/// Bytes of text that may come out of one packed file.
pub(super) fn budget(options: &Options) -> u64 {
    u64::from(options.output_budget_gib) << 30
}

/// Everything up to the scores.
pub(super) fn detect(merged: Merged, options: &Options) -> Findings {
    let params = Params::new(options).expect("the options were checked when the run began");
    let mut skipped = Vec::new();
    let texts: Vec<&str> = merged
        .messages
        .iter()
        .map(|message| message.text.as_str())
        .collect();
    let weights: Vec<u32> = merged.facts.iter().map(|facts| facts.n_records).collect();
    let tfidf = tfidf(&texts, &weights);
    let message_scores = score_messages(
        &tfidf,
        &merged.facts,
        &params.of_windows.forest,
        params.words.clone(),
    );
    let windows = params
        .windows
        .windows(&merged.tally)
        .map_err(|error| skipped.push(("windows", error)))
        .ok();
    let mut window_scores = WindowScores::default();
    if let Some(windows) = &windows {
        match score_windows(windows, &params.of_windows) {
            Ok(scores) => window_scores = scores,
            Err(error) => skipped.push(("windows/scores", error)),
        }
    }
    skipped.append(&mut window_scores.skipped);
    let clustered = clustered(&message_scores, &weights);
    let clusters = clusters(&tfidf, &texts, &weights, &clustered, &params, &mut skipped);
    let mut window_clusters = Vec::new();
    if let Some(windows) = &windows {
        match cluster_windows(windows, scaling(options)) {
            Ok(labels) => window_clusters = labels,
            Err(error) => skipped.push(("windows/clusters", error)),
        }
    }
    let keys: Vec<String> = merged.templates.iter().map(TemplateFindings::key).collect();
    let mut sessions = Vec::new();
    for set in merged.sessions {
        match score_sessions(&set, &params.of_windows.forest) {
            Ok(scores) => sessions.push(SessionFindings { set, scores }),
            Err(error) => skipped.push(("sessions", error)),
        }
    }
    Findings {
        inputs: merged.inputs,
        files: merged.files,
        lanes: Vec::new(),
        n_anomalous: Vec::new(),
        left_out: merged.left_out,
        tally: merged.tally,
        templates: merged.templates,
        messages: merged.messages,
        facts: merged.facts,
        tfidf,
        message_scores,
        windows,
        window_scores: window_scores.scores,
        training: window_scores.training,
        window_clusters,
        correlation: Vec::new(),
        rank_correlation: Vec::new(),
        clusters,
        incidents: Vec::new(),
        alarm_causes: Vec::new(),
        suppressed: Vec::new(),
        normal: suppress::normal_templates(&keys, options),
        episodes: Vec::new(),
        involved: InvolvedSources::default(),
        slices: Vec::new(),
        firsts: Vec::new(),
        changes: Vec::new(),
        sources: Vec::new(),
        source_changes: Vec::new(),
        source_error_changes: Vec::new(),
        evaluation: None,
        skipped,
        is_miner_full: merged.is_miner_full,
        is_messages_full: merged.is_messages_full,
        sessions,
        is_sessions_full: merged.is_sessions_full,
        shifts: level_shifts(&merged.amounts),
        rises: rises(&merged.amounts),
        far_amounts: far_amounts(merged.amounts),
    }
}

/// The messages that are clustered: all, or as many as the cap allows, half of them the strangest and half the most frequent of
/// the others.
fn clustered(scores: &MessageScores, weights: &[u32]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..weights.len() as u32).collect();
    if order.len() > CLUSTERED_CAP {
        let score = |idx: u32| scores.scores.get(idx as usize).map_or(0.0, |s| s.score);
        order.arrange_by(|&a, &b| score(b).total_cmp(&score(a)).then(a.cmp(&b)));
        let mut rest = order.split_off(CLUSTERED_CAP / 2);
        rest.arrange_by_key(|&idx| (Reverse(weights[idx as usize]), idx));
        order.extend(&rest[..CLUSTERED_CAP - order.len()]);
        order.arrange();
    }
    order
}

/// Clusters of these distinct messages, with a place and a name for each.
fn clusters(
    tfidf: &TfIdf,
    texts: &[&str],
    weights: &[u32],
    chosen: &[u32],
    params: &Params,
    skipped: &mut Vec<(&'static str, FitError)>,
) -> MessageClusters {
    let tfidf = TfIdf {
        rows: tfidf.rows.select(chosen),
        ..tfidf.clone()
    };
    let weights: Vec<u32> = chosen.iter().map(|&idx| weights[idx as usize]).collect();
    let texts: Vec<&str> = chosen.iter().map(|&idx| texts[idx as usize]).collect();
    let data = Dataset::weighted(Rows::Sparse(&tfidf.rows), &weights);
    let clustering = match params.clusterer.cluster(&data) {
        Ok(clustering) => clustering,
        Err(error) => {
            skipped.push((params.clusterer.name(), error));
            return MessageClusters::default();
        }
    };
    let layout = layout::pca(&tfidf.rows).unwrap_or_else(|error| {
        skipped.push(("layout", error));
        Vec::new()
    });
    MessageClusters {
        messages: chosen.iter().copied().map(MessageId).collect(),
        names: name::names(&tfidf, &texts, &clustering),
        method: params.clusterer.name(),
        eps: clustering.eps.unwrap_or(0.0),
        labels: clustering.labels,
        layout,
    }
}

/// Clusters of the windows by their features on one scale; the radius is found from the data, as the option is a cosine distance.
fn cluster_windows(windows: &Windows, scaling: Scaling) -> Result<Vec<Option<u32>>, FitError> {
    let raw = Dataset::new(Rows::Dense(windows.rows.view()));
    let scaled = scaling.scaled(&raw);
    let data = Dataset::new(Rows::Dense(scaled.view()));
    let dbscan = DbscanParams::default()
        .check()
        .expect("the defaults are within their ranges");
    Ok(dbscan.cluster(&data)?.labels)
}

/// Stretches in which durations and sizes are far larger than usual all the time, the farthest first.
fn level_shifts(amounts: &[AmountFindings]) -> Vec<CourseFindings<Shift>> {
    let of_amount = |amount: &AmountFindings| {
        let shifts = level_shift::shifts(&amount.course, amount.width);
        let found = shifts.into_iter().filter_map(|shift| {
            let span = (shift.start, shift.end);
            during(amount, shift, span)
        });
        found.collect::<Vec<_>>()
    };
    let mut found: Vec<_> = amounts.iter().flat_map(of_amount).collect();
    // Equal scores keep the order of templates.
    found.arrange_by(|a, b| b.what.score.total_cmp(&a.what.score));
    found
}

/// Stretches over which they rise, the steepest first.
fn rises(amounts: &[AmountFindings]) -> Vec<CourseFindings<Rise>> {
    let of_amount = |amount: &AmountFindings| {
        let rise = level_shift::rise(&amount.course, amount.width, amount.unit)?;
        during(amount, rise, (rise.start, rise.end))
    };
    let mut found: Vec<_> = amounts.iter().filter_map(of_amount).collect();
    found.arrange_by(|a, b| (b.what.to / b.what.from).total_cmp(&(a.what.to / a.what.from)));
    found
}

/// What values do in a stretch of time, and the records that show it.
fn during<T>(
    amount: &AmountFindings,
    what: T,
    (start, end): (i64, i64),
) -> Option<CourseFindings<T>> {
    let slices = amount.course.slices().iter();
    let mut within = slices.filter(|slice| (start..end).contains(&slice.start.number()));
    let first = within.next()?.largest;
    let largest = within.map(|slice| slice.largest);
    Some(CourseFindings {
        template: amount.template,
        unit: amount.unit,
        n_records: amount.spread.n_records(),
        what,
        first,
        largest: largest.fold(first, |a, b| if b.value > a.value { b } else { a }),
    })
}

/// Durations and sizes far larger than usual, the farthest first.
fn far_amounts(amounts: Vec<AmountFindings>) -> Vec<(AmountFindings, FarValues)> {
    let judged = amounts.into_iter().filter_map(|amount| {
        let far = far_values(&amount.spread)?;
        Some((amount, far))
    });
    let mut found: Vec<(AmountFindings, FarValues)> = judged.collect();
    // Equal scores keep the order of templates.
    found.arrange_by(|a, b| b.1.score.total_cmp(&a.1.score));
    found
}

/// The rest, once the shards have told where the anomalous records are.
pub(super) fn correlate(
    findings: &mut Findings,
    episodes: Vec<Episode>,
    edges: &[(u32, Episode)],
    options: &Options,
) {
    let params = Params::new(options).expect("the options were checked when the run began");
    if let Some(windows) = &findings.windows {
        findings.correlation = pearson(windows.rows.view());
        findings.rank_correlation = spearman(windows.rows.view());
    }
    findings.episodes = coalesced(episodes, i64::from(options.link_seconds) * SECOND);
    let link_us = i64::from(options.link_seconds) * SECOND;
    let (mut alarms, mut causes) = alarms::alarms(findings, edges, link_us);
    let mut incidents = incidents(findings, &params.incidents, &alarms);
    let mut suppressed = Vec::new();
    if !options.normal.is_empty() {
        suppressed = suppress::take_normal(findings, options, &mut alarms, &mut causes, &incidents);
        incidents = self::incidents(findings, &params.incidents, &alarms);
    }
    suppressed.extend(suppress::take_minor(findings, options, &mut incidents));
    findings.suppressed = suppress::listed(suppressed);
    findings.incidents = incidents;
    findings.alarm_causes = causes;
}

/// The incidents of what is anomalous.
fn incidents(findings: &Findings, params: &IncidentValidParams, alarms: &[Alarm]) -> Vec<Incident> {
    // A message that is only anomalous within an alarm scores there as high as the alarm.
    let score_of = |episode: &Episode| findings.episode_score(episode);
    let n_records: Vec<u32> = findings.facts.iter().map(|facts| facts.n_records).collect();
    let messages = Messages {
        vectors: &findings.tfidf.rows,
        score_of: &score_of,
        n_records: &n_records,
        about: &|message| findings.about(message),
        template: &|message| findings.messages[message.index()].template,
        sources: &|episode, sources| {
            sources.extend(findings.involved.of(episode).map(|entry| entry.source));
        },
    };
    params.incidents(&findings.episodes, &messages, alarms)
}

/// Joins the episodes of one message that block borders cut apart; ordered by message and time, whoever found them.
fn coalesced(mut episodes: Vec<Episode>, link_us: i64) -> Vec<Episode> {
    episodes.arrange_by_key(|e| (e.message, e.start, e.file, e.line));
    let mut joined: Vec<Episode> = Vec::with_capacity(episodes.len());
    for episode in episodes {
        match joined.last_mut() {
            Some(last)
                if last.message == episode.message
                    && episode.start.0 < last.end.0.saturating_add(link_us) =>
            {
                last.end = last.end.max(episode.end);
                last.n_records = last.n_records.saturating_add(episode.n_records);
            }
            _ => joined.push(episode),
        }
    }
    joined
}
