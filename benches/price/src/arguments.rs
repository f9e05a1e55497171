//! What this program is asked to do, by whoever runs it or by itself.

use std::net::SocketAddr;

use lexopt::prelude::*;

use crate::load::Load;
use crate::producer::{self, Kind};
use crate::sink::Protocol;

/// Enough for the minimum to stand on a quiet machine.
const ROUNDS: usize = 5;

/// What this process is.
pub enum Arguments {
    /// What a person starts.
    Measure { what: Measure, kinds: Vec<&'static Kind> },
    /// The process that is measured.
    Produce { kind: &'static Kind, address: SocketAddr, load: Load },
    /// The process that spans are sent to.
    Sink { protocol: Protocol },
}

/// What is measured.
pub enum Measure {
    /// CPU time, memory, bytes.
    Time { rounds: usize },
    /// Instructions and allocations.
    Counts,
}

pub fn parse() -> Result<Arguments, lexopt::Error> {
    parse_from(lexopt::Parser::from_env())
}

fn parse_from(mut parser: lexopt::Parser) -> Result<Arguments, lexopt::Error> {
    let mut what = Measure::Time { rounds: ROUNDS };
    let mut kinds: Vec<&'static Kind> = producer::ALL.iter().collect();
    while let Some(argument) = parser.next()? {
        match argument {
            Value(role) if role == "produce" => {
                let kind = parser.value()?.parse_with(producer::find)?;
                let (address, load) = (parser.value()?.parse()?, parser.value()?.parse()?);
                return Ok(Arguments::Produce { kind, address, load });
            }
            Value(role) if role == "sink" => {
                return Ok(Arguments::Sink { protocol: parser.value()?.parse()? });
            }
            Long("rounds") => what = Measure::Time { rounds: parser.value()?.parse_with(at_least_one)? },
            Long("instructions") => what = Measure::Counts,
            Long("producers") => {
                kinds = parser
                    .value()?
                    .parse_with(|names| names.split(',').map(producer::find).collect::<Result<_, _>>())?;
            }
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Arguments::Measure { what, kinds })
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("there is no table without a round".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Arguments, lexopt::Error> {
        parse_from(lexopt::Parser::from_args(arguments))
    }

    #[test]
    fn everything_is_measured_unless_something_is_named() {
        let names = |arguments: &[&str]| match parsed(arguments).unwrap() {
            Arguments::Measure { kinds, .. } => kinds.iter().map(|kind| kind.name).collect::<Vec<_>>(),
            _ => panic!("not what a person asks for"),
        };
        assert_eq!(names(&[]).len(), producer::ALL.len());
        assert_eq!(names(&["--producers", "fastrace,bare"]), ["fastrace", "bare"]);
    }

    #[test]
    fn what_is_unknown_or_makes_no_sense_is_refused() {
        for wrong in [&["--producers", "nobody"][..], &["--rounds", "0"], &["--rounds", "x"], &["--fast"]] {
            assert!(parsed(wrong).is_err(), "{wrong:?}");
        }
    }
}
