//! The stack of scopes of one thread.
//!
//! A span that was started active lives in its slot: no heap, no lock, no reference count. It moves into a
//! shared [`Span`] when someone asks for a handle. The guard holds only the slot's index and key, so leaking a
//! guard leaves the stack sound: the stack owns what it points at.
//!
//! All tracers share the stack, and each sees its own slots only. No method runs code of the user: what is to
//! be finished or dropped is handed out.

use std::ptr;
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::id::IdSequence;
use crate::recorder::SpanHead;
use crate::scope::FinishOnClose;
use crate::span::marks::Marks;
use crate::span::{Span, SpanData};
use crate::tracer::header::Header;
use crate::tracer::local::{Local, NO_LOCAL};

#[derive(Debug)]
pub(crate) struct Stack {
    /// The first `depth` of them are on the stack. The others are empty: they were used before, and will be again,
    /// so that a span is written into its place field by field.
    slots: Vec<Slot>,
    depth: usize,
    /// Grows whenever scopes are taken off that their guards do not know of, so that no key is given twice. Never
    /// zero: so no key is, either.
    epoch: u32,
    /// Scopes that were still open when the poll or call that opened them ended. They are active no more; their
    /// guards may still close them.
    parked: Vec<Slot>,
}

/// A place of the stack. What it holds, and in which state it is, say the marks of its span.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) key: u64,
    /// The span, where nobody else has a handle on it; else empty, but for the marks.
    pub(crate) own: SpanData,
    pub(crate) local: &'static Local,
    /// The span, where others may have a handle on it.
    pub(crate) shared: Option<Arc<Span>>,
}

/// Names a scope: the index of its slot and, above it, the epoch in which it was opened. No two scopes that are open
/// in a thread have the same, and on the stack the later one has the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place(u64);

impl Place {
    #[inline(always)]
    pub(crate) const fn of(key: u64) -> Self {
        Self(key)
    }

    #[inline(always)]
    pub(crate) const fn key(self) -> u64 {
        self.0
    }

    const fn index(self) -> usize {
        (self.0 & 0xffff_ffff) as usize
    }
}

/// Open scopes of one thread beyond this are not put on the stack.
const DEPTH_MAX: usize = 65_536;

/// Parked scopes beyond this are finished, the oldest first: their guards were probably leaked.
const PARKED_MAX: usize = 1024;

/// Slots that are made at first.
const SLOTS_MIN: usize = 8;

