//! A span: one operation, from its start to its finish.

pub(crate) mod data;
pub(crate) mod live;
pub(crate) mod marks;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

pub(crate) use data::{Details, SpanData};
use live::{Call, Live};
use marks::Marks;

use crate::builder::SpanBuilder;
use crate::clock::Timestamp;
use crate::context::{Extra, Flags, SpanContext};
use crate::failure::Failure;
use crate::fields::IntoFields;
use crate::fork;
use crate::id::{SpanId, TraceId};
use crate::recorder::{Event, Misuse, SpanHead, SpanRecord};
use crate::reference::AsReference;
use crate::scope::{FinishOnClose, Scope};
use crate::tag::AsTag;
use crate::tags::Key;
use crate::tracer::Tracer;
use crate::tracer::header::{Header, NOOP};

/// One operation, from its start to its finish.
///
/// A span finishes when [`Span::finish`] is called or when it is dropped, whichever comes first; what is asked
/// of it later is ignored, and counted. To share a span, put it into an [`Arc`]: then it finishes at the latest
/// when its last handle is dropped. A panic that begins while a span is alive and unwinds through its drop
/// marks it as failed.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, fields};
///
/// let mock = MockTracer::new();
/// let span = mock.tracer().start_span("fetch");
/// span.set_tag("url", "http://localhost/").log(fields![event = "sent"]);
/// span.finish();
///
/// let finished = &mock.finished_spans()[0];
/// assert_eq!(finished.operation_name, "fetch");
/// assert_eq!(finished.tag("url").unwrap(), "http://localhost/");
/// ```
#[must_use = "a span that is dropped at once measures nothing"]
pub struct Span {
    header: &'static Header,
    ids: Option<Ids>,
    /// The process it belongs to: in a forked child it is a context only.
    generation: u64,
    /// The flags of the context, and the bits of [`state`]. Written under the lock only.
    state: AtomicU32,
    /// The baggage of `data`, again: so that a context can be had while the data is locked. Nothing is allocated or
    /// freed under this lock, since an allocator may trace.
    extra: Mutex<Option<Arc<Extra>>>,
    data: Mutex<SpanData>,
}

/// What never changes of a context.
#[derive(Clone, Copy)]
struct Ids {
    trace_id: TraceId,
    span_id: SpanId,
    parent_id: Option<SpanId>,
}

/// What is known of a span without its lock, above the 16 bits of its flags.
mod state {
    /// What is set is kept.
    pub(super) const RECORDING: u32 = 1 << 16;
    pub(super) const FINISHED: u32 = 1 << 17;
    /// The context has baggage, or else what lies in the details.
    pub(super) const CARRIES: u32 = 1 << 18;
}

/// The bits that tell what a span holds.
#[inline]
fn state_of(data: &SpanData) -> u32 {
    let bit = |set: bool, bit: u32| if set { bit } else { 0 };
    u32::from(data.head.flags.all())
        | bit(data.is_recording(), state::RECORDING)
        | bit(data.marks.has(Marks::FINISHED), state::FINISHED)
        | bit(data.extra().is_some(), state::CARRIES)
}

impl Span {
    #[inline]
    pub(crate) fn new(header: &'static Header, data: SpanData) -> Self {
        let SpanHead { trace_id, span_id, parent_id, .. } = data.head;
        Self {
            header,
            ids: (!header.is_noop()).then_some(Ids { trace_id, span_id, parent_id }),
            generation: fork::generation(),
            state: AtomicU32::new(state_of(&data)),
            extra: Mutex::new(data.extra().cloned()),
            data: Mutex::new(data),
        }
    }

    pub(crate) fn noop() -> Self {
        Self::new(&NOOP, SpanData::empty())
    }

    fn lock(&self) -> MutexGuard<'_, SpanData> {
        // No code of the user runs under this lock, so a panic under it is ours; the data is still whole.
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has(&self, bits: u32) -> bool {
        self.state.load(Ordering::Acquire) & bits != 0
    }

    /// Lets what can be known without the lock follow what was changed under it.
    fn publish(&self, data: &SpanData) {
        let _old = data.extra().map(|extra| {
            let mut published = self.extra.lock().unwrap_or_else(PoisonError::into_inner);
            published.replace(Arc::clone(extra))
        });
        self.state.store(state_of(data), Ordering::Release);
    }

