use opentracing::traced;

#[traced(err)]
fn no_outcome() -> u8 {
    1
}

struct Opaque;

#[traced(err(%))]
fn no_display() -> Result<u8, Opaque> {
    Err(Opaque)
}

#[traced(ret(?))]
fn no_debug() -> Opaque {
    Opaque
}

fn takes(_: &str) -> bool {
    true
}

#[traced(err(if = takes))]
fn wrong_condition() -> Option<u8> {
    None
}

fn main() {}
