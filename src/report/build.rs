//! Findings → [`Report`]: ranked, worded, downsampled.

use super::findings::{FileFindings, Findings};
use super::{Features, Incident, LevelCount, Report, Skipped, Totals};
use super::{
    amounts, changes, evaluation, incidents, lanes, messages, network, notices, sessions,
    swimlanes, time, words,
};
use crate::base::math::round_to;
use crate::base::time::{DAY, Timestamp};
use crate::error::FitError;
use crate::featurize::windows::feature;
use crate::protocol::Options;

/// Version of the report's shape.
const VERSION: u32 = 1;

/// Decimals of a score.
const SCORE_DIGITS: i32 = 1;

/// Puts the report together.
#[must_use]
pub fn report(findings: &Findings, options: &Options) -> Report {
    let incidents = incidents::incidents(findings);
    let windows = time::windows(findings);
    let totals = totals(findings);
    Report {
        version: VERSION,
        sentence: sentence(findings, &totals, &incidents),
        files: lanes::lanes(findings),
        n_files: saturate(findings.files.len() as u64),
        notices: notices::notices(findings, &totals, &options.timezone),
        levels: levels(findings),
        timezone: options.timezone.clone(),
        window_ms: findings
            .windows
            .as_ref()
            .map_or(0.0, |w| w.width_us as f64 / 1000.0),
        timeline: time::timeline(findings),
        n_anomalous_windows: time::alarms(findings).len() as u32,
        windows,
        detectors: time::detectors(findings),
        features: Features {
            names: feature::NAMES.iter().map(|&name| name.to_owned()).collect(),
            correlation: rounded(&findings.correlation),
            rank_correlation: rounded(&findings.rank_correlation),
            values: time::values(findings),
        },
        templates: messages::templates(findings),
        points: messages::points(findings),
        space: time::space(findings),
        clusters: messages::clusters(findings, options),
        n_incidents: findings.incidents.len() as u32,
        network: network::network(findings, options),
        suppressed: incidents::suppressed(findings),
        changes: changes::changes(findings),
        swimlanes: swimlanes::swimlanes(findings),
        amounts: amounts::amounts(findings),
        sessions: sessions::sessions(findings),
        incidents,
        evaluation: evaluation::evaluation(findings),
        skipped: skipped(findings),
        totals,
    }
}

fn rounded(correlation: &[Vec<Option<f64>>]) -> Vec<Vec<Option<f64>>> {
    let of_row = |row: &Vec<Option<f64>>| row.iter().map(|r| r.map(|r| round_to(r, 4))).collect();
    correlation.iter().map(of_row).collect()
}

