//! The short way: starting and closing the usual span, without a visit to the rest of the thread's state.
//!
//! The slots of the scope stack belong to [`Stack`], which is safe code. While nobody visits it, the stack is lent to
//! [`Fast`], which knows where its slots lie and how many are in use, and pushes and pops them. Only the usual case
//! is treated here, all else is refused and goes the long way.
//!
//! Invariants, while the stack is lent (`next` is not [`TAKEN`]):
//! * `slots` points to `room + 1` slots of the stack's, which nobody else refers to;
//! * the first `depth` of them are on the stack, where `depth` is the lower half of `next`; the others hold no span.
//!
//! No code of the user runs while a slot is referred to here, and nothing is allocated.
#![expect(unsafe_code, reason = "slots are reached by a pointer, so that a span costs no borrow")]

use std::cell::Cell;
use std::mem::{self, ManuallyDrop};
use std::ops::Deref;
use std::ptr;
use std::sync::Arc;

use crate::attributes::Arena;
use crate::clock::Timestamp;
use crate::context::Flags;
use crate::id::{IdSequence, SpanId, TraceId};
use crate::limits::Limits;
use crate::recorder::SpanHead;
use crate::scope;
use crate::scope::stack::{Place, Slot, Stack};
use crate::span::marks::Marks;
use crate::span::{Details, Span, SpanData};
use crate::tag::TagValue;
use crate::thread;
use crate::ticks;
use crate::tracer::header::Header;
use crate::tracer::local::{Counts, Local};

/// A thread's short way to its stack. It needs no destructor, so that reaching it is reaching a static.
pub(crate) struct Fast {
    slots: Cell<*mut Slot>,
    /// The place that the next scope gets: the depth of the stack and, above it, its epoch.
    next: Cell<u64>,
    room: Cell<u32>,
    pub(crate) ids: IdSequence,
    /// The local that the thread used last.
    local: Cell<Option<&'static Local>>,
    /// Whether this is a forked child whose parked scopes are yet to be marked as the parent's.
    has_forked: Cell<bool>,
    /// Whether a tracer was made current.
    pub(crate) has_current: Cell<bool>,
    /// Empty details for the next span with tags, and for its next log. Freed by the rest of the state.
    spares: ManuallyDrop<[Cell<Option<Box<Details>>>; 2]>,
}

/// The `next` of a stack that is not lent: no key, and at first sight an empty stack, which is not worked on here.
const TAKEN: u64 = 0;

thread_local! {
    static FAST: Fast = const { Fast::new() };
}

/// This thread's short way, which is there as long as the thread.
#[derive(Clone, Copy)]
pub(crate) struct Here {
    // Invariant: it points to the thread-local of the thread it was made on. The pointer also keeps it there.
    fast: *const Fast,
}

#[inline(always)]
pub(crate) fn here() -> Here {
    Here { fast: FAST.with(ptr::from_ref) }
}

impl Deref for Here {
    type Target = Fast;

    #[inline(always)]
    fn deref(&self) -> &Fast {
        // SAFETY: by the invariant, it is that of this thread; without a destructor, it is valid until the thread is
        // no more.
        unsafe { &*self.fast }
    }
}

/// Which tracer's active span is to be the parent.
#[derive(Clone, Copy)]
pub(crate) enum Of {
    Any,
    Tracer(&'static Header),
}

impl Of {
    #[inline(always)]
    fn is(self, local: &Local) -> bool {
        match self {
            Of::Any => true,
            Of::Tracer(header) => ptr::eq(local.header, header),
        }
    }
}

impl Fast {
    const fn new() -> Self {
        Self {
            slots: Cell::new(ptr::null_mut()),
            next: Cell::new(TAKEN),
            room: Cell::new(0),
            ids: IdSequence::unseeded(),
            local: Cell::new(None),
            has_forked: Cell::new(false),
            has_current: Cell::new(false),
            spares: ManuallyDrop::new([const { Cell::new(None) }; 2]),
        }
    }

    /// Whether no scope is open, as far as can be seen here.
    pub(crate) fn is_empty(&self) -> bool {
        !self.slots.get().is_null() && depth(self.next.get()) == 0
    }

    /// Names this thread, among those that are alive.
    pub(crate) fn token(&self) -> usize {
        ptr::from_ref(self).addr()
    }

    /// Lends the stack, or another one.
    pub(crate) fn lend(&self, stack: &mut Stack) {
        self.ids.prepare();
        let (slots, room, next) = stack.lend();
        self.slots.set(slots);
        self.room.set(room);
        self.next.set(next);
    }

