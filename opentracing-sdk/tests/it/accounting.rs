//! Nothing is lost uncounted: eight threads make 100,000 spans each, whatever the reporter does.

use std::time::Duration;

use opentracing_core::{Dropped, Report};
use opentracing_sdk::{Config, ReportError, TracerGuard, reporter as reporters};

use crate::collector::{Behaviour, Collector};
use crate::fakes::{Gate, LONG, assert_accounted, config, reporter, trace_on_threads};
use crate::server::refusing_url;

const THREADS: u64 = 8;
const SPANS: u64 = 100_000;
const ALL: u64 = THREADS * SPANS;

fn trace(config: Config) -> TracerGuard {
    let guard = config.build().unwrap();
    trace_on_threads(&guard.tracer(), THREADS, SPANS);
    guard
}

/// Closes the tracer and checks that this took at most 100 ms more than it was given.
fn close(guard: &TracerGuard, timeout: Duration) -> Report {
    let report = guard.close(timeout);
    assert_accounted(&report, ALL);
    assert_eq!((report.open, report.queued, report.unsampled), (0, 0, 0));
    assert!(report.elapsed <= timeout + Duration::from_millis(100), "{:?}", report.elapsed);
    report
}

fn dropped(report: &Report) -> (u64, Dropped) {
    let mut others = report.dropped;
    let queue_full = std::mem::take(&mut others.queue_full);
    (queue_full, others)
}

#[test]
fn with_a_healthy_reporter_what_is_not_exported_did_not_fit_in_the_queue() {
    let counting = reporters::counting();
    let report = close(&trace(config(counting.clone())), LONG);
    assert_eq!(report.exported, counting.spans());
    assert_eq!(dropped(&report), (ALL - counting.spans(), Dropped::default()));
}

#[test]
fn with_a_reporter_that_refuses_every_span_was_refused_or_did_not_fit() {
    let report = close(&trace(config(reporter(|_| Err(ReportError::drop("no"))))), LONG);
    assert_eq!(report.exported, 0);
    assert_eq!(report.dropped.failed + report.dropped.queue_full, ALL);
    assert!(report.dropped.failed > 0);
}

#[test]
fn with_a_reporter_that_panics_the_worker_goes_on() {
    let report = close(&trace(config(reporter(|_| panic!("boom")))), LONG);
    assert_eq!(report.exported, 0);
    assert_eq!(report.dropped.panicked + report.dropped.queue_full, ALL);
    assert!(report.dropped.panicked > 2000, "more than one batch was tried");
}

#[test]
fn with_a_reporter_that_blocks_for_good_closing_is_bounded_and_later_outcomes_do_not_count() {
    let (gate, gated) = Gate::new();
    let guard = trace(config(gated));
    let report = close(&guard, Duration::from_millis(200));
    assert_eq!(report.exported, 0);
    assert_eq!(report.dropped.closed + report.dropped.queue_full, ALL);
    // 24 MiB hold fewer spans than were made, and far more than a batch.
    assert!(report.dropped.queue_full > 0);
    assert!(report.dropped.closed > 150_000, "{report:?}");

    gate.open();
    gate.wait_until_gone();
    let after = guard.report();
    assert_eq!((after.exported, after.dropped), (report.exported, report.dropped));
}

#[test]
fn with_a_healthy_collector_it_gets_what_counts_as_exported() {
    let collector = Collector::new(Behaviour::Accept);
    let report = close(&trace(config(reporters::otlp(collector.url()))), LONG);
    assert_eq!(report.exported, collector.spans());
    assert_eq!(dropped(&report), (ALL - collector.spans(), Dropped::default()));
}

#[test]
fn with_a_collector_that_never_answers_closing_is_bounded() {
    let collector = Collector::new(Behaviour::Mute);
    let report = close(&trace(config(reporters::otlp(collector.url()))), Duration::from_millis(300));
    assert_eq!(report.exported, 0);
    assert_eq!(report.dropped.total(), ALL);
}

#[test]
fn with_a_collector_that_answers_500_every_span_failed_or_did_not_fit() {
    let collector = Collector::new(Behaviour::Fail);
    let report = close(&trace(config(reporters::otlp(collector.url()))), LONG);
    assert_eq!(report.exported, 0);
    assert!(collector.spans() > 0);
    assert_eq!(report.dropped.failed, collector.spans());
    assert_eq!(report.dropped.failed + report.dropped.queue_full, ALL);
}

#[test]
fn with_nobody_listening_closing_is_bounded() {
    let report = close(&trace(config(reporters::otlp(refusing_url()))), Duration::from_millis(500));
    assert_eq!(report.exported, 0);
    assert_eq!(report.dropped.total(), ALL);
}
