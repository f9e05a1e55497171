//! The harness of Python's API, Go's and JavaScript's: tracers, scopes and propagation.

use crate::conformance::capability::Capability::{
    Baggage, BinaryPropagation, Identity, Inspection, Noop, Scopes, TextPropagation,
};
use crate::conformance::case::{Case, assert_child, assert_root, is_child, same_trace};
use crate::conformance::row::Row;
use crate::conformance::start::Start;
use crate::conformance::subject::{TextCarrier, TextFormat};
use crate::context::SpanContext;
use crate::propagation::format;
use crate::scope::FinishOnClose;

use std::ops::ControlFlow;
use std::sync::Arc;

pub(super) const ROWS: &[Row] = &[
    Row::new("A1", "test_active_span", active_span),
    Row::new("A2", "test_start_active_span", start_active_span),
    Row::new("A3", "test_start_active_span_parent", start_active_span_parent),
    Row::new("A4", "test_start_active_span_ignore_active_span", start_active_span_ignore_active_span),
    Row::new("A5", "test_start_active_span_not_finish_on_close", not_finish_on_close),
    Row::new("A6", "test_start_active_span_finish_on_close", finish_on_close),
    Row::new("A7", "test_start_active_span_default_finish_on_close", default_finish_on_close),
    Row::new("A9", "test_start_span_propagation", start_span_propagation),
    Row::new("A10", "test_start_span_propagation_ignore_active_span", propagation_ignore_active_span),
    Row::new("A11", "test_start_span_with_parent", start_span_with_parent),
    Row::new("A12", "test_start_child_span", start_child_span),
    Row::new("A20", "test_text_propagation", text_propagation)
        .needing_one_of(&[TextPropagation, Noop])
        .stating(5),
    Row::new("A21", "test_binary_propagation", binary_propagation)
        .needing_one_of(&[BinaryPropagation, Noop])
        .stating(5),
    Row::new("A22", "test_mandatory_formats", mandatory_formats).needing_one_of(&[
        TextPropagation,
        BinaryPropagation,
        Noop,
    ]),
    Row::new("A23", "test_unknown_format", unknown_format).stating(5),
    Row::new("A24", "test_tracer_start_active_span_scope", start_active_span_scope),
    Row::new("A25", "test_tracer_start_span_scope", start_span_scope),
    Row::new("GA1", "TestStartSpanWithParent", go_start_span_with_parent).needing(&[Identity]),
    Row::new("GA2", "TestHTTPPropagation", http_propagation).needing(&[Identity, TextPropagation]),
    Row::new("GA3", "TestMultiBaggage", multi_baggage).needing(&[Baggage]),
    Row::new("JA1", "inject accepts Span and SpanContext", inject_accepts_both)
        .needing_one_of(&[TextPropagation, Noop]),
    Row::new("JA2", "extract robustness (no-op)", extract_robustness).needing(&[Noop]),
    Row::new("JA3", "toTraceId, toSpanId", ids_as_text),
    Row::new("JA4", "Reference(null/undefined)", null_reference).stating(4),
];

fn active_span(case: &Case<'_>) {
    let span = Arc::new(case.span("Fry"));
    case.assert_nothing_active();
    assert!(case.tracer().scope_manager().active().is_none(), "the manager disagrees with the tracer");
    let scope = case.activate(Arc::clone(&span), FinishOnClose::Yes);
    if case.has(Scopes) {
        case.assert_active(&span);
    }
    case.close(scope);
}

fn start_active_span(case: &Case<'_>) {
    let scope = case.scope("Fry");
    if case.has(Scopes) {
        case.assert_active(&scope.span());
        assert_root(&scope.context());
    }
    case.close(scope);
}

fn start_active_span_parent(case: &Case<'_>) {
    let parent = case.scope("Fry");
    let child = case.scope("Farnsworth");
    if case.has(Scopes) {
        assert_child(&child.context(), &parent.context());
    }
    case.close(child);
    case.close(parent);
}

fn start_active_span_ignore_active_span(case: &Case<'_>) {
    let parent = case.scope("Fry");
    let child = case.start_active(Start::new("Farnsworth").ignore_active_span(), FinishOnClose::Yes);
    assert!(!is_child(&child.context(), &parent.context()), "the active span was not ignored");
    case.close(child);
    case.close(parent);
}