impl Stack {
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), depth: 0, epoch: 1, parked: Vec::new() }
    }

    /// What [`Fast`](super::fast::Fast) has to know: the slots, how many of them lie above the first, and the key of the
    /// next one.
    pub(crate) fn lend(&mut self) -> (*mut Slot, u32, u64) {
        if self.slots.is_empty() {
            self.grow();
        }
        let room = u32::try_from(self.slots.len() - 1).unwrap_or(0);
        (self.slots.as_mut_ptr(), room, self.next_key())
    }

    /// Takes over what was pushed and closed in the meantime.
    #[inline]
    pub(crate) fn take_back(&mut self, next: u64, ids: &IdSequence) {
        self.depth = Place(next).index();
        if self.depth > 0 && self.slots[self.depth - 1].own.marks.has(Marks::IMPLIED) {
            self.complete(ids);
        }
    }

    /// Writes the spans of which only the name was.
    fn complete(&mut self, ids: &IdSequence) {
        let real = |slot: &Slot| !slot.own.marks.has(Marks::IMPLIED);
        let above = self.on_stack().iter().rposition(real).map_or(0, |index| index + 1);
        for index in above.max(1)..self.depth {
            let [parent, slot] = &mut self.slots[index - 1..=index] else { continue };
            let head = &mut slot.own.head;
            head.trace_id = parent.own.head.trace_id;
            head.parent_id = Some(parent.own.head.span_id);
            head.flags = parent.own.head.flags;
            head.is_local_root = false;
            head.span_id = ids.span_id();
            head.start = Timestamp::UNSET;
            slot.own.marks = slot.own.marks.without(Marks::IMPLIED);
            slot.key = u64::from(self.epoch) << 32 | index as u64;
            if let Some(extra) = parent.own.extra() {
                let extra = Arc::clone(extra);
                slot.own.details().extra = Some(extra);
            }
        }
    }

    fn next_key(&self) -> u64 {
        u64::from(self.epoch) << 32 | self.depth as u64
    }

    fn begin_epoch(&mut self) {
        self.epoch = self.epoch.wrapping_add(1).max(1);
    }

    /// Whether no further scope fits.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.depth >= DEPTH_MAX
    }

    /// Puts a scope on top of a stack that is not full, and gives its slot, which is empty, to be filled.
    fn push(&mut self, local: &'static Local, on_close: FinishOnClose, marks: Marks) -> (Place, &mut Slot) {
        debug_assert!(!self.is_full(), "asked before");
        if self.depth == self.slots.len() {
            self.grow();
        }
        let key = self.next_key();
        let slot = &mut self.slots[self.depth];
        self.depth += 1;
        (slot.key, slot.local, slot.own.marks) = (key, local, marks);
        slot.own.marks.set(Marks::DETACHES, on_close == FinishOnClose::No);
        (Place(key), slot)
    }

    #[cold]
    fn grow(&mut self) {
        let slots = (self.slots.len() * 2).clamp(SLOTS_MIN, DEPTH_MAX);
        self.slots.resize_with(slots, Slot::empty);
    }

    /// Leaves the spans of parked scopes to the process that forked this one.
    #[cold]
    pub(crate) fn disown_parked(&mut self) {
        self.parked.iter_mut().for_each(Slot::disown);
    }

    /// Puts the scope of a span on top that nobody else has a handle on.
    pub(crate) fn push_own(
        &mut self,
        local: &'static Local,
        on_close: FinishOnClose,
        span: SpanData,
    ) -> Place {
        let (place, slot) = self.push(local, on_close, span.marks);
        let marks = slot.own.marks;
        slot.own = SpanData { marks, ..span };
        place
    }

    /// Puts the scope of a shared span on top.
    pub(crate) fn push_shared(
        &mut self,
        local: &'static Local,
        on_close: FinishOnClose,
        span: Arc<Span>,
    ) -> Place {
        let (place, slot) = self.push(local, on_close, Marks::SHARED);
        slot.shared = Some(span);
        place
    }

    /// Hides what is active for a tracer.
    pub(crate) fn push_blank(&mut self, local: &'static Local) -> Place {
        self.push(local, FinishOnClose::No, Marks::BLANK).0
    }

    /// Hides what is active for all tracers.
    pub(crate) fn push_blank_for_all(&mut self) -> Place {
        self.push(&NO_LOCAL, FinishOnClose::No, Marks::BLANK_FOR_ALL).0
    }

    /// The slot of an open scope, parked ones included.
    #[inline]
    pub(crate) fn slot(&mut self, place: Place) -> Option<&mut Slot> {
        let index = place.index();
        let on_stack = index < self.depth && self.slots[index].key == place.key();
        if on_stack {
            return self.slots.get_mut(index).filter(|slot| !slot.is_vacant());
        }
        self.parked.iter_mut().find(|slot| slot.key == place.key())
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
        let innermost = |slot: &&mut Slot| slot.is_open() && slot.concerns(header);
        self.on_stack().iter_mut().rev().find(innermost).filter(|slot| slot.has_span())
    }

    /// The innermost open scope with a span, whichever tracer's.
    pub(crate) fn active(&mut self) -> Option<&mut Slot> {
        let is_active = |index: &usize| {
            let slot = &self.slots[*index];
            slot.is_open() && slot.has_span() && !self.is_hidden(*index)
        };
        let index = (0..self.depth).rev().find(is_active)?;
        self.slots.get_mut(index)
    }

    /// Where the innermost open scope with a span is.
    pub(crate) fn active_place(&mut self) -> Option<Place> {
        self.active().map(|slot| Place(slot.key))
    }

    /// Whether `without_active` of the slot's own tracer lies above it.
    fn is_hidden(&self, index: usize) -> bool {
        let header = self.slots[index].header();
        self.slots[index + 1..self.depth]
            .iter()
            .any(|above| above.is_open() && !above.has_span() && above.concerns(header))
    }

    /// Closes a scope. The slot is given back if it is to be finished now; it is deferred while a scope of the
    /// same tracer is open above it. Afterwards, [`Stack::next_deferred`] has to be called until it is `None`.
    pub(crate) fn close(&mut self, place: Place) -> Option<Slot> {
        let index = place.index();
        let is_open = |slot: &Slot| slot.key == place.key() && slot.is_open();
        if !self.on_stack().get(index).is_some_and(is_open) {
            let parked = self.parked.iter().position(|slot| slot.key == place.key())?;
            return Some(self.parked.remove(parked));
        }
        let header = self.slots[index].header();
        // Marked, not removed: an outer scope that is closed first waits for the inner ones, so that the active
        // span is always one whose scope is open.
        let same = |above: &Slot| above.is_open() && ptr::eq(above.header(), header);
        if self.slots[index + 1..self.depth].iter().any(same) {
            self.slots[index].own.marks.set(Marks::DEFERRED, true);
            // Whichever of them closes last: should this one close earlier, it is deferred in turn.
            self.owe(index, same);
            return None;
        }
        Some(self.take(index))
    }

    /// Marks what lies above a slot, up to a certain one: something is to be done below once it has closed.
    fn owe(&mut self, index: usize, is_last: impl Fn(&Slot) -> bool) {
        for above in &mut self.slots[index + 1..self.depth] {
            above.own.marks.set(Marks::OWED, true);
            if is_last(above) {
                return;
            }
        }
    }

    /// After a scope of a tracer was closed: the next one whose closing it had deferred.
    pub(crate) fn next_deferred(&mut self, header: &'static Header) -> Option<Slot> {
        self.trim();
        let innermost =
            self.on_stack().iter().rposition(|slot| !slot.is_vacant() && ptr::eq(slot.header(), header))?;
        self.slots[innermost].is_deferred().then(|| self.take(innermost))
    }

    /// The innermost closed scope, whichever tracer's, above which none of its tracer is open any more.
    pub(crate) fn next_ready(&mut self) -> Option<Slot> {
        let is_ready = |index: &usize| {
            let slot = &self.slots[*index];
            let same = |above: &Slot| above.is_open() && ptr::eq(above.header(), slot.header());
            slot.is_deferred() && !self.slots[index + 1..self.depth].iter().any(same)
        };
        let index = (0..self.depth).rev().find(is_ready)?;
        Some(self.take(index))
    }

    /// Takes a slot's span out, and its place too if it is the topmost.
    fn take(&mut self, index: usize) -> Slot {
        let taken = self.slots[index].take();
        self.slots[index].own.marks = Marks::VACANT;
        if index + 1 == self.depth {
            self.trim();
        } else {
            // The one above removes the place; if it is emptied first itself, the one above that does.
            self.owe(index, |_| true);
        }
        taken
    }

    /// Removes the places of closed scopes from the top.
    fn trim(&mut self) {
        while self.depth > 0 && self.slots[self.depth - 1].is_vacant() {
            self.depth -= 1;
        }
    }

    /// Takes off everything above a slot: what was put there during a poll or call that has ended. Deferred
    /// scopes are given back to be finished, innermost first; open ones are parked.
    pub(crate) fn unwind_above(&mut self, place: Place) -> Vec<Slot> {
        let mut finish = Vec::new();
        self.begin_epoch();
        while !self.is_top(place) {
            self.depth -= 1;
            let slot = self.slots[self.depth].take();
            if slot.is_deferred() {
                finish.push(slot);
            } else if slot.is_open() && slot.has_span() {
                self.parked.push(slot);
            }
        }
        self.trim();
        let surplus = self.parked.len().saturating_sub(PARKED_MAX);
        finish.extend(self.parked.drain(..surplus));
        finish
    }

    /// Whether nothing was left above a slot. It may have been taken off itself: what came later has a greater key.
    pub(crate) fn is_top(&self, place: Place) -> bool {
        self.slots[..self.depth].last().is_none_or(|top| top.key <= place.key())
    }

    /// Takes all scopes of a tracer off, innermost first.
    pub(crate) fn clear(&mut self, header: &'static Header) -> Vec<Slot> {
        self.begin_epoch();
        let mut cleared = Vec::new();
        for index in (0..self.depth).rev() {
            // What was taken from above may have shortened the stack.
            let Some(slot) = self.on_stack().get(index) else { continue };
            if !slot.is_vacant() && ptr::eq(slot.header(), header) {
                cleared.push(self.take(index));
            }
        }
        let (parked, rest) =
            std::mem::take(&mut self.parked).into_iter().partition(|slot| ptr::eq(slot.header(), header));
        self.parked = rest;
        cleared.extend::<Vec<_>>(parked);
        cleared
    }

    /// Takes every scope off, to be finished: the thread ends.
    pub(crate) fn take_all(&mut self) -> impl Iterator<Item = Slot> + use<> {
        let mut open = std::mem::take(&mut self.slots);
        open.truncate(std::mem::take(&mut self.depth));
        let parked = std::mem::take(&mut self.parked);
        open.into_iter().rev().chain(parked).filter(|slot| !slot.is_vacant())
    }
}

