//! The harness of scope managers. Where upstream compares scopes, the active spans are compared.

use std::sync::Arc;
use std::thread;

use crate::conformance::capability::Capability::{Inspection, Scopes};
use crate::conformance::case::Case;
use crate::conformance::executor;
use crate::conformance::row::Row;
use crate::scope::FinishOnClose::{No, Yes};
use crate::span::Span;

pub(super) const ROWS: &[Row] = &[
    Row::new("SC1", "test_missing_active_external", missing_active),
    Row::new("SC2", "test_missing_active", missing_active_inside),
    Row::new("SC3", "test_activate", activate_inside).needing(&[Scopes, Inspection]),
    Row::new("SC4", "test_activate_external", activate).needing(&[Scopes, Inspection]),
    Row::new("SC5", "test_activate_finish_on_close", finish_on_close).needing(&[Scopes, Inspection]),
    Row::new("SC6", "test_activate_nested", nested).needing(&[Scopes, Inspection]),
    Row::new("SC7", "test_activate_finish_on_close_nested", finish_nested).needing(&[Scopes, Inspection]),
    Row::new("SC8", "test_close_wrong_order", close_wrong_order).needing(&[Scopes, Inspection]).stating(1),
    Row::new("SC9", "test_no_event_loop", no_event_loop),
    Row::new("SC10", "implicitSpanStack and Java's others", without_finish).needing(&[Scopes, Inspection]),
];

fn shared(case: &Case<'_>, name: &'static str) -> Arc<Span> {
    Arc::new(case.span(name))
}

fn missing_active(case: &Case<'_>) {
    case.assert_nothing_active();
}

fn missing_active_inside(case: &Case<'_>) {
    executor::run(Box::pin(async { missing_active(case) }));
}

fn activate(case: &Case<'_>) {
    let span = shared(case, "active");
    let scope = case.activate(Arc::clone(&span), No);
    case.assert_active(&span);
    case.close(scope);
    assert_eq!(case.count("active"), 0, "closing finished the span");
    case.assert_nothing_active();
}

fn activate_inside(case: &Case<'_>) {
    executor::run(Box::pin(async { activate(case) }));
}

fn finish_on_close(case: &Case<'_>) {
    let span = shared(case, "active");
    let scope = case.activate(Arc::clone(&span), Yes);
    case.assert_active(&span);
    case.close(scope);
    assert_eq!(case.count("active"), 1, "closing has to finish the span, once");
    case.assert_nothing_active();
}

fn nested(case: &Case<'_>) {
    let (parent, child) = (shared(case, "parent"), shared(case, "child"));
    let outer = case.activate(Arc::clone(&parent), Yes);
    case.assert_active(&parent);
    let inner = case.activate(Arc::clone(&child), Yes);
    case.assert_active(&child);
    case.close(inner);
    case.assert_active(&parent);
    case.close(outer);
    assert_eq!(case.names(), ["child", "parent"]);
    case.assert_nothing_active();
}

fn finish_nested(case: &Case<'_>) {
    let (parent, child) = (shared(case, "parent"), shared(case, "child"));
    let outer = case.activate(Arc::clone(&parent), No);
    let inner = case.activate(Arc::clone(&child), Yes);
    case.assert_active(&child);
    case.close(inner);
    case.assert_active(&parent);
    case.close(outer);
    assert_eq!(case.names(), ["child"]);
    case.assert_nothing_active();
}

fn close_wrong_order(case: &Case<'_>) {
    let (parent, child) = (shared(case, "parent"), shared(case, "child"));
    let outer = case.activate(parent, Yes);
    let inner = case.activate(Arc::clone(&child), Yes);
    case.close(outer);
    assert_eq!(case.count("parent"), 0, "the parent was finished while its child is active");
    case.assert_active(&child);
    case.close(inner);
}

fn no_event_loop(case: &Case<'_>) {
    let span = shared(case, "elsewhere");
    let scope = case.activate(span, Yes);
    // What is active on one thread is not so on another.
    thread::scope(|threads| {
        let thread = threads.spawn(|| case.active().is_none());
        assert!(thread.join().expect("asking does not panic"), "a new thread has an active span");
    });
    case.close(scope);
}

/// Java's implicitSpanStack, missingActiveSpan, defaultActivateSpan and
/// testDeactivateWhenDifferentSpanIsActive.
fn without_finish(case: &Case<'_>) {
    case.assert_nothing_active();
    let (background, foreground) = (shared(case, "background"), shared(case, "foreground"));
    let outer = case.activate(Arc::clone(&background), No);
    case.assert_active(&background);
    let inner = case.activate(Arc::clone(&foreground), No);
    case.assert_active(&foreground);
    case.close(inner);
    case.assert_active(&background);
    case.close(outer);
    case.assert_nothing_active();

    let outer = case.activate(Arc::clone(&background), No);
    let inner = case.activate(Arc::clone(&foreground), No);
    case.close(outer);
    case.assert_active(&foreground);
    case.close(inner);
    case.assert_nothing_active();
    assert_eq!(case.finished(), [], "none of the scopes finishes its span");
}
