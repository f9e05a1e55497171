//! The part of a span that travels: ids, flags and baggage.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::id::{SpanId, TraceId};
use crate::recorder::SpanHead;

/// The part of a span that travels to other threads and processes. It never changes; setting baggage on a span
/// gives that span another one.
///
/// A context may lack ids: one that was extracted from a carrier with baggage only, or that of a no-op span.
///
/// # Examples
/// ```
/// use opentracing_core::MockTracer;
///
/// let span = MockTracer::new().tracer().start_span("op");
/// span.set_baggage_item("user", "42");
/// let context = span.context();
/// assert!(context.is_sampled());
/// assert_eq!(context.baggage_item("user"), Some("42"));
/// ```
#[derive(Clone, Default)]
pub struct SpanContext {
    trace_id: Option<TraceId>,
    span_id: Option<SpanId>,
    parent_id: Option<SpanId>,
    flags: Flags,
    extra: Option<Arc<Extra>>,
}

/// What few contexts have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extra {
    baggage: BTreeMap<String, String>,
    trace_state: Option<String>,
    debug_id: Option<String>,
}

impl Extra {
    fn is_empty(&self) -> bool {
        self.baggage.is_empty() && self.trace_state.is_none() && self.debug_id.is_none()
    }
}

/// The flags of a context: those that go on the wire (in Jaeger's positions), and what is known beside them.
///
/// # Examples
/// ```
/// use opentracing_core::{Flags, SpanContext};
///
/// let flags = SpanContext::builder().flags(Flags::SAMPLED | Flags::DEBUG).build().flags();
/// assert!(flags.is_sampled() && flags.is_debug());
/// assert_eq!(Flags::default().bits(), 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags(u16);

/// Nothing is set, and nothing decided.
impl Default for Flags {
    fn default() -> Self {
        Self(Self::UNDECIDED)
    }
}

impl Flags {
    /// The trace is kept.
    pub const SAMPLED: u8 = 1;
    /// The trace is kept even where samplers or storage would drop it.
    pub const DEBUG: u8 = 2;
    /// Nobody has decided yet whether the trace is kept: the next local root is asked.
    const UNDECIDED: u16 = 1 << 8;
    pub(crate) const NONE: Self = Self(0);
    /// The context came out of a carrier.
    const REMOTE: u16 = 1 << 9;

    /// The flags as Jaeger writes them: bit 0 is sampled, bit 1 debug, the others are passed on.
    ///
    /// # Examples
    /// ```
    /// let context = opentracing_core::SpanContext::builder().flags(0b1001).build();
    /// assert_eq!(context.flags().bits(), 0b1001);
    /// ```
    #[must_use]
    #[inline]
    pub fn bits(self) -> u8 {
        self.0.to_le_bytes()[0]
    }

    /// Whether the trace is kept.
    ///
    /// # Examples
    /// ```
    /// let context = opentracing_core::SpanContext::builder().sampled(true).build();
    /// assert!(context.flags().is_sampled());
    /// ```
    #[must_use]
    #[inline]
    pub fn is_sampled(self) -> bool {
        self.bits() & Self::SAMPLED != 0
    }

    /// Whether the trace is kept whatever samplers say.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Flags, SpanContext};
    ///
    /// assert!(SpanContext::builder().flags(Flags::DEBUG).build().flags().is_debug());
    /// assert!(!Flags::default().is_debug());
    /// ```
    #[must_use]
    pub fn is_debug(self) -> bool {
        self.bits() & Self::DEBUG != 0
    }

    /// Sets or clears *sampled*; what was undecided is decided.
    pub(crate) fn with_sampled(self, sampled: bool) -> Self {
        let decided = Self(self.0 & !Self::UNDECIDED & !u16::from(Self::SAMPLED));
        Self(decided.0 | u16::from(sampled))
    }

    pub(crate) fn with_debug(self) -> Self {
        Self(self.0 | u16::from(Self::DEBUG))
    }

    /// The flags that a child in this process starts with.
    #[inline]
    pub(crate) fn inherited(self) -> Self {
        Self(self.0 & !Self::REMOTE)
    }

    /// All bits, those that do not travel among them.
    #[inline]
    pub(crate) fn all(self) -> u16 {
        self.0
    }

    /// The flags of which [`Flags::all`] gave the bits; what lies above them is left out.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the lower 16 bits are what is asked for")]
    pub(crate) fn of_all(bits: u32) -> Self {
        Self(bits as u16)
    }

    pub(crate) fn is_decided(self) -> bool {
        self.0 & Self::UNDECIDED == 0
    }
}

