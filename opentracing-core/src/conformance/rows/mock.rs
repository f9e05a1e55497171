//! The tests of the mock tracers of Python, Java and Go, as far as they are about the mock itself: its lists,
//! resetting, closing, propagation.

use std::sync::Arc;
use std::time::Duration;

use crate::conformance::capability::Capability::{
    Baggage, BinaryPropagation, Identity, Inspection, Mock, Scopes, TextPropagation,
};
use crate::conformance::case::{Case, assert_child, baggage};
use crate::conformance::row::Row;
use crate::conformance::start::Start;
use crate::conformance::subject::{TextCarrier, TextFormat};
use crate::context::SpanContext;
use crate::propagation::format;
use crate::scope::FinishOnClose::No;

pub(super) const ROWS: &[Row] = &[
    Row::new("MT1", "py finished_spans", finished_spans).needing(&[Mock]),
    Row::new("MT2", "py, java, go reset", reset).needing(&[Mock]),
    Row::new("MT4", "py propagation", propagation).needing(&[
        Identity,
        Baggage,
        TextPropagation,
        BinaryPropagation,
    ]),
    Row::new("MT5", "py extract_corrupted_data", extract_corrupted_data).needing(&[Mock]).stating(5),
    Row::new("MT10", "java testTextMapPropagatorHttpHeaders", http_headers)
        .needing(&[Identity, TextPropagation]),
    Row::new("MT11", "java testBinaryPropagator", binary_propagator).needing(&[
        Identity,
        Baggage,
        BinaryPropagation,
    ]),
    Row::new("MT12", "java testActiveSpan", active_span).needing(&[Scopes, Inspection]),
    Row::new("MT15", "java testDefaultConstructor", default_constructor).needing(&[Mock]),
    Row::new("MT17", "java testClose", close).needing(&[Mock]),
    Row::new("MT18", "go StartSpan", unfinished_spans).needing(&[Mock]),
    Row::new("MT21", "go FinishedSpans_and_Reset", finished_and_reset).needing(&[Mock]),
    Row::new("R3c", "what is asked of a finished span is visible in errors()", misuse_is_visible)
        .needing(&[Mock])
        .stating(3),
];

fn finished_spans(case: &Case<'_>) {
    let mock = case.mock();
    case.finish(&case.span("x"));
    let before = mock.finished_spans();
    case.finish(&case.span("y"));
    assert_eq!(before.len(), 1, "each call gives a copy");
    assert_eq!(case.names(), ["x", "y"]);
}

fn reset(case: &Case<'_>) {
    case.finish(&case.span("x"));
    case.mock().reset();
    assert_eq!(case.mock().finished_spans(), []);
}

fn propagation(case: &Case<'_>) {
    let span = case.span("parent");
    span.set_baggage_item("foo", "bar");
    let context = span.context();
    let by_text = case.injected(TextFormat::TextMap, &context);
    let by_bytes = case.injected_binary(&context);
    for extracted in [
        case.extracted(TextFormat::TextMap, &by_text),
        case.extract_binary(&by_bytes).expect("not garbled").expect("a context"),
    ] {
        assert_eq!(extracted.ids(), context.ids());
        assert_eq!(baggage(&extracted), [("foo", "bar")]);
    }
    let invalid = format::Custom("invalid");
    let mut carrier = TextCarrier::new();
    let injected = case.tracer().inject(&context, invalid, &mut carrier);
    assert!(injected.expect_err("no such format").is_unsupported_format());
    let extracted = case.tracer().extract(invalid, &carrier);
    assert!(extracted.expect_err("no such format").is_unsupported_format());
}

fn extract_corrupted_data(case: &Case<'_>) {
    let context = case.span("op").context();
    for format in TextFormat::BOTH {
        let absent = case.extract_text(format, &TextCarrier::new());
        assert!(matches!(absent, Ok(None)), "an empty carrier holds no context");
        let mut half = case.injected(format, &context);
        half.retain(|(key, _)| key == "ot-tracer-traceid");
        assert_eq!(half.len(), 1);
        let extracted = case.extract_text(format, &half);
        assert!(extracted.expect_err("the span id is missing").is_corrupted());
    }
    assert!(matches!(case.extract_binary(&[]), Ok(None)));
}

