//! Who makes spans and exports them: each library with its own exporter, set up and called as its users do.
//!
//! All make the same: a root named `request`, and nine children named `query`, each active while it lasts, with the
//! static string `component` and the integer `rows`. (This library over Jaeger's UDP will be here as soon as that
//! reporter exists.)

mod bare;
mod fastrace;
mod opentelemetry;
mod opentracing;
mod otlp;
mod rustracing;
mod tracing;

#[cfg(test)]
pub use bare::body;

use std::net::SocketAddr;

use crate::load::Load;
use crate::sink::Protocol;
use crate::usage::Usage;

/// A library, set up.
pub trait Producer {
    /// Makes one trace.
    fn trace(&mut self);

    /// Waits until all spans have left that ever will.
    fn finish(self: Box<Self>);
}

/// A way to make spans and to export them.
pub struct Kind {
    /// As arguments call it.
    pub name: &'static str,
    /// As the table calls it.
    pub title: &'static str,
    /// What its sink has to speak.
    pub protocol: Protocol,
    start: fn(SocketAddr) -> Box<dyn Producer>,
}

pub const ALL: &[Kind] = &[
    Kind {
        name: "bare",
        title: "a ready body, HTTP alone (ureq, 2,000 spans a POST)",
        protocol: Protocol::Otlp,
        start: bare::start,
    },
    Kind {
        name: "opentracing",
        title: "this library, OTLP",
        protocol: Protocol::Otlp,
        start: opentracing::start,
    },
    Kind {
        name: "fastrace",
        title: "fastrace-opentelemetry + opentelemetry-otlp",
        protocol: Protocol::Otlp,
        start: fastrace::start,
    },
    Kind {
        name: "opentelemetry",
        title: "opentelemetry_sdk, batches + opentelemetry-otlp",
        protocol: Protocol::Otlp,
        start: opentelemetry::start,
    },
    Kind {
        name: "tracing",
        title: "tracing-opentelemetry + opentelemetry-otlp",
        protocol: Protocol::Otlp,
        start: tracing::start,
    },
    Kind {
        name: "rustracing",
        title: "rustracing_jaeger (UDP, 50 spans a datagram)",
        protocol: Protocol::Jaeger,
        start: rustracing::start,
    },
];

/// The kind of this name.
pub fn find(name: &str) -> Result<&'static Kind, String> {
    let names = || ALL.iter().map(|kind| kind.name).collect::<Vec<_>>().join(", ");
    ALL.iter().find(|kind| kind.name == name).ok_or_else(|| format!("not one of {}", names()))
}

/// Makes and exports spans, and says what that has taken: what a process does that is measured.
///
/// It counts from here. Before `main`, the clock of fastrace has calibrated itself in every process of this program, for
/// some 20 ms, and never for the same time.
#[inline(never)]
pub fn run(kind: &Kind, address: SocketAddr, load: Load) -> Usage {
    let before = Usage::of_this_process();
    let mut producer = (kind.start)(address);
    load.run(|| producer.trace());
    producer.finish();
    Usage::of_this_process().since(before)
}