impl SpanContext {
    /// Starts a context from its parts, for codecs and tests.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{SpanContext, SpanId, TraceId};
    ///
    /// let context = SpanContext::builder()
    ///     .ids(TraceId::new(1).unwrap(), SpanId::new(2).unwrap())
    ///     .sampled(true)
    ///     .baggage_item("k", "v")
    ///     .build();
    /// assert_eq!(context.trace_id(), TraceId::new(1));
    /// ```
    #[inline]
    pub fn builder() -> SpanContextBuilder {
        SpanContextBuilder::default()
    }

    /// The context of a live span.
    #[inline]
    pub(crate) fn of_head(head: &SpanHead, extra: Option<Arc<Extra>>) -> Self {
        Self {
            trace_id: Some(head.trace_id),
            span_id: Some(head.span_id),
            parent_id: head.parent_id,
            flags: head.flags,
            extra,
        }
    }

    /// What goes from a context to the children of its span: all but a debug id, which asks for one root.
    #[inline]
    pub(crate) fn extra(&self) -> Option<Arc<Extra>> {
        match &self.extra {
            Some(extra) if extra.debug_id.is_some() => self.clone().without_debug_id().extra,
            extra => extra.clone(),
        }
    }

    pub(crate) fn into_extra(self) -> Option<Arc<Extra>> {
        self.extra
    }

    #[inline]
    pub(crate) fn local(
        trace_id: TraceId,
        span_id: SpanId,
        parent_id: Option<SpanId>,
        flags: Flags,
        extra: Option<Arc<Extra>>,
    ) -> Self {
        Self { trace_id: Some(trace_id), span_id: Some(span_id), parent_id, flags, extra }
    }

    /// The trace this span is part of; `None` where the context has no ids.
    ///
    /// # Examples
    /// ```
    /// let span = opentracing_core::MockTracer::new().tracer().start_span("op");
    /// let child = span.child("child").start();
    /// assert!(span.context().trace_id().is_some());
    /// assert_eq!(child.context().trace_id(), span.context().trace_id());
    /// ```
    #[must_use]
    #[inline]
    pub fn trace_id(&self) -> Option<TraceId> {
        self.trace_id
    }

    /// The span; `None` where the context has no ids.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, Tracer};
    ///
    /// assert!(MockTracer::new().tracer().start_span("op").context().span_id().is_some());
    /// assert!(Tracer::noop().start_span("op").context().span_id().is_none());
    /// ```
    #[must_use]
    #[inline]
    pub fn span_id(&self) -> Option<SpanId> {
        self.span_id
    }

    /// The span's parent, as far as it is known: Jaeger's headers carry it.
    ///
    /// # Examples
    /// ```
    /// let span = opentracing_core::MockTracer::new().tracer().start_span("op");
    /// let child = span.child("child").start();
    /// assert_eq!(span.context().parent_id(), None);
    /// assert_eq!(child.context().parent_id(), span.context().span_id());
    /// ```
    #[must_use]
    #[inline]
    pub fn parent_id(&self) -> Option<SpanId> {
        self.parent_id
    }

    /// Both ids, if the context has them.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{SpanContext, SpanId, TraceId};
    ///
    /// let (trace_id, span_id) = (TraceId::new(1).unwrap(), SpanId::new(2).unwrap());
    /// assert_eq!(SpanContext::builder().ids(trace_id, span_id).build().ids(), Some((trace_id, span_id)));
    /// assert_eq!(SpanContext::default().ids(), None);
    /// ```
    #[must_use]
    #[inline]
    pub fn ids(&self) -> Option<(TraceId, SpanId)> {
        self.trace_id.zip(self.span_id)
    }

    /// Whether the trace is kept.
    ///
    /// # Examples
    /// ```
    /// let span = opentracing_core::MockTracer::new().tracer().start_span("op");
    /// assert!(span.context().is_sampled());
    /// ```
    #[must_use]
    #[inline]
    pub fn is_sampled(&self) -> bool {
        self.flags.is_sampled()
    }

    /// Whether the trace is kept whatever samplers say.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Flags, SpanContext};
    ///
    /// assert!(SpanContext::builder().flags(Flags::SAMPLED | Flags::DEBUG).build().is_debug());
    /// ```
    #[must_use]
    #[inline]
    pub fn is_debug(&self) -> bool {
        self.flags.is_debug()
    }

    /// What has been decided about keeping the trace; `None` where the sender left it open (B3 can).
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::SpanContext;
    ///
    /// assert_eq!(SpanContext::default().sampling_decision(), None);
    /// assert_eq!(SpanContext::builder().sampled(false).build().sampling_decision(), Some(false));
    /// ```
    #[must_use]
    pub fn sampling_decision(&self) -> Option<bool> {
        self.flags.is_decided().then(|| self.is_sampled())
    }

    /// Whether the context came out of a carrier.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, SpanContext};
    ///
    /// assert!(SpanContext::builder().remote().build().is_remote());
    /// assert!(!MockTracer::new().tracer().start_span("op").context().is_remote());
    /// ```
    #[must_use]
    pub fn is_remote(&self) -> bool {
        self.flags.0 & Flags::REMOTE != 0
    }

