//! How a span refers to the spans that caused it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::context::SpanContext;
use crate::scope::Scope;

/// What a reference means.
///
/// # Examples
/// ```
/// use opentracing_core::ReferenceKind;
///
/// assert_ne!(ReferenceKind::ChildOf, ReferenceKind::Custom("retry_of".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReferenceKind {
    /// The referenced span depends on this one's outcome: the usual parent.
    ChildOf,
    /// The referenced span caused this one and does not wait for it.
    FollowsFrom,
    /// Another meaning, which tracers pass on as they can.
    Custom(Cow<'static, str>),
}

impl ReferenceKind {
    /// OpenTracing's name of the kind.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::ReferenceKind;
    ///
    /// assert_eq!(ReferenceKind::FollowsFrom.as_str(), "follows_from");
    /// assert_eq!(ReferenceKind::Custom("retry_of".into()).as_str(), "retry_of");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            ReferenceKind::ChildOf => "child_of",
            ReferenceKind::FollowsFrom => "follows_from",
            ReferenceKind::Custom(name) => name,
        }
    }
}

/// A reference to a span: what it means, and to which.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, ReferenceKind};
///
/// let mock = MockTracer::new();
/// let cause = mock.tracer().start_span("enqueue");
/// mock.tracer().span("work").follows_from(&cause).start().finish();
/// let reference = &mock.finished_spans()[0].references[0];
/// assert_eq!((&reference.kind, &reference.context), (&ReferenceKind::FollowsFrom, &cause.context()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reference {
    /// What the reference means.
    pub kind: ReferenceKind,
    /// The span referred to.
    pub context: SpanContext,
}

impl Reference {
    /// Refers to the span of a context.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, Reference, ReferenceKind};
    ///
    /// let cause = MockTracer::new().tracer().start_span("enqueue");
    /// let reference = Reference::new(ReferenceKind::FollowsFrom, cause.context());
    /// assert_eq!(reference.context, cause.context());
    /// ```
    #[must_use]
    pub fn new(kind: ReferenceKind, context: SpanContext) -> Self {
        Self { kind, context }
    }
}

/// References being collected. Most spans have one at most, which needs no heap.
#[derive(Debug)]
pub(crate) enum ReferenceList {
    None,
    One(Reference),
    Many(Vec<Reference>),
}

impl ReferenceList {
    #[inline]
    pub(crate) fn push(&mut self, reference: Reference) {
        match self {
            Self::None => *self = Self::One(reference),
            Self::One(_) | Self::Many(_) => self.push_further(reference),
        }
    }

    #[cold]
    fn push_further(&mut self, reference: Reference) {
        *self = match std::mem::replace(self, Self::None) {
            Self::None => Self::One(reference),
            Self::One(first) => Self::Many(vec![first, reference]),
            Self::Many(mut references) => {
                references.push(reference);
                Self::Many(references)
            }
        };
    }

    pub(crate) fn as_slice(&self) -> &[Reference] {
        match self {
            Self::None => &[],
            Self::One(reference) => std::slice::from_ref(reference),
            Self::Many(references) => references,
        }
    }

    /// Drops what names no span.
    pub(crate) fn keep_those_with_ids(&mut self) {
        match self {
            Self::One(reference) if reference.context.ids().is_none() => *self = Self::None,
            Self::Many(references) => references.retain(|reference| reference.context.ids().is_some()),
            Self::None | Self::One(_) => {}
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Reference> {
        match self {
            Self::None => Vec::new(),
            Self::One(reference) => vec![reference],
            Self::Many(references) => references,
        }
    }
}

/// What can be given as a reference: it stands for any number of contexts, so that what may be absent
/// (the result of an extraction, an active span) can be given as it is.
///
/// # Examples
/// ```
/// use opentracing_core::{Tracer, format};
/// use std::collections::HashMap;
///
/// let tracer = Tracer::noop();
/// let headers = HashMap::<String, String>::new();
/// let span = tracer.span("serve").child_of(tracer.extract(format::HttpHeaders, &headers)).start();
/// let next = tracer.span("job").child_of(&span).follows_from(tracer.active_span()).start();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` refers to no span",
    label = "give a `&Span`, a `&Scope`, a `SpanContext`, or an `Option`, `Result` or `Vec` of them"
)]
pub trait AsReference {
    /// Calls `visit` with every context this stands for.
    fn visit(&self, visit: &mut dyn FnMut(&SpanContext));
}

impl AsReference for SpanContext {
    fn visit(&self, visit: &mut dyn FnMut(&SpanContext)) {
        visit(self);
    }
}

impl AsReference for Scope {
    fn visit(&self, visit: &mut dyn FnMut(&SpanContext)) {
        visit(&self.context());
    }
}

impl<T: AsReference> AsReference for Option<T> {
    fn visit(&self, visit: &mut dyn FnMut(&SpanContext)) {
        self.iter().for_each(|reference| reference.visit(visit));
    }
}

/// An error stands for no context: a corrupt header must not fail the request.
impl<T: AsReference, E> AsReference for Result<T, E> {
    fn visit(&self, visit: &mut dyn FnMut(&SpanContext)) {
        self.iter().for_each(|reference| reference.visit(visit));
    }
}

impl<T: AsReference> AsReference for [T] {
    fn visit(&self, visit: &mut dyn FnMut(&SpanContext)) {
        self.iter().for_each(|reference| reference.visit(visit));
    }
}

impl<T: AsReference, const N: usize> AsReference for [T; N] {
    fn visit(&self, visit: &mut dyn FnMut(&SpanContext)) {
        self[..].visit(visit);
    }
}

impl<T: AsReference> AsReference for Vec<T> {
    fn visit(&self, visit: &mut dyn FnMut(&SpanContext)) {
        self[..].visit(visit);
    }
}

macro_rules! through_pointers {
    ($($pointer:ty),*) => {$(
        impl<T: AsReference + ?Sized> AsReference for $pointer {
            fn visit(&self, visit: &mut dyn FnMut(&SpanContext)) {
                T::visit(self, visit);
            }
        }
    )*};
}
through_pointers!(&T, &mut T, Box<T>, Arc<T>);
