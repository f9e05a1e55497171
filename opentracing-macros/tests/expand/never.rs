#[traced]
fn abort(message: &str) -> ! {
    #![allow(clippy::panic)]
    panic!("{message}")
}
