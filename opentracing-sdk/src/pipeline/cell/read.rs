//! From cells back to a span.

use std::borrow::Cow;
use std::slice;

use opentracing_core::{Entry, Reference, ReferenceKind, SpanContext, SpanHead, TraceId};

use super::{Cell, Kind, LOCAL_ROOT, MORE, Name, TEXT_BYTES};
use crate::batch::{BatchBuffer, StoredName, len32};

/// Moves the next span out of the cells into the buffer; answers whether there was one.
#[inline]
pub(crate) fn read(cells: &mut Cells<'_>, buffer: &mut BatchBuffer) -> bool {
    let Some(first) = cells.next() else { return false };
    match *first {
        Cell::Span { bits, entries: 0, text: 0, name: Name::Static(name), .. } if bits & MORE == 0 => {
            buffer.seal(read_head(first), StoredName::Static(name), 0, (0, 0, None));
        }
        _ => read_measured(first, cells, buffer),
    }
    true
}

#[inline(never)]
fn read_measured(first: &Cell, cells: &mut Cells<'_>, buffer: &mut BatchBuffer) {
    let Cell::Span { bits, entries, text, name, .. } = *first else { return };
    let (mut entries, mut text, mut dropped, mut listed) = (u32::from(entries), u32::from(text), 0, None);
    if bits & MORE != 0 {
        if let Some(&Cell::More { entries: e, text: t, dropped: d, references }) = cells.next() {
            (entries, text, dropped, listed) = (e, t, d, references);
        }
    }
    read_entries(cells, entries, &mut buffer.entries);
    read_text(cells, text, &mut buffer.text);
    let name = match name {
        Name::Static(name) => StoredName::Static(name),
        Name::Copied(len) => {
            read_text(cells, len, &mut buffer.text);
            text = text.saturating_add(len);
            StoredName::Copied(len)
        }
    };
    let listed = listed.map(|listed| read_references(cells, listed, &mut buffer.references));
    buffer.seal(read_head(first), name, dropped, (entries, text, listed));
}

#[inline]
fn read_head(cell: &Cell) -> SpanHead {
    match *cell {
        Cell::Span { bits, flags, trace_high, trace_low, span_id, parent_id, start, finish, .. } => {
            let trace_id = trace_id(trace_high, trace_low).expect("the id of a span is not zero");
            let mut head = SpanHead::new(trace_id, span_id, start, finish);
            head.parent_id = parent_id;
            head.flags = flags;
            head.is_local_root = bits & LOCAL_ROOT != 0;
            head
        }
        _ => unreachable!("a span begins with its first cell"),
    }
}

/// The cells of a ring that are to be read: its end, and its beginning where they reach around.
#[derive(Debug)]
pub(crate) struct Cells<'a> {
    first: slice::Iter<'a, Cell>,
    second: slice::Iter<'a, Cell>,
}

impl<'a> Cells<'a> {
    pub(crate) fn new((first, second): (&'a [Cell], &'a [Cell])) -> Self {
        Self { first: first.iter(), second: second.iter() }
    }

    pub(crate) fn len(&self) -> usize {
        self.first.len() + self.second.len()
    }

    #[inline]
    fn next(&mut self) -> Option<&'a Cell> {
        self.first.next().or_else(|| self.second.next())
    }
}

fn read_entries(cells: &mut Cells<'_>, count: u32, entries: &mut Vec<Entry>) {
    for _ in 0..count.div_ceil(2) {
        if let Some(Cell::Entries(first, second)) = cells.next() {
            entries.push(*first);
            entries.extend(*second);
        }
    }
}

fn read_text(cells: &mut Cells<'_>, len: u32, text: &mut Vec<u8>) {
    let mut rest = len as usize;
    while rest > 0 {
        let piece = rest.min(TEXT_BYTES);
        if let Some(Cell::Text(bytes)) = cells.next() {
            text.extend_from_slice(&bytes[..piece]);
        }
        rest -= piece;
    }
}

/// Answers how many there are.
fn read_references(cells: &mut Cells<'_>, count: u32, references: &mut Vec<Reference>) -> u32 {
    let before = references.len();
    for _ in 0..count {
        references.extend(read_reference(cells));
    }
    len32(references.len() - before)
}

fn read_reference(cells: &mut Cells<'_>) -> Option<Reference> {
    let Some(&Cell::Reference { kind, bits, remote, trace_high, trace_low, span_id, parent_id }) =
        cells.next()
    else {
        return None;
    };
    let kind = match kind {
        Kind::ChildOf => ReferenceKind::ChildOf,
        Kind::FollowsFrom => ReferenceKind::FollowsFrom,
        Kind::Custom(Name::Static(kind)) => ReferenceKind::Custom(Cow::Borrowed(kind)),
        Kind::Custom(Name::Copied(len)) => {
            let mut kind = Vec::new();
            read_text(cells, len, &mut kind);
            ReferenceKind::Custom(Cow::Owned(String::from_utf8(kind).unwrap_or_default()))
        }
    };
    // A context without ids refers to nothing that could be exported.
    let (trace_id, span_id) = trace_id(trace_high, trace_low).zip(span_id)?;
    let context = SpanContext::builder().ids(trace_id, span_id).parent_id(parent_id).flags(bits);
    let context = if remote { context.remote() } else { context };
    Some(Reference::new(kind, context.build()))
}

fn trace_id(high: u64, low: u64) -> Option<TraceId> {
    TraceId::new(u128::from(high) << 64 | u128::from(low))
}
