//! Distinct messages as a map: what is alike lies close together, clusters have a colour and a name, noise is grey.

use super::plane::Plane;
use super::scale::{counted, short};
use super::scene::{Align, Area, Dot, Label, Scene, TargetShape, cut_to_width};
use super::theme::{Theme, fade};
use super::{LegendEntry, Pick, Plot, View, cut, template_text};
use crate::base::math;
use crate::base::order::Arrange;
use crate::report::{ClusterGroup, Report};

/// Clusters with a colour of their own; those after them share a grey that is darker than noise.
const N_COLORED: usize = 10;

/// Clusters that are named in the picture; the smaller ones only under the pointer.
const N_NAMED: usize = 24;

/// The plot.
pub(super) struct Clusters;

fn finite(point: &crate::report::ClusterPoint) -> bool {
    point.x.is_finite() && point.y.is_finite()
}

/// Colour of a cluster by its place in the list, which is by size.
fn color_of(report: &Report, theme: Theme, cluster: Option<u32>) -> plotters::style::RGBAColor {
    let place = cluster.and_then(|id| {
        report
            .clusters
            .groups
            .iter()
            .position(|group| group.id == id)
    });
    match (cluster, place) {
        (None, _) => theme.other(),
        (Some(_), Some(place)) if place < N_COLORED => theme.category(place),
        _ => theme.muted(),
    }
}

impl Plot for Clusters {
    fn name(&self) -> &'static str {
        "clusters"
    }

    fn title(&self) -> &'static str {
        "Messages that resemble each other"
    }

    fn describe(&self, report: &Report) -> String {
        let clusters = &report.clusters;
        if !clusters.points.iter().any(finite) {
            return "There are no messages to compare.".to_owned();
        }
        let largest: Vec<String> = clusters
            .groups
            .iter()
            .take(3)
            .map(|group| {
                format!(
                    "{} ({})",
                    group.name,
                    counted(u64::from(group.n_messages), "message")
                )
            })
            .collect();
        format!(
            "A map of {} in {}, {} in none.{}",
            counted(clusters.points.len() as u64, "distinct message"),
            counted(clusters.groups.len() as u64, "cluster"),
            super::scale::grouped(u64::from(clusters.n_noise)),
            if largest.is_empty() {
                String::new()
            } else {
                format!(" The largest: {}.", largest.join("; "))
            },
        )
    }

    fn scene(&self, report: &Report, view: &View) -> Scene {
        let points = &report.clusters.points;
        let mut order: Vec<usize> = (0..points.len())
            .filter(|idx| finite(&points[*idx]))
            .collect();
        if order.is_empty() {
            return Scene::sentence(view, &self.describe(report));
        }
        let mut scene = Scene::new(view);
        let spot = |idx: usize| (points[idx].x, points[idx].y);
        let Some(plane) = Plane::new(view, 22.0, order.iter().map(|idx| spot(*idx))) else {
            return scene;
        };
        let theme = view.theme();

        // Noise below clusters, large below small.
        order.arrange_by_key(|idx| {
            (
                points[*idx].cluster.is_some(),
                std::cmp::Reverse(points[*idx].n_records),
                *idx,
            )
        });
        for idx in order {
            let point = &points[idx];
            let at = plane.at(spot(idx));
            let radius =
                view.px((2.4 + 0.55 * math::log2(f64::from(point.n_records.max(1)))).min(11.0));
            let alpha = if point.cluster.is_some() { 0.75 } else { 0.6 };
            scene.disc(
                at,
                radius,
                fade(color_of(report, theme, point.cluster), alpha),
            );
            if point.score >= 75.0 {
                scene.ring(
                    at,
                    radius + view.px(2.0),
                    view.px(1.0),
                    theme.band(point.score),
                );
            }
            let pick = Pick::Message {
                message: point.message,
                template: point.template,
            };
            scene.target(TargetShape::Disc { at, radius }, pick, idx);
        }
        let dots: Vec<(Option<u32>, Dot)> = points
            .iter()
            .filter(|point| finite(point))
            .map(|point| (point.cluster, plane.at((point.x, point.y))))
            .collect();
        for (row, group) in report.clusters.groups.iter().take(N_NAMED).enumerate() {
            name_cluster(&mut scene, view, report, row, group, &dots);
        }
        scene
    }

    fn legend(&self, report: &Report, theme: Theme) -> Vec<LegendEntry> {
        let groups = &report.clusters.groups;
        let mut entries: Vec<LegendEntry> = groups
            .iter()
            .take(N_COLORED)
            .map(|group| {
                LegendEntry::new(
                    cut(&group.name, 60),
                    color_of(report, theme, Some(group.id)),
                )
            })
            .collect();
        if groups.len() > N_COLORED {
            entries.push(LegendEntry::new("other clusters", theme.muted()));
        }
        if report
            .clusters
            .points
            .iter()
            .any(|point| point.cluster.is_none())
        {
            entries.push(LegendEntry::new("in no cluster", theme.other()));
        }
        if report
            .clusters
            .points
            .iter()
            .any(|point| point.score >= 75.0)
        {
            entries.push(LegendEntry::new(
                "ringed: score 75 or more",
                theme.band(75.0),
            ));
        }
        entries
    }

    fn tooltip(&self, report: &Report, pick: &Pick, row: usize) -> Vec<String> {
        if let Pick::Cluster { .. } = pick {
            return report
                .clusters
                .groups
                .get(row)
                .map_or_else(Vec::new, |group| {
                    vec![
                        format!("cluster: {}", group.name),
                        format!(
                            "{}, {}",
                            counted(u64::from(group.n_messages), "message"),
                            counted(u64::from(group.n_records), "record")
                        ),
                    ]
                });
        }
        report
            .clusters
            .points
            .get(row)
            .map_or_else(Vec::new, |point| {
                let group = report
                    .clusters
                    .groups
                    .iter()
                    .find(|group| Some(group.id) == point.cluster);
                vec![
                    cut(&template_text(report, point.template), 120),
                    group.map_or_else(
                        || "in no cluster".to_owned(),
                        |group| format!("cluster: {}", group.name),
                    ),
                    format!(
                        "{}, score {}",
                        counted(u64::from(point.n_records), "record"),
                        short(point.score)
                    ),
                ]
            })
    }
}

