//! The ground two plots share: an area with time below and values at the left, so that both line up on a page.

use super::View;
use super::clock;
use super::scale::Scale;
use super::scene::{Align, Area, Label, Scene};
use crate::report::Report;

/// What is left for data after `top` pixels and the room for axes; `None` where that is too little to draw in.
pub(super) fn inner(view: &View, top: i32) -> Option<Area> {
    let area = Area {
        x0: view.px(44.0),
        y0: top,
        x1: view.bounds().x1 - view.px(12.0),
        y1: view.bounds().y1 - (view.font() * 3.2) as i32,
    };
    (area.width() >= view.px(24.0) && area.height() >= view.px(16.0)).then_some(area)
}

/// The time shown: what the view asks for within reason, else that of the log. `None` when nothing has a time.
pub(super) fn time_range(report: &Report, view: &View) -> Option<(f64, f64)> {
    let timeline = &report.timeline;
    let len = timeline.bin_ms * f64::from(timeline.n_bins);
    let (lo, hi) =
        if timeline.n_bins > 0 && timeline.start_ms.is_finite() && len.is_finite() && len > 0.0 {
            (timeline.start_ms, timeline.start_ms + len)
        } else {
            let times = report
                .points
                .iter()
                .map(|point| point.ms)
                .filter(|ms| ms.is_finite());
            times.fold(None, |range: Option<(f64, f64)>, ms| {
                Some(range.map_or((ms, ms), |(lo, hi)| (lo.min(ms), hi.max(ms))))
            })?
        };
    let (from, to) = (view.from_ms.unwrap_or(lo), view.to_ms.unwrap_or(hi));
    Some(if from.is_finite() && to.is_finite() && from < to {
        (from, to)
    } else {
        (lo, hi)
    })
}

/// Time below the area.
pub(super) fn draw_time_axis(scene: &mut Scene, view: &View, area: Area, scale: &Scale) {
    let ticks = clock::ticks(scale, view.font());
    draw_axis_below(scene, view, area, scale, ticks, clock::caption(scale));
}

/// Ticks with their texts below the area, and under them what they are of.
pub(super) fn draw_axis_below(
    scene: &mut Scene,
    view: &View,
    area: Area,
    scale: &Scale,
    ticks: Vec<(f64, String)>,
    caption: String,
) {
    let theme = view.theme();
    let (size, tick) = (view.font(), view.px(4.0));
    scene.level_line(area.x0, area.x1, area.y1, view.px(1.0), theme.axis());
    for (value, text) in ticks {
        let x = scale.at(value);
        if x < area.x0 || x > area.x1 {
            continue;
        }
        scene.upright_line(x, area.y1, area.y1 + tick, view.px(1.0), theme.axis());
        scene.label(Label {
            at: (x, area.y1 + tick + view.px(3.0)),
            text,
            size,
            color: theme.muted(),
            across: Align::Middle,
            down: Align::Start,
        });
    }
    scene.label(Label {
        at: (area.x1, area.y1 + tick + view.px(3.0) + (size * 1.2) as i32),
        text: caption,
        size,
        color: theme.muted(),
        across: Align::End,
        down: Align::Start,
    });
}

/// Values at the left of the area with lines across it; the unit stands above.
pub(super) fn draw_value_axis(
    scene: &mut Scene,
    view: &View,
    area: Area,
    scale: &Scale,
    ticks: &[(f64, String)],
    unit: &str,
) {
    let theme = view.theme();
    for (value, text) in ticks {
        let y = scale.at(*value);
        if y < area.y1 {
            scene.level_line(area.x0, area.x1, y, view.px(1.0), theme.grid());
        }
        scene.label(Label {
            at: (area.x0 - view.px(6.0), y),
            text: text.clone(),
            size: view.font(),
            color: theme.muted(),
            across: Align::End,
            down: Align::Middle,
        });
    }
    scene.label(Label {
        at: (view.px(4.0), view.px(3.0)),
        text: unit.to_owned(),
        size: view.font(),
        color: theme.muted(),
        across: Align::Start,
        down: Align::Start,
    });
}
