#[traced(naming = path, enabled = cfg(feature = "trace"), crate = crate::trace)]
fn run() {
    work()
}
