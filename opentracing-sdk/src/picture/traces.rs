//! A bounded number of traces, found by id, the oldest of which goes first.

use std::collections::{BTreeMap, HashMap};

use opentracing_core::TraceId;

use crate::batch::Batch;
use crate::picture::{Limits, Trace};

#[derive(Debug, Default)]
pub(crate) struct Traces {
    limits: Limits,
    /// By age: the number that the trace was given when its first span came.
    by_age: BTreeMap<u64, Trace>,
    // Invariant: the same traces as in `by_age`.
    ages: HashMap<TraceId, u64>,
    next_age: u64,
    // Invariant: the sum over all traces.
    bytes: usize,
}

impl Traces {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Adds each span of a batch to its trace, and hands the traces that have to go for it to `evicted`.
    pub(crate) fn add(&mut self, batch: &Batch<'_>, mut evicted: impl FnMut(Trace)) {
        for span in batch.spans() {
            let trace = self.entry(span.head().trace_id);
            let before = trace.bytes();
            trace.push(batch.process(), batch.clock(), &span);
            let after = trace.bytes();
            self.bytes = self.bytes + after - before;
            while self.by_age.len() > self.limits.traces_max || self.bytes > self.limits.bytes_max {
                let Some(oldest) = self.pop_oldest() else { break };
                evicted(oldest);
            }
        }
    }

    fn entry(&mut self, id: TraceId) -> &mut Trace {
        let age = *self.ages.entry(id).or_insert_with(|| {
            self.next_age += 1;
            self.next_age
        });
        self.by_age.entry(age).or_insert_with(|| Trace::with_limits(id, self.limits))
    }

    pub(crate) fn get(&self, id: TraceId) -> Option<&Trace> {
        self.by_age.get(self.ages.get(&id)?)
    }

    /// Changes a trace; one that is empty then goes.
    pub(crate) fn change<R>(&mut self, id: TraceId, change: impl FnOnce(&mut Trace) -> R) -> Option<R> {
        let age = *self.ages.get(&id)?;
        let trace = self.by_age.get_mut(&age)?;
        self.bytes -= trace.bytes();
        let result = change(trace);
        self.bytes += trace.bytes();
        if trace.is_empty() {
            self.by_age.remove(&age);
            self.ages.remove(&id);
        }
        Some(result)
    }

    /// All traces, the oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Trace> {
        self.by_age.values()
    }

    pub(crate) fn pop_oldest(&mut self) -> Option<Trace> {
        let (_, trace) = self.by_age.pop_first()?;
        self.ages.remove(&trace.id());
        self.bytes -= trace.bytes();
        Some(trace)
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.limits);
    }
}
