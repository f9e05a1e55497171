//! How much is kept for pictures.

/// Limits on what is kept of traces that are to be drawn. What exceeds one is left out, and the picture says how
/// much that was.
///
/// # Examples
/// ```
/// use opentracing_sdk::picture::Limits;
///
/// let limits = Limits { spans_max: 5_000, ..Limits::default() };
/// assert_eq!(limits.traces_max, 1_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Spans of one trace; 500, more rows than anyone reads. Kept are the local roots, what failed, and what
    /// took longest.
    pub spans_max: usize,
    /// Traces at a time; 1,000, so many requests a busy service has at once.
    pub traces_max: usize,
    /// Bytes of all traces together; 16 MiB, about 30,000 spans with a few tags each.
    pub bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { spans_max: 500, traces_max: 1_000, bytes_max: 16 << 20 }
    }
}
