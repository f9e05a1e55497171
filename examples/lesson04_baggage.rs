//! Lesson 4: baggage, which goes wherever the trace goes.
//!
//! ```sh
//! cargo run --example lesson04_baggage -- Bryan Bonjour
//! ```
//!
//! The greeting is another one now. Only the formatter has a use for it, and none of the functions on the way there
//! is changed: the client sets a baggage item, and every later service of the trace can read it. It costs bytes on
//! every request of the trace, so it is for small things.

#[path = "lessons/service.rs"]
mod service;

use std::error::Error;
use std::net::SocketAddr;

use opentracing::picture::{Gallery, Style};
use opentracing::{Config, active_span, extract, inject, log, set_baggage, set_tags, tags, traced};
use ureq::http;

use service::{Request, Service};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let name = args.next().unwrap_or_else(|| "Bryan".to_owned());
    let greeting = args.next().unwrap_or_else(|| "Bonjour".to_owned());
    let gallery = Gallery::new();
    let formatter = Service::start("formatter", &gallery, format)?;
    let publisher = Service::start("publisher", &gallery, publish)?;
    let guard = Config::new("hello-world").reporter(gallery.clone()).init()?;

    say_hello(&name, &greeting, formatter.address, publisher.address)?;

    formatter.join();
    publisher.join();
    drop(guard);
    for trace in gallery.traces() {
        print!("{}", trace.to_text(&Style::plain()));
    }
    Ok(())
}

#[traced("say-hello", tags("hello-to" = name), err)]
fn say_hello(name: &str, greeting: &str, formatter: SocketAddr, publisher: SocketAddr) -> Result<()> {
    set_baggage!("greeting" = greeting);
    let text = ask(formatter, "/format", name)?;
    ask(publisher, "/publish", &text)?;
    Ok(())
}

/// The client, as in lesson 3: `inject!` takes the baggage along.
#[traced(name = format!("POST {path}"), kind = client, err)]
fn ask(service: SocketAddr, path: &str, text: &str) -> Result<String> {
    let mut request = http::Request::post(format!("http://{service}{path}")).body(text)?;
    inject!(request.headers_mut())?;
    let mut response = ureq::run(request)?;
    set_tags!({ tags::HTTP_STATUS_CODE } = response.status().as_u16());
    Ok(response.body_mut().read_to_string()?)
}

/// The formatter, which looks into the baggage.
fn format(request: &Request) -> String {
    let scope = active_span!(child_of: extract!(request.headers), kind: server; "POST /format");
    let greeting = scope.baggage_item("greeting").unwrap_or_else(|| "Hello".to_owned());
    let text = format!("{greeting}, {}!", request.text);
    log!(event = "string-format", value = &text);
    text
}

/// The publisher, which does not.
#[traced("POST /publish", kind = server, child_of = extract!(request.headers))]
fn publish(request: &Request) -> String {
    println!("{}", request.text);
    log!(event = "println");
    "published".to_owned()
}
