//! Nanoseconds of a unit on the producing thread.

use std::thread;
use std::time::{Duration, Instant};

use crate::measure::{Figures, Kept, PAUSE, Selection, Subject, reading};
use crate::process::Reading;

pub const PROBE: &str = "time";
const PROBE_LIMIT: Duration = Duration::from_secs(30);

const ROUNDS: usize = 7;
const ROUNDS_QUICK: usize = 2;

/// Short, so that many samples are disturbed by nothing else on the machine.
const SAMPLE: Duration = Duration::from_micros(60);
const SAMPLES: usize = 200;

/// Collectors get time now and then, so that what is measured is recording, and not how a full queue is dealt with.
const SAMPLES_BETWEEN_PAUSES: usize = 5;

pub fn probe(peer: &str, scenario: &str) -> Option<Reading> {
    let mut subject = Subject::new(peer, scenario)?;
    let repetitions = subject.repetitions_in(SAMPLE);
    let units = subject.units(repetitions);

    let mut samples = Vec::with_capacity(SAMPLES);
    for n in 0..SAMPLES {
        if n % SAMPLES_BETWEEN_PAUSES == 0 {
            thread::sleep(PAUSE);
            // Caches are cold after the pause.
            subject.repeat(1);
        }
        let begun = Instant::now();
        subject.repeat(repetitions);
        samples.push(begun.elapsed().as_nanos() as f64 / units);
    }

    Some(Reading::default().with("samples", samples).with_kept(&subject))
}

/// The samples of all rounds, and what became of the spans in them.
#[derive(Debug, Default)]
pub struct Time {
    sorted: Vec<f64>,
    pub kept: Kept,
}

impl Time {
    pub fn min(&self) -> f64 {
        self.sorted.first().copied().unwrap_or(f64::NAN)
    }

    pub fn median(&self) -> f64 {
        self.percentile(50)
    }

    pub fn p90(&self) -> f64 {
        self.percentile(90)
    }

    fn percentile(&self, percent: usize) -> f64 {
        let last = self.sorted.len().saturating_sub(1);
        self.sorted.get(last * percent / 100).copied().unwrap_or(f64::NAN)
    }
}

pub fn measure(selection: &Selection) -> Figures<Time> {
    let mut figures = Figures::<Time>::default();
    for round in 0..selection.rounds(ROUNDS, ROUNDS_QUICK) {
        eprintln!("time: round {}", round + 1);
        for (peer, scenario) in selection.pairs() {
            let Some(found) = reading(&[PROBE, peer.name, scenario.name], PROBE_LIMIT) else { continue };
            let Some(samples) = found.numbers("samples") else { continue };
            let time = figures.entry(peer, scenario);
            time.sorted.extend(samples);
            time.kept.add(&found);
        }
    }
    figures.values_mut().for_each(|time| time.sorted.sort_by(f64::total_cmp));
    figures
}
