//! What this crate keeps for each thread: the scope stack, ids, counters, and memory to use again.
//!
//! Everything is reached through [`with`], which never runs code of the user: that could use tracers itself,
//! while the state is borrowed. What is dropped or called is handed out of the closure first.

use std::cell::RefCell;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use crate::attributes::Arena;
use crate::id::IdSequence;
use crate::scope::stack::Stack;
use crate::tracer::header::{Counts, Header};

thread_local! {
    static STATE: RefCell<ThreadState> = const { RefCell::new(ThreadState::new()) };
}

/// The state of one thread. When the thread ends, its scopes are closed and its counters handed over.
pub(crate) struct ThreadState {
    pub(crate) stack: Stack,
    pub(crate) ids: IdSequence,
    /// The tracers made current, innermost last; each with the key of its guard.
    pub(crate) current: Vec<(u64, &'static Header)>,
    /// This thread's counters of each tracer, the one used last in front.
    counts: Vec<(&'static Header, Arc<Counts>)>,
    /// Empty arenas whose memory is used again.
    #[expect(clippy::vec_box, reason = "the boxes move into spans and back; a span is smaller for it")]
    pub(crate) arenas: Vec<Box<Arena>>,
    /// Text being written by `Display` and `Debug` values.
    scratch: String,
}

/// Arenas a thread keeps: as many as spans with tags are usually open in it.
const ARENAS_KEPT_MAX: usize = 16;

impl ThreadState {
    const fn new() -> Self {
        Self {
            stack: Stack::new(),
            ids: IdSequence::unseeded(),
            current: Vec::new(),
            counts: Vec::new(),
            arenas: Vec::new(),
            scratch: String::new(),
        }
    }

    /// This thread's counters of a tracer.
    #[inline]
    pub(crate) fn counts(&mut self, header: &'static Header) -> &Counts {
        let first = self.counts.first().is_some_and(|(owner, _)| std::ptr::eq(*owner, header));
        if !first {
            self.bring_to_front(header);
        }
        &self.counts[0].1
    }

    #[cold]
    fn bring_to_front(&mut self, header: &'static Header) {
        match self.counts.iter().position(|(owner, _)| std::ptr::eq(*owner, header)) {
            Some(index) => self.counts.swap(0, index),
            None => {
                self.counts.push((header, header.counts_of_thread()));
                let last = self.counts.len() - 1;
                self.counts.swap(0, last);
            }
        }
    }

    /// Makes a tracer current, under a key by which the guard takes it back: guards may drop in any order.
    pub(crate) fn push_current(&mut self, header: &'static Header) -> u64 {
        let key = self.current.last().map_or(0, |(key, _)| key + 1);
        self.current.push((key, header));
        key
    }

    pub(crate) fn take_arena(&mut self) -> Box<Arena> {
        self.arenas.pop().unwrap_or_default()
    }
}

impl Drop for ThreadState {
    fn drop(&mut self) {
        // Counters first: what closing the scopes counts goes to the tracer directly.
        for (header, counts) in self.counts.drain(..) {
            header.fold(&counts);
        }
        self.stack.close_all();
    }
}

/// Uses this thread's state; `None` where it is gone (the thread is ending) or in use (an allocator that
/// traces, or a signal handler, interrupted us).
#[inline]
pub(crate) fn with<R>(use_state: impl FnOnce(&mut ThreadState) -> R) -> Option<R> {
    STATE.try_with(|state| state.try_borrow_mut().ok().map(|mut state| use_state(&mut state))).ok().flatten()
}

/// An empty arena, from this thread's store if it has one.
pub(crate) fn take_arena() -> Box<Arena> {
    with(ThreadState::take_arena).unwrap_or_default()
}

/// Gives an arena back, to be used again.
pub(crate) fn give_arena(mut arena: Box<Arena>) {
    arena.clear();
    // One arena too many is dropped outside of the borrow.
    let _surplus = with(|state| {
        if state.arenas.len() < ARENAS_KEPT_MAX {
            state.arenas.push(arena);
            None
        } else {
            Some(arena)
        }
    });
}

/// Calls `store` with text as it is written, in memory that is used again. Writing runs the user's `Display` or
/// `Debug`, which must happen under no borrow of ours.
pub(crate) fn written<R>(arguments: fmt::Arguments<'_>, store: impl FnOnce(&str) -> R) -> R {
    let mut text = with(|state| std::mem::take(&mut state.scratch)).unwrap_or_default();
    text.clear();
    // An error means that the user's implementation gave up; what it wrote is kept.
    let _ = text.write_fmt(arguments);
    let result = store(&text);
    give_scratch(text);
    result
}

fn give_scratch(text: String) {
    const SCRATCH_KEPT_MAX: usize = 64 << 10;
    if text.capacity() <= SCRATCH_KEPT_MAX {
        let _replaced = with(|state| std::mem::replace(&mut state.scratch, text));
    }
}
