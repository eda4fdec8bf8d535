//! Correlation of the window features, as the half of the matrix that says everything, with the names along the diagonal.
//!
//! A symmetric matrix shows each number twice and ones between them. Half of it leaves room for names that are written level
//! and in full: a row ends at its name, a column begins below its name.

use super::scale::Scale;
use super::scene::{Align, Area, Label, Scene, TargetShape, cut_to_width, text_width};
use super::theme::{Theme, fade};
use super::{LegendEntry, Pick, Plot, View, pair};
use crate::base::math;
use crate::base::order::Arrange;
use crate::report::Report;

/// The plot.
pub(super) struct Heatmap;

/// The correlation of two features (Pearson's) or of their ranks (Spearman's); `None` where one of them does not vary or the
/// report has no number.
fn correlation(report: &Report, is_ranked: bool, row: usize, column: usize) -> Option<f64> {
    let features = &report.features;
    let matrix = if is_ranked {
        &features.rank_correlation
    } else {
        &features.correlation
    };
    let value = matrix.get(row)?.get(column).copied().flatten()?;
    value.is_finite().then(|| value.clamp(-1.0, 1.0))
}

/// A correlation with a true minus, to `digits` decimals.
fn number(value: f64, digits: usize) -> String {
    let rounded = math::round_to(value, digits as i32);
    format!(
        "{}{:.digits$}",
        if rounded < 0.0 { "−" } else { "" },
        rounded.abs()
    )
}

fn in_words(value: Option<f64>) -> String {
    match value {
        None => "no correlation: one of them does not vary".to_owned(),
        Some(r) => {
            let strength = match r.abs() {
                a if a >= 0.8 => "strong",
                a if a >= 0.5 => "moderate",
                a if a >= 0.2 => "weak",
                _ => return format!("{}: hardly related", number(r, 2)),
            };
            let direction = if r > 0.0 {
                "rise together"
            } else {
                "one falls as the other rises"
            };
            format!("{}: {strength}, {direction}", number(r, 2))
        }
    }
}

impl Plot for Heatmap {
    fn name(&self) -> &'static str {
        "heatmap"
    }

    fn title(&self) -> &'static str {
        "What rises and falls together"
    }

    fn describe(&self, report: &Report) -> String {
        let names = &report.features.names;
        let n = names.len();
        let mut pairs: Vec<(f64, usize, usize)> = (1..n)
            .flat_map(|row| (0..row).map(move |column| (row, column)))
            .filter_map(|(row, column)| {
                correlation(report, false, row, column).map(|r| (r, row, column))
            })
            .collect();
        if n < 2 {
            return "There are no time windows to compare, so there is no correlation.".to_owned();
        }
        pairs.arrange_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
        let strongest: Vec<String> = pairs
            .iter()
            .take(3)
            .filter(|(r, ..)| r.abs() >= 0.2)
            .map(|(r, row, column)| {
                format!("{} and {} {}", names[*column], names[*row], number(*r, 2))
            })
            .collect();
        if pairs.is_empty() {
            return format!("None of the {n} window features varies together with another.");
        }
        let strongest = if strongest.is_empty() {
            "none above 0.2".to_owned()
        } else {
            strongest.join("; ")
        };
        format!("Pearson correlation of {n} window features. Strongest: {strongest}.")
    }

    fn scene(&self, report: &Report, view: &View) -> Scene {
        if let Some(pair) = view.pair {
            return pair::scene(report, view, pair);
        }
        let names = &report.features.names;
        let n = names.len();
        if !(2..=200).contains(&n) {
            return Scene::sentence(view, &self.describe(report));
        }
        let mut scene = Scene::new(view);
        let theme = view.theme();
        let size = view.font();
        let (pad, gap) = (view.px(8.0), view.px(1.0));
        let (width, height) = (view.bounds().x1 - 2 * pad, view.bounds().y1 - 2 * pad);

        // Name i begins right of cell (i, i − 1): every one of them must end before the border. Very long names give way.
        let n_cells = (n - 1) as i32;
        let cell_height = height / n as i32;
        let name_room = (width * 2 / 5).max(width - n_cells * cell_height * 2);
        let shown: Vec<String> = names
            .iter()
            .map(|name| cut_to_width(name, size, name_room - pad))
            .collect();
        let fit = (1..n)
            .map(|i| (width - text_width(&shown[i], size) - pad) / i as i32)
            .min()
            .unwrap_or(0);
        let cell_width = fit.min(cell_height * 5 / 2);
        if cell_width < 2 || cell_height < 2 {
            return scene;
        }
        let cell_height = cell_height.min(cell_width * 3 / 2).max(2);
        let (left, top) = (pad, pad);
        let cell = |row: usize, column: usize| {
            let (x, y) = (
                left + column as i32 * cell_width,
                top + row as i32 * cell_height,
            );
            Area {
                x0: x,
                y0: y,
                x1: x + cell_width - gap,
                y1: y + cell_height - gap,
            }
        };
        // As many decimals as fit everywhere.
        let digits = [2, 1].into_iter().find(|digits| {
            let widest = text_width(&number(-1.0, *digits), size);
            widest < cell_width - view.px(3.0) && size * 1.2 <= f64::from(cell_height - gap)
        });
        for row in 1..n {
            for column in 0..row {
                let area = cell(row, column);
                let value = correlation(report, view.is_ranked, row, column);
                match value {
                    Some(r) => {
                        let color = theme.correlation(r);
                        scene.rect(area, color);
                        if let Some(digits) = digits {
                            scene.label(Label {
                                at: (
                                    i32::midpoint(area.x0, area.x1),
                                    i32::midpoint(area.y0, area.y1),
                                ),
                                text: number(r, digits),
                                size,
                                color: theme.text_on(color),
                                across: Align::Middle,
                                down: Align::Middle,
                            });
                        }
                    }
                    None => hatch(&mut scene, view, area),
                }
                let pick = Pick::Cell {
                    row: row as u32,
                    column: column as u32,
                };
                scene.target(TargetShape::Area(area), pick, row);
            }
        }
        for (idx, name) in shown.into_iter().enumerate() {
            let area = cell(idx, idx);
            // The first name stands above its column, the others right of their row.
            let down = if idx == 0 {
                (area.y1 - view.px(2.0), Align::End)
            } else {
                (i32::midpoint(area.y0, area.y1), Align::Middle)
            };
            let x = area.x0 + if idx == 0 { view.px(2.0) } else { view.px(6.0) };
            scene.label(Label {
                at: (x, down.0),
                text: name,
                size,
                color: theme.ink(),
                across: Align::Start,
                down: down.1,
            });
        }
        draw_scale(&mut scene, view, pad);
        scene
    }

    fn legend(&self, report: &Report, theme: Theme) -> Vec<LegendEntry> {
        let mut entries: Vec<LegendEntry> = [
            (1.0, "1: rise together"),
            (0.0, "0: unrelated"),
            (-1.0, "−1: one falls as the other rises"),
        ]
        .into_iter()
        .map(|(value, label)| LegendEntry::new(label, theme.correlation(value)))
        .collect();
        let n = report.features.names.len();
        if (1..n)
            .any(|row| (0..row).any(|column| correlation(report, false, row, column).is_none()))
        {
            entries.push(LegendEntry::new("hatched: does not vary", theme.grid()));
        }
        entries
    }

    fn tooltip(&self, report: &Report, pick: &Pick, idx: usize) -> Vec<String> {
        let Pick::Cell { row, column } = *pick else {
            return pair::tooltip(report, idx);
        };
        let (row, column) = (row as usize, column as usize);
        match (
            report.features.names.get(column),
            report.features.names.get(row),
        ) {
            (Some(a), Some(b)) => vec![
                format!("{a} × {b}"),
                in_words(correlation(report, false, row, column)),
                format!(
                    "by rank {}",
                    in_words(correlation(report, true, row, column))
                ),
            ],
            _ => Vec::new(),
        }
    }
}

