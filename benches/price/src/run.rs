//! Runs processes and collects what they say.

use std::process::Command;

use crate::load::Load;
use crate::producer::Kind;
use crate::sink::{Received, Sink};
use crate::usage::Usage;

/// The runs of one kind.
pub struct Runs {
    pub kind: &'static Kind,
    pub load: Load,
    /// Of each round.
    pub full: Vec<Run>,
    /// The same without spans.
    pub idle: Vec<Run>,
}

/// A process that made spans, and what has come of them.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub usage: Usage,
    pub received: Received,
}

impl Runs {
    /// The run in which a span was cheapest: whatever disturbs one makes it dearer.
    pub fn best(&self) -> Option<&Run> {
        self.full.iter().min_by(|a, b| self.nanos_per_span(a).total_cmp(&self.nanos_per_span(b)))
    }

    /// CPU of a span that has come to the sink, in nanoseconds, without that of the quietest idle run.
    pub fn nanos_per_span(&self, run: &Run) -> f64 {
        let idle = self.idle.iter().map(|run| run.usage.cpu).min().unwrap_or_default();
        (run.usage.cpu.as_nanos() as f64 - idle.as_nanos() as f64) / run.received.spans as f64
    }

    /// The figure in the middle of all rounds.
    pub fn nanos_per_span_median(&self) -> Option<f64> {
        let mut nanos: Vec<f64> = self.full.iter().map(|run| self.nanos_per_span(run)).collect();
        nanos.sort_by(f64::total_cmp);
        nanos.get(nanos.len() / 2).copied()
    }

    /// The share of spans that has come to the sink.
    pub fn kept(&self, run: &Run) -> f64 {
        run.received.spans as f64 / self.load.spans() as f64
    }

    /// The same in the worst round: foreign load fills queues, and what is sent by UDP to a busy sink is lost, too.
    pub fn kept_at_worst(&self) -> f64 {
        self.full.iter().map(|run| self.kept(run)).fold(f64::INFINITY, f64::min)
    }

    /// The most memory of all rounds.
    pub fn peak_kib(&self) -> u64 {
        self.full.iter().map(|run| run.usage.peak_kib).max().unwrap_or_default()
    }
}

/// Interleaved, so that what disturbs the machine for a while disturbs all kinds.
pub fn rounds(kinds: &[&'static Kind], rounds: usize) -> Vec<Runs> {
    let load = Load::FULL;
    let mut all: Vec<Runs> =
        kinds.iter().map(|&kind| Runs { kind, load, full: Vec::new(), idle: Vec::new() }).collect();
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for runs in &mut all {
            runs.idle.push(run(runs.kind, load.idle()));
            runs.full.push(run(runs.kind, load));
        }
    }
    all
}

fn run(kind: &Kind, load: Load) -> Run {
    let sink = Sink::start(kind.protocol);
    let said = output(this_program().args(producing(kind, &sink, load)));
    let usage = String::from_utf8_lossy(&said.stdout).parse().expect("the process says what it has taken");
    Run { usage, received: sink.finish() }
}

/// The arguments of a process that makes spans.
pub fn producing(kind: &Kind, sink: &Sink, load: Load) -> [String; 4] {
    ["produce".to_owned(), kind.name.to_owned(), sink.address().to_string(), load.to_string()]
}

/// This program again.
pub fn this_program() -> Command {
    without_settings(Command::new(std::env::current_exe().expect("this program has a path")))
}

/// Without variables: exporters read them, for proxies and limits.
pub fn without_settings(mut command: Command) -> Command {
    command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command
}

/// What a process has written, if it has succeeded.
pub fn output(command: &mut Command) -> std::process::Output {
    let output = command.output().expect("a program that is there");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}: {}\n{said}", command.get_args(), output.status);
    output
}
