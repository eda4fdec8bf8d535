//! Windows in the space of failed logins × IP entropy × events, seen from any side, coloured by score.
//!
//! The projection is orthographic: parallel lines stay parallel, so a value can be read off an axis wherever a point is. Three
//! axes on a plane hide as much as they show; lines to the floor say where the strange points stand.

use super::scale::{self, counted, short};
use super::scene::{Align, Dot, Label, Scene, TargetShape, text_width};
use super::theme::{BANDS, Theme, band_of, fade};
use super::{LegendEntry, Pick, Plot, View, clock};
use crate::base::math;
use crate::base::order::Arrange;
use crate::report::{Report, WindowPoint};

/// The plot.
pub(super) struct Scatter3d;

/// One direction of the space: values to −1…1.
struct Axis {
    name: &'static str,
    most: f64,
    is_log: bool,
}

impl Axis {
    /// From 0 to the largest value; logarithmic when that is far beyond what is usual.
    fn new(name: &'static str, values: impl Iterator<Item = f64>) -> Self {
        let mut positive: Vec<(f64, f64)> = values
            .filter(|v| v.is_finite() && *v > 0.0)
            .map(|v| (v, 1.0))
            .collect();
        let usual = math::weighted_quantile(&mut positive, 0.5).unwrap_or(1.0);
        let most = positive.last().map_or(1.0, |last| last.0);
        Self {
            name,
            most,
            is_log: most >= 10.0 && most / usual > 12.0,
        }
    }

    fn at(&self, value: f64) -> f64 {
        let value = if value.is_finite() {
            value.clamp(0.0, self.most)
        } else {
            0.0
        };
        let share = if self.is_log {
            math::ln(1.0 + value) / math::ln(1.0 + self.most)
        } else {
            value / self.most
        };
        2.0 * share - 1.0
    }

    fn ticks(&self, max_n: usize) -> Vec<f64> {
        if !self.is_log {
            return scale::ticks(0.0, self.most, max_n, 0.0);
        }
        let mut powers = vec![0.0];
        let mut power = 1.0;
        while power <= self.most && powers.len() < 40 {
            powers.push(power);
            power *= 10.0;
        }
        let step = powers.len().div_ceil(max_n.max(1)).max(1);
        powers.into_iter().step_by(step).collect()
    }

    fn title(&self) -> String {
        format!("{}{}", self.name, if self.is_log { " (log)" } else { "" })
    }
}

/// Where a point of the cube −1…1 lies on the picture, and how near it is.
struct Camera {
    middle: (f64, f64),
    stretch: (f64, f64),
    yaw: (f64, f64),
    pitch: (f64, f64),
}

impl Camera {
    fn new(view: &View) -> Self {
        let or = |angle: f64, otherwise: f64| if angle.is_finite() { angle } else { otherwise };
        let yaw = or(view.yaw, 0.6);
        let pitch =
            or(view.pitch, 0.4).clamp(-core::f64::consts::FRAC_PI_2, core::f64::consts::FRAC_PI_2);
        let bounds = view.bounds();
        let (width, height) = (f64::from(bounds.x1), f64::from(bounds.y1));
        // Room for labels all around; the cube's diagonal fits at any angle.
        let room = 2.6 * view.font();
        let down = ((height / 2.0 - room) / 1.6).max(1.0);
        let across = ((width / 2.0 - 1.5 * room) / 1.42).max(1.0).min(down * 1.7);
        Self {
            middle: (width / 2.0, height / 2.0),
            stretch: (across, down),
            yaw: (math::sin(yaw), math::cos(yaw)),
            pitch: (math::sin(pitch), math::cos(pitch)),
        }
    }

    /// Across, up and towards the viewer, for a point (x, y, z) with z upright.
    fn turn(&self, (x, y, z): (f64, f64, f64)) -> (f64, f64, f64) {
        let (sin, cos) = self.yaw;
        let (across, away) = (x * cos - y * sin, x * sin + y * cos);
        let (sin, cos) = self.pitch;
        (across, z * cos + away * sin, z * sin - away * cos)
    }

