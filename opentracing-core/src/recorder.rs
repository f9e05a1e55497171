//! The first seam: what a tracer is made of. The no-op, the mock and the SDK's tracer implement [`Recorder`].

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use crate::attributes::{Attributes, Log};
use crate::clock::Timestamp;
use crate::context::{Flags, SpanContext};
use crate::id::{NO_SPAN_ID, NO_TRACE_ID, SpanId, TraceId, TraceIdBits};
use crate::limits::Limits;
use crate::propagation::{ExtractCarrier, ExtractError, InjectCarrier, InjectError};
use crate::reference::{Reference, ReferenceKind};
use crate::report::Report;
use crate::scope::Scope;
use crate::tag::TagValue;

pub use crate::decision::Decision;

/// Decides about spans, and takes them when they have finished: what a tracer author implements.
///
/// All methods are called on the threads of the application: none may block (but `flush` and `close`), and none
/// may panic. No lock and no thread-local of this crate is held during a call, so a recorder may use tracers.
///
/// # Examples
/// A recorder that prints the name of every finished span:
/// ```
/// use opentracing_core::{Decision, Recorder, Report, SpanRecord, StartInfo, Tracer};
///
/// #[derive(Debug)]
/// struct Print;
///
/// impl Recorder for Print {
///     fn sample(&self, _: &StartInfo<'_>) -> Decision {
///         Decision::record()
///     }
///
///     fn record(&self, span: &SpanRecord<'_>) {
///         println!("{}", span.operation_name());
///     }
/// }
///
/// Tracer::new(Print).span("hello").start();
/// ```
pub trait Recorder: Send + Sync + fmt::Debug + 'static {
    /// Decides whether a local root is recorded. Children in this process follow the decision of their parent.
    fn sample(&self, start: &StartInfo<'_>) -> Decision;

    /// Takes a finished span. What is to be kept has to be copied.
    fn record(&self, span: &SpanRecord<'_>);

    /// Takes a finished span that is nothing but a head and a literal name: it has no tags and no logs, and refers
    /// to its parent only. Most spans do, and a recorder that has a shorter way for them can take it here.
    fn record_plain(&self, head: &SpanHead, name: &'static str) {
        self.record(&SpanRecord::plain(head, name));
    }

    /// Writes a context into a carrier. A carrier is unchanged when the call fails.
    ///
    /// # Errors
    /// When the format is not supported (the default for all formats), or the carrier does not fit it.
    fn inject(&self, context: &SpanContext, carrier: InjectCarrier<'_>) -> Result<(), InjectError> {
        let _ = context;
        Err(InjectError::unsupported_format(carrier.format_name()))
    }

    /// Reads a context from a carrier; `None` where it holds none.
    ///
    /// # Errors
    /// When the format is not supported (the default for all formats), or the carrier holds a garbled context.
    fn extract(&self, carrier: ExtractCarrier<'_>) -> Result<Option<SpanContext>, ExtractError> {
        Err(ExtractError::unsupported_format(carrier.format_name()))
    }

    /// Delivers every span that was recorded before the call, as far as the time allows, and says what became
    /// of the spans. `started`, `unsampled` and `open` are filled in by the tracer.
    fn flush(&self, timeout: Duration) -> Report {
        let _ = timeout;
        Report::default()
    }

    /// As `flush`; afterwards, what still finishes is counted and dropped. Closing again is harmless.
    fn close(&self, timeout: Duration) -> Report {
        self.flush(timeout)
    }

    /// What has become of the spans so far, without delivering any.
    fn report(&self) -> Report {
        Report::default()
    }

    /// How the tracer is to treat spans for this recorder; asked once, when the tracer is made.
    fn settings(&self) -> Settings {
        Settings::default()
    }

    /// Hears of what happens to spans, if [`Settings::observe`] asks for it: for tests and diagnostics.
    fn observe(&self, event: &Event<'_>) {
        let _ = event;
    }

    /// Hears that a baggage item was refused or dropped by a limit.
    fn baggage_refused(&self, key: &str) {
        let _ = key;
    }
}

/// How a tracer treats its spans.
///
/// # Examples
/// ```
/// let settings = opentracing_core::Settings::default();
/// assert!(!settings.record_unsampled && !settings.observe);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Settings {
    /// Limits on what one span keeps.
    pub limits: Limits,
    /// How long new trace ids are.
    pub trace_id_bits: TraceIdBits,
    /// Record spans that are not sampled, too.
    pub record_unsampled: bool,
    /// Call [`Recorder::observe`]. Every span then costs several times as much.
    pub observe: bool,
}

