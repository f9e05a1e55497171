// Early return and `?`.
#[traced(err, ret)]
pub(crate) fn f(s: &str) -> Result<u8, std::num::ParseIntError> {
    if s.is_empty() {
        return Ok(0);
    }
    let v: u8 = s.parse()?;
    Ok(v + 1)
}
