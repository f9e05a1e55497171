//! Streams with a span.

use futures_core::Stream;

use super::handle::Handle;
use crate::future::SpanStream;
use crate::scope::Scope;

/// What a function returned, with the span it was called in.
pub fn stream<S: Stream>(scope: Scope, inner: S) -> SpanStream<S> {
    SpanStream::new(inner, scope.detach())
}

/// A stream with its span.
pub fn stream_handle<S: Stream>(handle: Handle, inner: S) -> SpanStream<S> {
    SpanStream::new(inner, handle.into_span())
}
