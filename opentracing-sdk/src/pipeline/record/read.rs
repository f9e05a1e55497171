//! From records back to spans.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::{slice, str};

use opentracing_core::{
    Attributes, Entry, OperationName, Reference, ReferenceKind, References, SpanContext, SpanRecord,
};

use super::{Extra, Fixed, Kind, Linked, PLAIN};

/// Records that lie one behind the other.
// Invariant: `at` and the bytes up to `end` are whole records, as `write` writes them, which nobody changes while
// `'a` lasts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Records<'a> {
    at: *const u8,
    end: *const u8,
    lifetime: PhantomData<&'a [u8]>,
}

/// One record.
// Invariant: that of `Records`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    at: *const u8,
    lifetime: PhantomData<&'a [u8]>,
}

// SAFETY: a shared borrow of plain data, as a slice of bytes would be.
unsafe impl Send for Records<'_> {}
// SAFETY: as above.
unsafe impl Sync for Records<'_> {}

impl<'a> Records<'a> {
    /// # Safety
    /// The bytes from `at` to `end` are of one allocation and whole records, and stay what they are while `'a` lasts.
    #[inline]
    pub(crate) unsafe fn new(at: *const u8, end: *const u8) -> Self {
        Self { at, end, lifetime: PhantomData }
    }

    /// Where they begin, and how many bytes they are.
    #[inline]
    pub(crate) fn bytes(&self) -> (*const u8, usize) {
        (self.at, self.end.addr() - self.at.addr())
    }

    /// The first so many.
    pub(crate) fn first(self, spans: usize) -> Self {
        let mut rest = self;
        rest.by_ref().take(spans).for_each(drop);
        Self { end: rest.at, ..self }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    #[inline]
    fn next(&mut self) -> Option<Record<'a>> {
        if self.at == self.end {
            return None;
        }
        let record = Record { at: self.at, lifetime: PhantomData };
        let bytes = record.fixed().bytes as usize;
        // SAFETY: by the invariant the record is whole, so that its end is within the bytes, or is their end.
        self.at = unsafe { self.at.add(bytes) };
        Some(record)
    }
}

impl<'a> Record<'a> {
    #[inline]
    fn fixed(&self) -> &'a Fixed {
        // SAFETY: by the invariant there is a record here, which begins with this.
        unsafe { &*self.at.cast::<Fixed>() }
    }

    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        self.fixed().shape == PLAIN
    }

    /// Where it begins, and what it takes.
    #[inline]
    pub(super) fn bytes(&self) -> (*const u8, usize) {
        (self.at, self.fixed().bytes as usize)
    }

    /// For records that are not plain.
    #[inline]
    fn extra(&self) -> &'a Extra {
        debug_assert!(!self.is_plain());
        // SAFETY: by the invariant, this follows the fixed part in all records that are not plain.
        let at = unsafe { self.at.add(size_of::<Fixed>()) };
        // SAFETY: as above.
        unsafe { &*at.cast::<Extra>() }
    }

    /// The span. Its references, where it lists some, are the next ones of `references`.
    #[inline]
    pub(crate) fn span(&self, references: &mut &'a [Reference]) -> SpanRecord<'a> {
        let fixed = self.fixed();
        if self.is_plain() {
            let name = OperationName::Static(fixed.name.unwrap_or_default());
            return SpanRecord::from_parts(&fixed.head, name, Attributes::default(), References::Parent);
        }
        self.span_with_extra(references)
    }

    #[inline]
    fn span_with_extra(&self, references: &mut &'a [Reference]) -> SpanRecord<'a> {
        let (fixed, extra) = (self.fixed(), self.extra());
        let [text, name, _] = self.texts();
        let name = match fixed.name {
            Some(name) => OperationName::Static(name),
            None => OperationName::Borrowed(name),
        };
        let listed = match extra.listed.checked_sub(1) {
            None => References::Parent,
            Some(listed) => {
                let (own, others) = references.split_at((listed as usize).min(references.len()));
                *references = others;
                References::Listed(own)
            }
        };
        let attributes = Attributes::new(self.entries(), text, extra.dropped);
        SpanRecord::from_parts(&fixed.head, name, attributes, listed)
    }

    #[inline]
    fn entries(&self) -> &'a [Entry] {
        // SAFETY: entries follow the extra part, by the invariant as many as it says.
        unsafe { self.slice(size_of::<Fixed>() + size_of::<Extra>(), self.extra().entries as usize) }
    }

    fn links(&self) -> &'a [Linked] {
        let offset = size_of::<Fixed>() + size_of::<Extra>() + size_of_val(self.entries());
        // SAFETY: links follow the entries, by the invariant as many as the extra part says.
        unsafe { self.slice(offset, self.extra().listed.saturating_sub(1) as usize) }
    }

    /// The text of the entries, the name if it is copied, and the kinds of references.
    #[inline]
    fn texts(&self) -> [&'a str; 3] {
        let extra = self.extra();
        let links = extra.listed.saturating_sub(1) as usize * size_of::<Linked>();
        let entries = extra.entries as usize * size_of::<Entry>();
        let first = size_of::<Fixed>() + size_of::<Extra>() + entries + links;
        let second = first + extra.text as usize;
        let third = second + extra.name as usize;
        [(first, extra.text), (second, extra.name), (third, extra.kinds)].map(|(offset, len)| {
            // SAFETY: text follows the links, by the invariant as much as the extra part says.
            let text = unsafe { self.slice(offset, len as usize) };
            // SAFETY: by the invariant these are the bytes of strings, whole ones.
            unsafe { str::from_utf8_unchecked(text) }
        })
    }

    /// # Safety
    /// There are `len` values of this type behind `offset` bytes of the record.
    #[inline]
    unsafe fn slice<T>(&self, offset: usize, len: usize) -> &'a [T] {
        // SAFETY: the caller's.
        let at = unsafe { self.at.add(offset) };
        // SAFETY: the caller's; records are aligned, and so are all their parts but text, which need not be.
        unsafe { slice::from_raw_parts(at.cast::<T>(), len) }
    }

    /// Makes references of what the record keeps of them.
    #[inline]
    pub(super) fn references(&self, references: &mut Vec<Reference>) {
        if !self.is_plain() && self.extra().listed > 0 {
            self.listed(references);
        }
    }

    #[cold]
    fn listed(&self, references: &mut Vec<Reference>) {
        let [_, _, mut kinds] = self.texts();
        for link in self.links() {
            let kind = match link.kind {
                Kind::ChildOf => ReferenceKind::ChildOf,
                Kind::FollowsFrom => ReferenceKind::FollowsFrom,
                Kind::Static(kind) => ReferenceKind::Custom(Cow::Borrowed(kind)),
                Kind::Copied(len) => {
                    let (kind, others) = kinds.split_at_checked(len as usize).unwrap_or_default();
                    kinds = others;
                    ReferenceKind::Custom(Cow::Owned(kind.to_owned()))
                }
            };
            let context = SpanContext::builder().ids(link.trace_id, link.span_id);
            let context = context.parent_id(link.parent_id).flags(link.flags.bits());
            let context = if link.is_remote { context.remote() } else { context };
            references.push(Reference::new(kind, context.build()));
        }
    }
}
