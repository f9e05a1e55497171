//! rustracing, with the UDP reporter of rustracing_jaeger. That one is no thread: its users write the loop below.

use std::net::SocketAddr;
use std::thread::{self, JoinHandle};

use rustracing::sampler::AllSampler;
use rustracing::tag::Tag;
use rustracing_jaeger::Tracer;
use rustracing_jaeger::reporter::JaegerCompactReporter;
use rustracing_jaeger::span::SpanReceiver;

use super::Producer;
use crate::load::SPANS_PER_TRACE;

/// About 7 KB, which nearly fills the datagrams that Jaeger's clients send.
const SPANS_PER_DATAGRAM: usize = 50;

struct Rustracing {
    tracer: Tracer,
    exporter: JoinHandle<()>,
}

pub fn start(address: SocketAddr) -> Box<dyn Producer> {
    let (tracer, spans) = Tracer::new(AllSampler);
    let mut reporter = JaegerCompactReporter::new("price").expect("a socket on loopback");
    reporter.set_agent_addr(address);
    Box::new(Rustracing { tracer, exporter: thread::spawn(move || export(&spans, &reporter)) })
}

/// Until the tracer and its spans are gone.
fn export(spans: &SpanReceiver, reporter: &JaegerCompactReporter) {
    let mut batch = Vec::with_capacity(SPANS_PER_DATAGRAM);
    let send = |batch: &[_]| reporter.report(batch).unwrap_or_else(|error| eprintln!("rustracing: {error}"));
    for span in spans {
        batch.push(span);
        if batch.len() == SPANS_PER_DATAGRAM {
            send(&batch);
            batch.clear();
        }
    }
    if !batch.is_empty() {
        send(&batch);
    }
}

impl Producer for Rustracing {
    fn trace(&mut self) {
        let root = self.tracer.span("request").start();
        for rows in 1..SPANS_PER_TRACE {
            let _child = root.child("query", |options| {
                options.tag(Tag::new("component", "db")).tag(Tag::new("rows", i64::from(rows))).start()
            });
        }
    }

    fn finish(self: Box<Self>) {
        let Self { tracer, exporter } = *self;
        drop(tracer);
        exporter.join().expect("the exporter does not panic");
    }
}
