//! What costs no memory: a traced call where nobody traces, one that is not sampled, and one that is, with numbers
//! and literals for tags, once its thread is warm.
//!
//! A binary of its own, because the allocator that counts is that of the whole binary.
#![expect(unsafe_code, reason = "an allocator is unsafe to implement")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use opentracing::{
    Decision, Recorder, SpanRecord, StartInfo, Tracer, active_span, log, set_tags, span, traced,
};

/// The system's allocator, which counts for each thread how often it is asked.
struct Counting;

thread_local! {
    // Needs neither memory nor a destructor itself.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    let _ = ALLOCATIONS.try_with(|allocations| allocations.set(allocations.get() + 1));
}

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, new_size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often this thread asks for memory during the last of several calls.
fn allocations(mut work: impl FnMut()) -> u64 {
    const WARM_UP: usize = 4;
    (0..WARM_UP).for_each(|_| work());
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

/// Keeps nothing.
#[derive(Debug)]
struct Forgets {
    sampled: bool,
}

impl Recorder for Forgets {
    fn sample(&self, _: &StartInfo<'_>) -> Decision {
        Decision::sampled(self.sampled)
    }

    fn record(&self, _: &SpanRecord<'_>) {}
}

#[traced(args, tags(b = n + 1, c = "literal", d = 1.5, e = true, f = n as u64, g = Some(n), "h.i" = 8), err, ret)]
fn work(n: u32) -> Result<u32, std::fmt::Error> {
    set_tags!(late = n);
    log!(event = "worked", n);
    active_span!("inside", n => { if n == 0 { Err(std::fmt::Error) } else { Ok(n) } })
}

#[traced(args, err, ret)]
async fn work_later(n: u32) -> Result<u32, std::fmt::Error> {
    work(n)
}

fn ready(future: impl Future) {
    assert!(pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready());
}

#[test]
fn a_call_that_nobody_traces_allocates_nothing() {
    assert_eq!(allocations(|| _ = work(1)), 0);
    assert_eq!(allocations(|| _ = work(0)), 0);
    assert_eq!(allocations(|| ready(work_later(1))), 0);
    assert_eq!(allocations(|| span!("span", n = 1).finish()), 0);
    assert_eq!(allocations(|| ready(active_span!("span", n = 1 => async {}))), 0);
}

#[test]
fn a_call_that_is_not_sampled_allocates_nothing() {
    let tracer = Tracer::new(Forgets { sampled: false });
    let _current = tracer.make_current();
    let _root = active_span!("root");
    assert_eq!(allocations(|| _ = work(1)), 0);
    assert_eq!(allocations(|| ready(work_later(1))), 1, "a future keeps its span where it can be moved");
}

#[test]
fn a_sampled_call_with_numbers_and_literals_allocates_nothing() {
    let tracer = Tracer::new(Forgets { sampled: true });
    let _current = tracer.make_current();
    let _root = active_span!("root");
    assert_eq!(allocations(|| _ = work(1)), 0);
    assert_eq!(allocations(|| _ = work(0)), 0, "an error is written into memory that is there already");
    assert_eq!(allocations(|| ready(work_later(1))), 1, "a future keeps its span where it can be moved");
}
