//! What a tracer that does nothing has to do.

use std::sync::Arc;

use super::errors::assert_standard_error;
use crate::conformance::capability::Capability::{Inspection, Noop};
use crate::conformance::case::Case;
use crate::conformance::row::Row;
use crate::conformance::start::Start;
use crate::conformance::subject::{TestError, TextCarrier, TextFormat};
use crate::fields;
use crate::scope::FinishOnClose::{No, Yes};
use crate::tags;

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::SystemTime;

pub(super) const ROWS: &[Row] = &[
    Row::new("NT1", "test_noop_span::test_span", span).needing(&[Noop]),
    Row::new("NT2", "test_span_error_report", span_error_report).needing(&[Inspection]).stating(8),
    Row::new("NT3", "test_inject, test_extract", inject_and_extract).needing(&[Noop]),
    Row::new("NT4", "noop_tracer::test_tracer, test_tracer_active_span", tracer).needing(&[Noop]),
    Row::new("NT5", "test_scope_manager", scope_manager).needing(&[Noop]),
    Row::new("NT6", "Java's no-op", java).needing(&[Noop]),
];

fn span(case: &Case<'_>) {
    let parent = case.span("parent");
    let child = case.start(Start::new("child").child_of(&parent));
    assert_eq!(parent.context(), child.context());
    assert_eq!(child.context().ids(), None);
    child.log(fields![event = "a"]).log_at(SystemTime::UNIX_EPOCH, fields![event = "b"]);
    child
        .set_tag(tags::PEER_SERVICE, "me")
        .set_tag(tags::PEER_IPV4, Ipv4Addr::LOCALHOST)
        .set_tag(tags::PEER_IPV6, Ipv6Addr::LOCALHOST)
        .set_tag(tags::PEER_PORT, 8080)
        .set_baggage_item("key", "value");
    assert_eq!(child.baggage_item("key"), None);
    let result = case.try_in_span("fails", &mut |_| Err(TestError::new()));
    assert_eq!(result, Err(TestError::new()), "the error is the caller's, traced or not");
    [&child, &child, &parent].into_iter().for_each(|span| case.finish(span));
    assert!(!child.is_recording());
}

fn span_error_report(case: &Case<'_>) {
    let span = case.span("error_test");
    span.log_error(&TestError::new());
    case.finish(&span);
    assert_standard_error(&case.one("error_test"));
}

fn inject_and_extract(case: &Case<'_>) {
    let context = case.span("op").context();
    for format in TextFormat::BOTH {
        assert_eq!(case.injected(format, &context), TextCarrier::new());
        let carrier = vec![("uber-trace-id".to_owned(), "garbled".to_owned())];
        assert!(matches!(case.extract_text(format, &carrier), Ok(None)), "a no-op reads nothing");
    }
    assert_eq!(case.injected_binary(&context), []);
}

fn tracer(case: &Case<'_>) {
    let parent = case.span("parent");
    let child = case.start(Start::new("child").child_of(&parent));
    assert_eq!(child.context(), parent.context());
    assert!(case.tracer().is_noop());
    case.assert_nothing_active();
}

fn scope_manager(case: &Case<'_>) {
    case.assert_nothing_active();
    let scope = case.activate(Arc::new(case.span("op")), Yes);
    case.assert_nothing_active();
    assert_eq!(scope.context().ids(), None);
    case.close(scope);
    case.assert_nothing_active();
}

fn java(case: &Case<'_>) {
    let scope = case.activate(Arc::new(case.span("op")), No);
    if let Some(active) = case.active() {
        active.set_tag(tags::ERROR, true);
    }
    scope.set_tag(tags::ERROR, true).span().set_tag(tags::ERROR, true);
    let text = scope.context().trace_id().map(|id| id.to_string()).unwrap_or_default();
    assert_eq!(text, "");
    case.close(scope);
}
