//! The stack of scopes of one thread.
//!
//! A span that was started active lives in its slot: no heap, no lock, no reference count. It moves into a
//! shared [`Span`] when someone asks for a handle. The guard holds only the slot's index and key, so leaking a
//! guard leaves the stack sound: the stack owns what it points at.
//!
//! All tracers share the stack, and each sees its own slots only. No method runs code of the user: what is to
//! be finished or dropped is handed out.

use std::sync::Arc;

use crate::scope::FinishOnClose;
use crate::span::{Span, SpanData};
use crate::tracer::header::Header;

#[derive(Debug)]
pub(crate) struct Stack {
    slots: Vec<Slot>,
    /// Scopes that were still open when the poll or call that opened them ended. They are active no more; their
    /// guards may still close them.
    parked: Vec<Slot>,
    /// Slots that are not open: while none is, closing in order is one comparison.
    irregular: usize,
    next_key: u64,
}

#[derive(Debug)]
pub(crate) struct Slot {
    /// Never given twice on a thread.
    key: u64,
    pub(crate) header: &'static Header,
    state: State,
    pub(crate) on_close: FinishOnClose,
    pub(crate) content: Content,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// Closed while a scope of the same tracer was open above it; finished when that one closes.
    Deferred,
    /// Closed and emptied; only its place is still there.
    Vacant,
}

#[derive(Debug)]
pub(crate) enum Content {
    /// A span that nobody else has a handle on.
    Own(SpanData),
    Shared(Arc<Span>),
    /// No span: what `without_active` puts on the stack.
    Blank,
}

/// Names a slot: where it was put, and its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    index: u32,
    key: u64,
}

/// Open scopes of one thread beyond this are not put on the stack.
const DEPTH_MAX: usize = 65_536;

/// Parked scopes beyond this are finished, the oldest first: their guards were probably leaked.
const PARKED_MAX: usize = 1024;