    /// The flags.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Flags, SpanContext};
    ///
    /// assert_eq!(SpanContext::builder().sampled(true).build().flags().bits(), Flags::SAMPLED);
    /// ```
    #[must_use]
    pub fn flags(&self) -> Flags {
        self.flags
    }

    /// The value of a baggage item. Keys are case-sensitive here; text carriers fold them.
    ///
    /// # Examples
    /// ```
    /// let context = opentracing_core::SpanContext::builder().baggage_item("user", "42").build();
    /// assert_eq!(context.baggage_item("user"), Some("42"));
    /// assert_eq!(context.baggage_item("User"), None);
    /// ```
    #[must_use]
    pub fn baggage_item(&self, key: &str) -> Option<&str> {
        self.extra.as_ref()?.baggage.get(key).map(String::as_str)
    }

    /// All baggage items, in the order of their keys.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::SpanContext;
    ///
    /// let context = SpanContext::builder().baggage_item("b", "2").baggage_item("a", "1").build();
    /// assert!(context.baggage().eq([("a", "1"), ("b", "2")]));
    /// ```
    #[inline]
    pub fn baggage(&self) -> impl Iterator<Item = (&str, &str)> {
        self.extra.iter().flat_map(|extra| extra.baggage.iter()).map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// The W3C `tracestate` that came with the context, to be passed on as it is.
    ///
    /// # Examples
    /// ```
    /// let context = opentracing_core::SpanContext::builder().trace_state("vendor=1").build();
    /// assert_eq!(context.trace_state(), Some("vendor=1"));
    /// ```
    #[must_use]
    #[inline]
    pub fn trace_state(&self) -> Option<&str> {
        self.extra.as_ref()?.trace_state.as_deref()
    }

    /// The value of a `jaeger-debug-id` header, which asks that the next root be kept and tagged.
    ///
    /// # Examples
    /// ```
    /// let context = opentracing_core::SpanContext::builder().debug_id("ticket-17").build();
    /// assert_eq!(context.debug_id(), Some("ticket-17"));
    /// ```
    #[must_use]
    pub fn debug_id(&self) -> Option<&str> {
        self.extra.as_ref()?.debug_id.as_deref()
    }

    /// Whether the context says nothing: no ids, no baggage, no decision. It counts as no reference.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::SpanContext;
    ///
    /// assert!(SpanContext::default().is_empty());
    /// assert!(!SpanContext::builder().sampled(false).build().is_empty());
    /// ```
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.ids().is_none() && self.extra.is_none() && !self.flags.is_decided()
    }

    #[cold]
    fn without_debug_id(mut self) -> Self {
        self.change(|extra| extra.debug_id = None);
        self
    }

    /// Adds those items of another context that this one does not have.
    pub(crate) fn merge_baggage(&mut self, other: &SpanContext) {
        if other.baggage().all(|(key, _)| self.baggage_item(key).is_some()) {
            return;
        }
        self.change(|extra| {
            for (key, value) in other.baggage() {
                extra.baggage.entry(key.to_owned()).or_insert_with(|| value.to_owned());
            }
        });
    }

    pub(crate) fn set_baggage_item(&mut self, key: String, value: String) {
        self.change(|extra| _ = extra.baggage.insert(key, value));
    }

    /// Number and bytes of the baggage.
    pub(crate) fn baggage_size(&self) -> (usize, usize) {
        self.baggage()
            .fold((0, 0), |(items, bytes), (key, value)| (items + 1, bytes + key.len() + value.len()))
    }

    fn change(&mut self, change: impl FnOnce(&mut Extra)) {
        let extra = self.extra.get_or_insert_default();
        change(Arc::make_mut(extra));
        if extra.is_empty() {
            self.extra = None;
        }
    }
}

/// Contexts are equal when they name the same span with the same decision; a context without ids is equal to
/// one with the same baggage.
impl PartialEq for SpanContext {
    fn eq(&self, other: &Self) -> bool {
        self.ids() == other.ids()
            && self.is_sampled() == other.is_sampled()
            && self.is_debug() == other.is_debug()
            && (self.ids().is_some() || self.extra == other.extra)
    }
}

impl Eq for SpanContext {}

impl fmt::Debug for SpanContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("SpanContext");
        debug
            .field("trace_id", &self.trace_id)
            .field("span_id", &self.span_id)
            .field("flags", &self.flags.bits());
        if let Some(extra) = &self.extra {
            // Keys only: baggage may hold what must not get into logs.
            debug.field("baggage_keys", &extra.baggage.keys());
        }
        debug.finish_non_exhaustive()
    }
}

