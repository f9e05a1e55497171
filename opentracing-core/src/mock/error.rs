//! Misuse that the mock has seen.

use std::fmt;
use std::panic::Location;

use crate::context::SpanContext;
use crate::recorder::Misuse;

/// An operation on a span that had finished. It was ignored;
/// [`MockTracer::errors`](crate::MockTracer::errors) makes it visible.
///
/// # Examples
/// ```
/// let mock = opentracing_core::MockTracer::new();
/// let span = mock.tracer().start_span("op");
/// span.finish();
/// span.set_tag("late", true);
///
/// let error = &mock.errors()[0];
/// assert_eq!(error.operation, "set_tag");
/// assert_eq!(error.span, span.context());
/// assert_eq!(error.location.file(), file!());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MockError {
    /// The method, for instance `set_tag`.
    pub operation: &'static str,
    /// The span it was called on.
    pub span: SpanContext,
    /// Where it was called.
    pub location: &'static Location<'static>,
}

impl MockError {
    pub(super) fn new(misuse: &Misuse<'_>) -> Self {
        Self { operation: misuse.operation, span: misuse.context.clone(), location: misuse.location }
    }
}

impl fmt::Display for MockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {} on a span that had finished", self.operation, self.location)
    }
}
