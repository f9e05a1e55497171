//! From a span to cells.

use std::borrow::Cow;
use std::slice;

use opentracing_core::{
    Entry, OperationName, Reference, ReferenceKind, References, SpanHead, SpanRecord, TraceId,
};

use super::{Cell, Kind, LOCAL_ROOT, MORE, Name, TEXT_BYTES};
use crate::batch::len32;

/// The cell of a span that takes one: with a literal name, no tags or logs, and no reference but to its parent.
#[inline]
pub(crate) fn plain(span: &SpanRecord<'_>) -> Option<Cell> {
    let attributes = span.attributes();
    match (span.name(), span.stored_references()) {
        (OperationName::Static(name), References::Parent)
            if attributes.parts().0.is_empty() && attributes.dropped() == 0 =>
        {
            Some(head_cell(span.head(), Name::Static(name), 0, (0, 0)))
        }
        _ => None,
    }
}

#[inline]
fn head_cell(head: &SpanHead, name: Name, bits: u8, (entries, text): (u16, u16)) -> Cell {
    Cell::Span {
        bits: bits | if head.is_local_root { LOCAL_ROOT } else { 0 },
        flags: head.flags,
        entries,
        text,
        trace_high: head.trace_id.high(),
        trace_low: head.trace_id.low(),
        span_id: head.span_id,
        parent_id: head.parent_id,
        start: head.start,
        finish: head.finish,
        name,
    }
}

/// A span, measured: what it takes in cells is known before the first is written, so that a span is in the ring
/// whole or not at all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured<'a> {
    span: &'a SpanRecord<'a>,
    entries: &'a [Entry],
    text: &'a [u8],
    name: &'a str,
    references: Option<&'a [Reference]>,
    more: bool,
}

impl<'a> Measured<'a> {
    pub(crate) fn new(span: &'a SpanRecord<'a>) -> Self {
        let attributes = span.attributes();
        let (entries, text) = attributes.parts();
        let references = match span.stored_references() {
            References::Parent => None,
            References::Listed(references) => Some(references),
        };
        let name = match span.name() {
            OperationName::Static(_) => "",
            OperationName::Borrowed(name) => name,
        };
        let small = |len: usize| u16::try_from(len).is_ok();
        let more =
            references.is_some() || attributes.dropped() > 0 || !small(entries.len()) || !small(text.len());
        Self { span, entries, text, name, references, more }
    }

    /// How many cells the span takes.
    pub(crate) fn cells(&self) -> usize {
        let references = self.references.unwrap_or_default();
        let kinds: usize = references.iter().map(|reference| texts(kind_text(reference))).sum();
        let attributes = self.entries.len().div_ceil(2) + texts(self.text);
        1 + usize::from(self.more) + attributes + texts(self.name.as_bytes()) + references.len() + kinds
    }

    fn first(&self) -> Cell {
        let name = match self.span.name() {
            OperationName::Static(name) => Name::Static(name),
            OperationName::Borrowed(name) => Name::Copied(len32(name.len())),
        };
        let small = |len: usize| u16::try_from(len).unwrap_or_default();
        match self.more {
            true => head_cell(self.span.head(), name, MORE, (0, 0)),
            false => {
                head_cell(self.span.head(), name, 0, (small(self.entries.len()), small(self.text.len())))
            }
        }
    }

    /// Writes all cells, in the order in which [`read`](super::read) wants them.
    pub(crate) fn write(&self, slots: &mut Slots<'_>) {
        slots.put(self.first());
        if self.more {
            slots.put(Cell::More {
                entries: len32(self.entries.len()),
                text: len32(self.text.len()),
                dropped: self.span.attributes().dropped(),
                references: self.references.map(|references| len32(references.len())),
            });
        }
        for pair in self.entries.chunks(2) {
            slots.put(Cell::Entries(pair[0], pair.get(1).copied()));
        }
        slots.put_text(self.text);
        slots.put_text(self.name.as_bytes());
        for reference in self.references.unwrap_or_default() {
            slots.put(reference_cell(reference));
            slots.put_text(kind_text(reference));
        }
    }
}

/// The places of a ring that are to be written: its end, and its beginning where they reach around.
#[derive(Debug)]
pub(crate) struct Slots<'a> {
    first: slice::IterMut<'a, Cell>,
    second: slice::IterMut<'a, Cell>,
}

impl<'a> Slots<'a> {
    pub(crate) fn new((first, second): (&'a mut [Cell], &'a mut [Cell])) -> Self {
        Self { first: first.iter_mut(), second: second.iter_mut() }
    }

    pub(crate) fn len(&self) -> usize {
        self.first.len() + self.second.len()
    }

    #[inline]
    fn put(&mut self, cell: Cell) {
        if let Some(slot) = self.first.next().or_else(|| self.second.next()) {
            *slot = cell;
        }
    }

    fn put_text(&mut self, text: &[u8]) {
        for piece in text.chunks(TEXT_BYTES) {
            let mut bytes = [0; TEXT_BYTES];
            bytes[..piece.len()].copy_from_slice(piece);
            self.put(Cell::Text(bytes));
        }
    }
}

fn texts(text: &[u8]) -> usize {
    text.len().div_ceil(TEXT_BYTES)
}

fn kind_text(reference: &Reference) -> &[u8] {
    match &reference.kind {
        ReferenceKind::Custom(Cow::Owned(kind)) => kind.as_bytes(),
        _ => &[],
    }
}

/// The ids of a reference. Its baggage is left behind: it is not exported, and its memory is not bounded here.
fn reference_cell(reference: &Reference) -> Cell {
    let context = &reference.context;
    Cell::Reference {
        kind: match &reference.kind {
            ReferenceKind::FollowsFrom => Kind::FollowsFrom,
            ReferenceKind::Custom(Cow::Borrowed(kind)) => Kind::Custom(Name::Static(kind)),
            ReferenceKind::Custom(Cow::Owned(kind)) => Kind::Custom(Name::Copied(len32(kind.len()))),
            // The kinds that OpenTracing knows; a new one would be `Custom` until it is known here.
            _ => Kind::ChildOf,
        },
        bits: context.flags().bits(),
        remote: context.is_remote(),
        trace_high: context.trace_id().map_or(0, TraceId::high),
        trace_low: context.trace_id().map_or(0, TraceId::low),
        span_id: context.span_id(),
        parent_id: context.parent_id(),
    }
}
