//! The tests of the mock tracers of Python, Java and Go, as far as they are about what a span holds when it
//! has finished: for every tracer whose spans can be looked at.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::conformance::capability::Capability::{Baggage, Identity, Inspection};
use crate::conformance::case::{Case, assert_root, baggage, same_trace};
use crate::conformance::row::Row;
use crate::conformance::start::Start;
use crate::context::SpanContext;
use crate::fields;
use crate::mock::MockSpan;
use crate::reference::ReferenceKind;
use crate::span::FinishOptions;
use crate::tag::TagValue;

use std::ops::ControlFlow;

pub(super) const ROWS: &[Row] = &[
    Row::new("MT3", "py log_kv", log_kv).needing(&[Inspection]),
    Row::new("MT6", "py start_span", start_span).needing(&[Identity, Baggage, Inspection]),
    Row::new("MT7", "java testRootSpan", root_span).needing(&[Identity, Inspection]),
    Row::new("MT8", "java testChildSpan", child_span).needing(&[Identity, Inspection]),
    Row::new("MT9", "java testStartExplicitTimestamp", explicit_start).needing(&[Inspection]).stating(10),
    Row::new("MT13", "java testFollowFromReference", follows_from)
        .needing(&[Identity, Inspection])
        .stating(4),
    Row::new("MT14", "java testTraceIdentifiers", identifiers).needing(&[Identity]),
    Row::new("MT16", "java testChildOfWithNullParent", null_parent).needing(&[Identity]).stating(4),
    Row::new("MT19", "go Baggage", go_baggage).needing(&[Baggage]),
    Row::new("MT20", "go Tag, Tags, SetOperationName", tags_and_name).needing(&[Inspection]),
    Row::new("MT22", "go LogKV", go_log_kv).needing(&[Inspection]),
    Row::new("MT23", "go DeprecatedLogs", go_logs).needing(&[Inspection]),
];

fn log_kv(case: &Case<'_>) {
    let span = case.span("x");
    span.log(fields![foo = "bar", baz = 42]);
    case.finish(&span);
    let [log] = &case.one("x").logs[..] else { panic!("one log") };
    assert_eq!(log.fields, [("foo".to_owned(), "bar".into()), ("baz".to_owned(), 42.into())]);
}

fn start_span(case: &Case<'_>) {
    let parent = case.span("parent");
    parent.set_baggage_item("foo", "bar");
    let child = case.start(Start::new("child").child_of(parent.context()));
    case.finish(&child);
    case.finish(&parent);
    assert_eq!(case.one("child").parent_id, parent.context().span_id());
    assert!(same_trace(&child.context(), &parent.context()), "a child is in its parent's trace");
    assert_eq!(baggage(&child.context()), [("foo", "bar")]);
}

fn micros(micros: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(micros)
}

fn root_span(case: &Case<'_>) {
    let before = case.start(Start::new("before"));
    let span = case.start(Start::new("tester").start_time(micros(1000)));
    span.set_tag("string", "foo").set_tag("int", 7);
    span.log_event("foo");
    span.log_at(micros(1002), fields![f1 = 4, f2 = "two"]).log_at(micros(1003), [("event", "event name")]);
    span.finish_at(micros(2000));
    case.finish(&before);
    let span = case.one("tester");
    assert_root(&span.context);
    assert_eq!(span.parent_id, None);
    assert_eq!((span.start_time, span.finish_time), (micros(1000), Some(micros(2000))));
    assert_eq!(span.tags, [("string".to_owned(), "foo".into()), ("int".to_owned(), 7.into())]);
    let [now, fields, named] = &span.logs[..] else { panic!("three logs") };
    assert!(now.timestamp >= case.one("before").start_time, "a log is taken now unless it says otherwise");
    assert_eq!(now.fields, [("event".to_owned(), "foo".into())]);
    assert_eq!(fields.timestamp, micros(1002));
    assert_eq!(fields.fields, [("f1".to_owned(), 4.into()), ("f2".to_owned(), "two".into())]);
    assert_eq!(named.timestamp, micros(1003));
    assert_eq!(named.fields, [("event".to_owned(), "event name".into())]);
}

