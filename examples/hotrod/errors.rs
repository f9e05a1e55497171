//! A reporter that only counts: how many spans failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use opentracing::{Batch, ReportError, Reporter, tags};

/// Counts the spans whose tag `error` is set; clones count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct ErrorCount(Arc<AtomicU64>);

impl ErrorCount {
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Reporter for ErrorCount {
    fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
        let failed =
            batch.spans().filter(|span| span.tag(tags::ERROR.name()).is_some_and(|error| error == true));
        self.0.fetch_add(failed.count() as u64, Ordering::Relaxed);
        Ok(())
    }
}
