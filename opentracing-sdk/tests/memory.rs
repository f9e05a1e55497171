//! What waiting spans take, in bytes as the allocator counts them: no more than the budget and small change, however
//! hard threads trace against a reporter that blocks for good.
//!
//! A binary of its own, because the allocator that counts is that of the whole binary.
#![expect(unsafe_code, reason = "an allocator is unsafe to implement")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use opentracing_core::Tracer;
use opentracing_sdk::{Batch, Config, ReportError, Reporter, reporter as reporters};

/// The system's allocator, which counts the bytes in use and the most there ever were.
struct Counting;

static USED: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(used, Ordering::Relaxed);
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { System.dealloc(memory, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test at a time: what is allocated meanwhile is its own.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

const LONG: Duration = Duration::from_secs(60);
const MIB: usize = 1 << 20;
/// What waiting spans of a process may take by default.
const BUDGET: usize = 24 * MIB;

/// What is in use above this moment, and the most since then.
struct Since(usize);

impl Since {
    fn now() -> Self {
        let used = USED.load(Ordering::Relaxed);
        MOST.store(used, Ordering::Relaxed);
        Self(used)
    }

    fn used(&self) -> usize {
        USED.load(Ordering::Relaxed).saturating_sub(self.0)
    }

    fn most(&self) -> usize {
        MOST.load(Ordering::Relaxed).saturating_sub(self.0)
    }
}

/// Blocks until the other end is dropped.
#[derive(Debug)]
struct Blocked(Receiver<()>);

impl Reporter for Blocked {
    fn report(&mut self, _: &Batch<'_>) -> Result<(), ReportError> {
        let _ = self.0.recv();
        Ok(())
    }
}

fn trace(tracer: &Tracer, spans: usize) {
    for number in 0..spans {
        let span = tracer.start_span("work");
        match number % 8 {
            0 => _ = span.set_tag("number", number),
            1 => _ = span.set_tag("text", "not a literal, but copied"),
            2 => _ = span.set_operation_name(format!("work {number}")),
            _ => {}
        }
        span.finish();
    }
}

#[test]
fn eight_threads_against_a_reporter_that_blocks_for_good_stay_within_the_budget() {
    const THREADS: usize = 8;
    const SPANS: usize = 100_000;
    /// The batch at hand, the threads' own, and whoever tests beside.
    const SMALL_CHANGE: usize = 2 * MIB;
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let (open, blocked) = channel();
    let since = Since::now();
    // With the budget of the process, as a user has it.
    let guard = Config::new("test").reporter(Blocked(blocked)).warnings(std::io::sink()).build().unwrap();
    let tracer = guard.tracer();
    thread::scope(|scope| {
        // Joined: the end of a scope does not wait for the destructors of threads.
        let threads = [(); THREADS].map(|()| scope.spawn(|| trace(&tracer, SPANS)));
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    let report = guard.report();
    assert_eq!(report.queued + report.dropped.total(), (THREADS * SPANS) as u64);
    assert!(report.dropped.queue_full > 0, "they were too much: {report}");
    let most = since.most();
    assert!(most <= BUDGET + SMALL_CHANGE, "{most} bytes");
    assert!(most > BUDGET / 4 * 3, "what there is is used: {most} bytes");

    drop(open);
    let report = guard.close(LONG);
    assert_eq!(report.exported + report.dropped.total(), (THREADS * SPANS) as u64);
    assert!(since.used() < MIB, "all is given back: {} bytes", since.used());
}

#[test]
fn threads_that_do_little_take_little_and_give_it_back_when_they_end() {
    const THREADS: usize = 200;
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let guard = Config::new("test").reporter(reporters::counting()).build().unwrap();
    let tracer = guard.tracer();
    trace(&tracer, 10);
    guard.flush(LONG);
    let since = Since::now();
    let (done, is_done) = channel();
    let ends: Vec<_> = (0..THREADS)
        .map(|_| {
            let (end, may_end) = channel::<()>();
            let (tracer, done) = (tracer.clone(), done.clone());
            let thread = thread::spawn(move || {
                trace(&tracer, 10);
                done.send(()).unwrap();
                assert!(may_end.recv().is_err());
            });
            (end, thread)
        })
        .collect();
    is_done.iter().take(THREADS).for_each(drop);
    let report = guard.flush(LONG);
    assert_eq!(report.exported, 10 * (THREADS as u64 + 1));
    let each = since.used() / THREADS;
    // 4 KiB of it wait for spans; the rest is the threads' own, and the scope stack's.
    assert!(each < 12 << 10, "{each} bytes");

    for (end, thread) in ends {
        drop(end);
        thread.join().unwrap();
    }
    guard.flush(LONG);
    // What is left is the core's, which counts for threads to come in the same place.
    assert!(since.used() < THREADS * each / 3, "{} bytes", since.used());
}
