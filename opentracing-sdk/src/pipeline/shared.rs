//! What the application's threads, the worker and those who wait for it have in common.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::Instant;

use once_cell::sync::OnceCell;
use opentracing_core::{__generation as generation, Dropped, Report};

use crate::pipeline::budget::Budget;
use crate::pipeline::counts::{Refusal, Strays, Totals};
use crate::pipeline::delivery::Tally;
use crate::pipeline::flushes::Flushes;
use crate::pipeline::lane::{Lane, LaneOwner, LaneReader};
use crate::pipeline::local::busy;
use crate::pipeline::pool::Pool;
use crate::pipeline::registry::Registry;
use crate::pipeline::spawn::spawn;
use crate::pipeline::worker::{Parts, Worker};

/// No lock here is held while code of the user runs, so a poisoned one means that an allocation failed; what it
/// guards is changed in single steps.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Debug)]
pub(crate) struct Shared {
    /// Under which lanes take spans for this.
    key: u64,
    closed: AtomicBool,
    /// Whether the worker was told that there is work and has not begun with it.
    wanted: AtomicBool,
    budget: Budget,
    pool: Pool,
    worker: OnceCell<Thread>,
    registry: Mutex<Registry>,
    strays: Strays,
    /// The lane of threads that have none of their own any more.
    overflow: Mutex<Option<LaneOwner>>,
    state: Mutex<State>,
    /// Told when a flush is done or the pipeline has stopped.
    changed: Condvar,
    /// Of the process whose this is: a forked child has the memory of its parent, but not the worker.
    generation: u64,
}

/// What is asked of the worker, and what it has done.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// What the worker needs; here until it has started.
    pub(crate) parts: Option<Parts>,
    pub(crate) flushes: Flushes,
    /// Set when the tracer is being closed: the worker ends by then.
    pub(crate) close_deadline: Option<Instant>,
    /// Nothing is reported any more; what waits is lost, and counted as closed. An outcome that comes later, from
    /// a reporter that was given up, does not count.
    pub(crate) stopped: bool,
    exported: u64,
    dropped: Dropped,
    reporters: Vec<ReporterReport>,
}

/// What has become of the spans given to one reporter.
///
/// With several reporters, a span counts as exported in the tracer's [`Report`] when one of them took it; here
/// each one's own successes and losses are told apart.
///
/// # Examples
/// ```
/// use opentracing_sdk::{Config, reporter};
///
/// let guard = Config::new("shop").reporter(reporter::counting()).build()?;
/// guard.tracer().start_span("checkout").finish();
/// guard.close(std::time::Duration::from_secs(5));
/// let counting = &guard.reporters()[0];
/// assert!(counting.name.contains("CountingReporter"));
/// assert_eq!((counting.exported, counting.dropped.total()), (1, 0));
/// # Ok::<(), opentracing_sdk::ConfigError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReporterReport {
    /// The reporter's type.
    pub name: &'static str,
    /// Spans it took.
    pub exported: u64,
    /// Spans it did not take, by reason.
    pub dropped: Dropped,
}

