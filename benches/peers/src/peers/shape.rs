//! The loops around what is measured, the same for every library. All are generic, so that what is measured is
//! inlined into them as into any loop of a user.

use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use crate::peers::Repetition;
use crate::scenario::{CHILDREN, Trees};

/// What a dynamic string is made of: the compiler does not know it.
#[inline]
pub fn text() -> &'static str {
    black_box("somebody")
}

pub const TRACEPARENT: &str = "traceparent";
pub const TRACEPARENT_VALUE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// [`CHILDREN`] units, with nothing around them.
pub fn units(mut unit: impl FnMut(u32) + 'static) -> Repetition {
    Box::new(move || (0..CHILDREN).for_each(&mut unit))
}

/// A root that is open for [`CHILDREN`] units.
pub fn below<R>(root: impl Fn() -> R + 'static, mut unit: impl FnMut(&R, u32) + 'static) -> Repetition {
    Box::new(move || {
        let root = root();
        (0..CHILDREN).for_each(|n| unit(&root, n));
    })
}

/// Traces of a root and children that follow each other.
pub fn trees<R, C>(
    trees: Trees,
    root: impl Fn() -> R + 'static,
    child: impl Fn(&R) -> C + 'static,
) -> Repetition {
    Box::new(move || {
        for _ in 0..trees.traces {
            let root = root();
            for _ in 0..trees.children {
                drop(child(&root));
            }
        }
    })
}

/// A root, and a chain of [`CHILDREN`] spans below it.
pub fn nested<R>(root: impl Fn() -> R + 'static, child: impl Fn(&R) -> R + 'static) -> Repetition {
    Box::new(move || {
        let root = root();
        nest(&child, &root, CHILDREN);
    })
}

#[inline(never)]
fn nest<S>(child: &impl Fn(&S) -> S, parent: &S, depth: u32) {
    if depth > 0 {
        let span = child(parent);
        nest(child, &span, depth - 1);
    }
}

/// Polls a future until it is ready, with a waker that does nothing.
#[inline]
pub fn poll_to_end<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Is pending so many times, then ready.
pub struct Pauses(pub u32);

impl Future for Pauses {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let left = black_box(self.0);
        self.0 = left.saturating_sub(1);
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// A root, and [`CHILDREN`] futures below it that are spawned and awaited, one after the other.
pub fn spawned<R, F>(root: impl Fn() -> R + 'static, task: impl Fn(&R) -> F + 'static) -> Repetition
where
    F: Future<Output = ()> + Send + 'static,
{
    let runtime =
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime of one thread starts");
    Box::new(move || {
        let root = root();
        runtime.block_on(async {
            for _ in 0..CHILDREN {
                tokio::spawn(task(&root)).await.expect("the task does not panic");
            }
        });
    })
}
