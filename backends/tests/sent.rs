//! Spans as a tracer sends them, and as Jaeger should then have them.

use std::time::{Duration, SystemTime};

use opentracing::{Config, Report, Span, SpanContext, TracerGuard, reporter};
use serde_json::{Value, json};

use crate::jaeger::{self, Stored};

/// The values of OTLP's `flags` for a span or the target of a link: it is sampled, and known to be of this process or
/// of another.
pub(crate) const LOCAL: u32 = 0x101;
pub(crate) const REMOTE: u32 = 0x301;

/// A tracer that sends its spans to Jaeger.
pub(crate) fn tracer(config: Config) -> TracerGuard {
    config.reporter(reporter::otlp(jaeger::otlp())).build().unwrap()
}

/// Sends what there is, for which there is time even on a machine that is busy with other tests.
pub(crate) fn close(guard: &TracerGuard) -> Report {
    guard.close(Duration::from_secs(20))
}

/// Closes a tracer, which reports that all its spans were sent.
pub(crate) fn sent(guard: &TracerGuard, spans: u64) {
    let report = close(guard);
    assert_eq!((report.started, report.exported, report.dropped.total()), (spans, spans, 0), "{report}");
    assert_eq!((report.open, report.queued, report.unsampled), (0, 0, 0), "{report}");
}

/// Sends a root from `at(0)` to `at(1)` and reads it back.
pub(crate) fn round_trip(
    config: Config,
    name: &'static str,
    fill: impl FnOnce(&Span),
) -> (SpanContext, Stored) {
    let guard = tracer(config);
    let span = guard.tracer().span(name).start_time(at(0)).start();
    fill(&span);
    span.finish_at(at(1));
    sent(&guard, 1);

    let context = span.context();
    let mut stored = jaeger::trace(context.trace_id().expect("every span has ids"), 1);
    (context, stored.remove(0))
}

/// So long after a moment that a test cannot meet by chance.
pub(crate) fn at(nanos: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000) + Duration::from_nanos(nanos)
}

/// A root from `at(0)` to `at(1)`, with `fields` beside or instead of those that it has anyway.
pub(crate) fn root(context: &SpanContext, name: &str, fields: Value) -> Value {
    let (trace_id, span_id) = context.ids().expect("every span has ids");
    let mut span = json!({
        "traceId": trace_id.to_string(),
        "spanId": span_id.to_string(),
        "flags": LOCAL,
        "name": name,
        "kind": 1, // internal
        "startTimeUnixNano": "1700000000000000000",
        "endTimeUnixNano": "1700000000000000001",
        "status": {},
    });
    let Value::Object(fields) = fields else { panic!("{fields} is no object") };
    for (field, value) in fields {
        span[field] = value;
    }
    span
}

/// As `root`, with a parent in the same process.
pub(crate) fn child(context: &SpanContext, name: &str, fields: Value) -> Value {
    let mut span = root(context, name, fields);
    span["parentSpanId"] = context.parent_id().expect("a child has a parent").to_string().into();
    span
}

/// What refers to a span.
pub(crate) fn link(context: &SpanContext, kind: &str, flags: u32) -> Value {
    let (trace_id, span_id) = context.ids().expect("every span has ids");
    json!({
        "traceId": trace_id.to_string(),
        "spanId": span_id.to_string(),
        "flags": flags,
        "attributes": [{"key": "opentracing.ref_type", "value": {"stringValue": kind}}],
    })
}
