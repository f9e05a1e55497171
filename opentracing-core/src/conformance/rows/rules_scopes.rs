//! The rules about scopes and finishing: 1, 2, 3 and 9.

use std::sync::{Arc, Mutex};
use std::thread;

use crate::conformance::capability::Capability::{FinishHooks, Identity, Inspection, Scopes};
use crate::conformance::case::{Case, assert_child, assert_root};
use crate::conformance::executor::{self, take_turns};
use crate::conformance::row::Row;
use crate::conformance::start::Start;
use crate::conformance::subject::{Task, TestError};
use crate::scope::FinishOnClose::{No, Yes};

use std::time::{Duration, SystemTime};

pub(super) const ROWS: &[Row] = &[
    Row::new("R1", "a scope closed out of order waits for the inner ones", out_of_order)
        .needing(&[Scopes, Inspection])
        .stating(1),
    Row::new("R1b", "a closed scope is never active again", closed_is_never_active)
        .needing(&[Scopes, Inspection])
        .stating(1),
    Row::new("R2", "a finishing span is not active", restore_before_finish)
        .needing(&[Scopes, FinishHooks])
        .stating(2),
    Row::new("R3", "the first finish counts, and no other", first_finish_wins)
        .needing(&[Inspection])
        .stating(3),
    Row::new("R3b", "what is set after the finish is ignored", late_is_ignored)
        .needing(&[Inspection])
        .stating(3),
    Row::new("R9", "work inherits the span that was active at its creation", inheritance)
        .needing(&[Identity, Inspection, Scopes])
        .stating(9),
    Row::new("R9b", "work created without an active span has none", no_inheritance)
        .needing(&[Identity, Inspection, Scopes])
        .stating(9),
    Row::new("R9c", "tasks that take turns keep their spans apart", interleaved)
        .needing(&[Identity, Inspection, Scopes])
        .stating(9),
];

fn out_of_order(case: &Case<'_>) {
    let [a, b, c] = ["a", "b", "c"].map(|name| case.scope(name));
    let innermost = c.span();
    case.close(a);
    assert_eq!(case.names(), [""; 0], "a was finished while b and c are open");
    case.assert_active(&innermost);
    case.close(b);
    assert_eq!(case.names(), [""; 0], "b was finished while c is open");
    case.assert_active(&innermost);
    case.close(c);
    assert_eq!(case.names(), ["c", "b", "a"], "each once, innermost first");
    case.assert_nothing_active();
}

fn closed_is_never_active(case: &Case<'_>) {
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| Arc::new(case.span(name)));
    let outermost = case.activate(Arc::clone(&a), Yes);
    let kept = case.activate(Arc::clone(&b), No);
    let closed = case.activate(Arc::clone(&c), Yes);
    let innermost = case.activate(Arc::clone(&d), Yes);
    case.close(kept);
    case.close(closed);
    case.close(innermost);
    case.assert_active(&a);
    assert_eq!(case.names(), ["d", "c"], "b is not finished by its scope");
    case.close(outermost);
    assert_eq!(case.names(), ["d", "c", "a"]);
    case.assert_nothing_active();
}

fn restore_before_finish(case: &Case<'_>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (tracer, hook) = (case.tracer(), Arc::clone(&seen));
    case.on_finish(Box::new(move || {
        let active = tracer.active_span().map(|span| span.context());
        hook.lock().expect("no hook panics").push(active);
    }));
    let outer = case.scope("outer");
    let context = outer.context();
    case.close(case.scope("inner"));
    case.close(outer);
    let seen = seen.lock().expect("no hook panics");
    assert_eq!(*seen, [Some(context), None], "what was active when a span finished");
}

fn first_finish_wins(case: &Case<'_>) {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
    let span = Arc::new(case.start(Start::new("twice").start_time(start)));
    let (outer, inner) = (case.activate(Arc::clone(&span), Yes), case.activate(Arc::clone(&span), Yes));
    span.finish_at(start + Duration::from_secs(1));
    case.finish(&span);
    case.close(inner);
    case.close(outer);
    drop(span);
    assert_eq!(case.one("twice").finish_time, Some(start + Duration::from_secs(1)));

    let span = case.span("again");
    case.finish(&span);
    case.finish(&span);
    assert_eq!(case.count("again"), 1, "a second finish was recorded");
}

fn late_is_ignored(case: &Case<'_>) {
    let span = case.span("op");
    span.set_tag("kept", 1).log_event("kept").set_baggage_item("kept", "1");
    let context = span.context();
    case.finish(&span);
    span.set_tag("kept", 2).set_tag("late", 2).log_event("late").set_operation_name("late");
    span.set_baggage_item("late", "1").log_error(&TestError::new());
    let recorded = case.one("op");
    assert_eq!(recorded.tags, [("kept".to_owned(), 1.into())]);
    assert_eq!(recorded.logs.len(), 1);
    assert_eq!(span.context(), context, "a context is valid after the finish");
    assert_eq!(span.baggage_item("late"), None);
    assert!(!span.is_recording());
}

/// Starts a span when it is polled for the second time.
fn work<'a>(case: &'a Case<'a>, name: &'static str) -> Task<'a> {
    Box::pin(async move {
        take_turns().await;
        case.close(case.scope(name));
    })
}

fn inheritance(case: &Case<'_>) {
    let request = case.scope("request");
    let context = request.context();
    let mut moved = case.in_current_span(work(case, "moved"));
    let stays = case.in_current_span(work(case, "stays"));
    case.close(request);
    assert!(executor::poll(&mut moved).is_pending());
    case.assert_nothing_active();
    thread::scope(|threads| {
        let thread = threads.spawn(move || {
            assert!(executor::poll(&mut moved).is_ready());
            case.assert_nothing_active();
        });
        thread.join().expect("the task ends on the other thread");
    });
    // Inside another span, too.
    let other = case.scope("other");
    executor::run(stays);
    assert_eq!(case.active_context(), Some(other.context()), "the task left its span active");
    case.close(other);
    assert_eq!(case.names(), ["request", "moved", "stays", "other"]);
    assert_child(&case.one("moved").context, &context);
    assert_child(&case.one("stays").context, &context);
}

fn no_inheritance(case: &Case<'_>) {
    let request = case.scope("request");
    let no_parent = case.tracer().scope_manager().without_active();
    case.assert_nothing_active();
    let task = case.in_current_span(work(case, "apart"));
    case.close(case.scope("root"));
    drop(no_parent);
    assert_eq!(case.active_context(), Some(request.context()));
    case.close(request);
    executor::run(task);
    assert_root(&case.one("root").context);
    assert_root(&case.one("apart").context);
}

fn interleaved(case: &Case<'_>) {
    let task = |name: &'static str, part: &'static str| -> Task<'_> {
        let work = async move {
            for _ in 0..3 {
                case.close(case.scope(part));
                take_turns().await;
            }
        };
        case.in_span(Arc::new(case.span(name)), Box::pin(work))
    };
    executor::run_all(vec![task("task_1", "part_1"), task("task_2", "part_2")]);
    case.assert_nothing_active();
    assert_eq!(case.names()[..4], ["part_1", "part_2", "part_1", "part_2"], "the tasks took turns");
    for (name, part) in [("task_1", "part_1"), ("task_2", "part_2")] {
        let task = case.one(name).context;
        let parts = case.finished().into_iter().filter(|span| span.operation_name == part);
        assert_eq!(parts.inspect(|part| assert_child(&part.context, &task)).count(), 3);
    }
}
