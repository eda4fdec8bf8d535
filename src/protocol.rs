//! All that crosses between the page and the engine worker: commands in, updates out, each with the run it belongs to.
//!
//! Serde enums, tagged, camelCase; TypeScript's types are generated from them. File handles travel beside the command, the
//! finished report as JSON bytes. Updates of an older run are dropped by the page.

mod compare;
mod options;
mod query;

use serde::{Deserialize, Serialize};

pub use self::compare::{
    CompareBy, Comparison, Difference, DifferenceKind, Direction, Side, SideFacts, ValuePlace,
};
pub use self::options::{
    ClustererChoice, DayMonthChoice, FileMeta, LinePattern, NormalMark, Options, ScalingChoice,
    SessionChoice,
};
pub use self::query::{
    Histogram, IncidentLines, PreviewLine, RawLine, RecordChoice, RecordFormat, Selection, Similar,
    SimilarTemplate, SimilarWords, SourceCount, TemplateCount, TextQuery, ValueBin, ValueCount,
    ValueCounts,
};

/// What the page asks of the engine worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Command {
    /// Read and analyse the files posted beside this command.
    Open {
        /// The run this begins.
        run: u32,
        /// One entry a file, in the same order.
        files: Vec<FileMeta>,
        /// The choices.
        options: Options,
    },
    /// Generate the sample log and analyse it.
    Sample {
        /// The run this begins.
        run: u32,
        /// Seed of the generator.
        seed: u32,
        /// Lines to generate.
        n_lines: u32,
        /// The choices.
        options: Options,
    },
    /// Work the finished run out again with other choices or other files, without reading anything.
    Change {
        /// The finished run.
        run: u32,
        /// The choices.
        options: Options,
        /// Files to leave out, as the report numbers them.
        without: Vec<u32>,
        /// Bring back the files that were left out last.
        is_undo: bool,
    },
    /// Select records, in place of those selected before; answered by [`Update::Found`], several times while text is searched.
    Find {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, larger than all before.
        query: u32,
        /// Which records.
        selection: Selection,
        /// Bins of the histogram (1 to 2000).
        n_bins: u32,
    },
    /// Send raw lines.
    Lines {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// The [`Command::Find`] whose records are meant; an older one is refused.
        find: u32,
        /// Skip this many of them.
        first: u32,
        /// Send at most this many (up to 500).
        n_lines: u32,
    },
    /// Say what would become of the first lines of a file.
    Preview {
        /// The run whose files are asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// Index of the file.
        file: u32,
        /// How its lines are written; `None`: as recognised.
        pattern: Option<LinePattern>,
    },
    /// Say at which record of the selection an instant or a line is.
    Seek {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// The [`Command::Find`] whose records are meant; an older one is refused.
        find: u32,
        /// Where to go.
        place: Place,
    },
    /// Say which sources there are.
    Sources {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
    },
    /// Say how many of the selected records are of each pattern.
    Facets {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// The [`Command::Find`] whose records are meant; an older one is refused.
        find: u32,
    },
    /// Say what stands at the place that the selection names.
    Values {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// The [`Command::Find`] whose records are meant; an older one is refused.
        find: u32,
    },
    /// Say which patterns mean much the same as one.
    Similar {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// The pattern, as numbered in the report.
        template: u32,
    },
    /// Say what differs between two stretches of time or sets of files.
    Compare {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// The side that is the measure.
        before: Side,
        /// The side that is measured.
        after: Side,
        /// What is compared.
        by: CompareBy,
    },
    /// Send the next piece of the selected records as a file, in the order of the files; answered by the bytes.
    Export {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// The [`Command::Find`] whose records are meant; an older one is refused.
        find: u32,
        /// Which of them.
        choice: RecordChoice,
        /// How they are written.
        format: RecordFormat,
        /// Without addresses, users and secrets.
        is_redacted: bool,
        /// Begin with the first record; the pieces that follow take the choices of the first.
        is_first: bool,
    },
    /// Send all patterns as CSV; answered by the bytes.
    ExportPatterns {
        /// The finished run asked about.
        run: u32,
        /// Chosen by the page, returned with the answer.
        query: u32,
        /// Without addresses, users and secrets.
        is_redacted: bool,
    },
    /// Read no further, and say what was found in what was read.
    StopReading {
        /// The run that is being read.
        run: u32,
    },
    /// Search no further; what was found stays.
    Stop {
        /// The run.
        run: u32,
        /// The [`Command::Find`] to stop.
        find: u32,
    },
}

/// A place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Place {
    /// The first record at or after this instant.
    Time {
        /// The instant.
        ms: f64,
    },
    /// The first record at or after this line.
    Line {
        /// Index of the file.
        file: u32,
        /// Physical line, from 1.
        line: u32,
    },
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Reading, parsing, mining.
    Reading,
    /// Everything that sees the merged whole.
    Analyzing,
}

/// What the engine worker tells the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Update {
    /// The worker can take commands.
    Ready {
        /// Version of the core; the page compares it with its own.
        version: String,
    },
    /// How far a run is.
    Progress {
        /// The run.
        run: u32,
        /// What is going on.
        stage: Stage,
        /// Bytes of the files done.
        done_bytes: f64,
        /// Bytes of the files in all.
        total_bytes: f64,
        /// Lines so far.
        n_lines: u32,
        /// Templates so far.
        n_templates: u32,
    },
    /// Answer to [`Command::Find`]: what is found so far.
    Found {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// Records selected.
        total: u32,
        /// Their histogram.
        histogram: Histogram,
        /// Share of the search that is done, 0 to 1.
        done: f64,
        /// Nothing more will be found: all was searched, or the search was stopped.
        is_final: bool,
    },
    /// Answer to [`Command::Lines`].
    Lines {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// The lines sent.
        lines: Vec<RawLine>,
    },
    /// Nothing came of a [`Command::Change`]; the run is as it was.
    Unchanged {
        /// The run.
        run: u32,
        /// Stable name; `mustRead` where the files have to be read again for it.
        code: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// Answer to [`Command::Preview`].
    Preview {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// The first lines of the file.
        lines: Vec<PreviewLine>,
    },
    /// Answer to [`Command::Seek`].
    Row {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// Records of the selection before the place.
        row: u32,
    },
    /// Answer to [`Command::Sources`].
    Sources {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// The sources, most frequent first, at most 500.
        sources: Vec<SourceCount>,
        /// Whether there are more.
        is_cut: bool,
    },
    /// Answer to [`Command::Facets`].
    Facets {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// Patterns of which records are selected, by number.
        templates: Vec<TemplateCount>,
    },
    /// Answer to [`Command::Values`].
    Values {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// What was counted so far.
        values: ValueCounts,
    },
    /// Answer to [`Command::Similar`].
    Similar {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// What is similar.
        similar: Similar,
    },
    /// Answer to [`Command::Compare`].
    Compared {
        /// The run.
        run: u32,
        /// As asked.
        query: u32,
        /// What differs.
        comparison: Comparison,
    },
    /// A run or a query ended without a result.
    Failed {
        /// The run.
        run: u32,
        /// The query that failed, if it was one.
        query: Option<u32>,
        /// Stable name.
        code: String,
        /// What is wrong and what to do.
        message: String,
    },
}
