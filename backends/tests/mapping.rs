//! Over OTLP, everything that a span can hold comes back from Jaeger: nothing is lost, and nothing is added.
//!
//! Jaeger puts attributes in the order of their names.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use opentracing::{Config, ReferenceKind, TraceIdBits, fields, format, tags};
use serde_json::json;

use crate::jaeger;
use crate::sent::{LOCAL, REMOTE, at, child, link, root, round_trip, sent, tracer};

fn config() -> Config {
    Config::new("mapping")
}

#[test]
fn tags_of_every_type_come_back() {
    let (context, stored) = round_trip(config(), "tags", |span| {
        span.set_tag("bool", true)
            .set_tag("bool.false", false)
            .set_tag("bytes", [0, 255])
            .set_tag("bytes.empty", [0u8; 0])
            .set_tag("f64", 0.1)
            .set_tag("f64.nan", f64::NAN)
            .set_tag("i64", -42)
            .set_tag("i64.min", i64::MIN)
            .set_tag("text", "line 1\nline \0 \"2\"")
            .set_tag("text.empty", "")
            .set_tag("text.größe", "東京 🚲")
            .set_tag("u64.above", u64::MAX)
            .set_tag("u64.limit", i64::MAX as u64)
            .set_tag("zero", 0);
    });

    let attributes = json!([
        {"key": "bool", "value": {"boolValue": true}},
        {"key": "bool.false", "value": {"boolValue": false}},
        {"key": "bytes", "value": {"bytesValue": "AP8="}},
        {"key": "bytes.empty", "value": {"bytesValue": ""}},
        {"key": "f64", "value": {"doubleValue": 0.1}},
        {"key": "f64.nan", "value": {"doubleValue": "NaN"}},
        {"key": "i64", "value": {"intValue": "-42"}},
        {"key": "i64.min", "value": {"intValue": "-9223372036854775808"}},
        {"key": "text", "value": {"stringValue": "line 1\nline \0 \"2\""}},
        {"key": "text.empty", "value": {"stringValue": ""}},
        {"key": "text.größe", "value": {"stringValue": "東京 🚲"}},
        // OTLP's integers are signed.
        {"key": "u64.above", "value": {"stringValue": "18446744073709551615"}},
        {"key": "u64.limit", "value": {"intValue": "9223372036854775807"}},
        {"key": "zero", "value": {"intValue": "0"}},
    ]);
    assert_eq!(stored.span, root(&context, "tags", json!({"attributes": attributes})));
}

#[test]
fn the_last_value_of_a_tag_and_the_last_name_come_back() {
    let (context, stored) = round_trip(config(), "first name", |span| {
        span.set_tag("tag", 1).set_tag("tag", "two").set_operation_name("zweiter Name: größer");
    });
    let attributes = json!([{"key": "tag", "value": {"stringValue": "two"}}]);
    assert_eq!(stored.span, root(&context, "zweiter Name: größer", json!({"attributes": attributes})));
}

#[test]
fn the_tag_span_kind_comes_back_as_the_kind() {
    use tags::SpanKind::{Client, Consumer, Producer, Server};
    for (kind, number) in [(Server, 2), (Client, 3), (Producer, 4), (Consumer, 5)] {
        let (context, stored) = round_trip(config(), "kind", |span| _ = span.set_tag(tags::SPAN_KIND, kind));
        assert_eq!(stored.span, root(&context, "kind", json!({"kind": number})), "{kind:?}");
    }
    let (context, stored) = round_trip(config(), "kind", |span| _ = span.set_tag("span.kind", "internal"));
    assert_eq!(stored.span, root(&context, "kind", json!({"kind": 1})));
    // What is no kind remains a tag; and a span is internal if it does not say, as everywhere in these tests.
    let (context, stored) = round_trip(config(), "kind", |span| _ = span.set_tag("span.kind", "odd"));
    let attributes = json!([{"key": "span.kind", "value": {"stringValue": "odd"}}]);
    assert_eq!(stored.span, root(&context, "kind", json!({"attributes": attributes})));
}

