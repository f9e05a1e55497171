//! The harness of Python's API and JavaScript's: spans.

use crate::conformance::capability::Capability::{Baggage, Inspection};
use crate::conformance::case::{Case, baggage};
use crate::conformance::row::Row;
use crate::conformance::start::Start;
use crate::fields;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::SystemTime;

pub(super) const ROWS: &[Row] = &[
    Row::new("A8", "test_start_span", start_span),
    Row::new("A13", "test_set_operation_name", set_operation_name),
    Row::new("A14", "test_span_as_context_manager", span_as_context_manager),
    Row::new("A15", "test_span_tag_value_types", tag_value_types),
    Row::new("A16", "test_span_tags_with_chaining", tags_with_chaining),
    Row::new("A17", "test_span_logs", span_logs),
    Row::new("A18", "test_span_baggage", span_baggage),
    Row::new("A19", "test_context_baggage", context_baggage),
    Row::new("JA5", "MockTracer.report", report).needing(&[Inspection]),
];

fn start_span(case: &Case<'_>) {
    case.finish(&case.span("Fry"));
    let span = case.start(Start::new("Fry").tag("birthday", "August 14 1974"));
    span.log_event("birthplace");
    case.finish(&span);
    if case.has(Inspection) {
        let [first, second] = &case.finished()[..] else { panic!("two spans finished") };
        assert!(first.tags.is_empty() && first.logs.is_empty(), "nothing was given to the first span");
        assert_eq!(second.tag("birthday").expect("the tag was given"), "August 14 1974");
        assert_eq!(second.logs[0].field("event").expect("the event was logged"), "birthplace");
    }
}

fn set_operation_name(case: &Case<'_>) {
    let span = case.span("foo");
    span.set_operation_name("bar").set_tag("chained", true);
    case.finish(&span);
    if case.has(Inspection) {
        assert_eq!(case.names(), ["bar"]);
    }
}

fn span_as_context_manager(case: &Case<'_>) {
    drop(case.span("normal"));
    let work = || {
        let _span = case.span("thrown");
        panic!("unwound on purpose");
    };
    let payload = catch_unwind(AssertUnwindSafe(work)).expect_err("the panic goes on");
    assert_eq!(payload.downcast_ref(), Some(&"unwound on purpose"));
    if case.has(Inspection) {
        assert_eq!(case.names(), ["normal", "thrown"]);
    }
}

fn tag_value_types(case: &Case<'_>) {
    let span = case.span("ManyTypes");
    span.set_tag("an_int", 9).set_tag("a_bool", true).set_tag("a_string", "aoeuidhtns");
    case.finish(&span);
    if case.has(Inspection) {
        let span = case.one("ManyTypes");
        assert_eq!(span.tag("an_int").expect("an integer"), 9);
        assert_eq!(span.tag("a_bool").expect("a boolean"), true);
        assert_eq!(span.tag("a_string").expect("a text"), "aoeuidhtns");
    }
}

fn tags_with_chaining(case: &Case<'_>) {
    let span = case.span("Farnsworth");
    span.set_tag("birthday", "9 April, 2841").set_tag("loves", "different lengths of wires");
    span.set_tag("unicode_val", "non-ascii: \u{200b}").set_tag("unicode_key_\u{200b}", "ascii val");
    case.finish(&span);
    if case.has(Inspection) {
        let span = case.one("Farnsworth");
        assert_eq!(span.tags.len(), 4);
        assert_eq!(span.tag("unicode_val").expect("any text"), "non-ascii: \u{200b}");
        assert_eq!(span.tag("unicode_key_\u{200b}").expect("any key"), "ascii val");
    }
}

fn span_logs(case: &Case<'_>) {
    let span = case.span("Fry");
    let time = SystemTime::UNIX_EPOCH;
    span.log(fields![frozen.year = 1999, frozen.place = "Cryogenics Labs"])
        .log_at(time, fields![defrosted.year = 2999])
        .log_event("became his own grandfather")
        .log_event(1947)
        .log_at(time, [("event", "eternal")]);
    case.finish(&span);
    if case.has(Inspection) {
        let logs = case.one("Fry").logs;
        assert_eq!(logs.len(), 5);
        assert_eq!(logs[0].fields[0], ("frozen.year".to_owned(), 1999.into()));
        assert_eq!(logs[0].fields[1], ("frozen.place".to_owned(), "Cryogenics Labs".into()));
        assert_eq!((logs[1].timestamp, logs[4].timestamp), (time, time));
        assert_eq!(logs[3].field("event").expect("an event may be a number"), 1947);
    }
}

fn span_baggage(case: &Case<'_>) {
    let span = case.span("Fry");
    assert_eq!(span.context().baggage().count(), 0);
    let chained = span.set_baggage_item("Kiff-loves", "Amy");
    assert!(std::ptr::eq(chained, &span), "setting baggage returns the same span");
    if case.has(Baggage) {
        assert_eq!(span.baggage_item("Kiff-loves").as_deref(), Some("Amy"));
        assert_eq!(span.baggage_item("kiff-loves"), None, "keys are case-sensitive inside a process");
    }
}

fn context_baggage(case: &Case<'_>) {
    let span = case.span("Fry");
    let before = span.context();
    span.set_baggage_item("Kiff-loves", "Amy");
    assert_eq!(baggage(&before), [], "a context never changes");
    if case.has(Baggage) {
        assert_eq!(baggage(&span.context()), [("Kiff-loves", "Amy")]);
    }
}

fn report(case: &Case<'_>) {
    let span = case.span("reported");
    span.set_tags([("key", "value"), ("other", "text")]);
    case.finish(&span);
    let tags = case.one("reported").tags;
    let pairs: Vec<_> = tags.iter().map(|(key, value)| (key.as_str(), value.to_string())).collect();
    assert_eq!(pairs, [("key", "value".to_owned()), ("other", "text".to_owned())]);
}
