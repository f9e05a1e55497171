//! What several threads do at once with the same spans and tracers: for a sanitizer to watch, and with counts that
//! have to be exact in any case.
//!
//! `STRESS_ITERATIONS` says how often; a binary of its own, because the global tracer is replaced.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![expect(clippy::mem_forget, reason = "a leaked guard is one of the cases")]

use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use opentracing_core::{
    __private, Decision, FinishOnClose, Recorder, Report, Span, SpanRecord, StartInfo, Traced, Tracer,
    display, fields, register_global_tracer_if_absent, set_global_tracer, tags, tracer, unset_global_tracer,
};

const THREADS: usize = 4;

/// How often each thread does its work.
fn iterations() -> usize {
    let asked = std::env::var("STRESS_ITERATIONS").ok().map(|text| text.parse().unwrap());
    asked.unwrap_or(if cfg!(miri) { 3 } else { 300 })
}

/// Counts what it is given, and reads all of it.
#[derive(Debug, Clone, Default)]
struct Counting(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    recorded: AtomicU64,
    tags: AtomicU64,
    logs: AtomicU64,
}

impl Recorder for Counting {
    fn sample(&self, start: &StartInfo<'_>) -> Decision {
        Decision::sampled(start.sampling_priority != Some(0))
    }

    fn record(&self, span: &SpanRecord<'_>) {
        assert!(span.head().parent_id != Some(span.head().span_id));
        self.0.recorded.fetch_add(1, Ordering::Relaxed);
        self.0.tags.fetch_add(span.tags().map(|(key, _)| key.len().min(1) as u64).sum(), Ordering::Relaxed);
        self.0.logs.fetch_add(span.logs().map(|log| log.fields().count() as u64).sum(), Ordering::Relaxed);
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        report.exported = self.0.recorded.load(Ordering::Relaxed);
        report
    }
}

/// A tracer whose counts have to be exact in the end.
#[track_caller]
fn assert_exact(tracer: &Tracer) -> Report {
    let report = tracer.report();
    assert_eq!(report.started, report.exported + report.unsampled, "{report:?}");
    assert_eq!(report.open, 0, "{report:?}");
    report
}

