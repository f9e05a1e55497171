//! A span for each poll of a future.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::handle::Handle;
use super::sink::Sink;
use crate::scope::{FinishOnClose, Scope};
use crate::tag::TagValue;

type Kept = Vec<(Cow<'static, str>, TagValue<'static>)>;

/// The span of the first poll, and the tags that all are to have.
#[must_use = "a span without a handle is over"]
pub struct FirstPoll {
    handle: Handle,
    // Never borrowed while the user's code runs.
    tags: RefCell<Kept>,
}

impl FirstPoll {
    pub fn new(handle: Handle) -> Self {
        Self { handle, tags: RefCell::default() }
    }

    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.handle.is_recording()
    }

    pub fn activate(&self) -> Scope {
        self.handle.activate()
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    pub(super) fn keep(&self, key: Cow<'static, str>, value: TagValue<'static>) {
        self.tags.borrow_mut().push((key, value));
    }
}

impl fmt::Debug for FirstPoll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirstPoll").field("handle", &self.handle).finish_non_exhaustive()
    }
}

/// A future with a span for each poll.
pub fn per_poll<F: Future, S: FnMut() -> Handle>(
    first: FirstPoll,
    start: S,
    inner: F,
) -> PerPoll<F, S, impl FnMut(&Scope, &F::Output)> {
    per_poll_then(first, start, inner, |_, _| ())
}

/// As [`per_poll`]; `hook` sees the output, inside the span of the last poll.
pub fn per_poll_then<F, S, H>(first: FirstPoll, start: S, inner: F, hook: H) -> PerPoll<F, S, H>
where
    F: Future,
    S: FnMut() -> Handle,
    H: FnMut(&Scope, &F::Output),
{
    PerPoll { inner: Some(inner), first: Some(first.handle), tags: first.tags.into_inner(), start, hook }
}

pin_project! {
    /// A future with a span for each poll.
    #[must_use = "futures do nothing unless polled"]
    pub struct PerPoll<F, S, H> {
        #[pin]
        inner: Option<F>,
        first: Option<Handle>,
        tags: Kept,
        start: S,
        hook: H,
    }
}

impl<F, S, H> Future for PerPoll<F, S, H>
where
    F: Future,
    S: FnMut() -> Handle,
    H: FnMut(&Scope, &F::Output),
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let handle = mem::take(this.first).unwrap_or_else(|| {
            let handle = (this.start)();
            for (key, value) in this.tags.iter() {
                handle.put(key.clone(), value);
            }
            handle
        });
        let scope =
            handle.into_span().map_or_else(Scope::noop, |span| Scope::of_span(span, FinishOnClose::Yes));
        let inner = this.inner.as_mut().as_pin_mut().expect("a future is not polled after it was ready");
        let poll = inner.poll(context);
        if let Poll::Ready(output) = &poll {
            (this.hook)(&scope, output);
            this.inner.set(None);
        }
        scope.close_inner();
        poll
    }
}

impl<F, S, H> fmt::Debug for PerPoll<F, S, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerPoll").finish_non_exhaustive()
    }
}
