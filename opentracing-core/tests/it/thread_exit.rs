//! What a thread leaves behind: scopes that are open when it ends, and thread-locals that hold spans or start them
//! while they are destroyed, before this library's own thread-local or after it.

use std::cell::RefCell;
use std::future::{Future, pending};
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};
use std::thread;

use opentracing_core::{
    CurrentTracer, FinishOnClose, MockTracer, Scope, Span, SpanBuilder, Traced, Tracer, WithoutActive, fields,
};

use crate::support::Kept;

/// What a thread-local may hold, and may do when it is destroyed.
enum Held {
    Scope {
        _scope: Scope,
    },
    Span {
        _span: Span,
    },
    Shared {
        _span: Arc<Span>,
    },
    Hidden {
        _hidden: WithoutActive,
    },
    Current {
        _current: CurrentTracer,
    },
    Builder {
        _builder: SpanBuilder,
    },
    Future {
        _future: Pin<Box<dyn Future<Output = ()>>>,
    },
    Starts(Tracer),
    Closes(Vec<Scope>),
    /// Fills another thread-local, whose destructor then runs, too.
    Plants(Tracer),
}

impl Drop for Held {
    fn drop(&mut self) {
        match self {
            Held::Starts(tracer) => {
                let outer = tracer.span("late").tag("n", 1).start_active();
                outer.set_tag("text", format!("{}", 1)).log(fields![event = "x"]).set_baggage_item("k", "v");
                let inner = tracer.start_active_span("late", FinishOnClose::No);
                let handle = inner.span();
                drop((outer, inner));
                tracer.in_span("late", |scope| _ = scope.span().child("late").start());
                drop(tracer.make_current());
                drop(tracer.scope_manager().without_active());
                tracer.scope_manager().clear_current_thread();
                handle.finish();
            }
            Held::Closes(scopes) => scopes.drain(..).for_each(|scope| _ = scope.set_tag("closed", true)),
            Held::Plants(tracer) => LAST.set(Some(Held::Starts(tracer.clone()))),
            _ => {}
        }
    }
}

thread_local! {
    static HELD: RefCell<Vec<Held>> = const { RefCell::new(Vec::new()) };
    static LAST: RefCell<Option<Held>> = const { RefCell::new(None) };
}

/// How many spans a destructor starts.
const LATE: u64 = 4;

/// Makes what a thread-local is to hold; and how many spans that starts, now or later.
type Make = fn(&Tracer) -> (Held, u64);

const HELD_THINGS: [Make; 11] = [
    |tracer| (Held::Scope { _scope: tracer.span("scope").tag("n", 1).start_active() }, 1),
    |tracer| {
        let scope = tracer.start_active_span("shared scope", FinishOnClose::No);
        drop(scope.span());
        (Held::Scope { _scope: scope }, 1)
    },
    |tracer| (Held::Span { _span: tracer.start_span("span") }, 1),
    |tracer| (Held::Shared { _span: Arc::new(tracer.start_span("shared")) }, 1),
    |tracer| (Held::Hidden { _hidden: tracer.scope_manager().without_active() }, 0),
    |tracer| (Held::Current { _current: tracer.make_current() }, 0),
    |tracer| (Held::Builder { _builder: tracer.span("builder").tag("text", "kept".to_owned()) }, 0),
    |tracer| {
        let mut future = Box::pin(pending().in_span(tracer.start_span("future")));
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        (Held::Future { _future: future }, 1)
    },
    |tracer| (Held::Starts(tracer.clone()), LATE),
    |tracer| {
        // The outermost first: each waits for the last.
        (Held::Closes((0..3).map(|_| tracer.span("closes").start_active()).collect()), 3)
    },
    |tracer| (Held::Plants(tracer.clone()), LATE),
];

/// Which thread-local is there first, and is so destroyed last.
#[derive(Clone, Copy)]
enum First {
    Ours,
    TheUsers,
}

/// Runs a thread that ends with this in its thread-locals, and with scopes open; says how many spans it started.
fn end_thread(tracer: &Tracer, first: First, make: &[Make]) -> u64 {
    let (tracer, make) = (tracer.clone(), make.to_vec());
    let thread = thread::spawn(move || {
        let mut started = 0;
        match first {
            First::TheUsers => HELD.with(|_| ()),
            First::Ours => {
                tracer.start_span("first").finish();
                started += 1;
            }
        }
        mem::forget(tracer.span("open").tag("text", "kept".to_owned()).start_active());
        for make in make {
            let (held, spans) = make(&tracer);
            HELD.with_borrow_mut(|list| list.push(held));
            started += spans;
        }
        let shared = tracer.span("open, too").start_active();
        drop(shared.span());
        mem::forget(shared);
        started + 2
    });
    thread.join().expect("no destructor panics")
}

