//! Report → pictures on any plotters `DrawingBackend`, legends, words for those who cannot see them, and what lies under the pointer.
//!
//! A plot sees the [`Report`] and nothing else, so that it can be drawn again at any size without the log. It turns the report
//! into a [`Scene`], a list of shapes in device pixels; [`Scene::draw`] puts it on a canvas in the browser or into an SVG in
//! a test, and [`pick`] searches the same list. Titles and legends are left to the page, whose text flows and can be selected.
//!
//! To add a plot: one file with a type that implements [`Plot`], one line in [`all`].

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::prelude::DrawingBackend;
use plotters_svg::SVGBackend;
use serde::{Deserialize, Serialize};

use crate::report::Report;
use crate::report::export::page::Picture;

mod clock;
mod clusters;
mod frame;
mod heatmap;
mod network;
mod pair;
mod plane;
mod scale;
mod scatter;
mod scatter3d;
mod scene;
mod swimlanes;
pub mod theme;
mod timeline;

pub use scene::{Drawn, Scene};
use theme::Theme;

/// How a plot is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct View {
    /// Width in device pixels.
    pub width: u32,
    /// Height in device pixels.
    pub height: u32,
    /// Device pixels per CSS pixel.
    pub scale: f64,
    /// Light on dark.
    pub is_dark: bool,
    /// Rotation of the 3D scatter about its upright axis, in radians.
    pub yaw: f64,
    /// How far the 3D scatter is looked at from above, in radians, −π/2 to π/2.
    pub pitch: f64,
    /// Begin of the time shown; `None`: that of the log.
    pub from_ms: Option<f64>,
    /// End of the time shown; `None`: that of the log.
    pub to_ms: Option<f64>,
    /// The heatmap shows correlation by rank.
    pub is_ranked: bool,
    /// The heatmap shows the windows by these two features (along, up) in place of all pairs.
    pub pair: Option<(u32, u32)>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            width: 800,
            height: 400,
            scale: 1.0,
            is_dark: false,
            yaw: 0.6,
            pitch: 0.4,
            from_ms: None,
            to_ms: None,
            is_ranked: false,
            pair: None,
        }
    }
}

impl View {
    /// The colours.
    #[must_use]
    pub fn theme(&self) -> Theme {
        Theme {
            is_dark: self.is_dark,
        }
    }

    /// The picture; sides beyond what any canvas can hold are cut.
    fn bounds(&self) -> scene::Area {
        let side = |len: u32| len.min(32_767) as i32;
        scene::Area {
            x0: 0,
            y0: 0,
            x1: side(self.width),
            y1: side(self.height),
        }
    }

    fn factor(&self) -> f64 {
        if self.scale.is_finite() {
            self.scale.clamp(0.25, 16.0)
        } else {
            1.0
        }
    }

    /// CSS pixels as device pixels, at least one.
    fn px(&self, css: f64) -> i32 {
        (libm::round(css * self.factor()) as i32).max(1)
    }

    /// Size of text in device pixels.
    fn font(&self) -> f64 {
        libm::round(12.0 * self.factor()).max(4.0)
    }
}

/// What a click on a plot selects.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Pick {
    /// A stretch of time.
    Window {
        /// Start.
        start_ms: f64,
        /// End, exclusive.
        end_ms: f64,
    },
    /// A distinct message.
    Message {
        /// Message id.
        message: u32,
        /// Its template.
        template: u32,
    },
    /// A cluster of messages.
    Cluster {
        /// Id as in [`crate::report::ClusterGroup::id`].
        id: u32,
    },
    /// A pair of features.
    Cell {
        /// Index into [`crate::report::Features::names`].
        row: u32,
        /// Index into [`crate::report::Features::names`].
        column: u32,
    },
    /// A pattern in an incident.
    Pattern {
        /// Its template.
        template: u32,
        /// Rank as in [`crate::report::Incident::id`].
        incident: u32,
    },
    /// A source in a stretch of time.
    Source {
        /// Index into [`crate::report::Swimlanes::lanes`].
        lane: u32,
        /// Start.
        start_ms: f64,
        /// End, exclusive.
        end_ms: f64,
    },
    /// An incident.
    Incident {
        /// Rank as in [`crate::report::Incident::id`].
        id: u32,
    },
}

/// What lies under the pointer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Picked {
    /// What a click selects.
    pub pick: Pick,
    /// Lines of plain text to show beside the pointer.
    pub lines: Vec<String>,
}

/// A plot as a page lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct PlotKind {
    /// Stable name, what to draw it by.
    pub name: String,
    /// Title for people.
    pub title: String,
}

impl PlotKind {
    /// Name and title of a plot.
    #[must_use]
    pub fn of(plot: &dyn Plot) -> Self {
        Self {
            name: plot.name().to_owned(),
            title: plot.title().to_owned(),
        }
    }
}

/// A line of a legend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct LegendEntry {
    /// What it stands for.
    pub label: String,
    /// `#rrggbb`.
    pub color: String,
}

impl LegendEntry {
    fn new(label: impl Into<String>, color: plotters::style::RGBAColor) -> Self {
        Self {
            label: label.into(),
            color: theme::css(color),
        }
    }
}

