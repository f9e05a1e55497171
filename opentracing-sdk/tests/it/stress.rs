//! The account is exact whatever happens in whatever order.

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use opentracing_core::{ReferenceKind, Report, Tracer, fields};
use opentracing_sdk::{Batch, ReportError};

use crate::fakes::{LONG, assert_accounted, boom, config, reporter};

/// Marsaglia's xorshift.
#[derive(Debug, Clone)]
struct Random(u64);

impl Random {
    fn of(seed: u64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed))
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn size(&mut self, bound: u64) -> usize {
        usize::try_from(self.below(bound)).unwrap()
    }
}

/// Spans of all shapes and sizes.
fn trace(tracer: &Tracer, random: &mut Random, spans: u64) {
    for number in 0..spans {
        match random.below(12) {
            0 => drop(tracer.span("tags").tag("number", number).tag("text", "8 bytes!").start()),
            1 => drop(tracer.span(format!("name {number}")).start()),
            2 => drop(tracer.span("text").tag("text", "x".repeat(random.size(5000))).start()),
            3 => _ = tracer.start_span("log").log(fields![event = "e", number = number]),
            4 => {
                let cause = tracer.start_span("cause");
                let kind = ReferenceKind::Custom("because of".into());
                drop(tracer.span("linked").follows_from(&cause).reference(kind, &cause).start());
            }
            5 => tracer.in_span("outer", |_| tracer.in_span("inner", |_| ())),
            _ => tracer.start_span("plain").finish(),
        }
    }
}

/// What a run is like.
struct Run {
    seed: u64,
    threads: u64,
    spans: u64,
    flushes: u64,
    closes_early: bool,
    /// Whether reporters wait for the test to end, and whether closing waits for them.
    blocks: bool,
}

impl Run {
    fn of(seed: u64, random: &mut Random) -> Self {
        let (threads, spans) = (1 + random.below(3), random.below(500));
        let (flushes, closes_early) = (random.below(4), random.below(3) == 0);
        Self { seed, threads, spans, flushes, closes_early, blocks: random.below(10) == 0 }
    }

    fn timeout(&self) -> Duration {
        if self.blocks { Duration::ZERO } else { LONG }
    }
}

/// Whatever a reporter can answer, and do: it may record spans itself, stall, or wait for the end of the test.
fn answer(
    random: &mut Random,
    batch: &Batch<'_>,
    tracer: &Mutex<Option<Tracer>>,
    blocked: Option<&Receiver<()>>,
) -> Result<(), ReportError> {
    if let Some(blocked) = blocked {
        assert!(blocked.recv().is_err(), "nothing is ever sent here");
    }
    match random.below(12) {
        0 => Err(ReportError::drop("no")),
        1 => Err(ReportError::partial(random.size(9), "some")),
        2 if batch.len() > 1 => Err(ReportError::too_large("halve it")),
        3 => boom(),
        4 => {
            let tracer = tracer.lock().unwrap().clone();
            // Few enough not to feed the reporter for ever.
            tracer.iter().for_each(|tracer| tracer.start_span("of the reporter").finish());
            Ok(())
        }
        5 => {
            (0..100).for_each(|_| thread::yield_now());
            Ok(())
        }
        _ => Ok(()),
    }
}

fn run(seed: u64) -> Report {
    let mut random = Random::of(seed);
    let run = Run::of(seed, &mut random);
    let (end, blocked) = channel();
    let (tracer_of_reporter, mut answers) = (Arc::new(Mutex::new(None)), random.clone());
    let seen = Arc::clone(&tracer_of_reporter);
    let blocks = run.blocks;
    let answering =
        reporter(move |batch: &Batch<'_>| answer(&mut answers, batch, &seen, blocks.then_some(&blocked)));
    let config = config(answering).queue_bytes(50_000 + random.size(200_000));
    let config = config.batch_spans_max(1 + random.size(300)).flush_interval(Duration::from_millis(1));
    let guard = config.build().unwrap();
    let tracer = guard.tracer();
    *tracer_of_reporter.lock().unwrap() = Some(guard.tracer());

    thread::scope(|scope| {
        for thread in 0..run.threads {
            let (tracer, mut random) = (&tracer, Random::of(seed * 7 + thread));
            scope.spawn(move || trace(tracer, &mut random, run.spans));
        }
        for _ in 0..run.flushes {
            let report = guard.flush(run.timeout());
            let known = report.queued + report.exported + report.dropped.total();
            assert!(known <= report.started, "seed {}: {report:?}", run.seed);
        }
        if run.closes_early {
            guard.close(run.timeout());
        }
    });
    // A reporter that records goes on until this.
    *tracer_of_reporter.lock().unwrap() = None;
    let report = guard.close(run.timeout());
    drop(end);
    report
}

#[test]
fn every_span_has_one_outcome_in_any_run() {
    let mut exported = 0;
    for seed in 1..=1000 {
        let report = run(seed);
        assert_accounted(&report, report.started);
        assert_eq!((report.open, report.queued), (0, 0), "seed {seed}: {report:?}");
        exported += report.exported;
    }
    assert!(exported > 100_000, "most of the spans arrive: {exported}");
}