/// Slanted lines on the ground: no number, which is not the same as zero.
fn hatch(scene: &mut Scene, view: &View, area: Area) {
    let color = fade(view.theme().axis(), 0.45);
    let step = view.px(6.0);
    let (width, height) = (area.width() - 1, area.height() - 1);
    if width < 1 || height < 1 {
        return;
    }
    // Lines x + y = k within the cell.
    let mut k = step / 2;
    while k < width + height {
        let (from, to) = (
            (k.min(width), k - k.min(width)),
            (k - k.min(height), k.min(height)),
        );
        scene.path(
            &[
                (area.x0 + from.0, area.y0 + from.1),
                (area.x0 + to.0, area.y0 + to.1),
            ],
            view.px(1.0),
            color,
        );
        k += step;
    }
}

/// The colours from −1 to 1 in the empty corner, where there is room.
fn draw_scale(scene: &mut Scene, view: &View, pad: i32) {
    let theme = view.theme();
    let size = view.font();
    let right = view.bounds().x1 - pad - text_width("0", size);
    let (width, height) = (view.px(120.0), view.px(8.0));
    let bar = Area {
        x0: right - width,
        x1: right,
        y0: pad,
        y1: pad + height,
    };
    let whole = Area {
        x0: bar.x0 - view.px(16.0),
        x1: right,
        y0: 0,
        y1: bar.y1 + (size * 1.6) as i32,
    };
    let is_clear = !scene
        .targets
        .iter()
        .any(|target| matches!(target.shape, TargetShape::Area(cell) if cell.overlaps(whole)));
    if !is_clear || !scene.is_free(whole) {
        return;
    }
    let n_steps = 40;
    for step in 0..n_steps {
        let at = |k: i32| bar.x0 + width * k / n_steps;
        let value = (f64::from(step) + 0.5) / f64::from(n_steps) * 2.0 - 1.0;
        scene.rect(
            Area {
                x0: at(step),
                x1: at(step + 1),
                ..bar
            },
            theme.correlation(value),
        );
    }
    let scale = Scale::new(-1.0, 1.0, bar.x0, bar.x1);
    for (value, text) in [(-1.0, "−1"), (0.0, "0"), (1.0, "1")] {
        scene.label(Label {
            at: (scale.at(value), bar.y1 + view.px(2.0)),
            text: text.to_owned(),
            size,
            color: theme.muted(),
            across: Align::Middle,
            down: Align::Start,
        });
    }
}
