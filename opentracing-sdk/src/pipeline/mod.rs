//! From the threads of the application to the reporters: bounded memory, one worker, and an account of every span.
//!
//! A thread copies a finished span into a ring of its own ([`cell`], [`ring`], [`lane`], [`local`]); the worker
//! empties all rings into a batch and gives that to the reporters ([`worker`], [`delivery`]). What is asked of the
//! worker, and what has become of the spans, lies in [`shared`].
//!
//! The law that everything here keeps: *recorded = queued + exported + dropped by reason*. A span is counted as
//! recorded before it is put anywhere, and as something else once; what is queued is the difference.

mod backoff;
mod budget;
mod cell;
mod counts;
mod delivery;
mod lane;
mod local;
mod registry;
mod ring;
mod shared;
#[cfg(test)]
mod tests;
mod warnings;
mod worker;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use opentracing_core::{Report, SpanRecord};

pub(crate) use budget::Budget;
pub(crate) use delivery::{Delivery, Output};
pub(crate) use lane::QUEUE_BYTES_MIN;
pub(crate) use warnings::Warnings;
pub(crate) use worker::{BatchLimits, Parts};

pub use shared::ReporterReport;

use counts::Refusal;
use shared::{Shared, lock};

/// The record path of one tracer.
#[derive(Debug, Clone)]
pub(crate) struct Pipeline {
    shared: Arc<Shared>,
}

impl Pipeline {
    pub(crate) fn new(budget: Budget, parts: Parts) -> Self {
        Self { shared: Shared::new(budget, parts) }
    }

    /// Copies a finished span into this thread's ring.
    #[inline]
    pub(crate) fn record(&self, span: &SpanRecord<'_>) {
        if self.shared.is_closed() {
            return self.refuse();
        }
        local::record(span, &self.shared);
    }

    #[cold]
    fn refuse(&self) {
        self.shared.refuse(Refusal::Closed);
        local::forget(&self.shared);
    }

    /// Delivers every span recorded before the call, or waits for that until the time is up. What is not delivered
    /// by then stays queued.
    pub(crate) fn flush(&self, timeout: Duration) -> Report {
        let deadline = Instant::now().checked_add(timeout);
        if self.can_wait() {
            if self.shared.has_fresh_rings() {
                self.shared.start_worker();
            }
            let mut state = self.shared.state();
            // Without a worker nothing was ever recorded.
            if !state.stopped && state.parts.is_none() {
                // The most patient one's deadline holds; one beyond what the clock can say is none.
                state.flush_deadline = match state.flush_is_due() {
                    true => state.flush_deadline.zip(deadline).map(|(a, b)| a.max(b)),
                    false => deadline,
                };
                state.flush_asked += 1;
                let number = state.flush_asked;
                drop(state);
                self.shared.unpark();
                let waiting = |state: &shared::State| state.flush_done < number && !state.stopped;
                drop(self.shared.wait_while(self.shared.state(), deadline, waiting));
            }
        }
        self.shared.report()
    }

    /// Delivers what was recorded, as far as the time allows, and lets go of reporters and memory. What cannot be
    /// delivered, and what is recorded from now on, is counted as dropped.
    pub(crate) fn close(&self, timeout: Duration) -> Report {
        let deadline = Instant::now().checked_add(timeout);
        self.shared.refuse_spans();
        if self.can_wait() {
            if self.shared.has_fresh_rings() {
                self.shared.start_worker();
            }
            let unused = self.shared.change(|state| {
                let earlier = state.close_deadline.into_iter().chain(deadline).min();
                state.close_deadline = earlier.or_else(far_future);
                // A worker that never started has nothing to deliver.
                let unused = state.parts.take();
                state.stopped |= unused.is_some();
                unused
            });
            self.shared.unpark();
            // Reporters may do anything when they are dropped.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(unused)));
            let state = self.shared.state();
            drop(self.shared.wait_while(state, deadline, |state| !state.stopped));
        }
        self.shared.change(|state| state.stopped = true);
        self.release();
        self.shared.report()
    }

    /// Frees what this side holds of the memory; the worker does the same with its own.
    fn release(&self) {
        local::forget(&self.shared);
        let overflow = lock(self.shared.overflow()).take();
        if let Some(lane) = overflow {
            self.shared.leave(lane.counts());
        }
    }

    /// Whether waiting for the worker can help: not on the worker itself, and not where there is none.
    fn can_wait(&self) -> bool {
        !worker::is_this_thread() && !self.shared.is_forked()
    }

    pub(crate) fn report(&self) -> Report {
        self.shared.report()
    }

    pub(crate) fn reporters(&self) -> Vec<ReporterReport> {
        self.shared.reporters()
    }
}

/// A moment that no close waits for.
fn far_future() -> Option<Instant> {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    Instant::now().checked_add(YEAR)
}
