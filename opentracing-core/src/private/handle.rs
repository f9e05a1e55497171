//! A span that is shared, or no span.

use std::fmt;
use std::sync::Arc;

use crate::scope::{FinishOnClose, Scope};
use crate::span::{Span, shared_noop};

/// A handle on a span, or nothing where nobody traces.
#[must_use = "a span without a handle is over"]
pub struct Handle {
    span: Option<Arc<Span>>,
}

/// The handle of a call that is not traced.
#[inline]
pub fn no_handle() -> Handle {
    Handle { span: None }
}

impl Handle {
    pub(super) fn new(span: Arc<Span>) -> Self {
        Self { span: Some(span) }
    }

    #[inline]
    pub(super) fn into_span(self) -> Option<Arc<Span>> {
        self.span
    }

    pub(super) fn as_span(&self) -> Option<&Arc<Span>> {
        self.span.as_ref()
    }

    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.span.as_ref().is_some_and(|span| span.is_recording())
    }

    /// The span itself, for the body of a function.
    #[must_use]
    pub fn span(&self) -> Arc<Span> {
        self.span.clone().unwrap_or_else(shared_noop)
    }

    /// Makes the span active, without finishing it.
    pub fn activate(&self) -> Scope {
        self.span.clone().map_or_else(Scope::noop, |span| Scope::of_span(span, FinishOnClose::No))
    }

    /// Finishes the span when the function returns.
    pub fn finished_at_return(self) -> AtReturn {
        AtReturn { handle: self }
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&self.span).finish()
    }
}

/// Finishes a span that was never active.
#[derive(Debug)]
#[must_use = "the span finishes when this is dropped"]
pub struct AtReturn {
    handle: Handle,
}

impl AtReturn {
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.handle.is_recording()
    }

    #[must_use]
    pub fn span(&self) -> Arc<Span> {
        self.handle.span()
    }

    pub(super) fn as_span(&self) -> Option<&Arc<Span>> {
        self.handle.as_span()
    }
}

impl Drop for AtReturn {
    fn drop(&mut self) {
        if let Some(span) = self.as_span() {
            span.finish_on_close();
        }
    }
}
