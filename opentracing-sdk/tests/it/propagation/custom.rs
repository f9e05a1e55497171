//! Formats that are reached by name.

use std::any::Any;
use std::collections::HashMap;

use opentracing_core::{
    Codec, ExtractCarrier, ExtractError, ExtractFormat, InjectCarrier, InjectError, InjectFormat,
    SpanContext, SpanId, TraceId, format,
};
use opentracing_sdk::propagation::Propagators;

use super::context;

/// Keeps a context in an `Option<(u128, u64)>`.
#[derive(Debug)]
struct Pair;

impl Codec for Pair {
    fn inject(&self, context: &SpanContext, carrier: InjectCarrier<'_>) -> Result<(), InjectError> {
        let InjectCarrier::Custom(name, carrier) = carrier else { return Err(carrier.refuse()) };
        let pair = carrier.downcast_mut().ok_or_else(|| InjectError::invalid_carrier(name))?;
        *pair = context.ids().map(|(trace_id, span_id)| (trace_id.get(), span_id.get()));
        Ok(())
    }

    fn extract(&self, carrier: ExtractCarrier<'_>) -> Result<Option<SpanContext>, ExtractError> {
        let ExtractCarrier::Custom(name, carrier) = carrier else { return Err(carrier.refuse()) };
        let pair: &Option<(u128, u64)> =
            carrier.downcast_ref().ok_or_else(|| ExtractError::invalid_carrier(name))?;
        let ids = pair.and_then(|(trace_id, span_id)| TraceId::new(trace_id).zip(SpanId::new(span_id)));
        Ok(ids.map(|(trace_id, span_id)| SpanContext::builder().ids(trace_id, span_id).sampled(true).build()))
    }
}

fn to<'c>(name: &'static str, carrier: &'c mut impl Any) -> InjectCarrier<'c> {
    InjectFormat::inject_into(format::Custom(name), carrier)
}

fn from<'c>(name: &'static str, carrier: &'c impl Any) -> ExtractCarrier<'c> {
    ExtractFormat::extract_from(format::Custom(name), carrier)
}

#[test]
fn a_codec_is_reached_by_its_name() {
    let propagators = Propagators::default().with_codec("pair", Pair);
    let mut pair = None::<(u128, u64)>;
    propagators.inject(&context(1, 2).build(), to("pair", &mut pair)).unwrap();
    assert_eq!(pair, Some((1, 2)));
    let read = propagators.extract(from("pair", &pair)).unwrap();
    assert_eq!(read, Some(context(1, 2).build()));
}

#[test]
fn a_carrier_that_the_codec_does_not_know_is_invalid() {
    let propagators = Propagators::default().with_codec("pair", Pair);
    let mut number = 0_u8;
    let error = propagators.inject(&context(1, 2).build(), to("pair", &mut number)).unwrap_err();
    assert!(error.is_invalid_carrier());
    assert!(propagators.extract(from("pair", &number)).unwrap_err().is_invalid_carrier());
}

#[test]
fn an_unknown_name_is_unsupported_before_anything_else_is_looked_at() {
    let propagators = Propagators::default();
    let mut map = HashMap::<String, String>::new();
    let name = "kiss my shiny metal";
    let error = propagators.inject(&SpanContext::default(), to(name, &mut map)).unwrap_err();
    assert!(error.is_unsupported_format() && map.is_empty());
    assert!(propagators.extract(from(name, &map)).unwrap_err().is_unsupported_format());
}

#[test]
fn built_in_names_reach_the_built_in_formats_if_the_carrier_fits() {
    let propagators = Propagators::default();
    let context = context(1, 2).build();
    let mut map = HashMap::<String, String>::new();
    for name in ["text_map", "http_headers"] {
        map.clear();
        propagators.inject(&context, to(name, &mut map)).unwrap();
        assert_eq!(propagators.extract(from(name, &map)).unwrap().as_ref(), Some(&context));
    }
    let error = propagators.inject(&context, to("binary", &mut map)).unwrap_err();
    assert!(error.is_invalid_carrier());
    assert!(propagators.extract(from("text_map", &0_u8)).unwrap_err().is_invalid_carrier());
}

#[test]
fn a_codec_under_a_built_in_name_takes_its_place() {
    let propagators = Propagators::default().with_codec("binary", Pair);
    let error =
        propagators.inject(&context(1, 2).build(), InjectCarrier::Binary(&mut Vec::new())).unwrap_err();
    assert!(error.is_unsupported_format());
}