/// Writes a cluster's name where it hides the fewest messages, near its middle; leaves it to the legend when there is no room.
fn name_cluster(
    scene: &mut Scene,
    view: &View,
    report: &Report,
    row: usize,
    group: &ClusterGroup,
    dots: &[(Option<u32>, Dot)],
) {
    let members: Vec<Dot> = dots
        .iter()
        .filter(|(id, _)| *id == Some(group.id))
        .map(|(_, dot)| *dot)
        .collect();
    let size = view.font();
    let text = cut_to_width(&cut(&group.name, 32), size, view.bounds().x1 / 2);
    if members.is_empty() || text.is_empty() {
        return;
    }
    // The middle nine tenths: a straggler should not push the name away.
    let part = |mut values: Vec<i32>, share: f64| {
        values.arrange();
        values[((values.len() - 1) as f64 * share + 0.5) as usize]
    };
    let xs = |share| part(members.iter().map(|dot| dot.0).collect(), share);
    let ys = |share| part(members.iter().map(|dot| dot.1).collect(), share);
    let (left, middle_x, right) = (xs(0.05), xs(0.5), xs(0.95));
    let (top, middle_y, bottom) = (ys(0.05), ys(0.5), ys(0.95));
    let theme = view.theme();
    let pad = view.px(3.0);
    let mut best: Option<(i64, Label, Area)> = None;
    for css in [12.0, 18.0, 28.0, 44.0] {
        let far = view.px(css);
        for (at, across) in [
            ((middle_x, top - far), Align::Middle),
            ((middle_x, bottom + far), Align::Middle),
            ((right + far, middle_y), Align::Start),
            ((left - far, middle_y), Align::End),
            ((right, top - far), Align::Start),
            ((left, top - far), Align::End),
            ((right, bottom + far), Align::Start),
            ((left, bottom + far), Align::End),
        ] {
            let label = Label {
                at,
                text: text.clone(),
                size,
                color: theme.ink(),
                across,
                down: Align::Middle,
            };
            let area = label.area();
            let plate = Area {
                x0: area.x0 - pad,
                y0: area.y0 - 1,
                x1: area.x1 + pad,
                y1: area.y1 + view.px(3.0),
            };
            if !scene.is_free(plate) {
                continue;
            }
            let n_hidden = dots
                .iter()
                .filter(|(_, (x, y))| {
                    plate.x0 - pad <= *x
                        && *x <= plate.x1 + pad
                        && plate.y0 - pad <= *y
                        && *y <= plate.y1 + pad
                })
                .count();
            let center = (
                i64::from(area.x0 + area.x1) / 2,
                i64::from(area.y0 + area.y1) / 2,
            );
            let away =
                (center.0 - i64::from(middle_x)).abs() + (center.1 - i64::from(middle_y)).abs();
            let cost = n_hidden as i64 * i64::from(view.px(30.0)) + away;
            if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                best = Some((cost, label, plate));
            }
        }
    }
    let Some((_, label, plate)) = best else {
        return;
    };
    scene.rect(plate, fade(theme.surface(), 0.75));
    let underline = Area {
        y0: plate.y1 - view.px(2.0),
        ..plate
    };
    scene.rect(underline, color_of(report, theme, Some(group.id)));
    scene.target(
        TargetShape::Area(plate),
        Pick::Cluster { id: group.id },
        row,
    );
    scene.label(label);
    scene.reserve(plate);
}
