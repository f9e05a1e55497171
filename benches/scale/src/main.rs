//! How the cost of a span grows with what there is of it: threads, depth, width, tags, tracers, open spans.
//!
//! ```console
//! cargo run --release                              # a table for each dimension, as Markdown
//! cargo run --release -- --dimensions depth,tags
//! cargo run --release -- --rounds 5                # instead of 20
//! ```
//!
//! A real `Config` with a reporter that counts, the macros and the public API. Every value of a dimension is measured in
//! processes of its own (`scale sample`, this program again), in interleaved rounds. A sample is the time that some
//! thousand spans take on the thread that makes them; after each, the worker empties what is queued while no clock
//! runs. So the queue does not run full, and the share of spans that came to the reporter says that it did not.

mod arguments;
mod dimension;
mod rounds;
mod samples;
mod subject;
mod table;

use arguments::Arguments;

fn main() -> Result<(), lexopt::Error> {
    match arguments::parse()? {
        Arguments::Measure { dimensions, rounds } => {
            dimensions
                .iter()
                .for_each(|dimension| table::print(dimension, &rounds::measure(dimension, rounds)));
        }
        Arguments::Sample { dimension, value } => print!("{}", (dimension.sample)(value)),
    }
    Ok(())
}
