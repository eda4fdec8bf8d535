//! The query half of the workers' shells: selections, searches, pages.

use serde::Serialize;
use tsify::Ts;
use wasm_bindgen::prelude::*;

use super::packed::Rereader;
use super::thrown;
use super::worker::{EngineWorker, ShardWorker, Unpacker, pack, plain, unpack};
use crate::base::ids::{FileId, TemplateId};
use crate::base::order::Arrange;
use crate::error::Error;
use crate::ingest::container::Container;
use crate::ingest::readback::ReadBack;
use crate::protocol::{Place, RawLine, Selection};
use crate::session::{Exporter, Page, RECORD_CAP, values};
use crate::shard::question::{Answer, Begun, Found, Hit, Question, TextRange};

/// What the engine worker is asking of the shards.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Text to be unpacked, with the shard that searches it.
    packed: Vec<(u32, TextRange)>,
    question: Option<Question>,
    page: Option<Page>,
    hits: Vec<Hit>,
    row: Option<u64>,
    /// Answers to a question that is asked once.
    answers: Vec<Answer>,
    pub(super) export: Option<Exporter>,
}

pub(super) fn shown<T: Serialize>(value: &T) -> Result<JsValue, JsValue> {
    serde_wasm_bindgen::to_value(value).map_err(|error| thrown(&Error::Wire(error.to_string())))
}

pub(super) fn unpacked(answers: &[js_sys::Uint8Array]) -> Result<Vec<Answer>, JsValue> {
    answers
        .iter()
        .map(|bytes| unpack(&bytes.to_vec()))
        .collect()
}

#[wasm_bindgen]
impl EngineWorker {
    /// Begins a query; returns what every shard must look for.
    ///
    /// # Errors
    /// `params`, `pattern`, `wire`.
    #[wasm_bindgen(js_name = beginQuery)]
    pub fn begin_query(
        &mut self,
        selection: Ts<Selection>,
        n_bins: u32,
    ) -> Result<Vec<u8>, JsValue> {
        let filter = self.engine.begin_query(&plain(&selection)?, n_bins);
        self.query = Asked::default();
        pack(&filter.map_err(|error| thrown(&error))?)
    }

    /// Takes a shard's first answer to it; returns the bytes of text to search.
    ///
    /// # Errors
    /// `wire`.
    pub fn begun(&mut self, shard: u32, answer: &[u8]) -> Result<f64, JsValue> {
        let begun: Begun = unpack(answer)?;
        self.engine.add_found(&begun.found);
        let packed = begun.packed.into_iter().map(|range| (shard, range));
        self.query.packed.extend(packed);
        Ok(begun.n_bytes as f64)
    }

    /// Takes what a shard found; returns the bytes that were searched.
    ///
    /// # Errors
    /// `wire`.
    pub fn found(&mut self, answer: &[u8]) -> Result<f64, JsValue> {
        let found: Found = unpack(answer)?;
        self.engine.add_found(&found);
        Ok(found.n_bytes as f64)
    }

    /// Records found so far.
    #[wasm_bindgen(getter, js_name = nHits)]
    #[must_use]
    pub fn n_hits(&self) -> f64 {
        self.engine.n_hits() as f64
    }

    /// Their histogram.
    ///
    /// # Errors
    /// `wire`.
    pub fn histogram(&self) -> Result<JsValue, JsValue> {
        shown(&self.engine.histogram())
    }

    /// Files as opened that must be unpacked again to be searched.
    #[wasm_bindgen(js_name = packedFiles)]
    #[must_use]
    pub fn packed_files(&self) -> Vec<u32> {
        let mut files: Vec<u32> = self
            .query
            .packed
            .iter()
            .filter_map(|(_, range)| self.engine.input_of(range.file))
            .collect();
        files.arrange();
        files.dedup();
        files
    }

    /// What unpacks a file again for the texts at `places`: offset and length, two numbers each.
    #[must_use]
    pub fn unpacker(&self, places: &[f64]) -> Unpacker {
        let (pairs, _) = places.as_chunks::<2>();
        let places = pairs.iter().map(|pair| (pair[0] as u64, pair[1] as u32));
        Unpacker {
            back: ReadBack::new(self.engine.text_reader(), places.collect()),
        }
    }

