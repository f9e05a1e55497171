//! The way of one thread's spans: its counters, and the memory it writes to.

#![expect(unsafe_code, reason = "a lane is written to by its owner alone, which its type cannot say")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use opentracing_core::{SpanHead, SpanRecord};

use crate::batch::BatchBuffer;
use crate::pipeline::counts::{Counts, Refusal, Totals};
use crate::pipeline::handover::{CHUNK_OVERHEAD_BYTES, Chunk, Opened, Reader, Writer};
use crate::pipeline::pool::Pool;
use crate::pipeline::record::{self, Measured, PLAIN_BYTES, RECORD_BYTES_MAX, Records};
use crate::pipeline::shared::Shared;
use crate::pipeline::worker::BatchLimits;

/// A thread's first chunk: enough for a second of a thread that does little, and small enough for thousands of threads.
const FIRST_BYTES: usize = 4 << 10;
/// The chunks that follow. A thread keeps its last one until it ends, also when it has nothing to say any more: a
/// thousand threads that all had a burst once still leave a third of the budget to others.
pub(crate) const CHUNK_BYTES: usize = 16 << 10;
/// The worker is woken each time a thread has filled this much: some 1,600 plain spans, since waking a thread costs as
/// much as recording a hundred.
const WAKE_BYTES: usize = 128 << 10;
/// Or this part of the budget, where that is less.
const WAKE_PART: usize = 8;

/// One part in so many of the budget is left to threads that have nothing yet, so that a few busy threads do not
/// silence those that start later.
const RESERVED_PART: usize = 8;

/// The least budget that lets two threads work.
pub(crate) const QUEUE_BYTES_MIN: usize = 8 * FIRST_BYTES;

/// One thread's way into the pipeline of one tracer.
// Its cache lines are written by that thread alone, but for the key, once.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Lane {
    /// Whose it is, or [`NOBODY`] from the moment the tracer is closed.
    key: AtomicU64,
    counts: Counts,
    writer: Writer,
}

/// The key of no pipeline.
const NOBODY: u64 = 0;

impl Lane {
    pub(crate) const fn new(key: u64) -> Self {
        Self { key: AtomicU64::new(key), counts: Counts::new(), writer: Writer::new() }
    }

    /// A lane that takes no spans.
    pub(crate) const fn of_nobody() -> Self {
        Self::new(NOBODY)
    }

    /// Whether it takes the spans of a pipeline.
    #[inline]
    pub(crate) fn is_of(&self, key: u64) -> bool {
        // Relaxed: a span that finishes while the tracer is being closed may go either way; it is counted.
        self.key.load(Ordering::Relaxed) == key
    }

    /// Lets the owner know with its next span that the tracer was closed.
    pub(crate) fn shut(&self) {
        self.key.store(NOBODY, Ordering::Relaxed);
    }

    pub(crate) fn totals(&self) -> Totals {
        self.counts.totals()
    }

    /// Records a plain span, if there is room.
    ///
    /// # Safety
    /// This thread owns the lane.
    #[inline]
    pub(crate) unsafe fn write_plain(&self, head: &SpanHead, name: &'static str) -> bool {
        let Some(room) = self.writer.room(PLAIN_BYTES) else { return false };
        // SAFETY: there is room; chunks begin aligned, and all records are as long as a multiple of the alignment.
        unsafe { record::write_plain(room.at, head, name) };
        self.counts.recorded();
        // SAFETY: this thread is the writer, by the caller, and the room was filled.
        unsafe { self.writer.publish(room) };
        true
    }

    /// Records a span, if there is room.
    ///
    /// # Safety
    /// This thread owns the lane.
    #[inline]
    pub(crate) unsafe fn write(&self, span: &Measured<'_>) -> bool {
        if let Some(name) = span.plain_name() {
            // SAFETY: the caller's.
            return unsafe { self.write_plain(span.head(), name) };
        }
        let Some(room) = self.writer.room(span.bytes()) else { return false };
        // SAFETY: there is room, and no chunk is longer than the longest record; aligned as in `write_plain`.
        unsafe { span.write(room.at) };
        self.counts.recorded();
        // SAFETY: this thread is the writer, by the caller, and the room was filled.
        unsafe { self.writer.publish(room) };
        true
    }
}

/// The right to write to a lane, and what its thread needs now and then.
///
/// A chunk that runs full is left to the worker, and another one is opened, as far as the budget allows. So a thread
/// holds little while the worker keeps up, takes what there is in a burst, and gives all but its last chunk back
/// afterwards.
// Invariant: the only one of its lane.
#[derive(Debug)]
pub(crate) struct LaneOwner {
    lane: Arc<Lane>,
    next_bytes: usize,
    /// Filled since the worker was woken.
    filled: usize,
}

impl LaneOwner {
    /// The owner of a new lane.
    pub(crate) fn new(key: u64) -> Self {
        Self { lane: Arc::new(Lane::new(key)), next_bytes: FIRST_BYTES, filled: 0 }
    }

