//! Every shape a function can have: as it was written, with `#[traced]`, and with options. All three return the
//! same; the latter two record what is said here.

use std::pin::pin;

use opentracing::active_span;

use crate::support::{block_on, log, paths, poll, record, tags};

/// Says, with a span, where it is called.
fn inside(value: u8) -> u8 {
    active_span!("inside" => { value })
}

macro_rules! files {
    ($($shape:ident)*) => {$(
        pub(crate) mod $shape {
            #[allow(unused_imports, reason = "one shape has no attribute of its own")]
            use super::traced;
            include!(concat!("shapes/", stringify!($shape), ".rs"));
        }
    )*};
}

macro_rules! matrix {
    ($($variant:ident: $attribute:path;)*) => {$(
        #[allow(
            dead_code,
            unsafe_code,
            unused_variables,
            unused_qualifications,
            clippy::all,
            clippy::pedantic,
            clippy::allow_attributes_without_reason,
            clippy::undocumented_unsafe_blocks,
            clippy::unwrap_used,
            reason = "shapes are no model functions"
        )]
        mod $variant {
            use super::inside;
            use $attribute as traced;
            files!(
                v01 v02 v03 v04 v05 v06 v07 v08 v09 v10 v11 v12 v13 v14 v15 v16 v17 v18 v19 v20 v21 v22 v23 v24 v25
                v26 v27 v28 borrows coercions tails
            );
        }
    )*};
}
matrix! {
    plain: opentracing_macros_control::untraced;
    bare: opentracing_macros_control::bare;
    options: opentracing::traced;
}

/// Runs code with the functions of a shape in each of its variants; all give the same. Leaves what the two
/// traced ones recorded.
macro_rules! same {
    ($shape:ident: $code:expr) => {{
        let (expected, none) = record(|| {
            #[allow(unused_imports, reason = "not every shape has a trait to import")]
            use plain::$shape::*;
            $code
        });
        let none: Vec<_> = paths(&none).into_iter().filter(|path| path != "inside").collect();
        assert!(none.is_empty(), "what is not traced records nothing");
        let (value, bare) = record(|| {
            #[allow(unused_imports, reason = "as above")]
            use bare::$shape::*;
            $code
        });
        assert_eq!(value, expected, "with `#[traced]`");
        let (value, options) = record(|| {
            #[allow(unused_imports, reason = "as above")]
            use options::$shape::*;
            $code
        });
        assert_eq!(value, expected, "with options");
        (bare, options)
    }};
}

#[test]
fn v01_early_return_and_question_mark() {
    let (bare, options) = same!(v01: [f(""), f("4"), f("x")]);
    assert_eq!(paths(&bare), ["f", "f", "f"]);
    assert!(bare.iter().all(|span| span.tags.is_empty() && span.logs.is_empty()));
    assert_eq!(tags(&options[0]), ["return=0"]);
    assert_eq!(tags(&options[1]), ["return=5"]);
    assert_eq!(tags(&options[2]), ["error=true"]);
    assert_eq!(
        log(&options[2], 0),
        [
            "event=error",
            "error.kind=core::num::error::ParseIntError",
            "error.object=ParseIntError { kind: InvalidDigit }",
            "message=invalid digit found in string"
        ]
    );
}

#[test]
fn v02_generics() {
    let (bare, options) = same!(v02: f(&[1, 2, 3], |x| *x > 1).copied());
    assert_eq!(paths(&bare), ["f"]);
    assert_eq!(tags(&options[0]), ["n=3"], "a reference to an unknown type offers nothing to record");
}

#[test]
fn v03_a_tag_reads_self_before_the_body_changes_it() {
    let (bare, options) = same!(v03: {
        let mut c = C { n: 1 };
        *c.bump(2) += 10;
        c.n
    });
    assert_eq!(paths(&bare), ["bump"]);
    assert_eq!(tags(&options[0]), ["by=2", "n=1", "return=3"]);
}

#[test]
fn v04_every_receiver() {
    let (bare, options) = same!(v04: {
        std::sync::Arc::new(A).a();
        pin!(A).b();
        block_on(Box::new(A).c());
        let a = A.d();
        std::rc::Rc::new(a).e();
    });
    assert_eq!(paths(&bare), ["a", "b", "c", "d", "e"]);
    assert_eq!(paths(&options), ["a", "b", "c", "d", "e"]);
}

#[test]
fn v05_names_out_of_any_pattern() {
    let (bare, options) = same!(v05: f((1, 2), P { x: 3, y: 4 }, [5, 6], &7, (8, 9), 10));
    assert_eq!(paths(&bare), ["f"]);
    assert_eq!(
        tags(&options[0]),
        ["a=1", "b=2", "x=3", "c=5", "d=7", "z=(8, 9)", "p=8", "m=10", "return=45"]
    );
}

#[test]
fn v06_arguments_without_a_name() {
    let (bare, options) = same!(v06: {
        f(vec![1], 2);
        block_on(g(vec![1], 2));
    });
    assert_eq!(paths(&bare), ["f", "g"]);
    assert_eq!(tags(&options[0]), ["_unused=2"]);
    assert_eq!(tags(&options[1]), ["_unused=2"]);
}