    /// What unpacks one of them.
    #[must_use]
    pub fn reread(&self, input: u32) -> Rereader {
        let of_file =
            |(_, range): &&(u32, TextRange)| self.engine.input_of(range.file) == Some(input);
        let wanted: Vec<(u32, TextRange)> =
            self.query.packed.iter().filter(of_file).copied().collect();
        Rereader::new(self.engine.text_reader(), wanted)
    }

    /// Looks up `n_lines` records from row `first` on: ask [`EngineWorker::question`] of all shards and give their answers to
    /// [`EngineWorker::answer`] until there is none.
    pub fn page(&mut self, first: f64, n_lines: u32) {
        self.query.page = Some(self.engine.page(first as u64, n_lines as usize));
        self.query.question = None;
        self.query.hits.clear();
    }

    /// Looks up the row of an instant, in the same way.
    #[wasm_bindgen(js_name = seekTime)]
    pub fn seek_time(&mut self, ms: f64) {
        self.seek(Place::Time { ms });
    }

    /// Looks up the row of a line, in the same way.
    #[wasm_bindgen(js_name = seekLine)]
    pub fn seek_line(&mut self, file: u32, line: u32) {
        self.seek(Place::Line { file, line });
    }

    /// Asks for the sources, in the same way.
    #[wasm_bindgen(js_name = askSources)]
    pub fn ask_sources(&mut self) {
        self.query.question = Some(Question::Sources);
        self.query.page = None;
    }

    /// Asks how many of the hits are of each template, in the same way.
    #[wasm_bindgen(js_name = askFacets)]
    pub fn ask_facets(&mut self) {
        self.query.question = Some(Question::Messages);
        self.query.page = None;
    }

    /// Asks for the values that were counted, in the same way.
    #[wasm_bindgen(js_name = askValues)]
    pub fn ask_values(&mut self) {
        self.query.question = Some(Question::Values);
        self.query.page = None;
    }

    /// What to ask the shards next.
    ///
    /// # Errors
    /// `wire`.
    pub fn question(&self) -> Result<Option<Vec<u8>>, JsValue> {
        let of_page = || self.query.page.as_ref().and_then(Page::question);
        let question = self.query.question.or_else(of_page);
        question.map(|question| pack(&question)).transpose()
    }

    /// Takes the answers of all shards.
    ///
    /// # Errors
    /// `wire`.
    pub fn answer(&mut self, answers: Vec<js_sys::Uint8Array>) -> Result<(), JsValue> {
        let answers = unpacked(&answers)?;
        match self.query.question.take() {
            Some(Question::Sources | Question::Messages | Question::Values) => {
                self.query.answers = answers;
            }
            Some(_) => match self.engine.row(answers) {
                Ok(row) => self.query.row = Some(row),
                Err(next) => self.query.question = Some(next),
            },
            None => {
                if let Some(page) = &mut self.query.page {
                    page.answer(answers);
                }
            }
        }
        if self
            .query
            .page
            .as_ref()
            .is_some_and(|page| page.question().is_none())
        {
            let page = self.query.page.take();
            self.query.hits = page.map(Page::into_hits).unwrap_or_default();
        }
        Ok(())
    }

