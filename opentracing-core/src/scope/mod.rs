//! Which span is active: scopes, and the managers that keep them.

pub(crate) mod fast;
mod manager;
pub(crate) mod stack;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;
use std::mem;
use std::sync::Arc;
use std::time::SystemTime;

pub use manager::{ScopeManager, WithoutActive};
use stack::{Place, Slot};

use crate::attributes::Arena;
use crate::clock::Timestamp;
use crate::context::SpanContext;
use crate::failure::Failure;
use crate::fields::IntoFields;
use crate::global;
use crate::limits::Limits;
use crate::recorder::{Event, SpanHead};
use crate::span::data::count;
use crate::span::live::{Call, Live};
use crate::span::marks::Marks;
use crate::span::{Details, Span, SpanData, shared_noop};
use crate::tag::{AsTag, TagValue};
use crate::tags::Key;
use crate::thread;
use crate::ticks;
use crate::tracer::header::{Header, NOOP};
use crate::tracer::local::Counts;

/// Whether closing a scope finishes its span.
///
/// # Examples
/// ```
/// use opentracing_core::{FinishOnClose, MockTracer};
///
/// let mock = MockTracer::new();
/// let scope = mock.tracer().span("request").start_active_with(FinishOnClose::No);
/// let span = scope.span();
/// scope.close();
/// assert!(mock.finished_spans().is_empty());
/// span.finish();
/// assert_eq!(mock.finished_spans().len(), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FinishOnClose {
    /// Closing the scope finishes the span.
    #[default]
    Yes,
    /// Closing the scope lets go of the span: it finishes when someone finishes it, or with its last handle.
    No,
}

/// Keeps a span active on this thread until it is closed or dropped.
///
/// New spans of the same tracer on this thread are its children. Closing first makes the span that was active
/// before active again, then finishes this one. A scope that is closed while a later one is still open waits
/// for that one; what is active is always the span of the innermost open scope.
///
/// A scope stays on its thread: it is neither `Send` nor `Sync`. To keep a span active in a future, use
/// [`Traced::in_span`](crate::Traced::in_span) instead of holding a scope across an `.await`.
///
/// # Examples
/// ```
/// use opentracing_core::MockTracer;
///
/// let mock = MockTracer::new();
/// let tracer = mock.tracer();
/// {
///     let outer = tracer.span("outer").start_active();
///     outer.set_tag("n", 1);
///     let _inner = tracer.span("inner").start_active();
/// }
/// let spans = mock.finished_spans();
/// assert_eq!(spans[0].operation_name, "inner");
/// assert_eq!(spans[0].parent_id, spans[1].context.span_id());
/// ```
/// ```compile_fail
/// fn is_send(_: impl Send) {}
/// is_send(opentracing_core::Tracer::noop().span("op").start_active());
/// ```
#[must_use = "the span stops being active when this is dropped: bind it to a name, as in `let _scope = ..`"]
pub struct Scope {
    // Emptied by `drop`, so that nothing is left to do at a call site where nobody traces.
    hold: mem::ManuallyDrop<Hold>,
    stays_on_its_thread: PhantomData<*const ()>,
}

/// Where the span of a scope is.
#[derive(Debug)]
enum Hold {
    /// On this thread's stack.
    Stack(Place),
    /// Nowhere on the stack: it was full, or the thread is ending. The span is alive, and active for no one.
    Detached(Box<Detached>),
    /// There is no span: nobody traces, or the scope is closed.
    Nothing,
}

#[derive(Debug)]
struct Detached {
    span: Arc<Span>,
    on_close: FinishOnClose,
}

impl Scope {
    const fn new(hold: Hold) -> Self {
        Self { hold: mem::ManuallyDrop::new(hold), stays_on_its_thread: PhantomData }
    }

    /// The scope of a no-op span.
    #[inline]
    pub(crate) const fn noop() -> Self {
        Self::new(Hold::Nothing)
    }

    #[inline]
    pub(crate) const fn at(place: Place) -> Self {
        Self::new(Hold::Stack(place))
    }

