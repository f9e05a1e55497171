//! Starting spans.

use std::sync::Arc;

use opentracing_core::{
    __private, FinishOnClose, ReferenceKind, Span, SpanBuilder, SpanContext, SpanId, tags,
};

use super::{Guard, NAMES, World, at};
use crate::model::program::{Parent, Start};
use crate::model::reference::{Key, SpanIndex, Starting, TracerIndex};
use crate::model::side::TRACERS;

impl World {
    pub(super) fn start_active(&self, start: &Start, on_close: FinishOnClose) {
        let (builder, starting) = self.begin(start);
        let scope = builder.start_active_with(on_close);
        let span = self.started(starting, &scope.context());
        self.opened(Some(span), on_close, Guard::Scope(scope));
    }

    pub(super) fn start(&self, start: &Start) -> SpanIndex {
        let (builder, starting) = self.begin(start);
        let span = builder.start();
        let index = self.started(starting, &span.context());
        self.keep(index, Arc::new(span));
        index
    }

    pub(super) fn enter(&self) {
        let tracer = self.reference.borrow().macro_tracer();
        let parent = self.reference.borrow().active(tracer);
        let starting =
            Begun { tracer, parent, reference: ReferenceKind::ChildOf, name: "entered", priority: None };
        let scope = __private::enter(__private::site!("entered"));
        let span = self.started(starting, &scope.context());
        note!(self, "  (by a macro)");
        self.opened(Some(span), FinishOnClose::Yes, Guard::Scope(scope));
    }

    fn begin(&self, start: &Start) -> (SpanBuilder, Begun) {
        let tracer = self.tracer(start.tracer);
        let name = NAMES[self.fresh() % NAMES.len()];
        let mut builder = self.sides[tracer].tracer.span(name);
        let active = self.reference.borrow().active(tracer);
        let mut begun = Begun {
            tracer,
            parent: active,
            reference: ReferenceKind::ChildOf,
            name,
            priority: start.priority,
        };
        let handles = self.handles.borrow();
        let handle = |pick| at(&handles, pick).map(|index| &handles[index]);
        match start.parent {
            Parent::Active => {}
            Parent::Ignored => (builder, begun.parent) = (builder.ignore_active_span(), None),
            Parent::ChildOfScope(pick) => {
                let guards = self.guards.borrow();
                let guard = at(&guards, pick).map(|index| &guards[index]);
                let open = |key: &Key| self.reference.borrow().span_of(*key);
                if let Some((scope, span)) = guard.and_then(|(key, guard)| Some((guard.scope()?, open(key)?)))
                {
                    (builder, begun.parent) = (builder.child_of(scope), Some(span));
                }
            }
            Parent::ChildOfHandle(pick) => {
                if let Some((span, handle)) = handle(pick) {
                    (builder, begun.parent) = (builder.child_of(handle), Some(*span));
                }
            }
            Parent::FollowsHandle(pick) => {
                if let Some((span, handle)) = handle(pick) {
                    (builder, begun.parent) = (builder.follows_from(handle), Some(*span));
                    begun.reference = ReferenceKind::FollowsFrom;
                }
            }
        }
        if let Some(priority) = start.priority {
            builder = builder.tag(tags::SAMPLING_PRIORITY, u16::from(priority));
        }
        (builder, begun)
    }

    /// Tells the reference of a span that has started.
    pub(super) fn started(&self, begun: Begun, context: &SpanContext) -> SpanIndex {
        let Begun { tracer, parent, reference, name, priority } = begun;
        let mut books = self.reference.borrow_mut();
        let Some(ids) = context.ids() else {
            drop(books);
            self.differs(format!("{name} of {} has no ids", TRACERS[tracer]));
            // The run is over; this span stands for nothing.
            return 0;
        };
        let parent_ids = parent.map(|parent| books.spans[parent].ids);
        let span = books.start(Starting { tracer, ids, parent, reference, name, priority });
        drop(books);
        let whose = parent.map_or("a root".to_owned(), |parent| format!("child of s{parent}"));
        let priority = priority.map(|priority| format!(", sampling.priority={priority}")).unwrap_or_default();
        note!(self, "s{span} = {}.span({name:?}): {whose}{priority}", TRACERS[tracer]);
        if context.parent_id() != parent_ids.map(|ids| ids.1) {
            self.differs(format!("s{span} has the parent {:?}", self.name_of(context.parent_id())));
        }
        if parent_ids.is_some_and(|parent| parent.0 != ids.0) {
            self.differs(format!("s{span} is not in its parent's trace"));
        }
        span
    }

    pub(super) fn keep(&self, span: SpanIndex, handle: Arc<Span>) {
        self.reference.borrow_mut().hold(span);
        self.handles.borrow_mut().push((span, handle));
    }

    pub(super) fn opened(&self, span: Option<SpanIndex>, on_close: FinishOnClose, guard: Guard) {
        let Some(index) = span else { return };
        let manager = self.reference.borrow().spans[index].tracer;
        self.opened_for(manager, span, on_close, guard);
    }

    pub(super) fn opened_for(
        &self,
        manager: TracerIndex,
        span: Option<SpanIndex>,
        on_close: FinishOnClose,
        guard: Guard,
    ) {
        let key = self.reference.borrow_mut().open(Some(manager), span, on_close);
        let what =
            span.map_or("without_active".to_owned(), |span| format!("s{span}, FinishOnClose::{on_close:?}"));
        note!(self, "scope{key} = {}: {what}", TRACERS[manager]);
        self.guards.borrow_mut().push((key, guard));
    }

    pub(super) fn name_of(&self, id: Option<SpanId>) -> Option<String> {
        let books = self.reference.borrow();
        let index = books.spans.iter().position(|span| Some(span.ids.1) == id);
        id.map(|id| index.map_or(id.to_string(), |index| format!("s{index}")))
    }
}

/// A span as it is begun.
pub(super) struct Begun {
    pub(super) tracer: TracerIndex,
    pub(super) parent: Option<SpanIndex>,
    pub(super) reference: ReferenceKind,
    pub(super) name: &'static str,
    pub(super) priority: Option<u8>,
}
