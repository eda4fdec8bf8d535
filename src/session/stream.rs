//! A file that must be read from the front → its texts, each in blocks cut at records: containers, other encodings, CSV,
//! JSON arrays.
//!
//! An archive gives several texts, each probed and cut on its own; everything else gives one.

use std::collections::VecDeque;

use super::HEAD_LEN;
use super::choice::{Choice, head_lines};
use crate::ingest::blocks::{Cut, Cutter};
use crate::ingest::encoding::without_bom;
use crate::ingest::text::TextReader;
use crate::ingest::unpack::{EntryStart, Unpack};
use crate::parse::{ParsePlan, Parser, Shape};
use crate::shard::boundary;

/// Bytes read at a time.
const READ_LEN: u64 = 4 << 20;

/// What has become of the bytes.
#[derive(Debug)]
pub(super) enum Ready {
    /// A text begins, and this is how to read it.
    Begin {
        /// Its name within the archive.
        name: Option<String>,
        plan: ParsePlan,
        /// Its first lines, for previews.
        head_lines: Vec<Vec<u8>>,
    },
    /// The next block of it; offsets count from the beginning of the first text.
    Block(Cut),
    /// It has ended.
    End {
        /// What is wrong with its shape, if anything.
        fault: Option<String>,
    },
}

/// How texts are read, whichever they are.
#[derive(Debug)]
pub(super) struct Manner {
    /// What was chosen of how lines are read.
    pub(super) choice: Choice,
    /// Name of the file, by which a choice may go.
    pub(super) name: String,
    pub(super) block_len: u64,
}

/// A text that is being cut.
#[derive(Debug)]
struct Open {
    name: Option<String>,
    /// Where it begins among all texts.
    offset: u64,
    /// Its beginning, until that is enough to tell how to read it.
    head: Vec<u8>,
    cutting: Option<Cutting>,
}

#[derive(Debug)]
struct Cutting {
    cutter: Cutter,
    /// Tells lines that continue a record, where lines are records.
    parser: Option<Parser>,
}

/// What happens between a file's bytes and its blocks.
#[derive(Debug)]
pub(super) struct Stream {
    manner: Manner,
    reader: TextReader,
    open: Option<Open>,
    /// Texts that are to begin.
    starts: VecDeque<EntryStart>,
    /// Text that came out in one step.
    text: Vec<u8>,
    /// Bytes of text before that.
    n_text: u64,
    n_read: u64,
    byte_len: u64,
    /// Bytes that were read and not yet worked on: a few can stand for a lot of text, which is unpacked as it is asked for.
    fed: Vec<u8>,
    n_worked: usize,
    /// All of the file has been read.
    is_ended: bool,
    /// All of its text has been cut.
    is_finished: bool,
    ready: VecDeque<Ready>,
}

impl Stream {
    pub(super) fn new(reader: TextReader, manner: Manner, byte_len: u64) -> Self {
        Self {
            manner,
            reader,
            open: None,
            starts: VecDeque::new(),
            text: Vec::new(),
            n_text: 0,
            n_read: 0,
            byte_len,
            fed: Vec::new(),
            n_worked: 0,
            is_ended: false,
            is_finished: false,
            ready: VecDeque::new(),
        }
    }

    /// What comes next; `None` until more has been read, or at the end.
    pub(super) fn next(&mut self) -> Option<Ready> {
        while self.ready.is_empty() && self.work() {}
        self.ready.pop_front()
    }

    /// Offset and number of the bytes to read next; `None` at the end of the file.
    pub(super) fn wanted(&self) -> Option<(u64, u64)> {
        (!self.is_ended).then_some((self.n_read, READ_LEN))
    }

    /// Bytes of the file that have been read.
    pub(super) fn n_read(&self) -> u64 {
        self.n_read
    }

    /// Whether more text stands in the file than may come out of it.
    pub(super) fn is_over_budget(&self) -> bool {
        self.reader.is_over_budget()
    }

    /// What is wrong with the file, if anything.
    pub(super) fn fault(&self) -> Option<String> {
        self.reader.fault()
    }

    /// What else there is to know of it.
    pub(super) fn notes(&self) -> Vec<String> {
        self.reader.notes()
    }

