//! What one span may hold.

use opentracing_core::{Limits, Tracer};

use crate::support::Kept;

fn limited(limits: Limits) -> (Kept, Tracer) {
    let kept = Kept::limited(limits);
    let tracer = kept.tracer();
    (kept, tracer)
}

#[test]
fn tags_beyond_the_limit_are_left_out_but_known_ones_still_change() {
    let (kept, tracer) = limited(Limits { tags_max: 2, ..Limits::default() });
    let span = tracer.span("op").tag("a", 1).start();
    span.set_tag("b", 2).set_tag("c", 3).set_tag("a", 4).set_tag("d", 5).set_tag("b", 6);
    span.finish();
    assert_eq!(kept.spans()[0].to_string(), "op a=4 b=6");
}

#[test]
fn replaced_values_make_room() {
    let (kept, tracer) = limited(Limits { tags_max: 2, ..Limits::default() });
    let span = tracer.start_span("op");
    (0..100).for_each(|n| _ = span.set_tag("a", n.to_string()));
    span.set_tag("b", 1);
    span.finish();
    assert_eq!(kept.spans()[0].to_string(), r#"op a="99" b=1"#);
}

#[test]
fn logs_and_their_fields_are_limited() {
    let (kept, tracer) = limited(Limits { logs_max: 1, log_fields_max: 2, ..Limits::default() });
    let span = tracer.start_span("op");
    span.log([("a", 1), ("b", 2), ("c", 3)]).log([("late", 1)]);
    span.finish();
    let span = kept.spans().remove(0);
    assert_eq!(span.logs.len(), 1);
    assert_eq!(span.logs[0].to_string(), "a=1 b=2");
}

#[test]
fn text_is_cut_between_characters() {
    let (kept, tracer) = limited(Limits { value_bytes_max: 4, ..Limits::default() });
    let span = tracer.start_span(String::from("abcdef"));
    span.set_tag("key", "aäöü").set_tag(String::from("longer key"), 1).log([("k", "€€")]);
    span.finish();
    let span = kept.spans().remove(0);
    assert_eq!(span.to_string(), r#"abcd key="aä" long=1"#);
    assert_eq!(span.logs[0].to_string(), r#"k="€""#);
}

#[test]
fn all_text_of_a_span_together_is_limited() {
    let (kept, tracer) = limited(Limits { text_bytes_max: 10, ..Limits::default() });
    let span = tracer.start_span("op");
    span.set_tag("a", "123456").set_tag("b", "12345").set_tag("c", "1234").set_tag("d", 1);
    span.finish();
    assert_eq!(kept.spans()[0].to_string(), r#"op a="123456" c="1234" d=1"#);
}

#[test]
fn references_beyond_the_limit_are_left_out() {
    let (kept, tracer) = limited(Limits { references_max: 2, ..Limits::default() });
    let causes: Vec<_> = (0..3).map(|_| tracer.start_span("cause")).collect();
    let span =
        tracer.span("op").follows_from(causes.iter().map(|span| span.context()).collect::<Vec<_>>()).start();
    span.finish();
    assert_eq!(kept.spans()[0].references.len(), 2);
}

#[test]
fn baggage_beyond_the_limits_is_refused_and_reported() {
    let (kept, tracer) = limited(Limits { baggage_items_max: 2, baggage_bytes_max: 20, ..Limits::default() });
    let span = tracer.start_span("op");
    span.set_baggage_item("a", "1").set_baggage_item("b", "2").set_baggage_item("c", "3");
    assert_eq!(kept.refused(), ["c"]);
    span.set_baggage_item("a", "12345678901234567890").set_baggage_item("b", "new");
    assert_eq!(kept.refused(), ["c", "a"]);
    let context = span.context();
    assert_eq!(context.baggage().collect::<Vec<_>>(), [("a", "1"), ("b", "new")]);
}
