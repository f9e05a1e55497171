//! `tracestate`: the cases of W3C's conformance suite.

use opentracing_core::SpanContext;

use super::{context, from_http, to_http, to_text_map, w3c};

const TRACE_PARENT: (&str, &str) = ("traceparent", "00-12345678901234567890123456789012-1234567890123456-00");

fn read(lists: &[&str]) -> Option<String> {
    let mut headers = vec![TRACE_PARENT];
    headers.extend(lists.iter().map(|list| ("tracestate", *list)));
    let context = from_http(&w3c(), &headers).unwrap().expect("a list never costs the ids");
    context.trace_state().map(str::to_owned)
}

#[test]
fn a_list_is_passed_on() {
    let headers = [TRACE_PARENT, ("TraceState", "foo=1,bar=2")];
    let context = from_http(&w3c(), &headers).unwrap().unwrap();
    assert_eq!(context.trace_state(), Some("foo=1,bar=2"));
    assert_eq!(to_http(&w3c(), &context)["tracestate"], "foo=1,bar=2");
}

#[test]
fn a_list_without_a_context_is_dropped() {
    assert_eq!(from_http(&w3c(), &[("tracestate", "foo=1")]).unwrap(), None);
    for name in ["trace-state", "trace.state"] {
        let context = from_http(&w3c(), &[TRACE_PARENT, (name, "foo=1")]).unwrap().unwrap();
        assert_eq!(context.trace_state(), None);
    }
}

#[test]
fn several_headers_are_joined_in_order_and_empty_members_skipped() {
    assert_eq!(
        read(&["foo=1,bar=2", "rojo=1,congo=2", "baz=3"]).unwrap(),
        "foo=1,bar=2,rojo=1,congo=2,baz=3"
    );
    assert_eq!(read(&["foo=1", ""]).unwrap(), "foo=1");
    assert_eq!(read(&["", "foo=1"]).unwrap(), "foo=1");
    assert_eq!(read(&[",foo=1, ,\t,bar=2,"]).unwrap(), "foo=1,bar=2");
    assert_eq!(read(&[""]), None);
    assert_eq!(read(&[]), None);
}

#[test]
fn blanks_around_members_are_not_part_of_them() {
    assert_eq!(read(&["foo=1 \t , \t bar=2, \t baz=3"]).unwrap(), "foo=1,bar=2,baz=3");
    assert_eq!(read(&["\t foo=1 \t"]).unwrap(), "foo=1");
}

#[test]
fn all_allowed_characters_are_kept_and_duplicates_too() {
    let value: String = (' '..='~').filter(|c| !",=".contains(*c)).collect();
    let list = format!("abcdefghijklmnopqrstuvwxyz0123456789_-*/@a-z0-9_-*/={value}");
    assert_eq!(read(&[&list]).unwrap(), list);
    for list in
        ["foo=1,foo=1", "foo=1,foo=2", "foo@=1,bar=2", "foo@@bar=1,bar=2", "foo@bar@baz=1,bar=2", "0=1"]
    {
        assert_eq!(read(&[list]).unwrap(), list);
    }
}

#[test]
fn one_unacceptable_member_drops_the_whole() {
    for list in [
        "foo =1",
        "FOO=1",
        "foo.bar=1",
        "@foo=1,bar=2",
        "foo=bar=baz",
        "foo=,bar=3",
        "foo",
        "=1",
        "-foo=1",
        "foo=1;2=3",
        "foo=\u{e9}",
        "foo=a\tb",
        "foo=\r\nset-cookie: 1",
    ] {
        assert_eq!(read(&["ok=1", list, "fine=2"]), None, "{list}");
    }
}

#[test]
fn thirty_two_members_are_kept_and_one_more_drops_all() {
    let members: Vec<_> = (0..32).map(|member| format!("bar{member}={member}")).collect();
    let (first, second) = (members[..10].join(","), members[10..].join(","));
    assert_eq!(read(&[&first, &second]).unwrap(), members.join(","));
    assert_eq!(read(&[&first, &second, "one=more"]), None);
    assert_eq!(read(&[&first, &second, "one=more", "foo=1"]), None);
    assert_eq!(read(&[&first, &second, ",,,"]).unwrap(), members.join(","));
}

#[test]
fn keys_and_values_have_at_most_256_characters() {
    let (fits, too_long) = ("z".repeat(256), "z".repeat(257));
    assert!(read(&["foo=1", &format!("{fits}=1")]).is_some());
    assert!(read(&[&format!("foo={fits}")]).is_some());
    assert!(read(&[&format!("{}@v=1", "t".repeat(242))]).is_some());
    assert_eq!(read(&["foo=1", &format!("{too_long}=1")]), None);
    assert_eq!(read(&[&format!("foo={too_long}")]), None);
}

#[test]
fn the_list_of_another_span_does_not_stay_in_the_carrier() {
    let with = context(1, 1).trace_state("foo=1").build();
    let without = context(2, 2).build();
    let mut headers = to_http(&w3c(), &with);
    headers.insert("TraceState".to_owned(), "old=1".to_owned());
    w3c().inject(&without, opentracing_core::InjectCarrier::HttpHeaders(&mut headers)).unwrap();
    assert_eq!(headers.into_keys().collect::<Vec<_>>(), ["traceparent"]);
}

#[test]
fn a_list_made_by_hand_reaches_no_other_header() {
    let context = context(1, 1).trace_state("foo=1\r\nset-cookie: evil").build();
    let propagators = w3c();
    assert_eq!(to_text_map(&propagators, &context).into_keys().collect::<Vec<_>>(), ["traceparent"]);
    assert_eq!(propagators.stats().entries_refused, 1);
}

#[test]
fn children_pass_the_list_on_but_not_a_context_of_baggage_only() {
    let only_baggage = SpanContext::builder().baggage_item("k", "v").trace_state("foo=1").build();
    assert_eq!(to_http(&w3c(), &only_baggage).into_keys().collect::<Vec<_>>(), ["baggage"]);
}
