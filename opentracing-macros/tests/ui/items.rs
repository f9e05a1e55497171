use opentracing::traced;

#[traced]
const fn constant() -> u8 {
    1
}

#[traced]
struct Struct;

#[traced]
mod module {}

trait Trait {
    #[traced]
    fn declared(&self);
}

#[traced("name", args(a), inactive, future, skip, skip(b))]
impl Struct {
    fn method(&self, a: u8, b: u8) {}
}

#[traced]
impl Trait for Struct {
    #[traced(errr)]
    fn declared(&self) {}
}

fn main() {}
