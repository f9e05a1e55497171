//! What has become of a tracer's spans.

use std::fmt;
use std::time::Duration;

/// Says what has become of all spans since the tracer was made. Nothing is lost uncounted:
/// `started = unsampled + open + queued + exported + dropped`.
///
/// # Examples
/// ```
/// let tracer = opentracing_core::MockTracer::new().tracer();
/// tracer.start_span("op").finish();
/// let report = tracer.report();
/// assert_eq!((report.started, report.open), (1, 0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Report {
    /// Spans that were started.
    pub started: u64,
    /// Finished spans that were not recorded, since their trace is not kept.
    pub unsampled: u64,
    /// Spans that have not finished.
    pub open: u64,
    /// Spans waiting to be reported.
    pub queued: u64,
    /// Spans that were reported.
    pub exported: u64,
    /// Spans that were lost, by reason.
    pub dropped: Dropped,
    /// Calls on spans that had finished; they were ignored.
    pub misused: u64,
    /// Scopes beyond the depth that a thread's stack may have; their spans were recorded, but never active.
    pub scopes_refused: u64,
    /// How long the call took that made this report.
    pub elapsed: Duration,
}

impl Report {
    /// Spans that finished and were to be recorded.
    ///
    /// # Examples
    /// ```
    /// let tracer = opentracing_core::MockTracer::new().tracer();
    /// tracer.start_span("op").finish();
    /// let _open = tracer.start_span("op");
    /// assert_eq!(tracer.report().recorded(), 1);
    /// ```
    #[must_use]
    pub fn recorded(&self) -> u64 {
        self.queued + self.exported + self.dropped.total()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { started, unsampled, open, queued, exported, dropped, .. } = self;
        write!(f, "{started} started, {exported} exported, {} dropped, {queued} queued, ", dropped.total())?;
        write!(f, "{open} open, {unsampled} unsampled")
    }
}

/// Lost spans, by the reason of the loss.
///
/// # Examples
/// ```
/// use opentracing_core::{Dropped, MockTracer};
///
/// assert_eq!(MockTracer::new().tracer().report().dropped, Dropped::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Dropped {
    /// The memory for waiting spans was full.
    pub queue_full: u64,
    /// The span finished after the tracer was closed, or waited when the time of `close` was up.
    pub closed: u64,
    /// The span alone is larger than what can be sent or queued.
    pub too_large: u64,
    /// The backend refused it, or could not be reached in time.
    pub failed: u64,
    /// The reporter panicked.
    pub panicked: u64,
}

impl Dropped {
    /// All of them.
    ///
    /// # Examples
    /// ```
    /// let mut dropped = opentracing_core::Dropped::default();
    /// (dropped.queue_full, dropped.failed) = (1, 2);
    /// assert_eq!(dropped.total(), 3);
    /// ```
    #[must_use]
    pub fn total(&self) -> u64 {
        self.queue_full + self.closed + self.too_large + self.failed + self.panicked
    }
}
