//! What the mock keeps of a span.

use std::fmt;
use std::time::SystemTime;

use crate::attributes::Log;
use crate::clock::WallClock;
use crate::context::SpanContext;
use crate::id::SpanId;
use crate::recorder::SpanRecord;
use crate::reference::Reference;
use crate::tag::TagValue;

/// A span as [`MockTracer`](crate::MockTracer) saw it: a copy, which never changes.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, tags};
///
/// let mock = MockTracer::new();
/// mock.tracer().span("get").tag(tags::HTTP_STATUS_CODE, 200).start();
///
/// let span = &mock.finished_spans()[0];
/// assert_eq!(span.operation_name, "get");
/// assert_eq!(span.tag("http.status_code").unwrap(), 200);
/// assert_eq!(span.parent_id, None);
/// assert_eq!(span.to_string(), "get http.status_code=200");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MockSpan {
    /// The operation's name.
    pub operation_name: String,
    /// Ids, flags and baggage.
    pub context: SpanContext,
    /// The parent; `None` for the root of a trace.
    pub parent_id: Option<SpanId>,
    /// All references in order, the one to an implicit parent among them.
    pub references: Vec<Reference>,
    /// When the span started.
    pub start_time: SystemTime,
    /// When it finished, if it has.
    pub finish_time: Option<SystemTime>,
    /// The tags, each key once, with its last value.
    pub tags: Vec<(String, TagValue<'static>)>,
    /// The logs in order.
    pub logs: Vec<MockLog>,
}

/// One log of a [`MockSpan`].
///
/// # Examples
/// ```
/// let mock = opentracing_core::MockTracer::new();
/// mock.tracer().start_span("op").log([("event", "retry")]);
/// assert_eq!(mock.finished_spans()[0].logs[0].to_string(), r#"event="retry""#);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MockLog {
    /// When it happened.
    pub timestamp: SystemTime,
    /// The fields in order; a key may come more than once.
    pub fields: Vec<(String, TagValue<'static>)>,
}

impl MockSpan {
    /// Copies a finished span out of a record, for recorders of tests.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Decision, MockSpan, Recorder, SpanRecord, StartInfo, Tracer, WallClock};
    /// use std::sync::{Arc, Mutex};
    ///
    /// #[derive(Debug, Clone, Default)]
    /// struct Kept(Arc<Mutex<Vec<MockSpan>>>);
    ///
    /// impl Recorder for Kept {
    ///     fn sample(&self, _: &StartInfo<'_>) -> Decision {
    ///         Decision::record()
    ///     }
    ///
    ///     fn record(&self, span: &SpanRecord<'_>) {
    ///         self.0.lock().unwrap().push(MockSpan::from_record(span, &WallClock::read()));
    ///     }
    /// }
    ///
    /// let kept = Kept::default();
    /// Tracer::new(kept.clone()).start_span("op").finish();
    /// assert_eq!(kept.0.lock().unwrap()[0].operation_name, "op");
    /// ```
    #[must_use]
    pub fn from_record(record: &SpanRecord<'_>, clock: &WallClock) -> Self {
        let start_time = clock.system_time(record.head().start);
        Self {
            operation_name: record.operation_name().to_owned(),
            context: record.context(),
            parent_id: record.head().parent_id,
            references: record.references().map(|(kind, context)| Reference::new(kind, context)).collect(),
            start_time,
            // A finish before the start was given by the user: the span took no time.
            finish_time: Some(clock.system_time(record.head().finish).max(start_time)),
            tags: record.tags().map(owned).collect(),
            logs: record.logs().map(|log| MockLog::new(&log, clock)).collect(),
        }
    }

    /// The value of a tag.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// mock.tracer().span("op").tag("rows", 3).start();
    /// assert_eq!(mock.finished_spans()[0].tag("rows").unwrap(), 3);
    /// assert_eq!(mock.finished_spans()[0].tag("columns"), None);
    /// ```
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&TagValue<'static>> {
        self.tags.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

impl MockLog {
    fn new(log: &Log<'_>, clock: &WallClock) -> Self {
        Self { timestamp: clock.system_time(log.time()), fields: log.fields().map(owned).collect() }
    }

    /// The value of the first field of this name.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// mock.tracer().start_span("op").log([("event", "retry")]);
    ///
    /// let log = &mock.finished_spans()[0].logs[0];
    /// assert_eq!(log.field("event").unwrap(), "retry");
    /// assert_eq!(log.field("message"), None);
    /// ```
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&TagValue<'static>> {
        self.fields.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

fn owned((key, value): (&str, TagValue<'_>)) -> (String, TagValue<'static>) {
    (key.to_owned(), value.into_owned())
}

/// Name and tags in one line, without what differs from run to run.
impl fmt::Display for MockSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.operation_name)?;
        self.tags.iter().try_for_each(|tag| {
            f.write_str(" ")?;
            pair(f, tag)
        })
    }
}

/// The fields in one line.
impl fmt::Display for MockLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fields.iter().enumerate().try_for_each(|(index, field)| {
            f.write_str(if index == 0 { "" } else { " " })?;
            pair(f, field)
        })
    }
}

fn pair(f: &mut fmt::Formatter<'_>, (key, value): &(String, TagValue<'static>)) -> fmt::Result {
    match value.as_str() {
        // Quoted, so that one span stays one line, whatever the text holds.
        Some(text) => write!(f, "{key}={text:?}"),
        None => write!(f, "{key}={value}"),
    }
}
