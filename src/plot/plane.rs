//! A plane without axes, on which only distances mean something: points → pixels inside a margin.

use super::View;
use super::scale::Scale;
use super::scene::{Area, Dot};

/// Both scales of a plane.
pub(super) struct Plane {
    x: Scale,
    y: Scale,
}

impl Plane {
    /// All of `points` (finite values) inside a margin of `margin` CSS pixels; `None` where the view has no room.
    pub(super) fn new(
        view: &View,
        margin: f64,
        points: impl Iterator<Item = (f64, f64)>,
    ) -> Option<Self> {
        let pad = view.px(margin);
        let area = Area {
            x0: pad,
            y0: pad,
            x1: view.bounds().x1 - pad,
            y1: view.bounds().y1 - pad,
        };
        if area.width() < view.px(8.0) || area.height() < view.px(8.0) {
            return None;
        }
        let nothing = (f64::INFINITY, f64::NEG_INFINITY);
        let with = |(lo, hi): (f64, f64), value: f64| (lo.min(value), hi.max(value));
        let (x, y) = points.fold((nothing, nothing), |(xs, ys), (x, y)| {
            (with(xs, x), with(ys, y))
        });
        Some(Self {
            x: Scale::new(x.0, x.1, area.x0, area.x1),
            y: Scale::new(y.0, y.1, area.y1, area.y0),
        })
    }

    pub(super) fn at(&self, (x, y): (f64, f64)) -> Dot {
        (self.x.at(x), self.y.at(y))
    }
}
