//! Parts of a tracer of your own: a sampler, which says what is kept of the traces that begin here, and a reporter,
//! which says where finished spans go. The rest of the tracer stays as it is.
//!
//! ```sh
//! cargo run --example custom_part
//! ```

use std::error::Error;
use std::fmt::Debug;
use std::io::{self, Write};
use std::time::Duration;

use opentracing::{Batch, Config, Decision, ReportError, Reporter, Sampler, StartInfo, traced};

/// Keeps all traces but those that begin with certain operations.
#[derive(Debug)]
struct AllBut(&'static [&'static str]);

impl Sampler for AllBut {
    fn sample(&self, start: &StartInfo<'_>) -> Decision {
        match self.0.contains(&start.operation_name) {
            true => Decision::drop(),
            // The tags of a decision are set on the span that it was made for.
            false => Decision::record().tag("sampler.type", "all-but"),
        }
    }
}

/// Writes a line for each span, as some log collectors want them.
#[derive(Debug)]
struct Lines<W>(W);

impl<W: Write + Send + Debug + 'static> Reporter for Lines<W> {
    fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
        for span in batch.spans() {
            let mut line = format!("{}: {}", batch.process().service_name(), span.operation_name());
            for (key, value) in span.tags() {
                line += &format!(" {key}={value}");
            }
            // `drop` loses what is left of the batch, which is counted; `retry` would bring the batch again later.
            writeln!(self.0, "{line}").map_err(ReportError::drop)?;
        }
        Ok(())
    }
}

#[traced(args)]
fn get(path: &str) {
    render(path.len());
}

#[traced(args)]
fn render(size: usize) {}

#[traced]
fn health_check() {
    render(0);
}

fn main() -> Result<(), Box<dyn Error>> {
    let guard =
        Config::new("shop").sampler(AllBut(&["health_check"])).reporter(Lines(io::stdout())).init()?;

    get("/cart");
    health_check();
    get("/checkout");

    let report = guard.close(Duration::from_secs(5));
    println!("{} spans, {} of them not kept", report.started, report.unsampled);
    Ok(())
}