    /// Makes a new span active.
    #[inline]
    pub(crate) fn of_data(header: &'static Header, data: SpanData, on_close: FinishOnClose) -> Self {
        if header.settings.observe {
            let span = Arc::new(Span::new(header, data));
            count(header, |counts| &counts.started);
            span.show(|record, context| Event::Started(record, context));
            return Self::of_span(span, on_close);
        }
        let marks = data.marks.with(closing(on_close));
        let mut data = match fast::here().push_own(header, marks, data) {
            Ok(place) => return Self::at(place),
            Err(data) => Some(data),
        };
        let pushed = thread::with(|state| {
            if state.stack.is_full() {
                return None;
            }
            let local = state.local(header);
            Counts::add_one(&local.counts.started);
            Some(state.stack.push_own(local, on_close, data.take()?))
        });
        match (pushed.flatten(), data) {
            (Some(place), _) => Self::at(place),
            (None, Some(data)) => {
                count(header, |counts| &counts.started);
                Self::detached(Arc::new(Span::new(header, data)), on_close)
            }
            (None, None) => Self::noop(),
        }
    }

    /// Makes a span active, for its own tracer, that others may have a handle on.
    pub(crate) fn of_span(span: Arc<Span>, on_close: FinishOnClose) -> Self {
        Self::of_span_in(span.header(), span, on_close)
    }

    /// Makes a span active for a tracer that need not be its own. For the no-op tracer nothing is ever active;
    /// the scope still finishes the span.
    pub(crate) fn of_span_in(manager: &'static Header, span: Arc<Span>, on_close: FinishOnClose) -> Self {
        let header = span.header();
        if manager.is_noop() {
            let detached = || Hold::Detached(Box::new(Detached { span, on_close }));
            return Self::new(if header.is_noop() { Hold::Nothing } else { detached() });
        }
        let marks = Marks::SHARED.with(closing(on_close));
        let scope = match fast::here().push_shared(manager, marks, span) {
            Ok(place) => Self::at(place),
            Err(span) => Self::of_span_otherwise(manager, span, on_close),
        };
        if let Some(recorder) = header.recorder().filter(|_| header.settings.observe) {
            recorder.observe(&Event::Activated(&scope));
        }
        scope
    }

    #[inline(never)]
    fn of_span_otherwise(manager: &'static Header, span: Arc<Span>, on_close: FinishOnClose) -> Self {
        let mut span = Some(span);
        let pushed = thread::with(|state| {
            if state.stack.is_full() {
                return None;
            }
            let local = state.local(manager);
            Some(state.stack.push_shared(local, on_close, span.take()?))
        });
        match (pushed.flatten(), span) {
            (Some(place), _) => Self::at(place),
            (None, Some(span)) => Self::detached(span, on_close),
            (None, None) => Self::noop(),
        }
    }

    /// Lets no span be active, of any tracer.
    pub(crate) fn of_nobody() -> Self {
        if !Header::any_recorder() {
            return Self::noop();
        }
        let place = thread::with(|state| {
            let stack = &mut state.stack;
            (!stack.is_full()).then(|| stack.push_blank_for_all())
        });
        place.flatten().map_or_else(Self::noop, Self::at)
    }

    /// The scope of a span for which there is no room on the stack, or no stack any more.
    #[cold]
    fn detached(span: Arc<Span>, on_close: FinishOnClose) -> Self {
        span.header().count_refused_scope();
        Self::new(Hold::Detached(Box::new(Detached { span, on_close })))
    }

    /// A handle on the span, to keep it or to give it to other threads.
    ///
    /// # Examples
    /// ```
    /// let scope = opentracing_core::MockTracer::new().tracer().span("op").start_active();
    /// let span = scope.span();
    /// scope.close();
    /// assert_eq!(span.context().parent_id(), None);
    /// assert!(!span.is_recording(), "closing the scope has finished the span");
    /// ```
    #[must_use]
    pub fn span(&self) -> Arc<Span> {
        match &*self.hold {
            Hold::Stack(place) => {
                thread::with(|state| state.stack.slot(*place).and_then(Slot::share)).flatten()
            }
            Hold::Detached(detached) => Some(Arc::clone(&detached.span)),
            Hold::Nothing => None,
        }
        .unwrap_or_else(shared_noop)
    }

