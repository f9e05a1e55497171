// `cfg` on parameters.
#[traced(args)]
pub(crate) fn f(#[cfg(any())] a: u8, #[cfg(all())] b: u8) -> u8 {
    b
}

#[traced(args)]
pub(crate) async fn g(#[cfg(any())] a: Missing, #[cfg(all())] b: String, #[cfg(any())] mut c: Missing) -> usize {
    b.len()
}
