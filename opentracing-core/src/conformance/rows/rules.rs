//! The rules about parents, outcomes, times, laziness and sampling: 4, 8, 10, 12 and 13.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use super::errors::assert_standard_error;
use crate::conformance::capability::Capability::{
    Baggage, Identity, Inspection, Sampling, Scopes, TextPropagation,
};
use crate::conformance::case::{Case, assert_child, assert_root, baggage};
use crate::conformance::executor;
use crate::conformance::row::Row;
use crate::conformance::start::Start;
use crate::conformance::subject::{TestError, TextFormat};
use crate::context::SpanContext;
use crate::reference::ReferenceKind::{ChildOf, FollowsFrom};
use crate::span::Span;
use crate::tags;
use crate::tracer::Tracer;

pub(super) const ROWS: &[Row] = &[
    Row::new("R4", "the parent is the first ChildOf reference, else the first", parent)
        .needing(&[Identity])
        .stating(4),
    Row::new("R4b", "all live references are recorded in order", references)
        .needing(&[Identity, Inspection])
        .stating(4),
    Row::new("R4c", "baggage is the union, the parent's first", union_of_baggage)
        .needing(&[Identity, Baggage])
        .stating(4),
    Row::new("R4d", "a live reference disables the active span", explicit_or_active)
        .needing(&[Identity, Scopes])
        .stating(4),
    Row::new("R8", "a failure is an error", failure).needing(&[Inspection]).stating(8),
    Row::new("R8b", "a success has no error tag", success).needing(&[Inspection]).stating(8),
    Row::new("R8c", "a panic is an error", panicked).needing(&[Inspection]).stating(8),
    Row::new("R8d", "a cancelled task is no error", cancelled).needing(&[Inspection, Scopes]).stating(8),
    Row::new("R10", "the start time is read when the span starts", start_time)
        .needing(&[Inspection])
        .stating(10),
    Row::new("R10b", "an explicit time is kept, the epoch included", explicit_time)
        .needing(&[Inspection])
        .stating(10),
    Row::new("R12", "lazy values are made only to be recorded", lazy_values).stating(12),
    Row::new("R13", "sampling.priority at the start reaches the sampler", priority)
        .needing(&[Sampling])
        .stating(13),
    Row::new("R13b", "an unsampled span keeps ids and baggage", unsampled)
        .needing(&[Sampling, Identity, Baggage, TextPropagation])
        .stating(13),
];

fn parent(case: &Case<'_>) {
    let [a, b, c] = ["a", "b", "c"].map(|name| case.span(name));
    let child = case.start(Start::new("child").follows_from(&a).child_of(&b).child_of(&c));
    assert_child(&child.context(), &b.context());
    let follower = case.start(Start::new("follower").follows_from(&a).follows_from(&b));
    assert_child(&follower.context(), &a.context());
    let after_nothing = case.start(Start::new("child").child_of(None::<&Span>).follows_from(&a).child_of(&b));
    assert_child(&after_nothing.context(), &b.context());
    case.finish(&a);
    let of_finished = case.start(Start::new("child").child_of(&a));
    assert_child(&of_finished.context(), &a.context());
}

fn references(case: &Case<'_>) {
    let [a, b] = ["a", "b"].map(|name| case.span(name));
    let nothing = SpanContext::default();
    let start = Start::new("op").follows_from(&a).child_of(&nothing).child_of(&b).child_of(None::<&Span>);
    case.finish(&case.start(start));
    let recorded = case.one("op");
    let references: Vec<_> =
        recorded.references.iter().map(|reference| (reference.kind.clone(), &reference.context)).collect();
    assert_eq!(references, [(FollowsFrom, &a.context()), (ChildOf, &b.context())]);
    assert_eq!(recorded.parent_id, b.context().span_id());
    assert_eq!(recorded.context.trace_id(), b.context().trace_id(), "the trace is the parent's");
}

fn union_of_baggage(case: &Case<'_>) {
    let [other, parent] = ["other", "parent"].map(|name| case.span(name));
    other.set_baggage_item("both", "other's").set_baggage_item("other", "1");
    parent.set_baggage_item("both", "parent's").set_baggage_item("parent", "2");
    let child = case.start(Start::new("child").follows_from(&other).child_of(&parent));
    assert_eq!(baggage(&child.context()), [("both", "parent's"), ("other", "1"), ("parent", "2")]);
    parent.set_baggage_item("late", "3");
    assert_eq!(child.baggage_item("late"), None, "what the parent gets later does not flow to a child");
}

fn explicit_or_active(case: &Case<'_>) {
    let elsewhere = case.span("elsewhere");
    let active = case.scope("active");
    let explicit = case.start(Start::new("explicit").follows_from(&elsewhere));
    assert_child(&explicit.context(), &elsewhere.context());
    let kept = case.start(Start::new("kept").child_of(&elsewhere).ignore_active_span());
    assert_child(&kept.context(), &elsewhere.context());
    let implicit =
        case.start(Start::new("implicit").child_of(None::<&Span>).child_of(SpanContext::default()));
    assert_child(&implicit.context(), &active.context());
    let ignored = case.start(Start::new("ignored").child_of(None::<&Span>).ignore_active_span());
    assert_root(&ignored.context());
    case.close(active);
}

