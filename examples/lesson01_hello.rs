//! Lesson 1: a tracer, a span, a tag, a log.
//!
//! ```sh
//! cargo run --example lesson01_hello -- Bryan
//! ```
//!
//! This and the next three follow the OpenTracing tutorial, lesson by lesson. Here every call is written out;
//! lesson 2 ends with the short form.

use opentracing::{Config, Tracer, fields};

fn main() {
    let name = std::env::args().nth(1).unwrap_or_else(|| "Bryan".to_owned());

    // A tracer needs the name of the service. The guard sends what has finished when it is dropped, at the end.
    let guard = Config::new("hello-world").init().expect("valid configuration");

    say_hello(&guard.tracer(), &name);
}

fn say_hello(tracer: &Tracer, name: &str) {
    // A span begins here, and has a name for what is done: not for whom, of whom there are many.
    let span = tracer.start_span("say-hello");
    // That is a tag: it describes the whole span.
    span.set_tag("hello-to", name);

    let greeting = format!("Hello, {name}!");
    // A log is something that happened at one moment of the span.
    span.log(fields![event = "string-format", value = &greeting]);

    println!("{greeting}");
    span.log_event("println");

    // And it ends here. It would have when `span` is dropped, too, also if something above had panicked.
    span.finish();
}
