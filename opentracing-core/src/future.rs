//! Spans of asynchronous work: active whenever the future or stream is polled, and while it is dropped.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use crate::scope::{FinishOnClose, Scope, innermost_active};
use crate::span::Span;
use crate::tracer::Tracer;

/// Carries spans through asynchronous work; implemented for every future.
///
/// A scope must not be held across an `.await`: these adapters make the span active for each poll, and while
/// the future is dropped. They stay right when futures are interleaved on one thread and move between threads.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, Traced};
///
/// let mock = MockTracer::new();
/// let tracer = mock.tracer();
/// let work = async { /* the span is active here */ }.in_span(tracer.start_span("work"));
/// # drop(work);
/// ```
pub trait Traced: Future + Sized {
    /// Makes a span active while this future runs. When it is ready, the adapter lets go of its handle, and the
    /// last handle finishes the span. Dropped before, it logs `event="cancelled"`.
    ///
    /// # Panics
    /// The adapter does when it is polled after it was ready, also where the future itself would not.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, Traced};
    /// use std::task::{Context, Waker};
    ///
    /// let mock = MockTracer::new();
    /// let tracer = mock.tracer();
    /// let work = async { tracer.start_span("inner").finish() }.in_span(tracer.start_span("work"));
    /// assert!(Box::pin(work).as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    /// assert_eq!(mock.tree(), "work\n  inner\n");
    /// ```
    fn in_span(self, span: impl Into<Arc<Span>>) -> TracedFuture<Self> {
        TracedFuture { inner: Some(self), hold: Hold::Own(span.into()) }
    }

    /// Makes the span that is active now (the innermost, whichever tracer's) active again while this future
    /// runs, wherever that is. The span's life is not affected: it may finish meanwhile. Where no span is active,
    /// none is while this future runs.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, Traced};
    /// use std::task::{Context, Waker};
    ///
    /// let mock = MockTracer::new();
    /// let tracer = mock.tracer();
    /// let work = tracer.in_span("request", |_| {
    ///     async { tracer.start_span("later").finish() }.in_current_span()
    /// });
    /// assert!(Box::pin(work).as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    /// assert_eq!(mock.tree(), "request\n  later\n");
    /// ```
    fn in_current_span(self) -> TracedFuture<Self> {
        TracedFuture { inner: Some(self), hold: Hold::current() }
    }

    /// Makes a tracer current while this future runs; see [`Tracer::make_current`].
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, Traced};
    /// use std::task::{Context, Waker};
    ///
    /// let mock = MockTracer::new();
    /// let work = async { 1 + 1 }.with_tracer(mock.tracer());
    /// // Attributed functions that are called while it is polled are recorded by `mock`.
    /// assert!(Box::pin(work).as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    /// ```
    fn with_tracer(self, tracer: Tracer) -> WithTracer<Self> {
        WithTracer { inner: self, tracer }
    }
}

impl<F: Future> Traced for F {}

/// Carries spans through streams, as [`Traced`] does for futures.
pub trait TracedStream: Stream + Sized {
    /// Makes a span active while this stream is polled. When it has ended, the adapter lets go of its handle, and
    /// the stream stays at its end.
    /// Dropped before, it logs `event="cancelled"`.
    fn in_span(self, span: impl Into<Arc<Span>>) -> SpanStream<Self> {
        SpanStream { inner: Some(self), hold: Hold::Own(span.into()) }
    }

    /// Makes the span that is active now active again whenever this stream is polled.
    fn in_current_span(self) -> SpanStream<Self> {
        SpanStream { inner: Some(self), hold: Hold::current() }
    }
}

impl<S: Stream> TracedStream for S {}

/// The span of an adapter: one pointer.
pub(crate) enum Hold {
    /// The adapter's own span: cancellation is its business.
    Own(Arc<Span>),
    /// A span that lives elsewhere.
    Borrowed(Arc<Span>),
    /// No span, whatever is active where the work goes on.
    Nobody,
    /// Nothing to do: what is active stays so.
    Nothing,
}

impl Hold {
    /// A span of the adapter's own, if there is one.
    pub(crate) fn own(span: Option<Arc<Span>>) -> Self {
        span.map_or(Hold::Nothing, Hold::Own)
    }

    /// What is active now: the innermost span, or none.
    fn current() -> Self {
        innermost_active().map_or(Hold::Nobody, Hold::Borrowed)
    }

