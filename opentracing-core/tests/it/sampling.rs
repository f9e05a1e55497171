//! Who decides whether a trace is kept, and what follows from it.

use std::sync::{Arc, Mutex};

use opentracing_core::{Decision, SpanContext, SpanId, TraceId, tags};

use crate::support::Kept;

fn remote(sampled: bool) -> SpanContext {
    let ids = (TraceId::new(7).unwrap(), SpanId::new(8).unwrap());
    SpanContext::builder().ids(ids.0, ids.1).sampled(sampled).remote().build()
}

#[test]
fn the_recorder_is_asked_once_for_each_local_root_and_told_what_is_known() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&asked);
    let kept = Kept::sampling(move |start| {
        let tags: Vec<_> = start.tags.tags().map(|(key, value)| format!("{key}={value}")).collect();
        let name = start.operation_name.to_owned();
        notes.lock().unwrap().push((
            name,
            start.trace_id,
            start.parent_decision(),
            start.sampling_priority,
            tags,
        ));
        Decision::record()
    });
    let tracer = kept.tracer();
    let root = tracer.span("root").tag("a", 1).start_active();
    let id = root.context().trace_id().unwrap();
    tracer.span("child").tag("b", 2).start_active().close();
    tracer.start_span("child").child("grandchild").start().finish();
    root.close();
    tracer.span("server").child_of(remote(false)).tag(tags::SAMPLING_PRIORITY, 1).start().finish();
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0], ("root".to_owned(), id, None, None, vec!["a=1".to_owned()]));
    let priority = vec!["sampling.priority=1".to_owned()];
    assert_eq!(asked[1], ("server".to_owned(), TraceId::new(7).unwrap(), Some(false), Some(1), priority));
}

#[test]
fn the_tags_of_a_decision_are_on_the_local_root_only() {
    let kept = Kept::sampling(|_| Decision::record().tag("sampler.type", "const").tag("sampler.param", true));
    let tracer = kept.tracer();
    tracer.in_span("root", |_| tracer.in_span("child", |_| ()));
    assert_eq!(kept.spans()[0].to_string(), "child");
    assert_eq!(kept.spans()[1].to_string(), r#"root sampler.type="const" sampler.param=true"#);
}

#[test]
fn an_unsampled_trace_is_counted_not_recorded_and_keeps_its_context() {
    let kept = Kept::sampling(|_| Decision::drop());
    let tracer = kept.tracer();
    let root = tracer.span("root").start_active();
    root.set_baggage_item("k", "v").set_tag("n", 1).log_event("x");
    let child = tracer.span("child").start_active();
    assert!(!child.is_recording() && !child.context().is_sampled());
    assert_eq!(child.context().trace_id(), root.context().trace_id());
    assert_eq!(child.context().parent_id(), root.context().span_id());
    assert_eq!(child.baggage_item("k").as_deref(), Some("v"));
    drop((child, root));
    assert_eq!(kept.names(), [""; 0]);
    let report = tracer.report();
    assert_eq!((report.started, report.unsampled, report.open), (2, 2, 0));
}

#[test]
fn a_later_priority_starts_and_stops_recording_from_then_on() {
    let kept = Kept::sampling(|start| Decision::sampled(start.operation_name != "dropped"));
    let tracer = kept.tracer();
    let late = tracer.span("dropped").tag("builder", 1).start_active();
    late.set_tag("before", 1);
    late.set_tag(tags::SAMPLING_PRIORITY, 1).set_tag("after", 1);
    assert!(late.is_recording() && late.context().is_sampled() && late.context().is_debug());
    tracer.start_span("child").finish();
    late.close();
    let stopped = tracer.start_span("stopped");
    stopped.set_tag(tags::SAMPLING_PRIORITY, 0);
    assert!(!stopped.is_recording() && !stopped.context().is_sampled());
    stopped.finish();
    assert_eq!(kept.names(), ["child", "dropped"]);
    let recorded = &kept.spans()[1];
    assert_eq!(recorded.tag("before"), None);
    assert_eq!(recorded.tag("sampling.priority").unwrap(), 1);
    assert_eq!(recorded.tag("after").unwrap(), 1);
    // Each span is classified once, by what it is when it finishes.
    let report = tracer.report();
    assert_eq!((report.started, report.exported, report.unsampled, report.open), (3, 2, 1, 0));
}

#[test]
fn a_priority_of_any_integer_type_counts_and_other_types_do_not() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let sampled = |span: opentracing_core::Span| span.context().is_sampled();
    assert!(!sampled(tracer.span("op").tag("sampling.priority", 0_u8).start()));
    assert!(!sampled(tracer.span("op").tag("sampling.priority", 0_i64).start()));
    assert!(!sampled(tracer.span("op").tag("sampling.priority", -1_i32).start()));
    assert!(sampled(tracer.span("op").tag("sampling.priority", u64::MAX).start()));
    assert!(sampled(tracer.span("op").tag("sampling.priority", "0").start()));
    assert!(sampled(tracer.span("op").tag("sampling.priority", false).start()));
}

#[test]
fn a_remote_decision_stands_unless_the_recorder_says_otherwise() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let dropped = tracer.span("server").child_of(remote(false)).start();
    assert!(!dropped.context().is_sampled());
    let kept_on = tracer.span("server").child_of(remote(true)).start();
    assert!(kept_on.context().is_sampled());
    assert_eq!(kept_on.context().parent_id(), SpanId::new(8));
}

#[test]
fn the_debug_flag_is_inherited() {
    let kept = Kept::sampling(|_| Decision::record().debug());
    let tracer = kept.tracer();
    let root = tracer.span("root").start_active();
    let child = tracer.span("child").start_active();
    assert!(root.context().is_debug() && child.context().is_debug());
}
