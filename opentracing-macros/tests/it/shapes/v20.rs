// Functions that never return.
#[traced(args)]
pub(crate) fn f(m: &str) -> ! {
    panic!("{m}")
}

#[traced(root)]
pub(crate) async fn g() -> ! {
    loop {
        tokio::task::yield_now().await
    }
}
