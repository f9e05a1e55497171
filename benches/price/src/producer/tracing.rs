//! tracing, with its layer for OpenTelemetry, both as they are by default.

use std::net::SocketAddr;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::info_span;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::{Producer, otlp};
use crate::load::SPANS_PER_TRACE;

struct Tracing(SdkTracerProvider);

pub fn start(address: SocketAddr) -> Box<dyn Producer> {
    let provider = otlp::provider(address);
    registry().with(tracing_opentelemetry::layer().with_tracer(provider.tracer("price"))).init();
    Box::new(Tracing(provider))
}

impl Producer for Tracing {
    fn trace(&mut self) {
        let _root = info_span!("request").entered();
        for rows in 1..SPANS_PER_TRACE {
            let _child = info_span!("query", component = "db", rows).entered();
        }
    }

    fn finish(self: Box<Self>) {
        otlp::shutdown(&self.0);
    }
}
