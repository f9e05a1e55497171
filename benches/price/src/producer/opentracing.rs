//! This library, with its macros and its own OTLP reporter.

use std::net::SocketAddr;
use std::time::Duration;

use opentracing::{Config, TracerGuard, active_span, reporter};

use super::Producer;
use crate::load::SPANS_PER_TRACE;

struct Opentracing(TracerGuard);

pub fn start(address: SocketAddr) -> Box<dyn Producer> {
    let config = Config::new("price").reporter(reporter::otlp(format!("http://{address}")));
    Box::new(Opentracing(config.init().expect("a valid configuration")))
}

impl Producer for Opentracing {
    fn trace(&mut self) {
        let _root = active_span!("request");
        for rows in 1..SPANS_PER_TRACE {
            let _child = active_span!("query", component = "db", rows);
        }
    }

    fn finish(self: Box<Self>) {
        let report = self.0.close(Duration::from_secs(10));
        if report.started != report.exported {
            // The sink counts by itself; this says what became of the others.
            eprintln!("opentracing: {report}");
        }
    }
}