#[test]
fn v07_raw_identifiers() {
    let (bare, options) = same!(v07: r#match(1, "ab"));
    assert_eq!(paths(&bare), ["match"]);
    assert_eq!(tags(&options[0]), ["type=1", "async=ab", "return=3"]);
}

#[test]
#[expect(unsafe_code, reason = "the shape is an unsafe function")]
fn v08_unsafe_functions() {
    // SAFETY: the pointers are valid.
    let (bare, options) = same!(v08: (unsafe { f(&3) }, block_on(unsafe { g(&4) })));
    assert_eq!(paths(&bare), ["f", "g"]);
    assert_eq!(tags(&options[0]), ["return=3"]);
    assert_eq!(tags(&options[1]), ["return=4"]);
}

#[test]
fn v09_higher_ranked_bounds() {
    let (bare, options) = same!(v09: f(|| 4, |x| x, &|x| x));
    assert_eq!(paths(&bare), ["f"]);
    assert_eq!(tags(&options[0]), ["return=4"]);
}

#[test]
fn v10_an_opaque_type_inside_a_result() {
    let (bare, options) = same!(v10: [f(&[1, 2]).map(|v| v.count()), f(&[]).map(|v| v.count())]);
    assert_eq!(paths(&bare), ["f", "f"]);
    assert!(options[0].tags.is_empty());
    assert_eq!(tags(&options[1]), ["error=true"]);
}

#[test]
fn v11_async_borrow_of_an_argument() {
    let (bare, options) = same!(v11: {
        let mut map = std::collections::HashMap::from([("a".to_owned(), 1)]);
        *block_on(f(&mut map, "a")).unwrap() += 1;
        map["a"]
    });
    assert_eq!(paths(&bare), ["f"]);
    assert_eq!(tags(&options[0]), ["return=1"]);
}

#[tokio::test]
async fn v12_a_boxed_error() {
    macro_rules! run {
        ($variant:ident) => {{
            let missing = $variant::v12::f(std::path::Path::new("/does/not/exist")).await;
            missing.unwrap_err().to_string()
        }};
    }
    let expected = run!(plain);
    for traced in [true, false] {
        let mock = opentracing::MockTracer::new();
        let _current = mock.tracer().make_current();
        let message = if traced { run!(options) } else { run!(bare) };
        assert_eq!(message, expected);
        let spans = mock.finished_spans();
        assert_eq!(paths(&spans), ["f"]);
        assert_eq!(tags(&spans[0]), if traced { vec!["error=true"] } else { vec![] });
    }
}

#[test]
fn v13_impl_future_after_a_statement() {
    let (bare, options) = same!(v13: block_on(f(4)));
    assert_eq!(paths(&bare), ["f"]);
    assert_eq!(tags(&options[0]), ["a=4", "return=5"]);
}

#[test]
fn v14_boxed_future_after_statements() {
    let (bare, options) = same!(v14: block_on(f("abc")));
    assert_eq!(paths(&bare), ["f"]);
    assert_eq!(tags(&options[0]), ["a=abc", "return=3"]);
    let panicked = std::panic::catch_unwind(|| drop(bare::v14::f("")));
    assert!(panicked.is_err(), "the assertion fires at the call");
}

#[test]
fn v15_two_exits() {
    let (bare, options) = same!(v15: (block_on(f(true)), block_on(f(false))));
    assert_eq!(paths(&bare), ["f/inside", "f", "f/inside", "f"]);
    assert_eq!(tags(&options[1]), ["a=true", "return=9"]);
    assert_eq!(tags(&options[3]), ["a=false", "return=1"]);
}

#[test]
fn v16_futures_that_only_their_type_shows() {
    let (bare, options) = same!(v16: (block_on(f(3)), block_on(g(true)), block_on(g(false))));
    assert_eq!(paths(&bare), ["f/inside", "f", "g/inside", "g", "g"]);
    assert_eq!(tags(&options[4]), ["return=2"]);
}

#[test]
fn v17_async_trait() {
    let (bare, options) = same!(v17: [block_on(A.f(1)), block_on(A.f(0))]);
    assert_eq!(paths(&bare), ["f/g", "f", "f"]);
    assert_eq!(tags(&options[2]), ["a=0", "error=true"]);
}

#[test]
fn v18_async_functions_in_traits() {
    let (bare, options) = same!(v18: block_on(A.g()));
    assert_eq!(paths(&bare), ["g/f", "g"]);
    assert_eq!(tags(&options[1]), ["return=1"]);
}

#[test]
fn v19_async_recursion() {
    let (bare, options) = same!(v19: block_on(f(3)));
    assert_eq!(paths(&bare), ["f/f/f/f", "f/f/f", "f/f", "f"]);
    assert_eq!(tags(&options[3]), ["n=3", "return=3"]);
    plain::v19::chk();
    bare::v19::chk();
    options::v19::chk();
}

#[test]
fn v20_functions_that_never_return() {
    let (message, spans) = record(|| {
        *std::panic::catch_unwind(|| options::v20::f("boom")).unwrap_err().downcast::<String>().unwrap()
    });
    assert_eq!(message, "boom");
    assert_eq!(tags(&spans[0]), ["m=boom", "error=true"]);
    assert_eq!(log(&spans[0], 0)[..2], ["event=error", "error.kind=panic"]);

    let ((), spans) = record(|| {
        let mut future = Box::pin(bare::v20::g());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { assert!(poll(future.as_mut()).is_pending()) });
    });
    assert!(spans[0].tags.is_empty(), "a cancellation is no error");
    assert_eq!(log(&spans[0], 0), ["event=cancelled"]);
}

