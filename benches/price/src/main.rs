//! What tracing costs until the bytes have left: CPU per span of a process that makes spans and exports them to a
//! sink in another process, for this library and its peers.
//!
//! ```console
//! cargo run --release                             # a table as Markdown, in some four minutes
//! cargo run --release -- --rounds 2               # a quicker one
//! cargo run --release -- --producers opentracing,fastrace
//! cargo run --release -- --instructions           # instructions and allocations per span; needs valgrind
//! ```
//!
//! Every figure is that of a process of its own (`price produce`), with a sink of its own (`price sink`); both are this
//! program again. A process reads its own CPU time when all of its spans have left. What the same process takes in the
//! same time without making a span (its start, its pacing, its exporter when there is nothing to do) is taken off.
//! Rounds are interleaved, and the least of them counts: whatever disturbs a run makes it dearer.

mod arguments;
mod counts;
mod load;
mod producer;
mod run;
mod sink;
mod table;
mod usage;

use std::process::ExitCode;

use arguments::{Arguments, Measure};

fn main() -> Result<ExitCode, lexopt::Error> {
    match arguments::parse()? {
        Arguments::Measure { what: Measure::Time { rounds }, kinds } => {
            table::print_times(&run::rounds(&kinds, rounds));
        }
        Arguments::Measure { what: Measure::Counts, kinds } => table::print_counts(&counts::count(&kinds)),
        Arguments::Produce { kind, address, load } => println!("{}", producer::run(kind, address, load)),
        Arguments::Sink { protocol } => return Ok(sink::serve(protocol)),
    }
    Ok(ExitCode::SUCCESS)
}
