//! What a row works with: its subject, and short ways to look at what came of it.

use std::ops::Deref;
use std::sync::Arc;

use super::capability::{Capabilities, Capability};
use super::start::Start;
use super::subject::{Subject, TextCarrier, TextFormat};
use crate::context::SpanContext;
use crate::mock::{MockSpan, MockTracer};
use crate::scope::{FinishOnClose, Scope};
use crate::span::Span;

/// The subject of one row.
pub(super) struct Case<'a> {
    subject: &'a dyn Subject,
    capabilities: Capabilities,
}

impl<'a> Deref for Case<'a> {
    type Target = dyn Subject + 'a;

    fn deref(&self) -> &Self::Target {
        self.subject
    }
}

impl<'a> Case<'a> {
    pub(super) fn new(subject: &'a dyn Subject, capabilities: Capabilities) -> Self {
        Self { subject, capabilities }
    }

    pub(super) fn has(&self, capability: Capability) -> bool {
        self.capabilities.has(capability)
    }

    pub(super) fn mock(&self) -> &'a MockTracer {
        self.subject.mock().expect("a subject with the capability `Mock` has one")
    }

    /// Starts a span of which only the name is given.
    pub(super) fn span(&self, name: &'static str) -> Span {
        self.start(Start::new(name))
    }

    /// Starts an active span of which only the name is given; closing finishes it.
    pub(super) fn scope(&self, name: &'static str) -> Scope {
        self.start_active(Start::new(name), FinishOnClose::Yes)
    }

    /// The context of the active span.
    pub(super) fn active_context(&self) -> Option<SpanContext> {
        self.active().map(|span| span.context())
    }

    #[track_caller]
    pub(super) fn assert_nothing_active(&self) {
        assert!(self.active().is_none(), "a span is active: {:?}", self.active());
    }

    #[track_caller]
    pub(super) fn assert_active(&self, span: &Arc<Span>) {
        let active = self.active().expect("no span is active");
        assert!(Arc::ptr_eq(&active, span), "{active:?} is active, not {span:?}");
    }

    /// The names of the finished spans, in the order in which they finished.
    pub(super) fn names(&self) -> Vec<String> {
        self.finished().into_iter().map(|span| span.operation_name).collect()
    }

    /// How many spans of this name have finished.
    pub(super) fn count(&self, name: &str) -> usize {
        self.names().iter().filter(|finished| *finished == name).count()
    }

    /// The one finished span of this name.
    #[track_caller]
    pub(super) fn one(&self, name: &str) -> MockSpan {
        let mut finished = self.finished();
        finished.retain(|span| span.operation_name == name);
        assert!(finished.len() == 1, "{} spans named {name:?} finished, not 1", finished.len());
        finished.remove(0)
    }

    /// What an injection writes.
    #[track_caller]
    pub(super) fn injected(&self, format: TextFormat, context: &SpanContext) -> TextCarrier {
        let mut carrier = TextCarrier::new();
        self.inject_text(format, context, &mut carrier).expect("a built-in format");
        carrier
    }

    /// What an injection writes into bytes.
    #[track_caller]
    pub(super) fn injected_binary(&self, context: &SpanContext) -> Vec<u8> {
        let mut carrier = Vec::new();
        self.inject_binary(context, &mut carrier).expect("a built-in format");
        carrier
    }

    /// The context that a carrier holds.
    #[track_caller]
    pub(super) fn extracted(&self, format: TextFormat, carrier: &TextCarrier) -> SpanContext {
        let extracted = self.extract_text(format, carrier);
        extracted.expect("the carrier is not garbled").expect("the carrier holds a context")
    }
}

/// Whether one span is the other's parent, as their contexts tell.
pub(super) fn is_child(child: &SpanContext, parent: &SpanContext) -> bool {
    parent.ids().is_some() && same_trace(child, parent) && child.parent_id() == parent.span_id()
}

pub(super) fn same_trace(a: &SpanContext, b: &SpanContext) -> bool {
    a.trace_id().is_some() && a.trace_id() == b.trace_id()
}

pub(super) fn is_root(context: &SpanContext) -> bool {
    context.ids().is_some() && context.parent_id().is_none()
}

/// The baggage, as pairs.
pub(super) fn baggage(context: &SpanContext) -> Vec<(&str, &str)> {
    context.baggage().collect()
}

#[track_caller]
pub(super) fn assert_child(child: &SpanContext, parent: &SpanContext) {
    assert!(is_child(child, parent), "{child:?} is no child of {parent:?}");
}

#[track_caller]
pub(super) fn assert_root(context: &SpanContext) {
    assert!(is_root(context), "{context:?} is no root");
}
