//! What real backends make of our spans.
//!
//! A plain `cargo test` leaves these tests out, so that it needs nothing but Rust. `cargo test --test real_backends`
//! asks for them, and then a backend that is not there is a failure: `backends/backends start` before it.

mod jaeger;

use serde_json::json;

/// Everything below rests on this: the backend runs, and what is read back is what came in.
#[test]
fn jaeger_gives_back_a_span_as_it_was_posted() {
    let trace_id = jaeger::fresh_trace_id();
    let resource_spans = json!([{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "posted"}}]},
        "scopeSpans": [{
            "scope": {"name": "opentracing"},
            "spans": [{
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
                "links": [{"traceId": "00000000000000020000000000000001", "spanId": "0000000000000003"}],
                "status": {"code": 2, "message": "boom"},
            }],
        }],
    }]);

    jaeger::post(&json!({"resourceSpans": resource_spans}));

    assert_eq!(jaeger::resource_spans(&trace_id, 1), resource_spans);
}
