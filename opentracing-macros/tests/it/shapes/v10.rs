// An opaque type inside a `Result`.
#[traced(err)]
pub(crate) fn f<'a>(v: &'a [u8]) -> Result<impl Iterator<Item = &'a u8> + 'a, String> {
    if v.is_empty() {
        return Err(String::new());
    }
    Ok(v.iter())
}
