//! Puts spans together until there is something to draw: spans of one trace come in several batches, children
//! before their parents, and those of many traces at once.

use std::collections::{HashMap, HashSet, VecDeque};

use opentracing_core::{SpanId, TraceId};

use crate::batch::Batch;
use crate::picture::{Limits, Part, Span, Trace, Traces};

#[derive(Debug)]
pub(super) struct Pending {
    traces: Traces,
    drawn: Drawn,
}

impl Pending {
    pub(super) fn new(limits: Limits) -> Self {
        Self { traces: Traces::new(limits), drawn: Drawn::default() }
    }

    /// Takes the spans of a batch, and gives the traces, or parts of traces, that are to be drawn now.
    pub(super) fn add(&mut self, batch: &Batch<'_>) -> Vec<Trace> {
        let mut draw = Vec::new();
        self.traces.add(batch, |evicted| draw.push(evicted.into_part(Part::Incomplete)));
        draw.iter().for_each(|trace| self.drawn.insert(trace));
        for id in self.ready(batch) {
            let is_top = |span: &Span| span.head().is_local_root || self.drawn.has_parent_of(id, span);
            let part = self.traces.change(id, |trace| trace.take_below(is_top));
            let Some(trace) = part.filter(|trace| !trace.is_empty()) else { continue };
            let part = if self.drawn.has_some_of(id) { Part::Continued } else { Part::Whole };
            self.drawn.insert(&trace);
            draw.push(trace.into_part(part));
        }
        draw
    }

    /// The traces that have a local root in this batch, or a span whose parent was drawn before.
    fn ready(&self, batch: &Batch<'_>) -> Vec<TraceId> {
        let mut seen = HashSet::new();
        let ends = |span: &opentracing_core::SpanRecord<'_>| {
            let head = span.head();
            let late = || head.parent_id.is_some_and(|parent| self.drawn.contains(head.trace_id, parent));
            head.is_local_root || late()
        };
        let ids = batch.spans().filter(ends).map(|span| span.head().trace_id);
        ids.filter(|&id| seen.insert(id)).collect()
    }

    /// The oldest of the traces whose local root has not finished.
    pub(super) fn pop_incomplete(&mut self) -> Option<Trace> {
        let trace = self.traces.pop_oldest()?.into_part(Part::Incomplete);
        self.drawn.insert(&trace);
        Some(trace)
    }
}

/// Spans drawn that are remembered: 16,384, about 1 MB. A child that finishes after so many others have been
/// drawn waits for a flush.
const DRAWN_MAX: usize = 16_384;

/// The spans drawn last: what finishes later can belong below one of them.
#[derive(Debug, Default)]
struct Drawn {
    order: VecDeque<(TraceId, SpanId)>,
    // Invariant: what is in `order`, the spans of each trace counted.
    spans: HashSet<(TraceId, SpanId)>,
    traces: HashMap<TraceId, usize>,
}

impl Drawn {
    fn insert(&mut self, trace: &Trace) {
        for span in trace.spans() {
            let id = (trace.id(), span.id());
            if self.spans.insert(id) {
                self.order.push_back(id);
                *self.traces.entry(trace.id()).or_default() += 1;
            }
        }
        while self.order.len() > DRAWN_MAX {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some(id) = self.order.pop_front() else { return };
        self.spans.remove(&id);
        if let Some(count) = self.traces.get_mut(&id.0) {
            *count -= 1;
            if *count == 0 {
                self.traces.remove(&id.0);
            }
        }
    }

    fn contains(&self, trace: TraceId, span: SpanId) -> bool {
        self.spans.contains(&(trace, span))
    }

    fn has_parent_of(&self, trace: TraceId, span: &Span) -> bool {
        span.head().parent_id.is_some_and(|parent| self.contains(trace, parent))
    }

    fn has_some_of(&self, trace: TraceId) -> bool {
        self.traces.contains_key(&trace)
    }
}
