//! Changing spans.

use opentracing_core::{__private, Scope, Span, tags};

use super::{Guard, KEYS, NAMES, World, at};
use crate::model::program::{Change, Target};
use crate::model::reference::SpanIndex;

impl World {
    pub(super) fn change(&self, target: Target, change: Change) {
        match target {
            Target::Scope(pick) => {
                let guards = self.guards.borrow();
                let Some((key, Guard::Scope(scope))) = at(&guards, pick).map(|index| &guards[index]) else {
                    return;
                };
                let span = self.reference.borrow().span_of(*key);
                note!(self, "scope{key}, s{span:?}: {change:?}");
                self.change_real(scope, change);
                self.change_reference(span, change);
                self.compare_context(span, &scope.context());
            }
            Target::Handle(pick) => {
                let handles = self.handles.borrow();
                let Some((span, handle)) = at(&handles, pick).map(|index| &handles[index]) else { return };
                note!(self, "s{span}: {change:?}");
                self.change_real(&**handle, change);
                self.change_reference(Some(*span), change);
                self.compare_context(Some(*span), &handle.context());
            }
            Target::Innermost => {
                let Some(active) = __private::active() else { return };
                let span = self.reference.borrow().innermost().map(|(_, span)| span);
                note!(self, "the innermost, s{span:?}: {change:?}");
                self.change_real(&*active, change);
                self.change_reference(span, change);
                self.compare_context(span, &active.context());
            }
        }
        self.fresh();
    }

    fn change_real(&self, span: &impl Settable, change: Change) {
        let value = self.counter.get();
        match change {
            Change::Tag(pick) => span.tag(KEYS[usize::from(pick) % KEYS.len()], value),
            Change::Log => span.log_value(value),
            Change::Baggage(pick) => span.baggage(KEYS[usize::from(pick) % KEYS.len()], value),
            Change::Rename(pick) => span.rename(NAMES[usize::from(pick) % NAMES.len()]),
            Change::Priority(priority) => span.priority(priority),
        }
    }

    fn change_reference(&self, span: Option<SpanIndex>, change: Change) {
        let value = self.counter.get().to_string();
        let mut books = self.reference.borrow_mut();
        let Some(span) = span else {
            // The scope was cleared.
            return books.tracers.iter_mut().for_each(|books| books.perhaps_misused += 1);
        };
        match change {
            Change::Tag(pick) => books.tag(span, KEYS[usize::from(pick) % KEYS.len()], &value),
            Change::Log => books.log(span, &format!("n={value}")),
            Change::Baggage(pick) => books.set_baggage(span, KEYS[usize::from(pick) % KEYS.len()], &value),
            Change::Rename(pick) => books.rename(span, NAMES[usize::from(pick) % NAMES.len()]),
            Change::Priority(priority) => books.tag(span, "sampling.priority", &priority.to_string()),
        }
    }
}

/// What both a scope and a span can do.
trait Settable {
    fn tag(&self, key: &'static str, value: usize);
    fn log_value(&self, value: usize);
    fn baggage(&self, key: &str, value: usize);
    fn rename(&self, name: &'static str);
    fn priority(&self, priority: u8);
}

macro_rules! settable {
    ($($span:ty),*) => {$(
        impl Settable for $span {
            fn tag(&self, key: &'static str, value: usize) {
                self.set_tag(key, value);
            }

            fn log_value(&self, value: usize) {
                self.log([("n", value)]);
            }

            fn baggage(&self, key: &str, value: usize) {
                self.set_baggage_item(key, value.to_string());
            }

            fn rename(&self, name: &'static str) {
                self.set_operation_name(name);
            }

            fn priority(&self, priority: u8) {
                self.set_tag(tags::SAMPLING_PRIORITY, u16::from(priority));
            }
        }
    )*};
}
settable!(Span, Scope);
