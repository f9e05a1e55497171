//! The life of a span: who finishes it, who may change it, and what happens to what comes too late.

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use opentracing_core::{FinishOptions, MockTracer, Span, Tracer, display, fields};

use crate::support::Kept;

#[test]
fn a_dropped_span_is_finished_and_a_shared_one_with_its_last_handle() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    drop(tracer.start_span("dropped"));
    let shared = Arc::new(tracer.start_span("shared"));
    let other = Arc::clone(&shared);
    drop(shared);
    assert_eq!(kept.names(), ["dropped"]);
    drop(other);
    assert_eq!(kept.names(), ["dropped", "shared"]);
}

#[test]
fn what_comes_after_the_finish_is_ignored_and_counted() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let scope = tracer.span("op").start_active();
    let span = scope.span();
    span.finish();
    scope.set_tag("late", 1).log_event("late").set_operation_name("late").set_baggage_item("late", "1");
    span.set_tags([("late", 1), ("later", 2)]).log_error(&fmt::Error);
    span.finish_with(FinishOptions::new().log(SystemTime::now(), [("late", 1)]));
    scope.close();
    let recorded = kept.spans();
    assert_eq!(recorded.len(), 1);
    assert_eq!(recorded[0].to_string(), "op");
    assert!(recorded[0].logs.is_empty());
    assert_eq!(tracer.report().misused, 8);
}

#[test]
fn closing_a_scope_whose_span_has_finished_is_no_misuse() {
    let mock = MockTracer::new();
    let scope = mock.tracer().span("op").start_active();
    scope.span().finish();
    scope.close();
    assert_eq!(mock.errors(), []);
    assert_eq!(mock.finished_spans().len(), 1);
}

#[test]
fn of_several_values_the_last_counts_at_the_place_of_the_first() {
    let kept = Kept::new();
    let span = kept.tracer().span("op").tag("a", 1).tag("b", "x").tag("a", 2).start();
    span.set_tag("c", true).set_tag("a", "last").set_tag("b", 5);
    span.finish();
    assert_eq!(kept.spans()[0].to_string(), r#"op a="last" b=5 c=true"#);
}

#[test]
fn threads_lose_nothing_when_they_share_a_span() {
    const THREADS: usize = 4;
    // Interpreted, what grows with the square of it takes minutes.
    const EACH: usize = if cfg!(miri) { 2 } else { 20 };
    let mock = MockTracer::new();
    let span = Arc::new(mock.tracer().start_span("shared"));
    thread::scope(|threads| {
        for thread in 0..THREADS {
            let span = Arc::clone(&span);
            threads.spawn(move || {
                for index in 0..EACH {
                    let key = format!("{thread}.{index}");
                    span.set_tag(key.clone(), index).log_event(index).set_baggage_item(key, "v");
                    assert!(span.context().baggage().count() > 0);
                }
            });
        }
    });
    span.finish();
    let recorded = mock.finished_spans().remove(0);
    assert_eq!((recorded.tags.len(), recorded.logs.len()), (THREADS * EACH, THREADS * EACH));
    assert_eq!(recorded.context.baggage().count(), THREADS * EACH);
}

#[test]
fn only_one_of_many_threads_finishes_a_span() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let span = tracer.start_span("contended");
    thread::scope(|threads| {
        (0..8).for_each(|_| _ = threads.spawn(|| span.finish()));
    });
    assert_eq!(kept.spans().len(), 1);
    assert_eq!(tracer.report().misused, 7);
}

