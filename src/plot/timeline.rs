//! Records over time, stacked by level from the worst at the ground, with anomalous stretches and incidents marked.

use super::scale::{self, Scale, counted, grouped};
use super::scene::{Align, Area, Label, Scene, TargetShape, text_width};
use super::theme::{Theme, band_of, fade};
use super::{LegendEntry, Pick, Plot, View, clock, frame};
use crate::base::order::Arrange;
use crate::report::{self, Report};

/// Rows of incidents that are numbered; what does not fit is drawn without its number.
const MAX_LANES: usize = 3;

/// The plot.
pub(super) struct Timeline;

/// Bins that can be drawn: those the series really have.
fn n_bins(timeline: &report::Timeline) -> usize {
    let longest = timeline
        .series
        .iter()
        .map(|series| series.n_records.len())
        .max()
        .unwrap_or(0);
    longest.min(timeline.n_bins as usize)
}

fn total(timeline: &report::Timeline, bin: usize) -> u64 {
    timeline
        .series
        .iter()
        .filter_map(|series| series.n_records.get(bin))
        .map(|n| u64::from(*n))
        .sum()
}

fn bin_start(timeline: &report::Timeline, bin: usize) -> f64 {
    timeline.start_ms + timeline.bin_ms * bin as f64
}

impl Plot for Timeline {
    fn name(&self) -> &'static str {
        "timeline"
    }

    fn title(&self) -> &'static str {
        "Records over time"
    }

    fn describe(&self, report: &Report) -> String {
        let timeline = &report.timeline;
        let n = n_bins(timeline);
        if n == 0 || frame::time_range(report, &View::default()).is_none() {
            return "No record has a timestamp, so there is no timeline.".to_owned();
        }
        let busiest = (0..n)
            .rev()
            .max_by_key(|bin| total(timeline, *bin))
            .unwrap_or(0);
        format!(
            "Records per {} from {}. The busiest stretch begins at {} with {}. {} anomalous, {}.",
            clock::length(timeline.bin_ms),
            clock::span(timeline.start_ms, bin_start(timeline, n)),
            clock::instant(bin_start(timeline, busiest)),
            counted(total(timeline, busiest), "record"),
            match timeline.marks.len() {
                0 => "No stretch is".to_owned(),
                1 => "1 stretch is".to_owned(),
                many => format!("{many} stretches are"),
            },
            counted(u64::from(report.n_incidents), "incident"),
        )
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one picture, drawn from back to front"
    )]
    fn scene(&self, report: &Report, view: &View) -> Scene {
        let timeline = &report.timeline;
        let n = n_bins(timeline);
        let range = frame::time_range(report, view).filter(|_| n > 0 && timeline.bin_ms > 0.0);
        let Some((from, to)) = range else {
            return Scene::sentence(view, &self.describe(report));
        };
        let mut scene = Scene::new(view);
        let theme = view.theme();

        // The header: a row for the unit, rows of incidents, the strip of marks.
        let Some(widest) = frame::inner(view, 0) else {
            return scene;
        };
        let time = Scale::new(from, to, widest.x0, widest.x1);
        let lane_height = (view.font() * 1.15) as i32;
        let n_lanes = if widest.height() < view.px(150.0) {
            1
        } else {
            MAX_LANES
        };
        let lanes = lay_incidents(report, view, &time, widest, n_lanes);
        let n_used = lanes
            .iter()
            .filter_map(|placed| placed.lane)
            .max()
            .map_or(0, |lane| lane as i32 + 1);
        let lanes_top = view.px(5.0) + lane_height;
        let strip_top = lanes_top + n_used * lane_height + view.px(2.0);
        let strip_bottom = strip_top + view.px(6.0);
        let Some(area) = frame::inner(view, strip_bottom + view.px(2.0)) else {
            return scene;
        };

        let most = (0..n)
            .map(|bin| total(timeline, bin))
            .max()
            .unwrap_or(0)
            .max(1);
        let count = Scale::new(0.0, most as f64 * 1.04, area.y1, area.y0);
        let n_ticks = (area.height() / (lane_height * 2)).clamp(1, 8) as usize;
        let ticks: Vec<(f64, String)> = scale::ticks(0.0, most as f64, n_ticks, 1.0)
            .into_iter()
            .map(|v| (v, scale::short(v)))
            .collect();
        let unit = format!("records per {}", clock::length(timeline.bin_ms));
        frame::draw_value_axis(&mut scene, view, area, &count, &ticks, &unit);

        let bin_area = |bin: usize| {
            let (start, end) = (bin_start(timeline, bin), bin_start(timeline, bin + 1));
            let (x0, x1) = (time.at(start), time.at(end));
            let is_shown = end > from && start < to;
            is_shown.then(|| Area {
                x0: x0.max(area.x0),
                x1: x1.max(x0 + 1).min(area.x1),
                y0: area.y0,
                y1: area.y1,
            })
        };
        for mark in &timeline.marks {
            let bin = mark.bin as usize;
            if let Some(column) = bin_area(bin).filter(|_| bin < n) {
                let color = theme.band(mark.score);
                scene.rect(
                    Area {
                        y0: strip_bottom,
                        ..column
                    },
                    fade(color, 0.16),
                );
                let widen = (view.px(3.0) - column.width()).max(0);
                let strip = Area {
                    x0: column.x0 - widen / 2,
                    x1: column.x1 + widen - widen / 2,
                    y0: strip_top,
                    y1: strip_bottom,
                };
                scene.rect(strip, color);
            }
        }
        for bin in 0..n {
            if let Some(column) = bin_area(bin) {
                draw_bar(&mut scene, view, timeline, bin, column, &count);
                let pick = Pick::Window {
                    start_ms: bin_start(timeline, bin),
                    end_ms: bin_start(timeline, bin + 1),
                };
                scene.target(
                    TargetShape::Area(Area {
                        y0: strip_top,
                        ..column
                    }),
                    pick,
                    bin,
                );
            }
        }
        frame::draw_time_axis(&mut scene, view, area, &time);
        for placed in &lanes {
            let lane = placed.lane.unwrap_or(n_used.max(1) as usize - 1) as i32;
            let middle = lanes_top + lane * lane_height + lane_height / 2;
            let half = view.px(2.0);
            let alpha = if placed.lane.is_some() { 1.0 } else { 0.45 };
            scene.rect(
                Area {
                    x0: placed.x0,
                    x1: placed.x1,
                    y0: middle - half,
                    y1: middle + half,
                },
                fade(theme.incident(), alpha),
            );
            if placed.lane.is_some() {
                scene.label(Label {
                    at: (placed.x0 - view.px(3.0), middle),
                    text: placed.id.to_string(),
                    size: view.font(),
                    color: theme.incident(),
                    across: Align::End,
                    down: Align::Middle,
                });
            }
            let touch = Area {
                x0: placed.x0 - view.px(10.0),
                x1: placed.x1 + view.px(2.0),
                y0: middle - lane_height / 2,
                y1: middle + lane_height / 2,
            };
            scene.target(
                TargetShape::Area(touch),
                Pick::Incident { id: placed.id },
                placed.row,
            );
        }
        scene
    }

    fn legend(&self, report: &Report, theme: Theme) -> Vec<LegendEntry> {
        let mut entries: Vec<LegendEntry> = report
            .timeline
            .series
            .iter()
            .filter(|series| series.n_records.iter().any(|n| *n > 0))
            .map(|series| {
                let label = if series.level.is_empty() {
                    "no level"
                } else {
                    &series.level
                };
                LegendEntry::new(label, theme.level(&series.level))
            })
            .collect();
        let mut bands: Vec<usize> = report
            .timeline
            .marks
            .iter()
            .map(|mark| band_of(mark.score))
            .collect();
        bands.arrange_by(|a, b| b.cmp(a));
        bands.dedup();
        entries.extend(bands.into_iter().map(|band| {
            let (from, name) = super::theme::BANDS[band];
            LegendEntry::new(format!("anomaly, {name}"), theme.band(from))
        }));
        if !report.incidents.is_empty() {
            entries.push(LegendEntry::new("incident, by rank", theme.incident()));
        }
        entries
    }

    fn tooltip(&self, report: &Report, pick: &Pick, row: usize) -> Vec<String> {
        if let Pick::Incident { .. } = pick {
            report.incidents.get(row).map_or_else(Vec::new, |incident| {
                vec![
                    format!("incident {}: {}", incident.id, incident.title),
                    clock::span(incident.start_ms, incident.end_ms),
                    format!(
                        "{}, score {}",
                        counted(u64::from(incident.n_records), "record"),
                        scale::short(incident.score)
                    ),
                ]
            })
        } else {
            let timeline = &report.timeline;
            let mut lines = vec![
                clock::span(bin_start(timeline, row), bin_start(timeline, row + 1)),
                counted(total(timeline, row), "record"),
            ];
            let by_level: Vec<String> = timeline
                .series
                .iter()
                .filter_map(|series| series.n_records.get(row).map(|n| (series, *n)))
                .filter(|(series, n)| *n > 0 && !series.level.is_empty())
                .map(|(series, n)| format!("{} {}", grouped(u64::from(n)), series.level))
                .collect();
            if !by_level.is_empty() {
                lines.push(by_level.join(", "));
            }
            if let Some(mark) = timeline.marks.iter().find(|mark| mark.bin as usize == row) {
                lines.push(format!("anomaly score {}", scale::short(mark.score)));
            }
            lines
        }
    }
}

