//! Contexts survive the way through a carrier, in the headers of Jaeger's clients and of W3C.

mod binary;
mod combined;
mod custom;
mod hostile;
mod jaeger;
mod jaeger_baggage;
mod round_trip;
mod trace_parent;
mod trace_state;
mod w3c_baggage;

use std::collections::BTreeMap;

use opentracing_core::{
    ExtractCarrier, ExtractError, InjectCarrier, SpanContext, SpanContextBuilder, SpanId, TraceId,
};
use opentracing_sdk::propagation::{Propagation, Propagators};

fn jaeger() -> Propagators {
    Propagators::new([Propagation::Jaeger])
}

fn w3c() -> Propagators {
    Propagators::new([Propagation::W3c])
}

type Extracted = Result<Option<SpanContext>, ExtractError>;

fn from_http(propagators: &Propagators, headers: &[(&str, &str)]) -> Extracted {
    propagators.extract(ExtractCarrier::HttpHeaders(&headers))
}

fn from_text_map(propagators: &Propagators, pairs: &[(&str, &str)]) -> Extracted {
    propagators.extract(ExtractCarrier::TextMap(&pairs))
}

fn to_http(propagators: &Propagators, context: &SpanContext) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    propagators.inject(context, InjectCarrier::HttpHeaders(&mut headers)).unwrap();
    headers
}

fn to_text_map(propagators: &Propagators, context: &SpanContext) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    propagators.inject(context, InjectCarrier::TextMap(&mut pairs)).unwrap();
    pairs
}

/// A sampled context that is being built.
fn context(trace_id: u128, span_id: u64) -> SpanContextBuilder {
    let (trace_id, span_id) = (TraceId::new(trace_id).unwrap(), SpanId::new(span_id).unwrap());
    SpanContext::builder().ids(trace_id, span_id).sampled(true)
}

fn baggage(context: &SpanContext) -> Vec<(&str, &str)> {
    context.baggage().collect()
}

/// Trace, span, parent (0 for none) and flags.
fn fields(context: &SpanContext) -> (u128, u64, u64, u8) {
    let (trace_id, span_id) = context.ids().unwrap();
    (trace_id.get(), span_id.get(), context.parent_id().map_or(0, SpanId::get), context.flags().bits())
}

fn decoding_errors(propagators: &Propagators) -> u64 {
    propagators.stats().span_context_decoding_errors
}

fn items_dropped(propagators: &Propagators) -> u64 {
    propagators.stats().baggage_items_dropped
}
