// `Box::pin` after statements and an assertion.
use std::future::Future;
use std::pin::Pin;

#[traced(args, ret)]
pub(crate) fn f<'a>(a: &'a str) -> Pin<Box<dyn Future<Output = usize> + Send + 'a>> {
    assert!(!a.is_empty());
    let n = a.len();
    Box::pin(async move { n })
}
