//! Incidents against the definition by all pairs, and their rank.

use rand::RngExt;

use super::*;
use crate::base::rng;
use crate::featurize::tfidf::tfidf;

const WORDS: [&str; 7] = ["disk", "full", "login", "failed", "node", "down", "for"];

/// A record of the log that episodes are made of.
#[derive(Clone, Copy)]
struct Record {
    message: u32,
    t: i64,
}

fn vectors(n_messages: u32, rng: &mut rng::Rng) -> Sparse {
    let texts: Vec<String> = (0..n_messages)
        .map(|_| {
            let n_words = rng.random_range(1..6_u32);
            let words = (0..n_words).map(|_| WORDS[rng.random_range(0..7_u32) as usize]);
            words.collect::<Vec<_>>().join(" ")
        })
        .collect();
    tfidf(&texts.iter().map(String::as_str).collect::<Vec<_>>(), &[]).rows
}

/// Maximal runs of each message; also the episode of each record.
fn episodes(records: &[Record], link_us: i64) -> (Vec<Episode>, Vec<usize>) {
    let mut episodes: Vec<Episode> = Vec::new();
    let mut episode_of = vec![0; records.len()];
    let mut order: Vec<usize> = (0..records.len()).collect();
    order.sort_by_key(|idx| (records[*idx].message, records[*idx].t));
    for idx in order {
        let Record { message, t } = records[idx];
        match episodes.last_mut() {
            Some(run) if run.message.0 == message && t - run.end.0 < link_us => {
                run.end = Timestamp(t);
                run.n_records += 1;
            }
            _ => episodes.push(Episode {
                message: MessageId(message),
                start: Timestamp(t),
                end: Timestamp(t),
                n_records: 1,
                file: FileId(0),
                line: idx as u32 + 1,
                offset: idx as u64 * 80,
            }),
        }
        episode_of[idx] = episodes.len() - 1;
    }
    (episodes, episode_of)
}

/// Component of each record by comparing all pairs, numbered by first appearance.
fn by_all_pairs(records: &[Record], vectors: &Sparse, link_us: i64, similarity: f64) -> Vec<usize> {
    let mut component: Vec<usize> = (0..records.len()).collect();
    for a in 0..records.len() {
        for b in 0..a {
            let (x, y) = (records[a], records[b]);
            let row = |record: Record| vectors.row(record.message as usize);
            let is_alike = x.message == y.message || row(x).dot(row(y)) > similarity;
            if (x.t - y.t).abs() < link_us && is_alike {
                let (from, to) = (component[a], component[b]);
                component
                    .iter_mut()
                    .filter(|c| **c == from)
                    .for_each(|c| *c = to);
            }
        }
    }
    by_first_appearance(component)
}

fn by_first_appearance(labels: Vec<usize>) -> Vec<usize> {
    let mut seen = Vec::new();
    labels
        .into_iter()
        .map(|label| {
            seen.iter().position(|s| *s == label).unwrap_or_else(|| {
                seen.push(label);
                seen.len() - 1
            })
        })
        .collect()
}

#[test]
fn components_are_those_of_all_pairs() {
    for seed in 0..200 {
        let mut rng = rng::for_stage(seed, "test/incidents");
        let n_messages = rng.random_range(1..12_u32);
        let vectors = vectors(n_messages, &mut rng);
        // In whole seconds, so that distances of exactly `link_seconds` occur.
        let span = [50, 400, 3000][rng.random_range(0..3_u32) as usize];
        let records: Vec<Record> = (0..rng.random_range(1..80_u32))
            .map(|_| Record {
                message: rng.random_range(0..n_messages),
                t: rng.random_range(0..span) * SECOND,
            })
            .collect();
        let link_seconds = rng.random_range(1..30_u32);
        let link_similarity = [0.0, 0.3, 0.5, 0.8, 0.99][rng.random_range(0..5_u32) as usize];
        let link_us = i64::from(link_seconds) * SECOND;
        let expected = by_all_pairs(&records, &vectors, link_us, link_similarity);

        let params = IncidentParams {
            link_seconds,
            link_similarity,
        }
        .check()
        .unwrap();
        let (maximal, episode_of) = episodes(&records, link_us);
        let components = params.components(&maximal, &vectors);
        let component_of = |record: usize| {
            let holds = |c: &Vec<u32>| c.contains(&(episode_of[record] as u32));
            components.iter().position(holds).unwrap()
        };
        let found = by_first_appearance((0..records.len()).map(component_of).collect());
        assert_eq!(found, expected, "seed {seed}");

        // Every record as an episode of its own gives the same.
        let (single, episode_of) = episodes(&records, 0);
        let components = params.components(&single, &vectors);
        let component_of = |record: usize| {
            let holds = |c: &Vec<u32>| c.contains(&(episode_of[record] as u32));
            components.iter().position(holds).unwrap()
        };
        let found = by_first_appearance((0..records.len()).map(component_of).collect());
        assert_eq!(found, expected, "seed {seed}, single records");
    }
}

fn episode(message: u32, start: i64, end: i64, n_records: u32) -> Episode {
    Episode {
        message: MessageId(message),
        start: Timestamp(start * SECOND),
        end: Timestamp(end * SECOND),
        n_records,
        file: FileId(0),
        line: start as u32,
        offset: start as u64 * 100,
    }
}