fn child_span(case: &Case<'_>) {
    let parent = case.start(Start::new("parent").start_time(micros(1000)));
    let child = case.start(Start::new("child").start_time(micros(1100)).child_of(&parent));
    child.finish_at(micros(1900));
    parent.finish_at(micros(2000));
    assert_eq!(case.names(), ["child", "parent"]);
    let (child, parent) = (case.one("child"), case.one("parent"));
    assert_eq!(child.parent_id, parent.context.span_id());
    assert!(same_trace(&child.context, &parent.context), "a child is in its parent's trace");
}

fn explicit_start(case: &Case<'_>) {
    let span = case.start(Start::new("foo").start_time(micros(2000)));
    case.finish(&span);
    assert_eq!(case.one("foo").start_time, micros(2000));
}

fn follows_from(case: &Case<'_>) {
    let precedent = case.span("precedent");
    let follower = case.start(Start::new("follows").follows_from(precedent.context()));
    case.finish(&precedent);
    case.finish(&follower);
    let follower = case.one("follows");
    assert_eq!(follower.parent_id, precedent.context().span_id());
    assert_eq!(references(&follower), [(ReferenceKind::FollowsFrom, precedent.context())]);
}

fn references(span: &MockSpan) -> Vec<(ReferenceKind, SpanContext)> {
    span.references.iter().map(|reference| (reference.kind.clone(), reference.context.clone())).collect()
}

fn identifiers(case: &Case<'_>) {
    let context = case.span("op").context();
    let (trace_id, span_id) = context.ids().expect("both ids");
    assert!(trace_id.get() != 0 && span_id.get() != 0, "zero is no id");
    assert_eq!(trace_id.to_string(), format!("{:032x}", trace_id.get()));
    assert_eq!(span_id.to_string(), format!("{:016x}", span_id.get()));
}

fn null_parent(case: &Case<'_>) {
    let span = case.start(Start::new("foo").child_of(None::<SpanContext>));
    assert_root(&span.context());
    case.finish(&span);
}

fn go_baggage(case: &Case<'_>) {
    let span = case.span("x");
    span.set_baggage_item("x", "y");
    assert_eq!(span.baggage_item("x").as_deref(), Some("y"));
    assert_eq!(baggage(&span.context()), [("x", "y")]);
    span.set_baggage_item("a", "b");
    let mut seen = 0;
    let _ = span.context().baggage().try_for_each(|_| {
        seen += 1;
        ControlFlow::Break(())
    });
    assert_eq!(seen, 1, "an iteration that is stopped goes no further");
}

fn tags_and_name(case: &Case<'_>) {
    let span = case.span("x");
    span.set_operation_name("y").set_tag("int", 3).set_tag("text", "x").set_tag("int", 4);
    case.finish(&span);
    let span = case.one("y");
    assert_eq!(span.tags, [("int".to_owned(), 4.into()), ("text".to_owned(), "x".into())]);
    assert_eq!(span.tag("missing"), None);
}

fn go_log_kv(case: &Case<'_>) {
    let span = case.span("x");
    span.log([("key0", "string0")]);
    span.log((("key1", "string1"), ("key2", 42_u32)));
    case.finish(&span);
    let [first, second] = &case.one("x").logs[..] else { panic!("two logs") };
    assert!(matches!(first.field("key0"), Some(TagValue::Str(text)) if text == "string0"));
    assert!(matches!(second.field("key1"), Some(TagValue::Str(text)) if text == "string1"));
    assert!(matches!(second.field("key2"), Some(TagValue::U64(42))), "an unsigned number stays one");
}

fn go_logs(case: &Case<'_>) {
    let span = case.span("x");
    span.log_event("x").log_event("y").log([("event", "a")]);
    span.finish_with(FinishOptions::new().log(SystemTime::now(), [("event", "f")]));
    let logs = case.one("x").logs;
    let events: Vec<_> = logs.iter().map(|log| log.field("event").expect("an event").to_string()).collect();
    assert_eq!(events, ["x", "y", "a", "f"]);
}
