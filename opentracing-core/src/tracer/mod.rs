//! The tracer: a cheap handle on a recorder.

pub(crate) mod header;
pub(crate) mod local;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use header::{Header, NOOP};

use crate::context::SpanContext;
use crate::failure::{Failure, panic_message};
use crate::global;
use crate::outcome::{Outcome, Verdict};
use crate::propagation::{
    ExtractCarrier, ExtractError, ExtractFormat, InjectCarrier, InjectError, InjectFormat,
};
use crate::recorder::Recorder;
use crate::reference::AsReference;
use crate::report::Report;
use crate::scope::{FinishOnClose, Scope, ScopeManager};
use crate::span::Span;
use crate::thread;

/// Starts spans, and carries their contexts into and out of other processes.
///
/// A tracer is a handle: cloning it costs nothing, and neither does making a span through a clone.
///
/// # Examples
/// ```
/// use opentracing_core::MockTracer;
///
/// let mock = MockTracer::new();
/// let tracer = mock.tracer();
/// let sum = tracer.in_span("add", |scope| {
///     scope.set_tag("n", 2);
///     1 + 1
/// });
/// assert_eq!(sum, 2);
/// assert_eq!(mock.finished_spans()[0].operation_name, "add");
/// ```
#[derive(Clone)]
pub struct Tracer {
    /// The tracer's own, or that of the global delegate.
    header: &'static Header,
}

impl Tracer {
    /// The tracer that does nothing, at next to no cost. Its spans have no ids.
    ///
    /// # Examples
    /// ```
    /// let tracer = opentracing_core::Tracer::noop();
    /// assert_eq!(tracer.in_span("add", |_| 1 + 1), 2);
    /// assert_eq!(tracer.start_span("op").context().ids(), None);
    /// ```
    #[must_use]
    pub const fn noop() -> Self {
        Self { header: &NOOP }
    }

    /// Makes a tracer of a recorder.
    ///
    /// The recorder is kept for the rest of the process's life, so that spans can refer to it freely; it should
    /// let go of what is heavy when it is closed.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Decision, Recorder, SpanRecord, StartInfo, Tracer};
    ///
    /// #[derive(Debug)]
    /// struct DropAll;
    ///
    /// impl Recorder for DropAll {
    ///     fn sample(&self, _: &StartInfo<'_>) -> Decision {
    ///         Decision::drop()
    ///     }
    ///
    ///     fn record(&self, _: &SpanRecord<'_>) {}
    /// }
    ///
    /// let context = Tracer::new(DropAll).start_span("op").context();
    /// assert!(context.ids().is_some() && !context.is_sampled());
    /// ```
    #[must_use]
    pub fn new(recorder: impl Recorder) -> Self {
        Self { header: Header::leak(Box::new(recorder)) }
    }

    pub(crate) const fn of(header: &'static Header) -> Self {
        Self { header }
    }

