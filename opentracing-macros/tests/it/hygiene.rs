//! Names of the user's that look like ours.

use crate::support::{block_on, paths, record, tags};

#[no_implicit_prelude]
#[expect(
    dead_code,
    non_camel_case_types,
    non_upper_case_globals,
    reason = "the names are there to be in the way"
)]
mod in_the_way {
    pub(super) mod std {}
    pub(super) mod core {}
    pub(super) mod opentracing {}
    pub(super) struct Option;
    pub(super) struct Result;
    pub(super) struct String;
    pub(super) enum Outcome {
        Ok(u8),
        Err(u8),
        Some(u8),
        None,
    }
    use self::Outcome::{Err, None, Ok, Some};

    pub(super) const scope: u8 = 1;
    pub(super) static value: u8 = 2;
    pub(super) const result: u8 = 4;
    pub(super) const error: u8 = 5;
    pub(super) static SITE: u8 = 7;
    pub(super) const e: u8 = 8;
    pub(super) struct T;
    pub(super) struct span;

    type Plain<A, B> = ::std::result::Result<A, B>;

    #[::opentracing::traced(args(__ot_scope, __ot_value, __ot_span), tags(s = SITE, k = __ot_scope), err, ret)]
    pub(super) fn sync(__ot_scope: u8, __ot_value: u8, __ot_span: u8) -> Plain<u8, u8> {
        if __ot_value == 0 {
            return Plain::Err(__ot_span);
        }
        Plain::Ok(__ot_scope + __ot_value + __ot_span + SITE)
    }

    #[::opentracing::traced(args, err, ret, name = ::std::format!("asynchronous"))]
    pub(super) async fn asynchronous(
        mut __ot_handle: u8,
        __ot_arg2: ::std::string::String,
        _: ::std::string::String,
    ) -> Plain<u8, u8> {
        __ot_handle += error + result;
        if __ot_arg2.is_empty() {
            Plain::Err(1)?;
        }
        Plain::Ok(__ot_handle)
    }

    #[::opentracing::traced]
    pub(super) fn boxed() -> ::futures::future::BoxFuture<'static, Outcome> {
        ::std::boxed::Box::pin(async { Some(1) })
    }

    #[::opentracing::traced]
    impl T {
        pub(super) fn method(&self) -> Outcome {
            ::opentracing::log!(event = "x", "message {SITE}");
            ::opentracing::set_tags!(a = SITE);
            ::opentracing::active_span!("inner", n = scope => { None })
        }
    }

    #[::opentracing::traced(err(if = fails))]
    pub(super) fn own(ok: bool) -> Outcome {
        if ok {
            return Ok(1);
        }
        Err(2)
    }

    fn fails(outcome: &Outcome) -> bool {
        ::std::matches!(outcome, Err(_))
    }
}

#[test]
fn nothing_of_the_users_is_taken_for_ours() {
    let ((), spans) = record(|| {
        assert_eq!(in_the_way::sync(1, 2, 3), Ok(13));
        assert_eq!(in_the_way::sync(1, 0, 3), Err(3));
        assert_eq!(block_on(in_the_way::asynchronous(1, "a".into(), "b".into())), Ok(10));
        assert_eq!(block_on(in_the_way::asynchronous(1, "".into(), "b".into())), Err(1));
        block_on(in_the_way::boxed());
        in_the_way::T.method();
        in_the_way::own(false);
    });
    let names =
        ["sync", "sync", "asynchronous", "asynchronous", "boxed", "T::method/inner", "T::method", "own"];
    assert_eq!(paths(&spans), names);
    assert_eq!(tags(&spans[0]), ["__ot_scope=1", "__ot_value=2", "__ot_span=3", "s=7", "k=1", "return=13"]);
    assert_eq!(tags(&spans[7]), ["error=true"]);
}

#[deny(warnings)]
mod without_warnings {
    use opentracing::{active_span, traced};

    #[traced(args, err, ret)]
    pub(super) fn nested(n: u8) -> Result<u8, String> {
        active_span!("a" => {
            active_span!("b" => {
                if n == 0 {
                    return Err("zero".to_owned());
                }
                Ok(n)
            })
        })
    }

    #[traced]
    pub(super) fn diverges(n: u8) -> Vec<u8> {
        todo!("{n}")
    }

    #[traced(ret)]
    pub(super) fn spins(n: u8) -> u8 {
        loop {
            if n > 0 {
                break n;
            }
        }
    }
}

#[test]
fn nothing_warns() {
    let (result, spans) = record(|| without_warnings::nested(without_warnings::spins(1)));
    assert_eq!(result, Ok(1));
    assert_eq!(paths(&spans), ["spins", "nested/a/b", "nested/a", "nested"]);
    assert!(std::panic::catch_unwind(|| without_warnings::diverges(1)).is_err());
}