impl Slot {
    fn empty() -> Self {
        Self { key: 0, own: SpanData::empty(), local: &NO_LOCAL, shared: None }
    }

    /// Makes it the slot of a span that is recorded, of which only the head is left to be written.
    #[inline(always)]
    pub(crate) fn write(&mut self, key: u64, local: &'static Local, name: &'static str) {
        (self.key, self.local, self.own.name, self.own.marks) = (key, local, name, Marks::RECORDING);
    }

    /// The head of a child that is recorded and has no baggage, its id and start left to be written. `None` where there
    /// is more to a child of this slot's span.
    pub(crate) fn head_of_child(&self) -> Option<SpanHead> {
        let marks = self.own.marks.without(Marks::DETACHES.with(Marks::OWED));
        if let Some(span) = &self.shared {
            let is_usual = marks.of_slot() == Marks::SHARED && !self.header().settings.observe;
            return if is_usual { span.head_of_child() } else { None };
        }
        let marks = marks.without(Marks::BEGAN_PANICKING.with(Marks::TIMED));
        let is_usual = marks == Marks::RECORDING && self.own.extra().is_none();
        let head = SpanHead { parent_id: Some(self.own.head.span_id), is_local_root: false, ..self.own.head };
        is_usual.then_some(head)
    }

    /// Leaves the span to the process that forked this one: here it is a context only.
    pub(crate) fn disown(&mut self) {
        self.own.marks = self.own.marks.without(Marks::RECORDING).with(Marks::FOREIGN);
    }