#[track_caller]
fn assert_all_finished(tracer: &Tracer, started: u64) {
    let report = tracer.report();
    assert_eq!((report.started, report.open, report.exported), (started, 0, started), "{report:?}");
}

#[test]
fn nothing_that_a_thread_local_holds_is_lost_when_its_thread_ends() {
    for make in HELD_THINGS {
        for first in [First::Ours, First::TheUsers] {
            let (kept, mock) = (Kept::new(), MockTracer::new());
            let tracer = kept.tracer();
            let started = end_thread(&tracer, first, &[make]);
            assert_all_finished(&tracer, started);
            assert!(kept.spans().iter().all(|span| span.finish_time.is_some()));

            if cfg!(miri) {
                // Takes half a minute more, interpreted, and nothing unsafe.
                continue;
            }
            let started = end_thread(&mock.tracer(), first, &[make]);
            assert_all_finished(&mock.tracer(), started);
            assert!(mock.unfinished_spans().is_empty() && mock.errors().is_empty());
        }
    }
}

#[test]
fn nothing_is_lost_when_thread_locals_hold_everything_at_once() {
    let mut reversed = HELD_THINGS;
    reversed.reverse();
    for make in [HELD_THINGS, reversed] {
        for first in [First::Ours, First::TheUsers] {
            for tracer in [Kept::new().tracer(), MockTracer::new().tracer()] {
                let started = end_thread(&tracer, first, &make);
                assert_all_finished(&tracer, started);
            }
        }
    }
}

#[test]
fn a_thread_that_panics_closes_its_scopes_and_loses_nothing() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let report = tracer.clone();
    let thread = thread::spawn(move || {
        HELD.with_borrow_mut(|list| list.push(Held::Starts(tracer.clone())));
        mem::forget(tracer.span("open").start_active());
        let _unwound = tracer.span("unwound").start_active();
        // Without the hook, which would print.
        std::panic::resume_unwind(Box::new("on purpose"));
    });
    assert!(thread.join().is_err());
    assert_all_finished(&report, 2 + LATE);
    let failed = kept.spans().into_iter().filter(|span| span.tag("error").is_some());
    assert_eq!(failed.map(|span| span.operation_name).collect::<Vec<_>>(), ["unwound"]);
}

#[test]
fn spans_of_a_thread_that_has_ended_go_on() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let span = thread::spawn({
        let tracer = tracer.clone();
        move || {
            let builder = tracer.span("handed over").tag("text", "kept".to_owned());
            let scope = builder.start_active_with(FinishOnClose::No);
            let span = scope.span();
            mem::forget(tracer.start_active_span("left open", FinishOnClose::No));
            mem::forget(scope);
            span
        }
    });
    let span = span.join().unwrap();
    assert_eq!(kept.names(), ["left open"], "the other has a handle");
    let child = span.child("child").start();
    assert_eq!(child.context().trace_id(), span.context().trace_id());
    span.set_tag("late", true);
    drop((child, span));
    assert_eq!(kept.names(), ["left open", "child", "handed over"]);
    assert_eq!(kept.spans()[2].to_string(), r#"handed over text="kept" late=true"#);
    assert_all_finished(&tracer, 3);
}

#[test]
fn threads_that_end_while_others_report_are_counted_once() {
    const THREADS: u64 = if cfg!(miri) { 4 } else { 64 };
    const EACH: u64 = 10;
    let kept = Kept::new();
    let tracer = kept.tracer();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reports = scope.spawn(|| {
            let mut last = 0;
            while !is_over.load(Ordering::Relaxed) {
                let report = tracer.report();
                assert!(
                    report.started >= last && report.started <= THREADS * EACH,
                    "{report:?}, after {last}"
                );
                last = report.started;
            }
        });
        for _ in 0..THREADS / 4 {
            let work = || {
                mem::forget(tracer.span("open").start_active());
                (1..EACH).for_each(|_| tracer.in_span("op", |_| ()));
            };
            let threads = [(); 4].map(|()| scope.spawn(work));
            // To their very ends: a scope does not wait for destructors of thread-locals.
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        }
        is_over.store(true, Ordering::Relaxed);
        reports.join().unwrap();
    });
    assert_all_finished(&tracer, THREADS * EACH);
}