fn failure(case: &Case<'_>) {
    let result = case.try_in_span("fails", &mut |_| Err(TestError::new()));
    assert_eq!(result, Err(TestError::new()), "the error is the caller's");
    let recorded = case.one("fails");
    assert_eq!(recorded.tags, [("error".to_owned(), true.into())]);
    let [log] = &recorded.logs[..] else { panic!("an error is one log") };
    assert_eq!(log.field("event").expect("the standard field"), "error");
    assert_eq!(log.field("message").expect("the standard field"), "the test failed on purpose");
    assert!(log.field("error.kind").is_some_and(|kind| kind.to_string().ends_with("TestError")));

    let span = case.span("logged");
    span.log_error(&TestError::new());
    case.finish(&span);
    assert_standard_error(&case.one("logged"));
}

fn success(case: &Case<'_>) {
    let result = case.try_in_span("succeeds", &mut |scope| {
        scope.set_tag("n", 1);
        Ok(())
    });
    assert_eq!(result, Ok(()));
    let recorded = case.one("succeeds");
    assert_eq!(recorded.tags, [("n".to_owned(), 1.into())], "a success says nothing about errors");
    assert_eq!(recorded.logs, []);
}

fn panicked(case: &Case<'_>) {
    let work = || case.try_in_span("panics", &mut |_| panic!("on purpose"));
    let payload = catch_unwind(AssertUnwindSafe(work)).expect_err("the panic goes on");
    assert_eq!(payload.downcast_ref(), Some(&"on purpose"));
    let recorded = case.one("panics");
    assert_eq!(recorded.tag("error").expect("a panic is an error"), true);
    let [log] = &recorded.logs[..] else { panic!("an error is one log") };
    assert_eq!(log.field("event").expect("the standard field"), "error");
    assert_eq!(log.field("error.kind").expect("the standard field"), "panic");
    assert_eq!(log.field("message").expect("the payload is at hand"), "on purpose");
    case.assert_nothing_active();
}

fn cancelled(case: &Case<'_>) {
    let mut task = case.in_span(Arc::new(case.span("cancelled")), Box::pin(std::future::pending()));
    assert!(executor::poll(&mut task).is_pending());
    drop(task);
    let recorded = case.one("cancelled");
    assert_eq!(recorded.tag("error"), None, "a cancellation is no error");
    let [log] = &recorded.logs[..] else { panic!("a cancellation is one log") };
    assert_eq!(log.fields, [("event".to_owned(), "cancelled".into())]);
    case.assert_nothing_active();
}

fn start_time(case: &Case<'_>) {
    // More than clocks that are read in different ways may differ by.
    const GAP: Duration = Duration::from_millis(5);
    let mut meanwhile = None;
    let mut before_start = || {
        let began = Instant::now();
        while began.elapsed() < GAP {
            std::hint::spin_loop();
        }
        meanwhile = Some(case.span("meanwhile"));
    };
    case.finish(&case.start(Start::new("late").before_start(&mut before_start)));
    case.finish(&meanwhile.expect("the builder was used"));
    let (late, meanwhile) = (case.one("late"), case.one("meanwhile"));
    assert!(late.start_time >= meanwhile.start_time, "the span began before it was started");
}

fn explicit_time(case: &Case<'_>) {
    let finish = UNIX_EPOCH + Duration::from_secs(7);
    case.start(Start::new("explicit").start_time(UNIX_EPOCH)).finish_at(finish);
    let recorded = case.one("explicit");
    assert_eq!((recorded.start_time, recorded.finish_time), (UNIX_EPOCH, Some(finish)));
    case.start(Start::new("reversed").start_time(finish)).finish_at(UNIX_EPOCH);
    let recorded = case.one("reversed");
    assert_eq!((recorded.start_time, recorded.finish_time), (finish, Some(finish)), "no time runs backwards");
}

fn lazy_values(case: &Case<'_>) {
    let calls = |span: &Span| {
        let mut calls = 0;
        case.log_lazily(span, &mut || {
            calls += 1;
            "costly".into()
        });
        calls
    };
    assert_eq!(calls(&Tracer::noop().start_span("nothing")), 0, "nobody records this");
    let span = case.span("op");
    assert_eq!(calls(&span), u32::from(span.is_recording()));
    let unsampled = case.start(Start::new("unsampled").tag(tags::SAMPLING_PRIORITY.name(), 0));
    assert_eq!(calls(&unsampled), u32::from(unsampled.is_recording()));
    case.finish(&span);
    assert_eq!(calls(&span), 0, "the span has finished");
}

fn priority(case: &Case<'_>) {
    for (value, sampled) in [(0, false), (1, true), (2, true)] {
        let span = case.start(Start::new("op").tag(tags::SAMPLING_PRIORITY.name(), value));
        assert_eq!(span.context().is_sampled(), sampled, "sampling.priority={value}");
        let child = case.start(Start::new("child").child_of(&span));
        assert_eq!(child.context().is_sampled(), sampled, "a child follows its parent");
        if case.has(Inspection) && sampled {
            case.finish(&span);
            let recorded = case.finished().pop().expect("the span was sampled");
            assert_eq!(recorded.tag("sampling.priority").expect("the tag stays visible"), value);
        }
    }
}

fn unsampled(case: &Case<'_>) {
    let span = case.start(Start::new("op").tag(tags::SAMPLING_PRIORITY.name(), 0));
    span.set_baggage_item("user", "42");
    let context = span.context();
    assert!(context.ids().is_some(), "an unsampled span has ids");
    for format in TextFormat::BOTH {
        let extracted = case.extracted(format, &case.injected(format, &context));
        assert_eq!(extracted.ids(), context.ids());
        assert_eq!(extracted.sampling_decision(), Some(false), "the decision travels");
        assert_eq!(baggage(&extracted), [("user", "42")]);
        let child = case.start(Start::new("child").child_of(&extracted));
        assert!(!child.context().is_sampled(), "the parent's decision stands");
        assert_child(&child.context(), &context);
    }
}