impl Settings {
    pub(crate) const NOOP: Self = Self {
        limits: Limits::NONE,
        trace_id_bits: TraceIdBits::B128,
        record_unsampled: false,
        observe: false,
    };
}

/// What is known when a local root starts: what a sampler decides on.
///
/// # Examples
/// ```
/// use opentracing_core::{Decision, Recorder, SpanRecord, StartInfo, Tracer};
///
/// #[derive(Debug)]
/// struct SkipHealth;
///
/// impl Recorder for SkipHealth {
///     fn sample(&self, start: &StartInfo<'_>) -> Decision {
///         Decision::sampled(start.operation_name != "health")
///     }
///
///     fn record(&self, _: &SpanRecord<'_>) {}
/// }
///
/// let tracer = Tracer::new(SkipHealth);
/// assert!(!tracer.start_span("health").context().is_sampled());
/// assert!(tracer.start_span("checkout").context().is_sampled());
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct StartInfo<'a> {
    /// The operation's name.
    pub operation_name: &'a str,
    /// The trace: the parent's, or a new one.
    pub trace_id: TraceId,
    /// The parent, which is in another process, if there is one; it may carry a decision without ids.
    pub parent: Option<&'a SpanContext>,
    /// All references.
    pub references: &'a [Reference],
    /// The tags given to the builder.
    pub tags: Attributes<'a>,
    /// The value of a `sampling.priority` tag: above zero, the trace is to be kept; zero, to be dropped.
    pub sampling_priority: Option<i64>,
    /// The value of a `jaeger-debug-id` header without a trace: the trace is to be kept and tagged with it.
    pub debug_id: Option<&'a str>,
}

impl<'a> StartInfo<'a> {
    /// Of a new trace, of which only the name is known.
    pub(crate) fn new(operation_name: &'a str, trace_id: TraceId) -> Self {
        Self {
            operation_name,
            trace_id,
            parent: None,
            references: &[],
            tags: Attributes::default(),
            sampling_priority: None,
            debug_id: None,
        }
    }

    /// What the parent decided, if there is one and it did.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{
    ///     Decision, Recorder, SpanContext, SpanId, SpanRecord, StartInfo, TraceId, Tracer,
    /// };
    ///
    /// #[derive(Debug)]
    /// struct FollowParent;
    ///
    /// impl Recorder for FollowParent {
    ///     fn sample(&self, start: &StartInfo<'_>) -> Decision {
    ///         Decision::sampled(start.parent_decision().unwrap_or(true))
    ///     }
    ///
    ///     fn record(&self, _: &SpanRecord<'_>) {}
    /// }
    ///
    /// let caller = SpanContext::builder().ids(TraceId::new(1).unwrap(), SpanId::new(2).unwrap());
    /// let caller = caller.sampled(false).remote().build();
    /// let span = Tracer::new(FollowParent).span("serve").child_of(caller).start();
    /// assert!(!span.context().is_sampled());
    /// ```
    #[must_use]
    pub fn parent_decision(&self) -> Option<bool> {
        self.parent.and_then(SpanContext::sampling_decision)
    }
}

/// The fixed part of a span: plain data that a recorder may copy.
///
/// # Examples
/// ```
/// use opentracing_core::{SpanHead, SpanId, Timestamp, TraceId};
///
/// let now = Timestamp::now();
/// let mut head = SpanHead::new(TraceId::new(1).unwrap(), SpanId::new(2).unwrap(), now, now);
/// head.parent_id = SpanId::new(3);
/// assert!(head.flags.is_sampled());
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SpanHead {
    /// The trace.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
    /// Its parent; `None` for the root of a trace.
    pub parent_id: Option<SpanId>,
    /// The flags at finish.
    pub flags: Flags,
    /// Whether the parent, if any, is in another process.
    pub is_local_root: bool,
    /// When it started.
    pub start: Timestamp,
    /// When it finished. While a span is observed open, this is its start.
    pub finish: Timestamp,
}