#[test]
fn the_tag_error_comes_back_as_the_status() {
    for (failed, code) in [(true, 2), (false, 1)] {
        let (context, stored) = round_trip(config(), "error", |span| _ = span.set_tag(tags::ERROR, failed));
        assert_eq!(stored.span, root(&context, "error", json!({"status": {"code": code}})));
    }
    let (context, stored) = round_trip(config(), "error", |_| {});
    assert_eq!(stored.span, root(&context, "error", json!({"status": {}})));
}

#[test]
fn logs_come_back_as_events_at_their_times() {
    let (context, stored) = round_trip(config(), "logs", |span| {
        span.log_at(at(7), fields![event = "retry", attempt = 2, bytes = [0, 255], last = false, wait = 0.5])
            .log_at(at(3), fields![message = "größe", none = None::<i64>, size = u64::MAX])
            .log_at(at(1_000_000_000), fields![event = ""]);
    });

    // Jaeger puts events in the order of their names.
    let events = json!([
        {"timeUnixNano": "1700000001000000000"},
        {
            "timeUnixNano": "1700000000000000003",
            "name": "log",
            "attributes": [
                {"key": "message", "value": {"stringValue": "größe"}},
                {"key": "size", "value": {"stringValue": "18446744073709551615"}},
            ],
        },
        {
            "timeUnixNano": "1700000000000000007",
            "name": "retry",
            "attributes": [
                {"key": "attempt", "value": {"intValue": "2"}},
                {"key": "bytes", "value": {"bytesValue": "AP8="}},
                {"key": "last", "value": {"boolValue": false}},
                {"key": "wait", "value": {"doubleValue": 0.5}},
            ],
        },
    ]);
    assert_eq!(stored.span, root(&context, "logs", json!({"events": events})));
}

#[test]
fn a_logged_error_comes_back_as_an_event_at_the_time_of_the_call() {
    let error = "x".parse::<u8>().unwrap_err();
    let mut called = None;
    let (context, stored) = round_trip(config(), "failed", |span| {
        let before = SystemTime::now();
        span.log_error_with(&error, fields![digit = "x"]);
        called = Some((before, SystemTime::now()));
    });

    let time = stored.span["events"][0]["timeUnixNano"].clone();
    let attributes = json!([
        {"key": "digit", "value": {"stringValue": "x"}},
        {"key": "error.kind", "value": {"stringValue": "core::num::error::ParseIntError"}},
        {"key": "error.object", "value": {"stringValue": "ParseIntError { kind: InvalidDigit }"}},
        {"key": "message", "value": {"stringValue": "invalid digit found in string"}},
    ]);
    let events = json!([{"timeUnixNano": time, "name": "error", "attributes": attributes}]);
    assert_eq!(stored.span, root(&context, "failed", json!({"events": events, "status": {"code": 2}})));

    let time = Duration::from_nanos(time.as_str().unwrap().parse().unwrap());
    let (earliest, latest) = called.unwrap();
    let time = SystemTime::UNIX_EPOCH + time;
    // A span's times are within a millisecond of the system clock's.
    let tolerance = Duration::from_millis(1);
    assert!(earliest - tolerance <= time && time <= latest + tolerance, "{earliest:?} {time:?} {latest:?}");
}

#[test]
fn references_come_back_as_links_and_one_of_them_as_the_parent() {
    let guard = tracer(config());
    let tracer = guard.tracer();
    let start = |name| tracer.span(name).start_time(at(0));
    let other = start("other trace").start();
    let first = start("1 first").start();
    let usual = start("2 child of one").child_of(&first).start();
    let caused = start("3 caused by one").follows_from(&first).start();
    let custom = ReferenceKind::Custom("batch_of".into());
    let of_many = start("4 of many")
        .follows_from(&other)
        .child_of(&first)
        .child_of(&usual)
        .reference(custom, &other)
        .tag("tag", 1)
        .start();
    let spans = [&first, &usual, &caused, &of_many];
    spans.iter().for_each(|span| span.finish_at(at(1)));
    other.finish_at(at(1));
    sent(&guard, 5);

    let [first, usual, caused, of_many] = spans.map(|span| span.context());
    let (trace_id, other) = (first.trace_id().unwrap(), other.context());
    let stored: Vec<_> = jaeger::trace(trace_id, 4).into_iter().map(|stored| stored.span).collect();
    assert_eq!(stored[0], root(&first, "1 first", json!({})));
    let links = json!([link(&first, "child_of", LOCAL)]);
    assert_eq!(stored[1], child(&usual, "2 child of one", json!({"links": links})));
    let links = json!([link(&first, "follows_from", LOCAL)]);
    assert_eq!(stored[2], child(&caused, "3 caused by one", json!({"links": links})));
    // The parent is the first of those that this span is a child of.
    assert_eq!(of_many.parent_id(), first.span_id());
    let links = json!([
        link(&other, "follows_from", LOCAL),
        link(&first, "child_of", LOCAL),
        link(&usual, "child_of", LOCAL),
        link(&other, "batch_of", LOCAL),
    ]);
    let attributes = json!([{"key": "tag", "value": {"intValue": "1"}}]);
    assert_eq!(stored[3], child(&of_many, "4 of many", json!({"links": links, "attributes": attributes})));

    assert_ne!(other.trace_id(), Some(trace_id));
    let stored = jaeger::trace(other.trace_id().unwrap(), 1);
    assert_eq!(stored[0].span, root(&other, "other trace", json!({})));
}