    /// The span's context.
    ///
    /// # Examples
    /// ```
    /// let tracer = opentracing_core::MockTracer::new().tracer();
    /// let scope = tracer.span("op").start_active();
    /// assert_eq!(scope.context(), tracer.active_span().unwrap().context());
    /// ```
    #[must_use]
    pub fn context(&self) -> SpanContext {
        match &*self.hold {
            Hold::Stack(place) => {
                thread::with(|state| state.stack.slot(*place).map(|slot| slot.context())).flatten()
            }
            Hold::Detached(detached) => Some(detached.span.context()),
            Hold::Nothing => None,
        }
        .unwrap_or_default()
    }

    /// Whether tags and logs of the span are kept.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, Tracer};
    ///
    /// assert!(MockTracer::new().tracer().span("op").start_active().is_recording());
    /// assert!(!Tracer::noop().span("op").start_active().is_recording());
    /// ```
    #[must_use]
    #[inline]
    pub fn is_recording(&self) -> bool {
        !matches!(*self.hold, Hold::Nothing) && self.hold.is_recording()
    }

    /// Gives the operation another name.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// mock.tracer().in_span("request", |scope| {
    ///     scope.set_operation_name("GET /users/:id");
    /// });
    /// assert_eq!(mock.finished_spans()[0].operation_name, "GET /users/:id");
    /// ```
    #[track_caller]
    pub fn set_operation_name(&self, name: impl Into<Cow<'static, str>>) -> &Self {
        self.live_set_operation_name(Call::new("set_operation_name"), name.into());
        self
    }

    /// Sets a tag on the span.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, tags};
    ///
    /// let mock = MockTracer::new();
    /// mock.tracer().in_span("get", |scope| {
    ///     scope.set_tag(tags::HTTP_STATUS_CODE, 200).set_tag("cache", "warm");
    /// });
    /// assert_eq!(mock.finished_spans()[0].tag("cache").unwrap(), "warm");
    /// ```
    #[track_caller]
    pub fn set_tag<V: AsTag>(&self, key: impl Key<V>, value: V) -> &Self {
        self.live_set_tag(Call::new("set_tag"), key, value);
        self
    }

    /// Sets several tags on the span.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// mock.tracer().in_span("import", |scope| {
    ///     scope.set_tags([("rows", 17), ("skipped", 2)]);
    /// });
    /// assert_eq!(mock.finished_spans()[0].tag("rows").unwrap(), 17);
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

    /// Adds a log to the span.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, fields};
    ///
    /// let mock = MockTracer::new();
    /// mock.tracer().in_span("fetch", |scope| {
    ///     scope.log(fields![event = "retry", attempt = 2]);
    /// });
    /// assert_eq!(mock.finished_spans()[0].logs[0].field("attempt").unwrap(), 2);
    /// ```
    #[track_caller]
    pub fn log(&self, fields: impl IntoFields) -> &Self {
        self.live_log(Call::new("log"), None, fields);
        self
    }

    /// Adds a log of another moment to the span.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let received = std::time::SystemTime::now();
    /// mock.tracer().in_span("handle", |scope| {
    ///     scope.log_at(received, [("event", "received")]);
    /// });
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
    /// mock.tracer().span("fetch").start_active().log_event("connected");
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
    /// let number = mock.tracer().in_span("parse", |scope| {
    ///     "x".parse::<u8>().inspect_err(|error| _ = scope.log_error(error)).unwrap_or_default()
    /// });
    /// assert_eq!(number, 0);
    /// assert_eq!(mock.finished_spans()[0].tag("error").unwrap(), true);
    /// ```
    #[track_caller]
    pub fn log_error<E: Error + ?Sized>(&self, error: &E) -> &Self {
        self.live_log_error(Call::new("log_error"), error, ());
        self
    }

    /// As [`Scope::log_error`], with fields of your own after the standard ones.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let error = "x".parse::<u8>().unwrap_err();
    /// mock.tracer().span("parse").start_active().log_error_with(&error, [("column", 7)]);
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

