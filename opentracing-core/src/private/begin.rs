//! Where expansions start spans: one check where nobody traces.

use std::borrow::Cow;
use std::panic::Location;
use std::sync::Arc;
use std::time::SystemTime;

use super::handle::Handle;
use super::no_handle;
use crate::builder::{SpanBuilder, start_child_span, start_root};
use crate::reference::AsReference;
use crate::scope::fast::{self, Of};
use crate::scope::{Scope, current_header};
use crate::span::Span;
use crate::span::live::{Call, Live};
use crate::tag::AsTag;
use crate::tags::Key;
use crate::tracer::Tracer;
use crate::tracer::header::Header;

/// A place in a program where spans start.
#[derive(Debug)]
pub struct Site {
    name: &'static str,
    module: &'static str,
    location: &'static Location<'static>,
}

impl Site {
    /// Describes the place of the call.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, module: &'static str) -> Self {
        Self { name, module, location: Location::caller() }
    }

    /// What spans are called that are given no other name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The module.
    #[must_use]
    pub const fn module(&self) -> &'static str {
        self.module
    }

    /// File and line.
    #[must_use]
    pub const fn location(&self) -> &'static Location<'static> {
        self.location
    }
}

/// The site of a call, in a static.
#[doc(hidden)]
#[macro_export]
macro_rules! __site {
    ($name:expr) => {{
        static SITE: $crate::__private::Site =
            $crate::__private::Site::new($name, $crate::__private::module_path!());
        &SITE
    }};
}

/// Starts a span and makes it active.
#[inline]
pub fn enter(site: &'static Site) -> Scope {
    if Header::any_recorder() { enter_any(site) } else { Scope::noop() }
}

// Its own function, so that a call site where nobody traces stays small. What is unusual is left by a tail call, so that
// nothing has to be saved for it.
#[inline(never)]
fn enter_any(site: &'static Site) -> Scope {
    if std::thread::panicking() {
        return enter_otherwise(site);
    }
    match fast::here().push_child(Of::Any, site.name) {
        Some(place) => Scope::at(place),
        None => enter_otherwise(site),
    }
}

#[inline(never)]
fn enter_otherwise(site: &'static Site) -> Scope {
    if let Some(place) = fast::here().push_child_otherwise(Of::Any, site.name) {
        return Scope::at(place);
    }
    match current_header() {
        Some(header) if fast::here().is_empty() && !header.settings.observe => start_root(header, site.name),
        Some(header) => builder(header, site).start_active(),
        None => Scope::noop(),
    }
}

/// Starts a span.
#[inline]
pub fn start(site: &'static Site) -> Span {
    if Header::any_recorder() { start_any(site) } else { no_span() }
}

#[inline(never)]
fn start_any(site: &'static Site) -> Span {
    start_child_span(Of::Any, site.name).unwrap_or_else(|| begin(site).map_or_else(no_span, Begin::start))
}

/// Starts a span that is shared.
#[inline]
pub fn share(site: &'static Site) -> Handle {
    if Header::any_recorder() { share_any(site) } else { no_handle() }
}

#[inline(never)]
fn share_any(site: &'static Site) -> Handle {
    match start_child_span(Of::Any, site.name) {
        Some(span) => Handle::new(Arc::new(span)),
        None => begin(site).map_or_else(no_handle, Begin::share),
    }
}

/// The scope of a call that is not traced.
#[inline]
pub fn no_scope() -> Scope {
    Scope::noop()
}

/// The span of a call that is not traced.
#[inline]
pub fn no_span() -> Span {
    Span::noop()
}

/// Begins a span, if anybody traces.
#[inline]
#[must_use]
pub fn begin(site: &'static Site) -> Option<Begin> {
    current_header().map(|header| Begin { builder: builder(header, site) })
}

/// Begins a span of a certain tracer, if that one traces.
#[inline]
#[must_use]
pub fn begin_with(tracer: &Tracer, site: &'static Site) -> Option<Begin> {
    let header = tracer.header();
    (!header.is_noop()).then(|| Begin { builder: builder(header, site) })
}

fn builder(header: &'static Header, site: &'static Site) -> SpanBuilder {
    Tracer::of(header).span(site.name)
}

/// What is said about a span before it starts.
#[derive(Debug)]
#[must_use = "a span that does not start is not recorded"]
pub struct Begin {
    builder: SpanBuilder,
}

impl Begin {
    pub fn child_of<R: AsReference + ?Sized>(self, parent: &R) -> Self {
        Self { builder: self.builder.child_of(parent) }
    }

    pub fn follows_from<R: AsReference + ?Sized>(self, cause: &R) -> Self {
        Self { builder: self.builder.follows_from(cause) }
    }

    pub fn root(self, root: bool) -> Self {
        if root { Self { builder: self.builder.ignore_active_span() } } else { self }
    }

    pub fn tag<V: AsTag + ?Sized>(self, key: impl Key<V>, value: &V) -> Self {
        Self { builder: self.builder.tag(key.into_name(), value) }
    }

    pub fn start_time(self, time: SystemTime) -> Self {
        Self { builder: self.builder.start_time(time) }
    }

    pub fn name(self, name: impl Into<Cow<'static, str>>) -> Self {
        Self { builder: self.builder.name(name.into()) }
    }

    pub fn named<F: FnOnce() -> Cow<'static, str>>(self, name: F) -> Named<F> {
        Named { begin: self, name }
    }

    #[inline]
    pub fn enter(self) -> Scope {
        self.builder.start_active()
    }

    pub fn start(self) -> Span {
        self.builder.start()
    }

    pub fn share(self) -> Handle {
        Handle::new(Arc::new(self.builder.start()))
    }
}

/// A span whose name is costly: it is made before the start of a local root, which a sampler sees, else only
/// when the span is recording.
#[derive(Debug)]
#[must_use = "a span that does not start is not recorded"]
pub struct Named<F> {
    begin: Begin,
    name: F,
}

impl<F: FnOnce() -> Cow<'static, str>> Named<F> {
    pub fn enter(self) -> Scope {
        self.start_as(Begin::enter)
    }

    pub fn start(self) -> Span {
        self.start_as(Begin::start)
    }

    pub fn share(self) -> Handle {
        Handle::new(Arc::new(self.start()))
    }

    fn start_as<S: Live>(self, start: impl FnOnce(Begin) -> S) -> S {
        let Self { begin, name } = self;
        if begin.builder.is_local_root() {
            return start(begin.name(name()));
        }
        let span = start(begin);
        if span.is_recording() {
            span.live_set_operation_name(Call::new("set_operation_name"), name());
        }
        span
    }
}
