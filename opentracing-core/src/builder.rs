//! Starting spans: parents, sampling, ids.

use std::borrow::Cow;
use std::time::SystemTime;

use crate::attributes::{Attributes, cut};
use crate::clock::Timestamp;
use crate::context::{Flags, SpanContext};
use crate::decision::RootTags;
use crate::id::{SpanId, TraceId};
use crate::recorder::{Decision, Event, SpanHead, StartInfo};
use crate::reference::{AsReference, Reference, ReferenceKind, ReferenceList};
use crate::scope::fast::{self, Of};
use crate::scope::{FinishOnClose, Scope};
use crate::span::data::{count, priority};
use crate::span::marks::Marks;
use crate::span::{Details, Span, SpanData};
use crate::tag::AsTag;
use crate::tags::{self, Key};
use crate::thread;
use crate::tracer::Tracer;
use crate::tracer::header::Header;
use crate::tracer::local::Counts;

/// Says what a span is to be before it starts; made by [`Tracer::span`].
///
/// The parent is the first ChildOf reference, else the first reference of any kind, else the tracer's active
/// span. References that stand for no context (an extraction that found nothing) count as not given.
///
/// # Examples
/// ```
/// use opentracing_core::MockTracer;
///
/// let tracer = MockTracer::new().tracer();
/// let cause = tracer.start_span("enqueue");
/// let scope = tracer.span("work").follows_from(&cause).tag("queue.depth", 3).start_active();
/// assert_eq!(scope.context().trace_id(), cause.context().trace_id());
/// ```
#[derive(Debug)]
#[must_use = "a span starts with `start` or `start_active`"]
pub struct SpanBuilder {
    header: &'static Header,
    name: Cow<'static, str>,
    references: ReferenceList,
    /// The tags.
    details: Option<Box<Details>>,
    priority: Option<i64>,
    start_time: Option<SystemTime>,
    ignore_active_span: bool,
}

impl SpanBuilder {
    #[inline]
    pub(crate) fn new(header: &'static Header, name: Cow<'static, str>) -> Self {
        Self {
            header,
            name,
            references: ReferenceList::None,
            details: None,
            priority: None,
            start_time: None,
            ignore_active_span: false,
        }
    }

    /// Refers to spans that depend on this one's outcome: the usual parent.
    ///
    /// # Examples
    /// ```
    /// let tracer = opentracing_core::MockTracer::new().tracer();
    /// let request = tracer.start_span("request");
    /// let query = tracer.span("query").child_of(&request).start();
    /// assert_eq!(query.context().parent_id(), request.context().span_id());
    /// ```
    #[inline]
    pub fn child_of(self, parent: impl AsReference) -> Self {
        self.reference(ReferenceKind::ChildOf, parent)
    }

    /// Refers to spans that caused this one and do not wait for it.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, ReferenceKind};
    ///
    /// let mock = MockTracer::new();
    /// let enqueue = mock.tracer().start_span("enqueue");
    /// mock.tracer().span("work").follows_from(&enqueue).start().finish();
    /// assert_eq!(mock.finished_spans()[0].references[0].kind, ReferenceKind::FollowsFrom);
    /// ```
    #[inline]
    pub fn follows_from(self, cause: impl AsReference) -> Self {
        self.reference(ReferenceKind::FollowsFrom, cause)
    }

