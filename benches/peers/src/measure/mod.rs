//! The ways to measure. Each has a probe, which runs in a process of its own, and a part that starts probes and sums
//! up what they found.

pub mod allocations;
pub mod burst;
pub mod compile;
pub mod cpu;
pub mod instructions;
mod kept;
pub mod threads;
pub mod time;

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use crate::peers::{self, Library, Peer, Repetition};
use crate::process::{self, Reading};
use crate::scenario::{self, Scenario};

pub use kept::Kept;

/// What is to be measured, and how thoroughly.
pub struct Selection {
    pub peers: Vec<&'static Peer>,
    pub scenarios: Vec<&'static Scenario>,
    /// Fewer rounds, for a first look.
    pub quick: bool,
}

impl Selection {
    /// Rounds: several, so that each peer meets each state that the machine is in.
    pub fn rounds(&self, thorough: usize, quick: usize) -> usize {
        if self.quick { quick } else { thorough }
    }

    pub fn names(&self) -> Vec<&'static str> {
        self.peers.iter().map(|peer| peer.name).collect()
    }

    /// Figures of peers, in the order of the other tables.
    pub fn figures<'a, T>(
        &'a self,
        of: &'a BTreeMap<&str, T>,
    ) -> impl Iterator<Item = (&'static str, &'a T)> {
        self.peers.iter().filter_map(|peer| Some((peer.name, of.get(peer.name)?)))
    }

    /// Every pair, peers next to each other, so that they are measured under the same conditions.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static Peer, &'static Scenario)> + '_ {
        self.scenarios.iter().flat_map(|scenario| self.peers.iter().map(|peer| (*peer, *scenario)))
    }
}

/// Figures by peer and scenario.
#[derive(Debug)]
pub struct Figures<T>(BTreeMap<(&'static str, &'static str), T>);

impl<T> Default for Figures<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Figures<T> {
    pub fn of(&self, peer: &str, scenario: &str) -> Option<&T> {
        self.0.iter().find(|((p, s), _)| (*p, *s) == (peer, scenario)).map(|(_, figure)| figure)
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.values_mut()
    }

    pub fn entry(&mut self, peer: &Peer, scenario: &Scenario) -> &mut T
    where
        T: Default,
    {
        self.0.entry((peer.name, scenario.name)).or_default()
    }
}

/// How long repetitions are made to find out how long they take.
const WARM_UP: Duration = Duration::from_millis(3);

/// What a producer rests for the sake of the collectors.
pub const PAUSE: Duration = Duration::from_millis(1);

/// The bare loop would do more in any time that matters.
const REPETITIONS_MAX: u32 = 100_000;

/// A library that is set up for a scenario: what a probe works with.
pub struct Subject {
    pub library: Box<dyn Library>,
    pub scenario: &'static Scenario,
    run: Repetition,
    repeated: u64,
}

impl Subject {
    /// `None` if the library does not offer that.
    pub fn new(peer: &str, scenario: &str) -> Option<Self> {
        let peer = peers::peer(peer).expect("the name of a peer");
        let scenario = scenario::scenario(scenario).expect("the name of a scenario");
        let library = (peer.install)(scenario.setup)?;
        let run = library.work(scenario.work)?;
        Some(Self { library, scenario, run, repeated: 0 })
    }

    /// Repetitions that have so many units, or a few more.
    pub fn repetitions(&self, units: u32) -> u32 {
        units.div_ceil(self.scenario.units)
    }

    /// Repetitions that take about so long, at least one; for that some are made.
    pub fn repetitions_in(&mut self, time: Duration) -> u32 {
        let begun = Instant::now();
        let mut shortest = Duration::MAX;
        while begun.elapsed() < WARM_UP {
            let before = begun.elapsed();
            self.repeat(1);
            shortest = shortest.min(begun.elapsed() - before);
        }
        let repetitions = time.as_nanos() / shortest.as_nanos().max(1);
        u32::try_from(repetitions).unwrap_or(u32::MAX).clamp(1, REPETITIONS_MAX)
    }

    pub fn repeat(&mut self, repetitions: u32) {
        (0..repetitions).for_each(|_| (self.run)());
        self.repeated += u64::from(repetitions);
    }

    /// The same in slices, after each of which collectors get time to catch up.
    pub fn repeat_in_slices(&mut self, slices: u32, repetitions: u32) {
        for _ in 0..slices {
            self.repeat(repetitions);
            thread::sleep(PAUSE);
        }
    }

    pub fn units(&self, repetitions: u32) -> f64 {
        f64::from(repetitions) * f64::from(self.scenario.units)
    }

    /// Spans so far that should be exported.
    pub fn spans_made(&self) -> f64 {
        self.repeated as f64 * f64::from(self.scenario.spans)
    }
}

/// What a probe finds; nothing if there is nothing to measure, and if it failed, which is told on stderr.
pub fn reading(arguments: &[&str], limit: Duration) -> Option<Reading> {
    let printed = process::run(&mut process::probe(arguments), limit);
    let reading = printed.map(|printed| Reading::parse(&printed).expect("a probe prints readings"));
    reading.inspect_err(|failure| eprintln!("{failure}")).ok()
}

/// Everything that was measured.
#[derive(Debug, Default)]
pub struct Results {
    pub time: Option<Figures<time::Time>>,
    pub instructions: Option<Figures<instructions::Instructions>>,
    pub allocations: Option<Figures<allocations::Allocations>>,
    pub cpu: Option<Figures<cpu::Cpu>>,
    pub burst: Option<BTreeMap<&'static str, burst::Burst>>,
    pub threads: Option<BTreeMap<&'static str, threads::Threads>>,
    pub compile: Option<compile::Compile>,
    /// What could not be measured, and why.
    pub notes: Vec<String>,
}

impl Results {
    pub fn nanos(&self, peer: &str, scenario: &str) -> Option<f64> {
        Some(self.time.as_ref()?.of(peer, scenario)?.min())
    }

    pub fn cpu(&self, peer: &str, scenario: &str) -> Option<f64> {
        Some(self.cpu.as_ref()?.of(peer, scenario)?.nanos)
    }

    pub fn allocations(&self, peer: &str, scenario: &str) -> Option<f64> {
        Some(self.allocations.as_ref()?.of(peer, scenario)?.all)
    }

    pub fn burst(&self, peer: &str) -> Option<&burst::Burst> {
        self.burst.as_ref()?.get(peer)
    }

    pub fn threads(&self, peer: &str) -> Option<f64> {
        Some(self.threads.as_ref()?.get(peer)?.ratio())
    }

    pub fn instructions(&self, peer: &str, scenario: &str) -> Option<f64> {
        Some(self.instructions.as_ref()?.of(peer, scenario)?.producer)
    }
}
