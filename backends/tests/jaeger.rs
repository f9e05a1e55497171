//! Jaeger, as `backends/jaeger.yaml` sets it up: OTLP goes in, its query API gives back.

use std::error::Error;
use std::fmt::Display;
use std::net::TcpStream;
use std::time::{Duration, Instant, SystemTime};
use std::{process, thread};

use serde_json::Value;

const OTLP: &str = "127.0.0.1:4318";
const TRACES: &str = "http://127.0.0.1:16686/api/v3/traces";

/// A span can be read within a second of its receipt; the rest is for a busy machine.
const READABLE_WITHIN: Duration = Duration::from_secs(10);

/// A span as Jaeger has it, in the JSON of OTLP, and who made it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) resource: Value,
    pub(crate) scope: Value,
    pub(crate) span: Value,
}

impl Stored {
    pub(crate) fn service(&self) -> &str {
        let mut attributes = entries(&self.resource["attributes"]);
        let name = attributes.find(|attribute| attribute["key"] == "service.name");
        name.and_then(|name| name["value"]["stringValue"].as_str()).expect("a resource names its service")
    }

    /// A field that is text, which is empty where it is absent.
    pub(crate) fn text(&self, field: &str) -> &str {
        self.span[field].as_str().unwrap_or_default()
    }
}

/// The URL at which Jaeger takes OTLP; it must be running.
pub(crate) fn otlp() -> String {
    let url = format!("http://{OTLP}");
    match TcpStream::connect(OTLP) {
        Ok(_) => url,
        Err(error) => unreachable_backend(&url, &error),
    }
}

/// A trace id that no earlier run has left in the store.
pub(crate) fn fresh_trace_id() -> String {
    let now = SystemTime::UNIX_EPOCH.elapsed().expect("the clock is past 1970");
    format!("{:08x}{:024x}", process::id(), now.as_nanos())
}

/// Sends an OTLP request, as JSON.
pub(crate) fn post(request: &Value) {
    let url = format!("{}/v1/traces", otlp());
    ureq::post(&url)
        .header("content-type", "application/json")
        .send(request.to_string())
        .unwrap_or_else(|error| unreachable_backend(&url, &error));
}

/// The spans of a trace, by their names, once there are `count` of them.
pub(crate) fn trace(trace_id: impl Display, count: usize) -> Vec<Stored> {
    read_until(count, &format!("{TRACES}/{trace_id}"), |_| true)
}

/// The spans that began since then in the newest traces that a service takes part in, by their names, once there are
/// `count` of them.
pub(crate) fn newest_traces(service: &str, traces: usize, since: SystemTime, count: usize) -> Vec<Stored> {
    let since = since.duration_since(SystemTime::UNIX_EPOCH).expect("the clock is past 1970").as_nanos();
    let ever = "query.start_time_min=2000-01-01T00:00:00Z&query.start_time_max=2200-01-01T00:00:00Z";
    let url = format!("{TRACES}?query.service_name={service}&query.num_traces={traces}&{ever}");
    read_until(count, &url, |span| {
        span.text("startTimeUnixNano").parse().is_ok_and(|start: u128| start >= since)
    })
}

fn read_until(count: usize, url: &str, wanted: impl Fn(&Stored) -> bool) -> Vec<Stored> {
    let deadline = Instant::now() + READABLE_WITHIN;
    loop {
        let mut spans = spans(&get(url));
        spans.retain(&wanted);
        assert!(spans.len() <= count, "{url} has {} spans, not {count}: {spans:#?}", spans.len());
        if spans.len() == count {
            spans.sort_by(|a, b| a.text("name").cmp(b.text("name")));
            return spans;
        }
        assert!(Instant::now() < deadline, "{url} has {} of {count} spans: {spans:#?}", spans.len());
        // Jaeger tells nobody when a span becomes readable.
        thread::sleep(Duration::from_millis(50));
    }
}

fn spans(resource_spans: &Value) -> Vec<Stored> {
    let mut spans = Vec::new();
    for from_process in entries(resource_spans) {
        for from_scope in entries(&from_process["scopeSpans"]) {
            let (resource, scope) = (&from_process["resource"], &from_scope["scope"]);
            spans.extend(entries(&from_scope["spans"]).map(|span| Stored {
                resource: resource.clone(),
                scope: scope.clone(),
                span: span.clone(),
            }));
        }
    }
    spans
}

fn entries(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// The `resourceSpans` of an answer; null where there are none.
fn get(url: &str) -> Value {
    let body = match ureq::get(url).call() {
        Ok(response) => response.into_body().read_to_string(),
        Err(ureq::Error::StatusCode(404)) => return Value::Null,
        Err(error) => unreachable_backend(url, &error),
    };
    let body = body.expect("Jaeger sends its answer whole");
    let mut answer: Value = serde_json::from_str(&body).expect("Jaeger answers in JSON");
    answer["result"]["resourceSpans"].take()
}

fn unreachable_backend(url: &str, error: &dyn Error) -> ! {
    panic!("{url}: {error}; `backends/backends start jaeger` runs what this test needs")
}
