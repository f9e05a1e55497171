//! Where tags, logs and failures go: a span in any of its forms.

use std::borrow::Cow;
use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::Arc;

use super::handle::{AtReturn, Handle};
use super::per_poll::FirstPoll;
use crate::context::SpanContext;
use crate::failure::Failure;
use crate::fields::{self, IntoFields};
use crate::scope::{Scope, innermost_scope};
use crate::span::Span;
use crate::span::live::{Call, Live};
use crate::tag::{AsTag, Debugged, Displayed, TagValue, debug, display};
use crate::tags::Key;
use crate::tracer::Tracer;

/// A key and a value.
pub(super) type Field<'a> = (Cow<'static, str>, &'a dyn AsTag);

/// A span to record on: what `span: ..` takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a span",
    label = "give a `&Span`, an `Arc<Span>` or a `&Scope`"
)]
pub trait Sink {
    /// Whether what is recorded is kept.
    fn is_recording(&self) -> bool;

    /// Sets a tag.
    #[track_caller]
    fn put(&self, key: Cow<'static, str>, value: &dyn AsTag);

    /// Sets a tag of which the value is at hand.
    #[track_caller]
    fn put_value(&self, key: Cow<'static, str>, value: &TagValue<'_>) {
        self.put(key, value);
    }

    /// Adds a log.
    #[track_caller]
    fn write(&self, fields: &[Field<'_>]);

    /// Marks the span as failed.
    #[track_caller]
    fn fail(&self, reason: &Reason<'_>, extra: &[Field<'_>]);

    /// Sets a baggage item.
    #[track_caller]
    fn carry(&self, key: String, value: String);

    /// The tracer, and the context to inject.
    fn origin(&self) -> (Tracer, SpanContext);
}

/// What is known of a failure.
#[derive(Debug, Clone, Copy)]
pub struct Reason<'a>(pub(super) Failure<'a>);

impl Reason<'_> {
    /// Marks a span as failed.
    #[track_caller]
    pub fn record<S: Sink + ?Sized>(&self, span: &S) {
        span.fail(self, &[]);
    }

    /// Marks a span as failed, with further fields.
    #[track_caller]
    pub fn record_with<S: Sink + ?Sized>(&self, span: &S, extra: &[Field<'_>]) {
        span.fail(self, extra);
    }

    /// Marks a span as failed, with the message under another name.
    #[track_caller]
    pub fn record_as<S: Sink + ?Sized>(mut self, span: &S, name: &'static str) {
        match self.0.message.take() {
            Some(message) => span.fail(&self, &[(Cow::Borrowed(name), &display(&message))]),
            None => span.fail(&self, &[]),
        }
    }
}

/// Fields by reference.
struct Slice<'a>(&'a [Field<'a>]);

impl IntoFields for Slice<'_> {
    fn write(self, fields: &mut fields::Fields<'_>) {
        for (key, value) in self.0 {
            fields.add(key.clone(), *value);
        }
    }
}

macro_rules! live {
    ($($sink:ty),*) => {$(
        impl Sink for $sink {
            #[inline]
            fn is_recording(&self) -> bool {
                Live::is_recording(self)
            }

            #[track_caller]
            fn put(&self, key: Cow<'static, str>, value: &dyn AsTag) {
                self.live_set_tag(Call::new("set_tag"), key, value);
            }

            #[inline]
            #[track_caller]
            fn put_value(&self, key: Cow<'static, str>, value: &TagValue<'_>) {
                self.live_put_value(Call::new("set_tag"), key, value);
            }

            #[track_caller]
            fn write(&self, fields: &[Field<'_>]) {
                self.live_log(Call::new("log"), None, Slice(fields));
            }

            #[track_caller]
            fn fail(&self, reason: &Reason<'_>, extra: &[Field<'_>]) {
                self.live_fail(Call::new("log_error"), reason.0, Slice(extra));
            }

            #[track_caller]
            fn carry(&self, key: String, value: String) {
                self.live_set_baggage_item(Call::new("set_baggage_item"), key, value);
            }

            fn origin(&self) -> (Tracer, SpanContext) {
                (Tracer::of(Live::header(self)), self.context())
            }
        }
    )*};
}
live!(Span, Scope);

/// Forwards to the span that `$find` finds in `$this`, if there is one.
macro_rules! forward {
    ($([$($generics:tt)*] $sink:ty => |$this:ident| $find:expr;)*) => {$(
        impl<$($generics)*> Sink for $sink {
            #[inline]
            fn is_recording(&self) -> bool {
                let $this = self;
                $find.is_some_and(|span| span.is_recording())
            }

            #[track_caller]
            fn put(&self, key: Cow<'static, str>, value: &dyn AsTag) {
                let $this = self;
                if let Some(span) = $find {
                    span.put(key, value);
                }
            }

            #[track_caller]
            fn put_value(&self, key: Cow<'static, str>, value: &TagValue<'_>) {
                let $this = self;
                if let Some(span) = $find {
                    span.put_value(key, value);
                }
            }

            #[track_caller]
            fn write(&self, fields: &[Field<'_>]) {
                let $this = self;
                if let Some(span) = $find {
                    span.write(fields);
                }
            }

            #[track_caller]
            fn fail(&self, reason: &Reason<'_>, extra: &[Field<'_>]) {
                let $this = self;
                if let Some(span) = $find {
                    Sink::fail(span, reason, extra);
                }
            }

            #[track_caller]
            fn carry(&self, key: String, value: String) {
                let $this = self;
                if let Some(span) = $find {
                    span.carry(key, value);
                }
            }

            fn origin(&self) -> (Tracer, SpanContext) {
                let $this = self;
                $find.map_or_else(|| (Tracer::noop(), SpanContext::default()), |span| span.origin())
            }
        }
    )*};
}
forward! {
    [] Handle => |this| this.as_span();
    [] AtReturn => |this| this.as_span();
    [] Active => |this| Some(&*this.scope);
    [S: Sink + ?Sized] &S => |this| Some(&**this);
    [S: Sink + ?Sized] &mut S => |this| Some(&**this);
    [S: Sink + ?Sized] Arc<S> => |this| Some(&**this);
    [S: Sink] Option<S> => |this| this.as_ref();
}

/// Tags are kept for the spans of later polls.
impl Sink for FirstPoll {
    fn is_recording(&self) -> bool {
        self.handle().is_recording()
    }

