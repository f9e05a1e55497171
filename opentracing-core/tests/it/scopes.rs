//! Which span is active, and what closing does, where the conformance suite does not ask.

use std::cell::RefCell;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use opentracing_core::{FinishOnClose, MockTracer, Scope, Span, Tracer, tags};

use crate::support::Kept;

/// The names of what has finished.
fn names(mock: &MockTracer) -> Vec<String> {
    mock.finished_spans().into_iter().map(|span| span.operation_name).collect()
}

fn is_active(tracer: &Tracer, span: &Arc<Span>) -> bool {
    tracer.active_span().is_some_and(|active| Arc::ptr_eq(&active, span))
}

#[test]
fn the_active_span_of_one_tracer_is_invisible_to_another() {
    let (a, b) = (MockTracer::new(), MockTracer::new());
    let scope = a.tracer().span("a").start_active();
    assert!(b.tracer().active_span().is_none());
    let other = b.tracer().span("b").start_active();
    assert_eq!(other.context().parent_id(), None);
    assert!(is_active(&a.tracer(), &scope.span()) && is_active(&b.tracer(), &other.span()));
}

#[test]
fn scopes_of_two_tracers_do_not_wait_for_each_other() {
    let (a, b) = (MockTracer::new(), MockTracer::new());
    let first = a.tracer().span("first").start_active();
    let second = b.tracer().span("second").start_active();
    let third = a.tracer().span("third").start_active();
    drop(second);
    assert_eq!(names(&b), ["second"]);
    drop(first);
    assert_eq!(names(&a), [""; 0], "third is open");
    drop(third);
    assert_eq!(names(&a), ["third", "first"]);
}

#[test]
fn a_deferred_finish_has_the_time_at_which_it_is_performed() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let outer = tracer.span("outer").start_active();
    let inner = tracer.span("inner").start_active();
    outer.close();
    let meanwhile = tracer.span("meanwhile").start_active();
    meanwhile.close();
    inner.close();
    let finished =
        |name: &str| kept.spans().into_iter().find(|span| span.operation_name == name).unwrap().finish_time;
    assert_eq!(kept.names(), ["meanwhile", "inner", "outer"]);
    assert!(finished("meanwhile") <= finished("inner") && finished("inner") <= finished("outer"));
}

#[test]
fn closing_without_finishing_finishes_what_nobody_holds() {
    for kept in [Kept::new(), Kept::new()] {
        let tracer = kept.tracer();
        tracer.start_active_span("alone", FinishOnClose::No).close();
        assert_eq!(kept.names(), ["alone"]);

        let scope = tracer.start_active_span("held", FinishOnClose::No);
        let handle = scope.span();
        scope.close();
        assert_eq!(kept.names(), ["alone"]);
        handle.set_tag("later", true);
        drop(handle);
        assert_eq!(kept.spans()[1].tag("later").unwrap(), true);
    }
}

#[test]
fn a_span_keeps_what_it_has_when_a_handle_is_asked_for() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let scope = tracer.span("op").tag("builder", 1).start_active();
    scope.set_tag("scope", 2).log_event("before").set_baggage_item("k", "v");
    let handle = scope.span();
    handle.set_tag("handle", 3).set_operation_name("renamed");
    scope.set_tag("scope", 4).log_event("after");
    let active = tracer.active_span().unwrap();
    assert!(Arc::ptr_eq(&handle, &active));
    assert_eq!(active.baggage_item("k").as_deref(), Some("v"));
    drop((handle, active));
    scope.close();
    let span = kept.spans().remove(0);
    assert_eq!(span.to_string(), "renamed builder=1 scope=4 handle=3");
    assert_eq!(span.logs.len(), 2);
}

#[test]
fn a_scope_may_be_moved_and_returned() {
    fn begin(tracer: &Tracer) -> Box<Scope> {
        Box::new(tracer.span("inner").start_active())
    }
    let kept = Kept::new();
    let tracer = kept.tracer();
    let outer = tracer.span("outer").start_active();
    let inner = begin(&tracer);
    assert_eq!(inner.context().parent_id(), outer.context().span_id());
    drop(inner);
    assert_eq!(kept.names(), ["inner"]);
}

#[test]
fn what_is_leaked_inside_in_span_is_active_no_more_afterwards() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let request = tracer.span("request").start_active();
    tracer.in_span("work", |_| {
        let waits = tracer.span("waits").start_active();
        let leaked = tracer.span("leaked").start_active();
        mem::forget(leaked);
        drop(waits);
        assert_eq!(kept.names(), [""; 0], "a later scope is open, as far as anybody knows");
    });
    assert_eq!(kept.names(), ["waits", "work"]);
    assert_eq!(tracer.active_span().unwrap().context(), request.context());
}

