//! What is tested: a tracer, and the operations on it that a rule speaks about.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::context::SpanContext;
use crate::fields::{self, Field};
use crate::future::Traced as _;
use crate::global;
use crate::mock::{MockSpan, MockTracer};
use crate::propagation::{ExtractError, InjectError, format};
use crate::scope::{FinishOnClose, Scope};
use crate::span::Span;
use crate::tag::TagValue;
use crate::tracer::Tracer;

use super::start::Start;

/// Asynchronous work of a row.
pub type Task<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A text carrier of a row: it keeps the order, and keys that come twice.
pub type TextCarrier = Vec<(String, String)>;

/// The two formats of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFormat {
    /// [`format::TextMap`].
    TextMap,
    /// [`format::HttpHeaders`].
    HttpHeaders,
}

impl TextFormat {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::TextMap, Self::HttpHeaders];
}

/// A tracer under test. Every row gets one of its own, on a thread of its own.
///
/// A tracer author implements the first method, and those of the next five whose [`Capability`] the tracer
/// has. The others are the operations that a rule speaks about, done by the tracer as it is; to see that the
/// suite notices a broken rule, override one of them and break it.
///
/// [`Capability`]: super::Capability
///
/// # Examples
/// A subject that finishes spans before it restores the active one is caught:
/// ```
/// use opentracing_core::conformance::{Capabilities, Subject, run};
/// use opentracing_core::{MockSpan, MockTracer, Scope, Tracer};
///
/// struct FinishesFirst(MockTracer);
///
/// impl Subject for FinishesFirst {
///     fn tracer(&self) -> Tracer {
///         self.0.tracer()
///     }
///
///     fn finished(&self) -> Vec<MockSpan> {
///         self.0.finished_spans()
///     }
///
///     fn on_finish(&self, hook: Box<dyn Fn() + Send + Sync>) {
///         self.0.on_finish(move |_| hook());
///     }
///
///     fn close(&self, scope: Scope) {
///         scope.span().finish();
///         scope.close();
///     }
/// }
///
/// let outcome = run(|| FinishesFirst(MockTracer::new()), Capabilities::tracer());
/// assert!(outcome.failed().any(|failure| failure.row.rule == Some(2)));
/// ```
pub trait Subject: Sync {
    /// The tracer; always the same one.
    fn tracer(&self) -> Tracer;

    /// The spans that have finished, in the order in which they did. A tracer that delivers spans in the
    /// background waits for them here; one that keeps no order among threads sorts them by `finish_time`.
    /// (`Inspection`)
    fn finished(&self) -> Vec<MockSpan> {
        Vec::new()
    }

    /// Calls a function whenever a span has finished, on the thread that finishes it. (`FinishHooks`)
    fn on_finish(&self, hook: Box<dyn Fn() + Send + Sync>) {
        drop(hook);
    }

    /// The mock, if this is one. (`Mock`)
    fn mock(&self) -> Option<&MockTracer> {
        None
    }

    /// Carriers in which the tracer has to find a garbled context: an error, not nothing. Unless overridden,
    /// one whose every entry is garbled; none, where the wire format says that garbage is to be ignored.
    /// (`TextPropagation`)
    fn corrupted_carriers(&self, format: TextFormat) -> Vec<TextCarrier> {
        let mut carrier = TextCarrier::new();
        let span = self.tracer().start_span("corrupted");
        let injected = self.inject_text(format, &span.context(), &mut carrier);
        carrier.iter_mut().for_each(|(_, value)| value.insert_str(0, "?!"));
        injected.map(|()| carrier).into_iter().collect()
    }

    /// Starts a span.
    fn start(&self, start: Start<'_>) -> Span {
        start.builder(&self.tracer()).start()
    }

    /// Starts a span and makes it active.
    fn start_active(&self, start: Start<'_>, on_close: FinishOnClose) -> Scope {
        start.builder(&self.tracer()).start_active_with(on_close)
    }

    /// Makes a span active.
    fn activate(&self, span: Arc<Span>, on_close: FinishOnClose) -> Scope {
        self.tracer().scope_manager().activate(span, on_close)
    }

