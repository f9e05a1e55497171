// Raw identifiers.
#[traced(args, ret)]
pub(crate) fn r#match(r#type: u8, r#async: &str) -> u8 {
    r#type + r#async.len() as u8
}
