//! What a row asks of a new span.

use std::fmt;
use std::time::SystemTime;

use crate::builder::SpanBuilder;
use crate::context::SpanContext;
use crate::reference::{AsReference, ReferenceKind};
use crate::tag::TagValue;
use crate::tracer::Tracer;

/// What is given to a builder, as data that a [`Subject`](super::Subject) may change.
///
/// # Examples
/// ```
/// use opentracing_core::MockTracer;
/// use opentracing_core::conformance::Start;
///
/// let mock = MockTracer::new();
/// Start::new("op").tag("n", 1).builder(&mock.tracer()).start().finish();
/// assert_eq!(mock.finished_spans()[0].tag("n").unwrap(), 1);
/// ```
#[must_use = "nothing starts before the builder is asked to"]
pub struct Start<'a> {
    /// The operation's name.
    pub name: &'static str,
    /// The references in order; `None` where one was given that stands for no context.
    pub references: Vec<(ReferenceKind, Option<SpanContext>)>,
    /// The tags in order.
    pub tags: Vec<(&'static str, TagValue<'a>)>,
    /// The start time, if one was given.
    pub start_time: Option<SystemTime>,
    /// Whether the active span is to be ignored.
    pub ignore_active_span: bool,
    /// Called when everything was given to the builder, and before the span starts.
    pub before_start: Option<&'a mut dyn FnMut()>,
}

impl<'a> Start<'a> {
    /// A span of this name.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            references: Vec::new(),
            tags: Vec::new(),
            start_time: None,
            ignore_active_span: false,
            before_start: None,
        }
    }

    /// With a ChildOf reference.
    pub fn child_of(self, parent: impl AsReference) -> Self {
        self.reference(ReferenceKind::ChildOf, parent)
    }

    /// With a FollowsFrom reference.
    pub fn follows_from(self, cause: impl AsReference) -> Self {
        self.reference(ReferenceKind::FollowsFrom, cause)
    }

    fn reference(mut self, kind: ReferenceKind, to: impl AsReference) -> Self {
        let before = self.references.len();
        to.visit(&mut |context| self.references.push((kind.clone(), Some(context.clone()))));
        if self.references.len() == before {
            self.references.push((kind, None));
        }
        self
    }

    /// With a tag.
    pub fn tag(mut self, key: &'static str, value: impl Into<TagValue<'a>>) -> Self {
        self.tags.push((key, value.into()));
        self
    }

    /// With a start time.
    pub fn start_time(self, time: SystemTime) -> Self {
        Self { start_time: Some(time), ..self }
    }

    /// As no child of the active span.
    pub fn ignore_active_span(self) -> Self {
        Self { ignore_active_span: true, ..self }
    }

    /// Calls a function between making the builder and starting the span.
    pub fn before_start(self, call: &'a mut dyn FnMut()) -> Self {
        Self { before_start: Some(call), ..self }
    }

    /// Gives everything to a tracer's builder.
    pub fn builder(self, tracer: &Tracer) -> SpanBuilder {
        let mut builder = tracer.span(self.name);
        for (kind, context) in self.references {
            builder = builder.reference(kind, context);
        }
        for (key, value) in self.tags {
            builder = builder.tag(key, value);
        }
        if let Some(time) = self.start_time {
            builder = builder.start_time(time);
        }
        if self.ignore_active_span {
            builder = builder.ignore_active_span();
        }
        if let Some(call) = self.before_start {
            call();
        }
        builder
    }
}

impl fmt::Debug for Start<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start").field("name", &self.name).field("tags", &self.tags).finish_non_exhaustive()
    }
}