    /// The active span.
    fn active(&self) -> Option<Arc<Span>> {
        self.tracer().active_span()
    }

    /// Closes a scope.
    fn close(&self, scope: Scope) {
        scope.close();
    }

    /// Finishes a span.
    fn finish(&self, span: &Span) {
        span.finish();
    }

    /// Runs work inside a new active span, and records its outcome.
    ///
    /// # Errors
    /// That of the work.
    fn try_in_span(
        &self,
        name: &'static str,
        work: &mut dyn FnMut(&Scope) -> Result<(), TestError>,
    ) -> Result<(), TestError> {
        self.tracer().try_in_span(name, work)
    }

    /// Lets a task own a span.
    fn in_span<'a>(&self, span: Arc<Span>, task: Task<'a>) -> Task<'a> {
        Box::pin(task.in_span(span))
    }

    /// Lets a task inherit the active span.
    fn in_current_span<'a>(&self, task: Task<'a>) -> Task<'a> {
        Box::pin(task.in_current_span())
    }

    /// Adds a log of one field, `lazy`, whose value is made only if it is recorded.
    fn log_lazily(&self, span: &Span, make: &mut dyn FnMut() -> TagValue<'static>) {
        span.log(fields::lazy(|| [Field { key: Cow::Borrowed("lazy"), value: make() }]));
    }

    /// Writes a context into a text carrier.
    ///
    /// # Errors
    /// As [`Tracer::inject`].
    fn inject_text(
        &self,
        format: TextFormat,
        context: &SpanContext,
        carrier: &mut TextCarrier,
    ) -> Result<(), InjectError> {
        match format {
            TextFormat::TextMap => self.tracer().inject(context, format::TextMap, carrier),
            TextFormat::HttpHeaders => self.tracer().inject(context, format::HttpHeaders, carrier),
        }
    }

    /// Reads a context from a text carrier.
    ///
    /// # Errors
    /// As [`Tracer::extract`].
    fn extract_text(
        &self,
        format: TextFormat,
        carrier: &TextCarrier,
    ) -> Result<Option<SpanContext>, ExtractError> {
        match format {
            TextFormat::TextMap => self.tracer().extract(format::TextMap, carrier),
            TextFormat::HttpHeaders => self.tracer().extract(format::HttpHeaders, carrier),
        }
    }

    /// Appends a context to bytes.
    ///
    /// # Errors
    /// As [`Tracer::inject`].
    fn inject_binary(&self, context: &SpanContext, carrier: &mut Vec<u8>) -> Result<(), InjectError> {
        self.tracer().inject(context, format::Binary, carrier)
    }

    /// Reads a context from bytes.
    ///
    /// # Errors
    /// As [`Tracer::extract`].
    fn extract_binary(&self, carrier: &[u8]) -> Result<Option<SpanContext>, ExtractError> {
        self.tracer().extract(format::Binary, carrier)
    }

    /// Makes a tracer the global one if there is none. (`Global`)
    fn register_if_absent(&self, tracer: Tracer) -> bool {
        global::register_global_tracer_if_absent(tracer)
    }
}

/// A tracer that cannot be looked into: what a no-op is.
impl Subject for Tracer {
    fn tracer(&self) -> Tracer {
        self.clone()
    }
}

impl Subject for MockTracer {
    fn tracer(&self) -> Tracer {
        MockTracer::tracer(self)
    }

    fn finished(&self) -> Vec<MockSpan> {
        self.finished_spans()
    }

    fn on_finish(&self, hook: Box<dyn Fn() + Send + Sync>) {
        MockTracer::on_finish(self, move |_| hook());
    }

    fn mock(&self) -> Option<&MockTracer> {
        Some(self)
    }
}

/// The error that rows fail with: it has a source, which is recorded as `stack`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestError {
    cause: Cause,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Cause;

impl TestError {
    pub(super) fn new() -> Self {
        Self { cause: Cause }
    }
}

impl fmt::Display for TestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the test failed on purpose")
    }
}

impl Error for TestError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.cause)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it was told to")
    }
}

impl Error for Cause {}
