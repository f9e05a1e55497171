#[traced(eager)]
async fn send<'a>(to: &'a Address, message: Message) -> Result<&'a str, Error> {
    to.deliver(message).await
}
