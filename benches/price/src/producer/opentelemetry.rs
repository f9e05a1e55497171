//! OpenTelemetry's SDK, with its batch processor.

use std::net::SocketAddr;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Tracer as _, TracerProvider as _, mark_span_as_active};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

use super::{Producer, otlp};
use crate::load::SPANS_PER_TRACE;

struct Opentelemetry {
    tracer: SdkTracer,
    provider: SdkTracerProvider,
}

pub fn start(address: SocketAddr) -> Box<dyn Producer> {
    let provider = otlp::provider(address);
    Box::new(Opentelemetry { tracer: provider.tracer("price"), provider })
}

impl Producer for Opentelemetry {
    fn trace(&mut self) {
        let _root = mark_span_as_active(self.tracer.start("request"));
        for rows in 1..SPANS_PER_TRACE {
            let attributes = [KeyValue::new("component", "db"), KeyValue::new("rows", i64::from(rows))];
            let child = self.tracer.span_builder("query").with_attributes(attributes).start(&self.tracer);
            let _child = mark_span_as_active(child);
        }
    }

    fn finish(self: Box<Self>) {
        otlp::shutdown(&self.provider);
    }
}
