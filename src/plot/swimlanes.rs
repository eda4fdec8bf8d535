//! Source × time: a lane a source with its records as bars, each lane by its own highest bar, so that a quiet source that falls
//! silent is seen as well as a loud one. Stretches in which a source says more or less than usual are marked behind the bars.

use super::scale::{Scale, counted, grouped};
use super::scene::{Align, Area, Label, Scene, TargetShape, text_width};
use super::theme::{Theme, fade};
use super::{LegendEntry, Pick, Plot, View, clock, frame};
use crate::report::{Report, Swimlane, Swimlanes as Lanes};

/// The plot.
pub(super) struct Swimlanes;

/// A score in the band whose colour marks a stretch.
const MARKED: f64 = 50.0;

/// Where a slice lies in time.
fn slice(lanes: &Lanes, idx: usize) -> (f64, f64) {
    let from = lanes.start_ms + lanes.slice_ms * idx as f64;
    (from, from + lanes.slice_ms)
}

fn highest(lane: &Swimlane) -> u32 {
    lane.counts.iter().copied().max().unwrap_or(0)
}

/// The end of a name that fits a width: sources of one program begin alike.
fn end_of(name: &str, size: f64, width: i32) -> String {
    if text_width(name, size) <= width {
        return name.to_owned();
    }
    let fits = |rest: &&str| text_width(rest, size) + text_width("…", size) <= width;
    let ends = name.char_indices().map(|(at, _)| &name[at..]);
    let rest = ends.skip(1).find(fits).unwrap_or_default();
    format!("…{rest}")
}

impl Plot for Swimlanes {
    fn name(&self) -> &'static str {
        "swimlanes"
    }

    fn title(&self) -> &'static str {
        "Who said how much, when"
    }

    fn describe(&self, report: &Report) -> String {
        let Lanes {
            lanes, n_sources, ..
        } = &report.swimlanes;
        let Some(first) = lanes.first() else {
            return "All records come from one source, or none names one, so there is nothing to lay side by side."
                .to_owned();
        };
        let marked = report.changes.sources.len() as u64;
        let of_all = if *n_sources > lanes.len() as u32 {
            format!(" of {}", grouped(u64::from(*n_sources)))
        } else {
            String::new()
        };
        format!(
            "{}{of_all} over time, those with most records first: {} has {}. {} to more or less than usual.",
            counted(lanes.len() as u64, "source"),
            first.text,
            counted(u64::from(first.n_records), "record"),
            counted(marked, "change"),
        )
    }

    fn scene(&self, report: &Report, view: &View) -> Scene {
        let lanes = &report.swimlanes;
        let range = frame::time_range(report, view)
            .filter(|_| !lanes.lanes.is_empty() && lanes.slice_ms > 0.0);
        let Some((from, to)) = range else {
            return Scene::sentence(view, &self.describe(report));
        };
        let mut scene = Scene::new(view);
        let Some(whole) = frame::inner(view, view.px(8.0)) else {
            return scene;
        };
        let (theme, size) = (view.theme(), view.font());
        // Names take what the longest needs, but leave most of the width to time.
        let widest = lanes.lanes.iter().map(|lane| text_width(&lane.text, size));
        let room = widest.max().unwrap_or(0).min(whole.width() * 3 / 10);
        let area = Area {
            x0: view.px(12.0) + room + view.px(8.0),
            ..whole
        };
        let least = (size * 1.3) as i32;
        let n_shown = lanes
            .lanes
            .len()
            .min((area.height() / least).max(1) as usize);
        let height = area.height() / n_shown as i32;
        let time = Scale::new(from, to, area.x0, area.x1);
        for (row, lane) in lanes.lanes.iter().take(n_shown).enumerate() {
            let y1 = area.y0 + height * (row as i32 + 1) - view.px(2.0);
            let y0 = y1 - height + view.px(4.0);
            scene.label(Label {
                at: (area.x0 - view.px(8.0), i32::midpoint(y0, y1)),
                text: end_of(&lane.text, size, room),
                size,
                color: theme.ink(),
                across: Align::End,
                down: Align::Middle,
            });
            let changes = report.changes.sources.iter();
            for change in changes.filter(|change| change.source == lane.source) {
                let (x0, x1) = (time.at(change.start_ms), time.at(change.end_ms));
                let (x0, x1) = (x0.max(area.x0), x1.min(area.x1));
                if x0 < x1 {
                    let ground = Area { x0, y0, x1, y1 };
                    scene.rect(ground, fade(theme.band(MARKED), 0.22));
                }
            }
            scene.level_line(area.x0, area.x1, y1, view.px(1.0), theme.grid());
            let most = f64::from(highest(lane).max(1));
            for (idx, n) in lane.counts.iter().enumerate() {
                let (slice_from, slice_to) = slice(lanes, idx);
                let (x0, x1) = (time.at(slice_from), time.at(slice_to));
                let (x0, x1) = (x0.max(area.x0), x1.min(area.x1).max(x0 + 1));
                if x0 >= area.x1 || x1 <= area.x0 || y0 >= y1 {
                    continue;
                }
                let pick = Pick::Source {
                    lane: row as u32,
                    start_ms: slice_from,
                    end_ms: slice_to,
                };
                scene.target(TargetShape::Area(Area { x0, y0, x1, y1 }), pick, idx);
                if *n == 0 {
                    continue;
                }
                let tall = f64::from(y1 - y0) * f64::from(*n) / most;
                let top = y1 - (libm::round(tall) as i32).clamp(1, y1 - y0);
                let bar = Area {
                    x0,
                    y0: top,
                    x1,
                    y1,
                };
                scene.rect(bar, theme.category(0));
            }
        }
        frame::draw_time_axis(&mut scene, view, area, &time);
        scene
    }

    fn legend(&self, report: &Report, theme: Theme) -> Vec<LegendEntry> {
        if report.swimlanes.lanes.is_empty() {
            return Vec::new();
        }
        vec![
            LegendEntry::new(
                "records, each lane by its own highest bar",
                theme.category(0),
            ),
            LegendEntry::new("more or fewer than usual", theme.band(MARKED)),
        ]
    }

    fn tooltip(&self, report: &Report, pick: &Pick, idx: usize) -> Vec<String> {
        let Pick::Source { lane, .. } = *pick else {
            return Vec::new();
        };
        let Some(lane) = report.swimlanes.lanes.get(lane as usize) else {
            return Vec::new();
        };
        let (from, to) = slice(&report.swimlanes, idx);
        let n = lane.counts.get(idx).copied().unwrap_or(0);
        let mut lines = vec![
            lane.text.clone(),
            clock::span(from, to),
            counted(u64::from(n), "record"),
        ];
        let change = report.changes.sources.iter().find(|change| {
            change.source == lane.source && change.start_ms < to && from < change.end_ms
        });
        lines.extend(change.map(|change| change.reason.clone()));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_name_is_what_tells_it_from_others() {
        let check = |name: &str, width, expected: &str| {
            assert_eq!(end_of(name, 10.0, width), expected, "{name} in {width}");
        };
        check("sshd", 100, "sshd");
        check("com.acme.shop.web.AccessFilter", 100, "…eb.AccessFilter");
        check("名前の長い源", 30, "…源");
        check("anything", 0, "…");
    }
}
