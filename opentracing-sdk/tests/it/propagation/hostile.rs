//! Headers of a stranger: nothing panics, what is kept is bounded, and no header reaches another.

use opentracing_core::{
    ExtractCarrier, InjectCarrier, Limits, Refused, SpanContext, SpanContextBuilder, TextMapWriter,
};
use opentracing_sdk::propagation::Propagators;

use super::{context, from_http, items_dropped, jaeger, to_http, to_text_map, w3c};

const ITEMS_MAX: usize = 64;
const BYTES_MAX: usize = 8192;

fn read(propagators: &Propagators, headers: &[(String, String)]) -> SpanContext {
    propagators.extract(ExtractCarrier::HttpHeaders(&headers)).unwrap().unwrap_or_default()
}

fn kept(context: &SpanContext) -> (usize, usize) {
    context
        .baggage()
        .fold((0, 0), |(items, bytes), (key, value)| (items + 1, bytes + key.len() + value.len()))
}

fn numbered(count: usize, header: impl Fn(usize) -> (String, String)) -> Vec<(String, String)> {
    (0..count).map(header).collect()
}

#[test]
fn baggage_is_limited_over_all_lines_in_every_header() {
    let uber = numbered(1000, |key| (format!("uberctx-{key}"), "v".to_owned()));
    let by_hand = numbered(1000, |key| ("jaeger-baggage".to_owned(), format!("{key}=v")));
    let lines = numbered(1000, |key| ("baggage".to_owned(), format!("{key}=v")));
    let one_line: Vec<_> = lines.iter().map(|(_, member)| member.as_str()).collect();
    let one_line = vec![("baggage".to_owned(), one_line.join(","))];
    for (propagators, headers) in [(jaeger(), uber), (jaeger(), by_hand), (w3c(), lines), (w3c(), one_line)] {
        assert_eq!(kept(&read(&propagators, &headers)).0, ITEMS_MAX);
        assert_eq!(items_dropped(&propagators), 1000 - ITEMS_MAX as u64);
    }
}

#[test]
fn bytes_are_limited_over_all_lines_in_every_header() {
    let value = "v".repeat(1000);
    let uber = numbered(20, |key| (format!("uberctx-{key:02}"), value.clone()));
    let by_hand = numbered(20, |key| ("jaeger-baggage".to_owned(), format!("{key:02}={value}")));
    let lines = numbered(20, |key| ("baggage".to_owned(), format!("{key:02}={value}")));
    for (propagators, headers) in [(jaeger(), uber), (jaeger(), by_hand), (w3c(), lines)] {
        assert_eq!(kept(&read(&propagators, &headers)), (8, 8 * 1002));
        assert_eq!(items_dropped(&propagators), 12);
    }
}

#[test]
fn exactly_what_the_limit_allows_is_kept() {
    let line = format!("k={},l=v", "v".repeat(BYTES_MAX - 6));
    assert_eq!(line.len(), BYTES_MAX);
    assert_eq!(kept(&from_http(&w3c(), &[("baggage", &line)]).unwrap().unwrap()).0, 2);
    let longer = format!("{line}v");
    assert_eq!(kept(&from_http(&w3c(), &[("baggage", &longer)]).unwrap().unwrap()).0, 1);
    let value = "v".repeat(BYTES_MAX - 1);
    assert!(from_http(&jaeger(), &[("uberctx-k", &value)]).unwrap().is_some());
    assert_eq!(from_http(&jaeger(), &[("uberctx-kk", &value)]).unwrap(), None);
}

#[test]
fn invalid_and_repeated_members_use_up_the_limits_too() {
    for filler in ["a", "a=b=c", "=", "k=v"] {
        let propagators = jaeger();
        let line = format!("{}last=1", format!("{filler},").repeat(ITEMS_MAX));
        let context = from_http(&propagators, &[("jaeger-baggage", &line)]).unwrap().unwrap_or_default();
        assert_eq!(context.baggage_item("last"), None, "{filler}");
    }
    for filler in ["a", "=", "k=v", "ü=1"] {
        let line = format!("{}last=1", format!("{filler},").repeat(ITEMS_MAX));
        let context = from_http(&w3c(), &[("baggage", &line)]).unwrap().unwrap_or_default();
        assert_eq!(context.baggage_item("last"), None, "{filler}");
    }
    let repeated = numbered(1000, |_| ("uberctx-k".to_owned(), "v".to_owned()));
    let propagators = jaeger();
    assert_eq!(kept(&read(&propagators, &repeated)).0, 1);
    assert_eq!(items_dropped(&propagators), 1000 - ITEMS_MAX as u64);
}

#[test]
fn the_ids_stay_when_baggage_is_dropped() {
    let huge = "v".repeat(1 << 20);
    let headers =
        [("uber-trace-id", "1:2:0:1"), ("uberctx-k", &huge), ("baggage", &huge), ("jaeger-baggage", &huge)];
    let context = from_http(&Propagators::default(), &headers).unwrap().unwrap();
    assert_eq!((super::fields(&context), kept(&context)), ((1, 2, 0, 1), (0, 0)));
}

#[test]
fn no_more_is_written_than_would_be_read() {
    let item = |context: SpanContextBuilder, key| context.baggage_item(format!("k{key:02}"), "ü".repeat(30));
    let big = (0..100).fold(context(1, 2), item).build();
    for (propagators, own_bytes) in [(jaeger(), "uberctx-".len()), (w3c(), "baggage".len())] {
        let mut headers: Vec<_> = to_http(&propagators, &big).into_iter().collect();
        headers.retain(|(key, _)| key.starts_with("uberctx-") || key == "baggage");
        let written: usize = headers.iter().map(|(key, value)| key.len() - own_bytes + value.len()).sum();
        assert!((BYTES_MAX - 200..=BYTES_MAX).contains(&written), "{written} bytes");

        let (items, _) = kept(&read(&propagators, &headers));
        assert_eq!(items_dropped(&propagators), 100 - items as u64, "none is dropped in reading");
    }
}