    /// Sets a baggage item on the span; see [`Span::set_baggage_item`].
    ///
    /// # Examples
    /// ```
    /// let tracer = opentracing_core::MockTracer::new().tracer();
    /// let request = tracer.span("request").start_active();
    /// request.set_baggage_item("tenant", "blue");
    /// let query = tracer.span("query").start_active();
    /// assert_eq!(query.baggage_item("tenant").unwrap(), "blue");
    /// ```
    #[track_caller]
    pub fn set_baggage_item(&self, key: impl Into<String>, value: impl Into<String>) -> &Self {
        self.live_set_baggage_item(Call::new("set_baggage_item"), key.into(), value.into());
        self
    }

    /// The value of a baggage item of the span.
    ///
    /// # Examples
    /// ```
    /// let scope = opentracing_core::MockTracer::new().tracer().span("request").start_active();
    /// scope.set_baggage_item("tenant", "blue");
    /// assert_eq!(scope.baggage_item("tenant").unwrap(), "blue");
    /// assert_eq!(scope.baggage_item("user"), None);
    /// ```
    #[must_use]
    pub fn baggage_item(&self, key: &str) -> Option<String> {
        self.context().baggage_item(key).map(str::to_owned)
    }

    /// Closes the scope, as dropping it does.
    ///
    /// # Examples
    /// ```
    /// let mock = opentracing_core::MockTracer::new();
    /// let scope = mock.tracer().span("op").start_active();
    /// scope.close();
    /// assert!(mock.tracer().active_span().is_none());
    /// assert_eq!(mock.finished_spans().len(), 1);
    /// ```
    pub fn close(self) {}

    /// Closes what was opened above this scope and is still there: the end of a poll, or of a call.
    pub(crate) fn close_inner(&self) {
        if let Hold::Stack(place) = &*self.hold {
            close_above(*place);
        }
    }

    /// Closes the scope without finishing its span, and gives the span's handle, if there is a span.
    pub(crate) fn detach(self) -> Option<Arc<Span>> {
        if let Hold::Nothing = *self.hold {
            return None;
        }
        let _shared = self.span();
        self.take_back()
    }

    /// Takes a span that was made active for a while off again, and gives back the handle.
    pub(crate) fn take_back(mut self) -> Option<Arc<Span>> {
        match mem::replace(&mut *self.hold, Hold::Nothing) {
            Hold::Stack(place) => fast::here().take_shared(place).or_else(|| take_shared_otherwise(place)),
            Hold::Detached(detached) => Some(detached.span),
            Hold::Nothing => None,
        }
    }
}

/// Adds tags and logs to the span of an open scope, after those it has.
#[cold]
fn add_to(place: Place, arena: &Arena) {
    let add = |data: &mut SpanData, header: &Header| {
        data.details().arena.absorb(arena, &header.settings.limits);
    };
    let shared = thread::with(|state| {
        let slot = state.stack.slot(place)?;
        if slot.is_own() {
            let header = slot.header();
            add(&mut slot.own, header);
        }
        slot.shared.clone()
    });
    if let Some(span) = shared.flatten() {
        span.edit(Call::new("append"), add);
    }
}

/// Takes off what was left open above a scope, since the poll or call that it belongs to has ended.
#[inline]
fn close_above(place: Place) {
    if !fast::here().is_top(place) {
        close_left_above(place);
    }
}

#[cold]
fn close_left_above(place: Place) {
    if thread::with(|state| state.stack.is_top(place)).unwrap_or(true) {
        return;
    }
    let inner = thread::with(|state| state.stack.unwind_above(place)).unwrap_or_default();
    inner.into_iter().for_each(|mut slot| slot.finish());
    // Of other tracers, too: what was parked may have been what they waited for.
    while let Some(mut slot) = thread::with(|state| state.stack.next_ready()).flatten() {
        slot.finish();
    }
}

#[inline(never)]
fn take_shared_otherwise(place: Place) -> Option<Arc<Span>> {
    close_above(place);
    let slot = thread::with(|state| state.stack.close(place)).flatten()?;
    finish_deferred(slot.header());
    slot.shared
}