    #[cold]
    fn extra(&self) -> Option<Arc<Extra>> {
        // A thread of the parent may have held the lock when it forked: it is never free here then.
        let extra = if self.is_foreign() {
            self.extra.try_lock().ok()?
        } else {
            self.extra.lock().unwrap_or_else(PoisonError::into_inner)
        };
        extra.clone()
    }

    /// Whether the span was started by the process that forked this one.
    #[inline]
    fn is_foreign(&self) -> bool {
        self.generation != fork::generation()
    }

    /// The span's context as it is now; valid also after the span has finished.
    ///
    /// # Examples
    /// ```
    /// let span = opentracing_core::MockTracer::new().tracer().start_span("op");
    /// let before = span.context();
    /// span.set_baggage_item("user", "42").finish();
    /// assert_eq!(span.context().ids(), before.ids());
    /// assert_eq!(before.baggage_item("user"), None);
    /// assert_eq!(span.context().baggage_item("user"), Some("42"));
    /// ```
    #[must_use]
    pub fn context(&self) -> SpanContext {
        let Some(Ids { trace_id, span_id, parent_id }) = self.ids else { return SpanContext::default() };
        let state = self.state.load(Ordering::Acquire);
        let extra = if state & state::CARRIES == 0 { None } else { self.extra() };
        SpanContext::local(trace_id, span_id, parent_id, Flags::of_all(state), extra)
    }

    /// The tracer that made the span.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let span = mock.tracer().start_span("op");
    /// span.tracer().start_span("another").finish();
    /// assert_eq!(mock.finished_spans()[0].operation_name, "another");
    /// ```
    #[must_use]
    pub fn tracer(&self) -> Tracer {
        Tracer::of(self.header)
    }