    fn dot(&self, point: (f64, f64, f64)) -> Dot {
        let (across, up, _) = self.turn(point);
        (
            libm::round(self.middle.0 + across * self.stretch.0) as i32,
            libm::round(self.middle.1 - up * self.stretch.1) as i32,
        )
    }

    /// The side (−1 or 1) of an axis that faces the viewer.
    fn front(&self, axis: (f64, f64, f64)) -> f64 {
        if self.turn(axis).2 >= 0.0 { 1.0 } else { -1.0 }
    }
}

struct Space {
    logins: Axis,
    entropy: Axis,
    events: Axis,
}

impl Space {
    fn new(points: &[WindowPoint]) -> Self {
        Self {
            logins: Axis::new("failed logins", points.iter().map(|p| p.failed_logins)),
            entropy: Axis::new("IP entropy, bits", points.iter().map(|p| p.ip_entropy)),
            events: Axis::new("events", points.iter().map(|p| p.events)),
        }
    }

    fn place(&self, point: &WindowPoint) -> (f64, f64, f64) {
        (
            self.logins.at(point.failed_logins),
            self.entropy.at(point.ip_entropy),
            self.events.at(point.events),
        )
    }
}

impl Plot for Scatter3d {
    fn name(&self) -> &'static str {
        "scatter3d"
    }

    fn title(&self) -> &'static str {
        "Windows by failed logins, addresses and events"
    }

    fn describe(&self, report: &Report) -> String {
        if report.space.is_empty() {
            return "There are no time windows, so there is no space to place them in.".to_owned();
        }
        let most = |value: fn(&WindowPoint) -> f64| {
            report
                .space
                .iter()
                .map(value)
                .filter(|v| v.is_finite())
                .fold(0.0, f64::max)
        };
        format!(
            "{} by failed logins (up to {}), events (up to {}) and entropy of addresses (up to {} bits), {} of them with a score of 50 or more.",
            counted(report.space.len() as u64, "time window"),
            short(most(|p| p.failed_logins)),
            short(most(|p| p.events)),
            short(most(|p| p.ip_entropy)),
            report.space.iter().filter(|p| p.score >= 50.0).count(),
        )
    }

    fn scene(&self, report: &Report, view: &View) -> Scene {
        if report.space.is_empty() {
            return Scene::sentence(view, &self.describe(report));
        }
        let mut scene = Scene::new(view);
        if view.bounds().x1.min(view.bounds().y1) < view.px(60.0) {
            return scene;
        }
        let theme = view.theme();
        let camera = Camera::new(view);
        let space = Space::new(&report.space);
        draw_box(&mut scene, view, &camera, &space);

        // What is far is drawn first.
        let mut order: Vec<(f64, usize)> = report
            .space
            .iter()
            .enumerate()
            .map(|(idx, point)| (camera.turn(space.place(point)).2, idx))
            .collect();
        order.arrange_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (near, idx) in order {
            let point = &report.space[idx];
            let (x, y, z) = space.place(point);
            let at = camera.dot((x, y, z));
            let color = theme.band(point.score);
            let band = band_of(point.score);
            if band >= 2 {
                let foot = camera.dot((x, y, -camera.front((0.0, 0.0, 1.0))));
                scene.path(&[at, foot], view.px(1.0), fade(color, 0.5));
            }
            let radius = view.px(2.6 + 0.9 * band as f64 + 0.5 * (near + 1.8).clamp(0.0, 3.6));
            scene.disc(at, radius, fade(color, if band == 0 { 0.65 } else { 0.9 }));
            let pick = Pick::Window {
                start_ms: point.start_ms,
                end_ms: point.start_ms + report.window_ms,
            };
            scene.target(TargetShape::Disc { at, radius }, pick, idx);
        }
        scene
    }

    fn legend(&self, report: &Report, theme: Theme) -> Vec<LegendEntry> {
        BANDS
            .iter()
            .enumerate()
            .rev()
            .filter(|(idx, _)| {
                report
                    .space
                    .iter()
                    .any(|point| band_of(point.score) == *idx)
            })
            .map(|(_, (from, name))| LegendEntry::new(*name, theme.band(*from)))
            .collect()
    }

    fn tooltip(&self, report: &Report, pick: &Pick, row: usize) -> Vec<String> {
        match (report.space.get(row), pick) {
            (Some(point), Pick::Window { start_ms, end_ms }) => vec![
                clock::span(*start_ms, *end_ms),
                format!(
                    "{} events, {} failed logins",
                    short(point.events),
                    short(point.failed_logins)
                ),
                format!(
                    "IP entropy {} bits, score {}",
                    short(point.ip_entropy),
                    short(point.score)
                ),
            ],
            _ => Vec::new(),
        }
    }
}

