//! Traces for the tests of this module.

use std::ops::Range;
use std::time::{Duration, UNIX_EPOCH};

use opentracing_core::{
    Attributes, OperationName, References, SpanHead, SpanId, SpanRecord, Timestamp, TraceId, WallClock,
};

use crate::picture::{Limits, Trace};
use crate::process::Process;

/// Collects spans without tags; their times count in milliseconds from a fixed moment on.
#[derive(Debug)]
pub(crate) struct Sample {
    spans: Vec<(SpanHead, &'static str)>,
}

impl Sample {
    /// Nanoseconds of a unit of time.
    pub(crate) const UNIT: u64 = 1_000_000;

    pub(crate) fn new() -> Self {
        Self { spans: Vec::new() }
    }

    /// A moment, in nanoseconds since the Unix epoch.
    pub(crate) fn time(at: u64) -> u64 {
        1_700_000_000_000_000_000 + at * Self::UNIT
    }

    /// Adds a span; parent 0 is none.
    pub(crate) fn span(mut self, id: u64, parent: u64, name: &'static str, period: Range<u64>) -> Self {
        let time = |at| Timestamp::from_system_time(UNIX_EPOCH + Duration::from_nanos(Self::time(at)));
        let mut head = SpanHead::new(
            TraceId::new(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736).unwrap(),
            SpanId::new(id).unwrap(),
            time(period.start),
            time(period.end),
        );
        head.parent_id = SpanId::new(parent);
        head.is_local_root = parent == 0;
        self.spans.push((head, name));
        self
    }

    /// Adds a span whose parent is in another process.
    pub(crate) fn remote(self, id: u64, parent: u64, name: &'static str, period: Range<u64>) -> Self {
        let mut this = self.span(id, parent, name, period);
        this.spans.last_mut().unwrap().0.is_local_root = true;
        this
    }

    pub(crate) fn trace(&self) -> Trace {
        self.within(Limits::default())
    }

    pub(crate) fn unlimited(&self) -> Trace {
        self.within(Limits { spans_max: usize::MAX, traces_max: usize::MAX, bytes_max: usize::MAX })
    }

    pub(crate) fn within(&self, limits: Limits) -> Trace {
        let process = Process::new("shop");
        let mut trace = Trace::with_limits(self.spans[0].0.trace_id, limits);
        for (head, name) in &self.spans {
            let name = OperationName::Static(name);
            let span = SpanRecord::from_parts(head, name, Attributes::default(), References::Parent);
            trace.push(&process, WallClock::read(), &span);
        }
        trace
    }
}
