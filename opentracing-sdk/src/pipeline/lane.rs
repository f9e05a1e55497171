//! The way of one thread's spans: its counters, and the ring it writes to at the moment.

use std::sync::Arc;

use opentracing_core::SpanRecord;

use crate::pipeline::cell::{self, CELL_BYTES, Measured};
use crate::pipeline::counts::{Counts, Refusal};
use crate::pipeline::ring::{self, RingWriter, ring_bytes};
use crate::pipeline::shared::Shared;

/// Cells of a thread's first ring, 9 KiB: enough for a second of a thread that does little, and small enough for
/// thousands of threads.
const FIRST_CELLS: usize = 128;
/// A ring that ran full is followed by one this many times its size,
const GROWTH: usize = 4;
/// up to this, 36 KiB. A thread keeps its last ring until it ends, also when it has nothing to say any more: the 512
/// threads of a pool that all had a burst once still leave a quarter of the budget to others.
const CELLS_MAX: usize = 512;
/// The worker is woken each time a thread has written this many cells: half of the largest ring.
const CELLS_UNTIL_WAKE: usize = CELLS_MAX / 2;
/// What one span may take: a span at the default limits of text, tags and logs takes less.
pub(crate) const SPAN_BYTES_MAX: usize = 2 << 20;

/// One part in so many of the budget is left to threads that have no ring yet, so that a few busy threads do not
/// silence those that start later.
const RESERVED_PART: usize = 8;

/// The least budget that lets two threads work.
pub(crate) const QUEUE_BYTES_MIN: usize = 4 * ring_bytes(FIRST_CELLS);

/// One thread's way into the pipeline.
///
/// A ring that runs full is left to the worker, which drops it once it is empty, and another one is opened, as far
/// as the budget allows. So a thread holds little while the worker keeps up, takes what there is in a burst, and
/// gives all but its last ring back afterwards.
#[derive(Debug)]
pub(crate) struct Lane {
    counts: Arc<Counts>,
    ring: Option<RingWriter>,
    next_cells: usize,
    until_wake: usize,
}

impl Lane {
    pub(crate) fn new(counts: Arc<Counts>) -> Self {
        Self { counts, ring: None, next_cells: FIRST_CELLS, until_wake: CELLS_UNTIL_WAKE }
    }

    pub(crate) fn counts(&self) -> &Arc<Counts> {
        &self.counts
    }

    /// Copies a span into the ring, or counts why not.
    #[inline]
    pub(crate) fn record(&mut self, span: &SpanRecord<'_>, shared: &Arc<Shared>) {
        self.counts.recorded();
        let written = match (&mut self.ring, cell::plain(span)) {
            (Some(ring), Some(cell)) => ring.write_plain(cell),
            _ => false,
        };
        if written { self.wrote(1, shared) } else { self.record_measured(span, shared) }
    }

    #[inline(never)]
    fn record_measured(&mut self, span: &SpanRecord<'_>, shared: &Arc<Shared>) {
        let span = Measured::new(span);
        let cells = span.cells();
        if self.write(&span, cells) || self.write_into_next(&span, cells, shared) {
            self.wrote(cells, shared);
        }
    }

    /// Wakes the worker each time enough was written.
    #[inline]
    fn wrote(&mut self, cells: usize, shared: &Shared) {
        match self.until_wake.checked_sub(cells) {
            Some(rest) => self.until_wake = rest,
            None => {
                self.until_wake = CELLS_UNTIL_WAKE;
                shared.wake();
            }
        }
    }

    fn write(&mut self, span: &Measured<'_>, cells: usize) -> bool {
        self.ring.as_mut().is_some_and(|ring| ring.write(span, cells))
    }

    /// The ring is full, or there is none.
    #[cold]
    fn write_into_next(&mut self, span: &Measured<'_>, cells: usize, shared: &Arc<Shared>) -> bool {
        let opened = self.open(cells, shared);
        shared.wake();
        match opened {
            Ok(()) => {
                let written = self.write(span, cells);
                debug_assert!(written, "a new ring has room for the span it was opened for");
                written
            }
            Err(refusal) => {
                self.counts.refused(refusal);
                false
            }
        }
    }

    fn open(&mut self, cells_min: usize, shared: &Arc<Shared>) -> Result<(), Refusal> {
        let budget = shared.budget();
        if cells_min > SPAN_BYTES_MAX / CELL_BYTES || ring_bytes(cells_min) > budget.bytes_max() {
            return Err(Refusal::TooLarge);
        }
        let reserve = if self.ring.is_some() { budget.bytes_max() / RESERVED_PART } else { 0 };
        let charge = |cells: usize, reserve| Some((cells, budget.charge(ring_bytes(cells), reserve)?));
        // Where there is no room for a larger ring there may be for a small one.
        let (cells, charge) = charge(self.next_cells.max(cells_min), reserve)
            .or_else(|| charge(FIRST_CELLS.max(cells_min), reserve))
            .ok_or(Refusal::QueueFull)?;
        if shared.is_forked() {
            // Nobody would read it, and a lock that another thread of the parent held is never free here.
            return Err(Refusal::Closed);
        }
        let (writer, reader) = ring::open(cells, charge);
        // Refused after close.
        shared.add_ring(reader)?;
        self.ring = Some(writer);
        self.next_cells = (self.next_cells * GROWTH).min(CELLS_MAX);
        Ok(())
    }
}
