use opentracing::traced;

#[traced(args(frist, ?secnod, self, 5))]
fn unknown(first: u8, second: u8) {}

#[traced(args, skip(passwrod))]
fn unknown_skip(password: &str) {}

#[traced(skip(a))]
fn skip_nothing(a: u8) {}

#[traced(args(a), skip(b))]
fn both(a: u8, b: u8) {}

fn main() {}