impl SpanHead {
    /// Of no span.
    pub(crate) const NONE: Self = Self {
        trace_id: NO_TRACE_ID,
        span_id: NO_SPAN_ID,
        parent_id: None,
        flags: Flags::NONE,
        is_local_root: false,
        start: Timestamp::UNSET,
        finish: Timestamp::UNSET,
    };

    /// The head of a sampled span that is the root of its trace; set what differs.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{SpanHead, SpanId, Timestamp, TraceId};
    ///
    /// let now = Timestamp::now();
    /// let head = SpanHead::new(TraceId::new(1).unwrap(), SpanId::new(2).unwrap(), now, now);
    /// assert!(head.is_local_root && head.parent_id.is_none());
    /// ```
    #[must_use]
    pub fn new(trace_id: TraceId, span_id: SpanId, start: Timestamp, finish: Timestamp) -> Self {
        let flags = Flags::default().with_sampled(true);
        Self { trace_id, span_id, parent_id: None, flags, is_local_root: true, start, finish }
    }
}

/// A name: a literal where it can be, which needs no copy.
///
/// # Examples
/// ```
/// use opentracing_core::OperationName;
///
/// assert_eq!(OperationName::Static("op").as_str(), "op");
/// assert_eq!(OperationName::Borrowed(&format!("op {}", 1)).as_str(), "op 1");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationName<'a> {
    /// A literal.
    Static(&'static str),
    /// Text made at run time.
    Borrowed(&'a str),
}

impl<'a> OperationName<'a> {
    /// The text.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(opentracing_core::OperationName::Static("op").as_str(), "op");
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'a str {
        match self {
            OperationName::Static(name) | OperationName::Borrowed(name) => name,
        }
    }
}

/// A finished span, borrowed from the memory of its thread or of a batch.
///
/// Reporters get the same type. Its parts are public, so that a recorder can keep them in its own way and put
/// them together again with [`SpanRecord::from_parts`].
///
/// # Examples
/// ```
/// use opentracing_core::{
///     Attributes, OperationName, References, SpanHead, SpanId, SpanRecord, Timestamp, TraceId,
/// };
///
/// let now = Timestamp::now();
/// let mut head = SpanHead::new(TraceId::new(1).unwrap(), SpanId::new(2).unwrap(), now, now);
/// head.parent_id = SpanId::new(3);
/// let name = OperationName::Static("op");
/// let record = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
/// assert_eq!(record.operation_name(), "op");
/// assert_eq!(record.context().span_id(), SpanId::new(2));
/// assert_eq!(record.references().next().unwrap().1.span_id(), SpanId::new(3));
/// assert!(record.tags().next().is_none() && record.logs().next().is_none());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct SpanRecord<'a> {
    head: &'a SpanHead,
    name: OperationName<'a>,
    attributes: Attributes<'a>,
    references: References<'a>,
}

/// The references of a span. Nearly all spans have one, to their parent, which the head names already.
#[derive(Debug, Clone, Copy)]
pub enum References<'a> {
    /// One ChildOf reference, to the parent in the head; none for a root.
    Parent,
    /// Any others; the parent's is among them.
    Listed(&'a [Reference]),
}

impl<'a> SpanRecord<'a> {
    /// Of a span without tags, logs and references but to its parent.
    pub(crate) fn plain(head: &'a SpanHead, name: &'static str) -> Self {
        let (name, nothing) = (OperationName::Static(name), Attributes::default());
        Self { head, name, attributes: nothing, references: References::Parent }
    }

    /// Puts a record together.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{
    ///     Attributes, OperationName, References, SpanHead, SpanId, SpanRecord, Timestamp, TraceId,
    /// };
    ///
    /// let now = Timestamp::now();
    /// let head = SpanHead::new(TraceId::new(1).unwrap(), SpanId::new(2).unwrap(), now, now);
    /// let name = OperationName::Static("op");
    /// let record = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// assert_eq!(record.operation_name(), "op");
    /// ```
    #[must_use]
    #[inline]
    pub fn from_parts(
        head: &'a SpanHead,
        name: OperationName<'a>,
        attributes: Attributes<'a>,
        references: References<'a>,
    ) -> Self {
        Self { head, name, attributes, references }
    }