#[test]
fn v21_inner_attributes() {
    let (bare, _) = same!(v21: {
        f(1);
        block_on(g(2))
    });
    assert_eq!(paths(&bare), ["f", "g"]);
}

#[test]
fn v22_other_attributes() {
    let (bare, options) = same!(v22: f(1, 2, 3, 4, 5, 6, 7, 8));
    assert_eq!(paths(&bare), ["f"]);
    assert_eq!(options[0].tags.len(), 9);
}

#[test]
fn v23_cfg_on_parameters() {
    let (bare, options) = same!(v23: (f(1), block_on(g("ab".to_owned()))));
    assert_eq!(paths(&bare), ["f", "g"]);
    assert_eq!(tags(&options[0]), ["b=1"]);
    assert_eq!(tags(&options[1]), ["b=ab"]);
}

#[test]
fn v24_lints_on_parameters() {
    let (bare, _) = same!(v24: {
        f(1, 2);
        block_on(g(String::new(), String::new(), String::new()));
    });
    assert_eq!(paths(&bare), ["f", "g"]);
}

#[test]
fn v25_a_function_made_by_a_macro() {
    let (bare, options) = same!(v25: f(7));
    assert_eq!(paths(&bare), ["f"]);
    assert_eq!(tags(&options[0]), ["a=7", "return=1"]);
}

#[test]
fn v26_aliases_of_result() {
    let (bare, options) = same!(v26: (f(), g()));
    assert_eq!(paths(&bare), ["f", "g"]);
    assert_eq!(tags(&options[0]), ["return=1"]);
    assert_eq!(tags(&options[1]), ["error=true"]);
    assert_eq!(log(&options[1], 0), ["event=error", "error.kind=()", "error.object=()"]);
}

#[test]
fn v27_default_methods_of_a_trait() {
    let (bare, options) = same!(v27: (T::f(&3), <u8 as T>::g()));
    assert_eq!(paths(&bare), ["f", "g"]);
    assert_eq!(tags(&options[0]), ["return=1"]);
    assert!(options[1].tags.is_empty(), "`Self` offers nothing to record");
}

#[test]
fn v28_what_is_neither_success_nor_failure() {
    let (bare, options) = same!(v28: (f(), g(), h()));
    assert_eq!(paths(&bare), ["f", "g", "h"]);
    assert!(options.iter().all(|span| span.tags.is_empty() && span.logs.is_empty()));
}

#[test]
fn what_is_returned_may_borrow_from_arguments() {
    let (bare, options) = same!(borrows: {
        let mut s = S { x: 1, v: vec![2] };
        *s.reborrowed(Some(0)).unwrap() += 1;
        *s.reborrowed(Some(5)).unwrap() += 1;
        s.reborrowed(None).unwrap_err();
        let first = s.fields(Some(3)).copied();
        let mut map = std::collections::HashMap::new();
        let kept = block_on(kept(&[1, 2], &mut map, "k", |n| n + 1)).copied();
        let pointed = block_on(pointed_at_a_local(&[]));
        let opaque = block_on(s.opaque("ab"));
        let boxed = block_on(s.boxed("ab"));
        let eager = block_on(s.eager("ab"));
        (s.x, s.v, first, kept, pointed, opaque, boxed, eager)
    });
    assert_eq!(bare.len(), 9);
    assert_eq!(tags(&options[2]), ["error=true"]);
}

#[test]
fn what_is_returned_is_coerced_as_ever() {
    let (bare, _) = same!(coercions: {
        let boxed = block_on(boxed(true))(1) + block_on(boxed(false))(1);
        let debugged = format!("{:?} {:?} {:?}", debugged(true), debugged(false), failing(true).unwrap());
        let failed = failing(false).unwrap_err().to_string();
        (boxed, debugged, failed, slice(), pointer(true)(1), pointer(false)(1), block_on(inferred()), block_on(collected()))
    });
    assert_eq!(bare.len(), 11);
}

#[test]
fn what_an_end_borrows_may_be_a_lock() {
    let (bare, _) = same!(tails: {
        let lock = std::sync::Mutex::new(vec![1, 2]);
        (guarded(&lock), looked_at(&lock), unknown(&lock).0, block_on(awaited(&lock)))
    });
    assert_eq!(bare.len(), 4);
}
