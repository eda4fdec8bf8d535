//! Shapes and what they stand for → drawn on any plotters backend, found again under the pointer.
//!
//! A plot does not draw: it lists shapes in device pixels, and beside them the targets a pointer can hit. Drawing and picking
//! cannot disagree because they read the same list, plots need no type parameter for the backend, and layout can be tested.
//! Text is measured by a fixed advance a character and never by the backend: plotters' canvas measuring asks the DOM, and its
//! answer would differ from one machine to the next.

use std::borrow::Cow;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, RGBAColor, ShapeStyle};

use super::{Pick, View};
use crate::base::visible::visible;

/// A point in device pixels.
pub(super) type Dot = (i32, i32);

/// Result of drawing on a backend.
pub type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

const FONT: &str = "system-ui, sans-serif";
/// Width of a character relative to the size of the font: that of a wide sans-serif, so that text seldom needs more.
const ADVANCE: f64 = 0.6;

/// Where a text lies relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Start,
    Middle,
    End,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Rect {
        area: Area,
        color: RGBAColor,
    },
    Path {
        dots: Vec<Dot>,
        color: RGBAColor,
        width: i32,
    },
    Polygon {
        dots: Vec<Dot>,
        color: RGBAColor,
    },
    Disc {
        at: Dot,
        radius: i32,
        color: RGBAColor,
    },
    Ring {
        at: Dot,
        radius: i32,
        color: RGBAColor,
        width: i32,
    },
    Label(Label),
}

/// A line of text; its size is that of the font in device pixels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Label {
    pub(super) at: Dot,
    pub(super) text: String,
    pub(super) size: f64,
    pub(super) color: RGBAColor,
    pub(super) across: Align,
    pub(super) down: Align,
}

impl Label {
    /// The space the text takes.
    pub(super) fn area(&self) -> Area {
        let width = text_width(&self.text, self.size);
        let height = (self.size * 1.15) as i32;
        let shift = |at: i32, len: i32, align| match align {
            Align::Start => at,
            Align::Middle => at - len / 2,
            Align::End => at - len,
        };
        let (x0, y0) = (
            shift(self.at.0, width, self.across),
            shift(self.at.1, height, self.down),
        );
        Area {
            x0,
            y0,
            x1: x0 + width,
            y1: y0 + height,
        }
    }
}

/// A rectangle in device pixels; right and lower border excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x0: i32,
    pub(super) y0: i32,
    pub(super) x1: i32,
    pub(super) y1: i32,
}

impl Area {
    pub(super) fn width(self) -> i32 {
        self.x1 - self.x0
    }

    pub(super) fn height(self) -> i32 {
        self.y1 - self.y0
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.x0 < other.x1 && other.x0 < self.x1 && self.y0 < other.y1 && other.y0 < self.y1
    }

    pub(super) fn holds(self, other: Self) -> bool {
        self.x0 <= other.x0 && other.x1 <= self.x1 && self.y0 <= other.y0 && other.y1 <= self.y1
    }
}

/// What a pointer can hit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Target {
    pub(super) shape: TargetShape,
    pub(super) pick: Pick,
    /// Index into the list the plot shows, for its tooltip.
    pub(super) row: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TargetShape {
    Area(Area),
    Disc { at: Dot, radius: i32 },
}

impl TargetShape {
    /// Squared distance from the shape in pixels; 0 within.
    fn distance(self, (x, y): Dot) -> i64 {
        let squared =
            |dx: i32, dy: i32| i64::from(dx) * i64::from(dx) + i64::from(dy) * i64::from(dy);
        match self {
            Self::Area(area) => squared(
                (area.x0 - x).max(x - area.x1 + 1).max(0),
                (area.y0 - y).max(y - area.y1 + 1).max(0),
            ),
            Self::Disc { at, radius } => {
                let far = squared(at.0.saturating_sub(x), at.1.saturating_sub(y));
                (far - i64::from(radius) * i64::from(radius)).max(0)
            }
        }
    }
}

