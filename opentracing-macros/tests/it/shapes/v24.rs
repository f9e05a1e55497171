// `allow` and `expect` on parameters.
#[traced(root)]
pub(crate) fn f(#[allow(unused_variables)] a: u8, #[expect(unused_variables)] b: u8) {}

#[traced(root)]
pub(crate) async fn g(
    #[allow(unused_variables)] a: String,
    #[expect(unused_variables)] b: String,
    #[expect(unused_mut)] mut c: String,
) {
    drop(c);
}
