//! The engine and shard workers' shells: calls from the worker script → the core, bytes in and out.
//!
//! What passes between engine and shards is opaque to JavaScript (postcard bytes); what the page sees is plain objects.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::query::Asked;
use super::thrown;
use crate::base::ids::FileId;
use crate::base::time::Timestamp;
use crate::error::Error;
use crate::ingest::readback::ReadBack;
use crate::protocol::{FileMeta, LinePattern, Options, PreviewLine};
use crate::report::Timeline;
use crate::report::words::level_of;
use crate::sample::{Sample, SampleParams};
use crate::session::{Engine, Task};
use crate::shard::Shard;
use crate::shard::wire::{BlockJob, FileSetup, Surveyed};

pub(super) fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>, JsValue> {
    postcard::to_allocvec(value).map_err(|error| thrown(&Error::Wire(error.to_string())))
}

pub(super) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsValue> {
    postcard::from_bytes(bytes).map_err(|error| thrown(&Error::Wire(error.to_string())))
}

pub(super) fn plain<T: tsify::Tsify + DeserializeOwned>(value: &Ts<T>) -> Result<T, JsValue>
where
    T::JsType: JsCast,
{
    serde_wasm_bindgen::from_value(value.js_value())
        .map_err(|error| thrown(&Error::Wire(error.to_string())))
}

/// What the engine worker does next; see [`Task`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct NextTask {
    task: Task,
}

#[wasm_bindgen]
impl NextTask {
    /// `block`, `read` or `done`.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn kind(&self) -> String {
        match &self.task {
            Task::Block { .. } => "block",
            Task::Read { .. } => "read",
            Task::Done => "done",
        }
        .to_owned()
    }

    /// Number of the text that the block is of.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn file(&self) -> u32 {
        match &self.task {
            Task::Block { job, .. } => job.file.0,
            Task::Read { .. } | Task::Done => 0,
        }
    }

    /// The file to read, counted in the order in which files were opened.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn input(&self) -> u32 {
        match &self.task {
            Task::Block { input, .. } | Task::Read { input, .. } => *input,
            Task::Done => 0,
        }
    }

    /// Number of the block.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn block(&self) -> u32 {
        if let Task::Block { job, .. } = &self.task {
            job.block
        } else {
            0
        }
    }

    /// Offset of the first byte to read.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn offset(&self) -> f64 {
        match &self.task {
            Task::Block { job, .. } => job.feed_from() as f64,
            Task::Read { offset, .. } => *offset as f64,
            Task::Done => 0.0,
        }
    }

    /// Bytes to read, or that the block owns.
    #[wasm_bindgen(getter, js_name = byteLen)]
    #[must_use]
    pub fn byte_len(&self) -> f64 {
        match &self.task {
            Task::Block { job, .. } => (job.end - job.feed_from()) as f64,
            Task::Read { byte_len, .. } => *byte_len as f64,
            Task::Done => 0.0,
        }
    }

    /// The block for [`ShardWorker::begin`].
    ///
    /// # Errors
    /// `wire`, never for a block.
    pub fn job(&self) -> Result<Vec<u8>, JsValue> {
        if let Task::Block { job, setup, .. } = &self.task {
            pack(&(job, setup))
        } else {
            Ok(Vec::new())
        }
    }

    /// The block's text, when the shard need not read it; given once.
    #[wasm_bindgen(js_name = takeBytes)]
    pub fn take_bytes(&mut self) -> Option<Vec<u8>> {
        if let Task::Block { bytes, .. } = &mut self.task {
            bytes.take()
        } else {
            None
        }
    }
}

/// Names of a merged block's messages, on their way to its shard.
#[wasm_bindgen]
#[derive(Debug)]
pub struct BlockNames {
    /// Index of the file.
    pub file: u32,
    /// Number of the block.
    pub block: u32,
    naming: Vec<u8>,
}

#[wasm_bindgen]
impl BlockNames {
    /// The names for [`ShardWorker::name_messages`].
    #[must_use]
    pub fn naming(&self) -> Vec<u8> {
        self.naming.clone()
    }
}

/// The engine worker's run.
#[wasm_bindgen]
#[derive(Debug)]
pub struct EngineWorker {
    pub(super) engine: Engine,
    pub(super) query: Asked,
}

