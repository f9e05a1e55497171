//! `async fn`: when the span begins, what it covers, and how it ends.

use std::cell::RefCell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use opentracing::{MockTracer, active_span, traced};

use crate::support::{block_on, log, paths, poll, record, tags};

/// Is pending once.
#[derive(Default)]
struct Yield {
    yielded: bool,
}

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.yielded, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

fn inside() {
    drop(active_span!("inside"));
}

/// Leaves a span where it is dropped.
struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        drop(active_span!(self.0));
    }
}

#[traced]
async fn plain(n: u8) -> u8 {
    inside();
    Yield::default().await;
    inside();
    n
}

#[traced(eager, tags(n))]
async fn eager(n: u8) -> u8 {
    inside();
    Yield::default().await;
    n
}

#[test]
fn a_plain_async_function_begins_at_its_first_poll() {
    let ((), spans) = record(|| {
        let future = {
            let _caller = active_span!("caller");
            plain(1)
        };
        drop(plain(2));
        let _poller = active_span!("poller");
        block_on(future);
    });
    assert_eq!(
        paths(&spans),
        ["caller", "poller/plain/inside", "poller/plain/inside", "poller/plain", "poller"]
    );
}

#[test]
fn an_eager_one_begins_at_the_call() {
    let ((), spans) = record(|| {
        let future = {
            let _caller = active_span!("caller");
            eager(1)
        };
        let _poller = active_span!("poller");
        block_on(future);
    });
    assert_eq!(paths(&spans), ["caller", "caller/eager/inside", "caller/eager", "poller"]);
    let ((), spans) = record(|| drop(eager(2)));
    assert_eq!(tags(&spans[0]), ["n=2"]);
    assert_eq!(log(&spans[0], 0), ["event=cancelled"]);
}

#[test]
fn interleaved_futures_keep_their_parents() {
    let ((), spans) = record(|| {
        let _root = active_span!("root");
        block_on(futures::future::join(plain(1), plain(2)));
    });
    let inside = paths(&spans).iter().filter(|path| *path == "root/plain/inside").count();
    assert_eq!(inside, 4);
}

#[test]
fn a_cancelled_future_is_dropped_inside_its_span() {
    #[traced]
    async fn held(_argument: Noisy) {
        let _local = Noisy("local");
        Yield::default().await;
    }
    let ((), spans) = record(|| {
        let mut future = Box::pin(held(Noisy("argument")));
        assert!(poll(future.as_mut()).is_pending());
    });
    assert_eq!(paths(&spans), ["held/local", "held/argument", "held"]);
    assert_eq!(log(&spans[2], 0), ["event=cancelled"]);
    assert!(spans[2].tags.is_empty(), "a cancellation is no error");
}

#[test]
fn a_panic_in_a_poll_marks_the_span_once() {
    #[traced]
    async fn boom() {
        Yield::default().await;
        panic!("boom");
    }
    let (_, spans) = record(|| std::panic::catch_unwind(|| block_on(boom())).is_err());
    assert_eq!(tags(&spans[0]), ["error=true"]);
    assert_eq!(spans[0].logs.len(), 1);
    assert_eq!(log(&spans[0], 0)[1], "error.kind=panic");
}

#[traced(per_poll, tags(n), ret)]
async fn polled(n: u8, text: String) -> usize {
    inside();
    Yield::default().await;
    inside();
    text.len()
}

#[test]
fn a_span_for_each_poll_has_the_same_tags() {
    let ((), spans) = record(|| {
        assert_eq!(block_on(polled(1, "ab".to_owned())), 2);
    });
    assert_eq!(paths(&spans), ["polled/inside", "polled", "polled/inside", "polled"]);
    assert_eq!(tags(&spans[1]), ["n=1"]);
    assert_eq!(tags(&spans[3]), ["n=1", "return=2"]);
}

#[traced(inactive, ret)]
async fn by_hand(n: u8) -> u8 {
    span.set_tag("n", n);
    inside();
    Yield::default().await;
    n
}

#[traced(no_finish)]
async fn unfinished(keep: &RefCell<Vec<std::sync::Arc<opentracing::Span>>>) {
    inside();
    keep.borrow_mut().push(span);
}

#[traced(eager, no_finish)]
async fn eager_unfinished(n: u8) -> u8 {
    Yield::default().await;
    span.set_tag("n", n);
    span.finish();
    n
}

#[test]
fn the_body_of_an_async_function_can_have_its_span() {
    let ((), spans) = record(|| {
        block_on(by_hand(1));
        let keep = RefCell::default();
        block_on(unfinished(&keep));
        for span in keep.take() {
            span.set_tag("later", true).finish();
        }
        block_on(eager_unfinished(3));
    });
    assert_eq!(paths(&spans), ["inside", "by_hand", "unfinished/inside", "unfinished", "eager_unfinished"]);
    assert_eq!(tags(&spans[1]), ["n=1", "return=1"]);
    assert_eq!(tags(&spans[3]), ["later=true"]);
    assert_eq!(tags(&spans[4]), ["n=3"]);
}

#[test]
fn an_inactive_one_that_is_cancelled_says_so() {
    let ((), spans) = record(|| {
        let mut future = Box::pin(by_hand(1));
        assert!(poll(future.as_mut()).is_pending());
    });
    assert_eq!(log(&spans[1], 0), ["event=cancelled"]);
}

#[tokio::test]
async fn a_task_moves_between_threads_with_its_span() {
    let mock = MockTracer::new();
    let mut future = Box::pin({
        let _current = mock.tracer().make_current();
        eager(1)
    });
    assert!(poll(future.as_mut()).is_pending());
    let task = std::thread::spawn(move || block_on(future));
    assert_eq!(task.join().unwrap(), 1);
    assert_eq!(paths(&mock.finished_spans()), ["eager/inside", "eager"]);
}

#[test]
fn traced_futures_are_as_send_as_plain_ones() {
    fn is_send(_: impl Send) {}
    is_send(plain(1));
    is_send(eager(1));
    is_send(polled(1, String::new()));
    is_send(by_hand(1));
    is_send(eager_unfinished(1));
}

#[test]
fn a_traced_future_is_hardly_larger_than_a_plain_one() {
    async fn plain_one(n: &u8) -> u8 {
        Yield::default().await;
        *n
    }
    async fn plain_two(n: &u8) -> u8 {
        plain_one(n).await
    }
    #[traced]
    async fn traced_one() {
        Yield::default().await;
    }
    #[traced(tags(a = 1))]
    async fn traced_two() {
        traced_one().await;
    }
    let level = size_of_val(&plain_two(&1)) - size_of_val(&plain_one(&1));
    let traced = size_of_val(&traced_two()) - size_of_val(&traced_one());
    // A plain level is the state and the argument here; a traced one is the state and what the span adds.
    assert!(traced <= level + 16, "{traced} for a traced level, {level} for a plain one");

    #[traced(eager)]
    async fn large(bytes: [u8; 1024]) -> u8 {
        Yield::default().await;
        bytes[0]
    }
    async fn plain_large(bytes: [u8; 1024]) -> u8 {
        Yield::default().await;
        bytes[0]
    }
    assert!(size_of_val(&large([0; 1024])) <= size_of_val(&plain_large([0; 1024])));
}

#[test]
fn a_future_dropped_before_its_first_poll_drops_its_arguments() {
    let ((), spans) = record(|| {
        #[traced]
        async fn never(_argument: Noisy) {}
        let future = pin!(never(Noisy("argument")));
        let _unpolled = future;
    });
    assert_eq!(paths(&spans), ["argument"]);
}