    /// Refers to other spans.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, ReferenceKind};
    ///
    /// let mock = MockTracer::new();
    /// let first = mock.tracer().start_span("first try");
    /// let kind = ReferenceKind::Custom("retry_of".into());
    /// mock.tracer().span("second try").reference(kind, &first).start().finish();
    /// assert_eq!(mock.finished_spans()[0].references[0].kind.as_str(), "retry_of");
    /// ```
    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "a kind is a literal at nearly every call")]
    pub fn reference(mut self, kind: ReferenceKind, to: impl AsReference) -> Self {
        if !self.header.is_noop() {
            to.visit(&mut |context| self.add_reference(&kind, context));
        }
        self
    }

    fn add_reference(&mut self, kind: &ReferenceKind, context: &SpanContext) {
        let references_max = self.header.settings.limits.references_max;
        if !context.is_empty() && self.references.as_slice().len() < references_max {
            self.references.push(Reference::new(kind.clone(), context.clone()));
        }
    }

    /// Sets a tag, which the sampler sees.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, tags};
    ///
    /// let mock = MockTracer::new();
    /// mock.tracer().span("get").tag(tags::HTTP_METHOD, "GET").tag("attempt", 1).start().finish();
    /// assert_eq!(mock.finished_spans()[0].tag("http.method").unwrap(), "GET");
    /// ```
    pub fn tag<V: AsTag>(mut self, key: impl Key<V>, value: V) -> Self {
        if !self.header.is_noop() {
            self.add_tag(key.into_name(), &value);
        }
        self
    }

    /// Sets several tags.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// mock.tracer().span("import").tags([("rows", 17), ("skipped", 2)]).start().finish();
    /// assert_eq!(mock.finished_spans()[0].tag("skipped").unwrap(), 2);
    /// ```
    pub fn tags<K, V>(mut self, tags: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<Cow<'static, str>>,
        V: AsTag,
    {
        if !self.header.is_noop() {
            tags.into_iter().for_each(|(key, value)| self.add_tag(key.into(), &value));
        }
        self
    }

    fn add_tag(&mut self, key: Cow<'static, str>, value: &dyn AsTag) {
        let mut key = Some(key);
        value.visit_tag(&mut |value| {
            let Some(key) = key.take() else { return };
            if key == tags::SAMPLING_PRIORITY.name() {
                self.priority = priority(value);
            }
            let details = self.details.get_or_insert_with(thread::take_details);
            details.arena.tag(key, value, &self.header.settings.limits);
        });
    }

    /// Makes the span the server's side of a call: a child of what the caller sent, if that was found, with the
    /// tag `span.kind` = `server`. Whatever is active on this thread is no parent.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, format};
    /// use std::collections::HashMap;
    ///
    /// let mock = MockTracer::new();
    /// let headers = HashMap::<String, String>::new();
    /// let caller = mock.tracer().extract(format::HttpHeaders, &headers);
    /// mock.tracer().span("serve").rpc_server(caller).start().finish();
    /// assert_eq!(mock.finished_spans()[0].tag("span.kind").unwrap(), "server");
    /// ```
    pub fn rpc_server(self, caller: impl AsReference) -> Self {
        self.ignore_active_span().child_of(caller).tag(tags::SPAN_KIND, tags::SpanKind::Server)
    }

    /// Lets the span begin at another moment than that of `start`.
    ///
    /// # Examples
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// let mock = opentracing_core::MockTracer::new();
    /// let queued = SystemTime::now() - Duration::from_secs(3);
    /// mock.tracer().span("job").start_time(queued).start().finish();
    /// assert_eq!(mock.finished_spans()[0].start_time, queued);
    /// ```
    pub fn start_time(mut self, time: SystemTime) -> Self {
        self.start_time = Some(time);
        self
    }

    /// Makes no child of the active span.
    ///
    /// # Examples
    /// ```
    /// let tracer = opentracing_core::MockTracer::new().tracer();
    /// let request = tracer.span("request").start_active();
    /// let cleanup = tracer.span("cleanup").ignore_active_span().start();
    /// assert_ne!(cleanup.context().trace_id(), request.context().trace_id());
    /// ```
    pub fn ignore_active_span(mut self) -> Self {
        self.ignore_active_span = true;
        self
    }

    /// Starts the span, without making it active.
    ///
    /// # Examples
    /// ```
    /// let tracer = opentracing_core::MockTracer::new().tracer();
    /// let span = tracer.span("op").start();
    /// assert!(span.is_recording());
    /// assert!(tracer.active_span().is_none());
    /// ```
    pub fn start(self) -> Span {
        if self.header.is_noop() {
            return Span::noop();
        }
        let header = self.header;
        if let Some(span) = self.plain_name().and_then(|name| start_child_span(Of::Tracer(header), name)) {
            return span;
        }
        let data = self.plain().unwrap_or_else(|| self.begin());
        count(header, |counts| &counts.started);
        let span = Span::new(header, data);
        span.show(|record, context| Event::Started(record, context));
        span
    }

    /// Starts the span and makes it active; closing the scope finishes it.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let scope = mock.tracer().span("op").start_active();
    /// assert_eq!(mock.tracer().active_span().unwrap().context(), scope.context());
    /// drop(scope);
    /// assert_eq!(mock.finished_spans().len(), 1);
    /// ```
    #[inline]
    pub fn start_active(self) -> Scope {
        self.start_active_with(FinishOnClose::Yes)
    }

    /// Starts the span and makes it active.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{FinishOnClose, MockTracer};
    ///
    /// let mock = MockTracer::new();
    /// let scope = mock.tracer().span("op").start_active_with(FinishOnClose::No);
    /// let span = scope.span();
    /// scope.close();
    /// assert!(span.is_recording());
    /// ```
    #[inline]
    pub fn start_active_with(self, on_close: FinishOnClose) -> Scope {
        if self.header.is_noop() {
            return Scope::noop();
        }
        let header = self.header;
        if let Some(scope) = self.plain_name().and_then(|name| start_child(header, name, on_close)) {
            return scope;
        }
        match self.plain_name().filter(|_| on_close == FinishOnClose::Yes && fast::here().is_empty()) {
            Some(name) => start_root(header, name),
            None => Scope::of_data(header, self.plain().unwrap_or_else(|| self.begin()), on_close),
        }
    }

    /// Gives the operation another name.
    pub(crate) fn name(mut self, name: Cow<'static, str>) -> Self {
        self.name = name;
        self
    }

    /// The name, if it is a literal and nothing else was given.
    fn plain_name(&self) -> Option<&'static str> {
        let plain = self.references.as_slice().is_empty()
            && self.details.is_none()
            && self.start_time.is_none()
            && !self.ignore_active_span
            && !self.header.settings.observe;
        match self.name {
            Cow::Borrowed(name) if plain => Some(name),
            _ => None,
        }
    }

    /// The span, if nothing was said about it but a literal name and, at most, its parent, which has decided. Its
    /// caller counts it.
    #[inline]
    fn plain(&self) -> Option<SpanData> {
        let Cow::Borrowed(name) = self.name else { return None };
        if self.details.is_some() || self.start_time.is_some() || self.header.settings.observe {
            return None;
        }
        match &self.references {
            ReferenceList::One(Reference { kind: ReferenceKind::ChildOf, context }) => {
                (!undecided(context)).then(|| child_of(self.header, name, context)).flatten()
            }
            ReferenceList::None if self.ignore_active_span || fast::here().is_empty() => {
                Some(Root::new(self.header, name).start(self.header, name))
            }
            _ => None,
        }
    }

    /// Makes the span, which its caller counts: a recorder that panics has started nothing.
    fn begin(mut self) -> SpanData {
        let lineage = self.lineage();
        let parent = lineage.parent.as_ref();
        let ids = &fast::here().ids;
        let trace_id = parent.and_then(SpanContext::trace_id);
        let trace_id = trace_id.unwrap_or_else(|| ids.trace_id(self.header.settings.trace_id_bits));
        let span_id = ids.span_id();
        let is_local_root = parent.is_none_or(undecided);
        let details = self.details.take();
        let verdict = match parent {
            Some(parent) if !is_local_root => Verdict::inherited(parent.flags(), self.priority),
            parent => {
                let tags = details.as_ref().map(|details| details.arena.view()).unwrap_or_default();
                self.ask(parent, lineage.decision.as_ref(), trace_id, tags)
            }
        };
        self.data(&lineage, (trace_id, span_id), is_local_root, &verdict, details)
    }

    /// The parent among the references: the first ChildOf, else the first of any kind.
    fn parent_reference(&self) -> Option<&SpanContext> {
        let with_ids = |reference: &&Reference| reference.context.ids().is_some();
        let child_of = |reference: &&Reference| reference.kind == ReferenceKind::ChildOf;
        let parent = self.references.as_slice().iter().filter(with_ids).find(child_of);
        parent
            .or_else(|| self.references.as_slice().iter().find(with_ids))
            .map(|reference| &reference.context)
    }

    /// Whether no parent in this process has decided: a sampler is asked, and sees the name.
    pub(crate) fn is_local_root(&self) -> bool {
        if self.follows_active() {
            return self.active().as_ref().is_none_or(undecided);
        }
        self.parent_reference().is_none_or(undecided)
    }

    /// Whether the active span, if there is one, is the parent.
    fn follows_active(&self) -> bool {
        self.references.as_slice().is_empty() && !self.ignore_active_span
    }

    fn active(&self) -> Option<SpanContext> {
        if fast::here().is_empty() {
            return None;
        }
        thread::with(|state| state.stack.active_of(self.header).map(|slot| slot.context())).flatten()
    }

    /// Finds the parent, and drops from the references what names no span; their baggage stays.
    fn lineage(&mut self) -> Lineage {
        if self.follows_active() {
            let parent = self.active();
            return Lineage { baggage: parent.clone(), parent, decision: None };
        }
        let parent = self.parent_reference().cloned();
        let mut baggage = parent.clone();
        for reference in self.references.as_slice() {
            match &mut baggage {
                Some(baggage) => baggage.merge_baggage(&reference.context),
                None => baggage = Some(reference.context.clone()),
            }
        }
        let decision = self.references.as_slice().iter().find(|reference| reference.context.ids().is_none());
        let decision = decision.map(|reference| reference.context.clone());
        self.references.keep_those_with_ids();
        Lineage { parent, baggage, decision }
    }

    /// Asks the recorder: no parent in this process has decided.
    fn ask(
        &self,
        parent: Option<&SpanContext>,
        decision: Option<&SpanContext>,
        trace_id: TraceId,
        tags: Attributes<'_>,
    ) -> Verdict {
        let info = StartInfo {
            operation_name: &self.name,
            trace_id,
            parent: parent.or(decision),
            references: self.references.as_slice(),
            tags,
            sampling_priority: self.priority,
            debug_id: decision.filter(|_| parent.is_none()).and_then(SpanContext::debug_id),
        };
        let decision = self.header.recorder().map_or_else(Decision::drop, |recorder| recorder.sample(&info));
        let flags = parent.map(SpanContext::flags).unwrap_or_default().inherited();
        let flags = flags.with_sampled(decision.sampled);
        Verdict { flags: if decision.debug { flags.with_debug() } else { flags }, tags: decision.tags }
    }

    fn data(
        self,
        lineage: &Lineage,
        (trace_id, span_id): (TraceId, SpanId),
        is_local_root: bool,
        verdict: &Verdict,
        details: Option<Box<Details>>,
    ) -> SpanData {
        let limits = &self.header.settings.limits;
        let parent_id = lineage.parent.as_ref().and_then(SpanContext::span_id);
        let head = SpanHead {
            trace_id,
            span_id,
            parent_id,
            flags: verdict.flags,
            is_local_root,
            start: Timestamp::UNSET,
            finish: Timestamp::UNSET,
        };
        let usual = match self.references.as_slice() {
            [] => true,
            [only] => only.kind == ReferenceKind::ChildOf,
            _ => false,
        };
        let is_recording = verdict.flags.is_sampled() || self.header.settings.record_unsampled;
        let mut data = SpanData { head, name: "", details, marks: Marks::NONE };
        data.marks.set(Marks::RECORDING, is_recording);
        data.marks.set(Marks::BEGAN_PANICKING, std::thread::panicking());
        data.marks.set(Marks::TIMED, self.start_time.is_some());
        match self.name {
            Cow::Borrowed(name) => data.name = name,
            Cow::Owned(name) => data.details().name = Some(cut(&name, limits.value_bytes_max).to_owned()),
        }
        if let Some(extra) = lineage.baggage.as_ref().and_then(SpanContext::extra) {
            data.details().extra = Some(extra);
        }
        if !usual {
            data.details().references = self.references.into_vec();
        }
        for (key, value) in verdict.tags.as_slice() {
            data.details().arena.tag(Cow::Borrowed(key), value, limits);
        }
        // Last, so that what was done for the start is not part of the span.
        if is_recording {
            data.head.start = Timestamp::or_now(self.start_time);
        }
        data
    }
}

