//! The end that the worker reads.

use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::Ordering;

use super::chunk::{ABANDONED, Chunk, ENDED, Header, data};

/// The reading end.
#[derive(Debug)]
pub(crate) struct Reader {
    // Invariant: `None` when all is read and the writer has ended; or a chunk that this end has not given up.
    chunk: Option<NonNull<Header>>,
    /// What comes next: within the chunk, and not behind what is published.
    at: *const u8,
}

// SAFETY: it is one end of a hand-over between threads; whatever thread has it is the reader.
unsafe impl Send for Reader {}

/// Bytes that were published and not taken.
// Invariant: nobody changes the bytes from `at` to `end` while `'a` lasts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes<'a> {
    pub(crate) at: *const u8,
    pub(crate) end: *const u8,
    lifetime: PhantomData<&'a [u8]>,
}

impl Reader {
    /// # Safety
    /// The chunk is empty, and has no other reader.
    pub(super) unsafe fn new(chunk: NonNull<Header>) -> Self {
        // SAFETY: the chunk is there.
        let (at, _) = unsafe { data(chunk) };
        Self { chunk: Some(chunk), at }
    }

    /// The bytes that can be read at the moment: those of one chunk at a time. Chunks that have been read are given to
    /// `recycle`. `None` where there is nothing.
    pub(crate) fn unread(&mut self, mut recycle: impl FnMut(Chunk)) -> Option<Bytes<'_>> {
        loop {
            let chunk = self.chunk?;
            // SAFETY: by the invariant it is not freed.
            let Header { next, published, .. } = unsafe { &*chunk.as_ptr() };
            // In this order: what was published before the writer went on is seen. Acquire, for the bytes, and for the
            // chunk that follows.
            let next = next.load(Ordering::Acquire);
            let end = published.load(Ordering::Acquire).cast_const();
            if end != self.at {
                return Some(Bytes { at: self.at, end, lifetime: PhantomData });
            }
            if next.is_null() {
                return None;
            }
            self.follow(next);
            // SAFETY: the writer has given it up, and so has this end.
            recycle(unsafe { Chunk::from_raw(chunk) });
        }
    }

    /// Goes on to what the writer has put in the place of the next chunk.
    fn follow(&mut self, next: *mut Header) {
        self.chunk = NonNull::new(next).filter(|&next| next.as_ptr() != ENDED);
        if let Some(next) = self.chunk {
            // SAFETY: the writer has left it to the reader, too, before it put it here.
            (self.at, _) = unsafe { data(next) };
        }
    }

    /// Takes the bytes before `end`, which will not be read again.
    ///
    /// # Safety
    /// `end` is within the bytes that [`unread`](Self::unread) answered last, or their end.
    pub(crate) unsafe fn consume(&mut self, end: *const u8) {
        self.at = end;
    }

    /// Whether all was read, and nothing will come.
    pub(crate) fn is_done(&self) -> bool {
        self.chunk.is_none()
    }
}

/// What was not read is lost.
impl Drop for Reader {
    fn drop(&mut self) {
        while let Some(chunk) = self.chunk {
            // SAFETY: by the invariant this end has the chunk.
            let link = unsafe { &(*chunk.as_ptr()).next };
            // As in the writer's `give_up`.
            let next = link.swap(ABANDONED, Ordering::AcqRel);
            if next.is_null() {
                // The writer frees it.
                return;
            }
            self.follow(next);
            // SAFETY: the writer has given it up, and so has this end.
            drop(unsafe { Chunk::from_raw(chunk) });
        }
    }
}