    pub(crate) fn header(&self) -> &'static Header {
        self.header
    }

    /// Whether tags and logs are kept: the trace is sampled, and the span has not finished.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, Tracer};
    ///
    /// let span = MockTracer::new().tracer().start_span("op");
    /// assert!(span.is_recording());
    /// span.finish();
    /// assert!(!span.is_recording());
    /// assert!(!Tracer::noop().start_span("op").is_recording());
    /// ```
    #[must_use]
    pub fn is_recording(&self) -> bool {
        let state = self.state.load(Ordering::Acquire);
        state & (state::RECORDING | state::FINISHED) == state::RECORDING && !self.is_foreign()
    }

    /// Gives the operation another name.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// mock.tracer().start_span("request").set_operation_name("GET /users/:id").finish();
    /// assert_eq!(mock.finished_spans()[0].operation_name, "GET /users/:id");
    /// ```
    #[track_caller]
    pub fn set_operation_name(&self, name: impl Into<Cow<'static, str>>) -> &Self {
        self.live_set_operation_name(Call::new("set_operation_name"), name.into());
        self
    }

    /// Sets a tag; of several values for one key the last counts.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, tags};
    ///
    /// let mock = MockTracer::new();
    /// let span = mock.tracer().start_span("get");
    /// span.set_tag(tags::HTTP_STATUS_CODE, 200).set_tag("cache", "cold").set_tag("cache", "warm");
    /// span.finish();
    /// assert_eq!(mock.finished_spans()[0].to_string(), r#"get http.status_code=200 cache="warm""#);
    /// ```
    #[track_caller]
    pub fn set_tag<V: AsTag>(&self, key: impl Key<V>, value: V) -> &Self {
        self.live_set_tag(Call::new("set_tag"), key, value);
        self
    }

    /// Sets several tags.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// mock.tracer().start_span("import").set_tags([("rows", 17), ("skipped", 2)]).finish();
    /// assert_eq!(mock.finished_spans()[0].tag("skipped").unwrap(), 2);
    /// ```
    #[track_caller]
    pub fn set_tags<K, V>(&self, tags: impl IntoIterator<Item = (K, V)>) -> &Self
    where
        K: Into<Cow<'static, str>>,
        V: AsTag,
    {
        self.live_set_tags(Call::new("set_tags"), tags);
        self
    }

    /// Adds a log: fields, and the moment of this call.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, fields};
    ///
    /// let mock = MockTracer::new();
    /// mock.tracer().start_span("fetch").log(fields![event = "retry", attempt = 2]).finish();
    /// assert_eq!(mock.finished_spans()[0].logs[0].field("attempt").unwrap(), 2);
    /// ```
    #[track_caller]
    pub fn log(&self, fields: impl IntoFields) -> &Self {
        self.live_log(Call::new("log"), None, fields);
        self
    }

    /// Adds a log of another moment.
    ///
    /// # Examples
    /// ```
    /// use std::time::SystemTime;
    ///
    /// let mock = opentracing_core::MockTracer::new();
    /// let received = SystemTime::now();
    /// mock.tracer().start_span("handle").log_at(received, [("event", "received")]).finish();
    /// assert_eq!(mock.finished_spans()[0].logs[0].timestamp, received);
    /// ```
    #[track_caller]
    pub fn log_at(&self, time: SystemTime, fields: impl IntoFields) -> &Self {
        self.live_log(Call::new("log_at"), Some(Timestamp::from_system_time(time)), fields);
        self
    }

    /// Adds a log with the one field `event`.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// mock.tracer().start_span("fetch").log_event("connected").finish();
    /// assert_eq!(mock.finished_spans()[0].logs[0].field("event").unwrap(), "connected");
    /// ```
    #[track_caller]
    pub fn log_event(&self, event: impl AsTag) -> &Self {
        self.live_log(Call::new("log_event"), None, [(crate::fields::EVENT, event)]);
        self
    }

    /// Marks the span as failed: the tag `error`, and a log with the standard fields of an error.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let span = mock.tracer().start_span("parse");
    /// if let Err(error) = "x".parse::<u8>() {
    ///     span.log_error(&error);
    /// }
    /// span.finish();
    /// let span = &mock.finished_spans()[0];
    /// assert_eq!(span.tag("error").unwrap(), true);
    /// assert_eq!(span.logs[0].field("message").unwrap(), "invalid digit found in string");
    /// ```
    #[track_caller]
    pub fn log_error<E: Error + ?Sized>(&self, error: &E) -> &Self {
        self.live_log_error(Call::new("log_error"), error, ());
        self
    }

    /// As [`Span::log_error`], with fields of your own after the standard ones.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let error = "x".parse::<u8>().unwrap_err();
    /// mock.tracer().start_span("parse").log_error_with(&error, [("column", 7)]).finish();
    /// assert_eq!(mock.finished_spans()[0].logs[0].field("column").unwrap(), 7);
    /// ```
    #[track_caller]
    pub fn log_error_with<E: Error + ?Sized>(&self, error: &E, fields: impl IntoFields) -> &Self {
        self.live_log_error(Call::new("log_error_with"), error, fields);
        self
    }

    #[track_caller]
    pub(crate) fn fail(&self, failure: Failure<'_>) {
        self.live_fail(Call::new("fail"), failure, ());
    }

    /// Sets a baggage item, which travels with the trace: children started from now on have it, in this
    /// process and in others. What exceeds the limits is refused and counted.
    ///
    /// # Examples
    /// ```
    /// let span = opentracing_core::MockTracer::new().tracer().start_span("request");
    /// span.set_baggage_item("tenant", "blue");
    /// let query = span.child("query").start();
    /// assert_eq!(query.baggage_item("tenant").unwrap(), "blue");
    /// ```
    #[track_caller]
    pub fn set_baggage_item(&self, key: impl Into<String>, value: impl Into<String>) -> &Self {
        self.live_set_baggage_item(Call::new("set_baggage_item"), key.into(), value.into());
        self
    }

    /// The value of a baggage item.
    ///
    /// # Examples
    /// ```
    /// let span = opentracing_core::MockTracer::new().tracer().start_span("request");
    /// span.set_baggage_item("tenant", "blue");
    /// assert_eq!(span.baggage_item("tenant").unwrap(), "blue");
    /// assert_eq!(span.baggage_item("Tenant"), None);
    /// ```
    #[must_use]
    pub fn baggage_item(&self, key: &str) -> Option<String> {
        self.context().baggage_item(key).map(str::to_owned)
    }

    /// Begins a child of this span, made by the same tracer.
    ///
    /// # Examples
    /// ```
    /// let span = opentracing_core::MockTracer::new().tracer().start_span("request");
    /// let query = span.child("query").tag("rows", 3).start();
    /// assert_eq!(query.context().trace_id(), span.context().trace_id());
    /// assert_eq!(query.context().parent_id(), span.context().span_id());
    /// ```
    pub fn child(&self, name: impl Into<Cow<'static, str>>) -> SpanBuilder {
        self.tracer().span(name).child_of(self)
    }

    /// Makes this span active on this thread until the scope is closed, which does not finish the span: for threads
    /// that work for a span of another thread.
    ///
    /// # Examples
    /// ```
    /// # let mock = opentracing_core::MockTracer::new();
    /// let tracer = mock.tracer();
    /// tracer.in_span("crawl", |scope| {
    ///     let crawl = scope.span();
    ///     std::thread::scope(|threads| {
    ///         threads.spawn(|| {
    ///             let _scope = crawl.activate();
    ///             tracer.in_span("fetch", |_| {});
    ///         });
    ///     });
    /// });
    /// let spans = mock.finished_spans();
    /// assert_eq!(spans[0].parent_id, spans[1].context.span_id());
    /// ```
    pub fn activate(self: &Arc<Self>) -> Scope {
        Scope::of_span(Arc::clone(self), FinishOnClose::No)
    }

    /// Finishes the span now. Only the first finish counts.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let span = mock.tracer().start_span("op");
    /// span.finish();
    /// assert_eq!(mock.finished_spans().len(), 1);
    /// drop(span);
    /// assert_eq!(mock.finished_spans().len(), 1);
    /// ```
    #[track_caller]
    pub fn finish(&self) {
        self.finish_call(Call::new("finish"), None, None);
    }

    /// Finishes the span at another moment. One before its start counts as its start, and as misuse.
    ///
    /// # Examples
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// let mock = opentracing_core::MockTracer::new();
    /// let end = SystemTime::now() + Duration::from_secs(3);
    /// mock.tracer().start_span("op").finish_at(end);
    /// assert_eq!(mock.finished_spans()[0].finish_time, Some(end));
    /// ```
    #[track_caller]
    pub fn finish_at(&self, time: SystemTime) {
        self.finish_call(Call::new("finish_at"), Some(Timestamp::from_system_time(time)), None);
    }

    /// Finishes the span, with logs collected elsewhere.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let span = mock.tracer().start_span("op");
    /// let moment = std::time::SystemTime::now();
    /// span.finish_with(opentracing_core::FinishOptions::new().log(moment, [("event", "sorted")]));
    /// assert_eq!(mock.finished_spans()[0].logs[0].timestamp, moment);
    /// ```
    #[track_caller]
    pub fn finish_with(&self, options: FinishOptions) {
        let FinishOptions { time, logs } = options;
        let call = Call::new("finish_with");
        if !self.is_recording() {
            return self.finish_call(call, time.map(Timestamp::from_system_time), None);
        }
        for (moment, fields) in logs {
            self.live_log(call, Some(Timestamp::from_system_time(moment)), fields);
        }
        self.finish_call(call, time.map(Timestamp::from_system_time), None);
    }

    fn finish_call(&self, call: Call, time: Option<Timestamp>, failure: Option<Failure<'_>>) {
        if self.header.is_noop() {
            return;
        }
        if self.is_foreign() {
            return;
        }
        let Some(mut data) = self.take_data() else { return self.misused(call) };
        if let Some(failure) = failure {
            data.fail(failure, self.header);
        }
        data.finish(self.header, time);
    }

    /// The head of a child of this span that follows its decision and has no baggage; its own id and start are yet to
    /// be set. `None` where there is more to a child.
    #[inline]
    pub(crate) fn head_of_child(&self) -> Option<SpanHead> {
        let Ids { trace_id, span_id, .. } = self.ids?;
        let state = self.state.load(Ordering::Acquire);
        let flags = Flags::of_all(state);
        let usual = flags.is_sampled() && state & state::CARRIES == 0;
        usual.then(|| SpanHead {
            trace_id,
            parent_id: Some(span_id),
            flags: flags.inherited(),
            is_local_root: false,
            ..SpanHead::NONE
        })
    }

    /// Ends the life of the span: what it holds is taken out, and its context stays.
    fn take_data(&self) -> Option<SpanData> {
        if self.is_foreign() {
            return None;
        }
        let mut data = self.lock();
        if data.marks.has(Marks::FINISHED) {
            return None;
        }
        self.state.fetch_or(state::FINISHED, Ordering::Release);
        let after = SpanData { head: data.head, marks: Marks::FINISHED, ..SpanData::empty() };
        Some(mem::replace(&mut *data, after))
    }

    /// Finishes the span because its scope closed: a panic that began inside is marked.
    pub(crate) fn finish_on_close(&self) {
        if self.mark_panic() {
            return self.finish_if_live(Some(Failure::panic(None)));
        }
        self.finish_if_live(None);
    }

    /// Whether a panic is going on that began inside this span.
    fn mark_panic(&self) -> bool {
        std::thread::panicking() && !self.is_foreign() && self.lock().is_panicked()
    }

    /// Marks a panic that began inside this span, without finishing it.
    #[inline]
    pub(crate) fn fail_if_panicking(&self) -> bool {
        std::thread::panicking() && self.fail_by_panic()
    }

    #[cold]
    fn fail_by_panic(&self) -> bool {
        let panicked = !self.header.is_noop() && self.mark_panic();
        if panicked && !self.is_finished() {
            self.fail(Failure::panic(None));
            // Once: the same panic also unwinds through what finishes the span.
            self.lock().marks.set(Marks::BEGAN_PANICKING, true);
        }
        panicked
    }

    /// Marks a span whose work was dropped before it was over: by the panic that dropped it, or as cancelled.
    pub(crate) fn mark_abandoned(&self) {
        if !self.fail_if_panicking() && self.is_recording() {
            self.log([(crate::fields::EVENT, "cancelled")]);
        }
    }

    fn finish_if_live(&self, failure: Option<Failure<'_>>) {
        if self.header.is_noop() {
            return;
        }
        let Some(mut data) = self.take_data() else { return };
        if let Some(failure) = failure {
            data.fail(failure, self.header);
        }
        data.finish(self.header, None);
    }

    #[cold]
    fn misused(&self, call: Call) {
        self.header.count_misuse();
        let Some(recorder) = self.header.recorder().filter(|_| self.header.settings.observe) else { return };
        let misuse = Misuse { operation: call.operation, context: &self.context(), location: call.location };
        recorder.observe(&Event::Misused(&misuse));
    }

    /// Shows the span as it is now to a recorder that observes.
    #[inline]
    pub(crate) fn show(&self, event: for<'a> fn(&'a SpanRecord<'a>, &'a SpanContext) -> Event<'a>) {
        if self.header.settings.observe {
            self.show_observer(event);
        }
    }

    #[cold]
    fn show_observer(&self, event: for<'a> fn(&'a SpanRecord<'a>, &'a SpanContext) -> Event<'a>) {
        let Some(recorder) = self.header.recorder().filter(|_| self.header.settings.observe) else { return };
        // A copy: the recorder's code must not run under the lock.
        let Some(copy) = self.lock().copy() else { return };
        recorder.observe(&event(&copy.record(), &copy.context()));
    }
}

