//! Anomalous messages in time → incidents: what is near in time and alike in content belongs together.
//!
//! **Definition.** Two anomalous records are linked when they are less than `link_seconds` apart and the cosine of
//! their messages is above `link_similarity`; a message is always like itself. An incident is a connected component
//! of that graph.
//!
//! **Without all pairs.** Records come as *episodes*: maximal runs of one message whose consecutive records are
//! less than `link_seconds` apart, so all of an episode is in one component. Two episodes of similar messages are
//! joined by some linked pair of records exactly when the distance of their time spans (0 when they overlap) is
//! less than `link_seconds`:
//! - Apart, the distance of the spans is that of the last record of one and the first of the other, and no pair is
//!   closer.
//! - Overlapping, let the one that starts later start at t, which is a record of it. Then t lies within the span of
//!   the other, so between two consecutive records of it (or on one), which are less than `link_seconds` apart; the
//!   nearer one is linked to t.
//!
//! So the episodes are swept in the order of their starts, and for each only the latest episode of each similar
//! message is looked at: earlier ones of that message end at least `link_seconds` before the latest starts, which
//! is not after now. Which messages are similar is looked up once per distinct message ([`CosineIndex`]).
//!
//! **Rank.** `score = 0.5 · severity + 15 · rarity + 15 · spread + 10 · volume + 10 · duration`, each of the last four 0
//! to 1:
//! - severity: highest score of an episode in it;
//! - rarity: how much of what its messages say is said in this incident (its concentration), as what happens all day long is no
//!   incident, times how seldom the log says such things at all, a record in 10,000 makes 1;
//! - spread: distinct sources, log2, 16 make 1: trouble that shows in many places is worse than that of one;
//! - volume: anomalous records, log10, 10,000 make 1;
//! - duration: log of its seconds, an hour makes 1.

use std::ops::ControlFlow;

use petgraph::unionfind::UnionFind;
use serde::{Deserialize, Serialize};

use super::alarms::{self, Alarm, OWN_SHARE, Stretch};
use crate::base::ids::{FileId, MessageId, TemplateId};
use crate::base::math;
use crate::base::order::Arrange;
use crate::base::time::{SECOND, Timestamp};
use crate::detect::ALARM;
use crate::error::ParamsError;
use crate::featurize::neighbours::CosineIndex;
use crate::featurize::sparse::Sparse;

/// Choices, unchecked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncidentParams {
    /// Records closer than this many seconds can be linked (1 to 86400).
    pub link_seconds: u32,
    /// Messages whose cosine is above this can be linked (0 to 1).
    pub link_similarity: f64,
}

impl Default for IncidentParams {
    fn default() -> Self {
        Self {
            link_seconds: 300,
            link_similarity: 0.8,
        }
    }
}

/// Choices within their ranges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncidentValidParams(IncidentParams);

impl IncidentParams {
    /// Checks the ranges.
    ///
    /// # Errors
    /// `linkSeconds` outside 1 to 86400, `linkSimilarity` outside 0 to 1.
    pub fn check(self) -> Result<IncidentValidParams, ParamsError> {
        if !(1..=86_400).contains(&self.link_seconds) {
            return Err(ParamsError {
                option: "linkSeconds",
                expected: "1 to 86400 seconds",
                actual: self.link_seconds.to_string(),
            });
        }
        if !(0.0..=1.0).contains(&self.link_similarity) {
            return Err(ParamsError {
                option: "linkSimilarity",
                expected: "a cosine of 0 to 1",
                actual: self.link_similarity.to_string(),
            });
        }
        Ok(IncidentValidParams(self))
    }
}

/// A maximal run of records of one anomalous message with gaps below `link_seconds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    /// The message.
    pub message: MessageId,
    /// Time of its first record.
    pub start: Timestamp,
    /// Time of its last record.
    pub end: Timestamp,
    /// Records.
    pub n_records: u32,
    /// File of the first record.
    pub file: FileId,
    /// Physical line of the first record, from 1.
    pub line: u32,
    /// Byte offset of the first record in its (unpacked) file.
    pub offset: u64,
}