/// Whether no parent in this process has decided.
fn undecided(parent: &SpanContext) -> bool {
    parent.is_remote() || parent.sampling_decision().is_none()
}

/// What a span takes over from others.
struct Lineage {
    parent: Option<SpanContext>,
    /// The parent's context, with the baggage of all other references.
    baggage: Option<SpanContext>,
    /// A context without ids, which may hold a decision or a debug id.
    decision: Option<SpanContext>,
}

/// What was decided about a span.
struct Verdict {
    flags: Flags,
    tags: RootTags,
}

impl Verdict {
    /// The parent's decision, unless the span has a `sampling.priority` of its own.
    fn inherited(parent: Flags, priority: Option<i64>) -> Self {
        let flags = parent.inherited();
        let flags = match priority {
            Some(priority) if priority > 0 => flags.with_sampled(true).with_debug(),
            Some(_) => flags.with_sampled(false),
            None => flags,
        };
        Self { flags, tags: RootTags::None }
    }
}

/// What is to become the root of a new trace, of which only the name is known.
struct Root {
    ids: (TraceId, SpanId),
    decision: Decision,
}

impl Root {
    #[inline]
    fn new(header: &Header, name: &'static str) -> Self {
        let ids = &fast::here().ids;
        let ids = (ids.trace_id(header.settings.trace_id_bits), ids.span_id());
        let info = StartInfo::new(name, ids.0);
        Self {
            ids,
            decision: header.recorder().map_or_else(Decision::drop, |recorder| recorder.sample(&info)),
        }
    }

