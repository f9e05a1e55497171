//! The libraries, each used as its documentation tells users to.

mod bare;
mod fastrace;
mod opentelemetry;
mod ours;
mod rustracing;
mod shape;
mod tracing;

use crate::scenario::{Setup, Work};

/// A library, and how it is set up in a process.
pub struct Peer {
    pub name: &'static str,
    /// `None` if it cannot be set up this way. Called once a process.
    pub install: fn(Setup) -> Option<Box<dyn Library>>,
}

/// A library that is set up.
pub trait Library: Send + Sync {
    /// One repetition of some work, to be called on the thread that asked for it; `None` if the library does not
    /// offer that.
    fn work(&self, work: Work) -> Option<Repetition>;

    /// Exports what has finished, as far as the library can be asked to, and says what became of everything.
    fn flush(&self) -> Fate;
}

pub type Repetition = Box<dyn FnMut()>;

/// What became of the spans so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fate {
    /// What the reporter got; `None` if nobody makes spans.
    pub exported: Option<u64>,
    /// What the library itself counts as started, if it counts.
    pub started: Option<u64>,
    /// What the library itself counts as lost, if it counts.
    pub dropped: Option<u64>,
}

pub const OURS: &str = "opentracing";
pub const RIVAL: &str = "fastrace";
pub const NONE: &str = "none";

pub const PEERS: &[Peer] = &[
    Peer { name: NONE, install: bare::install },
    Peer { name: OURS, install: ours::install },
    Peer { name: RIVAL, install: fastrace::install },
    Peer { name: "tracing_otel", install: tracing::install },
    Peer { name: "otel_sdk", install: opentelemetry::install },
    Peer { name: "rustracing", install: rustracing::install },
];

pub fn peer(name: &str) -> Option<&'static Peer> {
    PEERS.iter().find(|peer| peer.name == name)
}