/// The far walls and the floor as lines, and the three axes along the near and outer edges.
fn draw_box(scene: &mut Scene, view: &View, camera: &Camera, space: &Space) {
    let theme = view.theme();
    let (front_x, front_y) = (camera.front((1.0, 0.0, 0.0)), camera.front((0.0, 1.0, 0.0)));
    // Seen from below, the "floor" is the ceiling: the plane behind the points.
    let floor = -camera.front((0.0, 0.0, 1.0));
    let line = view.px(1.0);
    let corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
    let ground: Vec<Dot> = corners
        .iter()
        .map(|(x, y)| camera.dot((*x, *y, floor)))
        .collect();
    scene.polygon(&ground, fade(theme.grid(), 0.35));
    for tick in space.logins.ticks(5) {
        let x = space.logins.at(tick);
        scene.path(
            &[camera.dot((x, -1.0, floor)), camera.dot((x, 1.0, floor))],
            line,
            theme.grid(),
        );
    }
    for tick in space.entropy.ticks(5) {
        let y = space.entropy.at(tick);
        scene.path(
            &[camera.dot((-1.0, y, floor)), camera.dot((1.0, y, floor))],
            line,
            theme.grid(),
        );
    }
    for tick in space.events.ticks(4) {
        let z = space.events.at(tick);
        let wall = [
            (front_x, -front_y),
            (-front_x, -front_y),
            (-front_x, front_y),
        ];
        scene.path(
            &wall.map(|(x, y)| camera.dot((x, y, z))),
            line,
            theme.grid(),
        );
    }
    for (x, y) in corners
        .into_iter()
        .filter(|(x, y)| *x != front_x || *y != front_y)
    {
        scene.path(
            &[camera.dot((x, y, -1.0)), camera.dot((x, y, 1.0))],
            line,
            theme.grid(),
        );
    }

    let x_edge = |x: f64| (x, front_y, floor);
    let y_edge = |y: f64| (front_x, y, floor);
    // The upright edge at the left of the outline.
    let left = if camera.turn((-front_x, front_y, 0.0)).0 <= camera.turn((front_x, -front_y, 0.0)).0
    {
        (-front_x, front_y)
    } else {
        (front_x, -front_y)
    };
    let z_edge = |z: f64| (left.0, left.1, z);
    draw_axis(scene, view, camera, &space.logins, &x_edge);
    draw_axis(scene, view, camera, &space.entropy, &y_edge);
    draw_axis(scene, view, camera, &space.events, &z_edge);
}