#[wasm_bindgen]
impl EngineWorker {
    /// A run with these choices.
    ///
    /// # Errors
    /// `params`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: Ts<Options>) -> Result<EngineWorker, JsValue> {
        let engine = Engine::new(plain(&options)?).map_err(|error| thrown(&error))?;
        Ok(Self {
            engine,
            query: Asked::default(),
        })
    }

    /// Adds a file by its first bytes.
    ///
    /// # Errors
    /// `emptyFile`, `binary`.
    pub fn open(&mut self, meta: Ts<FileMeta>, head: &[u8]) -> Result<(), JsValue> {
        self.engine
            .open(plain(&meta)?, head)
            .map(drop)
            .map_err(|error| thrown(&error))
    }

    /// Says in the report why a file was left out.
    #[wasm_bindgen(js_name = leaveOut)]
    pub fn leave_out(&mut self, reason: String) {
        self.engine.leave_out(reason);
    }

    /// Says in the report that a file can no longer be read.
    #[wasm_bindgen(js_name = noteChanged)]
    pub fn note_changed(&mut self, input: u32) {
        self.engine.note_changed(input);
    }

    /// A file that was opened before and may be the same.
    ///
    /// # Errors
    /// `wire`.
    #[wasm_bindgen(js_name = twinOf)]
    pub fn twin_of(&self, meta: Ts<FileMeta>, head: &[u8]) -> Result<Option<u32>, JsValue> {
        Ok(self.engine.twin_of(&plain(&meta)?, head))
    }

    /// Takes other choices, leaves out texts or brings back the last; `false` when the files have to be read again for it.
    ///
    /// # Errors
    /// `params`, `wire`.
    pub fn change(
        &mut self,
        options: Ts<Options>,
        without: &[u32],
        is_undo: bool,
    ) -> Result<bool, JsValue> {
        self.engine
            .change(plain(&options)?, without, is_undo)
            .map_err(|error| thrown(&error))
    }

    /// What every shard must know before its first block.
    ///
    /// # Errors
    /// `wire`.
    pub fn setup(&self) -> Result<Vec<u8>, JsValue> {
        pack(&self.engine.setup())
    }

    /// The next thing to do.
    #[wasm_bindgen(js_name = nextTask)]
    pub fn next_task(&mut self) -> NextTask {
        NextTask {
            task: self.engine.next_task(),
        }
    }

    /// Takes bytes that were asked for.
    pub fn feed(&mut self, input: u32, bytes: &[u8]) {
        self.engine.feed(input, bytes);
    }

    /// Takes a block's summary.
    ///
    /// # Errors
    /// `wire`.
    pub fn merge(
        &mut self,
        file: u32,
        block: u32,
        summary: &[u8],
    ) -> Result<Vec<BlockNames>, JsValue> {
        let names = self.engine.merge(FileId(file), block, unpack(summary)?);
        names
            .into_iter()
            .map(|name| {
                Ok(BlockNames {
                    file: name.file.0,
                    block: name.block,
                    naming: pack(&name)?,
                })
            })
            .collect()
    }

    /// Lines merged so far.
    #[wasm_bindgen(getter, js_name = nLines)]
    #[must_use]
    pub fn n_lines(&self) -> f64 {
        self.engine.progress().0 as f64
    }

    /// Templates found so far.
    #[wasm_bindgen(getter, js_name = nTemplates)]
    #[must_use]
    pub fn n_templates(&self) -> u32 {
        u32::try_from(self.engine.progress().1).unwrap_or(u32::MAX)
    }

    /// Records over time so far.
    ///
    /// # Errors
    /// When JavaScript refuses the values.
    pub fn filling(&self) -> Result<Ts<Timeline>, JsError> {
        Ok(self.engine.filling().into_ts()?)
    }

    /// Reads no further: what was handed out is still to be merged, and then it can be worked out.
    #[wasm_bindgen(js_name = stopReading)]
    pub fn stop_reading(&mut self) {
        self.engine.stop_reading();
    }

    /// Everything up to the question for the shards, which it returns.
    ///
    /// # Errors
    /// `wire`.
    pub fn analyze(&mut self) -> Result<Vec<u8>, JsValue> {
        pack(&self.engine.analyze())
    }

    /// Takes the shards' answers; returns the report as JSON.
    ///
    /// # Errors
    /// `wire`.
    pub fn conclude(&mut self, answers: Vec<js_sys::Uint8Array>) -> Result<Vec<u8>, JsValue> {
        let answers: Vec<Surveyed> = answers
            .iter()
            .map(|bytes| unpack(&bytes.to_vec()))
            .collect::<Result<_, _>>()?;
        self.engine
            .conclude(answers)
            .map(|report| report.to_json())
            .map_err(|error| thrown(&error))
    }

    /// The first lines of a file and what becomes of them, as `PreviewLine`s.
    ///
    /// # Errors
    /// `params` where the pattern cannot be used, `wire`.
    pub fn preview(&self, file: u32, pattern: JsValue) -> Result<JsValue, JsValue> {
        let wire = |error: serde_wasm_bindgen::Error| thrown(&Error::Wire(error.to_string()));
        let pattern: Option<LinePattern> = serde_wasm_bindgen::from_value(pattern).map_err(wire)?;
        let lines = self.engine.preview(FileId(file), pattern.as_ref());
        let lines: Vec<PreviewLine> = lines
            .map_err(|error| thrown(&error))?
            .into_iter()
            .map(|line| {
                let is_continuation = line.fields.is_none();
                let (mut ms, mut level) = (None, None);
                let (mut source, mut message) = (String::new(), String::new());
                if let Some(fields) = line.fields {
                    ms = fields.timestamp.map(Timestamp::millis);
                    level = fields.level;
                    (source, message) = (fields.source, fields.message);
                }
                PreviewLine {
                    text: line.text,
                    is_continuation,
                    ms,
                    level: level_of(level).to_owned(),
                    source,
                    message,
                }
            })
            .collect();
        serde_wasm_bindgen::to_value(&lines).map_err(wire)
    }
}