fn not_finish_on_close(case: &Case<'_>) {
    let scope = case.start_active(Start::new("Fry"), FinishOnClose::No);
    let span = scope.span();
    case.close(scope);
    assert_eq!(case.count("Fry"), 0, "closing finished the span");
    case.finish(&span);
}

fn finish_on_close(case: &Case<'_>) {
    let scope = case.start_active(Start::new("Fry"), FinishOnClose::Yes);
    case.close(scope);
    if case.has(Inspection) {
        assert_eq!(case.count("Fry"), 1, "closing has to finish the span, once");
    }
}

fn default_finish_on_close(case: &Case<'_>) {
    let scope = case.tracer().span("Fry").start_active();
    case.close(scope);
    if case.has(Inspection) {
        assert_eq!(case.count("Fry"), 1, "closing has to finish the span, once");
    }
}

fn start_span_propagation(case: &Case<'_>) {
    let parent = case.scope("Fry");
    let child = case.span("Farnsworth");
    if case.has(Scopes) {
        assert_child(&child.context(), &parent.context());
    }
    case.finish(&child);
    case.close(parent);
}

fn propagation_ignore_active_span(case: &Case<'_>) {
    let parent = case.scope("Fry");
    let child = case.start(Start::new("Farnsworth").ignore_active_span());
    assert!(!is_child(&child.context(), &parent.context()), "the active span was not ignored");
    case.close(parent);
}

fn start_span_with_parent(case: &Case<'_>) {
    let parent = case.span("parent");
    let child = case.start(Start::new("Leela").child_of(&parent));
    let next = case.start(Start::new("Leela").follows_from(parent.context()).tag("birthplace", "sewers"));
    if case.has(Identity) {
        assert_child(&child.context(), &parent.context());
        assert_child(&next.context(), &parent.context());
    }
    [&child, &next, &parent].into_iter().for_each(|span| case.finish(span));
    if case.has(Inspection) {
        assert_eq!(case.names(), ["Leela", "Leela", "parent"]);
    }
}

fn start_child_span(case: &Case<'_>) {
    let parent = case.span("parent");
    let child = parent.child("Leela").start();
    if case.has(Identity) {
        assert_child(&child.context(), &parent.context());
    }
    case.finish(&child);
    case.finish(&parent);
}

fn text_propagation(case: &Case<'_>) {
    let span = case.span("Bender");
    let carrier = case.injected(TextFormat::TextMap, &span.context());
    let extracted =
        case.extract_text(TextFormat::TextMap, &carrier).expect("what was injected is not garbled");
    if case.has(TextPropagation) {
        assert_eq!(extracted.as_ref().expect("a context was injected").baggage().count(), 0);
    }
    if case.has(Noop) {
        assert!(carrier.is_empty() && extracted.is_none(), "a no-op touches no carrier");
    }
}

fn binary_propagation(case: &Case<'_>) {
    let span = case.span("Bender");
    let carrier = case.injected_binary(&span.context());
    let extracted = case.extract_binary(&carrier).expect("what was injected is not garbled");
    if case.has(BinaryPropagation) {
        assert_eq!(extracted.as_ref().expect("a context was injected").baggage().count(), 0);
    }
    if case.has(Noop) {
        assert!(carrier.is_empty() && extracted.is_none(), "a no-op touches no carrier");
    }
}

fn mandatory_formats(case: &Case<'_>) {
    let span = case.span("Bender");
    if case.has(TextPropagation) || case.has(Noop) {
        for format in TextFormat::BOTH {
            let carrier = case.injected(format, &span.context());
            case.extract_text(format, &carrier).expect("every tracer knows the built-in formats");
        }
    }
    if case.has(BinaryPropagation) || case.has(Noop) {
        let carrier = case.injected_binary(&span.context());
        case.extract_binary(&carrier).expect("every tracer knows the built-in formats");
    }
}

