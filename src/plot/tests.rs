use std::path::PathBuf;

use super::fixture::{START, WINDOW, empty, report};
use super::scene::{Align, Shape, TargetShape};
use super::*;
use crate::report::{LevelSeries, Timeline, TimelineMark};

fn views() -> Vec<View> {
    let mut views = Vec::new();
    for (width, height, scale) in [
        (0, 0, 1.0),
        (1, 1, 1.0),
        (20, 400, 1.0),
        (300, 150, 1.0),
        (360, 260, 1.0),
        (800, 400, 1.0),
        (1600, 900, 2.0),
        (3840, 2160, 2.0),
        (300, 150, f64::NAN),
        (u32::MAX, u32::MAX, 1e9),
    ] {
        views.push(View {
            width,
            height,
            scale,
            ..View::default()
        });
    }
    for (yaw, pitch) in [
        (0.0, 0.0),
        (1.6, 1.57),
        (3.9, -0.7),
        (f64::NAN, f64::INFINITY),
        (1e300, 4.0),
    ] {
        views.push(View {
            yaw,
            pitch,
            is_dark: true,
            ..View::default()
        });
    }
    views.push(View {
        from_ms: Some(START + 30.0 * WINDOW),
        to_ms: Some(START + 40.5 * WINDOW),
        ..View::default()
    });
    views.push(View {
        from_ms: Some(f64::NAN),
        to_ms: Some(START),
        ..View::default()
    });
    views
}

/// Reports nobody would make: each must be survived.
fn odd_reports() -> Vec<Report> {
    let full = report();
    let mut one = report();
    one.timeline.n_bins = 1;
    one.points.truncate(1);
    one.space.truncate(1);
    one.clusters.points.truncate(1);
    one.features.names.truncate(1);
    one.incidents.truncate(1);
    let mut zero = report();
    for series in &mut zero.timeline.series {
        series.n_records.fill(0);
    }
    for point in &mut zero.space {
        (point.failed_logins, point.events, point.ip_entropy) = (0.0, 0.0, 0.0);
    }
    for point in &mut zero.clusters.points {
        (point.x, point.y) = (0.5, 0.5);
    }
    let mut wild = report();
    wild.window_ms = f64::NAN;
    for (idx, point) in wild.space.iter_mut().enumerate() {
        point.events = [f64::NAN, f64::INFINITY, 1e308, -5.0][idx % 4];
        point.score = [f64::NAN, 1e9][idx % 2];
        point.start_ms = f64::NEG_INFINITY;
    }
    for (idx, point) in wild.points.iter_mut().enumerate() {
        point.ms = [f64::NAN, 1e300, START, -1e300][idx % 4];
        point.score = [f64::INFINITY, -3.0, f64::NAN][idx % 3];
        point.n_records = [0, u32::MAX][idx % 2];
    }
    for (idx, point) in wild.clusters.points.iter_mut().enumerate() {
        point.x = [f64::NAN, 1e308, -1e308][idx % 3];
    }
    for (idx, node) in wild.network.nodes.iter_mut().enumerate() {
        node.x = [f64::NAN, 1e308, -1e308][idx % 3];
        node.incident = [0, u32::MAX][idx % 2];
        node.n_records = [0, u32::MAX][idx % 2];
    }
    for edge in &mut wild.network.edges {
        edge.to = u32::MAX;
    }
    wild.swimlanes.slice_ms = 1e308;
    for (idx, lane) in wild.swimlanes.lanes.iter_mut().enumerate() {
        lane.counts = vec![u32::MAX; idx * 50];
    }
    wild.features.correlation.truncate(2);
    wild.features.correlation[1].truncate(1);
    for incident in &mut wild.incidents {
        incident.end_ms = f64::INFINITY;
    }
    wild.clusters.groups.clear();
    let mut huge = report();
    huge.timeline = Timeline {
        start_ms: START,
        bin_ms: 86_400_000.0,
        n_bins: u32::MAX,
        series: (0..9)
            .map(|_| LevelSeries {
                level: "ERROR".to_owned(),
                n_records: vec![u32::MAX; 600],
            })
            .collect(),
        marks: (0..700)
            .map(|bin| TimelineMark { bin, score: 80.0 })
            .collect(),
    };
    huge.incidents = (0..100)
        .map(|idx| {
            let mut incident = full.incidents[0].clone();
            incident.id = idx + 1;
            incident.start_ms = START + f64::from(idx) * 80_000_000.0;
            incident.end_ms = incident.start_ms + 9e9;
            incident
        })
        .collect();
    let mut broken = report();
    broken.timeline.bin_ms = 0.0;
    broken.points.clear();
    broken.features.names = vec!["名前の長い特徴量".repeat(20); 40];
    broken.clusters.groups[0].name = "x".repeat(300);
    let mut dateless = report();
    dateless.timeline.start_ms = f64::NAN;
    vec![full, empty(), one, zero, wild, huge, broken, dateless]
}

#[test]
#[expect(clippy::disallowed_methods, reason = "goldens are files")]
fn pictures_equal_the_golden_ones() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/plots");
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut stale = Vec::new();
    for plot in all() {
        for (name, view) in [
            ("light", View::default()),
            (
                "dark_narrow",
                View {
                    width: 400,
                    height: 260,
                    is_dark: true,
                    ..View::default()
                },
            ),
        ] {
            let picture = svg(*plot, &report(), &view);
            let path = folder.join(format!("{}_{name}.svg", plot.name()));
            if update {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(&path, &picture).unwrap();
            } else if std::fs::read_to_string(&path).unwrap_or_default() != picture {
                stale.push(path);
            }
        }
    }
    assert!(
        stale.is_empty(),
        "look at the pictures, then run with UPDATE_GOLDEN=1: {stale:?}"
    );
}

