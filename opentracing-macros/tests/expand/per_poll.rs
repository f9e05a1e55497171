#[traced(per_poll, tags(n))]
async fn spin(n: u8) {
    work(n).await
}
