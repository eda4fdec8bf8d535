//! Findings → [`Report`]: ranked, worded, downsampled.

use std::collections::BTreeMap;

use crate::base::ids::MessageId;
use crate::base::math::round_to;
use crate::base::time::Timestamp;
use crate::correlate::incidents::{Episode, Incident as Component};
use crate::detect::ensemble::WindowScore;
use crate::detect::{ALARM, BANDS};
use crate::featurize::windows::{WidthNote, feature};
use crate::parse::{Level, formats};
use crate::protocol::Options;

use super::findings::Findings;
use super::words;
use super::{
    ClusterGroup, ClusterPoint, Clusters, Features, FileReport, FormatCount, Incident, LevelCount,
    LevelSeries, LineRef, MessagePoint, Notice, Report, Skipped, TemplateReport, Timeline,
    TimelineMark, Totals, WindowPoint, WindowReport, limits,
};

/// Version of the report's shape.
const VERSION: u32 = 1;
/// Decimals of a score.
const SCORE_DIGITS: i32 = 1;

/// Puts the report together.
#[must_use]
pub fn report(findings: &Findings, options: &Options) -> Report {
    let incidents = incidents(findings);
    let windows = windows(findings);
    let totals = totals(findings);
    Report {
        version: VERSION,
        sentence: sentence(findings, &totals, &incidents),
        files: files(findings),
        notices: notices(findings, &totals),
        levels: levels(findings),
        timezone: options.timezone.clone(),
        window_ms: findings
            .windows
            .as_ref()
            .map_or(0.0, |w| w.width_us as f64 / 1000.0),
        timeline: timeline(findings),
        n_anomalous_windows: alarms(findings).len() as u32,
        windows,
        features: Features {
            names: feature::NAMES.iter().map(|&name| name.to_owned()).collect(),
            correlation: findings
                .correlation
                .iter()
                .map(|row| row.iter().map(|r| r.map(|r| round_to(r, 4))).collect())
                .collect(),
        },
        templates: templates(findings),
        points: points(findings),
        space: space(findings),
        clusters: clusters(findings, options),
        n_incidents: findings.incidents.len() as u32,
        incidents,
        skipped: skipped(findings),
        totals,
    }
}

