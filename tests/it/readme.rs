//! What README.md promises in its tables: each row, run.

use std::collections::HashMap;
use std::time::Duration;

use opentracing::{
    Config, FinishOnClose, MockTracer, Scope, TagValue, Traced, Tracer, active_span, extract, fields, format,
    inject, log, reporter, set_tags, span, tags, traced,
};

use crate::support::block_on;

fn mock() -> (MockTracer, Tracer) {
    let mock = MockTracer::new();
    let tracer = mock.tracer();
    (mock, tracer)
}

#[test]
fn python_start_span_and_references() {
    let (mock, tracer) = mock();
    let parent = tracer.start_span("parent");
    let context = parent.context();
    tracer.span("op").child_of(&parent).tag("k", "v").start().finish();
    tracer.span("later").follows_from(&context).start().finish();
    let spans = mock.finished_spans();
    assert_eq!(spans[0].tag("k"), Some(&TagValue::from("v")));
    assert_eq!(spans[0].parent_id, context.span_id());
    assert_eq!(spans[1].references[0].kind.as_str(), "follows_from");
}

#[test]
fn python_start_active_span() {
    let (mock, tracer) = mock();
    {
        let scope = tracer.span("op").start_active();
        assert_eq!(tracer.active_span().map(|span| span.context()), Some(scope.context()));
        tracer.span("root").ignore_active_span().start().finish();
    }
    let kept = tracer.span("kept").start_active_with(FinishOnClose::No);
    let handle = kept.span();
    kept.close();
    let names = |mock: &MockTracer| -> Vec<String> {
        mock.finished_spans().into_iter().map(|span| span.operation_name.to_string()).collect()
    };
    assert_eq!(names(&mock), ["root", "op"]);
    assert_eq!(mock.finished_spans()[0].parent_id, None);
    drop(tracer.scope_manager().activate(handle, FinishOnClose::Yes));
    assert_eq!(names(&mock), ["root", "op", "kept"]);
}

#[test]
fn python_tags_logs_and_baggage() {
    let (mock, tracer) = mock();
    let scope = tracer.span("op").start_active();
    scope.set_tag(tags::HTTP_STATUS_CODE, 200);
    let span = scope.span();
    span.log(fields![event = "retry", n = 2]);
    span.set_baggage_item("user", "42");
    assert_eq!(span.baggage_item("user").as_deref(), Some("42"));
    drop((scope, span));
    let finished = &mock.finished_spans()[0];
    assert_eq!(finished.tag("http.status_code"), Some(&TagValue::U64(200)));
    assert_eq!(finished.logs[0].fields.len(), 2);
}

#[test]
fn python_inject_and_extract() {
    let (_mock, tracer) = mock();
    let span = tracer.start_span("call");
    let mut headers = HashMap::new();
    tracer.inject(&span, format::HttpHeaders, &mut headers).unwrap();
    let context = tracer.extract(format::HttpHeaders, &headers).unwrap().unwrap();
    assert_eq!(context.span_id(), span.context().span_id());

    let _current = tracer.make_current();
    let _scope = tracer.span("outgoing").start_active();
    let mut headers = HashMap::<String, String>::new();
    inject!(headers).unwrap();
    assert!(extract!(headers).unwrap().is_some());
    assert_eq!(extract!(HashMap::<String, String>::new()).unwrap(), None);
}

#[test]
fn python_an_exception_is_recorded() {
    let (mock, tracer) = mock();
    let failed = tracer.try_in_span("parse", |_: &Scope| "x".parse::<u8>());
    assert!(failed.is_err());
    assert_eq!(mock.finished_spans()[0].tag("error"), Some(&TagValue::Bool(true)));
}

#[test]
fn python_config_and_close_without_sleeping() {
    let spans = reporter::memory();
    let guard = Config::new("svc").reporter(spans.clone()).build().unwrap();
    guard.tracer().start_span("op").finish();
    let report = guard.close(Duration::from_secs(5));
    assert_eq!((report.exported, report.dropped.total()), (1, 0));
}

#[traced(tags(user = %user), err, ret)]
fn instrumented(user: &str) -> Result<u8, std::num::ParseIntError> {
    set_tags!(rows = 3);
    log!(rows = 3, "done");
    user.parse()
}

#[test]
fn tracing_instrument_record_and_events() {
    let (mock, tracer) = mock();
    let _current = tracer.make_current();
    assert_eq!(instrumented("7"), Ok(7));
    assert!(instrumented("x").is_err());
    let spans = mock.finished_spans();
    assert_eq!(spans[0].operation_name, "instrumented");
    assert_eq!(spans[0].tag("user"), Some(&TagValue::from("7")));
    assert_eq!(spans[0].tag("rows"), Some(&TagValue::U64(3)));
    assert_eq!(spans[0].logs.len(), 1);
    assert_eq!(spans[0].tag("error"), None);
    assert_eq!(spans[1].tag("error"), Some(&TagValue::Bool(true)));
}

#[test]
fn tracing_and_fastrace_spans_of_blocks_and_futures() {
    let (mock, tracer) = mock();
    let _current = tracer.make_current();
    {
        let n = 1;
        let _root = active_span!("op", n);
        let _child = active_span!("inner");
        block_on(async {}.in_span(span!("future")));
    }
    let spans = mock.finished_spans();
    let names: Vec<_> = spans.iter().map(|span| span.operation_name.to_string()).collect();
    assert_eq!(names, ["future", "inner", "op"]);
    assert_eq!(spans[0].parent_id, spans[1].context.span_id());
    assert_eq!(spans[2].parent_id, None);
}