impl Shared {
    /// The state of this process. Without parts it is closed.
    pub(crate) fn new(key: u64, budget: Budget, parts: Option<Parts>) -> Arc<Self> {
        let report = |name| ReporterReport { name, exported: 0, dropped: Dropped::default() };
        let reporters = parts.iter().flat_map(|parts| parts.delivery.names()).map(report).collect();
        let closed = parts.is_none();
        let state = State { parts, reporters, stopped: closed, ..State::default() };
        Arc::new(Self {
            key,
            closed: AtomicBool::new(closed),
            wanted: AtomicBool::new(false),
            budget,
            pool: Pool::default(),
            worker: OnceCell::new(),
            registry: Mutex::default(),
            strays: Strays::default(),
            overflow: Mutex::default(),
            state: Mutex::new(state),
            changed: Condvar::new(),
            generation: generation(),
        })
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(crate) fn overflow(&self) -> &Mutex<Option<LaneOwner>> {
        &self.overflow
    }

    pub(crate) fn is_closed(&self) -> bool {
        // Relaxed: a span that finishes while the tracer is being closed may go either way; it is counted.
        self.closed.load(Ordering::Relaxed)
    }

    /// Refuses spans from now on.
    pub(crate) fn refuse_spans(&self) {
        self.closed.store(true, Ordering::Relaxed);
        lock(&self.registry).close();
    }

    /// Whether this process is a fork of the one whose state this is: there is no worker here, what waits is the
    /// parent's to report, and a lock that one of its threads held is never free.
    pub(crate) fn is_forked(&self) -> bool {
        generation() != self.generation
    }

    /// Makes a lane for a thread.
    pub(crate) fn join(&self) -> LaneOwner {
        busy(|| {
            let owner = LaneOwner::new(self.key);
            lock(&self.registry).join(owner.lane());
            owner
        })
    }

    /// Takes over the counts of a lane whose thread ends.
    pub(crate) fn leave(&self, lane: &Arc<Lane>) {
        busy(|| lock(&self.registry).leave(lane));
    }

    /// Counts a span that finished after the tracer was closed.
    pub(crate) fn refuse_closed(&self) {
        self.strays.closed();
    }

    /// Takes the reading end of a new lane.
    pub(crate) fn add_reader(&self, reader: LaneReader) -> Result<(), Refusal> {
        busy(|| lock(&self.registry).add_reader(reader))
    }

    pub(crate) fn take_readers(&self, readers: &mut Vec<LaneReader>) {
        // Not under the lock: growing the list asks for memory, and an allocator that traces for the lock.
        let mut fresh = lock(&self.registry).take_fresh();
        readers.append(&mut fresh);
    }

    pub(crate) fn has_fresh_readers(&self) -> bool {
        lock(&self.registry).has_fresh_readers()
    }

    /// Starts the worker if it has not started: with the first chunk and not before, so that a program may fork
    /// after it has set up its tracer, and one that records nothing has no thread for it.
    pub(crate) fn start_worker(self: &Arc<Self>) {
        if self.worker.get().is_some() {
            return;
        }
        let Some(parts) = lock(&self.state).parts.take() else { return };
        let parts = Arc::new(Mutex::new(Some(parts)));
        let (shared, handover) = (Arc::clone(self), Arc::clone(&parts));
        let run = move || {
            let parts = lock(&handover).take();
            if let Some(parts) = parts {
                Worker::new(shared, parts).run();
            }
        };
        if spawn(run).is_err() {
            // No thread is to be had now. The next chunk, or a flush, tries again; until then spans wait.
            lock(&self.state).parts = lock(&parts).take();
        }
    }

    /// Says on which thread the worker runs; called there, before it looks for work.
    pub(crate) fn begin(&self) {
        let _ = self.worker.set(thread::current());
    }

    /// Tells the worker that there is work. Once is enough until it has begun with it.
    #[cold]
    pub(crate) fn wake(&self) {
        // Relaxed: a wake-up that is missed in a race is made good by the worker's clock.
        if !self.wanted.load(Ordering::Relaxed) {
            self.wanted.store(true, Ordering::Relaxed);
            self.unpark();
        }
    }

    pub(crate) fn unpark(&self) {
        if let Some(worker) = self.worker.get() {
            worker.unpark();
        }
    }

    /// The worker begins with whatever there is.
    pub(crate) fn begin_work(&self) {
        self.wanted.store(false, Ordering::Relaxed);
    }

    /// Whether something was asked for that the worker has not seen.
    pub(crate) fn has_work(&self) -> bool {
        let state = self.state();
        let asked = state.flushes.is_due() || state.close_deadline.is_some() || state.stopped;
        asked || self.wanted.load(Ordering::Relaxed)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Waits until the condition holds, or the deadline has passed; `None` never does.
    pub(crate) fn wait_while<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        deadline: Option<Instant>,
        mut waiting: impl FnMut(&State) -> bool,
    ) -> MutexGuard<'a, State> {
        while waiting(&state) {
            state = match deadline {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        break;
                    }
                    self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        state
    }

    /// Changes the state and tells those who wait.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let result = change(&mut self.state());
        self.changed.notify_all();
        result
    }

    /// What has become of the spans so far.
    pub(crate) fn report(&self) -> Report {
        // The outcomes first: of every span among them, the counts read afterwards know that it was recorded.
        let (exported, mut dropped, stopped) = {
            let state = self.state();
            (state.exported, state.dropped, state.stopped)
        };
        let Totals { recorded, queue_full, too_large, closed } = busy(|| {
            let mut totals = lock(&self.registry).totals();
            totals += self.strays.totals();
            totals
        });
        dropped.queue_full += queue_full;
        dropped.too_large += too_large;
        dropped.closed += closed;
        debug_assert!(recorded >= exported + dropped.total(), "a span has one outcome");
        let rest = recorded.saturating_sub(exported + dropped.total());
        let mut report = Report::default();
        if stopped {
            dropped.closed += rest;
        } else {
            report.queued = rest;
        }
        (report.exported, report.dropped) = (exported, dropped);
        report
    }

    pub(crate) fn reporters(&self) -> Vec<ReporterReport> {
        self.state().reporters.clone()
    }
}

impl State {
    /// Counts what became of a batch: for the tracer, and for each reporter.
    pub(crate) fn settle(&mut self, all: Tally, each: &[Tally]) {
        if self.stopped {
            return;
        }
        all.add_to(&mut self.exported, &mut self.dropped);
        for (report, tally) in self.reporters.iter_mut().zip(each) {
            tally.add_to(&mut report.exported, &mut report.dropped);
        }
    }
}
