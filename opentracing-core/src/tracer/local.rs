//! What one thread counts of one tracer's spans.

use std::ptr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::atomic_ref::{AtomicRef, Chained};
use crate::scope::fast;
use crate::tracer::header::{Header, NOOP};

/// A thread's share of a tracer. Only the thread that holds it writes its counters, so that no cache line is written
/// by two. It is never freed, so that a span refers to it without counting references: when its thread ends, another
/// one takes it over, counts included, so that a tracer has as many as threads ever used it at once.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Local {
    pub(crate) header: &'static Header,
    pub(crate) counts: Counts,
    /// The token of the thread that holds it; zero while nobody does.
    holder: AtomicUsize,
    /// The next one of the same tracer.
    next: &'static Local,
}

/// Where a list of locals ends; that of the spans of no tracer, which are not counted.
pub(crate) static NO_LOCAL: Local =
    Local { header: &NOOP, counts: Counts::new(), holder: AtomicUsize::new(0), next: &NO_LOCAL };

/// How many spans began, and how they ended.
#[derive(Debug)]
pub(crate) struct Counts {
    pub(crate) started: AtomicU64,
    pub(crate) unsampled: AtomicU64,
    /// Spans handed to the recorder.
    pub(crate) recorded: AtomicU64,
}

impl Counts {
    pub(crate) const fn new() -> Self {
        Self { started: AtomicU64::new(0), unsampled: AtomicU64::new(0), recorded: AtomicU64::new(0) }
    }

    /// Adds one. A load and a store: only the thread that owns the counters calls this.
    #[inline(always)]
    pub(crate) fn add_one(count: &AtomicU64) {
        // Release: who reads the new value sees what was done before, a span's handing-over among it.
        count.store(count.load(Ordering::Relaxed) + 1, Ordering::Release);
    }

    fn reset(&self) {
        for count in [&self.started, &self.unsampled, &self.recorded] {
            count.store(0, Ordering::Relaxed);
        }
    }
}

/// The locals of one tracer: a list that only grows, and that is read without a lock, also in a forked child.
#[derive(Debug)]
pub(crate) struct Locals {
    first: AtomicRef<Local>,
    /// Counts where no thread-local state is at hand.
    pub(crate) shared: Counts,
}

impl Locals {
    pub(crate) const fn new() -> Self {
        Self { first: AtomicRef::new(&NO_LOCAL), shared: Counts::new() }
    }

    /// Takes a local for a thread, which has a token of its own: one that nobody holds any more, or a new one.
    pub(crate) fn take(&self, header: &'static Header, token: usize) -> &'static Local {
        // Acquire pairs with the release in `give_back`: the last holder's counts are seen.
        let idle = |local: &&Local| {
            local.holder.compare_exchange(0, token, Ordering::Acquire, Ordering::Relaxed).is_ok()
        };
        if let Some(local) = self.iter().find(idle) {
            return local;
        }
        self.first.push(|next| Local { header, counts: Counts::new(), holder: AtomicUsize::new(token), next })
    }

    fn iter(&self) -> impl Iterator<Item = &'static Local> {
        let end = |local: &&'static Local| !ptr::eq(*local, &NO_LOCAL);
        std::iter::successors(Some(self.first.load()).filter(end), move |local| Some(local.next).filter(end))
    }

    /// The sum of a counter over all threads.
    pub(crate) fn sum(&self, which: fn(&Counts) -> &AtomicU64) -> u64 {
        let counts = self.iter().map(|local| &local.counts).chain([&self.shared]);
        counts.map(|counts| which(counts).load(Ordering::Acquire)).sum()
    }

    /// Sets all counters to zero, and leaves to this thread, which is the only one, what it holds. Called in a forked
    /// child: touches atomics only.
    pub(crate) fn forked(&self, token: usize) {
        self.shared.reset();
        for local in self.iter() {
            local.counts.reset();
            if local.holder.load(Ordering::Relaxed) != token {
                local.holder.store(0, Ordering::Relaxed);
            }
        }
    }
}

impl Local {
    /// Lets other threads have it.
    pub(crate) fn give_back(&self) {
        self.holder.store(0, Ordering::Release);
    }
}

impl Chained for Local {
    fn next(&self) -> &'static Self {
        self.next
    }

    fn set_next(&mut self, next: &'static Self) {
        self.next = next;
    }
}

/// The locals that a thread holds, one of each tracer it has used; the one used last in front.
#[derive(Debug)]
pub(crate) struct LocalTable(Vec<&'static Local>);

impl LocalTable {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// This thread's local of a tracer.
    #[inline]
    pub(crate) fn of(&mut self, header: &'static Header) -> &'static Local {
        match self.0.first() {
            Some(first) if ptr::eq(first.header, header) => first,
            _ => self.bring_to_front(header),
        }
    }

    #[cold]
    fn bring_to_front(&mut self, header: &'static Header) -> &'static Local {
        let index = self.0.iter().position(|local| ptr::eq(local.header, header)).unwrap_or_else(|| {
            self.0.push(header.locals.take(header, fast::here().token()));
            self.0.len() - 1
        });
        self.0.swap(0, index);
        self.0[0]
    }
}

impl Drop for LocalTable {
    fn drop(&mut self) {
        self.0.drain(..).for_each(Local::give_back);
    }
}
