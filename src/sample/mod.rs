//! Seed and size → a log of a web shop and its machines, with planted incidents and the truth about them.
//!
//! What "Try a sample" shows, and what tests and benchmarks measure against: a real log has no answer sheet. The shop writes
//! log4j-style lines, its two machines RFC 3164 syslog (sshd, cron, systemd, sudo, firewall), merged by time. Ordinary lines
//! come from two endless sources that are asked only for what is due, so a log of any size needs a few megabytes at most;
//! incidents are small and laid out beforehand, which is why the truth is known before the first line is written. All names
//! are invented and all addresses are reserved for documentation or internal use.
//!
//! ```
//! use logloupe::sample::{Sample, SampleParams};
//!
//! let mut sample = Sample::new(&SampleParams::new(7, 20_000));
//! assert_eq!(sample.truth().len(), 5);
//! let mut text = Vec::new();
//! while sample.next_chunk(&mut text, 4096) {}
//! assert_eq!(text.iter().filter(|byte| **byte == b'\n').count(), 20_000);
//! ```

mod dice;
mod event;
mod incidents;
mod plan;
mod queue;
mod rhythm;
mod service;
mod system;

use crate::base::time::Timestamp;
use plan::Plan;
use queue::Queue;
use service::Service;
use system::System;

/// What can go wrong in a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IncidentKind {
    /// Memory of the shop fills over hours until it exits and restarts.
    Leak,
    /// A release names the wrong database; stores fail until it is rolled back.
    BadDeploy,
    /// Passwords of sshd are guessed from a few addresses; one guess succeeds.
    BruteForce,
    /// The shop writes nothing for at least twenty minutes.
    Silence,
    /// Requests wait for rows that somebody has locked: nothing fails, everything takes thirty times as long.
    Slowdown,
}

impl IncidentKind {
    /// All kinds, in the order of their time in the log.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &[
            Self::Leak,
            Self::BadDeploy,
            Self::BruteForce,
            Self::Silence,
            Self::Slowdown,
        ]
    }

    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Leak => "leak",
            Self::BadDeploy => "badDeploy",
            Self::BruteForce => "bruteForce",
            Self::Silence => "silence",
            Self::Slowdown => "slowdown",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Leak => {
                "memory leak: heap and GC pauses grow, warnings, OutOfMemoryError, restart"
            }
            Self::BadDeploy => {
                "release 4.18.0 points at db-02, which refuses connections; checkout fails until the rollback"
            }
            Self::BruteForce => {
                "password guessing against sshd on gate-01 from four addresses; one login succeeds"
            }
            Self::Silence => "the shop writes nothing while its machines go on",
            Self::Slowdown => {
                "requests wait for locked rows and take thirty times as long, without an error"
            }
        }
    }

    fn needle(self) -> &'static str {
        match self {
            Self::Leak => "Heap pressure",
            Self::BadDeploy => "db-02.internal:5432 refused",
            Self::BruteForce => "Failed password for invalid user",
            Self::Silence => "without progress",
            Self::Slowdown => "for a row lock on stock_level",
        }
    }
}

/// An incident that was put into the log on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedIncident {
    /// What it is.
    pub kind: IncidentKind,
    /// When it begins: for the leak when memory starts to climb, for the deploy when the release starts.
    pub start: Timestamp,
    /// When all is well again.
    pub end: Timestamp,
    /// What happens, in words.
    pub description: &'static str,
    /// Text that stands in its characteristic lines and nowhere else.
    pub needle: &'static str,
    /// How many lines hold the needle.
    pub n_lines: u32,
}

/// How the events are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleFormat {
    /// Lines as the programs write them; stack traces take several.
    Text,
    /// One JSON object a record with `@timestamp`, `level` (where there is one), `source` and `message`.
    Ndjson,
    /// Header `@timestamp,level,source,message`; stack traces are quoted fields with line feeds.
    Csv,
    /// One JSON array whose strings are the records as in `Text`.
    JsonArray,
}

