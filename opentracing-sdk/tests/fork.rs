//! A forked child reports its own spans and none of its parent's, whatever the threads of the parent were doing.
//!
//! A binary of its own: a child has the memory of all tests that run beside the one that forks.
#![cfg(unix)]
#![expect(unsafe_code, reason = "the standard library does not fork")]
#![expect(clippy::unwrap_used, reason = "in a test, also in what its functions call, a panic is the report")]

use std::collections::HashSet;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use opentracing_core::{Report, Tracer};
use opentracing_sdk::reporter::{self as reporters, MemoryReporter, Successor};
use opentracing_sdk::{Batch, Config, ReportError, Reporter, TracerGuard};

const LONG: Duration = Duration::from_secs(60);

/// A child that hangs is ended after this many seconds, and so fails its test.
const CHILD_SECONDS_MAX: u32 = 60;

/// Runs a function in a forked child, and answers what it answers there.
fn in_child(work: impl FnOnce() -> Vec<u64>) -> Vec<u64> {
    let (mut reading, mut writing) = UnixStream::pair().unwrap();
    // SAFETY: the child goes on with what is sound after a fork, and ends without running what is its parent's. That
    // the pipeline's part of it is sound is what is tested.
    match unsafe { libc::fork() } {
        -1 => panic!("no process is to be had"),
        0 => {
            // SAFETY: it takes a number.
            unsafe { libc::alarm(CHILD_SECONDS_MAX) };
            let answer = catch_unwind(AssertUnwindSafe(work));
            let bytes: Vec<u8> = answer.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
            let told = answer.is_ok() && writing.write_all(&bytes).is_ok();
            // SAFETY: it ends the process at once.
            unsafe { libc::_exit(i32::from(!told)) }
        }
        child => {
            drop(writing);
            let mut bytes = Vec::new();
            reading.read_to_end(&mut bytes).unwrap();
            let mut status = 0;
            // SAFETY: the child is ours, and nobody else waits for it.
            assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
            assert_eq!(status, 0, "the child panicked, or hung");
            bytes.chunks(8).map(|bytes| u64::from_le_bytes(bytes.try_into().unwrap())).collect()
        }
    }
}

fn config(reporter: impl Reporter) -> Config {
    let never = Duration::from_secs(3600);
    Config::new("test")
        .reporter(reporter)
        .flush_interval(never)
        .queue_bytes(1 << 20)
        .warnings(std::io::sink())
}

fn trace(tracer: &Tracer, spans: usize) {
    for number in 0..spans {
        let span = tracer.start_span("work");
        if number % 3 == 0 {
            span.set_tag("number", 3);
        }
        span.finish();
    }
}

/// The ids of the spans that were reported: of traces, and of spans.
fn ids(memory: &MemoryReporter) -> Vec<u64> {
    let ids = |context: &opentracing_core::SpanContext| {
        [context.trace_id().unwrap().low(), context.span_id().unwrap().get()]
    };
    memory.spans().iter().flat_map(|span| ids(&span.context)).collect()
}

fn assert_exported(report: &Report, spans: u64) {
    assert_eq!((report.exported, report.queued, report.dropped.total()), (spans, 0, 0), "{report:?}");
    assert_eq!((report.started, report.open), (spans, 0), "{report:?}");
}

#[test]
fn parent_and_child_report_each_its_own_spans_with_ids_of_its_own() {
    let memory = reporters::memory();
    let guard = config(memory.clone()).build().unwrap();
    let tracer = guard.tracer();
    trace(&tracer, 100);
    let child = in_child(|| {
        assert_exported(&guard.report(), 0);
        trace(&tracer, 10);
        thread::scope(|scope| _ = scope.spawn(|| trace(&tracer, 20)).join());
        assert_exported(&guard.flush(LONG), 30);
        trace(&tracer, 5);
        assert_exported(&guard.close(LONG), 35);
        ids(&memory)
    });
    trace(&tracer, 50);
    assert_exported(&guard.close(LONG), 150);

    let parent = ids(&memory);
    assert_eq!((child.len(), parent.len()), (2 * 35, 2 * 150));
    let all: HashSet<_> = child.iter().chain(&parent).collect();
    assert_eq!(all.len(), 2 * (35 + 150));
}

#[test]
fn a_child_of_a_child_begins_anew_as_well() {
    let memory = reporters::memory();
    let guard = config(memory.clone()).build().unwrap();
    let tracer = guard.tracer();
    trace(&tracer, 1);
    let spans = in_child(|| {
        trace(&tracer, 2);
        let grandchild = in_child(|| {
            trace(&tracer, 3);
            assert_exported(&guard.close(LONG), 3);
            ids(&memory)
        });
        assert_exported(&guard.close(LONG), 2);
        [ids(&memory), grandchild].concat()
    });
    // One that has recorded nothing has a child, too.
    let great = in_child(|| {
        in_child(|| {
            trace(&tracer, 4);
            assert_exported(&guard.flush(LONG), 4);
            ids(&memory)
        })
    });
    assert_exported(&guard.close(LONG), 1);
    let all: HashSet<_> = [ids(&memory), spans, great].concat().into_iter().collect();
    assert_eq!(all.len(), 2 * (1 + 2 + 3 + 4));
}

