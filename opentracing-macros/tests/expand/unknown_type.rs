#[traced]
fn call(&mut self, request: Request) -> Self::Future {
    Box::pin(async move { request.answer() })
}