/// A shard worker.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ShardWorker {
    pub(super) shard: Shard,
}

#[wasm_bindgen]
impl ShardWorker {
    /// A shard for the run described by [`EngineWorker::setup`].
    ///
    /// # Errors
    /// `wire`.
    #[wasm_bindgen(constructor)]
    pub fn new(setup: &[u8]) -> Result<ShardWorker, JsValue> {
        Ok(Self {
            shard: Shard::new(unpack(setup)?),
        })
    }

    /// Begins a block.
    ///
    /// # Errors
    /// `wire`.
    pub fn begin(&mut self, job: &[u8]) -> Result<(), JsValue> {
        let (job, setup) = unpack::<(BlockJob, FileSetup)>(job)?;
        self.shard.begin(job, &setup);
        Ok(())
    }

    /// Feeds bytes; `false` when the block needs no more.
    pub fn push(&mut self, bytes: &[u8]) -> bool {
        self.shard.push(bytes)
    }

    /// Ends the block; returns its summary.
    ///
    /// # Errors
    /// `wire`.
    pub fn end(&mut self) -> Result<Vec<u8>, JsValue> {
        let mut summary = self.shard.end().map_err(|error| thrown(&error))?;
        summary.times.settle();
        pack(&summary)
    }

    /// Learns how a block's messages are called.
    ///
    /// # Errors
    /// `wire`.
    #[wasm_bindgen(js_name = nameMessages)]
    pub fn name_messages(&mut self, naming: &[u8]) -> Result<(), JsValue> {
        self.shard.name_messages(unpack(naming)?);
        Ok(())
    }

    /// What is kept of a block, for [`ShardWorker::restore`].
    ///
    /// # Errors
    /// `wire` when the block is not here.
    pub fn saved(&self, file: u32, block: u32) -> Result<Vec<u8>, JsValue> {
        let saved = self.shard.saved(FileId(file), block);
        let missing = || thrown(&Error::Wire("there is no such block".to_owned()));
        pack(&saved.ok_or_else(missing)?)
    }

    /// Takes a block that was saved as if it had been read.
    ///
    /// # Errors
    /// `wire` when it is damaged.
    pub fn restore(&mut self, saved: &[u8]) -> Result<(), JsValue> {
        self.shard
            .restore(unpack(saved)?)
            .map_err(|error| thrown(&error))
    }

    /// Answers a survey.
    ///
    /// # Errors
    /// `wire`.
    pub fn survey(&mut self, survey: &[u8]) -> Result<Vec<u8>, JsValue> {
        pack(&self.shard.survey(unpack(survey)?))
    }
}

/// Unpacks a container again to read a few places of its text.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Unpacker {
    pub(super) back: ReadBack,
}

#[wasm_bindgen]
impl Unpacker {
    /// Feeds packed bytes from the beginning of the file on; `false` when no more are needed.
    pub fn push(&mut self, packed: &[u8]) -> bool {
        self.back.push(packed)
    }

    /// The texts, in the order of the places.
    #[must_use]
    pub fn texts(self) -> Vec<js_sys::Uint8Array> {
        self.back
            .into_texts()
            .iter()
            .map(|text| js_sys::Uint8Array::from(text.as_slice()))
            .collect()
    }
}

/// Writes the sample log.
#[wasm_bindgen]
pub struct SampleWriter {
    sample: Sample,
}

#[wasm_bindgen]
impl SampleWriter {
    /// The sample of a seed.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(seed: u32, n_lines: u32) -> SampleWriter {
        Self {
            sample: Sample::new(&SampleParams::new(u64::from(seed), n_lines)),
        }
    }

    /// The next lines; empty at the end.
    #[wasm_bindgen(js_name = nextLines)]
    pub fn next_lines(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        self.sample.next_chunk(&mut text, 4096);
        text
    }
}
