//! The stack of scopes of one thread.
//!
//! A span that was started active lives in its slot: no heap, no lock, no reference count. It moves into a
//! shared [`Span`] when someone asks for a handle. The guard holds only the slot's index and key, so leaking a
//! guard leaves the stack sound: the stack owns what it points at.
//!
//! All tracers share the stack, and each sees its own slots only. No method runs code of the user: what is to
//! be finished or dropped is handed out.

use std::borrow::Cow;
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::id::SpanId;
use crate::scope::FinishOnClose;
use crate::span::{Span, SpanData};
use crate::tracer::header::{Header, NOOP};

#[derive(Debug)]
pub(crate) struct Stack {
    /// The first `depth` of them are on the stack. The others are empty: they were used before, and will be again,
    /// so that a span is written into its place field by field.
    slots: Vec<Slot>,
    depth: usize,
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
    kind: Kind,
    /// The span, where nobody else has a handle on it; else empty.
    pub(crate) own: SpanData,
    /// The span, where others may have a handle on it.
    pub(crate) shared: Option<Arc<Span>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// Closed while a scope of the same tracer was open above it; finished when that one closes.
    Deferred,
    /// Closed and emptied; only its place is still there.
    Vacant,
}

/// Where the span of a slot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Own,
    Shared,
    /// No span: what `without_active` puts on the stack, for its tracer.
    Blank,
    /// No span, for all tracers: work goes on here that began where none was active.
    BlankForAll,
}