impl SpanData {
    /// A copy to look at, of a span that has not finished.
    fn copy(&self) -> Option<Self> {
        let is_finished = self.marks.has(Marks::FINISHED);
        (!is_finished).then(|| Self { details: self.details.clone(), ..*self })
    }
}

impl Live for Span {
    fn header(&self) -> &'static Header {
        self.header
    }

    fn is_recording(&self) -> bool {
        Span::is_recording(self)
    }

    fn is_noop(&self) -> bool {
        self.header.is_noop()
    }

    fn is_finished(&self) -> bool {
        self.has(state::FINISHED)
    }

    fn edit<R>(&self, call: Call, change: impl FnOnce(&mut SpanData, &'static Header) -> R) -> Option<R> {
        if self.is_foreign() {
            return None;
        }
        let mut data = self.lock();
        if data.marks.has(Marks::FINISHED) {
            drop(data);
            self.misused(call);
            return None;
        }
        let result = change(&mut data, self.header);
        self.publish(&data);
        drop(data);
        if self.header.settings.observe {
            self.show(|record, context| Event::Changed(record, context));
        }
        Some(result)
    }
}

impl Drop for Span {
    #[inline]
    fn drop(&mut self) {
        if *self.state.get_mut() & state::FINISHED == 0 && !self.header.is_noop() {
            self.finish_dropped();
        }
    }
}