    /// Takes the bytes wanted; fewer mean that the file ends there.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.n_read += bytes.len() as u64;
        self.is_ended = (bytes.len() as u64) < READ_LEN || self.n_read >= self.byte_len;
        self.fed.drain(..self.n_worked);
        self.n_worked = 0;
        self.fed.extend_from_slice(bytes);
    }

    /// Reads no further: the file ends after what has been worked on.
    pub(super) fn stop(&mut self) {
        self.n_read -= (self.fed.len() - self.n_worked) as u64;
        self.fed.truncate(self.n_worked);
        self.is_ended = true;
    }

    /// A step; `false` when there is nothing to work on.
    fn work(&mut self) -> bool {
        if self.is_finished || (self.n_worked == self.fed.len() && !self.is_ended) {
            return false;
        }
        let mut text = std::mem::take(&mut self.text);
        let mut keep = |part: &[u8]| text.extend_from_slice(part);
        if self.n_worked < self.fed.len() {
            let rest = &self.fed[self.n_worked..];
            self.n_worked += self
                .reader
                .push(&rest[..rest.len().min(1 << 20)], &mut keep);
            // What is over the budget need not be read.
            self.is_ended |= self.reader.is_over_budget();
        } else {
            self.is_finished = self.reader.finish(&mut keep);
        }
        self.starts.extend(self.reader.take_entries());
        self.share_out(&text);
        text.clear();
        self.text = text;
        if self.is_finished {
            self.close();
            self.fed = Vec::new();
            self.n_worked = 0;
        }
        true
    }

    /// Gives each text its part of what came out.
    fn share_out(&mut self, mut text: &[u8]) {
        while !text.is_empty() {
            while let Some(start) = self
                .starts
                .pop_front_if(|start| start.offset <= self.n_text)
            {
                self.close();
                self.open = Some(Open::new(Some(start.name), self.n_text));
            }
            let n = self.starts.front().map_or(text.len(), |next| {
                text.len().min((next.offset - self.n_text) as usize)
            });
            let open = self
                .open
                .get_or_insert_with(|| Open::new(None, self.n_text));
            open.push(&text[..n], &self.manner, &mut self.ready);
            self.n_text += n as u64;
            text = &text[n..];
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            open.finish(&self.manner, &mut self.ready);
        }
    }
}

impl Open {
    fn new(name: Option<String>, offset: u64) -> Self {
        Self {
            name,
            offset,
            head: Vec::new(),
            cutting: None,
        }
    }

    fn push(&mut self, text: &[u8], manner: &Manner, ready: &mut VecDeque<Ready>) {
        if let Some(cutting) = &mut self.cutting {
            cutting.push(text, ready);
            return;
        }
        let n = text.len().min(HEAD_LEN as usize - self.head.len());
        self.head.extend_from_slice(&text[..n]);
        if self.head.len() as u64 >= HEAD_LEN {
            self.begin(manner, ready);
            if let Some(cutting) = &mut self.cutting {
                cutting.push(&text[n..], ready);
            }
        }
    }

    /// Decides from its beginning how it is read.
    fn begin(&mut self, manner: &Manner, ready: &mut VecDeque<Ready>) {
        let head = std::mem::take(&mut self.head);
        let text = without_bom(&head);
        let name = self.name.take();
        let plan = manner.choice.plan(&manner.name, name.as_deref(), text);
        let head_lines = head_lines(text);
        let mut cutting = Cutting {
            cutter: Cutter::new(boundary(&plan.shape), self.offset, manner.block_len),
            parser: matches!(plan.shape, Shape::Lines | Shape::Pattern(_))
                .then(|| Parser::new(&plan)),
        };
        ready.push_back(Ready::Begin {
            name,
            plan,
            head_lines,
        });
        cutting.push(&head, ready);
        self.cutting = Some(cutting);
    }

    fn finish(mut self, manner: &Manner, ready: &mut VecDeque<Ready>) {
        if self.cutting.is_none() {
            self.begin(manner, ready);
        }
        if let Some(Cutting { mut cutter, .. }) = self.cutting {
            let mut cuts = VecDeque::new();
            cutter.finish(&mut cuts);
            ready.extend(cuts.into_iter().map(Ready::Block));
            let fault = cutter.fault();
            ready.push_back(Ready::End { fault });
        }
    }
}

impl Cutting {
    fn push(&mut self, text: &[u8], ready: &mut VecDeque<Ready>) {
        let parser = &self.parser;
        let continues = |line: &[u8]| parser.as_ref().is_some_and(|p| p.is_continuation(line));
        let mut cuts = VecDeque::new();
        self.cutter.push(text, continues, &mut cuts);
        ready.extend(cuts.into_iter().map(Ready::Block));
    }
}
