//! Nanoseconds of processor time of a unit, all threads together: recording, collecting and the last flush.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::measure::{Figures, Kept, Selection, Subject, reading};
use crate::process::Reading;

pub const PROBE: &str = "cpu";
const PROBE_LIMIT: Duration = Duration::from_secs(60);

const ROUNDS: usize = 5;
const ROUNDS_QUICK: usize = 1;

/// At full speed some peers lose spans, and what is lost costs nothing: so the producer works in slices, with pauses
/// that leave everybody's collector the time to keep up. Pausing costs little of a slice.
const SLICE: Duration = Duration::from_micros(500);
const SLICES: u32 = 60;

pub fn probe(peer: &str, scenario: &str) -> Option<Reading> {
    let mut subject = Subject::new(peer, scenario)?;
    let repetitions = subject.repetitions_in(SLICE);
    // What came before, starting up above all, is over when this returns.
    subject.library.flush();

    let begun = processor_time(ClockId::ProcessCPUTime);
    subject.repeat_in_slices(SLICES, repetitions);
    subject.library.flush();
    let spent = processor_time(ClockId::ProcessCPUTime) - begun;

    let nanos = spent.as_nanos() as f64 / subject.units(SLICES * repetitions);
    Some(Reading::default().with("nanos", [nanos]).with_kept(&subject))
}

/// Processor time so far, of this thread or of the whole process.
pub fn processor_time(clock: ClockId) -> Duration {
    Duration::try_from(clock_gettime(clock)).expect("processor time is not negative")
}

#[derive(Debug)]
pub struct Cpu {
    /// The least of all rounds.
    pub nanos: f64,
    pub kept: Kept,
}

impl Default for Cpu {
    fn default() -> Self {
        Self { nanos: f64::INFINITY, kept: Kept::default() }
    }
}

pub fn measure(selection: &Selection) -> Figures<Cpu> {
    let mut figures = Figures::<Cpu>::default();
    for round in 0..selection.rounds(ROUNDS, ROUNDS_QUICK) {
        eprintln!("cpu: round {}", round + 1);
        for (peer, scenario) in selection.pairs() {
            let Some(found) = reading(&[PROBE, peer.name, scenario.name], PROBE_LIMIT) else { continue };
            let Some(nanos) = found.number("nanos") else { continue };
            let cpu = figures.entry(peer, scenario);
            cpu.nanos = cpu.nanos.min(nanos);
            cpu.kept.add(&found);
        }
    }
    figures
}