/// Runs the same on several threads, to their very ends.
fn on_threads(work: impl Fn(usize) + Sync) {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|index| {
                scope.spawn({
                    let work = &work;
                    move || work(index)
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn stress_a_span_that_threads_share() {
    let counting = Counting::default();
    let tracer = Tracer::new(counting.clone());
    for round in 0..iterations() {
        let scope = tracer.span("shared").tag("round", round).start_active();
        let span = scope.span();
        on_threads(|index| {
            let active = span.activate();
            span.set_tag(KEYS[index], display(&round)).log(fields![event = "x", n = round]);
            span.set_baggage_item(KEYS[index], "v").set_operation_name(KEYS[index]);
            assert_eq!(span.context().baggage_item(KEYS[index]), Some("v"));
            let child = tracer.span("child").start_active();
            assert_eq!(child.context().parent_id(), span.context().span_id());
            assert_eq!(child.baggage_item(KEYS[index]).as_deref(), Some("v"));
            drop((active, child));
        });
        drop(scope);
        assert!(!span.is_recording());
    }
    let rounds = iterations() as u64;
    assert_eq!(assert_exact(&tracer).started, rounds * (1 + THREADS as u64));
    assert_eq!(counting.0.tags.load(Ordering::Relaxed), rounds * (1 + THREADS as u64));
    assert_eq!(counting.0.logs.load(Ordering::Relaxed), rounds * 2 * THREADS as u64);
}

const KEYS: [&str; THREADS] = ["a", "b", "c", "d"];

#[test]
fn stress_a_span_that_threads_finish_at_once() {
    let counting = Counting::default();
    let tracer = Tracer::new(counting.clone());
    for round in 0..iterations() {
        let span = Arc::new(tracer.start_span("contended"));
        on_threads(|index| {
            let span = Arc::clone(&span);
            match (round + index) % THREADS {
                0 => span.finish(),
                1 => {
                    _ = span.set_tag("late or not", round).set_tag(tags::SAMPLING_PRIORITY, 1).log_event("x")
                }
                2 => drop(tracer.scope_manager().activate(span, FinishOnClose::Yes)),
                _ => drop((span.context(), span.child("child").start(), span.is_recording(), span)),
            }
        });
        drop(span);
    }
    assert_eq!(assert_exact(&tracer).started, 2 * iterations() as u64);
}

#[test]
fn stress_spans_that_finish_on_other_threads() {
    let tracers = [(); 3].map(|()| Tracer::new(Counting::default()));
    let (sender, receiver) = mpsc::channel::<Arc<Span>>();
    let receiver = Mutex::new(receiver);
    on_threads(|index| {
        for round in 0..iterations() {
            let tracer = &tracers[(round + index) % tracers.len()];
            let scope = tracer.span("sent").tag("text", round.to_string()).start_active();
            let span = tracer.start_span("span");
            sender.send(scope.span()).unwrap();
            sender.send(Arc::new(span)).unwrap();
            // Those of other threads: the last handle is dropped here, or in the scope's thread.
            let received: Vec<_> = lock(&receiver).try_iter().take(2).collect();
            received.iter().for_each(|span| _ = span.set_tag("received", round));
            drop(scope);
        }
    });
    drop(receiver);
    let started: u64 = tracers.iter().map(|tracer| assert_exact(tracer).started).sum();
    assert_eq!(started, 2 * (THREADS * iterations()) as u64);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn stress_a_global_tracer_that_is_replaced() {
    let tracers = [(); 3].map(|()| Tracer::new(Counting::default()));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0.. {
                let one = &tracers[round % tracers.len()];
                set_global_tracer(one);
                if round % 5 == 0 {
                    unset_global_tracer(one);
                    register_global_tracer_if_absent(one);
                }
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        on_threads(|_| {
            let global = tracer();
            for _ in 0..iterations() {
                let root = global.span("root").start_active();
                let child = __private::enter(__private::site!("child"));
                // Whichever it is: a macro stays with the tracer of what is active.
                if root.context().ids().is_some() {
                    assert_eq!(child.context().parent_id(), root.context().span_id());
                }
                drop((root, child));
                global.start_span("bare").set_tag("n", 1).finish();
                let current = global.make_current();
                drop(__private::start(__private::site!("current")));
                drop(current);
                assert!(global.active_span().is_none() || global.is_noop());
            }
        });
        is_over.store(true, Ordering::Relaxed);
    });
    tracers.iter().for_each(|tracer| _ = assert_exact(tracer));
}

#[test]
fn stress_tracers_that_are_made_and_dropped() {
    on_threads(|_| {
        for _ in 0..iterations() / 10 + 1 {
            let counting = Counting::default();
            // Nobody holds the tracer any longer than this.
            let (span, scope) = {
                let made = Tracer::new(counting.clone());
                (made.start_span("span"), made.span("active").start_active())
            };
            let child = span.child("child").start();
            assert!(format!("{:?}", span.tracer()).contains("Counting"));
            thread::scope(|scope| _ = scope.spawn(move || drop((span, child))).join());
            drop(scope);
            assert_eq!(counting.0.recorded.load(Ordering::Relaxed), 3);
        }
    });
}

#[test]
fn stress_threads_that_come_and_go_while_others_report() {
    let tracer = Tracer::new(Counting::default());
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut last = Report::default();
            while !is_over.load(Ordering::Relaxed) {
                let report = tracer.flush(Duration::ZERO);
                assert!(report.started >= last.started && report.exported >= last.exported);
                last = report;
            }
        });
        on_threads(|_| {
            for round in 0..iterations() / 10 + 1 {
                let ends = || {
                    tracer.in_span("op", |scope| _ = scope.set_tag("round", round));
                    tracer.span("unsampled").tag(tags::SAMPLING_PRIORITY, 0).start_active().close();
                    mem::forget(tracer.span("open").start_active());
                };
                thread::scope(|scope| scope.spawn(ends).join()).unwrap();
            }
        });
        is_over.store(true, Ordering::Relaxed);
    });
    let report = assert_exact(&tracer);
    let rounds = (THREADS * (iterations() / 10 + 1)) as u64;
    assert_eq!((report.started, report.unsampled), (3 * rounds, rounds));
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

#[test]
fn stress_futures_that_move_between_threads() {
    const POLLS: usize = 5;
    let counted = Tracer::new(Counting::default());
    let tasks: Mutex<Vec<Task>> = Mutex::default();
    let spawn = |tracer: Tracer| {
        let span = tracer.start_span("task");
        let mut polls = 0;
        let work = poll_fn(move |_| {
            tracer.in_span("poll", |scope| _ = scope.set_tag("poll", polls));
            polls += 1;
            if polls == POLLS { Poll::Ready(()) } else { Poll::Pending }
        });
        lock(&tasks).push(Box::pin(work.in_current_span().in_span(span)));
    };
    on_threads(|_| {
        for round in 0..iterations() {
            if round % POLLS == 0 {
                spawn(counted.clone());
            }
            let Some(mut task) = lock(&tasks).pop() else { continue };
            if task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
                // At the other end, for another thread to find it.
                lock(&tasks).insert(0, task);
            }
        }
    });
    drop(tasks);
    let report = assert_exact(&counted);
    assert_eq!(report.started, report.exported);
    assert!(report.started > iterations() as u64);
}
