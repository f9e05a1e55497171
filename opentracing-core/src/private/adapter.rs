//! Futures that functions return, and those with a span that is not active.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::handle::Handle;
use crate::future::{Hold, TracedFuture};
use crate::scope::Scope;
use crate::span::{Span, shared_noop};

/// What a function returned, with the span it was called in.
pub fn future<F: Future>(scope: Scope, inner: F) -> TracedFuture<F> {
    TracedFuture::new(inner, scope.detach())
}

/// As [`future`]; `hook` sees the output, inside the span.
pub fn future_then<F, H>(scope: Scope, inner: F, hook: H) -> Watched<F, H>
where
    F: Future,
    H: FnMut(&Scope, &F::Output),
{
    Watched { inner: Some(inner), hold: Hold::own(scope.detach()), hook }
}

pin_project! {
    /// A future with a span, whose output is looked at.
    #[must_use = "futures do nothing unless polled"]
    pub struct Watched<F, H> {
        #[pin]
        inner: Option<F>,
        hold: Hold,
        hook: H,
    }

    impl<F, H> PinnedDrop for Watched<F, H> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.hold.abandon(this.inner);
        }
    }
}

impl<F, H> Future for Watched<F, H>
where
    F: Future,
    H: FnMut(&Scope, &F::Output),
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let entered = this.hold.enter();
        let inner = this.inner.as_mut().as_pin_mut().expect("a future is not polled after it was ready");
        let poll = inner.poll(context);
        if let Poll::Ready(output) = &poll {
            if let Some(scope) = entered.scope() {
                (this.hook)(scope, output);
            }
            this.inner.set(None);
            drop(entered);
            *this.hold = Hold::Nothing;
        }
        poll
    }
}

impl<F, H> std::fmt::Debug for Watched<F, H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}

/// A future with a span that is not active, and finished when it is over.
pub async fn held<F: Future>(handle: Handle, inner: F) -> F::Output {
    held_then(handle, inner, |_, _| ()).await
}

/// As [`held`]; `hook` sees the output.
pub async fn held_then<F, H>(handle: Handle, inner: F, mut hook: H) -> F::Output
where
    F: Future,
    H: FnMut(&Span, &F::Output),
{
    let mut cancelled = Cancelled { span: handle.into_span() };
    let output = inner.await;
    match cancelled.span.take() {
        Some(span) => {
            hook(&span, &output);
            span.finish_on_close();
        }
        None => hook(&shared_noop(), &output),
    }
    output
}

/// Marks and finishes a span whose future is dropped while it waits.
struct Cancelled {
    span: Option<Arc<Span>>,
}

impl Drop for Cancelled {
    fn drop(&mut self) {
        let Some(span) = &self.span else { return };
        span.mark_abandoned();
        span.finish_on_close();
    }
}