    /// Takes the stack back that was lent, and brings it up to date.
    #[inline]
    pub(crate) fn take_back(&self, stack: &mut Stack) {
        let next = self.next.replace(TAKEN);
        if next != TAKEN {
            stack.take_back(next, &self.ids);
        }
        if self.has_forked.replace(false) {
            stack.disown_parked();
        }
    }

    /// Where a slot lies; it is one if it lies below, or is, the first that is free.
    #[inline(always)]
    fn at(&self, index: u32) -> *mut Slot {
        self.slots.get().wrapping_add(index as usize)
    }

    /// Puts a child of the topmost scope's span on top, if that is an open one of this tracer's, and follows its
    /// decision. A span that is not sampled comes first: it is to cost the least. Nothing is called, so that nothing has
    /// to be saved for it; the thread must not be panicking.
    #[inline(always)]
    pub(crate) fn push_child(&self, of: Of, name: &'static str) -> Option<Place> {
        let next = self.next.get();
        let depth = depth(next);
        // Neither empty (also while the stack is taken) nor full.
        if depth.wrapping_sub(1) >= self.room.get() {
            return None;
        }
        // SAFETY: by the invariants, the slot below the top is one of those that `slots` points to.
        let parent = unsafe { &*self.at(depth - 1) };
        // SAFETY: so is the next one, since `depth <= room`; it is another one than the parent.
        let slot = unsafe { &mut *self.at(depth) };
        if !of.is(parent.local) {
            return None;
        }
        const EITHER: Marks = Marks::BEGAN_PANICKING
            .with(Marks::TIMED)
            .with(Marks::DETACHES)
            .with(Marks::OWED)
            .with(Marks::IMPLIED);
        let marks = parent.own.marks.without(EITHER);
        if marks == Marks::NONE {
            // Nobody will see more than the name, unless someone looks; then the rest is written.
            slot.local = parent.local;
            slot.own.name = name;
            slot.own.marks = Marks::IMPLIED;
            Counts::add_one(&parent.local.counts.started);
            self.next.set(next + 1);
            return Some(Place::of(next));
        }
        if marks != Marks::RECORDING || parent.own.extra().is_some() || !ticks::are_counted() {
            return None;
        }
        slot.own.head.trace_id = parent.own.head.trace_id;
        slot.own.head.span_id = self.ids.next();
        slot.own.head.parent_id = Some(parent.own.head.span_id);
        slot.own.head.flags = parent.own.head.flags;
        slot.own.head.is_local_root = false;
        slot.write(next, parent.local, name);
        Counts::add_one(&parent.local.counts.started);
        self.next.set(next + 1);
        // Last, so that what was done for the start is not part of the span.
        slot.own.head.start = Timestamp::counted();
        Some(Place::of(next))
    }

    /// As [`Fast::push_child`], where others may have a handle on the parent, or time is the system's.
    pub(crate) fn push_child_otherwise(&self, of: Of, name: &'static str) -> Option<Place> {
        let (local, head) = self.child_of_top(of)?;
        let (slot, place) = self.push(local)?;
        slot.own.head = head;
        slot.own.name = name;
        slot.own.marks = Marks::RECORDING;
        Counts::add_one(&local.counts.started);
        slot.own.head.start = Timestamp::now();
        Some(place)
    }

    /// Closes the topmost scope, if it is the one at this place and holds the usual span; `false` where it is not. A
    /// span that is to be recorded is given to `hand_over` at the end, when nothing here is referred to any more. The
    /// thread must not be panicking.
    #[inline(always)]
    pub(crate) fn close(
        &self,
        place: Place,
        now: impl FnOnce() -> Timestamp,
        hand_over: impl FnOnce(&SpanHead, &'static str, &'static Header, Option<Box<Details>>),
    ) -> bool {
        let Some(slot) = self.on_top(place) else { return false };
        let marks = slot.own.marks;
        if marks.without(Marks::IMPLIED) == Marks::NONE && slot.own.details.is_none() {
            self.next.set(place.key());
            Counts::add_one(&slot.local.counts.unsampled);
            return true;
        }
        if marks != Marks::RECORDING {
            return false;
        }
        // A copy: the slot may be used again by then.
        let head = SpanHead { finish: now(), ..slot.own.head };
        let (name, header, details) = (slot.own.name, slot.local.header, slot.own.details.take());
        self.next.set(place.key());
        Counts::add_one(&slot.local.counts.recorded);
        hand_over(&head, name, header, details);
        true
    }

