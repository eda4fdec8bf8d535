//! Unusual windows and strange sessions → the alarms that incidents are made of.

use crate::base::ids::TemplateId;
use crate::base::math;
use crate::base::order::Arrange;
use crate::base::time::{SECOND, Timestamp};
use crate::correlate::alarms::{Alarm, about};
use crate::correlate::incidents::Episode;
use crate::detect::ALARM;
use crate::detect::rate_change::{ChangeKind, RateChange};
use crate::featurize::sessions::Session;
use crate::featurize::windows::feature;
use crate::parse::Level;
use crate::report::findings::{AlarmCause, AlarmRun, Findings};

/// Strange sessions that must come together to be an incident.
const MIN_SESSIONS: usize = 3;

/// What new warnings can score: less than what has failed.
const NEW_WARNING_CAP: f64 = 70.0;

/// The alarms in the order of their starts, and what each is. `edges` are the first records of templates
/// in windows, by window.
pub(super) fn alarms(
    findings: &Findings,
    edges: &[(u32, Episode)],
    link_us: i64,
) -> (Vec<Alarm>, Vec<AlarmCause>) {
    let mut found: Vec<(Alarm, AlarmCause)> = findings
        .alarm_runs()
        .into_iter()
        .filter_map(|run| of_windows(findings, run, edges))
        .collect();
    for idx in 0..findings.sessions.len() as u32 {
        found.extend(of_sessions(findings, idx, link_us));
    }
    // What changes within an alarm is part of it, and named there.
    let is_apart = |change: &Alarm, found: &[(Alarm, AlarmCause)]| {
        !found.iter().any(|(alarm, _)| {
            let from = change.start.0.max(alarm.start.0.saturating_sub(link_us));
            let to = change.end.0.min(alarm.end.0.saturating_add(link_us));
            to.saturating_sub(from) >= change.end.0.saturating_sub(change.start.0) / 2
        })
    };
    for mut changes in [of_shifts(findings, link_us), of_changes(findings)] {
        changes.retain(|(change, _)| is_apart(change, &found));
        found.extend(changes);
    }
    // Alarms of one start keep the order in which they were found.
    found.arrange_by_key(|(alarm, _)| alarm.start);
    found.into_iter().unzip()
}

fn of_windows(
    findings: &Findings,
    run: AlarmRun,
    edges: &[(u32, Episode)],
) -> Option<(Alarm, AlarmCause)> {
    let windows = findings.windows.as_ref()?;
    let worst = findings.window_scores.get(run.worst as usize)?;
    let mut kinds = 0;
    let mut n_records = 0.0;
    for idx in run.first..=run.last {
        let window = &findings.window_scores[idx as usize];
        for (col, kind) in [
            (feature::FAILED_LOGINS, about::LOGINS),
            (feature::ERRORS, about::ERRORS),
        ] {
            kinds |= if window.is_alarm_by(col) { kind } else { 0 };
        }
        let mut features = window.features.iter();
        let counted = features.find(|c| is_count(c.col));
        n_records += counted.map_or(0.0, |c| (c.value - f64::midpoint(c.low, c.high)).abs());
    }
    if let Some(silence) = worst.silence {
        n_records = silence.n_missing;
    }
    let (start, end) = (windows.start_of(run.first), windows.end_of(run.last));
    let from = edges.partition_point(|edge| edge.0 < run.first);
    let to = edges.partition_point(|edge| edge.0 <= run.last);
    let place = |edge: &Episode| (edge.start, edge.file, edge.offset);
    let telling: Vec<Episode> = if run.is_silence {
        Vec::new()
    } else {
        telling(findings, (start, end), kinds, &edges[from..to]).collect()
    };
    let mut templates: Vec<TemplateId> = (telling.iter())
        .map(|edge| findings.messages[edge.message.index()].template)
        .collect();
    templates.arrange();
    templates.dedup();
    let telling = telling.into_iter().min_by_key(place);
    // A silence holds no record: the one after it ends it.
    let first = edges[from..].iter().take_while(|e| e.0 <= run.last + 1);
    let edge = telling.or_else(|| first.map(|edge| edge.1).min_by_key(place))?;
    let alarm = Alarm {
        start: start.max(windows.covered.0),
        // The end of a window is not part of it; instants are shown in milliseconds.
        end: Timestamp(end.0 - 1000).min(windows.covered.1),
        score: worst.score,
        n_records: n_records as u32,
        about: if kinds == 0 { about::ANY } else { kinds },
        template: None,
        edge,
        is_edge_telling: telling.is_some(),
    };
    Some((alarm, AlarmCause::Windows(run, templates)))
}

/// Of the first records of templates in unusual windows those that have to do with it: what the alarm is about, and templates
/// that are new or surge there, from when on they do.
fn telling(
    findings: &Findings,
    (start, end): (Timestamp, Timestamp),
    kinds: u8,
    edges: &[(u32, Episode)],
) -> impl Iterator<Item = Episode> {
    let slice_us = findings.slice_us();
    let is_rise = |change: &&RateChange| matches!(change.kind, ChangeKind::New | ChangeKind::Surge);
    let rises = findings.changes.iter().filter(is_rise).map(|change| {
        let (from, _) = findings.change_span(change);
        (change.row, from.0.saturating_sub(slice_us))
    });
    let rises: Vec<(u32, i64)> = rises
        .filter(|rise| rise.1 >= start.0.saturating_sub(2 * slice_us) && rise.1 < end.0)
        .collect();
    edges.iter().map(|edge| edge.1).filter(move |edge| {
        let template = findings.messages[edge.message.index()].template.0;
        let mut own = rises.iter().filter(|rise| rise.0 == template);
        findings.about(edge.message) & kinds != 0 || own.any(|rise| edge.start.0 >= rise.1)
    })
}

