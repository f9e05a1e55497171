//! Records that are kept: the memory of a batch.

use std::fmt;
use std::mem::MaybeUninit;

use opentracing_core::Reference;

use super::{ALIGN, Measured, PLAIN_BYTES, Record, Records};

/// Records in memory of its own.
// Invariant: the words hold whole records, one behind the other.
#[derive(Default)]
pub(crate) struct RecordBuffer {
    words: Vec<MaybeUninit<u64>>,
}

const _: () = assert!(size_of::<u64>() == ALIGN && align_of::<u64>() == ALIGN);

impl RecordBuffer {
    /// Writes a span, unless it is beyond all bounds.
    pub(crate) fn push(&mut self, span: &Measured<'_>) -> bool {
        if u32::try_from(span.bytes()).is_err() {
            return false;
        }
        let words = span.bytes() / ALIGN;
        self.words.reserve(words);
        let at = self.words.spare_capacity_mut().as_mut_ptr().cast::<u8>();
        // SAFETY: as many bytes were reserved, and words are aligned.
        unsafe { span.write(at) };
        // SAFETY: within the capacity; words need not be initialised, and what is there now is a whole record.
        unsafe { self.words.set_len(self.words.len() + words) };
        true
    }

    /// Moves records off the front of others: at most `spans_max`, and none once there are `bytes_max` bytes here.
    /// Answers how many. The references they list are added to `references`.
    #[inline]
    pub(crate) fn append(
        &mut self,
        records: &mut Records<'_>,
        (spans_max, bytes_max): (usize, usize),
        references: &mut Vec<Reference>,
    ) -> usize {
        let (start, bytes) = records.bytes();
        self.words.reserve(bytes / ALIGN);
        // Records that begin behind this do not fit any more.
        let last = start.addr().saturating_add(bytes_max.saturating_sub(self.bytes()));
        let begin = self.words.spare_capacity_mut().as_mut_ptr().cast::<u8>();
        let (mut at, mut spans) = (begin, 0);
        while spans < spans_max && records.bytes().0.addr() < last {
            let Some(record) = records.next() else { break };
            // SAFETY: all of the records together fit into what was reserved, and lie elsewhere.
            at = unsafe { copy(record, at, references) };
            spans += 1;
        }
        let words = self.words.len() + (at.addr() - begin.addr()) / ALIGN;
        // SAFETY: within the capacity; what was added are whole records.
        unsafe { self.words.set_len(words) };
        spans
    }

    pub(crate) fn records(&self) -> Records<'_> {
        let bytes = self.words.as_ptr_range();
        // SAFETY: by the invariant these are whole records, and borrowed as long as they are read.
        unsafe { Records::new(bytes.start.cast(), bytes.end.cast()) }
    }

    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&self.words[..])
    }

    /// Forgets all records, and keeps memory of at most `kept_max` bytes.
    pub(crate) fn clear(&mut self, kept_max: usize) {
        self.words.clear();
        self.words.shrink_to(kept_max / ALIGN);
    }
}

/// Copies a record, and answers where the next one goes.
///
/// # Safety
/// There is room for it at `at`, and the record lies elsewhere.
#[inline]
unsafe fn copy(record: Record<'_>, at: *mut u8, references: &mut Vec<Reference>) -> *mut u8 {
    let (from, bytes) = record.bytes();
    if record.is_plain() {
        // Of a length that the compiler knows: a few moves instead of a call.
        // SAFETY: the caller's.
        unsafe { at.copy_from_nonoverlapping(from, PLAIN_BYTES) };
    } else {
        // SAFETY: the caller's.
        unsafe { at.copy_from_nonoverlapping(from, bytes) };
        record.references(references);
    }
    // SAFETY: within the room, or its end.
    unsafe { at.add(bytes) }
}

impl fmt::Debug for RecordBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordBuffer").field("bytes", &self.bytes()).finish()
    }
}
