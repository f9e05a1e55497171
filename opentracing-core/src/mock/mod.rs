//! A tracer that keeps everything, for tests.

mod codec;
mod error;
mod span;
mod store;
mod tree;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

pub use error::MockError;
pub use span::{MockLog, MockSpan};
use store::{MockRecorder, Store};

use crate::id::{SpanId, TraceId};
use crate::propagation::Codec;
use crate::span::Span;
use crate::tag::TagValue;
use crate::tracer::Tracer;

/// A tracer that keeps every span, for tests of instrumented code.
///
/// It has no limits, records also what is not sampled, and notices what was misused. All clones share their
/// spans. Contexts travel under the keys `ot-tracer-traceid`, `ot-tracer-spanid`, `ot-tracer-sampled` and
/// `ot-baggage-*`.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, Tracer, tags};
///
/// fn handle(tracer: &Tracer, path: &str) -> u16 {
///     tracer.in_span("handle", |scope| {
///         let status = if path == "/" { 200 } else { 404 };
///         scope.set_tag(tags::HTTP_STATUS_CODE, status);
///         status
///     })
/// }
///
/// let mock = MockTracer::new();
/// handle(&mock.tracer(), "/nowhere");
///
/// let spans = mock.finished_spans();
/// assert_eq!(spans.len(), 1);
/// assert_eq!(spans[0].operation_name, "handle");
/// assert_eq!(spans[0].tag("http.status_code").unwrap(), 404);
/// assert!(mock.unfinished_spans().is_empty());
/// assert!(mock.errors().is_empty());
/// ```
#[derive(Clone)]
pub struct MockTracer {
    store: Arc<Store>,
    tracer: Tracer,
}