impl Stack {
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), parked: Vec::new(), irregular: 0, next_key: 0 }
    }

    /// Whether no further scope fits.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.slots.len() >= DEPTH_MAX
    }

    /// Puts a scope on top of a stack that is not full.
    #[inline]
    pub(crate) fn push(
        &mut self,
        header: &'static Header,
        on_close: FinishOnClose,
        content: Content,
    ) -> Place {
        debug_assert!(!self.is_full(), "asked before");
        let key = self.next_key;
        self.next_key += 1;
        let index = u32::try_from(self.slots.len()).expect("the depth is capped");
        self.slots.push(Slot { key, header, state: State::Open, on_close, content });
        Place { index, key }
    }

    /// The slot of an open scope, parked ones included.
    #[inline]
    pub(crate) fn slot(&mut self, place: Place) -> Option<&mut Slot> {
        match self.slots.get_mut(place.index as usize) {
            Some(slot) if slot.key == place.key => Some(slot),
            _ => self.parked.iter_mut().find(|slot| slot.key == place.key),
        }
    }

    /// The innermost open scope of a tracer; `None` also where `without_active` hides what lies below.
    #[inline]
    pub(crate) fn active_of(&mut self, header: &'static Header) -> Option<&mut Slot> {
        self.slots
            .iter_mut()
            .rev()
            .find(|slot| slot.state == State::Open && std::ptr::eq(slot.header, header))
            .filter(|slot| !matches!(slot.content, Content::Blank))
    }

    /// The innermost open scope with a span, whichever tracer's.
    pub(crate) fn active(&mut self) -> Option<&mut Slot> {
        let innermost = |this: &Self| {
            this.slots.iter().enumerate().rev().find_map(|(index, slot)| {
                let visible = slot.state == State::Open && !matches!(slot.content, Content::Blank);
                (visible && !this.is_hidden(index)).then_some(index)
            })
        };
        let index = innermost(self)?;
        self.slots.get_mut(index)
    }

    /// Where the innermost open scope with a span is.
    pub(crate) fn active_place(&mut self) -> Option<Place> {
        let key = self.active()?.key;
        let index = self.slots.iter().rposition(|slot| slot.key == key)?;
        u32::try_from(index).ok().map(|index| Place { index, key })
    }

    /// Whether `without_active` of the slot's own tracer lies above it.
    fn is_hidden(&self, index: usize) -> bool {
        let header = self.slots[index].header;
        self.slots[index + 1..].iter().any(|above| {
            above.state == State::Open
                && matches!(above.content, Content::Blank)
                && std::ptr::eq(above.header, header)
        })
    }

    /// Closes a scope. The slot is given back if it is to be finished now; it is deferred while a scope of the
    /// same tracer is open above it. Afterwards, [`Stack::next_deferred`] has to be called until it is `None`.
    #[inline]
    pub(crate) fn close(&mut self, place: Place) -> Option<Slot> {
        let index = place.index as usize;
        let in_order = index + 1 == self.slots.len() && self.slots[index].key == place.key;
        if in_order && self.slots[index].state == State::Open {
            return self.slots.pop();
        }
        self.close_out_of_order(place)
    }

    #[cold]
    fn close_out_of_order(&mut self, place: Place) -> Option<Slot> {
        let index = place.index as usize;
        if self.slots.get(index).is_none_or(|slot| slot.key != place.key || slot.state != State::Open) {
            let parked = self.parked.iter().position(|slot| slot.key == place.key)?;
            return Some(self.parked.remove(parked));
        }
        let header = self.slots[index].header;
        // Marked, not removed: an outer scope that is closed first waits for the inner ones, so that the active
        // span is always one whose scope is open.
        if self.slots[index + 1..].iter().any(|s| s.state == State::Open && std::ptr::eq(s.header, header)) {
            self.slots[index].state = State::Deferred;
            self.irregular += 1;
            return None;
        }
        Some(self.take(index))
    }

    /// Whether any slot is not open.
    #[inline]
    pub(crate) fn is_irregular(&self) -> bool {
        self.irregular > 0
    }

    /// After a scope of a tracer was closed: the next one whose closing it had deferred.
    #[inline]
    pub(crate) fn next_deferred(&mut self, header: &'static Header) -> Option<Slot> {
        if self.irregular == 0 {
            return None;
        }
        self.trim();
        let innermost = self
            .slots
            .iter()
            .rposition(|slot| slot.state != State::Vacant && std::ptr::eq(slot.header, header))?;
        (self.slots[innermost].state == State::Deferred).then(|| {
            self.irregular -= 1;
            self.take(innermost)
        })
    }

    /// Takes a slot's content out, and the slot too if it is the topmost.
    fn take(&mut self, index: usize) -> Slot {
        let slot = &mut self.slots[index];
        let (key, header, on_close) = (slot.key, slot.header, slot.on_close);
        let content = std::mem::replace(&mut slot.content, Content::Blank);
        slot.state = State::Vacant;
        self.irregular += 1;
        self.trim();
        Slot { key, header, state: State::Open, on_close, content }
    }

    /// Removes the places of closed scopes from the top.
    fn trim(&mut self) {
        while self.slots.last().is_some_and(|slot| slot.state == State::Vacant) {
            self.slots.pop();
            self.irregular -= 1;
        }
    }

    /// Takes off everything above a slot: what was put there during a poll or call that has ended. Deferred
    /// scopes are given back to be finished, innermost first; open ones are parked.
    pub(crate) fn unwind_above(&mut self, place: Place) -> Vec<Slot> {
        let index = place.index as usize;
        let mut finish = Vec::new();
        if self.slots.get(index).is_none_or(|slot| slot.key != place.key) {
            return finish;
        }
        while self.slots.len() > index + 1 {
            let Some(slot) = self.slots.pop() else { break };
            match slot.state {
                State::Vacant => self.irregular -= 1,
                State::Deferred => {
                    self.irregular -= 1;
                    finish.push(slot);
                }
                State::Open if matches!(slot.content, Content::Blank) => {}
                State::Open => self.parked.push(slot),
            }
        }
        let surplus = self.parked.len().saturating_sub(PARKED_MAX);
        finish.extend(self.parked.drain(..surplus));
        finish
    }

    /// Whether a slot is the topmost: nothing was left above it.
    #[inline]
    pub(crate) fn is_top(&self, place: Place) -> bool {
        place.index as usize + 1 == self.slots.len()
    }

    /// Takes all scopes of a tracer off, innermost first.
    pub(crate) fn clear(&mut self, header: &'static Header) -> Vec<Slot> {
        let mut cleared = Vec::new();
        for index in (0..self.slots.len()).rev() {
            let slot = &self.slots[index];
            if slot.state == State::Vacant || !std::ptr::eq(slot.header, header) {
                continue;
            }
            self.irregular -= usize::from(slot.state == State::Deferred);
            cleared.push(self.take(index));
        }
        let (parked, rest) =
            std::mem::take(&mut self.parked).into_iter().partition(|slot| std::ptr::eq(slot.header, header));
        self.parked = rest;
        cleared.extend::<Vec<_>>(parked);
        cleared
    }

    /// Closes every scope: the thread ends.
    pub(crate) fn close_all(&mut self) {
        let open = std::mem::take(&mut self.slots).into_iter().rev();
        let parked = std::mem::take(&mut self.parked);
        open.chain(parked).filter(|slot| slot.state != State::Vacant).for_each(|mut slot| slot.finish());
    }
}