    #[inline]
    fn flags(&self) -> Flags {
        let flags = Flags::default().with_sampled(self.decision.sampled);
        if self.decision.debug { flags.with_debug() } else { flags }
    }

    fn start(self, header: &'static Header, name: &'static str) -> SpanData {
        let ((trace_id, span_id), flags) = (self.ids, self.flags());
        let head = SpanHead { trace_id, span_id, flags, is_local_root: true, ..SpanHead::NONE };
        let mut data = started(header, name, head);
        for (key, value) in self.decision.tags() {
            data.details().arena.tag_literal(key, value, &header.settings.limits);
        }
        data
    }
}

/// Starts the root of a new trace, of which only the name is known, and makes it active. No scope is open.
pub(crate) fn start_root(header: &'static Header, name: &'static str) -> Scope {
    let (fast, root) = (fast::here(), Root::new(header, name));
    let panicking = std::thread::panicking();
    let Some(place) = (if panicking { None } else { fast.push_root(header, root.ids, root.flags(), name) })
    else {
        return Scope::of_data(header, root.start(header, name), FinishOnClose::Yes);
    };
    for (key, value) in root.decision.tags() {
        fast.append_tag(place, key, value);
    }
    Scope::at(place)
}

/// A child of a span in this process, of which only the name is known; `None` where the parent has no ids.
fn child_of(header: &'static Header, name: &'static str, parent: &SpanContext) -> Option<SpanData> {
    let (trace_id, parent_id) = parent.ids()?;
    let head = SpanHead {
        trace_id,
        span_id: fast::here().ids.span_id(),
        parent_id: Some(parent_id),
        flags: parent.flags().inherited(),
        ..SpanHead::NONE
    };
    let mut data = started(header, name, head);
    if let Some(extra) = parent.extra() {
        data.details().extra = Some(extra);
    }
    Some(data)
}

