//! `uberctx-*` and `jaeger-baggage`.

use opentracing_core::{InjectCarrier, SpanContext};

use super::{baggage, context, from_http, from_text_map, items_dropped, jaeger, to_http, to_text_map};

fn read(key: &str, value: &str) -> Vec<(String, String)> {
    let context = from_http(&jaeger(), &[(key, value)]).unwrap().unwrap_or_default();
    context.baggage().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn one(key: &str, value: &str) -> Vec<(String, String)> {
    vec![(key.to_owned(), value.to_owned())]
}

#[test]
fn values_are_written_so_that_all_clients_decode_them_alike() {
    for (value, encoded) in [
        ("98:765", "98%3A765"),
        ("Countess de la Roca", "Countess%20de%20la%20Roca"),
        ("\u{1f47e}", "%F0%9F%91%BE"),
        ("a b/c+ü", "a%20b%2Fc%2B%C3%BC"),
        ("aZ09-._~", "aZ09-._~"),
        ("", ""),
    ] {
        let headers = to_http(&jaeger(), &context(1, 1).baggage_item("Some_Key", value).build());
        assert_eq!(headers["uberctx-Some_Key"], encoded);
        assert_eq!(read("uberctx-Some_Key", encoded), one("some_key", value));
    }
}

#[test]
fn what_each_client_sends_is_decoded() {
    for (client, sent) in [
        ("Go and Java", "a+b%2Fc%2B%C3%BC"),
        ("Python", "a%20b/c%2B%C3%BC"),
        ("Node", "a%20b%2Fc%2B%C3%BC"),
        ("lower-case digits", "a%20b%2fc%2b%c3%bc"),
    ] {
        assert_eq!(read("Uberctx-Key1", sent), one("key1", "a b/c+ü"), "{client}");
    }
}

#[test]
fn a_value_that_does_not_decode_is_kept_whole() {
    for kept in ["100%", "%", "%4", "a+b%zz", "%41%zz", "%ff", "a+%C3"] {
        assert_eq!(read("uberctx-k", kept), one("k", kept));
    }
}

#[test]
fn a_text_map_has_no_encoding() {
    let pairs = to_text_map(&jaeger(), &context(1, 1).baggage_item("a key", "a b+c%20/ü").build());
    assert_eq!(pairs["uberctx-a key"], "a b+c%20/ü");
    let extracted = from_text_map(&jaeger(), &[("uberctx-A Key", "a b+c%20/ü")]).unwrap().unwrap();
    assert_eq!(baggage(&extracted), [("a key", "a b+c%20/ü")]);
}

#[test]
fn keys_that_are_no_header_names_are_left_out_and_counted() {
    let propagators = jaeger();
    let illegal = ["", "a b", "a:b", "ü", "a\r\nevil", "a\0"];
    let context = illegal.iter().fold(context(1, 1), |context, key| context.baggage_item(*key, "v"));
    let headers = to_http(&propagators, &context.baggage_item("ok", "v").build());
    assert_eq!(headers.into_keys().collect::<Vec<_>>(), ["uber-trace-id", "uberctx-ok"]);
    assert_eq!(items_dropped(&propagators), illegal.len() as u64);
}

#[test]
fn line_breaks_get_into_no_text_map_that_may_become_headers() {
    let propagators = jaeger();
    let hostile =
        from_http(&propagators, &[("uberctx-k", "a%0D%0Aset-cookie:%20evil"), ("uberctx-l", "fine")]);
    let hostile = hostile.unwrap().unwrap();
    assert_eq!(hostile.baggage_item("k"), Some("a\r\nset-cookie: evil"));
    assert_eq!(to_text_map(&propagators, &hostile).into_keys().collect::<Vec<_>>(), ["uberctx-l"]);
    assert_eq!(items_dropped(&propagators), 1);
    assert_eq!(to_http(&propagators, &hostile)["uberctx-k"], "a%0D%0Aset-cookie%3A%20evil");
}

#[test]
fn of_two_keys_that_differ_in_case_the_last_in_order_is_written() {
    let context = context(1, 1).baggage_item("k", "lower").baggage_item("K", "upper").build();
    let mut headers = http::HeaderMap::new();
    jaeger().inject(&context, InjectCarrier::HttpHeaders(&mut headers)).unwrap();
    assert_eq!(headers.get_all("uberctx-k").iter().collect::<Vec<_>>(), ["lower"]);
}

#[test]
fn baggage_without_a_span_travels() {
    let context = SpanContext::builder().baggage_item("k", "v").build();
    let headers = to_http(&jaeger(), &context);
    assert_eq!(headers.into_iter().collect::<Vec<_>>(), one("uberctx-k", "v"));
    let extracted = from_http(&jaeger(), &[("uberctx-k", "v")]).unwrap().unwrap();
    assert_eq!(
        (extracted.ids(), extracted.sampling_decision(), baggage(&extracted)),
        (None, None, vec![("k", "v")])
    );
}

#[test]
fn a_list_given_by_hand_is_read_as_gos_client_does() {
    for (list, expected) in [
        ("k1=v1, k2 = v2", vec![("k1", "v1"), ("k2", " v2")]),
        ("hobbit=Bilbo Baggins, dwarf= Thrain", vec![("dwarf", " Thrain"), ("hobbit", "Bilbo Baggins")]),
        ("kevin%20spacey=se7en%3Aactor", vec![("kevin spacey", "se7en:actor")]),
        ("key1=, key2=", vec![("key1", ""), ("key2", "")]),
        ("malformed", vec![]),
        ("a=b=c,d=e", vec![("d", "e")]),
        ("=v,,k=v,", vec![("k", "v")]),
        ("a=1%2Cb=2%2cc=3", vec![("a", "1"), ("b", "2"), ("c", "3")]),
        ("a+b=c+d%2B", vec![("a b", "c d+")]),
        ("a=%ff,b=1", vec![("b", "1")]),
        ("a=1,b=%zz", vec![]),
        ("a=1,b=%2", vec![]),
    ] {
        let read = read("Jaeger-Baggage", list);
        let read: Vec<_> = read.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(read, expected, "{list}");
    }
}

#[test]
fn a_list_given_by_hand_goes_with_a_span_too() {
    let headers = [("uber-trace-id", "1:2:0:1"), ("jaeger-baggage", "a=1"), ("uberctx-b", "2")];
    let extracted = from_http(&jaeger(), &headers).unwrap().unwrap();
    assert_eq!(
        (super::fields(&extracted), baggage(&extracted)),
        ((1, 2, 0, 1), vec![("a", "1"), ("b", "2")])
    );
}