    /// Makes the span active for the time of a call.
    pub(crate) fn enter(&mut self) -> Entered<'_> {
        // The handle itself goes onto the stack and comes back: no reference is counted.
        let (scope, back): (_, Back) = match std::mem::replace(self, Hold::Nothing) {
            Hold::Own(span) => (Some(Scope::of_span(span, FinishOnClose::No)), Hold::own),
            Hold::Borrowed(span) => (Some(Scope::of_span(span, FinishOnClose::No)), Hold::borrowed),
            Hold::Nobody => (Some(Scope::of_nobody()), |_| Hold::Nobody),
            Hold::Nothing => (None, |_| Hold::Nothing),
        };
        Entered { hold: self, scope, back }
    }

    fn borrowed(span: Option<Arc<Span>>) -> Self {
        span.map_or(Hold::Nothing, Hold::Borrowed)
    }

    /// Drops an adapter's work inside the span, unless it was completed, and lets go of the span; one of its own
    /// is marked.
    pub(crate) fn abandon<T>(&mut self, mut inner: Pin<&mut Option<T>>) {
        if inner.is_none() {
            return;
        }
        let entered = self.enter();
        inner.set(None);
        drop(entered);
        if let Hold::Own(span) = std::mem::replace(self, Hold::Nothing) {
            span.mark_abandoned();
        }
    }
}

/// A span that is active for the time of one call.
pub(crate) struct Entered<'a> {
    hold: &'a mut Hold,
    scope: Option<Scope>,
    back: Back,
}

/// Makes the hold again of the span that comes back.
type Back = fn(Option<Arc<Span>>) -> Hold;

impl Entered<'_> {
    pub(crate) fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        let Some(scope) = self.scope.take() else { return };
        *self.hold = (self.back)(scope.take_back());
        if let Hold::Own(span) = &self.hold {
            if span.fail_if_panicking() {
                // It is over, and marked: what is dropped later is not a cancellation.
                span.finish_on_close();
            }
        }
    }
}

pin_project! {
    /// A future with a span; made by [`Traced`].
    #[must_use = "futures do nothing unless polled"]
    pub struct TracedFuture<F> {
        // `None` once it is ready: it was dropped inside the span.
        #[pin]
        inner: Option<F>,
        hold: Hold,
    }

    impl<F> PinnedDrop for TracedFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.hold.abandon(this.inner);
        }
    }
}

impl<F> TracedFuture<F> {
    /// With a span of its own, if anybody traces.
    pub(crate) fn new(inner: F, span: Option<Arc<Span>>) -> Self {
        Self { inner: Some(inner), hold: Hold::own(span) }
    }
}

impl<F: Future> Future for TracedFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let is_traced = !matches!(this.hold, Hold::Nothing);
        let entered = this.hold.enter();
        let inner = this.inner.as_mut().as_pin_mut().expect("a future is not polled after it was ready");
        let poll = inner.poll(context);
        // Without a span the future is left as it is: some may be polled again.
        if poll.is_ready() && is_traced {
            this.inner.set(None);
            drop(entered);
            *this.hold = Hold::Nothing;
        }
        poll
    }
}

pin_project! {
    /// A stream with a span; made by [`TracedStream`].
    #[must_use = "streams do nothing unless polled"]
    pub struct SpanStream<S> {
        #[pin]
        inner: Option<S>,
        hold: Hold,
    }

    impl<S> PinnedDrop for SpanStream<S> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.hold.abandon(this.inner);
        }
    }
}

impl<S> SpanStream<S> {
    /// With a span of its own, if anybody traces.
    pub(crate) fn new(inner: S, span: Option<Arc<Span>>) -> Self {
        Self { inner: Some(inner), hold: Hold::own(span) }
    }
}

impl<S: Stream> Stream for SpanStream<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        let entered = this.hold.enter();
        let Some(inner) = this.inner.as_mut().as_pin_mut() else { return Poll::Ready(None) };
        let poll = inner.poll_next(context);
        if let Poll::Ready(None) = poll {
            this.inner.set(None);
            drop(entered);
            *this.hold = Hold::Nothing;
        }
        poll
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}

pin_project! {
    /// A future with a current tracer; made by [`Traced::with_tracer`].
    #[must_use = "futures do nothing unless polled"]
    pub struct WithTracer<F> {
        #[pin]
        inner: F,
        tracer: Tracer,
    }
}

impl<F: Future> Future for WithTracer<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _current = this.tracer.make_current();
        this.inner.poll(context)
    }
}

macro_rules! debug {
    ($($name:ident),*) => {$(
        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}
debug!(TracedFuture, SpanStream, WithTracer);
