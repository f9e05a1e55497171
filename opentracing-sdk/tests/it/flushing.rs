//! `flush` delivers, or counts, everything that finished before it was called.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use opentracing_core::Limits;
use opentracing_sdk::{Batch, ReportError, Reporter, reporter as reporters};

use crate::fakes::{Gate, LONG, assert_accounted, config, names, reporter, trace_on_threads};

#[test]
fn a_flush_is_complete_while_other_threads_keep_finishing_spans() {
    const ROUNDS: usize = 50;
    const MARKS: usize = 20;
    let marks = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&marks);
    let counting = reporter(move |batch: &Batch<'_>| {
        *counted.lock().unwrap() += batch.spans().filter(|span| span.operation_name() == "mark").count();
        Ok(())
    });
    let guard = config(counting).build().unwrap();
    let tracer = guard.tracer();
    thread::scope(|scope| {
        // They fit in the queue, all of them, so that nothing is lost.
        scope.spawn(|| trace_on_threads(&tracer, 3, 20_000));
        for round in 1..=ROUNDS {
            for _ in 0..MARKS {
                tracer.start_span("mark").finish();
            }
            let report = guard.flush(LONG);
            assert_eq!(*marks.lock().unwrap(), round * MARKS);
            assert_eq!(report.dropped.total(), 0);
        }
    });
    assert_accounted(&guard.close(LONG), 60_000 + (ROUNDS * MARKS) as u64);
}

#[test]
fn a_flush_reaches_the_spans_of_a_thread_that_does_nothing_more() {
    let memory = reporters::memory();
    let guard = config(memory.clone()).build().unwrap();
    let tracer = guard.tracer();
    let (recorded, is_recorded) = channel();
    let (end, may_end) = channel::<()>();
    let idle = thread::spawn(move || {
        tracer.start_span("idle").finish();
        recorded.send(()).unwrap();
        assert!(may_end.recv().is_err());
    });
    is_recorded.recv().unwrap();
    let report = guard.flush(LONG);
    assert_eq!((report.exported, report.queued), (1, 0));
    assert_eq!(memory.spans().len(), 1);
    drop(end);
    idle.join().unwrap();
}

#[test]
fn a_flush_that_runs_out_of_time_leaves_the_spans_queued_and_they_arrive_later() {
    let (gate, gated) = Gate::new();
    let guard = config(gated).build().unwrap();
    guard.tracer().start_span("one").finish();
    let report = guard.flush(Duration::from_millis(1));
    assert_eq!((report.queued, report.exported, report.dropped.total()), (1, 0, 0));
    gate.open();
    assert_eq!(guard.flush(LONG).exported, 1);
}

#[test]
fn flushing_nothing_returns_at_once() {
    let guard = config(reporters::counting()).build().unwrap();
    let report = guard.flush(Duration::MAX);
    assert_eq!((report.started, report.queued), (0, 0));
}

#[test]
fn reporters_pass_on_what_they_kept_after_the_last_batch() {
    #[derive(Debug)]
    struct Keeps {
        kept: u64,
        passed: std::sync::mpsc::Sender<u64>,
    }

    impl Reporter for Keeps {
        fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
            self.kept += batch.len() as u64;
            Ok(())
        }

        fn flush(&mut self, timeout: Duration) -> Result<(), ReportError> {
            assert!(timeout > Duration::ZERO && timeout <= LONG);
            self.passed.send(self.kept).map_err(ReportError::drop)
        }
    }

    let (passed, total) = channel();
    let guard = config(Keeps { kept: 0, passed }).build().unwrap();
    trace_on_threads(&guard.tracer(), 1, 5000);
    guard.flush(LONG);
    assert_eq!(total.recv(), Ok(5000));
    guard.close(LONG);
    assert_eq!(total.recv(), Ok(5000));
}

#[test]
fn a_reporter_that_flushes_and_closes_its_own_tracer_does_not_wait_for_itself() {
    let slot: Arc<Mutex<Option<opentracing_core::Tracer>>> = Arc::default();
    let tracer = Arc::clone(&slot);
    let (told, reports) = channel();
    let confused = reporter(move |_: &Batch<'_>| {
        let tracer = tracer.lock().unwrap().clone().unwrap();
        told.send((tracer.flush(LONG), tracer.close(LONG))).map_err(ReportError::drop)
    });
    let guard = config(confused).build().unwrap();
    *slot.lock().unwrap() = Some(guard.tracer());
    guard.tracer().start_span("one").finish();
    assert_eq!(guard.flush(LONG).dropped.closed, 1);
    let (flushed, closed) = reports.recv().unwrap();
    assert_eq!((flushed.queued, closed.dropped.closed), (1, 1));
}

#[test]
fn full_batches_are_reported_without_being_asked_for() {
    let (names, seen) = names();
    let never = Duration::from_secs(3600);
    let guard = config(names).flush_interval(never).batch_spans_max(100).build().unwrap();
    trace_on_threads(&guard.tracer(), 1, 5000);
    assert_eq!(seen.recv().unwrap(), "work");
    drop(guard);
}

#[test]
fn a_single_span_is_reported_when_the_interval_is_over() {
    let (names, seen) = names();
    let guard = config(names).flush_interval(Duration::from_millis(5)).build().unwrap();
    guard.tracer().start_span("alone").finish();
    assert_eq!(seen.recv().unwrap(), "alone");
    drop(guard);
}

#[test]
fn spans_of_a_thread_keep_their_order_through_all_its_rings() {
    let (names, seen) = names();
    let guard = config(names).build().unwrap();
    for number in 0..20_000 {
        guard.tracer().start_span(format!("{number}")).finish();
    }
    assert_eq!(guard.close(LONG).exported, 20_000);
    assert!(seen.iter().eq((0..20_000).map(|number| format!("{number}"))));
}

#[test]
fn large_spans_pass_and_spans_beyond_all_bounds_are_counted() {
    let memory = reporters::memory();
    let guard = config(memory.clone()).limits(Limits::NONE).build().unwrap();
    let tracer = guard.tracer();
    for bytes in [100_000, 1 << 20, 3 << 20] {
        tracer.span("large").tag("text", "x".repeat(bytes)).start().finish();
    }
    let report = guard.close(LONG);
    assert_eq!((report.exported, report.dropped.too_large), (2, 1));
    assert_accounted(&report, 3);
    let lengths: Vec<_> =
        memory.spans().iter().map(|span| span.tag("text").unwrap().as_str().unwrap().len()).collect();
    assert_eq!(lengths, [100_000, 1 << 20]);
}