/// How closing a scope is marked in its slot.
#[inline]
fn closing(on_close: FinishOnClose) -> Marks {
    match on_close {
        FinishOnClose::Yes => Marks::NONE,
        FinishOnClose::No => Marks::DETACHES,
    }
}

impl Hold {
    #[inline(never)]
    fn is_recording(&self) -> bool {
        match self {
            Hold::Stack(place) => fast::here()
                .is_recording(*place)
                .or_else(|| thread::with(|state| Some(state.stack.slot(*place)?.is_recording())).flatten())
                .unwrap_or(false),
            Hold::Detached(detached) => detached.span.is_recording(),
            Hold::Nothing => false,
        }
    }
}

impl Drop for Scope {
    #[inline]
    fn drop(&mut self) {
        match mem::replace(&mut *self.hold, Hold::Nothing) {
            Hold::Nothing => {}
            Hold::Stack(place) => close(place),
            Hold::Detached(detached) => detached.close(),
        }
    }
}

impl Detached {
    #[cold]
    fn close(&self) {
        if self.on_close == FinishOnClose::Yes {
            self.span.finish_on_close();
        }
    }
}

// Its own function, so that a call site where nobody traces stays small. What is unusual is left by a tail call, so that
// nothing has to be saved for it.
#[inline(never)]
fn close(place: Place) {
    if std::thread::panicking() {
        close_any(place);
    } else if ticks::are_counted() {
        close_usual(place, Timestamp::counted);
    } else {
        close_by_system_clock(place);
    }
}

#[inline(never)]
fn close_by_system_clock(place: Place) {
    close_usual(place, Timestamp::now);
}

#[inline(always)]
fn close_usual(place: Place, now: impl FnOnce() -> Timestamp) {
    let closed = fast::here().close(place, now, |head, name, header, details| match details {
        None => {
            if let Some(recorder) = header.recorder() {
                recorder.record_plain(head, name);
            }
        }
        Some(details) => hand_over(head, name, header, details),
    });
    if !closed {
        close_any(place);
    }
}

#[inline(never)]
fn hand_over(head: &SpanHead, name: &'static str, header: &'static Header, details: Box<Details>) {
    if let Some(recorder) = header.recorder() {
        recorder.record(&details.record(head, name));
    }
    thread::give_details(details);
}

#[inline(never)]
fn close_any(place: Place) {
    let Some(mut slot) = thread::with(|state| state.stack.close(place)).flatten() else { return };
    slot.finish();
    finish_deferred(slot.header());
}

/// Closes the scopes that waited for one that has been closed.
#[inline]
fn finish_deferred(header: &'static Header) {
    while let Some(mut slot) = thread::with(|state| state.stack.next_deferred(header)).flatten() {
        slot.finish();
    }
}

impl Slot {
    /// The context of the slot's span.
    pub(crate) fn context(&self) -> SpanContext {
        match &self.shared {
            Some(span) => span.context(),
            None if self.is_own() => self.own.context(),
            None => SpanContext::default(),
        }
    }

    fn is_recording(&self) -> bool {
        self.shared.as_ref().map_or(self.own.is_recording(), |span| span.is_recording())
    }

    /// Does what closing the scope was to do. Runs the recorder's code.
    pub(crate) fn finish(&mut self) {
        match (self.shared.take(), self.on_close()) {
            (Some(span), FinishOnClose::Yes) => span.finish_on_close(),
            (Some(span), FinishOnClose::No) => _ = span.fail_if_panicking(),
            // Nobody took a handle, so nobody else can finish it.
            (None, _) if self.is_own() => {
                let header = self.header();
                if self.own.is_panicked() {
                    self.own.fail(Failure::panic(None), header);
                }
                self.own.finish(header, None);
            }
            (None, _) => {}
        }
    }
}

