//! A small report made by hand: a quiet night, a burst of failed logins, a failing service, a silence.

use crate::report::{
    Changes, ClusterGroup, ClusterPoint, Clusters, Features, Incident, LevelSeries, LineRef,
    MessagePoint, Network, NetworkEdge, NetworkNode, Report, SourceChange, Swimlane, Swimlanes,
    TemplateReport, Timeline, TimelineMark, WindowPoint,
};

pub(super) const START: f64 = 1_772_431_200_000.0; // 2026-03-02 06:00 UTC
pub(super) const WINDOW: f64 = 300_000.0;

/// Numbers that look random and never change.
fn noise(idx: usize, salt: u64) -> f64 {
    let mixed = crate::base::hash::combine(salt, idx as u64);
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

fn level(name: &str, n_records: Vec<u32>) -> LevelSeries {
    LevelSeries {
        level: name.to_owned(),
        n_records,
    }
}

fn incident(id: u32, title: &str, from_bin: f64, to_bin: f64, score: f64) -> Incident {
    let start_ms = START + from_bin * WINDOW;
    Incident {
        id,
        title: title.to_owned(),
        start_ms,
        end_ms: START + to_bin * WINDOW,
        score,
        level: "ERROR".to_owned(),
        n_records: 120 * id,
        reason: String::new(),
        leading_edge: LineRef {
            file: 0,
            line: 1,
            offset: 0.0,
            ms: Some(start_ms),
            text: String::new(),
            template: 1,
        },
        templates: vec![1],
        keys: Vec::new(),
        sources: Vec::new(),
        n_sources: 0,
        messages: vec![1],
        changes: Vec::new(),
        trigger: None,
        rank: String::new(),
    }
}

/// Three sources, of which one falls silent.
fn swimlanes() -> Swimlanes {
    let lane = |source: &str, at: &dyn Fn(u32) -> u32| {
        let counts: Vec<u32> = (0..48).map(at).collect();
        Swimlane {
            source: source.to_owned(),
            text: source.to_owned(),
            n_records: counts.iter().sum(),
            errors: vec![0; counts.len()],
            counts,
        }
    };
    Swimlanes {
        start_ms: START,
        slice_ms: 1.5 * WINDOW,
        lanes: vec![
            lane("shop.web.AccessFilter", &|idx| 120 + idx % 7),
            lane("shop.checkout", &|idx| {
                if (26..32).contains(&idx) {
                    0
                } else {
                    30 + idx % 5
                }
            }),
            lane("sshd", &|idx| {
                if idx == 31 {
                    90
                } else {
                    u32::from(idx % 3 == 0)
                }
            }),
        ],
        n_sources: 3,
    }
}

fn source_changes() -> Changes {
    Changes {
        sources: vec![SourceChange {
            kind: "pause".to_owned(),
            source: "shop.checkout".to_owned(),
            text: "shop.checkout".to_owned(),
            start_ms: START + 39.0 * WINDOW,
            end_ms: START + 48.0 * WINDOW,
            n_records: 0,
            reason: "none in 45 min, usually 30 to 34".to_owned(),
        }],
        ..Changes::default()
    }
}

/// Three incidents: one that holds together, one of two kinds of lines, and one beyond those with a colour of their own.
fn network() -> Network {
    let node = |idx: usize, incident: u32, n_records: u32| NetworkNode {
        x: 6.0 * noise(idx, 21) + 9.0 * f64::from(incident.min(4)),
        y: 8.0 * noise(idx, 22),
        incident,
        template: idx as u32 % 5,
        text: format!("pattern {idx} with <*> of <*> and some more words"),
        n_records,
        score: 95.0 - 4.0 * idx as f64,
    };
    let edge = |from: u32, to: u32, cosine: f64| NetworkEdge {
        from,
        to,
        cosine,
        is_alike: cosine > 0.0,
    };
    Network {
        nodes: vec![
            node(0, 1, 500),
            node(1, 1, 62),
            node(2, 1, 8),
            node(3, 2, 80),
            node(4, 2, 20),
            node(5, 2, 1),
            node(6, 14, 3),
        ],
        edges: vec![
            edge(0, 1, 0.91),
            edge(1, 2, 0.84),
            edge(3, 4, 0.0),
            edge(4, 5, 0.87),
            edge(3, 6, 0.9),
        ],
        n_all: 9,
    }
}

#[expect(clippy::too_many_lines, reason = "one literal")]
pub(super) fn report() -> Report {
    let n = 72;
    let mut info = Vec::new();
    let mut errors = Vec::new();
    let mut fatal = Vec::new();
    let mut warn = Vec::new();
    let mut none = Vec::new();
    for bin in 0..n {
        let is_silent = (57..62).contains(&bin);
        let day = 220.0 + 60.0 * (bin as f64 / 72.0);
        info.push(if is_silent {
            0
        } else {
            (day + 60.0 * noise(bin, 1)) as u32
        });
        warn.push(if is_silent {
            0
        } else {
            (6.0 * noise(bin, 2)) as u32 + if (20..29).contains(&bin) { 8 } else { 0 }
        });
        errors.push(if (38..41).contains(&bin) {
            40
        } else {
            u32::from(bin == 28) + u32::from(noise(bin, 3) > 0.95)
        });
        fatal.push(u32::from(bin == 39));
        none.push(
            (20.0 + 12.0 * noise(bin, 4)) as u32 + if (47..49).contains(&bin) { 260 } else { 0 },
        );
    }
    let marks = [
        (28, 41.0),
        (38, 78.0),
        (39, 96.0),
        (40, 71.0),
        (47, 88.0),
        (48, 92.0),
        (58, 55.0),
    ];
    let names = [
        "events",
        "unique users",
        "unique IPs",
        "burstiness",
        "failed logins",
        "IP entropy",
        "time of day, sine",
        "time of day, cosine",
    ];
    let correlation: Vec<Vec<Option<f64>>> = (0..names.len())
        .map(|row| {
            (0..names.len())
                .map(|column| match (row.max(column), row.min(column)) {
                    (a, b) if a == b => Some(1.0),
                    (1, _) | (_, 1) => None,
                    (4, 0) => Some(0.83),
                    (5, 4) => Some(0.97),
                    (3, 0) => Some(-0.62),
                    (a, b) => Some(1.4 * noise(a * 10 + b, 5) - 0.7),
                })
                .collect()
        })
        .collect();
    let templates: Vec<TemplateReport> = [
        "Circuit order-store is open: <*> % of calls failed in the last <*> s, checkout is disabled",
        "Failed password for invalid user <*> from <*> port <*> ssh2",
        "Could not store order <*> attempt <*> of <*> Connection to <*> refused",
        "Heap pressure: <*> % used after full collection (<*> of <*> MB), pause <*> ms",
        "GET <*> -> <*> in <*> ms user=<*>",
    ]
    .into_iter()
    .enumerate()
    .map(|(id, text)| TemplateReport {
        id: id as u32,
        text: text.to_owned(),
        slots: Vec::new(),
        key: String::new(),
        is_normal: false,
        n_records: 100,
        level: "ERROR".to_owned(),
        first_ms: Some(START),
        last_ms: Some(START + WINDOW),
        score: 90.0,
        reason: String::new(),
        sparkline: Vec::new(),
    })
    .collect();
    let mut points = Vec::new();
    for idx in 0..90 {
        let (bin, score, template, n_records) = match idx {
            0 => (39.4, 97.0, 0, 1),
            1..12 => (47.0 + 0.18 * idx as f64, 84.0 + 8.0 * noise(idx, 7), 1, 30),
            12..26 => (
                38.0 + 0.2 * (idx - 12) as f64,
                70.0 + 12.0 * noise(idx, 8),
                2,
                12,
            ),
            26..36 => (
                20.0 + 0.8 * (idx - 26) as f64,
                40.0 + 12.0 * noise(idx, 9),
                3,
                4,
            ),
            _ => (
                72.0 * noise(idx, 10),
                22.0 * noise(idx, 11),
                4 + idx as u32 % 14,
                (2000.0 * noise(idx, 12)) as u32 + 1,
            ),
        };
        points.push(MessagePoint {
            ms: START + bin * WINDOW,
            score,
            template,
            message: idx as u32,
            n_records,
        });
    }
    let space: Vec<WindowPoint> = (0..n)
        .map(|bin| {
            let is_attack = (47..49).contains(&bin);
            WindowPoint {
                start_ms: START + bin as f64 * WINDOW,
                failed_logins: if is_attack {
                    240.0 + 20.0 * noise(bin, 13)
                } else {
                    (3.0 * noise(bin, 14)).floor()
                },
                events: f64::from(info[bin] + none[bin] + errors[bin]),
                ip_entropy: if is_attack { 2.0 } else { 3.0 * noise(bin, 15) },
                score: marks
                    .iter()
                    .find(|mark| mark.0 == bin)
                    .map_or(24.0 * noise(bin, 16), |mark| mark.1),
                cluster: None,
            }
        })
        .collect();
    let centers = [
        (0.1, 0.2),
        (0.8, 0.75),
        (0.75, 0.2),
        (0.25, 0.8),
        (0.5, 0.5),
        (0.55, 0.52),
    ];
    let cluster_names = [
        "GET POST api",
        "checkout order confirmed",
        "sshd session opened",
        "Failed password invalid user",
        "GC pause heap",
        "pool stats active idle",
    ];
    let clusters = Clusters {
        method: "dbscan".to_owned(),
        eps: 0.4,
        min_points: 5,
        points: (0..140)
            .map(|idx| {
                let cluster = if idx % 10 == 9 {
                    None
                } else {
                    Some((idx % 6) as u32)
                };
                let (cx, cy) =
                    cluster.map_or((noise(idx, 20), noise(idx, 21)), |id| centers[id as usize]);
                ClusterPoint {
                    x: cx + 0.12 * (noise(idx, 22) - 0.5),
                    y: cy + 0.12 * (noise(idx, 23) - 0.5),
                    cluster,
                    template: (idx % 5) as u32,
                    message: idx as u32,
                    n_records: (900.0 * noise(idx, 24) * noise(idx, 25)) as u32 + 1,
                    score: if cluster == Some(3) && idx % 5 == 0 {
                        80.0
                    } else {
                        10.0
                    },
                }
            })
            .collect(),
        groups: cluster_names
            .iter()
            .enumerate()
            .map(|(id, name)| ClusterGroup {
                id: id as u32,
                name: (*name).to_owned(),
                n_messages: 21,
                n_records: 2100,
            })
            .collect(),
        n_noise: 14,
    };
    Report {
        window_ms: WINDOW,
        timeline: Timeline {
            start_ms: START,
            bin_ms: WINDOW,
            n_bins: n as u32,
            series: vec![
                level("FATAL", fatal),
                level("ERROR", errors),
                level("WARN", warn),
                level("INFO", info),
                level("", none),
            ],
            marks: marks
                .iter()
                .map(|(bin, score)| TimelineMark {
                    bin: *bin as u32,
                    score: *score,
                })
                .collect(),
        },
        features: Features {
            names: names.map(str::to_owned).to_vec(),
            rank_correlation: correlation.clone(),
            correlation,
            values: (0..names.len())
                .map(|feature| {
                    let value = |point: &WindowPoint| point.events / (1.0 + feature as f64);
                    space.iter().map(value).collect()
                })
                .collect(),
        },
        templates,
        points,
        space,
        clusters,
        incidents: vec![
            incident(1, "order-store connection refused", 38.1, 40.8, 96.0),
            incident(2, "failed passwords from 4 addresses", 47.0, 48.9, 92.0),
            incident(3, "heap pressure until out of memory", 20.0, 28.4, 55.0),
            incident(4, "circuit open", 39.2, 39.3, 51.0),
        ],
        n_incidents: 4,
        network: network(),
        swimlanes: swimlanes(),
        changes: source_changes(),
        suppressed: Vec::new(),
        sessions: Vec::new(),
        evaluation: None,
        ..empty()
    }
}

pub(super) fn empty() -> Report {
    Report {
        version: 1,
        sentence: String::new(),
        totals: crate::report::Totals::default(),
        n_files: 0,
        files: Vec::new(),
        notices: Vec::new(),
        levels: Vec::new(),
        timezone: "UTC".to_owned(),
        window_ms: 0.0,
        timeline: Timeline::default(),
        detectors: Vec::new(),
        amounts: Vec::new(),
        windows: Vec::new(),
        n_anomalous_windows: 0,
        features: Features::default(),
        templates: Vec::new(),
        points: Vec::new(),
        space: Vec::new(),
        clusters: Clusters::default(),
        incidents: Vec::new(),
        n_incidents: 0,
        network: Network::default(),
        suppressed: Vec::new(),
        changes: Changes::default(),
        swimlanes: Swimlanes::default(),
        sessions: Vec::new(),
        evaluation: None,
        skipped: Vec::new(),
    }
}
