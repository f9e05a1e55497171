//! A recorder that, unlike the mock's, does not observe its spans: they take the short ways.

use std::sync::{Arc, Mutex};

use opentracing_core::conformance::Subject;
use opentracing_core::{
    Decision, Limits, MockSpan, Recorder, Report, Settings, SpanRecord, StartInfo, Tracer, WallClock,
};

type Hook = Box<dyn Fn() + Send + Sync>;
type Sample = Box<dyn Fn(&StartInfo<'_>) -> Decision + Send + Sync>;

/// Keeps finished spans. Clones share them.
#[derive(Clone)]
pub(crate) struct Kept(Arc<Inner>);

struct Inner {
    clock: WallClock,
    limits: Limits,
    sample: Sample,
    spans: Mutex<Vec<MockSpan>>,
    refused: Mutex<Vec<String>>,
    hooks: Mutex<Vec<Arc<Hook>>>,
}

impl Kept {
    /// Samples what is asked for, what a parent decided, and everything else.
    pub(crate) fn new() -> Self {
        Self::sampling(|start| {
            let asked = start.sampling_priority.map(|priority| priority > 0);
            Decision::sampled(asked.or(start.parent_decision()).unwrap_or(true))
        })
    }

    pub(crate) fn sampling(sample: impl Fn(&StartInfo<'_>) -> Decision + Send + Sync + 'static) -> Self {
        Self::with(Limits::default(), Box::new(sample))
    }

    pub(crate) fn limited(limits: Limits) -> Self {
        Self::with(limits, Box::new(|_| Decision::record()))
    }

    fn with(limits: Limits, sample: Sample) -> Self {
        Self(Arc::new(Inner {
            clock: WallClock::read(),
            limits,
            sample,
            spans: Mutex::default(),
            refused: Mutex::default(),
            hooks: Mutex::default(),
        }))
    }

    pub(crate) fn tracer(&self) -> Tracer {
        Tracer::new(self.clone())
    }

    pub(crate) fn spans(&self) -> Vec<MockSpan> {
        self.0.spans.lock().unwrap().clone()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.spans().into_iter().map(|span| span.operation_name).collect()
    }

    /// The keys of the baggage items that were refused.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.0.refused.lock().unwrap().clone()
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

impl Recorder for Kept {
    fn sample(&self, start: &StartInfo<'_>) -> Decision {
        (self.0.sample)(start)
    }

    fn record(&self, span: &SpanRecord<'_>) {
        self.0.spans.lock().unwrap().push(MockSpan::from_record(span, &self.0.clock));
        let hooks: Vec<_> = self.0.hooks.lock().unwrap().clone();
        hooks.iter().for_each(|hook| hook());
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        report.exported = self.0.spans.lock().unwrap().len() as u64;
        report
    }

    fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        settings.limits = self.0.limits;
        settings
    }

    fn baggage_refused(&self, key: &str) {
        self.0.refused.lock().unwrap().push(key.to_owned());
    }
}

/// The recorder with its tracer, for the conformance suite.
pub(crate) struct KeptSubject(Tracer, Kept);

impl KeptSubject {
    pub(crate) fn new() -> Self {
        let kept = Kept::new();
        Self(kept.tracer(), kept)
    }
}

impl Subject for KeptSubject {
    fn tracer(&self) -> Tracer {
        self.0.clone()
    }

    fn finished(&self) -> Vec<MockSpan> {
        self.1.spans()
    }

    fn on_finish(&self, hook: Hook) {
        self.1.0.hooks.lock().unwrap().push(Arc::new(hook));
    }
}
