// `Poll`, `Option`, `ControlFlow`.
#[traced(err, ret)]
pub(crate) fn f() -> std::task::Poll<Result<u8, ()>> {
    std::task::Poll::Pending
}

#[traced(ret)]
pub(crate) fn g() -> Option<u8> {
    let a: Option<u8> = None;
    Some(a? + 1)
}

#[traced(ret)]
pub(crate) fn h() -> std::ops::ControlFlow<u8, ()> {
    std::ops::ControlFlow::Break(1)?;
    std::ops::ControlFlow::Continue(())
}