/// What is known of the messages that episodes name.
#[derive(Clone, Copy)]
pub struct Messages<'a> {
    /// Unit vectors, one row a [`MessageId`].
    pub vectors: &'a Sparse,
    /// Score of an episode, 0 to 100: that of its message, or more where an alarm around it is about this message.
    pub score_of: &'a dyn Fn(&Episode) -> f64,
    /// Records with the message in the whole log, one entry a [`MessageId`].
    pub n_records: &'a [u32],
    /// What a message is about, as bits of [`super::alarms::about`].
    pub about: &'a dyn Fn(MessageId) -> u8,
    /// The template of a message.
    pub template: &'a dyn Fn(MessageId) -> TemplateId,
    /// Appends the numbers of the sources that an episode is of.
    pub sources: &'a dyn Fn(&Episode, &mut Vec<u32>),
}

/// Anomalies that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// Time of the first record.
    pub start: Timestamp,
    /// Time of the last record.
    pub end: Timestamp,
    /// Anomalous records.
    pub n_records: u32,
    /// Its episodes, as indices into the input, in the order of time; none where only an alarm makes it.
    pub episodes: Vec<u32>,
    /// The alarm it belongs to, as an index into the input.
    pub alarm: Option<u32>,
    /// Its messages, highest score within it first.
    pub messages: Vec<MessageId>,
    /// The episode with the earliest record of those that make it, or the first record of its alarm: the leading edge.
    pub leading_edge: Episode,
    /// Rank, 0 to 100.
    pub score: f64,
    /// What the rank is made of.
    pub parts: RankParts,
}

/// What the rank of an incident is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankParts {
    /// Highest score of its episodes, 0 to 100.
    pub severity: f64,
    /// How seldom the log says such things, and elsewhere, 0 to 1.
    pub rarity: f64,
    /// Distinct sources, 0 to 1.
    pub spread: f64,
    /// Anomalous records, 0 to 1.
    pub volume: f64,
    /// Time span, 0 to 1.
    pub duration: f64,
    /// Share of the records with these messages that lie in it, 0 to 1.
    pub concentration: f64,
}

impl RankParts {
    /// The rank, 0 to 100.
    #[must_use]
    pub fn score(&self) -> f64 {
        let score = 0.5 * self.severity
            + 15.0 * self.rarity
            + 15.0 * self.spread
            + 10.0 * self.volume
            + 10.0 * self.duration;
        score.clamp(0.0, 100.0)
    }
}

impl Incident {
    /// Whether it is part of what goes on all day long: minor, and most of what its messages say is said elsewhere in the log.
    #[must_use]
    pub fn is_recurring(&self) -> bool {
        self.alarm.is_none() && self.score < ALARM && self.parts.concentration < OWN_SHARE
    }
}

impl IncidentValidParams {
    /// The incidents, worst first; equal ones in the order of time. `alarms` are in the order of their starts; each makes an
    /// incident of its own, with the components that belong to it.
    #[must_use]
    pub fn incidents(
        &self,
        episodes: &[Episode],
        messages: &Messages<'_>,
        alarms: &[Alarm],
    ) -> Vec<Incident> {
        let link_us = i64::from(self.0.link_seconds) * SECOND;
        let components = self.components(episodes, messages.vectors);
        let stretches: Vec<Stretch> = components
            .iter()
            .map(|component| stretch(episodes, component, messages))
            .collect();
        let mut of_alarms: Vec<Vec<u32>> = vec![Vec::new(); alarms.len()];
        let mut groups: Vec<(Vec<u32>, Option<u32>)> = Vec::new();
        let belonging = alarms::belonging(&stretches, alarms, link_us);
        for (component, alarm) in components.into_iter().zip(belonging) {
            match alarm {
                Some(alarm) => of_alarms[alarm as usize].extend(component),
                None => groups.push((component, None)),
            }
        }
        for (idx, mut component) in (0..).zip(of_alarms) {
            component.arrange_by_key(|idx| edge_key(&episodes[*idx as usize]));
            groups.push((component, Some(idx)));
        }
        let mut incidents: Vec<Incident> = groups
            .into_iter()
            .filter_map(|(component, alarm)| {
                let at = alarm.map(|alarm| (alarm, &alarms[alarm as usize]));
                incident(episodes, component, at, messages)
            })
            .collect();
        incidents.arrange_by(|a, b| b.score.total_cmp(&a.score).then(a.start.cmp(&b.start)));
        incidents
    }

