use opentracing::traced;

#[traced(kind = sever)]
fn kind() {}

#[traced(kind = "server")]
fn kind_as_text() {}

#[traced(kind)]
fn kind_alone() {}

#[traced(naming = long)]
fn naming() {}

#[traced(name = , component, start_time =)]
fn missing() {}

#[traced(root = true, eager(1))]
async fn flags() {}

#[traced(future = 1)]
fn future() -> impl Future<Output = ()> {
    async {}
}

#[traced(err(if), ret(tag(a = 1)), 5, "")]
fn parts() -> Result<u8, u8> {
    Ok(1)
}

#[traced("")]
fn empty() {}

fn main() {}