/// One way to look at a report.
pub trait Plot: Sync {
    /// Stable name.
    fn name(&self) -> &'static str;

    /// Title for people.
    fn title(&self) -> &'static str;

    /// What the picture shows, in a few sentences: its text alternative, and what stands in its place when there is nothing to draw.
    fn describe(&self, report: &Report) -> String;

    /// The picture. Total: any report, any size.
    fn scene(&self, report: &Report, view: &View) -> Scene;

    /// The colours, worst or most first.
    fn legend(&self, report: &Report, theme: Theme) -> Vec<LegendEntry>;

    /// What to say about the `row`-th thing shown, which a pointer hit.
    fn tooltip(&self, report: &Report, pick: &Pick, row: usize) -> Vec<String>;
}

/// All plots, in the order in which a page shows them.
#[must_use]
pub fn all() -> &'static [&'static dyn Plot] {
    &[
        &timeline::Timeline,
        &scatter::Scatter,
        &heatmap::Heatmap,
        &scatter3d::Scatter3d,
        &clusters::Clusters,
        &network::Network,
        &swimlanes::Swimlanes,
    ]
}

/// The plot of that name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Plot> {
    all().iter().copied().find(|plot| plot.name() == name)
}

/// Draws a plot; `em` as in [`Scene::draw`].
///
/// # Errors
///
/// Those of the backend.
pub fn draw<DB: DrawingBackend>(
    plot: &dyn Plot,
    report: &Report,
    view: &View,
    area: &DrawingArea<DB, Shift>,
    em: f64,
) -> Drawn<DB> {
    plot.scene(report, view).draw(area, em)
}

/// plotters' SVG backend divides the sizes of text by this.
const SVG_EM: f64 = 1.24;

/// A plot as SVG, its texts escaped by the backend.
#[must_use]
pub fn svg(plot: &dyn Plot, report: &Report, view: &View) -> String {
    let mut out = String::new();
    {
        let size = (view.width, view.height);
        let area = SVGBackend::with_string(&mut out, size).into_drawing_area();
        let drawn = area.fill(&view.theme().surface());
        drawn
            .and_then(|()| draw(plot, report, view, &area, SVG_EM))
            .and_then(|()| area.present())
            .expect("a string takes all that is drawn");
    }
    out
}

/// Every plot that has something to show, with its words, for a page on white.
#[must_use]
pub fn pictures(report: &Report) -> Vec<Picture> {
    let view = View {
        width: 960,
        height: 320,
        ..View::default()
    };
    let theme = view.theme();
    let picture = |plot: &&'static dyn Plot| {
        let legend = plot.legend(report, theme);
        Picture {
            title: plot.title().to_owned(),
            about: plot.describe(report),
            svg: svg(*plot, report, &view),
            legend: (legend.into_iter())
                .map(|entry| (entry.color, entry.label))
                .collect(),
        }
    };
    all().iter().map(picture).collect()
}

/// What lies at a point of a plot, given in device pixels; `scene` is what the plot made of this report and view.
#[must_use]
pub fn pick(
    plot: &dyn Plot,
    report: &Report,
    view: &View,
    scene: &Scene,
    (x, y): (f64, f64),
) -> Option<Picked> {
    let target = scene.hit((x as i32, y as i32), view.px(6.0))?;
    Some(Picked {
        pick: target.pick,
        lines: plot.tooltip(report, &target.pick, target.row),
    })
}

/// Everything a pointer can hit in a scene, eight numbers each, so that a page can lift some of it out without drawing it all again: what it
/// is (0 a window, 1 a message, 2 a cluster, 3 a cell, 4 an incident, 5 a pattern in one, 6 a source in a stretch of time) and its two numbers as in [`Pick`], then 0 and the sides
/// x0, y0, x1, y1 of a rectangle, or 1 and the middle x, y of a disc, its radius, and its place in the list that is shown. Device pixels; from back to front.
#[must_use]
pub fn targets(scene: &Scene) -> Vec<f64> {
    let mut numbers = Vec::new();
    for (pick, shape) in scene.targets() {
        numbers.extend(match pick {
            Pick::Window { start_ms, end_ms } => [0.0, start_ms, end_ms],
            Pick::Message { message, template } => [1.0, f64::from(message), f64::from(template)],
            Pick::Cluster { id } => [2.0, f64::from(id), 0.0],
            Pick::Cell { row, column } => [3.0, f64::from(row), f64::from(column)],
            Pick::Incident { id } => [4.0, f64::from(id), 0.0],
            Pick::Source { lane, start_ms, .. } => [6.0, f64::from(lane), start_ms],
            Pick::Pattern { template, incident } => [5.0, f64::from(template), f64::from(incident)],
        });
        numbers.extend(shape);
    }
    numbers
}

/// The text of a template, or its number where the report does not list it.
fn template_text(report: &Report, id: u32) -> String {
    let listed = report.templates.iter().find(|template| template.id == id);
    listed.map_or_else(
        || format!("template {id}"),
        |template| template.text.clone(),
    )
}

/// At most `max_chars` characters, with an ellipsis for what was left out.
fn cut(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
