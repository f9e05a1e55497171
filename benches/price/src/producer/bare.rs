//! The floor: no tracing, no encoding. A body that is ready goes out as often as the spans in it would be made.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;

use super::Producer;
use crate::load::SPANS_PER_TRACE;

/// 2,000 spans: no load has a rest.
const TRACES_PER_POST: u32 = 200;

struct Bare {
    agent: ureq::Agent,
    url: String,
    body: Vec<u8>,
    traces_waiting: u32,
}

pub fn start(address: SocketAddr) -> Box<dyn Producer> {
    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(10)));
    Box::new(Bare {
        agent: config.build().into(),
        url: format!("http://{address}/v1/traces"),
        body: body(TRACES_PER_POST),
        traces_waiting: 0,
    })
}

impl Producer for Bare {
    fn trace(&mut self) {
        self.traces_waiting += 1;
        if self.traces_waiting == TRACES_PER_POST {
            self.traces_waiting = 0;
            let post = self.agent.post(&self.url).content_type("application/x-protobuf");
            post.send(&self.body[..]).expect("the sink takes every body");
        }
    }

    fn finish(self: Box<Self>) {
        assert_eq!(self.traces_waiting, 0, "a load is a number of POSTs");
    }
}

/// What the others send, as OTLP has it.
pub fn body(traces: u32) -> Vec<u8> {
    let spans = (1..=traces).flat_map(trace).collect();
    let resource =
        Resource { attributes: vec![attribute("service.name", text("price"))], ..Resource::default() };
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    let resource_spans = ResourceSpans { resource: Some(resource), scope_spans, ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![resource_spans] }.encode_to_vec()
}

fn trace(number: u32) -> impl Iterator<Item = Span> {
    let now =
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs()) * 1_000_000_000;
    // As long as ids of chance are: every byte counts.
    let trace_id = (u128::from(number) << 96 | u128::from(number)).to_be_bytes().to_vec();
    let id = move |span: u32| (u64::from(number) << 32 | u64::from(span + 1)).to_be_bytes().to_vec();
    (0..SPANS_PER_TRACE).map(move |span| {
        let attributes =
            vec![attribute("component", text("db")), attribute("rows", Value::IntValue(span.into()))];
        Span {
            trace_id: trace_id.clone(),
            span_id: id(span),
            parent_span_id: if span == 0 { Vec::new() } else { id(0) },
            name: if span == 0 { "request" } else { "query" }.to_owned(),
            kind: 1,
            start_time_unix_nano: now,
            end_time_unix_nano: now + 1,
            attributes: if span == 0 { Vec::new() } else { attributes },
            ..Span::default()
        }
    })
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn text(value: &str) -> Value {
    Value::StringValue(value.to_owned())
}
