//! What a tracer is: a recorder, its settings and its counters, at an address that stays valid for ever, so
//! that spans and tracers refer to it without counting references.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::atomic_ref::{AtomicRef, Chained};
use crate::fork;
use crate::recorder::{Recorder, Settings};
use crate::report::Report;
use crate::ticks;
use crate::tracer::local::{Counts, Locals};

/// The fixed part of a tracer. It is never freed: a tracer costs some hundred bytes, once. What is heavy belongs
/// to the recorder, which lets go of it when it is closed.
#[derive(Debug)]
pub(crate) struct Header {
    /// `None` for the no-op tracer and for the global delegate.
    recorder: Option<Box<dyn Recorder>>,
    pub(crate) settings: Settings,
    /// What each thread counts.
    pub(crate) locals: Locals,
    misused: AtomicU64,
    scopes_refused: AtomicU64,
    /// The header made before: all are reachable, for leak checkers and in a forked child.
    next: Option<&'static Header>,
}

/// Whether any tracer with a recorder was ever made: while not, a call site needs to look no further.
static ANY_RECORDER: AtomicBool = AtomicBool::new(false);

/// The header made last.
static LAST: AtomicRef<Header> = AtomicRef::new(&NOOP);

pub(crate) static NOOP: Header = Header::without_recorder();

impl Header {
    pub(crate) const fn without_recorder() -> Self {
        Self {
            recorder: None,
            settings: Settings::NOOP,
            locals: Locals::new(),
            misused: AtomicU64::new(0),
            scopes_refused: AtomicU64::new(0),
            next: None,
        }
    }

    pub(crate) fn leak(recorder: Box<dyn Recorder>) -> &'static Self {
        fork::watch();
        ticks::decide();
        let settings = recorder.settings();
        let header = LAST.push(|last| Self {
            recorder: Some(recorder),
            settings,
            next: Some(last),
            ..Self::without_recorder()
        });
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

    /// Counts where no thread-local state is at hand.
    pub(crate) fn count_shared(&self, which: fn(&Counts) -> &AtomicU64) {
        which(&self.locals.shared).fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_misuse(&self) {
        self.misused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_refused_scope(&self) {
        self.scopes_refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds to a recorder's report what the tracer counts itself.
    pub(crate) fn complete(&self, report: Report) -> Report {
        // Finished before started: a span that does both in between is counted as open, never as minus one.
        let finished =
            self.locals.sum(|counts| &counts.recorded) + self.locals.sum(|counts| &counts.unsampled);
        let unsampled = self.locals.sum(|counts| &counts.unsampled);
        let started = self.locals.sum(|counts| &counts.started);
        Report {
            started,
            unsampled,
            open: started.saturating_sub(finished),
            misused: self.misused.load(Ordering::Relaxed),
            scopes_refused: self.scopes_refused.load(Ordering::Relaxed),
            ..report
        }
    }

    /// Lets the counters of all tracers begin anew. Called in a forked child, whose only thread has this token:
    /// touches atomics only.
    pub(crate) fn forked(token: usize) {
        let mut next = Some(LAST.load());
        while let Some(header) = next {
            header.locals.forked(token);
            header.misused.store(0, Ordering::Relaxed);
            header.scopes_refused.store(0, Ordering::Relaxed);
            next = header.next;
        }
    }
}

impl Chained for Header {
    fn next(&self) -> &'static Self {
        self.next.unwrap_or(&NOOP)
    }

    fn set_next(&mut self, next: &'static Self) {
        self.next = Some(next);
    }
}
