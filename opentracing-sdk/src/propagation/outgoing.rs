//! A text carrier that is being written to, and what became of it.

use opentracing_core::{Limits, TextMapWriter};

use super::Text;
use super::stats::PropagationStats;

/// A text carrier that is being written to.
pub(super) struct Outgoing<'a> {
    carrier: &'a mut dyn TextMapWriter,
    pub(super) text: Text,
    pub(super) limits: &'a Limits,
    pub(super) stats: PropagationStats,
    has_ids: bool,
}

impl<'a> Outgoing<'a> {
    pub(super) fn new(carrier: &'a mut dyn TextMapWriter, text: Text, limits: &'a Limits) -> Self {
        Self { carrier, text, limits, stats: PropagationStats::default(), has_ids: false }
    }

    /// Writes the header that names the span. Where that is refused, its codec must write no other.
    #[must_use]
    pub(super) fn set_ids(&mut self, key: &str, value: &str) -> bool {
        let is_written = self.carrier.set(key, value).is_ok();
        self.has_ids |= is_written;
        self.stats.entries_refused += u64::from(!is_written);
        is_written
    }

    /// Whether any header that names the span was written.
    pub(super) fn has_ids(&self) -> bool {
        self.has_ids
    }

    /// Writes any other header; one that is refused is counted.
    pub(super) fn set(&mut self, key: &str, value: &str) {
        self.stats.entries_refused += u64::from(self.carrier.set(key, value).is_err());
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.carrier.remove(key);
    }
}
