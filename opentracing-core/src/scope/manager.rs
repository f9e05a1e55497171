//! The handle on the scopes of one tracer.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::scope::stack::{Place, Slot};
use crate::scope::{FinishOnClose, Scope, finish_deferred};
use crate::span::Span;
use crate::thread;
use crate::tracer::Tracer;
use crate::tracer::header::Header;

/// Knows which span of a tracer is active on the current thread, and makes spans active.
///
/// Each tracer has its own: the spans of one are invisible to another. The manager of the global tracer
/// follows later registrations.
///
/// # Examples
/// ```
/// use opentracing_core::{FinishOnClose, MockTracer};
///
/// let tracer = MockTracer::new().tracer();
/// let manager = tracer.scope_manager();
/// let span = tracer.start_span("op");
/// assert!(manager.active().is_none());
///
/// let scope = manager.activate(span, FinishOnClose::Yes);
/// assert_eq!(manager.active().unwrap().context(), scope.context());
/// ```
#[derive(Clone)]
pub struct ScopeManager {
    tracer: Tracer,
}

impl ScopeManager {
    pub(crate) fn of(tracer: Tracer) -> Self {
        Self { tracer }
    }

    fn header(&self) -> &'static Header {
        self.tracer.header()
    }

    /// The active span: that of the innermost open scope of this tracer on this thread.
    ///
    /// # Examples
    /// ```
    /// let tracer = opentracing_core::MockTracer::new().tracer();
    /// let scope = tracer.span("op").start_active();
    /// let active = tracer.scope_manager().active();
    /// assert_eq!(active.unwrap().context(), scope.context());
    /// ```
    #[must_use]
    pub fn active(&self) -> Option<Arc<Span>> {
        let header = self.header();
        if header.is_noop() {
            return None;
        }
        thread::with(|state| state.stack.active_of(header).and_then(Slot::share)).flatten()
    }

    /// Makes a span active until the scope is closed. The span may be a `Span`, or an `Arc<Span>`.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{FinishOnClose, MockTracer};
    ///
    /// let mock = MockTracer::new();
    /// let span = mock.tracer().start_span("op");
    /// mock.tracer().scope_manager().activate(span, FinishOnClose::Yes).close();
    /// assert_eq!(mock.finished_spans().len(), 1);
    /// ```
    pub fn activate(&self, span: impl Into<Arc<Span>>, on_close: FinishOnClose) -> Scope {
        Scope::of_span_in(self.header(), span.into(), on_close)
    }

    /// Hides the active span until the guard is dropped: what starts meanwhile is a root.
    ///
    /// # Examples
    /// ```
    /// # let mock = opentracing_core::MockTracer::new();
    /// let tracer = mock.tracer();
    /// let _scope = tracer.span("request").start_active();
    /// let guard = tracer.scope_manager().without_active();
    /// tracer.start_span("unrelated").finish();
    /// drop(guard);
    /// assert_eq!(mock.finished_spans()[0].parent_id, None);
    /// ```
    pub fn without_active(&self) -> WithoutActive {
        let header = self.header();
        let place = if header.is_noop() {
            None
        } else {
            thread::with(|state| {
                let local = state.local(header);
                (!state.stack.is_full()).then(|| state.stack.push_blank(local))
            })
            .flatten()
        };
        WithoutActive { header, place, stays_on_its_thread: PhantomData }
    }

    /// Closes every scope of this tracer that is open on this thread, innermost first: for threads of a pool,
    /// between two jobs. Guards of these scopes that are still held do nothing any more, and a future that calls
    /// this while it is polled in a span lets go of that span.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let _forgotten = mock.tracer().span("job").start_active();
    /// mock.tracer().scope_manager().clear_current_thread();
    /// assert!(mock.tracer().active_span().is_none());
    /// assert_eq!(mock.finished_spans().len(), 1);
    /// ```
    pub fn clear_current_thread(&self) {
        let header = self.header();
        let cleared = thread::with(|state| state.stack.clear(header)).unwrap_or_default();
        cleared.into_iter().for_each(|mut slot| slot.finish());
    }
}

impl fmt::Debug for ScopeManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopeManager").finish_non_exhaustive()
    }
}

/// Hides a tracer's active span on this thread until dropped; see [`ScopeManager::without_active`].
///
/// # Examples
/// ```
/// let tracer = opentracing_core::MockTracer::new().tracer();
/// let _scope = tracer.span("request").start_active();
/// let hidden = tracer.scope_manager().without_active();
/// assert!(tracer.active_span().is_none());
/// drop(hidden);
/// assert!(tracer.active_span().is_some());
/// ```
#[must_use = "the active span is hidden only while this is kept"]
pub struct WithoutActive {
    header: &'static Header,
    place: Option<Place>,
    stays_on_its_thread: PhantomData<*const ()>,
}

impl Drop for WithoutActive {
    fn drop(&mut self) {
        let Some(place) = self.place else { return };
        let _blank = thread::with(|state| state.stack.close(place));
        finish_deferred(self.header);
    }
}

impl fmt::Debug for WithoutActive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithoutActive").finish_non_exhaustive()
    }
}
