//! Report and view → a plot on a canvas of the page, and what lies under the pointer.
//!
//! Lives on the page, not in a worker: a canvas is drawn where it is shown, and a report is small.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use plotters::drawing::IntoDrawingArea;
use plotters_canvas::CanvasBackend;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::plot::{self, LegendEntry, Picked, Plot, PlotKind, Scene, View, theme::Theme};
use crate::protocol::IncidentLines;
use crate::report::export::redact::Redactor;
use crate::report::export::{self, records};
use crate::report::{Report, Timeline};

/// The plots of one report.
#[wasm_bindgen]
pub struct Plots {
    report: Report,
    /// What each plot was last made into: it is drawn, pointed at and lifted out of many times before its view changes.
    scenes: RefCell<BTreeMap<&'static str, (View, Rc<Scene>)>>,
}

impl Plots {
    fn of(report: Report) -> Self {
        Self {
            report,
            scenes: RefCell::default(),
        }
    }

    fn scene(&self, plot: &'static dyn Plot, view: &View) -> Rc<Scene> {
        let mut scenes = self.scenes.borrow_mut();
        match scenes.get(plot.name()) {
            Some((known, scene)) if known == view => Rc::clone(scene),
            _ => {
                let scene = Rc::new(plot.scene(&self.report, view));
                scenes.insert(plot.name(), (*view, Rc::clone(&scene)));
                scene
            }
        }
    }
}

#[wasm_bindgen]
impl Plots {
    /// From the report as JSON bytes.
    ///
    /// # Errors
    ///
    /// When the bytes are not a report of this version.
    #[wasm_bindgen(constructor)]
    pub fn new(report: &[u8]) -> Result<Plots, JsError> {
        Ok(Self::of(serde_json::from_slice(report)?))
    }

    /// Of a timeline alone, while there is nothing else yet.
    ///
    /// # Errors
    ///
    /// When this is no timeline.
    #[wasm_bindgen(js_name = ofTimeline)]
    pub fn of_timeline(timeline: &Ts<Timeline>) -> Result<Plots, JsError> {
        let report = Report {
            timeline: timeline.to_rust()?,
            ..Report::default()
        };
        Ok(Self::of(report))
    }

    /// All plots, in the order in which to show them.
    ///
    /// # Errors
    ///
    /// When JavaScript refuses the values.
    pub fn kinds() -> Result<Vec<Ts<PlotKind>>, JsError> {
        let kinds = plot::all().iter().map(|plot| PlotKind::of(*plot).into_ts());
        Ok(kinds.collect::<Result<_, _>>()?)
    }

    /// Draws a plot; the canvas takes the size of the view, what was on it is gone.
    ///
    /// # Errors
    ///
    /// When there is no plot of that name, or the canvas has no 2D context.
    pub fn draw(
        &self,
        canvas: HtmlCanvasElement,
        kind: &str,
        view: &Ts<View>,
    ) -> Result<(), JsError> {
        let (plot, view) = (named(kind)?, view.to_rust()?);
        if (canvas.width(), canvas.height()) != (view.width, view.height) {
            canvas.set_width(view.width);
            canvas.set_height(view.height);
        }
        let context = canvas.get_context("2d").ok().flatten();
        let Some(context) =
            context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok())
        else {
            return Err(JsError::new("the canvas has no 2D context"));
        };
        context.clear_rect(0.0, 0.0, f64::from(view.width), f64::from(view.height));
        let backend = CanvasBackend::with_canvas_object(canvas);
        let area = backend
            .ok_or_else(|| JsError::new("the canvas has no 2D context"))?
            .into_drawing_area();
        self.scene(plot, &view)
            .draw(&area, 1.0)
            .map_err(|error| JsError::new(&error.to_string()))
    }

    /// A plot as SVG.
    ///
    /// # Errors
    ///
    /// When there is no plot of that name.
    pub fn svg(&self, kind: &str, view: &Ts<View>) -> Result<String, JsError> {
        Ok(plot::svg(named(kind)?, &self.report, &view.to_rust()?))
    }

    /// The report as JSON; `is_redacted`: without addresses, users and secrets.
    #[must_use]
    pub fn json(&self, is_redacted: bool) -> Vec<u8> {
        let json = self.report.to_json();
        let json = if is_redacted {
            Redactor::default().json(&json)
        } else {
            json
        };
        let mut out = Vec::with_capacity(json.len());
        records::escaped(&String::from_utf8_lossy(&json), &mut out);
        out
    }

    /// The report with all its plots as one page that needs nothing else.
    ///
    /// # Errors
    ///
    /// Never: what was redacted is still a report.
    pub fn page(&self, is_redacted: bool) -> Result<String, JsError> {
        let redacted: Report;
        let report = if is_redacted {
            redacted = serde_json::from_slice(&self.json(true))?;
            &redacted
        } else {
            &self.report
        };
        let pictures = plot::pictures(report);
        Ok(export::page::html(report, &pictures, is_redacted))
    }

    /// `incidents.csv`; `lines` holds what was read back of each incident.
    ///
    /// # Errors
    ///
    /// When these are no lines.
    #[wasm_bindgen(js_name = incidentsCsv)]
    pub fn incidents_csv(&self, lines: JsValue, is_redacted: bool) -> Result<Vec<u8>, JsError> {
        let lines: Vec<IncidentLines> = serde_wasm_bindgen::from_value(lines)
            .map_err(|error| JsError::new(&error.to_string()))?;
        Ok(export::incidents::csv(&self.report, &lines, is_redacted))
    }

    /// What lies at a point, in device pixels from the upper left corner of the canvas.
    ///
    /// # Errors
    ///
    /// When there is no plot of that name.
    pub fn pick(
        &self,
        kind: &str,
        x: f64,
        y: f64,
        view: &Ts<View>,
    ) -> Result<Option<Ts<Picked>>, JsError> {
        let (plot, view) = (named(kind)?, view.to_rust()?);
        let scene = self.scene(plot, &view);
        let picked = plot::pick(plot, &self.report, &view, &scene, (x, y));
        Ok(picked.map(|picked| picked.into_ts()).transpose()?)
    }

    /// Where everything is that a pointer can hit, as [`plot::targets`] has it.
    ///
    /// # Errors
    ///
    /// When there is no plot of that name.
    pub fn targets(&self, kind: &str, view: &Ts<View>) -> Result<Vec<f64>, JsError> {
        Ok(plot::targets(&self.scene(named(kind)?, &view.to_rust()?)))
    }

    /// The colours of a plot with their meaning.
    ///
    /// # Errors
    ///
    /// When there is no plot of that name.
    pub fn legend(&self, kind: &str, is_dark: bool) -> Result<Vec<Ts<LegendEntry>>, JsError> {
        let entries = named(kind)?.legend(&self.report, Theme { is_dark });
        Ok(entries
            .iter()
            .map(LegendEntry::into_ts)
            .collect::<Result<_, _>>()?)
    }

    /// What the picture shows, in words.
    ///
    /// # Errors
    ///
    /// When there is no plot of that name.
    pub fn describe(&self, kind: &str) -> Result<String, JsError> {
        Ok(named(kind)?.describe(&self.report))
    }
}

fn named(kind: &str) -> Result<&'static dyn Plot, JsError> {
    plot::by_name(kind).ok_or_else(|| JsError::new(&format!("there is no plot called {kind}")))
}
