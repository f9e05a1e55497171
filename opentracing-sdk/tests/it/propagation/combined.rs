//! Several kinds of headers at once.

use opentracing_core::{InjectCarrier, SpanContext};
use opentracing_sdk::propagation::{Propagation, Propagators, UnknownPropagation};

use super::{baggage, context, decoding_errors, fields, from_http, items_dropped, to_http};

const UBER: (&str, &str) = ("uber-trace-id", "1:2:0:1");
const W3C: (&str, &str) = ("traceparent", "00-00000000000000000000000000000003-0000000000000004-00");
const W3C_OF_THE_SAME: (&str, &str) =
    ("traceparent", "00-00000000000000000000000000000001-0000000000000002-01");

fn both() -> Propagators {
    Propagators::default()
}

#[test]
fn a_context_is_written_in_all_headers() {
    let context = context(1, 2).baggage_item("k", "a b").trace_state("foo=1").build();
    let headers = to_http(&both(), &context);
    let expected = [
        ("baggage", "k=a%20b"),
        ("traceparent", "00-00000000000000000000000000000001-0000000000000002-01"),
        ("tracestate", "foo=1"),
        ("uber-trace-id", "0000000000000001:0000000000000002:0:1"),
        ("uberctx-k", "a%20b"),
    ];
    assert!(headers.iter().map(|(key, value)| (key.as_str(), value.as_str())).eq(expected), "{headers:?}");
}

#[test]
fn the_first_that_finds_a_span_wins() {
    let jaeger_first = from_http(&both(), &[W3C, UBER]).unwrap().unwrap();
    assert_eq!(fields(&jaeger_first), (1, 2, 0, 1));
    let w3c_first = Propagators::new([Propagation::W3c, Propagation::Jaeger, Propagation::W3c]);
    assert_eq!(w3c_first.propagations(), [Propagation::W3c, Propagation::Jaeger]);
    assert_eq!(fields(&from_http(&w3c_first, &[UBER, W3C]).unwrap().unwrap()), (3, 4, 0, 0));
    assert_eq!(fields(&from_http(&both(), &[W3C]).unwrap().unwrap()), (3, 4, 0, 0));
    assert_eq!(from_http(&both(), &[("accept", "*/*")]).unwrap(), None);
}

#[test]
fn baggage_is_joined_and_the_first_value_of_a_key_stays() {
    let headers = [UBER, ("uberctx-a", "jaeger"), ("baggage", "A=w3c,b=w3c"), ("jaeger-baggage", "c=hand")];
    let context = from_http(&both(), &headers).unwrap().unwrap();
    assert_eq!(baggage(&context), [("a", "jaeger"), ("b", "w3c"), ("c", "hand")]);
}

#[test]
fn a_list_of_vendors_goes_with_its_trace_only() {
    let state = ("tracestate", "foo=1");
    let same = from_http(&both(), &[UBER, W3C_OF_THE_SAME, state]).unwrap().unwrap();
    assert_eq!(same.trace_state(), Some("foo=1"));
    let other = from_http(&both(), &[UBER, W3C, state]).unwrap().unwrap();
    assert_eq!((fields(&other).0, other.trace_state()), (1, None));
}

#[test]
fn a_garbled_header_is_an_error_only_if_no_other_names_a_span() {
    let propagators = both();
    let garbled = ("uber-trace-id", "garbled");
    let context = from_http(&propagators, &[garbled, W3C, ("uberctx-k", "v")]).unwrap().unwrap();
    assert_eq!((fields(&context), baggage(&context)), ((3, 4, 0, 0), vec![("k", "v")]));
    assert_eq!(decoding_errors(&propagators), 1);
    assert!(from_http(&propagators, &[garbled, ("baggage", "k=v")]).unwrap_err().is_corrupted());
    assert!(from_http(&propagators, &[garbled, ("traceparent", "00-1-2-01")]).unwrap_err().is_corrupted());
    assert_eq!(decoding_errors(&propagators), 4);
}

