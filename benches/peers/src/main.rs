//! Measures this project and its peers, each in a process of its own and in interleaved rounds, and prints a report
//! as Markdown. `cargo run --release -- --help` lists the options.

mod allocator;
mod budget;
mod cli;
mod measure;
mod peers;
mod process;
mod report;
mod scenario;

use std::process::ExitCode;

use cli::{Measure, Request};
use measure::{Results, Selection, allocations, burst, compile, cpu, instructions, threads, time};
use process::Reading;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [process::PROBE, arguments @ ..] = &*arguments.iter().map(String::as_str).collect::<Vec<_>>() {
        print!("{}", probe(arguments).unwrap_or_default());
        return ExitCode::SUCCESS;
    }
    match cli::parse(std::env::args_os().skip(1)) {
        Ok(Request::Help) => println!("{}", cli::USAGE),
        Ok(Request::Report { measures, selection }) => report(&measures, &selection),
        Err(error) => {
            eprintln!("{error}\n\n{}", cli::USAGE);
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Measures one thing in this process. Nothing is found where a library does not offer the scenario.
fn probe(arguments: &[&str]) -> Option<Reading> {
    match *arguments {
        [time::PROBE, peer, scenario] => time::probe(peer, scenario),
        [instructions::PROBE, peer, scenario] => instructions::probe(peer, scenario),
        [allocations::PROBE, peer, scenario] => allocations::probe(peer, scenario),
        [cpu::PROBE, peer, scenario] => cpu::probe(peer, scenario),
        [burst::PROBE, peer] => burst::probe(peer),
        [threads::PROBE, peer, threads] => {
            threads::probe(peer, threads.parse().expect("a number of threads"))
        }
        _ => panic!("no such probe: {arguments:?}"),
    }
}

fn report(measures: &[Measure], selection: &Selection) {
    let mut results = Results::default();
    for measure in measures {
        match measure {
            Measure::Time => results.time = Some(time::measure(selection)),
            Measure::Instructions => match instructions::measure(selection) {
                Ok(figures) => results.instructions = Some(figures),
                Err(reason) => results.notes.push(format!("Instructions {reason}.")),
            },
            Measure::Allocations => results.allocations = Some(allocations::measure(selection)),
            Measure::Cpu => results.cpu = Some(cpu::measure(selection)),
            Measure::Burst => results.burst = Some(burst::measure(selection)),
            Measure::Threads => results.threads = Some(threads::measure(selection)),
            Measure::Compile => match compile::measure(selection.quick) {
                Ok(figures) => results.compile = Some(figures),
                Err(reason) => results.notes.push(format!("Compile time {reason}.")),
            },
        }
    }
    report::print(selection, &results);
    budget::print(&results);
}
