//! Spans with the ids, times and parents that a test gives them, and what is recorded by the tracer's own methods.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentracing_core::{
    Decision, Recorder, Reference, References, Span, SpanHead, SpanId, SpanRecord, StartInfo, Timestamp,
    TraceId, Tracer,
};
use opentracing_sdk::{Batch, BatchBuffer, Process};

/// The trace of all spans that are not given another.
pub(crate) const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;

/// A moment, in microseconds from a fixed one on.
pub(crate) fn time(micros: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000) + Duration::from_micros(micros)
}

/// Finished spans of one process.
pub(crate) struct Spans {
    process: Process,
    buffer: BatchBuffer,
}

/// A span to be made.
pub(crate) struct Made {
    pub(crate) head: SpanHead,
    references: Option<Vec<Reference>>,
}

/// A span with an id and a parent (0 is none), which runs from one microsecond to another.
pub(crate) fn span(id: u64, parent: u64, from: u64, to: u64) -> Made {
    let [start, finish] = [from, to].map(|at| Timestamp::from_system_time(time(at)));
    let mut head = SpanHead::new(TraceId::new(TRACE).unwrap(), SpanId::new(id).unwrap(), start, finish);
    head.parent_id = SpanId::new(parent);
    head.is_local_root = parent == 0;
    Made { head, references: None }
}

impl Made {
    /// The parent is in another process.
    pub(crate) fn served(mut self) -> Self {
        self.head.is_local_root = true;
        self
    }

    pub(crate) fn trace(mut self, id: u128) -> Self {
        self.head.trace_id = TraceId::new(id).unwrap();
        self
    }

    pub(crate) fn references(self, references: impl Into<Vec<Reference>>) -> Self {
        Self { references: Some(references.into()), ..self }
    }
}

impl Spans {
    pub(crate) fn of(service: &str) -> Self {
        Self::by(Process::new(service))
    }

    pub(crate) fn by(process: Process) -> Self {
        Self { process, buffer: BatchBuffer::new() }
    }

    /// Adds a span without tags.
    pub(crate) fn add(self, made: Made, name: &str) -> Self {
        self.add_with(made, name, |_| ())
    }

    /// Adds a span on which something is recorded.
    pub(crate) fn add_with(mut self, made: Made, name: &str, record: impl FnOnce(&Span)) -> Self {
        let buffer = Arc::new(Mutex::new(std::mem::take(&mut self.buffer)));
        let tracer = Tracer::new(Capture { made, buffer: Arc::clone(&buffer) });
        let span = tracer.start_span(name.to_owned());
        record(&span);
        span.finish();
        self.buffer = std::mem::take(&mut buffer.lock().unwrap());
        self
    }

    pub(crate) fn batch(&self) -> Batch<'_> {
        self.buffer.as_batch(&self.process)
    }
}

/// Keeps what was recorded on a span, and gives it the head that the test wants.
#[derive(Debug)]
struct Capture {
    made: Made,
    buffer: Arc<Mutex<BatchBuffer>>,
}

impl Recorder for Capture {
    fn sample(&self, _: &StartInfo<'_>) -> Decision {
        Decision::record()
    }

    fn record(&self, span: &SpanRecord<'_>) {
        let references = self.made.references.as_deref().map_or(References::Parent, References::Listed);
        let span = SpanRecord::from_parts(&self.made.head, span.name(), span.attributes(), references);
        self.buffer.lock().unwrap().push(&span);
    }
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.head.fmt(f)
    }
}
