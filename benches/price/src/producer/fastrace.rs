//! fastrace, with its reporter for OpenTelemetry.

use std::borrow::Cow;
use std::net::SocketAddr;

use fastrace::collector::{Config, SpanContext};
use fastrace::{Span, local::LocalSpan};
use fastrace_opentelemetry::OpenTelemetryReporter;
use opentelemetry::InstrumentationScope;

use super::{Producer, otlp};
use crate::load::SPANS_PER_TRACE;

struct Fastrace;

pub fn start(address: SocketAddr) -> Box<dyn Producer> {
    let scope = InstrumentationScope::builder("price").build();
    let reporter = OpenTelemetryReporter::new(otlp::exporter(address), Cow::Owned(otlp::resource()), scope);
    fastrace::set_reporter(reporter, Config::default());
    Box::new(Fastrace)
}

impl Producer for Fastrace {
    fn trace(&mut self) {
        let root = Span::root("request", SpanContext::random());
        let _active = root.set_local_parent();
        for rows in 1..SPANS_PER_TRACE {
            let properties = || [("component", Cow::Borrowed("db")), ("rows", Cow::Owned(rows.to_string()))];
            let _child = LocalSpan::enter_with_local_parent("query").with_properties(properties);
        }
    }

    fn finish(self: Box<Self>) {
        fastrace::flush();
    }
}