/// One axis with its ticks and its name on the side away from the box.
fn draw_axis(
    scene: &mut Scene,
    view: &View,
    camera: &Camera,
    axis: &Axis,
    edge: &dyn Fn(f64) -> (f64, f64, f64),
) {
    let theme = view.theme();
    let size = view.font();
    let (from, to, middle) = (
        camera.dot(edge(-1.0)),
        camera.dot(edge(1.0)),
        camera.dot(edge(0.0)),
    );
    let length = distance(from, to);
    scene.path(&[from, to], view.px(1.0), theme.axis());
    let away = (
        f64::from(middle.0) - camera.middle.0,
        f64::from(middle.1) - camera.middle.1,
    );
    let away_len = math::sqrt(away.0 * away.0 + away.1 * away.1).max(1.0);
    // Across the edge, on the side that is away from the middle of the box.
    let along = (
        f64::from(to.0 - from.0) / length.max(1.0),
        f64::from(to.1 - from.1) / length.max(1.0),
    );
    let mut out = (-along.1, along.0);
    if out.0 * away.0 + out.1 * away.1 < 0.0 {
        out = (-out.0, -out.1);
    }
    if length < 1.0 {
        out = (away.0 / away_len, away.1 / away_len);
    }
    // A text whose nearest corner is `css` pixels from the edge, whichever way the edge runs.
    let beside = |dot: Dot, css: f64, width: f64| {
        let far =
            f64::from(view.px(css)) + f64::midpoint(out.0.abs() * width, out.1.abs() * size * 1.15);
        (
            dot.0 + libm::round(out.0 * far) as i32,
            dot.1 + libm::round(out.1 * far) as i32,
        )
    };
    let label = |text: String, at: Dot, color| {
        let (across, down) = (Align::Middle, Align::Middle);
        Label {
            at,
            text,
            size,
            color,
            across,
            down,
        }
    };
    let is_upright = out.1.abs() <= 0.35;
    let n_ticks = (length / if is_upright { 2.2 * size } else { 3.6 * size }) as usize;
    let ticks: Vec<(f64, String)> = axis
        .ticks(n_ticks.min(6))
        .into_iter()
        .map(|value| (value, short(value)))
        .collect();
    let widest = ticks
        .iter()
        .map(|(_, text)| text_width(text, size))
        .max()
        .unwrap_or(0);

    // The name of an upright axis stands on top of it, that of the others beyond their ticks.
    let title_width = f64::from(text_width(&axis.title(), size));
    let beyond =
        10.0 + (out.0.abs() * f64::from(widest) + out.1.abs() * size * 1.15) / view.factor();
    let at = if is_upright {
        let top = if from.1 < to.1 { from } else { to };
        (top.0, top.1 - view.px(7.0) - (size * 0.6) as i32)
    } else {
        beside(middle, beyond, title_width)
    };
    if length >= f64::from(view.px(24.0)) {
        let mut name = label(axis.title(), at, theme.ink());
        keep_inside(&mut name, view);
        scene.label(name);
    }
    if n_ticks == 0 {
        return;
    }
    for (value, text) in ticks {
        let dot = camera.dot(edge(axis.at(value)));
        let far = f64::from(view.px(4.0));
        let end = (
            dot.0 + libm::round(out.0 * far) as i32,
            dot.1 + libm::round(out.1 * far) as i32,
        );
        scene.path(&[dot, end], view.px(1.0), theme.axis());
        let width = f64::from(text_width(&text, size));
        scene.label(label(text, beside(dot, 7.0, width), theme.muted()));
    }
}

/// Shifts a label back into the picture where it would run over the border.
fn keep_inside(label: &mut Label, view: &View) {
    let area = label.area();
    let bounds = view.bounds();
    let over_left = (view.px(2.0) - area.x0).max(0);
    let over_right = (area.x1 + view.px(2.0) - bounds.x1).max(0);
    label.at.0 += over_left - over_right;
    label.at.1 -= (area.y1 - bounds.y1).max(0);
}

fn distance(a: Dot, b: Dot) -> f64 {
    let (dx, dy) = (f64::from(a.0 - b.0), f64::from(a.1 - b.1));
    math::sqrt(dx * dx + dy * dy)
}
