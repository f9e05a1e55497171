//! What a tracer is: a recorder, its settings and its counters, at an address that stays valid for ever, so
//! that spans and tracers refer to it without counting references.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::fork;
use crate::recorder::{Recorder, Settings};
use crate::report::Report;
use crate::ticks;

/// The fixed part of a tracer. It is never freed: a tracer costs some hundred bytes, once. What is heavy belongs
/// to the recorder, which lets go of it when it is closed.
#[derive(Debug)]
pub(crate) struct Header {
    /// `None` for the no-op tracer and for the global delegate.
    recorder: Option<Box<dyn Recorder>>,
    pub(crate) settings: Settings,
    /// Counts of threads that have ended, and of those whose thread-local state is gone.
    ended: Counts,
    threads: Mutex<Vec<Arc<Counts>>>,
    misused: AtomicU64,
    scopes_refused: AtomicU64,
}

/// Whether any tracer with a recorder was ever made: while not, a call site needs to look no further.
static ANY_RECORDER: AtomicBool = AtomicBool::new(false);

/// Keeps headers reachable, for leak checkers.
static HEADERS: Mutex<Vec<&'static Header>> = Mutex::new(Vec::new());

pub(crate) static NOOP: Header = Header::without_recorder();

impl Header {
    pub(crate) const fn without_recorder() -> Self {
        Self {
            recorder: None,
            settings: Settings::NOOP,
            ended: Counts::new(),
            threads: Mutex::new(Vec::new()),
            misused: AtomicU64::new(0),
            scopes_refused: AtomicU64::new(0),
        }
    }

    pub(crate) fn leak(recorder: Box<dyn Recorder>) -> &'static Self {
        fork::watch();
        ticks::decide();
        let settings = recorder.settings();
        let header = Self { recorder: Some(recorder), settings, ..Self::without_recorder() };
        let header: &'static Self = Box::leak(Box::new(header));
        HEADERS.lock().unwrap_or_else(PoisonError::into_inner).push(header);
        // Relaxed: whoever has a tracer of this header got it from here by a path that synchronises.
        ANY_RECORDER.store(true, Ordering::Relaxed);
        header
    }

    /// Whether some tracer might record: a load of one static.
    #[inline]
    pub(crate) fn any_recorder() -> bool {
        ANY_RECORDER.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn recorder(&self) -> Option<&dyn Recorder> {
        self.recorder.as_deref()
    }

    #[inline]
    pub(crate) fn is_noop(&self) -> bool {
        self.recorder.is_none()
    }

    /// Makes the counters of a thread that uses this tracer for the first time.
    pub(crate) fn counts_of_thread(&self) -> Arc<Counts> {
        let counts = Arc::new(Counts::new());
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&counts));
        counts
    }

    /// Takes over the counts of a thread that ends.
    pub(crate) fn fold(&self, counts: &Arc<Counts>) {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.retain(|other| !Arc::ptr_eq(other, counts));
        for (ended, count) in [
            (&self.ended.started, &counts.started),
            (&self.ended.unsampled, &counts.unsampled),
            (&self.ended.recorded, &counts.recorded),
        ] {
            ended.fetch_add(count.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }

    /// Counts where no thread-local state is at hand.
    pub(crate) fn count_shared(&self, which: fn(&Counts) -> &AtomicU64) {
        which(&self.ended).fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_misuse(&self) {
        self.misused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_refused_scope(&self) {
        self.scopes_refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds to a recorder's report what the tracer counts itself.
    pub(crate) fn complete(&self, report: Report) -> Report {
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = |which: fn(&Counts) -> &AtomicU64| -> u64 {
            let ended = which(&self.ended).load(Ordering::Acquire);
            ended + threads.iter().map(|counts| which(counts).load(Ordering::Acquire)).sum::<u64>()
        };
        // Finished before started: a span that does both in between is counted as open, never as minus one.
        let finished = sum(|counts| &counts.recorded) + sum(|counts| &counts.unsampled);
        let unsampled = sum(|counts| &counts.unsampled);
        let started = sum(|counts| &counts.started);
        Report {
            started,
            unsampled,
            open: started.saturating_sub(finished),
            misused: self.misused.load(Ordering::Relaxed),
            scopes_refused: self.scopes_refused.load(Ordering::Relaxed),
            ..report
        }
    }
}

/// What one thread counts of one tracer's spans. Only that thread writes, so that no cache line is written
/// by two.
#[derive(Debug)]
pub(crate) struct Counts {
    pub(crate) started: AtomicU64,
    pub(crate) unsampled: AtomicU64,
    /// Spans handed to the recorder.
    pub(crate) recorded: AtomicU64,
}

impl Counts {
    const fn new() -> Self {
        Self { started: AtomicU64::new(0), unsampled: AtomicU64::new(0), recorded: AtomicU64::new(0) }
    }

    /// Adds one. A load and a store: only the thread that owns the counters calls this.
    #[inline]
    pub(crate) fn add_one(count: &AtomicU64) {
        // Release: who reads the new value sees what was done before, a span's handing-over among it.
        count.store(count.load(Ordering::Relaxed) + 1, Ordering::Release);
    }
}
