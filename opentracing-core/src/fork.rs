//! Which process this is: a number that grows in every forked child, so that what belongs to one process
//! (the sequence of ids above all) is not continued in another.

use std::sync::atomic::{AtomicU64, Ordering};

use once_cell::sync::OnceCell;

use crate::thread;
use crate::tracer::header::Header;

/// No process has this generation: what carries it has to be set up first.
pub(crate) const NO_GENERATION: u64 = 0;

static GENERATION: AtomicU64 = AtomicU64::new(1);

/// The generation of this process. Forks are noticed once a tracer was made.
#[inline]
#[must_use]
pub fn generation() -> u64 {
    // Relaxed: the child of a fork has one thread, which is the one that ran the handler.
    GENERATION.load(Ordering::Relaxed)
}

/// Counts forks from now on; called when the first tracer is made.
pub(crate) fn watch() {
    static WATCHED: OnceCell<()> = OnceCell::new();
    WATCHED.get_or_init(register);
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "the only way to hear of a fork is the C library's")]
fn register() {
    extern "C" fn in_child() {
        GENERATION.fetch_add(1, Ordering::Relaxed);
        Header::forked(thread::forked());
    }
    // SAFETY: the handler is a plain function that allocates nothing and takes no lock, which is what is asked of one
    // in the child of a multi-threaded process. A failure (no memory) leaves forks unnoticed, as without a handler.
    unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
}

#[cfg(not(unix))]
fn register() {}