    /// This thread's local of a tracer, if it is the one used last.
    #[inline]
    pub(crate) fn local(&self, header: &'static Header) -> Option<&'static Local> {
        self.local.get().filter(|local| ptr::eq(local.header, header))
    }

    pub(crate) fn set_local(&self, local: &'static Local) {
        self.local.set(Some(local));
    }

    /// Puts the scope of a new span on top, and counts the span as started. Gives the span back if there is no room.
    #[inline]
    pub(crate) fn push_own(
        &self,
        header: &'static Header,
        marks: Marks,
        span: SpanData,
    ) -> Result<Place, SpanData> {
        let Some((slot, place)) = self.local(header).and_then(|local| self.push(local)) else {
            return Err(span);
        };
        Counts::add_one(&slot.local.counts.started);
        slot.own = SpanData { marks, ..span };
        Ok(place)
    }

    /// Puts the scope of a shared span on top. Gives the span back if there is no room.
    #[inline]
    pub(crate) fn push_shared(
        &self,
        header: &'static Header,
        marks: Marks,
        span: Arc<Span>,
    ) -> Result<Place, Arc<Span>> {
        let Some((slot, place)) = self.local(header).and_then(|local| self.push(local)) else {
            return Err(span);
        };
        slot.own.marks = marks;
        slot.shared = Some(span);
        Ok(place)
    }

    /// Puts a slot on top, to be filled.
    #[inline(always)]
    #[expect(clippy::mut_from_ref, reason = "no two calls overlap: callers let go before anything else runs")]
    fn push(&self, local: &'static Local) -> Option<(&mut Slot, Place)> {
        let next = self.next.get();
        // None but its children may come on top of a span that is yet to be written.
        let is_implied = |top: &Slot| top.own.marks.has(Marks::IMPLIED);
        if next == TAKEN || depth(next) > self.room.get() || self.top().is_some_and(is_implied) {
            return None;
        }
        // SAFETY: by the invariants, `slots` points to more slots than `room`, while the stack is lent.
        let slot = unsafe { &mut *self.at(depth(next)) };
        slot.key = next;
        slot.local = local;
        self.next.set(next + 1);
        Some((slot, Place::of(next)))
    }

    /// The topmost slot.
    #[inline(always)]
    fn top(&self) -> Option<&Slot> {
        let index = depth(self.next.get()).checked_sub(1)?;
        // SAFETY: it is on the stack: by the invariants, one of those that `slots` points to.
        Some(unsafe { &*self.at(index) })
    }

    /// The slot at a place, if it is the topmost.
    #[inline(always)]
    #[expect(clippy::mut_from_ref, reason = "no two calls overlap: callers let go before anything else runs")]
    fn on_top(&self, place: Place) -> Option<&mut Slot> {
        if !self.is_top(place) {
            return None;
        }
        // SAFETY: it is on the stack: by the invariants, one of those that `slots` points to.
        Some(unsafe { &mut *self.at(depth(place.key())) })
    }

    /// Takes the topmost scope off, if it is the one at this place, and a shared span's that closing does not finish.
    #[inline]
    pub(crate) fn take_shared(&self, place: Place) -> Option<Arc<Span>> {
        let slot = self.on_top(place)?;
        if slot.own.marks != Marks::SHARED.with(Marks::DETACHES) {
            return None;
        }
        self.next.set(place.key());
        slot.shared.take()
    }

    /// Whether a place is the topmost.
    #[inline(always)]
    pub(crate) fn is_top(&self, place: Place) -> bool {
        place.key() + 1 == self.next.get()
    }

    /// Whether the span of the topmost scope is recording, if that is at this place and nobody has a handle on it.
    #[inline]
    pub(crate) fn is_recording(&self, place: Place) -> Option<bool> {
        let marks = self.own_on_top(place)?.own.marks;
        Some(marks.has(Marks::RECORDING))
    }

    /// The tracer of the topmost scope's span, if that is at this place, and nobody has a handle on it.
    pub(crate) fn header(&self, place: Place) -> Option<&'static Header> {
        Some(self.own_on_top(place)?.header())
    }

    /// Adds a tag to the topmost scope's span, if that is at this place, is recording, and nobody has a handle on it.
    #[inline(always)]
    pub(crate) fn append_tag(&self, place: Place, key: &'static str, value: &TagValue<'_>) -> bool {
        let Some(slot) = self.own_on_top(place) else { return false };
        if !slot.own.marks.has(Marks::RECORDING) {
            return false;
        }
        let limits = &slot.local.header.settings.limits;
        if slot.own.details.is_none() {
            slot.own.details = self.take_spare();
        }
        let appended =
            slot.own.details.as_mut().is_some_and(|details| details.arena.append_tag(key, value, limits));
        appended || self.append(place, |arena, limits| arena.tag_literal(key, value, limits))
    }

