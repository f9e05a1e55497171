//! Contexts in carriers, as a user of tracers sees it.

use std::collections::{BTreeMap, HashMap};

use http::{HeaderMap, HeaderValue};
use opentracing_core::{
    Codec, ExtractCarrier, ExtractError, InjectCarrier, InjectError, MockTracer, SpanContext, SpanId,
    TraceId, Tracer, format,
};

fn context() -> SpanContext {
    let builder =
        SpanContext::builder().ids(TraceId::new(0xab).unwrap(), SpanId::new(0xcd).unwrap()).sampled(true);
    builder.baggage_item("user", "a b").build()
}

fn mock() -> Tracer {
    MockTracer::new().tracer()
}

#[test]
fn spans_scopes_and_contexts_inject_alike() {
    let tracer = mock();
    let scope = tracer.span("op").start_active();
    let span = scope.span();
    let mut carriers = [const { BTreeMap::<String, String>::new() }; 5];
    tracer.inject(&scope, format::TextMap, &mut carriers[0]).unwrap();
    tracer.inject(&span, format::TextMap, &mut carriers[1]).unwrap();
    tracer.inject(&*span, format::TextMap, &mut carriers[2]).unwrap();
    tracer.inject(span.context(), format::TextMap, &mut carriers[3]).unwrap();
    tracer.inject(tracer.active_span(), format::TextMap, &mut carriers[4]).unwrap();
    assert!(!carriers[0].is_empty());
    assert!(carriers.iter().all(|carrier| *carrier == carriers[0]));
}

#[test]
fn injecting_nothing_is_an_error_and_leaves_the_carrier() {
    let tracer = mock();
    let mut carrier = HashMap::from([("k".to_owned(), "v".to_owned())]);
    let nothing = tracer.inject(tracer.active_span(), format::TextMap, &mut carrier);
    assert!(nothing.unwrap_err().is_invalid_span_context());
    let noops = tracer.inject(Tracer::noop().start_span("op"), format::TextMap, &mut carrier);
    assert!(noops.unwrap_err().is_invalid_span_context());
    assert_eq!(carrier.len(), 1);
}

#[test]
fn the_names_of_the_built_in_formats_reach_them() {
    let tracer = mock();
    let mut map = HashMap::<String, String>::new();
    tracer.inject(context(), format::Custom("http_headers"), &mut map).unwrap();
    assert_eq!(map["ot-baggage-user"], "a%20b");
    tracer.inject(context(), format::Custom("text_map"), &mut map).unwrap();
    assert_eq!(map["ot-baggage-user"], "a b");
    let mut bytes = Vec::<u8>::new();
    tracer.inject(context(), format::Custom("binary"), &mut bytes).unwrap();
    assert_eq!(tracer.extract(format::Binary, &bytes).unwrap(), Some(context()));
}

#[test]
fn a_carrier_that_does_not_fit_a_built_in_format_is_invalid_also_for_the_noop() {
    for tracer in [mock(), Tracer::noop()] {
        for name in ["text_map", "http_headers", "binary"] {
            let injected = tracer.inject(context(), format::Custom(name), &mut 0_u8);
            assert!(injected.unwrap_err().is_invalid_carrier());
            let extracted = tracer.extract(format::Custom(name), &0_u8);
            assert!(extracted.unwrap_err().is_invalid_carrier());
        }
    }
}

#[test]
fn a_codec_is_reached_by_its_name_and_may_replace_a_built_in_one() {
    #[derive(Debug)]
    struct Constant;
    impl Codec for Constant {
        fn inject(&self, _: &SpanContext, carrier: InjectCarrier<'_>) -> Result<(), InjectError> {
            match carrier {
                InjectCarrier::TextMap(carrier) => carrier
                    .set("constant", "1")
                    .map_err(|refused| InjectError::invalid_carrier("text_map").with_source(refused)),
                other => Err(other.refuse()),
            }
        }

        fn extract(&self, carrier: ExtractCarrier<'_>) -> Result<Option<SpanContext>, ExtractError> {
            assert!(matches!(carrier.format_name(), "text_map" | "constant"));
            Ok(Some(context()))
        }
    }
    let mock = MockTracer::new();
    let tracer = mock.tracer();
    let unknown = tracer.extract(format::Custom("constant"), &()).unwrap_err();
    assert!(unknown.is_unsupported_format());
    assert_eq!(unknown.to_string(), "unsupported format \"constant\"");
    mock.register_codec("constant", Constant);
    mock.register_codec("text_map", Constant);
    assert_eq!(tracer.extract(format::Custom("constant"), &()).unwrap(), Some(context()));
    let mut carrier = BTreeMap::new();
    tracer.inject(context(), format::TextMap, &mut carrier).unwrap();
    assert_eq!(carrier.into_iter().collect::<Vec<_>>(), [("constant".to_owned(), "1".to_owned())]);
}