    /// The fixed part.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::{
    /// #     Attributes, OperationName, References, SpanHead, SpanId, SpanRecord, Timestamp, TraceId,
    /// # };
    /// # let now = Timestamp::now();
    /// # let mut head = SpanHead::new(TraceId::new(1).unwrap(), SpanId::new(2).unwrap(), now, now);
    /// # let name = OperationName::Static("op");
    /// # head.parent_id = SpanId::new(3);
    /// let record = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// assert_eq!(record.head().span_id, head.span_id);
    /// ```
    #[must_use]
    pub fn head(&self) -> &'a SpanHead {
        self.head
    }

    /// The operation's name.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::{
    /// #     Attributes, OperationName, References, SpanHead, SpanId, SpanRecord, Timestamp, TraceId,
    /// # };
    /// # let now = Timestamp::now();
    /// # let mut head = SpanHead::new(TraceId::new(1).unwrap(), SpanId::new(2).unwrap(), now, now);
    /// # let name = OperationName::Static("op");
    /// # head.parent_id = SpanId::new(3);
    /// let record = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// assert_eq!(record.operation_name(), "op");
    /// ```
    #[must_use]
    pub fn operation_name(&self) -> &'a str {
        self.name.as_str()
    }

    /// The operation's name, as it lies in memory.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::{
    /// #     Attributes, OperationName, References, SpanHead, SpanId, SpanRecord, Timestamp, TraceId,
    /// # };
    /// # let now = Timestamp::now();
    /// # let mut head = SpanHead::new(TraceId::new(1).unwrap(), SpanId::new(2).unwrap(), now, now);
    /// # let name = OperationName::Static("op");
    /// # head.parent_id = SpanId::new(3);
    /// let record = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// assert_eq!(record.name(), name);
    /// ```
    #[must_use]
    pub fn name(&self) -> OperationName<'a> {
        self.name
    }

    /// Tags and logs, as they lie in memory.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::{
    /// #     Attributes, OperationName, References, SpanHead, SpanId, SpanRecord, Timestamp, TraceId,
    /// # };
    /// # let now = Timestamp::now();
    /// # let mut head = SpanHead::new(TraceId::new(1).unwrap(), SpanId::new(2).unwrap(), now, now);
    /// # let name = OperationName::Static("op");
    /// # head.parent_id = SpanId::new(3);
    /// let record = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// assert_eq!(record.attributes().dropped(), 0);
    /// ```
    #[must_use]
    pub fn attributes(&self) -> Attributes<'a> {
        self.attributes
    }

    /// The tags, each key once, with its last value.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Decision, Recorder, SpanRecord, StartInfo, Tracer};
    ///
    /// #[derive(Debug)]
    /// struct Check;
    ///
    /// impl Recorder for Check {
    ///     fn sample(&self, _: &StartInfo<'_>) -> Decision {
    ///         Decision::record()
    ///     }
    ///
    ///     fn record(&self, span: &SpanRecord<'_>) {
    ///         assert!(span.tags().eq([("rows", 4.into())]));
    ///     }
    /// }
    ///
    /// Tracer::new(Check).span("op").tag("rows", 3).tag("rows", 4).start().finish();
    /// ```
    pub fn tags(&self) -> impl Iterator<Item = (&'a str, TagValue<'a>)> + use<'a> {
        self.attributes.tags()
    }

    /// The value of a tag.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Decision, Recorder, SpanRecord, StartInfo, Tracer};
    ///
    /// #[derive(Debug)]
    /// struct Check;
    ///
    /// impl Recorder for Check {
    ///     fn sample(&self, _: &StartInfo<'_>) -> Decision {
    ///         Decision::record()
    ///     }
    ///
    ///     fn record(&self, span: &SpanRecord<'_>) {
    ///         assert_eq!(span.tag("rows").unwrap(), 3);
    ///     }
    /// }
    ///
    /// Tracer::new(Check).span("op").tag("rows", 3).start().finish();
    /// ```
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<TagValue<'a>> {
        self.tags().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// The logs in order.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Decision, Recorder, SpanRecord, StartInfo, Tracer};
    ///
    /// #[derive(Debug)]
    /// struct Check;
    ///
    /// impl Recorder for Check {
    ///     fn sample(&self, _: &StartInfo<'_>) -> Decision {
    ///         Decision::record()
    ///     }
    ///
    ///     fn record(&self, span: &SpanRecord<'_>) {
    ///         assert_eq!(span.logs().next().unwrap().field("event").unwrap(), "retry");
    ///     }
    /// }
    ///
    /// Tracer::new(Check).start_span("op").log_event("retry").finish();
    /// ```
    pub fn logs(&self) -> impl Iterator<Item = Log<'a>> + use<'a> {
        self.attributes.logs()
    }

    /// The references, as they lie in memory.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::{
    /// #     Attributes, OperationName, References, SpanHead, SpanId, SpanRecord, Timestamp, TraceId,
    /// # };
    /// # let now = Timestamp::now();
    /// # let mut head = SpanHead::new(TraceId::new(1).unwrap(), SpanId::new(2).unwrap(), now, now);
    /// # let name = OperationName::Static("op");
    /// # head.parent_id = SpanId::new(3);
    /// let record = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// assert!(matches!(record.stored_references(), References::Parent));
    /// ```
    #[must_use]
    pub fn stored_references(&self) -> References<'a> {
        self.references
    }

    /// All references in order, the one to the parent among them: the kind, and the span referred to.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::{
    /// #     Attributes, OperationName, References, SpanHead, SpanId, SpanRecord, Timestamp, TraceId,
    /// # };
    /// # let now = Timestamp::now();
    /// # let mut head = SpanHead::new(TraceId::new(1).unwrap(), SpanId::new(2).unwrap(), now, now);
    /// # let name = OperationName::Static("op");
    /// # head.parent_id = SpanId::new(3);
    /// let record = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// let (_, parent) = record.references().next().unwrap();
    /// assert_eq!(parent.span_id(), head.parent_id);
    /// ```
    pub fn references(&self) -> impl Iterator<Item = (ReferenceKind, SpanContext)> + use<'a> {
        let (listed, parent) = match self.references {
            References::Listed(references) => (references, None),
            References::Parent => (&[][..], self.parent_context()),
        };
        let listed = listed.iter().map(|reference| (reference.kind.clone(), reference.context.clone()));
        parent.map(|context| (ReferenceKind::ChildOf, context)).into_iter().chain(listed)
    }

    fn parent_context(&self) -> Option<SpanContext> {
        let parent = self.head.parent_id?;
        Some(SpanContext::local(self.head.trace_id, parent, None, self.head.flags.inherited(), None))
    }

    /// The span's context, without its baggage.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::{
    /// #     Attributes, OperationName, References, SpanHead, SpanId, SpanRecord, Timestamp, TraceId,
    /// # };
    /// # let now = Timestamp::now();
    /// # let mut head = SpanHead::new(TraceId::new(1).unwrap(), SpanId::new(2).unwrap(), now, now);
    /// # let name = OperationName::Static("op");
    /// # head.parent_id = SpanId::new(3);
    /// let record = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// assert_eq!(record.context().parent_id(), head.parent_id);
    /// ```
    #[must_use]
    pub fn context(&self) -> SpanContext {
        SpanContext::of_head(self.head, None)
    }
}

/// What happened to a span of a tracer that observes.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A span started; the record holds what is known of it. The context has its baggage.
    Started(&'a SpanRecord<'a>, &'a SpanContext),
    /// A span was given a tag, a log, a name or a baggage item.
    Changed(&'a SpanRecord<'a>, &'a SpanContext),
    /// A span is about to be recorded as finished.
    Finished(&'a SpanRecord<'a>, &'a SpanContext),
    /// A span was made active.
    Activated(&'a Scope),
    /// Something was asked of a span that had finished; it was ignored.
    Misused(&'a Misuse<'a>),
}

/// An operation on a span that had finished.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Misuse<'a> {
    /// The method, for instance `set_tag`.
    pub operation: &'static str,
    /// The span.
    pub context: &'a SpanContext,
    /// Where the method was called.
    pub location: &'static Location<'static>,
}
