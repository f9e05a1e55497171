//! The end that a thread writes to.

use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};

use super::chunk::{ABANDONED, Chunk, ENDED, Header, data};
use super::reader::Reader;

/// The writing end. The methods that write are unsafe: one thread may call them at a time.
// The atomics are for this type to be shared: one thread alone uses them, so that all orders are relaxed.
#[derive(Debug)]
pub(crate) struct Writer {
    /// Where the next byte goes. Null where there is no chunk.
    at: AtomicPtr<u8>,
    /// The end of the chunk.
    end: AtomicPtr<u8>,
    // Invariant: null, or a chunk that this end has not given up.
    chunk: AtomicPtr<Header>,
}

/// What became of a chunk that was to be written to.
#[derive(Debug)]
pub(crate) enum Opened {
    /// The first one: this reads it and all that follow.
    First(Reader),
    Next,
    /// The reader has gone; the chunk is freed.
    Abandoned,
}

/// Some bytes that were not published.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    pub(crate) at: *mut u8,
    end: *mut u8,
}

impl Writer {
    pub(crate) const fn new() -> Self {
        Self {
            at: AtomicPtr::new(ptr::null_mut()),
            end: AtomicPtr::new(ptr::null_mut()),
            chunk: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// Room for so many bytes, if the chunk has it. To be published before anything else is asked for.
    #[inline]
    pub(crate) fn room(&self, bytes: usize) -> Option<Room> {
        let at = self.at.load(Ordering::Relaxed);
        let end = at.wrapping_add(bytes);
        (end <= self.end.load(Ordering::Relaxed)).then_some(Room { at, end })
    }

    /// Gives what was written to the reader.
    ///
    /// # Safety
    /// This thread is the writer, it has written all bytes of the room, and has done nothing else here since it got it.
    #[inline]
    pub(crate) unsafe fn publish(&self, room: Room) {
        self.at.store(room.end, Ordering::Relaxed);
        let chunk = self.chunk.load(Ordering::Relaxed);
        // SAFETY: there is a chunk, since there is room, and by the invariant it is not freed.
        let published = unsafe { &(*chunk).published };
        // Release: whoever sees the end moved sees the bytes before it.
        published.store(room.end, Ordering::Release);
    }

    pub(crate) fn has_chunk(&self) -> bool {
        !self.chunk.load(Ordering::Relaxed).is_null()
    }

    /// Goes on in another chunk.
    ///
    /// # Safety
    /// This thread is the writer.
    #[cold]
    pub(crate) unsafe fn open(&self, chunk: Chunk) -> Opened {
        let next = chunk.into_empty();
        let last = NonNull::new(self.chunk.load(Ordering::Relaxed));
        // Until there is another: freeing memory may run code of the user, which may come here again.
        self.use_chunk(None);
        let opened = match last {
            // SAFETY: the reader is the only one, and begins where the chunk does.
            None => Opened::First(unsafe { Reader::new(next) }),
            // SAFETY: by the invariant, this end has not given it up.
            Some(last) => match unsafe { give_up(last, next.as_ptr()) } {
                GivenUp::First => Opened::Next,
                GivenUp::Second => {
                    // SAFETY: nobody has heard of it.
                    drop(unsafe { Chunk::from_raw(next) });
                    return Opened::Abandoned;
                }
            },
        };
        self.use_chunk(Some(next));
        opened
    }

    /// Writes no more. Whether the reader frees the chunk or this does, is for the second of them.
    ///
    /// # Safety
    /// This thread is the writer.
    pub(crate) unsafe fn close(&self) {
        if let Some(last) = NonNull::new(self.chunk.load(Ordering::Relaxed)) {
            self.use_chunk(None);
            // SAFETY: by the invariant, this end has not given it up; from here on it has none.
            unsafe { give_up(last, ENDED) };
        }
    }

    fn use_chunk(&self, chunk: Option<NonNull<Header>>) {
        let (at, end) = match chunk {
            // SAFETY: the chunk was just made, or is still this end's.
            Some(chunk) => unsafe { data(chunk) },
            None => (ptr::null_mut(), ptr::null_mut()),
        };
        self.at.store(at, Ordering::Relaxed);
        self.end.store(end, Ordering::Relaxed);
        self.chunk.store(chunk.map_or(ptr::null_mut(), NonNull::as_ptr), Ordering::Relaxed);
    }
}

/// Whether the other end still has a chunk that was given up.
enum GivenUp {
    First,
    /// It has not, so the chunk was freed.
    Second,
}

/// Gives up the writer's part of a chunk.
///
/// # Safety
/// The writer has the chunk, and will not use it again.
unsafe fn give_up(chunk: NonNull<Header>, next: *mut Header) -> GivenUp {
    // SAFETY: the caller's.
    let link = unsafe { &(*chunk.as_ptr()).next };
    // Acquire: if the reader has gone, it has done so after all it did with the chunk. Release: it sees what was
    // published, and the chunk that follows.
    if link.swap(next, Ordering::AcqRel) == ABANDONED {
        // SAFETY: both ends have given it up, this one just now.
        drop(unsafe { Chunk::from_raw(chunk) });
        return GivenUp::Second;
    }
    GivenUp::First
}
