//! Finds a thread's lane: in thread-local state, and elsewhere where that is gone or in use.

#![expect(
    unsafe_code,
    reason = "a thread finds its lane by a pointer, so that nothing is counted or borrowed"
)]

use std::cell::{Cell, RefCell};
use std::ptr;
use std::sync::Arc;

use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanRecord};

use crate::pipeline::Pipeline;
use crate::pipeline::lane::{Lane, LaneOwner};
use crate::pipeline::record::Measured;
use crate::pipeline::shared::{Shared, lock};

/// Tracers that a thread alternates between without looking for their lanes; a power of two.
const SLOTS: usize = 16;

/// The slot of a pipeline: those with numbers that follow each other have different ones.
pub(crate) fn slot(number: u64) -> usize {
    usize::try_from(number % SLOTS as u64).unwrap_or_default()
}

static NO_LANE: Lane = Lane::of_nobody();

thread_local! {
    /// The lanes of this thread that were used last, each in the slot of its tracer. It has no destructor, so it can be
    /// asked for as long as the thread runs.
    // Invariant: a slot has `NO_LANE`, or a lane that `LANES` of this thread owns.
    static TABLE: [Cell<*const Lane>; SLOTS] = const { [const { Cell::new(&raw const NO_LANE) }; SLOTS] };

    static LANES: RefCell<Vec<LocalLane>> = const { RefCell::new(Vec::new()) };

    /// Set while this thread does the pipeline's own work: an allocator that traces gets no further.
    static IS_BUSY: Cell<bool> = const { Cell::new(false) };
}

/// A thread's lane into the pipeline of one tracer.
struct LocalLane {
    shared: Arc<Shared>,
    owner: LaneOwner,
    slot: usize,
}

/// The thread ends, or the tracer was closed: the counts go to the tracer, the spans are left to the worker.
impl Drop for LocalLane {
    fn drop(&mut self) {
        TABLE.with(|table| {
            let slot = &table[self.slot];
            if ptr::eq(slot.get(), Arc::as_ptr(self.owner.lane())) {
                slot.set(&raw const NO_LANE);
            }
        });
        if !self.shared.is_forked() {
            self.shared.leave(self.owner.lane());
        }
    }
}

/// The lane of this thread that was used last in a tracer's slot.
#[inline]
fn lane_in(slot: usize) -> *const Lane {
    TABLE.with(|table| table[slot % SLOTS].get())
}

/// Records a span that is a head and a literal name.
#[inline]
pub(crate) fn record_plain(head: &SpanHead, name: &'static str, pipeline: &Pipeline) {
    // SAFETY: by the invariant of the table there is a lane, which nothing here frees.
    let lane = unsafe { &*lane_in(pipeline.slot()) };
    // SAFETY: by the invariant this thread owns the lane, unless it is the one of nobody, which has another key.
    if !(lane.is_of(pipeline.key()) && unsafe { lane.write_plain(head, name) }) {
        record_plain_slowly(head, name, pipeline);
    }
}

/// Records any span.
#[inline]
pub(crate) fn record(span: &SpanRecord<'_>, pipeline: &Pipeline) {
    match Measured::usual(span) {
        Some(measured) => record_measured(&measured, span, pipeline),
        None => record_unusual(span, pipeline),
    }
}

#[inline(never)]
fn record_unusual(span: &SpanRecord<'_>, pipeline: &Pipeline) {
    record_measured(&Measured::new(span), span, pipeline);
}

#[inline]
fn record_measured(measured: &Measured<'_>, span: &SpanRecord<'_>, pipeline: &Pipeline) {
    // SAFETY: as in `record_plain`.
    let lane = unsafe { &*lane_in(pipeline.slot()) };
    // SAFETY: as in `record_plain`.
    if !(lane.is_of(pipeline.key()) && unsafe { lane.write(measured) }) {
        record_slowly(span, pipeline);
    }
}

#[cold]
#[inline(never)]
fn record_plain_slowly(head: &SpanHead, name: &'static str, pipeline: &Pipeline) {
    let (name, nothing) = (OperationName::Static(name), Attributes::default());
    record_slowly(&SpanRecord::from_parts(head, name, nothing, References::Parent), pipeline);
}

/// This thread uses a tracer for the first time, or another one in between; its chunk is full; or the tracer is closed.
#[cold]
#[inline(never)]
fn record_slowly(span: &SpanRecord<'_>, pipeline: &Pipeline) {
    if IS_BUSY.get() {
        return pipeline.refuse_nested();
    }
    let shared = busy(|| pipeline.shared());
    if shared.is_closed() {
        shared.refuse_closed();
        return forget(shared);
    }
    busy(|| {
        let recorded = LANES.try_with(|lanes| {
            let Ok(mut lanes) = lanes.try_borrow_mut() else { return false };
            lane(&mut lanes, shared, pipeline.slot()).record(span, shared);
            true
        });
        if recorded != Ok(true) {
            record_elsewhere(span, shared);
        }
    });
}

/// This thread's lane into a pipeline, put into its slot.
fn lane<'a>(lanes: &'a mut Vec<LocalLane>, shared: &Arc<Shared>, slot: usize) -> &'a mut LaneOwner {
    let index = lanes.iter().position(|local| Arc::ptr_eq(&local.shared, shared));
    let index = index.unwrap_or_else(|| join(lanes, shared, slot));
    let owner = &mut lanes[index].owner;
    TABLE.with(|table| table[slot].set(Arc::as_ptr(owner.lane())));
    owner
}

fn join(lanes: &mut Vec<LocalLane>, shared: &Arc<Shared>, slot: usize) -> usize {
    // A good moment to let go of the memory of tracers that have been closed, and of a parent's.
    lanes.retain(|local| !(local.shared.is_closed() || local.shared.is_forked()));
    lanes.push(LocalLane { shared: Arc::clone(shared), owner: shared.join(), slot });
    lanes.len() - 1
}

/// This thread's own lane is gone, since the thread is ending: the span takes the lane that all threads share for this.
fn record_elsewhere(span: &SpanRecord<'_>, shared: &Arc<Shared>) {
    let mut overflow = lock(shared.overflow());
    overflow.get_or_insert_with(|| shared.join()).record(span, shared);
}

/// Does the pipeline's own work, which takes locks: spans that are recorded meanwhile on this thread are counted
/// as lost, where they would wait for ever.
pub(crate) fn busy<R>(work: impl FnOnce() -> R) -> R {
    let before = IS_BUSY.replace(true);
    let result = work();
    IS_BUSY.set(before);
    result
}

/// Lets go of this thread's lane into a pipeline that was closed.
pub(crate) fn forget(shared: &Arc<Shared>) {
    // Its destructor only counts; where the state is in use, whoever uses it comes here with the next span.
    let _ = LANES.try_with(|lanes| {
        if let Ok(mut lanes) = lanes.try_borrow_mut() {
            lanes.retain(|local| !Arc::ptr_eq(&local.shared, shared));
        }
    });
}
