use opentracing::traced;

mod keys {
    pub const KEY: &str = "key";
}

#[traced(tags(a: 1, keys::KEY = 1, b == 2, c =, "d", f(), %g.h(), type, {} = 1, 5, a.0))]
fn wrong(a: (u8, u8)) {}

#[traced(tags = (a = 1))]
fn parentheses() {}

#[traced(tags a = 1)]
fn nothing() {}

#[traced(tags)]
fn alone() {}

#[traced(tags(a = 1 b = 2))]
fn no_comma() {}

#[traced(tags(n = count().await))]
async fn awaits() {}

fn main() {}