    /// The connected components as indices of episodes, each in the order of time, the components by their first
    /// episode.
    #[must_use]
    pub fn components(&self, episodes: &[Episode], vectors: &Sparse) -> Vec<Vec<u32>> {
        let link_us = i64::from(self.0.link_seconds) * SECOND;
        let mut order: Vec<u32> = (0..episodes.len() as u32).collect();
        order.arrange_by_key(|idx| edge_key(&episodes[*idx as usize]));
        let alike = Alike::new(episodes, vectors, self.0.link_similarity);
        let mut union = UnionFind::<u32>::new(episodes.len());
        // Per message: its latest episode and when that (and all it continues) ends.
        let mut latest: Vec<Option<(u32, i64)>> = vec![None; alike.n_messages()];
        for idx in &order {
            let episode = &episodes[*idx as usize];
            let place = alike.place(episode.message);
            let (start, mut end) = (episode.start.0, episode.end.0.max(episode.start.0));
            for other in alike.neighbours(place) {
                if let Some((other_idx, other_end)) = latest[*other as usize]
                    && start.saturating_sub(other_end) < link_us
                {
                    union.union(*idx, other_idx);
                }
            }
            // Runs that were not maximal are continued.
            if let Some((same_idx, same_end)) = latest[place]
                && start.saturating_sub(same_end) < link_us
            {
                union.union(*idx, same_idx);
                end = end.max(same_end);
            }
            latest[place] = Some((*idx, end));
        }
        let mut place_of: Vec<Option<u32>> = vec![None; episodes.len()];
        let mut components: Vec<Vec<u32>> = Vec::new();
        for idx in order {
            let root = union.find_mut(idx);
            let place = *place_of[root as usize].get_or_insert_with(|| {
                components.push(Vec::new());
                components.len() as u32 - 1
            });
            components[place as usize].push(idx);
        }
        components
    }
}

/// Order of time, and of places in the files where times are equal.
fn edge_key(episode: &Episode) -> (Timestamp, FileId, u64, u32, MessageId) {
    (
        episode.start,
        episode.file,
        episode.offset,
        episode.line,
        episode.message,
    )
}

/// Which of the messages that occur are alike.
struct Alike {
    /// The messages that occur, ascending.
    messages: Vec<MessageId>,
    /// Where the neighbours of each begin.
    indptr: Vec<u32>,
    /// Others whose cosine is above the threshold, as places in `messages`.
    neighbours: Vec<u32>,
}

impl Alike {
    fn new(episodes: &[Episode], vectors: &Sparse, link_similarity: f64) -> Self {
        let mut messages: Vec<MessageId> = episodes.iter().map(|episode| episode.message).collect();
        messages.arrange();
        messages.dedup();
        let rows: Vec<u32> = messages.iter().map(|message| message.0).collect();
        let vectors = vectors.select(&rows);
        let mut index = CosineIndex::new(&vectors);
        let (mut indptr, mut neighbours) = (vec![0], Vec::new());
        for place in 0..messages.len() as u32 {
            index.visit(place, link_similarity, |other, cosine| {
                if cosine > link_similarity {
                    neighbours.push(other);
                }
                ControlFlow::Continue(())
            });
            indptr.push(neighbours.len() as u32);
        }
        Self {
            messages,
            indptr,
            neighbours,
        }
    }

    fn n_messages(&self) -> usize {
        self.messages.len()
    }

    fn place(&self, message: MessageId) -> usize {
        self.messages
            .binary_search(&message)
            .expect("built from the messages of these episodes")
    }

    fn neighbours(&self, place: usize) -> &[u32] {
        &self.neighbours[self.indptr[place] as usize..self.indptr[place + 1] as usize]
    }
}

/// A component as alarms see it.
fn stretch(episodes: &[Episode], component: &[u32], known: &Messages<'_>) -> Stretch {
    let members = || component.iter().map(|idx| &episodes[*idx as usize]);
    let mut messages: Vec<MessageId> = members().map(|episode| episode.message).collect();
    messages.arrange();
    messages.dedup();
    let start = members().map(|episode| episode.start).min();
    let end = members().map(|episode| episode.end).max();
    Stretch {
        start: start.unwrap_or(Timestamp(0)),
        end: end.unwrap_or(Timestamp(0)),
        n_records: members().fold(0, |n, episode| n.saturating_add(episode.n_records)),
        n_everywhere: n_everywhere(&messages, known),
        template: messages
            .first()
            .map_or(TemplateId(0), |message| (known.template)(*message)),
        about: messages
            .iter()
            .fold(0, |about, message| about | (known.about)(*message)),
    }
}