#[inline]
fn started(header: &'static Header, name: &'static str, head: SpanHead) -> SpanData {
    let mut data = SpanData { head, name, details: None, marks: Marks::NONE };
    data.marks.set(Marks::BEGAN_PANICKING, std::thread::panicking());
    if head.flags.is_sampled() || header.settings.record_unsampled {
        data.marks.set(Marks::RECORDING, true);
        data.head.start = Timestamp::now();
    }
    data
}

/// As `start_child`, of a span that is not activated.
pub(crate) fn start_child_span(of: Of, name: &'static str) -> Option<Span> {
    let (local, head) = fast::here().child_of_top(of)?;
    let mut data = SpanData { head, name, details: None, marks: Marks::RECORDING };
    Counts::add_one(&local.counts.started);
    data.head.start = Timestamp::now();
    Some(Span::new(local.header, data))
}

/// The short way for the usual case: a child of the active span, whose decision it follows.
#[inline]
pub(crate) fn start_child(
    header: &'static Header,
    name: &'static str,
    on_close: FinishOnClose,
) -> Option<Scope> {
    if on_close == FinishOnClose::No || std::thread::panicking() {
        return None;
    }
    let (fast, of) = (fast::here(), Of::Tracer(header));
    fast.push_child(of, name).or_else(|| fast.push_child_otherwise(of, name)).map(Scope::at)
}

impl Tracer {
    /// Begins a span of this name: see [`SpanBuilder`].
    ///
    /// # Examples
    /// ```
    /// let tracer = opentracing_core::MockTracer::new().tracer();
    /// let span = tracer.span("get").tag("attempt", 1).start();
    /// assert!(span.is_recording());
    /// ```
    #[inline]
    pub fn span(&self, name: impl Into<Cow<'static, str>>) -> SpanBuilder {
        SpanBuilder::new(self.header(), name.into())
    }

    /// Starts a span without making it active: `span(name).start()`.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// mock.tracer().start_span("op").finish();
    /// assert_eq!(mock.finished_spans()[0].operation_name, "op");
    /// ```
    pub fn start_span(&self, name: impl Into<Cow<'static, str>>) -> Span {
        self.span(name).start()
    }

    /// Starts a span and makes it active: `span(name).start_active_with(on_close)`.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{FinishOnClose, MockTracer};
    ///
    /// let tracer = MockTracer::new().tracer();
    /// let scope = tracer.start_active_span("op", FinishOnClose::Yes);
    /// assert_eq!(tracer.active_span().unwrap().context(), scope.context());
    /// ```
    pub fn start_active_span(&self, name: impl Into<Cow<'static, str>>, on_close: FinishOnClose) -> Scope {
        self.span(name).start_active_with(on_close)
    }
}
