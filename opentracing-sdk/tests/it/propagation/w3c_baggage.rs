//! W3C's `baggage`.

use opentracing_core::SpanContext;

use super::{baggage, context, from_http, items_dropped, to_http, to_text_map, w3c};

fn read(list: &str) -> Vec<(String, String)> {
    let context = from_http(&w3c(), &[("Baggage", list)]).unwrap().unwrap_or_default();
    context.baggage().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[test]
fn lists_are_read_without_their_properties() {
    for (list, expected) in [
        ("k=v;prop, k2=v2", vec![("k", "v"), ("k2", "v2")]),
        ("k = v ; prop = 1;p2,\tk2\t=\tv2\t", vec![("k", "v"), ("k2", "v2")]),
        ("k=a=b", vec![("k", "a=b")]),
        ("k=", vec![("k", "")]),
        ("k=1,k=2", vec![("k", "2")]),
        ("userId=Am%C3%A9lie%20a+b", vec![("userid", "Amélie a+b")]),
        ("k=100%,l=%zz", vec![("k", "100%"), ("l", "%zz")]),
        ("k=%ff", vec![("k", "%ff")]),
        ("k,=v,a b=1,,ok=1", vec![("ok", "1")]),
        ("", vec![]),
    ] {
        let read = read(list);
        let read: Vec<_> = read.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(read, expected, "{list}");
    }
}

#[test]
fn several_headers_are_joined() {
    let extracted =
        from_http(&w3c(), &[("baggage", "a=1"), ("BAGGAGE", "b=2"), ("baggage", "a=3")]).unwrap().unwrap();
    assert_eq!((extracted.ids(), baggage(&extracted)), (None, vec![("a", "3"), ("b", "2")]));
}

#[test]
fn values_are_encoded_in_every_text_format() {
    let context = context(1, 1).baggage_item("k", "a b,c;d=e\r\nü").baggage_item("l", "").build();
    for headers in [to_http(&w3c(), &context), to_text_map(&w3c(), &context)] {
        assert_eq!(headers["baggage"], "k=a%20b%2Cc%3Bd%3De%0D%0A%C3%BC,l=");
        assert_eq!(headers.len(), 2);
    }
}

#[test]
fn keys_that_are_no_tokens_are_left_out_and_counted() {
    let propagators = w3c();
    let context =
        SpanContext::builder().baggage_item("a,b", "1").baggage_item("a=b", "1").baggage_item("", "1");
    assert!(to_http(&propagators, &context.clone().build()).is_empty());
    assert_eq!(items_dropped(&propagators), 3);
    assert_eq!(to_http(&propagators, &context.baggage_item("ok", "1").build())["baggage"], "ok=1");
}