fn unknown_format(case: &Case<'_>) {
    let format = format::Custom("kiss my shiny metal ...");
    let span = case.span("Bender");
    let mut carrier = TextCarrier::new();
    let injected = case.tracer().inject(&span, format, &mut carrier);
    assert!(injected.expect_err("nobody knows this format").is_unsupported_format());
    assert!(carrier.is_empty(), "a carrier is unchanged when the call fails");
    // The format is looked at before the carrier: this one fits nothing.
    let extracted = case.tracer().extract(format, &0_u8);
    assert!(extracted.expect_err("nobody knows this format").is_unsupported_format());
}

fn start_active_span_scope(case: &Case<'_>) {
    let scope = case.scope("Fry");
    if case.has(Scopes) {
        case.assert_active(&scope.span());
    }
    case.close(scope);
}

fn start_span_scope(case: &Case<'_>) {
    let span = case.span("Fry");
    case.assert_nothing_active();
    case.finish(&span);
}

fn go_start_span_with_parent(case: &Case<'_>) {
    let parent = case.span("parent");
    let child = case.start(Start::new("child").child_of(&parent));
    let next = case.start(Start::new("next").follows_from(&parent));
    assert!(same_trace(&child.context(), &parent.context()), "a child is in the trace of its parent");
    assert!(same_trace(&next.context(), &parent.context()), "what follows is in the trace of its cause");
}

fn http_propagation(case: &Case<'_>) {
    let span = case.span("Bender");
    let carrier = case.injected(TextFormat::HttpHeaders, &span.context());
    let extracted = case.extracted(TextFormat::HttpHeaders, &carrier);
    assert_eq!(extracted, span.context());
    assert_eq!(extracted.baggage().count(), 0);
}

fn multi_baggage(case: &Case<'_>) {
    let span = case.span("bags");
    span.set_baggage_item("Bag1", "BaggageVal1").set_baggage_item("Bag2", "BaggageVal2");
    assert_eq!(span.baggage_item("Bag1").as_deref(), Some("BaggageVal1"));
    assert_eq!(span.baggage_item("Bag2").as_deref(), Some("BaggageVal2"));
    let mut seen = 0;
    let _ = span.context().baggage().try_for_each(|_| {
        seen += 1;
        ControlFlow::Break(())
    });
    assert_eq!(seen, 1, "an iteration that is stopped goes no further");
}

fn inject_accepts_both(case: &Case<'_>) {
    let tracer = case.tracer();
    let span = case.span("Bender");
    for format in TextFormat::BOTH {
        let by_context = case.injected(format, &span.context());
        let mut by_span = TextCarrier::new();
        let injected = match format {
            TextFormat::TextMap => tracer.inject(&span, format::TextMap, &mut by_span),
            TextFormat::HttpHeaders => tracer.inject(&span, format::HttpHeaders, &mut by_span),
        };
        injected.expect("a span stands for its context");
        assert_eq!(by_span, by_context);
    }
}

fn extract_robustness(case: &Case<'_>) {
    let empty = TextCarrier::new();
    assert!(matches!(case.extract_text(TextFormat::TextMap, &empty), Ok(None)));
    for bytes in [&[1, 2, 3][..], &[]] {
        assert!(matches!(case.extract_binary(bytes), Ok(None)));
    }
}

fn ids_as_text(case: &Case<'_>) {
    let context = case.span("Bender").context();
    let text = |context: &SpanContext| {
        let trace_id = context.trace_id().map(|id| id.to_string()).unwrap_or_default();
        (trace_id, context.span_id().map(|id| id.to_string()).unwrap_or_default())
    };
    let (trace_id, span_id) = text(&context);
    if case.has(Identity) {
        assert_eq!((trace_id.parse().ok(), span_id.parse().ok()), (context.trace_id(), context.span_id()));
    }
    if case.has(Noop) {
        assert_eq!((trace_id.as_str(), span_id.as_str()), ("", ""));
    }
}

fn null_reference(case: &Case<'_>) {
    let span = case.start(Start::new("root").child_of(None::<SpanContext>).follows_from(None::<SpanContext>));
    if case.has(Identity) {
        assert_root(&span.context());
    }
    case.finish(&span);
    if case.has(Inspection) {
        assert_eq!(case.one("root").references, []);
    }
}
