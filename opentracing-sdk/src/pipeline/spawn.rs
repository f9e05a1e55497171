//! Starts the worker's thread, in a forked child as well.

use std::io;
use std::thread;

use opentracing_core::__generation as generation;

/// The generation of a process that was not forked from one with a tracer.
const FIRST: u64 = 1;

/// Runs a function on a thread of its own. It must not panic.
pub(crate) fn spawn(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    if generation() == FIRST || cfg!(not(unix)) {
        return thread::Builder::new().name("opentracing".into()).spawn(work).map(drop);
    }
    child::spawn(Box::new(work))
}

#[cfg(unix)]
mod child {
    #![expect(unsafe_code, reason = "the standard library's own way may hang in a forked child")]

    use std::ffi::c_void;
    use std::mem::MaybeUninit;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::{io, ptr};

    type Work = Box<dyn FnOnce() + Send>;

    /// The same without the standard library, whose threads take a lock of its own when they start and end: one that a
    /// thread of the parent held when that forked is never free in the child.
    pub(super) fn spawn(work: Work) -> io::Result<()> {
        let argument = Box::into_raw(Box::new(work));
        let mut thread = MaybeUninit::uninit();
        // SAFETY: the function takes what it is given here, a box of work, once.
        let code = unsafe { libc::pthread_create(thread.as_mut_ptr(), ptr::null(), start, argument.cast()) };
        if code != 0 {
            // SAFETY: no thread was started that would take it.
            drop(unsafe { Box::from_raw(argument) });
            return Err(io::Error::from_raw_os_error(code));
        }
        // SAFETY: a thread was started, so that it has a name.
        let thread = unsafe { thread.assume_init() };
        // SAFETY: nobody joins it.
        unsafe { libc::pthread_detach(thread) };
        Ok(())
    }

    extern "C" fn start(argument: *mut c_void) -> *mut c_void {
        // SAFETY: `spawn` gave it away.
        let work = unsafe { Box::from_raw(argument.cast::<Work>()) };
        // A panic must not leave a function that C calls; its message has been printed.
        let _ = catch_unwind(AssertUnwindSafe(work));
        ptr::null_mut()
    }
}

#[cfg(not(unix))]
mod child {
    pub(super) fn spawn(_: Box<dyn FnOnce() + Send>) -> std::io::Result<()> {
        unreachable!("nobody forks")
    }
}
