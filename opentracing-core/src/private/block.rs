//! The blocks of async functions, with their spans.
#![expect(unsafe_code, reason = "a pinned future is polled and dropped in place, inside its span")]

use std::fmt;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::handle::Handle;
use crate::scope::{FinishOnClose, Scope};
use crate::span::Span;

/// An `async` block with its span.
pub fn traced<F: Future>(handle: Handle, block: F) -> Instrumented<F, impl FnMut(&Scope, &F::Output)> {
    traced_then(handle, block, |_, _| ())
}

/// As [`traced`]; `hook` sees the output, inside the span.
#[inline]
pub fn traced_then<F, H>(handle: Handle, block: F, hook: H) -> Instrumented<F, H>
where
    F: Future,
    H: FnMut(&Scope, &F::Output),
{
    Instrumented { block: ManuallyDrop::new(block), span: handle.into_span(), hook }
}

/// An `async` block with its span: one pointer more than the block.
///
/// Unlike [`TracedFuture`](crate::TracedFuture) it does not drop what it polls when that is ready: a block that
/// is ready has dropped all it held, inside the span.
#[must_use = "futures do nothing unless polled"]
pub struct Instrumented<F, H> {
    // Pinned with the whole; dropped in `drop` only.
    block: ManuallyDrop<F>,
    /// `None` where nobody traces, and once the block is ready.
    span: Option<Arc<Span>>,
    hook: H,
}

impl<F, H> Future for Instrumented<F, H>
where
    F: Future,
    H: FnMut(&Scope, &F::Output),
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: the block is not moved out of; the other fields are not pinned.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: the block is pinned as the whole is, and dropped where it is.
        let block = unsafe { Pin::new_unchecked(&mut *this.block) };
        if this.span.is_none() {
            return block.poll(context);
        }
        let entered = Entered::new(&mut this.span);
        let poll = block.poll(context);
        if let Poll::Ready(output) = &poll {
            if let Some(scope) = &entered.scope {
                (this.hook)(scope, output);
            }
            drop(entered);
            this.span = None;
        }
        poll
    }
}

impl<F, H> Drop for Instrumented<F, H> {
    fn drop(&mut self) {
        let entered = Entered::new(&mut self.span);
        // SAFETY: it is dropped once, here, and not used again.
        unsafe { ManuallyDrop::drop(&mut self.block) };
        drop(entered);
        if let Some(span) = self.span.take() {
            span.mark_abandoned();
        }
    }
}

/// A span that is active for the time of one call.
struct Entered<'a> {
    span: &'a mut Option<Arc<Span>>,
    scope: Option<Scope>,
}

impl<'a> Entered<'a> {
    #[inline]
    fn new(span: &'a mut Option<Arc<Span>>) -> Self {
        // The handle itself goes onto the stack and comes back: no reference is counted.
        let scope = span.take().map(|span| Scope::of_span(span, FinishOnClose::No));
        Self { span, scope }
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        let Some(span) = self.scope.take().and_then(Scope::take_back) else { return };
        if span.fail_if_panicking() {
            // It is over, and marked: what is dropped later is not a cancellation.
            span.finish_on_close();
        }
        *self.span = Some(span);
    }
}

impl<F, H> fmt::Debug for Instrumented<F, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instrumented").field("span", &self.span).finish_non_exhaustive()
    }
}
