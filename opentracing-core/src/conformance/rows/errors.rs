//! Errors inside spans and scopes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use crate::conformance::capability::Capability::{Inspection, Scopes};
use crate::conformance::case::Case;
use crate::conformance::row::Row;
use crate::conformance::subject::TestError;
use crate::mock::MockSpan;
use crate::scope::FinishOnClose::{No, Yes};
use crate::tags;
use crate::tracer::Tracer;

pub(super) const ROWS: &[Row] = &[
    Row::new("ET1", "test_scope_wrapper, test_scope_context_manager", scope_closes_once)
        .needing(&[Inspection]),
    Row::new("ET2", "test_scope_error_report", scope_error_report).needing(&[Inspection]).stating(8),
    Row::new("ET3", "test_scope_exit_with_no_span", exit_with_no_span),
    Row::new("ET4", "testSimpleError", simple_error).needing(&[Scopes, Inspection]),
    Row::new("ET5", "testCallbackError", callback_error).needing(&[Inspection]),
];

/// The tag, and one log with the standard fields.
#[track_caller]
pub(super) fn assert_standard_error(span: &MockSpan) {
    assert_eq!(span.tags, [("error".to_owned(), true.into())]);
    assert_eq!(span.logs.len(), 1, "an error is one log");
    let keys: Vec<_> = span.logs[0].fields.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["event", "error.kind", "error.object", "message", "stack"]);
    let text = |key: &str| span.logs[0].field(key).expect("the key is there").to_string();
    assert_eq!(text("event"), "error");
    assert!(text("error.kind").ends_with("TestError"), "the kind is the type: {}", text("error.kind"));
    assert_eq!(text("error.object"), format!("{:?}", TestError::new()));
    assert_eq!(text("message"), "the test failed on purpose");
    assert!(text("stack").contains("it was told to"), "the stack names the source: {}", text("stack"));
}

fn scope_closes_once(case: &Case<'_>) {
    let span = Arc::new(case.span("op"));
    let scope = case.activate(Arc::clone(&span), Yes);
    assert!(Arc::ptr_eq(&scope.span(), &span), "a scope gives the span it was made with");
    case.close(scope);
    assert_eq!(case.count("op"), 1);
}

fn scope_error_report(case: &Case<'_>) {
    let scope = case.scope("error_test");
    scope.log_error(&TestError::new());
    case.close(scope);
    assert_standard_error(&case.one("error_test"));
}

fn exit_with_no_span(case: &Case<'_>) {
    // A scope without a span is that of a no-op; what unwinds through it is the original panic alone.
    let work = || Tracer::noop().in_span("nothing", |_| panic!("the original"));
    let payload = catch_unwind(AssertUnwindSafe(work)).map(|(): ()| ()).expect_err("the panic goes on");
    assert_eq!(payload.downcast_ref(), Some(&"the original"));
    case.assert_nothing_active();
}

fn simple_error(case: &Case<'_>) {
    let span = Arc::new(case.span("one"));
    let scope = case.activate(Arc::clone(&span), No);
    if let Err(error) = "x".parse::<u8>() {
        scope.log_error(&error);
    }
    case.close(scope);
    case.finish(&span);
    assert_eq!(case.one("one").tag("error").expect("an error was set"), true);
    case.assert_nothing_active();
}

fn callback_error(case: &Case<'_>) {
    let span = Arc::new(case.span("two"));
    thread::scope(|threads| {
        threads.spawn(|| {
            let scope = case.activate(Arc::clone(&span), No);
            scope.set_tag(tags::ERROR, true);
            case.close(scope);
        });
    });
    case.finish(&span);
    assert_eq!(case.one("two").tag("error").expect("the worker set it"), true);
}