impl Kind {
    #[inline]
    fn has_span(self) -> bool {
        matches!(self, Kind::Own | Kind::Shared)
    }
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
        Self { slots: Vec::new(), depth: 0, parked: Vec::new(), irregular: 0, next_key: 0 }
    }

    /// Whether no further scope fits.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.depth >= DEPTH_MAX
    }

    /// Puts a scope on top of a stack that is not full, and gives its slot, which is empty, to be filled.
    #[inline(always)]
    fn push(&mut self, header: &'static Header, on_close: FinishOnClose, kind: Kind) -> (Place, &mut Slot) {
        debug_assert!(!self.is_full(), "asked before");
        if self.depth == self.slots.len() {
            self.grow(header);
        }
        let key = self.next_key;
        self.next_key += 1;
        let index = self.depth;
        self.depth += 1;
        let slot = &mut self.slots[index];
        (slot.key, slot.header, slot.state, slot.on_close, slot.kind) =
            (key, header, State::Open, on_close, kind);
        #[expect(clippy::cast_possible_truncation, reason = "the depth is capped")]
        let place = Place { index: index as u32, key };
        (place, slot)
    }

    #[cold]
    fn grow(&mut self, header: &'static Header) {
        self.slots.push(Slot::empty(header));
    }

    /// Puts the scope of a span on top that nobody else has a handle on.
    pub(crate) fn push_own(
        &mut self,
        header: &'static Header,
        on_close: FinishOnClose,
        span: SpanData,
    ) -> Place {
        let (place, slot) = self.push(header, on_close, Kind::Own);
        slot.own = span;
        place
    }

    /// Puts the scope of a shared span on top.
    pub(crate) fn push_shared(
        &mut self,
        header: &'static Header,
        on_close: FinishOnClose,
        span: Arc<Span>,
    ) -> Place {
        let (place, slot) = self.push(header, on_close, Kind::Shared);
        slot.shared = Some(span);
        place
    }

    /// Hides what is active for a tracer.
    pub(crate) fn push_blank(&mut self, header: &'static Header) -> Place {
        self.push(header, FinishOnClose::No, Kind::Blank).0
    }

    /// Hides what is active for all tracers.
    pub(crate) fn push_blank_for_all(&mut self) -> Place {
        self.push(&NOOP, FinishOnClose::No, Kind::BlankForAll).0
    }

    /// Puts a child of a tracer's active span on top, and writes it there; `None` where there is none.
    #[inline(always)]
    pub(crate) fn push_child(
        &mut self,
        header: &'static Header,
        on_close: FinishOnClose,
        span_id: SpanId,
        name: &'static str,
    ) -> Option<(Place, &mut SpanData)> {
        let parent = self.active_of(header)?;
        let (trace_id, parent_id, flags, extra) = match &parent.shared {
            None => (
                parent.own.head.trace_id,
                parent.own.head.span_id,
                parent.own.head.flags,
                parent.own.extra.clone(),
            ),
            Some(span) => span.with_context(|context| {
                let (trace_id, span_id) = context.ids()?;
                Some((trace_id, span_id, context.flags(), context.extra()))
            })?,
        };
        let (place, slot) = self.push(header, on_close, Kind::Own);
        let own = &mut slot.own;
        own.head.trace_id = trace_id;
        own.head.span_id = span_id;
        own.head.parent_id = Some(parent_id);
        own.head.flags = flags.inherited();
        own.head.is_local_root = false;
        own.head.start = Timestamp::UNSET;
        own.name = Cow::Borrowed(name);
        own.extra = extra;
        own.is_finished = false;
        Some((place, own))
    }

    /// The slot of an open scope, parked ones included.
    #[inline]
    pub(crate) fn slot(&mut self, place: Place) -> Option<&mut Slot> {
        let index = place.index as usize;
        let on_stack = index < self.depth && self.slots[index].key == place.key;
        if on_stack {
            return self.slots.get_mut(index);
        }
        self.parked.iter_mut().find(|slot| slot.key == place.key)
    }

    /// The slots on the stack.
    #[inline]
    fn on_stack(&mut self) -> &mut [Slot] {
        let depth = self.depth;
        &mut self.slots[..depth]
    }

    /// The innermost open scope of a tracer; `None` also where `without_active` hides what lies below.
    #[inline]
    pub(crate) fn active_of(&mut self, header: &'static Header) -> Option<&mut Slot> {
        let innermost = |slot: &&mut Slot| slot.state == State::Open && slot.concerns(header);
        self.on_stack().iter_mut().rev().find(innermost).filter(|slot| slot.kind.has_span())
    }

    /// The tracer of the topmost scope, if that is open and has a span: then it is the innermost active one.
    #[inline]
    pub(crate) fn top_header(&self) -> Option<&'static Header> {
        let top = &self.slots[self.depth.checked_sub(1)?];
        (top.state == State::Open && top.kind.has_span()).then_some(top.header)
    }

    /// The innermost open scope with a span, whichever tracer's.
    pub(crate) fn active(&mut self) -> Option<&mut Slot> {
        let is_active = |index: &usize| {
            let slot = &self.slots[*index];
            slot.state == State::Open && slot.kind.has_span() && !self.is_hidden(*index)
        };
        let index = (0..self.depth).rev().find(is_active)?;
        self.slots.get_mut(index)
    }

    /// Where the innermost open scope with a span is.
    pub(crate) fn active_place(&mut self) -> Option<Place> {
        let key = self.active()?.key;
        let index = self.on_stack().iter().rposition(|slot| slot.key == key)?;
        u32::try_from(index).ok().map(|index| Place { index, key })
    }

    /// Whether `without_active` of the slot's own tracer lies above it.
    fn is_hidden(&self, index: usize) -> bool {
        let header = self.slots[index].header;
        self.slots[index + 1..self.depth]
            .iter()
            .any(|above| above.state == State::Open && !above.kind.has_span() && above.concerns(header))
    }

    /// Closes the topmost scope, if it is the one at this place and nobody has a handle on its span: the usual
    /// case.
    #[inline(always)]
    pub(crate) fn close_own(&mut self, place: Place) -> Option<SpanData> {
        let index = place.index as usize;
        if index + 1 != self.depth {
            return None;
        }
        let slot = &mut self.slots[index];
        if slot.key != place.key || slot.state != State::Open || slot.kind != Kind::Own {
            return None;
        }
        self.depth = index;
        Some(slot.own.take())
    }

    /// Closes a scope. The slot is given back if it is to be finished now; it is deferred while a scope of the
    /// same tracer is open above it. Afterwards, [`Stack::next_deferred`] has to be called until it is `None`.
    pub(crate) fn close(&mut self, place: Place) -> Option<Slot> {
        let index = place.index as usize;
        let is_open = |slot: &Slot| slot.key == place.key && slot.state == State::Open;
        if !self.on_stack().get(index).is_some_and(is_open) {
            let parked = self.parked.iter().position(|slot| slot.key == place.key)?;
            return Some(self.parked.remove(parked));
        }
        let header = self.slots[index].header;
        // Marked, not removed: an outer scope that is closed first waits for the inner ones, so that the active
        // span is always one whose scope is open.
        let same = |above: &Slot| above.state == State::Open && std::ptr::eq(above.header, header);
        if self.slots[index + 1..self.depth].iter().any(same) {
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
    pub(crate) fn next_deferred(&mut self, header: &'static Header) -> Option<Slot> {
        if self.irregular == 0 {
            return None;
        }
        self.trim();
        let innermost = self
            .on_stack()
            .iter()
            .rposition(|slot| slot.state != State::Vacant && std::ptr::eq(slot.header, header))?;
        (self.slots[innermost].state == State::Deferred).then(|| {
            self.irregular -= 1;
            self.take(innermost)
        })
    }

    /// The innermost closed scope, whichever tracer's, above which none of its tracer is open any more.
    pub(crate) fn next_ready(&mut self) -> Option<Slot> {
        let is_ready = |index: &usize| {
            let slot = &self.slots[*index];
            let same = |above: &Slot| above.state == State::Open && std::ptr::eq(above.header, slot.header);
            slot.state == State::Deferred && !self.slots[index + 1..self.depth].iter().any(same)
        };
        let index = (0..self.depth).rev().find(is_ready)?;
        self.irregular -= 1;
        Some(self.take(index))
    }

    /// Takes a slot's span out, and its place too if it is the topmost.
    fn take(&mut self, index: usize) -> Slot {
        let taken = self.slots[index].take();
        self.slots[index].state = State::Vacant;
        self.irregular += 1;
        self.trim();
        taken
    }

    /// Removes the places of closed scopes from the top.
    fn trim(&mut self) {
        while self.depth > 0 && self.slots[self.depth - 1].state == State::Vacant {
            self.depth -= 1;
            self.irregular -= 1;
        }
    }

    /// Takes off everything above a slot: what was put there during a poll or call that has ended. Deferred
    /// scopes are given back to be finished, innermost first; open ones are parked.
    pub(crate) fn unwind_above(&mut self, place: Place) -> Vec<Slot> {
        let index = place.index as usize;
        let mut finish = Vec::new();
        if self.on_stack().get(index).is_none_or(|slot| slot.key != place.key) {
            return finish;
        }
        while self.depth > index + 1 {
            self.depth -= 1;
            let slot = self.slots[self.depth].take();
            match slot.state {
                State::Vacant => self.irregular -= 1,
                State::Deferred => {
                    self.irregular -= 1;
                    finish.push(slot);
                }
                State::Open if !slot.kind.has_span() => {}
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
        place.index as usize + 1 == self.depth
    }

    /// Takes all scopes of a tracer off, innermost first.
    pub(crate) fn clear(&mut self, header: &'static Header) -> Vec<Slot> {
        let mut cleared = Vec::new();
        for index in (0..self.depth).rev() {
            // What was taken from above may have shortened the stack.
            let Some(slot) = self.on_stack().get(index) else { continue };
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
        let mut open = std::mem::take(&mut self.slots);
        open.truncate(std::mem::take(&mut self.depth));
        let parked = std::mem::take(&mut self.parked);
        let all = open.into_iter().rev().chain(parked);
        all.filter(|slot| slot.state != State::Vacant).for_each(|mut slot| slot.finish());
    }
}

impl Slot {
    fn empty(header: &'static Header) -> Self {
        Self {
            key: 0,
            header,
            state: State::Vacant,
            on_close: FinishOnClose::No,
            kind: Kind::Blank,
            own: SpanData::empty(),
            shared: None,
        }
    }

    /// Whether the slot says what is active for a tracer.
    #[inline]
    fn concerns(&self, header: &'static Header) -> bool {
        std::ptr::eq(self.header, header) || self.kind == Kind::BlankForAll
    }

    /// Moves the slot's content out; what stays holds no span.
    fn take(&mut self) -> Self {
        Self { own: self.own.take(), shared: self.shared.take(), ..*self }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// A handle on the slot's span; the span moves out of the slot for it.
    pub(crate) fn share(&mut self) -> Option<Arc<Span>> {
        if self.kind == Kind::Own {
            self.shared = Some(Arc::new(Span::new(self.header, self.own.take())));
            self.kind = Kind::Shared;
        }
        self.shared.clone()
    }
}