#[test]
fn http_headers_carry_a_context_among_others() {
    let tracer = mock();
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("text/plain"));
    tracer.inject(context(), format::HttpHeaders, &mut headers).unwrap();
    tracer.inject(context(), format::HttpHeaders, &mut headers).unwrap();
    assert_eq!(headers.len(), 5, "a second injection overwrites");
    assert_eq!(headers["content-type"], "text/plain");
    let extracted = tracer.extract(format::Inferred, &headers).unwrap().unwrap();
    assert_eq!(extracted, context());
    assert_eq!(extracted.baggage_item("user"), Some("a b"));
    assert!(extracted.is_remote());
}

#[test]
fn of_a_header_with_several_values_the_last_counts() {
    let tracer = mock();
    let mut headers = HeaderMap::new();
    tracer.inject(context(), format::HttpHeaders, &mut headers).unwrap();
    headers.append("ot-baggage-user", HeaderValue::from_static("last"));
    headers.append("ot-tracer-spanid", HeaderValue::from_static("ef"));
    let extracted = tracer.extract(format::HttpHeaders, &headers).unwrap().unwrap();
    assert_eq!(extracted.baggage_item("user"), Some("last"));
    assert_eq!(extracted.span_id(), SpanId::new(0xef));
    headers.remove("ot-tracer-traceid");
    assert!(tracer.extract(format::HttpHeaders, &headers).unwrap_err().is_corrupted());
}

#[test]
fn bytes_that_are_no_text_do_no_harm() {
    let tracer = mock();
    let mut headers = HeaderMap::new();
    tracer.inject(context(), format::HttpHeaders, &mut headers).unwrap();
    headers.insert("ot-baggage-odd", HeaderValue::from_bytes(b"\xff\xfe").unwrap());
    let extracted = tracer.extract(format::HttpHeaders, &headers).unwrap().unwrap();
    assert_eq!(extracted.baggage_item("odd"), Some("\u{fffd}\u{fffd}"));
    headers.insert("ot-tracer-traceid", HeaderValue::from_bytes(b"\xff").unwrap());
    let error = tracer.extract(format::HttpHeaders, &headers).unwrap_err();
    assert!(error.is_corrupted());
    assert!(error.to_string().is_ascii(), "{error}");
}

#[test]
fn a_failed_extraction_stands_for_no_parent() {
    let tracer = mock();
    let headers = [("ot-tracer-traceid", "garbled"), ("ot-tracer-spanid", "1")];
    let request = tracer.span("request").start_active();
    let extracted = tracer.extract(format::HttpHeaders, &headers);
    assert!(extracted.is_err());
    let inside = tracer.span("inside").child_of(&extracted).start();
    assert_eq!(inside.context().parent_id(), request.context().span_id());
    let root = tracer.span("root").child_of(extracted).ignore_active_span().start();
    assert_eq!(root.context().parent_id(), None);
}

#[test]
fn the_noop_reads_and_writes_nothing() {
    let tracer = Tracer::noop();
    let mut headers = HeaderMap::new();
    tracer.inject(context(), format::HttpHeaders, &mut headers).unwrap();
    assert!(headers.is_empty());
    mock().inject(context(), format::HttpHeaders, &mut headers).unwrap();
    assert_eq!(tracer.extract(format::HttpHeaders, &headers).unwrap(), None);
}

#[test]
fn a_finished_span_can_be_injected() {
    let tracer = mock();
    let span = tracer.start_span("op");
    span.finish();
    let mut bytes = Vec::<u8>::new();
    tracer.inject(&span, format::Inferred, &mut bytes).unwrap();
    assert_eq!(tracer.extract(format::Inferred, &bytes).unwrap(), Some(span.context()));
}