/// Builds a [`SpanContext`] from its parts.
///
/// # Examples
/// ```
/// let context = opentracing_core::SpanContext::builder().sampled(true).baggage_item("k", "v").build();
/// assert!(context.is_sampled());
/// assert_eq!(context.baggage_item("k"), Some("v"));
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "a builder makes nothing until `build` is called"]
pub struct SpanContextBuilder {
    context: SpanContext,
}

impl SpanContextBuilder {
    /// Names the span.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{SpanContext, SpanId, TraceId};
    ///
    /// let context = SpanContext::builder().ids(TraceId::new(1).unwrap(), SpanId::new(2).unwrap()).build();
    /// assert_eq!(context.span_id(), SpanId::new(2));
    /// ```
    #[inline]
    pub fn ids(mut self, trace_id: TraceId, span_id: SpanId) -> Self {
        self.context.trace_id = Some(trace_id);
        self.context.span_id = Some(span_id);
        self
    }

    /// Names the span's parent.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{SpanContext, SpanId};
    ///
    /// let context = SpanContext::builder().parent_id(SpanId::new(3)).build();
    /// assert_eq!(context.parent_id(), SpanId::new(3));
    /// ```
    #[inline]
    pub fn parent_id(mut self, parent_id: Option<SpanId>) -> Self {
        self.context.parent_id = parent_id;
        self
    }

    /// Sets all flags, as Jaeger writes them; the decision counts as made.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Flags, SpanContext};
    ///
    /// let context = SpanContext::builder().flags(Flags::SAMPLED).build();
    /// assert_eq!(context.sampling_decision(), Some(true));
    /// ```
    #[inline]
    pub fn flags(mut self, bits: u8) -> Self {
        let marks = self.context.flags.0 & Flags::REMOTE;
        self.context.flags = Flags(u16::from(bits) | marks);
        self
    }

    /// Says whether the trace is kept.
    ///
    /// # Examples
    /// ```
    /// let context = opentracing_core::SpanContext::builder().sampled(false).build();
    /// assert_eq!(context.sampling_decision(), Some(false));
    /// ```
    #[inline]
    pub fn sampled(mut self, sampled: bool) -> Self {
        self.context.flags = self.context.flags.with_sampled(sampled);
        self
    }

    /// Leaves open whether the trace is kept, which is the state before any decision was given: the next local
    /// root is asked.
    ///
    /// # Examples
    /// ```
    /// let context = opentracing_core::SpanContext::builder().sampled(true).undecided().build();
    /// assert_eq!(context.sampling_decision(), None);
    /// ```
    #[inline]
    pub fn undecided(mut self) -> Self {
        self.context.flags = Flags(self.context.flags.with_sampled(false).0 | Flags::UNDECIDED);
        self
    }

    /// Marks the context as one that came out of a carrier; every codec does.
    ///
    /// # Examples
    /// ```
    /// assert!(opentracing_core::SpanContext::builder().remote().build().is_remote());
    /// ```
    #[inline]
    pub fn remote(mut self) -> Self {
        self.context.flags.0 |= Flags::REMOTE;
        self
    }

    /// Adds a baggage item; the last value of a key wins.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::SpanContext;
    ///
    /// let context = SpanContext::builder().baggage_item("k", "first").baggage_item("k", "last").build();
    /// assert_eq!(context.baggage_item("k"), Some("last"));
    /// ```
    pub fn baggage_item(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.context.set_baggage_item(key.into(), value.into());
        self
    }

    /// Adds a W3C `tracestate`, which must be valid.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::SpanContext;
    ///
    /// assert_eq!(SpanContext::builder().trace_state("vendor=1").build().trace_state(), Some("vendor=1"));
    /// assert_eq!(SpanContext::builder().trace_state("").build().trace_state(), None);
    /// ```
    pub fn trace_state(mut self, trace_state: impl Into<String>) -> Self {
        let trace_state = trace_state.into();
        self.context.change(|extra| extra.trace_state = Some(trace_state).filter(|state| !state.is_empty()));
        self
    }

    /// Adds the value of a `jaeger-debug-id` header.
    ///
    /// # Examples
    /// ```
    /// let context = opentracing_core::SpanContext::builder().debug_id("ticket-17").build();
    /// assert_eq!(context.debug_id(), Some("ticket-17"));
    /// assert!(!context.is_empty());
    /// ```
    pub fn debug_id(mut self, debug_id: impl Into<String>) -> Self {
        let debug_id = debug_id.into();
        self.context.change(|extra| extra.debug_id = Some(debug_id));
        self
    }

    /// Makes the context.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::SpanContext;
    ///
    /// assert_eq!(SpanContext::builder().build(), SpanContext::default());
    /// ```
    #[must_use]
    #[inline]
    pub fn build(self) -> SpanContext {
        self.context
    }
}
