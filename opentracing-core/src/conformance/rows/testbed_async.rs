//! The test bed's scenarios with tasks that take turns on one thread.

use std::sync::Arc;

use crate::conformance::capability::Capability::{Identity, Inspection, Scopes};
use crate::conformance::case::{Case, assert_child, assert_root, is_child, same_trace};
use crate::conformance::executor::{self, Flag, take_turns};
use crate::conformance::row::Row;
use crate::conformance::start::Start;
use crate::conformance::subject::Task;
use crate::scope::FinishOnClose::Yes;

pub(super) const ROWS: &[Row] = &[
    Row::new("TB1", "active_span_replacement", active_span_replacement)
        .needing(&[Identity, Inspection, Scopes]),
    Row::new("TB5", "late_span_finish", late_span_finish).needing(&[Identity, Inspection, Scopes]),
    Row::new("TB8", "subtask_span_propagation", subtask).needing(&[Identity, Inspection, Scopes]),
    Row::new("TB9", "callbacks_with_no_parent_scope", no_parent_callbacks)
        .needing(&[Identity, Inspection, Scopes])
        .stating(9),
    Row::new("TB10", "await_with_no_parent_scope", no_parent_await)
        .needing(&[Identity, Inspection, Scopes])
        .stating(9),
];

fn active_span_replacement(case: &Case<'_>) {
    let initial = Arc::new(case.span("initial"));
    let task = Arc::new(case.start(Start::new("task").ignore_active_span()));
    let work = async {
        take_turns().await;
        case.close(case.activate(Arc::clone(&initial), Yes));
        let subtask = Arc::new(case.span("subtask"));
        case.in_span(subtask, Box::pin(take_turns())).await;
    };
    executor::run(case.in_span(task, Box::pin(work)));
    assert_eq!(case.names(), ["initial", "subtask", "task"]);
    let (initial, subtask, task) = (case.one("initial"), case.one("subtask"), case.one("task"));
    assert_child(&subtask.context, &task.context);
    assert_root(&initial.context);
    assert!(!same_trace(&initial.context, &task.context), "the two were started apart");
    assert!(case.finished().iter().all(|span| span.tags.is_empty() && span.logs.is_empty()));
}

fn late_span_finish(case: &Case<'_>) {
    let parent = Arc::new(case.span("parent"));
    let (first, second) = (Flag::default(), Flag::default());
    let work = async |name: &'static str, go: &Flag| {
        let span = Arc::new(case.span(name));
        case.in_span(span, Box::pin(go.wait())).await;
    };
    let go = async {
        first.set();
        take_turns().await;
        second.set();
    };
    executor::run_all(vec![
        case.in_span(Arc::clone(&parent), Box::pin(work("task1", &first))),
        case.in_span(Arc::clone(&parent), Box::pin(work("task2", &second))),
        Box::pin(go),
    ]);
    assert_eq!(case.names(), ["task1", "task2"], "the parent is finished by nobody but its owner");
    case.finish(&parent);
    assert_eq!(case.names(), ["task1", "task2", "parent"]);
    let parent = case.one("parent");
    for name in ["task1", "task2"] {
        let task = case.one(name);
        assert_child(&task.context, &parent.context);
        assert!(task.finish_time <= parent.finish_time, "{name} finished after its parent");
    }
}

fn subtask(case: &Case<'_>) {
    let response = std::sync::Mutex::new(String::new());
    let work = async {
        let child = Arc::new(case.span("child"));
        let subtask = async {
            take_turns().await;
            "message::response".clone_into(&mut response.lock().expect("no task panics"));
        };
        case.in_span(child, Box::pin(subtask)).await;
    };
    executor::run(case.in_span(Arc::new(case.span("parent")), Box::pin(work)));
    assert_eq!(*response.lock().expect("no task panics"), "message::response");
    assert_eq!(case.names(), ["child", "parent"]);
    assert_child(&case.one("child").context, &case.one("parent").context);
}

/// Starts a span when it runs.
fn callback<'a>(case: &'a Case<'a>, name: &'static str) -> Task<'a> {
    Box::pin(async move {
        take_turns().await;
        case.close(case.scope(name));
    })
}

fn no_parent_callbacks(case: &Case<'_>) {
    let root = case.scope("root");
    let mut tasks = vec![case.in_current_span(callback(case, "task_1"))];
    let no_parent = case.tracer().scope_manager().without_active();
    tasks.push(case.in_current_span(callback(case, "task_2")));
    drop(no_parent);
    tasks.push(case.in_current_span(callback(case, "task_3")));
    case.close(root);
    executor::run_all(tasks);
    assert_eq!(case.names(), ["root", "task_1", "task_2", "task_3"]);
    let root = case.one("root").context;
    assert_child(&case.one("task_1").context, &root);
    assert_root(&case.one("task_2").context);
    assert_child(&case.one("task_3").context, &root);
}

fn no_parent_await(case: &Case<'_>) {
    let work = async {
        callback(case, "coro_1").await;
        let no_parent = case.tracer().scope_manager().without_active();
        let coroutine = case.in_span(Arc::new(case.span("coro_2")), Box::pin(take_turns()));
        drop(no_parent);
        coroutine.await;
        let active = case.active_context().expect("the root is active again");
        callback(case, "coro_3").await;
        assert_eq!(case.active_context(), Some(active));
    };
    executor::run(case.in_span(Arc::new(case.span("root")), Box::pin(work)));
    assert_eq!(case.names(), ["coro_1", "coro_2", "coro_3", "root"]);
    let root = case.one("root").context;
    assert!(["coro_1", "coro_3"].iter().all(|name| is_child(&case.one(name).context, &root)));
    assert_root(&case.one("coro_2").context);
}