#[test]
fn values_may_use_the_span_they_are_set_on() {
    /// Writes itself by tracing: while it does, nothing of the span may be locked.
    struct Traces<'a>(&'a Tracer, &'a Span);
    impl fmt::Display for Traces<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.1.set_tag("inner", true);
            self.0.in_span("inner", |scope| _ = scope.set_tag("deep", display(&"text")));
            f.write_str("outer")
        }
    }
    let kept = Kept::new();
    let tracer = kept.tracer();
    let span = tracer.start_span("op");
    span.set_tag("tag", display(&Traces(&tracer, &span)));
    span.log(fields![field = display(&Traces(&tracer, &span))]);
    span.set_tags((0..2).map(|index| {
        span.set_tag("iterated", index);
        ("last", index)
    }));
    span.log(fields::lazy(|| {
        span.log_event("nested");
        [("lazy", 1)]
    }));
    span.finish();
    assert_eq!(kept.names(), ["inner", "inner", "op"]);
    let recorded = kept.spans().remove(2);
    assert_eq!(recorded.to_string(), r#"op inner=true tag="outer" iterated=1 last=1"#);
    assert_eq!(recorded.logs.len(), 3);
}

#[test]
fn values_may_use_the_active_span_they_are_set_on() {
    struct Traces<'a>(&'a Tracer);
    impl fmt::Display for Traces<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let _child = self.0.span("child").start_active();
            f.write_str("text")
        }
    }
    let kept = Kept::new();
    let tracer = kept.tracer();
    let scope = tracer.span("op").tag("builder", display(&Traces(&tracer))).start_active();
    scope.set_tag("scope", display(&Traces(&tracer))).log([("field", display(&Traces(&tracer)))]);
    let context = scope.context();
    scope.close();
    assert_eq!(kept.names(), ["child", "child", "child", "op"]);
    assert_eq!(kept.spans()[1].parent_id, context.span_id());
    assert_eq!(kept.spans()[3].to_string(), r#"op builder="text" scope="text""#);
}

#[test]
fn a_log_is_taken_at_the_moment_of_the_call() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let span = tracer.start_span("op");
    span.log_event("first").log_event("second");
    let explicit = SystemTime::UNIX_EPOCH + Duration::from_secs(3);
    span.log_at(explicit, [("event", "explicit")]);
    span.finish();
    let recorded = kept.spans().remove(0);
    let [first, second, third] = &recorded.logs[..] else { panic!("three logs") };
    assert!(recorded.start_time <= first.timestamp && first.timestamp <= second.timestamp);
    assert!(second.timestamp <= recorded.finish_time.unwrap());
    assert_eq!(third.timestamp, explicit);
}

#[test]
fn a_child_may_be_given_a_finished_parent_also_while_that_is_active() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let scope = tracer.span("parent").start_active();
    let parent = scope.span();
    parent.finish();
    assert!(Arc::ptr_eq(&tracer.active_span().unwrap(), &parent));
    let child = tracer.span("child").start_active();
    assert_eq!(child.context().parent_id(), parent.context().span_id());
    assert_eq!(child.context().trace_id(), parent.context().trace_id());
}

#[test]
fn baggage_set_later_reaches_later_children_only() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let parent = tracer.span("parent").start_active();
    parent.set_baggage_item("k", "1");
    let before = parent.context();
    let first = tracer.span("first").start_active();
    first.set_baggage_item("own", "x");
    parent.set_baggage_item("k", "2");
    assert_eq!(first.baggage_item("k").as_deref(), Some("1"));
    drop(first);
    let second = tracer.span("second").start_active();
    assert_eq!(second.baggage_item("k").as_deref(), Some("2"));
    assert_eq!(second.baggage_item("own"), None);
    assert_eq!(before.baggage_item("k"), Some("1"));
    assert_eq!(parent.baggage_item("K"), None);
    drop(second);
    parent.close();
    assert!(kept.spans().iter().all(|span| span.tags.is_empty()), "baggage is no tag");
}

#[test]
fn a_finish_before_the_start_takes_no_time_and_is_counted() {
    let mock = MockTracer::new();
    let tracer = mock.tracer();
    let began = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
    tracer.span("op").start_time(began).start().finish_at(began - Duration::from_secs(1));
    let span = &mock.finished_spans()[0];
    assert_eq!((span.start_time, span.finish_time), (began, Some(began)));
    assert_eq!(tracer.report().misused, 1);
}
