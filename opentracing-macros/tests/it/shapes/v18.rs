// `async fn` and `impl Future` in traits.
use std::future::Future;

pub(crate) trait T {
    fn f(&self) -> impl Future<Output = u8> + Send;
    #[traced(ret)]
    async fn g(&self) -> u8
    where
        Self: Sized + Sync,
    {
        self.f().await
    }
}

pub(crate) struct A;

impl T for A {
    #[traced(ret)]
    async fn f(&self) -> u8 {
        1
    }
}