    pub(crate) fn lane(&self) -> &Arc<Lane> {
        &self.lane
    }

    /// Copies a span into the lane, or counts why not.
    pub(crate) fn record(&mut self, span: &SpanRecord<'_>, shared: &Arc<Shared>) {
        let measured = Measured::new(span);
        // Twice, since opening a chunk asks for memory: an allocator that traces may fill it first.
        for _ in 0..2 {
            // SAFETY: this is the owner.
            if unsafe { self.lane.write(&measured) } {
                return;
            }
            if let Err(refusal) = self.open(measured.bytes(), shared) {
                self.lane.counts.refused(refusal);
                return shared.wake();
            }
        }
        // SAFETY: as above.
        if !unsafe { self.lane.write(&measured) } {
            self.lane.counts.refused(Refusal::QueueFull);
        }
    }

    /// Goes on in another chunk, with room for so many bytes.
    fn open(&mut self, bytes_min: usize, shared: &Arc<Shared>) -> Result<(), Refusal> {
        let chunk = self.chunk(bytes_min, shared)?;
        let bytes = chunk.bytes();
        // SAFETY: this is the owner.
        match unsafe { self.lane.writer.open(chunk) } {
            Opened::First(reader) => {
                let reader = LaneReader { lane: Arc::clone(&self.lane), reader, taken: 0 };
                if let Err(refusal) = shared.add_reader(reader) {
                    // SAFETY: as above.
                    unsafe { self.lane.writer.close() };
                    return Err(refusal);
                }
            }
            Opened::Next => {}
            Opened::Abandoned => return Err(Refusal::Closed),
        }
        self.next_bytes = CHUNK_BYTES;
        shared.start_worker();
        self.filled += bytes;
        let budget = shared.budget();
        if self.filled >= WAKE_BYTES.min(budget.bytes_max() / WAKE_PART) || budget.is_half_used() {
            self.filled = 0;
            shared.wake();
        }
        Ok(())
    }

    fn chunk(&self, bytes_min: usize, shared: &Shared) -> Result<Chunk, Refusal> {
        let budget = shared.budget();
        let bytes_min = bytes_min.saturating_add(CHUNK_OVERHEAD_BYTES);
        if bytes_min > RECORD_BYTES_MAX + CHUNK_OVERHEAD_BYTES || bytes_min > budget.bytes_max() {
            return Err(Refusal::TooLarge);
        }
        let reserve = if self.lane.writer.has_chunk() { budget.bytes_max() / RESERVED_PART } else { 0 };
        let new = |bytes: usize| Chunk::new(bytes, budget.charge(bytes, reserve)?);
        let used = || if bytes_min <= CHUNK_BYTES { shared.pool().take() } else { None };
        let first = if self.next_bytes == CHUNK_BYTES { used() } else { None };
        // Where there is no room for a larger chunk there may be for a small one.
        first
            .or_else(|| new(self.next_bytes.max(bytes_min)))
            .or_else(|| new(FIRST_BYTES.max(bytes_min)))
            .or_else(used)
            .ok_or(Refusal::QueueFull)
    }
}

/// Leaves what was written to the worker.
impl Drop for LaneOwner {
    fn drop(&mut self) {
        // SAFETY: this is the owner.
        unsafe { self.lane.writer.close() };
    }
}

/// The worker's end of a lane.
#[derive(Debug)]
pub(crate) struct LaneReader {
    lane: Arc<Lane>,
    reader: Reader,
    /// Spans that were read.
    taken: u64,
}

impl LaneReader {
    /// How many spans can be read now. What is written from now on is for the next time.
    pub(crate) fn waiting(&self) -> u64 {
        self.lane.totals().handed_over() - self.taken
    }

    /// Moves spans into the buffer, until that is full or `waiting` ones were. Chunks that were read go to the pool.
    pub(crate) fn read(
        &mut self,
        waiting: &mut u64,
        buffer: &mut BatchBuffer,
        limits: &BatchLimits,
        pool: &Pool,
    ) {
        while *waiting > 0 && !limits.is_full(buffer) {
            let Some(bytes) = self.reader.unread(|chunk| pool.give(chunk)) else {
                // Counted, and not handed over yet.
                *waiting = 0;
                return;
            };
            // SAFETY: nothing but whole records is published in a lane.
            let mut records = unsafe { Records::new(bytes.at, bytes.end) };
            let spans_max = usize::try_from(*waiting).unwrap_or(usize::MAX);
            let spans = buffer.append(&mut records, spans_max, limits);
            let (rest, _) = records.bytes();
            // SAFETY: what is left of the bytes begins within them, or at their end.
            unsafe { self.reader.consume(rest) };
            self.taken += spans as u64;
            *waiting -= spans as u64;
        }
    }

    /// Whether nothing is in the lane and nothing will come: its thread has ended. Then its last chunk goes to the pool.
    pub(crate) fn is_done(&mut self, pool: &Pool) -> bool {
        self.reader.unread(|chunk| pool.give(chunk)).is_none() && self.reader.is_done()
    }
}
