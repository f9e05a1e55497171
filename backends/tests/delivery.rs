//! What is finished arrives at Jaeger, all of it and once, or is counted as lost.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::thread;

use opentracing::{Config, fields, reporter};
use serde_json::json;

use crate::jaeger;
use crate::sent::{at, close, root, sent};

#[test]
fn spans_go_where_the_environment_says() {
    let otlp = jaeger::otlp();
    let variables = [
        ("OTEL_SERVICE_NAME", "by-environment"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &otlp),
        ("OTEL_RESOURCE_ATTRIBUTES", "region=eu%20west"),
        ("JAEGER_TAGS", "replica=3"),
        ("JAEGER_TRACEID_128BIT", "false"),
    ];
    let variable = |name: &str| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| value.into());
    let guard = Config::from_variables(variable).build().unwrap();
    let span = guard.tracer().span("op").start_time(at(0)).start();
    span.finish_at(at(1));
    sent(&guard, 1);

    let context = span.context();
    let trace_id = context.trace_id().unwrap();
    assert_eq!(trace_id.high(), 0);
    let stored = jaeger::trace(trace_id, 1);
    assert_eq!(stored[0].span, root(&context, "op", json!({})));
    let attributes = json!([
        {"key": "jaeger.version", "value": {"stringValue": concat!("Rust-", env!("CARGO_PKG_VERSION"))}},
        {"key": "region", "value": {"stringValue": "eu west"}},
        {"key": "replica", "value": {"stringValue": "3"}},
        {"key": "service.name", "value": {"stringValue": "by-environment"}},
    ]);
    assert_eq!(stored[0].resource, json!({"attributes": attributes}));
}

#[test]
fn a_trace_of_several_threads_and_batches_arrives_whole() {
    const THREADS: usize = 4;
    const SPANS: usize = 300; // of each thread
    let config = Config::new("threads").batch_spans_max(100);
    let guard = crate::sent::tracer(config);
    let parent = guard.tracer().start_span("root");
    thread::scope(|threads| {
        for number in 0..THREADS {
            let parent = &parent;
            threads.spawn(move || {
                for i in 0..SPANS {
                    let span = parent.child("work").tag("number", number * SPANS + i).start();
                    span.log(fields![event = "worked"]);
                }
            });
        }
    });
    parent.finish();
    sent(&guard, (1 + THREADS * SPANS) as u64);

    let trace_id = parent.context().trace_id().unwrap();
    let stored = jaeger::trace(trace_id, 1 + THREADS * SPANS);
    let span_ids: HashSet<_> = stored.iter().map(|span| span.text("spanId")).collect();
    assert_eq!(span_ids.len(), stored.len());
    let work = stored.iter().filter(|span| span.text("name") == "work");
    let numbers: HashSet<_> = work
        .map(|span| {
            assert_eq!(span.text("parentSpanId"), parent.context().span_id().unwrap().to_string());
            assert_eq!(span.span["events"][0]["name"], "worked");
            span.span["attributes"][0]["value"]["intValue"].to_string()
        })
        .collect();
    assert_eq!(numbers.len(), THREADS * SPANS);
}

#[test]
fn what_jaeger_refuses_is_counted_and_warned_of() {
    let nowhere = reporter::otlp(format!("{}/v1/no-such-signal", jaeger::otlp()));
    let paper = Paper::default();
    let guard = Config::new("refused").reporter(nowhere).warnings(paper.clone()).build().unwrap();
    guard.tracer().start_span("op").finish();
    let report = close(&guard);
    assert_eq!((report.started, report.exported, report.dropped.failed), (1, 0, 1), "{report}");
    let warning = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
    assert!(warning.contains("/v1/no-such-signal: status 404"), "{warning}");
}

/// What was written to it.
#[derive(Debug, Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