#[test]
fn a_span_that_was_open_when_the_process_forked_is_the_parents() {
    let memory = reporters::memory();
    let guard = config(memory.clone()).build().unwrap();
    let open = guard.tracer().start_span("open");
    let child = in_child(|| {
        guard.tracer().span("child").child_of(&open).start().finish();
        open.finish();
        assert_exported(&guard.close(LONG), 1);
        ids(&memory)
    });
    open.finish();
    assert_exported(&guard.close(LONG), 1);
    let parent = ids(&memory);
    assert_eq!((child.len(), parent.len()), (2, 2));
    assert_eq!(child[0], parent[0], "of one trace");
    assert_ne!(child[1], parent[1]);
}

/// Says that it was called, and then waits for a word.
#[derive(Debug)]
struct Stuck {
    entered: Sender<()>,
    may_go: Receiver<()>,
    memory: MemoryReporter,
}

impl Reporter for Stuck {
    fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
        let _ = self.entered.send(());
        let _ = self.may_go.recv();
        self.memory.report(batch)
    }

    fn successor(&self) -> Option<Successor> {
        self.memory.successor()
    }
}

#[test]
fn a_child_reports_while_its_parents_reporter_is_in_the_middle_of_something() {
    let memory = reporters::memory();
    let (entered, is_entered) = channel();
    let (go, may_go) = channel();
    let guard = config(Stuck { entered, may_go, memory: memory.clone() }).batch_spans_max(1).build().unwrap();
    let tracer = guard.tracer();
    trace(&tracer, 7);
    let flushed = thread::scope(|scope| {
        let flushing = scope.spawn(|| guard.flush(LONG));
        is_entered.recv().unwrap();
        let child = in_child(|| {
            trace(&tracer, 3);
            assert_exported(&guard.close(LONG), 3);
            ids(&memory)
        });
        assert_eq!(child.len(), 2 * 3);
        drop(go);
        flushing.join().unwrap()
    });
    assert_exported(&flushed, 7);
}

/// Lets threads end, also when a test fails.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn no_lock_of_a_busy_parent_hangs_a_child() {
    const CHILDREN: u64 = 30;
    let counting = reporters::counting();
    let guards: Vec<TracerGuard> = (0..2).map(|_| config(counting.clone()).build().unwrap()).collect();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let _stop = StopOnDrop(&stop);
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    // Threads that come and go take every lock there is.
                    thread::scope(|scope| {
                        for guard in &guards {
                            scope.spawn(|| trace(&guard.tracer(), 300));
                        }
                    });
                    guards[0].flush(LONG);
                }
            });
        }
        let children: u64 = (0..CHILDREN)
            .map(|_| {
                let exported = in_child(|| {
                    guards.iter().for_each(|guard| trace(&guard.tracer(), 10));
                    guards.iter().for_each(|guard| assert_exported(&guard.flush(LONG), 10));
                    guards.iter().for_each(|guard| assert_exported(&guard.close(LONG), 10));
                    vec![counting.spans()]
                });
                exported[0]
            })
            .sum();
        assert_eq!(children, CHILDREN * 20);
    });
    for guard in guards {
        let report = guard.close(LONG);
        assert_eq!(report.started, report.exported + report.dropped.total());
    }
}

#[test]
fn without_a_successor_the_spans_of_a_child_are_dropped_and_counted() {
    #[derive(Debug)]
    struct Sole(Arc<Mutex<usize>>);

    impl Reporter for Sole {
        fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
            *self.0.lock().unwrap() += batch.len();
            Ok(())
        }
    }

    let reported = Arc::default();
    let guard = config(Sole(Arc::clone(&reported))).build().unwrap();
    trace(&guard.tracer(), 5);
    let lost = in_child(|| {
        trace(&guard.tracer(), 4);
        let report = guard.flush(LONG);
        assert_eq!((report.started, report.exported), (4, 0));
        vec![report.dropped.closed]
    });
    assert_eq!(lost, [4]);
    assert_exported(&guard.close(LONG), 5);
    assert_eq!(*reported.lock().unwrap(), 5);
}

#[test]
fn the_child_of_a_process_that_closed_its_tracer_has_a_closed_one() {
    let guard = config(reporters::counting()).build().unwrap();
    trace(&guard.tracer(), 2);
    guard.close(LONG);
    let lost = in_child(|| {
        trace(&guard.tracer(), 3);
        vec![guard.close(LONG).dropped.closed]
    });
    assert_eq!(lost, [3]);
    assert_exported(&guard.report(), 2);
}
