//! A distributed trace in one command: four services answer requests, each traced by a tracer of its own, and the
//! slowest request is drawn.
//!
//! ```sh
//! cargo run --example hotrod
//! cargo run --example hotrod -- --requests 100 --concurrency 8
//! cargo run --example hotrod -- --serve                         # then open the address that it prints
//! cargo run --example hotrod -- --otlp http://localhost:4318    # sends the spans to a collector, such as Jaeger, too
//! ```
//!
//! A shop asks the *frontend* for a courier. It asks the *customer* service where the shop is, the *driver* service
//! who is near, and the *route* service how long each of them would take, all at the same time. The idea is that of
//! HotROD, the demo of Jaeger.
//!
//! In the picture, look for the store that did not answer in time and was asked again; for the customer, whom nobody
//! told the route service about; and, where many requests run at once, for bars that begin long after the request for
//! them: the database has one connection, and each service eight threads.
//!
//! Where to read on:
//!
//! * [`services/http`](services::http): a service sets up its tracer, takes contexts out of the headers of requests, and
//!   puts them into the headers of its own;
//! * [`services/frontend.rs`](services::frontend): baggage, and threads that work for one span;
//! * `services/customer.rs`, `driver.rs`, `store.rs`, `route.rs`: what `#[traced]` looks like in a service: tags,
//!   logs, errors;
//! * `errors.rs`: a reporter of one's own.

mod args;
mod errors;
mod load;
mod serve;
mod services;
mod summary;

use std::error::Error;
use std::process::ExitCode;

use opentracing::picture::{Gallery, Style};
use opentracing::reporter;

use args::{Args, USAGE};
use errors::ErrorCount;
use serve::serve;
use services::Services;
use summary::summary;

/// Pixels across, for `--svg`.
const PICTURE_WIDTH: u32 = 960;

fn main() -> ExitCode {
    let args = match Args::parse() {
        Ok(args) => args,
        Err(error) => {
            eprint!("hotrod: {error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if args.help {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hotrod: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Box<dyn Error + Send + Sync>> {
    let (gallery, errors) = (Gallery::new(), ErrorCount::default());
    let services = Services::start(1, |config| {
        let config = config.reporter(gallery.clone()).reporter(errors.clone());
        match &args.otlp {
            Some(url) => config.reporter(reporter::otlp(url)),
            None => config,
        }
    })?;

    let outcome = load::send(services.frontend.address(), args.requests, args.concurrency);
    if args.serve {
        serve(&services, &gallery)?;
    }

    let reports = services.flush();
    if let Some(trace) = gallery.slowest() {
        println!("The slowest request:\n\n{}", trace.to_text(&Style::of_stdout()));
        if let Some(file) = &args.svg {
            std::fs::write(file, trace.to_svg(PICTURE_WIDTH))?;
        }
    }
    println!("{}", summary(&outcome, &reports, errors.get()));
    if services.refused() > 0 {
        println!("{} spans did not reach the collector", services.refused());
    }
    match outcome.failed {
        0 => Ok(()),
        failed => Err(format!("{failed} requests failed").into()),
    }
}
