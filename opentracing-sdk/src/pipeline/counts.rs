//! What threads count: each its own, so that no cache line is written by two.

use std::sync::atomic::{AtomicU64, Ordering};

/// What one thread has recorded with one tracer. Only that thread writes; anyone may read.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    recorded: AtomicU64,
    queue_full: AtomicU64,
    too_large: AtomicU64,
    closed: AtomicU64,
}

/// The sum of the counts of threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) recorded: u64,
    pub(crate) queue_full: u64,
    pub(crate) too_large: u64,
    pub(crate) closed: u64,
}

/// Why a span is not in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    QueueFull,
    TooLarge,
    Closed,
}

impl Counts {
    pub(crate) const fn new() -> Self {
        Self {
            recorded: AtomicU64::new(0),
            queue_full: AtomicU64::new(0),
            too_large: AtomicU64::new(0),
            closed: AtomicU64::new(0),
        }
    }

    /// Counts a span; called before it is handed over or refused, so that no reader sees more outcomes than spans.
    #[inline]
    pub(crate) fn recorded(&self) {
        // A load and a store, no read-modify-write: only the owner writes. Relaxed: the hand-over's own release
        // publishes it to the worker, and the release below to whoever reads a refusal.
        self.recorded.store(self.recorded.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// Counts a span that is not handed over.
    pub(crate) fn refused(&self, refusal: Refusal) {
        self.recorded();
        let count = match refusal {
            Refusal::QueueFull => &self.queue_full,
            Refusal::TooLarge => &self.too_large,
            Refusal::Closed => &self.closed,
        };
        count.store(count.load(Ordering::Relaxed) + 1, Ordering::Release);
    }

    pub(crate) fn totals(&self) -> Totals {
        let read = |count: &AtomicU64| count.load(Ordering::Acquire);
        let (queue_full, too_large, closed) =
            (read(&self.queue_full), read(&self.too_large), read(&self.closed));
        // Last: every refusal that was read above has its span in here.
        Totals { recorded: read(&self.recorded), queue_full, too_large, closed }
    }
}

impl Totals {
    /// Spans that were handed over.
    pub(crate) fn handed_over(&self) -> u64 {
        self.recorded - self.queue_full - self.too_large - self.closed
    }
}

impl std::ops::AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.recorded += other.recorded;
        self.queue_full += other.queue_full;
        self.too_large += other.too_large;
        self.closed += other.closed;
    }
}

/// Spans refused where no thread's own counts are at hand, since the tracer is closed.
#[derive(Debug, Default)]
pub(crate) struct Strays {
    closed: AtomicU64,
}

impl Strays {
    pub(crate) fn closed(&self) {
        self.closed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn totals(&self) -> Totals {
        let closed = self.closed.load(Ordering::Relaxed);
        Totals { recorded: closed, closed, ..Totals::default() }
    }
}
