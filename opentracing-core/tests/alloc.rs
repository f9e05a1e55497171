//! What costs no memory: a call site where nobody traces, an unsampled span, and a sampled one once its
//! thread is warm.
//!
//! A binary of its own, because the allocator that counts is that of the whole binary.
#![expect(unsafe_code, reason = "an allocator is unsafe to implement")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use opentracing_core::{
    Decision, FinishOnClose, Recorder, SpanContext, SpanRecord, StartInfo, Traced, Tracer, fields, tags,
    tracer,
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

/// Looks at every span and keeps none.
#[derive(Debug, Clone)]
struct Looks {
    sampled: bool,
    /// The most tags that a span had.
    tags_seen_max: Arc<AtomicUsize>,
}

impl Looks {
    fn new(sampled: bool) -> Self {
        Self { sampled, tags_seen_max: Arc::default() }
    }
}

impl Recorder for Looks {
    fn sample(&self, _: &StartInfo<'_>) -> Decision {
        Decision::sampled(self.sampled)
    }

    fn record(&self, span: &SpanRecord<'_>) {
        self.tags_seen_max.fetch_max(span.tags().count(), Ordering::Relaxed);
    }
}

/// The tags that `set_tags` sets.
const TAGS: usize = 8;

macro_rules! set_tags {
    ($span:expr) => {
        $span
            .set_tag("int", 1)
            .set_tag("unsigned", 2_u64)
            .set_tag("float", 0.5)
            .set_tag("bool", true)
            .set_tag("text", "literal")
            .set_tag(tags::HTTP_STATUS_CODE, 200)
            .set_tag(tags::SPAN_KIND, tags::SpanKind::Server)
            .set_tag(tags::COMPONENT, "test")
    };
}

#[test]
fn counting_works() {
    assert_eq!(allocations(|| drop(Box::new(1))), 1);
    assert_eq!(allocations(|| ()), 0);
}

#[test]
fn a_call_site_where_nobody_traces_allocates_nothing() {
    for tracer in [Tracer::noop(), tracer()] {
        assert_eq!(allocations(|| tracer.in_span("op", |scope| _ = set_tags!(scope))), 0);
        assert_eq!(allocations(|| _ = tracer.try_in_span("op", |_| Err::<(), _>(std::fmt::Error))), 0);
        let build = || {
            let span =
                tracer.span("op").tag("n", 1).tag("text", "literal").child_of(SpanContext::default()).start();
            set_tags!(span).log(fields![event = "x", n = 1]).log_error(&std::fmt::Error);
            span.set_operation_name("other").child("child").start().finish();
            span.finish();
        };
        assert_eq!(allocations(build), 0);
        let activate = || {
            let outer = tracer.span("outer").start_active();
            let _inner = tracer.start_active_span("inner", FinishOnClose::No);
            outer.log_event("x").set_baggage_item("", "");
            assert!(tracer.active_span().is_none());
        };
        assert_eq!(allocations(activate), 0);
        assert_eq!(allocations(|| drop(tracer.scope_manager().without_active())), 0);
    }
}

#[test]
fn an_unsampled_child_allocates_nothing() {
    let tracer = Tracer::new(Looks::new(false));
    let root = tracer.span("root").start_active();
    assert!(!root.is_recording());
    let active = || {
        let child = tracer.span("child").start_active();
        set_tags!(child).log(fields![event = "x", n = 1]);
        child.log(fields::lazy(|| [("costly", "x".repeat(100))]));
    };
    assert_eq!(allocations(active), 0);
    assert_eq!(allocations(|| _ = set_tags!(tracer.start_span("child"))), 0);
    let handle = root.span();
    assert_eq!(allocations(|| handle.child("child").start().finish()), 0);
}

#[test]
fn a_sampled_child_with_literal_and_numeric_tags_allocates_nothing() {
    let looks = Looks::new(true);
    let tracer = Tracer::new(looks.clone());
    let root = tracer.span("root").start_active();
    assert!(root.is_recording());
    assert_eq!(allocations(|| tracer.span("plain").start_active().close()), 0);
    assert_eq!(allocations(|| tracer.in_span("tagged", |scope| _ = set_tags!(scope))), 0);
    let logged = || tracer.in_span("logged", |scope| _ = scope.log(fields![event = "x", n = 1]));
    assert_eq!(allocations(logged), 0);
    assert_eq!(allocations(|| _ = set_tags!(tracer.start_span("tagged"))), 0);
    let built = || {
        let builder = tracer.span("tagged").tag("a", 1).tag("b", true).tag("c", 0.5).tag("d", "literal");
        let scope = builder.tag("e", 2).tag("f", 3).start_active();
        scope.set_tag("g", 4).set_tag("h", 5);
    };
    assert_eq!(allocations(built), 0);
    let nested = || {
        let outer = tracer.span("plain").start_active();
        let inner = tracer.span("tagged").start_active();
        set_tags!(inner);
        drop(outer);
    };
    assert_eq!(allocations(nested), 0);
    assert_eq!(looks.tags_seen_max.load(Ordering::Relaxed), TAGS);
}

#[test]
fn another_poll_of_a_future_with_a_span_allocates_nothing() {
    let tracer = Tracer::new(Looks::new(true));
    let span = Arc::new(tracer.start_span("future"));
    let mut future = pin!(poll_fn(|_| Poll::<()>::Pending).in_span(Arc::clone(&span)));
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(allocations(|| assert!(future.as_mut().poll(&mut context).is_pending())), 0);
    let child = poll_fn(|_| {
        tracer.in_span("tagged", |scope| _ = set_tags!(scope));
        Poll::<()>::Pending
    });
    let mut future = pin!(child.in_span(span));
    assert_eq!(allocations(|| assert!(future.as_mut().poll(&mut context).is_pending())), 0);
}
