//! Functions that return futures and streams.

use std::future::{Future, Ready, ready};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures::stream::{self, BoxStream, Stream, StreamExt};
use opentracing::{MockTracer, active_span, traced};

use crate::support::{block_on, log, paths, record, tags};

fn inside() {
    drop(active_span!("inside"));
}

type Hidden = Pin<Box<dyn Future<Output = Result<u8, String>>>>;

#[traced(err)]
fn hidden(n: u8) -> Hidden {
    if n == 0 {
        return Box::pin(ready(Err("zero".to_owned())));
    }
    Box::pin(async move {
        inside();
        Ok(n)
    })
}

trait Service {
    type Future: Future<Output = u8>;
    fn call(&mut self, n: u8) -> Self::Future;
}

struct Boxes;

impl Service for Boxes {
    type Future = Pin<Box<dyn Future<Output = u8> + Send + Sync>>;

    #[traced(ret)]
    fn call(&mut self, n: u8) -> Self::Future {
        Box::pin(async move {
            inside();
            n
        })
    }
}

#[test]
fn a_boxed_future_is_found_whatever_its_type_is_called() {
    let ((), spans) = record(|| {
        block_on(hidden(1)).unwrap();
        block_on(hidden(0)).unwrap_err();
        block_on(Boxes.call(2));
    });
    assert_eq!(paths(&spans), ["hidden/inside", "hidden", "hidden", "call/inside", "call"]);
    assert_eq!(tags(&spans[2]), ["error=true"]);
    assert_eq!(tags(&spans[4]), ["return=2"]);
}

#[traced]
fn not_boxed() -> Ready<u8> {
    inside();
    ready(1)
}

#[traced(future = false)]
fn refused() -> impl Future<Output = ()> {
    async { inside() }
}

struct Wrapper<T>(T);

impl<T> Wrapper<T> {
    #[traced]
    fn into_inner(self) -> T {
        self.0
    }

    #[traced]
    fn first(self) -> T::Item
    where
        T: Iterator,
    {
        inside();
        let mut items = self.0;
        items.next().expect("an item")
    }
}

#[test]
fn a_type_parameter_is_returned_as_it_is() {
    let (values, spans) = record(|| (Wrapper(1).into_inner(), Wrapper([2].into_iter()).first()));
    assert_eq!(values, (1, 2));
    assert_eq!(paths(&spans), ["into_inner", "first/inside", "first"]);
    let ((), spans) = record(|| {
        let boxed: Hidden = Box::pin(ready(Ok(1)));
        block_on(Wrapper(boxed).into_inner()).unwrap();
    });
    assert_eq!(paths(&spans), ["into_inner"], "what a parameter stands for cannot be seen");
}

trait Job: Future<Output = u8> {}
impl<F: Future<Output = u8>> Job for F {}

#[traced(future, ret)]
fn told() -> impl Job {
    async {
        inside();
        3
    }
}

#[traced]
fn generic<F: Future>(future: F) -> impl Future<Output = F::Output> {
    future
}

#[test]
fn what_cannot_be_wrapped_is_not_and_the_option_decides_the_rest() {
    let ((), spans) = record(|| {
        block_on(not_boxed());
        block_on(refused());
        assert_eq!(block_on(told()), 3);
        block_on(generic(async { inside() }));
    });
    assert_eq!(
        paths(&spans),
        [
            "not_boxed/inside",
            "not_boxed",
            "refused",
            "inside",
            "told/inside",
            "told",
            "generic/inside",
            "generic"
        ]
    );
}

#[test]
fn the_span_begins_at_the_call_with_the_callers_parent() {
    let ((), spans) = record(|| {
        let future = {
            let _caller = active_span!("caller");
            hidden(1)
        };
        let _other = active_span!("other");
        block_on(future).unwrap();
    });
    assert_eq!(paths(&spans), ["caller", "caller/hidden/inside", "caller/hidden", "other"]);
}

#[test]
fn a_returned_future_that_is_never_polled_leaves_one_cancelled_span() {
    let ((), spans) = record(|| drop(hidden(1)));
    assert_eq!(paths(&spans), ["hidden"]);
    assert_eq!(log(&spans[0], 0), ["event=cancelled"]);
    assert!(spans[0].tags.is_empty());
}

#[traced]
fn numbers(n: u8) -> impl Stream<Item = u8> {
    inside();
    stream::iter(0..n).map(|n| {
        inside();
        n
    })
}

#[traced(err)]
fn results(n: u8) -> BoxStream<'static, Result<u8, String>> {
    if n == 0 {
        return stream::once(ready(Err("zero".to_owned()))).boxed();
    }
    stream::iter(0..n).map(Ok).boxed()
}

trait Numbers: Stream<Item = u8> {}
impl<S: Stream<Item = u8>> Numbers for S {}

#[traced(stream)]
fn hidden_stream() -> impl Numbers {
    stream::iter([1]).map(|n| {
        inside();
        n
    })
}

fn collect<S: Stream>(stream: S) -> Vec<S::Item> {
    let mut stream = pin!(stream);
    let mut items = Vec::new();
    while let Poll::Ready(Some(item)) = stream.as_mut().poll_next(&mut Context::from_waker(Waker::noop())) {
        items.push(item);
    }
    items
}

#[test]
fn a_stream_is_covered_to_its_end() {
    let ((), spans) = record(|| {
        assert_eq!(collect(numbers(2)), [0, 1]);
        assert_eq!(collect(results(2)), [Ok(0), Ok(1)]);
        assert!(collect(results(0))[0].is_err());
        assert_eq!(collect(hidden_stream()), [1]);
    });
    let expected = [
        "numbers/inside",
        "numbers/inside",
        "numbers/inside",
        "numbers",
        "results",
        "results",
        "hidden_stream/inside",
        "hidden_stream",
    ];
    assert_eq!(paths(&spans), expected);
    assert_eq!(tags(&spans[5]), ["error=true"]);
}

#[test]
fn a_stream_that_is_dropped_early_is_cancelled() {
    let ((), spans) = record(|| drop(numbers(2)));
    assert_eq!(paths(&spans), ["numbers/inside", "numbers"]);
    assert_eq!(log(&spans[1], 0), ["event=cancelled"]);
}

#[test]
fn without_a_tracer_everything_works_as_before() {
    assert_eq!(block_on(hidden(1)), Ok(1));
    assert_eq!(collect(numbers(2)), [0, 1]);
    assert_eq!(MockTracer::new().finished_spans().len(), 0);
}
