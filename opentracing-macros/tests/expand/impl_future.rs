#[traced(ret)]
pub(crate) fn later(n: u8) -> impl Future<Output = u8> + Send {
    let n = n + 1;
    async move { n }
}
