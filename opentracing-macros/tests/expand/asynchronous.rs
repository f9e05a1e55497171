#[traced]
async fn load(id: u64) -> Row {
    fetch(id).await
}