    /// The header of the tracer itself; for the delegate, that of the global tracer now.
    #[inline]
    pub(crate) fn header(&self) -> &'static Header {
        if global::is_delegate(self.header) { global::current() } else { self.header }
    }

    /// Whether this is the handle that follows the global tracer.
    pub(crate) fn is_delegate(&self) -> bool {
        global::is_delegate(self.header)
    }

    /// Whether the tracer does nothing.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, Tracer};
    ///
    /// assert!(Tracer::noop().is_noop());
    /// assert!(!MockTracer::new().tracer().is_noop());
    /// ```
    #[must_use]
    pub fn is_noop(&self) -> bool {
        self.header().is_noop()
    }

    /// The manager of this tracer's scopes.
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
    #[must_use]
    pub fn scope_manager(&self) -> ScopeManager {
        ScopeManager::of(self.clone())
    }

    /// This tracer's active span on this thread.
    ///
    /// # Examples
    /// ```
    /// let tracer = opentracing_core::MockTracer::new().tracer();
    /// assert!(tracer.active_span().is_none());
    /// tracer.in_span("op", |scope| {
    ///     assert_eq!(tracer.active_span().unwrap().context(), scope.context());
    /// });
    /// ```
    #[must_use]
    pub fn active_span(&self) -> Option<Arc<Span>> {
        self.scope_manager().active()
    }

    /// Makes a span active, without finishing it when the scope is closed; see [`ScopeManager::activate`].
    ///
    /// # Examples
    /// ```
    /// use std::sync::Arc;
    ///
    /// let tracer = opentracing_core::MockTracer::new().tracer();
    /// let span = Arc::new(tracer.start_span("request"));
    /// tracer.activate(Arc::clone(&span)).close();
    /// assert!(span.is_recording());
    /// ```
    pub fn activate(&self, span: impl Into<Arc<Span>>) -> Scope {
        self.scope_manager().activate(span, FinishOnClose::No)
    }

    /// Writes the context of a span into a carrier; of several contexts, the first.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, format};
    /// use std::collections::HashMap;
    ///
    /// let tracer = MockTracer::new().tracer();
    /// let span = tracer.start_span("call");
    /// let mut headers = HashMap::new();
    /// tracer.inject(&span, format::HttpHeaders, &mut headers)?;
    ///
    /// let context = tracer.extract(format::HttpHeaders, &headers).unwrap().unwrap();
    /// assert_eq!(context.span_id(), span.context().span_id());
    /// # Ok::<(), opentracing_core::InjectError>(())
    /// ```
    ///
    /// # Errors
    /// When the tracer does not support the format, when the carrier does not fit a custom format, and when the
    /// context has neither ids nor baggage. The carrier is unchanged then.
    pub fn inject<C: ?Sized>(
        &self,
        source: impl AsReference,
        format: impl InjectFormat<C>,
        carrier: &mut C,
    ) -> Result<(), InjectError> {
        let carrier = format.inject_into(carrier);
        let Some(recorder) = self.header().recorder() else {
            return if matches!(carrier, InjectCarrier::Custom(..)) { Err(carrier.refuse()) } else { Ok(()) };
        };
        let mut carrier = Some(carrier);
        let mut result = Err(InjectError::invalid_span_context());
        source.visit(&mut |context| {
            if let Some(carrier) = carrier.take() {
                result = recorder.inject(context, carrier);
            }
        });
        result
    }

    /// Reads a context from a carrier; `None` where it holds none.
    ///
    /// # Errors
    /// When the tracer does not support the format, when the carrier does not fit a custom format, and when it
    /// holds a context that is incomplete or garbled.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, format};
    /// use std::collections::HashMap;
    ///
    /// let tracer = MockTracer::new().tracer();
    /// let mut headers = HashMap::from([("host".to_owned(), "localhost".to_owned())]);
    /// assert_eq!(tracer.extract(format::HttpHeaders, &headers)?, None);
    ///
    /// headers.insert("ot-tracer-traceid".to_owned(), "not an id".to_owned());
    /// assert!(tracer.extract(format::HttpHeaders, &headers).unwrap_err().is_corrupted());
    /// # Ok::<(), opentracing_core::ExtractError>(())
    /// ```
    pub fn extract<C: ?Sized>(
        &self,
        format: impl ExtractFormat<C>,
        carrier: &C,
    ) -> Result<Option<SpanContext>, ExtractError> {
        let carrier = format.extract_from(carrier);
        match self.header().recorder() {
            Some(recorder) => recorder.extract(carrier),
            None if matches!(carrier, ExtractCarrier::Custom(..)) => Err(carrier.refuse()),
            None => Ok(None),
        }
    }

    /// Calls a function inside a new active span. A panic marks the span as failed and goes on.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let tracer = mock.tracer();
    /// let sum = tracer.in_span("outer", |_| tracer.in_span("inner", |_| 1 + 1));
    /// assert_eq!(sum, 2);
    /// assert_eq!(mock.tree(), "outer\n  inner\n");
    /// ```
    pub fn in_span<R>(&self, name: impl Into<Cow<'static, str>>, work: impl FnOnce(&Scope) -> R) -> R {
        let scope = self.span(name).start_active();
        run(scope, work)
    }

    /// As [`Tracer::in_span`]; a failure that the function returns marks the span, too.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::MockTracer;
    ///
    /// let mock = MockTracer::new();
    /// let result = mock.tracer().try_in_span("parse", |_| "x".parse::<u8>());
    /// assert!(result.is_err());
    /// assert_eq!(mock.finished_spans()[0].tag("error").unwrap(), true);
    /// ```
    pub fn try_in_span<R>(&self, name: impl Into<Cow<'static, str>>, work: impl FnOnce(&Scope) -> R) -> R
    where
        R: Outcome,
        R::Failure: fmt::Debug + fmt::Display + Sized,
    {
        self.in_span(name, |scope| {
            let outcome = work(scope);
            if let Verdict::Failure(failure) = outcome.verdict() {
                scope.fail(Failure {
                    kind: std::any::type_name::<R::Failure>(),
                    object: Some(failure),
                    message: Some(failure),
                    source: None,
                });
            }
            outcome
        })
    }

    /// Lets macros use this tracer on this thread, while no span is active, until the guard is dropped: for
    /// tests, and for programs with several tracers.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::MockTracer;
    ///
    /// let mock = MockTracer::new();
    /// let _current = mock.tracer().make_current();
    /// // Attributed functions that are called here are recorded by `mock`.
    /// ```
    pub fn make_current(&self) -> CurrentTracer {
        let header = self.header;
        let key = thread::with(|state| state.push_current(header));
        CurrentTracer { key, stays_on_its_thread: PhantomData }
    }

    /// Delivers every span that finished before the call, as far as the time allows.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    ///
    /// let tracer = opentracing_core::MockTracer::new().tracer();
    /// tracer.start_span("op").finish();
    /// let report = tracer.flush(Duration::from_secs(1));
    /// assert_eq!((report.exported, report.queued), (1, 0));
    /// ```
    #[expect(
        clippy::must_use_candidate,
        reason = "called for its effect; the report is for those who want it"
    )]
    pub fn flush(&self, timeout: Duration) -> Report {
        self.report_of(|recorder| recorder.flush(timeout))
    }

    /// Delivers what has finished, then lets go of the backend; spans that finish later are counted as dropped.
    /// Closing twice is harmless.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    ///
    /// let tracer = opentracing_core::MockTracer::new().tracer();
    /// let span = tracer.start_span("late");
    /// tracer.close(Duration::from_secs(1));
    /// span.finish();
    /// assert_eq!(tracer.report().dropped.closed, 1);
    /// ```
    #[expect(
        clippy::must_use_candidate,
        reason = "called for its effect; the report is for those who want it"
    )]
    pub fn close(&self, timeout: Duration) -> Report {
        self.report_of(|recorder| recorder.close(timeout))
    }

    /// What has become of the spans so far.
    ///
    /// # Examples
    /// ```
    /// let tracer = opentracing_core::MockTracer::new().tracer();
    /// let span = tracer.start_span("op");
    /// let report = tracer.report();
    /// assert_eq!((report.started, report.open), (1, 1));
    /// ```
    #[must_use]
    pub fn report(&self) -> Report {
        self.report_of(Recorder::report)
    }

    fn report_of(&self, ask: impl FnOnce(&dyn Recorder) -> Report) -> Report {
        let began = Instant::now();
        let header = self.header();
        let report = header.recorder().map(ask).unwrap_or_default();
        Report { elapsed: began.elapsed(), ..header.complete(report) }
    }
}

