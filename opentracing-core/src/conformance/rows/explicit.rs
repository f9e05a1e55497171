//! Go's explicit contexts: what the active span of a thread stands for here.

use std::sync::Arc;

use crate::conformance::capability::Capability::{Identity, Inspection, Scopes};
use crate::conformance::case::{Case, assert_child, assert_root};
use crate::conformance::row::Row;
use crate::conformance::start::Start;
use crate::context::SpanContext;
use crate::reference::ReferenceKind;
use crate::scope::FinishOnClose::Yes;
use crate::span::Span;

pub(super) const ROWS: &[Row] = &[
    Row::new("CX1", "ContextWithSpan", context_with_span).needing(&[Scopes]),
    Row::new("CX2", "StartSpanFromContext", start_from_context).needing(&[Scopes, Identity]),
    Row::new("CX3", "options_test", options).needing(&[Identity, Inspection]).stating(4),
];

fn context_with_span(case: &Case<'_>) {
    case.assert_nothing_active();
    let span = Arc::new(case.span("test"));
    let scope = case.activate(Arc::clone(&span), Yes);
    case.assert_active(&span);
    let without = case.tracer().scope_manager().without_active();
    case.assert_nothing_active();
    drop(without);
    case.assert_active(&span);
    case.close(scope);
}

fn start_from_context(case: &Case<'_>) {
    let first = case.scope("first-child");
    assert_root(&first.context());
    assert_eq!(case.active_context(), Some(first.context()));
    let second = case.scope("second-child");
    assert_child(&second.context(), &first.context());
    assert_eq!(case.active_context(), Some(second.context()));
    case.close(second);
    case.close(first);
}

fn options(case: &Case<'_>) {
    let nothing = case.start(Start::new("nothing").child_of(None::<&Span>).follows_from(None::<SpanContext>));
    case.finish(&nothing);
    assert_eq!(case.one("nothing").references, []);
    let cause = case.span("cause");
    for (name, kind) in [("child", ReferenceKind::ChildOf), ("next", ReferenceKind::FollowsFrom)] {
        let start = match kind {
            ReferenceKind::ChildOf => Start::new(name).child_of(&cause),
            _ => Start::new(name).follows_from(&cause),
        };
        let span = case.start(start);
        case.finish(&span);
        let [reference] = &case.one(name).references[..] else { panic!("one reference") };
        assert_eq!((&reference.kind, &reference.context), (&kind, &cause.context()));
    }
}
