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
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::picture::Gallery;
    ///
    /// assert!(Gallery::new().traces().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty gallery with limits of your own.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::Config;
    /// use opentracing_sdk::picture::{Gallery, Limits};
    ///
    /// let gallery = Gallery::with_limits(Limits { traces_max: 1, ..Limits::default() });
    /// let guard = Config::new("shop").reporter(gallery.clone()).build()?;
    /// guard.tracer().start_span("a").finish();
    /// guard.tracer().start_span("b").finish();
    /// guard.flush(std::time::Duration::from_secs(5));
    /// assert_eq!((gallery.traces().len(), gallery.traces_left_out()), (1, 1));
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self { hall: Arc::new(Mutex::new(Hall { traces: Traces::new(limits), left_out: 0 })) }
    }

    /// A copy of a trace, as far as its spans were reported.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::Config;
    /// use opentracing_sdk::picture::Gallery;
    ///
    /// let gallery = Gallery::new();
    /// let guard = Config::new("shop").reporter(gallery.clone()).build()?;
    /// let order = guard.tracer().start_span("order");
    /// order.finish();
    /// guard.flush(std::time::Duration::from_secs(5));
    /// let trace_id = order.context().trace_id().unwrap();
    /// assert_eq!(gallery.trace(trace_id).unwrap().id(), trace_id);
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn trace(&self, id: TraceId) -> Option<Trace> {
        self.lock().traces.get(id).cloned()
    }

    /// Copies of all traces, the oldest first.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::Config;
    /// use opentracing_sdk::picture::Gallery;
    ///
    /// let gallery = Gallery::new();
    /// let guard = Config::new("shop").reporter(gallery.clone()).build()?;
    /// let order = guard.tracer().start_span("order");
    /// order.finish();
    /// guard.flush(std::time::Duration::from_secs(5));
    /// assert_eq!(gallery.traces().len(), 1);
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn traces(&self) -> Vec<Trace> {
        self.lock().traces.iter().cloned().collect()
    }

    /// A copy of the trace that took longest.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::Config;
    /// use opentracing_sdk::picture::Gallery;
    ///
    /// let gallery = Gallery::new();
    /// let guard = Config::new("shop").reporter(gallery.clone()).build()?;
    /// let order = guard.tracer().start_span("order");
    /// order.finish();
    /// guard.flush(std::time::Duration::from_secs(5));
    /// assert_eq!(gallery.slowest().unwrap().id(), order.context().trace_id().unwrap());
    /// assert!(Gallery::new().slowest().is_none());
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn slowest(&self) -> Option<Trace> {
        self.lock().traces.iter().max_by_key(|trace| trace.duration()).cloned()
    }

    /// How many traces had to go because of the limits.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::Config;
    /// use opentracing_sdk::picture::{Gallery, Limits};
    ///
    /// let gallery = Gallery::with_limits(Limits { traces_max: 1, ..Limits::default() });
    /// let guard = Config::new("shop").reporter(gallery.clone()).build()?;
    /// guard.tracer().start_span("a").finish();
    /// guard.tracer().start_span("b").finish();
    /// guard.flush(std::time::Duration::from_secs(5));
    /// assert_eq!(gallery.traces_left_out(), 1);
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn traces_left_out(&self) -> usize {
        self.lock().left_out
    }

    /// Removes all traces.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::Config;
    /// use opentracing_sdk::picture::Gallery;
    ///
    /// let gallery = Gallery::new();
    /// let guard = Config::new("shop").reporter(gallery.clone()).build()?;
    /// let order = guard.tracer().start_span("order");
    /// order.finish();
    /// guard.flush(std::time::Duration::from_secs(5));
    /// gallery.clear();
    /// assert!(gallery.traces().is_empty());
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
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
