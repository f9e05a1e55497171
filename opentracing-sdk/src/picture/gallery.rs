//! Collects traces from several tracers, to be drawn later.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opentracing_core::TraceId;

use crate::batch::Batch;
use crate::picture::{Limits, Trace, Traces};
use crate::reporter::{ReportError, Reporter};

/// Collects whole traces, also those that pass through several tracers: give each of them a clone.
///
/// It is bounded by its [`Limits`]; the oldest traces go first.
///
/// # Examples
/// One trace through two services:
/// ```
/// use opentracing_core::format;
/// use opentracing_sdk::Config;
/// use opentracing_sdk::picture::{Gallery, Style};
/// use std::{collections::HashMap, time::Duration};
///
/// let gallery = Gallery::new();
/// let shop = Config::new("shop").reporter(gallery.clone()).build()?;
/// let stock = Config::new("stock").reporter(gallery.clone()).build()?;
///
/// let mut headers = HashMap::<String, String>::new();
/// let order = shop.tracer().start_span("order");
/// shop.tracer().inject(&order, format::HttpHeaders, &mut headers).unwrap();
/// stock.tracer().span("reserve").child_of(stock.tracer().extract(format::HttpHeaders, &headers)).start();
/// order.finish();
///
/// for guard in [&shop, &stock] {
///     guard.tracer().flush(Duration::from_secs(5));
/// }
/// let trace = gallery.trace(order.context().trace_id().unwrap()).unwrap();
/// let text = trace.to_text(&Style::plain());
/// assert!(text.contains("shop, stock") && text.contains("└─ stock: reserve"));
/// # Ok::<(), opentracing_sdk::ConfigError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Gallery {
    hall: Arc<Mutex<Hall>>,
}

#[derive(Debug, Default)]
struct Hall {
    traces: Traces,
    left_out: usize,
}

impl Gallery {
    /// An empty gallery with the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty gallery with limits of your own.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self { hall: Arc::new(Mutex::new(Hall { traces: Traces::new(limits), left_out: 0 })) }
    }

    /// A copy of a trace, as far as its spans were reported.
    #[must_use]
    pub fn trace(&self, id: TraceId) -> Option<Trace> {
        self.lock().traces.get(id).cloned()
    }

    /// Copies of all traces, the oldest first.
    #[must_use]
    pub fn traces(&self) -> Vec<Trace> {
        self.lock().traces.iter().cloned().collect()
    }

    /// A copy of the trace that took longest.
    #[must_use]
    pub fn slowest(&self) -> Option<Trace> {
        self.lock().traces.iter().max_by_key(|trace| trace.duration()).cloned()
    }

    /// How many traces had to go because of the limits.
    #[must_use]
    pub fn traces_left_out(&self) -> usize {
        self.lock().left_out
    }

    /// Removes all traces.
    pub fn clear(&self) {
        self.lock().traces.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Hall> {
        // Whoever panicked did so in code of ours that leaves nothing half done.
        self.hall.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reporter for Gallery {
    fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
        let hall = &mut *self.lock();
        hall.traces.add(batch, |_| hall.left_out += 1);
        Ok(())
    }
}
