//! What went wrong with carriers, in numbers.

use std::sync::atomic::{AtomicU64, Ordering};

/// What propagation has had to leave out.
///
/// # Examples
/// ```
/// use opentracing_core::ExtractCarrier;
/// use opentracing_sdk::propagation::{Propagation, Propagators};
///
/// let propagators = Propagators::new([Propagation::Jaeger]);
/// let headers = [("uber-trace-id", "no context")];
/// assert!(propagators.extract(ExtractCarrier::HttpHeaders(&headers)).is_err());
/// assert_eq!(propagators.stats().span_context_decoding_errors, 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PropagationStats {
    /// Contexts that could not be read. A `traceparent` counts although it is no error: it is ignored.
    pub span_context_decoding_errors: u64,
    /// Baggage items, of each header that carries baggage, that were over a limit, malformed, or whose key the
    /// carrier or the format cannot have.
    pub baggage_items_dropped: u64,
    /// Debug ids too long to be read.
    pub debug_ids_dropped: u64,
    /// Entries that a carrier refused.
    pub entries_refused: u64,
}

/// The counters behind [`PropagationStats`]. Nothing is written where nothing goes wrong, so that threads that
/// inject and extract share no cache line that changes.
#[derive(Debug, Default)]
pub(super) struct Counters {
    decoding_errors: AtomicU64,
    items_dropped: AtomicU64,
    debug_ids_dropped: AtomicU64,
    entries_refused: AtomicU64,
}

impl Counters {
    #[inline]
    pub(super) fn add(&self, stats: &PropagationStats) {
        if *stats != PropagationStats::default() {
            self.add_some(stats);
        }
    }

    #[cold]
    fn add_some(&self, stats: &PropagationStats) {
        let counts = [
            (&self.decoding_errors, stats.span_context_decoding_errors),
            (&self.items_dropped, stats.baggage_items_dropped),
            (&self.debug_ids_dropped, stats.debug_ids_dropped),
            (&self.entries_refused, stats.entries_refused),
        ];
        for (counter, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            counter.fetch_add(count, Ordering::Relaxed);
        }
    }

    pub(super) fn read(&self) -> PropagationStats {
        PropagationStats {
            span_context_decoding_errors: self.decoding_errors.load(Ordering::Relaxed),
            baggage_items_dropped: self.items_dropped.load(Ordering::Relaxed),
            debug_ids_dropped: self.debug_ids_dropped.load(Ordering::Relaxed),
            entries_refused: self.entries_refused.load(Ordering::Relaxed),
        }
    }
}