/// The levels of one bin on top of each other, the worst at the ground where they can be compared. A level that is serious
/// keeps a visible height even beside a thousand times as many ordinary records.
fn draw_bar(
    scene: &mut Scene,
    view: &View,
    timeline: &report::Timeline,
    bin: usize,
    column: Area,
    count: &Scale,
) {
    let theme = view.theme();
    let gap = if column.width() >= view.px(4.0) {
        view.px(1.0)
    } else {
        0
    };
    let mut sum = 0.0;
    let mut bottom = column.y1;
    for series in &timeline.series {
        let n = f64::from(series.n_records.get(bin).copied().unwrap_or(0));
        if n <= 0.0 {
            continue;
        }
        sum += n;
        let is_serious = matches!(series.level.as_str(), "FATAL" | "ERROR");
        let top = count
            .at(sum)
            .min(bottom - if is_serious { view.px(2.0) } else { 0 });
        let top = top.min(column.y1 - 1).max(column.y0);
        scene.rect(
            Area {
                x0: column.x0,
                x1: (column.x1 - gap).max(column.x0 + 1),
                y0: top,
                y1: bottom,
            },
            theme.level(&series.level),
        );
        bottom = top;
    }
}

/// An incident on the strip above the bars; without a lane it has no room for its number.
struct Placed {
    row: usize,
    id: u32,
    x0: i32,
    x1: i32,
    lane: Option<usize>,
}