/// The shapes of one plot, in the order of drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    pub(super) shapes: Vec<Shape>,
    pub(super) targets: Vec<Target>,
    bounds: Area,
    taken: Vec<Area>,
}

impl Scene {
    pub(super) fn new(view: &View) -> Self {
        Self {
            shapes: Vec::new(),
            targets: Vec::new(),
            bounds: view.bounds(),
            taken: Vec::new(),
        }
    }

    /// One short sentence in the middle, for when there is nothing to draw.
    pub(super) fn sentence(view: &View, text: &str) -> Self {
        let mut scene = Self::new(view);
        let size = view.font();
        let n_chars = (scene.bounds.width() - view.px(16.0)).max(0) / (size * ADVANCE) as i32;
        let lines = wrap(text, n_chars.max(0) as usize);
        let step = (size * 1.4) as i32;
        let top = scene.bounds.y1 / 2 - step * (lines.len() as i32 - 1) / 2;
        for (idx, line) in lines.into_iter().enumerate() {
            scene.label(Label {
                at: (scene.bounds.x1 / 2, top + step * idx as i32),
                text: line,
                size,
                color: view.theme().muted(),
                across: Align::Middle,
                down: Align::Middle,
            });
        }
        scene
    }

    pub(super) fn rect(&mut self, area: Area, color: RGBAColor) {
        if area.x1 > area.x0 && area.y1 > area.y0 {
            self.shapes.push(Shape::Rect { area, color });
        }
    }

    /// A level line; a rectangle, because strokes blur between pixels.
    pub(super) fn level_line(&mut self, x0: i32, x1: i32, y: i32, width: i32, color: RGBAColor) {
        self.rect(
            Area {
                x0,
                y0: y - width / 2,
                x1,
                y1: y - width / 2 + width,
            },
            color,
        );
    }

    /// An upright line.
    pub(super) fn upright_line(&mut self, x: i32, y0: i32, y1: i32, width: i32, color: RGBAColor) {
        self.rect(
            Area {
                x0: x - width / 2,
                y0,
                x1: x - width / 2 + width,
                y1,
            },
            color,
        );
    }

    pub(super) fn path(&mut self, dots: &[Dot], width: i32, color: RGBAColor) {
        self.shapes.push(Shape::Path {
            dots: dots.to_vec(),
            color,
            width,
        });
    }

    pub(super) fn polygon(&mut self, dots: &[Dot], color: RGBAColor) {
        self.shapes.push(Shape::Polygon {
            dots: dots.to_vec(),
            color,
        });
    }

    pub(super) fn disc(&mut self, at: Dot, radius: i32, color: RGBAColor) {
        self.shapes.push(Shape::Disc { at, radius, color });
    }

    pub(super) fn ring(&mut self, at: Dot, radius: i32, width: i32, color: RGBAColor) {
        self.shapes.push(Shape::Ring {
            at,
            radius,
            color,
            width,
        });
    }

    /// Whether a text of that extent would lie within the picture and on no other text.
    pub(super) fn is_free(&self, area: Area) -> bool {
        self.bounds.holds(area) && !self.taken.iter().any(|other| other.overlaps(area))
    }

    /// Draws a text unless it would run over another or over the border; says whether it did.
    pub(super) fn label(&mut self, mut label: Label) -> bool {
        if let Cow::Owned(text) = visible(&label.text) {
            label.text = text;
        }
        let area = label.area();
        let is_free = !label.text.is_empty() && self.is_free(area);
        if is_free {
            self.taken.push(area);
            self.shapes.push(Shape::Label(label));
        }
        is_free
    }

    /// Keeps texts off an area.
    pub(super) fn reserve(&mut self, area: Area) {
        self.taken.push(area);
    }

    pub(super) fn target(&mut self, shape: TargetShape, pick: Pick, row: usize) {
        self.targets.push(Target { shape, pick, row });
    }

