//! What the other tests rest on: the backend runs, and what is read back is what came in.

use serde_json::json;

use crate::jaeger::{self, Stored};

#[test]
fn jaeger_gives_back_a_span_as_it_was_posted() {
    let trace_id = jaeger::fresh_trace_id();
    let posted = Stored {
        resource: json!({"attributes": [{"key": "service.name", "value": {"stringValue": "posted"}}]}),
        scope: json!({"name": "opentracing"}),
        span: json!({
            "traceId": trace_id,
            "spanId": "a2fb4a1d1a96d312",
            "flags": 1,
            "name": "op",
            "kind": 2,
            "startTimeUnixNano": "1700000000000000000",
            "endTimeUnixNano": "1700000000001500000",
            "attributes": [
                {"key": "bool", "value": {"boolValue": true}},
                {"key": "bytes", "value": {"bytesValue": "AP8="}},
                {"key": "double", "value": {"doubleValue": 1.5}},
                {"key": "int", "value": {"intValue": "-42"}},
            ],
            "events": [{
                "timeUnixNano": "1700000000000000001",
                "name": "retry",
                "attributes": [{"key": "attempt", "value": {"intValue": "2"}}],
            }],
            "links": [{
                "traceId": "00000000000000020000000000000001",
                "spanId": "0000000000000003",
                "traceState": "vendor=1",
            }],
            "status": {"code": 2, "message": "boom"},
        }),
    };

    let scope_spans = json!([{"scope": posted.scope, "spans": [posted.span]}]);
    jaeger::post(&json!({"resourceSpans": [{"resource": posted.resource, "scopeSpans": scope_spans}]}));

    assert_eq!(jaeger::trace(&trace_id, 1), [posted]);
}
