// Async recursion that stays `Send`.
#[traced(args, ret)]
pub(crate) async fn f(n: u32) -> u32 {
    if n == 0 { 0 } else { Box::pin(f(n - 1)).await + 1 }
}

fn is_send<T: Send>(_: T) {}

pub(crate) fn chk() {
    is_send(f(1));
}
