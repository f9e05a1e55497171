#[traced(err, ret)]
fn parse(text: &str) -> Result<u8, ParseIntError> {
    let n: u8 = text.parse()?;
    Ok(n + 1)
}
