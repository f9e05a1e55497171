use opentracing::traced;

#[traced("a", "b", name = "c")]
fn names() {}

#[traced(err, ret, err, ret(?), kind = server, kind = client, tags(a = 1), tags = { b = 2 }, root, root)]
fn options() -> Result<u8, u8> {
    Ok(1)
}

#[traced(err(%, ?, name = "a", name = "b"))]
fn parts() -> Result<u8, u8> {
    Ok(1)
}

fn main() {}