#[test]
fn a_debug_id_counts_only_if_no_header_names_a_span() {
    let debug = ("jaeger-debug-id", "d");
    assert_eq!(from_http(&both(), &[debug, W3C]).unwrap().unwrap().debug_id(), None);
    let with_baggage = from_http(&both(), &[debug, ("baggage", "k=v")]).unwrap().unwrap();
    assert_eq!((with_baggage.debug_id(), with_baggage.baggage_item("k")), (Some("d"), Some("v")));
}

#[test]
fn baggage_that_comes_twice_is_within_the_limits_once() {
    let full = (0..64).fold(context(1, 2), |context, key| context.baggage_item(format!("k{key:02}"), "v"));
    let (propagators, full) = (both(), full.build());
    let headers = to_http(&propagators, &full);
    let pairs: Vec<_> = headers.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let read = from_http(&propagators, &pairs).unwrap().unwrap();
    assert!(read.baggage().eq(full.baggage()));
    assert_eq!(items_dropped(&propagators), 0);
}

#[test]
fn all_headers_together_have_no_more_baggage_than_the_limits_allow() {
    let jaeger: Vec<_> = (0..40).map(|key| format!("uberctx-j{key:02}")).collect();
    let list: Vec<_> = (0..40).map(|key| format!("w{key:02}=v")).collect();
    let list = list.join(",");
    let mut headers: Vec<_> = jaeger.iter().map(|key| (key.as_str(), "v")).collect();
    headers.push(("baggage", &list));
    let propagators = both();
    let context = from_http(&propagators, &headers).unwrap().unwrap();
    assert_eq!((context.baggage().count(), items_dropped(&propagators)), (64, 16));
}

#[test]
fn a_second_injection_replaces_the_ids_and_leaves_baggage_of_the_first() {
    let mut headers = to_http(&both(), &context(1, 2).baggage_item("b1", "v").build());
    headers.insert("TraceParent".to_owned(), "forwarded".to_owned());
    both().inject(&context(3, 4).build(), InjectCarrier::HttpHeaders(&mut headers)).unwrap();
    let keys: Vec<_> = headers.keys().map(String::as_str).collect();
    assert_eq!(keys, ["baggage", "traceparent", "uber-trace-id", "uberctx-b1"]);
    assert!(headers["uber-trace-id"].starts_with("0000000000000003:"));
    assert!(headers["traceparent"].contains("0003-"));
}

#[test]
fn a_context_that_says_nothing_is_refused_and_the_carrier_unchanged() {
    let (mut headers, mut buffer) = (vec![("a".to_owned(), "b".to_owned())], b"x".to_vec());
    let nothing = [SpanContext::default(), SpanContext::builder().debug_id("d").build()];
    for context in nothing {
        for carrier in [
            InjectCarrier::TextMap(&mut headers),
            InjectCarrier::HttpHeaders(&mut http::HeaderMap::new()),
            InjectCarrier::Binary(&mut buffer),
        ] {
            assert!(both().inject(&context, carrier).unwrap_err().is_invalid_span_context());
        }
    }
    assert_eq!((headers.len(), buffer.len()), (1, 1));
}

#[test]
fn no_headers_at_all_means_nothing_written_and_nothing_read() {
    let none = Propagators::new([]);
    assert!(to_http(&none, &context(1, 2).baggage_item("k", "v").build()).is_empty());
    assert_eq!(from_http(&none, &[UBER, W3C, ("baggage", "k=v")]).unwrap(), None);
}

#[test]
fn names_are_read_in_any_case() {
    assert_eq!(" Jaeger ".parse(), Ok(Propagation::Jaeger));
    assert_eq!("w3C".parse(), Ok(Propagation::W3c));
    let error: UnknownPropagation = "zipkin".parse::<Propagation>().unwrap_err();
    assert_eq!(error.to_string(), "\"zipkin\" is no known propagation; there are jaeger and w3c");
}
