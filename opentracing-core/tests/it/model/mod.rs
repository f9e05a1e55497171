//! Whatever a thread does with its tracers' scopes, handles and futures: random programs against a reference
//! written from the rules.
//!
//! `PROPTEST_CASES` asks for more programs than the default. A program that shows a difference is made small, and
//! printed with what it did.

mod program;
mod reference;
mod side;
mod world;

use std::thread;

use program::Program;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use side::{Depth, Side, difference};
use world::{Outcome, World};

/// Steps of one program; those of calls and futures are not counted.
const STEPS_MAX: usize = if cfg!(miri) { 8 } else { 40 };

#[test]
fn scopes_and_finishes_follow_the_rules_whatever_a_program_does() {
    // Where the environment says nothing, proptest's default is 256 programs.
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&Program::any(STEPS_MAX), |program| run(program).map_err(TestCaseError::fail));
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// Runs a program on a thread of its own, whose end is part of it; says what went wrong.
fn run(program: Program) -> Result<(), String> {
    let sides = Side::all();
    let thread = thread::spawn(move || World::run(program, sides));
    let outcome = thread.join().map_err(|_| "the thread panicked".to_owned())?;
    let Outcome { sides, mut reference, handles, transcript, difference: mut found } = outcome;
    let compare = |reference: &_, depth| {
        let differs = |(tracer, side)| difference(side, reference, tracer, depth);
        sides.iter().enumerate().find_map(differs)
    };
    found = found.or_else(|| compare(&reference, Depth::Order));
    for (span, handle) in handles {
        drop(handle);
        reference.release(span);
    }
    found = found.or_else(|| compare(&reference, Depth::Everything));
    match found {
        Some(found) => Err(format!("{found}, after\n{}", transcript.join("\n"))),
        None => Ok(()),
    }
}
