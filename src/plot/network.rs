//! The patterns of incidents as a graph: a colour an incident, lines between what says alike things or comes at the same time.

use super::plane::Plane;
use super::scale::{counted, short};
use super::scene::{Align, Area, Dot, Label, Scene, TargetShape, cut_to_width};
use super::theme::{Theme, fade};
use super::{LegendEntry, Pick, Plot, View, cut};
use crate::base::math;
use crate::base::order::Arrange;
use crate::report::{NetworkNode, Report};

/// Incidents with a colour of their own; those after them share a grey.
const N_COLORED: usize = 10;

/// Nodes that are named in the picture where there is room, the strangest; the others under the pointer.
const N_NAMED: usize = 12;

/// The plot.
pub(super) struct Network;

fn is_finite(node: &NetworkNode) -> bool {
    node.x.is_finite() && node.y.is_finite()
}

fn color_of(theme: Theme, incident: u32) -> plotters::style::RGBAColor {
    match (incident as usize).checked_sub(1) {
        Some(place) if place < N_COLORED => theme.category(place),
        _ => theme.muted(),
    }
}

/// The incidents that have nodes, in the order of their rank.
fn incidents(report: &Report) -> Vec<u32> {
    let nodes = report.network.nodes.iter().filter(|node| is_finite(node));
    let mut ranks: Vec<u32> = nodes.map(|node| node.incident).collect();
    ranks.arrange();
    ranks.dedup();
    ranks
}

impl Plot for Network {
    fn name(&self) -> &'static str {
        "network"
    }

    fn title(&self) -> &'static str {
        "What belongs together in incidents"
    }

    fn describe(&self, report: &Report) -> String {
        let network = &report.network;
        let n_nodes = network.nodes.iter().filter(|node| is_finite(node)).count();
        if n_nodes == 0 {
            return "There are no incidents with unusual lines to link.".to_owned();
        }
        let n_alike = network.edges.iter().filter(|edge| edge.is_alike).count();
        let all = if u64::from(network.n_all) > n_nodes as u64 {
            format!(
                " of {}, the strangest",
                super::scale::grouped(u64::from(network.n_all))
            )
        } else {
            String::new()
        };
        format!(
            "A graph of {}{all}, in {}; {} between patterns that say alike things.",
            counted(n_nodes as u64, "pattern"),
            counted(incidents(report).len() as u64, "incident"),
            counted(n_alike as u64, "link"),
        )
    }

    fn scene(&self, report: &Report, view: &View) -> Scene {
        let network = &report.network;
        let mut order: Vec<usize> = (0..network.nodes.len())
            .filter(|idx| is_finite(&network.nodes[*idx]))
            .collect();
        if order.is_empty() {
            return Scene::sentence(view, &self.describe(report));
        }
        let mut scene = Scene::new(view);
        let spot = |idx: usize| (network.nodes[idx].x, network.nodes[idx].y);
        let Some(plane) = Plane::new(view, 26.0, order.iter().map(|idx| spot(*idx))) else {
            return scene;
        };
        let theme = view.theme();
        let place = |idx: u32| -> Option<Dot> {
            let node = network.nodes.get(idx as usize)?;
            is_finite(node).then(|| plane.at((node.x, node.y)))
        };
        // Links of time below those of content.
        for is_alike in [false, true] {
            for edge in network
                .edges
                .iter()
                .filter(|edge| edge.is_alike == is_alike)
            {
                if let (Some(from), Some(to)) = (place(edge.from), place(edge.to)) {
                    let (width, alpha) = if is_alike { (2.0, 0.8) } else { (1.0, 0.6) };
                    scene.path(&[from, to], view.px(width), fade(theme.axis(), alpha));
                }
            }
        }
        // Large below small.
        order.arrange_by_key(|idx| (std::cmp::Reverse(network.nodes[*idx].n_records), *idx));
        for &idx in &order {
            let node = &network.nodes[idx];
            let at = plane.at(spot(idx));
            let size = 4.0 + 0.9 * math::log2(f64::from(node.n_records.max(1)));
            let radius = view.px(size.min(16.0));
            scene.disc(at, radius, theme.surface());
            scene.disc(at, radius, fade(color_of(theme, node.incident), 0.85));
            let pick = Pick::Pattern {
                template: node.template,
                incident: node.incident,
            };
            scene.target(TargetShape::Disc { at, radius }, pick, idx);
        }
        // A name hides no node.
        for &idx in &order {
            let (x, y) = plane.at(spot(idx));
            let pad = view.px(6.0);
            scene.reserve(Area {
                x0: x - pad,
                y0: y - pad,
                x1: x + pad,
                y1: y + pad,
            });
        }
        order.arrange_by(|a, b| {
            let score = |idx: usize| network.nodes[idx].score;
            score(*b).total_cmp(&score(*a)).then(a.cmp(b))
        });
        for &idx in order.iter().take(N_NAMED) {
            let at = plane.at(spot(idx));
            name_node(&mut scene, view, &network.nodes[idx].text, at);
        }
        scene
    }

    fn legend(&self, report: &Report, theme: Theme) -> Vec<LegendEntry> {
        let ranks = incidents(report);
        let is_coloured = |rank: &&u32| (1..=N_COLORED as u32).contains(*rank);
        let mut entries: Vec<LegendEntry> = ranks
            .iter()
            .filter(is_coloured)
            .map(|rank| {
                let incident = report.incidents.iter().find(|known| known.id == *rank);
                let title = incident.map_or("", |incident| incident.title.as_str());
                let label = format!("incident {rank}: {}", cut(title, 60));
                LegendEntry::new(label, color_of(theme, *rank))
            })
            .collect();
        if ranks.iter().any(|rank| !is_coloured(&rank)) {
            entries.push(LegendEntry::new("other incidents", theme.muted()));
        }
        entries
    }

    fn tooltip(&self, report: &Report, _: &Pick, row: usize) -> Vec<String> {
        let network = &report.network;
        let Some(node) = network.nodes.get(row) else {
            return Vec::new();
        };
        let is_of = |end: u32| end as usize == row;
        let alike = network.edges.iter().filter(|edge| edge.is_alike);
        let n_alike = alike
            .filter(|edge| is_of(edge.from) || is_of(edge.to))
            .count();
        vec![
            cut(&node.text, 120),
            format!(
                "incident {}, {}, score {}",
                node.incident,
                counted(u64::from(node.n_records), "record"),
                short(node.score)
            ),
            format!("alike: {}", counted(n_alike as u64, "other pattern")),
        ]
    }
}

/// Writes what a node says beside it, where there is room.
fn name_node(scene: &mut Scene, view: &View, text: &str, (x, y): Dot) {
    let size = view.font();
    let bounds = view.bounds();
    let text = cut_to_width(&cut(text, 36), size, bounds.x1 / 3);
    let far = view.px(18.0);
    if text.is_empty() {
        return;
    }
    for (at, across) in [
        ((x, y - far), Align::Middle),
        ((x, y + far), Align::Middle),
        ((x + far, y), Align::Start),
        ((x - far, y), Align::End),
    ] {
        let label = Label {
            at,
            text: text.clone(),
            size,
            color: view.theme().ink(),
            across,
            down: Align::Middle,
        };
        let pad = view.px(3.0);
        let area = label.area();
        let plate = Area {
            x0: area.x0 - pad,
            y0: area.y0 - 1,
            x1: area.x1 + pad,
            y1: area.y1 + 1,
        };
        if scene.is_free(plate) {
            scene.rect(plate, fade(view.theme().surface(), 0.75));
            scene.label(label);
            scene.reserve(plate);
            return;
        }
    }
}
