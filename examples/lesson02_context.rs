//! Lesson 2: spans of several functions make one trace.
//!
//! ```sh
//! cargo run --example lesson02_context -- Bryan
//! ```

use opentracing::{Config, Span, Tracer, active_span, fields, log, traced};

fn main() {
    let name = std::env::args().nth(1).unwrap_or_else(|| "Bryan".to_owned());
    let guard = Config::new("hello-world").init().expect("valid configuration");
    let tracer = guard.tracer();

    by_hand::say_hello(&tracer, &name);
    with_active_spans::say_hello(&tracer, &name);
    with_macros::say_hello(&name);
}

/// The parent is handed on as an argument, and each child names it.
mod by_hand {
    use super::{Span, Tracer, fields};

    pub(super) fn say_hello(tracer: &Tracer, name: &str) {
        let span = tracer.start_span("say-hello");
        span.set_tag("hello-to", name);
        let greeting = format_greeting(tracer, &span, name);
        print_greeting(tracer, &span, &greeting);
        span.finish();
    }

    fn format_greeting(tracer: &Tracer, parent: &Span, name: &str) -> String {
        let span = tracer.span("format").child_of(parent).start();
        let greeting = format!("Hello, {name}!");
        span.log(fields![event = "string-format", value = &greeting]);
        greeting
    }

    fn print_greeting(tracer: &Tracer, parent: &Span, greeting: &str) {
        let span = tracer.span("println").child_of(parent).start();
        println!("{greeting}");
        span.log_event("println");
    }
}

/// A span can be active on its thread: then it is the parent of what starts there, and nobody hands it on.
mod with_active_spans {
    use super::{Tracer, fields};

    pub(super) fn say_hello(tracer: &Tracer, name: &str) {
        // The scope keeps the span active, and finishes it at the end of this function.
        let scope = tracer.span("say-hello").tag("hello-to", name).start_active();
        let greeting = format_greeting(tracer, name);
        print_greeting(tracer, &greeting);
        scope.close();
    }

    fn format_greeting(tracer: &Tracer, name: &str) -> String {
        tracer.in_span("format", |scope| {
            let greeting = format!("Hello, {name}!");
            scope.log(fields![event = "string-format", value = &greeting]);
            greeting
        })
    }

    fn print_greeting(tracer: &Tracer, greeting: &str) {
        tracer.in_span("println", |scope| {
            println!("{greeting}");
            scope.log_event("println");
        });
    }
}

/// The macros say the same in fewer words. Their spans are active ones, and their tracer is the global one, which
/// `init` has set.
mod with_macros {
    use super::{active_span, log, traced};

    #[traced("say-hello", tags("hello-to" = name))]
    pub(super) fn say_hello(name: &str) {
        let greeting = format_greeting(name);
        print_greeting(&greeting);
    }

    #[traced("format")]
    fn format_greeting(name: &str) -> String {
        let greeting = format!("Hello, {name}!");
        log!(event = "string-format", value = &greeting);
        greeting
    }

    fn print_greeting(greeting: &str) {
        let _scope = active_span!("println");
        println!("{greeting}");
        log!(event = "println");
    }
}