impl Span {
    /// Finishes a span that nobody has a handle on any more.
    fn finish_dropped(&mut self) {
        if self.is_foreign() {
            return;
        }
        let data = self.data.get_mut().unwrap_or_else(PoisonError::into_inner);
        if data.is_panicked() {
            data.fail(Failure::panic(None), self.header);
        }
        data.finish(self.header, None);
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span").field("context", &self.context()).finish_non_exhaustive()
    }
}

/// How a span is to be finished; see [`Span::finish_with`].
///
/// # Examples
/// ```
/// use opentracing_core::{FinishOptions, MockTracer};
/// use std::time::{Duration, SystemTime};
///
/// let mock = MockTracer::new();
/// let began = SystemTime::now();
/// let span = mock.tracer().span("import").start_time(began).start();
/// span.finish_with(FinishOptions::new().time(began + Duration::from_secs(3)).log(began, [("event", "read")]));
/// assert_eq!(mock.finished_spans()[0].logs.len(), 1);
/// ```
#[derive(Default)]
pub struct FinishOptions {
    time: Option<SystemTime>,
    logs: Vec<(SystemTime, BoxedFields)>,
}

/// Fields kept until the span finishes.
struct BoxedFields(Box<dyn FnOnce(&mut crate::fields::Fields<'_>)>);

impl IntoFields for BoxedFields {
    fn write(self, fields: &mut crate::fields::Fields<'_>) {
        (self.0)(fields);
    }
}

impl FinishOptions {
    /// Finishes now, without further logs.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// mock.tracer().start_span("op").finish_with(opentracing_core::FinishOptions::new());
    /// assert!(mock.finished_spans()[0].logs.is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Finishes at this moment.
    ///
    /// # Examples
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// let mock = opentracing_core::MockTracer::new();
    /// let end = SystemTime::now() + Duration::from_secs(3);
    /// mock.tracer().start_span("op").finish_with(opentracing_core::FinishOptions::new().time(end));
    /// assert_eq!(mock.finished_spans()[0].finish_time, Some(end));
    /// ```
    #[must_use]
    pub fn time(mut self, time: SystemTime) -> Self {
        self.time = Some(time);
        self
    }

    /// Adds a log before finishing.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{FinishOptions, MockTracer};
    /// use std::time::SystemTime;
    ///
    /// let mock = MockTracer::new();
    /// let now = SystemTime::now();
    /// let options = FinishOptions::new().log(now, [("event", "read")]).log(now, [("event", "parsed")]);
    /// mock.tracer().start_span("import").finish_with(options);
    /// assert_eq!(mock.finished_spans()[0].logs[1].field("event").unwrap(), "parsed");
    /// ```
    #[must_use]
    pub fn log(mut self, time: SystemTime, fields: impl IntoFields + 'static) -> Self {
        self.logs.push((time, BoxedFields(Box::new(move |sink| fields.write(sink)))));
        self
    }
}

impl fmt::Debug for FinishOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishOptions").field("time", &self.time).field("logs", &self.logs.len()).finish()
    }
}

/// The handle of every no-op span, so that asking for one allocates nothing.
pub(crate) fn shared_noop() -> Arc<Span> {
    static SHARED: once_cell::sync::Lazy<Arc<Span>> = once_cell::sync::Lazy::new(|| Arc::new(Span::noop()));
    Arc::clone(&SHARED)
}

/// Referring to a span that was given by handle needs no lock, unless its context was changed.
impl AsReference for Span {
    fn visit(&self, visit: &mut dyn FnMut(&SpanContext)) {
        visit(&self.context());
    }
}