    #[track_caller]
    fn put(&self, key: Cow<'static, str>, value: &dyn AsTag) {
        value.visit_tag(&mut |value| self.keep(key.clone(), value.clone().into_owned()));
        self.handle().put(key, value);
    }

    #[track_caller]
    fn write(&self, fields: &[Field<'_>]) {
        self.handle().write(fields);
    }

    #[track_caller]
    fn fail(&self, reason: &Reason<'_>, extra: &[Field<'_>]) {
        self.handle().fail(reason, extra);
    }

    #[track_caller]
    fn carry(&self, key: String, value: String) {
        self.handle().carry(key, value);
    }

    fn origin(&self) -> (Tracer, SpanContext) {
        self.handle().origin()
    }
}

/// The active span of this thread, to record on without taking a handle.
pub struct Active {
    // Not this one's to close.
    scope: ManuallyDrop<Scope>,
}

impl Deref for Active {
    type Target = Scope;

    fn deref(&self) -> &Scope {
        &self.scope
    }
}

impl fmt::Debug for Active {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Active").field(&*self.scope).finish()
    }
}

/// The innermost active span of this thread, whichever tracer's.
#[must_use]
pub fn active() -> Option<Active> {
    innermost_scope().map(|scope| Active { scope })
}

/// The active span, if it is recording.
#[must_use]
pub fn active_recording() -> Option<Active> {
    active().filter(|span| span.is_recording())
}

/// A span, if it is recording.
pub fn recording<S: Sink + ?Sized>(span: &S) -> Option<&S> {
    span.is_recording().then_some(span)
}

/// What `inject!` is given where no span is named.
pub const NO_SPAN: Option<&Span> = None;

/// Sets a tag.
#[inline]
#[track_caller]
pub fn tag<S: Sink + ?Sized, V: AsTag + ?Sized>(span: &S, key: impl Key<V>, value: &V) {
    let mut key = Some(key.into_name());
    value.visit_tag(&mut |value| {
        if let Some(key) = key.take() {
            span.put_value(key, value);
        }
    });
}

/// Sets a tag to a value's `Display` text.
#[track_caller]
pub fn tag_display<'a, S, T>(span: &S, key: impl Key<Displayed<'a, T>>, value: &'a T)
where
    S: Sink + ?Sized,
    T: fmt::Display + ?Sized,
{
    span.put(key.into_name(), &display(value));
}

/// Sets a tag to a value's `Debug` text.
#[track_caller]
pub fn tag_debug<'a, S, T>(span: &S, key: impl Key<Debugged<'a, T>>, value: &'a T)
where
    S: Sink + ?Sized,
    T: fmt::Debug + ?Sized,
{
    span.put(key.into_name(), &debug(value));
}

/// A field of a log.
pub fn field<'a, V: AsTag>(key: impl Into<Cow<'static, str>>, value: &'a V) -> Field<'a> {
    (key.into(), value)
}

/// Adds a log.
#[track_caller]
pub fn log<S: Sink + ?Sized>(span: &S, fields: &[Field<'_>]) {
    span.write(fields);
}

/// Sets a baggage item.
#[track_caller]
pub fn baggage<S, V>(span: &S, key: impl Into<Cow<'static, str>>, value: &V)
where
    S: Sink + ?Sized,
    V: fmt::Display + ?Sized,
{
    span.carry(key.into().into_owned(), value.to_string());
}