#[test]
fn a_scope_that_outlives_the_call_it_was_opened_in_still_closes_its_own_span() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let escaped = tracer.in_span("work", |_| tracer.span("escaped").start_active());
    assert_eq!(kept.names(), ["work"]);
    assert!(tracer.active_span().is_none());
    escaped.set_tag("late", true);
    escaped.close();
    assert_eq!(kept.names(), ["work", "escaped"]);
    assert_eq!(kept.spans()[1].tag("late").unwrap(), true);
}

#[test]
fn clearing_a_thread_closes_its_scopes_and_disarms_their_guards() {
    let (kept, other) = (Kept::new(), Kept::new());
    let (tracer, others) = (kept.tracer(), other.tracer());
    let outer = tracer.span("outer").start_active();
    let apart = others.span("apart").start_active();
    mem::forget(tracer.span("leaked").start_active());
    tracer.scope_manager().clear_current_thread();
    assert_eq!(kept.names(), ["leaked", "outer"]);
    assert!(tracer.active_span().is_none());
    assert_eq!(others.active_span().unwrap().context(), apart.context(), "another tracer's scopes stay");

    let next = tracer.span("next").start_active();
    drop(outer);
    assert_eq!(tracer.active_span().unwrap().context(), next.context());
    drop((next, apart));
    assert_eq!(kept.names(), ["leaked", "outer", "next"]);
    assert_eq!(other.names(), ["apart"]);
}

#[test]
fn a_scope_that_is_open_when_its_thread_ends_is_closed() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let thread = thread::spawn(move || {
        mem::forget(tracer.span("outer").start_active());
        mem::forget(tracer.span("inner").start_active());
    });
    thread.join().unwrap();
    assert_eq!(kept.names(), ["inner", "outer"]);
}

#[test]
fn a_scope_in_a_thread_local_is_closed_whichever_is_destroyed_first() {
    thread_local!(static SCOPE: RefCell<Option<Scope>> = const { RefCell::new(None) });
    let kept = Kept::new();
    for used_before in [false, true] {
        let tracer = kept.tracer();
        let thread = thread::spawn(move || {
            if used_before {
                tracer.start_span("first").finish();
            }
            SCOPE.with(|_| ());
            SCOPE.set(Some(tracer.span("kept").start_active()));
        });
        thread.join().expect("no destructor panics");
    }
    assert_eq!(kept.names().iter().filter(|name| *name == "kept").count(), 2);
}

#[test]
fn spans_may_be_made_in_destructors_of_thread_locals() {
    struct Traces(Tracer);
    impl Drop for Traces {
        fn drop(&mut self) {
            let scope = self.0.span("late").start_active();
            scope.set_tag("n", 1);
            self.0.start_span("later").set_tag("n", 2).log_event("here");
        }
    }
    thread_local!(static TRACES: RefCell<Option<Traces>> = const { RefCell::new(None) });
    let kept = Kept::new();
    let tracer = kept.tracer();
    let report = tracer.clone();
    let thread = thread::spawn(move || {
        TRACES.set(Some(Traces(tracer.clone())));
        tracer.in_span("used", |_| ());
    });
    thread.join().expect("no destructor panics");
    let mut names = kept.names();
    names.sort_unstable();
    assert_eq!(names, ["late", "later", "used"]);
    let report = report.report();
    assert_eq!((report.started, report.exported, report.open), (3, 3, 0));
}

#[test]
fn scopes_beyond_the_largest_depth_are_recorded_and_counted_but_not_active() {
    const DEPTH_MAX: usize = 65_536;
    let kept = Kept::new();
    let tracer = kept.tracer();
    let scopes: Vec<_> = (0..DEPTH_MAX).map(|_| tracer.span("op").start_active()).collect();
    let deepest = scopes.last().unwrap().context();
    let refused = tracer.span("refused").start_active();
    refused.set_tag("n", 1);
    assert_eq!(tracer.active_span().unwrap().context(), deepest);
    assert_eq!(refused.context().parent_id(), deepest.span_id());
    assert_eq!(tracer.report().scopes_refused, 1);
    drop(refused);
    assert_eq!(kept.spans()[0].to_string(), "refused n=1");
    // The outermost first: each waits for the last.
    drop(scopes);
    assert_eq!(kept.spans().len(), DEPTH_MAX + 1);
    assert!(tracer.active_span().is_none());
}

#[test]
fn hiding_the_active_span_ends_with_its_guard_also_out_of_order() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let outer = tracer.span("outer").start_active();
    let hidden = tracer.scope_manager().without_active();
    assert!(tracer.active_span().is_none());
    let root = tracer.span("root").start_active();
    assert_eq!(root.context().parent_id(), None);
    drop(hidden);
    assert_eq!(tracer.active_span().unwrap().context(), root.context());
    drop(root);
    assert_eq!(tracer.active_span().unwrap().context(), outer.context());
    drop(outer);
    assert_eq!(kept.names(), ["root", "outer"]);
}

