//! From the threads of the application to the reporters: bounded memory, one worker, and an account of every span.
//!
//! A thread copies a finished span into memory of its own ([`record`], [`lane`], [`local`]), which it hands over to the
//! worker ([`handover`]); that copies what it finds there into a batch, and gives it to the reporters ([`worker`],
//! [`delivery`]). What is asked of the worker, and what has become of the spans, lies in [`shared`].
//!
//! The law that everything here keeps: *recorded = queued + exported + dropped by reason*. A span is counted as
//! recorded before it is put anywhere, and as something else once; what is queued is the difference.

mod backoff;
mod budget;
mod counts;
mod delivery;
mod flushes;
mod handover;
mod lane;
mod local;
mod pool;
pub(crate) mod record;
mod registry;
mod shared;
mod spawn;
mod sync;
#[cfg(test)]
mod tests;
mod warnings;
mod worker;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use opentracing_core::{__generation as generation, Report, SpanHead, SpanRecord};

pub(crate) use budget::Budget;
pub(crate) use delivery::{Delivery, Output};
pub(crate) use lane::QUEUE_BYTES_MIN;
pub(crate) use warnings::Warnings;
pub(crate) use worker::{BatchLimits, Parts};

pub use shared::ReporterReport;

use crate::per_process::PerProcess;
use shared::{Shared, lock};
use worker::Inheritance;

/// The record path of one tracer.
#[derive(Debug, Clone)]
pub(crate) struct Pipeline {
    family: Family,
    /// Where threads look for their lane first.
    slot: usize,
    root: Arc<Root>,
}

/// What the keys of one pipeline begin with: that of the process which made it, and those of forked children.
#[derive(Debug, Clone, Copy)]
struct Family(u64);

impl Family {
    fn new(number: u64) -> Self {
        Self(number << 32)
    }

    /// The key in this process. No other pipeline has it, and none has it in another process.
    #[inline]
    fn key(self) -> u64 {
        // Nobody forks so deeply that two families meet.
        self.0 + generation()
    }
}

/// What a pipeline is made of: its state, and what a forked child makes its own state of.
#[derive(Debug)]
struct Root {
    processes: PerProcess<State>,
    inheritance: Inheritance,
    /// Spans recorded in the middle of the pipeline's own work, by an allocator that traces, in this process and in those
    /// it was forked from.
    nested: AtomicU64,
}

#[derive(Debug)]
struct State {
    shared: Arc<Shared>,
    /// How many nested spans there were before this.
    nested_before: u64,
}

impl Pipeline {
    pub(crate) fn new(budget: Budget, parts: Parts) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let (family, slot) = (Family::new(number), local::slot(number));
        let inheritance = parts.inheritance();
        let state = State { shared: Shared::new(family.key(), budget, Some(parts)), nested_before: 0 };
        let root = Root { processes: PerProcess::new(state), inheritance, nested: AtomicU64::new(0) };
        Self { family, slot, root: Arc::new(root) }
    }

    #[inline]
    fn key(&self) -> u64 {
        self.family.key()
    }

    #[inline]
    fn slot(&self) -> usize {
        self.slot
    }

    /// What there is in this process: a forked child begins with nothing.
    fn state(&self) -> &State {
        self.root.processes.get(|parent| {
            let nested_before = self.root.nested.load(Ordering::Relaxed);
            let parts = if parent.shared.is_closed() { None } else { self.root.inheritance.parts() };
            State { shared: Shared::new(self.key(), parent.shared.budget().of_child(), parts), nested_before }
        })
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.state().shared
    }

    /// Counts a span that is recorded in the middle of the pipeline's own work.
    fn refuse_nested(&self) {
        self.root.nested.fetch_add(1, Ordering::Relaxed);
    }

    /// Copies a finished span into this thread's lane.
    #[inline]
    pub(crate) fn record(&self, span: &SpanRecord<'_>) {
        local::record(span, self);
    }

    /// Copies a finished span that is a head and a literal name.
    #[inline]
    pub(crate) fn record_plain(&self, head: &SpanHead, name: &'static str) {
        local::record_plain(head, name, self);
    }

    /// Delivers every span recorded before the call, or waits for that until the time is up. What is not delivered
    /// by then stays queued.
    pub(crate) fn flush(&self, timeout: Duration) -> Report {
        let deadline = Instant::now().checked_add(timeout);
        if self.can_wait() {
            if self.shared().has_fresh_readers() {
                self.shared().start_worker();
            }
            let mut state = self.shared().state();
            // Without a worker nothing was ever recorded.
            if !state.stopped && state.parts.is_none() {
                let number = state.flushes.ask(deadline);
                drop(state);
                self.shared().unpark();
                let waiting = |state: &shared::State| !state.flushes.is_done(number) && !state.stopped;
                drop(self.shared().wait_while(self.shared().state(), deadline, waiting));
            }
        }
        self.report()
    }

    /// Delivers what was recorded, as far as the time allows, and lets go of reporters and memory. What cannot be
    /// delivered, and what is recorded from now on, is counted as dropped.
    pub(crate) fn close(&self, timeout: Duration) -> Report {
        let deadline = Instant::now().checked_add(timeout);
        self.shared().refuse_spans();
        if self.can_wait() {
            if self.shared().has_fresh_readers() {
                self.shared().start_worker();
            }
            let unused = self.shared().change(|state| {
                let earlier = state.close_deadline.into_iter().chain(deadline).min();
                state.close_deadline = earlier.or_else(far_future);
                // A worker that never started has nothing to deliver.
                let unused = state.parts.take();
                state.stopped |= unused.is_some();
                unused
            });
            self.shared().unpark();
            // Reporters may do anything when they are dropped.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(unused)));
            let state = self.shared().state();
            drop(self.shared().wait_while(state, deadline, |state| !state.stopped));
        }
        self.shared().change(|state| state.stopped = true);
        self.release();
        self.report()
    }

    /// Frees what this side holds of the memory; the worker does the same with its own.
    fn release(&self) {
        local::forget(self.shared());
        self.shared().pool().clear();
        let overflow = lock(self.shared().overflow()).take();
        if let Some(lane) = overflow {
            self.shared().leave(lane.lane());
        }
    }

    /// Whether waiting for the worker can help: not on the worker itself.
    fn can_wait(&self) -> bool {
        !worker::is_this_thread()
    }

    pub(crate) fn report(&self) -> Report {
        let State { shared, nested_before } = self.state();
        let mut report = shared.report();
        report.dropped.queue_full += self.root.nested.load(Ordering::Relaxed) - nested_before;
        report
    }

    pub(crate) fn reporters(&self) -> Vec<ReporterReport> {
        self.shared().reporters()
    }
}

/// A moment that no close waits for.
fn far_future() -> Option<Instant> {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    Instant::now().checked_add(YEAR)
}