impl MockTracer {
    /// Makes a tracer that has seen no span.
    ///
    /// # Examples
    /// ```
    /// assert!(opentracing_core::MockTracer::new().finished_spans().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        let store = Arc::new(Store::new());
        let tracer = Tracer::new(MockRecorder(Arc::clone(&store)));
        Self { store, tracer }
    }

    /// The tracer to give to the code under test.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, Tracer};
    ///
    /// let mock = MockTracer::new();
    /// mock.tracer().start_span("op").finish();
    /// Tracer::from(&mock).start_span("op").finish();
    /// assert_eq!(mock.finished_spans().len(), 2);
    /// ```
    #[must_use]
    pub fn tracer(&self) -> Tracer {
        self.tracer.clone()
    }

    /// The spans that have finished, in the order in which they did: a copy of each.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let parent = mock.tracer().start_span("parent");
    /// parent.child("child").start().finish();
    /// parent.finish();
    ///
    /// let [child, parent] = &mock.finished_spans()[..] else { panic!("two spans") };
    /// assert_eq!(child.parent_id, parent.context.span_id());
    /// ```
    #[must_use]
    pub fn finished_spans(&self) -> Vec<MockSpan> {
        self.store.finished()
    }

    /// The spans that have started and not finished, in the order in which they started: leaks, at the end of
    /// a test.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let span = mock.tracer().start_span("op");
    /// span.set_tag("step", 1);
    /// assert_eq!(mock.unfinished_spans()[0].tag("step").unwrap(), 1);
    ///
    /// drop(span);
    /// assert!(mock.unfinished_spans().is_empty());
    /// ```
    #[must_use]
    pub fn unfinished_spans(&self) -> Vec<MockSpan> {
        self.store.unfinished()
    }

    /// The finished spans by trace and span.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let span = mock.tracer().start_span("op");
    /// span.finish();
    ///
    /// let (trace_id, span_id) = span.context().ids().unwrap();
    /// assert_eq!(mock.finished_traces()[&trace_id][&span_id].operation_name, "op");
    /// ```
    #[must_use]
    pub fn finished_traces(&self) -> BTreeMap<TraceId, BTreeMap<SpanId, MockSpan>> {
        let mut traces = BTreeMap::<_, BTreeMap<_, _>>::new();
        for span in self.finished_spans() {
            if let Some((trace_id, span_id)) = span.context.ids() {
                traces.entry(trace_id).or_default().insert(span_id, span);
            }
        }
        traces
    }

    /// The first span that finished with this value of a tag.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// for status in [200, 404, 200] {
    ///     mock.tracer().span("get").tag("http.status_code", status).start();
    /// }
    /// let failed = mock.find_by_tag("http.status_code", 404).unwrap();
    /// assert_eq!(failed.context, mock.finished_spans()[1].context);
    /// assert_eq!(mock.find_by_tag("http.status_code", 500), None);
    /// ```
    #[must_use]
    pub fn find_by_tag<'a>(&self, key: &str, value: impl Into<TagValue<'a>>) -> Option<MockSpan> {
        let value = value.into();
        self.finished_spans().into_iter().find(|span| span.tag(key).is_some_and(|tag| *tag == value))
    }

    /// All spans as trees, in the order in which they started: names, tags and logs, without ids and times,
    /// so that a test may compare it with a text.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let request = mock.tracer().span("request").tag("path", "/").start();
    /// request.child("query").tag("rows", 3).start().log_event("sorted");
    ///
    /// assert_eq!(mock.tree(), r#"
    /// request path="/" (unfinished)
    ///   query rows=3
    ///     - event="sorted"
    /// "#.trim_start());
    /// ```
    #[must_use]
    pub fn tree(&self) -> String {
        tree::tree(self.store.nodes())
    }

    /// Forgets all spans and errors. A span still in flight is recorded when it finishes.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let span = mock.tracer().start_span("op");
    /// mock.reset();
    /// assert!(mock.unfinished_spans().is_empty());
    ///
    /// span.finish();
    /// assert_eq!(mock.finished_spans().len(), 1);
    /// ```
    pub fn reset(&self) {
        self.store.reset();
    }

    /// What was asked of spans that had finished. It was ignored, as with any tracer; here it can be seen.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let span = mock.tracer().start_span("op");
    /// span.finish();
    /// span.finish();
    /// assert_eq!(mock.errors()[0].operation, "finish");
    /// assert_eq!(mock.finished_spans().len(), 1);
    /// ```
    #[must_use]
    pub fn errors(&self) -> Vec<MockError> {
        self.store.errors()
    }

    /// Calls a function with every span that finishes from now on, on the thread that finishes it. It may use
    /// the mock and its tracer.
    ///
    /// # Examples
    /// ```
    /// use std::sync::mpsc;
    ///
    /// let mock = opentracing_core::MockTracer::new();
    /// let (names, finished) = mpsc::channel();
    /// mock.on_finish(move |span| names.send(span.operation_name.clone()).unwrap());
    /// mock.tracer().start_span("op").finish();
    /// assert_eq!(finished.recv().unwrap(), "op");
    /// ```
    pub fn on_finish(&self, hook: impl Fn(&MockSpan) + Send + Sync + 'static) {
        self.store.on_finish(Arc::new(hook));
    }

    /// Calls a function with every span that is made active from now on, on the thread where it is.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// mock.on_activate(|span| {
    ///     span.set_tag("activated", true);
    /// });
    /// mock.tracer().span("op").start_active().close();
    /// assert_eq!(mock.finished_spans()[0].tag("activated").unwrap(), true);
    /// ```
    pub fn on_activate(&self, hook: impl Fn(&Span) + Send + Sync + 'static) {
        self.store.on_activate(Arc::new(hook));
    }

    /// Adds a codec for [`format::Custom(name)`](crate::format::Custom); given the name of a built-in format,
    /// it takes that one's place.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{
    ///     Codec, ExtractCarrier, ExtractError, InjectCarrier, InjectError, MockTracer, SpanContext, format,
    /// };
    ///
    /// #[derive(Debug)]
    /// struct Refuses;
    ///
    /// impl Codec for Refuses {
    ///     fn inject(&self, _: &SpanContext, carrier: InjectCarrier<'_>) -> Result<(), InjectError> {
    ///         Err(InjectError::invalid_carrier(carrier.format_name()))
    ///     }
    ///
    ///     fn extract(&self, _: ExtractCarrier<'_>) -> Result<Option<SpanContext>, ExtractError> {
    ///         Ok(None)
    ///     }
    /// }
    ///
    /// let mock = MockTracer::new();
    /// mock.register_codec("punch card", Refuses);
    /// let card = mock.tracer().extract(format::Custom("punch card"), &[0_u8; 80]);
    /// assert_eq!(card.unwrap(), None);
    /// ```
    pub fn register_codec(&self, name: impl Into<String>, codec: impl Codec + 'static) {
        self.store.codecs.register(name.into(), Arc::new(codec));
    }
}

impl Default for MockTracer {
    fn default() -> Self {
        Self::new()
    }
}

impl From<MockTracer> for Tracer {
    fn from(mock: MockTracer) -> Self {
        mock.tracer
    }
}

impl From<&MockTracer> for Tracer {
    fn from(mock: &MockTracer) -> Self {
        mock.tracer()
    }
}

impl fmt::Debug for MockTracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.store.fmt(f)
    }
}