pub(crate) fn saturate(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

pub(super) fn score(value: f64) -> f64 {
    round_to(value, SCORE_DIGITS)
}

fn totals(findings: &Findings) -> Totals {
    let mut totals = Totals::default();
    let sum = |of: fn(&FileFindings) -> u64| saturate(findings.files.iter().map(of).sum());
    totals.byte_len = findings
        .inputs
        .iter()
        .map(|input| input.byte_len)
        .sum::<u64>() as f64;
    totals.n_bytes_read = findings
        .inputs
        .iter()
        .map(|input| input.n_read)
        .sum::<u64>() as f64;
    totals.text_len = findings
        .files
        .iter()
        .map(|file| file.sums.text_len)
        .sum::<u64>() as f64;
    totals.n_lines = sum(FileFindings::n_lines);
    totals.n_records = sum(|file| file.sums.n_records);
    totals.n_record_lines = sum(|file| file.sums.n_record_lines);
    totals.n_blank_lines = sum(|file| file.sums.n_blank_lines);
    totals.n_structure_lines = sum(FileFindings::n_structure_lines);
    totals.n_untimed = sum(|file| file.sums.n_untimed);
    totals.n_invalid_utf8 = sum(|file| file.sums.n_invalid_utf8);
    totals.n_cut_lines = sum(|file| file.sums.n_cut_lines);
    totals.n_anomalous = saturate(
        findings
            .episodes
            .iter()
            .map(|episode| u64::from(episode.n_records))
            .sum(),
    );
    totals.n_templates = saturate(findings.templates.len() as u64);
    totals.n_messages = saturate(findings.messages.len() as u64);
    if let Some((first, last)) = findings.tally.span() {
        totals.first_ms = Some(first.millis());
        totals.last_ms = Some(last.millis());
    }
    totals
}

fn levels(findings: &Findings) -> Vec<LevelCount> {
    let mut counts = [0; 8];
    for file in &findings.files {
        for (sum, n) in counts.iter_mut().zip(file.sums.n_by_level) {
            *sum += n;
        }
    }
    let with_records = (0..8u8)
        .rev()
        .filter(|&level| counts[usize::from(level)] > 0);
    with_records
        .map(|level| LevelCount {
            level: words::level_name(level).to_owned(),
            n_records: saturate(counts[usize::from(level)]),
        })
        .collect()
}

fn sentence(findings: &Findings, totals: &Totals, incidents: &[Incident]) -> String {
    let lines = words::counted(u64::from(totals.n_lines), "line");
    if totals.n_records == 0 {
        return format!("{lines}, none of them with any text.");
    }
    // A JSON array may stand on one line.
    let amount = if totals.n_records > totals.n_lines {
        words::counted(u64::from(totals.n_records), "record")
    } else {
        lines
    };
    let patterns = words::counted(u64::from(totals.n_templates), "pattern");
    // A clock that stood wrong for one record does not make the log decades long; a notice tells of such records.
    let (over, with_date) = match findings.span().or_else(|| findings.tally.span()) {
        Some((first, last)) if last > first => {
            let with_date = first.0.div_euclid(DAY) != last.0.div_euclid(DAY);
            (
                format!(" over {}", words::duration(last.0.saturating_sub(first.0))),
                with_date,
            )
        }
        _ => (String::new(), false),
    };
    let n_incidents = findings.incidents.len() as u64;
    let alarms = time::alarms(findings).len() as u64;
    let n_strange = sessions::n_anomalous(findings);
    let found = match incidents.first() {
        Some(worst) => {
            let when = words::clock(Timestamp::from_millis(worst.start_ms), with_date);
            let rank = if n_incidents == 1 {
                "One incident".to_owned()
            } else {
                format!("Worst of {}", words::counted(n_incidents, "incident"))
            };
            return format!(
                "{rank}: {when}, {}. {amount}{over}, {patterns}.",
                worst.title
            );
        }
        None if n_strange > 0 => {
            format!(
                "no incidents, {}",
                words::counted(n_strange, "unusual session")
            )
        }
        None if alarms > 0 => {
            format!("no incidents, {}", words::counted(alarms, "unusual window"))
        }
        None if is_too_little(findings) => "too little to tell what is unusual".to_owned(),
        None => "nothing stands out".to_owned(),
    };
    format!("{amount}{over}, {patterns}, {found}.")
}

/// Whether neither the messages nor the windows were enough to compare.
fn is_too_little(findings: &Findings) -> bool {
    let is_few = |error: &FitError| matches!(error, FitError::TooFewRows { .. });
    let mut of_messages = findings.message_scores.skipped.iter();
    findings.window_scores.is_empty()
        && of_messages.any(|(stage, error)| *stage == "rarity" && is_few(error))
}

fn skipped(findings: &Findings) -> Vec<Skipped> {
    let named = findings
        .skipped
        .iter()
        .map(|(stage, error)| (*stage, error));
    let scoring = findings
        .message_scores
        .skipped
        .iter()
        .map(|(stage, error)| (*stage, error));
    named
        .chain(scoring)
        .map(|(stage, error)| Skipped {
            stage: stage.to_owned(),
            code: error.code().to_owned(),
            message: error.to_string(),
        })
        .collect()
}
