//! Spans of asynchronous work, where the conformance suite does not ask.

use std::cell::RefCell;
use std::future::{self, Future, poll_fn};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use opentracing_core::{MockSpan, MockTracer, SpanContext, Traced, TracedStream, Tracer};

use crate::support::Kept;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn poll_next<S: Stream>(stream: Pin<&mut S>) -> Poll<Option<S::Item>> {
    stream.poll_next(&mut Context::from_waker(Waker::noop()))
}

/// Is pending once, then ready.
async fn pause() {
    let mut paused = false;
    poll_fn(|_| if mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

/// Starts a span when it is dropped, which shows what is active then.
struct OnDrop(Tracer);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.start_span("dropped").finish();
    }
}

fn active(tracer: &Tracer) -> Option<SpanContext> {
    tracer.active_span().map(|span| span.context())
}

fn is_cancelled(span: &MockSpan) -> bool {
    span.tags.is_empty() && span.logs.len() == 1 && span.logs[0].to_string() == r#"event="cancelled""#
}

#[test]
fn a_future_with_a_span_that_is_never_polled_is_one_cancelled_span() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    drop(async {}.in_span(tracer.start_span("never")));
    assert_eq!(kept.names(), ["never"]);
    assert!(is_cancelled(&kept.spans()[0]));
}

#[test]
fn a_future_is_dropped_inside_its_span_when_it_is_ready() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let on_drop = OnDrop(tracer.clone());
    let work = async move {
        let _on_drop = &on_drop;
        pause().await;
        7
    };
    let span = tracer.start_span("work");
    let context = span.context();
    let mut work = pin!(work.in_span(span));
    assert!(poll(work.as_mut()).is_pending());
    assert!(tracer.active_span().is_none());
    assert_eq!(poll(work.as_mut()), Poll::Ready(7));
    // Before the adapter itself is dropped.
    assert_eq!(kept.names(), ["dropped", "work"]);
    assert_eq!(kept.spans()[0].parent_id, context.span_id());
    assert!(kept.spans()[1].logs.is_empty());
}

#[test]
fn a_future_that_is_dropped_midway_is_dropped_inside_its_span_and_marked_as_cancelled() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let on_drop = OnDrop(tracer.clone());
    let work = async move {
        let _on_drop = on_drop;
        future::pending::<()>().await;
    };
    let span = tracer.start_span("work");
    let context = span.context();
    let mut work = Box::pin(work.in_span(span));
    assert!(poll(work.as_mut()).is_pending());
    drop(work);
    assert_eq!(kept.names(), ["dropped", "work"]);
    assert_eq!(kept.spans()[0].parent_id, context.span_id());
    assert!(is_cancelled(&kept.spans()[1]));
}

#[test]
fn the_last_handle_finishes_the_span_of_a_future() {
    let kept = Kept::new();
    let span = Arc::new(kept.tracer().start_span("work"));
    let mut work = pin!(async {}.in_span(Arc::clone(&span)));
    assert!(poll(work.as_mut()).is_ready());
    assert_eq!(kept.names(), [""; 0]);
    drop(span);
    assert_eq!(kept.names(), ["work"]);
    assert!(kept.spans()[0].logs.is_empty());
}

#[test]
fn a_future_that_panics_is_an_error_and_no_cancellation() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let work = async {
        pause().await;
        panic!("on purpose");
    };
    let mut work = Box::pin(work.in_span(tracer.start_span("work")));
    assert!(poll(work.as_mut()).is_pending());
    catch_unwind(AssertUnwindSafe(|| poll(work.as_mut()))).unwrap_err();
    assert!(tracer.active_span().is_none());
    drop(work);
    let spans = kept.spans();
    assert_eq!(spans.len(), 1);
    assert_eq!(spans[0].to_string(), "work error=true");
    assert_eq!(spans[0].logs.len(), 1);
    assert_eq!(spans[0].logs[0].field("error.kind").unwrap(), "panic");
}

#[test]
fn a_future_inside_a_panicking_one_is_marked_once_each() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let inner = async { panic!("on purpose") }.in_span(tracer.start_span("inner"));
    let mut outer = Box::pin(inner.in_span(tracer.start_span("outer")));
    catch_unwind(AssertUnwindSafe(|| poll(outer.as_mut()))).map(drop).unwrap_err();
    drop(outer);
    assert_eq!(kept.names(), ["inner", "outer"]);
    assert!(kept.spans().iter().all(|span| span.logs.len() == 1 && span.tags.len() == 1));
}

#[test]
fn a_future_in_the_current_span_neither_starts_nor_finishes_it() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let scope = tracer.span("request").start_active();
    let mut ready = pin!(pause().in_current_span());
    let mut dropped = Box::pin(future::pending::<()>().in_current_span());
    assert!(poll(dropped.as_mut()).is_pending());
    assert!(poll(ready.as_mut()).is_pending());
    assert!(poll(ready.as_mut()).is_ready());
    drop(dropped);
    assert_eq!(kept.names(), [""; 0]);
    scope.close();
    assert_eq!(kept.names(), ["request"]);
    assert!(kept.spans()[0].logs.is_empty());
}

#[test]
fn the_current_span_is_that_of_the_innermost_scope_whichever_tracers() {
    let (a, b) = (Kept::new(), Kept::new());
    let (tracer_a, tracer_b) = (a.tracer(), b.tracer());
    let outer = tracer_a.span("outer").start_active();
    let inner = tracer_b.span("inner").start_active();
    let context = inner.context();
    let seen = RefCell::new(None);
    let mut work =
        pin!(async { *seen.borrow_mut() = Some((active(&tracer_a), active(&tracer_b))) }.in_current_span());
    drop((inner, outer));
    assert!(poll(work.as_mut()).is_ready());
    assert_eq!(seen.take(), Some((None, Some(context))));
}