#[test]
fn incidents_are_ranked_and_know_their_leading_edge() {
    let texts = [
        "password failed for <user>",
        "password failed for admin <user>",
        "disk full",
    ];
    let vectors = tfidf(&texts, &[500, 100, 1]).rows;
    let episodes = [
        episode(2, 90_000, 90_000, 1),
        episode(1, 1100, 1500, 90),
        episode(0, 1000, 1600, 480),
        episode(0, 50_000, 50_000, 1),
    ];
    let score_of = |episode: &Episode| [85.0, 85.0, 60.0][episode.message.index()];
    let messages = Messages {
        vectors: &vectors,
        score_of: &score_of,
        n_records: &[500, 100, 1],
        about: &|_| 0,
        template: &|_| TemplateId(0),
        sources: &|episode, sources| sources.push(episode.message.0),
    };
    let params = IncidentParams {
        link_seconds: 300,
        link_similarity: 0.5,
    }
    .check()
    .unwrap();
    let incidents = params.incidents(&episodes, &messages, &[]);
    assert_eq!(incidents.len(), 3);
    let worst = &incidents[0];
    assert_eq!(
        (worst.episodes.as_slice(), worst.n_records),
        ([2, 1].as_slice(), 570)
    );
    assert_eq!(worst.messages, [MessageId(0), MessageId(1)]);
    assert_eq!(worst.leading_edge, episodes[2]);
    assert_eq!(
        (worst.start, worst.end),
        (Timestamp(1000 * SECOND), Timestamp(1600 * SECOND))
    );
    assert!(worst.score > 60.0, "{}", worst.score);
    assert!(incidents[1..].iter().all(|incident| incident.score < 50.0));
}

#[test]
fn what_is_rare_and_of_many_sources_ranks_first() {
    let texts = ["disk full", "login failed", "node down"];
    let vectors = tfidf(&texts, &[]).rows;
    // As severe, as long and as many records each; the second is said often elsewhere, the third by many sources.
    let episodes = [
        episode(0, 1000, 1060, 20),
        episode(1, 9000, 9060, 20),
        episode(2, 18_000, 18_060, 20),
    ];
    let messages = Messages {
        vectors: &vectors,
        score_of: &|_| 80.0,
        n_records: &[20, 900, 20],
        about: &|_| 0,
        template: &|message| TemplateId(message.0),
        sources: &|episode, sources| {
            let n_sources = if episode.message == MessageId(2) {
                8
            } else {
                1
            };
            // Blocks name a source more than once.
            sources.extend((0..n_sources).chain(0..n_sources));
        },
    };
    let params = IncidentParams::default().check().unwrap();
    let incidents = params.incidents(&episodes, &messages, &[]);
    let ranked: Vec<u32> = incidents.iter().map(|found| found.messages[0].0).collect();
    assert_eq!(ranked, [2, 0, 1]);
    assert_eq!(incidents[0].parts.spread, 0.75);
    assert_eq!(incidents[1].parts.spread, 0.0);
    assert!(incidents[1].parts.rarity > 0.4 && incidents[2].parts.rarity < 0.01);
}

#[test]
fn an_alarm_begins_with_the_first_line_that_has_to_do_with_it() {
    let vectors = tfidf(&["disk full"], &[]).rows;
    let alarm = |is_edge_telling| Alarm {
        start: Timestamp(900 * SECOND),
        end: Timestamp(1200 * SECOND),
        score: 70.0,
        n_records: 50,
        about: alarms::about::ANY,
        template: None,
        edge: episode(0, 905, 905, 1),
        is_edge_telling,
    };
    let messages = Messages {
        vectors: &vectors,
        score_of: &|_| 80.0,
        n_records: &[20],
        about: &|_| 0,
        template: &|message| TemplateId(message.0),
        sources: &|_, _| {},
    };
    let params = IncidentParams::default().check().unwrap();
    let own = [episode(0, 1000, 1060, 20)];
    for (episodes, is_telling, edge, start) in [
        (&own[..], false, 1000, 900),
        (&own[..], true, 905, 905),
        (&[], false, 905, 900),
        (&[], true, 905, 905),
    ] {
        let found = params.incidents(episodes, &messages, &[alarm(is_telling)]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].leading_edge.start.0 / SECOND, edge);
        assert_eq!(found[0].start.0 / SECOND, start);
    }
}

#[test]
fn nothing_anomalous_makes_no_incident() {
    let vectors = Sparse::with_cols(0);
    let messages = Messages {
        vectors: &vectors,
        score_of: &|_| 0.0,
        n_records: &[],
        about: &|_| 0,
        template: &|_| TemplateId(0),
        sources: &|_, _| {},
    };
    assert_eq!(
        IncidentParams::default()
            .check()
            .unwrap()
            .incidents(&[], &messages, &[]),
        []
    );
}

#[test]
fn choices_out_of_range_name_their_option() {
    for (link_seconds, link_similarity, option) in [
        (0, 0.8, "linkSeconds"),
        (86_401, 0.8, "linkSeconds"),
        (300, -0.1, "linkSimilarity"),
        (300, f64::NAN, "linkSimilarity"),
    ] {
        let params = IncidentParams {
            link_seconds,
            link_similarity,
        };
        assert_eq!(params.check().unwrap_err().option, option);
    }
}