#[test]
fn the_limits_can_be_set() {
    let limits = Limits { baggage_items_max: 2, baggage_bytes_max: 10, ..Limits::default() };
    let propagators = jaeger().with_limits(limits);
    let headers = [("uberctx-a", "1"), ("uberctx-b", "123456789"), ("uberctx-c", "1"), ("uberctx-d", "1")];
    let context = from_http(&propagators, &headers).unwrap().unwrap();
    assert_eq!(super::baggage(&context), [("a", "1"), ("c", "1")]);
    assert_eq!(items_dropped(&propagators), 2);
}

#[test]
fn bytes_that_are_no_text_are_read() {
    let headers = [
        ("uberctx-k", &b"a\xff\xfe"[..]),
        ("baggage", &b"l=\xc3,\xff=1,m=1"[..]),
        ("jaeger-baggage", &b"n=\xff,o=1"[..]),
        ("jaeger-debug-id", &b"\xff"[..]),
        ("traceparent", &b"\xff\xff"[..]),
        ("tracestate", &b"\xff=1"[..]),
    ];
    let context =
        Propagators::default().extract(ExtractCarrier::HttpHeaders(&&headers[..])).unwrap().unwrap();
    let expected = [("k", "a\u{fffd}\u{fffd}"), ("l", "\u{fffd}"), ("m", "1"), ("o", "1")];
    assert_eq!(super::baggage(&context), expected);
    assert_eq!(context.debug_id(), Some("\u{fffd}"));
}

#[test]
fn errors_quote_a_bounded_part_of_what_was_received() {
    let error = from_http(&jaeger(), &[("uber-trace-id", &"\x1b[31m\r\n".repeat(100_000))]).unwrap_err();
    assert!(error.to_string().len() < 400, "{error}");
    assert!(error.to_string().chars().all(|c| matches!(c, ' '..='~')));
}

/// No key and no value that a codec writes may end a line of HTTP.
fn assert_stays_on_its_line<'a>(pairs: impl IntoIterator<Item = (&'a String, &'a String)>) {
    for (key, value) in pairs {
        assert!(
            !key.contains(['\r', '\n', '\0']) && !value.contains(['\r', '\n', '\0']),
            "{key:?}: {value:?}"
        );
    }
}

#[test]
fn what_came_in_never_reaches_another_header() {
    let propagators = Propagators::default();
    let headers = [
        ("uberctx-k%0d%0aevil", "1%0d%0aevil:%201"),
        ("uberctx-l", "1%0D%0Aevil: 1%00"),
        ("jaeger-baggage", "m=1%0d%0aevil:1,n%0d%0aevil=1"),
        ("baggage", "o=1%0d%0aevil:1"),
        ("uber-trace-id", "1:2:0:1"),
    ];
    let context = from_http(&propagators, &headers).unwrap().unwrap();
    assert_eq!(context.baggage().count(), 5);
    assert_stays_on_its_line(&to_http(&propagators, &context));
    assert_stays_on_its_line(&to_text_map(&propagators, &context));

    let mut map = http::HeaderMap::new();
    propagators.inject(&context, InjectCarrier::HttpHeaders(&mut map)).unwrap();
    assert!(map.get("evil").is_none());
    assert_eq!(propagators.stats().entries_refused, 0);
}

/// Takes nothing but these keys.
struct Picky(&'static [&'static str], Vec<String>);

impl TextMapWriter for Picky {
    fn set(&mut self, key: &str, _: &str) -> Result<(), Refused> {
        let is_taken = self.0.contains(&key);
        self.1.extend(is_taken.then(|| key.to_owned()));
        if is_taken { Ok(()) } else { Err(Refused) }
    }
}

#[test]
fn what_a_carrier_refuses_is_counted_and_an_error_only_if_no_ids_are_left() {
    let context = context(1, 2).baggage_item("k", "v").trace_state("a=1").build();
    let propagators = Propagators::default();
    let mut picky = Picky(&["traceparent", "uberctx-k"], Vec::new());
    propagators.inject(&context, InjectCarrier::HttpHeaders(&mut picky)).unwrap();
    assert_eq!(picky.1, ["traceparent"], "no baggage of a codec whose ids were refused");
    assert_eq!(propagators.stats().entries_refused, 3);

    let mut picky = Picky(&["uber-trace-id"], Vec::new());
    propagators.inject(&context, InjectCarrier::HttpHeaders(&mut picky)).unwrap();
    assert_eq!(picky.1, ["uber-trace-id"]);

    let mut picky = Picky(&["uberctx-k", "baggage", "tracestate"], Vec::new());
    let error = propagators.inject(&context, InjectCarrier::HttpHeaders(&mut picky)).unwrap_err();
    assert!(error.is_invalid_carrier() && picky.1.is_empty());
}

#[test]
fn a_full_header_map_is_an_error_and_no_panic() {
    let mut map = http::HeaderMap::new();
    for key in 0.. {
        let name: http::HeaderName = format!("x-{key}").parse().unwrap();
        if map.try_insert(name, http::HeaderValue::from_static("")).is_err() {
            break;
        }
    }
    let full = map.len();
    let error = Propagators::default().inject(&context(1, 2).build(), InjectCarrier::HttpHeaders(&mut map));
    assert!(error.unwrap_err().is_invalid_carrier());
    assert_eq!(map.len(), full);
}
