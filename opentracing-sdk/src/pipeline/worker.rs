//! The worker: empties the lanes, hands batches to the reporters, and does what flush and close ask for.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use opentracing_core::{__generation as generation, Tracer};

use crate::batch::BatchBuffer;
use crate::pipeline::delivery::{Conditions, Delivery, Heirs, Tally};
use crate::pipeline::lane::LaneReader;
use crate::pipeline::shared::Shared;
use crate::process::Process;

thread_local! {
    /// The generation of the process in which this thread is a worker.
    static WORKS_IN: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Whether this is the thread of a worker, which cannot wait for itself.
pub(crate) fn is_this_thread() -> bool {
    WORKS_IN.get() == Some(generation())
}

/// What a worker works with.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) process: Process,
    pub(crate) delivery: Delivery,
    pub(crate) limits: BatchLimits,
}

/// What a forked child's worker works with, to be made there.
#[derive(Debug)]
pub(crate) struct Inheritance {
    process: Process,
    heirs: Heirs,
    limits: BatchLimits,
}

impl Parts {
    pub(crate) fn inheritance(&self) -> Inheritance {
        Inheritance { process: self.process.clone(), heirs: self.delivery.heirs(), limits: self.limits }
    }
}

impl Inheritance {
    pub(crate) fn parts(&self) -> Option<Parts> {
        // Unwind safety: what the user's functions left half-done is their own.
        let delivery = catch_unwind(AssertUnwindSafe(|| self.heirs.deliver())).ok().flatten()?;
        Some(Parts { process: self.process.clone(), delivery, limits: self.limits })
    }
}

/// When a batch is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchLimits {
    /// A batch of this many spans is full.
    pub(crate) spans_max: usize,
    /// A batch of this many bytes is full; one span may go beyond.
    pub(crate) bytes_max: usize,
    /// What has come within this time is sent, full or not.
    pub(crate) interval: Duration,
}

impl BatchLimits {
    pub(crate) fn is_full(&self, buffer: &BatchBuffer) -> bool {
        buffer.len() >= self.spans_max || buffer.bytes() >= self.bytes_max
    }

    /// When what comes from now on is sent at the latest; an interval without an end counts as a year.
    fn due(&self) -> Instant {
        const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
        Instant::now() + self.interval.min(LONGEST)
    }
}

#[derive(Debug)]
pub(crate) struct Worker {
    shared: Arc<Shared>,
    parts: Parts,
    lanes: Vec<LaneReader>,
    buffer: BatchBuffer,
    /// When the next batch is sent, full or not.
    due: Instant,
}

/// Whether the worker goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Again,
    End,
}

impl Worker {
    pub(crate) fn new(shared: Arc<Shared>, parts: Parts) -> Self {
        let due = parts.limits.due();
        Self { shared, parts, lanes: Vec::new(), buffer: BatchBuffer::new(), due }
    }

    /// Works until the tracer is closed.
    pub(crate) fn run(mut self) {
        WORKS_IN.set(Some(generation()));
        self.shared.begin();
        // Spans that a reporter's own code makes by macros would feed the reporter for ever.
        let _untraced = Tracer::noop().make_current();
        // Unwind safety: reporters are caught where they are called, so this is a mistake of this crate, or of the
        // writer that warnings go to. The batch at hand is lost, and counted.
        while catch_unwind(AssertUnwindSafe(|| self.turn())).unwrap_or_else(|_| self.lose_batch())
            == Next::Again
        {
            self.wait();
        }
        let shared = Arc::clone(&self.shared);
        // What reporters do when they are dropped, and the memory, belongs to the time that `close` waits.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(self)));
        shared.change(|state| state.stopped = true);
    }

    fn turn(&mut self) -> Next {
        let (flush, closing) = {
            let state = self.shared.state();
            (state.flushes.due(), state.close_deadline)
        };
        let everything = flush.is_some() || closing.is_some() || Instant::now() >= self.due;
        if everything {
            self.due = self.parts.limits.due();
        }
        self.shared.begin_work();
        if self.collect(everything) == Next::End {
            return Next::End;
        }
        match (flush, closing) {
            (_, Some(deadline)) => {
                self.parts.delivery.flush(Some(deadline));
                Next::End
            }
            (Some((number, deadline)), None) => {
                self.parts.delivery.flush(deadline);
                self.shared.change(|state| state.flushes.finish(number));
                Next::Again
            }
            (None, None) => Next::Again,
        }
    }

    /// Reads what all lanes hold at the moment, and delivers it as full batches; the rest, too, if everything is
    /// to go. What is written meanwhile is for the next time, so that this ends.
    fn collect(&mut self, everything: bool) -> Next {
        self.shared.take_readers(&mut self.lanes);
        for index in 0..self.lanes.len() {
            let mut waiting = self.lanes[index].waiting();
            while waiting > 0 {
                let Self { shared, parts, lanes, buffer, .. } = self;
                lanes[index].read(&mut waiting, buffer, &parts.limits, shared.pool());
                if parts.limits.is_full(buffer) && self.deliver() == Next::End {
                    return Next::End;
                }
            }
        }
        let pool = self.shared.pool();
        self.lanes.retain_mut(|lane| !lane.is_done(pool));
        if everything {
            pool.trim();
        }
        if everything && !self.buffer.is_empty() { self.deliver() } else { Next::Again }
    }

    fn deliver(&mut self) -> Next {
        let batch = self.buffer.as_batch(&self.parts.process);
        let (all, each) = self.parts.delivery.deliver(&batch, &*self.shared);
        self.shared.state().settle(all, &each);
        self.buffer.clear();
        if self.shared.is_over() { Next::End } else { Next::Again }
    }

    #[cold]
    fn lose_batch(&mut self) -> Next {
        self.shared.state().settle(Tally::of_panic(self.buffer.len()), &[]);
        self.buffer.clear();
        if self.shared.is_over() { Next::End } else { Next::Again }
    }

    /// Waits for work, at most until the next batch is due.
    fn wait(&self) {
        if !self.shared.has_work() {
            thread::park_timeout(self.due.saturating_duration_since(Instant::now()));
        }
    }
}

impl Conditions for Shared {
    fn is_over(&self) -> bool {
        // A reporter that forks is not to report twice: the worker of a child is another one.
        if self.is_forked() {
            return true;
        }
        let state = self.state();
        state.stopped || state.close_deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    fn deadline(&self) -> Option<Instant> {
        self.state().close_deadline
    }

    fn pause(&self, wait: Duration, is_healthy: bool) -> bool {
        let until = Instant::now() + wait;
        let state = self.state();
        let state = match state.close_deadline {
            // Being closed ends the wait: the batch is tried once more at once.
            None => {
                self.wait_while(state, Some(until), |state| state.close_deadline.is_none() && !state.stopped)
            }
            Some(deadline) if is_healthy && until < deadline => {
                self.wait_while(state, Some(until), |state| !state.stopped)
            }
            Some(_) => return false,
        };
        !state.stopped
    }
}
