//! `inject!` and `extract!`.

use std::collections::{BTreeMap, HashMap};

use opentracing::{MockTracer, SpanContext, active_span, extract, format, inject, span, traced};

use crate::support::record;

type Headers = HashMap<String, String>;

#[traced(kind = server, child_of = extract!(headers))]
fn serve(headers: &Headers) {}

#[test]
fn a_context_crosses_by_the_headers() {
    let ((), spans) = record(|| {
        let mut headers = Headers::new();
        active_span!("client" => { inject!(headers).unwrap() });
        serve(&headers);
        serve(&Headers::new());
    });
    assert_eq!(spans[1].parent_id, spans[0].context.span_id());
    assert_eq!(spans[1].context.trace_id(), spans[0].context.trace_id());
    assert_eq!(spans[2].parent_id, None);
}

#[test]
fn a_carrier_is_given_in_any_way_that_reaches_it() {
    let ((), _) = record(|| {
        let scope = active_span!("client");
        let id = scope.context().span_id();
        let same =
            |context: Option<SpanContext>| assert_eq!(context.and_then(|context| context.span_id()), id);

        let mut owned = Headers::new();
        inject!(owned).unwrap();
        same(extract!(owned).unwrap());
        let mut other = Headers::new();
        let borrowed = &mut other;
        inject!(borrowed).unwrap();
        same(extract!(borrowed).unwrap());
        let mut third = Headers::new();
        inject!(&mut third).unwrap();
        same(extract!(&third).unwrap());

        let mut map = BTreeMap::new();
        inject!(map).unwrap();
        same(extract!(map).unwrap());
        let mut pairs: Vec<(String, String)> = Vec::new();
        inject!(pairs).unwrap();
        same(extract!(pairs).unwrap());
        let mut bytes: Vec<u8> = Vec::new();
        inject!(bytes).unwrap();
        same(extract!(&bytes[..]).unwrap());
        same(extract!(bytes).unwrap());
    });
}

#[test]
fn format_tracer_and_span_can_be_named() {
    let mock = MockTracer::new();
    let tracer = mock.tracer();
    let span = span!(tracer: tracer, "span");
    let id = span.context().span_id();
    let mut headers = Headers::new();
    inject!(tracer: tracer, span: span, format: http_headers => &mut headers).unwrap();
    let context = extract!(tracer: tracer, format: http_headers => &headers).unwrap().unwrap();
    assert_eq!(context.span_id(), id);

    let mut bytes = Vec::new();
    inject!(span: &span, format: format::Binary => &mut bytes).unwrap();
    assert_eq!(extract!(tracer: tracer, format: binary => &bytes).unwrap().unwrap().span_id(), id);
    let mut text = Headers::new();
    inject!(span: span, format: text_map, &mut text).unwrap();
    assert_eq!(extract!(tracer: &tracer, text).unwrap().unwrap().span_id(), id);
}

#[test]
fn without_an_active_span_nothing_is_injected() {
    let before = opentracing::__private::injects_without_span();
    let mut headers = Headers::new();
    inject!(headers).unwrap();
    assert!(headers.is_empty());
    assert!(opentracing::__private::injects_without_span() > before, "and that is counted");
    assert_eq!(extract!(headers).unwrap(), None);
}

#[test]
fn what_is_garbled_is_an_error() {
    let (_, _) = record(|| {
        let headers = Headers::from([("ot-tracer-traceid".to_owned(), "garbage".to_owned())]);
        assert!(extract!(headers).unwrap_err().is_corrupted());
    });
}
