//! How a finished span lies in memory on its way to a reporter: one run of bytes, which any copy of them is as good
//! as. It is written once, by the thread that finished the span, and read where the batch lies.
//!
//! A record is a [`Fixed`] part; and, if that says so, an [`Extra`] part, its entries, its references, and its text:
//! that of the entries first, then the name, then the kinds of references. Literals stay pointers; all other text is
//! copied. Nothing in a record owns memory, so that bytes that are forgotten leak nothing.

#![expect(unsafe_code, reason = "a record is written and read in place, as bytes")]

mod buffer;
mod read;
#[cfg(test)]
mod tests;
mod write;

use opentracing_core::{Entry, Flags, SpanHead, SpanId, TraceId};

use read::Record;

pub(crate) use buffer::RecordBuffer;
pub(crate) use read::Records;
pub(crate) use write::{Measured, write_plain};

/// What every record begins with, and all there is of a plain one: literal name, no tags or logs, no reference but
/// to its parent.
// Invariant: `bytes` is what the record takes, all parts together.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
struct Fixed {
    head: SpanHead,
    /// `None` where the name is in the text.
    name: Option<&'static str>,
    bytes: u32,
    shape: u32,
}

/// The shape of a record that is its fixed part.
const PLAIN: u32 = 0;
/// The shape of one that goes on with an [`Extra`].
const WITH_EXTRA: u32 = 1;

/// How much there is of what most spans have nothing of.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
struct Extra {
    entries: u32,
    /// References that are listed, and one more; zero where the parent in the head says all.
    listed: u32,
    /// Bytes of text that belong to the entries,
    text: u32,
    /// to the name,
    name: u32,
    /// and to the references.
    kinds: u32,
    /// Tags, logs and fields that a limit kept out.
    dropped: u32,
}

/// A reference to another span: its ids. Baggage is left behind: it is not exported, and its memory is not bounded
/// here.
#[derive(Debug, Clone, Copy)]
struct Linked {
    trace_id: TraceId,
    span_id: SpanId,
    parent_id: Option<SpanId>,
    kind: Kind,
    flags: Flags,
    is_remote: bool,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    ChildOf,
    FollowsFrom,
    Static(&'static str),
    /// So many bytes of the text.
    Copied(u32),
}

/// The alignment of a record, and what its length is a multiple of.
pub(crate) const ALIGN: usize = 8;
/// What a plain record takes.
pub(crate) const PLAIN_BYTES: usize = size_of::<Fixed>();
/// What one span may take: one at the default limits of text, tags and logs takes less.
pub(crate) const RECORD_BYTES_MAX: usize = 2 << 20;

// All parts follow each other without a gap, and whoever adds a field to the first makes every span larger.
const _: () = assert!(PLAIN_BYTES == 80 && PLAIN_BYTES % ALIGN == 0);
const _: () = assert!(size_of::<Extra>() % ALIGN == 0 && size_of::<Entry>() % ALIGN == 0);
const _: () = assert!(size_of::<Linked>() % ALIGN == 0 && RECORD_BYTES_MAX <= u32::MAX as usize);
const _: () = assert!(align_of::<Fixed>() == ALIGN && align_of::<Extra>() <= ALIGN);
const _: () = assert!(align_of::<Entry>() <= ALIGN && align_of::<Linked>() <= ALIGN);
