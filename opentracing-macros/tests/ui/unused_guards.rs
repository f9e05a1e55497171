#![deny(unused_must_use)]

use opentracing::{active_span, span, traced};

#[traced]
async fn asynchronous() {}

#[traced(eager)]
async fn eager() {}

fn main() {
    span!("dropped");
    active_span!("dropped", k = 1);
    active_span!("dropped" => async {});
    asynchronous();
    eager();
}
