//! Jaeger, as `backends/jaeger.yaml` sets it up: OTLP goes in, its query API gives back.

use std::time::{Duration, Instant, SystemTime};
use std::{process, thread};

use serde_json::Value;

const OTLP_TRACES: &str = "http://127.0.0.1:4318/v1/traces";
const STORED_TRACES: &str = "http://127.0.0.1:16686/api/v3/traces";

/// A span can be read within a second of its receipt; the rest is for a busy machine.
const READABLE_WITHIN: Duration = Duration::from_secs(10);

/// A trace id that no earlier run has left in the store.
pub(crate) fn fresh_trace_id() -> String {
    let now = SystemTime::UNIX_EPOCH.elapsed().expect("the clock is past 1970");
    format!("{:08x}{:024x}", process::id(), now.as_nanos())
}

/// Sends an OTLP request, as JSON.
pub(crate) fn post(request: &Value) {
    ureq::post(OTLP_TRACES)
        .header("content-type", "application/json")
        .send(request.to_string())
        .unwrap_or_else(|error| unreachable_backend(OTLP_TRACES, &error));
}

/// The `resourceSpans` that Jaeger stored for a trace, once they hold `count` spans.
pub(crate) fn resource_spans(trace_id: &str, count: usize) -> Value {
    let deadline = Instant::now() + READABLE_WITHIN;
    loop {
        let stored = read(trace_id);
        let found = span_count(&stored);
        assert!(found <= count, "trace {trace_id} has {found} spans, not {count}: {stored:#}");
        if found == count {
            return stored;
        }
        assert!(Instant::now() < deadline, "trace {trace_id} has {found} of {count} spans: {stored:#}");
        // Jaeger tells nobody when a span becomes readable.
        thread::sleep(Duration::from_millis(50));
    }
}

fn read(trace_id: &str) -> Value {
    let url = format!("{STORED_TRACES}/{trace_id}");
    let body = match ureq::get(&url).call() {
        Ok(response) => response.into_body().read_to_string(),
        Err(ureq::Error::StatusCode(404)) => return Value::Null,
        Err(error) => unreachable_backend(&url, &error),
    };
    let body = body.expect("Jaeger sends its answer whole");
    let mut answer: Value = serde_json::from_str(&body).expect("Jaeger answers in JSON");
    answer["result"]["resourceSpans"].take()
}

fn span_count(resource_spans: &Value) -> usize {
    let entries = |list: &Value| list.as_array().cloned().unwrap_or_default();
    entries(resource_spans)
        .iter()
        .flat_map(|resource| entries(&resource["scopeSpans"]))
        .map(|scope| entries(&scope["spans"]).len())
        .sum()
}

fn unreachable_backend(url: &str, error: &ureq::Error) -> ! {
    panic!("{url}: {error}; `backends/backends start jaeger` runs what this test needs")
}
