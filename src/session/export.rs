//! The selected records of a finished run → a file, piece by piece.
//!
//! Blocks come in the order of the files as they were opened and of the text in them, not in the order of time: so each file
//! is read, and each packed one unpacked, once from its front. A piece holds at most [`PIECE_LEN`] bytes of text, and nothing
//! is kept between pieces but the place.

use super::Engine;
use crate::base::ids::{FileId, MessageId};
use crate::base::order::Arrange;
use crate::base::time::Timestamp;
use crate::protocol::{RecordChoice, RecordFormat};
use crate::report::export::records::{Record, RecordWriter};
use crate::report::words::level_name;
use crate::shard::question::{Answer, Hit, Question, TIMELESS};

/// Records of one piece.
const PIECE_HITS: u32 = 8192;
/// Bytes of text of one piece, beyond that of its last record.
const PIECE_LEN: u64 = 4 << 20;
/// Bytes of a record that are written; no more of it was analysed.
const RECORD_LEN: u32 = 1 << 20;

/// Goes through the selected records: put [`Exporter::question`] to all shards, give the answers to [`Exporter::answer`], read
/// the text at [`Exporter::places`], and take the piece from [`Exporter::write`], until [`Exporter::is_done`].
#[derive(Debug)]
pub struct Exporter {
    choice: RecordChoice,
    writer: RecordWriter,
    /// Blocks in the order of reading.
    blocks: Vec<(FileId, u32)>,
    block_idx: usize,
    /// Selected records of the block that have been passed.
    n_passed: u32,
    hits: Vec<Hit>,
    /// Which message from when to when belongs to which incident.
    episodes: Vec<(MessageId, Timestamp, Timestamp, u32)>,
    has_begun: bool,
    /// Selected records seen.
    n_seen: u64,
    /// Records written.
    n_written: u64,
    /// Records of which only the beginning was written.
    n_cut: u64,
}

impl Exporter {
    /// The question for all shards; `None` when all records have been seen.
    #[must_use]
    pub fn question(&self) -> Option<Question> {
        let place = self.blocks.get(self.block_idx)?;
        Some(Question::Hits {
            from: TIMELESS,
            to: Timestamp(i64::MAX),
            place: Some(*place),
            skip: self.n_passed,
            n: PIECE_HITS,
        })
    }

    /// Takes the answers of all shards and keeps the records that are wanted.
    pub fn answer(&mut self, engine: &Engine, answers: Vec<Answer>) {
        let found = answers.into_iter().flat_map(|answer| match answer {
            Answer::Hits(hits) => hits,
            _ => Vec::new(),
        });
        self.hits.clear();
        let (mut n_found, mut len) = (0, 0);
        for hit in found {
            if len >= PIECE_LEN {
                break;
            }
            n_found += 1;
            let is_anomalous = || engine.facts(&hit).1 >= crate::detect::ALARM;
            let is_wanted = match self.choice {
                RecordChoice::All => true,
                RecordChoice::Anomalous => is_anomalous(),
                RecordChoice::Normal => !is_anomalous(),
            };
            if is_wanted {
                len += u64::from(hit.byte_len.min(RECORD_LEN));
                self.hits.push(hit);
            }
        }
        self.n_seen += u64::from(n_found);
        if n_found < PIECE_HITS && len < PIECE_LEN {
            self.block_idx += 1;
            self.n_passed = 0;
        } else {
            self.n_passed += n_found;
        }
    }

    /// Where the text of the piece stands: file as opened, offset and length.
    pub fn places(&self, engine: &Engine) -> impl Iterator<Item = (u32, u64, u32)> {
        self.hits.iter().map(|hit| {
            let input = engine.input_of(hit.file).unwrap_or(u32::MAX);
            (input, hit.offset, hit.byte_len.min(RECORD_LEN))
        })
    }