fn http_headers(case: &Case<'_>) {
    let context = case.span("parent").context();
    let carrier = case.injected(TextFormat::HttpHeaders, &context);
    let extracted = case.extracted(TextFormat::HttpHeaders, &carrier);
    let child = case.start(Start::new("child").child_of(&extracted));
    assert_child(&child.context(), &context);
}

fn binary_propagator(case: &Case<'_>) {
    let parent = case.span("parent");
    parent.set_baggage_item("foobag", "fooitem");
    case.finish(&parent);
    let carrier = case.injected_binary(&parent.context());
    let extracted = case.extract_binary(&carrier).expect("not garbled").expect("a context");
    let child = case.start(Start::new("child").child_of(&extracted));
    child.set_baggage_item("barbag", "baritem");
    assert_child(&child.context(), &parent.context());
    assert_eq!(parent.baggage_item("barbag"), None, "a child's baggage does not flow to its parent");
    assert_eq!(baggage(&child.context()), [("barbag", "baritem"), ("foobag", "fooitem")]);
}

fn active_span(case: &Case<'_>) {
    case.assert_nothing_active();
    let span = Arc::new(case.span("foo"));
    let scope = case.activate(Arc::clone(&span), No);
    case.assert_active(&span);
    case.close(scope);
    case.assert_nothing_active();
    assert_eq!(case.finished(), []);
}

fn default_constructor(case: &Case<'_>) {
    let scope = case.scope("foo");
    case.assert_active(&scope.span());
    let carrier = case.injected(TextFormat::TextMap, &scope.context());
    assert!(!carrier.is_empty(), "the mock's default is to fill text maps");
    case.close(scope);
}

fn close(case: &Case<'_>) {
    let (tracer, open) = (case.tracer(), case.span("open"));
    case.finish(&case.span("finished"));
    tracer.close(Duration::ZERO);
    assert_eq!(case.finished(), [], "closing empties the list");
    case.finish(&open);
    case.finish(&case.span("late"));
    assert_eq!(case.finished(), [], "what finishes later is dropped");
    let report = tracer.close(Duration::ZERO);
    assert_eq!((report.started, report.exported, report.dropped.closed, report.open), (3, 1, 2, 0));
}

fn unfinished_spans(case: &Case<'_>) {
    let parent = case.start(Start::new("parent").tag("x", "y"));
    let child = case.start(Start::new("child").child_of(&parent));
    let open: Vec<_> = case.mock().unfinished_spans().into_iter().map(|span| span.operation_name).collect();
    assert_eq!(open, ["parent", "child"]);
    case.finish(&child);
    case.finish(&parent);
    assert_eq!(case.mock().unfinished_spans(), []);
    assert_eq!(case.names(), ["child", "parent"]);
    assert_eq!(case.one("parent").tag("x").expect("the tag was given"), "y");
}

fn finished_and_reset(case: &Case<'_>) {
    let mock = case.mock();
    let span = case.span("x");
    assert_eq!((mock.unfinished_spans().len(), mock.finished_spans().len()), (1, 0));
    case.finish(&span);
    assert_eq!((mock.unfinished_spans().len(), mock.finished_spans().len()), (0, 1));
    let in_flight = case.span("z");
    mock.reset();
    assert_eq!((mock.unfinished_spans().len(), mock.finished_spans().len()), (0, 0));
    in_flight.set_baggage_item("kept", "in flight");
    case.finish(&in_flight);
    assert_eq!(case.one("z").context.baggage_item("kept"), Some("in flight"));
}

fn misuse_is_visible(case: &Case<'_>) {
    let span = case.span("op");
    case.finish(&span);
    let context: SpanContext = span.context();
    case.finish(&span);
    span.set_tag("late", 1).log_event("late").set_operation_name("late").set_baggage_item("late", "1");
    let errors = case.mock().errors();
    let operations: Vec<_> = errors.iter().map(|error| error.operation).collect();
    assert_eq!(operations, ["finish", "set_tag", "log_event", "set_operation_name", "set_baggage_item"]);
    assert!(errors.iter().all(|error| error.span == context));
    assert!(errors[1..].iter().all(|error| error.location.file() == file!()));
}
