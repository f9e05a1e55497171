//! The mock, where the conformance suite does not ask.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use opentracing_core::{FinishOnClose, MockTracer, Tracer, tags};

#[test]
fn clones_share_their_spans() {
    let mock = MockTracer::new();
    let clone = mock.clone();
    Tracer::from(mock).start_span("op").finish();
    assert_eq!(clone.finished_spans().len(), 1);
}

#[test]
fn spans_are_kept_sampled_or_not_and_without_limits() {
    let mock = MockTracer::new();
    let span = mock.tracer().span("op").tag(tags::SAMPLING_PRIORITY, 0).start();
    (0..150).for_each(|n| _ = span.set_tag(n.to_string(), n).log_event(n));
    span.set_tag("long", "x".repeat(100_000));
    span.finish();
    let span = mock.finished_spans().remove(0);
    assert!(!span.context.is_sampled());
    assert_eq!((span.tags.len(), span.logs.len()), (152, 150));
    assert_eq!(span.tag("long").unwrap().as_str().unwrap().len(), 100_000);
}

#[test]
fn a_finished_span_is_a_copy_that_never_changes() {
    let mock = MockTracer::new();
    let span = mock.tracer().start_span("before");
    span.set_tag("n", 1);
    let open = mock.unfinished_spans().remove(0);
    span.set_tag("n", 2).set_operation_name("after");
    span.finish();
    assert_eq!(open.to_string(), "before n=1");
    assert_eq!(open.finish_time, None);
    let finished = mock.finished_spans().remove(0);
    assert_eq!(finished.to_string(), "after n=2");
    assert!(finished.finish_time.unwrap() >= finished.start_time);
}

#[test]
fn baggage_and_references_are_in_the_record() {
    let mock = MockTracer::new();
    let tracer = mock.tracer();
    let parent = tracer.span("parent").start_active();
    parent.set_baggage_item("k", "v");
    let context = parent.context();
    tracer.start_span("child").finish();
    parent.close();
    let [child, parent] = &mock.finished_spans()[..] else { panic!("two spans") };
    assert_eq!(child.context.baggage_item("k"), Some("v"));
    assert_eq!(parent.context.baggage_item("k"), Some("v"));
    // The implicit parent is one of the references.
    assert_eq!(child.references.len(), 1);
    assert_eq!(child.references[0].kind.as_str(), "child_of");
    assert_eq!(child.references[0].context, context);
}

#[test]
fn hooks_may_use_the_mock_its_tracer_and_the_finished_span() {
    let mock = MockTracer::new();
    let weak = mock.clone();
    mock.on_finish(move |span| {
        if span.operation_name == "op" {
            assert_eq!(weak.finished_spans().len(), 1);
            weak.tracer().in_span("from the hook", |scope| _ = scope.set_tag("n", 1));
        }
    });
    mock.tracer().start_span("op").finish();
    let names: Vec<_> = mock.finished_spans().into_iter().map(|span| span.operation_name).collect();
    assert_eq!(names, ["op", "from the hook"]);
}

#[test]
fn every_activation_is_heard() {
    let mock = MockTracer::new();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&heard);
    mock.on_activate(move |span| notes.lock().unwrap().push(span.context()));
    let tracer = mock.tracer();
    let span = Arc::new(tracer.start_span("op"));
    assert!(heard.lock().unwrap().is_empty());
    tracer.scope_manager().activate(Arc::clone(&span), FinishOnClose::No).close();
    let scope = tracer.span("started").start_active();
    assert_eq!(*heard.lock().unwrap(), [span.context(), scope.context()]);
}

#[test]
fn errors_say_what_was_called_where_and_on_which_span() {
    let mock = MockTracer::new();
    let span = mock.tracer().start_span("op");
    span.finish();
    let line = line!() + 1;
    span.set_tag("late", 1);
    let error = mock.errors().remove(0);
    assert_eq!((error.operation, error.location.line()), ("set_tag", line));
    assert_eq!(error.span, span.context());
    let text = error.to_string();
    assert!(text.starts_with("set_tag at ") && text.contains("mock.rs"), "{text}");
}

#[test]
fn traces_are_grouped_by_their_ids() {
    let mock = MockTracer::new();
    let tracer = mock.tracer();
    tracer.in_span("a", |_| tracer.in_span("b", |_| ()));
    tracer.in_span("c", |_| ());
    let traces = mock.finished_traces();
    let mut sizes: Vec<_> = traces.values().map(|spans| spans.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 2]);
    for (trace_id, spans) in &traces {
        assert!(spans.iter().all(|(id, span)| span.context.ids() == Some((*trace_id, *id))));
    }
}

#[test]
fn a_tree_shows_what_a_test_would_compare() {
    let mock = MockTracer::new();
    let tracer = mock.tracer();
    let request = tracer.span("request").tag("path", "/\n").start_active();
    let pending = tracer.start_span("pending");
    tracer.in_span("query", |scope| {
        scope.log([("event", "sent"), ("rows", "3")]);
        tracer.in_span("parse", |_| ());
    });
    request.close();
    tracer.start_span("other").finish();
    let expected = r#"
request path="/\n"
  pending (unfinished)
  query
    - event="sent" rows="3"
    parse
other
"#;
    assert_eq!(mock.tree(), expected.trim_start());
    drop(pending);
    mock.reset();
    assert_eq!(mock.tree(), "");
}

#[test]
fn a_span_in_flight_when_the_mock_is_reset_is_recorded_with_all_it_has() {
    let mock = MockTracer::new();
    let span = mock.tracer().start_span("op");
    span.set_tag("early", 1).set_baggage_item("k", "v");
    span.finish();
    span.finish();
    mock.reset();
    assert!(mock.errors().is_empty());
    let span = mock.tracer().start_span("op");
    span.set_tag("early", 1).set_baggage_item("k", "v");
    mock.reset();
    span.set_tag("late", 2);
    assert!(mock.unfinished_spans().is_empty());
    span.finish();
    let recorded = mock.finished_spans().remove(0);
    assert_eq!(recorded.to_string(), "op early=1 late=2");
    assert_eq!(recorded.context.baggage_item("k"), Some("v"));
    assert!(mock.unfinished_spans().is_empty());
}

#[test]
fn a_closed_mock_still_forgets_its_open_spans_when_they_finish() {
    let mock = MockTracer::new();
    let span = mock.tracer().start_span("op");
    let (finished, hears) = mpsc::channel();
    mock.on_finish(move |span| finished.send(span.operation_name.clone()).unwrap());
    mock.tracer().close(Duration::ZERO);
    assert_eq!(mock.unfinished_spans().len(), 1);
    span.finish();
    assert!(mock.unfinished_spans().is_empty());
    assert!(hears.try_recv().is_err(), "what is dropped is not heard of");
}