#[test]
fn a_panic_closes_the_innermost_scope_first_and_marks_each() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let work = || {
        let _outer = tracer.span("outer").start_active();
        let inner = tracer.span("inner").start_active();
        let _handle = inner.span();
        panic!("on purpose");
    };
    catch_unwind(AssertUnwindSafe(work)).unwrap_err();
    assert_eq!(kept.names(), ["inner", "outer"]);
    for span in kept.spans() {
        assert_eq!(span.to_string(), format!("{} error=true", span.operation_name));
        assert_eq!(span.logs.len(), 1);
        assert_eq!(span.logs[0].to_string(), r#"event="error" error.kind="panic""#);
    }
    assert!(tracer.active_span().is_none());
}

#[test]
fn a_panic_is_marked_once_also_where_closing_does_not_finish() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let work = || {
        let alone = tracer.start_active_span("alone", FinishOnClose::No);
        let shared = tracer.start_active_span("shared", FinishOnClose::No);
        let _handle = shared.span();
        let _both = (alone, shared);
        panic!("on purpose");
    };
    catch_unwind(AssertUnwindSafe(work)).unwrap_err();
    let mut names = kept.names();
    names.sort_unstable();
    assert_eq!(names, ["alone", "shared"]);
    assert!(kept.spans().iter().all(|span| span.logs.len() == 1 && span.tag("error").is_some()));
}

#[test]
fn a_span_that_starts_while_a_panic_unwinds_is_not_marked() {
    struct CleansUp(Tracer);
    impl Drop for CleansUp {
        fn drop(&mut self) {
            self.0.span("active").start_active().close();
            self.0.in_span("called", |_| ());
            self.0.start_span("bare").finish();
        }
    }
    for tracer in [Kept::new(), Kept::new()].map(|kept| (kept.tracer(), kept)) {
        let (tracer, kept) = tracer;
        let work = || {
            let _cleans_up = CleansUp(tracer);
            panic!("on purpose");
        };
        catch_unwind(AssertUnwindSafe(work)).unwrap_err();
        assert_eq!(kept.names(), ["active", "called", "bare"]);
        assert!(kept.spans().iter().all(|span| span.tags.is_empty() && span.logs.is_empty()));
    }
}

#[test]
fn a_span_may_be_active_on_two_threads_at_once() {
    let mock = MockTracer::new();
    let tracer = mock.tracer();
    let span = Arc::new(tracer.start_span("shared"));
    let activate = || tracer.scope_manager().activate(Arc::clone(&span), FinishOnClose::No);
    let here = activate();
    thread::scope(|threads| {
        threads.spawn(|| {
            assert!(tracer.active_span().is_none());
            let there = activate();
            tracer.start_span("child").finish();
            there.close();
        });
    });
    assert!(is_active(&tracer, &span));
    here.close();
    assert_eq!(mock.finished_spans()[0].parent_id, span.context().span_id());
}

#[test]
fn a_scope_leaked_in_a_call_defers_no_scope_of_another_tracer_beyond_it() {
    let (one, other) = (MockTracer::new(), MockTracer::new());
    let (first, second) = (one.tracer(), other.tracer());
    let outer = first.span("outer").start_active();
    second.in_span("call", |_| {
        let leaked = first.span("leaked").start_active();
        outer.close();
        mem::forget(leaked);
    });
    let names: Vec<_> =
        one.finished_spans().into_iter().map(|span| span.operation_name.to_string()).collect();
    assert_eq!(names, ["outer"]);
    assert!(first.active_span().is_none());
}

#[test]
fn whatever_comes_on_top_of_an_unsampled_child_leaves_it_whole() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let unsampled = |name: &'static str| tracer.span(name).tag(tags::SAMPLING_PRIORITY, 0);
    let handle = Arc::new(unsampled("handle").ignore_active_span().start());
    let outer = unsampled("outer").start_active();
    let inner = tracer.span("inner").start_active();
    let other = handle.child("other").start_active();
    let activated = handle.activate();
    assert_eq!(inner.context().parent_id(), outer.context().span_id());
    assert_eq!(inner.context().trace_id(), outer.context().trace_id());
    drop((inner, activated, other));
    assert_eq!(tracer.active_span().unwrap().context(), outer.context());
    drop((outer, handle));
    assert!(tracer.active_span().is_none());
    let report = tracer.report();
    assert_eq!((report.started, report.unsampled, report.open), (4, 4, 0));
}
