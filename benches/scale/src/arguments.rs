//! What this program is asked to do, by whoever runs it or by itself.

use lexopt::prelude::*;

use crate::dimension::{self, Dimension};

/// Enough for the minimum to stand on a quiet machine.
const ROUNDS: usize = 20;

/// What this process is.
pub enum Arguments {
    /// What a person starts.
    Measure { dimensions: Vec<&'static Dimension>, rounds: usize },
    /// A process that is measured.
    Sample { dimension: &'static Dimension, value: usize },
}

pub fn parse() -> Result<Arguments, lexopt::Error> {
    parse_from(lexopt::Parser::from_env())
}

fn parse_from(mut parser: lexopt::Parser) -> Result<Arguments, lexopt::Error> {
    let mut dimensions: Vec<&'static Dimension> = dimension::ALL.iter().collect();
    let mut rounds = ROUNDS;
    while let Some(argument) = parser.next()? {
        match argument {
            Value(role) if role == "sample" => {
                let dimension = parser.value()?.parse_with(dimension::find)?;
                return Ok(Arguments::Sample { dimension, value: parser.value()?.parse()? });
            }
            Long("dimensions") => {
                let find_all = |names: &str| names.split(',').map(dimension::find).collect::<Result<_, _>>();
                dimensions = parser.value()?.parse_with(find_all)?;
            }
            Long("rounds") => rounds = parser.value()?.parse_with(at_least_one)?,
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Arguments::Measure { dimensions, rounds })
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
            Arguments::Measure { dimensions, .. } => {
                dimensions.iter().map(|one| one.name).collect::<Vec<_>>()
            }
            Arguments::Sample { .. } => panic!("not what a person asks for"),
        };
        assert_eq!(names(&[]).len(), dimension::ALL.len());
        assert_eq!(names(&["--dimensions", "depth,tags"]), ["depth", "tags"]);
    }

    #[test]
    fn what_is_unknown_or_makes_no_sense_is_refused() {
        for wrong in [&["--dimensions", "height"][..], &["--rounds", "0"], &["--rounds", "x"], &["--fast"]] {
            assert!(parsed(wrong).is_err(), "{wrong:?}");
        }
    }
}
