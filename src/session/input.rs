//! A file as it was given: what it is, and how its text reaches the shards.

use super::choice::{Choice, head_lines};
use super::label_file::LabelFile;
use super::stream::{Manner, Stream};
use super::{HEAD_LEN, analysis};
use crate::base::calendar::Calendar;
use crate::base::time::Timestamp;
use crate::base::zone::Zone;
use crate::error::Error;
use crate::evaluate::labels;
use crate::ingest::container::{self, Container};
use crate::ingest::encoding::without_bom;
use crate::ingest::split::Boundary;
use crate::ingest::text::TextReader;
use crate::ingest::unpack::Unpack;
use crate::parse::{ParsePlan, Parser};
use crate::protocol::{FileMeta, Options};
use crate::report::findings::InputFindings;
use crate::shard::boundary;

/// Lines of a file's beginning among which its first time is looked for.
const FIRST_TIME_LINES: usize = 1000;

/// How text reaches the shards.
#[derive(Debug)]
pub(super) enum Source {
    /// Shards read plain lines themselves.
    Split { plan: Box<ParsePlan>, n_blocks: u32 },
    /// Text comes from the front of the file.
    Stream(Box<Stream>),
    /// It is a table of labels.
    Labels(Box<LabelFile>),
}

/// The beginning of a text, from which it is told what ties records together.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) text: Vec<u8>,
    pub(super) plan: ParsePlan,
}

/// What the beginning of a file tells of all files.
#[derive(Debug)]
pub(super) enum Known {
    /// How records are written.
    Head(Head),
    /// What labels are given to; of the beginning only.
    Labels(labels::Labels),
}

/// A file of the run, which may hold several texts.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) meta: FileMeta,
    pub(super) container: Container,
    pub(super) reference: Timestamp,
    pub(super) source: Source,
    /// The first time in it, as far as its beginning tells.
    pub(super) first: Option<Timestamp>,
    /// The first lines of what is read without being unpacked, until that begins.
    pub(super) head_lines: Vec<Vec<u8>>,
    /// All of it was read, and then it was changed.
    pub(super) is_changed_since: bool,
    /// Reading was ended by hand before all of it was read.
    pub(super) is_stopped: bool,
}

impl Input {
    /// Recognises a file by its first [`HEAD_LEN`] bytes.
    pub(super) fn new(
        meta: FileMeta,
        head: &[u8],
        options: &Options,
        block_len: u64,
    ) -> Result<(Self, Known), Error> {
        let container = container::recognise(&meta.name, head)?.or_latin1(options.is_latin1);
        let unpacked;
        let text = if container == Container::Plain {
            head
        } else {
            unpacked = unpack_head(&meta, head, options)?;
            &unpacked
        };
        let text = without_bom(text);
        let choice = Choice::of(options);
        let plan = choice.plan(&meta.name, None, text);
        let head_lines = head_lines(text);
        let reference = Timestamp::from_millis(meta.modified_ms);
        let first = first_time(text, &plan, reference);
        let byte_len = meta.byte_len as u64;
        let is_split = container == Container::Plain && boundary(&plan.shape) == Boundary::Line;
        let labels = (container == Container::Plain)
            .then(|| labels::recognise(text))
            .flatten();
        let known = match labels {
            Some(layout) => {
                let mut reader = labels::Reader::new(layout);
                reader.push(text);
                Known::Labels(reader.finish())
            }
            None => Known::Head(Head {
                text: text.to_vec(),
                plan: plan.clone(),
            }),
        };
        let source = if let Some(layout) = labels {
            Source::Labels(Box::new(LabelFile::new(layout, byte_len)))
        } else if is_split {
            Source::Split {
                plan: Box::new(plan),
                n_blocks: u32::try_from(byte_len.div_ceil(block_len)).unwrap_or(u32::MAX),
            }
        } else {
            let manner = Manner {
                choice,
                name: meta.name.clone(),
                block_len,
            };
            let reader = TextReader::new(analysis::budget(options)).or_latin1(options.is_latin1);
            Source::Stream(Box::new(Stream::new(reader, manner, byte_len)))
        };
        let input = Self {
            meta,
            container,
            reference,
            source,
            first,
            head_lines,
            is_changed_since: false,
            is_stopped: false,
        };
        Ok((input, known))
    }

    /// What is known of it; `text_len` is the length of its text as far as it was read.
    pub(super) fn findings(&self, text_len: u64) -> InputFindings {
        let mut findings = InputFindings {
            name: self.meta.name.clone(),
            byte_len: self.meta.byte_len as u64,
            n_read: text_len,
            is_over_budget: false,
            is_changed_since: self.is_changed_since,
            is_stopped: self.is_stopped,
            fault: None,
            notes: Vec::new(),
            is_labels: false,
        };
        if let Source::Labels(labels) = &self.source {
            findings.n_read = labels.n_read();
            findings.is_labels = true;
        }
        if let Source::Stream(stream) = &self.source {
            findings.n_read = stream.n_read();
            findings.is_over_budget = stream.is_over_budget();
            findings.notes = stream.notes();
            // What is missing at the end explains what is wrong with it.
            findings.fault = stream.fault().filter(|_| !findings.is_short());
        }
        findings
    }
}

/// The first time that a line of the file's beginning tells, as if it were UTC: files are read in the same order whatever zone is
/// assumed.
fn first_time(text: &[u8], plan: &ParsePlan, reference: Timestamp) -> Option<Timestamp> {
    let mut parser = Parser::new(plan);
    let calendar = Calendar::new(&Zone::utc(), reference);
    let mut scratch = Vec::new();
    text.split(|&byte| byte == b'\n')
        .take(FIRST_TIME_LINES)
        .find_map(|line| parser.parse(line, &mut scratch).fields.timestamp)
        .map(|time| calendar.instant(time))
}

/// The first text of a file that is packed or written in another way.
fn unpack_head(meta: &FileMeta, head: &[u8], options: &Options) -> Result<Vec<u8>, Error> {
    let mut reader = TextReader::default().or_latin1(options.is_latin1);
    let mut text = Vec::new();
    let mut rest = head;
    while !rest.is_empty() && (text.len() as u64) < HEAD_LEN {
        let n = reader.push(rest, &mut |bytes| text.extend_from_slice(bytes));
        rest = &rest[n..];
    }
    let is_whole = meta.byte_len <= head.len() as f64;
    while (text.len() as u64) < HEAD_LEN
        && !reader.finish(&mut |bytes| text.extend_from_slice(bytes))
    {}
    text.truncate(HEAD_LEN as usize);
    let name = meta.name.clone();
    if !text.is_empty() {
        return Ok(text);
    }
    if let Some(kind) = reader.left() {
        let kind = kind.to_owned();
        return Err(Error::Binary { name, kind });
    }
    // The text may begin further on: behind an image in an archive, or with a first block that is longer than the head.
    if !is_whole {
        return Ok(text);
    }
    let container = reader.container().map_or("packed", Container::name);
    let said: Vec<String> = reader.fault().into_iter().chain(reader.notes()).collect();
    if said.is_empty() {
        return Err(Error::EmptyFile { name });
    }
    let kind = format!(
        "{container} data without any readable text ({})",
        said.join("; ")
    );
    Err(Error::Binary { name, kind })
}