/// Gives each incident the first row in which it and its number touch no other, the worst first.
fn lay_incidents(
    report: &Report,
    view: &View,
    time: &Scale,
    area: Area,
    n_lanes: usize,
) -> Vec<Placed> {
    let mut taken: Vec<Vec<(i32, i32)>> = vec![Vec::new(); n_lanes];
    let mut order: Vec<usize> = (0..report.incidents.len()).collect();
    order.arrange_by_key(|row| report.incidents[*row].id);
    let mut placed = Vec::new();
    for row in order {
        let incident = &report.incidents[row];
        let is_shown = incident.start_ms <= time.hi() && incident.end_ms >= time.lo();
        if !is_shown || !incident.start_ms.is_finite() || !incident.end_ms.is_finite() {
            continue;
        }
        let x0 = time
            .at(incident.start_ms)
            .clamp(area.x0, area.x1 - view.px(4.0));
        let x1 = time
            .at(incident.end_ms)
            .clamp(x0 + view.px(4.0), area.x1.max(x0 + view.px(4.0)));
        let from = x0 - text_width(&incident.id.to_string(), view.font()) - view.px(8.0);
        let is_free = |lane: &Vec<(i32, i32)>| {
            lane.iter()
                .all(|(a, b)| x1 + view.px(2.0) <= *a || *b <= from)
        };
        let lane = taken.iter().position(is_free);
        if let Some(lane) = lane {
            taken[lane].push((from, x1 + view.px(2.0)));
        }
        placed.push(Placed {
            row,
            id: incident.id,
            x0,
            x1,
            lane,
        });
    }
    placed
}
