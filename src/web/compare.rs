//! The comparing half of the workers' shells.

use tsify::Ts;
use wasm_bindgen::prelude::*;

use super::query::shown;
use super::thrown;
use super::worker::{EngineWorker, ShardWorker, pack, plain, unpack};
use crate::protocol::{CompareBy, Side};
use crate::shard::contrast::Contrasted;

#[wasm_bindgen]
impl EngineWorker {
    /// What every shard must count to compare two sides.
    ///
    /// # Errors
    /// `params`, `wire`.
    pub fn contrast(&self, before: Ts<Side>, after: Ts<Side>) -> Result<Vec<u8>, JsValue> {
        let contrast = self.engine.contrast(&plain(&before)?, &plain(&after)?);
        pack(&contrast.map_err(|error| thrown(&error))?)
    }

    /// What differs, as a `Comparison`, by what all shards counted.
    ///
    /// # Errors
    /// `wire`.
    pub fn compared(
        &self,
        before: Ts<Side>,
        after: Ts<Side>,
        by: Ts<CompareBy>,
        answers: Vec<js_sys::Uint8Array>,
    ) -> Result<JsValue, JsValue> {
        let answers: Result<Vec<Contrasted>, JsValue> = answers
            .iter()
            .map(|bytes| unpack(&bytes.to_vec()))
            .collect();
        let (before, after, by) = (plain(&before)?, plain(&after)?, plain(&by)?);
        let compared = self.engine.compared(&before, &after, by, answers?);
        shown(&compared.map_err(|error| thrown(&error))?)
    }
}

#[wasm_bindgen]
impl ShardWorker {
    /// Counts what lies on two sides.
    ///
    /// # Errors
    /// `wire`.
    pub fn contrast(&self, contrast: &[u8]) -> Result<Vec<u8>, JsValue> {
        pack(&self.shard.contrast(&unpack(contrast)?))
    }
}