fn saturate(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn score(value: f64) -> f64 {
    round_to(value, SCORE_DIGITS)
}

fn totals(findings: &Findings) -> Totals {
    let mut totals = Totals::default();
    let sum = |of: fn(&super::findings::FileFindings) -> u64| {
        saturate(findings.files.iter().map(of).sum())
    };
    totals.byte_len = findings.files.iter().map(|file| file.byte_len).sum();
    totals.text_len = findings
        .files
        .iter()
        .map(|file| file.sums.text_len)
        .sum::<u64>() as f64;
    totals.n_lines = sum(super::findings::FileFindings::n_lines);
    totals.n_records = sum(|file| file.sums.n_records);
    totals.n_record_lines = sum(|file| file.sums.n_record_lines);
    totals.n_blank_lines = sum(|file| file.sums.n_blank_lines);
    totals.n_structure_lines = sum(super::findings::FileFindings::n_structure_lines);
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

fn files(findings: &Findings) -> Vec<FileReport> {
    let of_file = |file: &super::findings::FileFindings| {
        let mut counts = file.sums.formats.clone();
        counts.sort_by_key(|&(format, n)| (std::cmp::Reverse(n), format));
        let title = |format: u16| {
            let known = formats::all().get(usize::from(format));
            known
                .map_or("plain text", |format| format.title())
                .to_owned()
        };
        FileReport {
            name: words::quoted(&file.name),
            byte_len: file.byte_len,
            text_len: file.sums.text_len as f64,
            container: file.container.name().to_owned(),
            shape: file.shape().to_owned(),
            n_lines: saturate(file.n_lines()),
            n_records: saturate(file.sums.n_records),
            formats: counts
                .into_iter()
                .map(|(format, n)| FormatCount {
                    title: title(format),
                    n_records: saturate(n),
                })
                .collect(),
        }
    };
    findings.files.iter().map(of_file).collect()
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

fn notices(findings: &Findings, totals: &Totals) -> Vec<Notice> {
    let mut notices = Vec::new();
    let mut say = |code: &str, message: String| {
        notices.push(Notice {
            code: code.to_owned(),
            message,
        });
    };
    for file in &findings.files {
        let name = words::quoted(&file.name);
        if let Some(fault) = &file.fault {
            say("damaged", format!("{name}: {fault}."));
        }
        if file.container.name() == "plain" && file.sums.text_len != file.byte_len as u64 {
            let (read, all) = (
                words::count(file.sums.text_len),
                words::count(file.byte_len as u64),
            );
            say(
                "changed",
                format!(
                    "{name}: {read} of {all} bytes were read; the file was changed while it was read. Drop it again."
                ),
            );
        }
        if file.plan.is_day_month_ambiguous {
            say(
                "ambiguousDates",
                format!(
                    "{name}: dates such as 3/4/2025 do not tell whether the day or the month comes first; the month was taken to come first."
                ),
            );
        }
    }
    if totals.n_invalid_utf8 > 0 {
        let n = words::counted(u64::from(totals.n_invalid_utf8), "byte sequence");
        say("invalidUtf8", format!("{n} not UTF-8; shown as \u{fffd}."));
    }
    if totals.n_cut_lines > 0 {
        let n = words::counted(u64::from(totals.n_cut_lines), "line");
        say(
            "cutLines",
            format!("{n} longer than 1 MiB; only the beginning was analysed."),
        );
    }
    if totals.n_records > 0 && totals.n_untimed == totals.n_records {
        say("untimed", "No record has a timestamp that was recognised, so there is no timeline and no incidents.".to_owned());
    } else if totals.n_untimed > 0 {
        let n = words::counted(u64::from(totals.n_untimed), "record");
        say(
            "someUntimed",
            format!("{n} without a timestamp; counted among the patterns, not on the timeline."),
        );
    }
    if findings.is_miner_full {
        say(
            "templateCap",
            "There are more than 50,000 patterns; the last one listed stands for all further ones."
                .to_owned(),
        );
    }
    if findings.is_messages_full {
        say("messageCap", "There are too many distinct messages to score each; those beyond the cap are counted and scored together with others of their pattern.".to_owned());
    }
    if let Some(windows) = &findings.windows {
        if windows.n_outside > 0 {
            let n = words::counted(windows.n_outside, "record");
            say(
                "outlyingTimes",
                format!("{n} with a time far from all others; not on the timeline."),
            );
        }
        let width = words::duration(windows.width_us);
        match windows.note {
            Some(WidthNote::Widened) => say(
                "widened",
                format!("The log is long, so windows are {width} wide."),
            ),
            Some(WidthNote::NotAsAsked { asked }) => say(
                "windowWidth",
                format!("Windows of {asked} s do not fit this log; they are {width} wide."),
            ),
            Some(WidthNote::Narrowed) | None => {}
        }
    }
    notices
}

fn sentence(findings: &Findings, totals: &Totals, incidents: &[Incident]) -> String {
    let lines = words::counted(u64::from(totals.n_lines), "line");
    if totals.n_records == 0 {
        return format!("{lines}, none of them with any text.");
    }
    let patterns = words::counted(u64::from(totals.n_templates), "pattern");
    let (over, with_date) = match findings.tally.span() {
        Some((first, last)) if last > first => {
            let with_date = first.0.div_euclid(crate::base::time::DAY)
                != last.0.div_euclid(crate::base::time::DAY);
            (
                format!(" over {}", words::duration(last.0.saturating_sub(first.0))),
                with_date,
            )
        }
        _ => (String::new(), false),
    };
    let n_incidents = findings.incidents.len() as u64;
    let alarms = alarms(findings).len() as u64;
    let found = match incidents.first() {
        Some(worst) => {
            let when = words::clock(Timestamp::from_millis(worst.start_ms), with_date);
            format!(
                "{}; worst: {when}, {}",
                words::counted(n_incidents, "incident"),
                worst.title
            )
        }
        None if alarms > 0 => {
            format!("no incidents, {}", words::counted(alarms, "unusual window"))
        }
        None => "nothing stands out".to_owned(),
    };
    format!("{lines}{over}, {patterns}, {found}.")
}

fn timeline(findings: &Findings) -> Timeline {
    let Some(windows) = &findings.windows else {
        return Timeline::default();
    };
    let per_bin = (windows.n_windows() as usize)
        .div_ceil(limits::TIMELINE_BINS)
        .max(1);
    let n_bins = (windows.n_windows() as usize).div_ceil(per_bin);
    let mut counts = vec![[0u32; 8]; n_bins];
    for (idx, by_level) in windows.by_level.iter().enumerate() {
        for (sum, n) in counts[idx / per_bin].iter_mut().zip(by_level) {
            *sum = sum.saturating_add(*n);
        }
    }
    let mut marks: Vec<TimelineMark> = Vec::new();
    for (idx, window) in findings.alarms() {
        let bin = idx / per_bin as u32;
        match marks.last_mut() {
            Some(mark) if mark.bin == bin => mark.score = mark.score.max(score(window.score)),
            _ => marks.push(TimelineMark {
                bin,
                score: score(window.score),
            }),
        }
    }
    let occurs = (0..8usize)
        .rev()
        .filter(|&level| counts.iter().any(|bin| bin[level] > 0));
    Timeline {
        start_ms: windows.start.millis(),
        bin_ms: windows.width_us as f64 / 1000.0 * per_bin as f64,
        n_bins: n_bins as u32,
        series: occurs
            .map(|level| LevelSeries {
                level: words::level_name(level as u8).to_owned(),
                n_records: counts.iter().map(|bin| bin[level]).collect(),
            })
            .collect(),
        marks,
    }
}

/// Alarms in order of time, a stretch of silence as one: (first window, last window, score).
fn alarms(findings: &Findings) -> Vec<(u32, u32, &WindowScore)> {
    let mut alarms: Vec<(u32, u32, &WindowScore)> = Vec::new();
    for (idx, window) in findings.alarms() {
        match alarms.last_mut() {
            Some((_, last, before))
                if *last + 1 == idx
                    && window.silence.is_some()
                    && before.silence == window.silence =>
            {
                *last = idx;
            }
            _ => alarms.push((idx, idx, window)),
        }
    }
    alarms
}

fn windows(findings: &Findings) -> Vec<WindowReport> {
    let Some(windows) = &findings.windows else {
        return Vec::new();
    };
    let mut alarms = alarms(findings);
    alarms.sort_by(|a, b| b.2.score.total_cmp(&a.2.score).then(a.0.cmp(&b.0)));
    alarms.truncate(limits::WINDOWS);
    alarms
        .into_iter()
        .map(|(first, last, window)| WindowReport {
            start_ms: windows.start_of(first).millis(),
            end_ms: windows.end_of(last).millis(),
            score: score(window.score),
            reason: words::window_reason(window, &windows.names),
            values: windows
                .rows
                .row(first as usize)
                .iter()
                .map(|&x| round_to(x, 4))
                .collect(),
        })
        .collect()
}

/// What a template's messages have in common.
#[derive(Debug, Clone, Copy, Default)]
struct TemplateSums {
    n_records: u64,
    level: Option<Level>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    score: f64,
    strangest: u32,
}

fn templates(findings: &Findings) -> Vec<TemplateReport> {
    let mut sums = vec![
        TemplateSums {
            score: -1.0,
            ..TemplateSums::default()
        };
        findings.templates.len()
    ];
    for (idx, message) in findings.messages.iter().enumerate() {
        let sum = &mut sums[message.template.index()];
        sum.n_records += u64::from(findings.facts[idx].n_records);
        sum.level = sum.level.max(findings.facts[idx].level);
        sum.first = [sum.first, message.first].into_iter().flatten().min();
        sum.last = sum.last.max(message.last);
        let score = findings
            .message_scores
            .scores
            .get(idx)
            .map_or(0.0, |scores| scores.score);
        if score > sum.score {
            (sum.score, sum.strangest) = (score, idx as u32);
        }
    }
    let mut order: Vec<usize> = (0..sums.len()).collect();
    order.sort_by(|&a, &b| {
        sums[b]
            .score
            .total_cmp(&sums[a].score)
            .then(sums[b].n_records.cmp(&sums[a].n_records))
            .then(a.cmp(&b))
    });
    if order.len() > limits::TEMPLATES {
        // Half the places go to the strangest, half to the most frequent of the others.
        let mut rest = order.split_off(limits::TEMPLATES / 2);
        rest.sort_by_key(|&idx| (std::cmp::Reverse(sums[idx].n_records), idx));
        order.extend(rest.into_iter().take(limits::TEMPLATES / 2));
    }
    order
        .into_iter()
        .map(|idx| {
            let sum = &sums[idx];
            let reason = if sum.score < BANDS[0] {
                String::new()
            } else {
                let reasons = findings.reasons(MessageId(sum.strangest));
                words::message_reason(&reasons, &findings.tfidf)
            };
            let slices = idx * limits::SPARKLINE..(idx + 1) * limits::SPARKLINE;
            TemplateReport {
                id: idx as u32,
                text: words::quoted(&findings.templates[idx]),
                n_records: saturate(sum.n_records),
                level: words::level_of(sum.level).to_owned(),
                first_ms: sum.first.map(Timestamp::millis),
                last_ms: sum.last.map(Timestamp::millis),
                score: score(sum.score.max(0.0)),
                reason,
                sparkline: findings
                    .slices
                    .get(slices)
                    .map(<[u32]>::to_vec)
                    .unwrap_or_default(),
            }
        })
        .collect()
}

/// Episodes of anomalous messages, strangest first, then the first sight of other messages, most frequent first.
fn points(findings: &Findings) -> Vec<MessagePoint> {
    let point = |message: MessageId, time: Timestamp, value: f64, n_records: u32| MessagePoint {
        ms: time.millis(),
        score: score(value),
        template: findings.messages[message.index()].template.0,
        message: message.0,
        n_records,
    };
    let mut points: Vec<MessagePoint> = findings
        .episodes
        .iter()
        .map(|e| {
            point(
                e.message,
                e.start,
                findings.score(e.message, Some(e.start)),
                e.n_records,
            )
        })
        .collect();
    points.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(a.ms.total_cmp(&b.ms))
            .then(a.message.cmp(&b.message))
    });
    points.truncate(limits::POINTS * 2 / 3);
    let mut others: Vec<MessagePoint> = findings
        .messages
        .iter()
        .enumerate()
        .filter_map(|(idx, message)| {
            let id = MessageId::from_index(idx);
            let value = findings.score(id, None);
            let first = message.first.filter(|_| value < ALARM)?;
            Some(point(id, first, value, findings.facts[idx].n_records))
        })
        .collect();
    others.sort_by_key(|point| (std::cmp::Reverse(point.n_records), point.message));
    others.truncate(limits::POINTS - points.len());
    points.append(&mut others);
    points
}

fn space(findings: &Findings) -> Vec<WindowPoint> {
    let Some(windows) = &findings.windows else {
        return Vec::new();
    };
    let value = |idx: usize| {
        findings
            .window_scores
            .get(idx)
            .map_or(0.0, |window| window.score)
    };
    let mut order: Vec<usize> = (0..windows.n_windows() as usize).collect();
    if order.len() > limits::POINTS {
        order.sort_by(|&a, &b| value(b).total_cmp(&value(a)).then(a.cmp(&b)));
        let step = order.len().div_ceil(limits::POINTS / 2);
        let mut rest = order.split_off(limits::POINTS / 2);
        rest.sort_unstable();
        order.extend(rest.into_iter().step_by(step));
        order.sort_unstable();
    }
    order
        .into_iter()
        .map(|idx| {
            let row = windows.rows.row(idx);
            WindowPoint {
                start_ms: windows.start_of(idx as u32).millis(),
                failed_logins: row[feature::FAILED_LOGINS],
                events: row[feature::EVENTS],
                ip_entropy: round_to(row[feature::IP_ENTROPY], 3),
                score: score(value(idx)),
                cluster: findings.window_clusters.get(idx).copied().flatten(),
            }
        })
        .collect()
}

fn clusters(findings: &Findings, options: &Options) -> Clusters {
    let found = &findings.clusters;
    let mut groups: BTreeMap<u32, ClusterGroup> = BTreeMap::new();
    let mut n_noise = 0;
    let mut points = Vec::new();
    for (i, (&message, &cluster)) in found.messages.iter().zip(&found.labels).enumerate() {
        let said = &findings.messages[message.index()];
        let n_records = findings.facts[message.index()].n_records;
        match cluster {
            None => n_noise += 1,
            Some(id) => {
                let name = found
                    .names
                    .get(id as usize)
                    .map(String::as_str)
                    .unwrap_or_default();
                let empty = ClusterGroup {
                    id,
                    name: words::quoted(name),
                    n_messages: 0,
                    n_records: 0,
                };
                let group = groups.entry(id).or_insert(empty);
                group.n_messages += 1;
                group.n_records = group.n_records.saturating_add(n_records);
            }
        }
        let place = found.layout.get(i).copied().unwrap_or_default();
        points.push(ClusterPoint {
            x: round_to(place[0], 4),
            y: round_to(place[1], 4),
            cluster,
            template: said.template.0,
            message: message.0,
            n_records,
            score: score(findings.score(message, None)),
        });
    }
    points.sort_by_key(|point| (std::cmp::Reverse(point.n_records), point.message));
    points.truncate(limits::POINTS);
    let mut groups: Vec<ClusterGroup> = groups.into_values().collect();
    groups.sort_by_key(|group| (std::cmp::Reverse(group.n_messages), group.id));
    Clusters {
        eps: round_to(found.eps, 4),
        min_points: options.min_points,
        points,
        groups,
        n_noise,
    }
}

fn incidents(findings: &Findings) -> Vec<Incident> {
    findings
        .incidents
        .iter()
        .take(limits::INCIDENTS)
        .enumerate()
        .map(|(rank, component)| incident(findings, rank as u32 + 1, component))
        .collect()
}

fn incident(findings: &Findings, id: u32, component: &Component) -> Incident {
    let said = |message: &MessageId| &findings.messages[message.index()];
    let facts = |message: &MessageId| &findings.facts[message.index()];
    // The message that says most about the incident: the strangest, and among equals the most frequent.
    let mut messages = component.messages.clone();
    messages.sort_by(|a, b| {
        let key = |message: &MessageId| findings.score(*message, Some(component.start));
        key(b)
            .total_cmp(&key(a))
            .then(facts(b).n_records.cmp(&facts(a).n_records))
            .then(a.cmp(b))
    });
    let mut templates: Vec<u32> = Vec::new();
    for message in &messages {
        let template = said(message).template.0;
        if !templates.contains(&template) {
            templates.push(template);
        }
    }
    let n_templates = templates.len() as u64;
    templates.truncate(limits::INCIDENT_MESSAGES);
    let level = component
        .messages
        .iter()
        .map(|message| facts(message).level)
        .max()
        .flatten();
    let edge = &component.leading_edge;
    let head = messages
        .first()
        .map(|message| words::quoted(&said(message).text))
        .unwrap_or_default();
    let times = words::counted(u64::from(component.n_records), "record");
    let length = component.end.0.saturating_sub(component.start.0);
    let over = if length > 0 {
        format!(" over {}", words::duration(length))
    } else {
        String::new()
    };
    let others = if n_templates > 1 {
        format!(" and {}", words::counted(n_templates - 1, "other pattern"))
    } else {
        String::new()
    };
    let strongest = messages
        .first()
        .map(|message| words::message_reason(&findings.reasons(*message), &findings.tfidf));
    messages.truncate(limits::INCIDENT_MESSAGES);
    Incident {
        id,
        title: format!("“{head}”{others}, {times}{over}"),
        start_ms: component.start.millis(),
        end_ms: component.end.millis(),
        score: score(component.score),
        level: words::level_of(level).to_owned(),
        n_records: component.n_records,
        reason: strongest.unwrap_or_default(),
        leading_edge: line_ref(findings, edge),
        templates,
        messages: messages.iter().map(|message| message.0).collect(),
    }
}

fn line_ref(findings: &Findings, edge: &Episode) -> LineRef {
    LineRef {
        file: edge.file.0,
        line: edge.line,
        offset: edge.offset as f64,
        ms: Some(edge.start.millis()),
        text: words::quoted(&findings.messages[edge.message.index()].text),
    }
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
