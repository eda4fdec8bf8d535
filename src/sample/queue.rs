//! Events of all sources → one order of time.

use std::collections::BinaryHeap;

use super::event::{Event, Origin};

/// Events that are known but not yet written; small, because sources are asked only for what is due.
pub(super) struct Queue {
    heap: BinaryHeap<Event>,
    end: i64,
    n_events: u64,
    n_lines: u64,
}

impl Queue {
    /// A queue for a log that ends at `end`: what goes on beyond, such as a session that is still open, ends with it.
    pub(super) fn until(end: i64) -> Self {
        Self {
            heap: BinaryHeap::new(),
            end,
            n_events: 0,
            n_lines: 0,
        }
    }

    /// Lines queued so far, written or not.
    pub(super) fn n_lines(&self) -> u64 {
        self.n_lines
    }

    /// Time of the earliest event.
    pub(super) fn first_at(&self) -> Option<i64> {
        self.heap.peek().map(|event| event.at)
    }

    pub(super) fn pop(&mut self) -> Option<Event> {
        self.heap.pop()
    }

    fn push(&mut self, at: i64, origin: Origin, message: String) {
        let event = Event {
            at: at.min(self.end),
            seq: self.n_events,
            origin,
            message,
        };
        self.n_events += 1;
        self.n_lines += u64::from(event.n_lines());
        self.heap.push(event);
    }

    /// Adds a line of the shop.
    pub(super) fn service(
        &mut self,
        at: i64,
        level: &'static str,
        thread: &str,
        logger: &'static str,
        message: String,
    ) {
        let thread = thread.to_owned();
        self.push(
            at,
            Origin::Service {
                level,
                thread,
                logger,
            },
            message,
        );
    }

    /// Adds a line of a daemon; `pid` 0 stands for none.
    pub(super) fn system(
        &mut self,
        at: i64,
        host: &'static str,
        process: &'static str,
        pid: u32,
        message: String,
    ) {
        self.push(at, Origin::System { host, process, pid }, message);
    }
}