/// Calls a function inside a scope that is closed afterwards, together with what was left open inside.
pub(crate) fn run<R>(scope: Scope, work: impl FnOnce(&Scope) -> R) -> R {
    // Unwind safety: nothing that the panic may have left half-done is used here; the panic goes on.
    let result = catch_unwind(AssertUnwindSafe(|| work(&scope)));
    scope.close_inner();
    match result {
        Ok(value) => value,
        Err(payload) => {
            let message = panic_message(&*payload);
            // A span that the function finished itself is left as it is.
            if scope.is_recording() {
                scope.fail(Failure::panic(message.as_ref()));
            }
            drop(scope);
            resume_unwind(payload)
        }
    }
}

impl fmt::Debug for Tracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Tracer");
        match self.header.recorder() {
            Some(recorder) => debug.field("recorder", &recorder),
            None if self.is_delegate() => debug.field("recorder", &"the global tracer's"),
            None => debug.field("recorder", &"none"),
        };
        debug.finish_non_exhaustive()
    }
}

impl From<&Tracer> for Tracer {
    fn from(tracer: &Tracer) -> Self {
        tracer.clone()
    }
}

/// Keeps a tracer current on this thread until dropped; see [`Tracer::make_current`].
///
/// # Examples
/// ```
/// let mock = opentracing_core::MockTracer::new();
/// let current = mock.tracer().make_current();
/// // Attributed functions that are called here are recorded by `mock`.
/// drop(current);
/// ```
#[must_use = "the tracer is current only while this is kept"]
pub struct CurrentTracer {
    /// `None` where the thread was ending: nothing was made current.
    key: Option<u64>,
    stays_on_its_thread: PhantomData<*const ()>,
}

impl Drop for CurrentTracer {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            thread::with(|state| state.remove_current(key));
        }
    }
}

impl fmt::Debug for CurrentTracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CurrentTracer").finish_non_exhaustive()
    }
}