#[test]
fn baggage_is_not_exported() {
    let (context, stored) = round_trip(config(), "baggage", |span| _ = span.set_baggage_item("user", "42"));
    assert_eq!(context.baggage_item("user"), Some("42"));
    assert_eq!(stored.span, root(&context, "baggage", json!({})));
}

#[test]
fn headers_join_the_spans_of_two_services_in_one_trace() {
    let (client, server) = (tracer(Config::new("client")), tracer(Config::new("server")));
    let call = client.tracer().span("call").start_time(at(0)).start();
    call.set_baggage_item("user", "42");
    let mut headers = HashMap::new();
    client.tracer().inject(&call, format::HttpHeaders, &mut headers).unwrap();
    let caller = server.tracer().extract(format::HttpHeaders, &headers).unwrap();
    let serve = server.tracer().span("serve").child_of(caller).start_time(at(0)).start();
    [&serve, &call].into_iter().for_each(|span| span.finish_at(at(1)));
    sent(&client, 1);
    sent(&server, 1);

    let (call, serve) = (call.context(), serve.context());
    let stored = jaeger::trace(call.trace_id().unwrap(), 2);
    assert_eq!((stored[0].service(), stored[1].service()), ("client", "server"));
    assert_eq!(stored[0].span, root(&call, "call", json!({})));
    let links = json!([link(&call, "child_of", REMOTE)]);
    assert_eq!(stored[1].span, child(&serve, "serve", json!({"flags": REMOTE, "links": links})));
    assert_eq!(serve.parent_id(), call.span_id());
}

#[test]
fn trace_ids_have_128_bits_or_64_as_configured() {
    let (context, stored) = round_trip(config(), "long", |_| {});
    let trace_id = context.trace_id().unwrap();
    assert_ne!(trace_id.high(), 0);
    assert_eq!(stored.text("traceId"), format!("{:016x}{:016x}", trace_id.high(), trace_id.low()));

    let (context, stored) = round_trip(config().trace_id_bits(TraceIdBits::B64), "short", |_| {});
    let trace_id = context.trace_id().unwrap();
    assert_eq!(trace_id.high(), 0);
    assert_eq!(stored.text("traceId"), format!("0000000000000000{:016x}", trace_id.low()));
    assert_eq!(stored.span, root(&context, "short", json!({})));
}

#[test]
fn the_tags_of_the_process_come_back_once_with_the_name_of_the_service() {
    let config = Config::new("größe").tag("region", "eu").tag("replica", 3).tag("spot", false);
    let (_, stored) = round_trip(config, "process", |_| {});

    let version = env!("CARGO_PKG_VERSION");
    let attributes = json!([
        {"key": "jaeger.version", "value": {"stringValue": format!("Rust-{version}")}},
        {"key": "region", "value": {"stringValue": "eu"}},
        {"key": "replica", "value": {"intValue": "3"}},
        {"key": "service.name", "value": {"stringValue": "größe"}},
        {"key": "spot", "value": {"boolValue": false}},
    ]);
    assert_eq!(stored.resource, json!({"attributes": attributes}));
    assert_eq!(stored.scope, json!({"name": "opentracing-rs", "version": version}));
}
