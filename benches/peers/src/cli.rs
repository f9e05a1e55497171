//! The command line.

use std::ffi::OsString;

use lexopt::prelude::{Long, ValueExt};

use crate::measure::Selection;
use crate::peers::PEERS;
use crate::scenario::SCENARIOS;

pub const USAGE: &str = "\
Measures this project and its peers, and prints the report as Markdown.

cargo run --release -- [OPTIONS]

--only MEASURES     some of: ns, instructions, allocations, cpu, burst, threads, compile
--peers PEERS       some of: none, opentracing, fastrace, tracing_otel, otel_sdk, rustracing
--scenarios NAMES   some of the scenarios, the rows of the tables
--quick             fewer rounds, for a first look
--help              this

Lists are separated by commas.";

/// What there is to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    Time,
    Instructions,
    Allocations,
    Cpu,
    Burst,
    Threads,
    Compile,
}

const MEASURES: &[(&str, Measure)] = &[
    ("ns", Measure::Time),
    ("instructions", Measure::Instructions),
    ("allocations", Measure::Allocations),
    ("cpu", Measure::Cpu),
    ("burst", Measure::Burst),
    ("threads", Measure::Threads),
    ("compile", Measure::Compile),
];

pub enum Request {
    Help,
    Report { measures: Vec<Measure>, selection: Selection },
}

pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, lexopt::Error> {
    let mut measures: Vec<Measure> = MEASURES.iter().map(|(_, measure)| *measure).collect();
    let mut selection =
        Selection { peers: PEERS.iter().collect(), scenarios: SCENARIOS.iter().collect(), quick: false };
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("only") => {
                measures = list(parser.value()?, |name| {
                    MEASURES.iter().find(|(other, _)| *other == name).map(|(_, measure)| *measure)
                })?
            }
            Long("peers") => {
                selection.peers = list(parser.value()?, |name| PEERS.iter().find(|peer| peer.name == name))?;
            }
            Long("scenarios") => {
                let find = |name: &str| SCENARIOS.iter().find(|scenario| scenario.name == name);
                selection.scenarios = list(parser.value()?, find)?;
            }
            Long("quick") => selection.quick = true,
            Long("help") => return Ok(Request::Help),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Request::Report { measures, selection })
}

/// A list separated by commas, each of it the name of something.
fn list<T>(names: OsString, find: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, lexopt::Error> {
    let names = names.string()?;
    let known = |name: &str| find(name).ok_or_else(|| format!("nothing is called '{name}'").into());
    names.split(',').map(known).collect()
}

#[cfg(test)]
mod tests {
    use super::{Measure, Request, parse};
    use crate::measure::Selection;
    use crate::peers::PEERS;

    fn parsed(arguments: &[&str]) -> Option<(Vec<Measure>, Selection)> {
        match parse(arguments.iter().map(Into::into)) {
            Ok(Request::Report { measures, selection }) => Some((measures, selection)),
            Ok(Request::Help) | Err(_) => None,
        }
    }

    #[test]
    fn everything_is_measured_unless_told_otherwise() {
        let (measures, selection) = parsed(&[]).unwrap();
        assert_eq!((measures.len(), selection.peers.len(), selection.quick), (7, PEERS.len(), false));

        let arguments = ["--only", "cpu,ns", "--peers=fastrace", "--scenarios", "root,log", "--quick"];
        let (measures, selection) = parsed(&arguments).unwrap();
        assert_eq!(measures, [Measure::Cpu, Measure::Time]);
        assert_eq!(
            (selection.names(), selection.scenarios.len(), selection.quick),
            (vec!["fastrace"], 2, true)
        );
    }

    #[test]
    fn what_nothing_is_called_is_an_error() {
        for arguments in
            [["--only", "memory"], ["--peers", "zipkin"], ["--scenarios", ""], ["--colour", "red"]]
        {
            assert!(parsed(&arguments).is_none(), "{arguments:?}");
        }
    }
}
