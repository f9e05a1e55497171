//! Instructions of a unit, counted by callgrind: on the producing thread, and on all threads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use crate::measure::{Figures, Selection, Subject};
use crate::peers::Peer;
use crate::process::{self, Reading};
use crate::scenario::Scenario;

pub const PROBE: &str = "instructions";
/// Under valgrind everything takes some fifty times as long.
const PROBE_LIMIT: Duration = Duration::from_secs(120);

const UNITS: u32 = 5_000;
/// Before counting: buffers have been allocated, and the collector has been through all of its code.
const WARM_UP_UNITS: u32 = 2_000;

/// Probes at a time: instructions do not depend on what else runs.
const PARALLEL: usize = 2;

pub fn probe(peer: &str, scenario: &str) -> Option<Reading> {
    let mut subject = Subject::new(peer, scenario)?;
    let warm_up = subject.repetitions(WARM_UP_UNITS);
    subject.repeat(warm_up);
    subject.library.flush();

    let repetitions = subject.repetitions(UNITS);
    begin_counting();
    (0..repetitions).for_each(|_| counted(&mut subject));
    subject.library.flush();
    let (before, units) = (subject.units(warm_up), subject.units(repetitions));
    Some(Reading::default().with("units", [units]).with("all_units", [before + units]))
}

/// What ran before on this thread is not counted: valgrind knows this function by its name.
#[inline(never)]
fn begin_counting() {
    std::hint::black_box(());
}

/// What is counted on the producing thread: valgrind knows this function by its name.
#[inline(never)]
fn counted(subject: &mut Subject) {
    subject.repeat(1);
}

/// The functions in which callgrind counts: ours, and the one that std begins its threads with.
const COUNTED_IN: [&str; 2] = ["*instructions::counted*", "*thread_start*"];
const BEGIN_AT: &str = "*instructions::begin_counting*";

#[derive(Debug, Default, Clone, Copy)]
pub struct Instructions {
    pub producer: f64,
    pub all: f64,
}

pub fn measure(selection: &Selection) -> Result<Figures<Instructions>, String> {
    let version = process::run(Command::new("valgrind").arg("--version"), PROBE_LIMIT);
    version.map_err(|_| "not measured: `valgrind` is not installed".to_owned())?;
    eprintln!("instructions");

    let pairs = Mutex::new(selection.pairs());
    let figures = Mutex::new(Figures::default());
    let next = || pairs.lock().expect("nobody panics with it").next();
    thread::scope(|scope| {
        for _ in 0..PARALLEL {
            scope.spawn(|| {
                while let Some((peer, scenario)) = next() {
                    if let Some(found) = count(peer, scenario) {
                        *figures.lock().expect("nobody panics with it").entry(peer, scenario) = found;
                    }
                }
            });
        }
    });
    Ok(figures.into_inner().expect("nobody panics with it"))
}

fn count(peer: &Peer, scenario: &Scenario) -> Option<Instructions> {
    let folder = Folder::new(&format!("{}-{}", peer.name, scenario.name));
    let program = process::probe(&[PROBE, peer.name, scenario.name]);
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--separate-threads=yes", "--fair-sched=try"]);
    valgrind.args(COUNTED_IN.map(|function| format!("--toggle-collect={function}")));
    valgrind.arg(format!("--zero-before={BEGIN_AT}"));
    valgrind.arg(format!("--callgrind-out-file={}", folder.0.join("out").display()));
    valgrind.arg(program.get_program()).args(program.get_args());

    let printed =
        process::run(&mut valgrind, PROBE_LIMIT).inspect_err(|failure| eprintln!("{failure}")).ok()?;
    let found = Reading::parse(&printed)?;
    let (producer, others) = folder.totals()?;
    let producer = producer / found.number("units")?;
    // The other threads are counted from their beginning on, and the warm-up is work for them like any other.
    let all = producer + others / found.number("all_units")?;
    Some(Instructions { producer, all })
}

/// Where callgrind puts a file for each thread; removed when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("peers-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("the folder for temporary files can be written to");
        Self(path)
    }

    /// Instructions of the first thread, which produces, and of the others.
    fn totals(&self) -> Option<(f64, f64)> {
        let files = fs::read_dir(&self.0).ok()?;
        let paths = files.map(|file| Some(file.ok()?.path())).collect::<Option<Vec<_>>>()?;
        let first = self.0.join("out-01");
        let others = paths.iter().filter(|path| **path != first).filter_map(|path| total(path)).sum();
        Some((total(&first)?, others))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // At worst some files stay where the system removes them one day.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A file ends with a line `totals:`, or has none if its thread did nothing.
fn total(path: &Path) -> Option<f64> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| line.strip_prefix("totals:"))?.trim().parse().ok()
}
