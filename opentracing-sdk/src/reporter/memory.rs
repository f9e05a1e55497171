//! Keeps spans in memory, to be looked at.

use std::sync::{Arc, Mutex, PoisonError};

use opentracing_core::MockSpan;

use crate::batch::Batch;
use crate::per_process::PerProcess;
use crate::reporter::{ReportError, Reporter, Successor};

/// Spans that are kept unless [`MemoryReporter::spans_max`] says otherwise: some 100 MB of plain ones.
const SPANS_MAX: usize = 100_000;

/// Makes a reporter that keeps spans in memory, to be looked at: for tests of a whole tracer, and for programs
/// that show their own traces.
///
/// # Examples
/// ```
/// use opentracing_sdk::{Config, reporter};
///
/// let memory = reporter::memory();
/// let guard = Config::new("shop").reporter(memory.clone()).build()?;
/// guard.tracer().span("get").tag("item", 7).start();
/// guard.close(std::time::Duration::from_secs(5));
///
/// assert_eq!(memory.spans()[0].to_string(), "get item=7");
/// # Ok::<(), opentracing_sdk::ConfigError>(())
/// ```
#[must_use]
pub fn memory() -> MemoryReporter {
    MemoryReporter { spans: Arc::new(PerProcess::new(Mutex::default())), spans_max: SPANS_MAX }
}

/// Keeps spans in memory. Clones share them; those in a forked child begin with none.
///
/// # Examples
/// ```
/// use opentracing_sdk::reporter::{MemoryReporter, memory};
///
/// let kept: MemoryReporter = memory();
/// assert!(kept.clone().spans().is_empty());
/// ```
#[derive(Debug, Clone)]
pub struct MemoryReporter {
    spans: Arc<PerProcess<Mutex<Vec<MockSpan>>>>,
    spans_max: usize,
}

impl MemoryReporter {
    /// Keeps at most this many spans, instead of 100,000. Those beyond are refused, and so counted as dropped.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let memory = reporter::memory().spans_max(1);
    /// let guard = Config::new("shop").reporter(memory.clone()).warnings(std::io::sink()).build()?;
    /// guard.tracer().start_span("a").finish();
    /// guard.tracer().start_span("b").finish();
    /// let report = guard.close(std::time::Duration::from_secs(5));
    /// assert_eq!((memory.spans().len(), report.dropped.failed), (1, 1));
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn spans_max(self, spans_max: usize) -> Self {
        Self { spans_max, ..self }
    }

    /// Copies of the spans reported so far; call [`TracerGuard::flush`](crate::TracerGuard::flush) first.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let memory = reporter::memory();
    /// let guard = Config::new("shop").reporter(memory.clone()).build()?;
    /// guard.tracer().start_span("get").finish();
    /// guard.flush(std::time::Duration::from_secs(5));
    /// assert_eq!(memory.spans()[0].operation_name, "get");
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn spans(&self) -> Vec<MockSpan> {
        self.kept().clone()
    }

    /// Removes the spans reported so far and returns them.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let memory = reporter::memory();
    /// let guard = Config::new("shop").reporter(memory.clone()).build()?;
    /// guard.tracer().start_span("get").finish();
    /// guard.flush(std::time::Duration::from_secs(5));
    /// assert_eq!(memory.take().len(), 1);
    /// assert!(memory.take().is_empty());
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn take(&self) -> Vec<MockSpan> {
        std::mem::take(&mut self.kept())
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<MockSpan>> {
        // A panic elsewhere leaves the list as it was: spans are added in one step.
        self.spans.get(|_| Mutex::default()).lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reporter for MemoryReporter {
    fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
        let clock = batch.clock();
        let spans: Vec<_> = batch.spans().map(|span| MockSpan::from_record(&span, &clock)).collect();
        let mut kept = self.kept();
        let room = self.spans_max.saturating_sub(kept.len());
        let rejected = spans.len().saturating_sub(room);
        kept.extend(spans.into_iter().take(room));
        match rejected {
            0 => Ok(()),
            _ => Err(ReportError::partial(rejected, "the memory reporter holds as many spans as it may")),
        }
    }

    fn successor(&self) -> Option<Successor> {
        let this = self.clone();
        Some(Successor::new(move || this.clone()))
    }
}
