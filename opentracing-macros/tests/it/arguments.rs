//! What happens to arguments: they are dropped as without the attribute, and inside the span where that is
//! possible.

use std::cell::RefCell;

use opentracing::{active_span, traced};

use crate::support::{block_on, paths, record};

thread_local! {
    static DROPPED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// Notes where it is dropped.
struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        DROPPED.with_borrow_mut(|dropped| dropped.push(self.0));
        drop(active_span!(self.0));
    }
}

fn dropped(call: impl FnOnce()) -> Vec<&'static str> {
    call();
    DROPPED.with_borrow_mut(std::mem::take)
}

struct Pair {
    left: Noisy,
    right: Noisy,
}

macro_rules! both {
    ($($variant:ident: $attribute:path;)*) => {$(
        #[allow(dead_code, unused_variables, unused_mut, reason = "the arguments are there to be dropped")]
        mod $variant {
            use super::{Noisy, Pair};
            use $attribute as traced;

            #[traced]
            pub(super) async fn unused(a: Noisy, b: Noisy, _: Noisy, _d: Noisy) {}

            #[traced]
            pub(super) async fn used(a: Noisy, b: Noisy, _: Noisy, _d: Noisy) {
                let _local = Noisy("local");
                let _borrowed = (&a, &b);
            }

            #[traced]
            pub(super) async fn mutable(a: Noisy, mut b: Noisy, c: Noisy, _: Noisy, mut e: Noisy) {
                let _local = Noisy("local");
                let _borrowed = (&a, &mut b, &c);
            }

            #[traced]
            pub(super) async fn moved(a: Noisy, b: Noisy, c: Noisy) {
                drop(b);
                let _local = Noisy("local");
            }

            #[traced]
            pub(super) async fn patterns(Pair { left, right }: Pair, (x, y): (Noisy, Noisy), z: Noisy) {
                let _all = (&left, &right, &x, &y, &z);
            }

            #[traced(eager)]
            pub(super) async fn eager(a: Noisy, mut b: Noisy, _: Noisy) {
                let _borrowed = (&a, &mut b);
            }

            #[traced(err, ret)]
            pub(super) fn result(a: Noisy, b: Noisy, c: Noisy) -> Result<u8, u8> {
                let _local = Noisy("local");
                let one: Result<u8, u8> = Ok(1);
                drop(b);
                Ok(one? + 1)
            }

            #[traced(ret)]
            pub(super) fn one_exit(a: Noisy, b: Noisy, c: Noisy) -> u8 {
                let _local = Noisy("local");
                if a.0 == "a" {
                    drop(b);
                }
                1
            }

            #[traced]
            pub(super) fn guarded(a: Noisy, b: Noisy, _: Noisy) {
                let _local = Noisy("local");
                drop(a);
            }
        }
    )*};
}
both! {
    plain: opentracing_macros_control::untraced;
    with: opentracing::traced;
}

macro_rules! same_order {
    ($($name:ident($($argument:expr),*))*) => {$(
        let expected = dropped(|| _ = block_on_any!($name plain($($argument),*)));
        let traced = dropped(|| _ = block_on_any!($name with($($argument),*)));
        assert_eq!(traced, expected, stringify!($name));
    )*};
}

macro_rules! block_on_any {
    ($name:ident $variant:ident($($argument:expr),*)) => {
        block_on($variant::$name($($argument),*))
    };
}

fn n(name: &'static str) -> Noisy {
    Noisy(name)
}

#[test]
fn arguments_of_async_functions_are_dropped_in_the_order_they_would_be() {
    same_order! {
        unused(n("a"), n("b"), n("c"), n("d"))
        used(n("a"), n("b"), n("c"), n("d"))
        mutable(n("a"), n("b"), n("c"), n("d"), n("e"))
        moved(n("a"), n("b"), n("c"))
        patterns(Pair { left: n("left"), right: n("right") }, (n("x"), n("y")), n("z"))
        eager(n("a"), n("b"), n("c"))
    }
    let expected = dropped(|| block_on(plain_receiver()));
    let traced = dropped(|| block_on(traced_receiver()));
    assert_eq!(traced, expected);
}

async fn plain_receiver() {
    struct Receiver(#[expect(dead_code, reason = "it is there to be dropped")] Noisy);
    impl Receiver {
        async fn call(self, _a: Noisy) {
            let _local = n("local");
        }
    }
    Receiver(n("self")).call(n("a")).await;
}

async fn traced_receiver() {
    struct Receiver(#[expect(dead_code, reason = "it is there to be dropped")] Noisy);
    impl Receiver {
        #[traced]
        async fn call(self, _a: Noisy) {
            let _local = n("local");
        }
    }
    Receiver(n("self")).call(n("a")).await;
}

#[test]
fn arguments_of_functions_are_dropped_in_the_order_they_would_be() {
    let expected = dropped(|| _ = plain::result(n("a"), n("b"), n("c")));
    assert_eq!(dropped(|| _ = with::result(n("a"), n("b"), n("c"))), expected);
    for first in ["a", "x"] {
        let expected = dropped(|| _ = plain::one_exit(n(first), n("b"), n("c")));
        assert_eq!(dropped(|| _ = with::one_exit(n(first), n("b"), n("c"))), expected);
    }
    let expected = dropped(|| plain::guarded(n("a"), n("b"), n("c")));
    assert_eq!(dropped(|| with::guarded(n("a"), n("b"), n("c"))), expected);
}

#[test]
fn arguments_of_async_functions_are_dropped_inside_the_span() {
    let ((), spans) = record(|| {
        block_on(with::used(n("a"), n("b"), n("c"), n("d")));
        block_on(with::mutable(n("a"), n("b"), n("c"), n("d"), n("e")));
        block_on(with::eager(n("a"), n("b"), n("c")));
        block_on(traced_receiver());
    });
    let outside: Vec<_> = paths(&spans).into_iter().filter(|path| path.len() == 1).collect();
    assert!(outside.is_empty(), "dropped outside of the span: {outside:?}");
}

#[test]
fn what_a_function_moves_is_dropped_inside_the_span_and_the_rest_after_it() {
    let ((), spans) = record(|| with::guarded(n("a"), n("b"), n("c")));
    assert_eq!(paths(&spans), ["guarded/a", "guarded/local", "guarded", "c", "b"]);
}
