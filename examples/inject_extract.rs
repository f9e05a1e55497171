//! A context on its way to other processes: into carriers of several kinds, and out of them again.
//!
//! ```sh
//! cargo run --example inject_extract
//! ```

use std::collections::BTreeMap;
use std::error::Error;

use opentracing::{Config, active_span, extract, inject, set_baggage, span};
use ureq::http::HeaderMap;

fn main() -> Result<(), Box<dyn Error>> {
    let _tracer = Config::new("shop").init()?;
    let _scope = active_span!("order");
    // Baggage goes wherever the context goes.
    set_baggage!("customer" = "Zoë & Co");

    // The type of the carrier says which format is meant: for headers of HTTP, values are percent-encoded.
    let mut headers = HeaderMap::new();
    inject!(&mut headers)?;
    println!("HTTP headers");
    for (name, value) in &headers {
        println!("  {name}: {}", value.to_str()?);
    }
    let caller = extract!(&headers)?.ok_or("the headers have a context")?;
    println!("  the caller's customer: {}", caller.baggage_item("customer").unwrap_or("nobody"));

    // A map of strings is a text map, as the properties of a message in a queue are.
    let mut properties = BTreeMap::<String, String>::new();
    inject!(&mut properties)?;
    println!("text map");
    for (key, value) in &properties {
        println!("  {key}: {value}");
    }
    let sender = extract!(&properties)?.ok_or("the message has a context")?;

    // Pairs may be either: if they are headers, say so.
    let mut pairs = Vec::<(String, String)>::new();
    inject!(format: http_headers => &mut pairs)?;
    println!("pairs, as HTTP headers: {} of them", pairs.len());

    // Bytes are binary.
    let mut bytes = Vec::<u8>::new();
    inject!(&mut bytes)?;
    let context = extract!(&bytes)?.ok_or("the bytes have a context")?;
    println!("binary: {} bytes", bytes.len());

    // What was extracted is what was injected, and is a parent like any other.
    assert_eq!((caller.ids(), sender.ids()), (context.ids(), context.ids()));
    span!(child_of: &caller; "handle request").finish();
    span!(follows_from: &sender; "handle message").finish();

    // Nothing there is no error. Something that cannot be read is one.
    println!("no headers: {:?}", extract!(&HeaderMap::new())?);
    let garbled = BTreeMap::from([("uber-trace-id".to_owned(), "not:an:id".to_owned())]);
    if let Err(error) = extract!(&garbled) {
        println!("garbled: {error}");
    }
    Ok(())
}
