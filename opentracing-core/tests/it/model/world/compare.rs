//! Comparing what is active with what should be.

use opentracing_core::{__private, ReferenceKind, SpanContext, SpanId};

use super::World;
use super::starts::Begun;
use crate::model::program::Look;
use crate::model::reference::{SpanIndex, TracerIndex};
use crate::model::side::{Depth, TRACERS, difference};

impl World {
    pub(super) fn compare(&self, look: Look) {
        let innermost = self.reference.borrow().innermost().map(|(_, span)| span);
        let active = __private::active().and_then(|span| span.context().span_id());
        if active != self.id_of(innermost) {
            let active = self.name_of(active);
            self.differs(format!("the innermost active span is {active:?}, and should be s{innermost:?}"));
        }
        for tracer in 0..self.sides.len() {
            if self.is_over() {
                return;
            }
            match look {
                // Interpreted, less is compared after most steps; all is compared in the end.
                Look::Away if cfg!(miri) => continue,
                Look::Away => {}
                Look::ByHandle => {
                    let active = self.sides[tracer].tracer.active_span();
                    self.compare_active(tracer, active.and_then(|span| span.context().span_id()));
                }
                Look::ByChild => self.look_by_child(tracer),
            }
            self.compare_side(tracer);
        }
    }

    fn look_by_child(&self, tracer: TracerIndex) {
        let parent = self.reference.borrow().active(tracer);
        let child = self.sides[tracer].tracer.start_span("probe");
        let begun =
            Begun { tracer, parent, reference: ReferenceKind::ChildOf, name: "probe", priority: None };
        let span = self.started(begun, &child.context());
        child.finish();
        self.reference.borrow_mut().finish(span);
    }

    pub(super) fn compare_active(&self, tracer: TracerIndex, active: Option<SpanId>) {
        let expected = self.reference.borrow().active(tracer);
        if active != self.id_of(expected) {
            let (name, active) = (TRACERS[tracer], self.name_of(active));
            self.differs(format!("the active span of {name} is {active:?}, and should be s{expected:?}"));
        }
    }

    fn id_of(&self, span: Option<SpanIndex>) -> Option<SpanId> {
        span.map(|span| self.reference.borrow().spans[span].ids.1)
    }

    /// The context of a span, read through one of its handles.
    pub(super) fn compare_context(&self, span: Option<SpanIndex>, context: &SpanContext) {
        let books = self.reference.borrow();
        let Some(state) = span.map(|span| &books.spans[span]) else { return };
        let baggage = state.baggage.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        if context.ids() != Some(state.ids)
            || context.is_sampled() != state.is_sampled
            || !context.baggage().eq(baggage)
        {
            self.differs(format!(
                "s{span:?} has the context {context:?}, with {:?}",
                context.baggage().collect::<Vec<_>>()
            ));
        }
    }

    fn compare_side(&self, tracer: TracerIndex) {
        let difference = difference(&self.sides[tracer], &self.reference.borrow(), tracer, Depth::Order);
        difference.into_iter().for_each(|difference| self.differs(difference));
    }
}