/// What to generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleParams {
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Physical lines as [`SampleFormat::Text`]; the span grows with their square root, 20,000 take six hours.
    pub n_lines: u32,
    /// Time of the first line.
    pub start: Timestamp,
    /// Incidents to plant; none are below 1,000 lines, and no slowdown below 10,000.
    pub kinds: Vec<IncidentKind>,
    /// How to write it down.
    pub format: SampleFormat,
}

impl SampleParams {
    /// All incidents, as text, from Monday 2026-03-02 06:00 UTC.
    #[must_use]
    pub fn new(seed: u64, n_lines: u32) -> Self {
        Self {
            seed,
            n_lines,
            start: Timestamp(1_772_431_200_000_000),
            kinds: IncidentKind::all().to_vec(),
            format: SampleFormat::Text,
        }
    }

    /// The same without incidents.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.kinds.clear();
        self
    }

    /// The same in another format.
    #[must_use]
    pub fn format(mut self, format: SampleFormat) -> Self {
        self.format = format;
        self
    }
}

/// A log being written.
pub struct Sample {
    format: SampleFormat,
    queue: Queue,
    service: Service,
    system: System,
    truth: Vec<PlantedIncident>,
    n_written: u64,
    is_finished: bool,
}

impl Sample {
    /// Lays out the log; costs a few milliseconds at any size.
    #[must_use]
    pub fn new(params: &SampleParams) -> Self {
        let plan = Plan::new(params);
        let mut queue = Queue::until(plan.span.end);
        let truth = incidents::plant(&plan, params.seed, &mut queue);
        let n_planted = u32::try_from(queue.n_lines()).unwrap_or(u32::MAX);
        let n_ordinary = params.n_lines.saturating_sub(n_planted);
        let n_system = n_ordinary / 7;
        Self {
            format: params.format,
            queue,
            service: Service::new(&plan, params.seed, n_ordinary - n_system),
            system: System::new(&plan, params.seed, n_system),
            truth,
            n_written: 0,
            is_finished: false,
        }
    }

    /// What was planted, in the order of time; known before anything is written.
    #[must_use]
    pub fn truth(&self) -> &[PlantedIncident] {
        &self.truth
    }

    /// Appends records until at least `max_lines` lines were added (a stack trace is not cut); false when nothing is left.
    pub fn next_chunk(&mut self, out: &mut Vec<u8>, max_lines: u32) -> bool {
        if self.is_finished {
            return false;
        }
        if self.n_written == 0 {
            match self.format {
                SampleFormat::Csv => out.extend_from_slice(b"@timestamp,level,source,message\n"),
                SampleFormat::JsonArray => out.push(b'['),
                SampleFormat::Text | SampleFormat::Ndjson => {}
            }
        }
        let mut n_lines = 0;
        while n_lines < max_lines.max(1) {
            self.settle();
            let Some(event) = self.queue.pop() else {
                if self.format == SampleFormat::JsonArray {
                    out.extend_from_slice(b"\n]\n");
                }
                self.is_finished = true;
                return false;
            };
            event.write(out, self.format, self.n_written == 0);
            self.n_written += 1;
            n_lines += event.n_lines();
        }
        true
    }

    /// The whole log at once, for small ones.
    #[must_use]
    pub fn bytes(params: &SampleParams) -> Vec<u8> {
        let mut out = Vec::new();
        let mut sample = Self::new(params);
        while sample.next_chunk(&mut out, 1 << 16) {}
        out
    }

    /// Asks the sources for everything that may come before the earliest event in the queue.
    fn settle(&mut self) {
        loop {
            let first = self.queue.first_at().unwrap_or(i64::MAX);
            let service = self.service.next_at().unwrap_or(i64::MAX);
            let system = self.system.next_at().unwrap_or(i64::MAX);
            if service.min(system) > first || service.min(system) == i64::MAX {
                return;
            }
            if service <= system {
                self.service.expand(&mut self.queue);
            } else {
                self.system.expand(&mut self.queue);
            }
        }
    }
}

#[cfg(test)]
mod tests;
