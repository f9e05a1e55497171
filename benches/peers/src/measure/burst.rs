//! A million spans as fast as they can be made: how much memory that takes, and what becomes of them.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use crate::measure::{Selection, Subject, reading};
use crate::peers::NONE;
use crate::process::Reading;

pub const PROBE: &str = "burst";
const PROBE_LIMIT: Duration = Duration::from_secs(60);

const ROUNDS: usize = 3;
const ROUNDS_QUICK: usize = 1;

const SPANS: u32 = 1_000_000;
const SCENARIO: &str = "tree100";

pub fn probe(peer: &str) -> Option<Reading> {
    let mut subject = Subject::new(peer, SCENARIO)?;
    let repetitions = subject.repetitions(SPANS);
    let base = peak_kib();
    let begun = Instant::now();
    subject.repeat(repetitions);
    let elapsed = begun.elapsed();
    let fate = subject.library.flush();

    let reading = Reading::default()
        .with("base", [base])
        .with("peak", [peak_kib()])
        .with("millis", [elapsed.as_secs_f64() * 1e3])
        .with("made", [subject.spans_made()])
        .with("exported", [fate.exported? as f64]);
    let Some((started, dropped)) = fate.started.zip(fate.dropped) else { return Some(reading) };
    Some(reading.with("started", [started as f64]).with("dropped", [dropped as f64]))
}

/// The most memory that this process ever had.
fn peak_kib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kib.unwrap_or(f64::NAN)
}

/// The worst of all rounds, in each respect.
#[derive(Debug)]
pub struct Burst {
    base_kib: f64,
    peak_kib: f64,
    /// The best here: it says how fast the burst can be.
    pub millis: f64,
    pub kept: f64,
    /// Spans counted as lost; `None` if the library does not count.
    pub dropped: Option<f64>,
    /// Spans that were neither exported nor counted as lost.
    pub uncounted: f64,
    /// Whether the library's own counts add up: as many started as were made, each exported or dropped.
    pub exact: Option<bool>,
}

impl Burst {
    fn of(found: &Reading) -> Option<Self> {
        let (made, exported) = (found.number("made")?, found.number("exported")?);
        let (started, dropped) = (found.number("started"), found.number("dropped"));
        Some(Self {
            base_kib: found.number("base")?,
            peak_kib: found.number("peak")?,
            millis: found.number("millis")?,
            kept: exported / made,
            dropped,
            uncounted: made - exported - dropped.unwrap_or_default(),
            // Counts below 2^53 are exact in a float.
            exact: started
                .zip(dropped)
                .map(|(started, dropped)| started == made && started == exported + dropped),
        })
    }

    pub fn peak_mb(&self) -> f64 {
        self.peak_kib * 1024.0 / 1e6
    }

    pub fn base_mb(&self) -> f64 {
        self.base_kib * 1024.0 / 1e6
    }

    fn worst(&self, other: &Self) -> Self {
        Self {
            base_kib: self.base_kib.max(other.base_kib),
            peak_kib: self.peak_kib.max(other.peak_kib),
            millis: self.millis.min(other.millis),
            kept: self.kept.min(other.kept),
            dropped: self.dropped.zip(other.dropped).map(|(a, b)| a.max(b)),
            uncounted: self.uncounted.max(other.uncounted),
            exact: self.exact.zip(other.exact).map(|(a, b)| a && b),
        }
    }
}

pub fn measure(selection: &Selection) -> BTreeMap<&'static str, Burst> {
    eprintln!("burst");
    let mut bursts = BTreeMap::<&str, Burst>::new();
    for _ in 0..selection.rounds(ROUNDS, ROUNDS_QUICK) {
        for peer in selection.peers.iter().filter(|peer| peer.name != NONE) {
            let found = reading(&[PROBE, peer.name], PROBE_LIMIT);
            let Some(burst) = found.as_ref().and_then(Burst::of) else { continue };
            let worst = match bursts.remove(peer.name) {
                Some(before) => before.worst(&burst),
                None => burst,
            };
            bursts.insert(peer.name, worst);
        }
    }
    bursts
}