#[test]
fn a_scope_held_across_an_await_is_active_only_during_the_poll_that_opened_it() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let work = async {
        let scope = tracer.span("held").start_active();
        pause().await;
        // The guard still reaches its span, but it is the future's span that is active again.
        scope.set_tag("late", true);
        tracer.start_span("child").finish();
        scope.close();
    };
    let span = tracer.start_span("work");
    let context = span.context();
    let mut work = pin!(work.in_span(span));
    assert!(poll(work.as_mut()).is_pending());
    assert!(tracer.active_span().is_none(), "the poll left nothing behind");
    assert!(poll(work.as_mut()).is_ready());
    assert_eq!(kept.names(), ["child", "held", "work"]);
    assert_eq!(kept.spans()[0].parent_id, context.span_id());
    assert_eq!(kept.spans()[1].to_string(), "held late=true");
}

#[test]
fn deferred_closes_are_done_when_the_poll_ends() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let work = async {
        let waits = tracer.span("waits").start_active();
        mem::forget(tracer.span("leaked").start_active());
        waits.close();
        pause().await;
    };
    let mut work = pin!(work.in_span(tracer.start_span("work")));
    assert!(poll(work.as_mut()).is_pending());
    assert_eq!(kept.names(), ["waits"]);
}

/// Gives 1, then 2, then ends, and is pending before each; starts a span in every poll.
fn numbers(tracer: Tracer) -> impl Stream<Item = u32> {
    struct Numbers(Tracer, u32, OnDrop);
    impl Stream for Numbers {
        type Item = u32;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
            let _ = &self.2;
            self.0.start_span("polled").finish();
            self.1 += 1;
            match self.1 {
                1 | 3 | 5 => Poll::Pending,
                2 | 4 => Poll::Ready(Some(self.1 / 2)),
                _ => Poll::Ready(None),
            }
        }

        fn size_hint(&self) -> (usize, Option<usize>) {
            (0, Some(2))
        }
    }
    Numbers(tracer.clone(), 0, OnDrop(tracer))
}

#[test]
fn a_stream_is_polled_and_dropped_inside_its_span() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let span = tracer.start_span("stream");
    let context = span.context();
    let mut stream = pin!(numbers(tracer.clone()).in_span(span));
    assert_eq!(stream.size_hint(), (0, Some(2)));
    let mut items = Vec::new();
    let ended = loop {
        match poll_next(stream.as_mut()) {
            Poll::Pending => assert!(tracer.active_span().is_none()),
            Poll::Ready(Some(item)) => items.push(item),
            Poll::Ready(None) => break kept.names(),
        }
    };
    assert_eq!(items, [1, 2]);
    assert_eq!(ended.len(), 8);
    assert_eq!(ended[6..], ["dropped", "stream"]);
    assert!(kept.spans()[..7].iter().all(|span| span.parent_id == context.span_id()));
    assert!(kept.spans()[7].logs.is_empty());
    assert_eq!(poll_next(stream.as_mut()), Poll::Ready(None), "an ended stream has ended");
    assert_eq!(stream.size_hint(), (0, Some(0)));
}

#[test]
fn a_stream_that_is_dropped_before_its_end_is_cancelled() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let mut stream = Box::pin(numbers(tracer.clone()).in_span(tracer.start_span("stream")));
    assert!(poll_next(stream.as_mut()).is_pending());
    drop(stream);
    assert_eq!(kept.names(), ["polled", "dropped", "stream"]);
    assert!(is_cancelled(&kept.spans()[2]));
}

#[test]
fn a_stream_in_the_current_span_inherits_it() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let scope = tracer.span("request").start_active();
    let context = scope.context();
    let mut stream = Box::pin(numbers(tracer.clone()).in_current_span());
    scope.close();
    assert!(poll_next(stream.as_mut()).is_pending());
    drop(stream);
    assert_eq!(kept.names(), ["request", "polled", "dropped"]);
    assert!(kept.spans()[1..].iter().all(|span| span.parent_id == context.span_id()));
}

#[test]
fn an_adapted_future_is_send_if_the_future_is() {
    fn assert_send(_: &impl Send) {}
    let tracer = Kept::new().tracer();
    assert_send(&async {}.in_span(tracer.start_span("op")).in_current_span().with_tracer(tracer.clone()));
    assert_send(&TracedStream::in_span(numbers(tracer.clone()), tracer.start_span("op")));
}

#[test]
fn work_that_began_where_nothing_was_active_has_no_parent_where_it_goes_on() {
    let (mock, other) = (MockTracer::new(), MockTracer::new());
    let (tracer, elsewhere) = (mock.tracer(), other.tracer());
    let child = tracer.clone();
    let outer = tracer.span("outer").start_active();
    let work = {
        let _hidden = tracer.scope_manager().without_active();
        async move { child.start_span("root").finish() }.in_current_span()
    };
    let _elsewhere = elsewhere.span("elsewhere").start_active();
    assert!(poll(pin!(work)).is_ready());
    assert_eq!(mock.finished_spans()[0].parent_id, None);
    assert_eq!(tracer.active_span().map(|span| span.context()), Some(outer.context()));
    assert!(elsewhere.active_span().is_some());
}
