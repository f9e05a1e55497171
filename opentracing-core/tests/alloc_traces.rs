//! An allocator that traces: it may be called while this library has its own state in use, and must neither find it
//! broken nor break it.
//!
//! A binary of its own, because the allocator is that of the whole binary.
#![expect(unsafe_code, reason = "an allocator is unsafe to implement")]
#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![expect(clippy::mem_forget, reason = "a leaked guard is one of the cases")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::Future;
use std::mem;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use opentracing_core::{
    Decision, FinishOnClose, Recorder, Report, SpanRecord, StartInfo, Traced, Tracer, display, fields,
};

/// The system's allocator, which traces some of the calls of threads that ask for it.
struct Tracing;

thread_local! {
    // Need neither memory nor a destructor themselves.
    /// Every how many calls are traced; 0 is none.
    static EVERY: Cell<u64> = const { Cell::new(0) };
    static CALLS: Cell<u64> = const { Cell::new(0) };
    static IS_BUSY: Cell<bool> = const { Cell::new(false) };
}

/// The tracer of the allocator's spans.
static TRACER: OnceLock<Tracer> = OnceLock::new();

fn trace() {
    let (every, calls) = (EVERY.get(), CALLS.get() + 1);
    CALLS.set(calls);
    let Some(tracer) = TRACER.get().filter(|_| every > 0 && calls % every == 0) else { return };
    if IS_BUSY.replace(true) {
        return;
    }
    let outer = tracer.span("allocate").start_active();
    let inner = tracer.span("inner").tag("n", calls).start_active();
    outer.set_tag("text", "literal").log_event("x");
    drop(outer);
    drop(inner);
    tracer.start_span("bare").finish();
    IS_BUSY.set(false);
}

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Tracing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        trace();
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        trace();
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, new_size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        trace();
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Tracing = Tracing;

/// Counts, and needs no memory for it.
#[derive(Debug, Clone, Default)]
struct Counting(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    recorded: AtomicU64,
    tags: AtomicU64,
    logs: AtomicU64,
}

impl Recorder for Counting {
    fn sample(&self, _: &StartInfo<'_>) -> Decision {
        Decision::record()
    }

    fn record(&self, span: &SpanRecord<'_>) {
        self.0.recorded.fetch_add(1, Ordering::Relaxed);
        self.0.tags.fetch_add(span.tags().count() as u64, Ordering::Relaxed);
        self.0.logs.fetch_add(span.logs().count() as u64, Ordering::Relaxed);
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        report.exported = self.0.recorded.load(Ordering::Relaxed);
        report
    }
}

/// What `work` records.
const SPANS: u64 = 8;
const TAGS: u64 = 7;
const LOGS: u64 = 3;

/// Takes every way on which the library asks for memory, or gives some back.
fn work(tracer: &Tracer) {
    let text = "x".repeat(100);
    let outer = tracer.span(format!("outer {text}")).tag("text", text.as_str()).start_active();
    let inner = tracer.span("inner").start_active();
    inner.set_tag("text", display(&text)).log(fields![text = text.as_str(), n = 1]);
    drop(outer);
    let handle = inner.span();
    handle.set_baggage_item("key", text.as_str()).set_tag("late", text.as_str());
    drop((inner, handle));
    tracer.in_span("call", |scope| {
        mem::forget(tracer.span("leaked").start_active());
        scope.set_tags((0..2).map(|index| (format!("{text}{index}"), index)));
    });
    let kept = tracer.start_active_span("kept", FinishOnClose::No);
    drop(kept.span().child("child").start());
    drop(kept);
    let task = async { _ = tracer.span("task").start_active().log_event("x") };
    assert!(pin!(task.in_current_span()).poll(&mut Context::from_waker(Waker::noop())).is_ready());
    let shared = Arc::new(tracer.start_span("shared"));
    shared.activate().set_tag("n", 1).set_tag("text", text.as_str()).log([("field", text.clone())]);
    tracer.scope_manager().clear_current_thread();
}

fn report(tracer: &Tracer) -> (u64, u64) {
    let report = tracer.report();
    assert_eq!(report.started, report.exported + report.open + report.unsampled, "{report:?}");
    assert_eq!(report.open, 0, "{report:?}");
    (report.started, report.scopes_refused)
}

/// Does the work on threads whose memory is traced, to their very ends.
fn run(tracer: &Tracer, every: u64) {
    let threads = [(); THREADS].map(|()| {
        let (tracer, (sender, ended)) = (tracer.clone(), mpsc::channel());
        let thread = thread::spawn(move || {
            EVERY.set(every);
            (0..ROUNDS).for_each(|_| work(&tracer));
            EVERY.set(0);
            sender.send(()).unwrap();
            EVERY.set(every);
        });
        (thread, ended)
    });
    for (thread, ended) in threads {
        // Not for ever: a lock of ours that is held while memory is asked for would never be free again.
        ended.recv_timeout(Duration::from_secs(60)).expect("the work comes to its end");
        thread.join().unwrap();
    }
}

const THREADS: usize = 4;
const ROUNDS: usize = 50;

#[test]
fn an_allocator_may_trace_whatever_asks_it_for_memory() {
    let allocators = Tracer::new(Counting::default());
    assert!(TRACER.set(allocators.clone()).is_ok(), "no other test of this binary traces");
    for every in [1, 2, 3, 5, 7] {
        let counting = Counting::default();
        let tracer = Tracer::new(counting.clone());
        run(&tracer, every);
        let times = (THREADS * ROUNDS) as u64;
        assert_eq!(report(&tracer), (times * SPANS, 0));
        assert_eq!(counting.0.tags.load(Ordering::Relaxed), times * TAGS);
        assert_eq!(counting.0.logs.load(Ordering::Relaxed), times * LOGS);
    }
    let (started, refused) = report(&allocators);
    // Refused where the thread's state was in use, or not there any more.
    assert!(started > 0 && refused < started);

    // With the very tracer, too, and then with the very spans.
    run(&allocators, 1);
    assert!(report(&allocators).0 > started);
}
