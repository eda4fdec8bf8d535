//! Time × score: every episode of a strange message, coloured by template, larger where it has more records.

use super::scale::{Scale, counted, short};
use super::scene::{Scene, TargetShape};
use super::theme::{BANDS, Theme, fade};
use super::{LegendEntry, Pick, Plot, View, clock, cut, frame, template_text};
use crate::base::math;
use crate::base::order::Arrange;
use crate::report::Report;

/// Templates with a colour of their own.
const N_COLORED: usize = 9;

/// The plot.
pub(super) struct Scatter;

/// The templates that get a colour: those with the highest points; what is ordinary stays grey, unless all is.
fn colored_templates(report: &Report) -> Vec<u32> {
    let mut order: Vec<(f64, u32)> = report
        .points
        .iter()
        .map(|point| (point.score, point.template))
        .collect();
    let from = if order.iter().any(|(score, _)| *score >= BANDS[1].0) {
        BANDS[1].0
    } else {
        f64::NEG_INFINITY
    };
    order.retain(|(score, _)| *score >= from);
    order.arrange_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut templates = Vec::new();
    for (_, template) in order {
        if templates.len() == N_COLORED {
            break;
        }
        if !templates.contains(&template) {
            templates.push(template);
        }
    }
    templates
}

impl Plot for Scatter {
    fn name(&self) -> &'static str {
        "scatter"
    }

    fn title(&self) -> &'static str {
        "Strange messages over time"
    }

    fn describe(&self, report: &Report) -> String {
        let n = report
            .points
            .iter()
            .filter(|point| point.ms.is_finite())
            .count();
        let Some(top) = report
            .points
            .iter()
            .filter(|point| point.ms.is_finite())
            .max_by(|a, b| a.score.total_cmp(&b.score))
        else {
            return "No message with a timestamp was scored, so there is nothing to place in time."
                .to_owned();
        };
        let n_alarming = report
            .points
            .iter()
            .filter(|point| point.score >= 75.0)
            .count();
        format!(
            "{} of distinct messages by time and anomaly score, {n_alarming} of them at 75 or more. The highest scores {} at {}: {}",
            counted(n as u64, "episode"),
            short(top.score),
            clock::instant(top.ms),
            cut(&template_text(report, top.template), 120),
        )
    }

    fn scene(&self, report: &Report, view: &View) -> Scene {
        let mut order: Vec<usize> = (0..report.points.len())
            .filter(|idx| report.points[*idx].ms.is_finite())
            .collect();
        let range = frame::time_range(report, view).filter(|_| !order.is_empty());
        let Some((from, to)) = range else {
            return Scene::sentence(view, &self.describe(report));
        };
        let mut scene = Scene::new(view);
        let Some(area) = frame::inner(view, view.px(12.0) + view.font() as i32) else {
            return scene;
        };
        let theme = view.theme();
        let time = Scale::new(from, to, area.x0, area.x1);
        let score = Scale::new(0.0, 100.0, area.y1, area.y0);
        let step = if area.height() < view.px(90.0) { 2 } else { 1 };
        let ticks: Vec<(f64, String)> = [0.0, 25.0, 50.0, 75.0, 100.0]
            .into_iter()
            .step_by(step)
            .map(|v| (v, short(v)))
            .collect();
        frame::draw_value_axis(&mut scene, view, area, &score, &ticks, "anomaly score");
        for (from, _) in &BANDS[1..] {
            scene.level_line(
                area.x0,
                area.x1,
                score.at(*from),
                view.px(1.0),
                fade(theme.band(*from), 0.6),
            );
        }
        frame::draw_time_axis(&mut scene, view, area, &time);

        // Large ones first, so that small ones lie on top of them and not below.
        order.arrange_by_key(|idx| (std::cmp::Reverse(report.points[*idx].n_records), *idx));
        let templates = colored_templates(report);
        for idx in order {
            let point = &report.points[idx];
            if !time.holds(point.ms) {
                continue;
            }
            let radius =
                view.px((2.6 + 0.6 * math::log2(f64::from(point.n_records.max(1)))).min(12.0));
            let at = (time.at(point.ms), score.at(point.score.clamp(0.0, 100.0)));
            let place = templates.iter().position(|id| *id == point.template);
            let color = place.map_or(fade(theme.other(), 0.55), |idx| {
                fade(theme.category(idx), 0.78)
            });
            scene.disc(at, radius, color);
            let pick = Pick::Message {
                message: point.message,
                template: point.template,
            };
            scene.target(TargetShape::Disc { at, radius }, pick, idx);
        }
        scene
    }

    fn legend(&self, report: &Report, theme: Theme) -> Vec<LegendEntry> {
        let templates = colored_templates(report);
        let mut entries: Vec<LegendEntry> = templates
            .iter()
            .enumerate()
            .map(|(idx, id)| {
                LegendEntry::new(cut(&template_text(report, *id), 80), theme.category(idx))
            })
            .collect();
        if report
            .points
            .iter()
            .any(|point| !templates.contains(&point.template))
        {
            entries.push(LegendEntry::new("other patterns", theme.other()));
        }
        entries
    }

    fn tooltip(&self, report: &Report, _: &Pick, row: usize) -> Vec<String> {
        report.points.get(row).map_or_else(Vec::new, |point| {
            vec![
                cut(&template_text(report, point.template), 120),
                format!("from {}", clock::instant(point.ms)),
                format!(
                    "{}, score {}",
                    counted(u64::from(point.n_records), "record"),
                    short(point.score)
                ),
            ]
        })
    }
}