/// Records with these messages in the whole log.
fn n_everywhere(messages: &[MessageId], known: &Messages<'_>) -> f64 {
    let n_records = |message: &MessageId| known.n_records.get(message.index());
    let n_records = messages.iter().filter_map(n_records);
    n_records.map(|n| f64::from(*n)).sum()
}

/// The incident of a component and of the alarm it belongs to; `None` when there is neither.
fn incident(
    episodes: &[Episode],
    component: Vec<u32>,
    alarm: Option<(u32, &Alarm)>,
    known: &Messages<'_>,
) -> Option<Incident> {
    let members = || component.iter().map(|idx| &episodes[*idx as usize]);
    let alarm_edge = alarm.map(|alarm| (alarm.1.edge, alarm.1.is_edge_telling));
    let telling = alarm_edge.and_then(|(edge, is_telling)| is_telling.then_some(edge));
    let edges = members().copied().chain(telling);
    let leading_edge = edges
        .min_by_key(edge_key)
        .or(alarm_edge.map(|edge| edge.0))?;
    // Where no line tells when it began, or none came, it is the stretch of time that is unusual.
    let begins = alarm.map(|alarm| telling.map_or(alarm.1.start, |edge| edge.start));
    let starts = members().map(|episode| episode.start);
    let start = starts.chain(begins).min()?;
    let n_records = members().fold(0_u32, |n, episode| n.saturating_add(episode.n_records));
    let ends = members().map(|episode| episode.end);
    // Windows end on the clock; where its lines are known it ends with them.
    let is_known = |alarm: &Alarm| {
        alarm.is_edge_telling && f64::from(n_records) >= OWN_SHARE * f64::from(alarm.n_records)
    };
    let of_alarm = alarm.filter(|alarm| component.is_empty() || !is_known(alarm.1));
    let end = ends.chain(of_alarm.map(|alarm| alarm.1.end)).max()?;
    let score_of = |episode: &Episode| {
        let score = (known.score_of)(episode);
        if score.is_finite() {
            score.clamp(0.0, 100.0)
        } else {
            0.0
        }
    };
    let mut scored: Vec<(MessageId, f64)> = members()
        .map(|episode| (episode.message, score_of(episode)))
        .collect();
    scored.arrange_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    scored.dedup_by_key(|entry| entry.0);
    scored.arrange_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let of_alarm = alarm.map_or(0.0, |alarm| alarm.1.score);
    let severity = scored.first().map_or(0.0, |entry| entry.1).max(of_alarm);
    let messages: Vec<MessageId> = scored.into_iter().map(|entry| entry.0).collect();
    let n_everywhere = n_everywhere(&messages, known);
    let amount = n_records.max(alarm.map_or(0, |alarm| alarm.1.n_records));
    let seconds = end.0.saturating_sub(start.0).max(0) as f64 / SECOND as f64;
    let mut sources = Vec::new();
    members().for_each(|episode| (known.sources)(episode, &mut sources));
    sources.arrange();
    sources.dedup();
    let concentration = if messages.is_empty() {
        1.0
    } else {
        (f64::from(n_records) / n_everywhere.max(1.0)).min(1.0)
    };
    let n_log: f64 = known.n_records.iter().map(|n| f64::from(*n)).sum();
    let seldom = math::ln(n_log.max(1.0) / n_everywhere.max(1.0)) / math::ln(10_000.0);
    let parts = RankParts {
        severity,
        rarity: concentration * seldom.clamp(0.0, 1.0),
        spread: (math::log2(sources.len().max(1) as f64) / 4.0).min(1.0),
        volume: (math::ln(f64::from(amount).max(1.0)) / math::ln(10_000.0)).min(1.0),
        duration: (math::ln(1.0 + seconds) / math::ln(3601.0)).min(1.0),
        concentration,
    };
    Some(Incident {
        start,
        end,
        n_records,
        messages,
        leading_edge,
        score: parts.score(),
        parts,
        episodes: component,
        alarm: alarm.map(|alarm| alarm.0),
    })
}

#[cfg(test)]
mod tests;