    /// The row that was looked up.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn row(&self) -> f64 {
        self.query.row.unwrap_or(0) as f64
    }

    /// The patterns and words that mean much the same as a pattern, as a `Similar`.
    ///
    /// # Errors
    /// `wire`.
    pub fn similar(&mut self, template: u32) -> Result<JsValue, JsValue> {
        let similar = self.engine.similar(TemplateId(template));
        shown(&similar.map_err(|error| thrown(&error))?)
    }

    /// The sources that were asked for, and whether there are more.
    ///
    /// # Errors
    /// `wire`.
    pub fn sources(&mut self) -> Result<JsValue, JsValue> {
        shown(&self.engine.sources(std::mem::take(&mut self.query.answers)))
    }

    /// The hits by template that were asked for, as `TemplateCount`s.
    ///
    /// # Errors
    /// `wire`.
    pub fn facets(&mut self) -> Result<JsValue, JsValue> {
        shown(&self.engine.facets(std::mem::take(&mut self.query.answers)))
    }

    /// The values that were asked for, as `ValueCounts`.
    ///
    /// # Errors
    /// `wire`.
    pub fn values(&mut self) -> Result<JsValue, JsValue> {
        shown(&values(std::mem::take(&mut self.query.answers)))
    }

    /// Where the text of the hits stands: file as opened, offset and length, three numbers a hit.
    #[must_use]
    pub fn places(&self) -> Vec<f64> {
        self.query
            .hits
            .iter()
            .flat_map(|hit| {
                [
                    f64::from(self.engine.input_of(hit.file).unwrap_or(u32::MAX)),
                    hit.offset as f64,
                    f64::from(hit.byte_len.min(RECORD_CAP)),
                ]
            })
            .collect()
    }

    /// Whether a file must be unpacked to be read.
    #[wasm_bindgen(js_name = isPacked)]
    #[must_use]
    pub fn is_packed(&self, input: u32) -> bool {
        self.engine.container(input) != Some(Container::Plain)
    }

    /// The hits with their texts, which come in the order of [`EngineWorker::places`].
    ///
    /// # Errors
    /// `wire`.
    pub fn lines(&mut self, texts: Vec<js_sys::Uint8Array>) -> Result<JsValue, JsValue> {
        let hits = std::mem::take(&mut self.query.hits);
        let lines = hits.iter().zip(&texts);
        let lines: Vec<RawLine> = lines
            .map(|(hit, text)| self.engine.line(hit, &text.to_vec()))
            .collect();
        shown(&lines)
    }
}

impl EngineWorker {
    fn seek(&mut self, place: Place) {
        self.query.question = Some(self.engine.seek(place));
        self.query.page = None;
        self.query.row = None;
    }
}

#[wasm_bindgen]
impl ShardWorker {
    /// Begins a query.
    ///
    /// # Errors
    /// `pattern`, `wire`.
    #[wasm_bindgen(js_name = beginQuery)]
    pub fn begin_query(&mut self, filter: &[u8]) -> Result<Vec<u8>, JsValue> {
        let begun = self.shard.begin_query(unpack(filter)?);
        pack(&begun.map_err(|error| thrown(&error))?)
    }

    /// The text to search next, or the one after it: file, block, first byte, last byte; empty when all is searched.
    #[wasm_bindgen(js_name = wantedText)]
    #[must_use]
    pub fn wanted_text(&self, ahead: u32) -> Vec<f64> {
        let range = self.shard.wanted_text(ahead as usize);
        range.map_or_else(Vec::new, |range| {
            let (file, block) = (f64::from(range.file.0), f64::from(range.block));
            vec![file, block, range.start as f64, range.end as f64]
        })
    }

    /// The file as opened in which a text stands, as [`ShardWorker::wanted_text`] numbers texts.
    #[wasm_bindgen(js_name = inputOf)]
    #[must_use]
    pub fn input_of(&self, file: u32) -> u32 {
        self.shard.input_of(FileId(file)).unwrap_or(u32::MAX)
    }

    /// Searches the text of a range as [`ShardWorker::wanted_text`] names it.
    ///
    /// # Errors
    /// `wire`.
    pub fn search(&mut self, range: &[f64], text: &[u8]) -> Result<Vec<u8>, JsValue> {
        let &[file, block, start, end] = range else {
            return Err(thrown(&Error::Wire("no range of text".to_owned())));
        };
        let range = TextRange {
            file: FileId(file as u32),
            block: block as u32,
            start: start as u64,
            end: end as u64,
        };
        pack(&self.shard.search(range, text))
    }

    /// Answers a question about the hits.
    ///
    /// # Errors
    /// `wire`.
    pub fn answer(&self, question: &[u8]) -> Result<Vec<u8>, JsValue> {
        pack(&self.shard.answer(unpack(question)?))
    }
}
