// `unsafe extern`, `async unsafe`.
#[traced(ret)]
pub(crate) unsafe extern "C" fn f(p: *const u8) -> u8 {
    unsafe { *p }
}

#[traced(ret)]
pub(crate) async unsafe fn g(p: *const u8) -> u8 {
    unsafe { *p }
}