    /// The piece as bytes; `texts` come in the order of the places.
    pub fn write<'a>(&mut self, engine: &Engine, texts: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.has_begun {
            self.has_begun = true;
            self.writer.begin(&mut out);
        }
        let hits = std::mem::take(&mut self.hits);
        for (hit, text) in hits.iter().zip(texts) {
            let (template, score) = engine.facts(hit);
            let known = engine.findings.as_ref();
            let templates = known.map_or(&[][..], |findings| &findings.templates);
            let file = engine.file(hit.file);
            let mut record = Record {
                file: file.map_or("", |file| file.findings.name.as_str()),
                line: engine.line_of(hit),
                n_lines: hit.n_lines,
                time: hit.time,
                level: level_name(hit.level),
                template: template.0,
                template_text: templates
                    .get(template.index())
                    .map_or("", |t| t.text.as_str()),
                score,
                incident: None,
                text,
            };
            if record.is_anomalous() {
                record.incident = hit
                    .time
                    .and_then(|time| self.incident_of(hit.message, time));
            }
            self.n_cut += u64::from(hit.byte_len > RECORD_LEN);
            self.n_written += 1;
            self.writer.write(&record, &mut out);
        }
        self.hits = hits;
        self.hits.clear();
        out
    }

    fn incident_of(&self, message: MessageId, time: Timestamp) -> Option<u32> {
        let after = self
            .episodes
            .partition_point(|e| (e.0, e.1) <= (message, time));
        let last = self.episodes.get(after.checked_sub(1)?)?;
        (last.0 == message && time <= last.2).then_some(last.3)
    }

    /// Whether all records have been written.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.block_idx >= self.blocks.len() && self.hits.is_empty() && self.has_begun
    }

    /// Records of the selection that have been seen.
    #[must_use]
    pub fn n_seen(&self) -> u64 {
        self.n_seen
    }

    /// Records that have been written.
    #[must_use]
    pub fn n_written(&self) -> u64 {
        self.n_written
    }

    /// Records of them of which only the first MiB was written.
    #[must_use]
    pub fn n_cut(&self) -> u64 {
        self.n_cut
    }
}

impl Engine {
    /// Begins to write the selected records of the query; [`Engine::n_hits`] of them are selected.
    #[must_use]
    pub fn export(
        &self,
        choice: RecordChoice,
        format: RecordFormat,
        is_redacted: bool,
    ) -> Exporter {
        // A text of an archive stands where it was read, whatever its place in time.
        let mut files: Vec<(u32, u32, FileId, u32)> = (0..self.order.len())
            .filter_map(|place| {
                let place = FileId::from_index(place);
                let file = self.file(place)?;
                let n_blocks = file.line_base.len() as u32;
                Some((file.input, self.order[place.index()], place, n_blocks))
            })
            .collect();
        files.arrange();
        let blocks = files.iter();
        let blocks = blocks.flat_map(|file| (0..file.3).map(|block| (file.2, block)));
        let mut episodes = Vec::new();
        if let Some(findings) = &self.findings {
            for (incident, id) in findings.incidents.iter().zip(1..) {
                let members = incident.episodes.iter();
                let members = members.map(|idx| &findings.episodes[*idx as usize]);
                episodes.extend(members.map(|e| (e.message, e.start, e.end, id)));
            }
        }
        episodes.arrange();
        Exporter {
            choice,
            writer: RecordWriter::new(format, is_redacted),
            blocks: blocks.collect(),
            block_idx: 0,
            n_passed: 0,
            hits: Vec::new(),
            episodes,
            has_begun: false,
            n_seen: 0,
            n_written: 0,
            n_cut: 0,
        }
    }

    /// All patterns as CSV; empty before the run is finished.
    #[must_use]
    pub fn patterns_csv(&self, is_redacted: bool) -> Vec<u8> {
        let findings = self.findings.as_ref();
        findings.map_or_else(Vec::new, |findings| {
            crate::report::export::patterns::csv(findings, is_redacted)
        })
    }
}
