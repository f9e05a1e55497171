//! What is measured: tracers with a reporter that counts, and a clock that stands while the worker catches up.

use std::time::{Duration, Instant};

use opentracing::reporter::{self, CountingReporter};
use opentracing::{Config, Tracer, TracerGuard};

use crate::samples::Samples;

/// How long the worker has to empty what is queued, which it does in a fraction of a millisecond.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(10);

/// Spans of a sample, about: long enough for the clock's own time not to count, and few enough for the queue.
pub const SPANS_PER_SAMPLE: usize = 1_000;

/// Spans that a process makes, about.
const SPANS_PER_PROCESS: usize = 100_000;

/// How often samples of so many spans are taken by one process.
pub fn samples_of(spans: usize) -> usize {
    (SPANS_PER_PROCESS / spans).clamp(3, 100)
}

/// Tracers, and what was measured with them.
pub struct Subject {
    tracers: Vec<(TracerGuard, CountingReporter)>,
    samples: Samples,
}

impl Subject {
    /// The tracer that macros use.
    pub fn new() -> Self {
        let counting = reporter::counting();
        let guard = config(&counting).init().expect("a valid configuration");
        Self { tracers: vec![(guard, counting)], samples: Samples::default() }
    }

    /// Several tracers at a time.
    pub fn with_tracers(tracers: usize) -> Self {
        let tracer = || {
            let counting = reporter::counting();
            (config(&counting).build().expect("a valid configuration"), counting)
        };
        Self { tracers: (0..tracers).map(|_| tracer()).collect(), samples: Samples::default() }
    }

    pub fn tracers(&self) -> Vec<Tracer> {
        self.tracers.iter().map(|(guard, _)| guard.tracer()).collect()
    }

    /// Takes one sample of work that makes so many spans.
    pub fn sample(&mut self, spans: usize, work: impl FnOnce()) {
        let began = Instant::now();
        work();
        self.record(began.elapsed(), spans);
        self.made(spans);
    }

    /// Records what so many spans took.
    pub fn record(&mut self, time: Duration, spans: usize) {
        self.samples.nanos.push(time.as_nanos() as f64 / spans as f64);
    }

    /// The same by the clock on the wall, where several threads made them.
    pub fn record_wall(&mut self, time: Duration, spans: usize) {
        self.samples.wall_nanos.push(time.as_nanos() as f64 / spans as f64);
    }

    /// So many spans have finished, whether they count or not: the worker gets the time to report them.
    pub fn made(&mut self, spans: usize) {
        self.samples.made += spans as u64;
        for (guard, _) in &self.tracers {
            // What it says is counted at the end, by the reporter.
            let _ = guard.flush(FLUSH_TIMEOUT);
        }
    }

    /// What was measured, when all spans have finished.
    pub fn finish(mut self) -> Samples {
        for (guard, counting) in self.tracers {
            guard.close(FLUSH_TIMEOUT);
            self.samples.kept += counting.spans();
        }
        self.samples
    }
}

fn config(counting: &CountingReporter) -> Config {
    Config::new("scale").reporter(counting.clone())
}
