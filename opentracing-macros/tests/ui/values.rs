use opentracing::{traced, tags};

struct Opaque;

#[traced(tags(opaque))]
fn no_tag_value(opaque: Opaque) {}

#[traced(args(opaque))]
fn no_argument_value(opaque: Opaque) {}

#[traced(tags(%opaque, k = ?opaque))]
fn no_text(opaque: Opaque) {}

#[traced(tags({tags::HTTP_STATUS_CODE} = "200"))]
fn wrong_type() {}

#[traced(child_of = 5)]
fn no_reference() {}

#[traced(name = 5)]
fn no_name() {}

fn main() {}
