//! How a span lies in a ring: as a few cells of one size, plain data, none of which owns memory.

mod read;
#[cfg(test)]
mod tests;
mod write;

use opentracing_core::{Entry, Flags, SpanId, Timestamp};

pub(crate) use read::{Cells, read};
pub(crate) use write::{Measured, Slots, plain};

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
/// A power of two, so that dividing by it costs nothing; seven bytes of a cell stay unused.
const TEXT_BYTES: usize = 64;
// A plain span fills its cell: whoever adds a field here makes every span larger.
const _: () = assert!(CELL_BYTES == 72);
