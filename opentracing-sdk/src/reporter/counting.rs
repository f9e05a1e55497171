//! Counts spans and forgets them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::batch::Batch;
use crate::per_process::PerProcess;
use crate::reporter::{ReportError, Reporter, Successor};

/// Makes a reporter that counts spans and forgets them: for benchmarks, and where nothing is to be exported.
///
/// # Examples
/// ```
/// use opentracing_sdk::{Config, reporter};
///
/// let counting = reporter::counting();
/// let guard = Config::new("shop").reporter(counting.clone()).build()?;
/// guard.tracer().start_span("get").finish();
/// guard.close(std::time::Duration::from_secs(5));
/// assert_eq!(counting.spans(), 1);
/// # Ok::<(), opentracing_sdk::ConfigError>(())
/// ```
#[must_use]
pub fn counting() -> CountingReporter {
    CountingReporter::default()
}

/// Counts spans and forgets them. Clones count together; those in a forked child begin with nothing.
///
/// # Examples
/// ```
/// use opentracing_sdk::reporter::CountingReporter;
///
/// let counting = CountingReporter::default();
/// assert_eq!((counting.spans(), counting.batches()), (0, 0));
/// ```
#[derive(Debug, Clone)]
pub struct CountingReporter {
    counts: Arc<PerProcess<Counts>>,
}

impl Default for CountingReporter {
    fn default() -> Self {
        Self { counts: Arc::new(PerProcess::new(Counts::default())) }
    }
}

#[derive(Debug, Default)]
struct Counts {
    spans: AtomicU64,
    batches: AtomicU64,
}

impl CountingReporter {
    /// How many spans were reported.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let counting = reporter::counting();
    /// let guard = Config::new("shop").reporter(counting.clone()).build()?;
    /// guard.tracer().start_span("order").child("pay").start().finish();
    /// guard.flush(std::time::Duration::from_secs(5));
    /// assert_eq!(counting.spans(), 2);
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn spans(&self) -> u64 {
        self.counts().spans.load(Ordering::Relaxed)
    }

    /// In how many batches they came.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let counting = reporter::counting();
    /// let guard = Config::new("shop").batch_spans_max(1).reporter(counting.clone()).build()?;
    /// guard.tracer().start_span("a").finish();
    /// guard.tracer().start_span("b").finish();
    /// guard.flush(std::time::Duration::from_secs(5));
    /// assert_eq!(counting.batches(), 2);
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn batches(&self) -> u64 {
        self.counts().batches.load(Ordering::Relaxed)
    }

    fn counts(&self) -> &Counts {
        self.counts.get(|_| Counts::default())
    }
}

impl Reporter for CountingReporter {
    fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
        // Each span is looked at, so that the figures of a benchmark include reading them.
        let spans = batch.spans().inspect(|span| _ = std::hint::black_box(span)).count();
        self.counts().spans.fetch_add(spans as u64, Ordering::Relaxed);
        self.counts().batches.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn successor(&self) -> Option<Successor> {
        let this = self.clone();
        Some(Successor::new(move || this.clone()))
    }
}
