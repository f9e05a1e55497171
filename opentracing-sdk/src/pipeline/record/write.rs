//! From a span to a record.

use std::borrow::Cow;
use std::ptr;

use opentracing_core::{Entry, OperationName, Reference, ReferenceKind, References, SpanHead, SpanRecord};

use super::{ALIGN, Extra, Fixed, Kind, Linked, PLAIN, PLAIN_BYTES, WITH_EXTRA};

/// Writes the record of a plain span.
///
/// # Safety
/// There are [`PLAIN_BYTES`] bytes to write at `at`, aligned to [`ALIGN`].
#[inline]
pub(crate) unsafe fn write_plain(at: *mut u8, head: &SpanHead, name: &'static str) {
    let fixed = Fixed { head: *head, name: Some(name), bytes: len32(PLAIN_BYTES), shape: PLAIN };
    // SAFETY: the caller's.
    unsafe { at.cast::<Fixed>().write(fixed) };
}

/// A span, measured: what it takes is known before the first byte is written, so that a span is in the queue whole
/// or not at all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured<'a> {
    head: &'a SpanHead,
    /// Either a literal, or what is copied.
    name: Option<&'static str>,
    copied_name: &'a str,
    entries: &'a [Entry],
    text: &'a str,
    dropped: u32,
    references: Option<&'a [Reference]>,
    /// What the record takes, all its parts,
    bytes: usize,
    /// and the kinds of its references.
    kinds: usize,
}

impl<'a> Measured<'a> {
    pub(crate) fn new(span: &SpanRecord<'a>) -> Self {
        let this = Self::of_attributes(span);
        let this = match span.name() {
            OperationName::Static(name) => Self { name: Some(name), ..this },
            OperationName::Borrowed(name) => Self { copied_name: name, ..this },
        };
        match span.stored_references() {
            References::Parent => this.with_text(),
            References::Listed(references) => this.with_references(references),
        }
    }

    /// A span with a literal name and no reference but to its parent, as most are.
    #[inline]
    pub(crate) fn usual(span: &SpanRecord<'a>) -> Option<Self> {
        match (span.name(), span.stored_references()) {
            (OperationName::Static(name), References::Parent) => {
                Some(Self { name: Some(name), ..Self::of_attributes(span) }.with_text())
            }
            _ => None,
        }
    }

    #[inline]
    fn of_attributes(span: &SpanRecord<'a>) -> Self {
        let (head, attributes) = (span.head(), span.attributes());
        let (entries, text, dropped) = (attributes.entries(), attributes.text(), attributes.dropped());
        let bytes = PLAIN_BYTES + size_of::<Extra>() + size_of_val(entries);
        Self { head, name: None, copied_name: "", entries, text, dropped, references: None, kinds: 0, bytes }
    }

    fn with_references(self, references: &'a [Reference]) -> Self {
        // All of this lies in memory, so that no sum of lengths is beyond what counts bytes.
        let kinds = linked(references).map(|(_, kind)| kind.len()).sum::<usize>();
        let bytes = self.bytes + linked(references).count() * size_of::<Linked>();
        Self { references: Some(references), kinds, bytes, ..self }.with_text()
    }

    #[inline]
    fn with_text(self) -> Self {
        let text = self.text.len() + self.copied_name.len() + self.kinds;
        Self { bytes: self.bytes + text.next_multiple_of(ALIGN), ..self }
    }

    /// The name, where it and the head are all there is.
    #[inline]
    pub(crate) fn plain_name(&self) -> Option<&'static str> {
        if !self.entries.is_empty() {
            return None;
        }
        self.name.filter(|_| self.dropped == 0 && self.references.is_none())
    }

    pub(crate) fn head(&self) -> &SpanHead {
        self.head
    }

    /// What the record takes.
    #[inline]
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The references that the record keeps.
    pub(crate) fn references(&self) -> impl Iterator<Item = &'a Reference> {
        let refers = |reference: &&Reference| link(reference).is_some();
        self.references.unwrap_or_default().iter().filter(refers)
    }

    /// Writes the record.
    ///
    /// # Safety
    /// There are [`bytes`](Self::bytes) bytes to write at `at`, aligned to [`ALIGN`], and as many as 32 bits can say at
    /// most.
    #[inline]
    pub(crate) unsafe fn write(&self, at: *mut u8) {
        let fixed = Fixed { head: *self.head, name: self.name, bytes: len32(self.bytes), shape: WITH_EXTRA };
        let extra = Extra {
            entries: len32(self.entries.len()),
            listed: self.references.map_or(0, |references| 1 + len32(linked(references).count())),
            text: len32(self.text.len()),
            name: len32(self.copied_name.len()),
            kinds: len32(self.kinds),
            dropped: self.dropped,
        };
        let mut out = Out { at };
        out.put(&fixed);
        out.put(&extra);
        out.put_entries(self.entries);
        if let Some(references) = self.references {
            linked(references).for_each(|(link, _)| out.put(&link));
        }
        out.put_text(self.text.as_bytes());
        out.put_text(self.copied_name.as_bytes());
        if let Some(references) = self.references {
            linked(references).for_each(|(_, kind)| out.put_text(kind.as_bytes()));
        }
    }
}

