//! The first trace: a function with an attribute, a line that sets up a tracer, and a picture in the terminal.
//!
//! ```sh
//! cargo run --example hello
//! ```

use opentracing::{Config, traced};

#[traced(tags(component = "greeter"))]
fn greet(name: &str) -> String {
    format!("Hello, {name}!")
}

fn main() {
    let _tracer = Config::new("hello-world").init().expect("valid configuration");
    println!("{}", greet("Bryan"));
}
