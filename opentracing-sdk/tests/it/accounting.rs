//! Nothing is lost uncounted: eight threads make 100,000 spans each (with some reporters fewer, to save time),
//! whatever happens to them.

use std::time::Duration;

use opentracing_core::{Dropped, Report};
use opentracing_sdk::{Config, ReportError, TracerGuard, reporter as reporters};

use crate::collector::{Behaviour, Collector};
use crate::fakes::{Gate, LONG, assert_accounted, boom, config, reporter, trace_on_threads};
use crate::server::refusing_url;

const THREADS: u64 = 8;
const MANY: u64 = 100_000;
const SOME: u64 = 10_000;

/// A tracer whose spans have all finished.
struct Run {
    guard: TracerGuard,
    spans: u64,
}

impl Run {
    fn new(config: Config, spans: u64) -> Self {
        let guard = config.build().unwrap();
        trace_on_threads(&guard.tracer(), THREADS, spans);
        Self { guard, spans: THREADS * spans }
    }

    /// Closes the tracer and checks that this took at most 100 ms more than it was given.
    fn close(&self, timeout: Duration) -> Report {
        let report = self.guard.close(timeout);
        assert_accounted(&report, self.spans);
        assert_eq!((report.open, report.queued, report.unsampled), (0, 0, 0));
        assert!(report.elapsed <= timeout + Duration::from_millis(100), "{:?}", report.elapsed);
        report
    }
}

fn dropped(report: &Report) -> (u64, Dropped) {
    let mut others = report.dropped;
    let queue_full = std::mem::take(&mut others.queue_full);
    (queue_full, others)
}

#[test]
fn with_a_healthy_reporter_what_is_not_exported_did_not_fit_in_the_queue() {
    let counting = reporters::counting();
    let report = Run::new(config(counting.clone()), SOME).close(LONG);
    assert_eq!(report.exported, counting.spans());
    assert_eq!(dropped(&report), (THREADS * SOME - counting.spans(), Dropped::default()));
}

#[test]
fn with_a_reporter_that_refuses_every_span_was_refused_or_did_not_fit() {
    let report = Run::new(config(reporter(|_| Err(ReportError::drop("no")))), SOME).close(LONG);
    assert_eq!(report.exported, 0);
    assert_eq!(report.dropped.failed + report.dropped.queue_full, THREADS * SOME);
    assert!(report.dropped.failed > 0);
}

#[test]
fn with_a_reporter_that_panics_the_worker_goes_on() {
    let report = Run::new(config(reporter(|_| boom())), SOME).close(LONG);
    assert_eq!(report.exported, 0);
    assert_eq!(report.dropped.panicked + report.dropped.queue_full, THREADS * SOME);
    assert!(report.dropped.panicked > 2000, "more than one batch was tried");
}

#[test]
fn with_a_reporter_that_blocks_for_good_closing_is_bounded_and_later_outcomes_do_not_count() {
    let (gate, gated) = Gate::new();
    let run = Run::new(config(gated), MANY);
    let report = run.close(Duration::from_millis(200));
    assert_eq!(report.exported, 0);
    assert_eq!(report.dropped.closed + report.dropped.queue_full, THREADS * MANY);
    // 24 MiB hold fewer spans than were made, and far more than a batch.
    assert!(report.dropped.queue_full > 0);
    assert!(report.dropped.closed > 150_000, "{report:?}");

    gate.open();
    gate.wait_until_gone();
    let after = run.guard.report();
    assert_eq!((after.exported, after.dropped), (report.exported, report.dropped));
}

#[test]
fn with_a_healthy_collector_it_gets_what_counts_as_exported() {
    let collector = Collector::new(Behaviour::Accept);
    let report = Run::new(config(reporters::otlp(collector.url())), MANY).close(LONG);
    assert_eq!(report.exported, collector.spans());
    assert_eq!(dropped(&report), (THREADS * MANY - collector.spans(), Dropped::default()));
}

#[test]
fn with_a_collector_that_never_answers_closing_is_bounded() {
    let collector = Collector::new(Behaviour::Mute);
    let report = Run::new(config(reporters::otlp(collector.url())), MANY).close(Duration::from_millis(300));
    assert_eq!(report.exported, 0);
    assert_eq!(report.dropped.total(), THREADS * MANY);
}

#[test]
fn with_a_collector_that_answers_500_every_span_failed_or_did_not_fit() {
    let collector = Collector::new(Behaviour::Fail);
    let report = Run::new(config(reporters::otlp(collector.url())), MANY).close(LONG);
    assert_eq!(report.exported, 0);
    assert!(collector.spans() > 0);
    assert_eq!(report.dropped.failed, collector.spans());
    assert_eq!(report.dropped.failed + report.dropped.queue_full, THREADS * MANY);
}

#[test]
fn with_nobody_listening_closing_is_bounded() {
    let report = Run::new(config(reporters::otlp(refusing_url())), MANY).close(Duration::from_millis(500));
    assert_eq!(report.exported, 0);
    assert_eq!(report.dropped.total(), THREADS * MANY);
}
