//! The ring between one thread and the worker: bounded, one writer, one reader, no lock.

use std::sync::Arc;

use rtrb::{Consumer, Producer, RingBuffer};

use crate::batch::BatchBuffer;
use crate::pipeline::budget::Charge;
use crate::pipeline::cell::{self, CELL_BYTES, Cell, Cells, Measured, Slots};

/// What a ring takes beside its cells: two cache-padded positions, the ends, and what the allocator adds.
const OVERHEAD_BYTES: usize = 1024;

/// The end of a ring that its thread writes to.
#[derive(Debug)]
pub(crate) struct RingWriter {
    producer: Producer<Cell>,
    _charge: Arc<Charge>,
}

/// The end of a ring that the worker reads.
#[derive(Debug)]
pub(crate) struct RingReader {
    consumer: Consumer<Cell>,
    // Shared with the writer: the memory is freed with the second of them.
    _charge: Arc<Charge>,
}

/// Opens a ring of this many cells, for which [`ring_bytes`] were charged.
pub(crate) fn open(cells: usize, charge: Charge) -> (RingWriter, RingReader) {
    let charge = Arc::new(charge);
    let (producer, consumer) = RingBuffer::new(cells);
    let reader = RingReader { consumer, _charge: Arc::clone(&charge) };
    (RingWriter { producer, _charge: charge }, reader)
}

/// What a ring of this many cells takes.
pub(crate) const fn ring_bytes(cells: usize) -> usize {
    cells.saturating_mul(CELL_BYTES).saturating_add(OVERHEAD_BYTES)
}

impl RingWriter {
    /// Writes a span that is one cell. Answers whether there was room.
    #[inline]
    pub(crate) fn write_plain(&mut self, cell: Cell) -> bool {
        self.producer.push(cell).is_ok()
    }

    /// Writes a span of `cells` cells, whole or not at all. Answers whether there was room.
    pub(crate) fn write(&mut self, span: &Measured<'_>, cells: usize) -> bool {
        // Filled first with something, which is cheap, so that this needs no unsafe code.
        let Ok(mut chunk) = self.producer.write_chunk(cells) else { return false };
        let mut slots = Slots::new(chunk.as_mut_slices());
        span.write(&mut slots);
        debug_assert_eq!(slots.len(), 0, "a span is written as it was measured");
        chunk.commit_all();
        true
    }
}

impl RingReader {
    /// How many cells can be read: those of whole spans.
    pub(crate) fn cells(&self) -> usize {
        self.consumer.slots()
    }

    /// Moves spans of the first `cells` cells into the buffer, until that holds `spans_max` spans or `bytes_max`
    /// bytes. Answers how many cells were read.
    pub(crate) fn read(
        &mut self,
        cells: usize,
        buffer: &mut BatchBuffer,
        spans_max: usize,
        bytes_max: usize,
    ) -> usize {
        let Ok(chunk) = self.consumer.read_chunk(cells) else { return 0 };
        let mut rest = Cells::new(chunk.as_slices());
        while buffer.len() < spans_max && buffer.bytes() < bytes_max && cell::read(&mut rest, buffer) {}
        let read = cells - rest.len();
        chunk.commit(read);
        read
    }

    /// Whether nothing is in the ring and nothing will come: its thread has ended, or gone on to another ring.
    pub(crate) fn is_done(&self) -> bool {
        // In this order: what the writer wrote before it went is seen by the second look.
        self.consumer.is_abandoned() && self.consumer.slots() == 0
    }
}
