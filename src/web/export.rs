//! Files of records and of patterns, written piece by piece.

use wasm_bindgen::prelude::*;

use super::packed::ForwardText;
use super::query::unpacked;
use super::thrown;
use super::worker::{EngineWorker, pack};
use crate::error::Error;
use crate::session::Exporter;

#[wasm_bindgen]
impl EngineWorker {
    /// Begins to write the selected records as a file.
    ///
    /// # Errors
    /// `wire`.
    #[wasm_bindgen(js_name = beginExport)]
    pub fn begin_export(
        &mut self,
        choice: JsValue,
        format: JsValue,
        is_redacted: bool,
    ) -> Result<(), JsValue> {
        let wire = |error: serde_wasm_bindgen::Error| thrown(&Error::Wire(error.to_string()));
        let choice = serde_wasm_bindgen::from_value(choice).map_err(wire)?;
        let format = serde_wasm_bindgen::from_value(format).map_err(wire)?;
        self.query.export = Some(self.engine.export(choice, format, is_redacted));
        Ok(())
    }

    /// What to ask the shards for the next piece; none when all has been asked.
    ///
    /// # Errors
    /// `wire`.
    #[wasm_bindgen(js_name = exportQuestion)]
    pub fn export_question(&self) -> Result<Option<Vec<u8>>, JsValue> {
        let export = self.query.export.as_ref();
        let question = export.and_then(Exporter::question);
        question.map(|question| pack(&question)).transpose()
    }

    /// Takes the answers of all shards; returns where the text stands: file as opened, offset and length, three numbers a record.
    ///
    /// # Errors
    /// `wire`.
    #[wasm_bindgen(js_name = exportPlaces)]
    pub fn export_places(&mut self, answers: Vec<js_sys::Uint8Array>) -> Result<Vec<f64>, JsValue> {
        let answers = unpacked(&answers)?;
        let Some(export) = &mut self.query.export else {
            return Ok(Vec::new());
        };
        export.answer(&self.engine, answers);
        let places = export.places(&self.engine);
        Ok(places
            .flat_map(|(input, offset, len)| [f64::from(input), offset as f64, f64::from(len)])
            .collect())
    }

    /// The next piece of the file. `text` holds the texts one after the other; `lens` how long each is.
    #[wasm_bindgen(js_name = exportPiece)]
    #[must_use]
    pub fn export_piece(&mut self, text: &[u8], lens: &[u32]) -> Vec<u8> {
        let Some(export) = &mut self.query.export else {
            return Vec::new();
        };
        let mut rest = text;
        let texts = lens.iter().map(|len| {
            let (text, after) = rest.split_at((*len as usize).min(rest.len()));
            rest = after;
            text
        });
        export.write(&self.engine, texts)
    }

    /// How far the file is: records seen, records written, records of them that were cut, and 1 when it is whole.
    #[wasm_bindgen(js_name = exportState)]
    #[must_use]
    pub fn export_state(&self) -> Vec<f64> {
        self.query.export.as_ref().map_or_else(Vec::new, |export| {
            vec![
                export.n_seen() as f64,
                export.n_written() as f64,
                export.n_cut() as f64,
                f64::from(u8::from(export.is_done())),
            ]
        })
    }

    /// Reads a packed file from its front on.
    #[must_use]
    pub fn forward(&self) -> ForwardText {
        ForwardText::new(self.engine.text_reader())
    }

    /// All patterns as CSV.
    #[wasm_bindgen(js_name = patternsCsv)]
    #[must_use]
    pub fn patterns_csv(&self, is_redacted: bool) -> Vec<u8> {
        self.engine.patterns_csv(is_redacted)
    }
}
