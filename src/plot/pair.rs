//! Two features against each other: every window a point, so that what a cell of the heatmap says in a number can be seen.

use super::scale::{self, Scale, short};
use super::scene::{Scene, TargetShape};
use super::theme::fade;
use super::{Pick, View, clock, frame};
use crate::base::order::Arrange;
use crate::report::Report;

/// Least and most of the finite values, with a little room around them; `None` where there are none.
fn extent(values: &[f64]) -> Option<(f64, f64)> {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    let (lo, hi) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), value| {
        (lo.min(value), hi.max(value))
    });
    (lo <= hi).then(|| {
        let room = (hi - lo) * 0.04;
        (lo - room, hi + room)
    })
}

fn labelled(lo: f64, hi: f64, n: usize) -> Vec<(f64, String)> {
    let ticks = scale::ticks(lo, hi, n, 0.0).into_iter();
    ticks.map(|value| (value, short(value))).collect()
}

/// The windows by two features: the first along, the second up.
pub(super) fn scene(report: &Report, view: &View, (along, up): (u32, u32)) -> Scene {
    let features = &report.features;
    let of = |idx: u32| {
        let values = features.values.get(idx as usize)?;
        let name = features.names.get(idx as usize)?;
        Some((name, values, extent(values)?))
    };
    let (Some((x_name, xs, (x_lo, x_hi))), Some((y_name, ys, (y_lo, y_hi)))) = (of(along), of(up))
    else {
        return Scene::sentence(view, "These features have no values to draw.");
    };
    let mut scene = Scene::new(view);
    let Some(area) = frame::inner(view, view.px(12.0) + view.font() as i32) else {
        return scene;
    };
    let (theme, size) = (view.theme(), view.font());
    let x = Scale::new(x_lo, x_hi, area.x0, area.x1);
    let y = Scale::new(y_lo, y_hi, area.y1, area.y0);
    let n_up = (area.height() / (size * 2.5) as i32).clamp(2, 8) as usize;
    let n_along = (area.width() / (size * 6.0) as i32).clamp(2, 8) as usize;
    frame::draw_value_axis(
        &mut scene,
        view,
        area,
        &y,
        &labelled(y_lo, y_hi, n_up),
        y_name,
    );
    let ticks = labelled(x_lo, x_hi, n_along);
    frame::draw_axis_below(&mut scene, view, area, &x, ticks, x_name.clone());
    // The strangest last, so that they lie on top.
    let n = xs.len().min(ys.len()).min(report.space.len());
    let mut order: Vec<usize> = (0..n).collect();
    order.arrange_by(|&a, &b| {
        let score = |idx: usize| report.space[idx].score;
        score(a).total_cmp(&score(b)).then(a.cmp(&b))
    });
    for idx in order {
        let point = &report.space[idx];
        if !xs[idx].is_finite() || !ys[idx].is_finite() {
            continue;
        }
        let at = (x.at(xs[idx]), y.at(ys[idx]));
        // What is strange is larger too: colour is not the only sign.
        let radius = view.px(if point.score >= 50.0 { 5.0 } else { 3.0 });
        scene.disc(at, radius, fade(theme.band(point.score), 0.75));
        let pick = Pick::Window {
            start_ms: point.start_ms,
            end_ms: point.start_ms + report.window_ms,
        };
        scene.target(TargetShape::Disc { at, radius }, pick, idx);
    }
    scene
}

/// What there is to say about a window: when it was, its score and all its features.
pub(super) fn tooltip(report: &Report, idx: usize) -> Vec<String> {
    let Some(point) = report.space.get(idx) else {
        return Vec::new();
    };
    let mut lines = vec![
        clock::span(point.start_ms, point.start_ms + report.window_ms),
        format!("score {}", short(point.score)),
    ];
    let features = report.features.names.iter().zip(&report.features.values);
    lines.extend(features.filter_map(|(name, values)| {
        let value = values.get(idx)?;
        Some(format!("{name}: {}", short(*value)))
    }));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::fixture::report;

    #[test]
    fn every_window_is_a_point_at_its_values() {
        let report = report();
        let view = View {
            pair: Some((0, 3)),
            ..View::default()
        };
        let scene = scene(&report, &view, (0, 3));
        assert_eq!(scene.targets().count(), report.space.len());
        let most = |feature: usize| {
            let values = report.features.values[feature].iter().enumerate();
            values.max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0
        };
        let place = |row: usize, idx: usize| {
            let mut places = scene.targets().map(|(_, shape)| shape);
            places.find(|shape| shape[4] as usize == row).unwrap()[idx]
        };
        let xs = scene.targets().map(|(_, shape)| shape[1]);
        assert_eq!(place(most(0), 1), xs.fold(0.0, f64::max));
        let ys = scene.targets().map(|(_, shape)| shape[2]);
        assert_eq!(place(most(3), 2), ys.fold(f64::INFINITY, f64::min));
        let said = tooltip(&report, most(0));
        assert_eq!(said.len(), 2 + report.features.names.len());
    }

    #[test]
    fn features_without_values_are_said_to_have_none() {
        let mut report = report();
        report.features.values[1].fill(f64::NAN);
        for pair in [(1, 0), (0, 1), (99, 0)] {
            assert_eq!(scene(&report, &View::default(), pair).targets().count(), 0);
        }
        for (width, height) in [(0, 0), (5, 900), (60, 60)] {
            let view = View {
                width,
                height,
                ..View::default()
            };
            scene(&report, &view, (0, 2));
        }
    }
}
