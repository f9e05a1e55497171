//! The tracer of the process: what libraries use without knowing which tracer the application installs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use crate::atomic_ref::AtomicRef;
use crate::tracer::Tracer;
use crate::tracer::header::{Header, NOOP};

/// Stands for whatever tracer is registered when it is used.
static DELEGATE: Header = Header::without_recorder();

static CURRENT: AtomicRef<Header> = AtomicRef::new(&NOOP);
static IS_REGISTERED: AtomicBool = AtomicBool::new(false);

/// Who is asking a provider for a tracer at the moment. It also orders registrations.
static PROVIDING: Mutex<Option<ThreadId>> = Mutex::new(None);
static PROVIDED: Condvar = Condvar::new();

fn lock() -> MutexGuard<'static, Option<ThreadId>> {
    PROVIDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A handle on the global tracer. It follows later registrations, so it may be taken at any time.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, set_global_tracer, tracer};
///
/// let early = tracer();
/// let mock = MockTracer::new();
/// set_global_tracer(mock.tracer());
/// early.start_span("seen").finish();
/// assert_eq!(mock.finished_spans().len(), 1);
/// ```
#[must_use]
pub fn tracer() -> Tracer {
    Tracer::of(&DELEGATE)
}

/// Whether a tracer was registered; a registered no-op counts.
///
/// # Examples
/// ```
/// if !opentracing_core::is_global_tracer_registered() {
///     eprintln!("no tracer is registered: spans go nowhere");
/// }
/// ```
#[must_use]
pub fn is_global_tracer_registered() -> bool {
    IS_REGISTERED.load(Ordering::Acquire)
}

/// Makes a tracer the global one, in place of any before. Passing the handle that [`tracer`] returns changes
/// nothing.
///
/// # Examples
/// ```
/// use opentracing_core::{set_global_tracer, tracer};
///
/// // The handle that follows the global tracer: nothing changes.
/// set_global_tracer(tracer());
/// ```
pub fn set_global_tracer(tracer: impl Into<Tracer>) {
    let tracer = tracer.into();
    if !tracer.is_delegate() {
        let _order = lock();
        register(&tracer);
    }
}

fn register(tracer: &Tracer) {
    CURRENT.store(tracer.header());
    IS_REGISTERED.store(true, Ordering::Release);
}

/// Takes the global tracer back, if it is this one: afterwards none is registered. Returns whether it was.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, unset_global_tracer};
///
/// let never_registered = MockTracer::new().tracer();
/// assert!(!unset_global_tracer(&never_registered));
/// ```
pub fn unset_global_tracer(tracer: &Tracer) -> bool {
    let _order = lock();
    let is_global = is_global_tracer_registered() && std::ptr::eq(CURRENT.load(), tracer.header());
    if is_global && !tracer.is_delegate() {
        IS_REGISTERED.store(false, Ordering::Release);
        CURRENT.store(&NOOP);
        return true;
    }
    false
}

/// Makes a tracer the global one if none is registered; says whether it did.
///
/// # Examples
/// ```
/// use opentracing_core::{register_global_tracer_if_absent, tracer};
///
/// // The handle that follows the global tracer is none itself.
/// assert!(!register_global_tracer_if_absent(tracer()));
/// ```
pub fn register_global_tracer_if_absent(tracer: impl Into<Tracer>) -> bool {
    let tracer = tracer.into();
    register_global_tracer_if_absent_with(|| Ok::<_, std::convert::Infallible>(tracer)).unwrap_or(false)
}

/// Asks for a tracer if none is registered, and registers it; says whether it did.
///
/// The provider runs without a lock. Other threads that call this wait for it meanwhile; a call from inside the
/// provider gets `Ok(false)`.
///
/// # Errors
/// The provider's: nothing is registered then. The same holds when it panics.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, register_global_tracer_if_absent_with};
///
/// let provide = || Ok::<_, std::io::Error>(MockTracer::new().tracer());
/// assert!(register_global_tracer_if_absent_with(provide)?);
/// assert!(!register_global_tracer_if_absent_with(provide)?);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn register_global_tracer_if_absent_with<E>(
    provide: impl FnOnce() -> Result<Tracer, E>,
) -> Result<bool, E> {
    let this_thread = thread::current().id();
    let mut providing = lock();
    while providing.is_some_and(|thread| thread != this_thread) {
        providing = PROVIDED.wait(providing).unwrap_or_else(PoisonError::into_inner);
    }
    if providing.is_some() || is_global_tracer_registered() {
        return Ok(false);
    }
    *providing = Some(this_thread);
    drop(providing);
    let turn = Turn;
    let provided = provide();
    // Ends the turn under the lock that registers, so that no other thread asks its own provider in between.
    let mut providing = lock();
    *providing = None;
    let registered = match &provided {
        // What the provider registered itself stays.
        Ok(tracer) if !tracer.is_delegate() && !is_global_tracer_registered() => {
            register(tracer);
            true
        }
        _ => false,
    };
    drop(providing);
    drop(turn);
    provided.map(|_| registered)
}

/// Lets the next thread ask, also when the provider panics.
struct Turn;

impl Drop for Turn {
    fn drop(&mut self) {
        let mut providing = lock();
        if *providing == Some(thread::current().id()) {
            *providing = None;
        }
        PROVIDED.notify_all();
    }
}

/// The header of the registered tracer, or of the no-op.
#[inline]
pub(crate) fn current() -> &'static Header {
    CURRENT.load()
}

#[inline]
pub(crate) fn is_delegate(header: &'static Header) -> bool {
    std::ptr::eq(header, &DELEGATE)
}
