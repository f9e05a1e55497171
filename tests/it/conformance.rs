//! The conformance suite, run against the tracer that applications install.

use std::time::Duration;

use opentracing::reporter::{self, MemoryReporter};
use opentracing::{Config, MockSpan, Tracer, TracerGuard};
use opentracing_core::conformance::{Capabilities, Capability, Subject, run};

use crate::support::alone_with_the_global_tracer;

struct Installed {
    guard: TracerGuard,
    memory: MemoryReporter,
}

impl Installed {
    fn new() -> Self {
        let memory = reporter::memory();
        let guard =
            Config::new("conformance").reporter(memory.clone()).build().expect("a valid configuration");
        Self { guard, memory }
    }
}

impl Subject for Installed {
    fn tracer(&self) -> Tracer {
        self.guard.tracer()
    }

    /// Each thread hands its spans over by itself, so that their order among threads is told by their times.
    fn finished(&self) -> Vec<MockSpan> {
        let report = self.guard.flush(Duration::from_secs(10));
        assert_eq!(report.dropped.total(), 0, "{report}");
        let mut spans = self.memory.spans();
        spans.sort_by_key(|span| span.finish_time);
        spans
    }
}

#[test]
fn the_installed_tracer_passes_every_row_that_needs_no_hook() {
    let _alone = alone_with_the_global_tracer();
    let outcome = run(Installed::new, Capabilities::tracer().without([Capability::FinishHooks]));
    println!("{outcome}");
    outcome.assert_passed();
}
