//! What this crate keeps for each thread: the scope stack, ids, counters, and memory to use again.
//!
//! Everything is reached through [`with`], which never runs code of the user: that could use tracers itself,
//! while the state is borrowed. What is dropped or called is handed out of the closure first.

use std::cell::RefCell;
use std::fmt::{self, Write as _};

use crate::scope::fast;
use crate::scope::stack::Stack;
use crate::span::Details;
use crate::tracer::header::Header;
use crate::tracer::local::{Local, LocalTable};

thread_local! {
    static STATE: RefCell<ThreadState> = const { RefCell::new(ThreadState::new()) };
}

/// The state of one thread. When the thread ends, its scopes are closed and its counters handed over.
pub(crate) struct ThreadState {
    /// Lent to [`fast`] while nobody visits the state.
    pub(crate) stack: Stack,
    /// The tracers made current, innermost last; each with the key of its guard.
    pub(crate) current: Vec<(u64, &'static Header)>,
    locals: LocalTable,
    /// Empty details whose memory is used again.
    #[expect(clippy::vec_box, reason = "the boxes move into spans and back; a span is smaller for it")]
    details: Vec<Box<Details>>,
    /// Text being written by `Display` and `Debug` values.
    scratch: String,
}

/// Details a thread keeps: as many as spans with tags are usually open in it.
const DETAILS_KEPT_MAX: usize = 16;

impl ThreadState {
    const fn new() -> Self {
        Self {
            stack: Stack::new(),
            current: Vec::new(),
            locals: LocalTable::new(),
            details: Vec::new(),
            scratch: String::new(),
        }
    }

    /// This thread's share of a tracer.
    #[inline]
    pub(crate) fn local(&mut self, header: &'static Header) -> &'static Local {
        let local = self.locals.of(header);
        fast::here().set_local(local);
        local
    }

    /// Makes a tracer current, under a key by which the guard takes it back: guards may drop in any order.
    pub(crate) fn push_current(&mut self, header: &'static Header) -> u64 {
        let key = self.current.last().map_or(0, |(key, _)| key + 1);
        self.current.push((key, header));
        fast::here().has_current.set(true);
        key
    }

    /// Takes back what was made current under a key.
    pub(crate) fn remove_current(&mut self, key: u64) {
        self.current.retain(|(other, _)| *other != key);
        fast::here().has_current.set(!self.current.is_empty());
    }
}

impl Drop for ThreadState {
    fn drop(&mut self) {
        // From now on the state is gone: what closing the scopes counts goes to the tracer directly.
        let fast = fast::here();
        fast.take_back(&mut self.stack);
        fast.retire();
        self.stack.take_all().for_each(|mut slot| slot.finish());
    }
}

/// The state while it is visited. Afterwards the stack is lent again.
struct Visit<'a>(&'a mut ThreadState);

impl Drop for Visit<'_> {
    #[inline]
    fn drop(&mut self) {
        fast::here().lend(&mut self.0.stack);
    }
}

/// Uses this thread's state; `None` where it is gone (the thread is ending) or in use (an allocator that traces
/// interrupted us).
#[inline]
pub(crate) fn with<R>(use_state: impl FnOnce(&mut ThreadState) -> R) -> Option<R> {
    let visit = |state: &RefCell<ThreadState>| {
        let mut state = state.try_borrow_mut().ok()?;
        let visit = Visit(&mut state);
        fast::here().take_back(&mut visit.0.stack);
        Some(use_state(visit.0))
    };
    STATE.try_with(visit).ok().flatten()
}

/// Called in a forked child, on its only thread: its open spans belong to the parent. Answers the thread's token.
pub(crate) fn forked() -> usize {
    let fast = fast::here();
    fast.forked();
    fast.token()
}

/// Empty details, from this thread's store if it has some.
#[inline]
pub(crate) fn take_details() -> Box<Details> {
    fast::here().take_spare().unwrap_or_else(take_stored)
}

#[cold]
fn take_stored() -> Box<Details> {
    with(|state| state.details.pop()).flatten().unwrap_or_default()
}

/// Gives details back, to be used again.
#[inline]
pub(crate) fn give_details(mut details: Box<Details>) {
    details.clear();
    if let Some(details) = fast::here().keep_spare(details) {
        store(details);
    }
}

#[cold]
fn store(details: Box<Details>) {
    // One too many is dropped outside of the borrow.
    let _surplus = with(|state| {
        if state.details.len() < DETAILS_KEPT_MAX {
            state.details.push(details);
            None
        } else {
            Some(details)
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
