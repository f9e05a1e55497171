// `?` into a boxed error, in async code.
#[traced(err, ret)]
pub(crate) async fn f(p: &std::path::Path) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
    let s = tokio::fs::read(p).await?;
    if s.is_empty() {
        Err("empty")?
    }
    Ok(s.len())
}
