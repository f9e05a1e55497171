// `.boxed()` and `Either`.
use futures::future::{BoxFuture, Either, FutureExt};

#[traced(ret)]
pub(crate) fn f(a: u8) -> BoxFuture<'static, u8> {
    async move { super::inside(a) }.boxed()
}

#[traced(ret)]
pub(crate) fn g(a: bool) -> impl std::future::Future<Output = u8> {
    if a { Either::Left(async { super::inside(1) }) } else { Either::Right(std::future::ready(2)) }
}
