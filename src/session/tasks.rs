//! The inputs in the order of time → blocks for the shards, and what must be read to cut them.

use super::Engine;
use super::file::OpenFile;
use super::input::Source;
use super::open::by_time;
use super::stream::Ready;
use crate::base::ids::FileId;
use crate::base::order::Arrange;
use crate::ingest::container::Container;
use crate::ingest::nested_name;
use crate::parse::ParsePlan;
use crate::report::findings::FileFindings;
use crate::shard::wire::{BlockJob, FileSetup};

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// Give this block to a free shard.
    Block {
        /// The block.
        job: BlockJob,
        /// How to read the text it is of.
        setup: Box<FileSetup>,
        /// The file that text stands in, counted in the order in which files were opened.
        input: u32,
        /// Its text; `None`: the shard reads it from the file.
        bytes: Option<Vec<u8>>,
    },
    /// Read these bytes of the file (fewer at its end) and give them to [`Engine::feed`].
    Read {
        /// The file, counted in the order in which files were opened.
        input: u32,
        /// Where.
        offset: u64,
        /// How many.
        byte_len: u64,
    },
    /// Every block has been handed out.
    Done,
}

impl Engine {
    /// The next thing to do. Files are worked through one after the other, by the first time in each.
    pub fn next_task(&mut self) -> Task {
        if !self.is_stopped && self.queue.len() < self.inputs.len() {
            self.identifiers();
            self.queue = (0..self.inputs.len() as u32).collect();
            self.queue
                .arrange_by_key(|&idx| by_time(&self.inputs[idx as usize], idx));
        }
        while let Some(&input) = self.queue.get(self.n_begun) {
            if let Some(task) = self.next_of(input) {
                return task;
            }
            self.n_begun += 1;
        }
        Task::Done
    }

    /// The next thing to do with a file; `None` when nothing is left.
    fn next_of(&mut self, idx: u32) -> Option<Task> {
        let input = &mut self.inputs[idx as usize];
        let stream = match &mut input.source {
            Source::Split { plan, n_blocks } => {
                if self.files.last().is_none_or(|file| file.input != idx) {
                    let (plan, n_blocks) = (plan.as_ref().clone(), *n_blocks);
                    let head_lines = std::mem::take(&mut input.head_lines);
                    self.begin_file(idx, None, plan, head_lines);
                    if let Some(file) = self.files.last_mut() {
                        file.n_blocks = Some(n_blocks);
                    }
                }
                return self.next_split(idx);
            }
            Source::Labels(labels) => {
                return labels.wanted().map(|(offset, byte_len)| Task::Read {
                    input: idx,
                    offset,
                    byte_len,
                });
            }
            Source::Stream(stream) => stream,
        };
        match stream.next() {
            Some(Ready::Begin {
                name,
                plan,
                head_lines,
            }) => {
                self.begin_file(idx, name.as_deref(), plan, head_lines);
                self.next_of(idx)
            }
            Some(Ready::Block(cut)) => {
                let file = FileId::from_index(self.files.len() - 1);
                let open = &mut self.files[file.index()];
                let job = BlockJob {
                    file,
                    block: open.n_handed,
                    start: cut.start,
                    end: cut.start + cut.bytes.len() as u64,
                    is_exact: true,
                    is_line_shared: cut.is_line_shared,
                    n_passed: cut.n_passed,
                    source: cut.source,
                };
                open.n_handed += 1;
                Some(Task::Block {
                    job,
                    setup: Box::new(open.setup.clone()),
                    input: idx,
                    bytes: Some(cut.bytes),
                })
            }
            Some(Ready::End { fault }) => {
                // A text that a person ended is not damaged.
                let is_stopped = input.is_stopped;
                if let Some(file) = self.files.last_mut() {
                    file.n_blocks = Some(file.n_handed);
                    file.findings.fault = fault.filter(|_| !is_stopped);
                }
                self.next_of(idx)
            }
            None => stream.wanted().map(|(offset, byte_len)| Task::Read {
                input: idx,
                offset,
                byte_len,
            }),
        }
    }

    fn next_split(&mut self, input: u32) -> Option<Task> {
        let id = FileId::from_index(self.files.len() - 1);
        let file = self.files.last_mut()?;
        let byte_len = self.inputs[input as usize].meta.byte_len as u64;
        let start = u64::from(file.n_handed) * self.block_len;
        if !file.is_due(file.n_handed) {
            return None;
        }
        let job = BlockJob {
            file: id,
            block: file.n_handed,
            start,
            end: (start + self.block_len).min(byte_len),
            is_exact: false,
            is_line_shared: false,
            n_passed: 0,
            source: Vec::new(),
        };
        file.n_handed += 1;
        Some(Task::Block {
            job,
            setup: Box::new(file.setup.clone()),
            input,
            bytes: None,
        })
    }

    /// Begins a text of a file; `name` is what it is called within.
    fn begin_file(
        &mut self,
        input: u32,
        name: Option<&str>,
        plan: ParsePlan,
        head_lines: Vec<Vec<u8>>,
    ) {
        let of = &self.inputs[input as usize];
        let full_name = name.map_or_else(
            || of.meta.name.clone(),
            |name| nested_name(&of.meta.name, name),
        );
        let findings = FileFindings::new(full_name, of.container, &plan);
        let setup = FileSetup {
            plan,
            input,
            is_packed: of.container != Container::Plain,
        };
        self.files.push(OpenFile::new(
            input,
            of.reference,
            setup,
            head_lines,
            findings,
        ));
    }

    /// Takes the bytes that a [`Task::Read`] asked for; fewer than asked means that the file ends there.
    pub fn feed(&mut self, input: u32, bytes: &[u8]) {
        match self
            .inputs
            .get_mut(input as usize)
            .map(|input| &mut input.source)
        {
            Some(Source::Stream(stream)) => stream.feed(bytes),
            Some(Source::Labels(labels)) => labels.feed(bytes),
            _ => {}
        }
    }
}
