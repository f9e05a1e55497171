//! How a span lies in a ring: as a few cells of one size, plain data, none of which owns memory.

use std::borrow::Cow;
use std::slice;

use opentracing_core::{
    Entry, Flags, OperationName, Reference, ReferenceKind, References, SpanContext, SpanHead, SpanId,
    SpanRecord, Timestamp, TraceId,
};

use crate::batch::{BatchBuffer, StoredName};

/// One place of a ring.
///
/// A span is one `Span`; then, as far as it has them, `More`, `Entries`, the `Text` of its entries, the `Text` of
/// its name, and its references, each with the `Text` of its kind. A span without tags, with a literal name, is one
/// cell. Names and keys that are literals stay pointers; all other text is copied.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell {
    Span {
        /// [`LOCAL_ROOT`], [`MORE`].
        bits: u8,
        flags: Flags,
        /// How many entries follow, and how many bytes of their text; zero where `More` says it.
        entries: u16,
        text: u16,
        trace_high: u64,
        trace_low: u64,
        span_id: SpanId,
        parent_id: Option<SpanId>,
        start: Timestamp,
        finish: Timestamp,
        name: Name,
    },
    /// What few spans have, and figures too large for the first cell.
    More {
        entries: u32,
        text: u32,
        dropped: u32,
        /// How many references are listed; `None` where the parent says all.
        references: Option<u32>,
    },
    Entries(Entry, Option<Entry>),
    Text([u8; TEXT_BYTES]),
    Reference {
        kind: Kind,
        bits: u8,
        remote: bool,
        trace_high: u64,
        trace_low: u64,
        span_id: Option<SpanId>,
        parent_id: Option<SpanId>,
    },
}

/// What a place holds between being reserved and being written.
impl Default for Cell {
    #[inline]
    fn default() -> Self {
        Self::More { entries: 0, text: 0, dropped: 0, references: None }
    }
}

/// A name: a literal, or this many bytes of text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Name {
    Static(&'static str),
    Copied(u32),
}

/// What a reference means.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    ChildOf,
    FollowsFrom,
    Custom(Name),
}

const LOCAL_ROOT: u8 = 1;
const MORE: u8 = 2;

pub(crate) const CELL_BYTES: usize = size_of::<Cell>();
const TEXT_BYTES: usize = 71;
// A plain span fills its cell: whoever adds a field here makes every span larger.
const _: () = assert!(CELL_BYTES == 72);

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

    /// Writes all cells, in the order in which [`read`] wants them.
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

/// Spans are refused by their number of cells long before a length leaves 32 bits.
fn len32(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use opentracing_core::{
        Decision, Limits, MockSpan, Recorder, Settings, StartInfo, Tracer, WallClock, fields,
    };

    use super::*;
    use crate::process::Process;

    /// Keeps what it is given twice: as cells, and as the mock would.
    #[derive(Debug, Clone, Default)]
    struct Both {
        cells: Arc<Mutex<Vec<Cell>>>,
        spans: Arc<Mutex<Vec<MockSpan>>>,
    }

    const CLOCK: fn() -> WallClock = WallClock::read;

    impl Recorder for Both {
        fn sample(&self, _: &StartInfo<'_>) -> Decision {
            Decision::record()
        }

        fn record(&self, span: &SpanRecord<'_>) {
            let measured = Measured::new(span);
            let mut written = vec![Cell::default(); measured.cells()];
            let mut slots = Slots::new((&mut written, &mut []));
            measured.write(&mut slots);
            assert_eq!(slots.len(), 0);
            assert_eq!(plain(span).is_some(), written.len() == 1);
            self.cells.lock().unwrap().extend(written);
            self.spans.lock().unwrap().push(MockSpan::from_record(span, &CLOCK()));
        }

        fn settings(&self) -> Settings {
            let mut settings = Settings::default();
            settings.limits = Limits { tags_max: 3, value_bytes_max: 100_000, ..Limits::default() };
            settings
        }
    }

    impl Both {
        /// The spans, read from cells that lie in two pieces, as in a ring that is gone around.
        fn read(&self, middle: usize) -> Vec<MockSpan> {
            let cells = self.cells.lock().unwrap();
            let mut rest = Cells::new(cells.split_at(middle));
            let mut buffer = BatchBuffer::new();
            while read(&mut rest, &mut buffer) {}
            assert_eq!(rest.len(), 0);
            let process = Process::new("s");
            let clock = CLOCK();
            buffer.as_batch(&process).spans().map(|span| MockSpan::from_record(&span, &clock)).collect()
        }

        fn assert_kept(&self) {
            // The two clocks are read at different moments.
            let timeless = |mut span: MockSpan| {
                span.start_time = std::time::UNIX_EPOCH;
                span.finish_time = None;
                span.logs.iter_mut().for_each(|log| log.timestamp = std::time::UNIX_EPOCH);
                span
            };
            let expected: Vec<_> = self.spans.lock().unwrap().iter().cloned().map(timeless).collect();
            let cells = self.cells.lock().unwrap().len();
            for middle in 0..=cells {
                let read: Vec<_> = self.read(middle).into_iter().map(timeless).collect();
                assert_eq!(read, expected, "cut at {middle}");
            }
        }
    }

    fn context(id: u64) -> SpanContext {
        let ids = (TraceId::new(u128::from(id) << 70 | 5).unwrap(), SpanId::new(id).unwrap());
        SpanContext::builder().ids(ids.0, ids.1).parent_id(SpanId::new(9)).flags(3).remote().build()
    }

    #[test]
    fn a_span_with_everything_comes_back_from_its_cells() {
        let both = Both::default();
        let tracer = Tracer::new(both.clone());
        let scope = tracer.start_active_span("literal", opentracing_core::FinishOnClose::Yes);
        let child = tracer.span(format!("made at run time {}", 1)).start();
        child.set_tag("i", -1).set_tag(String::from("copied key"), "value").set_tag("long", "x".repeat(200));
        child.set_tag("one too many", true);
        child.log(fields![event = "e", n = 2.5, text = "größe"]).log(fields![empty = ""]);
        child.finish();
        let linked = tracer.span("linked").child_of(context(1)).follows_from(context(2));
        linked
            .reference(ReferenceKind::Custom("static".into()), context(3))
            .reference(ReferenceKind::Custom("k".repeat(100).into()), context(4))
            .start()
            .finish();
        drop(scope);
        both.assert_kept();

        let cells = both.cells.lock().unwrap();
        let plain = cells.iter().rev().take_while(|cell| matches!(cell, Cell::Span { .. })).count();
        assert_eq!(plain, 1, "the root, which finished last, is one cell");
    }

    #[test]
    fn figures_that_leave_sixteen_bits_are_kept() {
        let both = Both::default();
        let span = Tracer::new(both.clone()).start_span("big");
        span.set_tag("text", "y".repeat(70_000));
        span.finish();
        let read = both.read(7);
        assert_eq!(read[0].tag("text").unwrap().as_str().map(str::len), Some(70_000));
    }

    #[test]
    fn what_a_limit_kept_out_is_still_counted() {
        let both = Both::default();
        let span = Tracer::new(both.clone()).start_span("limited");
        for (key, value) in [("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5)] {
            span.set_tag(key, value);
        }
        span.finish();
        let cells = both.cells.lock().unwrap();
        let mut buffer = BatchBuffer::new();
        assert!(read(&mut Cells::new((&cells, &[])), &mut buffer));
        let process = Process::new("s");
        assert_eq!(buffer.as_batch(&process).spans().next().unwrap().attributes().dropped(), 2);
    }
}
