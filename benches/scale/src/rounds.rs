//! Runs processes, and collects what they have measured.

use std::process::Command;

use crate::dimension::Dimension;
use crate::samples::Samples;

/// What was measured of one value.
pub struct Measured {
    pub value: usize,
    pub samples: Samples,
}

/// Interleaved, so that what disturbs the machine for a while disturbs all values.
pub fn measure(dimension: &Dimension, rounds: usize) -> Vec<Measured> {
    let measured = |&value: &usize| Measured { value, samples: Samples::default() };
    let mut all: Vec<Measured> = dimension.values.iter().map(measured).collect();
    for round in 1..=rounds {
        eprintln!("{}: round {round} of {rounds}", dimension.name);
        for Measured { value, samples } in &mut all {
            samples.extend(process(dimension, *value));
        }
    }
    all
}

fn process(dimension: &Dimension, value: usize) -> Samples {
    let mut program = Command::new(std::env::current_exe().expect("this program has a path"));
    let output = program.args(["sample", dimension.name, &value.to_string()]).output().expect("this program");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {value}: {}\n{said}", dimension.name, output.status);
    String::from_utf8_lossy(&output.stdout).parse().expect("a process prints its samples")
}