    /// Adds to the tags or logs of the topmost scope's span, if that is at this place, is recording, and nobody has a
    /// handle on it. They are taken out meanwhile, since an allocator that traces may look at the stack.
    #[inline(never)]
    pub(crate) fn append(&self, place: Place, change: impl FnOnce(&mut Arena, &Limits)) -> bool {
        let is_recording = |slot: &&mut Slot| slot.own.marks.has(Marks::RECORDING);
        let Some(slot) = self.own_on_top(place).filter(is_recording) else { return false };
        if slot.own.details.is_none() {
            self.give_details(place, thread::take_details());
        }
        let Some(slot) = self.own_on_top(place).filter(is_recording) else { return false };
        let Some(details) = &mut slot.own.details else { return false };
        let mut arena = mem::take(&mut details.arena);
        change(&mut arena, &slot.local.header.settings.limits);
        let details = self.own_on_top(place).and_then(|slot| slot.own.details.as_mut());
        match details.filter(|details| details.arena.is_empty()) {
            Some(details) => mem::swap(&mut details.arena, &mut arena),
            None => scope::add_to(place, &arena),
        }
        true
    }

    /// Gives details to a span that has none.
    fn give_details(&self, place: Place, details: Box<Details>) {
        let mut details = Some(details);
        if let Some(slot) = self.own_on_top(place).filter(|slot| slot.own.details.is_none()) {
            slot.own.details = details.take();
        }
    }

    /// The head of a child of the topmost scope's span, as [`Slot::head_of_child`] gives it, with an id; and the local
    /// it belongs to.
    pub(crate) fn child_of_top(&self, of: Of) -> Option<(&'static Local, SpanHead)> {
        let parent = self.top().filter(|parent| of.is(parent.local) && !std::thread::panicking())?;
        let head = parent.head_of_child()?;
        // Not simply the next id: the parent may be that of another process.
        Some((parent.local, SpanHead { span_id: self.ids.span_id(), ..head }))
    }

    /// Puts the scope of a new trace's root on top, and counts the span as started; it begins now, if it is recorded.
    /// `None` if there is no room, or a scope is open.
    #[inline]
    pub(crate) fn push_root(
        &self,
        header: &'static Header,
        (trace_id, span_id): (TraceId, SpanId),
        flags: Flags,
        name: &'static str,
    ) -> Option<Place> {
        let (slot, place) = if self.is_empty() { self.push(self.local(header)?)? } else { return None };
        slot.own.head = SpanHead { trace_id, span_id, flags, is_local_root: true, ..SpanHead::NONE };
        slot.own.name = name;
        slot.own.marks = Marks::NONE;
        Counts::add_one(&slot.local.counts.started);
        if flags.is_sampled() || header.settings.record_unsampled {
            slot.own.marks = Marks::RECORDING;
            slot.own.head.start = Timestamp::now();
        }
        Some(place)
    }

    /// The slot at a place, if it is the topmost and its span is in it.
    #[inline(always)]
    fn own_on_top(&self, place: Place) -> Option<&mut Slot> {
        const ELSEWHERE: Marks = Marks::SHARED.with(Marks::BLANK).with(Marks::BLANK_FOR_ALL);
        self.on_top(place).filter(|slot| !slot.own.marks.has(ELSEWHERE))
    }

    /// Empty details, if some are at hand.
    #[inline]
    pub(crate) fn take_spare(&self) -> Option<Box<Details>> {
        self.spares[0].take().or_else(|| self.spares[1].take())
    }

    /// Keeps empty details at hand; gives back those for which there is no room.
    #[inline]
    pub(crate) fn keep_spare(&self, details: Box<Details>) -> Option<Box<Details>> {
        // Before the thread's state is there, and afterwards, nobody would free them.
        if self.slots.get().is_null() {
            return Some(details);
        }
        let other = self.spares[0].replace(Some(details))?;
        self.spares[1].replace(Some(other))
    }

    /// Ends the short way: the stack that was lent is gone.
    pub(crate) fn retire(&self) {
        self.slots.set(ptr::null_mut());
        self.local.set(None);
        self.spares.iter().for_each(|spare| drop(spare.take()));
    }

    /// Marks all spans on the stack as the parent process's: called in a forked child, before anything else.
    pub(crate) fn forked(&self) {
        for index in 0..depth(self.next.get()) {
            // SAFETY: it is on the stack: by the invariants, one of those that `slots` points to.
            let slot = unsafe { &mut *self.at(index) };
            slot.disown();
        }
        self.has_forked.set(true);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is asked for")]
#[inline(always)]
fn depth(key: u64) -> u32 {
    key as u32
}
