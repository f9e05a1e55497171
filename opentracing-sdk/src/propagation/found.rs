//! What codecs found in a carrier, put together.

use opentracing_core::{ExtractError, Limits, SpanContext, SpanId, TraceId};

use super::baggage::{Baggage, Joined};
use super::stats::PropagationStats;

/// A span as headers name it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ids {
    pub(super) trace_id: TraceId,
    pub(super) span_id: SpanId,
    pub(super) parent_id: Option<SpanId>,
    /// In Jaeger's positions.
    pub(super) flags: u8,
}

/// What the codecs found so far. Of what several found, that of the first counts.
#[derive(Debug)]
pub(super) struct Found<'a> {
    limits: &'a Limits,
    ids: Option<Ids>,
    error: Option<ExtractError>,
    baggage: Option<Joined>,
    trace_state: Option<String>,
    debug_id: Option<String>,
    pub(super) stats: PropagationStats,
}

impl<'a> Found<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        let stats = PropagationStats::default();
        Self { limits, ids: None, error: None, baggage: None, trace_state: None, debug_id: None, stats }
    }

    /// Adds a span, and the list of vendors that came with it. The list belongs to its trace, whichever header
    /// was the first to name that.
    pub(super) fn add_ids(&mut self, ids: Ids, trace_state: Option<String>) {
        let taken = self.ids.get_or_insert(ids);
        if taken.trace_id == ids.trace_id && self.trace_state.is_none() {
            self.trace_state = trace_state;
        }
    }

    pub(super) fn add_error(&mut self, error: ExtractError) {
        self.stats.span_context_decoding_errors += 1;
        self.error.get_or_insert(error);
    }

    pub(super) fn has_ids(&self) -> bool {
        self.ids.is_some()
    }

    pub(super) fn add_debug_id(&mut self, debug_id: String) {
        self.debug_id.get_or_insert(debug_id);
    }

    /// Adds what one codec has received, and leaves nothing of it.
    pub(super) fn add_baggage(&mut self, baggage: &mut Baggage) {
        self.stats.baggage_items_dropped += baggage.budget.dropped();
        if !baggage.items.is_empty() {
            let joined = self.baggage.get_or_insert_with(|| Joined::new(self.limits));
            self.stats.baggage_items_dropped += joined.add(std::mem::take(&mut baggage.items));
        }
    }

    /// A garbled header is an error only where no other one names a span.
    pub(super) fn into_context(self) -> Result<Option<SpanContext>, ExtractError> {
        let mut builder = SpanContext::builder().remote();
        match (self.ids, self.error) {
            (Some(ids), _) => {
                builder = builder.ids(ids.trace_id, ids.span_id).parent_id(ids.parent_id).flags(ids.flags);
            }
            (None, Some(error)) => return Err(error),
            (None, None) => {
                builder = self.debug_id.into_iter().fold(builder, |builder, id| builder.debug_id(id));
            }
        }
        if let Some(list) = self.trace_state {
            builder = builder.trace_state(list);
        }
        if let Some(joined) = self.baggage {
            for (key, value) in joined.items {
                builder = builder.baggage_item(key, value);
            }
        }
        Ok(Some(builder.build()).filter(|context| !context.is_empty()))
    }
}
