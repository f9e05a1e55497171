//! `close` delivers what it can, is bounded, and leaves nothing behind.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentracing_core::{is_global_tracer_registered, tracer};
use opentracing_sdk::{Batch, ReportError, Reporter, reporter as reporters};

use crate::fakes::{Gate, LONG, assert_accounted, boom, config, reporter, trace_on_threads};

#[test]
fn what_finishes_after_closing_is_dropped_and_counted() {
    let counting = reporters::counting();
    let guard = config(counting.clone()).build().unwrap();
    let tracer = guard.tracer();
    let open = tracer.start_span("open");
    tracer.start_span("before").finish();
    let closed = guard.close(LONG);
    assert_eq!((closed.exported, closed.open, closed.dropped.total()), (1, 1, 0));

    open.finish();
    tracer.start_span("after").finish();
    trace_on_threads(&tracer, 2, 10);
    let report = guard.report();
    assert_accounted(&report, 23);
    assert_eq!((report.exported, report.dropped.closed), (1, 22));
    assert_eq!(counting.spans(), 1);
}

#[test]
fn closing_twice_is_harmless_and_changes_nothing() {
    let guard = config(reporters::counting()).build().unwrap();
    trace_on_threads(&guard.tracer(), 2, 1000);
    let mut first = guard.close(LONG);
    let second = guard.close(Duration::ZERO);
    first.elapsed = second.elapsed;
    assert_eq!(first, second);
    assert_eq!(guard.flush(LONG).exported, 2000);
}

#[test]
fn dropping_the_guard_delivers_what_has_finished() {
    let memory = reporters::memory();
    let guard = config(memory.clone()).build().unwrap();
    guard.tracer().start_span("last words").finish();
    drop(guard);
    assert_eq!(memory.spans()[0].operation_name, "last words");
}

#[test]
fn the_reporter_is_dropped_before_close_returns_even_if_it_panics_then() {
    #[derive(Debug)]
    struct Bomb(Arc<AtomicUsize>);

    impl Reporter for Bomb {
        fn report(&mut self, _: &Batch<'_>) -> Result<(), ReportError> {
            Ok(())
        }
    }

    impl Drop for Bomb {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
            boom()
        }
    }

    for spans in [0, 1] {
        let dropped = Arc::default();
        let guard = config(Bomb(Arc::clone(&dropped))).build().unwrap();
        trace_on_threads(&guard.tracer(), 1, spans);
        assert_eq!(guard.close(LONG).exported, spans);
        assert_eq!(dropped.load(Ordering::SeqCst), 1);
    }
}

#[test]
fn a_wait_between_two_tries_ends_when_the_tracer_is_closed() {
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let (told, tried) = std::sync::mpsc::channel();
    let busy = reporter(move |_: &Batch<'_>| {
        counted.fetch_add(1, Ordering::SeqCst);
        told.send(()).unwrap();
        Err(ReportError::retry("busy").after(LONG))
    });
    let guard = config(busy).flush_interval(Duration::from_millis(1)).build().unwrap();
    guard.tracer().start_span("one").finish();
    tried.recv().unwrap();
    // Had the wait gone on, the time would be up, and the span counted as closed.
    let report = guard.close(Duration::from_secs(20));
    assert_eq!((report.dropped.failed, report.dropped.closed, report.exported), (1, 0, 0));
    // Tried at most once more: a backend that is down must not keep a program from ending.
    assert!(tries.load(Ordering::SeqCst) <= 2);
}

#[test]
fn reporters_are_told_when_closing_has_to_be_over() {
    let deadlines = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&deadlines);
    let watching = reporter(move |batch: &Batch<'_>| {
        seen.lock().unwrap().push(batch.deadline());
        Ok(())
    });
    let guard = config(watching).build().unwrap();
    let before = std::time::Instant::now();
    guard.tracer().start_span("one").finish();
    guard.flush(LONG);
    guard.tracer().start_span("two").finish();
    guard.close(LONG);
    let deadlines = deadlines.lock().unwrap();
    assert_eq!(deadlines[0], None);
    assert!(deadlines[1].is_some_and(|deadline| deadline > before && deadline <= before + LONG + LONG));
}

#[test]
fn closing_with_no_time_counts_what_waits_and_returns() {
    let (gate, gated) = Gate::new();
    let guard = config(gated).flush_interval(Duration::from_millis(1)).build().unwrap();
    guard.tracer().start_span("stuck").finish();
    gate.wait_until_entered();
    trace_on_threads(&guard.tracer(), 1, 9);
    let report = guard.close(Duration::ZERO);
    assert_accounted(&report, 10);
    assert_eq!(report.dropped.closed, 10);
}

#[test]
fn two_threads_may_close_at_once() {
    let guard = config(reporters::counting()).build().unwrap();
    trace_on_threads(&guard.tracer(), 2, 1000);
    std::thread::scope(|scope| {
        let closing = [scope.spawn(|| guard.close(LONG)), scope.spawn(|| guard.close(LONG))];
        for report in closing.map(|thread| thread.join().unwrap()) {
            assert_eq!(report.exported, 2000);
        }
    });
}

/// The only test that installs a tracer: there is one global tracer.
#[test]
fn one_tracer_is_installed_at_a_time_and_leaves_with_its_guard() {
    let counting = reporters::counting();
    let guard = config(counting.clone()).initialize_tracer().unwrap();
    assert!(is_global_tracer_registered());
    tracer().start_span("seen").finish();

    let second = config(reporters::counting()).init().unwrap_err();
    assert!(second.is_already_installed());
    tracer().start_span("seen, too").finish();
    drop(guard);
    assert_eq!(counting.spans(), 2);
    assert!(!is_global_tracer_registered());

    assert!(config(reporters::counting()).queue_bytes(1).init().is_err(), "what fails leaves the place free");
    let third = config(reporters::counting()).init().unwrap();
    opentracing_core::set_global_tracer(opentracing_core::Tracer::noop());
    drop(third);
    assert!(is_global_tracer_registered(), "another tracer stays when the guard goes");
}
