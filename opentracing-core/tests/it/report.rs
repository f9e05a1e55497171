//! The accounts: nothing is lost uncounted.

use std::thread;
use std::time::Duration;

use opentracing_core::{MockTracer, Report, tags};

use crate::support::Kept;

fn assert_balanced(report: &Report) {
    let Report { started, unsampled, open, .. } = *report;
    assert_eq!(started, unsampled + open + report.recorded(), "{report}");
}

#[test]
fn every_span_of_every_thread_is_counted_once() {
    const THREADS: u64 = 4;
    const EACH: u64 = 100;
    let kept = Kept::new();
    let tracer = kept.tracer();
    let open = tracer.start_span("open");
    thread::scope(|threads| {
        for _ in 0..THREADS {
            threads.spawn(|| {
                for _ in 0..EACH {
                    let root = tracer.span("root").start_active();
                    tracer.span("child").start_active().close();
                    tracer
                        .span("dropped")
                        .ignore_active_span()
                        .tag(tags::SAMPLING_PRIORITY, 0)
                        .start()
                        .finish();
                    root.close();
                }
            });
        }
    });
    let report = tracer.report();
    assert_eq!(report.started, 3 * THREADS * EACH + 1);
    assert_eq!((report.unsampled, report.open, report.exported), (THREADS * EACH, 1, 2 * THREADS * EACH));
    assert_balanced(&report);
    open.finish();
    assert_eq!(tracer.report().open, 0);
}

#[test]
fn a_span_may_finish_on_another_thread_than_it_started_on() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    let span = tracer.start_span("moved");
    thread::spawn(move || span.finish()).join().unwrap();
    let report = tracer.report();
    assert_eq!((report.started, report.open, report.exported), (1, 0, 1));
}

#[test]
fn tracers_count_apart() {
    let (a, b) = (Kept::new(), Kept::new());
    let (tracer_a, tracer_b) = (a.tracer(), b.tracer());
    for _ in 0..3 {
        tracer_a.in_span("a", |_| tracer_b.in_span("b", |_| ()));
    }
    tracer_b.start_span("b").finish();
    assert_eq!((tracer_a.report().started, tracer_b.report().started), (3, 4));
    assert_balanced(&tracer_a.report());
    assert_balanced(&tracer_b.report());
}

#[test]
fn what_finishes_after_closing_is_counted_as_dropped() {
    let mock = MockTracer::new();
    let tracer = mock.tracer();
    let span = tracer.start_span("late");
    tracer.start_span("in time").finish();
    assert_balanced(&tracer.close(Duration::ZERO));
    span.finish();
    let report = tracer.close(Duration::ZERO);
    assert_eq!((report.exported, report.dropped.closed, report.dropped.total()), (1, 1, 1));
    assert_balanced(&report);
}

#[test]
fn the_noop_counts_nothing() {
    let tracer = opentracing_core::Tracer::noop();
    tracer.in_span("op", |_| ());
    let span = tracer.start_span("op");
    span.finish();
    span.finish();
    let report = tracer.flush(Duration::ZERO);
    assert_eq!((report.started, report.open, report.misused), (0, 0, 0));
}
