//! Heap allocations of a unit: on the producing thread, and in the whole process.

use std::time::Duration;

use crate::allocator;
use crate::measure::{Figures, Selection, Subject, reading};
use crate::process::Reading;

pub const PROBE: &str = "allocations";
const PROBE_LIMIT: Duration = Duration::from_secs(30);

/// Small enough that a collector which keeps up needs no more memory from one slice to the next.
const SLICE_UNITS: u32 = 1_000;
const SLICES: u32 = 20;

pub fn probe(peer: &str, scenario: &str) -> Option<Reading> {
    let mut subject = Subject::new(peer, scenario)?;
    let repetitions = subject.repetitions(SLICE_UNITS);
    // What is allocated once for all.
    subject.repeat_in_slices(SLICES, repetitions);
    subject.library.flush();

    allocator::count_from_here();
    subject.repeat_in_slices(SLICES, repetitions);
    let producer = allocator::of_this_thread() as f64;
    subject.library.flush();
    let all = allocator::of_all_threads() as f64;

    let units = subject.units(SLICES * repetitions);
    Some(Reading::default().with("producer", [producer / units]).with("all", [all / units]))
}

#[derive(Debug, Default, Clone, Copy)]
pub struct Allocations {
    pub producer: f64,
    pub all: f64,
}

pub fn measure(selection: &Selection) -> Figures<Allocations> {
    eprintln!("allocations");
    let mut figures = Figures::default();
    for (peer, scenario) in selection.pairs() {
        let found = reading(&[PROBE, peer.name, scenario.name], PROBE_LIMIT);
        let both = found.and_then(|found| Some((found.number("producer")?, found.number("all")?)));
        if let Some((producer, all)) = both {
            *figures.entry(peer, scenario) = Allocations { producer, all };
        }
    }
    figures
}