#[test]
fn any_report_can_be_drawn_at_any_size() {
    for plot in all() {
        for report in odd_reports() {
            for view in views() {
                let scene = plot.scene(&report, &view);
                assert!(
                    scene.shapes.len() < 20_000,
                    "{} draws too much",
                    plot.name()
                );
                if view.width < 10_000 {
                    let _ = svg(*plot, &report, &view);
                }
                for at in [(0.0, 0.0), (100.0, 100.0), (-5.0, f64::NAN), (1e300, 10.0)] {
                    let _ = pick(*plot, &report, &view, &scene, at);
                }
            }
            assert!(!plot.describe(&report).is_empty());
            plot.legend(&report, Theme { is_dark: true });
        }
    }
}

#[test]
fn nothing_to_draw_is_said_in_a_sentence() {
    for plot in all() {
        let scene = plot.scene(&empty(), &View::default());
        assert!(scene.targets.is_empty());
        assert!(
            scene
                .shapes
                .iter()
                .all(|shape| matches!(shape, Shape::Label(_))),
            "{}",
            plot.name()
        );
        assert!(!scene.shapes.is_empty(), "{}", plot.name());
        assert!(plot.describe(&empty()).ends_with('.'));
    }
}

#[test]
fn texts_do_not_overlap_and_stay_in_the_picture() {
    for plot in all() {
        for view in views().into_iter().filter(|view| view.width < 10_000) {
            let scene = plot.scene(&report(), &view);
            let areas: Vec<_> = scene
                .shapes
                .iter()
                .filter_map(|shape| match shape {
                    Shape::Label(label) => Some((label.area(), &label.text)),
                    _ => None,
                })
                .collect();
            for (idx, (area, text)) in areas.iter().enumerate() {
                assert!(
                    area.x0 >= 0 && area.x1 <= view.width as i32,
                    "{} {text} {view:?}",
                    plot.name()
                );
                for (other, other_text) in &areas[..idx] {
                    assert!(
                        !area.overlaps(*other),
                        "{}: {text} on {other_text}",
                        plot.name()
                    );
                }
            }
        }
    }
}

fn at_f64((x, y): (i32, i32)) -> (f64, f64) {
    (f64::from(x), f64::from(y))
}

#[test]
fn what_is_drawn_is_picked_where_it_stands() {
    for plot in all() {
        for view in [
            View::default(),
            View {
                width: 1600,
                height: 800,
                scale: 2.0,
                ..View::default()
            },
        ] {
            let scene = plot.scene(&report(), &view);
            assert!(!scene.targets.is_empty());
            for (idx, target) in scene.targets.iter().enumerate() {
                let at = match target.shape {
                    TargetShape::Disc { at, .. } => at,
                    TargetShape::Area(area) => (
                        i32::midpoint(area.x0, area.x1),
                        i32::midpoint(area.y0, area.y1),
                    ),
                };
                let hit = scene.hit(at, 0).unwrap();
                // What lies on top of it may be hit in its place, nothing else.
                assert!(
                    hit == target || scene.targets[idx..].contains(hit),
                    "{} {target:?} {hit:?}",
                    plot.name()
                );
                let picked = pick(*plot, &report(), &view, &scene, at_f64(at)).unwrap();
                assert!(
                    !picked.lines.is_empty() && picked.lines.iter().all(|line| !line.is_empty())
                );
            }
        }
    }
    let view = View::default();
    let top = &report().points[0];
    let scene = scatter::Scatter.scene(&report(), &view);
    let target = scene.targets.iter().find(|target| target.row == 0).unwrap();
    let TargetShape::Disc { at, .. } = target.shape else {
        panic!("points are discs")
    };
    let picked = pick(&scatter::Scatter, &report(), &view, &scene, at_f64(at)).unwrap();
    assert_eq!(
        picked.pick,
        Pick::Message {
            message: top.message,
            template: top.template
        }
    );
}

#[test]
fn every_color_of_the_legend_is_in_the_picture() {
    let report = report();
    for plot in all().iter().filter(|plot| plot.name() != "heatmap") {
        let view = View::default();
        let picture = svg(*plot, &report, &view).to_lowercase();
        let legend = plot.legend(&report, view.theme());
        assert!(!legend.is_empty());
        for entry in legend {
            assert!(picture.contains(&entry.color), "{}: {entry:?}", plot.name());
        }
    }
}

#[test]
fn names_are_unique_and_found() {
    for plot in all() {
        assert_eq!(by_name(plot.name()).unwrap().title(), plot.title());
    }
    assert!(by_name("pie").is_none());
}

#[test]
fn labels_know_their_extent() {
    let label = |across, down| scene::Label {
        at: (100, 50),
        text: "abcd".to_owned(),
        size: 10.0,
        color: Theme { is_dark: false }.ink(),
        across,
        down,
    };
    let area = label(Align::Start, Align::Start).area();
    assert_eq!((area.x0, area.y0, area.x1, area.y1), (100, 50, 125, 61));
    assert_eq!(label(Align::End, Align::End).area().x1, 100);
}