    /// What can be hit, with its shape in five numbers as [`super::targets`] gives them.
    pub(super) fn targets(&self) -> impl Iterator<Item = (Pick, [f64; 5])> {
        self.targets.iter().map(|target| {
            let shape = match target.shape {
                TargetShape::Area(area) => [0, area.x0, area.y0, area.x1, area.y1],
                TargetShape::Disc { at, radius } => [1, at.0, at.1, radius, target.row as i32],
            };
            (target.pick, shape.map(f64::from))
        })
    }

    /// The target under a point: the topmost that holds it, or else the nearest disc within `reach` pixels.
    pub(super) fn hit(&self, at: Dot, reach: i32) -> Option<&Target> {
        let within = self
            .targets
            .iter()
            .rev()
            .find(|target| target.shape.distance(at) == 0);
        let near = |target: &&Target| match target.shape {
            TargetShape::Disc { radius, .. } => {
                let (radius, far) = (i64::from(radius), i64::from(radius) + i64::from(reach));
                target.shape.distance(at) <= far * far - radius * radius
            }
            TargetShape::Area(_) => false,
        };
        within.or_else(|| {
            let nearest = self.targets.iter().rev().filter(near);
            nearest.min_by_key(|target| target.shape.distance(at))
        })
    }

    /// Draws everything. `em` is what the backend calls a font of one pixel: 1 on a canvas, 1.24 in plotters' SVG.
    ///
    /// # Errors
    ///
    /// Those of the backend.
    pub fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, em: f64) -> Drawn<DB> {
        for shape in &self.shapes {
            match shape {
                Shape::Rect { area: rect, color } => {
                    let corners = [(rect.x0, rect.y0), (rect.x1, rect.y1)];
                    area.draw(&Rectangle::new(corners, color.filled()))?;
                }
                Shape::Path { dots, color, width } => {
                    area.draw(&PathElement::new(dots.clone(), stroke(*color, *width)))?;
                }
                Shape::Polygon { dots, color } => {
                    area.draw(&Polygon::new(dots.clone(), color.filled()))?;
                }
                Shape::Disc { at, radius, color } => {
                    area.draw(&Circle::new(*at, *radius, color.filled()))?;
                }
                Shape::Ring {
                    at,
                    radius,
                    color,
                    width,
                } => {
                    area.draw(&Circle::new(*at, *radius, stroke(*color, *width)))?;
                }
                Shape::Label(label) => {
                    let across = match label.across {
                        Align::Start => HPos::Left,
                        Align::Middle => HPos::Center,
                        Align::End => HPos::Right,
                    };
                    let down = match label.down {
                        Align::Start => VPos::Top,
                        Align::Middle => VPos::Center,
                        Align::End => VPos::Bottom,
                    };
                    let style = (FONT, label.size * em)
                        .into_font()
                        .color(&label.color)
                        .pos(Pos::new(across, down));
                    area.draw(&Text::new(label.text.as_str(), label.at, style))?;
                }
            }
        }
        Ok(())
    }
}

fn stroke(color: RGBAColor, width: i32) -> ShapeStyle {
    ShapeStyle {
        color,
        filled: false,
        stroke_width: u32::try_from(width).unwrap_or(1),
    }
}

fn n_columns(text: &str) -> usize {
    // East Asian characters are twice as wide.
    text.chars()
        .map(|c| {
            if u32::from(c) >= 0x1100 && !('\u{2000}'..'\u{2e00}').contains(&c) {
                2
            } else {
                1
            }
        })
        .sum()
}

/// Width of a text in device pixels, as it is assumed everywhere.
pub(super) fn text_width(text: &str, size: f64) -> i32 {
    (n_columns(text) as f64 * size * ADVANCE) as i32 + 1
}

/// The text, cut to `width` pixels with an ellipsis; empty when not even two characters fit.
pub(super) fn cut_to_width(text: &str, size: f64, width: i32) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        cut.push(c);
        if text_width(&cut, size) + (size * ADVANCE) as i32 > width {
            cut.pop();
            break;
        }
    }
    if cut.chars().count() < 2 {
        return String::new();
    }
    format!("{}…", cut.trim_end())
}

fn wrap(text: &str, n_chars: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= n_chars => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