    #[inline]
    pub(crate) fn header(&self) -> &'static Header {
        self.local.header
    }

    #[inline]
    fn is_open(&self) -> bool {
        !self.own.marks.has(Marks::VACANT.with(Marks::DEFERRED))
    }

    fn is_vacant(&self) -> bool {
        self.own.marks.has(Marks::VACANT)
    }

    fn is_deferred(&self) -> bool {
        self.own.marks.has(Marks::DEFERRED)
    }

    #[inline]
    fn has_span(&self) -> bool {
        !self.own.marks.has(Marks::BLANK.with(Marks::BLANK_FOR_ALL))
    }

    /// Whether the span lies here, and nobody else has a handle on it.
    #[inline]
    pub(crate) fn is_own(&self) -> bool {
        self.has_span() && !self.own.marks.has(Marks::SHARED)
    }

    pub(crate) fn on_close(&self) -> FinishOnClose {
        if self.own.marks.has(Marks::DETACHES) { FinishOnClose::No } else { FinishOnClose::Yes }
    }

    /// Whether the slot says what is active for a tracer.
    #[inline]
    fn concerns(&self, header: &'static Header) -> bool {
        ptr::eq(self.header(), header) || self.own.marks.has(Marks::BLANK_FOR_ALL)
    }

    /// Moves the slot's content out; what stays holds no span.
    fn take(&mut self) -> Self {
        let own = SpanData { details: self.own.details.take(), ..self.own };
        Self { own, shared: self.shared.take(), ..*self }
    }

    /// A handle on the slot's span; the span moves out of the slot for it.
    pub(crate) fn share(&mut self) -> Option<Arc<Span>> {
        if self.is_own() {
            self.shared = Some(Arc::new(Span::new(self.header(), self.own.take())));
            self.own.marks.set(Marks::SHARED, true);
        }
        self.shared.clone()
    }
}
