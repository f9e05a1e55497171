//! Running code under a mock tracer, and looking at what it recorded.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use opentracing::{MockSpan, MockTracer};

/// Runs code; gives its value, and the spans that it finished.
pub(crate) fn record<R>(code: impl FnOnce() -> R) -> (R, Vec<MockSpan>) {
    let mock = MockTracer::new();
    let current = mock.tracer().make_current();
    let value = code();
    drop(current);
    assert_eq!(mock.unfinished_spans().len(), 0, "every span is finished");
    assert_eq!(mock.errors().len(), 0, "nothing is misused");
    (value, mock.finished_spans())
}

/// Polls a future until it is ready.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return output;
        }
    }
}

/// Polls a future once.
pub(crate) fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The names of spans, in the order in which they finished, each below its parent's: `root/child`.
pub(crate) fn paths(spans: &[MockSpan]) -> Vec<String> {
    spans.iter().map(|span| path(spans, span)).collect()
}

fn path(spans: &[MockSpan], span: &MockSpan) -> String {
    let parent = spans.iter().find(|other| other.context.span_id() == span.parent_id);
    match parent {
        Some(parent) if span.parent_id.is_some() => {
            format!("{}/{}", path(spans, parent), span.operation_name)
        }
        _ => span.operation_name.to_string(),
    }
}

/// Tags as text: `key=value`.
pub(crate) fn tags(span: &MockSpan) -> Vec<String> {
    span.tags.iter().map(|(key, value)| format!("{key}={value}")).collect()
}

/// The fields of a log, as text.
pub(crate) fn log(span: &MockSpan, index: usize) -> Vec<String> {
    span.logs[index].fields.iter().map(|(key, value)| format!("{key}={value}")).collect()
}
