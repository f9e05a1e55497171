//! Lesson 3: a trace that goes through several processes.
//!
//! ```sh
//! cargo run --example lesson03_rpc -- Bryan
//! ```
//!
//! Formatting and printing become services, which are asked over HTTP. The three could be three programs, for they
//! share nothing but what they send; here they are threads of one, so that there is one thing to run.

#[path = "lessons/service.rs"]
mod service;

use std::error::Error;
use std::net::SocketAddr;

use opentracing::picture::{Gallery, Style};
use opentracing::{Config, extract, inject, log, set_tags, tags, traced};
use ureq::http;

use service::{Request, Service};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Result<()> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "Bryan".to_owned());
    // Each service has a tracer; all of them report to one gallery, which can draw the whole trace.
    let gallery = Gallery::new();
    let formatter = Service::start("formatter", &gallery, format)?;
    let publisher = Service::start("publisher", &gallery, publish)?;
    let guard = Config::new("hello-world").reporter(gallery.clone()).init()?;

    say_hello(&name, formatter.address, publisher.address)?;

    formatter.join();
    publisher.join();
    drop(guard);
    for trace in gallery.traces() {
        print!("{}", trace.to_text(&Style::plain()));
    }
    Ok(())
}

#[traced("say-hello", tags("hello-to" = name), err)]
fn say_hello(name: &str, formatter: SocketAddr, publisher: SocketAddr) -> Result<()> {
    let greeting = ask(formatter, "/format", name)?;
    ask(publisher, "/publish", &greeting)?;
    Ok(())
}

/// The client: `inject!` writes the context of the active span, which is this function's, into the headers.
#[traced(name = format!("POST {path}"), kind = client, err)]
fn ask(service: SocketAddr, path: &str, text: &str) -> Result<String> {
    let mut request = http::Request::post(format!("http://{service}{path}")).body(text)?;
    inject!(request.headers_mut())?;
    let mut response = ureq::run(request)?;
    set_tags!({ tags::HTTP_STATUS_CODE } = response.status().as_u16());
    Ok(response.body_mut().read_to_string()?)
}

/// The formatter: `extract!` reads the context from the headers, and the span becomes a child of the client's.
#[traced("POST /format", kind = server, child_of = extract!(request.headers))]
fn format(request: &Request) -> String {
    let greeting = format!("Hello, {}!", request.text);
    log!(event = "string-format", value = &greeting);
    greeting
}

/// The publisher.
#[traced("POST /publish", kind = server, child_of = extract!(request.headers))]
fn publish(request: &Request) -> String {
    println!("{}", request.text);
    log!(event = "println");
    "published".to_owned()
}