/// Values that are far larger than usual for a while; those of one time are one alarm.
fn of_shifts(findings: &Findings, link_us: i64) -> Vec<(Alarm, AlarmCause)> {
    let mut order: Vec<u32> = (0..findings.shifts.len() as u32).collect();
    let shift = |idx: &u32| &findings.shifts[*idx as usize];
    order.arrange_by_key(|idx| (shift(idx).what.start, *idx));
    let mut end = i64::MIN;
    let together = order.chunk_by(|before, idx| {
        end = end.max(shift(before).what.end);
        let is_near = shift(idx).what.start < end.saturating_add(link_us);
        end = if is_near { end } else { i64::MIN };
        is_near
    });
    let alarm = |members: &[u32]| {
        // The farthest come first in the findings.
        let mut members = members.to_vec();
        members.arrange();
        let worst = shift(members.first()?);
        let of_all = || members.iter().map(shift);
        let first = of_all().min_by_key(|found| (found.first.time, found.template))?;
        let edge = (*findings.firsts.get(first.template.index())?)?;
        let at = first.first.instant()?;
        let n = of_all().map(|found| found.what.n).sum::<u64>();
        let alarm = Alarm {
            start: at,
            end: Timestamp(
                of_all()
                    .map(|found| found.what.end)
                    .max()?
                    .saturating_sub(1000),
            ),
            score: worst.what.score,
            n_records: n.min(u64::from(u32::MAX)) as u32,
            about: about::CHANGE,
            template: Some(worst.template),
            edge: Episode {
                message: edge.message,
                start: at,
                end: at,
                n_records: 1,
                file: first.first.file,
                line: u32::try_from(first.first.line + 1).unwrap_or(u32::MAX),
                offset: first.first.offset,
            },
            is_edge_telling: true,
        };
        Some((alarm, AlarmCause::Shifts(members)))
    };
    together.filter_map(alarm).collect()
}

/// Warnings that are new in the log and go on: what they warn of is under way. Errors need no such care, as each is anomalous.
fn of_changes(findings: &Findings) -> Vec<(Alarm, AlarmCause)> {
    let mut levels = vec![None; findings.templates.len()];
    for (message, facts) in findings.messages.iter().zip(&findings.facts) {
        let level = &mut levels[message.template.index()];
        *level = facts.level.max(*level);
    }
    let of_change = |(idx, change): (u32, &RateChange)| {
        let is_warning = levels[change.row as usize] == Some(Level::Warn);
        let edge = (*findings.firsts.get(change.row as usize)?)?;
        let (start, end) = findings.change_span(change);
        let n_records = change.n_records.min(u64::from(u32::MAX)) as u32;
        let many = math::ln(f64::from(n_records).max(1.0)) / std::f64::consts::LN_10;
        let alarm = Alarm {
            start,
            end,
            score: (ALARM + 5.0 * many).min(NEW_WARNING_CAP),
            n_records,
            about: about::CHANGE,
            template: Some(TemplateId(change.row)),
            edge,
            is_edge_telling: true,
        };
        let is_one = is_warning && change.kind == ChangeKind::New;
        is_one.then_some((alarm, AlarmCause::Change(idx)))
    };
    (0..).zip(&findings.changes).filter_map(of_change).collect()
}

fn is_count(col: usize) -> bool {
    [feature::EVENTS, feature::FAILED_LOGINS, feature::ERRORS].contains(&col)
}

/// Strange sessions that begin close to each other.
fn of_sessions(findings: &Findings, idx: u32, link_us: i64) -> Vec<(Alarm, AlarmCause)> {
    let found = &findings.sessions[idx as usize];
    let mut strange: Vec<(i64, u32)> = (0..)
        .zip(&found.set.sessions)
        .filter(|(at, _)| found.scores.scores[*at as usize] >= ALARM)
        .filter_map(|(at, session): (u32, &Session)| Some((session.span?.0.0, at)))
        .collect();
    strange.arrange();
    // Sessions come by chance as well: more than that must begin within the distance of a link.
    let length = strange.last().map_or(0, |last| last.0 - strange[0].0);
    let by_chance = strange.len() as f64 * link_us as f64 / (length.max(link_us) as f64);
    let least = MIN_SESSIONS.max((by_chance + 3.0 * math::sqrt(by_chance)) as usize + 1);
    let near = |pair: &(i64, u32), next: &(i64, u32)| next.0 - pair.0 < link_us.min(60 * SECOND);
    let runs = strange.chunk_by(|a, b| near(a, b));
    runs.filter(|run| run.len() >= least)
        .filter_map(|run| {
            let mut members: Vec<u32> = run.iter().map(|entry| entry.1).collect();
            let score = |at: &u32| found.scores.scores[*at as usize];
            members.arrange_by(|a, b| score(b).total_cmp(&score(a)).then(a.cmp(b)));
            let sessions = || members.iter().map(|at| &found.set.sessions[*at as usize]);
            let first = &found.set.sessions[run.first()?.1 as usize];
            let (start, _) = first.span?;
            let end = sessions().filter_map(|s| s.span).map(|span| span.1).max()?;
            let n_records = sessions().fold(0_u32, |n, s| n.saturating_add(s.n_records));
            let alarm = Alarm {
                start,
                end,
                score: score(members.first()?),
                n_records,
                about: about::ANY,
                template: None,
                edge: Episode {
                    message: first.first_message,
                    start,
                    end: start,
                    n_records: 1,
                    file: first.file,
                    line: u32::try_from(first.line + 1).unwrap_or(u32::MAX),
                    offset: first.offset,
                },
                is_edge_telling: true,
            };
            Some((alarm, AlarmCause::Sessions(idx, members)))
        })
        .collect()
}
