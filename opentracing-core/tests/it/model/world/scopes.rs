//! Opening and closing scopes; holding and finishing spans.

use std::mem;
use std::sync::Arc;

use opentracing_core::FinishOnClose;

use super::{Guard, World, at};
use crate::model::program::{Manager, Pick};
use crate::model::reference::{Key, TracerIndex};
use crate::model::side::TRACERS;

impl World {
    pub(super) fn activate(&self, pick: Pick, manager: Manager, on_close: FinishOnClose) {
        let chosen = {
            let handles = self.handles.borrow();
            at(&handles, pick).map(|index| (handles[index].0, Arc::clone(&handles[index].1)))
        };
        let Some((span, handle)) = chosen else { return };
        let own = self.reference.borrow().spans[span].tracer;
        let manager = match manager {
            Manager::Own => own,
            Manager::Of(pick) => self.tracer(pick),
        };
        let scope = self.sides[manager].tracer.scope_manager().activate(handle, on_close);
        self.opened_for(manager, Some(span), on_close, Guard::Scope(scope));
    }

    fn take_guard(&self, pick: Pick) -> Option<(Key, Guard)> {
        let mut guards = self.guards.borrow_mut();
        let index = at(&guards, pick)?;
        Some(guards.remove(index))
    }

    pub(super) fn close(&self, pick: Pick) {
        let Some((key, guard)) = self.take_guard(pick) else { return };
        self.close_guard(key, guard);
    }

    pub(super) fn close_guard(&self, key: Key, guard: Guard) {
        note!(self, "scope{key}.close()");
        self.reference.borrow_mut().close(key);
        match guard {
            Guard::Scope(scope) => scope.close(),
            Guard::Hidden(hidden) => drop(hidden),
        }
    }

    pub(super) fn leak(&self, pick: Pick) {
        let Some((key, guard)) = self.take_guard(pick) else { return };
        note!(self, "mem::forget(scope{key})");
        match guard {
            Guard::Scope(scope) => mem::forget(scope),
            Guard::Hidden(hidden) => mem::forget(hidden),
        }
    }

    pub(super) fn hold_scope(&self, pick: Pick) {
        let guards = self.guards.borrow();
        let Some((key, Guard::Scope(scope))) = at(&guards, pick).map(|index| &guards[index]) else { return };
        let handle = scope.span();
        let span = self.reference.borrow().span_of(*key);
        note!(self, "handle = scope{key}.span(), which is {span:?}");
        match span {
            Some(span) => self.keep(span, handle),
            // Its span has finished, or is nobody's business any more.
            None if handle.is_recording() => {
                self.differs(format!("scope{key} was cleared, and has a live span"))
            }
            None => {}
        }
    }

    pub(super) fn hold_active(&self, tracer: TracerIndex) {
        let handle = self.sides[tracer].tracer.active_span();
        let active = self.reference.borrow().active(tracer);
        note!(self, "handle = {}.active_span()", TRACERS[tracer]);
        self.compare_active(tracer, handle.as_ref().and_then(|span| span.context().span_id()));
        if let (Some(span), Some(handle)) = (active, handle) {
            self.keep(span, handle);
        }
    }

    pub(super) fn finish(&self, pick: Pick) {
        let handles = self.handles.borrow();
        let Some((span, handle)) = at(&handles, pick).map(|index| &handles[index]) else { return };
        note!(self, "s{span}.finish()");
        let mut books = self.reference.borrow_mut();
        if books.spans[*span].is_finished {
            books.misuse(*span);
        }
        books.finish(*span);
        handle.finish();
    }

    pub(super) fn drop_handle(&self, pick: Pick) {
        let taken = {
            let mut handles = self.handles.borrow_mut();
            at(&handles, pick).map(|index| handles.remove(index))
        };
        let Some((span, handle)) = taken else { return };
        note!(self, "drop(a handle on s{span})");
        drop(handle);
        self.reference.borrow_mut().release(span);
    }

    pub(super) fn hide(&self, tracer: TracerIndex) {
        let hidden = self.sides[tracer].tracer.scope_manager().without_active();
        self.opened_for(tracer, None, FinishOnClose::No, Guard::Hidden(hidden));
    }

    pub(super) fn clear(&self, tracer: TracerIndex) {
        note!(self, "{}.scope_manager().clear_current_thread()", TRACERS[tracer]);
        self.sides[tracer].tracer.scope_manager().clear_current_thread();
        self.reference.borrow_mut().clear(tracer);
    }

    pub(super) fn make_current(&self, tracer: TracerIndex) {
        let key = self.reference.borrow_mut().make_current(tracer);
        note!(self, "current{key} = {}.make_current()", TRACERS[tracer]);
        self.currents.borrow_mut().push((key, self.sides[tracer].tracer.make_current()));
    }

    pub(super) fn restore(&self, pick: Pick) {
        let mut currents = self.currents.borrow_mut();
        let Some(index) = at(&currents, pick) else { return };
        let (key, guard) = currents.remove(index);
        note!(self, "drop(current{key})");
        drop(guard);
        self.reference.borrow_mut().restore(key);
    }
}