impl Live for Scope {
    fn header(&self) -> &'static Header {
        let header = |slot: &mut Slot| slot.shared.as_ref().map_or(slot.header(), |span| span.header());
        match &*self.hold {
            Hold::Stack(place) => thread::with(|state| state.stack.slot(*place).map(header)).flatten(),
            Hold::Detached(detached) => Some(detached.span.header()),
            Hold::Nothing => None,
        }
        .unwrap_or(&NOOP)
    }

    #[inline]
    fn is_noop(&self) -> bool {
        matches!(*self.hold, Hold::Nothing)
    }

    #[inline]
    fn is_recording(&self) -> bool {
        Scope::is_recording(self)
    }

    fn is_finished(&self) -> bool {
        let finished = |slot: &mut Slot| slot.shared.as_ref().is_some_and(|span| Live::is_finished(&**span));
        match &*self.hold {
            Hold::Stack(place) => {
                thread::with(|state| state.stack.slot(*place).is_some_and(finished)).unwrap_or(false)
            }
            Hold::Detached(detached) => Live::is_finished(&*detached.span),
            Hold::Nothing => false,
        }
    }

    fn append_tag(&self, key: &'static str, value: &TagValue<'_>) -> bool {
        match &*self.hold {
            Hold::Stack(place) => fast::here().append_tag(*place, key, value),
            Hold::Detached(_) | Hold::Nothing => false,
        }
    }

    fn append_log(&self, time: Timestamp, fields: &Arena) -> bool {
        match &*self.hold {
            Hold::Stack(place) => {
                let add = |arena: &mut Arena, limits: &Limits| arena.log(time, fields, limits);
                fast::here().append(*place, add)
            }
            Hold::Detached(_) | Hold::Nothing => false,
        }
    }

    fn limits(&self) -> &'static Limits {
        let on_top = match &*self.hold {
            Hold::Stack(place) => fast::here().header(*place),
            Hold::Detached(_) | Hold::Nothing => None,
        };
        &on_top.unwrap_or_else(|| Live::header(self)).settings.limits
    }

    fn edit<R>(&self, call: Call, change: impl FnOnce(&mut SpanData, &'static Header) -> R) -> Option<R> {
        let place = match &*self.hold {
            Hold::Stack(place) => *place,
            Hold::Detached(detached) => return detached.span.edit(call, change),
            Hold::Nothing => return None,
        };
        let mut change = Some(change);
        let shared = thread::with(|state| {
            let slot = state.stack.slot(place)?;
            if let Some(span) = &slot.shared {
                return Some(Err(Arc::clone(span)));
            }
            let header = slot.header();
            if slot.is_own() { Some(Ok(change.take()?(&mut slot.own, header))) } else { None }
        });
        match shared.flatten()? {
            Ok(result) => Some(result),
            Err(span) => span.edit(call, change?),
        }
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("context", &self.context()).finish_non_exhaustive()
    }
}

/// The innermost active span of this thread, whichever tracer's, as a handle.
pub(crate) fn innermost_active() -> Option<Arc<Span>> {
    thread::with(|state| state.stack.active().and_then(Slot::share)).flatten()
}

/// The innermost active span of this thread, whichever tracer's, to be changed where it is: no handle is made,
/// and closing is left to its own guard.
pub(crate) fn innermost_scope() -> Option<mem::ManuallyDrop<Scope>> {
    if !Header::any_recorder() {
        return None;
    }
    thread::with(|state| {
        let place = state.stack.active_place()?;
        Some(mem::ManuallyDrop::new(Scope::at(place)))
    })
    .flatten()
}

/// The tracer that macros use on this thread: that of the innermost active span, else the one made current,
/// else the global one. `None` where that is a no-op.
#[inline]
pub(crate) fn current_header() -> Option<&'static Header> {
    if !Header::any_recorder() {
        return None;
    }
    // The usual case for roots: nothing is open, nothing was made current.
    let fast = fast::here();
    let nothing = fast.is_empty() && !fast.has_current.get();
    let on_thread = if nothing { None } else { on_thread() };
    // The global tracer's handle may have been made current: it stands for the global tracer of now.
    let header = on_thread.filter(|header| !global::is_delegate(header)).unwrap_or_else(global::current);
    (!header.is_noop()).then_some(header)
}

#[inline(never)]
fn on_thread() -> Option<&'static Header> {
    let header = thread::with(|state| {
        let active = state.stack.active().map(|slot| slot.header());
        active.or_else(|| state.current.last().map(|(_, header)| *header))
    });
    header.flatten()
}
