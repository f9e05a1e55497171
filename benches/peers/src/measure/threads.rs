//! What a span costs on each of two threads that trace at once, against what it costs on one.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use rustix::time::ClockId;

use crate::measure::cpu::processor_time;
use crate::measure::{Selection, Subject, reading};
use crate::peers::NONE;
use crate::process::Reading;

pub const PROBE: &str = "threads";
const PROBE_LIMIT: Duration = Duration::from_secs(60);

const ROUNDS: usize = 7;
const ROUNDS_QUICK: usize = 2;

/// Blocks begin on all threads at once; between them collectors catch up.
const BLOCK: Duration = Duration::from_micros(500);
const PAUSE: Duration = Duration::from_millis(2);
const BLOCKS: usize = 60;

const SCENARIO: &str = "tree100";

pub fn probe(peer: &str, threads: usize) -> Option<Reading> {
    let mut subject = Subject::new(peer, SCENARIO)?;
    let repetitions = subject.repetitions_in(BLOCK);
    let units = subject.units(repetitions);
    let barrier = Barrier::new(threads);
    let block = |run: &mut dyn FnMut()| {
        thread::sleep(PAUSE);
        barrier.wait();
        let begun = processor_time(ClockId::ThreadCPUTime);
        (0..repetitions).for_each(|_| run());
        (processor_time(ClockId::ThreadCPUTime) - begun).as_nanos() as f64 / units
    };
    let work = || {
        let mut run = subject.library.work(subject.scenario.work).expect("it was there a moment ago");
        (0..BLOCKS).map(|_| block(&mut run)).collect::<Vec<_>>()
    };
    let mut nanos: Vec<f64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("tracing does not panic")).collect()
    });
    nanos.sort_by(f64::total_cmp);
    // Not the least: that would be a block in which the other thread happened to stand still. The upper half is what
    // other programs disturbed.
    Some(Reading::default().with("nanos", [nanos[nanos.len() / 4]]))
}

/// Processor time of a span: the least of all rounds' lower quartiles.
#[derive(Debug, Clone, Copy)]
pub struct Threads {
    pub one: f64,
    pub two: f64,
}

impl Threads {
    pub fn ratio(self) -> f64 {
        self.two / self.one
    }
}

pub fn measure(selection: &Selection) -> BTreeMap<&'static str, Threads> {
    eprintln!("threads");
    let mut all = BTreeMap::new();
    for _ in 0..selection.rounds(ROUNDS, ROUNDS_QUICK) {
        for peer in selection.peers.iter().filter(|peer| peer.name != NONE) {
            let nanos = |threads: &str| reading(&[PROBE, peer.name, threads], PROBE_LIMIT)?.number("nanos");
            let Some((one, two)) = nanos("1").zip(nanos("2")) else { continue };
            let least = all.entry(peer.name).or_insert(Threads { one, two });
            *least = Threads { one: least.one.min(one), two: least.two.min(two) };
        }
    }
    all
}
