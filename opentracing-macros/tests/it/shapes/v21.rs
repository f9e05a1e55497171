// Inner attributes.
use std::future::Future;
use std::pin::Pin;

#[traced(root)]
pub(crate) fn f(a: u8) {
    #![allow(unused_variables)]
}

#[traced(ret)]
pub(crate) fn g(a: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> {
    #![allow(unused_variables)]
    Box::pin(async move { a })
}
