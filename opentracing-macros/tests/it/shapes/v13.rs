// `impl Future` after a statement.
use std::future::Future;

#[traced(args, ret)]
pub(crate) fn f(a: u8) -> impl Future<Output = u8> + Send {
    let b = a + 1;
    async move { b }
}
