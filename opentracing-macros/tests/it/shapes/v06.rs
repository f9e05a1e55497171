// Arguments without a name.
#[traced(args(_unused))]
pub(crate) fn f(_: Vec<u8>, _unused: u8) {}

#[traced(args(_unused), eager)]
pub(crate) async fn g(_: Vec<u8>, _unused: u8) {}
