//! Streams that functions return.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use crate::future::{Hold, SpanStream};
use crate::scope::Scope;

/// What a function returned, with the span it was called in.
pub fn stream<S: Stream>(scope: Scope, inner: S) -> SpanStream<S> {
    SpanStream::new(inner, scope.detach())
}

/// As [`stream`]; `hook` sees each item, inside the span.
pub fn stream_then<S, H>(scope: Scope, inner: S, hook: H) -> WatchedStream<S, H>
where
    S: Stream,
    H: FnMut(&Scope, &S::Item),
{
    WatchedStream { inner: Some(inner), hold: Hold::own(scope.detach()), hook }
}

pin_project! {
    /// A stream with a span, whose items are looked at.
    #[must_use = "streams do nothing unless polled"]
    pub struct WatchedStream<S, H> {
        #[pin]
        inner: Option<S>,
        hold: Hold,
        hook: H,
    }

    impl<S, H> PinnedDrop for WatchedStream<S, H> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.hold.abandon(this.inner);
        }
    }
}

impl<S, H> Stream for WatchedStream<S, H>
where
    S: Stream,
    H: FnMut(&Scope, &S::Item),
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        let entered = this.hold.enter();
        let Some(inner) = this.inner.as_mut().as_pin_mut() else { return Poll::Ready(None) };
        let poll = inner.poll_next(context);
        match &poll {
            Poll::Ready(Some(item)) => {
                if let Some(scope) = entered.scope() {
                    (this.hook)(scope, item);
                }
            }
            Poll::Ready(None) => {
                this.inner.set(None);
                drop(entered);
                *this.hold = Hold::Nothing;
            }
            Poll::Pending => {}
        }
        poll
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}

impl<S, H> fmt::Debug for WatchedStream<S, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchedStream").finish_non_exhaustive()
    }
}
