// Two exits, each with a future of its own.
use std::future::Future;
use std::pin::Pin;

#[traced(args, ret)]
pub(crate) fn f(a: bool) -> Pin<Box<dyn Future<Output = u8> + Send>> {
    if a {
        return Box::pin(async { super::inside(9) });
    }
    Box::pin(async move { super::inside(1) })
}