/// Where the next part of a record goes.
// Invariant: there is room for all parts that will be put, since they were measured. Each is as long as a multiple of
// the alignment, but for text, which needs none and comes last.
struct Out {
    at: *mut u8,
}

impl Out {
    #[inline]
    fn put<T: Copy>(&mut self, value: &T) {
        self.put_all(std::slice::from_ref(value));
    }

    #[inline]
    fn put_all<T: Copy>(&mut self, values: &[T]) {
        // SAFETY: by the invariant there is room, which nobody else knows, so that what is borrowed lies elsewhere.
        unsafe { ptr::copy_nonoverlapping(values.as_ptr(), self.at.cast::<T>(), values.len()) };
        self.skip(size_of_val(values));
    }

    #[inline]
    fn skip(&mut self, bytes: usize) {
        // SAFETY: by the invariant this is within the room, or one byte behind it.
        self.at = unsafe { self.at.add(bytes) };
    }

    /// Entries are usually few: then a call costs more than the copy.
    #[inline]
    fn put_entries(&mut self, entries: &[Entry]) {
        match entries {
            [one] => self.put(one),
            [one, two] => {
                self.put(one);
                self.put(two);
            }
            _ => self.put_all(entries),
        }
    }

    /// Text is usually short: the same.
    #[inline]
    fn put_text(&mut self, text: &[u8]) {
        const WORD: usize = size_of::<u64>();
        if text.is_empty() {
            return;
        }
        if (WORD..=2 * WORD).contains(&text.len()) {
            self.put_word(text, 0);
            // The last word overlaps the first one, unless the text is two words.
            self.put_word(text, text.len() - WORD);
            self.skip(text.len());
        } else {
            self.put_all(text);
        }
    }

    /// Copies eight bytes, which must be there.
    #[inline]
    fn put_word(&mut self, text: &[u8], offset: usize) {
        let Some(word) = text.get(offset..).and_then(<[u8]>::first_chunk::<{ size_of::<u64>() }>) else {
            return;
        };
        // SAFETY: by the invariant there is room for the text, and these bytes are within it.
        let at = unsafe { self.at.add(offset) };
        // SAFETY: as above.
        unsafe { at.cast::<[u8; size_of::<u64>()]>().write(*word) };
    }
}

/// What is kept of references, each with the text of its kind.
fn linked(references: &[Reference]) -> impl Iterator<Item = (Linked, &str)> {
    references.iter().filter_map(link)
}

/// `None` for a context without ids: it refers to nothing that could be exported.
fn link(reference: &Reference) -> Option<(Linked, &str)> {
    let context = &reference.context;
    let (kind, text) = match &reference.kind {
        ReferenceKind::FollowsFrom => (Kind::FollowsFrom, ""),
        ReferenceKind::Custom(Cow::Borrowed(kind)) => (Kind::Static(kind), ""),
        ReferenceKind::Custom(Cow::Owned(kind)) => (Kind::Copied(len32(kind.len())), kind.as_str()),
        // The kinds that OpenTracing knows; a new one would be `Custom` until it is known here.
        _ => (Kind::ChildOf, ""),
    };
    let link = Linked {
        trace_id: context.trace_id()?,
        span_id: context.span_id()?,
        parent_id: context.parent_id(),
        kind,
        flags: context.flags(),
        is_remote: context.is_remote(),
    };
    Some((link, text))
}

/// The length of something that is not written if it is beyond 32 bits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "what is longer is measured, and never written")]
fn len32(len: usize) -> u32 {
    len as u32
}
