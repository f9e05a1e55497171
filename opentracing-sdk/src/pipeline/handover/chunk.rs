//! One piece of memory.

use std::alloc::Layout;
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering;

use crate::pipeline::budget::Charge;
use crate::pipeline::sync::{AtomicPtr, alloc, dealloc};

/// What a chunk begins with; its data follows.
#[repr(C, align(16))]
pub(super) struct Header {
    /// The end of what may be read.
    pub(super) published: AtomicPtr<u8>,
    /// Null, the chunk that follows, [`ENDED`], or [`ABANDONED`].
    pub(super) next: AtomicPtr<Header>,
    /// What the chunk takes, this header included.
    bytes: usize,
    charge: Charge,
}

/// In place of a next chunk: the writer has ended.
pub(super) const ENDED: *mut Header = ptr::without_provenance_mut(1);
/// In place of a next chunk: the reader has gone.
pub(super) const ABANDONED: *mut Header = ptr::without_provenance_mut(2);

/// What a chunk takes beside its data.
pub(crate) const CHUNK_OVERHEAD_BYTES: usize = size_of::<Header>();

/// A chunk that neither a writer nor a reader has.
// Invariant: allocated by `new`, and known to nobody else.
#[derive(Debug)]
pub(crate) struct Chunk(NonNull<Header>);

// SAFETY: it is owned memory, with a charge that is `Send`.
unsafe impl Send for Chunk {}

fn layout(bytes: usize) -> Option<Layout> {
    Layout::from_size_align(bytes, align_of::<Header>()).ok()
}

impl Chunk {
    /// Takes memory of so many bytes, the overhead included; `None` where there is none.
    pub(crate) fn new(bytes: usize, charge: Charge) -> Option<Self> {
        assert!(bytes >= CHUNK_OVERHEAD_BYTES, "a chunk has a header");
        let layout = layout(bytes)?;
        // SAFETY: the size is not zero, since a header has one.
        let memory = unsafe { alloc(layout) };
        let header = NonNull::new(memory.cast::<Header>())?;
        let (published, next) = (AtomicPtr::new(ptr::null_mut()), AtomicPtr::new(ptr::null_mut()));
        // SAFETY: there is room for a header, which was asked for with its alignment.
        unsafe { header.write(Header { published, next, bytes, charge }) };
        Some(Self(header))
    }

    /// What it takes, the overhead included.
    pub(crate) fn bytes(&self) -> usize {
        self.header().bytes
    }

    fn header(&self) -> &Header {
        // SAFETY: by the invariant there is a header, and nobody changes it meanwhile.
        unsafe { self.0.as_ref() }
    }

    /// Makes it empty, and gives it away.
    pub(super) fn into_empty(self) -> NonNull<Header> {
        let header = ManuallyDrop::new(self).0;
        // SAFETY: it is still known to nobody else.
        let (start, _) = unsafe { data(header) };
        // SAFETY: as above.
        let Header { published, next, .. } = unsafe { header.as_ref() };
        // Relaxed: whoever hears of the chunk hears of it by a release.
        published.store(start, Ordering::Relaxed);
        next.store(ptr::null_mut(), Ordering::Relaxed);
        header
    }

    /// # Safety
    /// The chunk was given away by [`into_empty`](Self::into_empty), and nobody else has it any more.
    pub(super) unsafe fn from_raw(header: NonNull<Header>) -> Self {
        Self(header)
    }
}

/// Where the data of a chunk begins and ends.
///
/// # Safety
/// The chunk is there.
pub(super) unsafe fn data(header: NonNull<Header>) -> (*mut u8, *mut u8) {
    // SAFETY: the caller's; the size of a chunk never changes.
    let bytes = unsafe { (*header.as_ptr()).bytes };
    let start = header.as_ptr().cast::<u8>();
    // SAFETY: a chunk has a header at least.
    let first = unsafe { start.add(CHUNK_OVERHEAD_BYTES) };
    // SAFETY: a chunk has so many bytes.
    (first, unsafe { start.add(bytes) })
}

impl Drop for Chunk {
    fn drop(&mut self) {
        let layout = layout(self.bytes()).expect("memory was taken with it");
        // SAFETY: by the invariant there is a header, and nobody else will drop it.
        let Header { charge, .. } = unsafe { self.0.read() };
        // SAFETY: it was allocated with this layout, and nobody else has it.
        unsafe { dealloc(self.0.as_ptr().cast(), layout) };
        // Given back last: other threads may take as much at once.
        drop(charge);
    }
}
