//! Finds a thread's lane: in thread-local state, and elsewhere where that is gone or in use.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use opentracing_core::SpanRecord;

use crate::pipeline::counts::Refusal;
use crate::pipeline::lane::Lane;
use crate::pipeline::shared::{Shared, lock};

thread_local! {
    static LANES: RefCell<Vec<LocalLane>> = const { RefCell::new(Vec::new()) };

    /// Set while this thread does the pipeline's own work under a lock: an allocator that traces gets no further.
    /// It has no destructor, so it can be asked for as long as the thread runs.
    static IS_BUSY: Cell<bool> = const { Cell::new(false) };
}

/// A thread's lane into the pipeline of one tracer.
struct LocalLane {
    shared: Arc<Shared>,
    lane: Lane,
}

/// The thread ends, or the tracer was closed: the counts go to the tracer, the ring is left to the worker.
impl Drop for LocalLane {
    fn drop(&mut self) {
        self.shared.leave(self.lane.counts());
    }
}

/// Records a span in the lane of this thread.
#[inline]
pub(crate) fn record(span: &SpanRecord<'_>, shared: &Arc<Shared>) {
    let recorded = LANES.try_with(|lanes| {
        let Ok(mut lanes) = lanes.try_borrow_mut() else { return false };
        match lanes.first_mut() {
            // Nearly always, since most programs have one tracer.
            Some(first) if Arc::ptr_eq(&first.shared, shared) => first.lane.record(span, shared),
            _ => lane(&mut lanes, shared).record(span, shared),
        }
        true
    });
    if recorded != Ok(true) {
        record_elsewhere(span, shared);
    }
}

#[inline(never)]
fn lane<'a>(lanes: &'a mut Vec<LocalLane>, shared: &Arc<Shared>) -> &'a mut Lane {
    let index = lanes.iter().position(|local| Arc::ptr_eq(&local.shared, shared));
    let index = index.unwrap_or_else(|| join(lanes, shared));
    &mut lanes[index].lane
}

#[cold]
fn join(lanes: &mut Vec<LocalLane>, shared: &Arc<Shared>) -> usize {
    // A good moment to let go of the memory of tracers that have been closed.
    lanes.retain(|local| !local.shared.is_closed());
    lanes.push(LocalLane { shared: Arc::clone(shared), lane: shared.join() });
    lanes.len() - 1
}

/// This thread's own lane is gone, since the thread is ending, or in use, since the allocator called us: the span
/// takes the lane that all threads share for this.
#[cold]
fn record_elsewhere(span: &SpanRecord<'_>, shared: &Arc<Shared>) {
    if IS_BUSY.get() {
        return shared.refuse(Refusal::QueueFull);
    }
    busy(|| {
        let mut overflow = lock(shared.overflow());
        overflow.get_or_insert_with(|| shared.join()).record(span, shared);
    });
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
